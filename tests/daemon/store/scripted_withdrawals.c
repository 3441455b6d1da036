// The withdrawals against a scripted database: the functions of daemon/store/database.h are defined
// here, so that the linker leaves the real ones out. Each group that is sent meets the next line of
// the script.
//
// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/withdrawals.h"

#include "daemon/store/database.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

enum { SCRIPT_LIMIT = 16, MANY = 100 };

// How the scripted database answers one group.
struct scripted {
    enum database_outcome outcome;
    const char *standing; // of the one row that a question finds; NULL: no row
    const char *tag;      // of COMMIT
};

struct database {
    bool ready;
    void (*owed)(void *, const struct database_reply *);
    void *context;
    size_t owed_count;
};

static struct database the_database;
static struct scripted script[SCRIPT_LIMIT];
static size_t script_size, script_at, erasures;
static bool silent; // never answers
static char erased_mark[2][UUID_TEXT_SIZE];
static struct event_base *base;
static struct event *turn;
static struct secret *secret;
static struct withdrawals *withdrawals;
static struct withdrawal items[MANY];
static enum withdrawal_result results[MANY];
static size_t order[MANY], answered;

static const uint8_t hash[HASH_BYTES] = {1, 2, 3, 0xAB};
#define HASH_TEXT "010203ab000000000000000000000000"

static PGresult *result_with(ExecStatusType status, const char *tag)
{
    PGresult *result = PQmakeEmptyPGresult(NULL, status);
    if (tag != NULL)
        strcpy(PQcmdStatus(result), tag);
    return result;
}

static PGresult *found_row(const char *standing)
{
    static char names[2][16] = {"content_hash", "standing"};
    static char text[CONTENT_HASH_TEXT_SIZE] = HASH_TEXT;
    char word[16];
    PGresAttDesc columns[2] = {{.name = names[0], .typid = 25, .typlen = -1},
                               {.name = names[1], .typid = 25, .typlen = -1}};
    PGresult *result = result_with(PGRES_TUPLES_OK, "SELECT");
    PQsetResultAttrs(result, 2, columns);
    if (standing != NULL) {
        strcpy(word, standing);
        PQsetvalue(result, 0, 0, text, (int)strlen(text));
        PQsetvalue(result, 0, 1, word, (int)strlen(word));
    }
    return result;
}

static void on_turn(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    (void)context;
    cr_assert_lt(script_at, script_size, "more groups were sent than the script has");
    const struct scripted *line = &script[script_at++];
    struct database_reply reply = {.outcome = line->outcome};
    if (line->outcome == DATABASE_DONE && the_database.owed_count == 1) {
        reply.results[0] = found_row(line->standing);
    } else if (line->outcome == DATABASE_DONE) {
        reply.results[0] = result_with(PGRES_COMMAND_OK, "BEGIN");
        reply.results[1] = result_with(PGRES_TUPLES_OK, "SELECT");
        reply.results[2] = result_with(PGRES_COMMAND_OK, line->tag);
    } else if (line->outcome == DATABASE_FAILED) {
        reply.results[0] = result_with(PGRES_FATAL_ERROR, NULL);
        reply.failed = reply.results[0];
    }
    the_database.ready = line->outcome != DATABASE_LOST;
    void (*owed)(void *, const struct database_reply *) = the_database.owed;
    the_database.owed = NULL;
    owed(the_database.context, &reply);
    for (size_t i = 0; i < DATABASE_QUERIES_LIMIT; i++)
        PQclear(reply.results[i]);
}

struct database *database_create(struct event_base *given, const struct database_settings *settings,
                                 const struct database_events *events, struct error *error)
{
    (void)settings;
    (void)events;
    (void)error;
    the_database.ready = true;
    turn = event_new(given, -1, 0, on_turn, NULL);
    return &the_database;
}

void database_destroy(struct database *database)
{
    const struct database_reply lost = {.outcome = DATABASE_LOST};
    event_free(turn);
    database->ready = false;
    if (database->owed != NULL)
        database->owed(database->context, &lost);
}

bool database_ready(const struct database *database)
{
    return database->ready;
}

void database_run(struct database *database, const struct database_query *queries, size_t count,
                  int deadline_ms,
                  void (*on_reply)(void *context, const struct database_reply *reply),
                  void *context)
{
    cr_assert_gt(deadline_ms, 0);
    cr_assert(database->ready, "a group was sent while another was under way");
    const struct timeval now = {0};
    if (count == 3) {
        cr_assert_str_eq(queries[0].command, "BEGIN");
        cr_assert_str_eq(queries[1].values[2], HASH_TEXT);
        snprintf(erased_mark[erasures++ % 2], UUID_TEXT_SIZE, "%s", queries[1].values[3]);
        cr_assert_str_eq(queries[2].command, "COMMIT");
    }
    database->ready = false;
    database->owed = on_reply;
    database->context = context;
    database->owed_count = count;
    if (!silent)
        event_add(turn, &now);
}

static void set_up(void)
{
    const unsigned char bytes[SECRET_BYTES] = {7};
    const struct settings settings = {.database = NULL};
    struct error error = {0};
    secret = secret_create(bytes);
    base = event_base_new();
    withdrawals = withdrawals_create(base, &settings, secret, &error);
    cr_assert_not_null(withdrawals);
}

static void tear_down(void)
{
    withdrawals_destroy(withdrawals);
    event_base_free(base);
    secret_destroy(secret);
    libevent_global_shutdown();
}

TestSuite(withdrawals, .init = set_up, .fini = tear_down);

static void on_done(void *context, enum withdrawal_result result)
{
    struct withdrawal *item = context;
    size_t index = (size_t)(item - items);
    results[index] = result;
    order[answered++] = index;
}

static void submit(size_t index)
{
    struct withdrawal *item = &items[index];
    *item = (struct withdrawal){.collectivity_id = 1, .done = on_done, .context = item};
    item->claim.collectivity = "casud";
    cr_assert(uuid_parse("8f1f4c0e-52d7-4b6a-9c1e-2f6a1d0c4e55", 36, &item->claim.id));
    receipt_write(secret, "casud", &item->claim.id, hash, item->claim.receipt);
    size_t before = answered;
    withdrawals_submit(withdrawals, item);
    cr_assert_eq(answered, before, "done ran before the submission returned");
}

static void play(const struct scripted *lines, size_t count)
{
    for (size_t i = 0; i < count; i++)
        script[i] = lines[i];
    script_size = count;
    script_at = 0;
}

static enum withdrawal_result result_after(const struct scripted *lines, size_t count)
{
    play(lines, count);
    answered = 0;
    submit(0);
    event_base_dispatch(base);
    cr_assert_eq(answered, 1);
    cr_assert_eq(script_at, count);
    return results[0];
}
#define RESULT_AFTER(...)                                                                          \
    result_after((const struct scripted[]){__VA_ARGS__},                                           \
                 sizeof((const struct scripted[]){__VA_ARGS__}) / sizeof(struct scripted))

Test(withdrawals, erase_what_the_receipt_fits)
{
    cr_assert_eq(RESULT_AFTER({DATABASE_DONE, "there", NULL}, {DATABASE_DONE, NULL, "COMMIT"}),
                 WITHDRAWN);
    cr_assert_eq(erasures, 1);
}

Test(withdrawals, give_each_erasure_a_mark_of_its_own)
{
    for (int i = 0; i < 2; i++)
        cr_assert_eq(RESULT_AFTER({DATABASE_DONE, "there", NULL}, {DATABASE_DONE, NULL, "COMMIT"}),
                     WITHDRAWN);
    cr_assert_str_neq(erased_mark[0], erased_mark[1]);
}

Test(withdrawals, erase_nothing_where_there_is_nothing_to_erase)
{
    cr_assert_eq(RESULT_AFTER({DATABASE_DONE, "withdrawn", NULL}), WITHDRAWN);
    cr_assert_eq(RESULT_AFTER({DATABASE_DONE, "sealed", NULL}), WITHDRAWAL_SEALED);
    cr_assert_eq(RESULT_AFTER({DATABASE_DONE, NULL, NULL}), WITHDRAWAL_NOT_THERE);
    cr_assert_eq(erasures, 0);
}

Test(withdrawals, promise_nothing_that_was_not_committed)
{
    cr_assert_eq(RESULT_AFTER({DATABASE_DONE, "there", NULL}, {DATABASE_DONE, NULL, "ROLLBACK"}),
                 WITHDRAWAL_UNAVAILABLE);
    cr_assert_eq(RESULT_AFTER({DATABASE_DONE, "there", NULL}, {DATABASE_FAILED, NULL, NULL}),
                 WITHDRAWAL_UNAVAILABLE);
    cr_assert_eq(RESULT_AFTER({DATABASE_FAILED, NULL, NULL}), WITHDRAWAL_UNAVAILABLE);
    cr_assert_eq(RESULT_AFTER({DATABASE_DONE, "there", NULL}, {DATABASE_LOST, NULL, NULL}),
                 WITHDRAWAL_UNAVAILABLE);
}

Test(withdrawals, answer_at_once_while_the_database_is_away)
{
    cr_assert_eq(RESULT_AFTER({DATABASE_LOST, NULL, NULL}), WITHDRAWAL_UNAVAILABLE);
    play(NULL, 0);
    answered = 0;
    for (size_t i = 0; i < 3; i++)
        submit(i);
    event_base_dispatch(base);
    cr_assert_eq(answered, 3);
    cr_assert_eq(results[2], WITHDRAWAL_UNAVAILABLE);
}

Test(withdrawals, run_one_at_a_time_in_the_order_they_came)
{
    play((const struct scripted[]){{DATABASE_DONE, "there", NULL},
                                   {DATABASE_DONE, NULL, "COMMIT"},
                                   {DATABASE_DONE, NULL, NULL},
                                   {DATABASE_DONE, "withdrawn", NULL}},
         4);
    for (size_t i = 0; i < 3; i++)
        submit(i);
    event_base_dispatch(base);
    cr_assert_eq(answered, 3);
    cr_assert_eq(order[0] * 100 + order[1] * 10 + order[2], 12);
    cr_assert_eq(results[0], WITHDRAWN);
    cr_assert_eq(results[1], WITHDRAWAL_NOT_THERE);
    cr_assert_eq(results[2], WITHDRAWN);
}

Test(withdrawals, keep_no_endless_queue)
{
    silent = true;
    for (size_t i = 0; i < MANY; i++)
        submit(i);
    event_base_dispatch(base);
    cr_assert_gt(answered, 0);
    cr_assert_lt(answered, MANY);
    for (size_t i = 0; i < answered; i++)
        cr_assert_eq(results[order[i]], WITHDRAWAL_UNAVAILABLE);
}

Test(withdrawals, answer_all_that_wait_when_they_end)
{
    silent = true;
    for (size_t i = 0; i < 3; i++)
        submit(i);
    withdrawals_destroy(withdrawals);
    withdrawals = NULL;
    cr_assert_eq(answered, 3);
    for (size_t i = 0; i < 3; i++)
        cr_assert_eq(results[i], WITHDRAWAL_UNAVAILABLE);
}
