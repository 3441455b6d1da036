// Rows made by hand, as a server would send them.
//
// SPDX-License-Identifier: Apache-2.0
#include "sql/rows.h"

#include <criterion/criterion.h>
#include <string.h>

static char *const empty = "";

// One row; NULL stands for null.
static struct rows *make(size_t count, const char *const values[])
{
    PGresult *result = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
    PGresAttDesc columns[8];
    memset(columns, 0, sizeof columns);
    for (size_t i = 0; i < count; i++)
        columns[i].name = empty;
    cr_assert_eq(PQsetResultAttrs(result, (int)count, columns), 1);
    for (size_t i = 0; i < count; i++) {
        char text[128] = "";
        if (values[i] != NULL)
            (void)snprintf(text, sizeof text, "%s", values[i]);
        cr_assert_eq(PQsetvalue(result, 0, (int)i, values[i] == NULL ? NULL : text,
                                values[i] == NULL ? -1 : (int)strlen(text)),
                     1);
    }
    return rows_take(result);
}

Test(rows, tell_null_from_empty)
{
    AUTO(rows) struct rows *rows = make(2, (const char *const[]){NULL, ""});
    cr_assert_eq(rows_count(rows), 1);
    cr_assert_eq(rows_columns(rows), 2);
    cr_assert(rows_null(rows, 0, 0));
    cr_assert_not(rows_null(rows, 0, 1));
    cr_assert_str_eq(rows_text(rows, 0, 0), "");
    cr_assert_eq(rows_size(rows, 0, 1), 0);
    cr_assert_eq(rows_integer(rows, 0, 0), 0);
    cr_assert_not(rows_truth(rows, 0, 0));
}

Test(rows, give_numbers_and_truths)
{
    AUTO(rows)
    struct rows *rows = make(4, (const char *const[]){"9223372036854775807", "-7", "t", "f"});
    cr_assert_eq(rows_integer(rows, 0, 0), INT64_MAX);
    cr_assert_eq(rows_integer(rows, 0, 1), -7);
    cr_assert(rows_truth(rows, 0, 2));
    cr_assert_not(rows_truth(rows, 0, 3));
}

static const struct {
    const char *text;
    size_t count;
    int64_t first, last;
} arrays[] = {
    {"{1,2,3}", 3, 1, 3}, {"{}", 0, 0, 0},     {NULL, 0, 0, 0},
    {"", 0, 0, 0},        {"{NULL}", 1, 0, 0}, {"{5,NULL,9223372036854775807}", 3, 5, INT64_MAX},
    {"{-1}", 1, -1, -1},  {"{4", 1, 4, 4},
};

Test(rows, read_arrays_of_numbers)
{
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++) {
        AUTO(rows) struct rows *rows = make(1, (const char *const[]){arrays[i].text});
        int64_t numbers[4] = {0};
        size_t count = rows_integers(rows, 0, 0, numbers, 4);
        cr_assert_eq(count, arrays[i].count, "%s", arrays[i].text);
        if (count > 0) {
            cr_assert_eq(numbers[0], arrays[i].first, "%s", arrays[i].text);
            cr_assert_eq(numbers[count - 1], arrays[i].last, "%s", arrays[i].text);
        }
    }
}

Test(rows, write_no_number_beyond_the_limit)
{
    AUTO(rows) struct rows *rows = make(1, (const char *const[]){"{1,2,3,4}"});
    int64_t numbers[3] = {0, 0, -9};
    cr_assert_eq(rows_integers(rows, 0, 0, numbers, 2), 4);
    cr_assert_eq(numbers[1], 2);
    cr_assert_eq(numbers[2], -9);
}

Test(rows, may_be_destroyed_when_there_are_none)
{
    rows_destroy(NULL);
}
