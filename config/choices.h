// The bit of each code in the masks: table `choice` in memory. A bit, once given, is for ever.
// pain-points.csv numbers pain points: only those that left it are here, because survey versions
// that still ask about them do not know their bits.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/measure.h"
#include "config/survey.h"

#include <jansson.h>

struct choices;

struct choices *choices_create(void);
void choices_destroy(struct choices *choices); // accepts NULL
DEFINE_AUTO(choices)

// -1 when the code has no bit.
int choices_bit(const struct choices *choices, enum measure measure, const char *code);
// NULL when no code has this bit. Borrowed until the next change.
const char *choices_code(const struct choices *choices, enum measure measure, int bit);

// What the database says: repeats of the same row are harmless.
void choices_set(struct choices *choices, enum measure measure, const char *code, int bit);

// Gives a bit to every code of this survey's masks and matrix that has none yet, the next free one.
// `none` and `dont_know` get none in masks; in the matrix `none` is an ordinary column and
// `dont_know` is not. A finding when the 63 bits (matrix: 15 rows, 15 columns) do not suffice.
void choices_assign(struct choices *choices, const struct survey *survey, const char *file,
                    struct findings *findings);

// Walks all rows in the order of measure and bit.
void choices_visit(const struct choices *choices,
                   void (*visit)(enum measure measure, const char *code, int bit, void *context),
                   void *context);

// {"tools": {"papier": 0, …}, …} and back.
MUST_USE json_t *choices_to_json(const struct choices *choices);
MUST_USE struct choices *choices_from_json(const json_t *document, struct error *error);
