// SPDX-License-Identifier: Apache-2.0
#include "config/uuid.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

// One request to the kernel serves many ids.
enum { RANDOM_POOL_BYTES = 250, RANDOM_BYTES = 10 };

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

static void take_random(uint8_t bytes[RANDOM_BYTES])
{
    static uint8_t pool[RANDOM_POOL_BYTES];
    static size_t left;
    if (left == 0) {
        if (getrandom(pool, sizeof pool, 0) != (ssize_t)sizeof pool)
            abort(); // the kernel gives up to 256 bytes or the machine is broken
        left = sizeof pool;
    }
    left -= RANDOM_BYTES;
    memcpy(bytes, pool + left, RANDOM_BYTES);
}

struct uuid uuid_make(void)
{
    struct uuid uuid;
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    uint64_t ms = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
    for (size_t i = 0; i < 6; i++)
        uuid.bytes[i] = (uint8_t)(ms >> (40 - 8 * i));
    take_random(uuid.bytes + 6);
    uuid.bytes[6] = (uint8_t)((uuid.bytes[6] & 0x0F) | 0x70);
    uuid.bytes[8] = (uint8_t)((uuid.bytes[8] & 0x3F) | 0x80);
    return uuid;
}
