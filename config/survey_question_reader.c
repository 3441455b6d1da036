// One question of a survey's file, of any type, with its choices and what it measures.
//
// SPDX-License-Identifier: Apache-2.0
#include "config/survey_shape.h"

#include "config/text.h"

#include <stdlib.h>
#include <string.h>

enum {
    QUESTIONS_LIMIT = 200,
    CHOICES_LIMIT = 100,
    CODE_BYTES = 64,
    COMMENT_LENGTH = 4000,
    TEXT_LENGTH = 255,
    LINES_LIMIT = 40,
};

#define ONE(type) (1U << QUESTION_##type)
#define ALL ((1U << QUESTION_TYPE_COUNT) - 1)
#define ASKING (ALL & ~ONE(NOTE))
#define CHOOSING (ONE(RADIOGROUP) | ONE(CHECKBOX) | ONE(DROPDOWN))

static const struct property question_properties[] = {
    {"type", WANT_TEXT, true, ALL},
    {"name", WANT_TEXT, true, ALL},
    {"title", WANT_PHRASE, true, ASKING},
    {"html", WANT_PHRASE, true, ONE(NOTE)},
    {"description", WANT_PHRASE, false, ASKING},
    {"isRequired", WANT_FLAG, false, ASKING},
    {"requiredErrorText", WANT_PHRASE, false, ASKING},
    {"visibleIf", WANT_TEXT, false, ALL},
    {"recueil", WANT_OBJECT, false, ASKING},
    {"choices", WANT_LIST, false, CHOOSING},
    {"showNoneItem", WANT_FLAG, false, ONE(CHECKBOX)},
    {"noneText", WANT_PHRASE, false, ONE(CHECKBOX)},
    {"showOtherItem", WANT_FLAG, false, ONE(CHECKBOX) | ONE(RADIOGROUP)},
    {"otherText", WANT_PHRASE, false, ONE(CHECKBOX) | ONE(RADIOGROUP)},
    {"maxSelectedChoices", WANT_WHOLE, false, ONE(CHECKBOX)},
    {"rateType", WANT_TEXT, false, ONE(RATING)},
    {"rateMin", WANT_WHOLE, false, ONE(RATING)},
    {"rateMax", WANT_WHOLE, false, ONE(RATING)},
    {"rateValues", WANT_LIST, false, ONE(RATING)},
    {"labelTrue", WANT_PHRASE, false, ONE(BOOLEAN)},
    {"labelFalse", WANT_PHRASE, false, ONE(BOOLEAN)},
    {"inputType", WANT_TEXT, false, ONE(TEXT)},
    {"min", WANT_WHOLE, false, ONE(TEXT)},
    {"max", WANT_WHOLE, false, ONE(TEXT)},
    {"maxLength", WANT_WHOLE, false, ONE(TEXT) | ONE(COMMENT)},
    {"rows", WANT_WHOLE, false, ONE(COMMENT)},
    {"rows", WANT_LIST, true, ONE(MATRIX)},
    {"columns", WANT_LIST, true, ONE(MATRIX)},
    {"isAllRowRequired", WANT_FLAG, false, ONE(MATRIX)},
    {.name = NULL},
};

static const struct property measure_properties[] = {
    {"measure", WANT_TEXT, .needed = false},
    {"pii", WANT_TEXT, .needed = false},
    {.name = NULL},
};

static const struct property choice_properties[] = {
    {"value", WANT_CODE, .needed = true},
    {"text", WANT_PHRASE, .needed = true},
    {.name = NULL},
};

const char *const question_type_names[QUESTION_TYPE_COUNT + 2] = {
    [QUESTION_RADIOGROUP] = "radiogroup",
    [QUESTION_CHECKBOX] = "checkbox",
    [QUESTION_DROPDOWN] = "dropdown",
    [QUESTION_BOOLEAN] = "boolean",
    [QUESTION_RATING] = "rating",
    [QUESTION_COMMENT] = "comment",
    [QUESTION_TEXT] = "text",
    [QUESTION_MATRIX] = "matrix",
    [QUESTION_NOTE] = "html",
    [QUESTION_TYPE_COUNT] = "panel",
    NULL,
};

static const char *const input_words[] = {
    [INPUT_TEXT] = "text", [INPUT_NUMBER] = "number", [INPUT_DATE] = "date", NULL};
static const char *const rate_words[] = {"smileys", "stars", "labels", NULL};

static bool is_value(const char *text, size_t size)
{
    return size > 0 && size <= CODE_BYTES && text_is_printable(text, size) &&
           strpbrk(text, "\t\r\n") == NULL && !text_is_blank(text, 1) &&
           !text_is_blank(text + size - 1, 1);
}

// Takes a value from "online", 3 or the value of {"value": …}; false when there is none.
static bool read_value(struct survey_reader *reader, const struct spot *spot, const json_t *value,
                       struct choice *choice)
{
    if (shape_is_whole(value)) {
        choice->is_number = true;
        choice->number = (int32_t)json_integer_value(value);
        choice->code = memory_format("%d", choice->number);
        return true;
    }
    if (!json_is_string(value))
        return false;
    if (!is_value(json_string_value(value), json_string_length(value)))
        complain(reader, spot,
                 "not a value: write 1 to 64 bytes without line breaks or spaces around them");
    choice->code = memory_copy_text(json_string_value(value));
    return true;
}

static bool read_choice(struct survey_reader *reader, const struct spot *spot, const json_t *item,
                        struct choice *choice)
{
    choice->bit = -1;
    if (json_is_object(item)) {
        struct spot value_spot = {.parent = spot, .key = "value"};
        shape_check(reader, spot, item, choice_properties, 0, "a choice");
        shape_phrase(reader, spot, item, "text", &choice->text);
        return read_value(reader, &value_spot, json_object_get(item, "value"), choice);
    }
    if (!read_value(reader, spot, item, choice)) {
        complain(reader, spot,
                 "expected a choice: {\"value\": …, \"text\": …}, a text or a "
                 "whole number");
        return false;
    }
    choice->text.text[LANGUAGE_FR] = memory_copy_text(choice->code);
    return true;
}

static bool is_repeated(const struct choice *choices, size_t count, const char *code)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(choices[i].code, code) == 0)
            return true;
    return false;
}

// name: the list's property. Does nothing when it is absent.
static void read_choices(struct survey_reader *reader, const struct spot *spot,
                         const json_t *object, const char *name, struct choice **choices,
                         size_t *count)
{
    const json_t *list = shape_list(object, name);
    size_t size = json_array_size(list);
    struct spot list_spot = {.parent = spot, .key = name};
    if (list == NULL)
        return;
    if (size == 0 || size > CHOICES_LIMIT) {
        complain(reader, &list_spot, "write 1 to %d items here", CHOICES_LIMIT);
        return;
    }
    *choices = memory_allocate(size * sizeof **choices);
    for (size_t i = 0; i < size; i++) {
        struct spot here = {.parent = &list_spot, .index = i};
        struct choice choice = {.code = NULL};
        if (!read_choice(reader, &here, json_array_get(list, i), &choice)) {
            phrase_clear(&choice.text);
            continue;
        }
        if (is_repeated(*choices, *count, choice.code))
            complain(reader, &here, "the value \"%s\" stands twice in this list: remove one",
                     choice.code);
        (*choices)[(*count)++] = choice;
    }
}

static void read_ticks(struct survey_reader *reader, const struct spot *spot, const json_t *object,
                       struct question *question)
{
    read_choices(reader, spot, object, "choices", &question->choices, &question->choice_count);
    question->none_item = shape_flag(object, "showNoneItem");
    shape_phrase(reader, spot, object, "noneText", &question->none_text);
    question->other_item = shape_flag(object, "showOtherItem");
    shape_phrase(reader, spot, object, "otherText", &question->other_text);
    question->max_selected =
        shape_number(reader, spot, object, "maxSelectedChoices", 1, CHOICES_LIMIT, 0);
}

static void make_levels(struct question *question, int32_t least, int32_t most)
{
    question->choice_count = (size_t)most - (size_t)least + 1;
    question->choices = memory_allocate(question->choice_count * sizeof *question->choices);
    for (size_t i = 0; i < question->choice_count; i++) {
        struct choice *level = &question->choices[i];
        level->is_number = true;
        level->number = least + (int32_t)i;
        level->bit = -1;
        level->code = memory_format("%d", level->number);
        level->text.text[LANGUAGE_FR] = memory_copy_text(level->code);
    }
}

// least, most: the numbers of rateValues, in any order.
static void find_levels(const struct question *question, int32_t *least, int32_t *most)
{
    bool any = false;
    for (size_t i = 0; i < question->choice_count; i++) {
        const struct choice *level = &question->choices[i];
        if (!level->is_number)
            continue;
        *least = !any || level->number < *least ? level->number : *least;
        *most = !any || level->number > *most ? level->number : *most;
        any = true;
    }
}

static void read_rating(struct survey_reader *reader, const struct spot *spot, const json_t *object,
                        struct question *question)
{
    int32_t least = 1, most = 5;
    bool has_least = shape_whole(object, "rateMin", &least);
    bool has_most = shape_whole(object, "rateMax", &most);
    question->faces =
        shape_word(reader, spot, object, "rateType", rate_words, "smileys, stars or labels") == 0;
    read_choices(reader, spot, object, "rateValues", &question->choices, &question->choice_count);
    if (least >= most || (int64_t)most - least >= CHOICES_LIMIT) {
        complain_at(reader, spot, has_most || !has_least ? "rateMax" : "rateMin",
                    "the levels go from %d to %d: make rateMin smaller than rateMax, with at most "
                    "%d levels",
                    least, most, CHOICES_LIMIT);
        return;
    }
    if (shape_list(object, "rateValues") == NULL) {
        make_levels(question, least, most);
        return;
    }
    int32_t lowest = least, highest = most;
    find_levels(question, &lowest, &highest);
    if (has_least && lowest != least)
        complain_at(reader, spot, "rateMin",
                    "the lowest of rateValues is %d: write it here or remove rateMin", lowest);
    if (has_most && highest != most)
        complain_at(reader, spot, "rateMax",
                    "the highest of rateValues is %d: write it here or remove rateMax", highest);
}

static void read_written(struct survey_reader *reader, const struct spot *spot,
                         const json_t *object, struct question *question)
{
    bool comment = question->type == QUESTION_COMMENT;
    int input = shape_word(reader, spot, object, "inputType", input_words, "text, number or date");
    question->input = input < 0 ? INPUT_TEXT : (enum input_type)input;
    question->has_least = shape_whole(object, "min", &question->least);
    question->has_most = shape_whole(object, "max", &question->most);
    question->max_length = shape_number(reader, spot, object, "maxLength", 1, COMMENT_LENGTH,
                                        comment ? COMMENT_LENGTH : TEXT_LENGTH);
    if (comment)
        question->text_rows = shape_number(reader, spot, object, "rows", 1, LINES_LIMIT, 4);
    if (input != INPUT_NUMBER && (question->has_least || question->has_most))
        complain_at(reader, spot, question->has_least ? "min" : "max",
                    "only for numbers: add \"inputType\": \"number\" or remove it");
    if (question->has_least && question->has_most && question->least > question->most)
        complain_at(reader, spot, "min", "greater than max (%d): exchange them", question->most);
}

static void read_matrix(struct survey_reader *reader, const struct spot *spot, const json_t *object,
                        struct question *question)
{
    read_choices(reader, spot, object, "rows", &question->rows, &question->row_count);
    read_choices(reader, spot, object, "columns", &question->choices, &question->choice_count);
    question->all_required = shape_flag(object, "isAllRowRequired");
}

static void read_boolean(struct survey_reader *reader, const struct spot *spot,
                         const json_t *object, struct question *question)
{
    shape_phrase(reader, spot, object, "labelTrue", &question->label_true);
    shape_phrase(reader, spot, object, "labelFalse", &question->label_false);
}

static void read_note(struct survey_reader *reader, const struct spot *spot, const json_t *object,
                      struct question *question)
{
    shape_phrase(reader, spot, object, "html", &question->title);
}

static void (*const own_readers[])(struct survey_reader *, const struct spot *, const json_t *,
                                   struct question *) = {
    [QUESTION_RADIOGROUP] = read_ticks, [QUESTION_CHECKBOX] = read_ticks,
    [QUESTION_DROPDOWN] = read_ticks,   [QUESTION_BOOLEAN] = read_boolean,
    [QUESTION_RATING] = read_rating,    [QUESTION_COMMENT] = read_written,
    [QUESTION_TEXT] = read_written,     [QUESTION_MATRIX] = read_matrix,
    [QUESTION_NOTE] = read_note,
};

// MEASURE_ACTORS_ROW numbers rows: no type of question may measure it.
static enum measure find_measure(const char *name)
{
    enum measure measure = measure_find(name);
    return measure == MEASURE_NONE || strcmp(measure_rule(measure)->types, " ") == 0 ? MEASURE_NONE
                                                                                     : measure;
}

static void complain_of_measure(struct survey_reader *reader, const struct spot *spot,
                                const char *name)
{
    const char *names[MEASURE_COUNT] = {NULL};
    size_t count = 0;
    for (int measure = MEASURE_NONE + 1; measure < MEASURE_COUNT; measure++)
        if (find_measure(measure_rule((enum measure)measure)->name) != MEASURE_NONE)
            names[count++] = measure_rule((enum measure)measure)->name;
    const char *nearest = nearest_name(name, names);
    if (nearest != NULL)
        complain_at(reader, spot, "measure", "unknown measure: did you mean \"%s\"?", nearest);
    else
        complain_at(reader, spot, "measure",
                    "unknown measure: choose one of the documented measures, or remove it");
}

static void read_measure(struct survey_reader *reader, const struct spot *spot,
                         const json_t *question_object, struct question *question)
{
    const json_t *object = shape_object(question_object, "recueil");
    struct spot here = {.parent = spot, .key = "recueil"};
    if (object == NULL)
        return;
    shape_check(reader, &here, object, measure_properties, 0, "the recueil object of a question");
    const char *measure = shape_text(object, "measure");
    const char *pii = shape_text(object, "pii");
    if (measure != NULL && (question->measure = find_measure(measure)) == MEASURE_NONE)
        complain_of_measure(reader, &here, measure);
    if (pii == NULL)
        return;
    question->scrub = strcmp(pii, "scrub") == 0;
    if (!question->scrub)
        complain_at(reader, &here, "pii", "unknown value: write scrub, or remove it");
    else if (question->type != QUESTION_COMMENT && question->type != QUESTION_TEXT)
        complain_at(reader, &here, "pii", "only for comment and text: remove it");
}

// What all types but the note have.
static void read_asking(struct survey_reader *reader, const struct spot *spot, const json_t *object,
                        struct question *question)
{
    shape_phrase(reader, spot, object, "title", &question->title);
    shape_phrase(reader, spot, object, "description", &question->description);
    question->required = shape_flag(object, "isRequired");
    shape_phrase(reader, spot, object, "requiredErrorText", &question->required_error);
    read_measure(reader, spot, object, question);
}

static struct question *add_question(struct survey *survey)
{
    size_t size = (survey->question_count + 1) * sizeof *survey->questions;
    survey->questions = memory_resize(survey->questions, size);
    struct question *question = &survey->questions[survey->question_count++];
    *question = (struct question){.name = NULL};
    return question;
}

void survey_read_question(struct survey_reader *reader, const struct spot *spot,
                          const json_t *object, enum question_type type, int panel)
{
    struct survey *survey = reader->survey;
    if (survey->question_count == QUESTIONS_LIMIT) {
        complain(reader, spot, "more than %d questions: make two surveys", QUESTIONS_LIMIT);
        return;
    }
    shape_check(reader, spot, object, question_properties, 1U << type, question_type_names[type]);
    char *name = survey_read_name(reader, spot, object);
    if (name[0] != '\0' && survey_question(survey, name) != NULL)
        survey_complain_of_repeat(reader, spot, name, "a question");
    struct condition *visible_if = survey_read_condition(reader, spot, object, name);

    struct question *question = add_question(survey);
    question->name = name;
    question->visible_if = visible_if;
    question->type = type;
    question->page = (int)survey->page_count - 1;
    question->panel = panel;
    if (type != QUESTION_NOTE)
        read_asking(reader, spot, object, question);
    own_readers[type](reader, spot, object, question);
    rules_check_question(reader, spot, object, question);
}
