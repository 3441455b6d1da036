// Any bytes as a CSV file: a sound table has no finding, an unsound one has; every cell is valid
// text without NUL or carriage return; rows come in the order of their lines.
//
// SPDX-License-Identifier: Apache-2.0
#include "config/csv_table.h"
#include "config/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void require(bool holds)
{
    if (!holds)
        abort();
}

static const struct csv_column columns[] = {{"code", true}, {"label", false}, {"x", false}};

enum { COLUMNS = sizeof columns / sizeof *columns };

static void check_cells(const struct csv_table *table, size_t size)
{
    size_t line = 0;
    size_t bytes = 0;
    for (size_t row = 0; row < csv_table_rows(table); row++) {
        require(csv_table_line(table, row) > line);
        line = csv_table_line(table, row);
        for (size_t column = 0; column < COLUMNS; column++) {
            const char *text = csv_table_text(table, row, column);
            require(text_is_valid(text, strlen(text)) && strchr(text, '\r') == NULL);
            bytes += strlen(text);
        }
    }
    require(bytes <= size && line <= size + 1);
}

static void check_findings(const struct findings *findings)
{
    require(findings->count <= 102);
    for (size_t i = 0; i < findings->count; i++) {
        require(strncmp(findings->items[i].place, "t.csv", 5) == 0);
        require(findings->items[i].message[0] != '\0');
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size); // libFuzzer calls it

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(findings) struct findings *findings = findings_create();
    AUTO(csv_table)
    struct csv_table *table =
        csv_table_parse((const char *)data, size, "t.csv", columns, COLUMNS, findings);
    require(table != NULL || findings->count > 0);
    check_findings(findings);
    if (table == NULL)
        return 0;
    require(csv_table_is_sound(table) == (findings->count == 0));
    check_cells(table, size);
    if (csv_table_rows(table) > 0) {
        csv_table_complain(table, csv_table_rows(table) - 1, COLUMNS - 1, "%s", "wrong");
        require(!csv_table_is_sound(table));
    }
    return 0;
}
