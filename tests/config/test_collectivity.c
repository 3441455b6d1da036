// SPDX-License-Identifier: Apache-2.0
#include "config/collectivity.h"

#include "config/calendar.h"
#include "tests/config/casud_copy.h"

#include <time.h>

#define FILE_NAME "collectivity.json"

static struct collectivity *read_soundly(const char *directory)
{
    AUTO(findings) struct findings *findings = findings_create();
    struct collectivity *collectivity = collectivity_read(directory, findings);
    cr_assert_eq(findings->count, 0, "%s: %s", findings->items[0].place,
                 findings->items[0].message);
    cr_assert_not_null(collectivity);
    return collectivity;
}

Test(collectivity, reads_the_file_of_casud)
{
    AUTO(collectivity) struct collectivity *casud = read_soundly(CASUD);
    cr_assert_str_eq(casud->slug, "casud");
    cr_assert_str_eq(casud->name, "CASUD");
    cr_assert_str_eq(casud->long_name, "Communauté d'agglomération du Sud");
    cr_assert_str_eq(casud->url, "https://avis.example");
    cr_assert_str_eq(casud->siren, "249740085");
    cr_assert_str_eq(casud->time_zone, "Indian/Reunion");
    cr_assert_str_eq(casud->contact, "demarches@casud.example");
    cr_assert_str_eq(casud->accent, "#0d6b5c");
    cr_assert(casud->languages[LANGUAGE_FR] && casud->languages[LANGUAGE_RCF] &&
              casud->languages[LANGUAGE_EN]);
    cr_assert_eq(casud->site_count, 1);
    cr_assert_str_eq(casud->sites[0], "https://www.casud.example");
    cr_assert_eq(casud->public_minimum, 11);
    cr_assert_eq(casud->internal_minimum, 5);
    cr_assert_eq(casud->retention_months, 24);
    char *logo = read_text(CASUD "/logo.svg");
    cr_assert_str_eq(casud->logo_svg, logo);
    free(logo);
}

Test(collectivity, fills_in_what_may_be_left_out, .init = make_copy, .fini = remove_copy)
{
    put(FILE_NAME, "{\"slug\": \"casud\", \"name\": \"CASUD\", \"url\": \"http://localhost:8080\","
                   " \"time_zone\": \"Europe/Paris\"}");
    AUTO(collectivity) struct collectivity *casud = read_soundly(copy);
    cr_assert_str_eq(casud->long_name, "CASUD");
    cr_assert_str_eq(casud->siren, "");
    cr_assert_str_eq(casud->contact, "");
    cr_assert_eq(casud->site_count, 0);
    cr_assert_null(casud->logo_svg);
    cr_assert(casud->languages[LANGUAGE_FR] && !casud->languages[LANGUAGE_RCF]);
    cr_assert_eq(casud->public_minimum, 11);
    cr_assert_eq(casud->internal_minimum, 5);
    cr_assert_eq(casud->retention_months, 24);
}

// Each alone in a file that is good otherwise: accepted, or one finding at this place.
static const struct change {
    const char *from, *to;
    const char *place, *says; // NULL: accepted
} changes[] = {
    {"\"name\": \"CASUD\",", "", "#/name", "is missing: add \"name\""},
    {"\"slug\": \"casud\",", "", "#/slug", "is missing"},
    {"\"url\": \"https://avis.example\",", "", "#/url", "is missing"},
    {"\"time_zone\": \"Indian/Reunion\",", "", "#/time_zone", "is missing"},
    {"\"siren\"", "\"sirene\"", "#/sirene", "unknown key"},
    {"\"siren\"", "\"a/b~c\"", "#/a~1b~0c", "unknown key"},
    {"\"public_minimum\"", "\"minimum\"", "#/publication/minimum",
     "known: public_minimum, internal_minimum"},
    {"\"name\": \"CASUD\"", "\"name\": 3", "#/name", "must be a text"},
    {"\"name\": \"CASUD\"", "\"name\": \" \"", "#/name", "is empty"},
    {"\"name\": \"CASUD\"", "\"name\": \"CA\\nSUD\"", "#/name", "line end"},
    {"[\"fr\", \"rcf\", \"en\"]", "\"fr\"", "#/languages", "must be a list"},
    {"[\"fr\", \"rcf\", \"en\"]", "[\"rcf\"]", "#/languages", "add \"fr\""},
    {"[\"fr\", \"rcf\", \"en\"]", "[\"fr\", \"de\"]", "#/languages/1", "fr, rcf or en"},
    {"[\"fr\", \"rcf\", \"en\"]", "[\"fr\", 1]", "#/languages/1", "fr, rcf or en"},
    {"[\"fr\", \"rcf\", \"en\"]", "[\"fr\", \"en\", \"fr\"]", "#/languages/2", "twice"},
    {"[\"fr\", \"rcf\", \"en\"]", "[\"fr\"]", NULL, NULL},
    {"\"slug\": \"casud\"", "\"slug\": \"Casud\"", "#/slug", "small letters"},
    {"\"slug\": \"casud\"", "\"slug\": \"9casud\"", "#/slug", "a letter first"},
    {"\"slug\": \"casud\"", "\"slug\": \"\"", "#/slug", "no slug"},
    {"\"slug\": \"casud\"", "\"slug\": \"v1\"", "#/slug", "choose another"},
    {"\"slug\": \"casud\"", "\"slug\": \"openapi.json\"", "#/slug", "choose another"},
    {"\"slug\": \"casud\"", "\"slug\": \"casud2\"", "#/slug", "rename one of them"},
    {"249740085", "249740086", "#/siren", "no SIREN"},
    {"249740085", "24974008", "#/siren", "9 digits"},
    {"249740085", "249 740 085", "#/siren", "without spaces"},
    {"249740085", "", NULL, NULL},
    {"249740085", "732829320", NULL, NULL},
    {"Indian/Reunion", "Indian/Nowhere", "#/time_zone", "no time zone"},
    {"Indian/Reunion", "../../etc/passwd", "#/time_zone", "no time zone"},
    {"Indian/Reunion", "/usr/share/zoneinfo/Indian/Reunion", "#/time_zone", "no time zone"},
    {"Indian/Reunion", "Indian", "#/time_zone", "no time zone"},
    {"Indian/Reunion", "zone.tab", "#/time_zone", "no time zone"},
    {"Indian/Reunion", "right/Indian/Reunion", "#/time_zone", "no time zone"},
    {"Indian/Reunion", "", "#/time_zone", "no time zone"},
    {"Indian/Reunion", "America/Argentina/Ushuaia", NULL, NULL},
    {"https://avis.example\"", "https://avis.example/\"", "#/url", "without a slash at the end"},
    {"https://avis.example\"", "http://avis.example\"", "#/url", "http only for localhost"},
    {"https://avis.example\"", "avis.example\"", "#/url", "https://host"},
    {"https://avis.example\"", "https://avis.example/a b\"", "#/url", "no public address"},
    {"https://avis.example\"", "https://avis.example?x=1\"", "#/url", "no public address"},
    {"https://avis.example\"", "https://user@avis.example\"", "#/url", "no public address"},
    {"https://avis.example\"", "https://avis.example/\\\"><script>\"", "#/url", "no public"},
    {"https://avis.example\"", "https://www.casud.example/avis\"", NULL, NULL},
    {"https://avis.example\"", "http://127.0.0.1:8080\"", NULL, NULL},
    {"https://www.casud.example", "https://www.casud.example/", "#/sites/0", "no origin"},
    {"https://www.casud.example", "https://www.casud.example/page", "#/sites/0", "no origin"},
    {"https://www.casud.example", "http://www.casud.example", "#/sites/0", "no origin"},
    {"https://www.casud.example", "https://*.casud.example", "#/sites/0", "no origin"},
    {"https://www.casud.example", "https://WWW.casud.example", "#/sites/0", "small letters"},
    {"https://www.casud.example", "https://www..example", "#/sites/0", "no origin"},
    {"https://www.casud.example", "https://-www.example", "#/sites/0", "no origin"},
    {"https://www.casud.example", "https://www.example:0", "#/sites/0", "no origin"},
    {"https://www.casud.example", "https://www.example:65536", "#/sites/0", "no origin"},
    {"https://www.casud.example", "https://www.example:", "#/sites/0", "no origin"},
    {"https://www.casud.example", "https://a.example; script-src *", "#/sites/0", "no origin"},
    {"https://www.casud.example", "http://localhost.evil.example", "#/sites/0", "no origin"},
    {"https://www.casud.example", "https://www.example:8443", NULL, NULL},
    {"https://www.casud.example", "http://localhost:3000", NULL, NULL},
    {"[\"https://www.casud.example\"]", "[\"https://a.example\", \"https://a.example\"]",
     "#/sites/1", "twice"},
    {"[\"https://www.casud.example\"]", "[7]", "#/sites/0", "must be a text"},
    {"[\"https://www.casud.example\"]", "[]", NULL, NULL},
    {"#0d6b5c", "green", "#/accent", "no colour"},
    {"#0d6b5c", "#74cfba", "#/accent", "too light"},
    {"demarches@casud.example", "CASUD", "#/contact", "neither an e-mail address"},
    {"demarches@casud.example", "a@b@c.example", "#/contact", "neither"},
    {"demarches@casud.example", "a@b.example?cc=x", "#/contact", "neither"},
    {"demarches@casud.example", "+262 262 12 34 56", NULL, NULL},
    {"demarches@casud.example", "", NULL, NULL},
    {"\"public_minimum\": 11", "\"public_minimum\": 1", "#/publication/public_minimum",
     "from 2 to 1000"},
    {"\"internal_minimum\": 5", "\"internal_minimum\": 1001", "#/publication/internal_minimum",
     "from 2 to 1000"},
    {"\"internal_minimum\": 5", "\"internal_minimum\": 5.0", "#/publication/internal_minimum",
     "whole number"},
    {"\"internal_minimum\": 5", "\"internal_minimum\": 2", NULL, NULL},
    {"\"retention_months\": 24", "\"retention_months\": 0", "#/retention_months", "1 to 120"},
    {"\"retention_months\": 24", "\"retention_months\": 121", "#/retention_months", "1 to 120"},
    {"\"retention_months\": 24", "\"retention_months\": 120", NULL, NULL},
    {"\"logo.svg\"", "\"\"", NULL, NULL},
    {"\"logo.svg\"", "\"../logo.svg\"", "#/logo", "of this folder"},
    {"\"logo.svg\"", "\"/etc/logo.svg\"", "#/logo", "of this folder"},
    {"\"logo.svg\"", "\"logo.png\"", "#/logo", "an .svg file"},
    {"\"logo.svg\"", "\".svg\"", "#/logo", "an .svg file"},
};

Test(collectivity, judges_each_value_at_its_pointer, .init = make_copy, .fini = remove_copy)
{
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        const struct change *row = &changes[i];
        AUTO(findings) struct findings *findings = findings_create();
        restore(FILE_NAME);
        change(FILE_NAME, row->from, row->to);
        AUTO(collectivity) struct collectivity *read = collectivity_read(copy, findings);
        cr_assert_eq(read != NULL, row->place == NULL, "%s", row->to);
        if (row->place == NULL) {
            cr_assert_eq(findings->count, 0, "%s", row->to);
            continue;
        }
        char *place = memory_format(FILE_NAME "%s", row->place);
        assert_told(findings, place, row->says);
        free(place);
    }
}

Test(collectivity, tells_line_and_column_where_the_json_breaks, .init = make_copy,
     .fini = remove_copy)
{
    static const struct {
        const char *text, *place, *says;
    } rows[] = {
        {"{\n  \"slug\": \"casud\",\n  \"slug\": \"x\"\n}", ":3:8", "remove one of the two"},
        {"{\n\"slug\": casud\n}", ":2:13", "correct the JSON there"},
        {"[]", "#", "must be an object"},
        {"{\"slug\": \"\xE9\"}", ":1:11", "save the file as UTF-8"},
        {"", "", "is empty"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        AUTO(findings) struct findings *findings = findings_create();
        put(FILE_NAME, rows[i].text);
        cr_assert_null(collectivity_read(copy, findings));
        char *place = memory_format(FILE_NAME "%s", rows[i].place);
        assert_told(findings, place, rows[i].says);
        free(place);
    }
    AUTO(findings) struct findings *findings = findings_create();
    drop(FILE_NAME);
    cr_assert_null(collectivity_read(copy, findings));
    assert_told(findings, FILE_NAME, "missing");
}

Test(collectivity, tells_all_of_it_in_one_run, .init = make_copy, .fini = remove_copy)
{
    AUTO(findings) struct findings *findings = findings_create();
    put(FILE_NAME, "{\"slug\": \"v1\", \"nom\": 1, \"sites\": [1, 2]}");
    cr_assert_null(collectivity_read(copy, findings));
    cr_assert_eq(findings->count, 7, "slug, nom, two sites, name, url, time_zone: %zu",
                 findings->count);
    cr_assert_null(collectivity_read(copy, NULL), "findings are not needed");
}

Test(collectivity, accepts_a_byte_order_mark, .init = make_copy, .fini = remove_copy)
{
    change(FILE_NAME, "{", "\xEF\xBB\xBF{");
    AUTO(collectivity) struct collectivity *casud = read_soundly(copy);
    cr_assert_str_eq(casud->slug, "casud");
}

#define SVG "<svg xmlns=\"http://www.w3.org/2000/svg\">"

// Each is the whole logo: harmless, or one finding at this place.
static const struct {
    const char *text, *place, *says; // place NULL: accepted
} logos[] = {
    {SVG "<title>Mon logo</title></svg>", NULL, NULL},
    {"<?xml version=\"1.0\"?>\n<!-- made by hand -->\n" SVG "</svg>", NULL, NULL},
    {SVG "<text font-family=\"Bonnie\">once = more</text></svg>", NULL, NULL},
    {SVG "\n <script>alert(1)</script></svg>", ":2:2", "script"},
    {SVG "\n<SCRIPT/></svg>", ":2:1", "script"},
    {SVG "\n<x:script/></svg>", ":2:1", "script"},
    {SVG "\n<foreignObject/></svg>", ":2:1", "foreignObject"},
    {SVG "\n<g onload=\"x()\"/></svg>", ":2:4", "on…="},
    {SVG "\n<g\tONCLICK = 'x()'/></svg>", ":2:4", "on…="},
    {SVG "\n<g a=\"\"onclick='x()'/></svg>", ":2:8", "on…="},
    {SVG "\n<g/onclick='x()'/></svg>", ":2:4", "on…="},
    {SVG "\n<a href=\"javascript:x()\"/></svg>", ":2:10", "javascript:"},
    {SVG "\n<a href=\"JavaScript:x()\"/></svg>", ":2:10", "javascript:"},
    {SVG "\n<a href=\"java&#115;cript:x()\"/></svg>", ":2:14", "&#"},
    {"<!DOCTYPE svg [\n<!ENTITY x 'y'>]>\n" SVG "</svg>", ":2:1", "ENTITY"},
    {"<!DOCTYPE svg [\n<!entity x 'y'>]>\n" SVG "</svg>", ":2:1", "ENTITY"},
    {"<?xml-stylesheet href=\"#x\"?>" SVG "</svg>", ":1:1", "stylesheet"},
    {"<html></html>", "", "no SVG"},
    {"hello", "", "no SVG"},
    {"<!-- <svg> --><html/>", "", "no SVG"},
    {SVG "\x01</svg>", "", "no SVG"},
    {SVG "\n\xE9</svg>", ":2:1", "UTF-8"},
    {"", "", "empty"},
};

Test(collectivity, refuses_a_logo_in_which_anything_could_run, .init = make_copy,
     .fini = remove_copy)
{
    for (size_t i = 0; i < sizeof logos / sizeof logos[0]; i++) {
        AUTO(findings) struct findings *findings = findings_create();
        put("logo.svg", logos[i].text);
        AUTO(collectivity) struct collectivity *read = collectivity_read(copy, findings);
        cr_assert_eq(read != NULL, logos[i].place == NULL, "%s", logos[i].text);
        if (logos[i].place == NULL) {
            cr_assert_str_eq(read->logo_svg, logos[i].text);
            continue;
        }
        char *place = memory_format("logo.svg%s", logos[i].place);
        assert_told(findings, place, logos[i].says);
        free(place);
    }
}

Test(collectivity, bounds_the_size_of_the_logo, .init = make_copy, .fini = remove_copy)
{
    enum { LIMIT = 64 * 1024 };
    AUTO(findings) struct findings *findings = findings_create();
    char *text = memory_allocate(LIMIT + 2);
    memset(text, ' ', LIMIT + 1);
    memcpy(text, "<svg/>", 6);
    memcpy(text, "<svg>", 5);
    put_bytes("logo.svg", text, LIMIT);
    AUTO(collectivity) struct collectivity *largest = read_soundly(copy);
    cr_assert_eq(strlen(largest->logo_svg), LIMIT);
    put_bytes("logo.svg", text, LIMIT + 1);
    cr_assert_null(collectivity_read(copy, findings));
    assert_told(findings, "logo.svg", "larger than 64 KiB");
    free(text);
}

Test(collectivity, comes_back_from_its_document_exactly)
{
    static const char *const keys[] = {
        "slug",  "name",   "long_name", "url",     "siren",       "time_zone",       "languages",
        "sites", "accent", "logo_svg",  "contact", "publication", "retention_months"};
    AUTO(collectivity) struct collectivity *casud = read_soundly(CASUD);
    json_auto_t *document = collectivity_to_json(casud);
    size_t count = 0;
    const char *key;
    json_t *value;
    json_object_foreach(document, key, value) cr_assert_str_eq(key, keys[count++]);
    cr_assert_eq(count, sizeof keys / sizeof keys[0]);

    struct error error = {0};
    AUTO(collectivity) struct collectivity *again = collectivity_from_json(document, &error);
    cr_assert_not_null(again, "%s", error.message);
    json_auto_t *second = collectivity_to_json(again);
    char *one = json_dumps(document, 0);
    char *other = json_dumps(second, 0);
    cr_assert_str_eq(one, other);
    cr_assert_str_eq(again->logo_svg, casud->logo_svg);
    free(one);
    free(other);
}

Test(collectivity, refuses_a_document_that_is_none)
{
    AUTO(collectivity) struct collectivity *casud = read_soundly(CASUD);
    static const char *const wrong[] = {
        "{\"slug\": \"Casud\"}",
        "{\"time_zone\": \"Mars/Olympus\"}",
        "{\"logo\": \"logo.svg\"}",
        "{\"logo_svg\": \"<svg onload='x()'/>\"}",
        "{\"sites\": [\"x; script-src *\"]}",
        "{\"accent\": \"red;}\"}",
        "{\"languages\": []}",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        json_auto_t *document = collectivity_to_json(casud);
        json_auto_t *patch = json_loads(wrong[i], 0, NULL);
        cr_assert_eq(json_object_update(document, patch), 0);
        struct error error = {0};
        cr_assert_null(collectivity_from_json(document, &error), "%s", wrong[i]);
        cr_assert_eq(error.kind, ERROR_BAD_INPUT);
        cr_assert_neq(error.message[0], '\0');
    }
    json_auto_t *list = json_array();
    cr_assert_null(collectivity_from_json(list, NULL));
    cr_assert_null(collectivity_from_json(NULL, NULL));
    collectivity_destroy(NULL);
}

static int32_t day_in(const char *zone, const char *instant)
{
    char name[64];
    strcpy(name, zone);
    struct collectivity collectivity = {.time_zone = name};
    int64_t at_us;
    cr_assert(instant_parse(instant, strlen(instant), &at_us));
    return collectivity_day(&collectivity, at_us);
}

static const struct {
    const char *zone, *instant, *day;
} days[] = {
    {"Indian/Reunion", "2026-10-31T19:59:59.999999Z", "2026-10-31"},
    {"Indian/Reunion", "2026-10-31T20:00:00Z", "2026-11-01"},
    {"Indian/Reunion", "2026-12-31T20:00:00Z", "2027-01-01"},
    {"Europe/Paris", "2026-10-31T22:59:59Z", "2026-10-31"}, // winter: one hour
    {"Europe/Paris", "2026-10-31T23:00:00Z", "2026-11-01"},
    {"Europe/Paris", "2026-06-30T21:59:59Z", "2026-06-30"}, // summer: two
    {"Europe/Paris", "2026-06-30T22:00:00Z", "2026-07-01"},
    {"Europe/Paris", "2026-03-28T23:00:00Z", "2026-03-29"}, // the day of 23 hours
    {"Europe/Paris", "2026-03-29T21:59:59Z", "2026-03-29"},
    {"Europe/Paris", "2026-03-29T22:00:00Z", "2026-03-30"},
    {"Europe/Paris", "2026-10-25T22:59:59Z", "2026-10-25"}, // the day of 25 hours
    {"America/Guadeloupe", "2026-11-01T03:59:59Z", "2026-10-31"},
    {"Pacific/Marquesas", "2026-11-01T09:29:59Z", "2026-10-31"}, // minus nine and a half
    {"Pacific/Marquesas", "2026-11-01T09:30:00Z", "2026-11-01"},
    {"Asia/Kathmandu", "2026-10-31T18:14:59Z", "2026-10-31"}, // five and three quarters
    {"Asia/Kathmandu", "2026-10-31T18:15:00Z", "2026-11-01"},
    {"UTC", "2024-02-29T23:59:59Z", "2024-02-29"},
    {"Europe/Paris", "2099-07-01T12:00:00Z", "2099-07-01"},
};

Test(collectivity, knows_the_day_in_its_time_zone)
{
    for (int pass = 0; pass < 2; pass++) // what is remembered gives the same
        for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
            int32_t wanted;
            cr_assert(calendar_day_parse(days[i].day, &wanted));
            cr_assert_eq(day_in(days[i].zone, days[i].instant), wanted, "%s in %s", days[i].instant,
                         days[i].zone);
        }
}

Test(collectivity, knows_the_day_before_1970)
{
    char zone[] = "UTC";
    struct collectivity collectivity = {.time_zone = zone};
    cr_assert_eq(collectivity_day(&collectivity, -1), -1);
    cr_assert_eq(collectivity_day(&collectivity, 0), 0);
}

Test(collectivity, agrees_with_date_for_every_hour_of_a_year)
{
    // The zone's offset at each hour, asked once of the C library for the whole test.
    setenv("TZ", "America/Sao_Paulo", 1); // its summer time began at midnight
    tzset();
    static int32_t wanted[366 * 24];
    int64_t start_s = INT64_C(1514764800); // 2018-01-01
    for (int hour = 0; hour < 366 * 24; hour++) {
        time_t at = (time_t)(start_s + hour * 3600);
        struct tm parts;
        localtime_r(&at, &parts);
        wanted[hour] = calendar_days(parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday);
    }
    setenv("TZ", "Asia/Tokyo", 1);
    char zone[] = "America/Sao_Paulo";
    struct collectivity collectivity = {.time_zone = zone};
    for (int hour = 0; hour < 366 * 24; hour++)
        cr_assert_eq(collectivity_day(&collectivity, (start_s + hour * 3600) * 1000000),
                     wanted[hour], "hour %d", hour);
    cr_assert_str_eq(getenv("TZ"), "Asia/Tokyo");
}

Test(collectivity, leaves_the_time_zone_of_the_process_alone)
{
    time_t noon = 1793534400; // 2026-11-01T12:00:00Z
    struct tm parts;
    unsetenv("TZ");
    (void)day_in("Indian/Reunion", "2026-11-01T12:00:00Z");
    cr_assert_null(getenv("TZ"));
    setenv("TZ", "Asia/Tokyo", 1);
    tzset();
    (void)day_in("Europe/Paris", "2026-11-01T12:00:00Z");
    cr_assert_str_eq(getenv("TZ"), "Asia/Tokyo");
    localtime_r(&noon, &parts);
    cr_assert_eq(parts.tm_hour, 21);
}
