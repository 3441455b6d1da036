// The intake of one submission, against what CASUD publishes.
//
// SPDX-License-Identifier: Apache-2.0
#include "daemon/intake/submission_body.h"

#include "config/calendar.h"
#include "config/folder.h"
#include "config/text.h"
#include "daemon/intake/json_arena.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOW INT64_C(1795550400000000) // 2026-11-24T20:00:00Z
#define ID "8f1f4c0e-52d7-4b6a-9c1e-2f6a1d0c4e55"

static struct editions *editions;
static struct secret *secret;
static struct arena *arena;
static struct submission row;
static struct refusals refusals;
static bool has_id;

static void set_up(void)
{
    AUTO(findings) struct findings *findings = findings_create();
    AUTO(folder)
    struct folder *folder = folder_read(SOURCE_DIR "/config/collectivities/casud", findings);
    cr_assert_not_null(folder);
    AUTO(choices) struct choices *choices = choices_create();
    json_t *file = collectivity_to_json(folder->collectivity);
    json_t *whole = json_pack("{s:b, s:o}", "simulated", 0, "file", file);
    json_t *catalogue = catalogue_to_json(folder->catalogue);
    for (size_t i = 0; i < folder->survey_count; i++)
        choices_assign(choices, folder->surveys[i].survey, folder->surveys[i].file, findings);
    json_t *bits = choices_to_json(choices);
    char *documents[] = {json_dumps(whole, 0), json_dumps(catalogue, 0), json_dumps(bits, 0)};
    const struct published_row rows[] = {
        {1, "collectivity", "casud", 1, 0, documents[0]},
        {1, "catalogue", "", 1, 0, documents[1]},
        {1, "choices", "", 0, 0, documents[2]},
        {1, "survey", "agents", 1, 0, folder->surveys[0].text},
        {1, "survey", "demarches", 4, 0, folder->surveys[1].text},
    };
    struct error error = {0};
    editions = editions_from_rows(rows, 5, &error);
    cr_assert_not_null(editions, "%s", error.message);
    json_decref(whole);
    json_decref(catalogue);
    json_decref(bits);
    for (size_t i = 0; i < 3; i++)
        free(documents[i]);

    const unsigned char bytes[SECRET_BYTES] = {1};
    secret = secret_create(bytes);
    arena = arena_create(1 << 20);
    json_arena_install();
}

static void tear_down(void)
{
    editions_destroy(editions);
    secret_destroy(secret);
    arena_destroy(arena);
}

TestSuite(submission_body, .init = set_up, .fini = tear_down);

static struct intake an_intake(const char *survey, bool keyed)
{
    struct edition *edition = editions_find(editions, "casud", 5);
    cr_assert_not_null(edition);
    return (struct intake){
        .edition = edition,
        .survey = edition_survey(edition, survey, strlen(survey)),
        .secret = secret,
        .language = LANGUAGE_EN,
        .entry = "api",
        .keyed = keyed,
        .now_us = NOW,
    };
}

static enum intake_verdict read_as(const struct intake *intake, const char *body)
{
    // A copy of exactly the body's size: a read beyond it is told by the sanitizer.
    size_t size = strlen(body);
    char *exact = malloc(size == 0 ? 1 : size);
    memcpy(exact, body, size);
    arena_reset(arena);
    enum intake_verdict verdict =
        submission_read(intake, exact, size, arena, &row, &has_id, &refusals);
    free(exact);
    return verdict;
}

static enum intake_verdict read_body(const char *body)
{
    struct intake intake = an_intake("demarches", false);
    return read_as(&intake, body);
}

#define ANSWERS "\"answers\":{\"demarche\":\"dechets-bac\",\"canal\":\"desk\",\"satisfaction\":2"

Test(submission_body, keeps_the_bytes_as_received)
{
    const char *body =
        "{ \"id\":\"" ID "\",  " ANSWERS ",\"texte\":\"d\\u00e9lai \\\"1.0\\\"\"}}\n";
    cr_assert_eq(read_body(body), INTAKE_FITS);
    cr_assert_eq(row.content_size, strlen(body));
    cr_assert_eq(memcmp(row.content, body, row.content_size), 0);
    cr_assert(has_id);
    cr_assert_str_eq(row.survey, "demarches");
    cr_assert_eq(row.version, 4);
    cr_assert_eq(row.collectivity_id, 1);
    cr_assert_str_eq(row.procedure, "dechets-bac");
    cr_assert_str_eq(row.channel, "desk");
    cr_assert_null(row.audience);
    cr_assert_str_eq(row.phase, "before");
    cr_assert_str_eq(row.entry, "api");
    cr_assert_str_eq(row.language, "en");
    cr_assert_str_eq(row.state, "counted");
    cr_assert_null(row.placement);
    cr_assert_eq(row.received_at_us, NOW);
    cr_assert_eq(row.satisfaction, 2);
    cr_assert_eq(row.pain_points, MASK_ABSENT);
}

Test(submission_body, makes_an_id_where_none_is_given)
{
    cr_assert_eq(read_body("{" ANSWERS "}}"), INTAKE_FITS);
    cr_assert_not(has_id);
    struct uuid first = row.id;
    cr_assert_eq(read_body("{\"id\":null," ANSWERS "}}"), INTAKE_FITS);
    cr_assert_neq(memcmp(first.bytes, row.id.bytes, 16), 0);
}

Test(submission_body, drops_answers_to_invisible_questions_from_what_is_stored)
{
    cr_assert_eq(read_body("{\"id\":\"" ID "\", " ANSWERS ",\"autre_demarche\":\"rien\"}}"),
                 INTAKE_FITS);
    char *stored = strndup(row.content, row.content_size);
    cr_assert_null(strstr(stored, "autre_demarche"), "%s", stored);
    cr_assert_not_null(strstr(stored, "\"satisfaction\":2"), "%s", stored);
    free(stored);
}

Test(submission_body, stores_no_token)
{
    cr_assert_eq(read_body("{\"token\":\"ABCD-EFGH\"," ANSWERS "}}"), INTAKE_FITS);
    char *stored = strndup(row.content, row.content_size);
    cr_assert_null(strstr(stored, "ABCD"), "%s", stored);
    free(stored);
}

Test(submission_body, hashes_what_was_received)
{
    uint8_t one[HASH_BYTES];
    cr_assert_eq(read_body("{" ANSWERS ",\"autre_demarche\":\"a\"}}"), INTAKE_FITS);
    memcpy(one, row.content_hash, HASH_BYTES);
    cr_assert_eq(read_body("{" ANSWERS ",\"autre_demarche\":\"b\"}}"), INTAKE_FITS);
    cr_assert_neq(memcmp(one, row.content_hash, HASH_BYTES), 0, "dropped bytes count too");
    cr_assert_eq(read_body("{" ANSWERS ",\"autre_demarche\":\"a\"}}"), INTAKE_FITS);
    cr_assert_eq(memcmp(one, row.content_hash, HASH_BYTES), 0);
}

Test(submission_body, takes_members_beside_the_answers)
{
    cr_assert_eq(read_body("{\"procedure\":\"eau-fuite\",\"audience\":\"citizen\",\"channel\":"
                           "\"online\",\"phase\":\"after\",\"language\":\"rcf\",\"placement\":"
                           "\"affiche-mairie\",\"answers\":{\"satisfaction\":4}}"),
                 INTAKE_FITS);
    cr_assert_str_eq(row.procedure, "eau-fuite");
    cr_assert_str_eq(row.audience, "citizen");
    cr_assert_str_eq(row.channel, "online");
    cr_assert_str_eq(row.phase, "after");
    cr_assert_str_eq(row.language, "rcf");
    cr_assert_str_eq(row.placement, "affiche-mairie");
}

Test(submission_body, sets_aside_what_fell_into_the_trap_and_marks_what_was_prefilled)
{
    static const struct {
        const char *members, *state;
    } rows[] = {
        {"\"site\":\"http://x\",", "set_aside"},
        {"\"site\":\"\",", "counted"},
        {"\"prefilled\":true,", "prefilled"},
        {"\"prefilled\":false,", "counted"},
        {"\"prefilled\":true,\"site\":\"x\",", "set_aside"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char body[300];
        snprintf(body, sizeof body, "{%s" ANSWERS "}}", rows[i].members);
        cr_assert_eq(read_body(body), INTAKE_FITS, "%s", body);
        cr_assert_str_eq(row.state, rows[i].state, "%s", body);
    }
}

Test(submission_body, believes_dates_and_entries_only_with_a_key)
{
    const char *body =
        "{\"received_at\":\"2026-03-01T08:00:00+04:00\",\"entry\":\"paper\"," ANSWERS "}}";
    struct intake keyed = an_intake("demarches", true);
    cr_assert_eq(read_as(&keyed, body), INTAKE_FITS);
    int64_t at;
    cr_assert(instant_parse("2026-03-01T04:00:00Z", 20, &at));
    cr_assert_eq(row.received_at_us, at);
    cr_assert_str_eq(row.entry, "paper");

    cr_assert_eq(read_body(body), INTAKE_REFUSED);
    cr_assert_eq(refusals.count, 2);

    cr_assert_eq(read_as(&keyed, "{\"received_at\":\"2026-11-24T20:00:01Z\"," ANSWERS "}}"),
                 INTAKE_REFUSED);
    cr_assert_str_eq(refusals.items[0].pointer, "/received_at");
    cr_assert_str_eq(refusals.items[0].code, "out-of-range");
}

Test(submission_body, refuses_what_does_not_fit_and_says_where)
{
    static const struct {
        const char *body;
        enum intake_verdict verdict;
        const char *pointer, *code;
    } rows[] = {
        {"", INTAKE_MALFORMED, "", "malformed"},
        {"{", INTAKE_MALFORMED, "", "malformed"},
        {"[]", INTAKE_MALFORMED, "", "malformed"},
        {"{\"a\":1,\"a\":1}", INTAKE_MALFORMED, "", "malformed"},
        {"{" ANSWERS ",\"texte\":\"\\u0000\"}}", INTAKE_MALFORMED, "", "malformed"},
        {"{" ANSWERS ",\"texte\":\"\xff\"}}", INTAKE_MALFORMED, "", "malformed"},
        {"{" ANSWERS ",\"texte\":\"\\ud800\"}}", INTAKE_MALFORMED, "", "malformed"},
        {"{" ANSWERS "}} x", INTAKE_MALFORMED, "", "malformed"},
        {"{" ANSWERS ",\"satisfaction2\":1e999}}", INTAKE_MALFORMED, "", "malformed"},
        {"{}", INTAKE_REFUSED, "/answers", "required"},
        {"{\"answers\":null}", INTAKE_REFUSED, "/answers", "required"},
        {"{\"answers\":[]}", INTAKE_REFUSED, "/answers", "wrong-type"},
        {"{\"a/b~c\":1," ANSWERS "}}", INTAKE_REFUSED, "/a~1b~0c", "unknown-member"},
        {"{\"id\":1," ANSWERS "}}", INTAKE_REFUSED, "/id", "wrong-type"},
        {"{\"id\":\"1\"," ANSWERS "}}", INTAKE_REFUSED, "/id", "malformed"},
        {"{\"id\":\"8f1f4c0e-52d7-1b6a-9c1e-2f6a1d0c4e55\"," ANSWERS "}}", INTAKE_REFUSED, "/id",
         "malformed"}, // version 1 tells when and where
        {"{\"prefilled\":1," ANSWERS "}}", INTAKE_REFUSED, "/prefilled", "wrong-type"},
        {"{\"version\":1.5," ANSWERS "}}", INTAKE_REFUSED, "/version", "wrong-type"},
        {"{\"language\":\"de\"," ANSWERS "}}", INTAKE_REFUSED, "/language", "unknown-choice"},
        {"{\"placement\":\"Mairie\"," ANSWERS "}}", INTAKE_REFUSED, "/placement", "malformed"},
        {"{\"procedure\":\"nope\"," ANSWERS "}}", INTAKE_REFUSED, "/procedure", "unknown-choice"},
        {"{\"audience\":\"agent\"," ANSWERS "}}", INTAKE_REFUSED, "/audience", "unknown-choice"},
        {"{" ANSWERS ",\"nothing\":1}}", INTAKE_REFUSED, "/answers/nothing", "unknown-question"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        cr_assert_eq(read_body(rows[i].body), rows[i].verdict, "%s", rows[i].body);
        cr_assert_geq(refusals.count, 1, "%s", rows[i].body);
        cr_assert_str_eq(refusals.items[0].pointer, rows[i].pointer, "%s", rows[i].body);
        cr_assert_str_eq(refusals.items[0].code, rows[i].code, "%s", rows[i].body);
    }
}

Test(submission_body, tells_a_wrong_member_beside_once)
{
    cr_assert_eq(
        read_body("{\"procedure\":\"nope\",\"channel\":\"fax\",\"answers\":{\"satisfaction\":2}}"),
        INTAKE_REFUSED);
    cr_assert_eq(refusals.count, 2);
    cr_assert_str_eq(refusals.items[0].pointer, "/procedure");
    cr_assert_str_eq(refusals.items[1].pointer, "/channel");
}

Test(submission_body, tells_the_id_of_what_it_refuses)
{
    cr_assert_eq(read_body("{\"id\":\"" ID "\",\"answers\":{}}"), INTAKE_REFUSED);
    cr_assert(has_id);
    char text[UUID_TEXT_SIZE];
    uuid_write(&row.id, text);
    cr_assert_str_eq(text, ID);
}

Test(submission_body, bounds_the_memory_of_a_body)
{
    enum { UNITS = 20000 };
    char *body = malloc(256 + UNITS * 3);
    strcpy(body, "{" ANSWERS ",\"x\":[");
    char *at = body + strlen(body);
    for (int i = 0; i < UNITS; i++, at += 3)
        memcpy(at, "{},", 3);
    strcpy(at, "{}]}}");
    cr_assert_eq(read_body(body), INTAKE_TOO_LARGE);
    free(body);
}

Test(submission_body, survives_the_failure_of_each_allocation)
{
    const char *body = "{\"id\":\"" ID "\"," ANSWERS ",\"irritants\":[\"delai\",\"suivi\"],"
                       "\"autre_demarche\":\"x\"}}";
    size_t too_large = 0;
    enum intake_verdict verdict;
    for (size_t nth = 1; nth < 400; nth++) {
        json_arena_fail_at(nth);
        verdict = read_body(body);
        cr_assert(verdict == INTAKE_FITS || verdict == INTAKE_TOO_LARGE, "allocation %zu: %d", nth,
                  (int)verdict);
        too_large += verdict == INTAKE_TOO_LARGE;
    }
    json_arena_fail_at(0);
    cr_assert_gt(too_large, 10);
    cr_assert_eq(read_body(body), INTAKE_FITS);
}

Test(submission_body, knows_a_placement)
{
    cr_assert(placement_is_valid("affiche-mairie", 14));
    cr_assert_not(placement_is_valid("", 0));
    cr_assert_not(placement_is_valid("Affiche", 7));
    cr_assert_not(placement_is_valid("a b", 3));
    cr_assert_not(placement_is_valid("a\0b", 3));
    cr_assert_not(placement_is_valid("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 41));
}

// A pointer that ended inside a character would be no text, and the reply would lack it.
Test(submission_body, cuts_the_pointer_to_a_long_name_between_two_characters)
{
    char body[400];
    for (int size = 80; size < 100; size++) {
        (void)snprintf(body, sizeof body,
                       "{\"%.*s\u00E9\U0001F600\u00E9\U0001F600\":1, " ANSWERS "}}", size,
                       "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                       "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
        cr_assert_eq(read_body(body), INTAKE_REFUSED);
        const char *pointer = refusals.items[0].pointer;
        cr_assert(text_is_valid(pointer, strlen(pointer)), "%d: %s", size, pointer);
        cr_assert_eq(strncmp(pointer, "/aaaaaaaaaa", 11), 0);
    }
}

// Bytes with NUL in them, too.
static enum intake_verdict read_bytes(const char *bytes, size_t size)
{
    struct intake intake = an_intake("demarches", false);
    return submission_read(&intake, bytes, size, arena, &row, &has_id, &refusals);
}

Test(submission_body, refuses_json_that_two_readers_could_take_differently)
{
    static const char *const bodies[] = {
        "{" ANSWERS "},\"answers\":{}}",
        "{" ANSWERS "},\"\\u0061nswers\":{}}",
        "{" ANSWERS ",\"texte\":\"a\",\"t\\u0065xte\":\"b\"}}",
        "{" ANSWERS ",\"texte\":\"a\\u0000b\"}}",
        "{" ANSWERS ",\"te\\u0000xte\":\"b\"}}",
        "{" ANSWERS ",\"texte\":\"\\ud800\"}}",
        "{" ANSWERS ",\"texte\":\"\\udc00\\ud800\"}}",
        "{" ANSWERS ",\"texte\":\"\\ud800\\u0041\"}}",
        "{" ANSWERS ",\"texte\":\"\xFF\"}}",
        "{" ANSWERS ",\"texte\":\"\xC0\x80\"}}",
        "{" ANSWERS ",\"texte\":\"\xED\xA0\x80\"}}",
        "{" ANSWERS ",\"texte\":\"\xF4\x90\x80\x80\"}}",
        "{" ANSWERS ",\"texte\":\"a\nb\"}}",
        "{\"answers\":{\"satisfaction\":1e400}}",
        "{\"answers\":{\"satisfaction\":-1e400}}",
        "{\"answers\":{\"satisfaction\":NaN}}",
        "{\"answers\":{\"satisfaction\":9223372036854775808}}",
        "{\"answers\":{\"satisfaction\":02}}",
        "{\"answers\":{\"satisfaction\":0x2}}",
        "{\"answers\":{\"satisfaction\":+2}}",
        "{\"answers\":{\"satisfaction\":2.}}",
        "{" ANSWERS ",}}",
        "{" ANSWERS "}} {}",
        "{" ANSWERS "}}\x01",
        "\xEF\xBB\xBF{" ANSWERS "}}",
        "{'answers':{}}",
        "{" ANSWERS "}/* */}",
        "[{" ANSWERS "}}]",
        "\"answers\"",
        "1",
        "null",
        "",
        " ",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        cr_assert_eq(read_body(bodies[i]), INTAKE_MALFORMED, "row %zu: %s", i, bodies[i]);
        cr_assert_eq(refusals.count, 1);
        cr_assert_str_eq(refusals.items[0].code, "malformed");
    }
    static const char nul[] = "{" ANSWERS "}}\0";
    cr_assert_eq(read_bytes(nul, sizeof nul - 2), INTAKE_FITS);
    cr_assert_eq(read_bytes(nul, sizeof nul - 1), INTAKE_MALFORMED, "a NUL behind it");
}

Test(submission_body, refuses_nesting_that_no_survey_expects)
{
    enum { DEEP = 2000 };
    char deep[DEEP * 2 + 64] = "{\"answers\":{\"satisfaction\":";
    size_t used = strlen(deep);
    memset(deep + used, '[', DEEP);
    memset(deep + used + DEEP, ']', DEEP);
    strcpy(deep + used + (size_t)DEEP * 2, "}}");
    cr_assert_eq(read_body(deep), INTAKE_REFUSED);
    cr_assert_eq(read_body("{\"answers\":{\"irritants\":[[\"delai\"]]}}"), INTAKE_REFUSED);
    cr_assert_eq(read_body("{\"answers\":{\"satisfaction\":{\"a\":{\"b\":{}}}}}"), INTAKE_REFUSED);
    memset(deep, '[', sizeof deep - 1);
    deep[sizeof deep - 1] = '\0';
    cr_assert_eq(read_body(deep), INTAKE_MALFORMED);
}

Test(submission_body, keeps_difficult_but_valid_text_as_received)
{
    const char *body =
        "{" ANSWERS ",\"texte\":\"\\ud834\\udd1e \xF0\x9D\x84\x9E \\u2028 \\/ e\\u0301\"}}\r\n ";
    cr_assert_eq(read_body(body), INTAKE_FITS);
    cr_assert_eq(row.content_size, strlen(body));
    cr_assert_eq(memcmp(row.content, body, row.content_size), 0);
}
