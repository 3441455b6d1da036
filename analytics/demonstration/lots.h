// What an answer's id decides beside the draws: when it arrived, whether it says something in its
// own words, whether it is heard. A hash of the id, so that nothing here consumes a draw, and
// anybody can find it again from the id.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/uuid.h"

enum lot { LOT_DAY, LOT_HOUR, LOT_SECOND, LOT_HEARD, LOT_SPEAKS, LOT_TEXT };

// Independent of one another, each evenly spread over all 64-bit numbers.
uint64_t lot_of(const struct uuid *id, enum lot lot);
double lot_uniform(const struct uuid *id, enum lot lot); // [0, 1)

// The moment inside [start_us, end_us), whole seconds after start_us: any of its days, at waking
// hours of days counted from start_us.
int64_t lot_moment(const struct uuid *id, int64_t start_us, int64_t end_us);
