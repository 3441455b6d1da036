// SPDX-License-Identifier: Apache-2.0
#include "analytics/publishing/publishing.h"

#include <stdlib.h>
#include <string.h>

// The columns of read_collectivity.sql.
enum { ID, TIME_ZONE, SIMULATED, HAS_SUBMISSIONS, VERSION, DOCUMENT, CATALOGUE_VERSION, CATALOGUE };

static struct rows *find_collectivity(struct publishing *publishing, struct error *error)
{
    const struct collectivity *collectivity = publishing->folder->collectivity;
    const char *values[] = {collectivity->slug, collectivity->time_zone};
    if (!session_do(publishing->session, STATEMENT_LOCK_PUBLISHING, NULL, error) ||
        !session_do(publishing->session, STATEMENT_INSERT_COLLECTIVITY, values, error))
        return NULL;
    struct rows *rows =
        session_run(publishing->session, STATEMENT_READ_COLLECTIVITY, values, error);
    if (rows != NULL && rows_count(rows) == 0) {
        error_set(error, ERROR_FAILED, "the collectivity %s cannot be found in the database again",
                  collectivity->slug);
        rows_destroy(rows);
        return NULL;
    }
    return rows;
}

// A demonstration must never be mistaken for real answers, nor take them in.
static void check_simulated(struct publishing *publishing, const struct rows *found)
{
    if (publishing->simulated && !rows_truth(found, 0, SIMULATED) &&
        rows_truth(found, 0, HAS_SUBMISSIONS))
        findings_add(publishing->findings, "collectivity.json",
                     "%s has real submissions and cannot become a demonstration: publish without "
                     "--simulated, or use an empty database",
                     publishing->folder->collectivity->slug);
}

static bool write_collectivity(struct publishing *publishing, const struct rows *found,
                               struct error *error)
{
    const struct collectivity *collectivity = publishing->folder->collectivity;
    json_auto_t *json = collectivity_to_json(collectivity);
    char *document = json_dumps(json, JSON_COMPACT);
    bool same = strcmp(document, rows_text(found, 0, DOCUMENT)) == 0;
    bool done = true;
    if (!same) {
        char version[24];
        (void)snprintf(version, sizeof version, "%lld",
                       (long long)rows_integer(found, 0, VERSION) + 1);
        const char *values[] = {publishing->id, version, document};
        done =
            session_do(publishing->session, STATEMENT_INSERT_COLLECTIVITY_VERSION, values, error);
        publishing->changed = true;
        (void)fprintf(publishing->said, "%s: version %s published\n", collectivity->slug, version);
    }
    free(document);
    if (strcmp(collectivity->time_zone, rows_text(found, 0, TIME_ZONE)) != 0)
        (void)fprintf(publishing->said,
                      "the time zone is another one: run \"recueil aggregate --all\" so that every "
                      "answer is in its month\n");
    return done;
}

// Lets the daemons know, if there is anything to know.
static bool finish(struct publishing *publishing, const struct rows *found, struct error *error)
{
    bool marked = publishing->simulated && !rows_truth(found, 0, SIMULATED);
    if (marked)
        (void)fputs("marked as a demonstration: every output says so\n", publishing->said);
    publishing->changed = publishing->changed || marked;
    if (!publishing->changed)
        return true;
    const char *values[] = {publishing->id, publishing->folder->collectivity->time_zone,
                            publishing->simulated ? "true" : "false"};
    return session_do(publishing->session, STATEMENT_UPDATE_COLLECTIVITY, values, error) &&
           session_do(publishing->session, STATEMENT_NOTIFY_PUBLISHED, NULL, error);
}

bool publishing_run(struct publishing *publishing, struct error *error)
{
    AUTO(rows) struct rows *found = find_collectivity(publishing, error);
    if (found == NULL)
        return false;
    (void)snprintf(publishing->id, sizeof publishing->id, "%s", rows_text(found, 0, ID));
    check_simulated(publishing, found);
    if (!publishing_check_catalogue(publishing, error))
        return false;
    if (publishing->findings->count == 0 &&
        (!write_collectivity(publishing, found, error) ||
         !publishing_write_catalogue(publishing, (int32_t)rows_integer(found, 0, CATALOGUE_VERSION),
                                     rows_text(found, 0, CATALOGUE), error)))
        return false;
    return publishing_write_surveys(publishing, error) &&
           (publishing->findings->count > 0 || finish(publishing, found, error));
}
