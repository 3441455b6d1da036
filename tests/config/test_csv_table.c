// SPDX-License-Identifier: Apache-2.0
#include "config/csv_table.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct csv_column columns[] = {{"code", true}, {"label", true}, {"note", false}};

enum { CODE, LABEL, NOTE, COLUMNS };

static struct csv_table *parse_bytes(const char *bytes, size_t size, struct findings *findings)
{
    return csv_table_parse(bytes, size, "t.csv", columns, COLUMNS, findings);
}

static struct csv_table *parse(const char *text, struct findings *findings)
{
    return parse_bytes(text, strlen(text), findings);
}

// The file gives exactly this finding: its place, and words that its message holds.
static void assert_finding(const char *bytes, size_t size, const char *place, const char *says)
{
    AUTO(findings) struct findings *findings = findings_create();
    AUTO(csv_table) struct csv_table *table = parse_bytes(bytes, size, findings);
    cr_assert(table == NULL || !csv_table_is_sound(table), "%s: taken as sound", place);
    cr_assert_eq(findings->count, 1, "%s: %zu findings", place, findings->count);
    cr_assert_str_eq(findings->items[0].place, place, "%s: %s", findings->items[0].place,
                     findings->items[0].message);
    cr_assert(strstr(findings->items[0].message, says) != NULL, "\"%s\" does not say \"%s\"",
              findings->items[0].message, says);
}

static void assert_cells(const char *text, size_t rows, const char *const *cells)
{
    AUTO(findings) struct findings *findings = findings_create();
    AUTO(csv_table) struct csv_table *table = parse(text, findings);
    cr_assert_not_null(table, "%s: %s", text,
                       findings->count > 0 ? findings->items[0].message : "no finding");
    cr_assert(csv_table_is_sound(table), "%s", text);
    cr_assert_eq(findings->count, 0);
    cr_assert_eq(csv_table_rows(table), rows, "%s: %zu rows", text, csv_table_rows(table));
    for (size_t i = 0; i < rows * COLUMNS; i++)
        cr_assert_str_eq(csv_table_text(table, i / COLUMNS, i % COLUMNS), cells[i]);
}

Test(csv_table, reads_cells_as_text)
{
    const char *const one[] = {"eau", "L'eau", "n"};
    const char *const none[] = {NULL};
    const char *const quoted[] = {"a", "one, \"two\"\nthree", "", "b", "", "x"};
    assert_cells("code,label,note\neau,L'eau,n\n", 1, one);
    assert_cells("code,label,note\r\neau,L'eau,n\r\n", 1, one);
    assert_cells("code,label,note\neau,L'eau,n", 1, one);
    assert_cells("\xEF\xBB\xBF"
                 "code,label,note\neau,L'eau,n\n",
                 1, one);
    assert_cells("\"code\",\"label\",\"note\"\n\"eau\",\"L'eau\",\"n\"\n", 1, one);
    assert_cells("\n\r\ncode,label,note\n\n  \neau,L'eau,n\n\n\n", 1, one);
    assert_cells("code , label,note\n eau , L'eau\t,n \n", 1, one);
    assert_cells("code,label,note\n", 0, none);
    assert_cells("code,label,note", 0, none);
    assert_cells("code,label,note\na,\"one, \"\"two\"\"\r\nthree\",\nb,,x\n", 2, quoted);
}

Test(csv_table, finds_columns_by_name_in_any_order)
{
    const char *const cells[] = {"c", "l", "n"};
    const char *const without[] = {"c", "l", ""};
    assert_cells("note,code,label\nn,c,l\n", 1, cells);
    assert_cells("label,code\nl,c\n", 1, without);
}

Test(csv_table, takes_columns_named_as_formulas_or_markup_as_text)
{
    const char *const cells[] = {"=1+1", "<b>&amp;</b>", "@x"};
    assert_cells("code,label,note\n=1+1,<b>&amp;</b>,@x\n", 1, cells);
}

Test(csv_table, names_line_and_column_of_what_is_wrong)
{
    static const struct {
        const char *text, *place, *says;
    } rows[] = {
        {"code,label\na,b,c\n", "t.csv:2:1", "3 cells"},
        {"code,label\na\n", "t.csv:2:1", "1 cell"},
        {"code,label\r\na,b\r\n\r\nc,d,e\r\n", "t.csv:4:1", "3 cells"},
        {"code,label\n\"x\ny\",b\nc\n", "t.csv:4:1", "1 cell"},
        {"code,note\na,b\n", "t.csv:1:1", "\"label\" is missing"},
        {"code,label,labels\na,b,c\n", "t.csv:1:12", "labels"},
        {"code,label,code\na,b,c\n", "t.csv:1:12", "twice"},
        {"code,label,\na,b,c\n", "t.csv:1:12", "unknown column"},
        {"code;label;note\na;b;c\n", "t.csv:1:1", "semicolons"},
        {"\"code\";\"label\"\n\"a\";\"b\"\n", "t.csv:1:1", "semicolons"},
        {"\xEF\xBB\xBF"
         "code;label\na;b\n",
         "t.csv:1:1", "commas"},
        {"code,label\na,\"b\n", "t.csv:2:3", "not closed"},
        {"code,label\na,\"b\nc,d\ne,f\n", "t.csv:2:3", "not closed"},
        {"code,label\n\xC3\xA9\xC3\xA9,\"b", "t.csv:2:4", "not closed"},
        {"code,label\na,\"b\" x\n", "t.csv:2:7", "after a closing quote"},
        {"code,label\na,b\"c\n", "t.csv:2:4", "quote inside a cell"},
        {"code,label\na,\"b\nc,\"d\"\n", "t.csv:2:3", "line 3"},
        {"code,label\ra,b\r", "t.csv:1:11", "carriage return"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_finding(rows[i].text, strlen(rows[i].text), rows[i].place, rows[i].says);
}

Test(csv_table, names_the_missing_column_and_those_that_are_there)
{
    assert_finding("note,code\nx,y\n", 14, "t.csv:1:1", "note, code");
}

Test(csv_table, names_the_first_byte_that_is_not_utf8)
{
    static const struct {
        const char *text, *place;
    } rows[] = {
        {"code,label\nd\xE9"
         "chets,b\n",
         "t.csv:2:2"}, // Latin-1
        {"\xFF\xFE"
         "c\n",
         "t.csv:1:1"},                                          // UTF-16
        {"code,label\n\xC3\xA9t\xC3\xA9,\xC3(\n", "t.csv:2:5"}, // cut sequence
        {"code,label\na,\xC0\xAF\n", "t.csv:2:3"},              // overlong
        {"code,label\na,\xED\xA0\x80\n", "t.csv:2:3"},          // surrogate
        {"code,label\na,\xF4\x90\x80\x80\n", "t.csv:2:3"},      // over U+10FFFF
        {"code,label\r\na,b\xE2\x82", "t.csv:2:4"},             // cut by the end
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_finding(rows[i].text, strlen(rows[i].text), rows[i].place, "save the file as UTF-8");
    assert_finding("code,label\na,b\0c\n", 16, "t.csv:2:4", "NUL");
}

Test(csv_table, leaves_out_wrong_rows_and_gives_the_others)
{
    AUTO(findings) struct findings *findings = findings_create();
    AUTO(csv_table)
    struct csv_table *table = parse("code,label\na,b\nc\nd,e\nf,g,h\ni,j\n", findings);
    cr_assert_not_null(table);
    cr_assert_not(csv_table_is_sound(table));
    cr_assert_eq(findings->count, 2);
    cr_assert_eq(csv_table_rows(table), 3);
    cr_assert_str_eq(csv_table_text(table, 1, LABEL), "e");
    cr_assert_eq(csv_table_line(table, 0), 2);
    cr_assert_eq(csv_table_line(table, 2), 6);
}

Test(csv_table, places_the_callers_findings_at_the_cell)
{
    static const struct {
        const char *text;
        size_t row, column;
        const char *place;
    } rows[] = {
        {"code,label\na,b\n", 0, LABEL, "t.csv:2:3"},
        {"code,label\na,  \"b\"\n", 0, LABEL, "t.csv:2:5"},
        {"code,label,note\na,b,\n", 0, NOTE, "t.csv:2:5"},
        {"code,label,note\na,b,", 0, NOTE, "t.csv:2:5"},
        {"code,label,note\n\xC3\xA9\xC3\xA9,b,c\n", 0, LABEL, "t.csv:2:4"},
        {"code,label,note\n\"a\nb\",\"c\",d\n", 0, NOTE, "t.csv:3:8"},
        {"code,label\r\n\r\na,b\r\nc,d\r\n", 1, CODE, "t.csv:4:1"},
        {"\xEF\xBB\xBF"
         "code,label\na,b\n",
         0, CODE, "t.csv:2:1"},
        {"code,label\na,b\n", 0, NOTE, "t.csv:2:1"}, // a column that the file lacks: the row
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        AUTO(findings) struct findings *findings = findings_create();
        AUTO(csv_table) struct csv_table *table = parse(rows[i].text, findings);
        cr_assert_not_null(table, "row %zu", i);
        csv_table_complain(table, rows[i].row, rows[i].column, "wrong: %d", 7);
        cr_assert_not(csv_table_is_sound(table));
        cr_assert_eq(findings->count, 1);
        cr_assert_str_eq(findings->items[0].place, rows[i].place, "row %zu: %s", i,
                         findings->items[0].place);
        cr_assert_str_eq(findings->items[0].message, "wrong: 7");
    }
}

Test(csv_table, tells_a_hundred_findings_and_that_there_are_more)
{
    char text[8192] = "code,label\n";
    for (int i = 0; i < 500; i++)
        strcat(text, "a\n");
    AUTO(findings) struct findings *findings = findings_create();
    AUTO(csv_table) struct csv_table *table = parse(text, findings);
    cr_assert_not_null(table);
    cr_assert_eq(findings->count, 101);
    cr_assert_eq(csv_table_rows(table), 0);
}

Test(csv_table, refuses_more_columns_than_anybody_writes)
{
    char text[4096] = "code,label";
    for (int i = 0; i < 400; i++)
        strcat(text, ",x");
    strcat(text, "\na,b\n");
    AUTO(findings) struct findings *findings = findings_create();
    AUTO(csv_table) struct csv_table *table = parse(text, findings);
    cr_assert_null(table);
    cr_assert_geq(findings->count, 1);
}

Test(csv_table, accepts_that_nobody_collects_findings)
{
    static const char *const wrong[] = {"", "code", "code,label\na\n", "code,label\n\"", "\xFF"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        AUTO(csv_table) struct csv_table *table = parse(wrong[i], NULL);
        cr_assert(table == NULL || !csv_table_is_sound(table), "row %zu", i);
    }
    csv_table_destroy(NULL);
}

// ---- files

static char path[] = "/tmp/recueil-csv-XXXXXX";

static void make_file(void)
{
    strcpy(path, "/tmp/recueil-csv-XXXXXX");
    int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    close(fd);
}

static void remove_file(void)
{
    unlink(path);
}

static void assert_file_refused(const char *at, const char *says)
{
    AUTO(findings) struct findings *findings = findings_create();
    AUTO(csv_table)
    struct csv_table *table = csv_table_read(at, "t.csv", columns, COLUMNS, findings);
    cr_assert_null(table);
    cr_assert_eq(findings->count, 1);
    cr_assert_str_eq(findings->items[0].place, "t.csv");
    cr_assert(strstr(findings->items[0].message, says) != NULL, "%s", findings->items[0].message);
}

static void write_file(const char *head, size_t filling)
{
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    fputs(head, file);
    for (size_t i = 0; i < filling; i++)
        fputc('\n', file);
    fclose(file);
}

Test(csv_table, refuses_files_that_are_missing_empty_or_too_large, .init = make_file,
     .fini = remove_file)
{
    assert_file_refused("/nonexistent/recueil/t.csv", "missing");
    assert_file_refused("/tmp", "not a file");
    assert_file_refused(path, "empty");
    write_file("\xEF\xBB\xBF", 0);
    assert_file_refused(path, "empty");
    write_file("", 3);
    assert_file_refused(path, "empty");
    write_file("code,label\n", CSV_FILE_LIMIT - 10);
    assert_file_refused(path, "larger");
}

Test(csv_table, reads_a_file_of_the_largest_size, .init = make_file, .fini = remove_file)
{
    AUTO(findings) struct findings *findings = findings_create();
    write_file("code,label\na,b\n", CSV_FILE_LIMIT - 15);
    AUTO(csv_table)
    struct csv_table *table = csv_table_read(path, "t.csv", columns, COLUMNS, findings);
    cr_assert_not_null(table);
    cr_assert_eq(csv_table_rows(table), 1);
}
