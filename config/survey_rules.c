// What the parts of a survey must be together: a measure and its type, choices and their measure,
// a condition and the questions it names, a survey and its procedures.
//
// SPDX-License-Identifier: Apache-2.0
#include "config/survey_shape.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MASK_BITS = 63, MATRIX_SIDE = 15, CODE_LIMIT = 40, LIST_BYTES = 200 };

static bool is_dont_know(const struct choice *choice)
{
    return strcmp(choice->code, CHOICE_DONT_KNOW) == 0;
}

// A code that goes into a mask, a file of the collectivity or a column of a figure.
static bool is_code(const char *code)
{
    size_t size = strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
    return code[size] == '\0' && size > 0 && size <= CODE_LIMIT && code[0] != '-' && code[0] != '_';
}

static const char *const type_words[] = {
    [QUESTION_RADIOGROUP] = " radiogroup ",
    [QUESTION_CHECKBOX] = " checkbox ",
    [QUESTION_DROPDOWN] = " dropdown ",
    [QUESTION_BOOLEAN] = " boolean ",
    [QUESTION_RATING] = " rating ",
    [QUESTION_COMMENT] = " comment ",
    [QUESTION_TEXT] = " text ",
    [QUESTION_MATRIX] = " matrix ",
    [QUESTION_NOTE] = " html ",
};

static void check_measure(struct survey_reader *reader, const struct spot *spot,
                          const struct question *question, const struct measure_rule *rule)
{
    struct spot recueil = {.parent = spot, .key = "recueil"};
    const struct survey *survey = reader->survey;
    const struct question *first = survey_measured(survey, question->measure);
    if (strstr(rule->types, type_words[question->type]) == NULL)
        complain_at(reader, &recueil, "measure",
                    "a%squestion cannot measure %s: use one of the types%s",
                    type_words[question->type], rule->name, rule->types);
    if (rule->internal_only && survey->class != NULL && strcmp(survey->class, "internal") != 0)
        complain_at(reader, &recueil, "measure", "%s is for internal surveys only: remove it",
                    rule->name);
    if (first != question)
        complain_at(reader, &recueil, "measure",
                    "%s is measured by the question \"%s\" already: remove one", rule->name,
                    first->name);
}

// Numbers and dates that are typed.
static void check_input(struct survey_reader *reader, const struct spot *spot,
                        const struct question *question, const struct measure_rule *rule)
{
    if (rule->kind == MEASURE_IS_NUMBER && question->input != INPUT_NUMBER)
        complain(reader, spot, "%s is a number: add \"inputType\": \"number\"", rule->name);
    if (rule->kind == MEASURE_IS_TEXT && question->input != INPUT_TEXT)
        complain_at(reader, spot, "inputType", "%s is free text: remove inputType", rule->name);
    if (rule->kind != MEASURE_IS_NUMBER)
        return;
    if (question->has_least && (question->least < rule->least || question->least > rule->most))
        complain_at(reader, spot, "min", "%s goes from %d to %d: correct it", rule->name,
                    rule->least, rule->most);
    if (question->has_most && (question->most < rule->least || question->most > rule->most))
        complain_at(reader, spot, "max", "%s goes from %d to %d: correct it", rule->name,
                    rule->least, rule->most);
}

// Reserved values; false after a complaint.
static bool check_reserved(struct survey_reader *reader, const struct spot *spot,
                           const struct question *question, const struct choice *choice)
{
    bool help = question->measure == MEASURE_HELP, matrix = question->type == QUESTION_MATRIX;
    if (strcmp(choice->code, CHOICE_NONE) == 0 && question->type == QUESTION_CHECKBOX) {
        complain(reader, spot,
                 "\"none\" is added by \"showNoneItem\": true and \"noneText\": use them instead");
        return false;
    }
    if (strcmp(choice->code, CHOICE_NONE) == 0 && !help && !matrix) {
        complain(reader, spot, "\"none\" is reserved for tick lists: choose another value");
        return false;
    }
    if (strcmp(choice->code, CHOICE_OTHER) == 0 && question->other_item) {
        complain(reader, spot, "\"other\" is added by showOtherItem: remove this choice");
        return false;
    }
    return true;
}

static void check_value(struct survey_reader *reader, const struct spot *spot,
                        const struct choice *choice, const struct measure_rule *rule)
{
    switch (rule->kind) {
    case MEASURE_IS_WORD:
        if (choice->is_number ||
            vocabulary_find(rule->words, choice->code, strlen(choice->code)) == NULL)
            complain(reader, spot, "%s does not accept \"%s\": write %s", rule->name, choice->code,
                     vocabulary_list(rule->words));
        break;
    case MEASURE_IS_NUMBER:
        if (!choice->is_number || choice->number < rule->least || choice->number > rule->most)
            complain(reader, spot,
                     "%s does not accept \"%s\": write a number from %d to %d, without quotes",
                     rule->name, choice->code, rule->least, rule->most);
        break;
    case MEASURE_IS_TEXT:
        break;
    default:
        if (choice->is_number || !is_code(choice->code))
            complain(reader, spot,
                     "\"%s\" is not a code for %s: write at most 40 letters without accents, "
                     "digits, - and _, between quotes",
                     choice->code, rule->name);
    }
}

// list: the property that holds them; rule: NULL where nothing is measured.
static void check_choices(struct survey_reader *reader, const struct spot *spot,
                          const struct question *question, const char *list,
                          const struct measure_rule *rule)
{
    struct spot list_spot = {.parent = spot, .key = list};
    for (size_t i = 0; i < question->choice_count; i++) {
        const struct choice *choice = &question->choices[i];
        struct spot here = {.parent = &list_spot, .index = i};
        if (is_dont_know(choice) || !check_reserved(reader, &here, question, choice))
            continue;
        if (rule != NULL)
            check_value(reader, &here, choice, rule);
        else if (question->type == QUESTION_RATING && !choice->is_number)
            complain(reader, &here, "a level is a whole number without quotes, or dont_know");
    }
}

static size_t count_known(const struct question *question)
{
    size_t count = 0;
    for (size_t i = 0; i < question->choice_count; i++)
        count += is_dont_know(&question->choices[i]) ? 0 : 1;
    return count;
}

static void check_ticks(struct survey_reader *reader, const struct spot *spot, const json_t *object,
                        const struct question *question, const struct measure_rule *rule)
{
    bool from_catalogue = rule != NULL && rule->kind == MEASURE_IS_PROCEDURE;
    bool mask = rule != NULL && (rule->kind == MEASURE_IS_MASK || rule->kind == MEASURE_IS_PAIN);
    size_t offered = question->choice_count + question->none_item + question->other_item;
    if (json_object_get(object, "choices") == NULL && !from_catalogue)
        complain(reader, spot, "no choices: add \"choices\"");
    if (question->max_selected > (int)offered)
        complain_at(reader, spot, "maxSelectedChoices", "there are only %zu choices: lower it",
                    offered);
    if (question->other_item && rule != NULL && !mask && !from_catalogue)
        complain_at(reader, spot, "showOtherItem", "%s takes no other value: remove it",
                    rule->name);
    if (mask && count_known(question) + question->other_item > MASK_BITS)
        complain_at(reader, spot, "choices", "%s holds at most %d choices: join some", rule->name,
                    MASK_BITS);
}

static void check_matrix(struct survey_reader *reader, const struct spot *spot,
                         const struct question *question, const struct measure_rule *rule)
{
    struct spot rows = {.parent = spot, .key = "rows"};
    if (question->row_count > MATRIX_SIDE)
        complain(reader, &rows, "more than %d rows: make two questions", MATRIX_SIDE);
    if (count_known(question) > MATRIX_SIDE)
        complain_at(reader, spot, "columns", "more than %d columns: join some", MATRIX_SIDE);
    for (size_t i = 0; rule != NULL && i < question->row_count; i++) {
        struct spot here = {.parent = &rows, .index = i};
        if (is_dont_know(&question->rows[i]))
            complain(reader, &here, "\"dont_know\" is no row: choose another value");
        else
            check_value(reader, &here, &question->rows[i], rule);
    }
}

// Levels made from rateMin and rateMax, which stand nowhere in the file.
static void check_made_levels(struct survey_reader *reader, const struct spot *spot,
                              const struct question *question, const struct measure_rule *rule)
{
    size_t count = question->choice_count;
    if (count == 0 || rule == NULL || rule->kind != MEASURE_IS_NUMBER)
        return;
    if (question->choices[0].number < rule->least)
        complain_at(reader, spot, "rateMin", "%s goes from %d to %d: correct it", rule->name,
                    rule->least, rule->most);
    if (question->choices[count - 1].number > rule->most)
        complain_at(reader, spot, "rateMax", "%s goes from %d to %d: correct it", rule->name,
                    rule->least, rule->most);
}

void rules_check_question(struct survey_reader *reader, const struct spot *spot,
                          const json_t *object, const struct question *question)
{
    const struct measure_rule *rule = measure_rule(question->measure);
    if (rule != NULL)
        check_measure(reader, spot, question, rule);
    switch (question->type) {
    case QUESTION_RADIOGROUP:
    case QUESTION_CHECKBOX:
    case QUESTION_DROPDOWN:
        check_ticks(reader, spot, object, question, rule);
        check_choices(reader, spot, question, "choices", rule);
        break;
    case QUESTION_RATING:
        if (shape_list(object, "rateValues") != NULL)
            check_choices(reader, spot, question, "rateValues", rule);
        else
            check_made_levels(reader, spot, question, rule);
        break;
    case QUESTION_MATRIX:
        check_matrix(reader, spot, question, rule);
        check_choices(reader, spot, question, "columns", rule);
        break;
    case QUESTION_TEXT:
        if (rule != NULL)
            check_input(reader, spot, question, rule);
        if (question->input == INPUT_NUMBER && question->scrub)
            complain(reader, spot, "a number holds no personal data to scrub: remove pii");
        break;
    default:
        break;
    }
}

struct leaf_check {
    struct survey_reader *reader;
    const struct pending_condition *pending;
};

static void complain_of_leaf(const struct leaf_check *check, const char *format, ...)
    PRINTF_LIKE(2, 3);

static void complain_of_leaf(const struct leaf_check *check, const char *format, ...)
{
    char message[512];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    findings_add(check->reader->findings, check->pending->place, "%s", message);
    check->reader->complaints++;
}

static bool has_numbers(const struct question *question)
{
    for (size_t i = 0; i < question->choice_count; i++)
        if (question->choices[i].is_number)
            return true;
    return question->type == QUESTION_TEXT && question->input == INPUT_NUMBER;
}

// "online, desk, phone, …"
static const char *list_choices(const struct question *question, char list[LIST_BYTES])
{
    size_t used = 0;
    list[0] = '\0';
    for (size_t i = 0; i < question->choice_count; i++) {
        const char *code = question->choices[i].code;
        if (used + strlen(code) + 8 > LIST_BYTES) {
            (void)snprintf(list + used, LIST_BYTES - used, ", …");
            break;
        }
        used +=
            (size_t)snprintf(list + used, LIST_BYTES - used, "%s%s", used > 0 ? ", " : "", code);
    }
    return list;
}

static bool offers(const struct question *question, const char *code)
{
    return question_choice(question, code) != NULL ||
           (question->none_item && strcmp(code, CHOICE_NONE) == 0) ||
           (question->other_item && strcmp(code, CHOICE_OTHER) == 0) ||
           (question->measure == MEASURE_PROCEDURE && is_code(code));
}

static void check_literal(const struct leaf_check *check, const struct condition *leaf,
                          const struct question *question, const json_t *literal)
{
    char code[32], list[LIST_BYTES];
    bool number = json_is_number(literal);
    const char *text = json_string_value(literal);
    if (json_is_boolean(literal) != (question->type == QUESTION_BOOLEAN)) {
        complain_of_leaf(check, "{%s} is compared with %s: correct the value", leaf->question,
                         question->type == QUESTION_BOOLEAN
                             ? "something else than true or false"
                             : "true or false, and is no question of that kind");
        return;
    }
    if (question->type == QUESTION_TEXT && question->input == INPUT_NUMBER && !number)
        complain_of_leaf(check, "{%s} is a number and '%s' is text: write a number without quotes",
                         leaf->question, text);
    if (question->type == QUESTION_BOOLEAN || question->type == QUESTION_TEXT ||
        question->type == QUESTION_COMMENT)
        return;
    if (json_is_integer(literal))
        (void)snprintf(code, sizeof code, "%" JSON_INTEGER_FORMAT, json_integer_value(literal));
    else if (number)
        (void)snprintf(code, sizeof code, "%g", json_real_value(literal));
    if (!offers(question, number ? code : text))
        complain_of_leaf(check, "'%s' is none of the choices of {%s}: write one of %s",
                         number ? code : text, leaf->question, list_choices(question, list));
}

static void check_comparison(const struct leaf_check *check, const struct condition *leaf,
                             const struct question *question)
{
    switch (leaf->operator) {
    case CONDITION_EMPTY:
    case CONDITION_NOT_EMPTY:
        return;
    case CONDITION_LESS:
    case CONDITION_AT_MOST:
    case CONDITION_MORE:
    case CONDITION_AT_LEAST:
        if (!has_numbers(question))
            complain_of_leaf(check, "{%s} is no number: use = != anyof noneof or contains",
                             leaf->question);
        else if (!json_is_number(leaf->literal))
            complain_of_leaf(check, "compare {%s} with a number without quotes", leaf->question);
        return;
    default:
        break;
    }
    if (question->type == QUESTION_MATRIX) {
        complain_of_leaf(check, "{%s} is a matrix: use empty or notempty", leaf->question);
        return;
    }
    if (!json_is_array(leaf->literal)) {
        check_literal(check, leaf, question, leaf->literal);
        return;
    }
    for (size_t i = 0; i < json_array_size(leaf->literal); i++)
        check_literal(check, leaf, question, json_array_get(leaf->literal, i));
}

static void complain_of_unknown(const struct leaf_check *check, const char *name)
{
    const struct survey *survey = check->reader->survey;
    const char **names = memory_allocate((check->pending->before + 1) * sizeof *names);
    for (size_t i = 0; i < check->pending->before; i++)
        names[i] = survey->questions[i].name;
    const char *nearest = nearest_name(name, names);
    if (nearest != NULL)
        complain_of_leaf(check, "no question is called {%s}: did you mean {%s}?", name, nearest);
    else
        complain_of_leaf(check, "no question is called {%s}: name one that comes before", name);
    free(names);
}

static void check_leaf(const struct condition *leaf, void *context)
{
    const struct leaf_check *check = context;
    const struct survey *survey = check->reader->survey;
    const struct question *question = survey_question(survey, leaf->question);
    if (question == NULL)
        complain_of_unknown(check, leaf->question);
    else if (check->pending->own != NULL && strcmp(check->pending->own, leaf->question) == 0)
        complain_of_leaf(check, "{%s} is this question itself: name one that comes before",
                         leaf->question);
    else if ((size_t)(question - survey->questions) >= check->pending->before)
        complain_of_leaf(check, "{%s} comes later: move it before, or name another question",
                         leaf->question);
    else if (question->type == QUESTION_NOTE)
        complain_of_leaf(check, "{%s} is a note, which nobody answers: name a question",
                         leaf->question);
    else
        check_comparison(check, leaf, question);
}

static bool asks_anything(const struct survey *survey)
{
    for (size_t i = 0; i < survey->question_count; i++)
        if (survey->questions[i].type != QUESTION_NOTE)
            return true;
    return false;
}

void rules_check_survey(struct survey_reader *reader)
{
    struct survey *survey = reader->survey;
    struct spot recueil = {.key = "recueil"};
    const struct question *bound = survey_measured(survey, MEASURE_PROCEDURE);
    if (reader->complaints == 0 && !asks_anything(survey))
        complain_at(reader, NULL, "pages", "no question: add one");
    if (survey->catalogue && bound == NULL)
        complain_at(reader, &recueil, "procedures",
                    "no question asks for the procedure: add a dropdown with "
                    "\"recueil\": {\"measure\": \"procedure\"}");
    if (survey->procedure != NULL && !survey->catalogue && bound != NULL)
        complain_at(reader, &recueil, "procedure",
                    "the question \"%s\" asks for the procedure: write \"procedures\": "
                    "\"catalogue\" instead, or remove the question",
                    bound->name);
    if (bound != NULL)
        survey->questions[bound - survey->questions].catalogue_choices = true;
    for (size_t i = 0; i < reader->pending_count; i++) {
        struct leaf_check check = {reader, &reader->pending[i]};
        condition_visit_leaves(reader->pending[i].condition, check_leaf, &check);
    }
}
