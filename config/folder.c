// SPDX-License-Identifier: Apache-2.0
#include "config/folder.h"

#include "config/whole_file.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { SURVEY_FILE_LIMIT = 1024 * 1024, POINTER_SIZE = 120 };

// -- Listing --

// Whatever the case: a survey saved as .JSON must not seem to be gone.
static bool ends_with(const struct dirent *entry, const char *ending)
{
    size_t size = strlen(entry->d_name), length = strlen(ending);
    return entry->d_name[0] != '.' && size > length &&
           strcasecmp(entry->d_name + size - length, ending) == 0;
}

static int is_survey_file(const struct dirent *entry)
{
    return ends_with(entry, ".json");
}

static int is_data_file(const struct dirent *entry)
{
    return ends_with(entry, ".json") || ends_with(entry, ".csv");
}

static void free_names(struct dirent **names, int count)
{
    for (int i = 0; i < count; i++)
        free(names[i]);
    free(names);
}

// A misspelt or misplaced file would otherwise be silently left out. steps, actions and registers
// belong to the folder, but this version does not read them.
static void check_names(const char *directory, struct findings *findings)
{
    static const char *const known[] = {"collectivity.json", "procedures.csv", "pain-points.csv",
                                        "communes.csv",      "services.csv",   "steps.csv",
                                        "actions.csv",       "registers.csv"};
    struct dirent **names = NULL;
    int count = scandir(directory, &names, is_data_file, alphasort);
    for (int i = 0; i < count; i++) {
        bool found = false;
        for (size_t k = 0; k < sizeof known / sizeof known[0]; k++)
            found |= strcmp(names[i]->d_name, known[k]) == 0;
        if (!found)
            findings_add(findings, names[i]->d_name,
                         "is no file of a collectivity: correct its name, or move it away (surveys "
                         "belong in surveys/)");
    }
    if (count >= 0)
        free_names(names, count);
}

// -- Surveys --

static void read_survey(struct folder *folder, const char *directory, const char *name,
                        struct findings *findings)
{
    struct folder_survey entry = {.file = memory_format("surveys/%s", name)};
    char *path = memory_format("%s/surveys/%s", directory, name);
    entry.text = whole_file_read(path, entry.file, SURVEY_FILE_LIMIT, &entry.size, findings);
    free(path);
    if (entry.text != NULL) {
        size_t mark = whole_file_mark(entry.text, entry.size);
        memmove(entry.text, entry.text + mark, entry.size - mark + 1);
        entry.size -= mark;
        entry.survey = survey_read(entry.text, entry.size, entry.file, findings);
    }
    size_t size = (folder->survey_count + 1) * sizeof folder->surveys[0];
    folder->surveys = memory_resize(folder->surveys, size);
    folder->surveys[folder->survey_count++] = entry;
}

static void read_surveys(struct folder *folder, const char *directory, struct findings *findings)
{
    char *path = memory_format("%s/surveys", directory);
    struct dirent **names = NULL;
    int count = scandir(path, &names, is_survey_file, alphasort);
    for (int i = 0; i < count; i++)
        read_survey(folder, directory, names[i]->d_name, findings);
    if (count <= 0)
        findings_add(findings, "surveys",
                     "holds no survey: write one, such as surveys/demarches.json");
    if (count >= 0)
        free_names(names, count);
    free(path);
}

// -- Places in a survey's file --

static bool element_has_name(const json_t *element, const char *name)
{
    const char *own = json_string_value(json_object_get(element, "name"));
    return own != NULL && strcmp(own, name) == 0;
}

// "#/pages/0/elements/3" or "…/elements/3/elements/1" of the question; "" when it is not found.
static void find_pointer(const json_t *document, const char *name, char pointer[POINTER_SIZE])
{
    size_t p;
    json_t *page;
    pointer[0] = '\0';
    json_array_foreach(json_object_get(document, "pages"), p, page)
    {
        size_t e;
        json_t *element;
        json_array_foreach(json_object_get(page, "elements"), e, element)
        {
            if (element_has_name(element, name))
                (void)snprintf(pointer, POINTER_SIZE, "#/pages/%zu/elements/%zu", p, e);
            size_t i;
            json_t *inner;
            json_array_foreach(json_object_get(element, "elements"), i, inner)
            {
                if (element_has_name(inner, name))
                    (void)snprintf(pointer, POINTER_SIZE, "#/pages/%zu/elements/%zu/elements/%zu",
                                   p, e, i);
            }
        }
    }
}

static char *choice_place(const struct folder_survey *entry, const struct question *question,
                          size_t choice)
{
    char pointer[POINTER_SIZE];
    json_t *document = json_loadb(entry->text, entry->size, 0, NULL);
    find_pointer(document, question->name, pointer);
    json_decref(document);
    return memory_format("%s%s/choices/%zu", entry->file, pointer, choice);
}

// -- Files against each other --

struct check {
    const struct folder *folder;
    const struct folder_survey *entry;
    struct findings *findings;
};

static bool is_reserved_value(const char *code)
{
    return strcmp(code, CHOICE_DONT_KNOW) == 0 || strcmp(code, CHOICE_NONE) == 0 ||
           strcmp(code, CHOICE_OTHER) == 0;
}

// Which file must hold the codes of a question with this kind of measure, and whether it does.
static const char *missing_from(const struct catalogue *catalogue, enum measure_kind kind,
                                const char *code)
{
    size_t size = strlen(code);
    switch (kind) {
    case MEASURE_IS_PROCEDURE:
        return catalogue_procedure(catalogue, code, size) == NULL ? "procedures.csv" : NULL;
    case MEASURE_IS_COMMUNE:
        return catalogue_commune(catalogue, code, size) == NULL ? "communes.csv" : NULL;
    case MEASURE_IS_SERVICE:
        return catalogue_service(catalogue, code, size) == NULL ? "services.csv" : NULL;
    case MEASURE_IS_PAIN:
        return catalogue_pain_point(catalogue, code, size) == NULL ? "pain-points.csv" : NULL;
    default:
        return NULL;
    }
}

// People are asked about the pain points of their own class; what agents believe of users, about
// those of users.
static bool class_fits(const struct check *check, const struct question *question,
                       const struct pain_point *point)
{
    const char *class = question->measure == MEASURE_BELIEVED_PAIN_POINTS
                            ? "external"
                            : check->entry->survey->class;
    return strcmp(point->audience, "all") == 0 || strcmp(point->audience, class) == 0;
}

static void check_choice(const struct check *check, const struct question *question, size_t index)
{
    const struct catalogue *catalogue = check->folder->catalogue;
    const char *code = question->choices[index].code;
    enum measure_kind kind = measure_rule(question->measure)->kind;
    const struct pain_point *point =
        kind == MEASURE_IS_PAIN ? catalogue_pain_point(catalogue, code, strlen(code)) : NULL;
    const char *file = is_reserved_value(code) ? NULL : missing_from(catalogue, kind, code);
    if (file == NULL && (point == NULL || class_fits(check, question, point)))
        return;
    char *place = choice_place(check->entry, question, index);
    if (file != NULL)
        findings_add(check->findings, place,
                     "\"%s\" is not in %s: add it there, or correct the choice", code, file);
    else
        findings_add(
            check->findings, place,
            "\"%s\" is for %s audiences in pain-points.csv: remove the choice, or write all "
            "there",
            code, point->audience);
    free(place);
}

static void check_audience(const struct check *check, const struct question *question)
{
    for (size_t i = 0; i < question->choice_count; i++) {
        const char *code = question->choices[i].code;
        if (is_reserved_value(code) ||
            strcmp(vocabulary_class_of(code), check->entry->survey->class) == 0)
            continue;
        char *place = choice_place(check->entry, question, i);
        findings_add(check->findings, place, "\"%s\" is no audience of an %s survey: remove it",
                     code, check->entry->survey->class);
        free(place);
    }
}

static void check_survey(const struct check *check)
{
    const struct survey *survey = check->entry->survey;
    if (survey->procedure != NULL &&
        catalogue_procedure(check->folder->catalogue, survey->procedure,
                            strlen(survey->procedure)) == NULL) {
        char *place = memory_format("%s#/recueil/procedure", check->entry->file);
        findings_add(check->findings, place, "\"%s\" is not in procedures.csv: add it there",
                     survey->procedure);
        free(place);
    }
    for (size_t i = 0; i < survey->question_count; i++) {
        const struct question *question = &survey->questions[i];
        if (question->measure == MEASURE_NONE)
            continue;
        if (question->measure == MEASURE_AUDIENCE)
            check_audience(check, question);
        for (size_t choice = 0; choice < question->choice_count; choice++)
            check_choice(check, question, choice);
    }
}

static void check_slugs(const struct folder *folder, struct findings *findings)
{
    for (size_t i = 0; i < folder->survey_count; i++)
        for (size_t other = 0; other < i; other++) {
            if (strcmp(folder->surveys[i].survey->slug, folder->surveys[other].survey->slug) != 0)
                continue;
            char *place = memory_format("%s#/recueil/slug", folder->surveys[i].file);
            findings_add(findings, place, "\"%s\" is the slug of %s too: choose another",
                         folder->surveys[i].survey->slug, folder->surveys[other].file);
            free(place);
        }
}

// Only once each file is good by itself: otherwise one mistake would be told twice.
static void check_together(const struct folder *folder, struct findings *findings)
{
    check_slugs(folder, findings);
    for (size_t i = 0; i < folder->survey_count; i++) {
        const struct check check = {folder, &folder->surveys[i], findings};
        check_survey(&check);
    }
}

// -- The folder --

struct folder *folder_read(const char *directory, struct findings *findings)
{
    size_t before = findings->count;
    AUTO(folder) struct folder *folder = memory_allocate(sizeof *folder);
    folder->collectivity = collectivity_read(directory, findings);
    folder->catalogue = catalogue_read(directory, findings);
    check_names(directory, findings);
    read_surveys(folder, directory, findings);
    if (findings->count == before)
        check_together(folder, findings);
    return findings->count == before ? TAKE(folder) : NULL;
}

void folder_destroy(struct folder *folder)
{
    if (folder == NULL)
        return;
    collectivity_destroy(folder->collectivity);
    catalogue_destroy(folder->catalogue);
    for (size_t i = 0; i < folder->survey_count; i++) {
        free(folder->surveys[i].file);
        free(folder->surveys[i].text);
        survey_destroy(folder->surveys[i].survey);
    }
    free(folder->surveys);
    free(folder);
}

int64_t folder_offered_pain_points(const struct survey *survey, const struct catalogue *catalogue)
{
    const struct question *question = survey_measured(survey, MEASURE_PAIN_POINTS);
    int64_t mask = 0;
    for (size_t i = 0; question != NULL && i < question->choice_count; i++) {
        const char *code = question->choices[i].code;
        const struct pain_point *point = catalogue_pain_point(catalogue, code, strlen(code));
        if (point != NULL)
            mask |= INT64_C(1) << point->bit;
    }
    return mask;
}
