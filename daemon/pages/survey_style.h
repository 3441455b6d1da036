// The part of a stylesheet that is made from a survey: one rule a condition, which hides what the
// condition does not show. So that conditions work without a script, where the browser knows
// :has().
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/survey.h"
#include "daemon/pages/html.h"
#include "daemon/pages/options.h"

// theme_css stands first, as it is. css is a plain buffer here: nothing is escaped as HTML.
void survey_style_write(struct html *css, const struct survey *survey,
                        const struct catalogue *catalogue, const char *theme_css);
