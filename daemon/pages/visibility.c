// SPDX-License-Identifier: Apache-2.0
#include "daemon/pages/visibility.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

// `!=` is judged as not `=`, and so on: an unanswered question makes the first true.
static enum condition_operator positive_of(enum condition_operator operator)
{
    switch (operator) {
    case CONDITION_NOT_EQUAL:
        return CONDITION_EQUAL;
    case CONDITION_NONE_OF:
        return CONDITION_ANY_OF;
    case CONDITION_EMPTY:
        return CONDITION_NOT_EMPTY;
    default:
        return operator;
    }
}

static enum term_kind kind_of(const struct question *question, enum condition_operator positive)
{
    switch (question->type) {
    case QUESTION_RADIOGROUP:
    case QUESTION_DROPDOWN:
    case QUESTION_RATING:
    case QUESTION_BOOLEAN:
        return positive == CONDITION_NOT_EMPTY ? TERM_ANSWERED : TERM_CHOSEN;
    case QUESTION_CHECKBOX:
        if (positive == CONDITION_NOT_EMPTY)
            return TERM_ANSWERED;
        // `=` and `<` on a list say something about all of it, not about one tick.
        return positive == CONDITION_CONTAINS || positive == CONDITION_ANY_OF ? TERM_CHOSEN
                                                                              : TERM_OTHER;
    default:
        return TERM_OTHER;
    }
}

static json_t *answer_of(const struct option *option, enum question_type type)
{
    if (type == QUESTION_BOOLEAN)
        return json_boolean(strcmp(option->code, "true") == 0);
    json_t *value = option->is_number ? json_integer(option->number) : json_string(option->code);
    return type == QUESTION_CHECKBOX ? json_pack("[o]", value) : value;
}

// The evaluator itself says which options it would accept: there is no second meaning of `<=`.
static void mark_wanted(struct term *term, const struct condition *leaf)
{
    struct condition positive = *leaf;
    positive.operator= positive_of(leaf->operator);
    for (size_t i = 0; i < term->options->count; i++) {
        json_auto_t *answers = json_object();
        json_object_set_new(answers, leaf->question,
                            answer_of(&term->options->items[i], term->question->type));
        term->wanted[i] = condition_holds(&positive, answers);
    }
}

struct term *term_create(const struct condition *leaf, const struct survey *survey,
                         const struct catalogue *catalogue, enum language language)
{
    struct term *term = memory_allocate(sizeof *term);
    enum condition_operator positive = positive_of(leaf->operator);
    term->question = survey_question(survey, leaf->question);
    assert(term->question != NULL);
    term->kind = kind_of(term->question, positive);
    term->negative = positive != leaf->operator;
    term->options = options_create(survey, term->question, catalogue, language);
    term->wanted = memory_allocate(term->options->count * sizeof *term->wanted);
    if (term->kind == TERM_CHOSEN)
        mark_wanted(term, leaf);
    return term;
}

void term_destroy(struct term *term)
{
    if (term == NULL)
        return;
    options_destroy(term->options);
    free(term->wanted);
    free(term);
}

static bool has_rule(const struct condition *condition, const struct survey *survey, int *budget);

// A question that is not shown counts as unanswered, so what hides it must be judged as well.
// NOLINTNEXTLINE(misc-no-recursion): the budget ends it, and conditions look back only
static bool shown_by_rule(const struct question *question, const struct survey *survey, int *budget)
{
    const struct condition *panel =
        question->panel < 0 ? NULL : survey->panels[question->panel].visible_if;
    return has_rule(question->visible_if, survey, budget) && has_rule(panel, survey, budget) &&
           has_rule(survey->pages[question->page].visible_if, survey, budget);
}

// NOLINTNEXTLINE(misc-no-recursion): as above
static bool has_rule(const struct condition *condition, const struct survey *survey, int *budget)
{
    if (condition == NULL)
        return true;
    if (--*budget < 0)
        return false;
    if (condition->operator== CONDITION_AND || condition->operator== CONDITION_OR)
        return has_rule(condition->left, survey, budget) &&
               has_rule(condition->right, survey, budget);
    const struct question *question = survey_question(survey, condition->question);
    return question != NULL && kind_of(question, positive_of(condition->operator)) != TERM_OTHER &&
           shown_by_rule(question, survey, budget);
}

bool condition_has_rule(const struct condition *condition, const struct survey *survey)
{
    int budget = CONDITION_RULE_TERMS;
    return has_rule(condition, survey, &budget);
}
