// What somebody writes in their own words: invented French, a little Creole, with the quotes,
// asterisks, line breaks, typographic apostrophes and no-break spaces that real texts bring. It
// agrees with the pain points that were ticked. Nobody said any of it: no name, no number.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "analytics/demonstration/demonstration.h"

// NULL for the four in five who write nothing. The caller frees it.
MUST_USE char *verbatim_write(const struct demonstration *demonstration,
                              const struct demonstration_answer *answer);
