// SPDX-License-Identifier: Apache-2.0
#include "config/logo.h"

#include "config/text.h"
#include "config/whole_file.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { PLACE_BYTES = 512 };

// Found anywhere, also in comments: nobody draws with these.
static const struct {
    const char *text, *remedy;
} refused_texts[] = {
    {"<!ENTITY", "entities are not accepted: replace each by its text"},
    {"<?xml-stylesheet", "stylesheets from outside are not accepted: remove the line"},
    {"javascript:", "addresses that run a script are not accepted: remove the link"},
    {"&#", "numeric character references are not accepted: write the character itself"},
};

// By local name, whatever prefix the namespace has.
static const char *const refused_elements[] = {"script", "foreignObject", "iframe",  "object",
                                               "embed",  "handler",       "listener"};

static void complain(const char *text, const char *at, const char *name, struct findings *findings,
                     const char *what, const char *remedy)
{
    struct position position = {1, 1};
    char place[PLACE_BYTES];
    for (const char *passed = text; passed < at; passed++)
        position_pass(&position, *passed);
    (void)snprintf(place, sizeof place, "%s:%zu:%zu", name, position.line, position.column);
    findings_add(findings, place, "\"%s\": %s", what, remedy);
}

static bool is_name_byte(char byte)
{
    return isalnum((unsigned char)byte) != 0 || strchr("_.-", byte) != NULL ||
           (unsigned char)byte >= 0x80;
}

// The element that begins at this "<", if it is one of the refused.
static const char *refused_element(const char *at)
{
    const char *local = at + 1;
    const char *end = local;
    while (*end != '\0' && (is_name_byte(*end) || *end == ':')) {
        if (*end == ':')
            local = end + 1;
        end++;
    }
    for (size_t i = 0; i < sizeof refused_elements / sizeof refused_elements[0]; i++)
        if (strlen(refused_elements[i]) == (size_t)(end - local) &&
            strncasecmp(refused_elements[i], local, (size_t)(end - local)) == 0)
            return refused_elements[i];
    return NULL;
}

// Does ` onload = "` begin at this white space, quote or slash? A prefix changes nothing.
static bool is_handler(const char *at)
{
    if (isspace((unsigned char)*at) == 0 && strchr("\"'/:", *at) == NULL)
        return false;
    const char *end = at + 1;
    if (strncasecmp(end, "on", 2) != 0)
        return false;
    while (*end != '\0' && is_name_byte(*end))
        end++;
    while (isspace((unsigned char)*end) != 0)
        end++;
    return *end == '=';
}

bool logo_is_harmless(const char *text, size_t size, const char *name, struct findings *findings)
{
    for (const char *at = text; at < text + size; at++) {
        for (size_t i = 0; i < sizeof refused_texts / sizeof refused_texts[0]; i++)
            if (strncasecmp(at, refused_texts[i].text, strlen(refused_texts[i].text)) == 0) {
                complain(text, at, name, findings, refused_texts[i].text, refused_texts[i].remedy);
                return false;
            }
        const char *element = *at == '<' ? refused_element(at) : NULL;
        if (element != NULL) {
            complain(text, at, name, findings, element,
                     "an element that can run something: export the logo as plain shapes");
            return false;
        }
        if (is_handler(at)) {
            complain(text, at + 1, name, findings,
                     "on…=", "attributes that run a script are not accepted: remove it");
            return false;
        }
    }
    return true;
}

static bool is_file_name(const char *file)
{
    size_t size = strlen(file);
    return size > 4 && size < 100 && file[0] != '.' && strcmp(file + size - 4, ".svg") == 0 &&
           strchr(file, '/') == NULL && text_is_printable(file, size);
}

// Is the first element, after declarations and comments, <svg>?
static bool begins_as_svg(const char *text)
{
    const char *at = strchr(text, '<');
    while (at != NULL && (at[1] == '?' || at[1] == '!')) {
        bool is_comment = strncmp(at, "<!--", 4) == 0;
        const char *end = is_comment ? strstr(at, "-->") : at + 1;
        at = end == NULL ? NULL : strchr(end, '<');
    }
    return at != NULL && strncmp(at, "<svg", 4) == 0 &&
           (isspace((unsigned char)at[4]) != 0 || at[4] == '>');
}

char *logo_read(const char *directory, const char *file, struct findings *findings)
{
    if (!is_file_name(file)) {
        findings_add(findings, "collectivity.json#/logo",
                     "\"%.80s\" is no logo: name an .svg file of this folder, such as logo.svg",
                     file);
        return NULL;
    }
    size_t size;
    char *path = memory_format("%s/%s", directory, file);
    char *text = whole_file_read(path, file, LOGO_LIMIT, &size, findings);
    free(path);
    if (text == NULL)
        return NULL;
    bool good = text_is_printable(text, size) && begins_as_svg(text);
    if (!good)
        findings_add(findings, file, "is no SVG drawing: export the logo as plain SVG");
    if (good && logo_is_harmless(text, size, file, findings))
        return text;
    free(text);
    return NULL;
}
