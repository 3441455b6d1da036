// A survey's file -> struct survey. One table of properties a kind of object, then one reader a
// kind, from the document down to a choice. What the parts must be together is survey_rules.c.
//
// SPDX-License-Identifier: Apache-2.0
#include "config/survey_shape.h"

#include "config/calendar.h"
#include "config/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    QUESTIONS_LIMIT = 200,
    CHOICES_LIMIT = 100,
    NAME_LIMIT = 63,
    SLUG_LIMIT = 40,
    CODE_BYTES = 64,
    COMMENT_LENGTH = 4000,
    TEXT_LENGTH = 255,
    LINES_LIMIT = 40,
    RETENTION_LIMIT = 120,
};

#define ONE(type) (1U << QUESTION_##type)
#define ALL ((1U << QUESTION_TYPE_COUNT) - 1)
#define ASKING (ALL & ~ONE(NOTE))
#define CHOOSING (ONE(RADIOGROUP) | ONE(CHECKBOX) | ONE(DROPDOWN))

static const struct property survey_properties[] = {
    {"locale", WANT_TEXT, .needed = false},        {"title", WANT_PHRASE, .needed = true},
    {"description", WANT_PHRASE, .needed = false}, {"recueil", WANT_OBJECT, .needed = true},
    {"pages", WANT_LIST, .needed = true},          {.name = NULL},
};

static const struct property recueil_properties[] = {
    {"slug", WANT_TEXT, .needed = true},
    {"audience", WANT_TEXT, .needed = true},
    {"phase", WANT_TEXT, .needed = false},
    {"access", WANT_TEXT, .needed = false},
    {"procedure", WANT_TEXT, .needed = false},
    {"procedures", WANT_TEXT, .needed = false},
    {"opens", WANT_TEXT, .needed = false},
    {"closes", WANT_TEXT, .needed = false},
    {"retention_months", WANT_WHOLE, .needed = false},
    {.name = NULL},
};

static const struct property page_properties[] = {
    {"name", WANT_TEXT, .needed = true},           {"title", WANT_PHRASE, .needed = false},
    {"description", WANT_PHRASE, .needed = false}, {"visibleIf", WANT_TEXT, .needed = false},
    {"elements", WANT_LIST, .needed = true},       {.name = NULL},
};

static const struct property panel_properties[] = {
    {"type", WANT_TEXT, .needed = true},     {"name", WANT_TEXT, .needed = true},
    {"title", WANT_PHRASE, .needed = false}, {"visibleIf", WANT_TEXT, .needed = false},
    {"elements", WANT_LIST, .needed = true}, {.name = NULL},
};

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

static const char *const type_names[] = {
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

// Words that the pages and their addresses need for themselves.
static const char *const reserved_slugs[] = {"results", "accessibility", "style.css", "logo.svg",
                                             NULL};
static const char *const reserved_names[] = {"site", "f", "contenu", NULL};

static const char *const access_words[] = {"open", "invitation", NULL};
static const char *const input_words[] = {
    [INPUT_TEXT] = "text", [INPUT_NUMBER] = "number", [INPUT_DATE] = "date", NULL};
static const char *const rate_words[] = {"smileys", "stars", "labels", NULL};

// -1 when the list, which ends with NULL, does not hold it.
static int find_word(const char *const *words, const char *word)
{
    for (int i = 0; words[i] != NULL; i++)
        if (strcmp(words[i], word) == 0)
            return i;
    return -1;
}

// -1 when the property is absent; complains of a word that is not in the list.
static int read_word(struct survey_reader *reader, const struct spot *spot, const json_t *object,
                     const char *name, const char *const *words, const char *said)
{
    const char *word = shape_text(object, name);
    if (word == NULL)
        return -1;
    int index = find_word(words, word);
    if (index < 0)
        complain_at(reader, spot, name, "unknown value: write %s", said);
    return index;
}

static const char *read_vocabulary(struct survey_reader *reader, const struct spot *spot,
                                   const json_t *object, const char *name, enum vocabulary list)
{
    const char *word = shape_text(object, name);
    if (word == NULL)
        return NULL;
    const char *found = vocabulary_find(list, word, strlen(word));
    if (found == NULL)
        complain_at(reader, spot, name, "unknown value: write %s", vocabulary_list(list));
    return found;
}

// absent: what counts where the property is absent or wrong.
static int read_number(struct survey_reader *reader, const struct spot *spot, const json_t *object,
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

static int32_t read_day(struct survey_reader *reader, const struct spot *spot, const json_t *object,
                        const char *name)
{
    int32_t day = 0;
    const char *text = shape_text(object, name);
    if (text != NULL && !calendar_day_parse(text, &day)) {
        complain_at(reader, spot, name, "no such day: write it as 2026-11-01");
        return 0;
    }
    return day;
}

static bool is_name(const char *name)
{
    size_t size = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");
    return name[size] == '\0' && size > 0 && size <= NAME_LIMIT && name[0] >= 'a' && name[0] <= 'z';
}

// The caller frees it. Never NULL: a survey with a nameless part is not given out.
static char *read_name(struct survey_reader *reader, const struct spot *spot, const json_t *object)
{
    const char *name = shape_text(object, "name");
    if (name == NULL)
        return memory_copy_text("");
    if (!is_name(name))
        complain_at(reader, spot, "name",
                    "not a name: write at most 63 small letters without accents, digits and _, "
                    "beginning with a letter");
    else if (find_word(reserved_names, name) >= 0)
        complain_at(reader, spot, "name", "\"%s\" is used by the page itself: choose another name",
                    name);
    return memory_copy_text(name);
}

static void complain_of_repeat(struct survey_reader *reader, const struct spot *spot,
                               const char *name, const char *said)
{
    complain_at(reader, spot, "name", "%s before has the name \"%s\": choose another", said, name);
}

// own: the name of the question that has the condition, or NULL.
static struct condition *read_condition(struct survey_reader *reader, const struct spot *spot,
                                        const json_t *object, const char *own)
{
    struct error error = {ERROR_NONE, ""};
    const char *text = shape_text(object, "visibleIf");
    if (text == NULL)
        return NULL;
    struct condition *condition = condition_parse(text, &error);
    if (condition == NULL) {
        complain_at(reader, spot, "visibleIf", "%s", error.message);
        return NULL;
    }
    struct spot here = {.parent = spot, .key = "visibleIf"};
    size_t size = (reader->pending_count + 1) * sizeof *reader->pending;
    reader->pending = memory_resize(reader->pending, size);
    reader->pending[reader->pending_count++] = (struct pending_condition){
        .condition = condition,
        .place = spot_write(reader, &here),
        .before = reader->survey->question_count,
        .own = own,
    };
    return condition;
}

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
        read_number(reader, spot, object, "maxSelectedChoices", 1, CHOICES_LIMIT, 0);
}

static void make_levels(struct question *question, int32_t least, int32_t most)
{
    question->choice_count = (size_t)(most - least + 1);
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
        read_word(reader, spot, object, "rateType", rate_words, "smileys, stars or labels") == 0;
    read_choices(reader, spot, object, "rateValues", &question->choices, &question->choice_count);
    if (least >= most || (int64_t)most - least >= CHOICES_LIMIT) {
        complain_at(reader, spot, has_most || !has_least ? "rateMax" : "rateMin",
                    "the levels go from %d to %d: make rateMin smaller than rateMax, with at most "
                    "%d levels",
                    least, most, CHOICES_LIMIT);
        return;
    }
    if (question->choice_count == 0) {
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
    int input = read_word(reader, spot, object, "inputType", input_words, "text, number or date");
    question->input = input < 0 ? INPUT_TEXT : (enum input_type)input;
    question->has_least = shape_whole(object, "min", &question->least);
    question->has_most = shape_whole(object, "max", &question->most);
    question->max_length = read_number(reader, spot, object, "maxLength", 1, COMMENT_LENGTH,
                                       comment ? COMMENT_LENGTH : TEXT_LENGTH);
    if (comment)
        question->text_rows = read_number(reader, spot, object, "rows", 1, LINES_LIMIT, 4);
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

static struct question *add_question(struct survey *survey)
{
    size_t size = (survey->question_count + 1) * sizeof *survey->questions;
    survey->questions = memory_resize(survey->questions, size);
    struct question *question = &survey->questions[survey->question_count++];
    *question = (struct question){.name = NULL};
    return question;
}

static void read_question(struct survey_reader *reader, const struct spot *spot,
                          const json_t *object, enum question_type type, int panel)
{
    struct survey *survey = reader->survey;
    if (survey->question_count == QUESTIONS_LIMIT) {
        complain(reader, spot, "more than %d questions: make two surveys", QUESTIONS_LIMIT);
        return;
    }
    shape_check(reader, spot, object, question_properties, 1U << type, type_names[type]);
    char *name = read_name(reader, spot, object);
    if (name[0] != '\0' && survey_question(survey, name) != NULL)
        complain_of_repeat(reader, spot, name, "a question");
    struct condition *visible_if = read_condition(reader, spot, object, name);

    struct question *question = add_question(survey);
    question->name = name;
    question->visible_if = visible_if;
    question->type = type;
    question->page = (int)survey->page_count - 1;
    question->panel = panel;
    shape_phrase(reader, spot, object, "title", &question->title);
    shape_phrase(reader, spot, object, "description", &question->description);
    question->required = shape_flag(object, "isRequired");
    shape_phrase(reader, spot, object, "requiredErrorText", &question->required_error);
    own_readers[type](reader, spot, object, question);
    read_measure(reader, spot, object, question);
    rules_check_question(reader, spot, object, question);
}

static void read_panel(struct survey_reader *reader, const struct spot *spot, const json_t *object);

// The type's index in type_names; -1 when there is none that we know.
static int read_type(struct survey_reader *reader, const struct spot *spot, const json_t *object)
{
    const char *type = shape_text(object, "type");
    if (type == NULL) {
        complain(reader, spot, "a question or panel is an object with a \"type\": add it");
        return -1;
    }
    return read_word(reader, spot, object, "type", type_names,
                     "radiogroup, checkbox, dropdown, boolean, rating, comment, text, matrix, html "
                     "or panel");
}

static void read_elements(struct survey_reader *reader, const struct spot *spot,
                          const json_t *object, int panel)
{
    const json_t *list = shape_list(object, "elements");
    struct spot list_spot = {.parent = spot, .key = "elements"};
    if (list != NULL && json_array_size(list) == 0)
        complain(reader, &list_spot, "nothing here: add a question or remove it");
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct spot here = {.parent = &list_spot, .index = i};
        const json_t *element = json_array_get(list, i);
        int type = read_type(reader, &here, element);
        if (type >= 0 && type < QUESTION_TYPE_COUNT)
            read_question(reader, &here, element, (enum question_type)type, panel);
        else if (type == QUESTION_TYPE_COUNT && panel >= 0)
            complain(reader, &here, "a panel inside a panel: move its questions out");
        else if (type == QUESTION_TYPE_COUNT)
            read_panel(reader, &here, element);
    }
}

static void read_panel(struct survey_reader *reader, const struct spot *spot, const json_t *object)
{
    struct survey *survey = reader->survey;
    shape_check(reader, spot, object, panel_properties, 0, "a panel");
    struct panel panel = {
        .name = read_name(reader, spot, object),
        .visible_if = read_condition(reader, spot, object, NULL),
        .page = (int)survey->page_count - 1,
    };
    shape_phrase(reader, spot, object, "title", &panel.title);
    for (size_t i = 0; i < survey->panel_count; i++)
        if (panel.name[0] != '\0' && strcmp(survey->panels[i].name, panel.name) == 0)
            complain_of_repeat(reader, spot, panel.name, "a panel");
    size_t size = (survey->panel_count + 1) * sizeof *survey->panels;
    survey->panels = memory_resize(survey->panels, size);
    survey->panels[survey->panel_count++] = panel;
    read_elements(reader, spot, object, (int)survey->panel_count - 1);
}

static void read_page(struct survey_reader *reader, const struct spot *spot, const json_t *object)
{
    struct survey *survey = reader->survey;
    if (!shape_check(reader, spot, object, page_properties, 0, "a page"))
        return;
    struct survey_page page = {
        .name = read_name(reader, spot, object),
        .visible_if = read_condition(reader, spot, object, NULL),
    };
    shape_phrase(reader, spot, object, "title", &page.title);
    shape_phrase(reader, spot, object, "description", &page.description);
    for (size_t i = 0; i < survey->page_count; i++)
        if (page.name[0] != '\0' && strcmp(survey->pages[i].name, page.name) == 0)
            complain_of_repeat(reader, spot, page.name, "a page");
    size_t size = (survey->page_count + 1) * sizeof *survey->pages;
    survey->pages = memory_resize(survey->pages, size);
    survey->pages[survey->page_count++] = page;
    read_elements(reader, spot, object, -1);
}

static void read_pages(struct survey_reader *reader, const json_t *document)
{
    const json_t *list = shape_list(document, "pages");
    struct spot list_spot = {.key = "pages"};
    if (list != NULL && json_array_size(list) == 0)
        complain(reader, &list_spot, "no page: add one with its questions");
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct spot here = {.parent = &list_spot, .index = i};
        read_page(reader, &here, json_array_get(list, i));
    }
}

static char *read_slug(struct survey_reader *reader, const struct spot *spot, const json_t *object)
{
    const char *slug = shape_text(object, "slug");
    if (slug == NULL)
        return memory_copy_text("");
    size_t size = strspn(slug, "abcdefghijklmnopqrstuvwxyz0123456789-");
    if (find_word(reserved_slugs, slug) >= 0)
        complain_at(reader, spot, "slug", "\"%s\" is an address of our own: choose another", slug);
    else if (slug[size] != '\0' || size == 0 || size > SLUG_LIMIT)
        complain_at(reader, spot, "slug",
                    "not a name for an address: write at most 40 small letters without accents, "
                    "digits and -");
    return memory_copy_text(slug);
}

static bool is_procedure_code(const char *code)
{
    size_t size = strspn(code, "abcdefghijklmnopqrstuvwxyz0123456789-");
    return code[size] == '\0' && size > 0 && size <= SLUG_LIMIT && code[0] != '-' &&
           strcmp(code, CHOICE_OTHER) != 0;
}

static void read_procedures(struct survey_reader *reader, const struct spot *spot,
                            const json_t *object)
{
    struct survey *survey = reader->survey;
    const char *one = shape_text(object, "procedure");
    const char *many = shape_text(object, "procedures");
    if (one != NULL && !is_procedure_code(one))
        complain_at(reader, spot, "procedure", "not a code of procedures.csv: correct it");
    if (many != NULL && strcmp(many, "catalogue") != 0)
        complain_at(reader, spot, "procedures", "unknown value: write catalogue");
    if ((one == NULL) == (many == NULL))
        complain(reader, spot,
                 "write either \"procedure\": a code, for a survey about one procedure, or "
                 "\"procedures\": \"catalogue\"");
    survey->procedure = memory_copy_text(one);
    survey->catalogue = many != NULL;
}

static void read_recueil(struct survey_reader *reader, const json_t *document)
{
    struct survey *survey = reader->survey;
    const json_t *object = shape_object(document, "recueil");
    struct spot spot = {.key = "recueil"};
    if (object == NULL)
        return;
    shape_check(reader, &spot, object, recueil_properties, 0, "the recueil object");
    survey->slug = read_slug(reader, &spot, object);
    survey->class = read_vocabulary(reader, &spot, object, "audience", VOCABULARY_CLASS);
    const char *phase = read_vocabulary(reader, &spot, object, "phase", VOCABULARY_PHASE);
    survey->phase = phase != NULL ? phase : vocabulary_word(VOCABULARY_PHASE, 0);
    int access = read_word(reader, &spot, object, "access", access_words, "open or invitation");
    survey->access = memory_copy_text(access_words[access < 0 ? 0 : access]);
    read_procedures(reader, &spot, object);
    survey->opens_day = read_day(reader, &spot, object, "opens");
    survey->closes_day = read_day(reader, &spot, object, "closes");
    if (survey->opens_day != 0 && survey->closes_day != 0 && survey->closes_day < survey->opens_day)
        complain_at(reader, &spot, "closes", "before opens: correct one of them");
    survey->retention_months =
        read_number(reader, &spot, object, "retention_months", 1, RETENTION_LIMIT, 0);
}

static void read_document(struct survey_reader *reader, const json_t *document)
{
    struct survey *survey = reader->survey;
    const char *locale = shape_text(document, "locale");
    if (locale != NULL && strcmp(locale, "fr") != 0)
        complain_at(reader, NULL, "locale", "French is the language of reference: write fr");
    shape_phrase(reader, NULL, document, "title", &survey->title);
    shape_phrase(reader, NULL, document, "description", &survey->description);
    for (int language = 0; language < LANGUAGE_COUNT; language++)
        survey->languages[language] = survey->title.text[language] != NULL;
    read_recueil(reader, document);
    read_pages(reader, document);
    rules_check_survey(reader);
}

static json_t *parse(const char *text, size_t size, const char *file, struct findings *findings)
{
    json_error_t at;
    if (size >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
        char *place = memory_format("%s:1:1", file);
        findings_add(findings, place,
                     "the file begins with a byte order mark: save it as UTF-8 "
                     "without BOM");
        free(place);
        return NULL;
    }
    json_t *document = json_loadb(text, size, JSON_REJECT_DUPLICATES, &at);
    if (document == NULL) {
        char *place = memory_format("%s:%d:%d", file, at.line, at.column);
        findings_add(findings, place, "%s: %s", at.text,
                     text_is_valid(text, size) ? "correct the JSON there"
                                               : "save the file as UTF-8");
        free(place);
    }
    return document;
}

static void clear_pending(struct survey_reader *reader)
{
    for (size_t i = 0; i < reader->pending_count; i++)
        free(reader->pending[i].place);
    free(reader->pending);
}

struct survey *survey_read(const char *text, size_t size, const char *file,
                           struct findings *findings)
{
    json_auto_t *document = parse(text, size, file, findings);
    if (document == NULL)
        return NULL;
    AUTO(survey) struct survey *survey = memory_allocate(sizeof *survey);
    struct survey_reader reader = {.file = file, .findings = findings, .survey = survey};
    if (shape_check(&reader, NULL, document, survey_properties, 0, "a survey"))
        read_document(&reader, document);
    clear_pending(&reader);
    return reader.complaints == 0 ? TAKE(survey) : NULL;
}
