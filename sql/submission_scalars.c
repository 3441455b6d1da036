// SPDX-License-Identifier: Apache-2.0
#include "sql/submission_scalars.h"

#include <arpa/inet.h>
#include <endian.h>
#include <string.h>

#define POSTGRES_EPOCH_US INT64_C(946684800000000) // 2000-01-01 after 1970-01-01

static void set_bytes(struct submission_scalars *scalars, size_t at, const void *bytes, size_t size)
{
    scalars->values[at] = bytes;
    scalars->sizes[at] = (int)size;
}

static void set_32(struct submission_scalars *scalars, size_t at, int32_t value)
{
    uint32_t wire = htonl((uint32_t)value);
    memcpy(&scalars->numbers[at], &wire, sizeof wire);
    set_bytes(scalars, at, &scalars->numbers[at], sizeof wire);
}

static void set_64(struct submission_scalars *scalars, size_t at, int64_t value)
{
    scalars->numbers[at] = htobe64((uint64_t)value);
    set_bytes(scalars, at, &scalars->numbers[at], sizeof scalars->numbers[at]);
}

static void set_text(struct submission_scalars *scalars, size_t at, const char *text)
{
    set_bytes(scalars, at, text, text == NULL ? 0 : strlen(text));
}

static void set_value(struct submission_scalars *scalars, size_t at, const struct submission *row)
{
    const void *field = (const char *)row + submission_columns[at].offset;
    set_bytes(scalars, at, NULL, 0);
    switch (submission_columns[at].kind) {
    case COLUMN_INT:
        set_32(scalars, at, *(const int32_t *)field);
        break;
    case COLUMN_NUMBER:
        if (*(const int32_t *)field != NUMBER_ABSENT)
            set_32(scalars, at, *(const int32_t *)field);
        break;
    case COLUMN_MASK:
        if (*(const int64_t *)field != MASK_ABSENT)
            set_64(scalars, at, *(const int64_t *)field);
        break;
    case COLUMN_TEXT:
        set_text(scalars, at, *(const char *const *)field);
        break;
    case COLUMN_UUID:
        set_bytes(scalars, at, field, sizeof(struct uuid));
        break;
    case COLUMN_INSTANT:
        set_64(scalars, at, *(const int64_t *)field - POSTGRES_EPOCH_US);
        break;
    case COLUMN_HASH:
        set_bytes(scalars, at, field, HASH_BYTES);
        break;
    case COLUMN_CONTENT:
        set_bytes(scalars, at, row->content, row->content_size);
        break;
    case COLUMN_KIND_COUNT:
        break;
    }
}

void submission_scalars_fill(struct submission_scalars *scalars, const struct submission *row)
{
    for (size_t i = 0; i < SUBMISSION_COLUMN_COUNT; i++) {
        scalars->formats[i] = 1;
        set_value(scalars, i, row);
    }
}
