// recueil status: how collection is, and what to do next about each thing that is wrong.
//
//   recueild's /status -> lines; PostgreSQL -> lines; then the remedies
//
// SPDX-License-Identifier: Apache-2.0
#include "analytics/commands/commands.h"

#include "analytics/commands/admin_client.h"
#include "config/settings.h"
#include "sql/migrate.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ASK_LIMIT_MS = 5000,
    REMEDIES_LIMIT = 12,
    S_A_MINUTE = 60,
    S_AN_HOUR = 3600,
    S_A_DAY = 86400,
    DRAIN_LATE_S = 300, // what waits longer although the database takes rows does not drain
    QUOTA_PERCENT = 80,
    DURATION_SIZE = 32,
};

#define KIB INT64_C(1024)
#define MIB (KIB * KIB)

struct status {
    const struct settings *settings;
    char *remedies[REMEDIES_LIMIT];
    size_t remedy_count;
};

static const struct argp_child children[] = {{&invocation_argp, 0, NULL, 0}, {0}};

static error_t take(int key, char *value, struct argp_state *state)
{
    (void)value;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = state->input;
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "takes no argument; name the settings with --config");
        return EINVAL;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    .parser = take,
    .doc = "Shows recueild, its queue, its spool and the database, and what to do next where "
           "something is wrong.",
    .children = children,
};

// -- Lines --

static void say(const char *name, const char *format, ...) PRINTF_LIKE(2, 3);
static void say(const char *name, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)printf("%-13s ", name);
    (void)vprintf(format, arguments);
    (void)putchar('\n');
    va_end(arguments);
}

// Something is wrong: what to do about it is printed last.
static void wants(struct status *status, const char *format, ...) PRINTF_LIKE(2, 3);
static void wants(struct status *status, const char *format, ...)
{
    va_list arguments;
    char *remedy = NULL;
    if (status->remedy_count == REMEDIES_LIMIT)
        return;
    va_start(arguments, format);
    if (vasprintf(&remedy, format, arguments) >= 0)
        status->remedies[status->remedy_count++] = remedy;
    va_end(arguments);
}

// "3 d 4 h", "12 min", "8 s".
static const char *duration(int64_t seconds, char text[DURATION_SIZE])
{
    if (seconds >= S_A_DAY)
        (void)snprintf(text, DURATION_SIZE, "%" PRId64 " d %" PRId64 " h", seconds / S_A_DAY,
                       seconds % S_A_DAY / S_AN_HOUR);
    else if (seconds >= S_AN_HOUR)
        (void)snprintf(text, DURATION_SIZE, "%" PRId64 " h %" PRId64 " min", seconds / S_AN_HOUR,
                       seconds % S_AN_HOUR / S_A_MINUTE);
    else if (seconds >= S_A_MINUTE)
        (void)snprintf(text, DURATION_SIZE, "%" PRId64 " min", seconds / S_A_MINUTE);
    else
        (void)snprintf(text, DURATION_SIZE, "%" PRId64 " s", seconds);
    return text;
}

static int64_t number(const json_t *object, const char *name)
{
    return json_integer_value(json_object_get(object, name));
}

static bool truth(const json_t *object, const char *name)
{
    return json_is_true(json_object_get(object, name));
}

// -- recueild --

static void show_spool(struct status *status, const json_t *spool, bool database_up)
{
    char age[DURATION_SIZE];
    int64_t waiting = number(spool, "waiting");
    int64_t bytes = number(spool, "bytes");
    int64_t oldest_s = number(spool, "oldest_age_s");
    int64_t quota = status->settings->spool_quota_mib * MIB;
    if (waiting == 0)
        say("spool", "empty, %" PRId64 " KiB of files", bytes / KIB);
    else
        say("spool", "%" PRId64 " submissions, %" PRId64 " KiB, the oldest for %s", waiting,
            bytes / KIB, duration(oldest_s, age));
    if (waiting > 0 && database_up && oldest_s > DRAIN_LATE_S)
        wants(status, "the spool does not drain although the database answers: look for "
                      "\"drain\" in recueild's log");
    if (bytes > quota / 100 * QUOTA_PERCENT)
        wants(status,
              "the spool fills: clients get 503 once it holds %d MiB. Bring the database back, or "
              "raise spool_quota_mib",
              status->settings->spool_quota_mib);
    if (number(spool, "damaged_files") > 0)
        wants(status,
              "%" PRId64
              " files of the spool are damaged: look at the disk, keep %s/spool/damaged, "
              "and run \"recueil audit\" to know what they held",
              number(spool, "damaged_files"), status->settings->state_dir);
}

static void show_daemon(struct status *status, const json_t *told)
{
    char uptime[DURATION_SIZE];
    bool up = truth(told, "database_up");
    const char *version = json_string_value(json_object_get(told, "version"));
    const char *drained = json_string_value(json_object_get(told, "last_drained_at"));
    say("recueild", "up for %s, version %s, %" PRId64 " connections%s",
        duration(number(told, "uptime_s"), uptime), version, number(told, "connections"),
        truth(told, "stopping") ? ", stopping" : "");
    say("queue", "%" PRId64 " submissions wait for the database, %" PRId64 " for their reply",
        number(told, "queued"), number(told, "owed"));
    show_spool(status, json_object_get(told, "spool"), up);
    say("last drained", "%s", drained == NULL ? "not since recueild started" : drained);
    say("its database", "%s%s", up ? "takes submissions" : "takes none: they go to the spool",
        up && !truth(told, "database_synced") ? ", and may lose them in a crash" : "");
    if (!up)
        wants(status, "recueild cannot store in PostgreSQL: start it, or look for "
                      "\"database_lost\" in recueild's log");
    if (strcmp(version, RECUEIL_VERSION) != 0)
        wants(status, "recueild runs version %s, this is " RECUEIL_VERSION ": restart recueild",
              version);
}

// Is it what /status of this version says?
static bool is_status(const json_t *told)
{
    return json_is_string(json_object_get(told, "version")) &&
           json_is_integer(json_object_get(told, "uptime_s")) &&
           json_is_boolean(json_object_get(told, "database_up")) &&
           json_is_object(json_object_get(told, "spool"));
}

static void ask_daemon(struct status *status)
{
    const char *listen = status->settings->admin_listen;
    struct error error = {0};
    json_auto_t *told = NULL;
    enum admin_outcome outcome = admin_get(listen, "/status", ASK_LIMIT_MS, &told, &error);
    if (outcome == ADMIN_ANSWERED && is_status(told)) {
        show_daemon(status, told);
        return;
    }
    say("recueild", "%s at %s",
        outcome == ADMIN_NOBODY ? "down: nothing listens" : "not known: no status", listen);
    if (outcome == ADMIN_NOBODY)
        wants(status, "recueild does not run, or has another admin_listen: start it "
                      "(systemctl start recueild), or name its settings with --config");
    else if (outcome == ADMIN_FAILED)
        wants(status, "%s", error.message);
    else
        wants(status,
              "what answers at http://%s/status is not the recueild of this version: check "
              "admin_listen, and restart recueild if it was upgraded",
              listen);
}

// -- PostgreSQL --

// Any synchronous_commit but "off" waits for the disk.
static bool is_on(const struct rows *rows, int column)
{
    return strcmp(rows_text(rows, 0, column), "off") != 0;
}

static void show_durability(struct status *status, struct session *session)
{
    struct error error = {0};
    AUTO(rows)
    struct rows *rows = session_run(session, STATEMENT_READ_DURABILITY, NULL, &error);
    if (rows == NULL) {
        wants(status, "%s", error.message);
        return;
    }
    bool synced = is_on(rows, 0) && is_on(rows, 1) && is_on(rows, 2);
    say("durability", "fsync %s, full_page_writes %s, synchronous_commit %s", rows_text(rows, 0, 0),
        rows_text(rows, 0, 1), rows_text(rows, 0, 2));
    if (!synced && !setting_is_yes(status->settings->accept_unsynced_database))
        wants(status, "PostgreSQL may lose in a crash what it committed: set fsync, "
                      "full_page_writes and synchronous_commit to on in postgresql.conf, and "
                      "reload it");
}

static void show_quarantine(struct status *status, struct session *session)
{
    struct error error = {0};
    AUTO(rows)
    struct rows *rows = session_run(session, STATEMENT_COUNT_QUARANTINE, NULL, &error);
    if (rows == NULL)
        wants(status, "%s", error.message);
    else if (rows_integer(rows, 0, 0) == 0)
        say("quarantine", "empty");
    else
        say("quarantine",
            "%" PRId64 " submissions: look at recueil.quarantine, its reason says why each is "
            "there",
            rows_integer(rows, 0, 0));
}

static void ask_database(struct status *status, const struct invocation *invocation)
{
    struct error error = {0};
    AUTO_SESSION struct session *session = invocation_connect(invocation, &error);
    if (session == NULL) {
        say("database", "not reached");
        wants(status, "%s", error.message);
        return;
    }
    int version = PQserverVersion(session_connection(session));
    bool current = migrate_check(session, &error);
    say("database", "reached, PostgreSQL %d.%d, schema %s", version / 10000, version % 10000,
        current ? "current" : "not this program's");
    if (!current) {
        wants(status, "%s", error.message);
        return;
    }
    show_durability(status, session);
    show_quarantine(status, session);
}

static bool conclude(const struct status *status, struct error *error)
{
    for (size_t i = 0; i < status->remedy_count; i++)
        (void)printf("next: %s\n", status->remedies[i]);
    if (fflush(stdout) != 0) {
        error_set(error, ERROR_FAILED, "the standard output cannot be written");
        return false;
    }
    if (status->remedy_count > 0)
        error_set(error, ERROR_FAILED, "%zu %s wrong", status->remedy_count,
                  status->remedy_count == 1 ? "thing is" : "things are");
    return status->remedy_count == 0;
}

bool command_status(struct invocation *invocation, int argc, char **argv, struct error *error)
{
    if (argp_parse(&argp, argc, argv, 0, NULL, invocation) != 0)
        return false;
    AUTO(settings)
    struct settings *settings = settings_load(settings_path(invocation->config), error);
    if (settings == NULL)
        return false;
    struct status status = {.settings = settings};
    ask_daemon(&status);
    ask_database(&status, invocation);
    bool good = conclude(&status, error);
    for (size_t i = 0; i < status.remedy_count; i++)
        free(status.remedies[i]);
    return good;
}
