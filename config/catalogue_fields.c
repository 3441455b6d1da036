// SPDX-License-Identifier: Apache-2.0
#include "config/catalogue_fields.h"

#include "config/submission.h"
#include "config/text.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CODE_LENGTH = 40, TEXT_LENGTH = 500, COUNT_LIMIT = 1000000000, BIT_LIMIT = 62 };

#define IN(type, member) offsetof(struct type, member)
#define PLACE_FIELDS(count_name)                                                                   \
    {                                                                                              \
        {"code", FIELD_CODE, IN(place, code), false},                                              \
            {"label", FIELD_LABEL, IN(place, label), false},                                       \
            {count_name, FIELD_COUNT, IN(place, population), true},                                \
    }

static const struct catalogue_shape shapes[CATALOGUE_LIST_COUNT] = {
    [CATALOGUE_PROCEDURES] =
        {"procedures.csv",
         "procedures",
         true,
         sizeof(struct procedure),
         IN(catalogue, procedures),
         IN(catalogue, procedure_count),
         10,
         {
             {"code", FIELD_CODE, IN(procedure, code), false},
             {"label_fr", FIELD_LABEL, IN(procedure, label), false},
             {"service", FIELD_TEXT, IN(procedure, service), false},
             {"owner", FIELD_TEXT, IN(procedure, owner), false},
             {"audiences", FIELD_AUDIENCES, IN(procedure, audiences), false},
             {"channels", FIELD_CHANNELS, IN(procedure, channels), false},
             {"volume_per_year", FIELD_COUNT, IN(procedure, volume_per_year), true},
             {"deadline_days", FIELD_COUNT, IN(procedure, deadline_days), true},
             {"online_url", FIELD_ADDRESS, IN(procedure, online_url), true},
             {"theme", FIELD_TEXT, IN(procedure, theme), true},
         }},
    [CATALOGUE_PAIN_POINTS] =
        {"pain-points.csv",
         "pain_points",
         true,
         sizeof(struct pain_point),
         IN(catalogue, pain_points),
         IN(catalogue, pain_point_count),
         8,
         {
             {"bit", FIELD_BIT, IN(pain_point, bit), false},
             {"code", FIELD_CODE, IN(pain_point, code), false},
             {"nature", FIELD_NATURE, IN(pain_point, nature), false},
             {"audience", FIELD_ASKED, IN(pain_point, audience), false},
             {"short_fr", FIELD_LABEL, IN(pain_point, short_label), false},
             {"label_fr", FIELD_LABEL, IN(pain_point, label.text[LANGUAGE_FR]), false},
             {"label_rcf", FIELD_TRANSLATION, IN(pain_point, label.text[LANGUAGE_RCF]), true},
             {"help_fr", FIELD_TEXT, IN(pain_point, help), true},
         }},
    [CATALOGUE_COMMUNES] = {"communes.csv", "communes", false, sizeof(struct place),
                            IN(catalogue, communes), IN(catalogue, commune_count), 3,
                            PLACE_FIELDS("population")},
    [CATALOGUE_SERVICES] = {"services.csv", "services", false, sizeof(struct place),
                            IN(catalogue, services), IN(catalogue, service_count), 3,
                            PLACE_FIELDS("staff")},
};

const struct catalogue_shape *catalogue_shape(enum catalogue_list list)
{
    return &shapes[list];
}

char *catalogue_items(const struct catalogue *catalogue, enum catalogue_list list)
{
    const char *base = (const char *)catalogue;
    return *(char *const *)(const void *)(base + shapes[list].items_offset);
}

size_t catalogue_count(const struct catalogue *catalogue, enum catalogue_list list)
{
    const char *base = (const char *)catalogue;
    return *(const size_t *)(const void *)(base + shapes[list].count_offset);
}

void catalogue_make_room(struct catalogue *catalogue, enum catalogue_list list, size_t count)
{
    char *base = (char *)catalogue;
    *(void **)(void *)(base + shapes[list].items_offset) =
        memory_allocate(count * shapes[list].item_size);
    *(size_t *)(void *)(base + shapes[list].count_offset) = count;
}

static const struct field *code_field(enum catalogue_list list)
{
    const struct field *field = shapes[list].fields;
    return field->kind == FIELD_CODE ? field : field + 1;
}

const char *catalogue_code(const struct catalogue *catalogue, enum catalogue_list list,
                           size_t index)
{
    const char *item = catalogue_items(catalogue, list) + index * shapes[list].item_size;
    return *(char *const *)(const void *)(item + code_field(list)->offset);
}

static int compare_codes(const void *a, const void *b)
{
    const struct code_place *left = a, *right = b;
    int order = strcmp(left->code, right->code);
    if (order != 0)
        return order;
    return (left->index > right->index) - (left->index < right->index);
}

void catalogue_sort(struct catalogue *catalogue, enum catalogue_list list)
{
    size_t count = catalogue_count(catalogue, list);
    struct code_place *places = memory_allocate(count * sizeof *places);
    for (size_t i = 0; i < count; i++)
        places[i] = (struct code_place){catalogue_code(catalogue, list, i), i};
    if (count > 0)
        qsort(places, count, sizeof *places, compare_codes);
    free(catalogue->by_code[list]);
    catalogue->by_code[list] = places;
}

// ---- text -> field

// Writes why and gives false.
#define REFUSE(...) ((void)snprintf(complaint, COMPLAINT_BYTES, __VA_ARGS__), false)

static bool is_code(const char *text)
{
    size_t size = strlen(text);
    return size >= 1 && size <= CODE_LENGTH && text[0] != '-' &&
           strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == size;
}

static bool read_code(char **at, const char *text, char complaint[COMPLAINT_BYTES])
{
    bool reserved = strcmp(text, "other") == 0 || strcmp(text, "none") == 0;
    bool good = is_code(text) && !reserved;
    *at = memory_copy_text(good ? text : "");
    if (good)
        return true;
    if (reserved)
        return REFUSE("the code \"%s\" is reserved for answers that are not in the list: choose "
                      "another",
                      text);
    return REFUSE("\"%.60s\" is no code: write 1 to %d small letters a-z, digits and hyphens, the "
                  "first no hyphen",
                  text, CODE_LENGTH);
}

static bool read_text(char **at, const char *name, const char *text, bool needed,
                      char complaint[COMPLAINT_BYTES])
{
    size_t size = strlen(text);
    *at = memory_copy_text(text);
    if (needed && text_is_blank(text, size))
        return REFUSE("\"%s\" is empty: write a text", name);
    if (!text_is_printable(text, size) || strchr(text, '\n') != NULL)
        return REFUSE("\"%s\" holds a line end or a control character: remove it", name);
    if (text_length(text, size) > TEXT_LENGTH)
        return REFUSE("\"%s\" is longer than %d characters: shorten it", name, TEXT_LENGTH);
    return true;
}

static bool read_address(char **at, const char *name, const char *text,
                         char complaint[COMPLAINT_BYTES])
{
    if (!read_text(at, name, text, false, complaint))
        return false;
    size_t start = strncmp(text, "https://", 8) == 0 ? 8 : strncmp(text, "http://", 7) == 0 ? 7 : 0;
    if (text[0] == '\0' || (start > 0 && text[start] != '\0' && strpbrk(text, " \t\"<>") == NULL))
        return true;
    return REFUSE("\"%.100s\" is no address: write it whole, beginning with https:// or http://, "
                  "or leave the cell empty",
                  text);
}

// False when there are other characters than digits or the number is over the limit.
static bool read_number(const char *text, int32_t limit, int32_t *number)
{
    int64_t value = 0;
    for (const char *at = text; *at != '\0'; at++) {
        if (*at < '0' || *at > '9')
            return false;
        value = value * 10 + (*at - '0');
        if (value > limit)
            return false;
    }
    *number = (int32_t)value;
    return text[0] != '\0';
}

static bool read_count(int32_t *at, const char *name, const char *text,
                       char complaint[COMPLAINT_BYTES])
{
    *at = NUMBER_ABSENT;
    if (text[0] == '\0' || read_number(text, COUNT_LIMIT, at))
        return true;
    return REFUSE("\"%.40s\" is no whole number: write \"%s\" in digits only, from 0 to %d, or "
                  "leave the cell empty",
                  text, name, COUNT_LIMIT);
}

static bool read_bit(int *at, const char *text, char complaint[COMPLAINT_BYTES])
{
    int32_t bit = 0;
    bool good = read_number(text, BIT_LIMIT, &bit);
    *at = good ? bit : -1;
    return good ||
           REFUSE("\"%.40s\" is no bit: write a whole number from 0 to %d", text, BIT_LIMIT);
}

static bool read_one_word(unsigned *at, enum vocabulary list, const char *name, const char *word,
                          size_t size, char complaint[COMPLAINT_BYTES])
{
    const char *found = vocabulary_find(list, word, size);
    if (found == NULL)
        return REFUSE("unknown word \"%.*s\" in \"%s\": write %s, with | between several",
                      size > 60 ? 60 : (int)size, word, name, vocabulary_list(list));
    unsigned bit = 1U << vocabulary_index(list, found);
    if ((*at & bit) != 0)
        return REFUSE("the word \"%s\" is in \"%s\" twice: remove one", found, name);
    *at |= bit;
    return true;
}

static bool read_words(unsigned *at, enum vocabulary list, const char *name, const char *text,
                       bool needed, char complaint[COMPLAINT_BYTES])
{
    *at = 0;
    if (text[0] == '\0')
        return !needed || REFUSE("\"%s\" is empty: write %s, with | between several", name,
                                 vocabulary_list(list));
    for (;;) {
        size_t size = strcspn(text, "|");
        if (!read_one_word(at, list, name, text, size, complaint))
            return false;
        if (text[size] == '\0')
            return true;
        text += size + 1;
    }
}

static bool read_nature(const char **at, const char *text, char complaint[COMPLAINT_BYTES])
{
    *at = vocabulary_find(VOCABULARY_NATURE, text, strlen(text));
    return *at != NULL ||
           REFUSE("unknown nature \"%.60s\": write %s", text, vocabulary_list(VOCABULARY_NATURE));
}

static bool read_asked(char **at, const char *text, char complaint[COMPLAINT_BYTES])
{
    *at = memory_copy_text(text);
    if (strcmp(text, "all") == 0 || vocabulary_find(VOCABULARY_CLASS, text, strlen(text)) != NULL)
        return true;
    return REFUSE("unknown audience \"%.60s\": write all, external or internal", text);
}

bool field_read(const struct field *field, void *item, const char *text,
                char complaint[COMPLAINT_BYTES])
{
    void *at = (char *)item + field->offset;
    switch (field->kind) {
    case FIELD_CODE:
        return read_code(at, text, complaint);
    case FIELD_TEXT:
    case FIELD_LABEL:
        return read_text(at, field->name, text, field->kind == FIELD_LABEL, complaint);
    case FIELD_TRANSLATION:
        return text[0] == '\0' || read_text(at, field->name, text, true, complaint);
    case FIELD_ADDRESS:
        return read_address(at, field->name, text, complaint);
    case FIELD_COUNT:
        return read_count(at, field->name, text, complaint);
    case FIELD_AUDIENCES:
        return read_words(at, VOCABULARY_AUDIENCE, field->name, text, true, complaint);
    case FIELD_CHANNELS:
        return read_words(at, VOCABULARY_CHANNEL, field->name, text, false, complaint);
    case FIELD_BIT:
        return read_bit(at, text, complaint);
    case FIELD_NATURE:
        return read_nature(at, text, complaint);
    case FIELD_ASKED:
        return read_asked(at, text, complaint);
    }
    assert(false);
    return false;
}

// ---- field -> text

static char *write_words(unsigned words, enum vocabulary list)
{
    char text[COMPLAINT_BYTES] = "";
    size_t used = 0;
    for (size_t i = 0; vocabulary_word(list, i) != NULL; i++)
        if ((words & 1U << i) != 0)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", used > 0 ? "|" : "",
                                     vocabulary_word(list, i));
    return memory_copy_text(text);
}

char *field_write(const struct field *field, const void *item)
{
    const void *at = (const char *)item + field->offset;
    const char *text = "";
    switch (field->kind) {
    case FIELD_COUNT:
        if (*(const int32_t *)at == NUMBER_ABSENT)
            return memory_copy_text("");
        return memory_format("%d", *(const int32_t *)at);
    case FIELD_BIT:
        return memory_format("%d", *(const int *)at);
    case FIELD_AUDIENCES:
        return write_words(*(const unsigned *)at, VOCABULARY_AUDIENCE);
    case FIELD_CHANNELS:
        return write_words(*(const unsigned *)at, VOCABULARY_CHANNEL);
    default:
        text = *(const char *const *)at;
        return memory_copy_text(text == NULL ? "" : text);
    }
}
