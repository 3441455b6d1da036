// The surveys that this repository publishes, in an edition with a small catalogue made by hand.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/answers.h"
#include "config/edition.h"
#include "daemon/pages/html.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXTERNAL = 7, INTERNAL = 0x38 };

static struct procedure casud_procedures[] = {
    {"eau-branchement", "Demander un branchement d'eau potable", "Eau et assainissement", "", "",
     "", EXTERNAL | INTERNAL, 1, -1, -1},
    {"dechets-bac", "Obtenir ou remplacer un bac à ordures", "Déchets", "", "", "", EXTERNAL, 1, -1,
     -1},
    {"eau-facture", "Comprendre ou contester une facture d'eau", "Eau et assainissement", "", "",
     "", EXTERNAL, 1, -1, -1},
    {"conges-agents", "Poser un congé ou une absence", "Ressources humaines", "", "", "", INTERNAL,
     1, -1, -1},
};

static struct collectivity casud_collectivity = {
    .slug = "casud",
    .name = "CASUD",
    .long_name = "Communauté d'agglomération du Sud",
    .contact = "dpo@casud.example",
    .languages = {true, true, true},
    .accent = "#0d6b5c",
    .logo_svg = "<svg/>",
};

static struct catalogue casud_catalogue = {.procedures = casud_procedures, .procedure_count = 4};
static struct edition_survey casud_surveys[4];
static struct edition casud = {.holders = 1,
                               .collectivity = &casud_collectivity,
                               .catalogue = &casud_catalogue,
                               .catalogue_etag = "\"c0\"",
                               .surveys = casud_surveys};

// What a test holds until its process ends, so that leak checks tell only of the others.
static inline char *hold(char *taken_text)
{
    static char *held[512];
    static size_t count;
    cr_assert_lt(count, sizeof held / sizeof *held);
    held[count++] = taken_text;
    return taken_text;
}

// Ends the surveys added so far.
static inline void casud_clear(void)
{
    while (casud.survey_count > 0)
        survey_destroy(casud_surveys[--casud.survey_count].survey);
}

// Reads a survey from its text and puts it into the edition.
static struct edition_survey *casud_add(const char *text)
{
    AUTO(findings) struct findings *findings = findings_create();
    struct edition_survey *item = &casud_surveys[casud.survey_count++];
    item->survey = survey_read(text, strlen(text), "test.json", findings);
    for (size_t i = 0; i < findings->count; i++)
        cr_log_error("%s: %s", findings->items[i].place, findings->items[i].message);
    cr_assert_not_null(item->survey);
    item->version = 3;
    (void)snprintf(item->etag, sizeof item->etag, "\"%zu\"", casud.survey_count);
    return item;
}

static struct edition_survey *casud_survey(const char *slug)
{
    char path[256];
    static char text[256 * 1024];
    (void)snprintf(path, sizeof path, SOURCE_DIR "/config/collectivities/casud/surveys/%s.json",
                   slug);
    FILE *file = fopen(path, "rb");
    cr_assert_not_null(file, "%s", path);
    size_t size = fread(text, 1, sizeof text - 1, file);
    (void)fclose(file);
    text[size] = '\0';
    return casud_add(text);
}

// A survey with these elements on its one page.
static inline struct edition_survey *casud_survey_of(const char *elements)
{
    char *text = memory_format(
        "{\"locale\":\"fr\",\"title\":{\"fr\":\"Essai\",\"rcf\":\"Lésèy\"},\"recueil\":{\"slug\":"
        "\"essai\",\"audience\":\"internal\",\"phase\":\"before\",\"access\":\"open\","
        "\"procedure\":\"eau-branchement\",\"retention_months\":24},\"pages\":[{\"name\":\"p\","
        "\"elements\":[%s]}]}",
        elements);
    struct edition_survey *survey = casud_add(text);
    free(text);
    return survey;
}

// What was written, ended by a NUL.
static inline const char *written(struct html *html)
{
    size_t size = 0;
    return hold(html_take(html, &size));
}

// An expectation in readable form: the apostrophes of the specimen are references in the page.
static inline char *as_page(const char *specimen)
{
    struct html html;
    size_t size = 0;
    html_init(&html);
    for (const char *at = specimen; *at != '\0'; at++) {
        if (*at == '\'')
            html_raw(&html, "&#39;");
        else
            html_put_raw_(&html, at, 1);
    }
    return hold(html_take(&html, &size));
}

#define assert_holds(page, specimen)                                                               \
    cr_assert(strstr((page), as_page(specimen)) != NULL, "not in the page: %s", (specimen))
#define assert_lacks(page, specimen)                                                               \
    cr_assert(strstr((page), as_page(specimen)) == NULL, "in the page: %s", (specimen))
