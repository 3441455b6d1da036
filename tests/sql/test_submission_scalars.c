// SPDX-License-Identifier: Apache-2.0
#include "sql/submission_scalars.h"

#include <criterion/criterion.h>
#include <string.h>

static void expect_value(const struct submission_scalars *scalars, int column, int size,
                         const char *bytes)
{
    cr_assert_eq(scalars->formats[column], 1, "column %d is binary", column + 1);
    if (bytes == NULL) {
        cr_assert_null(scalars->values[column], "column %d is null", column + 1);
        return;
    }
    cr_assert_eq(scalars->sizes[column], size, "size of column %d", column + 1);
    cr_assert_eq(memcmp(scalars->values[column], bytes, (size_t)size), 0, "column %d", column + 1);
}

Test(submission_scalars, encodes_each_kind_of_column)
{
    struct submission_scalars scalars;
    struct submission row;
    submission_clear(&row);
    row.collectivity_id = 7;
    row.received_at_us = INT64_C(946684800000001); // 2000-01-01 and one microsecond
    memset(row.content_hash, 3, HASH_BYTES);
    row.survey = "demarches";
    row.placement = "";
    row.pain_points = 5;
    row.tools = 0;
    row.satisfaction = 2;
    row.visits = 0;
    row.content = "{}";
    row.content_size = 2;
    memset(&scalars, 0xFF, sizeof scalars); // what was there before does not show
    submission_scalars_fill(&scalars, &row);
    expect_value(&scalars, 0, 4, "\0\0\0\7");
    expect_value(&scalars, 1, 16, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
    expect_value(&scalars, 2, 8, "\0\0\0\0\0\0\0\1");
    expect_value(&scalars, 3, 16, "\3\3\3\3\3\3\3\3\3\3\3\3\3\3\3\3");
    expect_value(&scalars, 6, 9, "demarches");
    expect_value(&scalars, 7, 0, NULL); // procedure: not said
    expect_value(&scalars, 12, 0, "");  // placement: said, and empty
    expect_value(&scalars, 14, 8, "\0\0\0\0\0\0\0\5");
    expect_value(&scalars, 15, 0, NULL);               // believed pain points: not asked
    expect_value(&scalars, 16, 8, "\0\0\0\0\0\0\0\0"); // tools: asked, and nothing
    expect_value(&scalars, 25, 4, "\0\0\0\0");         // visits: none
    expect_value(&scalars, 27, 4, "\0\0\0\2");         // satisfaction
    expect_value(&scalars, 28, 0, NULL);               // effort: absent
    expect_value(&scalars, 39, 2, "{}");
}
