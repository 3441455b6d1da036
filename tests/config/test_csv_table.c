// SPDX-License-Identifier: Apache-2.0
#include "config/csv_table.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct csv_column columns[] = {{"code", true}, {"label", true}, {"staff", false}};
enum { CODE, LABEL, STAFF, COLUMNS };

static struct csv_table *parse(const char *text, size_t size, struct findings *findings)
{
    return csv_table_parse(text, size, "t.csv", columns, COLUMNS, findings);
}

static struct csv_table *parse_soundly(const char *text)
{
    struct findings *findings = findings_create();
    struct csv_table *table = parse(text, strlen(text), findings);
    cr_assert_not_null(table, "%s: %s", text,
                       findings->count > 0 ? findings->items[0].message : "");
    cr_assert(csv_table_is_sound(table));
    cr_assert_eq(findings->count, 0);
    findings_destroy(findings);
    return table;
}

Test(csv_table, gives_cells_by_the_callers_columns_whatever_their_order_in_the_file)
{
    struct csv_table *table = parse_soundly("staff,label,code\n12,Eau,eau\n,Bus,bus\n");
    cr_assert_eq(csv_table_rows(table), 2);
    cr_assert_str_eq(csv_table_text(table, 0, CODE), "eau");
    cr_assert_str_eq(csv_table_text(table, 0, LABEL), "Eau");
    cr_assert_str_eq(csv_table_text(table, 0, STAFF), "12");
    cr_assert_str_eq(csv_table_text(table, 1, STAFF), "");
    cr_assert_str_eq(csv_table_text(table, 1, CODE), "bus");
    csv_table_destroy(table);
}

Test(csv_table, gives_empty_texts_for_an_optional_column_that_is_not_there)
{
    struct csv_table *table = parse_soundly("code,label\na,b\n");
    cr_assert_str_eq(csv_table_text(table, 0, STAFF), "");
    csv_table_destroy(table);
}

Test(csv_table, accepts_every_way_to_save_the_same_rows)
{
    static const char *const ways[] = {
        "code,label\na,b\nc,d\n",
        "code,label\na,b\nc,d",
        "code,label\r\na,b\r\nc,d\r\n",
        "\xEF\xBB\xBF"
        "code,label\na,b\nc,d\n",
        "\n\ncode,label\n\na,b\n\r\n  \nc,d\n\n",
        "\"code\",\"label\"\n\"a\",\"b\"\n\"c\",\"d\"\n",
        "code, label\n a , b\t\nc ,\"d\" \n",
    };
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        struct csv_table *table = parse_soundly(ways[i]);
        cr_assert_eq(csv_table_rows(table), 2, "way %zu", i);
        cr_assert_str_eq(csv_table_text(table, 0, CODE), "a", "way %zu", i);
        cr_assert_str_eq(csv_table_text(table, 0, LABEL), "b", "way %zu", i);
        cr_assert_str_eq(csv_table_text(table, 1, CODE), "c", "way %zu", i);
        cr_assert_str_eq(csv_table_text(table, 1, LABEL), "d", "way %zu", i);
        csv_table_destroy(table);
    }
}

Test(csv_table, keeps_what_stands_between_quotes)
{
    struct csv_table *table =
        parse_soundly("code,label\na,\" l'eau, \"\"vite\"\"\r\npuis l’air \"\nb,c\n");
    cr_assert_str_eq(csv_table_text(table, 0, LABEL), " l'eau, \"vite\"\npuis l’air ");
    cr_assert_eq(csv_table_line(table, 0), 2);
    cr_assert_eq(csv_table_line(table, 1), 4, "the cell before has two lines");
    csv_table_destroy(table);
}

Test(csv_table, reads_a_file_with_no_row_but_the_names)
{
    struct csv_table *table = parse_soundly("code,label");
    cr_assert_eq(csv_table_rows(table), 0);
    csv_table_destroy(table);
}

struct broken {
    const char *text;
    size_t size; // 0: strlen
    const char *place, *message;
};

// One finding each, at exactly this place.
static const struct broken broken_files[] = {
    {"\n\n", 0, "t.csv", "is empty"},
    {"   ", 0, "t.csv", "is empty"},
    {"code,label\na,\xE9t\xE9\n", 0, "t.csv:2:3", "0xE9 is not UTF-8: save the file as UTF-8"},
    {"code,label\na,é\xFF\n", 0, "t.csv:2:4", "0xFF"},
    {"\xEF\xBB\xBF\xFF", 0, "t.csv:1:1", "0xFF"},
    {"code,label\na,\xED\xA0\x80", 0, "t.csv:2:3", "0xED"},
    {"code,label\na,b\xC3", 0, "t.csv:2:4", "0xC3"},
    {"code,label\na,b\0c\n", 17, "t.csv:2:4", "NUL"},
    {"code,label\na,\"b\nc,d\n", 0, "t.csv:2:3", "not closed"},
    {"code,label\né,\"b", 0, "t.csv:2:3", "not closed"},
    {"\"code,label\na,b\n", 0, "t.csv:1:1", "not closed"},
    {"code,label\na,\"b\"c\n", 0, "t.csv:2:6", "text after a closing quote (\"c\")"},
    {"code,label\na,\"b\nc,\"d\"\n", 0, "t.csv:2:3", "runs to line 3, column 4"},
    {"code,label\na,b\"c\n", 0, "t.csv:2:4", "does not begin with one"},
    {"code;label\na;b\n", 0, "t.csv:1:1", "export the file with commas"},
    {"\n\"code\";\"label\"\n", 0, "t.csv:2:1", "semicolons"},
    {"code,staff\na,1\n", 0, "t.csv:1:1", "\"label\" is missing: add it"},
    {"code,staff\na,1\n", 0, "t.csv:1:1", "(there now: code, staff)"},
    {"code,label,colour\na,b,c\n", 0, "t.csv:1:12",
     "\"colour\": the columns are code, label, staff"},
    {"code,label,\na,b,\n", 0, "t.csv:1:12", "unknown column \"\""},
    {"code,label,code\na,b,c\n", 0, "t.csv:1:12", "\"code\" is there twice"},
    {"code,label\na,b\rc,d\n", 0, "t.csv:2:4", "carriage return"},
    {"code,label\na\nb,c\n", 0, "t.csv:2:1", "1 cells where the first line has 2"},
    {"code,label\na,b\n  a,b,c\n", 0, "t.csv:3:3", "3 cells where the first line has 2"},
    {"code,label\na,b\n,\"x\",,,,\n", 0, "t.csv:3:1", "6 cells"},
};

Test(csv_table, tells_the_line_and_column_of_what_is_wrong)
{
    for (size_t i = 0; i < sizeof broken_files / sizeof broken_files[0]; i++) {
        const struct broken *row = &broken_files[i];
        struct findings *findings = findings_create();
        struct csv_table *table =
            parse(row->text, row->size != 0 ? row->size : strlen(row->text), findings);
        cr_assert(table == NULL || !csv_table_is_sound(table), "row %zu", i);
        cr_assert_eq(findings->count, 1, "row %zu: %zu findings", i, findings->count);
        cr_assert_str_eq(findings->items[0].place, row->place, "row %zu: %s", i,
                         findings->items[0].message);
        cr_assert_not_null(strstr(findings->items[0].message, row->message), "row %zu: %s", i,
                           findings->items[0].message);
        csv_table_destroy(table);
        findings_destroy(findings);
    }
}

Test(csv_table, tells_of_every_wrong_column_and_row_in_one_run)
{
    struct findings *findings = findings_create();
    const char *header = "colour,staff\na,b\n";
    cr_assert_null(parse(header, strlen(header), findings));
    cr_assert_eq(findings->count, 3, "one unknown, two missing");
    findings_destroy(findings);

    findings = findings_create();
    const char *rows = "code,label\na\nb,c\nd,e,f\n";
    struct csv_table *table = parse(rows, strlen(rows), findings);
    cr_assert_eq(findings->count, 2);
    cr_assert_str_eq(findings->items[1].place, "t.csv:4:1");
    cr_assert_eq(csv_table_rows(table), 1, "the good row can still be judged");
    cr_assert_str_eq(csv_table_text(table, 0, CODE), "b");
    cr_assert_not(csv_table_is_sound(table));
    csv_table_destroy(table);
    findings_destroy(findings);
}

Test(csv_table, puts_the_callers_findings_at_the_cell)
{
    struct findings *findings = findings_create();
    const char *text = "label,code\n\"é, ü\",b\n";
    struct csv_table *table = parse(text, strlen(text), findings);
    csv_table_complain(table, 0, CODE, "%s is no code", "b");
    csv_table_complain(table, 0, STAFF, "not there");
    cr_assert_str_eq(findings->items[0].place, "t.csv:2:8", "columns count characters");
    cr_assert_str_eq(findings->items[0].message, "b is no code");
    cr_assert_str_eq(findings->items[1].place, "t.csv:2:1", "a column not there: its row");
    cr_assert_not(csv_table_is_sound(table));
    csv_table_destroy(table);
    findings_destroy(findings);
}

Test(csv_table, stops_telling_after_a_hundred)
{
    char text[3000] = "code,label\n";
    for (int i = 0; i < 300; i++)
        strcat(text, "x\n");
    struct findings *findings = findings_create();
    struct csv_table *table = parse(text, strlen(text), findings);
    cr_assert_eq(findings->count, 101);
    cr_assert_not_null(strstr(findings->items[100].message, "more is wrong"));
    cr_assert_not(csv_table_is_sound(table));
    csv_table_destroy(table);
    findings_destroy(findings);
}

Test(csv_table, refuses_more_columns_than_a_table_has)
{
    char text[600] = "code,label";
    for (int i = 0; i < 255; i++)
        strcat(text, ",");
    struct findings *findings = findings_create();
    cr_assert_null(parse(text, strlen(text), findings));
    cr_assert_eq(findings->count, 1);
    cr_assert_not_null(strstr(findings->items[0].message, "more than 256 columns"));
    findings_destroy(findings);
}

Test(csv_table, needs_no_findings)
{
    cr_assert_null(parse("code\n", 5, NULL));
    struct csv_table *table = parse("code,label\na\n", 13, NULL);
    cr_assert_not(csv_table_is_sound(table));
    csv_table_destroy(table);
}

// ---- from the disk

static void assert_unreadable(const char *path, const char *message)
{
    struct findings *findings = findings_create();
    cr_assert_null(csv_table_read(path, "t.csv", columns, COLUMNS, findings));
    cr_assert_eq(findings->count, 1);
    cr_assert_str_eq(findings->items[0].place, "t.csv");
    cr_assert_not_null(strstr(findings->items[0].message, message), "%s",
                       findings->items[0].message);
    findings_destroy(findings);
}

static void write_file(const char *path, const char *text, size_t size)
{
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    cr_assert_eq(fwrite(text, 1, size, file), size);
    fclose(file);
}

Test(csv_table, reads_a_file_of_up_to_four_mebibytes)
{
    char directory[] = "/tmp/recueil-csv-XXXXXX";
    cr_assert_not_null(mkdtemp(directory));
    char path[64];
    snprintf(path, sizeof path, "%s/t.csv", directory);
    assert_unreadable(path, "missing");
    assert_unreadable(directory, "is not a file");

    write_file(path, "", 0);
    assert_unreadable(path, "is empty");
    write_file(path, "\xEF\xBB\xBF", 3);
    assert_unreadable(path, "is empty");

    size_t limit = CSV_FILE_LIMIT;
    char *text = malloc(limit + 1);
    memset(text, 'x', limit + 1);
    memcpy(text, "code,label\na,", 13);
    write_file(path, text, limit + 1);
    assert_unreadable(path, "larger than 4096 KiB");

    write_file(path, text, limit);
    struct csv_table *table = csv_table_read(path, "t.csv", columns, COLUMNS, NULL);
    cr_assert_eq(csv_table_rows(table), 1);
    cr_assert_eq(strlen(csv_table_text(table, 0, LABEL)), limit - 13);
    csv_table_destroy(table);

    cr_assert_eq(unlink(path), 0);
    cr_assert_eq(mkfifo(path, 0600), 0);
    assert_unreadable(path, "is not a file");
    free(text);
    unlink(path);
    rmdir(directory);
}
