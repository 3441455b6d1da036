// SPDX-License-Identifier: Apache-2.0
#include "daemon/pages/choice_list.h"

#include "config/text.h"
#include "daemon/pages/fields.h"
#include "daemon/pages/kept_answer.h"
#include "daemon/pages/words.h"

#include <string.h>

enum {
    SCALE_LEVELS = 5,  // at most so many labels stand side by side
    SCALE_LENGTH = 26, // characters of each
    SHORT_LENGTH = 14, // labels that wrap like words
    ONE_COLUMN = 8,    // more choices than this make two columns
    FACES = 5,
};

// The levels that are a degree: `dont_know` has no face.
static size_t level_count(const struct question *question)
{
    size_t count = 0;
    for (size_t i = 0; i < question->choice_count; i++)
        count += strcmp(question->choices[i].code, CHOICE_DONT_KNOW) != 0;
    return count;
}

bool choice_list_has_faces(const struct question *question)
{
    size_t levels = level_count(question);
    return question->type == QUESTION_RATING && question->faces && levels >= 2 && levels <= FACES;
}

int choice_list_face(const struct question *question, size_t index)
{
    if (!choice_list_has_faces(question) ||
        strcmp(question->choices[index].code, CHOICE_DONT_KNOW) == 0)
        return 0;
    size_t level = 0;
    for (size_t i = 0; i < index; i++)
        level += strcmp(question->choices[i].code, CHOICE_DONT_KNOW) != 0;
    size_t last = level_count(question) - 1;
    return 1 + (int)((level * (FACES - 1) + last / 2) / last); // spread over all five, rounded
}

static void write_layout(struct html *html, const struct choice_list *list)
{
    size_t longest = 0;
    for (size_t i = 0; i < list->options->count; i++) {
        const char *text = list->options->items[i].text;
        size_t length = text_length(text, strlen(text));
        if (length > longest)
            longest = length;
    }
    size_t choices = list->options->count - (list->options->with_none ? 1 : 0);
    html_raw(html, "<div class=\"opts");
    if (list->question->type == QUESTION_RATING && list->options->count <= SCALE_LEVELS &&
        longest <= SCALE_LENGTH)
        html_raw(html, " scale");
    else if (longest <= SHORT_LENGTH)
        html_raw(html, " short");
    else if (choices > ONE_COLUMN)
        html_raw(html, " two");
    if (choice_list_has_faces(list->question))
        html_raw(html, " faces");
    html_raw(html, "\">\n");
}

static void write_option_id(struct html *html, const struct choice_list *list, size_t index)
{
    fields_write_id(html, list->question, list->row_number);
    html_raw(html, "-");
    html_number(html, (long long)index + 1);
}

static void write_name(struct html *html, const struct choice_list *list)
{
    html_text(html, list->question->name);
    if (list->row != NULL) {
        html_raw(html, ".");
        html_text(html, list->row);
    }
}

static void write_label(struct html *html, const struct choice_list *list, size_t index)
{
    const struct option *option = &list->options->items[index];
    int face = list->row == NULL ? choice_list_face(list->question, index) : 0;
    html_raw(html, "<label for=\"");
    write_option_id(html, list, index);
    html_raw(html, "\">");
    if (face > 0) {
        html_raw(html, "<svg aria-hidden=\"true\"><use href=\"#face-");
        html_number(html, face);
        html_raw(html, "\"/></svg>");
    }
    if (option->french)
        html_raw(html, "<span lang=\"fr\">");
    html_prose(html, option->text);
    if (option->french)
        html_raw(html, "</span>");
    html_raw(html, "</label>");
}

static void write_option(struct html *html, const struct choice_list *list, size_t index,
                         const json_t *answer)
{
    const struct option *option = &list->options->items[index];
    if (option->kind == OPTION_NONE) {
        html_raw(html, "<p class=\"or\" aria-hidden=\"true\">");
        html_text(html, words(WORD_OR, list->page->language));
        html_raw(html, "</p>\n<div class=\"opt none\">");
    } else {
        html_raw(html, "<div class=\"opt\">");
    }
    if (list->question->type == QUESTION_CHECKBOX)
        html_raw(html, "<input type=\"checkbox\" id=\"");
    else
        html_raw(html, "<input type=\"radio\" id=\"");
    write_option_id(html, list, index);
    html_raw(html, "\" name=\"");
    write_name(html, list);
    html_raw(html, "\"");
    html_attribute(html, "value", option->code);
    if (kept_chooses(answer, option->code))
        html_raw(html, " checked");
    html_raw(html, ">");
    write_label(html, list, index);
    html_raw(html, "</div>\n");
}

void choice_list_write(struct html *html, const struct choice_list *list)
{
    const json_t *answer = kept_answer(list->page, list->question->name, list->row);
    write_layout(html, list);
    for (size_t i = 0; i < list->options->count; i++)
        write_option(html, list, i, answer);
    html_raw(html, "</div>\n");
}
