// SPDX-License-Identifier: Apache-2.0
#include "config/survey.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void clear_choices(struct choice *choices, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(choices[i].code);
        phrase_clear(&choices[i].text);
    }
    free(choices);
}

static void clear_question(struct question *question)
{
    free(question->name);
    phrase_clear(&question->title);
    phrase_clear(&question->description);
    phrase_clear(&question->required_error);
    phrase_clear(&question->none_text);
    phrase_clear(&question->other_text);
    phrase_clear(&question->label_true);
    phrase_clear(&question->label_false);
    condition_destroy(question->visible_if);
    clear_choices(question->choices, question->choice_count);
    clear_choices(question->rows, question->row_count);
}

static void clear_panel(struct panel *panel)
{
    free(panel->name);
    phrase_clear(&panel->title);
    condition_destroy(panel->visible_if);
}

static void clear_page(struct survey_page *page)
{
    free(page->name);
    phrase_clear(&page->title);
    phrase_clear(&page->description);
    condition_destroy(page->visible_if);
}

void survey_destroy(struct survey *survey)
{
    if (survey == NULL)
        return;
    for (size_t i = 0; i < survey->question_count; i++)
        clear_question(&survey->questions[i]);
    for (size_t i = 0; i < survey->panel_count; i++)
        clear_panel(&survey->panels[i]);
    for (size_t i = 0; i < survey->page_count; i++)
        clear_page(&survey->pages[i]);
    free(survey->questions);
    free(survey->panels);
    free(survey->pages);
    free(survey->slug);
    free(survey->access);
    free(survey->procedure);
    phrase_clear(&survey->title);
    phrase_clear(&survey->description);
    free(survey);
}

const struct question *survey_question(const struct survey *survey, const char *name)
{
    for (size_t i = 0; i < survey->question_count; i++)
        if (strcmp(survey->questions[i].name, name) == 0)
            return &survey->questions[i];
    return NULL;
}

const struct question *survey_measured(const struct survey *survey, enum measure measure)
{
    for (size_t i = 0; measure != MEASURE_NONE && i < survey->question_count; i++)
        if (survey->questions[i].measure == measure)
            return &survey->questions[i];
    return NULL;
}

const struct choice *question_choice(const struct question *question, const char *code)
{
    for (size_t i = 0; i < question->choice_count; i++)
        if (strcmp(question->choices[i].code, code) == 0)
            return &question->choices[i];
    return NULL;
}

void survey_question_place(const struct survey *survey, const struct question *question,
                           char *pointer, size_t size)
{
    size_t element = 0, inside = 0;
    const struct question *before = NULL;
    for (const struct question *at = survey->questions; at <= question; before = at++) {
        bool same_page = before != NULL && before->page == at->page;
        bool same_panel = same_page && at->panel >= 0 && before->panel == at->panel;
        inside = same_panel ? inside + 1 : 0;
        element = same_panel ? element : same_page ? element + 1 : 0;
    }
    if (question->panel < 0)
        (void)snprintf(pointer, size, "/pages/%d/elements/%zu", question->page, element);
    else
        (void)snprintf(pointer, size, "/pages/%d/elements/%zu/elements/%zu", question->page,
                       element, inside);
}

enum survey_opening survey_opening(const struct survey *survey, int32_t day)
{
    if (survey->opens_day != 0 && day < survey->opens_day)
        return SURVEY_NOT_OPEN_YET;
    if (survey->closes_day != 0 && day > survey->closes_day)
        return SURVEY_CLOSED;
    return SURVEY_OPEN;
}
