// SPDX-License-Identifier: Apache-2.0
#include "daemon/pages/html.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 4096 };

void html_init(struct html *html)
{
    *html = (struct html){NULL, 0, 0};
}

void html_clear(struct html *html)
{
    free(html->bytes);
    html_init(html);
}

static void make_room(struct html *html, size_t size)
{
    if (size <= html->capacity - html->size)
        return;
    size_t capacity = html->capacity == 0 ? FIRST_CAPACITY : html->capacity;
    while (capacity - html->size < size)
        capacity *= 2;
    html->bytes = memory_resize(html->bytes, capacity);
    html->capacity = capacity;
}

char *html_take(struct html *html, size_t *size)
{
    make_room(html, 1);
    html->bytes[html->size] = '\0';
    *size = html->size;
    char *bytes = html->bytes;
    html_init(html);
    return bytes;
}

void html_put_raw_(struct html *html, const char *bytes, size_t size)
{
    if (size == 0)
        return;
    make_room(html, size);
    memcpy(html->bytes + html->size, bytes, size);
    html->size += size;
}

static const char *reference_of(char character)
{
    switch (character) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

void html_text_size(struct html *html, const char *text, size_t size)
{
    size_t plain = 0; // where the run that needs no reference begins
    for (size_t i = 0; i < size; i++) {
        const char *reference = reference_of(text[i]);
        if (reference == NULL)
            continue;
        html_put_raw_(html, text + plain, i - plain);
        html_put_raw_(html, reference, strlen(reference));
        plain = i + 1;
    }
    html_put_raw_(html, text + plain, size - plain);
}

void html_text(struct html *html, const char *text)
{
    if (text != NULL)
        html_text_size(html, text, strlen(text));
}

static bool is_set_off(const char *text, size_t at)
{
    static const char opening[] = "«";
    static const char closing[] = "»";
    size_t quote = strlen(opening);
    const char *next = text + at + 1;
    if (*next != '\0' && (strchr("?!:;", *next) != NULL || strncmp(next, closing, quote) == 0))
        return true;
    return at >= quote && strncmp(text + at - quote, opening, quote) == 0;
}

void html_prose(struct html *html, const char *text)
{
    size_t plain = 0;
    size_t size = text == NULL ? 0 : strlen(text);
    for (size_t i = 0; i < size; i++) {
        if (text[i] != ' ' || !is_set_off(text, i))
            continue;
        html_text_size(html, text + plain, i - plain);
        html_raw(html, "\u00A0");
        plain = i + 1;
    }
    if (size > plain)
        html_text_size(html, text + plain, size - plain);
}

void html_put_prose_attribute_(struct html *html, const char *opening, const char *value)
{
    if (value == NULL)
        return;
    html_put_raw_(html, opening, strlen(opening));
    html_prose(html, value);
    html_raw(html, "\"");
}

void html_put_attribute_(struct html *html, const char *opening, const char *value)
{
    if (value == NULL)
        return;
    html_put_raw_(html, opening, strlen(opening));
    html_text(html, value);
    html_raw(html, "\"");
}

void html_number(struct html *html, long long number)
{
    char digits[24];
    int size = snprintf(digits, sizeof digits, "%lld", number);
    html_put_raw_(html, digits, (size_t)size);
}
