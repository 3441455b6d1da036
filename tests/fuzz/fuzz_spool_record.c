// Any bytes as a record of the spool, as they are and with the checksum and the head made right:
// what is read lies within the bytes, and writing it again gives the same bytes.
//
// SPDX-License-Identifier: Apache-2.0
#include "config/secret.h"
#include "daemon/spool/record.h"

#include <stdlib.h>
#include <string.h>

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void check_text(const char *text, const unsigned char *bytes, size_t size)
{
    const unsigned char *at = (const unsigned char *)text;
    require(at >= bytes && at < bytes + size && at + strlen(text) < bytes + size);
}

static void check(const unsigned char *bytes, size_t size)
{
    struct submission row;
    int64_t position = 0;
    if (!record_read(bytes, size, &position, &row))
        return;
    for (size_t i = 0; i < SUBMISSION_COLUMN_COUNT; i++) {
        const void *at = (const char *)&row + submission_columns[i].offset;
        if (submission_columns[i].kind == COLUMN_TEXT && *(const char *const *)at != NULL)
            check_text(*(const char *const *)at, bytes, size);
    }
    if (row.content != NULL)
        require(row.content[row.content_size] == '\0');
    struct record again = {0};
    record_write(&again, position, &row);
    require(again.size == size && memcmp(again.bytes, bytes, size) == 0);
    record_clear(&again);
}

// What begins a record, with the format and the size that fit, in front of the bytes.
static void check_completed(const uint8_t *data, size_t size)
{
    static const unsigned char head[] = {0xFF, 'R', 'e', 'c', 'u', 'e', 'i', 'l', 0, 0, 0, 1};
    unsigned char digest[32];
    size_t whole = sizeof head + 4 + size + RECORD_CHECKSUM_BYTES;
    unsigned char *bytes = malloc(whole);
    require(bytes != NULL);
    memcpy(bytes, head, sizeof head);
    for (int i = 0; i < 4; i++)
        bytes[sizeof head + (size_t)i] = (unsigned char)(whole >> (24 - 8 * i));
    if (size > 0)
        memcpy(bytes + sizeof head + 4, data, size);
    secret_digest(bytes, whole - RECORD_CHECKSUM_BYTES, digest);
    memcpy(bytes + whole - RECORD_CHECKSUM_BYTES, digest, RECORD_CHECKSUM_BYTES);
    check(bytes, whole);
    free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size); // libFuzzer calls it

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const unsigned char *found = record_search(data, size);
    if (found != NULL) {
        size_t left = size - (size_t)(found - data);
        size_t whole = record_begins(found, left);
        check(found, whole > 0 && whole <= left ? whole : left);
    }
    check(data, size);
    check_completed(data, size);
    return 0;
}
