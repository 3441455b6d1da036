// The catalogue in memory: look-ups, its JSON document, its end. The columns are a table
// (catalogue_fields.c); reading the CSV files is catalogue_reader.c.
//
// SPDX-License-Identifier: Apache-2.0
#include "config/catalogue.h"

#include "config/catalogue_fields.h"

#include <stdlib.h>
#include <string.h>

// Does the field own its text?
static bool is_owned(const struct field *field)
{
    switch (field->kind) {
    case FIELD_CODE:
    case FIELD_TEXT:
    case FIELD_LABEL:
    case FIELD_TRANSLATION:
    case FIELD_ADDRESS:
    case FIELD_ASKED:
        return true;
    default:
        return false;
    }
}

static void clear_list(struct catalogue *catalogue, enum catalogue_list list)
{
    const struct catalogue_shape *shape = catalogue_shape(list);
    char *item = catalogue_items(catalogue, list);
    char *items = item;
    for (size_t i = 0; i < catalogue_count(catalogue, list); i++, item += shape->item_size)
        for (size_t j = 0; j < shape->field_count; j++)
            if (is_owned(&shape->fields[j]))
                free(*(char **)(void *)(item + shape->fields[j].offset));
    free(items);
    free(catalogue->by_code[list]);
}

void catalogue_destroy(struct catalogue *catalogue)
{
    if (catalogue == NULL)
        return;
    for (int list = 0; list < CATALOGUE_LIST_COUNT; list++)
        clear_list(catalogue, (enum catalogue_list)list);
    free(catalogue);
}

// ---- look-ups

// The code at hand, which has no NUL, against one of the list.
static int compare(const char *code, size_t size, const char *other)
{
    int order = strncmp(code, other, size);
    return order != 0 ? order : other[size] == '\0' ? 0 : -1;
}

// Places in a list made by hand are not in order.
static void *walk(const struct catalogue *catalogue, enum catalogue_list list, const char *code,
                  size_t size)
{
    for (size_t i = 0; i < catalogue_count(catalogue, list); i++)
        if (compare(code, size, catalogue_code(catalogue, list, i)) == 0)
            return catalogue_items(catalogue, list) + i * catalogue_shape(list)->item_size;
    return NULL;
}

static void *find(const struct catalogue *catalogue, enum catalogue_list list, const char *code,
                  size_t size)
{
    const struct code_place *places = catalogue->by_code[list];
    if (size == 0 || memchr(code, '\0', size) != NULL)
        return NULL;
    if (places == NULL)
        return walk(catalogue, list, code, size);
    size_t low = 0;
    size_t high = catalogue_count(catalogue, list);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare(code, size, places[middle].code);
        if (order == 0)
            return catalogue_items(catalogue, list) +
                   places[middle].index * catalogue_shape(list)->item_size;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

const struct procedure *catalogue_procedure(const struct catalogue *catalogue, const char *code,
                                            size_t size)
{
    return find(catalogue, CATALOGUE_PROCEDURES, code, size);
}

const struct pain_point *catalogue_pain_point(const struct catalogue *catalogue, const char *code,
                                              size_t size)
{
    return find(catalogue, CATALOGUE_PAIN_POINTS, code, size);
}

const struct place *catalogue_commune(const struct catalogue *catalogue, const char *code,
                                      size_t size)
{
    return find(catalogue, CATALOGUE_COMMUNES, code, size);
}

const struct place *catalogue_service(const struct catalogue *catalogue, const char *code,
                                      size_t size)
{
    return find(catalogue, CATALOGUE_SERVICES, code, size);
}

bool procedure_fits(const struct procedure *procedure, const char *class)
{
    const char *audience;
    for (size_t i = 0; (audience = vocabulary_word(VOCABULARY_AUDIENCE, i)) != NULL; i++)
        if ((procedure->audiences & 1U << i) != 0 &&
            strcmp(vocabulary_class_of(audience), class) == 0)
            return true;
    return false;
}

// ---- JSON: {"procedures": [{"code": "eau-fuite", …}], …}, every value the text of its CSV cell

static json_t *item_to_json(const struct catalogue_shape *shape, const char *item)
{
    json_t *object = json_object();
    for (size_t i = 0; i < shape->field_count; i++) {
        char *text = field_write(&shape->fields[i], item);
        json_object_set_new(object, shape->fields[i].name, json_string(text));
        free(text);
    }
    return object;
}

json_t *catalogue_to_json(const struct catalogue *catalogue)
{
    json_t *document = json_object();
    for (int i = 0; i < CATALOGUE_LIST_COUNT; i++) {
        enum catalogue_list list = (enum catalogue_list)i;
        const struct catalogue_shape *shape = catalogue_shape(list);
        const char *item = catalogue_items(catalogue, list);
        json_t *items = json_array();
        for (size_t j = 0; j < catalogue_count(catalogue, list); j++, item += shape->item_size)
            json_array_append_new(items, item_to_json(shape, item));
        json_object_set_new(document, shape->key, items);
    }
    return document;
}

static bool item_from_json(const struct catalogue_shape *shape, const json_t *object, char *item,
                           struct error *error)
{
    for (size_t i = 0; i < shape->field_count; i++) {
        const struct field *field = &shape->fields[i];
        const json_t *value = json_object_get(object, field->name);
        char complaint[COMPLAINT_BYTES];
        if (!json_is_string(value)) {
            error_set(error, ERROR_BAD_INPUT,
                      "the published catalogue lacks \"%s\" in \"%s\": publish it again",
                      field->name, shape->key);
            return false;
        }
        if (!field_read(field, item, json_string_value(value), complaint)) {
            error_set(error, ERROR_BAD_INPUT, "the published catalogue, \"%s\": %s", shape->key,
                      complaint);
            return false;
        }
    }
    return true;
}

static bool is_unique(struct catalogue *catalogue, enum catalogue_list list)
{
    catalogue_sort(catalogue, list);
    const struct code_place *places = catalogue->by_code[list];
    for (size_t i = 1; i < catalogue_count(catalogue, list); i++)
        if (strcmp(places[i - 1].code, places[i].code) == 0)
            return false;
    uint64_t bits = 0;
    for (size_t i = 0; list == CATALOGUE_PAIN_POINTS && i < catalogue->pain_point_count; i++) {
        uint64_t bit = UINT64_C(1) << catalogue->pain_points[i].bit;
        if ((bits & bit) != 0)
            return false;
        bits |= bit;
    }
    return true;
}

static bool list_from_json(const json_t *document, struct catalogue *catalogue,
                           enum catalogue_list list, struct error *error)
{
    const struct catalogue_shape *shape = catalogue_shape(list);
    const json_t *items = json_object_get(document, shape->key);
    if (!json_is_array(items)) {
        error_set(error, ERROR_BAD_INPUT,
                  "the published catalogue has no list \"%s\": publish it again", shape->key);
        return false;
    }
    catalogue_make_room(catalogue, list, json_array_size(items));
    char *item = catalogue_items(catalogue, list);
    for (size_t i = 0; i < json_array_size(items); i++, item += shape->item_size)
        if (!item_from_json(shape, json_array_get(items, i), item, error))
            return false;
    if (is_unique(catalogue, list))
        return true;
    error_set(error, ERROR_BAD_INPUT,
              "the published catalogue holds a code or bit twice in \"%s\": publish it again",
              shape->key);
    return false;
}

struct catalogue *catalogue_from_json(const json_t *document, struct error *error)
{
    AUTO(catalogue) struct catalogue *catalogue = memory_allocate(sizeof *catalogue);
    for (int list = 0; list < CATALOGUE_LIST_COUNT; list++)
        if (!list_from_json(document, catalogue, (enum catalogue_list)list, error))
            return NULL;
    return TAKE(catalogue);
}
