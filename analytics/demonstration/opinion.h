// How satisfied somebody is, given the pain points that were ticked: the same for all who answer.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "analytics/statistics/draws.h"

// 1 to 5; costs two draws.
int draw_satisfaction(struct draws *draws, uint64_t pains, bool excluded);
