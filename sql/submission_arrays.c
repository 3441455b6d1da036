// Binary arrays as array_recv() reads them: dimensions, flags, element type, then for the one
// dimension its length and lower bound, then each element as its size (-1: null) and its bytes, big
// endian.
//
// SPDX-License-Identifier: Apache-2.0
#include "sql/submission_arrays.h"

#include "config/error.h"

#include <arpa/inet.h>
#include <endian.h>
#include <stdlib.h>
#include <string.h>

// Type numbers of pg_type.dat: fixed for ever.
enum {
    OID_BYTEA = 17,
    OID_INT8 = 20,
    OID_INT4 = 23,
    OID_TEXT = 25,
    OID_TIMESTAMPTZ = 1184,
    OID_UUID = 2950
};

#define POSTGRES_EPOCH_US INT64_C(946684800000000) // 2000-01-01 after 1970-01-01

static const uint32_t types[COLUMN_KIND_COUNT] = {
    [COLUMN_INT] = OID_INT4,   [COLUMN_NUMBER] = OID_INT4,  [COLUMN_MASK] = OID_INT8,
    [COLUMN_TEXT] = OID_TEXT,  [COLUMN_UUID] = OID_UUID,    [COLUMN_INSTANT] = OID_TIMESTAMPTZ,
    [COLUMN_HASH] = OID_BYTEA, [COLUMN_CONTENT] = OID_TEXT,
};

struct writer {
    char *bytes;
    size_t capacity, used;
};

static void put(struct writer *writer, const void *bytes, size_t size)
{
    if (writer->capacity - writer->used < size) {
        writer->capacity = (writer->used + size) * 2;
        writer->bytes = memory_resize(writer->bytes, writer->capacity);
    }
    if (size > 0)
        memcpy(writer->bytes + writer->used, bytes, size);
    writer->used += size;
}

static void put_32(struct writer *writer, uint32_t value)
{
    uint32_t wire = htonl(value);
    put(writer, &wire, sizeof wire);
}

static void put_null(struct writer *writer)
{
    put_32(writer, UINT32_MAX);
}

static void put_64(struct writer *writer, int64_t value)
{
    uint64_t wire = htobe64((uint64_t)value);
    put_32(writer, sizeof wire);
    put(writer, &wire, sizeof wire);
}

static void put_bytes(struct writer *writer, const void *bytes, size_t size)
{
    put_32(writer, (uint32_t)size);
    put(writer, bytes, size);
}

static void put_int(struct writer *writer, int32_t value)
{
    put_32(writer, sizeof value);
    put_32(writer, (uint32_t)value);
}

static void put_text(struct writer *writer, const char *text)
{
    if (text == NULL)
        put_null(writer);
    else
        put_bytes(writer, text, strlen(text));
}

static void put_element(struct writer *writer, const struct submission_column *column,
                        const struct submission *row)
{
    const void *at = (const char *)row + column->offset;
    switch (column->kind) {
    case COLUMN_INT:
        put_int(writer, *(const int32_t *)at);
        break;
    case COLUMN_NUMBER:
        if (*(const int32_t *)at == NUMBER_ABSENT)
            put_null(writer);
        else
            put_int(writer, *(const int32_t *)at);
        break;
    case COLUMN_MASK:
        if (*(const int64_t *)at == MASK_ABSENT)
            put_null(writer);
        else
            put_64(writer, *(const int64_t *)at);
        break;
    case COLUMN_TEXT:
        put_text(writer, *(const char *const *)at);
        break;
    case COLUMN_UUID:
        put_bytes(writer, at, sizeof(struct uuid));
        break;
    case COLUMN_INSTANT:
        put_64(writer, *(const int64_t *)at - POSTGRES_EPOCH_US);
        break;
    case COLUMN_HASH:
        put_bytes(writer, at, HASH_BYTES);
        break;
    case COLUMN_CONTENT:
        put_bytes(writer, row->content, row->content_size);
        break;
    case COLUMN_KIND_COUNT:
        break;
    }
}

static void put_head(struct writer *writer, uint32_t type, size_t count)
{
    put_32(writer, 1);               // dimensions
    put_32(writer, 1);               // may hold nulls
    put_32(writer, type);            // of the elements
    put_32(writer, (uint32_t)count); // length
    put_32(writer, 1);               // lower bound
}

void submission_arrays_fill(struct submission_arrays *arrays, const struct submission *const rows[],
                            size_t count)
{
    for (size_t i = 0; i < SUBMISSION_COLUMN_COUNT; i++) {
        struct writer writer = {.bytes = arrays->bytes[i], .capacity = arrays->capacity[i]};
        put_head(&writer, types[submission_columns[i].kind], count);
        for (size_t row = 0; row < count; row++)
            put_element(&writer, &submission_columns[i], rows[row]);
        arrays->bytes[i] = writer.bytes;
        arrays->capacity[i] = writer.capacity;
        arrays->sizes[i] = (int)writer.used;
        arrays->formats[i] = 1;
    }
}

void submission_arrays_clear(struct submission_arrays *arrays)
{
    for (size_t i = 0; i < SUBMISSION_COLUMN_COUNT; i++)
        free(arrays->bytes[i]);
    *arrays = (struct submission_arrays){0};
}
