// The catalogue: one document for the daemon, and the same as rows for statements to join. An entry
// that left the files stays as a row, off the list.
//
// SPDX-License-Identifier: Apache-2.0
#include "analytics/publishing/publishing.h"

#include "config/submission.h"

#include <stdlib.h>
#include <string.h>

enum { NUMBER_SIZE = 24, WORDS_SIZE = 128 };

static const char *write_number(char text[NUMBER_SIZE], int64_t number)
{
    (void)snprintf(text, NUMBER_SIZE, "%lld", (long long)number);
    return text;
}

// NULL where the file says nothing.
static const char *write_optional(char text[NUMBER_SIZE], int32_t number)
{
    return number == NUMBER_ABSENT ? NULL : write_number(text, number);
}

// The words of a list whose bits are set, as PostgreSQL reads an array: {citizen,agent}.
static const char *write_words(char text[WORDS_SIZE], enum vocabulary list, unsigned bits)
{
    size_t used = 0;
    text[used++] = '{';
    for (size_t i = 0; vocabulary_word(list, i) != NULL; i++)
        if ((bits >> i & 1) != 0)
            used += (size_t)snprintf(text + used, WORDS_SIZE - used, "%s%s", used > 1 ? "," : "",
                                     vocabulary_word(list, i));
    (void)snprintf(text + used, WORDS_SIZE - used, "}");
    return text;
}

static void check_bit(struct publishing *publishing, const struct pain_point *pain_point,
                      const struct rows *given)
{
    for (size_t row = 0; row < rows_count(given); row++) {
        const char *code = rows_text(given, row, 0);
        int64_t bit = rows_integer(given, row, 1);
        bool same_code = strcmp(code, pain_point->code) == 0;
        if (same_code && bit != pain_point->bit)
            findings_add(publishing->findings, "pain-points.csv",
                         "%s was published with bit %lld, which old answers hold: put %lld back "
                         "instead of %d",
                         code, (long long)bit, (long long)bit, pain_point->bit);
        if (!same_code && bit == pain_point->bit)
            findings_add(publishing->findings, "pain-points.csv",
                         "bit %d belongs to %s for ever, also when that is off the list: give %s "
                         "another bit",
                         pain_point->bit, code, pain_point->code);
    }
}

bool publishing_check_catalogue(struct publishing *publishing, struct error *error)
{
    const struct catalogue *catalogue = publishing->folder->catalogue;
    const char *values[] = {publishing->id};
    AUTO(rows)
    struct rows *given =
        session_run(publishing->session, STATEMENT_READ_PAIN_POINT_BITS, values, error);
    if (given == NULL)
        return false;
    for (size_t i = 0; i < catalogue->pain_point_count; i++)
        check_bit(publishing, &catalogue->pain_points[i], given);
    return true;
}

static bool write_procedure(struct publishing *publishing, const struct procedure *procedure,
                            size_t position, struct error *error)
{
    char place[NUMBER_SIZE];
    char volume[NUMBER_SIZE];
    char deadline[NUMBER_SIZE];
    char audiences[WORDS_SIZE];
    char channels[WORDS_SIZE];
    const char *values[] = {
        publishing->id,
        procedure->code,
        write_number(place, (int64_t)position),
        procedure->label,
        procedure->service,
        procedure->owner,
        write_words(audiences, VOCABULARY_AUDIENCE, procedure->audiences),
        write_words(channels, VOCABULARY_CHANNEL, procedure->channels),
        write_optional(volume, procedure->volume_per_year),
        write_optional(deadline, procedure->deadline_days),
        procedure->online_url,
        procedure->theme,
    };
    return session_do(publishing->session, STATEMENT_UPSERT_PROCEDURE, values, error);
}

static const char *or_empty(const char *text)
{
    return text == NULL ? "" : text;
}

static bool write_pain_point(struct publishing *publishing, const struct pain_point *pain_point,
                             size_t position, struct error *error)
{
    char bit[NUMBER_SIZE];
    char place[NUMBER_SIZE];
    const char *values[] = {
        publishing->id,
        pain_point->code,
        write_number(bit, pain_point->bit),
        write_number(place, (int64_t)position),
        pain_point->nature,
        pain_point->audience,
        pain_point->short_label,
        pain_point->label.text[LANGUAGE_FR],
        or_empty(pain_point->label.text[LANGUAGE_RCF]),
        pain_point->help,
    };
    return session_do(publishing->session, STATEMENT_UPSERT_PAIN_POINT, values, error);
}

static bool write_places(struct publishing *publishing, enum statement statement,
                         const struct place *places, size_t count, struct error *error)
{
    for (size_t i = 0; i < count; i++) {
        char position[NUMBER_SIZE];
        char population[NUMBER_SIZE];
        const char *values[] = {publishing->id, places[i].code, write_number(position, (int64_t)i),
                                places[i].label, write_optional(population, places[i].population)};
        if (!session_do(publishing->session, statement, values, error))
            return false;
    }
    return true;
}

static bool unlist_all(struct publishing *publishing, struct error *error)
{
    static const enum statement statements[] = {
        STATEMENT_UNLIST_PROCEDURE,
        STATEMENT_UNLIST_PAIN_POINT,
        STATEMENT_UNLIST_COMMUNE,
        STATEMENT_UNLIST_SERVICE,
    };
    const char *values[] = {publishing->id};
    for (size_t i = 0; i < sizeof statements / sizeof statements[0]; i++)
        if (!session_do(publishing->session, statements[i], values, error))
            return false;
    return true;
}

static bool write_rows(struct publishing *publishing, struct error *error)
{
    const struct catalogue *catalogue = publishing->folder->catalogue;
    if (!unlist_all(publishing, error))
        return false;
    for (size_t i = 0; i < catalogue->procedure_count; i++)
        if (!write_procedure(publishing, &catalogue->procedures[i], i, error))
            return false;
    for (size_t i = 0; i < catalogue->pain_point_count; i++)
        if (!write_pain_point(publishing, &catalogue->pain_points[i], i, error))
            return false;
    return write_places(publishing, STATEMENT_UPSERT_COMMUNE, catalogue->communes,
                        catalogue->commune_count, error) &&
           write_places(publishing, STATEMENT_UPSERT_SERVICE, catalogue->services,
                        catalogue->service_count, error);
}

static bool write_version(struct publishing *publishing, int32_t version, const char *document,
                          struct error *error)
{
    const struct catalogue *catalogue = publishing->folder->catalogue;
    char number[NUMBER_SIZE];
    const char *values[] = {publishing->id, write_number(number, version), document};
    publishing->changed = true;
    (void)fprintf(publishing->said,
                  "catalogue: version %s published (%zu procedures, %zu pain points)\n", number,
                  catalogue->procedure_count, catalogue->pain_point_count);
    return session_do(publishing->session, STATEMENT_INSERT_CATALOGUE_VERSION, values, error) &&
           write_rows(publishing, error);
}

bool publishing_write_catalogue(struct publishing *publishing, int32_t version,
                                const char *published, struct error *error)
{
    json_auto_t *json = catalogue_to_json(publishing->folder->catalogue);
    char *document = json_dumps(json, JSON_COMPACT);
    bool done =
        strcmp(document, published) == 0 || write_version(publishing, version + 1, document, error);
    free(document);
    return done;
}
