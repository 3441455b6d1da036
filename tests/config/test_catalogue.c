// SPDX-License-Identifier: Apache-2.0
#include "config/catalogue.h"

#include "config/submission.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CASUD SOURCE_DIR "/config/collectivities/casud"
#define PROCEDURE_NAMES                                                                            \
    "code,label_fr,service,owner,audiences,channels,volume_per_year,deadline_days,online_url,"     \
    "theme\n"
#define GOOD_PROCEDURE "eau,Ouvrir l'eau,Eau,,citizen|agent,desk|online,10,5,https://eau.example,\n"
#define PAIN_NAMES "bit,code,nature,audience,short_fr,label_fr,label_rcf,help_fr\n"
#define GOOD_PAIN "0,delai,organisation,all,Long,C'est long,Lé lon,\n"

static char directory[64];
static const char *const names[] = {"procedures.csv", "pain-points.csv", "communes.csv",
                                    "services.csv"};

static void make_directory(void)
{
    strcpy(directory, "/tmp/recueil-catalogue-XXXXXX");
    cr_assert_not_null(mkdtemp(directory));
}

static void remove_directory(void)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%s", directory, names[i]);
        unlink(path);
    }
    rmdir(directory);
}

static void put(const char *name, const char *text)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    if (text == NULL) {
        unlink(path);
        return;
    }
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    fputs(text, file);
    fclose(file);
}

static struct catalogue *read_casud(void)
{
    AUTO(findings) struct findings *findings = findings_create();
    struct catalogue *catalogue = catalogue_read(CASUD, findings);
    cr_assert_not_null(catalogue, "%s: %s", findings->items[0].place, findings->items[0].message);
    cr_assert_eq(findings->count, 0);
    return catalogue;
}

Test(catalogue, reads_the_files_of_casud)
{
    AUTO(catalogue) struct catalogue *catalogue = read_casud();
    cr_assert_eq(catalogue->procedure_count, 30);
    cr_assert_eq(catalogue->pain_point_count, 25);
    cr_assert_eq(catalogue->commune_count, 5);
    cr_assert_eq(catalogue->service_count, 15);

    const struct procedure *first = &catalogue->procedures[0];
    cr_assert_str_eq(first->code, "eau-branchement", "the order is the file's");
    cr_assert_str_eq(first->label, "Demander un branchement d'eau potable");
    cr_assert_str_eq(first->service, "Eau et assainissement");
    cr_assert_str_eq(first->owner, "Direction de l'eau");
    cr_assert_str_eq(first->theme, "Eau");
    cr_assert_str_eq(first->online_url, "");
    cr_assert_eq(first->volume_per_year, 1200);
    cr_assert_eq(first->deadline_days, 30);
    cr_assert_eq(first->audiences, 1U << 0 | 1U << 1 | 1U << 4 | 1U << 5);
    cr_assert_eq(first->channels, 1U << 1 | 1U << 2 | 1U << 3);

    const struct pain_point *point = &catalogue->pain_points[9];
    cr_assert_eq(point->bit, 9);
    cr_assert_str_eq(point->code, "numerique-difficile");
    cr_assert_eq(point->nature, vocabulary_find(VOCABULARY_NATURE, "exclusion", 9));
    cr_assert_str_eq(point->audience, "external");
    cr_assert_str_eq(point->short_label, "Numérique difficile");
    cr_assert_str_eq(phrase_in(&point->label, LANGUAGE_RCF), "Mi gingn pa fé sa si linternet");
    cr_assert(phrase_falls_back(&catalogue->pain_points[17].label, LANGUAGE_RCF));

    cr_assert_str_eq(catalogue->communes[3].label, "L'Entre-Deux");
    cr_assert_eq(catalogue->communes[3].population, 7000);
    cr_assert_eq(catalogue->communes[4].population, NUMBER_ABSENT);
    cr_assert_eq(catalogue->services[0].population, NUMBER_ABSENT);
}

Test(catalogue, finds_every_code_and_no_other)
{
    AUTO(catalogue) struct catalogue *catalogue = read_casud();
    for (size_t i = 0; i < catalogue->procedure_count; i++) {
        const char *code = catalogue->procedures[i].code;
        cr_assert_eq(catalogue_procedure(catalogue, code, strlen(code)), &catalogue->procedures[i]);
    }
    for (size_t i = 0; i < catalogue->pain_point_count; i++) {
        const char *code = catalogue->pain_points[i].code;
        cr_assert_eq(catalogue_pain_point(catalogue, code, strlen(code)),
                     &catalogue->pain_points[i]);
    }
    for (size_t i = 0; i < catalogue->commune_count; i++) {
        const char *code = catalogue->communes[i].code;
        cr_assert_eq(catalogue_commune(catalogue, code, strlen(code)), &catalogue->communes[i]);
    }
    for (size_t i = 0; i < catalogue->service_count; i++) {
        const char *code = catalogue->services[i].code;
        cr_assert_eq(catalogue_service(catalogue, code, strlen(code)), &catalogue->services[i]);
    }
    cr_assert_str_eq(catalogue_procedure(catalogue, "eau-fuite\",", 9)->code, "eau-fuite");
    static const char *const unknown[] = {"",          "other", "eau", "eau-fuit", "eau-fuite2",
                                          "EAU-FUITE", "zzz",   "0",   "\xFF\xFF", " eau-fuite"};
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        size_t size = strlen(unknown[i]);
        cr_assert_null(catalogue_procedure(catalogue, unknown[i], size), "%s", unknown[i]);
        cr_assert_null(catalogue_pain_point(catalogue, unknown[i], size), "%s", unknown[i]);
        cr_assert_null(catalogue_commune(catalogue, unknown[i], size), "%s", unknown[i]);
    }
    cr_assert_null(catalogue_procedure(catalogue, "eau-fuite\0", 10));
    cr_assert_null(catalogue_procedure(catalogue, "eau-\0uite", 9));
}

Test(catalogue, knows_which_class_a_procedure_is_for)
{
    AUTO(catalogue) struct catalogue *catalogue = read_casud();
    static const struct {
        const char *code;
        bool external, internal;
    } rows[] = {{"eau-branchement", true, true}, {"conges-agents", false, true}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct procedure *procedure =
            catalogue_procedure(catalogue, rows[i].code, strlen(rows[i].code));
        cr_assert_eq(procedure_fits(procedure, "external"), rows[i].external, "%s", rows[i].code);
        cr_assert_eq(procedure_fits(procedure, "internal"), rows[i].internal, "%s", rows[i].code);
    }
}

Test(catalogue, comes_back_from_json_exactly)
{
    AUTO(catalogue) struct catalogue *catalogue = read_casud();
    json_auto_t *document = catalogue_to_json(catalogue);
    char *text = json_dumps(document, JSON_COMPACT);
    json_auto_t *parsed = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    struct error error = {0};
    AUTO(catalogue) struct catalogue *again = catalogue_from_json(parsed, &error);
    cr_assert_not_null(again, "%s", error.message);
    json_auto_t *second = catalogue_to_json(again);
    char *text_again = json_dumps(second, JSON_COMPACT);
    cr_assert_str_eq(text_again, text, "the same bytes, so the same ETag");

    cr_assert_eq(again->procedure_count, catalogue->procedure_count);
    for (size_t i = 0; i < catalogue->procedure_count; i++) {
        const struct procedure *a = &catalogue->procedures[i], *b = &again->procedures[i];
        cr_assert(a->audiences == b->audiences && a->channels == b->channels &&
                  a->volume_per_year == b->volume_per_year && strcmp(a->label, b->label) == 0);
    }
    for (size_t i = 0; i < catalogue->pain_point_count; i++) {
        const struct pain_point *a = &catalogue->pain_points[i], *b = &again->pain_points[i];
        cr_assert(a->bit == b->bit && a->nature == b->nature);
        cr_assert_eq(a->label.text[LANGUAGE_RCF] == NULL, b->label.text[LANGUAGE_RCF] == NULL);
    }
    cr_assert_eq(again->communes[4].population, NUMBER_ABSENT);
    cr_assert_not_null(catalogue_procedure(again, "eau-fuite", 9));
    free(text);
    free(text_again);
}

Test(catalogue, refuses_documents_that_are_no_catalogue)
{
    AUTO(catalogue) struct catalogue *catalogue = read_casud();
    json_auto_t *document = catalogue_to_json(catalogue);
    const char *key;
    json_t *list;
    json_object_foreach(document, key, list)
    {
        json_auto_t *without = json_deep_copy(document);
        struct error lacking = {0};
        json_object_del(without, key);
        cr_assert_null(catalogue_from_json(without, &lacking), "without %s", key);
        cr_assert_eq(lacking.kind, ERROR_BAD_INPUT);

        json_auto_t *twice = json_deep_copy(document);
        json_t *items = json_object_get(twice, key);
        struct error error = {0};
        json_array_append(items, json_array_get(items, 0));
        cr_assert_null(catalogue_from_json(twice, &error), "%s: a code twice", key);
        cr_assert_eq(error.kind, ERROR_BAD_INPUT);

        json_auto_t *empty = json_deep_copy(document);
        json_array_append_new(json_object_get(empty, key), json_object());
        cr_assert_null(catalogue_from_json(empty, NULL), "%s: an item without fields", key);

        json_auto_t *number = json_deep_copy(document);
        json_array_append_new(json_object_get(number, key), json_integer(1));
        cr_assert_null(catalogue_from_json(number, NULL), "%s: an item that is a number", key);
    }
    json_auto_t *array = json_array();
    cr_assert_null(catalogue_from_json(array, NULL));
    cr_assert_null(catalogue_from_json(NULL, NULL));
    catalogue_destroy(NULL);
}

static void put_good_files(void)
{
    put("procedures.csv", PROCEDURE_NAMES GOOD_PROCEDURE);
    put("pain-points.csv", PAIN_NAMES GOOD_PAIN);
}

Test(catalogue, does_without_communes_and_services, .init = make_directory,
     .fini = remove_directory)
{
    AUTO(findings) struct findings *findings = findings_create();
    put_good_files();
    AUTO(catalogue) struct catalogue *catalogue = catalogue_read(directory, findings);
    cr_assert_not_null(catalogue, "%s", findings->count > 0 ? findings->items[0].message : "");
    cr_assert_eq(catalogue->commune_count, 0);
    cr_assert_null(catalogue_commune(catalogue, "97422", 5));
    cr_assert_str_eq(catalogue->procedures[0].online_url, "https://eau.example");
    json_auto_t *document = catalogue_to_json(catalogue);
    AUTO(catalogue) struct catalogue *again = catalogue_from_json(document, NULL);
    cr_assert_not_null(again);
}

// Each row alone is wrong in a file that is good otherwise.
static const struct wrong_row {
    const char *file, *row, *place, *says;
} wrong_rows[] = {
    {"procedures.csv", "Eau,A,,,agent,,,,,", "3:1", "code"},
    {"procedures.csv", "-eau,A,,,agent,,,,,", "3:1", "code"},
    {"procedures.csv", "eau_fuite,A,,,agent,,,,,", "3:1", "code"},
    {"procedures.csv", "d\xC3\xA9lai,A,,,agent,,,,,", "3:1", "code"},
    {"procedures.csv", ",A,,,agent,,,,,", "3:1", "code"},
    {"procedures.csv", "a23456789-123456789-123456789-123456789-1,A,,,agent,,,,,", "3:1", "40"},
    {"procedures.csv", "other,A,,,agent,,,,,", "3:1", "reserved"},
    {"procedures.csv", "eau,A,,,agent,,,,,", "3:1", "line 2"},
    {"procedures.csv", "b,,,,agent,,,,,", "3:3", "label_fr"},
    {"procedures.csv", "b,\" \",,,agent,,,,,", "3:3", "label_fr"},
    {"procedures.csv", "b,\"A\nB\",,,agent,,,,,", "3:3", "line end"},
    {"procedures.csv", "b,A,,,agents,,,,,", "3:7",
     "citizen, applicant, beneficiary, elected, agent or partner"},
    {"procedures.csv", "b,A,,,citizen;agent,,,,,", "3:7", "|"},
    {"procedures.csv", "b,A,,,citizen|,,,,,", "3:7", "citizen"},
    {"procedures.csv", "b,A,,,|citizen,,,,,", "3:7", "citizen"},
    {"procedures.csv", "b,A,,,agent|agent,,,,,", "3:7", "twice"},
    {"procedures.csv", "b,A,,,agent,fax,,,,", "3:13", "online, desk, phone, mail or home"},
    {"procedures.csv", "b,A,,,agent,desk|desk,,,,", "3:13", "twice"},
    {"procedures.csv", "b,A,,,agent,,12.5,,,", "3:14", "whole number"},
    {"procedures.csv", "b,A,,,agent,,1 200,,,", "3:14", "whole number"},
    {"procedures.csv", "b,A,,,agent,,-1,,,", "3:14", "whole number"},
    {"procedures.csv", "b,A,,,agent,,99999999999999999999,,,", "3:14", "whole number"},
    {"procedures.csv", "b,A,,,agent,,,soon,,", "3:15", "deadline_days"},
    {"procedures.csv", "b,A,,,agent,,,,www.eau.example,", "3:16", "https://"},
    {"procedures.csv", "b,A,,,agent,,,,javascript:alert(1),", "3:16", "https://"},
    {"procedures.csv", "b,A,,,agent,,,,ftp://eau.example,", "3:16", "https://"},
    {"procedures.csv", "b,A,,,agent,,,,https://,", "3:16", "https://"},
    {"procedures.csv", "b,A,,,agent,,,,https://a b,", "3:16", "https://"},
    {"pain-points.csv", "63,b,access,all,S,L,,", "3:1", "62"},
    {"pain-points.csv", "-1,b,access,all,S,L,,", "3:1", "62"},
    {"pain-points.csv", ",b,access,all,S,L,,", "3:1", "62"},
    {"pain-points.csv", "1x,b,access,all,S,L,,", "3:1", "62"},
    {"pain-points.csv", "0,b,access,all,S,L,,", "3:1", "line 2"},
    {"pain-points.csv", "1,delai,access,all,S,L,,", "3:3", "line 2"},
    {"pain-points.csv", "1,none,access,all,S,L,,", "3:3", "reserved"},
    {"pain-points.csv", "1,b,slowness,all,S,L,,", "3:5", "digital-gain"},
    {"pain-points.csv", "1,b,,all,S,L,,", "3:5", "digital-gain"},
    {"pain-points.csv", "1,b,access,everybody,S,L,,", "3:12", "external or internal"},
    {"pain-points.csv", "1,b,access,,S,L,,", "3:12", "all"},
    {"pain-points.csv", "1,b,access,all,,L,,", "3:16", "short_fr"},
    {"pain-points.csv", "1,b,access,all,S,,,", "3:18", "label_fr"},
    {"communes.csv", "Tampon,Le Tampon,1", "2:1", "code"},
    {"communes.csv", "97422,,1", "2:7", "label"},
    {"communes.csv", "97422,Le Tampon,many", "2:17", "population"},
    {"services.csv", "eau,L'eau,1.5", "2:11", "staff"},
};

static const char *names_of(const char *file)
{
    return file[0] == 'c'   ? "code,label,population\n"
           : file[0] == 's' ? "code,label,staff\n"
           : file[1] == 'r' ? PROCEDURE_NAMES GOOD_PROCEDURE
                            : PAIN_NAMES GOOD_PAIN;
}

Test(catalogue, tells_what_is_wrong_in_a_row_where_and_what_to_write, .init = make_directory,
     .fini = remove_directory)
{
    for (size_t i = 0; i < sizeof wrong_rows / sizeof *wrong_rows; i++) {
        const struct wrong_row *row = &wrong_rows[i];
        char text[1024];
        char place[64];
        snprintf(text, sizeof text, "%s%s\n", names_of(row->file), row->row);
        snprintf(place, sizeof place, "%s:%s", row->file, row->place);
        put_good_files();
        put(row->file, text);
        AUTO(findings) struct findings *findings = findings_create();
        cr_assert_null(catalogue_read(directory, findings), "%s", row->row);
        cr_assert_eq(findings->count, 1, "%s: %zu findings", row->row, findings->count);
        cr_assert_str_eq(findings->items[0].place, place, "%s: %s %s", row->row,
                         findings->items[0].place, findings->items[0].message);
        cr_assert(strstr(findings->items[0].message, row->says) != NULL, "%s: %s", row->row,
                  findings->items[0].message);
        put("communes.csv", NULL);
        put("services.csv", NULL);
    }
}

Test(catalogue, tells_all_of_it_in_one_run, .init = make_directory, .fini = remove_directory)
{
    AUTO(findings) struct findings *findings = findings_create();
    put("procedures.csv", PROCEDURE_NAMES "Eau,,,,martian,fax,x,y,z,\n");
    put("communes.csv", "code,label\nok,\n");
    cr_assert_null(catalogue_read(directory, findings));
    cr_assert_eq(findings->count, 9, "%zu", findings->count); // 7, pain-points.csv, the commune
}

Test(catalogue, needs_a_procedure_and_a_pain_point, .init = make_directory,
     .fini = remove_directory)
{
    AUTO(findings) struct findings *findings = findings_create();
    put("procedures.csv", PROCEDURE_NAMES);
    put("pain-points.csv", PAIN_NAMES);
    cr_assert_null(catalogue_read(directory, findings));
    cr_assert_eq(findings->count, 2);
    cr_assert_str_eq(findings->items[0].place, "procedures.csv");
    cr_assert_str_eq(findings->items[1].place, "pain-points.csv");
}

Test(catalogue, takes_all_63_bits_and_codes_at_their_longest, .init = make_directory,
     .fini = remove_directory)
{
    char text[8192] = PAIN_NAMES;
    for (int bit = 62; bit >= 0; bit--)
        snprintf(text + strlen(text), sizeof text - strlen(text),
                 "%d,p%d-456789-123456789-123456789-1234%s,access,all,S,L,,\n", bit, bit,
                 bit < 10 ? "567890" : "56789");
    AUTO(findings) struct findings *findings = findings_create();
    put_good_files();
    put("pain-points.csv", text);
    AUTO(catalogue) struct catalogue *catalogue = catalogue_read(directory, findings);
    cr_assert_not_null(catalogue, "%s", findings->count > 0 ? findings->items[0].message : "");
    cr_assert_eq(catalogue->pain_point_count, 63);
    cr_assert_eq(catalogue->pain_points[0].bit, 62);
}
