// What the generator recueil-demo-1 plants: for each kind of procedure, what is added to the
// background of each pain point, who is kept out, how much is done online, and the direction that
// an honest assessment should find.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { KIND_PAINS = 4, KIND_AUDIENCES = 3 };

struct planted {
    const char *code; // NULL after the last
    double added;     // to the background's probability
};

struct kind {
    const char *type;      // "org", …; "internal" where the procedure has no external audience
    const char *direction; // "simplify-first", …
    double excluded[KIND_AUDIENCES];   // probability of a citizen, an applicant, a beneficiary
    double online;                     // share done online by those who are not excluded
    double background;                 // of every pain point in external answers
    double agents_background;          // of every pain point in agents' answers
    bool prefers_online;               // most would rather do it online
    struct planted pains[KIND_PAINS];  // in external answers
    struct planted agents[KIND_PAINS]; // in agents' answers
};

// The kind of the catalogue's n-th procedure with an external audience, in the file's order; after
// the last of the plan it starts again (the plan was written for the 26 of CASUD).
const struct kind *kind_of_external(size_t n);
// The same for the n-th procedure without one (CASUD has 4).
const struct kind *kind_of_internal(size_t n);

// Calls visit for each code that any kind plants; a code may come more than once.
void kinds_visit_codes(void (*visit)(const char *code, void *context), void *context);
