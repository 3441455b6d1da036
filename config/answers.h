// Do these answers fit the survey? Types, choices, ranges, required questions and visibility, in
// the order of the questions; and what they measure.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/edition.h"
#include "config/submission.h"

#include <jansson.h>

enum { REFUSALS_LIMIT = 50 };

// One entry of a problem document. code is a fixed English word (required, unknown-choice,
// wrong-type, out-of-range, too-long, too-many, unknown-question, exclusive, malformed); detail is
// a sentence in the person's language, the survey's own words where it has some.
struct refusal {
    char pointer[160]; // JSON Pointer: /answers/satisfaction, /procedure
    const char *code;
    char detail[320];
};

struct refusals {
    size_t count; // at most REFUSALS_LIMIT are kept
    struct refusal items[REFUSALS_LIMIT];
};

// Text that does not fit is cut between two characters.
void refusals_add(struct refusals *refusals, const char *pointer, const char *code,
                  const char *format, ...) PRINTF_LIKE(4, 5);

// Members beside `answers`: they win over the answer of the question bound to the same measure,
// also for visibility, and make it unneeded where it is required. NULL: not given.
struct answers_beside {
    const char *procedure, *audience, *channel, *phase;
};

// Judges answers (an object; the answers to invisible questions are removed from it, and *dropped
// then tells so) and fills the measures, survey, version, procedure, audience, phase and channel of
// *row, which comes cleared. The phase is, in this order, the one beside, the answer's, the
// survey's. Texts put into *row live as long as the edition. Returns false when there is any
// refusal; *row is then of no use. Detail sentences are in English for LANGUAGE_EN, else in French.
//
// A choice may have `NAME-Comment` beside it: the words for `other` where the question offers it.
bool answers_fit(const struct edition *edition, const struct edition_survey *survey,
                 enum language language, json_t *answers, const struct answers_beside *beside,
                 struct submission *row, struct refusals *refusals, bool *dropped);
