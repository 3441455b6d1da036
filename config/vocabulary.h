// The closed lists of words that tables, files and routes share. Everywhere in memory such a word
// is a pointer into these tables (never freed, compared by address or by text), or NULL for "not
// said".
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum vocabulary {
    VOCABULARY_AUDIENCE,  // citizen applicant beneficiary | elected agent partner
    VOCABULARY_CHANNEL,   // online desk phone mail home
    VOCABULARY_PHASE,     // before during after
    VOCABULARY_ENTRY,     // form kiosk paper api
    VOCABULARY_STATE,     // counted prefilled set_aside withdrawn canary
    VOCABULARY_CLASS,     // external internal: of an audience and of a survey
    VOCABULARY_LANGUAGE,  // fr rcf en
    VOCABULARY_COMPLETED, // done pending given_up
    VOCABULARY_HELP,      // none helped unmet proxy
    VOCABULARY_NATURE,    // of a pain point: organisation information digital-gain access
                          // digital-fault skills relation exclusion
    VOCABULARY_COUNT
};

enum language {
    LANGUAGE_FR,
    LANGUAGE_RCF,
    LANGUAGE_EN,
    LANGUAGE_COUNT
}; // index in VOCABULARY_LANGUAGE

// The word itself, or NULL when the list does not hold it. text needs no NUL.
const char *vocabulary_find(enum vocabulary list, const char *text, size_t size);
// Its place in the list from 0, or -1. A NULL word gives -1.
int vocabulary_index(enum vocabulary list, const char *word);
// NULL after the last word.
const char *vocabulary_word(enum vocabulary list, size_t index);
// "a, b or c", for messages. Borrowed from a static table.
const char *vocabulary_list(enum vocabulary list);

// "external" or "internal" for an audience of VOCABULARY_AUDIENCE.
const char *vocabulary_class_of(const char *audience);
