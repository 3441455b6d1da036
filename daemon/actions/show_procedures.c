// Answers GET /v1/{collectivity}/procedures: the catalogue.
//
// SPDX-License-Identifier: Apache-2.0
#include "daemon/actions/actions.h"
#include "daemon/actions/document.h"
#include "daemon/actions/service.h"

static json_t *words_json(enum vocabulary list, unsigned mask)
{
    json_t *words = json_array();
    const char *word;
    for (size_t i = 0; (word = vocabulary_word(list, i)) != NULL; i++)
        if (mask >> i & 1)
            json_array_append_new(words, json_string(word));
    return words;
}

static json_t *procedure_json(const struct procedure *procedure)
{
    json_t *entry = json_object();
    json_object_set_new(entry, "code", json_string(procedure->code));
    json_object_set_new(entry, "label", json_string(procedure->label));
    json_object_set_new(entry, "service", json_string(procedure->service));
    json_object_set_new(entry, "audiences", words_json(VOCABULARY_AUDIENCE, procedure->audiences));
    json_object_set_new(entry, "channels", words_json(VOCABULARY_CHANNEL, procedure->channels));
    if (procedure->online_url[0] != '\0')
        json_object_set_new(entry, "online_url", json_string(procedure->online_url));
    json_object_set_new(entry, "theme", json_string(procedure->theme));
    return entry;
}

static json_t *pain_point_json(const struct pain_point *point)
{
    json_t *entry = json_object();
    json_object_set_new(entry, "code", json_string(point->code));
    json_object_set_new(entry, "label", json_string(point->label.text[LANGUAGE_FR]));
    json_object_set_new(entry, "nature", json_string(point->nature));
    json_object_set_new(entry, "audience", json_string(point->audience));
    return entry;
}

void show_procedures(struct exchange *exchange)
{
    if (!service_find_collectivity(exchange))
        return;
    const struct catalogue *catalogue = exchange->edition->catalogue;
    json_t *procedures = json_array();
    for (size_t i = 0; i < catalogue->procedure_count; i++)
        json_array_append_new(procedures, procedure_json(&catalogue->procedures[i]));
    json_t *pain_points = json_array();
    for (size_t i = 0; i < catalogue->pain_point_count; i++)
        json_array_append_new(pain_points, pain_point_json(&catalogue->pain_points[i]));
    json_t *document = json_object();
    json_object_set_new(document, "procedures", procedures);
    json_object_set_new(document, "pain_points", pain_points);
    if (exchange->edition->simulated)
        json_object_set_new(document, "simulated", json_true());
    document_reply_json(exchange, document);
}
