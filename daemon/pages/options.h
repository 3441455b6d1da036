// What a person can tick or choose in a question, in the order of the page: entries of the
// catalogue by service, then the survey's own choices, `other`, and `none` last. The position in
// this list numbers the controls (NAME-1…n), so the page and its stylesheet both ask here.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/catalogue.h"
#include "config/survey.h"

enum option_kind { OPTION_PLAIN, OPTION_OTHER, OPTION_NONE };

// Every text is borrowed from the survey, the catalogue or the table of words.
struct option {
    enum option_kind kind;
    const char *code;
    const char *text;  // in the language asked for
    const char *group; // service of a catalogue entry; NULL: none
    bool french;       // text is a fallback, or stands in the French catalogue
    bool is_number;
    int32_t number;
};

struct options {
    struct option *items;
    size_t count;
    bool with_none;
};

// Of radiogroup, checkbox, dropdown, rating, boolean (codes `true` and `false`) and matrix (its
// columns); empty for the other types. catalogue may be NULL. The caller ends it with
// options_destroy().
MUST_USE struct options *options_create(const struct survey *survey,
                                        const struct question *question,
                                        const struct catalogue *catalogue, enum language language);
void options_destroy(struct options *options); // accepts NULL
DEFINE_AUTO(options)

// True when the page is not in French, the phrase falls back to it, and there are words in it to
// pronounce (a mere "1" has no language).
bool phrase_is_foreign(const struct phrase *phrase, enum language language);
