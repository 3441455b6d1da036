// The collectivity in memory: its published document and its end. Reading is
// collectivity_reader.c, its days are collectivity_day.c.
//
// SPDX-License-Identifier: Apache-2.0
#include "config/collectivity.h"

#include <stdlib.h>

void collectivity_destroy(struct collectivity *collectivity)
{
    if (collectivity == NULL)
        return;
    free(collectivity->slug);
    free(collectivity->name);
    free(collectivity->long_name);
    free(collectivity->url);
    free(collectivity->siren);
    free(collectivity->time_zone);
    free(collectivity->contact);
    for (size_t i = 0; i < collectivity->site_count; i++)
        free(collectivity->sites[i]);
    free(collectivity->sites);
    free(collectivity->accent);
    free(collectivity->logo_svg);
    free(collectivity);
}

static json_t *languages_to_json(const struct collectivity *collectivity)
{
    json_t *list = json_array();
    for (size_t i = 0; i < LANGUAGE_COUNT; i++)
        if (collectivity->languages[i])
            json_array_append_new(list, json_string(vocabulary_word(VOCABULARY_LANGUAGE, i)));
    return list;
}

static json_t *sites_to_json(const struct collectivity *collectivity)
{
    json_t *list = json_array();
    for (size_t i = 0; i < collectivity->site_count; i++)
        json_array_append_new(list, json_string(collectivity->sites[i]));
    return list;
}

static json_t *publication_to_json(const struct collectivity *collectivity)
{
    json_t *object = json_object();
    json_object_set_new(object, "public_minimum", json_integer(collectivity->public_minimum));
    json_object_set_new(object, "internal_minimum", json_integer(collectivity->internal_minimum));
    return object;
}

json_t *collectivity_to_json(const struct collectivity *collectivity)
{
    const char *logo = collectivity->logo_svg == NULL ? "" : collectivity->logo_svg;
    json_t *document = json_object();
    json_object_set_new(document, "slug", json_string(collectivity->slug));
    json_object_set_new(document, "name", json_string(collectivity->name));
    json_object_set_new(document, "long_name", json_string(collectivity->long_name));
    json_object_set_new(document, "url", json_string(collectivity->url));
    json_object_set_new(document, "siren", json_string(collectivity->siren));
    json_object_set_new(document, "time_zone", json_string(collectivity->time_zone));
    json_object_set_new(document, "languages", languages_to_json(collectivity));
    json_object_set_new(document, "sites", sites_to_json(collectivity));
    json_object_set_new(document, "accent", json_string(collectivity->accent));
    json_object_set_new(document, "logo_svg", json_string(logo));
    json_object_set_new(document, "contact", json_string(collectivity->contact));
    json_object_set_new(document, "publication", publication_to_json(collectivity));
    json_object_set_new(document, "retention_months", json_integer(collectivity->retention_months));
    return document;
}
