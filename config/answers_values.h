// One question's answer: is it a value that the question takes, and what does it measure? Called by
// answers.c for each visible question that was answered.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/answers.h"

enum { POINTER_BYTES = 160 };

// What the judging of one submission knows.
struct fit {
    const struct edition *edition;
    const struct survey *survey;
    enum language language;
    json_t *answers;
    struct submission *row;
    struct refusals *refusals;
};

// The French sentence, or the English one.
#define SAID(fit, french, english) ((fit)->language == LANGUAGE_EN ? (english) : (french))

// "/answers/NAME", or "/answers/NAME/PART" with part's ~ and / escaped.
void answers_pointer(char pointer[POINTER_BYTES], const char *name, const char *part);

// How many rows of a matrix are answered.
size_t answers_row_count(const json_t *value);

// The procedure's code as the catalogue writes it, or `other`; NULL when there is none.
const char *answers_procedure(const struct fit *fit, const char *code);

// Adds the refusals of this answer, or puts what it measures into the row.
void answers_judge_value(const struct fit *fit, const struct question *question,
                         const json_t *value);
