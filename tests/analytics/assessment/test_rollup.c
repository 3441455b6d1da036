// The edges of the bins: those of this module are those of the statement that fills them.
//
// SPDX-License-Identifier: Apache-2.0
#include "analytics/assessment/rollup.h"
#include "sql/statements.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The numbers of width_bucket(COLUMN, ARRAY[…]) in the statement; returns how many.
static size_t read_edges(const char *column, int edges[32])
{
    char start[64];
    (void)snprintf(start, sizeof start, "width_bucket(%s, ARRAY[", column);
    const char *at = strstr(statement_text(STATEMENT_INSERT_ROLLUP)->text, start);
    cr_assert(at != NULL, "no %s in the statement", start);
    size_t count = 0;
    for (at += strlen(start); *at != ']' && count < 32;) {
        char *end = NULL;
        edges[count++] = (int)strtol(at, &end, 10);
        at = end + strspn(end, ", \n");
    }
    return count;
}

Test(rollup, has_the_edges_of_the_statement)
{
    for (const struct rollup_bins *bins = rollup_bins(); bins->column != NULL; bins++) {
        int edges[32];
        cr_assert_eq(read_edges(bins->column, edges), bins->count, "%s", bins->column);
        for (size_t i = 0; i < bins->count; i++)
            cr_assert_eq(edges[i], bins->edges[i], "%s, edge %zu", bins->column, i);
    }
}

Test(rollup, has_edges_that_begin_at_0_and_grow)
{
    for (const struct rollup_bins *bins = rollup_bins(); bins->column != NULL; bins++) {
        cr_assert_eq(bins->edges[0], 0, "%s", bins->column);
        for (size_t i = 1; i < bins->count; i++)
            cr_assert_lt(bins->edges[i - 1], bins->edges[i], "%s, edge %zu", bins->column, i);
    }
}

Test(rollup, holds_round_minutes_inside_a_bin)
{
    static const int said[] = {5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 360};
    const struct rollup_bins *minutes = rollup_bins();
    cr_assert_str_eq(minutes->column, "minutes");
    for (size_t i = 0; i < sizeof said / sizeof said[0]; i++)
        for (size_t edge = 0; edge < minutes->count; edge++)
            cr_assert_neq(said[i], minutes->edges[edge], "%d minutes", said[i]);
}
