// SPDX-License-Identifier: Apache-2.0
#include "daemon/pages/question.h"

#include "daemon/pages/choice_list.h"
#include "daemon/pages/condition_words.h"
#include "daemon/pages/fields.h"
#include "daemon/pages/form_errors.h"
#include "daemon/pages/layout.h"
#include "daemon/pages/matrix.h"

#include <string.h>

static int write_json(const char *bytes, size_t size, void *context)
{
    html_text_size(context, bytes, size);
    return 0;
}

void question_write_condition(struct html *html, const struct condition *condition)
{
    if (condition == NULL)
        return;
    json_auto_t *tree = condition_tree(condition);
    html_raw(html, " data-if=\"");
    (void)json_dump_callback(tree, write_json, html, JSON_COMPACT);
    html_raw(html, "\"");
}

// The words that open a question: its panel's condition and its own, said as one. Where no
// stylesheet can hide the question, they are shown (class `on`).
static void write_if(struct html *html, const struct form_page *page,
                     const struct question *question)
{
    const struct survey *survey = page->survey->survey;
    struct condition *panel =
        question->panel < 0 ? NULL : survey->panels[question->panel].visible_if;
    const struct condition both = {CONDITION_AND, panel, question->visible_if, NULL, NULL};
    const struct condition *condition = panel != NULL && question->visible_if != NULL ? &both
                                        : panel != NULL                               ? panel
                                                        : question->visible_if;
    if (condition == NULL)
        return;
    if (condition_has_rule(condition, survey))
        html_raw(html, "<span class=\"if\">");
    else
        html_raw(html, "<span class=\"if on\">");
    condition_words_write(html, condition, survey, page->edition->catalogue, page->language);
    html_raw(html, "</span>");
}

static void write_note(struct html *html, const struct form_page *page,
                       const struct question *question)
{
    html_raw(html, "<p class=\"note\"");
    if (question->visible_if != NULL) {
        html_raw(html, " id=\"q-");
        html_text(html, question->name);
        html_raw(html, "\"");
        question_write_condition(html, question->visible_if);
    }
    html_raw(html, ">");
    write_if(html, page, question);
    layout_phrase(html, &question->title, page->language);
    html_raw(html, "</p>\n");
}

static void write_required_text(struct html *html, const struct form_page *page,
                                const struct question *question)
{
    if (!question->required)
        return;
    html_prose_attribute(html, "data-required",
                         phrase_is_empty(&question->required_error)
                             ? words(WORD_MISSING, page->language)
                             : phrase_in(&question->required_error, page->language));
}

static void write_title(struct html *html, const struct form_page *page,
                        const struct question *question)
{
    write_if(html, page, question);
    layout_phrase(html, &question->title, page->language);
    if (question->required || question->all_required) {
        html_raw(html, " <span class=\"req\">");
        html_text(html, words(WORD_REQUIRED, page->language));
        html_raw(html, "</span>");
    }
}

static void write_hint(struct html *html, const struct form_page *page,
                       const struct question *question)
{
    if (phrase_is_empty(&question->description))
        return;
    html_raw(html, "<p class=\"hint\" id=\"");
    fields_write_id(html, question, 0);
    html_raw(html, "-h\">");
    layout_phrase(html, &question->description, page->language);
    html_raw(html, "</p>\n");
}

static void write_attributes(struct html *html, const struct form_page *page,
                             const struct question *question)
{
    html_raw(html, " class=\"q");
    if (question->type == QUESTION_MATRIX)
        html_raw(html, " rows");
    if (form_error_of(page, question, NULL) != NULL)
        html_raw(html, " bad");
    html_raw(html, "\" id=\"q-");
    html_text(html, question->name);
    html_raw(html, "\"");
    if (fields_is_group(question))
        fields_write_described(html, page, question);
    question_write_condition(html, question->visible_if);
    write_required_text(html, page, question);
    html_raw(html, ">\n");
}

static void write_group(struct html *html, const struct form_page *page,
                        const struct question *question)
{
    html_raw(html, "<fieldset");
    write_attributes(html, page, question);
    html_raw(html, "<legend>");
    write_title(html, page, question);
    html_raw(html, "</legend>\n");
    write_hint(html, page, question);
    form_error_write(html, page, question, form_error_of(page, question, NULL), 0);
    if (question->type == QUESTION_MATRIX) {
        matrix_write(html, page, question);
    } else {
        AUTO(options)
        struct options *options = options_create(page->survey->survey, question,
                                                 page->edition->catalogue, page->language);
        choice_list_write(html, &(struct choice_list){page, question, options, 0, NULL});
        if (question->other_item)
            fields_write_comment(html, page, question, options);
    }
    html_raw(html, "</fieldset>\n");
}

static void write_field(struct html *html, const struct form_page *page,
                        const struct question *question)
{
    html_raw(html, "<div");
    write_attributes(html, page, question);
    html_raw(html, "<label");
    html_attribute(html, "for", question->name);
    html_raw(html, " class=\"t\">");
    write_title(html, page, question);
    html_raw(html, "</label>\n");
    write_hint(html, page, question);
    form_error_write(html, page, question, form_error_of(page, question, NULL), 0);
    fields_write(html, page, question);
    html_raw(html, "</div>\n");
}

void question_write(struct html *html, const struct form_page *page,
                    const struct question *question)
{
    if (question->type == QUESTION_NOTE)
        write_note(html, page, question);
    else if (fields_is_group(question))
        write_group(html, page, question);
    else
        write_field(html, page, question);
}
