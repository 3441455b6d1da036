// SPDX-License-Identifier: Apache-2.0
#include "daemon/pages/fields.h"

#include "daemon/pages/form_errors.h"
#include "daemon/pages/kept_answer.h"
#include "daemon/pages/words.h"

#include <stdio.h>
#include <string.h>

enum { RADIO_COLUMNS = 5 };

void fields_write_id(struct html *html, const struct question *question, size_t number)
{
    html_text(html, question->name);
    if (number > 0) {
        html_raw(html, "-");
        html_number(html, (long long)number);
    }
}

void fields_write_comment_id(struct html *html, const struct question *question)
{
    html_text(html, question->name);
    html_raw(html, "-Comment");
}

bool fields_is_group(const struct question *question)
{
    return question->type != QUESTION_DROPDOWN && question->type != QUESTION_TEXT &&
           question->type != QUESTION_COMMENT;
}

bool fields_matrix_has_lists(const struct question *question)
{
    return question->choice_count > RADIO_COLUMNS;
}

// The first row that is refused, from 1, else the first.
static size_t first_row(const struct form_page *page, const struct question *question)
{
    for (size_t i = 0; i < question->row_count; i++)
        if (form_error_of(page, question, &question->rows[i]) != NULL)
            return i + 1;
    return 1;
}

void fields_write_first_id(struct html *html, const struct form_page *page,
                           const struct question *question, size_t number)
{
    if (!fields_is_group(question)) {
        fields_write_id(html, question, 0);
    } else if (question->type != QUESTION_MATRIX) {
        fields_write_id(html, question, 1);
    } else {
        fields_write_id(html, question, number > 0 ? number : first_row(page, question));
        if (!fields_matrix_has_lists(question))
            html_raw(html, "-1");
    }
}

static bool has_count(const struct question *question)
{
    return question->type == QUESTION_COMMENT;
}

void fields_write_described(struct html *html, const struct form_page *page,
                            const struct question *question)
{
    bool hint = !phrase_is_empty(&question->description);
    bool error = form_error_of(page, question, NULL) != NULL;
    if (!hint && !error && !has_count(question))
        return;
    html_raw(html, " aria-describedby=\"");
    if (hint) {
        fields_write_id(html, question, 0);
        html_raw(html, "-h");
    }
    if (hint && (error || has_count(question)))
        html_raw(html, " ");
    if (error) {
        html_raw(html, "e-");
        fields_write_id(html, question, 0);
    }
    if (error && has_count(question))
        html_raw(html, " ");
    if (has_count(question)) {
        fields_write_id(html, question, 0);
        html_raw(html, "-c");
    }
    html_raw(html, "\"");
}

static void open_group(struct html *html, const struct option *option)
{
    html_raw(html, "<optgroup");
    html_prose_attribute(html, "label", option->group);
    html_attribute(html, "lang", option->french ? "fr" : NULL);
    html_raw(html, ">\n");
}

void fields_write_options(struct html *html, const struct options *options, const json_t *answer,
                          enum language language)
{
    html_raw(html, "<option value=\"\">");
    html_text(html, words(WORD_CHOOSE, language));
    html_raw(html, "</option>\n");
    const char *group = NULL;
    for (size_t i = 0; i < options->count; i++) {
        const struct option *option = &options->items[i];
        bool same = group != NULL && option->group != NULL && strcmp(group, option->group) == 0;
        if (group != NULL && !same)
            html_raw(html, "</optgroup>\n");
        if (option->group != NULL && !same)
            open_group(html, option);
        group = option->group;

        html_raw(html, "<option");
        html_attribute(html, "value", option->code);
        if (kept_chooses(answer, option->code))
            html_raw(html, " selected");
        html_attribute(html, "lang", option->french && group == NULL ? "fr" : NULL);
        html_raw(html, ">");
        html_prose(html, option->text);
        html_raw(html, "</option>\n");
    }
    if (group != NULL)
        html_raw(html, "</optgroup>\n");
}

static void write_invalid(struct html *html, const struct form_page *page,
                          const struct question *question)
{
    if (form_error_of(page, question, NULL) != NULL)
        html_raw(html, " aria-invalid=\"true\"");
}

static void write_dropdown(struct html *html, const struct form_page *page,
                           const struct question *question)
{
    AUTO(options)
    struct options *options =
        options_create(page->survey->survey, question, page->edition->catalogue, page->language);
    html_raw(html, "<select");
    html_attribute(html, "id", question->name);
    html_attribute(html, "name", question->name);
    fields_write_described(html, page, question);
    write_invalid(html, page, question);
    html_raw(html, ">\n");
    fields_write_options(html, options, kept_answer(page, question->name, NULL), page->language);
    html_raw(html, "</select>\n");
}

static void write_value(struct html *html, const json_t *answer)
{
    char digits[KEPT_DIGITS_SIZE];
    const char *text = kept_text(answer, digits);
    html_attribute(html, "value", text[0] == '\0' ? NULL : text);
}

// A number is asked in a text field: a field of type number sends "environ 40" as nothing and "2,5"
// as 25, so that neither the person nor we would know.
static void write_input(struct html *html, const struct form_page *page,
                        const struct question *question)
{
    html_raw(html, "<input");
    html_attribute(html, "type", question->input == INPUT_DATE ? "date" : "text");
    html_attribute(html, "id", question->name);
    html_attribute(html, "name", question->name);
    write_value(html, kept_answer(page, question->name, NULL));
    if (question->input == INPUT_NUMBER)
        html_raw(html, " inputmode=\"numeric\"");
    html_raw(html, " autocomplete=\"off\"");
    fields_write_described(html, page, question);
    write_invalid(html, page, question);
    html_raw(html, ">\n");
}

static void write_count(struct html *html, const struct form_page *page,
                        const struct question *question)
{
    char number[WORDS_NUMBER_SIZE];
    html_raw(html, "<p class=\"count\" id=\"");
    fields_write_id(html, question, 0);
    html_raw(html, "-c\">");
    words_write(html, WORD_COUNT, page->language,
                words_number(question->max_length, page->language, number), NULL);
    html_raw(html, "</p>\n");
}

static void write_comment_box(struct html *html, const struct form_page *page,
                              const struct question *question)
{
    char digits[KEPT_DIGITS_SIZE];
    const char *text = kept_text(kept_answer(page, question->name, NULL), digits);
    html_raw(html, "<textarea");
    html_attribute(html, "id", question->name);
    html_attribute(html, "name", question->name);
    html_raw(html, " rows=\"");
    html_number(html, question->text_rows > 0 ? question->text_rows : 5);
    html_raw(html, "\" data-max=\"");
    html_number(html, question->max_length);
    html_raw(html, "\"");
    fields_write_described(html, page, question);
    write_invalid(html, page, question);
    html_raw(html, ">");
    if (text[0] == '\n') // the first line end after the tag is not part of the text
        html_raw(html, "\n");
    html_text(html, text);
    html_raw(html, "</textarea>\n");
    write_count(html, page, question);
}

void fields_write(struct html *html, const struct form_page *page, const struct question *question)
{
    if (question->type == QUESTION_DROPDOWN)
        write_dropdown(html, page, question);
    else if (question->type == QUESTION_COMMENT)
        write_comment_box(html, page, question);
    else
        write_input(html, page, question);
}

static const char *other_label(const struct options *options)
{
    for (size_t i = 0; i < options->count; i++)
        if (options->items[i].kind == OPTION_OTHER)
            return options->items[i].text;
    return NULL;
}

void fields_write_comment(struct html *html, const struct form_page *page,
                          const struct question *question, const struct options *options)
{
    char name[80];
    (void)snprintf(name, sizeof name, "%s-Comment", question->name);
    html_raw(html, "<label class=\"sub\"");
    html_attribute(html, "for", name);
    html_raw(html, ">");
    words_write(html, WORD_SPECIFY, page->language, other_label(options), NULL);
    html_raw(html, "</label>\n<input type=\"text\"");
    html_attribute(html, "id", name);
    html_attribute(html, "name", name);
    write_value(html, kept_answer(page, name, NULL));
    html_raw(html, " autocomplete=\"off\">\n");
}
