// The four CSV files -> struct catalogue. Every cell is judged by its field's kind, then the rows
// against each other: no code and no bit twice.
//
// SPDX-License-Identifier: Apache-2.0
#include "config/catalogue_fields.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void read_rows(struct csv_table *table, struct catalogue *catalogue,
                      enum catalogue_list list)
{
    const struct catalogue_shape *shape = catalogue_shape(list);
    size_t count = csv_table_rows(table);
    catalogue_make_room(catalogue, list, count);
    char *item = catalogue_items(catalogue, list);
    for (size_t row = 0; row < count; row++, item += shape->item_size) {
        for (size_t i = 0; i < shape->field_count; i++) {
            char complaint[COMPLAINT_BYTES];
            if (!field_read(&shape->fields[i], item, csv_table_text(table, row, i), complaint))
                csv_table_complain(table, row, i, "%s", complaint);
        }
    }
}

// Codes that were refused are empty, and no duplicates of each other.
static void check_codes(struct csv_table *table, struct catalogue *catalogue,
                        enum catalogue_list list)
{
    const struct catalogue_shape *shape = catalogue_shape(list);
    size_t column = shape->fields[0].kind == FIELD_CODE ? 0 : 1;
    size_t count = csv_table_rows(table);
    catalogue_sort(catalogue, list);
    const struct code_place *places = catalogue->by_code[list];
    for (size_t i = 1; i < count; i++)
        if (places[i].code[0] != '\0' && strcmp(places[i - 1].code, places[i].code) == 0)
            csv_table_complain(table, places[i].index, column,
                               "the code \"%s\" is that of line %zu too: give each its own",
                               places[i].code, csv_table_line(table, places[i - 1].index));
}

static void check_bits(struct csv_table *table, const struct catalogue *catalogue)
{
    size_t lines[63] = {0}; // where each bit was met first
    for (size_t row = 0; row < catalogue->pain_point_count; row++) {
        int bit = catalogue->pain_points[row].bit;
        if (bit < 0)
            continue;
        if (lines[bit] == 0)
            lines[bit] = csv_table_line(table, row);
        else
            csv_table_complain(table, row, 0,
                               "bit %d is that of line %zu too: give the newer of the two the next "
                               "free bit (a bit once published never changes)",
                               bit, lines[bit]);
    }
}

// Returns false when there was any finding.
static bool read_list(const char *directory, struct catalogue *catalogue, enum catalogue_list list,
                      struct findings *findings)
{
    const struct catalogue_shape *shape = catalogue_shape(list);
    struct csv_column columns[FIELDS_LIMIT];
    for (size_t i = 0; i < shape->field_count; i++)
        columns[i] = (struct csv_column){shape->fields[i].name, !shape->fields[i].may_lack};

    char *path = memory_format("%s/%s", directory, shape->file);
    if (!shape->required && access(path, F_OK) != 0) {
        free(path);
        catalogue_sort(catalogue, list);
        return true;
    }
    AUTO(csv_table)
    struct csv_table *table =
        csv_table_read(path, shape->file, columns, shape->field_count, findings);
    free(path);
    if (table == NULL)
        return false;
    read_rows(table, catalogue, list);
    check_codes(table, catalogue, list);
    if (list == CATALOGUE_PAIN_POINTS)
        check_bits(table, catalogue);
    if (shape->required && csv_table_rows(table) == 0 && csv_table_is_sound(table)) {
        findings_add(findings, shape->file, "holds no line but the column names: add at least one");
        return false;
    }
    return csv_table_is_sound(table);
}

struct catalogue *catalogue_read(const char *directory, struct findings *findings)
{
    AUTO(catalogue) struct catalogue *catalogue = memory_allocate(sizeof *catalogue);
    bool good = true;
    for (int list = 0; list < CATALOGUE_LIST_COUNT; list++)
        good = read_list(directory, catalogue, (enum catalogue_list)list, findings) && good;
    return good ? TAKE(catalogue) : NULL;
}
