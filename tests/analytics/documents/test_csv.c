// Exact bytes: what a machine reads back, and what a spreadsheet must not execute.
//
// SPDX-License-Identifier: Apache-2.0
#include "analytics/documents/csv.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

// Runs write between begin and end and compares all bytes.
static void check(enum csv_kind kind, bool raw, void (*write)(struct csv *csv),
                  const char *expected)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    struct csv csv;
    csv_begin(&csv, out, kind, raw);
    write(&csv);
    (void)fclose(out);
    cr_assert_str_eq(text, expected);
    cr_assert_eq(size, strlen(expected));
    free(text);
}

static void write_nothing(struct csv *csv)
{
    (void)csv;
}

static void write_every_kind(struct csv *csv)
{
    csv_text(csv, "Déclarer");
    csv_whole(csv, -12);
    csv_decimal(csv, 0.5, 6);
    csv_empty(csv);
    csv_text(csv, NULL);
    csv_text(csv, "");
    csv_decimal(csv, -1234.56789, 2);
    csv_end_row(csv);
    csv_whole(csv, INT64_MAX);
    csv_end_row(csv);
}

Test(csv, quotes_text_and_only_text)
{
    check(CSV_PLAIN, false, write_every_kind,
          "\"Déclarer\",-12,0.500000,,,\"\",-1234.57\r\n9223372036854775807\r\n");
}

Test(csv, gives_a_french_spreadsheet_its_mark_its_semicolons_and_its_commas)
{
    check(CSV_EXCEL, false, write_every_kind,
          "\xEF\xBB\xBF\"Déclarer\";-12;0,500000;;;\"\";-1234,57\r\n9223372036854775807\r\n");
}

Test(csv, begins_with_nothing_but_the_mark)
{
    check(CSV_PLAIN, false, write_nothing, "");
    check(CSV_EXCEL, false, write_nothing, "\xEF\xBB\xBF");
}

static void write_hard_text(struct csv *csv)
{
    csv_text(csv, "il a dit \"non\"");
    csv_text(csv, "une;deux,trois");
    csv_text(csv, "ligne\r\nautre\nencore\r");
    csv_text(csv, "l’eau\xC2\xA0: *chère* ");
    csv_end_row(csv);
}

Test(csv, keeps_quotes_separators_and_line_ends_inside_the_cell)
{
    check(CSV_PLAIN, false, write_hard_text,
          "\"il a dit \"\"non\"\"\",\"une;deux,trois\",\"ligne\r\nautre\nencore\r\","
          "\"l’eau\xC2\xA0: *chère* \"\r\n");
}

static void write_headers(struct csv *csv)
{
    static const struct csv_column columns[] = {{"month", "Mois"}, {"id", NULL}};
    csv_header(csv, columns, 2);
    csv_text(csv, "2026-10");
    csv_end_row(csv);
}

Test(csv, names_columns_in_french_for_a_french_spreadsheet_only)
{
    check(CSV_PLAIN, false, write_headers, "\"month\",\"id\"\r\n\"2026-10\"\r\n");
    check(CSV_EXCEL, false, write_headers, "\xEF\xBB\xBF\"Mois\";\"id\"\r\n\"2026-10\"\r\n");
}

static const struct {
    const char *text;
    size_t size;
    bool formula;
} starts[] = {
    {"=1+1", 4, true},
    {"+33262", 6, true},
    {"-2", 2, true},
    {"@SUM(A1)", 8, true},
    {"\tx", 2, true},
    {"\rx", 2, true},
    {"\nx", 2, true},
    {"\0x", 2, true},
    {"\xEF\xBC\x9D"
     "1",
     4, true}, // ＝
    {"\xEF\xBC\x8B"
     "1",
     4, true}, // ＋
    {"\xEF\xBC\x8D"
     "1",
     4, true}, // －
    {"\xEF\xBC\xA0"
     "x",
     4, true}, // ＠
    {"   =1", 5, true},
    {" -", 2, true},
    {"=", 1, true},
    {"", 0, false},
    {"   ", 3, false},
    {"a=1", 3, false},
    {"1+1", 3, false},
    {"'=1", 3, false},
    {"\xEF\xBC", 2, false},     // cut short
    {"\xEF\xBC\x8C", 3, false}, // ，is no operator
    {"é", 2, false},
    {"— tiret", 9, false},
    {"*=1", 3, false},
};

Test(csv, knows_every_start_that_a_spreadsheet_executes)
{
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++)
        cr_assert_eq(csv_is_formula(starts[i].text, starts[i].size), starts[i].formula, "\"%s\"",
                     starts[i].text);
}

Test(csv, puts_an_apostrophe_before_a_formula_unless_raw)
{
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++)
        for (int raw = 0; raw < 2; raw++) {
            char *text = NULL;
            size_t size = 0;
            FILE *out = open_memstream(&text, &size);
            struct csv csv;
            csv_begin(&csv, out, CSV_PLAIN, raw == 1);
            csv_bytes(&csv, starts[i].text, starts[i].size);
            (void)fclose(out);
            size_t mark = starts[i].formula && raw == 0 ? 1 : 0;
            cr_assert_eq(size, starts[i].size + 2 + mark, "\"%s\"", starts[i].text);
            cr_assert(text[0] == '"' && text[size - 1] == '"');
            cr_assert(mark == 0 || text[1] == '\'', "\"%s\"", starts[i].text);
            cr_assert_eq(memcmp(text + 1 + mark, starts[i].text, starts[i].size), 0);
            free(text);
        }
}

static void write_negative(struct csv *csv)
{
    csv_whole(csv, -5);
    csv_decimal(csv, -0.25, 2);
    csv_text(csv, "-5");
    csv_end_row(csv);
}

Test(csv, never_touches_a_number)
{
    check(CSV_PLAIN, false, write_negative, "-5,-0.25,\"'-5\"\r\n");
    check(CSV_EXCEL, true, write_negative, "\xEF\xBB\xBF-5;-0,25;\"-5\"\r\n");
}
