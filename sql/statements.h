// Every statement that PostgreSQL is told, by name. The texts are the files of sql/queries/,
// embedded at build: a new file insert_x.sql is STATEMENT_INSERT_X, nothing else to edit.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stddef.h>

enum statement {
#define STATEMENT(upper, lower) STATEMENT_##upper,
#include "sql/statements_list.h" // made by the build
#undef STATEMENT
    STATEMENT_COUNT
};

struct statement_text {
    const char *name; // insert_x: also the name under which it is prepared
    const char *text;
    int parameters; // the highest $n in the text
};

const struct statement_text *statement_text(enum statement statement);
