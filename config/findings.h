// Everything wrong with the files somebody wrote, so that one run of `recueil publish --check`
// tells all of it. Each finding names a place and says what to do there.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/error.h"

struct finding {
    char *place;   // "procedures.csv:12:34" or "surveys/demarches.json#/pages/0/elements/1"
    char *message; // what is wrong and the remedy, in English, no final newline
};

struct findings {
    struct finding *items;
    size_t count;
};

struct findings *findings_create(void);
void findings_destroy(struct findings *findings); // accepts NULL
DEFINE_AUTO(findings)

// Copies both. A NULL findings drops the finding.
void findings_add(struct findings *findings, const char *place, const char *format, ...)
    PRINTF_LIKE(3, 4);

// ERROR_BAD_INPUT with the first findings as "place: message" lines and how many more there are;
// leaves the error alone when there are none.
void findings_to_error(const struct findings *findings, struct error *error);
