// SPDX-License-Identifier: Apache-2.0
#include "daemon/spool/record.h"

#include "config/secret.h"
#include "rows.h"

#include <stdlib.h>

static struct record written_row(int number, int64_t position)
{
    static struct made_row made;
    struct record record = {0};
    make_row(&made, number);
    record_write(&record, position, &made.row);
    return record;
}

// In memory of exactly that size, so that the sanitizer sees a read behind the end.
static bool reads(const unsigned char *bytes, size_t size, struct submission *row)
{
    unsigned char *exact = malloc(size);
    if (size > 0)
        memcpy(exact, bytes, size);
    bool read = record_read(exact, size, NULL, row);
    free(exact);
    return read;
}

static void renew_checksum(struct record *record)
{
    unsigned char digest[32];
    size_t covered = record->size - RECORD_CHECKSUM_BYTES;
    secret_digest(record->bytes, covered, digest);
    memcpy(record->bytes + covered, digest, RECORD_CHECKSUM_BYTES);
}

Test(record, gives_back_every_column_said_or_not)
{
    for (int number = 0; number < 3; number++) {
        static struct made_row made;
        struct submission row;
        int64_t position = 0;
        struct record record = written_row(number, 7 + number);
        make_row(&made, number);
        cr_assert_eq(record.size, record_measure(&made.row));
        cr_assert(record_read(record.bytes, record.size, &position, &row));
        cr_assert(same_row(&row, &made.row), "row %d", number);
        cr_assert_eq(position, 7 + number);
        record_clear(&record);
    }
}

Test(record, keeps_no_content_and_an_empty_one_apart)
{
    static struct made_row made;
    struct record record = {0};
    struct submission row;
    make_row(&made, 0);
    made.row.content = NULL;
    made.row.content_size = 0;
    record_write(&record, 1, &made.row);
    cr_assert(record_read(record.bytes, record.size, NULL, &row));
    cr_assert_null(row.content);
    made.row.content = "";
    record_write(&record, 1, &made.row);
    cr_assert(record_read(record.bytes, record.size, NULL, &row));
    cr_assert_str_eq(row.content, "");
    record_clear(&record);
}

Test(record, gives_texts_that_end_with_nul)
{
    struct submission row;
    struct record record = written_row(0, 1);
    cr_assert(record_read(record.bytes, record.size, NULL, &row));
    cr_assert_eq(row.content[row.content_size], '\0');
    cr_assert(row.content >= (const char *)record.bytes &&
              row.content < (const char *)record.bytes + record.size);
    record_clear(&record);
}

Test(record, notices_every_changed_bit)
{
    struct record record = written_row(0, 3);
    struct submission row;
    for (size_t i = 0; i < record.size; i++)
        for (int bit = 0; bit < 8; bit++) {
            record.bytes[i] ^= (unsigned char)(1 << bit);
            cr_assert_not(reads(record.bytes, record.size, &row), "byte %zu bit %d", i, bit);
            record.bytes[i] ^= (unsigned char)(1 << bit);
        }
    cr_assert(reads(record.bytes, record.size, &row));
    record_clear(&record);
}

Test(record, refuses_every_other_length)
{
    struct record record = written_row(0, 3);
    struct submission row;
    unsigned char *longer = calloc(1, record.size + 9);
    memcpy(longer, record.bytes, record.size);
    for (size_t size = 0; size < record.size; size++)
        cr_assert_not(reads(record.bytes, size, &row), "%zu bytes", size);
    for (size_t more = 1; more < 9; more++)
        cr_assert_not(reads(longer, record.size + more, &row));
    free(longer);
    record_clear(&record);
}

Test(record, refuses_a_format_that_it_does_not_know)
{
    struct record record = written_row(0, 3);
    struct submission row;
    record.bytes[11] = RECORD_FORMAT + 1;
    renew_checksum(&record);
    cr_assert_not(reads(record.bytes, record.size, &row));
    record.bytes[11] = RECORD_FORMAT;
    renew_checksum(&record);
    cr_assert(reads(record.bytes, record.size, &row));
    record_clear(&record);
}

// With the checksum made right again, as only hostile hands would: what still reads is what a row
// gives, byte for byte.
static void check_lie(const struct record *record)
{
    struct submission row;
    struct record again = {0};
    unsigned char *exact = malloc(record->size);
    memcpy(exact, record->bytes, record->size);
    if (record_read(exact, record->size, NULL, &row)) {
        record_write(&again, 3, &row);
        cr_assert_eq(again.size, record->size);
        cr_assert_eq(memcmp(again.bytes, exact, again.size), 0);
    }
    record_clear(&again);
    free(exact);
}

Test(record, stays_within_bytes_that_lie_about_sizes)
{
    static const unsigned char lies[] = {0x00, 0x01, 0x7F, 0x80, 0xFE, 0xFF};
    struct record record = written_row(2, 3);
    for (size_t i = RECORD_HEAD_BYTES; i < record.size - RECORD_CHECKSUM_BYTES; i++) {
        unsigned char kept = record.bytes[i];
        for (size_t lie = 0; lie < sizeof lies; lie++) {
            record.bytes[i] = lies[lie];
            renew_checksum(&record);
            check_lie(&record);
        }
        record.bytes[i] = kept;
    }
    record_clear(&record);
}

Test(record, refuses_a_required_column_that_is_absent)
{
    struct record record = written_row(1, 3);
    struct submission row;
    memset(record.bytes + RECORD_HEAD_BYTES, 0xFF, 4); // collectivity_id
    memmove(record.bytes + RECORD_HEAD_BYTES + 4, record.bytes + RECORD_HEAD_BYTES + 8,
            record.size - RECORD_HEAD_BYTES - 8);
    record.size -= 4;
    uint32_t size = (uint32_t)record.size;
    for (int i = 0; i < 4; i++)
        record.bytes[12 + i] = (unsigned char)(size >> (24 - 8 * i));
    renew_checksum(&record);
    cr_assert_not(reads(record.bytes, record.size, &row));
    record_clear(&record);
}

Test(record, is_found_again_among_other_bytes)
{
    struct record record = written_row(0, 3);
    size_t size = record.size + 200;
    unsigned char *among = malloc(size);
    memset(among, 'x', size);
    memcpy(among + 77, record.bytes, record.size);
    const unsigned char *found = record_search(among, size);
    cr_assert_eq(found, among + 77);
    cr_assert_eq(record_begins(found, size - 77), record.size);
    cr_assert_eq(record_begins(found, RECORD_HEAD_BYTES - 1), 0);
    cr_assert_null(record_search(found + 1, size - 78));
    free(among);
    record_clear(&record);
}
