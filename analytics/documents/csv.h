// Writes CSV that a machine reads back and that a spreadsheet does not execute: RFC 4180 with CRLF
// rows; text always in quotes, numbers never. The French kind is for the spreadsheet of a French
// desk: byte order mark, semicolons, decimal commas.
//
// A text whose first character, after spaces, would start a formula (= + - @, tab, line ends, their
// full-width twins, NUL) gets an apostrophe before it unless the writer is raw; re-importing strips
// it. Numbers are typed and never touched.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum csv_kind { CSV_PLAIN, CSV_EXCEL };

struct csv {
    FILE *out; // borrowed; the caller checks ferror() at the end
    enum csv_kind kind;
    bool raw;
    bool row_begun;
};

struct csv_column {
    const char *name;   // stable English identifier
    const char *french; // what CSV_EXCEL writes; NULL: the same
};

// Writes the byte order mark where the kind has one.
void csv_begin(struct csv *csv, FILE *out, enum csv_kind kind, bool raw);
void csv_header(struct csv *csv, const struct csv_column *columns, size_t count);

void csv_text(struct csv *csv, const char *text); // NULL: an empty cell
void csv_bytes(struct csv *csv, const char *text, size_t size);
void csv_whole(struct csv *csv, int64_t number);
void csv_decimal(struct csv *csv, double number, int decimals);
void csv_empty(struct csv *csv);
void csv_end_row(struct csv *csv);

// Would a spreadsheet take this text for a formula?
bool csv_is_formula(const char *text, size_t size);
