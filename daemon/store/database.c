// The life of a connection:
//
//   pause -> connect -> on_connecting (polls) -> prepare -> on_prepared -> ready
//   ready -> database_run -> on_readable (collects results until the Sync) -> reply -> ready
//   any   -> lose (error, end of file, deadline) -> pause
//
// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/database.h"

#include "config/log.h"
#include "sql/conninfo.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum {
    FIRST_PAUSE_MS = 200,
    LONGEST_PAUSE_MS = 8000, // a database that is back is in use within 10 s
    CONNECT_DEADLINE_MS = 5000,
    STATEMENT_TIMEOUT_MS = 5000,
};

enum state { STATE_PAUSED, STATE_CONNECTING, STATE_PREPARING, STATE_READY, STATE_BUSY };

struct database {
    struct event_base *base;
    struct conninfo conninfo;
    struct database_settings settings;
    struct database_events events;

    enum state state;
    PGconn *connection;
    struct event *readable, *writable; // on the connection's socket
    struct event *timer;               // the pause, or the deadline of what is under way
    int pause_ms;
    bool told_lost;

    // The group under way.
    size_t expected, received;
    struct database_reply reply;
    void (*on_reply)(void *context, const struct database_reply *reply);
    void *reply_context;
};

static void connect_now(struct database *database);
static void on_connecting(evutil_socket_t fd, short what, void *context);
static void prepare(struct database *database);
static void on_readable(evutil_socket_t fd, short what, void *context);
static void on_writable(evutil_socket_t fd, short what, void *context);
static void on_timer(evutil_socket_t fd, short what, void *context);
static void lose(struct database *database, const char *why);

struct database *database_create(struct event_base *base, const struct database_settings *settings,
                                 const struct database_events *events, struct error *error)
{
    struct database *database = memory_allocate(sizeof *database);
    if (!conninfo_read(&database->conninfo, settings->conninfo, settings->role, "recueild",
                       STATEMENT_TIMEOUT_MS, error)) {
        free(database);
        return NULL;
    }
    if (settings->writes)
        conninfo_add_unless_set(&database->conninfo, "target_session_attrs", "read-write");
    database->base = base;
    database->settings = *settings;
    database->events = *events;
    database->pause_ms = FIRST_PAUSE_MS;
    database->timer = evtimer_new(base, on_timer, database);
    const struct timeval now = {0};
    event_add(database->timer, &now);
    return database;
}

static void arm(struct database *database, int delay_ms)
{
    const struct timeval delay = {.tv_sec = delay_ms / 1000,
                                  .tv_usec = (suseconds_t)(delay_ms % 1000) * 1000L};
    event_add(database->timer, &delay);
}

static void drop_socket_events(struct database *database)
{
    if (database->readable != NULL)
        event_free(database->readable);
    if (database->writable != NULL)
        event_free(database->writable);
    database->readable = NULL;
    database->writable = NULL;
}

static void clear_results(struct database *database)
{
    for (size_t i = 0; i < DATABASE_QUERIES_LIMIT; i++)
        PQclear(database->reply.results[i]);
    database->reply = (struct database_reply){0};
}

// Hands the group's reply over, once. The database is ready again (or paused) before the callback
// runs, so that the callback may send the next group.
static void finish(struct database *database, enum database_outcome outcome)
{
    struct database_reply reply = database->reply;
    void (*on_reply)(void *, const struct database_reply *) = database->on_reply;
    database->reply = (struct database_reply){0};
    database->on_reply = NULL;
    reply.outcome = outcome;
    on_reply(database->reply_context, &reply);
    for (size_t i = 0; i < DATABASE_QUERIES_LIMIT; i++)
        PQclear(reply.results[i]);
}

void database_destroy(struct database *database)
{
    if (database == NULL)
        return;
    database->state = STATE_PAUSED;
    if (database->on_reply != NULL)
        finish(database, DATABASE_LOST);
    clear_results(database);
    drop_socket_events(database);
    event_free(database->timer);
    PQfinish(database->connection);
    conninfo_clear(&database->conninfo);
    free(database);
}

bool database_ready(const struct database *database)
{
    return database != NULL && database->state == STATE_READY;
}

// -- Connecting --

static void on_timer(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct database *database = context;
    if (database->state == STATE_PAUSED)
        connect_now(database);
    else if (database->state != STATE_READY)
        lose(database, "deadline passed");
}

static void ignore_notice(void *context, const char *message)
{
    (void)context;
    (void)message;
}

// Waits for what PQconnectPoll() asked for. The socket may change between two polls.
static void await_connection(struct database *database, short what)
{
    drop_socket_events(database);
    database->readable =
        event_new(database->base, PQsocket(database->connection), what, on_connecting, database);
    event_add(database->readable, NULL);
}

static void connect_now(struct database *database)
{
    database->state = STATE_CONNECTING;
    database->connection =
        PQconnectStartParams(database->conninfo.keywords, database->conninfo.values, 0);
    if (database->connection == NULL || PQstatus(database->connection) == CONNECTION_BAD) {
        lose(database,
             database->connection == NULL ? "out of memory" : PQerrorMessage(database->connection));
        return;
    }
    PQsetNoticeProcessor(database->connection, ignore_notice, NULL);
    arm(database, CONNECT_DEADLINE_MS);
    await_connection(database, EV_WRITE);
}

static void watch_socket(struct database *database)
{
    int fd = PQsocket(database->connection);
    drop_socket_events(database);
    database->readable = event_new(database->base, fd, EV_READ | EV_PERSIST, on_readable, database);
    database->writable = event_new(database->base, fd, EV_WRITE, on_writable, database);
    event_priority_set(database->readable, 0);
    event_add(database->readable, NULL);
}

static void on_connecting(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct database *database = context;
    switch (PQconnectPoll(database->connection)) {
    case PGRES_POLLING_READING:
        await_connection(database, EV_READ);
        break;
    case PGRES_POLLING_WRITING:
        await_connection(database, EV_WRITE);
        break;
    case PGRES_POLLING_OK:
        if (PQsetnonblocking(database->connection, 1) != 0 ||
            PQenterPipelineMode(database->connection) != 1) {
            lose(database, PQerrorMessage(database->connection));
            break;
        }
        watch_socket(database);
        prepare(database);
        break;
    default:
        lose(database, PQerrorMessage(database->connection));
        break;
    }
}

// libpq's manual: while PQflush() is unfinished, wait for reading and writing.
static void flush_output(struct database *database)
{
    int left = PQflush(database->connection);
    if (left < 0)
        lose(database, PQerrorMessage(database->connection));
    else if (left > 0)
        event_add(database->writable, NULL);
}

static void on_writable(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct database *database = context;
    if (PQconsumeInput(database->connection) != 1)
        lose(database, PQerrorMessage(database->connection));
    else
        flush_output(database);
}

static bool send_listen(struct database *database)
{
    if (database->settings.listen == NULL)
        return true;
    char command[80] = "LISTEN ";
    strncat(command, database->settings.listen, sizeof command - sizeof "LISTEN ");
    database->expected++;
    return PQsendQueryParams(database->connection, command, 0, NULL, NULL, NULL, NULL, 0) == 1;
}

static void prepare(struct database *database)
{
    database->state = STATE_PREPARING;
    database->expected = database->settings.statement_count;
    database->received = 0;
    bool sent = send_listen(database);
    for (size_t i = 0; i < database->settings.statement_count && sent; i++) {
        const struct statement_text *text = statement_text(database->settings.statements[i]);
        sent = PQsendPrepare(database->connection, text->name, text->text, 0, NULL) == 1;
    }
    if (!sent || PQpipelineSync(database->connection) != 1)
        lose(database, PQerrorMessage(database->connection));
    else
        flush_output(database);
}

static void on_prepared(struct database *database)
{
    database->state = STATE_READY;
    event_del(database->timer);
    log_event(LOG_INFO, "database_connected", "server_version=%d",
              PQserverVersion(database->connection));
    database->events.on_ready(database->events.context);
}

// -- Running --

static bool send_query(struct database *database, const struct database_query *query)
{
    if (query->statement == STATEMENT_COUNT)
        return PQsendQueryParams(database->connection, query->command, 0, NULL, NULL, NULL, NULL,
                                 0) == 1;
    return PQsendQueryPrepared(database->connection, statement_text(query->statement)->name,
                               query->parameters, query->values, query->sizes, query->formats,
                               0) == 1;
}

void database_run(struct database *database, const struct database_query *queries, size_t count,
                  int deadline_ms,
                  void (*on_reply)(void *context, const struct database_reply *reply),
                  void *context)
{
    assert(database->state == STATE_READY && count <= DATABASE_QUERIES_LIMIT);
    database->state = STATE_BUSY;
    database->on_reply = on_reply;
    database->reply_context = context;
    database->expected = count;
    database->received = 0;

    bool sent = true;
    for (size_t i = 0; i < count && sent; i++)
        sent = send_query(database, &queries[i]);
    sent = sent && PQpipelineSync(database->connection) == 1;

    // A failure to send is told by the timer, from the loop, like any other lost connection.
    arm(database, sent ? deadline_ms : 0);
    int left = sent ? PQflush(database->connection) : 0;
    if (left < 0)
        arm(database, 0);
    else if (left > 0)
        event_add(database->writable, NULL);
}

// One result of the group: kept, or noted as the failure that aborted the rest.
static void take_result(struct database *database, PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    size_t index = database->received++;
    bool good = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
    if (database->state == STATE_PREPARING) {
        if (good || database->reply.failed != NULL) {
            PQclear(result);
        } else {
            database->reply.results[0] = result;
            database->reply.failed = result;
        }
        return;
    }
    assert(index < DATABASE_QUERIES_LIMIT);
    database->reply.results[index] = result;
    if (!good && status != PGRES_PIPELINE_ABORTED && database->reply.failed == NULL)
        database->reply.failed = result;
}

// "cannot execute INSERT in a read-only transaction": the server was demoted, or told to be so.
// Only another connection can lead to one that is written to.
static bool is_read_only(const PGresult *failed)
{
    const char *sqlstate = PQresultErrorField(failed, PG_DIAG_SQLSTATE);
    return sqlstate != NULL && strcmp(sqlstate, "25006") == 0;
}

// The Sync came: the group is complete. After a failure the session stands in a failed transaction
// when the group began one; the next group would fail too, so it is rolled back first.
static void on_group_ended(struct database *database)
{
    if (database->state == STATE_PREPARING) {
        bool failed = database->reply.failed != NULL;
        char why[300] = "";
        if (failed)
            (void)snprintf(why, sizeof why, "%s", PQresultErrorMessage(database->reply.failed));
        clear_results(database);
        if (failed)
            lose(database, why);
        else
            on_prepared(database);
        return;
    }
    if (database->reply.failed != NULL && is_read_only(database->reply.failed)) {
        lose(database, "the server is read-only");
        return;
    }
    if (database->reply.failed != NULL &&
        PQtransactionStatus(database->connection) == PQTRANS_INERROR) {
        if (PQsendQueryParams(database->connection, "ROLLBACK", 0, NULL, NULL, NULL, NULL, 0) !=
                1 ||
            PQpipelineSync(database->connection) != 1)
            lose(database, PQerrorMessage(database->connection));
        else
            flush_output(database);
        return;
    }
    database->state = STATE_READY;
    database->pause_ms = FIRST_PAUSE_MS; // it did not only connect: it answered
    database->told_lost = false;
    event_del(database->timer);
    finish(database, database->reply.failed != NULL ? DATABASE_FAILED : DATABASE_DONE);
}

// A group without BEGIN and COMMIT is committed by its Sync: should that fail, an error comes after
// the statements' own good results.
static bool is_late_failure(const struct database *database, const PGresult *result)
{
    return database->reply.failed == NULL && database->received < DATABASE_QUERIES_LIMIT &&
           PQresultStatus(result) == PGRES_FATAL_ERROR;
}

// Reads what is there. In pipeline mode PQgetResult() gives NULL between two queries; twice in a
// row means that nothing is under way.
static void collect(struct database *database)
{
    bool between = false;
    while ((database->state == STATE_BUSY || database->state == STATE_PREPARING) &&
           PQisBusy(database->connection) == 0) {
        PGresult *result = PQgetResult(database->connection);
        if (result == NULL && between)
            return;
        between = result == NULL;
        if (result == NULL)
            continue;
        if (PQresultStatus(result) == PGRES_PIPELINE_SYNC) {
            PQclear(result);
            on_group_ended(database);
        } else if (database->received < database->expected || is_late_failure(database, result)) {
            take_result(database, result);
        } else {
            PQclear(result); // of the ROLLBACK
        }
    }
}

static bool take_notices(struct database *database)
{
    bool any = false;
    PGnotify *notice;
    while ((notice = PQnotifies(database->connection)) != NULL) {
        PQfreemem(notice);
        any = true;
    }
    return any;
}

static void on_readable(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct database *database = context;
    if (PQconsumeInput(database->connection) != 1) {
        lose(database, PQerrorMessage(database->connection));
        return;
    }
    bool noticed = take_notices(database);
    collect(database);
    if (database->connection != NULL && PQstatus(database->connection) == CONNECTION_BAD)
        lose(database, PQerrorMessage(database->connection));
    else if (noticed && database->events.on_notice != NULL)
        database->events.on_notice(database->events.context);
}

// -- Losing --

// Half of the pause and a random part of the other half, so that many daemons do not come at once.
static int jittered(int pause_ms)
{
    unsigned random = 0;
    if (getrandom(&random, sizeof random, GRND_NONBLOCK) != (ssize_t)sizeof random)
        random = 0;
    return pause_ms / 2 + (int)(random % (unsigned)(pause_ms / 2 + 1));
}

static void lose(struct database *database, const char *why)
{
    char quoted[260];
    int pause_ms = jittered(database->pause_ms);
    log_event(database->told_lost ? LOG_DEBUG : LOG_WARNING, "database_lost",
              "why=%s next=\"new attempt in %d ms, then with longer pauses\"",
              log_quote(quoted, sizeof quoted, why), pause_ms);
    database->told_lost = true;

    drop_socket_events(database);
    PQfinish(database->connection);
    database->connection = NULL;
    bool owes_reply = database->on_reply != NULL;
    database->state = STATE_PAUSED;
    arm(database, pause_ms);
    database->pause_ms *= 2;
    if (database->pause_ms > LONGEST_PAUSE_MS)
        database->pause_ms = LONGEST_PAUSE_MS;
    if (owes_reply)
        finish(database, DATABASE_LOST);
    else
        clear_results(database);
}

void database_break(struct database *database, const char *why)
{
    if (database->state != STATE_PAUSED)
        lose(database, why);
}

void database_hasten(struct database *database)
{
    if (database->state == STATE_PAUSED)
        arm(database, 0);
}
