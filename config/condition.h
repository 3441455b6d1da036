// `visibleIf`: when a question, panel or page is shown. The grammar is the subset of SurveyJS
// expressions that can be judged by this program, by a stylesheet and by a small script alike:
//
//   or   := and ( "or" and )*          and := term ( "and" term )*
//   term := "(" or ")" | "{" name "}" operator literal?
//   operator: = != < <= > >= contains (a literal), anyof noneof (a list ['a', 2]), empty notempty
//   literal: 'text', number, true, false
//
// A question that is not shown counts as unanswered. An unanswered one makes `!=`, `noneof` and
// `empty` true and everything else false.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/error.h"

#include <jansson.h>

enum condition_operator {
    CONDITION_AND,
    CONDITION_OR,
    CONDITION_EQUAL,
    CONDITION_NOT_EQUAL,
    CONDITION_LESS,
    CONDITION_AT_MOST,
    CONDITION_MORE,
    CONDITION_AT_LEAST,
    CONDITION_EMPTY,
    CONDITION_NOT_EMPTY,
    CONDITION_CONTAINS,
    CONDITION_ANY_OF,
    CONDITION_NONE_OF,
};

// Read-only once parsed; a tree of two-armed joints and one-question leaves.
struct condition {
    enum condition_operator operator;
    struct condition *left, *right; // of AND and OR; both set
    char *question;                 // of the others
    json_t *literal; // text, number or boolean; an array for ANY_OF and NONE_OF; or NULL
};

// Returns NULL and says in *error (ERROR_BAD_INPUT) at which character and what was expected.
// Nesting deeper than 16 and more than 64 terms are refused.
MUST_USE struct condition *condition_parse(const char *text, struct error *error);
void condition_destroy(struct condition *condition); // accepts NULL
DEFINE_AUTO(condition)

// answers: an object of visible answers by question name. A NULL condition holds.
// Numbers compare as numbers, also when one side is text that reads as a number; text and numbers
// otherwise differ; < and its kin are false unless both sides are numbers.
bool condition_holds(const struct condition *condition, const json_t *answers);
// The same where answers do not stand in one object: answer gives NULL for what is unanswered or
// not shown.
bool condition_holds_given(const struct condition *condition,
                           const json_t *(*answer)(const char *question, void *context),
                           void *context);

// Is there anything in it? Not in NULL, null, blank text, an empty list or object.
bool condition_is_answer(const json_t *value);
// Is this one value of an answer the literal, as `=` sees it?
bool condition_same(const json_t *value, const json_t *literal);

// The tree as the page's script reads it: ["and", ["!=", "canal", "online"], …]. The caller owns
// it.
MUST_USE json_t *condition_tree(const struct condition *condition);

// Calls visit for the name of each question, in the order of the text, repeats included.
void condition_visit(const struct condition *condition,
                     void (*visit)(const char *question, void *context), void *context);
// The same with the whole leaf: question, operator, literal.
void condition_visit_leaves(const struct condition *condition,
                            void (*visit)(const struct condition *leaf, void *context),
                            void *context);
