// One answer as a line for the bulk route.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "analytics/demonstration/demonstration.h"

// One submission, in the codes of surveys/demarches.json or surveys/agents.json; members in a fixed
// order. What the survey does not show for these answers is left out.
MUST_USE json_t *line_make(const struct demonstration *demonstration,
                           const struct demonstration_answer *answer);

// The slug of the survey that the answer is for.
const char *line_survey(const struct demonstration_answer *answer);
