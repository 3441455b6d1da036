// SPDX-License-Identifier: Apache-2.0
#include "config/survey_shape.h"

#include "config/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PLACE_BYTES = 512, MESSAGE_BYTES = 900, NAMES_LIMIT = 32, NEAR_BYTES = 40 };

static const char *const wanted_said[] = {
    [WANT_TEXT] = "a text between double quotes",
    [WANT_PHRASE] = "a French text, or an object of texts by language such as {\"fr\": \"…\"}",
    [WANT_WHOLE] = "a whole number",
    [WANT_FLAG] = "true or false",
    [WANT_LIST] = "a list between [ and ]",
    [WANT_OBJECT] = "an object between { and }",
    [WANT_CODE] = "a text or a whole number",
};

// RFC 6901: ~ is written ~0, / is written ~1.
static void write_key(FILE *out, const char *key)
{
    for (; *key != '\0'; key++) {
        if (*key == '~')
            (void)fputs("~0", out);
        else if (*key == '/')
            (void)fputs("~1", out);
        else
            (void)fputc(*key, out);
    }
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as the readers go
static void write_steps(FILE *out, const struct spot *spot)
{
    if (spot == NULL)
        return;
    write_steps(out, spot->parent);
    (void)fputc('/', out);
    if (spot->key != NULL)
        write_key(out, spot->key);
    else
        (void)fprintf(out, "%zu", spot->index);
}

char *spot_write(const struct survey_reader *reader, const struct spot *spot)
{
    char text[PLACE_BYTES] = "";
    FILE *out = fmemopen(text, sizeof text - 1, "w");
    if (out != NULL) {
        write_steps(out, spot);
        (void)fclose(out);
    }
    return memory_format("%s#%s", reader->file, text);
}

static void complain_with(struct survey_reader *reader, const struct spot *spot, const char *format,
                          va_list arguments)
{
    char message[MESSAGE_BYTES];
    (void)vsnprintf(message, sizeof message, format, arguments);
    char *written = spot_write(reader, spot);
    findings_add(reader->findings, written, "%s", message);
    free(written);
    reader->complaints++;
}

void complain(struct survey_reader *reader, const struct spot *spot, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    complain_with(reader, spot, format, arguments);
    va_end(arguments);
}

void complain_at(struct survey_reader *reader, const struct spot *spot, const char *name,
                 const char *format, ...)
{
    struct spot at = {.parent = spot, .key = name};
    va_list arguments;
    va_start(arguments, format);
    complain_with(reader, &at, format, arguments);
    va_end(arguments);
}

bool shape_is_whole(const json_t *value)
{
    return json_is_integer(value) && json_integer_value(value) >= INT32_MIN &&
           json_integer_value(value) <= INT32_MAX;
}

static bool has_shape(const json_t *value, enum wanted wanted)
{
    switch (wanted) {
    case WANT_TEXT:
        return json_is_string(value);
    case WANT_PHRASE:
        return json_is_string(value) || json_is_object(value);
    case WANT_WHOLE:
        return shape_is_whole(value);
    case WANT_FLAG:
        return json_is_boolean(value);
    case WANT_LIST:
        return json_is_array(value);
    case WANT_OBJECT:
        return json_is_object(value);
    case WANT_CODE:
        return json_is_string(value) || shape_is_whole(value);
    }
    return false;
}

// How many letters to change, add or drop to make one word of the other.
static size_t distance(const char *a, const char *b)
{
    size_t row[NEAR_BYTES + 1];
    size_t width = strlen(b);
    for (size_t j = 0; j <= width; j++)
        row[j] = j;
    for (size_t i = 1; a[i - 1] != '\0'; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= width; j++) {
            size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            size_t least = row[j] < row[j - 1] ? row[j] + 1 : row[j - 1] + 1;
            diagonal = row[j];
            row[j] = changed < least ? changed : least;
        }
    }
    return row[width];
}

const char *nearest_name(const char *name, const char *const *candidates)
{
    const char *nearest = NULL;
    size_t size = strlen(name), least = size / 3 + 1;
    for (; size <= NEAR_BYTES && *candidates != NULL; candidates++) {
        if (strlen(*candidates) > NEAR_BYTES)
            continue;
        size_t changes = strcasecmp(name, *candidates) == 0 ? 0 : distance(name, *candidates);
        if (changes <= least && (nearest == NULL || changes < least)) {
            nearest = *candidates;
            least = changes;
        }
    }
    return nearest;
}

static bool applies(const struct property *property, unsigned types)
{
    return property->types == 0 || (property->types & types) != 0;
}

static const struct property *find_property(const struct property *properties, unsigned types,
                                            const char *name)
{
    for (; properties->name != NULL; properties++)
        if (applies(properties, types) && strcmp(properties->name, name) == 0)
            return properties;
    return NULL;
}

static void complain_of_unknown(struct survey_reader *reader, const struct spot *spot,
                                const char *name, const struct property *properties, unsigned types,
                                const char *said)
{
    const char *names[NAMES_LIMIT + 1] = {NULL};
    char list[MESSAGE_BYTES / 2] = "";
    size_t count = 0, used = 0;
    for (const struct property *at = properties; at->name != NULL && count < NAMES_LIMIT; at++) {
        if (!applies(at, types))
            continue;
        names[count++] = at->name;
        int size = snprintf(list + used, sizeof list - used, "%s%s", used > 0 ? " " : "", at->name);
        used = size > 0 && used + (size_t)size < sizeof list ? used + (size_t)size : used;
    }
    const char *nearest = nearest_name(name, names);
    if (nearest != NULL)
        complain_at(reader, spot, name, "unknown property of %s: did you mean \"%s\"?", said,
                    nearest);
    else
        complain_at(reader, spot, name, "unknown property of %s: remove it; known are %s", said,
                    list);
}

bool shape_check(struct survey_reader *reader, const struct spot *spot, const json_t *object,
                 const struct property *properties, unsigned types, const char *said)
{
    if (!json_is_object(object)) {
        complain(reader, spot, "expected %s: an object between { and }", said);
        return false;
    }
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)object, name, value)
    {
        const struct property *property = find_property(properties, types, name);
        if (property == NULL)
            complain_of_unknown(reader, spot, name, properties, types, said);
        else if (!has_shape(value, property->wanted))
            complain_at(reader, spot, name, "expected %s", wanted_said[property->wanted]);
    }
    for (const struct property *at = properties; at->name != NULL; at++)
        if (at->needed && applies(at, types) && json_object_get(object, at->name) == NULL)
            complain(reader, spot, "%s needs the property \"%s\": add it", said, at->name);
    return true;
}

const char *shape_text(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

bool shape_flag(const json_t *object, const char *name)
{
    return json_is_true(json_object_get(object, name));
}

const json_t *shape_list(const json_t *object, const char *name)
{
    const json_t *list = json_object_get(object, name);
    return json_is_array(list) ? list : NULL;
}

const json_t *shape_object(const json_t *object, const char *name)
{
    const json_t *inner = json_object_get(object, name);
    return json_is_object(inner) ? inner : NULL;
}

bool shape_whole(const json_t *object, const char *name, int32_t *at)
{
    const json_t *value = json_object_get(object, name);
    if (!shape_is_whole(value))
        return false;
    *at = (int32_t)json_integer_value(value);
    return true;
}

// Copies the text, or complains and gives NULL.
static char *take_text(struct survey_reader *reader, const struct spot *spot, const json_t *value)
{
    const char *text = json_string_value(value);
    if (text == NULL)
        complain(reader, spot, "expected %s", wanted_said[WANT_TEXT]);
    else if (text_is_blank(text, json_string_length(value)))
        complain(reader, spot, "this text is empty: write it or remove the property");
    else if (!text_is_printable(text, json_string_length(value)))
        complain(reader, spot, "this text holds a control character: remove it");
    else
        return memory_copy_text(text);
    return NULL;
}

static void take_languages(struct survey_reader *reader, const struct spot *spot,
                           const json_t *texts, struct phrase *phrase)
{
    const char *language;
    json_t *text;
    json_object_foreach((json_t *)texts, language, text)
    {
        struct spot here = {.parent = spot, .key = language};
        int index = vocabulary_index(VOCABULARY_LANGUAGE, language);
        if (index < 0)
            complain(reader, &here,
                     "unknown language: use \"fr\" for French (beside it \"rcf\" and \"en\")");
        else
            phrase->text[index] = take_text(reader, &here, text);
    }
    if (json_object_get(texts, "fr") == NULL)
        complain(reader, spot, "the French text is missing: add \"fr\"");
}

void shape_phrase(struct survey_reader *reader, const struct spot *spot, const json_t *object,
                  const char *name, struct phrase *phrase)
{
    const json_t *value = json_object_get(object, name);
    struct spot here = {.parent = spot, .key = name};
    if (json_is_string(value))
        phrase->text[LANGUAGE_FR] = take_text(reader, &here, value);
    else if (json_is_object(value))
        take_languages(reader, &here, value, phrase);
}

// -1 when the list, which ends with NULL, does not hold it.
int shape_find_word(const char *const *words, const char *word)
{
    for (int i = 0; words[i] != NULL; i++)
        if (strcmp(words[i], word) == 0)
            return i;
    return -1;
}

// -1 when the property is absent; complains of a word that is not in the list.
int shape_word(struct survey_reader *reader, const struct spot *spot, const json_t *object,
               const char *name, const char *const *words, const char *said)
{
    const char *word = shape_text(object, name);
    if (word == NULL)
        return -1;
    int index = shape_find_word(words, word);
    if (index < 0)
        complain_at(reader, spot, name, "unknown value: write %s", said);
    return index;
}

// absent: what counts where the property is absent or wrong.
int shape_number(struct survey_reader *reader, const struct spot *spot, const json_t *object,
                 const char *name, int32_t least, int32_t most, int absent)
{
    int32_t number;
    if (!shape_whole(object, name, &number))
        return absent;
    if (number >= least && number <= most)
        return number;
    complain_at(reader, spot, name, "out of range: write a number from %d to %d", least, most);
    return absent;
}
