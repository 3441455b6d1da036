// SPDX-License-Identifier: Apache-2.0
#include "config/folder.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CASUD SOURCE_DIR "/config/collectivities/casud"

// A small folder that is good, rewritten for each test: DIRECTORY/petite/….
static char directory[64];
static char folder[80];

static void put(const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (text == NULL) {
        unlink(path);
        return;
    }
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file, "%s", path);
    fputs(text, file);
    fclose(file);
}

#define ELEMENT_PROCEDURE                                                                          \
    "{\"type\": \"dropdown\", \"name\": \"demarche\", \"title\": {\"fr\": \"Laquelle\"},"          \
    " \"recueil\": {\"measure\": \"procedure\"}}"
#define CHOICE(code) "{\"value\": \"" code "\", \"text\": {\"fr\": \"Un choix\"}}"
#define QUESTION(type, name, measure, choices)                                                     \
    "{\"type\": \"" type "\", \"name\": \"" name "\", \"title\": {\"fr\": \"Question\"},"          \
    " \"recueil\": {\"measure\": \"" measure "\"}, \"choices\": [" choices "]}"

// class: external or internal; aim: the member that names the procedures, or "".
static char *survey_text(const char *slug, const char *class, const char *aim, const char *elements)
{
    return memory_format("{\"locale\": \"fr\", \"title\": {\"fr\": \"Titre\"}, \"recueil\":"
                         " {\"slug\": \"%s\", \"audience\": \"%s\", \"phase\": \"before\","
                         " \"access\": \"open\"%s%s}, \"pages\": [{\"name\": \"p\","
                         " \"title\": {\"fr\": \"Page\"}, \"elements\": [%s]}]}",
                         slug, class, aim[0] == '\0' ? "" : ", ", aim, elements);
}

#define CATALOGUE "\"procedures\": \"catalogue\""

static void put_survey(const char *name, const char *slug, const char *class, const char *aim,
                       const char *elements)
{
    char *text = survey_text(slug, class, aim, elements);
    put(name, text);
    free(text);
}

static void make_folder(void)
{
    char path[128];
    strcpy(directory, "/tmp/recueil-folder-XXXXXX");
    cr_assert_not_null(mkdtemp(directory));
    snprintf(folder, sizeof folder, "%s/petite", directory);
    snprintf(path, sizeof path, "%s/surveys", folder);
    cr_assert_eq(mkdir(folder, 0700), 0);
    cr_assert_eq(mkdir(path, 0700), 0);
    put("collectivity.json", "{\"slug\": \"petite\", \"name\": \"Petite\", \"url\":"
                             " \"https://petite.example\", \"time_zone\": \"Indian/Reunion\"}");
    put("procedures.csv", "code,label_fr,service,owner,audiences,channels\n"
                          "eau,Ouvrir l'eau,Eau,,citizen|agent,desk\n");
    put("pain-points.csv", "bit,code,nature,audience,short_fr,label_fr\n"
                           "0,delai,organisation,all,Long,C'est long\n"
                           "5,site,exclusion,external,Site,Le site\n"
                           "62,circuit,organisation,internal,Circuit,Le circuit\n");
    put("communes.csv", "code,label\n97422,Le Tampon\n");
    put("services.csv", "code,label\nmairie,Une mairie\n");
    put_survey("surveys/b.json", "demarches", "external", CATALOGUE, ELEMENT_PROCEDURE);
}

static void empty_directory(const char *path)
{
    DIR *entries = opendir(path);
    for (struct dirent *entry; entries != NULL && (entry = readdir(entries)) != NULL;) {
        char name[512];
        snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            unlink(name);
    }
    if (entries != NULL)
        closedir(entries);
    rmdir(path);
}

static void remove_folder(void)
{
    char path[128];
    snprintf(path, sizeof path, "%s/surveys", folder);
    empty_directory(path);
    empty_directory(folder);
    rmdir(directory);
}

static struct folder *read_good(const char *from)
{
    AUTO(findings) struct findings *findings = findings_create();
    struct folder *read = folder_read(from, findings);
    cr_assert_not_null(read, "%s: %s", findings->count > 0 ? findings->items[0].place : "",
                       findings->count > 0 ? findings->items[0].message : "");
    cr_assert_eq(findings->count, 0);
    return read;
}

// The folder has exactly one finding.
static void assert_finding(const char *place, const char *says)
{
    AUTO(findings) struct findings *findings = findings_create();
    cr_assert_null(folder_read(folder, findings), "%s", place);
    cr_assert_eq(findings->count, 1, "%s: %zu findings, first %s: %s", place, findings->count,
                 findings->count > 0 ? findings->items[0].place : "",
                 findings->count > 0 ? findings->items[0].message : "");
    cr_assert_str_eq(findings->items[0].place, place, "%s: %s", findings->items[0].place,
                     findings->items[0].message);
    cr_assert(strstr(findings->items[0].message, says) != NULL, "%s", findings->items[0].message);
}

Test(folder, reads_casud_whole)
{
    AUTO(folder) struct folder *casud = read_good(CASUD);
    cr_assert_str_eq(casud->collectivity->slug, "casud");
    cr_assert_eq(casud->catalogue->procedure_count, 30);
    cr_assert_eq(casud->survey_count, 2);
    cr_assert_str_eq(casud->surveys[0].file, "surveys/agents.json");
    cr_assert_str_eq(casud->surveys[1].file, "surveys/demarches.json");
    cr_assert_str_eq(casud->surveys[1].survey->slug, "demarches");

    FILE *file = fopen(CASUD "/surveys/demarches.json", "r");
    cr_assert_not_null(file);
    char *bytes = memory_allocate(1 << 20);
    size_t size = fread(bytes, 1, 1 << 20, file);
    fclose(file);
    cr_assert_eq(casud->surveys[1].size, size, "published as it is");
    cr_assert_eq(memcmp(casud->surveys[1].text, bytes, size), 0);
    free(bytes);
}

Test(folder, knows_which_pain_points_a_survey_offers, .init = make_folder, .fini = remove_folder)
{
    AUTO(folder) struct folder *casud = read_good(CASUD);
    int64_t agents = folder_offered_pain_points(casud->surveys[0].survey, casud->catalogue);
    int64_t citizens = folder_offered_pain_points(casud->surveys[1].survey, casud->catalogue);
    // The external survey offers bits 0 to 16; the internal one some of these and 17 to 24.
    cr_assert_eq(citizens, INT64_C(0x1FFFF), "%llx", (unsigned long long)citizens);
    cr_assert_eq(agents >> 17, INT64_C(0xFF), "%llx", (unsigned long long)agents);

    put_survey("surveys/b.json", "demarches", "internal", CATALOGUE,
               ELEMENT_PROCEDURE "," QUESTION("checkbox", "irritants", "pain_points",
                                              CHOICE("delai") "," CHOICE("circuit")));
    AUTO(folder) struct folder *small = read_good(folder);
    cr_assert_eq(folder_offered_pain_points(small->surveys[0].survey, small->catalogue),
                 INT64_C(1) | INT64_C(1) << 62);
}

Test(folder, offers_nothing_where_pain_points_are_not_asked, .init = make_folder,
     .fini = remove_folder)
{
    AUTO(folder) struct folder *read = read_good(folder);
    cr_assert_eq(folder_offered_pain_points(read->surveys[0].survey, read->catalogue), 0);
}

Test(folder, takes_surveys_in_the_order_of_their_names, .init = make_folder, .fini = remove_folder)
{
    put_survey("surveys/c.json", "a-survey", "external", CATALOGUE, ELEMENT_PROCEDURE);
    put_survey("surveys/a.json", "z-survey", "internal", CATALOGUE, ELEMENT_PROCEDURE);
    AUTO(folder) struct folder *read = read_good(folder);
    cr_assert_eq(read->survey_count, 3);
    cr_assert_str_eq(read->surveys[0].survey->slug, "z-survey");
    cr_assert_str_eq(read->surveys[2].survey->slug, "a-survey");
}

Test(folder, leaves_alone_the_files_that_it_knows_but_does_not_read, .init = make_folder,
     .fini = remove_folder)
{
    put("steps.csv", "x\n");
    put("actions.csv", "x\n");
    put("registers.csv", "x\n");
    put("README.md", "x\n");
    AUTO(folder) struct folder *read = read_good(folder);
    cr_assert_not_null(read->catalogue);
}

Test(folder, refuses_a_misspelt_csv_file, .init = make_folder, .fini = remove_folder)
{
    put("comunes.csv", "code,label\n1,x\n");
    assert_finding("comunes.csv", "name");
}

// Left out, it would be taken off the list as if its file were gone.
Test(folder, refuses_a_survey_beside_the_folder_of_surveys, .init = make_folder,
     .fini = remove_folder)
{
    put_survey("agents.json", "agents", "internal", CATALOGUE, ELEMENT_PROCEDURE);
    assert_finding("agents.json", "surveys/");
}

Test(folder, reads_a_survey_whatever_the_case_of_its_ending, .init = make_folder,
     .fini = remove_folder)
{
    put_survey("surveys/AGENTS.JSON", "agents", "internal", CATALOGUE, ELEMENT_PROCEDURE);
    AUTO(folder) struct folder *read = read_good(folder);
    cr_assert_eq(read->survey_count, 2);
}

Test(folder, refuses_a_folder_without_surveys, .init = make_folder, .fini = remove_folder)
{
    put("surveys/b.json", NULL);
    assert_finding("surveys", "survey");
}

Test(folder, refuses_a_slug_used_twice, .init = make_folder, .fini = remove_folder)
{
    put_survey("surveys/c.json", "demarches", "external", CATALOGUE, ELEMENT_PROCEDURE);
    assert_finding("surveys/c.json#/recueil/slug", "surveys/b.json");
}

Test(folder, refuses_reserved_slugs, .init = make_folder, .fini = remove_folder)
{
    static const char *const reserved[] = {"results", "accessibility", "style.css", "logo.svg"};
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++) {
        put_survey("surveys/b.json", reserved[i], "external", CATALOGUE, ELEMENT_PROCEDURE);
        assert_finding("surveys/b.json#/recueil/slug", reserved[i]);
    }
}

Test(folder, refuses_surveys_without_any_procedure, .init = make_folder, .fini = remove_folder)
{
    AUTO(findings) struct findings *findings = findings_create();
    put_survey("surveys/b.json", "demarches", "external", "",
               QUESTION("radiogroup", "canal", "channel", CHOICE("desk")));
    cr_assert_null(folder_read(folder, findings));
    put_survey("surveys/b.json", "demarches", "external", CATALOGUE,
               QUESTION("radiogroup", "canal", "channel", CHOICE("desk")));
    cr_assert_null(folder_read(folder, findings));
}

Test(folder, holds_a_survey_of_one_procedure_to_the_catalogue, .init = make_folder,
     .fini = remove_folder)
{
    const char *channel = QUESTION("radiogroup", "canal", "channel", CHOICE("desk"));
    put_survey("surveys/b.json", "demarches", "external", "\"procedure\": \"eau\"", channel);
    AUTO(folder) struct folder *read = read_good(folder);
    cr_assert_str_eq(read->surveys[0].survey->procedure, "eau");
    put_survey("surveys/b.json", "demarches", "external", "\"procedure\": \"gaz\"", channel);
    assert_finding("surveys/b.json#/recueil/procedure", "procedures.csv");
}

Test(folder, holds_choices_to_the_csv_files, .init = make_folder, .fini = remove_folder)
{
    static const struct {
        const char *question, *says; // says NULL: accepted
    } rows[] = {
        {QUESTION("radiogroup", "q", "commune", CHOICE("97422") "," CHOICE("dont_know")), NULL},
        {QUESTION("radiogroup", "q", "commune", CHOICE("97422") "," CHOICE("97400")),
         "communes.csv"},
        {QUESTION("radiogroup", "q", "service", CHOICE("mairie")), NULL},
        {QUESTION("radiogroup", "q", "service", CHOICE("mairie") "," CHOICE("eau")),
         "services.csv"},
        {QUESTION("checkbox", "q", "pain_points", CHOICE("delai") "," CHOICE("site")), NULL},
        {QUESTION("checkbox", "q", "pain_points", CHOICE("delai") "," CHOICE("prix")),
         "pain-points.csv"},
        {QUESTION("checkbox", "q", "pain_points", CHOICE("delai") "," CHOICE("circuit")),
         "internal"},
        {QUESTION("radiogroup", "q", "audience", CHOICE("citizen") "," CHOICE("applicant")), NULL},
        {QUESTION("radiogroup", "q", "audience", CHOICE("citizen") "," CHOICE("agent")),
         "external"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *elements = memory_format("%s,%s", ELEMENT_PROCEDURE, rows[i].question);
        put_survey("surveys/b.json", "demarches", "external", CATALOGUE, elements);
        free(elements);
        if (rows[i].says != NULL) {
            assert_finding("surveys/b.json#/pages/0/elements/1/choices/1", rows[i].says);
        } else {
            AUTO(folder) struct folder *read = read_good(folder);
            cr_assert_eq(read->survey_count, 1);
        }
    }
}

Test(folder, finds_the_place_of_a_choice_inside_a_panel, .init = make_folder, .fini = remove_folder)
{
    char *elements =
        memory_format("%s,{\"type\": \"panel\", \"name\": \"g\", \"elements\": [%s]}",
                      ELEMENT_PROCEDURE, QUESTION("radiogroup", "q", "commune", CHOICE("1")));
    put_survey("surveys/b.json", "demarches", "external", CATALOGUE, elements);
    free(elements);
    assert_finding("surveys/b.json#/pages/0/elements/1/elements/0/choices/0", "communes.csv");
}

Test(folder, refuses_an_unknown_audience_without_falling, .init = make_folder,
     .fini = remove_folder)
{
    AUTO(findings) struct findings *findings = findings_create();
    put_survey("surveys/b.json", "demarches", "external", CATALOGUE,
               ELEMENT_PROCEDURE "," QUESTION("radiogroup", "q", "audience", CHOICE("martian")));
    cr_assert_null(folder_read(folder, findings));
    cr_assert_geq(findings->count, 1);
}

Test(folder, tells_what_is_wrong_in_every_file_at_once, .init = make_folder, .fini = remove_folder)
{
    static const char *const places[] = {"collectivity.json", "procedures.csv", "pain-points.csv",
                                         "communes.csv",      "surveys/b.json", "surveys/c.json"};
    AUTO(findings) struct findings *findings = findings_create();
    put("collectivity.json", "{}");
    put("procedures.csv", NULL);
    put("pain-points.csv", "bit\n");
    put("communes.csv", "code,label\n\"x");
    put("surveys/b.json", "{");
    put("surveys/c.json", "");
    cr_assert_null(folder_read(folder, findings));
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        bool told = false;
        for (size_t k = 0; k < findings->count; k++)
            told |= strncmp(findings->items[k].place, places[i], strlen(places[i])) == 0;
        cr_assert(told, "nothing is told of %s", places[i]);
    }
}

Test(folder, takes_a_survey_saved_with_a_byte_order_mark, .init = make_folder,
     .fini = remove_folder)
{
    char *text = survey_text("demarches", "external", CATALOGUE, ELEMENT_PROCEDURE);
    char *marked = memory_format("\xEF\xBB\xBF%s", text);
    put("surveys/b.json", marked);
    AUTO(folder) struct folder *read = read_good(folder);
    cr_assert_str_eq(read->surveys[0].text, text, "a JSON document has no mark");
    cr_assert_eq(read->surveys[0].size, strlen(text));
    free(text);
    free(marked);
}

Test(folder, tells_a_directory_that_is_not_there)
{
    AUTO(findings) struct findings *findings = findings_create();
    cr_assert_null(folder_read("/nonexistent/recueil", findings));
    cr_assert_geq(findings->count, 1);
    folder_destroy(NULL);
}
