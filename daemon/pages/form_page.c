// SPDX-License-Identifier: Apache-2.0
#include "daemon/pages/form_page.h"

#include "daemon/pages/choice_list.h"
#include "daemon/pages/condition_words.h"
#include "daemon/pages/form_errors.h"
#include "daemon/pages/layout.h"
#include "daemon/pages/question.h"

// Worst to best. One yellow for all: no colour judges.
static void write_faces(struct html *html)
{
#define EYES                                                                                       \
    "\" viewBox=\"0 0 24 24\"><circle cx=\"12\" cy=\"12\" r=\"10.5\"/>"                            \
    "<path d=\"M8.5 8.7v1.2M15.5 8.7v1.2\"/><path d=\""
#define MOUTH_END "\" fill=\"none\"/></symbol>"
    html_raw(html, "<svg hidden>"
                   "<symbol id=\"face-1" EYES "M7.6 17.4q4.4-5.8 8.8 0" MOUTH_END
                   "<symbol id=\"face-2" EYES "M8.2 16.2q3.8-2.4 7.6 0" MOUTH_END
                   "<symbol id=\"face-3" EYES "M8.2 15.5h7.6" MOUTH_END "<symbol id=\"face-4" EYES
                   "M8.2 14.8q3.8 2.4 7.6 0" MOUTH_END "<symbol id=\"face-5" EYES
                   "M7 13.6q5 6.8 10 0" MOUTH_END "</svg>\n");
#undef EYES
#undef MOUTH_END
}

static bool has_faces(const struct survey *survey)
{
    for (size_t i = 0; i < survey->question_count; i++)
        if (choice_list_has_faces(&survey->questions[i]))
            return true;
    return false;
}

static void write_intro(struct html *html, const struct form_page *page)
{
    const struct survey *survey = page->survey->survey;
    html_raw(html, "<h1>");
    layout_phrase(html, &survey->title, page->language);
    html_raw(html, "</h1>\n");
    if (!phrase_is_empty(&survey->description)) {
        html_raw(html, "<p class=\"lead\">");
        layout_phrase(html, &survey->description, page->language);
        html_raw(html, "</p>\n");
    }
    if (has_faces(survey))
        write_faces(html);
}

static void open_form(struct html *html, const struct form_page *page)
{
    html_raw(html, "<form id=\"f\" method=\"post\" action=\"/");
    html_text(html, page->edition->collectivity->slug);
    html_raw(html, "/");
    html_text(html, page->survey->survey->slug);
    html_raw(html, "?");
    if (page->placement != NULL) {
        html_raw(html, "from=");
        html_text(html, page->placement);
        html_raw(html, "&amp;");
    }
    html_raw(html, "lang=");
    html_text(html, vocabulary_word(VOCABULARY_LANGUAGE, page->language));
    html_raw(html, "\" accept-charset=\"utf-8\" novalidate>\n<input type=\"hidden\" name=\"_id\"");
    html_attribute(html, "value", page->id);
    html_raw(html, ">\n<input type=\"hidden\" name=\"_version\" value=\"");
    html_number(html, page->survey->version);
    html_raw(html, "\">\n");
}

static void open_step(struct html *html, const struct form_page *page, size_t index)
{
    const struct survey *survey = page->survey->survey;
    const struct survey_page *step = &survey->pages[index];
    char number[WORDS_NUMBER_SIZE];
    char count[WORDS_NUMBER_SIZE];

    html_raw(html, "<section class=\"step\" id=\"etape-");
    html_number(html, (long long)index + 1);
    html_raw(html, "\"");
    question_write_condition(html, step->visible_if);
    html_raw(html, ">\n<h2><span class=\"of\">");
    words_write(html, WORD_STEP, page->language,
                words_number((long long)index + 1, page->language, number),
                words_number((long long)survey->page_count, page->language, count));
    html_raw(html, "</span> ");
    layout_phrase(html, &step->title, page->language);
    html_raw(html, "</h2>\n");
    if (!phrase_is_empty(&step->description)) {
        html_raw(html, "<p class=\"hint\">");
        layout_phrase(html, &step->description, page->language);
        html_raw(html, "</p>\n");
    }
    if (!condition_has_rule(step->visible_if, survey)) { // nothing but a script hides this step
        html_raw(html, "<p class=\"hint if on\">");
        condition_words_write(html, step->visible_if, survey, page->edition->catalogue,
                              page->language);
        html_raw(html, "</p>\n");
    }
}

static void open_panel(struct html *html, const struct form_page *page, const struct panel *panel)
{
    html_raw(html, "<div class=\"panel\" id=\"q-");
    html_text(html, panel->name);
    html_raw(html, "\"");
    question_write_condition(html, panel->visible_if);
    html_raw(html, ">\n");
    if (!phrase_is_empty(&panel->title)) {
        html_raw(html, "<h3>");
        layout_phrase(html, &panel->title, page->language);
        html_raw(html, "</h3>\n");
    }
}

static void write_step(struct html *html, const struct form_page *page, size_t index)
{
    const struct survey *survey = page->survey->survey;
    int panel = -1;
    open_step(html, page, index);
    for (size_t i = 0; i < survey->question_count; i++) {
        const struct question *question = &survey->questions[i];
        if (question->page != (int)index)
            continue;
        if (panel >= 0 && question->panel != panel)
            html_raw(html, "</div>\n");
        if (question->panel >= 0 && question->panel != panel)
            open_panel(html, page, &survey->panels[question->panel]);
        panel = question->panel;
        question_write(html, page, question);
    }
    if (panel >= 0)
        html_raw(html, "</div>\n");
    html_raw(html, "</section>\n");
}

// The trap is for programs that fill in every field: people do not see it.
static void close_form(struct html *html, const struct form_page *page)
{
    html_raw(html, "<p hidden><label for=\"site\">");
    html_text(html, words(WORD_TRAP, page->language));
    html_raw(html, "</label><input type=\"text\" id=\"site\" name=\"site\" tabindex=\"-1\" "
                   "autocomplete=\"off\"></p>\n<div class=\"go\"><button type=\"submit\">");
    html_text(html, words(WORD_SEND, page->language));
    html_raw(html, "</button></div>\n<p class=\"fine\">");
    html_text(html, words(WORD_FINE, page->language));
    html_raw(html, "</p>\n</form>\n");
}

void form_page_write(struct html *html, const struct form_page *page)
{
    const struct survey *survey = page->survey->survey;
    const struct layout layout = {
        .edition = page->edition,
        .survey = page->survey,
        .language = page->language,
        .title = phrase_in(&survey->title, page->language),
        .title_french = phrase_is_foreign(&survey->title, page->language),
        .has_errors = page->refusals != NULL && page->refusals->count > 0,
        .is_form = true,
    };
    layout_open(html, &layout);
    form_errors_write(html, page);
    write_intro(html, page);
    open_form(html, page);
    for (size_t i = 0; i < survey->page_count; i++)
        write_step(html, page, i);
    close_form(html, page);
    layout_close(html, &layout);
}
