// The answer of a statement, read by type. Wraps a PGresult in text format.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/error.h"

#include <libpq-fe.h>
#include <stdint.h>

struct rows;

struct rows *rows_take(PGresult *taken_result); // swallows it
void rows_destroy(struct rows *rows);           // accepts NULL
DEFINE_AUTO(rows)

size_t rows_count(const struct rows *rows);
int rows_columns(const struct rows *rows);
bool rows_null(const struct rows *rows, size_t row, int column);
// Borrowed until rows_destroy(); "" where null.
const char *rows_text(const struct rows *rows, size_t row, int column);
size_t rows_size(const struct rows *rows, size_t row, int column);     // bytes of the text
int64_t rows_integer(const struct rows *rows, size_t row, int column); // 0 where null
bool rows_truth(const struct rows *rows, size_t row, int column);
// "{1,2,3}" into numbers[0..limit); returns how many there are. Null elements are 0.
size_t rows_integers(const struct rows *rows, size_t row, int column, int64_t *numbers,
                     size_t limit);
