// Any bytes as the body of a form: read, turned into a submission, shown again in the page.
//
// SPDX-License-Identifier: Apache-2.0
#include "daemon/intake/form_body.h"
#include "daemon/pages/form_page.h"

#include <stdlib.h>
#include <string.h>

static const char definition[] =
    "{\"locale\":\"fr\",\"title\":\"T\",\"recueil\":{\"slug\":\"t\",\"audience\":\"internal\","
    "\"phase\":\"before\",\"access\":\"open\",\"procedure\":\"p\",\"retention_months\":24},"
    "\"pages\":[{\"name\":\"p\",\"elements\":["
    "{\"type\":\"radiogroup\",\"name\":\"a\",\"title\":\"A\",\"showOtherItem\":true,"
    "\"choices\":[\"x\",\"y\"]},"
    "{\"type\":\"checkbox\",\"name\":\"b\",\"title\":\"B\",\"showNoneItem\":true,"
    "\"choices\":[\"x\",\"y\"]},"
    "{\"type\":\"text\",\"name\":\"c\",\"title\":\"C\",\"inputType\":\"number\",\"min\":0,"
    "\"max\":9},"
    "{\"type\":\"comment\",\"name\":\"d\",\"title\":\"D\"},"
    "{\"type\":\"boolean\",\"name\":\"e\",\"title\":\"E\"},"
    "{\"type\":\"matrix\",\"name\":\"m\",\"title\":\"M\",\"columns\":[\"x\",\"y\"],"
    "\"rows\":[\"u\",\"v\"]}]}]}";

static struct collectivity collectivity = {
    .slug = "c", .name = "C", .accent = "#000000", .languages = {true, true, true}};
static struct catalogue catalogue;
static struct edition_survey survey = {.version = 1};
static struct edition edition = {
    .collectivity = &collectivity, .catalogue = &catalogue, .surveys = &survey, .survey_count = 1};

static void read_survey(void)
{
    AUTO(findings) struct findings *findings = findings_create();
    survey.survey = survey_read(definition, strlen(definition), "fuzz.json", findings);
    if (survey.survey == NULL)
        abort();
}

static void show_again(const json_t *submission, const struct form_query *query,
                       const struct refusals *refusals)
{
    const struct form_page page = {
        .edition = &edition,
        .survey = &survey,
        .language = query->language,
        .id = "id",
        .placement = query->placement[0] == '\0' ? NULL : query->placement,
        .answers = json_object_get(submission, "answers"),
        .refusals = refusals,
    };
    struct html html;
    html_init(&html);
    form_page_write(&html, &page);
    if (memmem(html.bytes, html.size, "<script", strlen("<script")) != NULL)
        abort();
    html_clear(&html);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size); // libFuzzer calls it

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct refusals refusals;
    struct form_body form;
    struct form_query query;
    struct error error = {.kind = ERROR_NONE};
    if (survey.survey == NULL)
        read_survey();
    AUTO(arena) struct arena *arena = arena_create((size_t)1024 * 1024);
    form_query_read((const char *)data, size, &query);
    if (!form_body_read(arena, (const char *)data, size, &form, &error))
        return 0;

    refusals.count = 0;
    json_auto_t *submission = form_body_to_submission(&form, &survey, &query, &refusals);
    if (submission == NULL)
        abort();
    show_again(submission, &query, &refusals);
    return 0;
}
