// SPDX-License-Identifier: Apache-2.0
#include "sql/rows.h"

#include <stdlib.h>
#include <string.h>

struct rows {
    PGresult *result;
};

struct rows *rows_take(PGresult *taken_result)
{
    struct rows *rows = memory_allocate(sizeof *rows);
    rows->result = taken_result;
    return rows;
}

void rows_destroy(struct rows *rows)
{
    if (rows == NULL)
        return;
    PQclear(rows->result);
    free(rows);
}

size_t rows_count(const struct rows *rows)
{
    return (size_t)PQntuples(rows->result);
}

int rows_columns(const struct rows *rows)
{
    return PQnfields(rows->result);
}

bool rows_null(const struct rows *rows, size_t row, int column)
{
    return PQgetisnull(rows->result, (int)row, column) == 1;
}

const char *rows_text(const struct rows *rows, size_t row, int column)
{
    return PQgetvalue(rows->result, (int)row, column);
}

size_t rows_size(const struct rows *rows, size_t row, int column)
{
    return (size_t)PQgetlength(rows->result, (int)row, column);
}

int64_t rows_integer(const struct rows *rows, size_t row, int column)
{
    return strtoll(rows_text(rows, row, column), NULL, 10);
}

bool rows_truth(const struct rows *rows, size_t row, int column)
{
    return rows_text(rows, row, column)[0] == 't';
}

size_t rows_integers(const struct rows *rows, size_t row, int column, int64_t *numbers,
                     size_t limit)
{
    const char *at = rows_text(rows, row, column);
    size_t count = 0;
    if (*at != '{')
        return 0;
    for (at++; *at != '\0' && *at != '}';) {
        char *end = NULL;
        int64_t number = strtoll(at, &end, 10);
        if (end == at)
            end += strcspn(at, ",}"); // NULL
        if (count < limit)
            numbers[count] = number;
        count++;
        at = *end == ',' ? end + 1 : end;
    }
    return count;
}
