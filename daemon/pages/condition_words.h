// A condition in words, for browsers that cannot hide a question: "Si vous avez répondu « Oui » :
// ".
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/pages/html.h"
#include "daemon/pages/visibility.h"

// Writes the sentence and its final colon and space.
void condition_words_write(struct html *html, const struct condition *condition,
                           const struct survey *survey, const struct catalogue *catalogue,
                           enum language language);
