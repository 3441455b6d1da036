// SPDX-License-Identifier: Apache-2.0
#include "daemon/intake/form_body.h"

#include "tests/daemon/pages/casud.h"

#define ID "8f1f4c0e-52d7-4b6a-9c1e-2f6a1d0c4e55"

static struct arena *arena;

static void setup(void)
{
    arena = arena_create((size_t)1024 * 1024);
}

static void teardown(void)
{
    arena_destroy(arena);
    casud_clear();
}

TestSuite(form_body, .init = setup, .fini = teardown);

static bool reads(const char *body, size_t size, struct form_body *form)
{
    struct error error = {.kind = ERROR_NONE};
    bool read = form_body_read(arena, body, size, form, &error);
    cr_assert_eq(error.kind, read ? ERROR_NONE : ERROR_BAD_INPUT, "%s", error.message);
    return read;
}

static struct form_body form_of(const char *body)
{
    struct form_body form;
    cr_assert(reads(body, strlen(body), &form), "%s", body);
    return form;
}

// The compact dump, which is what gets hashed and stored.
static const char *submission_of(const struct edition_survey *survey, const char *body,
                                 struct refusals *refusals)
{
    struct form_body form = form_of(body);
    struct form_query query;
    form_query_read("from=affiche&lang=rcf", 21, &query);
    json_auto_t *submission = form_body_to_submission(&form, survey, &query, refusals);
    cr_assert_not_null(submission);
    return hold(json_dumps(submission, JSON_COMPACT));
}

Test(form_body, becomes_a_submission_in_the_order_of_the_survey)
{
    struct refusals refusals = {.count = 0};
    const char *submission = submission_of(
        casud_survey("demarches"),
        "texte=Bac+demand%C3%A9%0D%0Aen+ao%C3%BBt&irritants=suivi&irritants=delai&minutes=45&"
        "deplacements=&satisfaction=2&canal=desk&demarche=dechets-bac&profil=&autre_demarche=+&"
        "numerique=dont_know&site=&_time=1795550400.k2&_version=3&_id=" ID,
        &refusals);
    cr_assert_eq(refusals.count, (size_t)0);
    cr_assert_str_eq(submission,
                     "{\"id\":\"" ID "\",\"version\":3,\"placement\":\"affiche\",\"language\":"
                     "\"rcf\",\"answers\":{\"demarche\":\"dechets-bac\",\"canal\":\"desk\","
                     "\"satisfaction\":2,\"irritants\":[\"suivi\",\"delai\"],\"minutes\":45,"
                     "\"numerique\":\"dont_know\",\"texte\":\"Bac demandé\\nen août\"}}");
}

Test(form_body, turns_figures_booleans_and_rows_into_what_the_questions_ask_for)
{
    struct refusals refusals = {.count = 0};
    const char *submission = submission_of(
        casud_survey("agents"),
        "dossiers=true&dossiers_mois=%C2%A01+200%E2%80%AF000+&minutes_dossier=une+heure&jours=-3&"
        "ressaisies=12345678901&etapes.recevoir=accueil&etapes.informer=dont_know&etapes.decider=&"
        "passages=6&site=http%3A%2F%2Fspam.example",
        &refusals);
    cr_assert_eq(refusals.count, (size_t)0);
    cr_assert_str_eq(submission,
                     "{\"placement\":\"affiche\",\"language\":\"rcf\",\"site\":"
                     "\"http://spam.example\",\"answers\":{\"dossiers\":true,\"etapes\":{"
                     "\"informer\":\"dont_know\",\"recevoir\":\"accueil\"},\"passages\":6,"
                     "\"dossiers_mois\":1200000,\"minutes_dossier\":\"une heure\",\"jours\":\"-3\","
                     "\"ressaisies\":\"12345678901\"}}");
}

Test(form_body, leaves_what_is_no_choice_to_the_fit)
{
    struct refusals refusals = {.count = 0};
    const char *submission = submission_of(
        casud_survey("agents"),
        "dossiers=oui&passages=7&irritants=&irritants=rien&pret=%22%3C&fonction=", &refusals);
    cr_assert_eq(refusals.count, (size_t)0);
    assert_holds(submission, "\"answers\":{\"dossiers\":\"oui\",\"passages\":\"7\",\"irritants\":"
                             "[\"rien\"],\"pret\":\"\\\"<\"}");
}

Test(form_body, keeps_the_text_beside_other)
{
    struct refusals refusals = {.count = 0};
    const char *submission = submission_of(
        casud_survey_of("{\"type\":\"checkbox\",\"name\":\"k\",\"title\":\"K\",\"showOtherItem\":"
                        "true,\"choices\":[\"a\"]},"
                        "{\"type\":\"html\",\"name\":\"n\",\"html\":\"N\"}"),
        "k-Comment=L%27eau&k=other", &refusals);
    cr_assert_eq(refusals.count, (size_t)0);
    assert_holds(hold(as_page(submission)),
                 "\"answers\":{\"k\":[\"other\"],\"k-Comment\":\"L'eau\"}");
}

static const struct {
    const char *body, *pointer, *code;
} refused[] = {
    {"canal=desk&canal=phone", "/answers/canal", "malformed"},
    {"canal=desk&canal=", "/answers/canal", "malformed"},
    {"texte=a&texte=b", "/answers/texte", "malformed"},
    {"_id=" ID "&_id=" ID, "/id", "malformed"},
    {"_version=1&_version=2", "/version", "malformed"},
    {"site=&site=", "/site", "malformed"},
    {"inconnue=1", "/answers", "unknown-question"},
    {"inconnue=", "/answers", "unknown-question"},
    {"canal.row=1", "/answers", "unknown-question"},
    {"canal-Comment=1", "/answers", "unknown-question"},
    {"%2Fanswers%2F~%3Cscript%3E=1", "/answers", "unknown-question"},
    {"CANAL=desk", "/answers", "unknown-question"},
};

Test(form_body, refuses_fields_that_are_not_there_and_second_values)
{
    struct edition_survey *survey = casud_survey("demarches");
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct refusals refusals = {.count = 0};
        (void)submission_of(survey, refused[i].body, &refusals);
        cr_assert_eq(refusals.count, (size_t)1, "%s", refused[i].body);
        cr_assert_str_eq(refusals.items[0].pointer, refused[i].pointer, "%s", refused[i].body);
        cr_assert_str_eq(refusals.items[0].code, refused[i].code, "%s", refused[i].body);
        cr_assert_null(strstr(refusals.items[0].detail, "script"));
    }
}

Test(form_body, gives_the_same_bytes_for_the_same_form)
{
    struct edition_survey *survey = casud_survey("demarches");
    struct refusals refusals = {.count = 0};
    const char *first = submission_of(survey, "canal=desk&satisfaction=1", &refusals);
    const char *second = submission_of(survey, "satisfaction=1&canal=desk&profil=", &refusals);
    cr_assert_str_eq(first, second);
}

static const struct {
    const char *body;
    size_t size;
} hostile[] = {
#define BODY(text)                                                                                 \
    {                                                                                              \
        text, sizeof text - 1                                                                      \
    }
    BODY("canal"),    BODY("=desk"),      BODY("a=1&"),           BODY("&a=1"),
    BODY("a=1&&b=2"), BODY("a=%"),        BODY("a=%4"),           BODY("a=%zz"),
    BODY("%=1"),      BODY("a=%00"),      BODY("a=\0b"),          BODY("a%00=1"),
    BODY("a=%FF"),    BODY("a=%C3"),      BODY("a=%C0%80"),       BODY("a=%ED%A0%80"),
    BODY("a=\xFF"),   BODY("a=b\r\nc=d"), BODY("a=%F4%90%80%80"), BODY("&"),
#undef BODY
};

Test(form_body, refuses_bodies_that_no_form_sends)
{
    struct form_body form;
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++)
        cr_assert_not(reads(hostile[i].body, hostile[i].size, &form), "%s", hostile[i].body);
}

Test(form_body, reads_what_browsers_send)
{
    struct form_body form = form_of("");
    cr_assert_eq(form.count, (size_t)0);
    form = form_of("a=&b=x%3Dy=z&c=%0D%0A%0A%0D&d=\xC3\xA9");
    cr_assert_eq(form.count, (size_t)4);
    cr_assert_str_eq(form_body_value(&form, "a"), "");
    cr_assert_str_eq(form_body_value(&form, "b"), "x=y=z");
    cr_assert_str_eq(form_body_value(&form, "c"), "\n\n\n");
    cr_assert_str_eq(form_body_value(&form, "d"), "é");
    cr_assert_null(form_body_value(&form, "e"));
}

Test(form_body, has_limits_on_bytes_and_pairs)
{
    static char body[FORM_BODY_LIMIT + 2];
    struct form_body form;
    memset(body, 'x', sizeof body);
    body[1] = '=';
    cr_assert(reads(body, FORM_BODY_LIMIT, &form));
    cr_assert_not(reads(body, FORM_BODY_LIMIT + 1, &form));
    for (size_t i = 0; i < sizeof body; i++)
        body[i] = "a=&"[i % 3];
    cr_assert(reads(body, 3 * FORM_PAIRS_LIMIT - 1, &form));
    cr_assert_eq(form.count, (size_t)FORM_PAIRS_LIMIT);
    cr_assert_not(reads(body, 3 * FORM_PAIRS_LIMIT + 2, &form));
}

Test(form_body, tells_a_full_arena_from_a_bad_body)
{
    struct arena *small = arena_create(64);
    struct form_body form;
    struct error error = {.kind = ERROR_NONE};
    cr_assert_not(form_body_read(small, "a=1&b=2&c=3&d=4&e=5", 19, &form, &error));
    cr_assert_eq(error.kind, ERROR_UNAVAILABLE);
    arena_destroy(small);
}

static const struct {
    const char *query;
    enum language language;
    bool has_language;
    const char *placement;
} addresses[] = {
    {"", LANGUAGE_FR, false, ""},
    {"lang=en", LANGUAGE_EN, true, ""},
    {"from=borne-1&lang=rcf", LANGUAGE_RCF, true, "borne-1"},
    {"lang=EN", LANGUAGE_FR, false, ""},
    {"lang=de&from=Mairie", LANGUAGE_FR, false, ""},
    {"from=a%20b", LANGUAGE_FR, false, ""},
    {"from=%22%3E%3Cscript%3E", LANGUAGE_FR, false, ""},
    {"from=0123456789012345678901234567890123456789", LANGUAGE_FR, false,
     "0123456789012345678901234567890123456789"},
    {"from=01234567890123456789012345678901234567890", LANGUAGE_FR, false, ""},
    {"from=", LANGUAGE_FR, false, ""},
};

Test(form_body, takes_only_a_language_and_a_placement_from_the_address)
{
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
        struct form_query query;
        form_query_read(addresses[i].query, strlen(addresses[i].query), &query);
        cr_assert_eq(query.language, addresses[i].language, "%s", addresses[i].query);
        cr_assert_eq(query.has_language, addresses[i].has_language, "%s", addresses[i].query);
        cr_assert_str_eq(query.placement, addresses[i].placement, "%s", addresses[i].query);
    }
}

Test(form_body, knows_the_version_and_the_button_of_a_language)
{
    enum language language = LANGUAGE_FR;
    struct form_body form = form_of("_version=12&_lang=en");
    cr_assert_eq(form_body_version(&form), 12);
    cr_assert(form_body_switches_language(&form, &language));
    cr_assert_eq(language, LANGUAGE_EN);
    form = form_of("_version=-1&_lang=xx");
    cr_assert_eq(form_body_version(&form), 0);
    cr_assert_not(form_body_switches_language(&form, &language));
    form = form_of("_version=99999999999");
    cr_assert_eq(form_body_version(&form), 0);
}

static size_t budget;
static void *scarce(size_t size)
{
    return budget == 0 ? NULL : (budget--, malloc(size));
}

Test(form_body, gives_nothing_when_memory_runs_out)
{
    struct edition_survey *survey = casud_survey("demarches");
    struct form_body form = form_of("canal=desk&irritants=delai&irritants=suivi&texte=a&_id=" ID);
    struct form_query query;
    form_query_read("", 0, &query);
    struct refusals refusals = {.count = 0};
    json_set_alloc_funcs(scarce, free);
    size_t needed = 0;
    json_t *submission = NULL;
    for (; submission == NULL && needed < 500; needed++) {
        budget = needed;
        submission = form_body_to_submission(&form, survey, &query, &refusals);
    }
    cr_assert_not_null(submission);
    cr_assert_gt(needed, (size_t)10);
    cr_assert_eq(json_object_size(json_object_get(submission, "answers")), (size_t)3);
    json_decref(submission);
    json_set_alloc_funcs(malloc, free);
}
