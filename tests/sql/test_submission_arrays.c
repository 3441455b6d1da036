// SPDX-License-Identifier: Apache-2.0
#include "sql/submission_arrays.h"

#include <criterion/criterion.h>
#include <string.h>

static struct submission a_row(void)
{
    struct submission row;
    submission_clear(&row);
    row.collectivity_id = 7;
    row.received_at_us = INT64_C(946684800000001); // 2000-01-01 and one microsecond
    row.survey = "demarches";
    row.pain_points = 5;
    row.satisfaction = 2;
    row.content = "{}";
    row.content_size = 2;
    return row;
}

// One array of one element: 20 bytes of head, then the element's size and bytes.
static void expect_element(const struct submission_arrays *arrays, int column, int type, int size,
                           const char *bytes)
{
    const unsigned char *at = (const unsigned char *)arrays->bytes[column];
    const unsigned char head[20] = {
        0, 0, 0, 1, 0, 0, 0, 1, 0, 0, (unsigned char)(type >> 8), (unsigned char)type,
        0, 0, 0, 1, 0, 0, 0, 1};
    cr_assert_eq(memcmp(at, head, 20), 0, "head of column %d", column + 1);
    int given =
        (int)((uint32_t)at[20] << 24 | (uint32_t)at[21] << 16 | (uint32_t)at[22] << 8 | at[23]);
    cr_assert_eq(given, size, "size of column %d is %d", column + 1, given);
    cr_assert_eq(arrays->sizes[column], 24 + (size < 0 ? 0 : size));
    if (size > 0)
        cr_assert_eq(memcmp(at + 24, bytes, (size_t)size), 0, "bytes of column %d", column + 1);
}

Test(submission_arrays, encodes_each_kind_of_column)
{
    struct submission_arrays arrays = {0};
    struct submission row = a_row();
    const struct submission *rows[] = {&row};
    submission_arrays_fill(&arrays, rows, 1);
    expect_element(&arrays, 0, 23, 4, "\0\0\0\7");
    expect_element(&arrays, 1, 2950, 16, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
    expect_element(&arrays, 2, 1184, 8, "\0\0\0\0\0\0\0\1");
    expect_element(&arrays, 6, 25, 9, "demarches");
    expect_element(&arrays, 7, 25, -1, NULL);               // procedure: not said
    expect_element(&arrays, 14, 20, 8, "\0\0\0\0\0\0\0\5"); // pain_points
    expect_element(&arrays, 15, 20, -1, NULL);              // believed: absent
    expect_element(&arrays, 27, 23, 4, "\0\0\0\2");         // satisfaction
    expect_element(&arrays, 28, 23, -1, NULL);              // effort: absent
    expect_element(&arrays, 39, 25, 2, "{}");
    submission_arrays_clear(&arrays);
}

Test(submission_arrays, is_reused_from_batch_to_batch)
{
    struct submission_arrays arrays = {0};
    struct submission row = a_row();
    const struct submission *rows[100];
    for (int i = 0; i < 100; i++)
        rows[i] = &row;
    submission_arrays_fill(&arrays, rows, 100);
    cr_assert_eq(arrays.sizes[0], 20 + 100 * 8);
    submission_arrays_fill(&arrays, rows, 1);
    cr_assert_eq(arrays.sizes[0], 20 + 8);
    submission_arrays_clear(&arrays);
}
