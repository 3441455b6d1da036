// SPDX-License-Identifier: Apache-2.0
#include "daemon/http/negotiation.h"

#include <string.h>
#include <strings.h>

// Cuts the next element of a list off *rest at `separator`, blanks around it removed.
static struct slice next_element(struct slice *rest, char separator)
{
    const char *end = memchr(rest->at, separator, rest->size);
    uint32_t size = end == NULL ? rest->size : (uint32_t)(end - rest->at);
    struct slice element = {rest->at, size};
    uint32_t skip = end == NULL ? size : size + 1;
    rest->at += skip;
    rest->size -= skip;
    while (element.size > 0 && (element.at[0] == ' ' || element.at[0] == '\t')) {
        element.at++;
        element.size--;
    }
    while (element.size > 0 && strchr(" \t", element.at[element.size - 1]) != NULL)
        element.size--;
    return element;
}

static struct slice field(const struct head *head, const char *name)
{
    const struct slice *value = head_field(head, name);
    return value == NULL ? (struct slice){"", 0} : *value;
}

struct slice negotiation_query(const struct head *head, const char *name)
{
    struct slice rest = head->query;
    size_t length = strlen(name);
    while (rest.size > 0) {
        struct slice pair = next_element(&rest, '&');
        if (pair.size > length && memcmp(pair.at, name, length) == 0 && pair.at[length] == '=')
            return (struct slice){pair.at + length + 1, pair.size - (uint32_t)length - 1};
    }
    return (struct slice){"", 0};
}

// "0.25" is 250 thousandths; 0 for anything that RFC 9110 does not allow, such as "inf" or "1e9".
static int thousandths(struct slice number)
{
    int value = 0;
    bool allowed =
        number.size >= 1 && number.size <= 5 && (number.size == 1 || number.at[1] == '.');
    for (uint32_t i = 0; i < 5 && allowed; i++) {
        int digit = i < number.size ? (unsigned char)number.at[i] : '0';
        if (i == 1)
            continue; // the point
        allowed = digit >= '0' && digit <= '9';
        value = value * 10 + (digit - '0');
    }
    return allowed && value <= 1000 ? value : 0;
}

// Thousandths of the element's ";q=", 1000 where there is none.
static int quality(struct slice parameters)
{
    while (parameters.size > 0) {
        struct slice one = next_element(&parameters, ';');
        if (one.size >= 2 && strncasecmp(one.at, "q=", 2) == 0)
            return thousandths((struct slice){one.at + 2, one.size - 2});
    }
    return 1000;
}

// "fr-RE" is French, "rcf" Creole; -1 when we do not speak it.
static int spoken(struct slice tag)
{
    const char *dash = memchr(tag.at, '-', tag.size);
    size_t size = dash == NULL ? tag.size : (size_t)(dash - tag.at);
    for (int language = 0; language < LANGUAGE_COUNT; language++) {
        const char *word = vocabulary_word(VOCABULARY_LANGUAGE, (size_t)language);
        if (strlen(word) == size && strncasecmp(tag.at, word, size) == 0)
            return language;
    }
    return -1;
}

enum language negotiation_language(const struct head *head, bool *asked)
{
    struct slice wanted = negotiation_query(head, "lang");
    const char *word = vocabulary_find(VOCABULARY_LANGUAGE, wanted.at, wanted.size);
    *asked = word != NULL;
    if (word != NULL)
        return (enum language)vocabulary_index(VOCABULARY_LANGUAGE, word);

    struct slice rest = field(head, "accept-language");
    int best = LANGUAGE_FR;
    int best_quality = 0;
    while (rest.size > 0) {
        struct slice element = next_element(&rest, ',');
        struct slice tag = next_element(&element, ';');
        int language = spoken(tag);
        int weight = quality(element);
        if (language >= 0 && weight > best_quality) {
            best = language;
            best_quality = weight;
        }
    }
    return (enum language)best;
}

static bool mentions(struct slice value, const char *text)
{
    return memmem(value.at, value.size, text, strlen(text)) != NULL;
}

bool negotiation_wants_page(const struct head *head, bool page_route)
{
    struct slice accept = field(head, "accept");
    bool html = mentions(accept, "text/html");
    bool json = mentions(accept, "json");
    if (page_route)
        return html || !json;
    return html && !json;
}

bool negotiation_has(const struct head *head, const char *etag)
{
    struct slice rest = field(head, "if-none-match");
    while (rest.size > 0) {
        struct slice one = next_element(&rest, ',');
        if (one.size >= 2 && memcmp(one.at, "W/", 2) == 0) {
            one.at += 2;
            one.size -= 2;
        }
        bool any = one.size == 1 && one.at[0] == '*';
        if (any || (one.size == strlen(etag) && memcmp(one.at, etag, one.size) == 0))
            return true;
    }
    return false;
}
