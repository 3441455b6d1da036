// SPDX-License-Identifier: Apache-2.0
#include "config/text.h"

#include "config/error.h"

#include <stdint.h>
#include <string.h>
#include <utf8proc.h>

// How many bytes the character at `at` has, with its code point; 0 when it is not valid. The lower
// bounds of the second byte shut out overlong forms, the upper ones surrogates and what is over
// U+10FFFF (Unicode, table 3-7).
static size_t read_character(const unsigned char *at, size_t left, uint32_t *character)
{
    static const struct {
        unsigned char first, last, least, most;
        size_t size;
    } forms[] = {
        {0x01, 0x7F, 0x80, 0xBF, 1}, {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3},
        {0xE1, 0xEC, 0x80, 0xBF, 3}, {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3},
        {0xF0, 0xF0, 0x90, 0xBF, 4}, {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4},
    };
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        size_t size = forms[i].size;
        if (at[0] < forms[i].first || at[0] > forms[i].last)
            continue;
        if (size > left || (size > 1 && (at[1] < forms[i].least || at[1] > forms[i].most)))
            return 0;
        *character = size == 1 ? at[0] : at[0] & (0x7FU >> size);
        for (size_t next = 1; next < size; next++) {
            if ((at[next] & 0xC0) != 0x80)
                return 0;
            *character = *character << 6 | (at[next] & 0x3FU);
        }
        return size;
    }
    return 0;
}

bool text_is_valid(const char *bytes, size_t size)
{
    const unsigned char *at = (const unsigned char *)bytes;
    uint32_t character;
    for (size_t done = 0; done < size;) {
        size_t taken = read_character(at + done, size - done, &character);
        if (taken == 0)
            return false;
        done += taken;
    }
    return true;
}

size_t text_length(const char *bytes, size_t size)
{
    size_t length = 0;
    for (size_t i = 0; i < size; i++) {
        bool continues = ((unsigned char)bytes[i] & 0xC0) == 0x80;
        bool ends_pair = bytes[i] == '\n' && i > 0 && bytes[i - 1] == '\r';
        length += continues || ends_pair ? 0 : 1;
    }
    return length;
}

size_t text_unify_lines(char *bytes, size_t size)
{
    size_t kept = 0;
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != '\r')
            bytes[kept++] = bytes[i];
        else if (i + 1 == size || bytes[i + 1] != '\n')
            bytes[kept++] = '\n';
    }
    return kept;
}

static bool is_blank(uint32_t character)
{
    static const uint32_t blanks[] = {' ',    '\t',   '\n',   '\v',   '\f',   '\r',
                                      0x85,   0xA0,   0x1680, 0x200B, 0x2028, 0x2029,
                                      0x202F, 0x205F, 0x2060, 0x3000, 0xFEFF};
    if (character >= 0x2000 && character <= 0x200A)
        return true;
    for (size_t i = 0; i < sizeof blanks / sizeof blanks[0]; i++)
        if (blanks[i] == character)
            return true;
    return false;
}

bool text_is_blank(const char *bytes, size_t size)
{
    const unsigned char *at = (const unsigned char *)bytes;
    uint32_t character;
    for (size_t done = 0; done < size;) {
        size_t taken = read_character(at + done, size - done, &character);
        if (taken == 0 || !is_blank(character))
            return false;
        done += taken;
    }
    return true;
}

bool text_is_printable(const char *bytes, size_t size)
{
    const unsigned char *at = (const unsigned char *)bytes;
    uint32_t character;
    for (size_t done = 0; done < size;) {
        size_t taken = read_character(at + done, size - done, &character);
        if (taken == 0 || (character < 0x20 && strchr("\t\n\r", (int)character) == NULL) ||
            (character >= 0x7F && character < 0xA0))
            return false;
        done += taken;
    }
    return true;
}

static utf8proc_int32_t straighten(utf8proc_int32_t character, void *unused)
{
    (void)unused;
    return character == 0x2019 ? '\'' : character;
}

// Two letters stay joined after decomposition. They and their spelling both have two bytes.
static void split_ligatures(char *text)
{
    for (; text[0] != '\0'; text++)
        if (memcmp(text, "\xC5\x93", 2) == 0)
            memcpy(text, "oe", 2);
        else if (memcmp(text, "\xC3\xA6", 2) == 0)
            memcpy(text, "ae", 2);
}

char *text_fold(const char *text)
{
    utf8proc_uint8_t *folded = NULL;
    utf8proc_map_custom((const utf8proc_uint8_t *)text, 0, &folded,
                        UTF8PROC_NULLTERM | UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT |
                            UTF8PROC_CASEFOLD | UTF8PROC_STRIPMARK,
                        straighten, NULL);
    if (folded == NULL) // not UTF-8
        return memory_copy_text(text);
    split_ligatures((char *)folded);
    return (char *)folded;
}
