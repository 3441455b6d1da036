// SPDX-License-Identifier: Apache-2.0
#include "config/choices.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { MASK_BITS = 63, MATRIX_SIDE = 15 };

// The code of each bit; NULL where a bit is not given (yet).
struct codes {
    char **items;
    int count;
};

struct choices {
    struct codes measures[MEASURE_COUNT];
};

static int bits_of(enum measure measure)
{
    if (measure == MEASURE_ACTORS || measure == MEASURE_ACTORS_ROW)
        return MATRIX_SIDE;
    const struct measure_rule *rule = measure_rule(measure);
    bool mask = rule != NULL && rule->kind == MEASURE_IS_MASK;
    return mask || measure == MEASURE_PAIN_POINTS ? MASK_BITS : 0;
}

struct choices *choices_create(void)
{
    return memory_allocate(sizeof(struct choices));
}

void choices_destroy(struct choices *choices)
{
    if (choices == NULL)
        return;
    for (int measure = 0; measure < MEASURE_COUNT; measure++) {
        struct codes *codes = &choices->measures[measure];
        for (int bit = 0; bit < codes->count; bit++)
            free(codes->items[bit]);
        free(codes->items);
    }
    free(choices);
}

int choices_bit(const struct choices *choices, enum measure measure, const char *code)
{
    const struct codes *codes = &choices->measures[measure];
    for (int bit = 0; bit < codes->count; bit++)
        if (codes->items[bit] != NULL && strcmp(codes->items[bit], code) == 0)
            return bit;
    return -1;
}

const char *choices_code(const struct choices *choices, enum measure measure, int bit)
{
    const struct codes *codes = &choices->measures[measure];
    return bit >= 0 && bit < codes->count ? codes->items[bit] : NULL;
}

void choices_set(struct choices *choices, enum measure measure, const char *code, int bit)
{
    struct codes *codes = &choices->measures[measure];
    if (bit < 0 || bit >= bits_of(measure) || choices_bit(choices, measure, code) >= 0 ||
        choices_code(choices, measure, bit) != NULL)
        return;
    if (bit >= codes->count) {
        codes->items = memory_resize(codes->items, (size_t)(bit + 1) * sizeof *codes->items);
        while (codes->count <= bit)
            codes->items[codes->count++] = NULL;
    }
    codes->items[bit] = memory_copy_text(code);
}

// Returns false when no bit is left.
static bool assign(struct choices *choices, enum measure measure, const char *code)
{
    if (choices_bit(choices, measure, code) >= 0)
        return true;
    int bit = 0;
    while (choices_code(choices, measure, bit) != NULL)
        bit++;
    if (bit >= bits_of(measure))
        return false;
    choices_set(choices, measure, code, bit);
    return true;
}

static bool assign_list(struct choices *choices, enum measure measure, const struct choice *list,
                        size_t count)
{
    bool matrix = bits_of(measure) == MATRIX_SIDE, fits = true;
    for (size_t i = 0; i < count; i++) {
        const char *code = list[i].code;
        bool empties = !matrix && strcmp(code, CHOICE_NONE) == 0;
        if (!empties && strcmp(code, CHOICE_DONT_KNOW) != 0)
            fits = assign(choices, measure, code) && fits;
    }
    return fits;
}

static void complain(const struct survey *survey, const struct question *question, const char *file,
                     const char *list, struct findings *findings)
{
    char pointer[96];
    survey_question_place(survey, question, pointer, sizeof pointer);
    char *place = memory_format("%s#%s/%s", file, pointer, list);
    findings_add(findings, place,
                 "no number is left for these values: a value keeps its number also after it left "
                 "the survey, and %d are all there are; use values that were there before",
                 bits_of(question->measure));
    free(place);
}

void choices_assign(struct choices *choices, const struct survey *survey, const char *file,
                    struct findings *findings)
{
    for (size_t i = 0; i < survey->question_count; i++) {
        const struct question *question = &survey->questions[i];
        bool matrix = question->measure == MEASURE_ACTORS;
        if (bits_of(question->measure) == 0 || question->measure == MEASURE_PAIN_POINTS)
            continue; // pain-points.csv gives those
        bool fits =
            assign_list(choices, question->measure, question->choices, question->choice_count);
        if (question->other_item)
            fits = assign(choices, question->measure, CHOICE_OTHER) && fits;
        if (!fits)
            complain(survey, question, file, matrix ? "columns" : "choices", findings);
        if (matrix &&
            !assign_list(choices, MEASURE_ACTORS_ROW, question->rows, question->row_count))
            complain(survey, question, file, "rows", findings);
    }
}

void choices_visit(const struct choices *choices,
                   void (*visit)(enum measure measure, const char *code, int bit, void *context),
                   void *context)
{
    for (int measure = 0; measure < MEASURE_COUNT; measure++)
        for (int bit = 0; bit < choices->measures[measure].count; bit++)
            if (choices->measures[measure].items[bit] != NULL)
                visit((enum measure)measure, choices->measures[measure].items[bit], bit, context);
}

static void add_to_json(enum measure measure, const char *code, int bit, void *context)
{
    const char *name = measure_rule(measure)->name;
    json_t *codes = json_object_get(context, name);
    if (codes == NULL) {
        codes = json_object();
        json_object_set_new(context, name, codes);
    }
    json_object_set_new(codes, code, json_integer(bit));
}

json_t *choices_to_json(const struct choices *choices)
{
    json_t *document = json_object();
    choices_visit(choices, add_to_json, document);
    return document;
}

static bool take_codes(struct choices *choices, const char *name, const json_t *codes,
                       struct error *error)
{
    enum measure measure = measure_find(name);
    const char *code;
    json_t *value;
    if (bits_of(measure) == 0 || !json_is_object(codes)) {
        error_set(error, ERROR_BAD_INPUT, "choices: \"%s\" has no numbered values", name);
        return false;
    }
    json_object_foreach((json_t *)codes, code, value)
    {
        json_int_t bit = json_is_integer(value) ? json_integer_value(value) : -1;
        if (bit < 0 || bit >= bits_of(measure) ||
            choices_code(choices, measure, (int)bit) != NULL) {
            error_set(error, ERROR_BAD_INPUT,
                      "choices: \"%s\" of %s has a wrong number or one that is taken", code, name);
            return false;
        }
        choices_set(choices, measure, code, (int)bit);
    }
    return true;
}

struct choices *choices_from_json(const json_t *document, struct error *error)
{
    AUTO(choices) struct choices *choices = choices_create();
    const char *name;
    json_t *codes;
    if (!json_is_object(document)) {
        error_set(error, ERROR_BAD_INPUT, "choices: expected an object");
        return NULL;
    }
    json_object_foreach((json_t *)document, name, codes)
    {
        if (!take_codes(choices, name, codes, error))
            return NULL;
    }
    return TAKE(choices);
}
