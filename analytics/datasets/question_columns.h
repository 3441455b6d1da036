// The columns that the questions of several survey versions give to a table of submissions: one a
// question, one a row of a matrix (NAME.ROW), one for the words beside a choice (NAME-Comment). A
// name that several versions share is one column, where it was first met.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/survey.h"

struct question_column {
    char *name;     // as the header says
    char *question; // member of `answers`
    char *row;      // of a matrix, or NULL
};

struct question_columns {
    struct question_column *items;
    size_t count;
};

void question_columns_add(struct question_columns *columns, const struct survey *survey);
void question_columns_clear(struct question_columns *columns);
#define AUTO_QUESTION_COLUMNS __attribute__((cleanup(question_columns_clear)))

// The cell's value in an object of answers: text, number, boolean, array; NULL where there is none.
// Borrowed from answers.
const json_t *question_column_answer(const struct question_column *column, const json_t *answers);
