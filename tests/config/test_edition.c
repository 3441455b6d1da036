// SPDX-License-Identifier: Apache-2.0
#include "config/edition.h"

#include "config/secret.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY_US (INT64_C(24) * 3600 * 1000000)
#define NOW (1800000000 * INT64_C(1000000))
#define FILE_OF(slug)                                                                              \
    "{\"simulated\":true,\"file\":{\"slug\":\"" slug "\",\"name\":\"N\",\"long_name\":\"N\","      \
    "\"url\":\"https://avis.example\",\"siren\":\"\",\"time_zone\":\"Indian/Reunion\","            \
    "\"contact\":\"\",\"languages\":[\"fr\"],\"sites\":[],\"accent\":\"#0d6b5c\","                 \
    "\"publication\":{\"public_minimum\":11,\"internal_minimum\":5},\"retention_months\":24}}"
#define CATALOGUE "{\"procedures\":[],\"pain_points\":[],\"communes\":[],\"services\":[]}"
#define SURVEY(slug, title)                                                                        \
    "{\"title\":\"" title "\",\"recueil\":{\"slug\":\"" slug "\",\"audience\":\"internal\","       \
    "\"procedure\":\"x\"},\"pages\":[{\"name\":\"p\",\"elements\":["                               \
    "{\"type\":\"checkbox\",\"name\":\"q\",\"title\":\"Q\",\"choices\":[\"papier\",\"new\"],"      \
    "\"recueil\":{\"measure\":\"tools\"}},"                                                        \
    "{\"type\":\"matrix\",\"name\":\"m\",\"title\":\"M\",\"rows\":[\"informer\"],"                 \
    "\"columns\":[\"accueil\",\"dont_know\"],\"recueil\":{\"measure\":\"actors\"}}]}]}"
#define HEX "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static const struct published_row rows[] = {
    {2, "key", "paper desk", 0, 0, HEX},
    {1, "survey", "demarches", 2, 0, SURVEY("demarches", "two")},
    {2, "collectivity", NULL, 0, 0, FILE_OF("casud")},
    {1, "survey", "demarches", 1, NOW, SURVEY("demarches", "one")},
    {1, "catalogue", NULL, 1, 0, CATALOGUE},
    {2, "catalogue", NULL, 1, 0, CATALOGUE},
    {1, "choices", NULL, 0, 0,
     "{\"tools\":{\"papier\":7},\"actors\":{\"accueil\":3},\"actors_row\":{\"informer\":2}}"},
    {1, "survey", "agents", 1, 0, SURVEY("agents", "agents")},
    {1, "collectivity", NULL, 0, 0, FILE_OF("zone")},
};

static struct editions *read_rows(void)
{
    struct error error = {ERROR_NONE, ""};
    struct editions *editions = editions_from_rows(rows, sizeof rows / sizeof rows[0], &error);
    cr_assert_not_null(editions, "%s", error.message);
    return editions;
}

Test(edition, is_made_of_rows_in_any_order)
{
    AUTO(editions) struct editions *editions = read_rows();
    cr_assert_eq(editions->count, 2);
    struct edition *zone = editions_find(editions, "zone/x", 4);
    cr_assert_eq(zone->collectivity_id, 1);
    cr_assert(zone->simulated);
    cr_assert_eq(zone->survey_count, 3);
    cr_assert_str_eq(zone->surveys[0].survey->slug, "agents");
    cr_assert_eq(zone->surveys[1].version, 2);
    cr_assert_eq(zone->surveys[2].version, 1);
    cr_assert_str_eq(zone->surveys[0].definition, SURVEY("agents", "agents"));
    cr_assert_eq(zone->surveys[0].definition_size, strlen(SURVEY("agents", "agents")));

    struct edition *casud = editions_find(editions, "casud", 5);
    cr_assert_eq(casud->survey_count, 0);
    cr_assert_eq(casud->key_count, 1);
    cr_assert_str_eq(casud->keys[0].name, "paper desk");
    cr_assert_eq(casud->keys[0].hash[1], 0x11);
    cr_assert_eq(casud->keys[0].hash[31], 0xFF);
}

Test(edition, finds_only_whole_names)
{
    static const struct {
        const char *slug;
        size_t size;
    } wrong[] = {{"", 0}, {"cas", 3}, {"casudx", 6}, {"casud\0x", 7}, {"zonf", 4}, {"Zone", 4}};
    AUTO(editions) struct editions *editions = read_rows();
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        cr_assert_null(editions_find(editions, wrong[i].slug, wrong[i].size), "row %zu", i);
    const struct edition *zone = editions_find(editions, "zone", 4);
    cr_assert_eq(edition_survey(zone, "demarches", 9)->version, 2);
    cr_assert_null(edition_survey(zone, "demarche", 8));
    cr_assert_null(edition_survey(zone, "demarches\0", 10));
    cr_assert_null(edition_survey(zone, "", 0));
}

Test(edition, gives_a_replaced_version_for_seven_days)
{
    AUTO(editions) struct editions *editions = read_rows();
    const struct edition *zone = editions_find(editions, "zone", 4);
    static const struct {
        int32_t asked;
        int64_t after_us;
        int32_t given;
    } cases[] = {
        {0, 0, 2},
        {2, 0, 2},
        {1, 0, 1},
        {1, 7 * DAY_US, 1},
        {1, 7 * DAY_US + 1, 2},
        {1, 365 * DAY_US, 2},
        {3, 0, 2},
        {-1, 0, 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        cr_assert_eq(
            edition_survey_version(zone, "demarches", 9, cases[i].asked, NOW + cases[i].after_us)
                ->version,
            cases[i].given, "case %zu", i);
    cr_assert_null(edition_survey_version(zone, "autre", 5, 1, NOW));
}

Test(edition, tags_documents_by_their_bytes)
{
    AUTO(editions) struct editions *editions = read_rows();
    const struct edition *zone = editions_find(editions, "zone", 4);
    unsigned char digest[32];
    char expected[ETAG_SIZE] = "\"";
    secret_digest(CATALOGUE, strlen(CATALOGUE), digest);
    for (int i = 0; i < 16; i++)
        (void)sprintf(expected + 1 + 2 * i, "%02x", digest[i]);
    strcat(expected, "\"");
    cr_assert_str_eq(zone->catalogue_etag, expected);
    cr_assert_eq(strlen(zone->surveys[0].etag), 34);
    cr_assert_str_neq(zone->surveys[1].etag, zone->surveys[2].etag);
}

Test(edition, numbers_the_choices_of_its_surveys)
{
    AUTO(editions) struct editions *editions = read_rows();
    const struct survey *survey =
        edition_survey(editions_find(editions, "zone", 4), "agents", 6)->survey;
    const struct question *tools = survey_question(survey, "q");
    const struct question *actors = survey_question(survey, "m");
    cr_assert_eq(tools->choices[0].bit, 7);
    cr_assert_eq(tools->choices[1].bit, -1);
    cr_assert_eq(actors->choices[0].bit, 3);
    cr_assert_eq(actors->choices[1].bit, -1);
    cr_assert_eq(actors->rows[0].bit, 2);
}

// A version that is still judged by may ask about what left the taxonomy since.
Test(edition, numbers_pain_points_that_left_the_catalogue)
{
#define TICKS                                                                                      \
    "{\"title\":\"T\",\"recueil\":{\"slug\":\"old\",\"audience\":\"internal\",\"procedure\":"      \
    "\"x\"},"                                                                                      \
    "\"pages\":[{\"name\":\"p\",\"elements\":[{\"type\":\"checkbox\",\"name\":\"q\",\"title\":"    \
    "\"Q\","                                                                                       \
    "\"choices\":[\"ancien\",\"delai\",\"inconnu\"],\"recueil\":{\"measure\":\"pain_points\"}}]}]" \
    "}"
#define DELAI                                                                                      \
    "{\"procedures\":[],\"pain_points\":[{\"bit\":\"4\",\"code\":\"delai\",\"nature\":"            \
    "\"organisation\","                                                                            \
    "\"audience\":\"all\",\"short_fr\":\"D\",\"label_fr\":\"D\",\"label_rcf\":\"\",\"help_fr\":"   \
    "\"\"}],"                                                                                      \
    "\"communes\":[],\"services\":[]}"
    static const struct published_row old[] = {
        {1, "collectivity", NULL, 0, 0, FILE_OF("zone")},
        {1, "catalogue", NULL, 1, 0, DELAI},
        {1, "choices", NULL, 0, 0, "{\"pain_points\":{\"ancien\":9}}"},
        {1, "survey", "old", 1, 0, TICKS},
    };
    struct error error = {ERROR_NONE, ""};
    AUTO(editions) struct editions *editions = editions_from_rows(old, 4, &error);
    cr_assert_not_null(editions, "%s", error.message);
    const struct choice *choices = editions->items[0]->surveys[0].survey->questions[0].choices;
    cr_assert_eq(choices[0].bit, 9);
    cr_assert_eq(choices[1].bit, 4);
    cr_assert_eq(choices[2].bit, -1);
}

Test(edition, lives_as_long_as_somebody_holds_it)
{
    struct editions *editions = read_rows();
    struct edition *held = edition_hold(editions_find(editions, "zone", 4));
    editions_destroy(editions);
    cr_assert_str_eq(held->collectivity->slug, "zone");
    edition_release(held);
    edition_release(NULL);
    editions_destroy(NULL);
}

Test(edition, may_be_none_at_all)
{
    AUTO(editions) struct editions *editions = editions_from_rows(NULL, 0, NULL);
    cr_assert_not_null(editions);
    cr_assert_null(editions_find(editions, "casud", 5));
}

Test(edition, is_refused_whole_when_a_row_cannot_be_read)
{
    static const struct published_row wrong[] = {
        {9, "collectivity", NULL, 0, 0, FILE_OF("a")}, // and no catalogue
        {9, "catalogue", NULL, 0, 0, CATALOGUE},       // and no collectivity
        {1, "catalogue", NULL, 0, 0, CATALOGUE},       // a second one
        {1, "choices", NULL, 0, 0, "{}"},              // a second one
        {1, "survey", "s", 1, 0, "{"},
        {1, "survey", "s", 1, 0, "{}"},
        {1, "survey", "s", 1, 0, SURVEY("other-name", "T")},
        {2, "choices", NULL, 0, 0, "[]"},
        {2, "choices", NULL, 0, 0, "nothing"},
        {1, "key", "k", 0, 0, "00"},
        {1, "key", "k", 0, 0, HEX "00"},
        {1, "key", "k", 0, 0, "zz"},
        {1, "unheard-of", "k", 0, 0, "{}"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct error error = {ERROR_NONE, ""};
        struct published_row all[sizeof rows / sizeof rows[0] + 1];
        memcpy(all, rows, sizeof rows);
        all[sizeof rows / sizeof rows[0]] = wrong[i];
        cr_assert_null(editions_from_rows(all, sizeof all / sizeof all[0], &error), "row %zu", i);
        cr_assert_eq(error.kind, ERROR_BAD_INPUT, "row %zu", i);
        cr_assert_neq(error.message[0], '\0', "row %zu", i);
    }
}
