// Which batches need no mark in changed_month.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/submission.h"

#include <stdbool.h>

// True only when every row lies in the current month whatever the collectivity's time zone, and
// though the clocks of this host and of PostgreSQL's differ by up to an hour. Near the edge of a
// month: false, and PostgreSQL decides. count is at least 1.
bool submissions_are_current(const struct submission *const rows[], size_t count, int64_t now_us);
