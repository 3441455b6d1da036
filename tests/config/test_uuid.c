// SPDX-License-Identifier: Apache-2.0
#include "config/uuid.h"

#include <criterion/criterion.h>
#include <string.h>
#include <time.h>

Test(uuid, reads_versions_4_and_7_in_either_case_and_writes_lower_case)
{
    static const struct {
        const char *text, *written;
    } rows[] = {
        {"8f1f2a3b-4c5d-4e6f-8a9b-0c1d2e3f4a5b", "8f1f2a3b-4c5d-4e6f-8a9b-0c1d2e3f4a5b"},
        {"8F1F2A3B-4C5D-4E6F-BA9B-0C1D2E3F4A5B", "8f1f2a3b-4c5d-4e6f-ba9b-0c1d2e3f4a5b"},
        {"01938a5e-7f00-7abc-9def-0123456789ab", "01938a5e-7f00-7abc-9def-0123456789ab"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct uuid uuid;
        char text[UUID_TEXT_SIZE];
        cr_assert(uuid_parse(rows[i].text, 36, &uuid), "%s", rows[i].text);
        uuid_write(&uuid, text);
        cr_assert_str_eq(text, rows[i].written);
    }
}

Test(uuid, reads_the_bytes_in_order)
{
    struct uuid uuid;
    static const uint8_t wanted[16] = {0x01, 0x93, 0x8a, 0x5e, 0x7f, 0x00, 0x7a, 0xbc,
                                       0x9d, 0xef, 0x01, 0x23, 0x45, 0x67, 0x89, 0xab};
    cr_assert(uuid_parse("01938a5e-7f00-7abc-9def-0123456789ab", 36, &uuid));
    cr_assert_eq(memcmp(uuid.bytes, wanted, 16), 0);
}

Test(uuid, refuses_everything_else)
{
    static const char *const rows[] = {
        "",
        "8f1f2a3b-4c5d-4e6f-8a9b-0c1d2e3f4a5",   // short
        "8f1f2a3b-4c5d-4e6f-8a9b-0c1d2e3f4a5b0", // long
        "8f1f2a3b4c5d4e6f8a9b0c1d2e3f4a5b",      // no hyphens
        "{8f1f2a3b-4c5d-4e6f-8a9b-0c1d2e3f4a5}", // braces
        "8f1f2a3b-4c5d-1e6f-8a9b-0c1d2e3f4a5b",  // version 1
        "8f1f2a3b-4c5d-8e6f-8a9b-0c1d2e3f4a5b",  // version 8
        "8f1f2a3b-4c5d-4e6f-7a9b-0c1d2e3f4a5b",  // NCS variant
        "8f1f2a3b-4c5d-4e6f-ca9b-0c1d2e3f4a5b",  // Microsoft variant
        "8f1f2a3g-4c5d-4e6f-8a9b-0c1d2e3f4a5b",  // no hexadecimal digit
        "8f1f2a3b-4c5d-4e6f-8a9b-0c1d2e3f4a5 ",  // a space
        "8f1f2a3-b4c5d-4e6f-8a9b-0c1d2e3f4a5b",  // a hyphen elsewhere
        "8f1f2a3b-4c5d-4e6f-8a9b_0c1d2e3f4a5b",  // another sign
        "00000000-0000-0000-0000-000000000000",  // nil
    };
    struct uuid uuid;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        cr_assert_not(uuid_parse(rows[i], strlen(rows[i]), &uuid), "%s", rows[i]);
    cr_assert_not(uuid_parse("8f1f2a3b-4c5d-4e6f-8a9b-0c1d2e3f\0a5b", 36, &uuid), "a NUL");
}

Test(uuid, needs_no_nul_behind_the_text)
{
    struct uuid uuid;
    cr_assert(uuid_parse("8f1f2a3b-4c5d-4e6f-8a9b-0c1d2e3f4a5b\",", 36, &uuid));
}

Test(uuid, makes_different_ones_of_version_7)
{
    struct uuid made[64];
    for (size_t i = 0; i < 64; i++) {
        char text[UUID_TEXT_SIZE];
        struct uuid again;
        made[i] = uuid_make();
        uuid_write(&made[i], text);
        cr_assert_eq(text[14], '7', "%s", text);
        cr_assert(uuid_parse(text, 36, &again), "%s", text);
        cr_assert_eq(memcmp(&again, &made[i], sizeof again), 0);
        for (size_t j = 0; j < i; j++)
            cr_assert_neq(memcmp(made[i].bytes + 6, made[j].bytes + 6, 10), 0);
    }
}

static uint64_t milliseconds_of(const struct uuid *uuid)
{
    uint64_t ms = 0;
    for (size_t i = 0; i < 6; i++)
        ms = ms << 8 | uuid->bytes[i];
    return ms;
}

Test(uuid, begins_with_the_time)
{
    struct timespec before, after;
    clock_gettime(CLOCK_REALTIME, &before);
    struct uuid uuid = uuid_make();
    clock_gettime(CLOCK_REALTIME, &after);
    uint64_t ms = milliseconds_of(&uuid);
    cr_assert_geq(ms, (uint64_t)before.tv_sec * 1000 + (uint64_t)before.tv_nsec / 1000000);
    cr_assert_leq(ms, (uint64_t)after.tv_sec * 1000 + (uint64_t)after.tv_nsec / 1000000);
}

Test(uuid, sets_version_and_variant_of_given_bytes_and_nothing_else)
{
    uint8_t ones[16];
    const uint8_t zeros[16] = {0};
    char text[UUID_TEXT_SIZE];
    memset(ones, 0xFF, sizeof ones);
    struct uuid uuid = uuid_from_random(ones);
    uuid_write(&uuid, text);
    cr_assert_str_eq(text, "ffffffff-ffff-4fff-bfff-ffffffffffff");
    uuid = uuid_from_random(zeros);
    uuid_write(&uuid, text);
    cr_assert_str_eq(text, "00000000-0000-4000-8000-000000000000");
}
