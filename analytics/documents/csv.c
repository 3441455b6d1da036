// SPDX-License-Identifier: Apache-2.0
#include "analytics/documents/csv.h"

#include "config/error.h"

#include <csv.h>
#include <stdlib.h>
#include <string.h>

#define BYTE_ORDER_MARK "\xEF\xBB\xBF"

// What a spreadsheet takes for the start of a formula or cuts a cell at. The last four are the
// full-width = + - @, which some of them fold to the ASCII ones.
static const struct {
    const char *bytes;
    size_t size;
} dangerous[] = {
    {"=", 1},
    {"+", 1},
    {"-", 1},
    {"@", 1},
    {"\t", 1},
    {"\r", 1},
    {"\n", 1},
    {"\0", 1},
    {"\xEF\xBC\x9D", 3},
    {"\xEF\xBC\x8B", 3},
    {"\xEF\xBC\x8D", 3},
    {"\xEF\xBC\xA0", 3},
};

bool csv_is_formula(const char *text, size_t size)
{
    size_t at = 0;
    while (at < size && text[at] == ' ')
        at++;
    for (size_t i = 0; i < sizeof dangerous / sizeof dangerous[0]; i++)
        if (size - at >= dangerous[i].size &&
            memcmp(text + at, dangerous[i].bytes, dangerous[i].size) == 0)
            return true;
    return false;
}

void csv_begin(struct csv *csv, FILE *out, enum csv_kind kind, bool raw)
{
    *csv = (struct csv){.out = out, .kind = kind, .raw = raw};
    if (kind == CSV_EXCEL)
        (void)fputs(BYTE_ORDER_MARK, out);
}

static void begin_cell(struct csv *csv)
{
    if (csv->row_begun)
        (void)fputc(csv->kind == CSV_EXCEL ? ';' : ',', csv->out);
    csv->row_begun = true;
}

void csv_bytes(struct csv *csv, const char *text, size_t size)
{
    begin_cell(csv);
    if (csv->raw || !csv_is_formula(text, size)) {
        (void)csv_fwrite(csv->out, text, size);
        return;
    }
    char *marked = memory_allocate(size + 1);
    marked[0] = '\'';
    memcpy(marked + 1, text, size);
    (void)csv_fwrite(csv->out, marked, size + 1);
    free(marked);
}

void csv_text(struct csv *csv, const char *text)
{
    if (text == NULL)
        csv_empty(csv);
    else
        csv_bytes(csv, text, strlen(text));
}

void csv_whole(struct csv *csv, int64_t number)
{
    begin_cell(csv);
    (void)fprintf(csv->out, "%lld", (long long)number);
}

void csv_decimal(struct csv *csv, double number, int decimals)
{
    char text[64];
    begin_cell(csv);
    (void)snprintf(text, sizeof text, "%.*f", decimals, number);
    char *point = strchr(text, '.');
    if (point != NULL && csv->kind == CSV_EXCEL)
        *point = ',';
    (void)fputs(text, csv->out);
}

void csv_empty(struct csv *csv)
{
    begin_cell(csv);
}

void csv_end_row(struct csv *csv)
{
    (void)fputs("\r\n", csv->out);
    csv->row_begun = false;
}

void csv_header(struct csv *csv, const struct csv_column *columns, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bool french = csv->kind == CSV_EXCEL && columns[i].french != NULL;
        csv_text(csv, french ? columns[i].french : columns[i].name);
    }
    csv_end_row(csv);
}
