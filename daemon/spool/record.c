// SPDX-License-Identifier: Apache-2.0
#include "daemon/spool/record.h"

#include "config/secret.h"

#include <assert.h>
#include <endian.h>
#include <stdlib.h>
#include <string.h>

// The first byte occurs in no UTF-8: no answer holds what looks like a record.
static const unsigned char beginning[] = {0xFF, 'R', 'e', 'c', 'u', 'e', 'i', 'l'};

enum { FORMAT_AT = sizeof beginning, SIZE_AT = FORMAT_AT + 4, POSITION_AT = SIZE_AT + 4 };
_Static_assert(POSITION_AT + 8 == RECORD_HEAD_BYTES, "the head is what record.h says");

#define NO_VALUE UINT32_MAX // in the place of a size

enum { ANY_WIDTH = 0 };
// Bytes of a value. Those of any width are texts: a NUL, not counted, follows.
static const uint32_t widths[COLUMN_KIND_COUNT] = {
    [COLUMN_INT] = 4,           [COLUMN_NUMBER] = 4,          [COLUMN_MASK] = 8,
    [COLUMN_TEXT] = ANY_WIDTH,  [COLUMN_UUID] = 16,           [COLUMN_INSTANT] = 8,
    [COLUMN_HASH] = HASH_BYTES, [COLUMN_CONTENT] = ANY_WIDTH,
};

void record_clear(struct record *record)
{
    free(record->bytes);
    *record = (struct record){0};
}

static void put(struct record *record, const void *bytes, size_t size)
{
    if (size > 0)
        memcpy(record->bytes + record->size, bytes, size);
    record->size += size;
}

static void make_room(struct record *record, size_t size)
{
    if (record->capacity < size) {
        record->bytes = memory_resize(record->bytes, size);
        record->capacity = size;
    }
    record->size = 0;
}

void record_copy(struct record *record, const void *bytes, size_t size)
{
    make_room(record, size);
    put(record, bytes, size);
}

// -- Writing --

struct value {
    const void *bytes; // NULL: none
    size_t size;
    uint64_t wire; // where a number is turned round
};

static void set_32(struct value *value, int32_t number)
{
    uint32_t wire = htobe32((uint32_t)number);
    memcpy(&value->wire, &wire, sizeof wire);
    value->bytes = &value->wire;
}

static void set_64(struct value *value, int64_t number)
{
    value->wire = htobe64((uint64_t)number);
    value->bytes = &value->wire;
}

static void set_text(struct value *value, const char *text, size_t size)
{
    value->bytes = text;
    value->size = size;
}

static void take_value(const struct submission *row, const struct submission_column *column,
                       struct value *value)
{
    const void *at = (const char *)row + column->offset;
    *value = (struct value){.size = widths[column->kind]};
    switch (column->kind) {
    case COLUMN_INT:
        set_32(value, *(const int32_t *)at);
        break;
    case COLUMN_NUMBER:
        if (*(const int32_t *)at != NUMBER_ABSENT)
            set_32(value, *(const int32_t *)at);
        break;
    case COLUMN_MASK:
        if (*(const int64_t *)at != MASK_ABSENT)
            set_64(value, *(const int64_t *)at);
        break;
    case COLUMN_INSTANT:
        set_64(value, *(const int64_t *)at);
        break;
    case COLUMN_TEXT:
        if (*(const char *const *)at != NULL)
            set_text(value, *(const char *const *)at, strlen(*(const char *const *)at));
        break;
    case COLUMN_CONTENT:
        set_text(value, row->content, row->content_size);
        break;
    case COLUMN_UUID:
    case COLUMN_HASH:
        value->bytes = at;
        break;
    case COLUMN_KIND_COUNT:
        break;
    }
}

static size_t value_bytes(const struct value *value, enum column_kind kind)
{
    if (value->bytes == NULL)
        return 4;
    return 4 + value->size + (widths[kind] == ANY_WIDTH);
}

size_t record_measure(const struct submission *row)
{
    size_t size = RECORD_HEAD_BYTES + RECORD_CHECKSUM_BYTES;
    for (size_t i = 0; i < SUBMISSION_COLUMN_COUNT; i++) {
        struct value value;
        take_value(row, &submission_columns[i], &value);
        size += value_bytes(&value, submission_columns[i].kind);
    }
    return size;
}

static void put_32(struct record *record, uint32_t number)
{
    uint32_t wire = htobe32(number);
    put(record, &wire, sizeof wire);
}

static void put_value(struct record *record, const struct value *value, enum column_kind kind)
{
    if (value->bytes == NULL) {
        put_32(record, NO_VALUE);
        return;
    }
    put_32(record, (uint32_t)value->size);
    put(record, value->bytes, value->size);
    if (widths[kind] == ANY_WIDTH)
        put(record, "", 1);
}

static void put_checksum(struct record *record)
{
    unsigned char digest[32];
    secret_digest(record->bytes, record->size, digest);
    put(record, digest, RECORD_CHECKSUM_BYTES);
}

void record_write(struct record *record, int64_t position, const struct submission *row)
{
    size_t size = record_measure(row);
    assert(size <= RECORD_BYTES_LIMIT && position >= 1);
    make_room(record, size);
    put(record, beginning, sizeof beginning);
    put_32(record, RECORD_FORMAT);
    put_32(record, (uint32_t)size);
    uint64_t wire = htobe64((uint64_t)position);
    put(record, &wire, sizeof wire);
    for (size_t i = 0; i < SUBMISSION_COLUMN_COUNT; i++) {
        struct value value;
        take_value(row, &submission_columns[i], &value);
        put_value(record, &value, submission_columns[i].kind);
    }
    put_checksum(record);
}

// -- Reading --

static uint32_t get_32(const unsigned char *bytes)
{
    uint32_t wire;
    memcpy(&wire, bytes, sizeof wire);
    return be32toh(wire);
}

static uint64_t get_64(const unsigned char *bytes)
{
    uint64_t wire;
    memcpy(&wire, bytes, sizeof wire);
    return be64toh(wire);
}

const unsigned char *record_search(const void *bytes, size_t size)
{
    return memmem(bytes, size, beginning, sizeof beginning);
}

size_t record_begins(const void *bytes, size_t size)
{
    const unsigned char *at = bytes;
    if (size < RECORD_HEAD_BYTES || memcmp(at, beginning, sizeof beginning) != 0)
        return 0;
    uint32_t whole = get_32(at + SIZE_AT);
    return whole < RECORD_BYTES_LEAST || whole > RECORD_BYTES_LIMIT ? 0 : whole;
}

// False when the value cannot have been written: what is absent is absent in one way only.
static bool set_field(struct submission *row, const struct submission_column *column,
                      const unsigned char *bytes, size_t size)
{
    void *at = (char *)row + column->offset;
    switch (column->kind) {
    case COLUMN_INT:
    case COLUMN_NUMBER:
        *(int32_t *)at = (int32_t)get_32(bytes);
        return column->kind == COLUMN_INT || *(int32_t *)at != NUMBER_ABSENT;
    case COLUMN_MASK:
    case COLUMN_INSTANT:
        *(int64_t *)at = (int64_t)get_64(bytes);
        return column->kind == COLUMN_INSTANT || *(int64_t *)at != MASK_ABSENT;
    case COLUMN_UUID:
    case COLUMN_HASH:
        memcpy(at, bytes, size);
        return true;
    case COLUMN_TEXT:
        *(const char **)at = (const char *)bytes;
        return memchr(bytes, '\0', size) == NULL;
    case COLUMN_CONTENT:
        row->content = (const char *)bytes;
        row->content_size = size;
        return true;
    case COLUMN_KIND_COUNT:
        break;
    }
    return false;
}

static bool may_be_absent(enum column_kind kind)
{
    return kind == COLUMN_NUMBER || kind == COLUMN_MASK || widths[kind] == ANY_WIDTH;
}

// Takes one value off the bytes left; false when it does not fit in them or in its column.
static bool read_value(const unsigned char **at, const unsigned char *end,
                       const struct submission_column *column, struct submission *row)
{
    if (end - *at < 4)
        return false;
    uint32_t size = get_32(*at);
    *at += 4;
    if (size == NO_VALUE)
        return may_be_absent(column->kind);
    bool is_text = widths[column->kind] == ANY_WIDTH;
    size_t taken = (size_t)size + is_text;
    if ((size_t)(end - *at) < taken || (!is_text && size != widths[column->kind]))
        return false;
    const unsigned char *bytes = *at;
    *at += taken;
    return (!is_text || bytes[size] == '\0') && set_field(row, column, bytes, size);
}

static bool checksum_holds(const unsigned char *bytes, size_t size)
{
    unsigned char digest[32];
    secret_digest(bytes, size - RECORD_CHECKSUM_BYTES, digest);
    return memcmp(bytes + size - RECORD_CHECKSUM_BYTES, digest, RECORD_CHECKSUM_BYTES) == 0;
}

bool record_read(const void *bytes, size_t size, int64_t *position, struct submission *row)
{
    if (record_begins(bytes, size) != size || size == 0 || !checksum_holds(bytes, size))
        return false;
    const unsigned char *at = bytes;
    const unsigned char *end = at + size - RECORD_CHECKSUM_BYTES;
    int64_t written_at = (int64_t)get_64(at + POSITION_AT);
    if (get_32(at + FORMAT_AT) != RECORD_FORMAT || written_at < 1)
        return false;
    at += RECORD_HEAD_BYTES;
    submission_clear(row);
    for (size_t i = 0; i < SUBMISSION_COLUMN_COUNT; i++)
        if (!read_value(&at, end, &submission_columns[i], row))
            return false;
    if (position != NULL)
        *position = written_at;
    return at == end;
}

bool record_same_key(const struct submission *a, const struct submission *b)
{
    return a->collectivity_id == b->collectivity_id && memcmp(&a->id, &b->id, sizeof a->id) == 0;
}
