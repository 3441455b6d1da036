// SPDX-License-Identifier: Apache-2.0
#include "daemon/http/url.h"

#include "config/text.h"

#include <string.h>

static int hexadecimal(char character)
{
    if (character >= '0' && character <= '9')
        return character - '0';
    if (character >= 'a' && character <= 'f')
        return character - 'a' + 10;
    if (character >= 'A' && character <= 'F')
        return character - 'A' + 10;
    return -1;
}

static bool is_control(char character)
{
    return (unsigned char)character < 0x20 || character == 0x7F;
}

bool url_decode(const char *text, size_t size, char *out, size_t *out_size)
{
    size_t used = 0;
    for (size_t i = 0; i < size; i++) {
        char character = text[i];
        if (is_control(character))
            return false;
        if (character == '+') {
            character = ' ';
        } else if (character == '%') {
            int high = size - i > 2 ? hexadecimal(text[i + 1]) : -1;
            int low = size - i > 2 ? hexadecimal(text[i + 2]) : -1;
            if (high < 0 || low < 0)
                return false;
            character = (char)(high * 16 + low);
            i += 2;
        }
        out[used++] = character;
    }
    *out_size = used;
    return true;
}

// The first value of this name, as it was written.
static const char *find_value(const char *query, size_t size, const char *name, size_t *value_size)
{
    size_t name_size = strlen(name);
    const char *end = query + size;
    for (const char *at = query; at < end;) {
        const char *stop = memchr(at, '&', (size_t)(end - at));
        if (stop == NULL)
            stop = end;
        if ((size_t)(stop - at) > name_size && memcmp(at, name, name_size) == 0 &&
            at[name_size] == '=') {
            *value_size = (size_t)(stop - at) - name_size - 1;
            return at + name_size + 1;
        }
        at = stop + (stop < end);
    }
    return NULL;
}

bool url_query_value(const char *query, size_t size, const char *name, char *buffer,
                     size_t buffer_size)
{
    size_t value_size = 0;
    if (size == 0 || buffer_size == 0)
        return false;
    const char *value = find_value(query, size, name, &value_size);
    // Decoding shrinks a text to a third at most.
    if (value == NULL || value_size > 3 * (buffer_size - 1))
        return false;

    char decoded[3 * 1024];
    size_t decoded_size = 0;
    if (value_size > sizeof decoded || !url_decode(value, value_size, decoded, &decoded_size) ||
        decoded_size > buffer_size - 1 || !text_is_valid(decoded, decoded_size))
        return false;
    memcpy(buffer, decoded, decoded_size);
    buffer[decoded_size] = '\0';
    return true;
}
