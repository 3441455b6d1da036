// SPDX-License-Identifier: Apache-2.0
#include "config/content_hash.h"

#include <string.h>

static const char digits[] = "0123456789abcdef";

void content_hash_write(const uint8_t hash[HASH_BYTES], char text[CONTENT_HASH_TEXT_SIZE])
{
    for (size_t i = 0; i < HASH_BYTES; i++) {
        text[2 * i] = digits[hash[i] >> 4];
        text[2 * i + 1] = digits[hash[i] & 15];
    }
    text[CONTENT_HASH_TEXT_SIZE - 1] = '\0';
}

bool content_hash_read(const char *text, uint8_t hash[HASH_BYTES])
{
    if (strlen(text) != CONTENT_HASH_TEXT_SIZE - 1 ||
        strspn(text, digits) != CONTENT_HASH_TEXT_SIZE - 1)
        return false;
    for (size_t i = 0; i < HASH_BYTES; i++) {
        ptrdiff_t high = strchr(digits, text[2 * i]) - digits;
        ptrdiff_t low = strchr(digits, text[2 * i + 1]) - digits;
        hash[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}
