// SPDX-License-Identifier: Apache-2.0
#include "config/content_hash.h"

#include <criterion/criterion.h>

static const uint8_t hash[HASH_BYTES] = {0x00, 0x0F, 0xF0, 0xFF, 0x12, 0xAB};

Test(content_hash, is_32_hexadecimal_digits)
{
    char text[CONTENT_HASH_TEXT_SIZE];
    content_hash_write(hash, text);
    cr_assert_str_eq(text, "000ff0ff12ab00000000000000000000");
}

Test(content_hash, is_read_back_as_it_was)
{
    uint8_t read[HASH_BYTES];
    cr_assert(content_hash_read("000ff0ff12ab00000000000000000000", read));
    cr_assert_arr_eq(read, hash, HASH_BYTES);
}

Test(content_hash, is_not_read_from_anything_else)
{
    static const char *const texts[] = {
        "",
        "00",
        "000ff0ff12ab0000000000000000000",
        "000ff0ff12ab000000000000000000000",
        "000FF0FF12AB00000000000000000000",
        "000ff0ff12ab0000000000000000000g",
        "\\x0ff0ff12ab00000000000000000000",
        " 00ff0ff12ab00000000000000000000",
    };
    uint8_t read[HASH_BYTES];
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        cr_assert_not(content_hash_read(texts[i], read), "%s", texts[i]);
}
