// SPDX-License-Identifier: Apache-2.0
#include "config/uuid.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

static bool is_dash_place(size_t at)
{
    return at == 8 || at == 13 || at == 18 || at == 23;
}

bool uuid_parse(const char *text, size_t size, struct uuid *uuid)
{
    if (size != UUID_TEXT_SIZE - 1)
        return false;
    size_t byte = 0;
    for (size_t at = 0; at < size;) {
        if (is_dash_place(at)) {
            if (text[at++] != '-')
                return false;
            continue;
        }
        int high = hex_value(text[at]);
        int low = hex_value(text[at + 1]);
        if (high < 0 || low < 0)
            return false;
        uuid->bytes[byte++] = (uint8_t)(high * 16 + low);
        at += 2;
    }
    int version = uuid->bytes[6] >> 4;
    return (version == 4 || version == 7) && (uuid->bytes[8] & 0xC0) == 0x80;
}

void uuid_write(const struct uuid *uuid, char text[UUID_TEXT_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    char *at = text;
    for (size_t byte = 0; byte < sizeof uuid->bytes; byte++) {
        if (byte == 4 || byte == 6 || byte == 8 || byte == 10)
            *at++ = '-';
        *at++ = digits[uuid->bytes[byte] >> 4];
        *at++ = digits[uuid->bytes[byte] & 15];
    }
    *at = '\0';
}

struct uuid uuid_from_random(const uint8_t bytes[16])
{
    struct uuid uuid;
    memcpy(uuid.bytes, bytes, sizeof uuid.bytes);
    uuid.bytes[6] = (uint8_t)((uuid.bytes[6] & 0x0F) | 0x40);
    uuid.bytes[8] = (uint8_t)((uuid.bytes[8] & 0x3F) | 0x80);
    return uuid;
}

struct uuid uuid_make(void)
{
    uint8_t bytes[16];
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        abort(); // the kernel gives 16 bytes or the machine is broken
    return uuid_from_random(bytes);
}
