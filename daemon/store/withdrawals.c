// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/withdrawals.h"

#include "config/log.h"
#include "daemon/store/database.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { QUEUE_LIMIT = 64, DEADLINE_MS = 5000, INTEGER_TEXT_SIZE = 12, ERASE_QUERIES = 3 };

TAILQ_HEAD(queue, withdrawal);

struct withdrawals {
    struct database *database;
    struct secret *secret;
    struct queue queue;    // the first one is under way while `busy`
    struct queue answered; // waits for its callback
    size_t waiting;
    bool busy;
    bool ending;
    struct event *answer; // runs the callbacks, from the loop
};

static void ask_next(struct withdrawals *withdrawals);
static void on_found(void *context, const struct database_reply *reply);
static void erase(struct withdrawals *withdrawals, const struct withdrawal *first);
static void on_erased(void *context, const struct database_reply *reply);
static void answer_first(struct withdrawals *withdrawals, enum withdrawal_result result);
static void on_answer(evutil_socket_t fd, short what, void *context);

static const enum statement statements[] = {STATEMENT_READ_WITHDRAWAL,
                                            STATEMENT_WITHDRAW_SUBMISSION};

// -- The queue --

void withdrawals_submit(struct withdrawals *withdrawals, struct withdrawal *withdrawal)
{
    if (withdrawals->waiting == QUEUE_LIMIT) {
        withdrawal->result = WITHDRAWAL_UNAVAILABLE;
        TAILQ_INSERT_TAIL(&withdrawals->answered, withdrawal, link);
        event_active(withdrawals->answer, 0, 0);
        return;
    }
    TAILQ_INSERT_TAIL(&withdrawals->queue, withdrawal, link);
    withdrawals->waiting++;
    if (!withdrawals->busy)
        ask_next(withdrawals);
}

// The first of the queue has its result; the next one may begin.
static void answer_first(struct withdrawals *withdrawals, enum withdrawal_result result)
{
    struct withdrawal *first = TAILQ_FIRST(&withdrawals->queue);
    TAILQ_REMOVE(&withdrawals->queue, first, link);
    withdrawals->waiting--;
    withdrawals->busy = false;
    first->result = result;
    TAILQ_INSERT_TAIL(&withdrawals->answered, first, link);
    if (!withdrawals->ending)
        event_active(withdrawals->answer, 0, 0);
}

static void run_callbacks(struct withdrawals *withdrawals)
{
    struct withdrawal *withdrawal;
    while ((withdrawal = TAILQ_FIRST(&withdrawals->answered)) != NULL) {
        TAILQ_REMOVE(&withdrawals->answered, withdrawal, link);
        withdrawal->done(withdrawal->context, withdrawal->result);
    }
}

static void on_answer(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct withdrawals *withdrawals = context;
    run_callbacks(withdrawals);
    if (!withdrawals->busy)
        ask_next(withdrawals);
}

// -- Asking --

static void ask_next(struct withdrawals *withdrawals)
{
    struct withdrawal *first = TAILQ_FIRST(&withdrawals->queue);
    if (first == NULL)
        return;
    if (!database_ready(withdrawals->database)) {
        answer_first(withdrawals, WITHDRAWAL_UNAVAILABLE);
        return;
    }
    char collectivity[INTEGER_TEXT_SIZE];
    char id[UUID_TEXT_SIZE];
    (void)snprintf(collectivity, sizeof collectivity, "%d", first->collectivity_id);
    uuid_write(&first->claim.id, id);
    const char *const values[] = {collectivity, id};
    const struct database_query query = {
        .statement = STATEMENT_READ_WITHDRAWAL, .parameters = 2, .values = values};
    withdrawals->busy = true;
    database_run(withdrawals->database, &query, 1, DEADLINE_MS, on_found, withdrawals);
}

static void tell_failure(const struct database_reply *reply)
{
    char quoted[260];
    if (reply->outcome == DATABASE_FAILED)
        log_event(LOG_ERROR, "withdrawal_failed", "why=%s next=\"the person is told to try again\"",
                  log_quote(quoted, sizeof quoted, PQresultErrorMessage(reply->failed)));
}

static enum withdrawal_result result_of(enum withdrawal_standing standing)
{
    static const enum withdrawal_result results[] = {
        [WITHDRAWAL_UNKNOWN] = WITHDRAWAL_NOT_THERE,
        [WITHDRAWAL_WRONG] = WITHDRAWAL_REFUSED,
        [WITHDRAWAL_ANONYMISED] = WITHDRAWAL_SEALED,
        [WITHDRAWAL_BEFORE] = WITHDRAWN,
        [WITHDRAWAL_THERE] = WITHDRAWN,
    };
    return results[standing];
}

static void on_found(void *context, const struct database_reply *reply)
{
    struct withdrawals *withdrawals = context;
    struct withdrawal *first = TAILQ_FIRST(&withdrawals->queue);
    if (reply->outcome != DATABASE_DONE) {
        tell_failure(reply);
        answer_first(withdrawals, WITHDRAWAL_UNAVAILABLE);
        return;
    }
    const PGresult *rows = reply->results[0];
    for (int i = 0; i < PQntuples(rows); i++)
        withdrawal_weigh(&first->claim, withdrawals->secret, PQgetvalue(rows, i, 0),
                         PQgetvalue(rows, i, 1));
    if (first->claim.standing == WITHDRAWAL_THERE)
        erase(withdrawals, first);
    else
        answer_first(withdrawals, result_of(first->claim.standing));
}

// -- Erasing --

static void erase(struct withdrawals *withdrawals, const struct withdrawal *first)
{
    char collectivity[INTEGER_TEXT_SIZE];
    char id[UUID_TEXT_SIZE];
    char mark[UUID_TEXT_SIZE];
    struct uuid made = uuid_make();
    (void)snprintf(collectivity, sizeof collectivity, "%d", first->collectivity_id);
    uuid_write(&first->claim.id, id);
    uuid_write(&made, mark);
    const char *const values[] = {collectivity, id, first->claim.hash, mark};
    const struct database_query queries[ERASE_QUERIES] = {
        {.statement = STATEMENT_COUNT, .command = "BEGIN"},
        {.statement = STATEMENT_WITHDRAW_SUBMISSION, .parameters = 4, .values = values},
        {.statement = STATEMENT_COUNT, .command = "COMMIT"},
    };
    database_run(withdrawals->database, queries, ERASE_QUERIES, DEADLINE_MS, on_erased,
                 withdrawals);
}

// The COMMIT of a failed transaction answers ROLLBACK, with the same status.
static bool committed(const struct database_reply *reply)
{
    return reply->outcome == DATABASE_DONE &&
           strcmp(PQcmdStatus(reply->results[ERASE_QUERIES - 1]), "COMMIT") == 0;
}

static void on_erased(void *context, const struct database_reply *reply)
{
    struct withdrawals *withdrawals = context;
    tell_failure(reply);
    answer_first(withdrawals, committed(reply) ? WITHDRAWN : WITHDRAWAL_UNAVAILABLE);
}

// -- Life --

static void on_ready(void *context)
{
    (void)context; // nothing waits for a connection
}

struct withdrawals *withdrawals_create(struct event_base *base, const struct settings *settings,
                                       struct secret *secret, struct error *error)
{
    const struct database_settings connection = {
        .conninfo = settings->database,
        .role = "recueil_daemon",
        .statements = statements,
        .statement_count = sizeof statements / sizeof statements[0],
        .writes = true,
    };
    struct withdrawals *withdrawals = memory_allocate(sizeof *withdrawals);
    const struct database_events events = {.on_ready = on_ready, .context = withdrawals};
    TAILQ_INIT(&withdrawals->queue);
    TAILQ_INIT(&withdrawals->answered);
    withdrawals->secret = secret;
    withdrawals->answer = event_new(base, -1, 0, on_answer, withdrawals);
    withdrawals->database = database_create(base, &connection, &events, error);
    if (withdrawals->database == NULL) {
        withdrawals_destroy(withdrawals);
        return NULL;
    }
    return withdrawals;
}

void withdrawals_destroy(struct withdrawals *withdrawals)
{
    if (withdrawals == NULL)
        return;
    withdrawals->ending = true;
    database_destroy(withdrawals->database); // answers the one under way
    while (!TAILQ_EMPTY(&withdrawals->queue))
        answer_first(withdrawals, WITHDRAWAL_UNAVAILABLE);
    run_callbacks(withdrawals);
    event_free(withdrawals->answer);
    free(withdrawals);
}
