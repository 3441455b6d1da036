// SPDX-License-Identifier: Apache-2.0
#include "daemon/pages/condition_words.h"

#include "daemon/pages/words.h"

#include <stdio.h>
#include <string.h>

enum { LABELS_LIMIT = 64 };

struct sentence {
    struct html *html;
    const struct survey *survey;
    const struct catalogue *catalogue;
    enum language language;
};

// Labels joined by "ou": those of one term, or of several that the sentence says at once.
struct labels {
    const char *texts[LABELS_LIMIT]; // of options: borrowed from survey and catalogue
    size_t count;
};

static bool is_joint(const struct condition *condition)
{
    return condition->operator== CONDITION_AND || condition->operator== CONDITION_OR;
}

static void say(const struct sentence *sentence, enum word word)
{
    html_text(sentence->html, words(word, sentence->language));
}

static void say_quoted(const struct sentence *sentence, const char *text)
{
    say(sentence, WORD_QUOTE);
    html_prose(sentence->html, text);
    say(sentence, WORD_UNQUOTE);
}

static void say_labels(const struct sentence *sentence, const struct labels *labels)
{
    for (size_t i = 0; i < labels->count; i++) {
        if (i > 0)
            say(sentence, i + 1 == labels->count ? WORD_LIST_OR : WORD_LIST_COMMA);
        say_quoted(sentence, labels->texts[i]);
    }
}

static void add_labels(struct labels *labels, const struct term *term)
{
    for (size_t i = 0; i < term->options->count && labels->count < LABELS_LIMIT; i++)
        if (term->wanted[i])
            labels->texts[labels->count++] = term->options->items[i].text;
}

// Gathers the labels of a tree that only joins, by `joint`, terms of chosen options that are all
// negative or all not. False when the tree is anything else.
// NOLINTNEXTLINE(misc-no-recursion): a tree of at most 64 leaves, which condition_parse() bounds
static bool gather(const struct sentence *sentence, const struct condition *condition,
                   enum condition_operator joint, bool negative, struct labels *labels)
{
    if (is_joint(condition))
        return condition->operator== joint &&
               gather(sentence, condition->left, joint, negative, labels) &&
               gather(sentence, condition->right, joint, negative, labels);
    AUTO(term)
    struct term *term =
        term_create(condition, sentence->survey, sentence->catalogue, sentence->language);
    if (term->kind != TERM_CHOSEN || term->negative != negative)
        return false;
    add_labels(labels, term);
    return true;
}

static void say_title(const struct sentence *sentence, const struct question *question)
{
    say_quoted(sentence, phrase_in(&question->title, sentence->language));
}

static enum word comparison_word(enum condition_operator operator)
{
    switch (operator) {
    case CONDITION_LESS:
        return WORD_LESS;
    case CONDITION_AT_MOST:
        return WORD_AT_MOST;
    case CONDITION_MORE:
        return WORD_MORE;
    default:
        return WORD_AT_LEAST;
    }
}

static bool is_comparison(enum condition_operator operator)
{
    return operator== CONDITION_LESS || operator== CONDITION_AT_MOST || operator== CONDITION_MORE ||
    operator== CONDITION_AT_LEAST;
}

static void literal_text(const json_t *literal, char *text, size_t size)
{
    if (json_is_string(literal))
        (void)snprintf(text, size, "%s", json_string_value(literal));
    else if (json_is_integer(literal))
        (void)snprintf(text, size, "%lld", (long long)json_integer_value(literal));
    else if (json_is_real(literal))
        (void)snprintf(text, size, "%g", json_real_value(literal));
    else
        (void)snprintf(text, size, "%s", json_is_true(literal) ? "true" : "false");
}

// The label of the option with this code, else the code: what was typed stands for itself.
static const char *label_of(const struct options *options, const char *code)
{
    for (size_t i = 0; i < options->count; i++)
        if (strcmp(options->items[i].code, code) == 0)
            return options->items[i].text;
    return code;
}

static void say_literals(const struct sentence *sentence, const struct term *term,
                         const json_t *literal)
{
    char text[256];
    size_t count = json_is_array(literal) ? json_array_size(literal) : 1;
    for (size_t i = 0; i < count; i++) {
        literal_text(json_is_array(literal) ? json_array_get(literal, i) : literal, text,
                     sizeof text);
        if (i > 0)
            say(sentence, i + 1 == count ? WORD_LIST_OR : WORD_LIST_COMMA);
        say_quoted(sentence, label_of(term->options, text));
    }
}

static void say_typed(const struct sentence *sentence, const struct condition *leaf,
                      const struct term *term)
{
    if (is_comparison(leaf->operator)) {
        char text[256];
        literal_text(leaf->literal, text, sizeof text);
        words_write(sentence->html, comparison_word(leaf->operator), sentence->language, text,
                    NULL);
        say_title(sentence, term->question);
    } else if (leaf->literal == NULL) { // empty and notempty, of a text or a matrix
        say(sentence, term->negative ? WORD_NOT_ANSWERED_AT_ALL : WORD_ANSWERED_AT_ALL);
        say_title(sentence, term->question);
    } else {
        say(sentence, term->negative ? WORD_NOT_ANSWERED : WORD_ANSWERED);
        say_literals(sentence, term, leaf->literal);
    }
}

static void say_term(const struct sentence *sentence, const struct condition *leaf)
{
    AUTO(term)
    struct term *term =
        term_create(leaf, sentence->survey, sentence->catalogue, sentence->language);
    if (term->kind == TERM_CHOSEN) {
        struct labels labels = {.count = 0};
        add_labels(&labels, term);
        say(sentence, term->negative ? WORD_NOT_ANSWERED : WORD_ANSWERED);
        say_labels(sentence, &labels);
    } else if (term->kind == TERM_ANSWERED) {
        say(sentence, term->negative ? WORD_NOT_ANSWERED_AT_ALL : WORD_ANSWERED_AT_ALL);
        say_title(sentence, term->question);
    } else {
        say_typed(sentence, leaf, term);
    }
}

// NOLINTNEXTLINE(misc-no-recursion): as above
static void say_clause(const struct sentence *sentence, const struct condition *condition)
{
    if (!is_joint(condition)) {
        say_term(sentence, condition);
        return;
    }
    const struct condition *arms[] = {condition->left, condition->right};
    for (int i = 0; i < 2; i++) {
        bool nested = is_joint(arms[i]) && arms[i]->operator!= condition->operator;
        if (i > 0)
            say(sentence, condition->operator== CONDITION_AND ? WORD_LIST_AND : WORD_LIST_OR);
        if (nested)
            html_raw(sentence->html, "(");
        say_clause(sentence, arms[i]);
        if (nested)
            html_raw(sentence->html, ")");
    }
}

void condition_words_write(struct html *html, const struct condition *condition,
                           const struct survey *survey, const struct catalogue *catalogue,
                           enum language language)
{
    const struct sentence sentence = {html, survey, catalogue, language};
    struct labels any = {.count = 0};
    struct labels none = {.count = 0};
    if (gather(&sentence, condition, CONDITION_OR, false, &any)) {
        say(&sentence, WORD_IF);
        say(&sentence, WORD_ANSWERED);
        say_labels(&sentence, &any);
    } else if (gather(&sentence, condition, CONDITION_AND, true, &none)) {
        say(&sentence, WORD_UNLESS);
        say(&sentence, WORD_ANSWERED);
        say_labels(&sentence, &none);
    } else {
        say(&sentence, WORD_IF);
        say_clause(&sentence, condition);
    }
    say(&sentence, WORD_IF_END);
}
