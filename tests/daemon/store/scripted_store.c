// The store against a scripted database: the functions of daemon/store/database.h are defined here,
// so that the linker leaves the real ones out. Each group that the store sends meets the next line
// of the script.
//
// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/database.h"
#include "daemon/store/store.h"

#include <criterion/criterion.h>
#include <string.h>

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

struct database {
    struct database_events events;
    bool ready;
};

static struct database the_database;
static const struct scripted *script;
static size_t script_size, script_at;
static int sent_counts[GROUPS_LIMIT]; // rows of each insert sent, in order
static size_t sent;
static struct event_base *base;
static void (*owed_reply)(void *, const struct database_reply *);
static void *owed_context;
static bool owed_is_insert;
static struct event *turn;

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

static void on_turn(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    (void)context;
    cr_assert_lt(script_at, script_size, "the store sent more groups than the script has");
    const struct scripted *line = &script[script_at++];
    struct database_reply reply = {.outcome = line->outcome};
    if (line->outcome == DATABASE_DONE && owed_is_insert) {
        reply.results[0] = result_with(PGRES_COMMAND_OK, "BEGIN");
        reply.results[1] = stored_rows(line);
        reply.results[2] = result_with(PGRES_COMMAND_OK, line->tag ? line->tag : "COMMIT");
    } else if (line->outcome == DATABASE_DONE) {
        reply.results[0] = found_rows(line);
    } else if (line->outcome == DATABASE_FAILED) {
        reply.results[0] = result_with(PGRES_FATAL_ERROR, NULL);
        reply.failed = reply.results[0];
    }
    the_database.ready = line->outcome != DATABASE_LOST;
    owed_reply(owed_context, &reply);
    for (size_t i = 0; i < DATABASE_QUERIES_LIMIT; i++)
        PQclear(reply.results[i]);
}

struct database *database_create(struct event_base *given, const struct database_settings *settings,
                                 const struct database_events *events, struct error *error)
{
    (void)given;
    (void)settings;
    (void)error;
    the_database.events = *events;
    the_database.ready = true;
    turn = event_new(base, -1, 0, on_turn, NULL);
    return &the_database;
}

void database_destroy(struct database *database)
{
    (void)database;
    event_free(turn);
}

bool database_ready(const struct database *database)
{
    return database != NULL && database->ready;
}

void database_run(struct database *database, const struct database_query *queries, size_t count,
                  void (*on_reply)(void *context, const struct database_reply *reply),
                  void *context)
{
    database->ready = false;
    owed_is_insert = count == 3;
    owed_reply = on_reply;
    owed_context = context;
    if (owed_is_insert) {
        const unsigned char *array = (const unsigned char *)queries[1].values[0];
        cr_assert_lt(sent, GROUPS_LIMIT);
        sent_counts[sent++] = array[12] << 24 | array[13] << 16 | array[14] << 8 | array[15];
    }
    event_active(turn, 0, 0);
}

// The scripted database cannot make a PGresult with an SQLSTATE: the script's is told here instead.
#include "sql/conninfo.h"
enum sqlstate_meaning sqlstate_meaning(const char *sqlstate)
{
    (void)sqlstate;
    const char *told = script[script_at - 1].sqlstate;
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
}

static struct store *open_store(const struct scripted *lines, size_t count)
{
    static struct settings settings = {.database = (char *)"",
                                       .database_connections = 1,
                                       .batch_limit = 256,
                                       .queue_limit = 8,
                                       .hold_limit_ms = 60000};
    base = event_base_new();
    script = lines;
    script_size = count;
    script_at = 0;
    sent = 0;
    return store_create(base, &settings, NULL);
}

enum { CONTENT_BYTES = 5 * 512 * 1024 }; // three fit in what may wait

static void send_content(struct store *store, struct sending *sending, int last, int hash,
                         size_t size)
{
    static const char content[CONTENT_BYTES];
    submission_clear(&sending->row);
    sending->row.collectivity_id = 1;
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

static void turn_loop(void)
{
    event_base_loop(base, EVLOOP_NONBLOCK);
    for (int i = 0; i < 50; i++)
        event_base_loop(base, EVLOOP_NONBLOCK);
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
    the_database.ready = false;
    the_database.ready = true;
    struct sending one, two;
    send_one(store, &one, 1, 1);
    send_one(store, &two, 2, 1);
    cr_assert_eq(store_waiting(store), 2);
    owed_reply(owed_context, &(struct database_reply){.outcome = DATABASE_LOST});
    the_database.ready = false;
    event_del(turn);
    store_destroy(store);
    expect(&one, STORE_UNAVAILABLE);
    expect(&two, STORE_UNAVAILABLE);
}
