// The store against a scripted database and a spool in memory: the functions of
// daemon/store/database.h and daemon/spool/spool.h are defined here, so that the linker leaves the
// real ones out. Each group that the store sends meets the next line of the script; a probe
// succeeds as long as `probes_pass` says so, without a line.
//
// SPDX-License-Identifier: Apache-2.0
#include "config/calendar.h"
#include "daemon/store/database.h"
#include "daemon/store/store.h"
#include "sql/submission_months.h"

#include <criterion/criterion.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { GROUPS_LIMIT = 64, IDS_LIMIT = 16 };

// How the scripted database answers one group.
struct scripted {
    enum database_outcome outcome;
    const char *tag;       // of COMMIT
    const char *sqlstate;  // of FAILED; NULL: none
    int stored[IDS_LIMIT]; // last byte of the ids that the insert returns; 0 ends
    struct {
        int id;
        const char *hash, *state;
    } found[IDS_LIMIT]; // of a look-up
};

enum { LANE, DRAIN, DATABASES };

struct database {
    struct database_events events;
    bool ready;
    struct event *turn;
    enum statement statement; // of the group under way: what it asks or inserts
    bool in_transaction;      // it has BEGIN and COMMIT
    void (*on_reply)(void *, const struct database_reply *);
    void *context;
};

static struct database databases[DATABASES];
static size_t database_count;
static bool probes_pass;
static const char *said_fsync;
static const struct scripted *script;
static size_t script_size, script_at;
static int sent_counts[GROUPS_LIMIT]; // rows of each insert sent, in order
static size_t sent;
static struct event_base *base;

// Time passes when a test says so, too: for this program and for libevent.
static time_t passed_s;

int clock_gettime(clockid_t clock, struct timespec *now)
{
    int result = (int)syscall(SYS_clock_gettime, clock, now);
    now->tv_sec += passed_s;
    return result;
}

static PGresult *result_with(ExecStatusType status, const char *tag)
{
    PGresult *result = PQmakeEmptyPGresult(NULL, status);
    if (tag != NULL)
        strcpy(PQcmdStatus(result), tag);
    return result;
}

static void add_column(PGresult *result, PGresAttDesc *columns, int at, const char *name)
{
    (void)result;
    columns[at] = (PGresAttDesc){.name = (char *)(uintptr_t)name, .typid = 25, .typlen = -1};
}

static void set_text(PGresult *result, int row, int column, const char *text)
{
    PQsetvalue(result, row, column, (char *)(uintptr_t)text, (int)strlen(text));
}

static const char *id_text(int last)
{
    static char text[UUID_TEXT_SIZE];
    snprintf(text, sizeof text, "00000000-0000-4000-8000-0000000000%02x", (unsigned)last);
    return text;
}

static PGresult *stored_rows(const struct scripted *line)
{
    PGresult *result = result_with(PGRES_TUPLES_OK, "SELECT");
    PGresAttDesc columns[2];
    add_column(result, columns, 0, "collectivity_id");
    add_column(result, columns, 1, "id");
    PQsetResultAttrs(result, 2, columns);
    for (int i = 0; i < IDS_LIMIT && line->stored[i] != 0; i++) {
        set_text(result, i, 0, "1");
        set_text(result, i, 1, id_text(line->stored[i]));
    }
    return result;
}

static PGresult *found_rows(const struct scripted *line)
{
    PGresult *result = result_with(PGRES_TUPLES_OK, "SELECT");
    PGresAttDesc columns[4];
    static const char *const names[] = {"collectivity_id", "id", "content_hash", "state"};
    for (int i = 0; i < 4; i++)
        add_column(result, columns, i, names[i]);
    PQsetResultAttrs(result, 4, columns);
    for (int i = 0; i < IDS_LIMIT && line->found[i].id != 0; i++) {
        set_text(result, i, 0, "1");
        set_text(result, i, 1, id_text(line->found[i].id));
        set_text(result, i, 2, line->found[i].hash);
        set_text(result, i, 3, line->found[i].state);
    }
    return result;
}

static PGresult *durability_row(void)
{
    PGresult *result = result_with(PGRES_TUPLES_OK, "SELECT");
    PGresAttDesc columns[3];
    for (int i = 0; i < 3; i++)
        add_column(result, columns, i, "current_setting");
    PQsetResultAttrs(result, 3, columns);
    set_text(result, 0, 0, said_fsync);
    set_text(result, 0, 1, "on");
    set_text(result, 0, 2, "on");
    return result;
}

static void reply_to_probe(struct database_reply *reply)
{
    reply->outcome = probes_pass ? DATABASE_DONE : DATABASE_FAILED;
    reply->results[0] = durability_row();
    if (!probes_pass)
        reply->failed = reply->results[1] = result_with(PGRES_FATAL_ERROR, NULL);
}

static bool inserts(enum statement statement)
{
    return statement == STATEMENT_INSERT_SUBMISSION || statement == STATEMENT_INSERT_SUBMISSIONS;
}

static void reply_by_script(const struct database *database, struct database_reply *reply)
{
    cr_assert_lt(script_at, script_size, "the store sent more groups than the script has");
    const struct scripted *line = &script[script_at++];
    reply->outcome = line->outcome;
    if (line->outcome == DATABASE_DONE && database->in_transaction) {
        reply->results[0] = result_with(PGRES_COMMAND_OK, "BEGIN");
        reply->results[1] = stored_rows(line);
        reply->results[2] = result_with(PGRES_COMMAND_OK, "INSERT 0 1");
        reply->results[3] = result_with(PGRES_COMMAND_OK, line->tag ? line->tag : "COMMIT");
    } else if (line->outcome == DATABASE_DONE && inserts(database->statement)) {
        reply->results[0] = stored_rows(line);
    } else if (line->outcome == DATABASE_DONE) {
        reply->results[0] = found_rows(line);
    } else if (line->outcome == DATABASE_FAILED) {
        reply->results[0] = result_with(PGRES_FATAL_ERROR, NULL);
        reply->failed = reply->results[0];
    }
}

static void on_turn(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct database *database = context;
    struct database_reply reply = {0};
    if (database->statement == STATEMENT_READ_DURABILITY)
        reply_to_probe(&reply);
    else
        reply_by_script(database, &reply);
    database->ready = reply.outcome != DATABASE_LOST;
    database->on_reply(database->context, &reply);
    for (size_t i = 0; i < DATABASE_QUERIES_LIMIT; i++)
        PQclear(reply.results[i]);
}

struct database *database_create(struct event_base *given, const struct database_settings *settings,
                                 const struct database_events *events, struct error *error)
{
    (void)given;
    (void)settings;
    (void)error;
    cr_assert_lt(database_count, DATABASES);
    struct database *database = &databases[database_count++];
    *database = (struct database){.events = *events};
    database->turn = event_new(base, -1, 0, on_turn, database);
    return database;
}

void database_destroy(struct database *database)
{
    event_free(database->turn);
}

bool database_ready(const struct database *database)
{
    return database != NULL && database->ready;
}

static int hastened;

void database_hasten(struct database *database)
{
    hastened += !database->ready;
}

void database_break(struct database *database, const char *why)
{
    (void)why;
    event_del(database->turn);
    database->ready = false;
    database->on_reply(database->context, &(struct database_reply){.outcome = DATABASE_LOST});
}

static int array_length(const unsigned char *array)
{
    return array[12] << 24 | array[13] << 16 | array[14] << 8 | array[15];
}

void database_run(struct database *database, const struct database_query *queries, size_t count,
                  int deadline_ms,
                  void (*on_reply)(void *context, const struct database_reply *reply),
                  void *context)
{
    cr_assert(database->ready, "a group was sent while another is under way");
    cr_assert_gt(deadline_ms, 0);
    database->ready = false;
    database->on_reply = on_reply;
    database->context = context;
    database->in_transaction = count == 4;
    const struct database_query *query = &queries[database->in_transaction ? 1 : 0];
    database->statement = query->statement;
    if (inserts(query->statement)) {
        cr_assert_lt(sent, GROUPS_LIMIT);
        sent_counts[sent++] = query->statement == STATEMENT_INSERT_SUBMISSION
                                  ? 1
                                  : array_length((const unsigned char *)query->values[0]);
    }
    event_active(database->turn, 0, 0);
}

static void connect_database(int which)
{
    databases[which].ready = true;
    databases[which].events.on_ready(databases[which].events.context);
}

// -- The spool in memory --

enum { SPOOL_ROWS = 64 };

struct spool {
    struct submission rows[SPOOL_ROWS];
    size_t count, given;
    enum spool_result next_result;
    size_t writes;
    bool withheld; // its files cannot be opened now
};

enum spool_result spool_write(struct spool *spool, const struct submission *const rows[],
                              size_t count)
{
    cr_assert_leq(spool->count + count, SPOOL_ROWS);
    spool->writes++;
    if (spool->next_result == SPOOL_WRITTEN)
        for (size_t i = 0; i < count; i++)
            spool->rows[spool->count++] = *rows[i];
    return spool->next_result;
}

enum spool_found spool_find(struct spool *spool, const struct submission *row)
{
    for (size_t i = 0; i < spool->count; i++)
        if (store_compare_keys(&spool->rows[i], row) == 0)
            return memcmp(spool->rows[i].content_hash, row->content_hash, HASH_BYTES) == 0
                       ? SPOOL_SAME
                       : SPOOL_OTHER;
    return SPOOL_ABSENT;
}

size_t spool_next(struct spool *spool, struct submission *rows, size_t limit)
{
    size_t count = 0;
    while (!spool->withheld && spool->given < spool->count && count < limit)
        rows[count++] = spool->rows[spool->given++];
    return count;
}

void spool_confirm(struct spool *spool)
{
    memmove(spool->rows, spool->rows + spool->given,
            (spool->count - spool->given) * sizeof spool->rows[0]);
    spool->count -= spool->given;
    spool->given = 0;
}

void spool_rewind(struct spool *spool)
{
    spool->given = 0;
}

static bool distrusted;
void spool_distrust_database(struct spool *spool, bool distrusts)
{
    (void)spool;
    distrusted = distrusts;
}

void spool_kept_expire(struct spool *spool)
{
    (void)spool;
}

size_t spool_kept_next(struct spool *spool, struct spool_cursor *cursor,
                       struct spool_listed *listed, size_t limit)
{
    (void)spool;
    (void)cursor;
    (void)listed;
    (void)limit;
    return 0;
}

bool spool_kept_erase(struct spool *spool, const struct spool_listed *rows, size_t count)
{
    (void)spool;
    (void)rows;
    return count == 0;
}

void spool_read_counts(struct spool *spool, struct spool_counts *counts)
{
    *counts = (struct spool_counts){.waiting = (int64_t)spool->count,
                                    .generations = spool->count > 0 ? 1 : 0};
}

// The scripted database cannot make a PGresult with an SQLSTATE: the script's is told here instead.
#include "sql/conninfo.h"
enum sqlstate_meaning sqlstate_meaning(const char *sqlstate)
{
    (void)sqlstate;
    const char *told = script_at == 0 ? NULL : script[script_at - 1].sqlstate;
    if (told == NULL)
        return SQLSTATE_UNAVAILABLE;
    return told[0] == '2'                     ? SQLSTATE_ROW
           : told[0] == '4' && told[1] == '0' ? SQLSTATE_RETRY
                                              : SQLSTATE_SCHEMA;
}

// -- What the tests do --

struct sending {
    struct submission row;
    struct store_item item;
    enum store_result result;
    int calls;
};

static void on_done(void *context, enum store_result result)
{
    struct sending *sending = context;
    sending->result = result;
    sending->calls++;
    // The memory is the caller's again: an exchange gives it to the next request at once.
    memset(&sending->row, 0, sizeof sending->row);
    memset(&sending->item, 0, sizeof sending->item);
}

static struct settings settings;
static struct spool spool;

// With a spool, its drain cannot connect until connect_database(DRAIN).
static struct store *create_store(const struct scripted *lines, size_t count, struct spool *given)
{
    settings = (struct settings){.database = (char *)(uintptr_t) "",
                                 .accept_unsynced_database = (char *)(uintptr_t) "no",
                                 .database_connections = 1,
                                 .batch_limit = 256,
                                 .queue_limit = 8,
                                 .hold_limit_ms = 60000};
    base = event_base_new();
    database_count = 0;
    probes_pass = true;
    said_fsync = "on";
    script = lines;
    script_size = count;
    script_at = 0;
    sent = 0;
    spool = (struct spool){0};
    return store_create(base, &settings, given, NULL, NULL);
}

static void turn_loop(void)
{
    for (int i = 0; i < 50; i++)
        event_base_loop(base, EVLOOP_NONBLOCK);
}

static struct store *open_store(const struct scripted *lines, size_t count)
{
    struct store *store = create_store(lines, count, NULL);
    connect_database(LANE);
    turn_loop();
    return store;
}

static struct store *open_spooling_store(const struct scripted *lines, size_t count)
{
    struct store *store = create_store(lines, count, &spool);
    connect_database(LANE);
    turn_loop();
    return store;
}

// Of what the tests send. In 1970: a month that wants a mark, so a transaction.
static int64_t received_at_us;

enum { CONTENT_BYTES = 5 * 512 * 1024 }; // three fit in what may wait

static void send_content(struct store *store, struct sending *sending, int last, int hash,
                         size_t size)
{
    static const char content[CONTENT_BYTES];
    submission_clear(&sending->row);
    sending->row.collectivity_id = 1;
    sending->row.received_at_us = received_at_us;
    sending->calls = 0;
    cr_assert(uuid_parse(id_text(last), 36, &sending->row.id));
    memset(sending->row.content_hash, hash, HASH_BYTES);
    sending->row.content = content;
    sending->row.content_size = size;
    sending->item = (struct store_item){.row = &sending->row, .done = on_done, .context = sending};
    store_submit(store, &sending->item);
    cr_assert_eq(sending->calls, 0, "called back before store_submit returned");
}

static void send_one(struct store *store, struct sending *sending, int last, int hash)
{
    send_content(store, sending, last, hash, 2);
}

static void send_sized(struct store *store, struct sending *sending, int last, size_t size)
{
    send_content(store, sending, last, 1, size);
}

static void expect(const struct sending *sending, enum store_result result)
{
    cr_assert_eq(sending->calls, 1, "called back %d times", sending->calls);
    cr_assert_eq(sending->result, result, "result %d instead of %d", (int)sending->result,
                 (int)result);
}

#define ONES "\\x01010101010101010101010101010101"

Test(store, says_stored_once_the_commit_is_confirmed)
{
    const struct scripted lines[] = {{.stored = {1}}};
    struct store *store = open_store(lines, 1);
    struct sending one;
    send_one(store, &one, 1, 1);
    turn_loop();
    expect(&one, STORE_STORED);
    store_destroy(store);
}

Test(store, never_says_stored_when_commit_answers_rollback)
{
    const struct scripted lines[] = {{.stored = {1}, .tag = "ROLLBACK"}};
    struct store *store = open_store(lines, 1);
    struct sending one;
    send_one(store, &one, 1, 1);
    turn_loop();
    expect(&one, STORE_UNAVAILABLE);
    store_destroy(store);
}

// Within a day of a month's edge a transaction is right too.
static void expect_single_statement(void)
{
    struct submission row;
    const struct submission *rows[] = {&row};
    submission_clear(&row);
    row.received_at_us = received_at_us;
    cr_assert_eq(databases[LANE].in_transaction, !submissions_are_current(rows, 1, received_at_us));
}

Test(store, needs_no_transaction_for_what_needs_no_mark)
{
    const struct scripted lines[] = {{.stored = {1}}, {.stored = {2, 3}}};
    struct store *store = open_store(lines, 2);
    struct sending one, two, three;
    received_at_us = instant_now();
    send_one(store, &one, 1, 1);
    send_one(store, &two, 2, 1);
    send_one(store, &three, 3, 1);
    turn_loop();
    expect(&one, STORE_STORED);
    expect(&two, STORE_STORED);
    expect(&three, STORE_STORED);
    cr_assert_eq(sent, 2);
    cr_assert_eq(sent_counts[0], 1);
    cr_assert_eq(sent_counts[1], 2);
    expect_single_statement();
    store_destroy(store);
}

Test(store, looks_up_a_single_one_that_was_there)
{
    const struct scripted lines[] = {{.stored = {0}}, {.found = {{1, ONES, "counted"}}}};
    struct store *store = open_store(lines, 2);
    struct sending one;
    received_at_us = instant_now();
    send_one(store, &one, 1, 1);
    turn_loop();
    expect(&one, STORE_REPLAYED);
    store_destroy(store);
}

Test(store, gathers_a_batch_while_one_is_in_flight)
{
    const struct scripted lines[] = {{.stored = {1}}, {.stored = {4, 2, 3}}};
    struct store *store = open_store(lines, 2);
    struct sending sendings[4];
    for (int i = 0; i < 4; i++)
        send_one(store, &sendings[i], 4 - i == 4 ? 1 : 5 - i, 1);
    turn_loop();
    for (int i = 0; i < 4; i++)
        expect(&sendings[i], STORE_STORED);
    cr_assert_eq(sent, 2);
    cr_assert_eq(sent_counts[0], 1);
    cr_assert_eq(sent_counts[1], 3);
    store_destroy(store);
}

Test(store, tells_replay_conflict_and_withdrawal_apart)
{
    const struct scripted lines[] = {
        {.stored = {9}},
        {.stored = {4}},
        {.found = {{1, ONES, "counted"}, {2, ONES, "counted"}, {3, ONES, "withdrawn"}}},
    };
    struct store *store = open_store(lines, 3);
    struct sending first, same, other, withdrawn, fresh, vanished;
    send_one(store, &first, 9, 1); // occupies the connection
    send_one(store, &same, 1, 1);
    send_one(store, &other, 2, 2);
    send_one(store, &withdrawn, 3, 1);
    send_one(store, &fresh, 4, 1);
    send_one(store, &vanished, 5, 1);
    turn_loop();
    expect(&same, STORE_REPLAYED);
    expect(&other, STORE_CONFLICT);
    expect(&withdrawn, STORE_GONE);
    expect(&fresh, STORE_STORED);
    expect(&vanished, STORE_UNAVAILABLE);
    store_destroy(store);
}

Test(store, puts_an_id_once_in_a_batch_and_tells_its_repeats_apart)
{
    const struct scripted lines[] = {{.stored = {9}}, {.stored = {1, 2}}};
    struct store *store = open_store(lines, 2);
    struct sending first, one, again, other, third;
    send_one(store, &first, 9, 1);
    send_one(store, &one, 1, 1);
    send_one(store, &again, 1, 1);
    send_one(store, &other, 1, 2);
    send_one(store, &third, 2, 1);
    turn_loop();
    expect(&one, STORE_STORED);
    expect(&again, STORE_REPLAYED);
    expect(&other, STORE_CONFLICT);
    expect(&third, STORE_STORED);
    cr_assert_eq(sent, 2);
    cr_assert_eq(sent_counts[1], 2);
    store_destroy(store);
}

// The first one conflicts with what is stored; its repeat may be the very content that is.
Test(store, asks_again_for_a_repeat_whose_content_the_first_does_not_tell)
{
    const struct scripted lines[] = {
        {.stored = {9}},
        {.stored = {0}},
        {.found = {{1, ONES, "counted"}}},
        {.stored = {0}},
        {.found = {{1, ONES, "counted"}}},
    };
    struct store *store = open_store(lines, 5);
    struct sending first, other, again, same;
    send_one(store, &first, 9, 1);
    send_one(store, &other, 1, 2);
    send_one(store, &again, 1, 2);
    send_one(store, &same, 1, 1);
    turn_loop();
    expect(&other, STORE_CONFLICT);
    expect(&again, STORE_CONFLICT);
    expect(&same, STORE_REPLAYED);
    store_destroy(store);
}

Test(store, decides_repeats_with_the_first_when_it_is_withdrawn_refused_or_lost)
{
    static const struct {
        struct scripted line;
        enum store_result result;
    } rows[] = {
        {{.found = {{1, ONES, "withdrawn"}}}, STORE_GONE},
        {{.outcome = DATABASE_FAILED, .sqlstate = "22P05"}, STORE_REFUSED},
        {{.outcome = DATABASE_LOST}, STORE_UNAVAILABLE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct scripted lines[] = {{.stored = {9}}, rows[i].line, rows[i].line};
        struct store *store = open_store(lines, 3);
        struct sending first, one, again;
        send_one(store, &first, 9, 1);
        send_one(store, &one, 1, 1);
        send_one(store, &again, 1, 1);
        turn_loop();
        expect(&one, rows[i].result);
        expect(&again, rows[i].result);
        store_destroy(store);
        event_base_free(base);
    }
}

Test(store, sends_repeats_again_with_the_first)
{
    const struct scripted lines[] = {
        {.stored = {9}},
        {.outcome = DATABASE_FAILED, .sqlstate = "40P01"},
        {.stored = {1}},
    };
    struct store *store = open_store(lines, 3);
    struct sending first, one, again;
    send_one(store, &first, 9, 1);
    send_one(store, &one, 1, 1);
    send_one(store, &again, 1, 1);
    turn_loop();
    expect(&one, STORE_STORED);
    expect(&again, STORE_REPLAYED);
    store_destroy(store);
}

Test(store, bounds_the_bytes_of_a_batch)
{
    const struct scripted lines[] = {{.stored = {1}}, {.stored = {2, 3}}, {.stored = {4}}};
    struct store *store = open_store(lines, 3);
    struct sending sendings[4];
    static const size_t sizes[] = {1, 700 * 1024, 200 * 1024, 300 * 1024};
    for (int i = 0; i < 4; i++)
        send_sized(store, &sendings[i], i + 1, sizes[i]);
    turn_loop();
    for (int i = 0; i < 4; i++)
        expect(&sendings[i], STORE_STORED);
    cr_assert_eq(sent, 3);
    cr_assert_eq(sent_counts[1], 2, "two fit in 1 MiB, %d were sent", sent_counts[1]);
    store_destroy(store);
}

Test(store, bounds_the_bytes_of_what_waits)
{
    const struct scripted lines[] = {
        {.stored = {1}}, {.stored = {2}}, {.stored = {3}}, {.stored = {5}}};
    struct store *store = open_store(lines, 4);
    struct sending sendings[5];
    for (int i = 0; i < 4; i++)
        send_sized(store, &sendings[i], i + 1, CONTENT_BYTES);
    turn_loop();
    for (int i = 0; i < 3; i++)
        expect(&sendings[i], STORE_STORED);
    expect(&sendings[3], STORE_UNAVAILABLE);
    send_sized(store, &sendings[4], 5, CONTENT_BYTES); // there is room again
    turn_loop();
    expect(&sendings[4], STORE_STORED);
    store_destroy(store);
}

Test(store, finds_the_one_row_that_postgresql_refuses)
{
    // Batches: 9; then 1 2 3 4 refused, halves 1 2 (stored), 3 4 refused, 3 refused alone, 4
    // stored.
    const struct scripted lines[] = {
        {.stored = {9}},
        {.outcome = DATABASE_FAILED, .sqlstate = "22P05"},
        {.stored = {1, 2}},
        {.outcome = DATABASE_FAILED, .sqlstate = "22P05"},
        {.outcome = DATABASE_FAILED, .sqlstate = "22P05"},
        {.stored = {4}},
    };
    struct store *store = open_store(lines, 6);
    struct sending first, sendings[4];
    send_one(store, &first, 9, 1);
    for (int i = 0; i < 4; i++)
        send_one(store, &sendings[i], i + 1, 1);
    turn_loop();
    expect(&sendings[0], STORE_STORED);
    expect(&sendings[1], STORE_STORED);
    expect(&sendings[2], STORE_REFUSED);
    expect(&sendings[3], STORE_STORED);
    store_destroy(store);
}

Test(store, sends_again_what_a_deadlock_undid)
{
    const struct scripted lines[] = {{.outcome = DATABASE_FAILED, .sqlstate = "40P01"},
                                     {.stored = {1}}};
    struct store *store = open_store(lines, 2);
    struct sending one;
    send_one(store, &one, 1, 1);
    turn_loop();
    expect(&one, STORE_STORED);
    store_destroy(store);
}

Test(store, says_unavailable_when_the_connection_breaks)
{
    const struct scripted lines[] = {{.outcome = DATABASE_LOST}};
    struct store *store = open_store(lines, 1);
    struct sending one, later;
    send_one(store, &one, 1, 1);
    turn_loop();
    expect(&one, STORE_UNAVAILABLE);
    send_one(store, &later, 2, 1);
    turn_loop();
    expect(&later, STORE_UNAVAILABLE);
    cr_assert_not(store_available(store));
    store_destroy(store);
}

Test(store, refuses_more_than_the_queue_holds)
{
    const struct scripted lines[] = {{.stored = {1}}, {.stored = {2, 3, 4, 5, 6, 7, 8, 9}}};
    struct store *store = open_store(lines, 2);
    struct sending sendings[10];
    for (int i = 0; i < 10; i++)
        send_one(store, &sendings[i], i + 1, 1);
    turn_loop();
    for (int i = 0; i < 9; i++)
        expect(&sendings[i], STORE_STORED);
    expect(&sendings[9], STORE_UNAVAILABLE);
    store_destroy(store);
}

Test(store, answers_what_waits_when_it_is_destroyed)
{
    struct store *store = open_store(NULL, 0);
    struct sending one, two;
    send_one(store, &one, 1, 1);
    send_one(store, &two, 2, 1);
    cr_assert_eq(store_waiting(store), 2);
    database_break(&databases[LANE], "");
    store_destroy(store);
    expect(&one, STORE_UNAVAILABLE);
    expect(&two, STORE_UNAVAILABLE);
}

// -- The ladder --

Test(ladder, spools_what_comes_before_the_database_does)
{
    struct store *store = create_store(NULL, 0, &spool);
    struct sending one, two;
    cr_assert(store_available(store));
    send_one(store, &one, 1, 1);
    send_one(store, &two, 2, 1);
    turn_loop();
    expect(&one, STORE_SPOOLED);
    expect(&two, STORE_SPOOLED);
    cr_assert_eq(spool.count, 2);
    cr_assert_eq(spool.writes, 1, "one transaction for both, not %zu", spool.writes);
    store_destroy(store);
}

Test(ladder, spools_what_a_lost_connection_leaves_unknown_and_what_waited_behind_it)
{
    const struct scripted lines[] = {{.outcome = DATABASE_LOST}};
    struct store *store = open_spooling_store(lines, 1);
    struct sending sendings[3];
    for (int i = 0; i < 3; i++)
        send_one(store, &sendings[i], i + 1, 1);
    turn_loop();
    for (int i = 0; i < 3; i++)
        expect(&sendings[i], STORE_SPOOLED);
    cr_assert_eq(spool.count, 3);
    store_destroy(store);
}

Test(ladder, waits_for_the_database_again_only_when_a_spooled_batch_was_committed)
{
    const struct scripted lines[] = {
        {.outcome = DATABASE_LOST}, {.stored = {1, 2}}, {.stored = {3}}};
    struct store *store = open_spooling_store(lines, 3);
    struct sending one, two, three;
    send_one(store, &one, 1, 1);
    turn_loop();
    connect_database(LANE); // connects, passes the probe, and may stall again at the next insert
    turn_loop();
    send_one(store, &two, 2, 1);
    turn_loop();
    expect(&two, STORE_SPOOLED);
    connect_database(DRAIN);
    turn_loop();
    cr_assert_eq(spool.count, 0, "%zu rows were not drained", spool.count);
    send_one(store, &three, 3, 1);
    turn_loop();
    expect(&three, STORE_STORED);
    cr_assert_eq(script_at, 3);
    store_destroy(store);
}

Test(ladder, promises_nothing_when_the_spool_is_full_or_fails)
{
    static const enum spool_result results[] = {SPOOL_FULL, SPOOL_FAILED};
    for (size_t i = 0; i < 2; i++) {
        struct store *store = create_store(NULL, 0, &spool);
        struct sending one, two;
        spool.next_result = results[i];
        send_one(store, &one, 1, 1);
        turn_loop();
        expect(&one, STORE_UNAVAILABLE);
        cr_assert_not(store_available(store));
        spool.next_result = SPOOL_WRITTEN;
        send_one(store, &two, 2, 1);
        turn_loop();
        expect(&two, STORE_SPOOLED);
        cr_assert(store_available(store));
        store_destroy(store);
        event_base_free(base);
    }
}

Test(ladder, tells_what_waits_in_the_spool_from_other_content_of_the_same_id)
{
    struct store *store = create_store(NULL, 0, &spool);
    struct sending one, same, other;
    send_one(store, &one, 1, 1);
    turn_loop();
    send_one(store, &same, 1, 1);
    send_one(store, &other, 1, 2);
    turn_loop();
    expect(&same, STORE_SPOOLED);
    expect(&other, STORE_CONFLICT);
    cr_assert_eq(spool.count, 1);
    connect_database(LANE); // also once the database is there, until it is drained
    turn_loop();
    send_one(store, &other, 1, 2);
    turn_loop();
    expect(&other, STORE_CONFLICT);
    store_destroy(store);
}

Test(ladder, gives_no_201_where_the_server_does_not_sync)
{
    struct store *store = create_store(NULL, 0, &spool);
    struct store_counts counts;
    struct sending one;
    said_fsync = "off";
    connect_database(LANE);
    turn_loop();
    send_one(store, &one, 1, 1);
    turn_loop();
    expect(&one, STORE_SPOOLED);
    store_read_counts(store, &counts);
    cr_assert_not(counts.database_synced);
    store_destroy(store);
}

Test(ladder, does_not_open_before_the_probe_passes)
{
    struct store *store = create_store(NULL, 0, &spool);
    struct sending one;
    probes_pass = false;
    connect_database(LANE);
    turn_loop();
    send_one(store, &one, 1, 1);
    turn_loop();
    expect(&one, STORE_SPOOLED);
    cr_assert_eq(sent, 0);
    store_destroy(store);
}

Test(ladder, spools_everything_at_once_when_told_to)
{
    struct store *store = open_spooling_store(NULL, 0);
    struct sending in_flight, waiting, later;
    send_one(store, &in_flight, 1, 1);
    send_one(store, &waiting, 2, 1);
    store_divert(store);
    turn_loop();
    expect(&in_flight, STORE_SPOOLED);
    expect(&waiting, STORE_SPOOLED);
    send_one(store, &later, 3, 1);
    turn_loop();
    expect(&later, STORE_SPOOLED);
    store_destroy(store);
}

Test(ladder, spools_what_waits_when_it_is_destroyed)
{
    struct store *store = open_spooling_store(NULL, 0);
    struct sending one, two;
    send_one(store, &one, 1, 1);
    send_one(store, &two, 2, 1);
    database_break(&databases[LANE], "");
    store_destroy(store);
    expect(&one, STORE_SPOOLED);
    expect(&two, STORE_SPOOLED);
}

// -- The drain --

static struct store *store_with_spooled(const struct scripted *lines, size_t count,
                                        struct sending *sendings, int rows)
{
    struct store *store = create_store(lines, count, &spool);
    for (int i = 0; i < rows; i++)
        send_one(store, &sendings[i], i + 1, 1);
    turn_loop();
    connect_database(DRAIN);
    return store;
}

Test(drain, quarantines_what_conflicts_and_what_is_refused_and_nothing_else)
{
    struct sending sendings[3];
    struct store_counts counts;
    const struct scripted lines[] = {
        {.outcome = DATABASE_FAILED, .sqlstate = "22P05"}, // 1 2 3
        {.stored = {1}},                                   // 1 2: 2 is there already
        {.found = {{2, "\\x02020202020202020202020202020202", "counted"}}},
        {.outcome = DATABASE_FAILED, .sqlstate = "22P05"}, // 3
        {.found = {{0}}},                                  // quarantine of 2
        {.outcome = DATABASE_FAILED, .sqlstate = "22P05"}, // of 3, as text
        {.found = {{0}}},                                  // of 3, its bytes alone
    };
    struct store *store = store_with_spooled(lines, 7, sendings, 3);
    turn_loop();
    cr_assert_eq(script_at, 7, "%zu groups were sent", script_at);
    cr_assert_eq(spool.count, 0);
    store_read_counts(store, &counts);
    cr_assert_eq(counts.drained, 3);
    cr_assert_eq(counts.quarantined, 2);
    cr_assert_gt(counts.last_drained_us, 0);
    store_destroy(store);
}

Test(drain, has_files_kept_where_the_server_does_not_sync)
{
    static const char *const said[] = {"off", "on"};
    for (size_t i = 0; i < 2; i++) {
        struct sending sendings[1];
        const struct scripted lines[] = {{.stored = {1}}};
        struct store *store = create_store(lines, 1, &spool);
        send_one(store, &sendings[0], 1, 1);
        turn_loop();
        said_fsync = said[i];
        connect_database(DRAIN);
        turn_loop();
        cr_assert_eq(spool.count, 0);
        cr_assert_eq(distrusted, i == 0);
        store_destroy(store);
        event_base_free(base);
    }
}

Test(drain, takes_nothing_from_the_spool_when_a_batch_is_lost)
{
    struct sending sendings[2];
    const struct scripted lines[] = {{.outcome = DATABASE_LOST}};
    struct store *store = store_with_spooled(lines, 1, sendings, 2);
    turn_loop();
    cr_assert_eq(spool.count, 2);
    cr_assert_eq(spool.given, 0, "what was given out is given out again");
    store_destroy(store);
}

Test(drain, leaves_alone_what_was_stored_or_withdrawn_before)
{
    struct sending sendings[2];
    struct store_counts counts;
    const struct scripted lines[] = {{.stored = {0}},
                                     {.found = {{1, ONES, "counted"}, {2, ONES, "withdrawn"}}}};
    struct store *store = store_with_spooled(lines, 2, sendings, 2);
    turn_loop();
    cr_assert_eq(spool.count, 0);
    store_read_counts(store, &counts);
    cr_assert_eq(counts.quarantined, 0);
    store_destroy(store);
}

Test(drain, quarantines_what_was_promised_under_an_id_whose_other_content_was_withdrawn)
{
    struct sending sendings[1];
    struct store_counts counts;
    const struct scripted lines[] = {
        {.stored = {0}},
        {.found = {{1, "\\x02020202020202020202020202020202", "withdrawn"}}},
        {.found = {{0}}}, // its quarantine
    };
    struct store *store = store_with_spooled(lines, 3, sendings, 1);
    turn_loop();
    cr_assert_eq(spool.count, 0);
    store_read_counts(store, &counts);
    cr_assert_eq(counts.quarantined, 1, "a 202 went away");
    store_destroy(store);
}

static void let_pass(time_t seconds)
{
    passed_s += seconds;
    turn_loop();
}

Test(drain, looks_again_for_what_could_not_be_read)
{
    struct sending sendings[1];
    const struct scripted lines[] = {{.stored = {1}}};
    struct store *store = create_store(lines, 1, &spool);
    send_one(store, &sendings[0], 1, 1);
    turn_loop();
    spool.withheld = true;
    connect_database(DRAIN);
    turn_loop();
    cr_assert_eq(spool.count, 1);
    spool.withheld = false;
    let_pass(9);
    cr_assert_eq(spool.count, 0, "it waits for ever");
    store_destroy(store);
}

Test(drain, lets_lanes_that_are_refused_a_connection_pause)
{
    enum { BATCHES = 8 };
    struct sending sendings[BATCHES];
    struct scripted lines[BATCHES];
    for (int i = 0; i < BATCHES; i++)
        lines[i] = (struct scripted){.stored = {i + 1}};
    struct store *store = create_store(lines, BATCHES, &spool);
    connect_database(DRAIN);
    turn_loop();
    hastened = 0;
    for (int i = 0; i < BATCHES; i++) {
        send_one(store, &sendings[i], i + 1, 1);
        let_pass(i == BATCHES / 2);
    }
    cr_assert_eq(spool.count, 0);
    cr_assert_leq(hastened, 3, "hastened %d times in about a second", hastened);
    store_destroy(store);
}

Test(ladder, believes_a_spool_that_failed_again_after_a_while)
{
    struct store *store = create_store(NULL, 0, &spool);
    struct sending one;
    spool.next_result = SPOOL_FULL;
    send_one(store, &one, 1, 1);
    turn_loop();
    let_pass(4);
    cr_assert_not(store_available(store));
    let_pass(2);
    cr_assert(store_available(store), "not ready for ever, with nobody to send what would tell");
    store_destroy(store);
}

// The server has no connection left for the drain, or refuses the row that it must take first.
Test(ladder, tries_the_database_again_when_nothing_of_the_spool_is_committed)
{
    const struct scripted lines[] = {{.outcome = DATABASE_LOST}, {.stored = {3}}};
    struct store *store = open_spooling_store(lines, 2);
    struct sending one, two, three;
    send_one(store, &one, 1, 1);
    turn_loop();
    connect_database(LANE);
    let_pass(20);
    send_one(store, &two, 2, 1);
    turn_loop();
    expect(&two, STORE_SPOOLED);
    let_pass(11);
    send_one(store, &three, 3, 1);
    turn_loop();
    expect(&three, STORE_STORED);
    store_destroy(store);
}
