// Any bytes as the file of a survey: read, or refused with findings. What was read keeps what the
// rest of the program counts on.
//
// SPDX-License-Identifier: Apache-2.0
#include "config/choices.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void must(bool true_thing)
{
    if (!true_thing)
        abort();
}

static void check_question(const struct survey *survey, const struct question *question)
{
    char pointer[96];
    must(survey_question(survey, question->name) == question);
    must(!phrase_is_empty(&question->title));
    must(question->page >= 0 && (size_t)question->page < survey->page_count);
    must(question->panel < 0 || (size_t)question->panel < survey->panel_count);
    must(question->choice_count <= 100 && question->row_count <= 15);
    for (size_t i = 0; i < question->choice_count; i++)
        must(question_choice(question, question->choices[i].code) == &question->choices[i]);
    if (question->type == QUESTION_TEXT || question->type == QUESTION_COMMENT)
        must(question->max_length > 0);
    survey_question_place(survey, question, pointer, sizeof pointer);
    must(strncmp(pointer, "/pages/", 7) == 0);
}

static void check_survey(const struct survey *survey)
{
    AUTO(findings) struct findings *findings = findings_create();
    AUTO(choices) struct choices *choices = choices_create();
    must(survey->slug[0] != '\0' && survey->class != NULL && survey->phase != NULL);
    must(survey->catalogue == (survey->procedure == NULL));
    must(survey->question_count > 0 && survey->question_count <= 200);
    for (size_t i = 0; i < survey->question_count; i++)
        check_question(survey, &survey->questions[i]);
    choices_assign(choices, survey, "fuzz", findings);
    must(findings->count == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size); // libFuzzer calls it

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    AUTO(findings) struct findings *findings = findings_create();
    AUTO(survey) struct survey *survey = survey_read((const char *)bytes, size, "fuzz", findings);
    must((survey == NULL) == (findings->count > 0));
    if (survey != NULL)
        check_survey(survey);
    return 0;
}
