// Surveys: each changed file is a new version, the old one ends; a file that is gone takes its
// survey off the list. Every code of their masks has its bit before an answer can name it.
//
// SPDX-License-Identifier: Apache-2.0
#include "analytics/publishing/publishing.h"

#include "config/choices.h"

#include <stdlib.h>
#include <string.h>

// The columns of read_surveys.sql.
enum { SURVEY, CLASS, VERSION, LISTED, OFFERED, DEFINITION };

enum { NUMBER_SIZE = 24 };

static const char *write_number(char text[NUMBER_SIZE], int64_t number)
{
    (void)snprintf(text, NUMBER_SIZE, "%lld", (long long)number);
    return text;
}

// The row of this survey, or rows_count() where it is new.
static size_t find(const struct rows *published, const char *slug)
{
    size_t row = 0;
    while (row < rows_count(published) && strcmp(rows_text(published, row, SURVEY), slug) != 0)
        row++;
    return row;
}

static bool write_version(struct publishing *publishing, const struct folder_survey *file,
                          int64_t version, int64_t offered, struct error *error)
{
    const struct survey *survey = file->survey;
    char number[NUMBER_SIZE];
    char mask[NUMBER_SIZE];
    write_number(number, version);
    write_number(mask, offered);
    const char *listing[] = {publishing->id, survey->slug, survey->class, number};
    const char *values[] = {publishing->id, survey->slug, number, survey->class, mask, file->text};
    publishing->changed = true;
    (void)fprintf(publishing->said, "%s: version %s published\n", survey->slug, number);
    return session_do(publishing->session, STATEMENT_UPSERT_SURVEY, listing, error) &&
           session_do(publishing->session, STATEMENT_REPLACE_SURVEY_VERSIONS, listing, error) &&
           session_do(publishing->session, STATEMENT_INSERT_SURVEY_VERSION, values, error);
}

static bool write_survey(struct publishing *publishing, const struct rows *published,
                         const struct folder_survey *file, struct error *error)
{
    const struct survey *survey = file->survey;
    int64_t offered = folder_offered_pain_points(survey, publishing->folder->catalogue);
    size_t row = find(published, survey->slug);
    if (row == rows_count(published))
        return write_version(publishing, file, 1, offered, error);
    if (strcmp(rows_text(published, row, CLASS), survey->class) != 0) {
        findings_add(publishing->findings, file->file,
                     "the audience of the survey %s was published as %s and cannot become %s: give "
                     "the new survey another slug",
                     survey->slug, rows_text(published, row, CLASS), survey->class);
        return true;
    }
    // The same file can be another version: pain points joined the taxonomy, or it comes back.
    if (rows_truth(published, row, LISTED) && rows_integer(published, row, OFFERED) == offered &&
        strcmp(rows_text(published, row, DEFINITION), file->text) == 0)
        return true;
    return write_version(publishing, file, rows_integer(published, row, VERSION) + 1, offered,
                         error);
}

static bool is_in_folder(const struct folder *folder, const char *slug)
{
    for (size_t i = 0; i < folder->survey_count; i++)
        if (strcmp(folder->surveys[i].survey->slug, slug) == 0)
            return true;
    return false;
}

static bool unlist_vanished(struct publishing *publishing, const struct rows *published,
                            struct error *error)
{
    for (size_t row = 0; row < rows_count(published); row++) {
        const char *slug = rows_text(published, row, SURVEY);
        const char *values[] = {publishing->id, slug};
        if (!rows_truth(published, row, LISTED) || is_in_folder(publishing->folder, slug))
            continue;
        if (!session_do(publishing->session, STATEMENT_UNLIST_SURVEY, values, error) ||
            !session_do(publishing->session, STATEMENT_REPLACE_SURVEY_VERSIONS, values, error))
            return false;
        publishing->changed = true;
        (void)fprintf(publishing->said, "%s: no longer published, its file is gone\n", slug);
    }
    return true;
}

static bool read_choices(struct publishing *publishing, struct choices *choices,
                         struct error *error)
{
    const char *values[] = {publishing->id};
    AUTO(rows)
    struct rows *rows = session_run(publishing->session, STATEMENT_READ_CHOICES, values, error);
    for (size_t row = 0; rows != NULL && row < rows_count(rows); row++) {
        enum measure measure = measure_find(rows_text(rows, row, 0));
        if (measure != MEASURE_NONE)
            choices_set(choices, measure, rows_text(rows, row, 1), (int)rows_integer(rows, row, 2));
    }
    return rows != NULL;
}

struct choice_writer {
    struct publishing *publishing;
    struct error *error;
    bool done;
};

// Those that are there already are left as they are.
static void write_choice(enum measure measure, const char *code, int bit, void *context)
{
    struct choice_writer *writer = context;
    char number[NUMBER_SIZE];
    const char *values[] = {writer->publishing->id, measure_rule(measure)->name, code,
                            write_number(number, bit)};
    writer->done = writer->done && session_do(writer->publishing->session, STATEMENT_INSERT_CHOICE,
                                              values, writer->error);
}

static bool write_choices(struct publishing *publishing, struct error *error)
{
    const struct folder *folder = publishing->folder;
    AUTO(choices) struct choices *choices = choices_create();
    if (!read_choices(publishing, choices, error))
        return false;
    for (size_t i = 0; i < folder->survey_count; i++)
        choices_assign(choices, folder->surveys[i].survey, folder->surveys[i].file,
                       publishing->findings);
    if (publishing->findings->count > 0)
        return true;
    struct choice_writer writer = {publishing, error, true};
    choices_visit(choices, write_choice, &writer);
    return writer.done;
}

bool publishing_write_surveys(struct publishing *publishing, struct error *error)
{
    const struct folder *folder = publishing->folder;
    const char *values[] = {publishing->id};
    AUTO(rows)
    struct rows *published =
        session_run(publishing->session, STATEMENT_READ_SURVEYS, values, error);
    if (published == NULL)
        return false;
    for (size_t i = 0; i < folder->survey_count; i++)
        if (!write_survey(publishing, published, &folder->surveys[i], error))
            return false;
    return unlist_vanished(publishing, published, error) && write_choices(publishing, error);
}
