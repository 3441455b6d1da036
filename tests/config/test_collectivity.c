// SPDX-License-Identifier: Apache-2.0
#include "config/collectivity.h"

#include "config/calendar.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define CASUD SOURCE_DIR "/config/collectivities/casud"
#define SVG "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 4 4\">"

// A folder named as the slug, inside a directory of its own.
static char directory[64];
static char folder[80];

static void make_folder(void)
{
    strcpy(directory, "/tmp/recueil-collectivity-XXXXXX");
    cr_assert_not_null(mkdtemp(directory));
    snprintf(folder, sizeof folder, "%s/casud", directory);
    cr_assert_eq(mkdir(folder, 0700), 0);
}

static void put(const char *name, const char *bytes, size_t size)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    cr_assert_eq(fwrite(bytes, 1, size, file), size);
    fclose(file);
}

static void remove_folder(void)
{
    static const char *const names[] = {"collectivity.json", "logo.svg", "big.svg"};
    char path[128];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    rmdir(folder);
    rmdir(directory);
}

// The smallest file that is accepted, with one member set to the JSON text `value`; NULL removes
// it.
static void put_with(const char *member, const char *value)
{
    json_auto_t *document = json_pack("{s:s,s:s,s:s,s:s}", "slug", "casud", "name", "CASUD", "url",
                                      "https://avis.example", "time_zone", "Indian/Reunion");
    if (member != NULL && value == NULL)
        json_object_del(document, member);
    else if (member != NULL)
        json_object_set_new(document, member, json_loads(value, JSON_DECODE_ANY, NULL));
    char *text = json_dumps(document, 0);
    put("collectivity.json", text, strlen(text));
    free(text);
}

static struct collectivity *read_good(const char *from)
{
    AUTO(findings) struct findings *findings = findings_create();
    struct collectivity *collectivity = collectivity_read(from, findings);
    cr_assert_not_null(collectivity, "%s: %s", findings->count > 0 ? findings->items[0].place : "",
                       findings->count > 0 ? findings->items[0].message : "");
    cr_assert_eq(findings->count, 0);
    return collectivity;
}

static void assert_refused(const char *what, const char *place, const char *says)
{
    AUTO(findings) struct findings *findings = findings_create();
    cr_assert_null(collectivity_read(folder, findings), "%s", what);
    cr_assert_geq(findings->count, 1, "%s", what);
    cr_assert_str_eq(findings->items[0].place, place, "%s: %s: %s", what, findings->items[0].place,
                     findings->items[0].message);
    cr_assert(strstr(findings->items[0].message, says) != NULL, "%s: %s", what,
              findings->items[0].message);
}

Test(collectivity, reads_the_file_of_casud)
{
    AUTO(collectivity) struct collectivity *casud = read_good(CASUD);
    cr_assert_str_eq(casud->slug, "casud");
    cr_assert_str_eq(casud->name, "CASUD");
    cr_assert_str_eq(casud->long_name, "Communauté d'agglomération du Sud");
    cr_assert_str_eq(casud->url, "https://avis.example");
    cr_assert_str_eq(casud->siren, "249740085");
    cr_assert_str_eq(casud->time_zone, "Indian/Reunion");
    cr_assert(casud->languages[LANGUAGE_FR] && casud->languages[LANGUAGE_RCF] &&
              casud->languages[LANGUAGE_EN]);
    cr_assert_eq(casud->site_count, 1);
    cr_assert_str_eq(casud->sites[0], "https://www.casud.example");
    cr_assert_str_eq(casud->accent, "#0d6b5c");
    cr_assert_eq(strncmp(casud->logo_svg, "<svg ", 5), 0);
    cr_assert_str_eq(casud->contact, "demarches@casud.example");
    cr_assert_eq(casud->public_minimum, 11);
    cr_assert_eq(casud->internal_minimum, 5);
    cr_assert_eq(casud->retention_months, 24);
}

Test(collectivity, fills_what_a_short_file_leaves_out, .init = make_folder, .fini = remove_folder)
{
    put_with(NULL, NULL);
    AUTO(collectivity) struct collectivity *collectivity = read_good(folder);
    cr_assert_str_eq(collectivity->siren, "");
    cr_assert_str_eq(collectivity->contact, "");
    cr_assert_null(collectivity->logo_svg);
    cr_assert_eq(collectivity->site_count, 0);
    cr_assert(collectivity->languages[LANGUAGE_FR] && !collectivity->languages[LANGUAGE_EN]);
    cr_assert_eq(collectivity->public_minimum, 11);
    cr_assert_eq(collectivity->internal_minimum, 5);
}

Test(collectivity, comes_back_from_json_exactly, .init = make_folder, .fini = remove_folder)
{
    for (int round = 0; round < 2; round++) {
        put_with(NULL, NULL);
        AUTO(collectivity) struct collectivity *first = read_good(round == 0 ? CASUD : folder);
        json_auto_t *document = collectivity_to_json(first);
        char *text = json_dumps(document, JSON_COMPACT);
        json_auto_t *parsed = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
        struct error error = {0};
        AUTO(collectivity) struct collectivity *again = collectivity_from_json(parsed, &error);
        cr_assert_not_null(again, "%s", error.message);
        json_auto_t *second = collectivity_to_json(again);
        char *text_again = json_dumps(second, JSON_COMPACT);
        cr_assert_str_eq(text_again, text);
        cr_assert_eq(first->logo_svg == NULL, again->logo_svg == NULL);
        if (first->logo_svg != NULL)
            cr_assert_str_eq(first->logo_svg, again->logo_svg);
        free(text);
        free(text_again);
    }
}

static const struct {
    const char *member, *value, *place, *says;
} wrong_members[] = {
    {"slug", NULL, "#/slug", "missing"},
    {"name", NULL, "#/name", "missing"},
    {"url", NULL, "#/url", "missing"},
    {"time_zone", NULL, "#/time_zone", "missing"},
    {"colour", "\"#0d6b5c\"", "#/colour", "unknown"},
    {"a/b~c", "1", "#/a~1b~0c", "unknown"},
    {"slug", "7", "#/slug", "text"},
    {"slug", "\"v1\"", "#/slug", "v1"},
    {"slug", "\"embed\"", "#/slug", "embed"},
    {"slug", "\"assets\"", "#/slug", "assets"},
    {"slug", "\"livez\"", "#/slug", "livez"},
    {"slug", "\"readyz\"", "#/slug", "readyz"},
    {"slug", "\"metrics\"", "#/slug", "metrics"},
    {"slug", "\"pulse\"", "#/slug", "pulse"},
    {"slug", "\"openapi.json\"", "#/slug", "openapi.json"},
    {"slug", "\"Casud\"", "#/slug", "letters"},
    {"slug", "\"1casud\"", "#/slug", "letter"},
    {"slug", "\"\"", "#/slug", "letter"},
    {"slug", "\"../casud\"", "#/slug", "letter"},
    {"slug", "\"casud2\"", "#/slug", "folder"},
    {"name", "\" \"", "#/name", "empty"},
    {"name", "\"A\\nB\"", "#/name", "line"},
    {"name", "[]", "#/name", "text"},
    {"url", "\"https://avis.example/\"", "#/url", "slash"},
    {"url", "\"http://avis.example\"", "#/url", "https"},
    {"url", "\"https://avis.example?x=1\"", "#/url", "https"},
    {"url", "\"https://a b.example\"", "#/url", "https"},
    {"url", "\"avis.example\"", "#/url", "https"},
    {"url", "\"https://user@avis.example\"", "#/url", "https"},
    {"url", "\"\"", "#/url", "https"},
    {"siren", "\"249740086\"", "#/siren", "SIREN"},
    {"siren", "\"249 740 085\"", "#/siren", "spaces"},
    {"siren", "\"24974008\"", "#/siren", "9 digits"},
    {"siren", "249740085", "#/siren", "text"},
    {"time_zone", "\"Indian/Nowhere\"", "#/time_zone", "Indian/Reunion"},
    {"time_zone", "\"\"", "#/time_zone", "Indian/Reunion"},
    {"time_zone", "\"Indian\"", "#/time_zone", "Indian/Reunion"},
    {"time_zone", "\"../zoneinfo/Indian/Reunion\"", "#/time_zone", "Indian/Reunion"},
    {"time_zone", "\"/usr/share/zoneinfo/Indian/Reunion\"", "#/time_zone", "Indian/Reunion"},
    {"time_zone", "\"tzdata.zi\"", "#/time_zone", "Indian/Reunion"},
    {"time_zone", "\"UTC+4\"", "#/time_zone", "Indian/Reunion"},
    {"languages", "[\"en\"]", "#/languages", "fr"},
    {"languages", "[]", "#/languages", "fr"},
    {"languages", "[\"fr\", \"de\"]", "#/languages/1", "fr, rcf or en"},
    {"languages", "[\"fr\", \"fr\"]", "#/languages/1", "twice"},
    {"languages", "[\"fr\", 1]", "#/languages/1", "fr"},
    {"languages", "\"fr\"", "#/languages", "list"},
    {"sites", "[\"https://www.casud.example/\"]", "#/sites/0", "slash"},
    {"sites", "[\"https://a.example\", \"https://b.example/x\"]", "#/sites/1", "path"},
    {"sites", "[\"http://www.casud.example\"]", "#/sites/0", "https"},
    {"sites", "[\"http://localhost.evil.example\"]", "#/sites/0", "https"},
    {"sites", "[\"https://*.example\"]", "#/sites/0", "https"},
    {"sites", "[\"*\"]", "#/sites/0", "https"},
    {"sites", "[\"https://a.example; script-src *\"]", "#/sites/0", "https"},
    {"sites", "[\"https://A.example\"]", "#/sites/0", "small letters"},
    {"sites", "[\"https://a.example:0\"]", "#/sites/0", "port"},
    {"sites", "[\"https://a.example:65536\"]", "#/sites/0", "port"},
    {"sites", "[\"https://a.example:\"]", "#/sites/0", "port"},
    {"sites", "[\"https://a.example\", \"https://a.example\"]", "#/sites/1", "twice"},
    {"sites", "[null]", "#/sites/0", "text"},
    {"accent", "\"#fff\"", "#/accent", "#0d6b5c"},
    {"accent", "\"green\"", "#/accent", "#0d6b5c"},
    {"accent", "\"#f5c400\"", "#/accent", "darker"},
    {"contact", "\"call us\"", "#/contact", "e-mail"},
    {"contact", "\"@casud.example\"", "#/contact", "e-mail"},
    {"publication", "[]", "#/publication", "object"},
    {"publication", "{\"minimum\": 11}", "#/publication/minimum", "unknown"},
    {"publication", "{\"public_minimum\": 1}", "#/publication/public_minimum", "2 to 1000"},
    {"publication", "{\"internal_minimum\": 1001}", "#/publication/internal_minimum", "2 to 1000"},
    {"publication", "{\"public_minimum\": 11.5}", "#/publication/public_minimum", "whole"},
    {"publication", "{\"public_minimum\": \"11\"}", "#/publication/public_minimum", "whole"},
    {"retention_months", "0", "#/retention_months", "1 to 120"},
    {"retention_months", "121", "#/retention_months", "1 to 120"},
    {"retention_months", "null", "#/retention_months", "whole"},
    {"retention_months", "4294967320", "#/retention_months", "1 to 120"},
    {"logo", "\"../logo.svg\"", "#/logo", ".svg"},
    {"logo", "\"logo.png\"", "#/logo", ".svg"},
    {"logo", "\".svg\"", "#/logo", ".svg"},
};

Test(collectivity, tells_what_is_wrong_at_its_pointer, .init = make_folder, .fini = remove_folder)
{
    for (size_t i = 0; i < sizeof wrong_members / sizeof *wrong_members; i++) {
        char place[128];
        char what[160];
        snprintf(place, sizeof place, "collectivity.json%s", wrong_members[i].place);
        snprintf(what, sizeof what, "%s: %s", wrong_members[i].member,
                 wrong_members[i].value == NULL ? "removed" : wrong_members[i].value);
        put_with(wrong_members[i].member, wrong_members[i].value);
        assert_refused(what, place, wrong_members[i].says);
    }
}

Test(collectivity, accepts_values_at_their_bounds, .init = make_folder, .fini = remove_folder)
{
    static const struct {
        const char *member, *value;
    } rows[] = {
        {"publication", "{\"public_minimum\": 2, \"internal_minimum\": 1000}"},
        {"publication", "{}"},
        {"retention_months", "1"},
        {"retention_months", "120"},
        {"siren", "\"\""},
        {"siren", "\"732829320\""},
        {"siren", "\"000000000\""},
        {"contact", "\"\""},
        {"contact", "\"3939\""},
        {"contact", "\"+262 262 57 97 77\""},
        {"contact", "\"prenom.nom@sud.example\""},
        {"url", "\"https://avis.example:8443\""},
        {"url", "\"http://127.0.0.1:8080\""},
        {"url", "\"http://localhost:8080\""},
        {"sites", "[]"},
        {"sites", "[\"http://localhost:3000\", \"http://127.0.0.1\", \"https://a.example:65535\"]"},
        {"time_zone", "\"Europe/Paris\""},
        {"time_zone", "\"America/Argentina/Buenos_Aires\""},
        {"time_zone", "\"UTC\""},
        {"accent", "\"#0D6B5C\""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        put_with(rows[i].member, rows[i].value);
        AUTO(collectivity) struct collectivity *collectivity = read_good(folder);
        cr_assert_not_null(collectivity->slug, "%s: %s", rows[i].member, rows[i].value);
    }
}

Test(collectivity, tells_where_the_json_breaks, .init = make_folder, .fini = remove_folder)
{
    static const struct {
        const char *text, *place, *says;
    } rows[] = {
        {"{\n  \"slug\": \"casud\",\n}", "collectivity.json:3:", ""},
        {"{\"slug\": \"casud\", \"slug\": \"casud\"}", "collectivity.json:1:", "two"},
        {"{} x", "collectivity.json:1:", ""},
        {"[]", "collectivity.json#", "object"},
        {"{\"slug\": \"\xE9\"}", "collectivity.json:1:11", "UTF-8"},
        {"", "collectivity.json", "empty"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        AUTO(findings) struct findings *findings = findings_create();
        put("collectivity.json", rows[i].text, strlen(rows[i].text));
        cr_assert_null(collectivity_read(folder, findings), "%s", rows[i].text);
        cr_assert_eq(findings->count, 1, "%s", rows[i].text);
        const struct finding *finding = &findings->items[0];
        cr_assert_eq(strncmp(finding->place, rows[i].place, strlen(rows[i].place)), 0, "%s: %s",
                     rows[i].text, finding->place);
        cr_assert(strstr(finding->message, rows[i].says) != NULL, "%s", finding->message);
    }
    AUTO(findings) struct findings *findings = findings_create();
    cr_assert_null(collectivity_read(directory, findings));
    cr_assert_str_eq(findings->items[0].place, "collectivity.json");
    cr_assert(strstr(findings->items[0].message, "missing") != NULL);
}

Test(collectivity, refuses_logos_that_can_run_something, .init = make_folder, .fini = remove_folder)
{
    static const char *const rows[] = {
        SVG "<script>alert(1)</script></svg>",
        SVG "<SCRIPT href='x'/></svg>",
        SVG "<rect onload=\"alert(1)\"/></svg>",
        SVG "<rect\nONCLICK = 'x'/></svg>",
        SVG "<rect width='1'onload='x'/></svg>",
        SVG "<a href=\"javascript:alert(1)\"><rect/></a></svg>",
        "<!DOCTYPE svg [<!ENTITY a \"b\">]>" SVG "</svg>",
        "<!doctype svg [<!entity a \"b\">]>" SVG "</svg>",
        "<html></html>",
        "not a drawing",
        "\x89PNG\r\n",
        SVG "\xE9</svg>",
    };
    put_with("logo", "\"logo.svg\"");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        AUTO(findings) struct findings *findings = findings_create();
        put("logo.svg", rows[i], strlen(rows[i]));
        cr_assert_null(collectivity_read(folder, findings), "%s", rows[i]);
        cr_assert_geq(findings->count, 1);
        cr_assert_eq(strncmp(findings->items[0].place, "logo.svg", 8), 0, "%s: %s", rows[i],
                     findings->items[0].place);
    }
}

Test(collectivity, takes_a_harmless_logo_as_it_is, .init = make_folder, .fini = remove_folder)
{
    static const char *const rows[] = {
        SVG "<path d=\"M0 0h4v4z\" fill=\"#fff\"/></svg>",
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- Le logo -->\n" SVG
        "\n\t<title>Communauté</title></svg>\n",
    };
    put_with("logo", "\"logo.svg\"");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        put("logo.svg", rows[i], strlen(rows[i]));
        AUTO(collectivity) struct collectivity *collectivity = read_good(folder);
        cr_assert_str_eq(collectivity->logo_svg, rows[i]);
    }
}

Test(collectivity, refuses_logos_missing_empty_or_too_large, .init = make_folder,
     .fini = remove_folder)
{
    static char big[64 * 1024 + 1];
    put_with("logo", "\"logo.svg\"");
    assert_refused("no logo", "logo.svg", "missing");
    put("logo.svg", "", 0);
    assert_refused("an empty logo", "logo.svg", "empty");
    memset(big, ' ', sizeof big);
    memcpy(big, SVG "</svg>", sizeof SVG "</svg>" - 1);
    put("logo.svg", big, sizeof big);
    assert_refused("a large logo", "logo.svg", "64 KiB");
    put("logo.svg", big, sizeof big - 1);
    AUTO(collectivity) struct collectivity *collectivity = read_good(folder);
    cr_assert_eq(strlen(collectivity->logo_svg), sizeof big - 1);
}

Test(collectivity, refuses_published_documents_that_are_none)
{
    AUTO(collectivity) struct collectivity *casud = read_good(CASUD);
    static const char *const needed[] = {"slug", "name", "url", "time_zone"};
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        json_auto_t *document = collectivity_to_json(casud);
        struct error error = {0};
        json_object_del(document, needed[i]);
        cr_assert_null(collectivity_from_json(document, &error), "%s", needed[i]);
        cr_assert_eq(error.kind, ERROR_BAD_INPUT);
    }
    json_auto_t *array = json_array();
    cr_assert_null(collectivity_from_json(array, NULL));
    cr_assert_null(collectivity_from_json(NULL, NULL));
    collectivity_destroy(NULL);
}

// ---- days

static int32_t day_in(const char *zone, const char *instant)
{
    char name[64];
    int64_t at_us;
    snprintf(name, sizeof name, "%s", zone);
    struct collectivity collectivity = {.time_zone = name};
    cr_assert(instant_parse(instant, strlen(instant), &at_us), "%s", instant);
    return collectivity_day(&collectivity, at_us);
}

Test(collectivity, begins_its_days_at_its_own_midnight)
{
    static const struct {
        const char *zone, *instant, *day;
    } rows[] = {
        {"Indian/Reunion", "2026-10-31T19:59:59.999999Z", "2026-10-31"},
        {"Indian/Reunion", "2026-10-31T20:00:00Z", "2026-11-01"},
        {"UTC", "2026-10-31T20:00:00Z", "2026-10-31"}, // the same instant elsewhere
        {"UTC", "2026-10-31T23:59:59.999999Z", "2026-10-31"},
        {"UTC", "2026-11-01T00:00:00Z", "2026-11-01"},
        {"Europe/Paris", "2026-07-14T21:59:59Z", "2026-07-14"}, // +02:00
        {"Europe/Paris", "2026-07-14T22:00:00Z", "2026-07-15"},
        {"Europe/Paris", "2026-12-31T22:59:59Z", "2026-12-31"}, // +01:00
        {"Europe/Paris", "2026-12-31T23:00:00Z", "2027-01-01"},
        {"Europe/Paris", "2026-10-24T22:00:00Z", "2026-10-25"}, // the day of 25 hours
        {"Europe/Paris", "2026-10-25T22:59:59Z", "2026-10-25"},
        {"Europe/Paris", "2026-10-25T23:00:00Z", "2026-10-26"},
        {"Europe/Paris", "2090-07-14T22:00:00Z", "2090-07-15"}, // by the rule, past the table
        {"America/Martinique", "2026-11-01T03:59:59Z", "2026-10-31"},
        {"America/Martinique", "2026-11-01T04:00:00Z", "2026-11-01"},
        {"America/Miquelon", "2026-07-01T01:59:59Z", "2026-06-30"},
        {"America/Miquelon", "2026-07-01T02:00:00Z", "2026-07-01"},
        {"Pacific/Tahiti", "2026-11-01T09:59:59Z", "2026-10-31"},
        {"Pacific/Tahiti", "2026-11-01T10:00:00Z", "2026-11-01"},
        {"Pacific/Marquesas", "2026-11-01T09:29:59Z", "2026-10-31"},
        {"Pacific/Marquesas", "2026-11-01T09:30:00Z", "2026-11-01"},
        {"Pacific/Noumea", "2026-10-31T13:00:00Z", "2026-11-01"},
        {"America/St_Johns", "2006-10-29T02:30:30Z", "2006-10-29"}, // a minute past midnight the
        {"America/St_Johns", "2006-10-29T02:31:30Z", "2006-10-28"}, // clock went back an hour
    };
    // Twice, and backwards the second time: what is remembered must not be another zone's.
    const size_t count = sizeof rows / sizeof *rows;
    for (size_t i = 0; i < 2 * count; i++) {
        size_t row = i < count ? i : 2 * count - 1 - i;
        int32_t wanted;
        cr_assert(calendar_day_parse(rows[row].day, &wanted));
        cr_assert_eq(day_in(rows[row].zone, rows[row].instant), wanted, "%s in %s",
                     rows[row].instant, rows[row].zone);
    }
}

// Indian/Reunion has kept +04:00 since 1911.
Test(collectivity, counts_days_over_decades)
{
    char zone[] = "Indian/Reunion";
    struct collectivity collectivity = {.time_zone = zone};
    for (int64_t at_s = 946684800; at_s < INT64_C(4102444800); at_s += 8640007) {
        int32_t wanted = (int32_t)((at_s + 4 * 3600) / 86400);
        cr_assert_eq(collectivity_day(&collectivity, at_s * 1000000 + 999999), wanted);
    }
}

Test(collectivity, leaves_the_programs_own_time_zone_alone)
{
    static const char *const rows[] = {"America/New_York", NULL};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (rows[i] != NULL)
            setenv("TZ", rows[i], 1);
        else
            unsetenv("TZ");
        tzset();
        time_t at = 1793404800;
        struct tm before = *localtime(&at);
        (void)day_in(i == 0 ? "Pacific/Noumea" : "Indian/Reunion", "2026-10-31T13:00:00Z");
        struct tm after = *localtime(&at);
        cr_assert_eq(before.tm_hour, after.tm_hour);
        const char *left = getenv("TZ");
        cr_assert(rows[i] == NULL ? left == NULL : left != NULL && strcmp(left, rows[i]) == 0);
    }
}
