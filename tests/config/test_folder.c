// SPDX-License-Identifier: Apache-2.0
#include "config/folder.h"

#include "tests/config/casud_copy.h"

#define EXTERNAL "surveys/demarches.json"
#define INTERNAL "surveys/agents.json"

static struct folder *read_soundly(const char *directory)
{
    AUTO(findings) struct findings *findings = findings_create();
    struct folder *folder = folder_read(directory, findings);
    cr_assert_eq(findings->count, 0, "%s: %s", findings->items[0].place,
                 findings->items[0].message);
    cr_assert_not_null(folder);
    return folder;
}

Test(folder, reads_casud_without_a_finding)
{
    AUTO(folder) struct folder *folder = read_soundly(CASUD);
    cr_assert_str_eq(folder->collectivity->slug, "casud");
    cr_assert_eq(folder->catalogue->procedure_count, 30);
    cr_assert_eq(folder->catalogue->pain_point_count, 25);
    cr_assert_eq(folder->catalogue->commune_count, 5);
    cr_assert_eq(folder->catalogue->service_count, 15);
    cr_assert_eq(folder->survey_count, 2);
    cr_assert_str_eq(folder->surveys[0].file, INTERNAL, "by file name");
    cr_assert_str_eq(folder->surveys[1].file, EXTERNAL);
    cr_assert_str_eq(folder->surveys[0].survey->slug, "agents");
    cr_assert_str_eq(folder->surveys[1].survey->slug, "demarches");
}

Test(folder, keeps_the_surveys_bytes)
{
    AUTO(folder) struct folder *folder = read_soundly(CASUD);
    for (size_t i = 0; i < folder->survey_count; i++) {
        char *path = memory_format(CASUD "/%s", folder->surveys[i].file);
        char *text = read_text(path);
        cr_assert_eq(folder->surveys[i].size, strlen(text));
        cr_assert_str_eq(folder->surveys[i].text, text);
        free(text);
        free(path);
    }
}

Test(folder, leaves_a_byte_order_mark_out_of_what_is_published, .init = make_copy,
     .fini = remove_copy)
{
    change(EXTERNAL, "{", "\xEF\xBB\xBF{");
    AUTO(folder) struct folder *folder = read_soundly(copy);
    cr_assert_eq(folder->surveys[1].text[0], '{');
    cr_assert_eq(folder->surveys[1].size, strlen(folder->surveys[1].text));
}

Test(folder, tells_which_pain_points_a_survey_offers)
{
    AUTO(folder) struct folder *folder = read_soundly(CASUD);
    // bits 0 to 16; and those that the agents' list names, of the taxonomy's order
    cr_assert_eq(folder_offered_pain_points(folder->surveys[1].survey, folder->catalogue),
                 INT64_C(0x1FFFF));
    int64_t agents = folder_offered_pain_points(folder->surveys[0].survey, folder->catalogue);
    cr_assert_eq(agents & INT64_C(0x1FE0000), INT64_C(0x1FE0000), "17 to 24 are for agents");
    cr_assert_eq(__builtin_popcountll((uint64_t)agents), 16, "as many as the choices");
    cr_assert_eq(agents & (INT64_C(1) << 16), 0, "handicap is external");
}

Test(folder, offers_no_pain_point_without_the_question)
{
    struct survey survey = {.slug = NULL};
    struct catalogue catalogue = {.procedures = NULL};
    cr_assert_eq(folder_offered_pain_points(&survey, &catalogue), 0);
}

// Each alone in a folder that is good otherwise: one finding at this place.
static const struct {
    const char *file, *from, *to;
    const char *place, *says;
} breaks[] = {
    {"procedures.csv", "eau-branchement", "Eau", "procedures.csv:2:1", "no code"},
    {"pain-points.csv", "0,delai", "63,delai", "pain-points.csv:2:1", "no bit"},
    {"communes.csv", "97422,Le Tampon", "97422,\"Le Tampon", "communes.csv:2:7", "not closed"},
    {"services.csv", "label,staff", "label,nombre", "services.csv:1:12", "unknown column"},
    {"collectivity.json", "\"#0d6b5c\"", "\"#ffffff\"", "collectivity.json#/accent", "too light"},
    {"logo.svg", "<rect", "<script", "logo.svg:1:61", "can run"},
    {EXTERNAL, "\"locale\"", "\"local\"", EXTERNAL "#/local", ""},
    {"communes.csv", "97422,Le Tampon", "97499,Le Tampon",
     EXTERNAL "#/pages/3/elements/3/choices/3", "\"97422\" is not in communes.csv"},
    {"services.csv", "spanc,SPANC", "spank,SPANC", INTERNAL "#/pages/0/elements/1/choices/1",
     "\"spanc\" is not in services.csv"},
    {EXTERNAL, "\"value\": \"horaires\"", "\"value\": \"horaire\"",
     EXTERNAL "#/pages/2/elements/0/choices/2", "\"horaire\" is not in pain-points.csv"},
    {EXTERNAL, "\"value\": \"horaires\"", "\"value\": \"double-saisie\"",
     EXTERNAL "#/pages/2/elements/0/choices/2", "is for internal audiences"},
    {INTERNAL, "\"value\": \"moyens\"", "\"value\": \"handicap\"",
     INTERNAL "#/pages/4/elements/0/choices/8", "is for external audiences"},
    {EXTERNAL, "\"slug\": \"demarches\"", "\"slug\": \"agents\"", EXTERNAL "#/recueil/slug",
     "the slug of surveys/agents.json too"},
    {EXTERNAL, "\"slug\": \"demarches\"", "\"slug\": \"results\"", EXTERNAL "#/recueil/slug", ""},
};

Test(folder, names_the_file_and_place_of_what_is_wrong, .init = make_copy, .fini = remove_copy)
{
    for (size_t i = 0; i < sizeof breaks / sizeof breaks[0]; i++) {
        AUTO(findings) struct findings *findings = findings_create();
        change(breaks[i].file, breaks[i].from, breaks[i].to);
        cr_assert_null(folder_read(copy, findings), "%s", breaks[i].place);
        restore(breaks[i].file);
        assert_told(findings, breaks[i].place, breaks[i].says);
    }
    AUTO(folder) struct folder *folder = read_soundly(copy);
    cr_assert_eq(folder->survey_count, 2, "restored");
}

Test(folder, tells_of_all_files_in_one_run, .init = make_copy, .fini = remove_copy)
{
    AUTO(findings) struct findings *findings = findings_create();
    change("procedures.csv", "eau-branchement", "Eau");
    change("services.csv", "spanc,SPANC", "spanc,");
    change("collectivity.json", "249740085", "1");
    change(EXTERNAL, "\"locale\"", "\"local\"");
    cr_assert_null(folder_read(copy, findings));
    cr_assert_eq(findings->count, 4, "one run tells all: %zu", findings->count);
}

static void assert_file_missing(const char *name)
{
    AUTO(findings) struct findings *findings = findings_create();
    drop(name);
    cr_assert_null(folder_read(copy, findings), "%s", name);
    cr_assert_geq(findings->count, 1);
    cr_assert_str_eq(findings->items[0].place, name);
    restore(name);
}

Test(folder, misses_what_must_be_there, .init = make_copy, .fini = remove_copy)
{
    assert_file_missing("collectivity.json");
    assert_file_missing("procedures.csv");
    assert_file_missing("pain-points.csv");
    assert_file_missing("logo.svg");

    AUTO(findings) struct findings *findings = findings_create();
    drop(EXTERNAL);
    drop(INTERNAL);
    cr_assert_null(folder_read(copy, findings));
    assert_told(findings, "surveys", "holds no survey");
}

Test(folder, needs_communes_only_where_a_survey_asks_for_them, .init = make_copy,
     .fini = remove_copy)
{
    drop("communes.csv");
    AUTO(findings) struct findings *findings = findings_create();
    cr_assert_null(folder_read(copy, findings));
    cr_assert_eq(findings->count, 5, "one a choice");
    cr_assert_str_eq(findings->items[0].place, EXTERNAL "#/pages/3/elements/3/choices/0");
    drop(EXTERNAL);
    AUTO(folder) struct folder *folder = read_soundly(copy);
    cr_assert_eq(folder->survey_count, 1);
}

Test(folder, refuses_tables_that_it_does_not_know, .init = make_copy, .fini = remove_copy)
{
    static const char *const later[] = {"steps.csv", "actions.csv", "registers.csv"};
    for (size_t i = 0; i < sizeof later / sizeof later[0]; i++)
        put(later[i], "not read yet\n");
    put("README.md", "notes\n");
    put(".hidden.csv", "an editor's copy\n");
    AUTO(folder) struct folder *folder = read_soundly(copy);
    cr_assert_eq(folder->survey_count, 2);

    static const char *const wrong[] = {"procedure.csv", "Services.CSV"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        AUTO(findings) struct findings *findings = findings_create();
        put(wrong[i], "code,label\n");
        cr_assert_null(folder_read(copy, findings));
        assert_told(findings, wrong[i], "correct its name");
        drop(wrong[i]);
    }
}

Test(folder, judges_the_bytes_of_surveys, .init = make_copy, .fini = remove_copy)
{
    enum { LIMIT = 1024 * 1024 };
    AUTO(findings) struct findings *first = findings_create();
    put(EXTERNAL, "{\n\"title\": \"d\xE9marche\"}");
    cr_assert_null(folder_read(copy, first));
    assert_told(first, EXTERNAL ":2:12", "save the file as UTF-8");

    AUTO(findings) struct findings *second = findings_create();
    put(EXTERNAL, "");
    cr_assert_null(folder_read(copy, second));
    assert_told(second, EXTERNAL, "empty");

    AUTO(findings) struct findings *third = findings_create();
    char *text = memory_allocate(LIMIT + 1);
    memset(text, ' ', LIMIT + 1);
    put_bytes(EXTERNAL, text, LIMIT + 1);
    free(text);
    cr_assert_null(folder_read(copy, third));
    assert_told(third, EXTERNAL, "larger than 1024 KiB");
}

#define ONE_PROCEDURE(code)                                                                        \
    "{\"title\": \"Bac\", \"recueil\": {\"slug\": \"bac\", \"audience\": \"external\","            \
    " \"procedure\": \"" code "\"}, \"pages\": [{\"name\": \"page\", \"title\": \"Page\","         \
    " \"elements\": [{\"type\": \"rating\", \"name\": \"note\", \"title\": \"Content ?\","         \
    " \"recueil\": {\"measure\": \"satisfaction\"}}]}]}"

Test(folder, looks_the_one_procedure_of_a_survey_up, .init = make_copy, .fini = remove_copy)
{
    put("surveys/bac.json", ONE_PROCEDURE("dechets-bac"));
    AUTO(folder) struct folder *folder = read_soundly(copy);
    cr_assert_eq(folder->survey_count, 3);
    cr_assert_str_eq(folder->surveys[1].survey->procedure, "dechets-bac");

    AUTO(findings) struct findings *findings = findings_create();
    put("surveys/bac.json", ONE_PROCEDURE("dechets-sac"));
    cr_assert_null(folder_read(copy, findings));
    assert_told(findings, "surveys/bac.json#/recueil/procedure", "not in procedures.csv");
}

Test(folder, asks_for_the_procedure_where_the_survey_names_none, .init = make_copy,
     .fini = remove_copy)
{
    AUTO(findings) struct findings *findings = findings_create();
    put("surveys/bac.json", ONE_PROCEDURE("dechets-bac"));
    change("surveys/bac.json", ", \"procedure\": \"dechets-bac\"", "");
    cr_assert_null(folder_read(copy, findings));
    cr_assert_eq(findings->count, 1);
    cr_assert_eq(strncmp(findings->items[0].place, "surveys/bac.json#", 17), 0, "%s",
                 findings->items[0].place);
}

Test(folder, says_what_a_folder_lacks_that_is_not_there)
{
    AUTO(findings) struct findings *findings = findings_create();
    cr_assert_null(folder_read("/nonexistent/casud", findings));
    cr_assert_eq(findings->count, 4, "file, two tables, surveys: %zu", findings->count);
    folder_destroy(NULL);
}
