// Answers GET /v1/{collectivity}/surveys: the surveys that are published, and whether each is open.
//
// SPDX-License-Identifier: Apache-2.0
#include "config/calendar.h"
#include "daemon/actions/actions.h"
#include "daemon/actions/document.h"
#include "daemon/actions/service.h"

static json_t *phrase_json(const struct phrase *phrase)
{
    json_t *texts = json_object();
    for (size_t language = 0; language < LANGUAGE_COUNT; language++)
        if (phrase->text[language] != NULL)
            json_object_set_new(texts, vocabulary_word(VOCABULARY_LANGUAGE, language),
                                json_string(phrase->text[language]));
    return texts;
}

static json_t *survey_json(const struct edition_survey *entry, int32_t today)
{
    static const char *const openings[] = {
        [SURVEY_OPEN] = "open", [SURVEY_NOT_OPEN_YET] = "not-open", [SURVEY_CLOSED] = "closed"};
    const struct survey *survey = entry->survey;
    json_t *document = json_object();
    json_object_set_new(document, "survey", json_string(survey->slug));
    json_object_set_new(document, "version", json_integer(entry->version));
    json_object_set_new(document, "title", phrase_json(&survey->title));
    json_object_set_new(document, "audience", json_string(survey->class));
    json_object_set_new(document, "access", json_string(survey->access));
    json_object_set_new(document, "state", json_string(openings[survey_opening(survey, today)]));
    return document;
}

void list_surveys(struct exchange *exchange)
{
    if (!service_find_collectivity(exchange))
        return;
    const struct edition *edition = exchange->edition;
    int32_t today = collectivity_day(edition->collectivity, instant_now());
    json_t *surveys = json_array();
    for (size_t i = 0; i < edition->survey_count; i++)
        if (edition->surveys[i].replaced_at_us == 0)
            json_array_append_new(surveys, survey_json(&edition->surveys[i], today));
    json_t *document = json_object();
    json_object_set_new(document, "surveys", surveys);
    if (edition->simulated)
        json_object_set_new(document, "simulated", json_true());
    document_reply_json(exchange, document);
}
