// SPDX-License-Identifier: Apache-2.0
#include "daemon/pages/form_errors.h"

#include "daemon/pages/fields.h"
#include "daemon/pages/layout.h"
#include "daemon/pages/options.h"

#include <stdio.h>
#include <string.h>

// Where a refusal belongs in the page. question NULL: nowhere; row NULL: the question itself.
struct target {
    const struct question *question;
    const struct choice *row;
    size_t row_number; // from 1; 0: no row
    bool is_comment;   // the text beside `other`
};

// Members beside the answers, where the page asks for them in a question.
static const struct {
    const char *pointer;
    enum measure measure;
} beside[] = {
    {"/procedure", MEASURE_PROCEDURE},
    {"/audience", MEASURE_AUDIENCE},
    {"/channel", MEASURE_CHANNEL},
    {"/phase", MEASURE_PHASE},
};

static const struct question *question_named(const struct survey *survey, const char *name,
                                             size_t size)
{
    for (size_t i = 0; i < survey->question_count; i++) {
        const struct question *question = &survey->questions[i];
        if (question->type != QUESTION_NOTE && strlen(question->name) == size &&
            memcmp(question->name, name, size) == 0)
            return question;
    }
    return NULL;
}

static void find_row(struct target *target, const char *code)
{
    const struct question *question = target->question;
    for (size_t i = 0; i < question->row_count; i++) {
        if (strcmp(question->rows[i].code, code) == 0) {
            target->row = &question->rows[i];
            target->row_number = i + 1;
        }
    }
}

static struct target target_of(const struct survey *survey, const char *pointer)
{
    static const char answers[] = "/answers/";
    static const char comment[] = "-Comment";
    struct target target = {NULL, NULL, 0, false};
    for (size_t i = 0; i < sizeof beside / sizeof *beside; i++)
        if (strcmp(beside[i].pointer, pointer) == 0)
            target.question = survey_measured(survey, beside[i].measure);
    if (strncmp(pointer, answers, strlen(answers)) != 0)
        return target;

    const char *name = pointer + strlen(answers);
    size_t size = strcspn(name, "/");
    if (size > strlen(comment) &&
        memcmp(name + size - strlen(comment), comment, strlen(comment)) == 0) {
        target.is_comment = true;
        target.question = question_named(survey, name, size - strlen(comment));
    } else {
        target.question = question_named(survey, name, size);
    }
    if (target.question != NULL && name[size] == '/')
        find_row(&target, name + size + 1);
    return target;
}

const struct refusal *form_error_of(const struct form_page *page, const struct question *question,
                                    const struct choice *row)
{
    for (size_t i = 0; page->refusals != NULL && i < page->refusals->count; i++) {
        const struct refusal *refusal = &page->refusals->items[i];
        struct target target = target_of(page->survey->survey, refusal->pointer);
        if (target.question == question && target.row == row)
            return refusal;
    }
    return NULL;
}

// In the page's language: the survey's own words where an answer is missing, ours where nothing is
// wrong but the moment. Else the refusal's sentence, which is English or French.
static void write_detail(struct html *html, const struct form_page *page,
                         const struct question *question, const struct refusal *refusal)
{
    if (question != NULL && strcmp(refusal->code, "required") == 0 &&
        !phrase_is_empty(&question->required_error)) {
        layout_phrase(html, &question->required_error, page->language);
        return;
    }
    if (strcmp(refusal->code, FORM_UNAVAILABLE) == 0) {
        html_text(html, words(WORD_SEND_AGAIN, page->language));
        return;
    }
    bool french = page->language == LANGUAGE_RCF;
    if (french)
        html_raw(html, "<span lang=\"fr\">");
    html_text(html, refusal->detail);
    if (french)
        html_raw(html, "</span>");
}

void form_error_write(struct html *html, const struct form_page *page,
                      const struct question *question, const struct refusal *refusal, size_t number)
{
    if (refusal == NULL)
        return;
    html_raw(html, "<p class=\"err\" id=\"e-");
    fields_write_id(html, question, number);
    html_raw(html, "\"><span class=\"vh\">");
    html_text(html, words(WORD_ERROR_PREFIX, page->language));
    html_raw(html, "</span>");
    write_detail(html, page, question, refusal);
    html_raw(html, "</p>\n");
}

// A field is listed once, with its first refusal, which is also the one written at the field.
static bool is_listed_before(const struct form_page *page, size_t index)
{
    const struct survey *survey = page->survey->survey;
    struct target target = target_of(survey, page->refusals->items[index].pointer);
    for (size_t i = 0; target.question != NULL && i < index; i++) {
        struct target earlier = target_of(survey, page->refusals->items[i].pointer);
        if (earlier.question == target.question && earlier.row == target.row)
            return true;
    }
    return false;
}

static void write_item(struct html *html, const struct form_page *page,
                       const struct refusal *refusal)
{
    struct target target = target_of(page->survey->survey, refusal->pointer);
    html_raw(html, "<li>");
    if (target.question != NULL) {
        html_raw(html, "<a href=\"#");
        if (target.is_comment && target.question->other_item)
            fields_write_comment_id(html, target.question);
        else
            fields_write_first_id(html, page, target.question, target.row_number);
        html_raw(html, "\">");
    }
    write_detail(html, page, target.question, refusal);
    if (target.question != NULL)
        html_raw(html, "</a>");
    html_raw(html, "</li>\n");
}

static void write_heading(struct html *html, const struct form_page *page)
{
    size_t fields = 0;
    for (size_t i = 0; i < page->refusals->count; i++) {
        struct target target = target_of(page->survey->survey, page->refusals->items[i].pointer);
        fields += target.question != NULL && !is_listed_before(page, i);
    }
    char number[WORDS_NUMBER_SIZE];
    enum word word = fields == 0 ? WORD_ERRORS_OTHER : fields == 1 ? WORD_ERRORS_ONE : WORD_ERRORS;
    html_raw(html, "<h2>");
    words_write(html, word, page->language, words_number((long long)fields, page->language, number),
                NULL);
    html_raw(html, "</h2>\n");
}

void form_errors_write(struct html *html, const struct form_page *page)
{
    if (page->refusals == NULL || page->refusals->count == 0)
        return;
    html_raw(html, "<div class=\"errors\" role=\"alert\" tabindex=\"-1\">\n");
    write_heading(html, page);
    html_raw(html, "<ul>\n");
    for (size_t i = 0; i < page->refusals->count; i++)
        if (!is_listed_before(page, i))
            write_item(html, page, &page->refusals->items[i]);
    html_raw(html, "</ul>\n</div>\n");
}
