//   on_ready, every 10 s, on_notice -> ask_version -> on_version -> load -> on_loaded -> replace
//
// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/publications.h"

#include "config/log.h"
#include "daemon/store/database.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LOOK_EVERY_S = 10, DEADLINE_MS = 10000 };

struct publications {
    struct database *database;
    struct event *look;
    char *copy_path;
    struct editions *editions;
    int64_t version;       // of what is loaded; -1: a copy, or nothing
    int64_t asked_version; // what the database said when the load under way began
    bool look_again;       // a notice came while a group was under way
};

static void ask_version(struct publications *publications);
static void on_version(void *context, const struct database_reply *reply);
static void load(struct publications *publications);
static void on_loaded(void *context, const struct database_reply *reply);

static const enum statement statements[] = {STATEMENT_READ_PUBLISHED_VERSION,
                                            STATEMENT_LOAD_PUBLISHED};

static void replace(struct publications *publications, struct editions *taken_editions)
{
    editions_destroy(publications->editions);
    publications->editions = taken_editions;
}

// -- The copy --

static json_t *rows_to_json(const struct published_row *rows, size_t count)
{
    json_t *document = json_array();
    for (size_t i = 0; i < count; i++) {
        const struct published_row *row = &rows[i];
        json_array_append_new(document, json_pack("[i,s,s,i,I,s]", row->collectivity_id, row->kind,
                                                  row->survey, row->version,
                                                  (json_int_t)row->replaced_at_us, row->document));
    }
    return document;
}

// Keeps the old copy whatever goes wrong; the new one is whole before it takes the name.
static bool write_copy(const char *path, const char *text)
{
    char *unfinished = memory_format("%s.new", path);
    int fd = open(unfinished, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    size_t size = strlen(text);
    bool written = fd >= 0 && write(fd, text, size) == (ssize_t)size && fsync(fd) == 0;
    if (fd >= 0 && close(fd) != 0)
        written = false;
    written = written && rename(unfinished, path) == 0;
    if (!written) {
        int why = errno;
        (void)unlink(unfinished);
        log_event(LOG_WARNING, "publication_copy_failed", "errno=%d next=\"kept in memory only\"",
                  why);
    }
    free(unfinished);
    return written;
}

static void keep_copy(const struct publications *publications, const struct published_row *rows,
                      size_t count)
{
    json_t *document = rows_to_json(rows, count);
    char *text = json_dumps(document, JSON_COMPACT);
    if (text != NULL)
        (void)write_copy(publications->copy_path, text);
    free(text);
    json_decref(document);
}

static bool row_from_json(json_t *item, struct published_row *row)
{
    json_int_t replaced = 0;
    bool read = json_unpack(item, "[i,s,s,i,I,s]", &row->collectivity_id, &row->kind, &row->survey,
                            &row->version, &replaced, &row->document) == 0;
    row->replaced_at_us = replaced;
    return read;
}

static struct editions *editions_from_copy(const json_t *document, struct error *error)
{
    size_t count = json_array_size(document);
    struct published_row *rows = memory_allocate((count + 1) * sizeof *rows);
    struct editions *editions = NULL;
    size_t read = 0;
    while (read < count && row_from_json(json_array_get(document, read), &rows[read]))
        read++;
    if (read == count && count > 0)
        editions = editions_from_rows(rows, count, error);
    else
        error_set(error, ERROR_BAD_INPUT, "entry %zu is malformed", read);
    free(rows);
    return editions;
}

static void read_copy(struct publications *publications)
{
    if (access(publications->copy_path, F_OK) != 0)
        return;
    json_error_t at;
    json_t *document = json_load_file(publications->copy_path, 0, &at);
    struct error error = {0};
    struct editions *editions = NULL;
    if (document == NULL)
        error_set(&error, ERROR_BAD_INPUT, "line %d: %s", at.line, at.text);
    else
        editions = editions_from_copy(document, &error);
    json_decref(document);

    char quoted[260];
    if (editions == NULL)
        log_event(LOG_WARNING, "publication_copy_unreadable",
                  "why=%s next=\"wait for the database\"",
                  log_quote(quoted, sizeof quoted, error.message));
    else
        replace(publications, editions);
}

// -- Looking --

static void on_look(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    ask_version(context);
}

static void ask_version(struct publications *publications)
{
    if (!database_ready(publications->database)) {
        publications->look_again = true;
        return;
    }
    publications->look_again = false;
    const struct database_query query = {.statement = STATEMENT_READ_PUBLISHED_VERSION};
    database_run(publications->database, &query, 1, DEADLINE_MS, on_version, publications);
}

static void told_failure(const struct database_reply *reply)
{
    char quoted[260];
    if (reply->outcome == DATABASE_FAILED)
        log_event(LOG_ERROR, "publication_not_read", "why=%s next=\"try again in %d s\"",
                  log_quote(quoted, sizeof quoted, PQresultErrorMessage(reply->failed)),
                  LOOK_EVERY_S);
}

static void on_version(void *context, const struct database_reply *reply)
{
    struct publications *publications = context;
    if (reply->outcome != DATABASE_DONE) {
        told_failure(reply);
        return;
    }
    publications->asked_version = strtoll(PQgetvalue(reply->results[0], 0, 0), NULL, 10);
    if (publications->asked_version != publications->version)
        load(publications);
    else if (publications->look_again)
        ask_version(publications);
}

static void load(struct publications *publications)
{
    const struct database_query query = {.statement = STATEMENT_LOAD_PUBLISHED};
    database_run(publications->database, &query, 1, DEADLINE_MS, on_loaded, publications);
}

static struct published_row *published_rows(const PGresult *result, size_t count)
{
    struct published_row *rows = memory_allocate((count + 1) * sizeof *rows);
    for (int i = 0; i < (int)count; i++)
        rows[i] = (struct published_row){
            .collectivity_id = (int32_t)strtol(PQgetvalue(result, i, 0), NULL, 10),
            .kind = PQgetvalue(result, i, 1),
            .survey = PQgetvalue(result, i, 2),
            .version = (int32_t)strtol(PQgetvalue(result, i, 3), NULL, 10),
            .replaced_at_us = strtoll(PQgetvalue(result, i, 4), NULL, 10),
            .document = PQgetvalue(result, i, 5),
        };
    return rows;
}

static void on_loaded(void *context, const struct database_reply *reply)
{
    struct publications *publications = context;
    if (reply->outcome != DATABASE_DONE) {
        told_failure(reply);
        return;
    }
    size_t count = (size_t)PQntuples(reply->results[0]);
    struct published_row *rows = published_rows(reply->results[0], count);
    struct error error = {0};
    struct editions *editions = editions_from_rows(rows, count, &error);
    if (editions == NULL) {
        char quoted[260];
        log_event(LOG_ERROR, "publication_refused", "why=%s next=\"the one before stays in use\"",
                  log_quote(quoted, sizeof quoted, error.message));
    } else {
        replace(publications, editions);
        keep_copy(publications, rows, count);
        log_event(LOG_INFO, "publication_loaded", "collectivities=%zu version=%lld",
                  editions->count, (long long)publications->asked_version);
    }
    publications->version = publications->asked_version;
    free(rows);
    if (publications->look_again)
        ask_version(publications);
}

static void on_ready(void *context)
{
    struct publications *publications = context;
    ask_version(publications);
}

static void on_notice(void *context)
{
    struct publications *publications = context;
    ask_version(publications);
}

// -- Life --

struct publications *publications_create(struct event_base *base, const struct settings *settings,
                                         struct error *error)
{
    struct publications *publications = memory_allocate(sizeof *publications);
    publications->version = -1;
    publications->copy_path = memory_format("%s/published.json", settings->state_dir);
    read_copy(publications);

    const struct database_settings connection = {
        .conninfo = settings->database,
        .role = "recueil_daemon",
        .listen = "recueil_published",
        .statements = statements,
        .statement_count = sizeof statements / sizeof statements[0],
    };
    const struct database_events events = {on_ready, on_notice, publications};
    publications->database = database_create(base, &connection, &events, error);
    if (publications->database == NULL) {
        publications_destroy(publications);
        return NULL;
    }
    publications->look = event_new(base, -1, EV_PERSIST, on_look, publications);
    const struct timeval every = {.tv_sec = LOOK_EVERY_S};
    event_add(publications->look, &every);
    return publications;
}

void publications_destroy(struct publications *publications)
{
    if (publications == NULL)
        return;
    database_destroy(publications->database);
    if (publications->look != NULL)
        event_free(publications->look);
    editions_destroy(publications->editions);
    free(publications->copy_path);
    free(publications);
}

const struct editions *publications_editions(const struct publications *publications)
{
    return publications->editions;
}
