// Rows for the tests of the spool: the same number gives the same row, and together they have every
// column said and not said.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/submission.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

enum { ROW_TEXT_BYTES = 64 };

struct made_row {
    struct submission row;
    char texts[SUBMISSION_COLUMN_COUNT][ROW_TEXT_BYTES];
    char content[4096];
};

// Column i of row `number` is left out where this says so: each is, in some row.
static bool row_leaves_out(int number, size_t column)
{
    return number % 3 == 1 || (number % 3 == 2 && column % 2 == 0);
}

static void fill_column(struct made_row *made, int number, size_t i)
{
    const struct submission_column *column = &submission_columns[i];
    void *at = (char *)&made->row + column->offset;
    int32_t value = number * 1000 + (int32_t)i;
    switch (column->kind) {
    case COLUMN_INT:
        *(int32_t *)at = value;
        break;
    case COLUMN_NUMBER:
        if (!row_leaves_out(number, i))
            *(int32_t *)at = value;
        break;
    case COLUMN_MASK:
        if (!row_leaves_out(number, i))
            *(int64_t *)at = INT64_MAX - value;
        break;
    case COLUMN_INSTANT:
        *(int64_t *)at = INT64_C(1764000000000000) + number;
        break;
    case COLUMN_TEXT:
        if (!row_leaves_out(number, i)) {
            snprintf(made->texts[i], ROW_TEXT_BYTES, "t%zu é %d", i, number);
            *(const char **)at = i % 5 == 0 ? "" : made->texts[i];
        }
        break;
    case COLUMN_UUID:
    case COLUMN_HASH:
        memset(at, (int)i, 16);
        memcpy(at, &number, sizeof number);
        break;
    case COLUMN_CONTENT:
    case COLUMN_KIND_COUNT:
        break;
    }
}

// The content is about `bytes` long, and no two rows have the same.
static void make_row_of(struct made_row *made, int number, size_t bytes)
{
    memset(made, 0, sizeof *made);
    submission_clear(&made->row);
    for (size_t i = 0; i < SUBMISSION_COLUMN_COUNT; i++)
        fill_column(made, number, i);
    made->row.collectivity_id = 1 + number % 2;
    int used = snprintf(made->content, sizeof made->content, "{\"n\":%d,\"t\":\"answer-%08d-",
                        number, number);
    cr_assert(bytes < sizeof made->content - 3);
    for (; (size_t)used < bytes; used++)
        made->content[used] = (char)('a' + (number + used) % 26);
    strcpy(made->content + used, "\"}");
    made->row.content = made->content;
    made->row.content_size = strlen(made->content);
}

static inline void make_row(struct made_row *made, int number)
{
    make_row_of(made, number, 40);
}

static bool same_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool same_column(const struct submission *a, const struct submission *b, size_t i)
{
    static const size_t widths[COLUMN_KIND_COUNT] = {
        [COLUMN_INT] = 4,   [COLUMN_NUMBER] = 4,  [COLUMN_MASK] = 8,
        [COLUMN_UUID] = 16, [COLUMN_INSTANT] = 8, [COLUMN_HASH] = HASH_BYTES,
    };
    const struct submission_column *column = &submission_columns[i];
    const void *in_a = (const char *)a + column->offset;
    const void *in_b = (const char *)b + column->offset;
    if (column->kind == COLUMN_TEXT)
        return same_text(*(const char *const *)in_a, *(const char *const *)in_b);
    if (column->kind != COLUMN_CONTENT)
        return memcmp(in_a, in_b, widths[column->kind]) == 0;
    return a->content_size == b->content_size && (a->content == NULL) == (b->content == NULL) &&
           (a->content_size == 0 || memcmp(a->content, b->content, a->content_size) == 0);
}

static bool same_row(const struct submission *a, const struct submission *b)
{
    for (size_t i = 0; i < SUBMISSION_COLUMN_COUNT; i++)
        if (!same_column(a, b, i))
            return false;
    return true;
}

// The number that the row was made with.
static inline int row_number(const struct submission *row)
{
    int number = 0;
    memcpy(&number, row->id.bytes, sizeof number);
    return number;
}

// Is it, column by column, what make_row_of(number, bytes) makes?
static inline bool is_made_row(const struct submission *row, int least, int most, size_t bytes)
{
    static struct made_row made;
    int number = row_number(row);
    if (number < least || number > most)
        return false;
    make_row_of(&made, number, bytes);
    return same_row(row, &made.row);
}
