// SPDX-License-Identifier: Apache-2.0
//
// What a condition does not show is what its negation matches. The negation is brought into
// disjunctive form: a list of clauses, each a chain of :has(…) and :not(:has(…)) on the form, any
// of which hides the element.
#include "daemon/pages/survey_style.h"

#include "daemon/pages/visibility.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CLAUSES_LIMIT = 64 };

// A clause that holds a term which no stylesheet can judge is left out: the rule then hides less,
// never too much. Likewise beyond the limit.
struct clauses {
    char *texts[CLAUSES_LIMIT];
    size_t count;
};

struct rules {
    struct html *css;
    const struct survey *survey;
    const struct catalogue *catalogue;
    bool opened;
    int budget; // terms that may still be looked at for this element
};

static struct clauses clauses_of(struct rules *rules, const struct condition *condition,
                                 bool negated);

static void clauses_clear(struct clauses *clauses)
{
    for (size_t i = 0; i < clauses->count; i++)
        free(clauses->texts[i]);
    clauses->count = 0;
}

static void add_clause(struct clauses *clauses, char *taken_text)
{
    if (clauses->count < CLAUSES_LIMIT)
        clauses->texts[clauses->count++] = taken_text;
    else
        free(taken_text);
}

static struct clauses always(void)
{
    struct clauses clauses = {.count = 0};
    add_clause(&clauses, memory_copy_text(""));
    return clauses;
}

static struct clauses join_or(struct clauses taken_left, struct clauses taken_right)
{
    for (size_t i = 0; i < taken_right.count; i++)
        add_clause(&taken_left, taken_right.texts[i]);
    return taken_left;
}

static struct clauses join_and(struct clauses taken_left, struct clauses taken_right)
{
    struct clauses both = {.count = 0};
    for (size_t i = 0; i < taken_left.count; i++)
        for (size_t j = 0; j < taken_right.count; j++)
            add_clause(&both, memory_format("%s%s", taken_left.texts[i], taken_right.texts[j]));
    clauses_clear(&taken_left);
    clauses_clear(&taken_right);
    return both;
}

static struct clauses join(struct clauses taken_left, struct clauses taken_right, bool by_and)
{
    return by_and ? join_and(taken_left, taken_right) : join_or(taken_left, taken_right);
}

static bool is_identifier(const char *code)
{
    if (!isalpha((unsigned char)code[0]))
        return false;
    for (const char *at = code; *at != '\0'; at++)
        if (!isalnum((unsigned char)*at) && *at != '-' && *at != '_')
            return false;
    return true;
}

static void put_text(struct html *css, const char *text)
{
    html_put_raw_(css, text, strlen(text));
}

// A code as the value of an attribute selector: bare where it can be, else a string in which all
// that is not plain is written as a CSS escape.
static void put_value(struct html *css, const char *code)
{
    if (is_identifier(code)) {
        put_text(css, code);
        return;
    }
    html_raw(css, "\"");
    for (const char *at = code; *at != '\0'; at++) {
        unsigned char byte = (unsigned char)*at;
        if (isalnum(byte) || strchr("-_ .,", byte) != NULL || byte >= 0x80) {
            html_put_raw_(css, at, 1);
        } else {
            char escape[8];
            (void)snprintf(escape, sizeof escape, "\\%02x ", byte);
            put_text(css, escape);
        }
    }
    html_raw(css, "\"");
}

static void put_control(struct html *css, const struct term *term, size_t option)
{
    html_raw(css, "#");
    put_text(css, term->question->name);
    if (term->question->type == QUESTION_DROPDOWN) {
        html_raw(css, " [value=");
        put_value(css, term->options->items[option].code);
        html_raw(css, "]");
    } else {
        html_raw(css, "-");
        html_number(css, (long long)option + 1);
    }
    html_raw(css, ":checked");
}

// Of any answer, or of a wanted one.
static void put_controls(struct html *css, const struct term *term)
{
    bool any = term->kind == TERM_ANSWERED;
    if (any && term->question->type == QUESTION_DROPDOWN) {
        html_raw(css, "#");
        put_text(css, term->question->name);
        html_raw(css, " :not([value=\"\"]):checked");
        return;
    }
    bool first = true;
    for (size_t i = 0; i < term->options->count; i++) {
        if (!any && !term->wanted[i])
            continue;
        if (!first)
            html_raw(css, ",");
        first = false;
        put_control(css, term, i);
    }
}

static bool can_be_true(const struct term *term)
{
    if (term->kind == TERM_ANSWERED)
        return term->options->count > 0;
    for (size_t i = 0; i < term->options->count; i++)
        if (term->wanted[i])
            return true;
    return false;
}

// The term's own selector; `holds`: the one that matches when the answer is there.
static struct clauses select_term(const struct term *term, bool holds)
{
    struct clauses clauses = {.count = 0};
    if (!can_be_true(term))
        return holds ? clauses : always();
    struct html text;
    size_t size = 0;
    html_init(&text);
    if (!holds)
        html_raw(&text, ":not(");
    html_raw(&text, ":has(");
    put_controls(&text, term);
    html_raw(&text, ")");
    if (!holds)
        html_raw(&text, ")");
    add_clause(&clauses, html_take(&text, &size));
    return clauses;
}

// A question that is not shown counts as unanswered: what its own conditions say comes first.
// NOLINTNEXTLINE(misc-no-recursion): the budget ends it, and conditions look back only
static struct clauses clauses_of_shown(struct rules *rules, const struct question *question,
                                       bool negated)
{
    const struct survey *survey = rules->survey;
    const struct condition *conditions[] = {
        survey->pages[question->page].visible_if,
        question->panel < 0 ? NULL : survey->panels[question->panel].visible_if,
        question->visible_if,
    };
    struct clauses all = {.count = 0};
    if (!negated)
        all = always();
    for (size_t i = 0; i < 3; i++)
        if (conditions[i] != NULL)
            all = join(all, clauses_of(rules, conditions[i], negated), !negated);
    return all;
}

// NOLINTNEXTLINE(misc-no-recursion): as above
static struct clauses clauses_of_term(struct rules *rules, const struct condition *leaf,
                                      bool negated)
{
    struct clauses none = {.count = 0};
    if (--rules->budget < 0)
        return none;
    AUTO(term)
    struct term *term = term_create(leaf, rules->survey, rules->catalogue, LANGUAGE_FR);
    if (term->kind == TERM_OTHER)
        return none;
    // A negative term holds where the answer is not: both negations cancel out.
    bool holds = negated == term->negative;
    struct clauses own = select_term(term, holds);
    return join(clauses_of_shown(rules, term->question, !holds), own, holds);
}

// NOLINTNEXTLINE(misc-no-recursion): as above
static struct clauses clauses_of(struct rules *rules, const struct condition *condition,
                                 bool negated)
{
    if (condition->operator!= CONDITION_AND && condition->operator!= CONDITION_OR)
        return clauses_of_term(rules, condition, negated);
    struct clauses left = clauses_of(rules, condition->left, negated);
    struct clauses right = clauses_of(rules, condition->right, negated);
    return join(left, right, (condition->operator== CONDITION_AND) != negated);
}

// prefix and name: the element's id, "q-" and "temps"; number: behind it where name is NULL.
static void put_rule(struct rules *rules, const struct condition *condition, const char *prefix,
                     const char *name, size_t number)
{
    if (condition == NULL)
        return;
    rules->budget = CONDITION_RULE_TERMS;
    struct clauses clauses = clauses_of(rules, condition, true);
    for (size_t i = 0; i < clauses.count; i++) {
        if (!rules->opened)
            html_raw(rules->css, "@supports selector(:has(*)){");
        rules->opened = true;
        if (i > 0)
            html_raw(rules->css, ",");
        html_raw(rules->css, "#f");
        put_text(rules->css, clauses.texts[i]);
        html_raw(rules->css, " #");
        put_text(rules->css, prefix);
        if (name != NULL)
            put_text(rules->css, name);
        else
            html_number(rules->css, (long long)number);
    }
    if (clauses.count > 0)
        html_raw(rules->css, "{display:none}");
    clauses_clear(&clauses);
}

// In the order of the page: a page, then its questions, each panel before its first question.
static void put_rules(struct rules *rules)
{
    const struct survey *survey = rules->survey;
    int page = -1;
    int panel = -1;
    for (size_t i = 0; i < survey->question_count; i++) {
        const struct question *question = &survey->questions[i];
        if (question->page != page) {
            page = question->page;
            put_rule(rules, survey->pages[page].visible_if, "etape-", NULL, (size_t)page + 1);
        }
        if (question->panel >= 0 && question->panel != panel)
            put_rule(rules, survey->panels[question->panel].visible_if, "q-",
                     survey->panels[question->panel].name, 0);
        panel = question->panel;
        put_rule(rules, question->visible_if, "q-", question->name, 0);
    }
}

void survey_style_write(struct html *css, const struct survey *survey,
                        const struct catalogue *catalogue, const char *theme_css)
{
    struct rules rules = {css, survey, catalogue, false, 0};
    put_text(css, theme_css);
    if (css->size == 0 || css->bytes[css->size - 1] != '\n')
        html_raw(css, "\n");
    put_rules(&rules);
    if (rules.opened)
        html_raw(css, "}\n");
}
