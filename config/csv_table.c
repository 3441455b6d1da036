// libcsv splits the bytes but tells no positions: it is fed one byte at a time, and the reader
// remembers where each cell begins.
//
// SPDX-License-Identifier: Apache-2.0
#include "config/csv_table.h"

#include "config/text.h"
#include "config/whole_file.h"

#include <assert.h>
#include <csv.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    COMPLAINTS_LIMIT = 100,
    NAMES_BYTES = 512,
    PLACE_BYTES = 512,
    MESSAGE_BYTES = 900,
    CELL_GROWTH = 64 * 1024
};

struct cell {
    const char *text; // in the table's texts
    struct position at;
};

struct csv_table {
    char *name;
    struct findings *findings;
    size_t complaints;
    const struct csv_column *columns;
    size_t column_count;
    int *places;  // of each wanted column: its place in the file's rows, or -1
    size_t width; // cells in a row
    struct cell *cells;
    size_t cell_count, cell_room;
    char *texts; // all cells, a NUL after each
    size_t texts_used;
};

struct reader {
    struct csv_table *table;
    struct position here;  // of the byte being fed
    struct position start; // of the cell being read
    bool in_cell, quoted;  // quoted: the cell began with a quote
    size_t row_start;      // index in cells
    size_t in_row;         // cells in this row, those over the limit included
    bool has_header, header_is_bad;
};

static void complain_with(struct csv_table *table, struct position at, const char *format,
                          va_list arguments)
{
    char place[PLACE_BYTES];
    char message[MESSAGE_BYTES];
    table->complaints++;
    if (table->complaints > COMPLAINTS_LIMIT + 1)
        return;
    (void)vsnprintf(message, sizeof message, format, arguments);
    (void)snprintf(place, sizeof place, "%s:%zu:%zu", table->name, at.line, at.column);
    if (table->complaints > COMPLAINTS_LIMIT)
        findings_add(table->findings, place,
                     "more is wrong from here on: correct the lines named above first");
    else
        findings_add(table->findings, place, "%s", message);
}

static void complain_at(struct csv_table *table, struct position at, const char *format, ...)
    PRINTF_LIKE(3, 4);

static void complain_at(struct csv_table *table, struct position at, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    complain_with(table, at, format, arguments);
    va_end(arguments);
}

// ---- the line of names

static int find_column(const struct csv_table *table, const char *name)
{
    for (size_t i = 0; i < table->column_count; i++)
        if (strcmp(table->columns[i].name, name) == 0)
            return (int)i;
    return -1;
}

static void append_name(char list[NAMES_BYTES], const char *name)
{
    size_t used = strlen(list);
    (void)snprintf(list + used, NAMES_BYTES - used, "%s%s", used == 0 ? "" : ", ", name);
}

static void judge_name(struct csv_table *table, size_t place)
{
    const struct cell *cell = &table->cells[place];
    int column = find_column(table, cell->text);
    if (column >= 0 && table->places[column] < 0) {
        table->places[column] = (int)place;
        return;
    }
    if (column >= 0) {
        complain_at(table, cell->at, "the column \"%s\" is there twice: remove one", cell->text);
        return;
    }
    char known[NAMES_BYTES] = "";
    for (size_t i = 0; i < table->column_count; i++)
        append_name(known, table->columns[i].name);
    complain_at(table, cell->at, "unknown column \"%.60s\": the columns are %s", cell->text, known);
}

static void judge_missing(struct csv_table *table)
{
    char there[NAMES_BYTES] = "";
    for (size_t i = 0; i < table->width; i++)
        append_name(there, table->cells[i].text);
    for (size_t i = 0; i < table->column_count; i++)
        if (table->columns[i].required && table->places[i] < 0)
            complain_at(table, table->cells[0].at,
                        "the column \"%s\" is missing: add it to the first line (there now: %s)",
                        table->columns[i].name, there);
}

static void end_header(struct reader *reader)
{
    struct csv_table *table = reader->table;
    reader->has_header = true;
    table->width = reader->in_row;
    if (reader->in_row > CSV_COLUMNS_LIMIT) {
        complain_at(table, table->cells[0].at,
                    "more than %d columns: this cannot be the file meant", CSV_COLUMNS_LIMIT);
    } else {
        for (size_t place = 0; place < table->width; place++)
            judge_name(table, place);
        judge_missing(table);
    }
    reader->header_is_bad = table->complaints > 0;
}

// ---- cells and rows, as libcsv tells them

static void on_cell(void *text, size_t size, void *context)
{
    struct reader *reader = context;
    struct csv_table *table = reader->table;
    size_t limit = reader->has_header ? table->width : CSV_COLUMNS_LIMIT;
    struct position start = reader->in_cell ? reader->start : reader->here;
    reader->in_cell = false;
    reader->in_row++;
    if (reader->in_row > limit) // told when the row ends
        return;
    if (table->cell_count == table->cell_room) {
        table->cell_room = table->cell_room == 0 ? 64 : table->cell_room * 2;
        table->cells = memory_resize(table->cells, table->cell_room * sizeof *table->cells);
    }
    char *copy = table->texts + table->texts_used;
    if (size > 0)
        memcpy(copy, text, size);
    size = text_unify_lines(copy, size);
    copy[size] = '\0';
    table->texts_used += size + 1;
    table->cells[table->cell_count++] = (struct cell){copy, start};
}

static void on_row(int end, void *context)
{
    struct reader *reader = context;
    struct csv_table *table = reader->table;
    (void)end;
    if (!reader->has_header) {
        end_header(reader);
    } else if (reader->in_row != table->width) {
        struct position at = table->cells[reader->row_start].at;
        complain_at(table, at,
                    "%zu cells where the first line has %zu columns: put cells that hold a comma "
                    "between quotes, and leave no cell out",
                    reader->in_row, table->width);
        table->cell_count = reader->row_start;
    }
    reader->row_start = table->cell_count;
    reader->in_row = 0;
}

// ---- the bytes

static void complain_of_quotes(const struct reader *reader, char byte)
{
    struct csv_table *table = reader->table;
    if (!reader->quoted)
        complain_at(
            table, reader->here,
            "a quote inside a cell that does not begin with one: put the whole cell between "
            "quotes and write the inner quote twice");
    else if (reader->start.line == reader->here.line)
        complain_at(
            table, reader->here,
            "text after a closing quote (\"%c\"): write a quote inside a cell twice, or put "
            "a comma after the closing quote",
            byte > ' ' && byte < 0x7F ? byte : '?');
    else
        complain_at(table, reader->start,
                    "this quote is not closed: it runs to line %zu, column %zu, where text follows "
                    "the next quote; close it, and write a quote inside a cell twice",
                    reader->here.line, reader->here.column);
}

static void note_start(struct reader *reader, char byte)
{
    if (reader->in_cell || byte == ' ' || byte == '\t')
        return;
    bool ends_blank_line = reader->in_row == 0 && (byte == '\r' || byte == '\n');
    if (ends_blank_line)
        return;
    reader->start = reader->here;
    reader->in_cell = true;
    reader->quoted = byte == '"';
}

// Returns false where libcsv stopped; the finding is told.
static bool feed(struct reader *reader, struct csv_parser *parser, const char *bytes, size_t size)
{
    for (size_t i = whole_file_mark(bytes, size); i < size; i++) {
        note_start(reader, bytes[i]);
        if (csv_parse(parser, bytes + i, 1, on_cell, on_row, reader) != 1) {
            complain_of_quotes(reader, bytes[i]);
            return false;
        }
        if (reader->header_is_bad) // what stands in the rows cannot be judged
            return false;
        position_pass(&reader->here, bytes[i]);
    }
    if (csv_fini(parser, on_cell, on_row, reader) == 0)
        return !reader->header_is_bad;
    complain_at(reader->table, reader->start,
                "this quote is not closed: put one at the end of the cell");
    return false;
}

// Carriage returns alone (old Macintosh files) would shift every line number.
static bool check_lines(struct csv_table *table, const char *bytes, size_t size)
{
    struct position at = {1, 1};
    for (size_t i = whole_file_mark(bytes, size); i < size; i++) {
        if (bytes[i] == '\r' && (i + 1 == size || bytes[i + 1] != '\n')) {
            complain_at(table, at,
                        "a carriage return alone: save the file with line ends LF or "
                        "CRLF");
            return false;
        }
        position_pass(&at, bytes[i]);
    }
    return true;
}

// The spreadsheets of half of Europe write semicolons: say so instead of "unknown column".
static bool check_separator(struct csv_table *table, const char *bytes, size_t size)
{
    struct position at = {1, 1};
    size_t i = whole_file_mark(bytes, size);
    for (; i < size && strchr(" \t\r\n", bytes[i]) != NULL; i++)
        position_pass(&at, bytes[i]);
    size_t line = 0;
    while (i + line < size && bytes[i + line] != '\n')
        line++;
    if (memchr(bytes + i, ',', line) != NULL || memchr(bytes + i, ';', line) == NULL)
        return true;
    complain_at(table, at,
                "the columns are separated by semicolons: export the file with commas "
                "(in LibreOffice: \"Save as\", \"Edit filter settings\", field "
                "delimiter \",\")");
    return false;
}

static bool read_cells(struct csv_table *table, const char *bytes, size_t size)
{
    struct csv_parser parser;
    struct reader reader = {.table = table, .here = {1, 1}};
    if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
        return false;
    csv_set_blk_size(&parser, CELL_GROWTH); // by its default of 128 a cell of 4 MiB takes minutes
    bool done = feed(&reader, &parser, bytes, size);
    csv_free(&parser);
    if (done && !reader.has_header) {
        findings_add(table->findings, table->name,
                     "is empty: restore it, or remove it if it is "
                     "not needed");
        return false;
    }
    return done;
}

static struct csv_table *create_table(const char *name, size_t size,
                                      const struct csv_column *columns, size_t count,
                                      struct findings *findings)
{
    struct csv_table *table = memory_allocate(sizeof *table);
    table->name = memory_copy_text(name);
    table->findings = findings;
    table->columns = columns;
    table->column_count = count;
    table->places = memory_allocate(count * sizeof *table->places);
    for (size_t i = 0; i < count; i++)
        table->places[i] = -1;
    table->texts = memory_allocate(size + 2); // each cell but the last has a byte after it
    return table;
}

struct csv_table *csv_table_parse(const char *bytes, size_t size, const char *name,
                                  const struct csv_column *columns, size_t count,
                                  struct findings *findings)
{
    if (!whole_file_is_text(bytes, size, name, findings))
        return NULL;
    AUTO(csv_table) struct csv_table *table = create_table(name, size, columns, count, findings);
    if (!check_lines(table, bytes, size) || !check_separator(table, bytes, size) ||
        !read_cells(table, bytes, size))
        return NULL;
    return TAKE(table);
}

struct csv_table *csv_table_read(const char *path, const char *name,
                                 const struct csv_column *columns, size_t count,
                                 struct findings *findings)
{
    size_t size;
    char *bytes = whole_file_read(path, name, CSV_FILE_LIMIT, &size, findings);
    if (bytes == NULL)
        return NULL;
    struct csv_table *table = csv_table_parse(bytes, size, name, columns, count, findings);
    free(bytes);
    return table;
}

void csv_table_destroy(struct csv_table *table)
{
    if (table == NULL)
        return;
    free(table->name);
    free(table->places);
    free(table->cells);
    free(table->texts);
    free(table);
}

// ---- for the caller

size_t csv_table_rows(const struct csv_table *table)
{
    return table->cell_count / table->width - 1;
}

static const struct cell *first_cell(const struct csv_table *table, size_t row)
{
    assert(row < csv_table_rows(table));
    return &table->cells[(row + 1) * table->width];
}

const char *csv_table_text(const struct csv_table *table, size_t row, size_t column)
{
    int place = table->places[column];
    return place < 0 ? "" : first_cell(table, row)[place].text;
}

size_t csv_table_line(const struct csv_table *table, size_t row)
{
    return first_cell(table, row)->at.line;
}

void csv_table_complain(struct csv_table *table, size_t row, size_t column, const char *format, ...)
{
    int place = table->places[column];
    va_list arguments;
    va_start(arguments, format);
    complain_with(table, first_cell(table, row)[place < 0 ? 0 : place].at, format, arguments);
    va_end(arguments);
}

bool csv_table_is_sound(const struct csv_table *table)
{
    return table->complaints == 0;
}
