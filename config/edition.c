// SPDX-License-Identifier: Apache-2.0
#include "config/edition.h"

#include "config/secret.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GRACE_US (INT64_C(7) * 24 * 3600 * 1000000)

enum { ETAG_BYTES = 16 };

void edition_etag_write(const char *bytes, size_t size, char etag[ETAG_SIZE])
{
    unsigned char digest[32];
    secret_digest(bytes, size, digest);
    etag[0] = '"';
    for (size_t i = 0; i < ETAG_BYTES; i++)
        (void)snprintf(etag + 1 + 2 * i, 3, "%02x", digest[i]);
    (void)snprintf(etag + 1 + (size_t)2 * ETAG_BYTES, 2, "\"");
}

static void free_edition(struct edition *edition)
{
    for (size_t i = 0; i < edition->survey_count; i++) {
        survey_destroy(edition->surveys[i].survey);
        free(edition->surveys[i].definition);
    }
    for (size_t i = 0; i < edition->key_count; i++)
        free(edition->keys[i].name);
    free(edition->surveys);
    free(edition->keys);
    choices_destroy(edition->choices);
    catalogue_destroy(edition->catalogue);
    collectivity_destroy(edition->collectivity);
    free(edition);
}

struct edition *edition_hold(struct edition *edition)
{
    edition->holders++;
    return edition;
}

void edition_release(struct edition *edition)
{
    if (edition != NULL && --edition->holders == 0)
        free_edition(edition);
}

void editions_destroy(struct editions *editions)
{
    if (editions == NULL)
        return;
    for (size_t i = 0; i < editions->count; i++)
        edition_release(editions->items[i]);
    free(editions->items);
    free(editions);
}

// The mask's bit of a code; -1 where the measure has no mask or the code no bit.
static int find_bit(const struct edition *edition, enum measure measure, const char *code)
{
    const struct measure_rule *rule = measure_rule(measure);
    if (rule == NULL)
        return -1;
    if (rule->kind != MEASURE_IS_PAIN)
        return choices_bit(edition->choices, measure, code);
    const struct pain_point *point = catalogue_pain_point(edition->catalogue, code, strlen(code));
    return point != NULL ? point->bit : choices_bit(edition->choices, MEASURE_PAIN_POINTS, code);
}

void edition_number_choices(const struct edition *edition, struct survey *survey)
{
    for (size_t i = 0; i < survey->question_count; i++) {
        struct question *question = &survey->questions[i];
        for (size_t j = 0; j < question->choice_count; j++)
            question->choices[j].bit =
                find_bit(edition, question->measure, question->choices[j].code);
        for (size_t j = 0; question->measure == MEASURE_ACTORS && j < question->row_count; j++)
            question->rows[j].bit = find_bit(edition, MEASURE_ACTORS_ROW, question->rows[j].code);
    }
}

static json_t *parse_document(const struct published_row *row, struct error *error)
{
    json_error_t at;
    json_t *document = json_loads(row->document, JSON_REJECT_DUPLICATES, &at);
    if (document == NULL)
        error_set(error, ERROR_BAD_INPUT, "published %s of collectivity %d: %d:%d: %s", row->kind,
                  row->collectivity_id, at.line, at.column, at.text);
    return document;
}

static bool refuse_second(const struct published_row *row, const void *first, struct error *error)
{
    if (first == NULL)
        return true;
    error_set(error, ERROR_BAD_INPUT, "collectivity %d has two rows of kind %s",
              row->collectivity_id, row->kind);
    return false;
}

static bool take_collectivity(struct edition *edition, const struct published_row *row,
                              struct error *error)
{
    if (!refuse_second(row, edition->collectivity, error))
        return false;
    json_auto_t *document = parse_document(row, error);
    if (document == NULL)
        return false;
    edition->simulated = json_is_true(json_object_get(document, "simulated"));
    edition->collectivity = collectivity_from_json(json_object_get(document, "file"), error);
    return edition->collectivity != NULL;
}

static bool take_catalogue(struct edition *edition, const struct published_row *row,
                           struct error *error)
{
    if (!refuse_second(row, edition->catalogue, error))
        return false;
    json_auto_t *document = parse_document(row, error);
    if (document == NULL)
        return false;
    edition->catalogue = catalogue_from_json(document, error);
    edition_etag_write(row->document, strlen(row->document), edition->catalogue_etag);
    return edition->catalogue != NULL;
}

static bool take_choices(struct edition *edition, const struct published_row *row,
                         struct error *error)
{
    if (!refuse_second(row, edition->choices, error))
        return false;
    json_auto_t *document = parse_document(row, error);
    if (document == NULL)
        return false;
    edition->choices = choices_from_json(document, error);
    return edition->choices != NULL;
}

static bool take_survey(struct edition *edition, const struct published_row *row,
                        struct error *error)
{
    size_t size = strlen(row->document);
    char *file = memory_format("published survey %s version %d", row->survey, row->version);
    AUTO(findings) struct findings *findings = findings_create();
    AUTO(survey) struct survey *survey = survey_read(row->document, size, file, findings);
    free(file);
    if (survey == NULL) {
        findings_to_error(findings, error);
        return false;
    }
    if (strcmp(survey->slug, row->survey) != 0) {
        error_set(error, ERROR_BAD_INPUT, "the published survey %s calls itself %s", row->survey,
                  survey->slug);
        return false;
    }
    size_t bytes = (edition->survey_count + 1) * sizeof *edition->surveys;
    edition->surveys = memory_resize(edition->surveys, bytes);
    struct edition_survey *taken = &edition->surveys[edition->survey_count++];
    *taken = (struct edition_survey){
        .survey = TAKE(survey),
        .version = row->version,
        .replaced_at_us = row->replaced_at_us,
        .definition = memory_copy(row->document, size),
        .definition_size = size,
    };
    edition_etag_write(taken->definition, size, taken->etag);
    return true;
}

static int hex_value(char digit)
{
    const char *digits = "0123456789abcdef", *at = strchr(digits, digit);
    return digit == '\0' || at == NULL ? -1 : (int)(at - digits);
}

static bool read_hash(const char *text, unsigned char hash[KEY_HASH_BYTES])
{
    for (size_t i = 0; i < KEY_HASH_BYTES; i++) {
        int high = hex_value(text[2 * i]);
        int low = high < 0 ? -1 : hex_value(text[2 * i + 1]);
        if (low < 0)
            return false;
        hash[i] = (unsigned char)(high * 16 + low);
    }
    return text[(size_t)2 * KEY_HASH_BYTES] == '\0';
}

static bool take_key(struct edition *edition, const struct published_row *row, struct error *error)
{
    struct edition_key key = {.name = NULL};
    if (!read_hash(row->document, key.hash)) {
        error_set(error, ERROR_BAD_INPUT, "the key %s is not kept as 64 hex digits", row->survey);
        return false;
    }
    key.name = memory_copy_text(row->survey);
    size_t bytes = (edition->key_count + 1) * sizeof *edition->keys;
    edition->keys = memory_resize(edition->keys, bytes);
    edition->keys[edition->key_count++] = key;
    return true;
}

static const struct {
    const char *kind;
    bool (*take)(struct edition *, const struct published_row *, struct error *);
} kinds[] = {
    {"collectivity", take_collectivity},
    {"catalogue", take_catalogue},
    {"choices", take_choices},
    {"survey", take_survey},
    {"key", take_key},
};

static bool take_row(struct edition *edition, const struct published_row *row, struct error *error)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(kinds[i].kind, row->kind) == 0)
            return kinds[i].take(edition, row, error);
    error_set(error, ERROR_BAD_INPUT, "unknown kind of published row: %s", row->kind);
    return false;
}

// Current versions first, in the order of slugs; then replaced ones, the newest first.
static int compare_surveys(const void *a, const void *b)
{
    const struct edition_survey *left = a, *right = b;
    bool old_left = left->replaced_at_us != 0, old_right = right->replaced_at_us != 0;
    if (old_left != old_right)
        return old_left ? 1 : -1;
    int order = strcmp(left->survey->slug, right->survey->slug);
    if (order != 0)
        return order;
    return (left->version < right->version) - (left->version > right->version);
}

static bool complete(struct edition *edition, struct error *error)
{
    if (edition->collectivity == NULL || edition->catalogue == NULL) {
        error_set(error, ERROR_BAD_INPUT, "collectivity %d lacks its %s: publish it again",
                  edition->collectivity_id,
                  edition->collectivity == NULL ? "collectivity.json" : "catalogue");
        return false;
    }
    if (edition->choices == NULL)
        edition->choices = choices_create();
    for (size_t i = 0; i < edition->survey_count; i++)
        edition_number_choices(edition, edition->surveys[i].survey);
    if (edition->survey_count > 0)
        qsort(edition->surveys, edition->survey_count, sizeof *edition->surveys, compare_surveys);
    return true;
}

static struct edition *add_edition(struct editions *editions, int32_t collectivity_id)
{
    struct edition *edition = memory_allocate(sizeof *edition);
    edition->holders = 1;
    edition->collectivity_id = collectivity_id;
    size_t bytes = (editions->count + 1) * sizeof(struct edition *);
    editions->items = memory_resize(editions->items, bytes);
    editions->items[editions->count++] = edition;
    return edition;
}

static int compare_rows(const void *a, const void *b)
{
    const struct published_row *const *left = a, *const *right = b;
    int32_t x = (*left)->collectivity_id, y = (*right)->collectivity_id;
    return (x > y) - (x < y);
}

// The rows of one collectivity together. The caller frees the list.
static const struct published_row **group_rows(const struct published_row *rows, size_t count)
{
    const struct published_row **grouped = memory_allocate(count * sizeof(struct published_row *));
    for (size_t i = 0; i < count; i++)
        grouped[i] = &rows[i];
    qsort(grouped, count, sizeof(struct published_row *), compare_rows);
    return grouped;
}

static bool take_rows(struct editions *editions, const struct published_row *rows, size_t count,
                      struct error *error)
{
    const struct published_row **grouped = group_rows(rows, count);
    struct edition *edition = NULL;
    bool taken = true;
    for (size_t i = 0; i < count && taken; i++) {
        if (edition == NULL || edition->collectivity_id != grouped[i]->collectivity_id)
            edition = add_edition(editions, grouped[i]->collectivity_id);
        taken = take_row(edition, grouped[i], error);
    }
    free(grouped);
    return taken;
}

static int compare_slugs(const void *a, const void *b)
{
    const struct edition *const *left = a, *const *right = b;
    return strcmp((*left)->collectivity->slug, (*right)->collectivity->slug);
}

struct editions *editions_from_rows(const struct published_row *rows, size_t count,
                                    struct error *error)
{
    AUTO(editions) struct editions *editions = memory_allocate(sizeof *editions);
    if (!take_rows(editions, rows, count, error))
        return NULL;
    for (size_t i = 0; i < editions->count; i++)
        if (!complete(editions->items[i], error))
            return NULL;
    if (editions->count > 0)
        qsort(editions->items, editions->count, sizeof(struct edition *), compare_slugs);
    return TAKE(editions);
}

// As strcmp() where text needs no NUL and may hold any byte.
static int compare_text(const char *whole, const char *text, size_t size)
{
    size_t length = strlen(whole);
    int order = memcmp(whole, text, length < size ? length : size);
    return order != 0 ? order : (length > size) - (length < size);
}

struct edition *editions_find(const struct editions *editions, const char *slug, size_t size)
{
    size_t low = 0, high = editions->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare_text(editions->items[middle]->collectivity->slug, slug, size);
        if (order == 0)
            return editions->items[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

const struct edition_survey *edition_survey(const struct edition *edition, const char *slug,
                                            size_t size)
{
    for (size_t i = 0; i < edition->survey_count; i++) {
        const struct edition_survey *survey = &edition->surveys[i];
        if (survey->replaced_at_us == 0 && compare_text(survey->survey->slug, slug, size) == 0)
            return survey;
    }
    return NULL;
}

const struct edition_survey *edition_survey_version(const struct edition *edition, const char *slug,
                                                    size_t size, int32_t version, int64_t now_us)
{
    const struct edition_survey *current = edition_survey(edition, slug, size);
    if (version == 0 || current == NULL)
        return current;
    for (size_t i = 0; i < edition->survey_count; i++) {
        const struct edition_survey *survey = &edition->surveys[i];
        if (survey->version == version && survey->replaced_at_us != 0 &&
            now_us - survey->replaced_at_us <= GRACE_US &&
            compare_text(survey->survey->slug, slug, size) == 0)
            return survey;
    }
    return current;
}
