// SPDX-License-Identifier: Apache-2.0
#include "config/condition.h"

#include "config/text.h"

#include <stdlib.h>
#include <string.h>

enum { NUMBER_DIGITS = 15 }; // a double holds this many exactly

static const char *const operator_words[] = {
    [CONDITION_AND] = "and",
    [CONDITION_OR] = "or",
    [CONDITION_EQUAL] = "=",
    [CONDITION_NOT_EQUAL] = "!=",
    [CONDITION_LESS] = "<",
    [CONDITION_AT_MOST] = "<=",
    [CONDITION_MORE] = ">",
    [CONDITION_AT_LEAST] = ">=",
    [CONDITION_EMPTY] = "empty",
    [CONDITION_NOT_EMPTY] = "notempty",
    [CONDITION_CONTAINS] = "contains",
    [CONDITION_ANY_OF] = "anyof",
    [CONDITION_NONE_OF] = "noneof",
};

// NOLINTNEXTLINE(misc-no-recursion): a tree of at most 64 leaves, which condition_parse() bounds
void condition_destroy(struct condition *condition)
{
    if (condition == NULL)
        return;
    condition_destroy(condition->left);
    condition_destroy(condition->right);
    free(condition->question);
    json_decref(condition->literal);
    free(condition);
}

// Reads "-12.5" whole. Not strtod: the decimal mark must not follow the locale.
static bool read_number(const char *text, double *number)
{
    const char *at = text + (*text == '-');
    double value = 0, scale = 1;
    int digits = 0, decimals = 0;
    for (; *at >= '0' && *at <= '9' && digits <= NUMBER_DIGITS; at++, digits++)
        value = value * 10 + (*at - '0');
    if (digits == 0)
        return false;
    if (*at == '.')
        for (at++; *at >= '0' && *at <= '9' && digits <= NUMBER_DIGITS;
             at++, digits++, decimals++) {
            value = value * 10 + (*at - '0');
            scale *= 10;
        }
    if (*at != '\0' || digits > NUMBER_DIGITS || (at[-1] == '.' && decimals == 0))
        return false;
    *number = (*text == '-' ? -value : value) / scale;
    return true;
}

static bool number_of(const json_t *value, double *number)
{
    if (json_is_number(value)) {
        *number = json_number_value(value);
        return true;
    }
    return json_is_string(value) && read_number(json_string_value(value), number);
}

bool condition_same(const json_t *answer, const json_t *literal)
{
    double a, b;
    if (json_is_boolean(answer) || json_is_boolean(literal))
        return json_typeof(answer) == json_typeof(literal);
    if (json_is_string(answer) && json_is_string(literal))
        return strcmp(json_string_value(answer), json_string_value(literal)) == 0;
    return number_of(answer, &a) && number_of(literal, &b) && a == b;
}

bool condition_is_answer(const json_t *value)
{
    if (json_is_string(value))
        return !text_is_blank(json_string_value(value), json_string_length(value));
    if (json_is_array(value))
        return json_array_size(value) > 0;
    if (json_is_object(value))
        return json_object_size(value) > 0;
    return value != NULL && !json_is_null(value);
}

// An answer is a list of values: none, one, or those that were ticked.
static size_t value_count(const json_t *answer)
{
    if (!condition_is_answer(answer))
        return 0;
    return json_is_array(answer) ? json_array_size(answer) : 1;
}

static const json_t *value_at(const json_t *answer, size_t index)
{
    return json_is_array(answer) ? json_array_get(answer, index) : answer;
}

static bool has_value(const json_t *answer, const json_t *literal)
{
    for (size_t i = 0; i < value_count(answer); i++)
        if (condition_same(value_at(answer, i), literal))
            return true;
    return false;
}

static bool has_any(const json_t *answer, const json_t *literals)
{
    for (size_t i = 0; i < json_array_size(literals); i++)
        if (has_value(answer, json_array_get(literals, i)))
            return true;
    return false;
}

static bool compare(enum condition_operator operator, const json_t * answer, const json_t *literal)
{
    double a, b;
    if (value_count(answer) != 1 || !number_of(value_at(answer, 0), &a) || !number_of(literal, &b))
        return false;
    switch (operator) {
    case CONDITION_LESS:
        return a < b;
    case CONDITION_AT_MOST:
        return a <= b;
    case CONDITION_MORE:
        return a > b;
    default:
        return a >= b;
    }
}

static bool leaf_holds(const struct condition *leaf, const json_t *answer)
{
    bool one = value_count(answer) == 1;
    switch (leaf->operator) {
    case CONDITION_EQUAL:
        return one && has_value(answer, leaf->literal);
    case CONDITION_NOT_EQUAL:
        return !one || !has_value(answer, leaf->literal);
    case CONDITION_EMPTY:
        return value_count(answer) == 0;
    case CONDITION_NOT_EMPTY:
        return value_count(answer) > 0;
    case CONDITION_CONTAINS:
        return has_value(answer, leaf->literal);
    case CONDITION_ANY_OF:
        return has_any(answer, leaf->literal);
    case CONDITION_NONE_OF:
        return !has_any(answer, leaf->literal);
    default:
        return compare(leaf->operator, answer, leaf->literal);
    }
}

// NOLINTNEXTLINE(misc-no-recursion): as above
bool condition_holds_given(const struct condition *condition,
                           const json_t *(*answer)(const char *question, void *context),
                           void *context)
{
    if (condition == NULL)
        return true;
    if (condition->operator== CONDITION_AND)
        return condition_holds_given(condition->left, answer, context) &&
               condition_holds_given(condition->right, answer, context);
    if (condition->operator== CONDITION_OR)
        return condition_holds_given(condition->left, answer, context) ||
               condition_holds_given(condition->right, answer, context);
    return leaf_holds(condition, answer(condition->question, context));
}

static const json_t *answer_in_object(const char *question, void *context)
{
    return json_object_get(context, question);
}

bool condition_holds(const struct condition *condition, const json_t *answers)
{
    return condition_holds_given(condition, answer_in_object, (void *)answers);
}

// NOLINTNEXTLINE(misc-no-recursion): as above
json_t *condition_tree(const struct condition *condition)
{
    json_t *tree = json_array();
    json_array_append_new(tree, json_string(operator_words[condition->operator]));
    if (condition->question != NULL) {
        json_array_append_new(tree, json_string(condition->question));
        if (condition->literal != NULL)
            json_array_append_new(tree, json_deep_copy(condition->literal));
        return tree;
    }
    json_array_append_new(tree, condition_tree(condition->left));
    json_array_append_new(tree, condition_tree(condition->right));
    return tree;
}

// NOLINTNEXTLINE(misc-no-recursion): as above
void condition_visit_leaves(const struct condition *condition,
                            void (*visit)(const struct condition *leaf, void *context),
                            void *context)
{
    if (condition == NULL)
        return;
    if (condition->question != NULL) {
        visit(condition, context);
        return;
    }
    condition_visit_leaves(condition->left, visit, context);
    condition_visit_leaves(condition->right, visit, context);
}

struct name_visit {
    void (*visit)(const char *question, void *context);
    void *context;
};

static void visit_name(const struct condition *leaf, void *context)
{
    const struct name_visit *names = context;
    names->visit(leaf->question, names->context);
}

void condition_visit(const struct condition *condition,
                     void (*visit)(const char *question, void *context), void *context)
{
    struct name_visit names = {visit, context};
    condition_visit_leaves(condition, visit_name, &names);
}
