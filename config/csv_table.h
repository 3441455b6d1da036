// A CSV file that somebody wrote, read whole and strictly: a line of column names, then rows. Knows
// nothing of what the cells mean; the caller names the columns and judges their texts.
//
//   comma between cells, "…" around cells that hold commas, quotes (written twice) or line ends,
//   UTF-8 with or without byte order mark, lines end with LF or CRLF; blank lines do not count, nor
//   do spaces around a cell
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/findings.h"

struct csv_column {
    const char *name;
    bool required;
};

struct csv_table;

enum { CSV_FILE_LIMIT = 4 * 1024 * 1024, CSV_COLUMNS_LIMIT = 256 };

// path: the file; name: how findings call it. columns: those that may be there, in any order; they
// must live as long as the table. Returns NULL, with findings, when the file as a whole cannot be
// read: missing, empty, too large, not UTF-8, quotes that do not match, a column missing, unknown
// or there twice. Rows with too few or too many cells are findings too and left out; the table is
// then given, so that the other rows can be judged, but is not sound.
MUST_USE struct csv_table *csv_table_read(const char *path, const char *name,
                                          const struct csv_column *columns, size_t count,
                                          struct findings *findings);
// The same from memory.
MUST_USE struct csv_table *csv_table_parse(const char *bytes, size_t size, const char *name,
                                           const struct csv_column *columns, size_t count,
                                           struct findings *findings);
void csv_table_destroy(struct csv_table *table); // accepts NULL
DEFINE_AUTO(csv_table)

size_t csv_table_rows(const struct csv_table *table); // the names are no row

// column: the index in the caller's list. The text of an optional column that the file does not
// have is "". Borrowed from the table. Lines within a cell end with LF.
const char *csv_table_text(const struct csv_table *table, size_t row, size_t column);

// Where the row begins in the file, for messages that tell of two rows.
size_t csv_table_line(const struct csv_table *table, size_t row);

// A finding at the cell: "procedures.csv:12:34". The table is not sound any more. After 100 of them
// only one more, which says that the rest is not told.
void csv_table_complain(struct csv_table *table, size_t row, size_t column, const char *format, ...)
    PRINTF_LIKE(4, 5);

// False when there was any finding about the table.
bool csv_table_is_sound(const struct csv_table *table);
