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

enum column_kind {
    COLUMN_INT,
    COLUMN_NUMBER,
    COLUMN_MASK,
    COLUMN_TEXT,
    COLUMN_UUID,
    COLUMN_INSTANT,
    COLUMN_HASH,
    COLUMN_CONTENT
};

struct column {
    uint32_t type;
    enum column_kind kind;
    size_t offset;
};

#define AT(field) offsetof(struct submission, field)
#define TEXT(field)                                                                                \
    {                                                                                              \
        OID_TEXT, COLUMN_TEXT, AT(field)                                                           \
    }
#define MASK(field)                                                                                \
    {                                                                                              \
        OID_INT8, COLUMN_MASK, AT(field)                                                           \
    }
#define NUMBER(field)                                                                              \
    {                                                                                              \
        OID_INT4, COLUMN_NUMBER, AT(field)                                                         \
    }

// In the order of the parameters of insert_submissions.sql; the first two are all that
// look_up_submissions.sql takes.
static const struct column columns[SUBMISSION_COLUMN_COUNT] = {
    {OID_INT4, COLUMN_INT, AT(collectivity_id)},
    {OID_UUID, COLUMN_UUID, AT(id)},
    {OID_TIMESTAMPTZ, COLUMN_INSTANT, AT(received_at_us)},
    {OID_BYTEA, COLUMN_HASH, AT(content_hash)},
    TEXT(state),
    {OID_INT4, COLUMN_INT, AT(version)},
    TEXT(survey),
    TEXT(procedure),
    TEXT(audience),
    TEXT(phase),
    TEXT(channel),
    TEXT(entry),
    TEXT(placement),
    TEXT(language),
    MASK(pain_points),
    MASK(believed_pain_points),
    MASK(tools),
    MASK(calendar),
    MASK(means),
    MASK(training_need),
    MASK(actors),
    NUMBER(minutes),
    NUMBER(files_per_month),
    NUMBER(minutes_per_file),
    NUMBER(elapsed_days),
    NUMBER(visits),
    NUMBER(handoffs),
    NUMBER(satisfaction),
    NUMBER(effort),
    NUMBER(clarity),
    NUMBER(digital_comfort),
    NUMBER(rekeying),
    NUMBER(returned),
    NUMBER(change_readiness),
    TEXT(preferred_channel),
    TEXT(commune),
    TEXT(service),
    TEXT(completed),
    TEXT(help),
    {OID_TEXT, COLUMN_CONTENT, AT(content)},
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

static void put_element(struct writer *writer, const struct column *column,
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
        put_head(&writer, columns[i].type, count);
        for (size_t row = 0; row < count; row++)
            put_element(&writer, &columns[i], rows[row]);
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
