// What a condition asks of the controls of a page: which options of the earlier question make one
// of its terms true. The stylesheet and the words "Si vous avez répondu…" are both made from this.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/pages/options.h"

enum term_kind {
    TERM_CHOSEN,   // true when one of `options` marked in `wanted` is chosen
    TERM_ANSWERED, // true when anything is answered
    TERM_OTHER,    // neither: a figure or a text that somebody types
};

// One leaf of a condition. `negative`: the term holds when what kind says does not (`!=`, `noneof`,
// `empty`).
struct term {
    enum term_kind kind;
    bool negative;
    const struct question *question;
    struct options *options;
    bool *wanted; // one an option; of TERM_CHOSEN
};

// leaf: neither AND nor OR, of a question that the survey has. The caller ends it with
// term_destroy().
MUST_USE struct term *term_create(const struct condition *leaf, const struct survey *survey,
                                  const struct catalogue *catalogue, enum language language);
void term_destroy(struct term *term); // accepts NULL
DEFINE_AUTO(term)

// Conditions may rest on questions that have conditions: beyond this many terms in all, no rule.
enum { CONDITION_RULE_TERMS = 256 };

// Can a stylesheet judge the whole condition, with those of the questions it asks about? NULL can
// be judged.
bool condition_has_rule(const struct condition *condition, const struct survey *survey);
