// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/lane.h"

#include "config/calendar.h"
#include "config/log.h"
#include "sql/conninfo.h"
#include "sql/submission_arrays.h"
#include "sql/submission_months.h"
#include "sql/submission_scalars.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    ROWS_LIMIT = 1000, // the most that the setting batch_limit allows
    LEAST_DEADLINE_MS = 100,
    RETRIES_LIMIT = 3, // of a deadlock or a serialisation failure
    PROBE_DEADLINE_MS = 2000,
    FIRST_PROBE_PAUSE_MS = 500,
    LONGEST_PROBE_PAUSE_MS = 4000,
};

enum lane_state { LANE_CLOSED, LANE_OPEN, LANE_BUSY };

struct lane {
    struct lane_events events;
    struct database *database;
    struct event *probe_again;
    int probe_pause_ms;
    enum lane_state state;
    bool accepts_unsynced, synced, told_unsynced;

    // The batch: what is undecided of it, sorted by key. The first `slice` items are under way.
    struct store_item **batch;
    const struct submission **rows;
    size_t count, slice;
    size_t cap; // halved while a row that PostgreSQL refuses is being looked for
    unsigned retries;
    uint64_t expires_ms;
    bool marks; // the slice went in a transaction that also marks changed months
    struct submission_arrays arrays;
    struct submission_scalars scalars;

    void (*on_other)(void *context, const struct database_reply *reply); // of lane_run()
    void *other_context;
};

static void probe(struct lane *lane);
static void on_probed(void *context, const struct database_reply *reply);
static void send_slice(struct lane *lane);
static void on_inserted(void *context, const struct database_reply *reply);
static void look_up(struct lane *lane);
static void on_looked_up(void *context, const struct database_reply *reply);

static const enum statement lane_statements[] = {
    STATEMENT_INSERT_SUBMISSION,   STATEMENT_INSERT_SUBMISSIONS, STATEMENT_MARK_CHANGED_MONTHS,
    STATEMENT_LOOK_UP_SUBMISSIONS, STATEMENT_PROBE_STORING,      STATEMENT_READ_DURABILITY,
    STATEMENT_INSERT_QUARANTINE};

static uint64_t now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

int store_compare_keys(const struct submission *a, const struct submission *b)
{
    if (a->collectivity_id != b->collectivity_id)
        return a->collectivity_id < b->collectivity_id ? -1 : 1;
    return memcmp(a->id.bytes, b->id.bytes, sizeof a->id.bytes);
}

// -- Opening --

static void on_ready(void *context)
{
    struct lane *lane = context;
    lane->state = LANE_CLOSED; // what was open before it was lost
    probe(lane);
}

static void on_probe_again(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct lane *lane = context;
    if (lane->state == LANE_CLOSED && database_ready(lane->database))
        probe(lane);
}

// Takes the locks and needs the rights that storing needs, and stores nothing.
static void probe(struct lane *lane)
{
    static const struct database_query queries[] = {{.statement = STATEMENT_READ_DURABILITY},
                                                    {.statement = STATEMENT_PROBE_STORING}};
    database_run(lane->database, queries, 2, PROBE_DEADLINE_MS, on_probed, lane);
}

static void tell_unsynced(struct lane *lane, const PGresult *said)
{
    if (!lane->synced && !lane->told_unsynced)
        log_event(
            LOG_WARNING, "database_unsynced",
            "fsync=%s full_page_writes=%s synchronous_commit=%s next=\"%s\"",
            PQgetvalue(said, 0, 0), PQgetvalue(said, 0, 1), PQgetvalue(said, 0, 2),
            lane->accepts_unsynced
                ? "accepted by the setting accept_unsynced_database: 201 may be lost in a crash"
                : "switch them on; until then submissions go through the spool (202)");
    lane->told_unsynced = !lane->synced;
}

// "on" of fsync and full_page_writes; any synchronous_commit but "off".
static bool says_synced(const PGresult *said)
{
    return PQntuples(said) == 1 && strcmp(PQgetvalue(said, 0, 0), "on") == 0 &&
           strcmp(PQgetvalue(said, 0, 1), "on") == 0 && strcmp(PQgetvalue(said, 0, 2), "off") != 0;
}

static void probe_later(struct lane *lane)
{
    const struct timeval pause = {.tv_sec = lane->probe_pause_ms / 1000,
                                  .tv_usec = (suseconds_t)(lane->probe_pause_ms % 1000) * 1000L};
    event_add(lane->probe_again, &pause);
    lane->probe_pause_ms *= 2;
    if (lane->probe_pause_ms > LONGEST_PROBE_PAUSE_MS)
        lane->probe_pause_ms = LONGEST_PROBE_PAUSE_MS;
}

static void tell_refusal(const PGresult *failed, size_t rows)
{
    static const char *const next[] = {
        [SQLSTATE_RETRY] = "sent again",
        [SQLSTATE_UNAVAILABLE] = "submissions go to the spool",
        [SQLSTATE_ROW] = "the row at fault is looked for",
        [SQLSTATE_SCHEMA] = "run recueil migrate, and look at the rights of recueil_daemon; "
                            "submissions go to the spool",
    };
    const char *sqlstate = PQresultErrorField(failed, PG_DIAG_SQLSTATE);
    enum sqlstate_meaning meaning = sqlstate_meaning(sqlstate);
    log_event(meaning == SQLSTATE_SCHEMA ? LOG_ERROR : LOG_WARNING, "batch_refused",
              "sqlstate=%s rows=%zu next=\"%s\"", sqlstate != NULL ? sqlstate : "none", rows,
              next[meaning]);
}

static void on_probed(void *context, const struct database_reply *reply)
{
    struct lane *lane = context;
    if (reply->outcome == DATABASE_LOST)
        return; // the database connects again by itself
    if (reply->outcome == DATABASE_FAILED) {
        if (lane->probe_pause_ms == FIRST_PROBE_PAUSE_MS)
            tell_refusal(reply->failed, 0);
        probe_later(lane);
        return;
    }
    lane->probe_pause_ms = FIRST_PROBE_PAUSE_MS;
    lane->synced = says_synced(reply->results[0]);
    tell_unsynced(lane, reply->results[0]);
    lane->state = LANE_OPEN;
    lane->events.on_open(lane->events.context, lane);
}

// -- The batch --

void lane_send(struct lane *lane, struct store_item *const items[], size_t count, int deadline_ms)
{
    assert(lane->state == LANE_OPEN && count > 0 && count <= ROWS_LIMIT);
    memcpy(lane->batch, items, count * sizeof(void *));
    lane->count = count;
    lane->cap = ROWS_LIMIT;
    lane->retries = 0;
    lane->expires_ms = now_ms() + (uint64_t)deadline_ms;
    lane->state = LANE_BUSY;
    send_slice(lane);
}

static int time_left_ms(const struct lane *lane)
{
    uint64_t now = now_ms();
    if (now + LEAST_DEADLINE_MS >= lane->expires_ms)
        return LEAST_DEADLINE_MS;
    return (int)(lane->expires_ms - now);
}

static void gather_rows(struct lane *lane)
{
    for (size_t i = 0; i < lane->slice; i++)
        lane->rows[i] = lane->batch[i]->row;
}

static struct database_query insert_one(struct lane *lane)
{
    submission_scalars_fill(&lane->scalars, lane->rows[0]);
    return (struct database_query){STATEMENT_INSERT_SUBMISSION, NULL,
                                   SUBMISSION_COLUMN_COUNT,     lane->scalars.values,
                                   lane->scalars.sizes,         lane->scalars.formats};
}

static struct database_query insert_many(struct lane *lane)
{
    submission_arrays_fill(&lane->arrays, lane->rows, lane->slice);
    return (struct database_query){
        STATEMENT_INSERT_SUBMISSIONS, NULL,
        SUBMISSION_COLUMN_COUNT,      (const char *const *)lane->arrays.bytes,
        lane->arrays.sizes,           lane->arrays.formats};
}

// One statement alone is its own transaction, on Citus too, and the Sync behind it its COMMIT.
static void send_current(struct lane *lane)
{
    const struct database_query query = lane->slice == 1 ? insert_one(lane) : insert_many(lane);
    database_run(lane->database, &query, 1, time_left_ms(lane), on_inserted, lane);
}

static void send_marked(struct lane *lane)
{
    const struct submission_arrays *arrays = &lane->arrays;
    const struct database_query insert = insert_many(lane);
    const struct uuid mark = uuid_make();
    const char *const values[] = {arrays->bytes[0], arrays->bytes[2], (const char *)mark.bytes};
    const int sizes[] = {arrays->sizes[0], arrays->sizes[2], sizeof mark.bytes};
    const struct database_query queries[] = {
        {.statement = STATEMENT_COUNT, .command = "BEGIN"},
        insert,
        {STATEMENT_MARK_CHANGED_MONTHS, NULL, 3, values, sizes, arrays->formats},
        {.statement = STATEMENT_COUNT, .command = "COMMIT"},
    };
    database_run(lane->database, queries, 4, time_left_ms(lane), on_inserted, lane);
}

static void send_slice(struct lane *lane)
{
    lane->slice = lane->count < lane->cap ? lane->count : lane->cap;
    gather_rows(lane);
    if (lane->events.on_sent != NULL)
        lane->events.on_sent(lane->events.context, lane->slice);
    lane->marks = !submissions_are_current(lane->rows, lane->slice, instant_now());
    if (lane->marks)
        send_marked(lane);
    else
        send_current(lane);
}

// Takes the item at `index` of the slice out of the batch by leaving NULL; compact() closes the
// gaps. A decided item's memory is its owner's again before the next reply comes: nothing may look
// at it.
static void decide_at(struct lane *lane, size_t index, enum store_result result)
{
    struct store_item *item = lane->batch[index];
    lane->batch[index] = NULL;
    lane->events.on_decided(lane->events.context, item, result);
}

static void compact(struct lane *lane)
{
    size_t kept = 0;
    size_t kept_of_slice = 0;
    for (size_t i = 0; i < lane->count; i++) {
        if (lane->batch[i] == NULL)
            continue;
        kept_of_slice += i < lane->slice;
        lane->batch[kept++] = lane->batch[i];
    }
    lane->count = kept;
    lane->slice = kept_of_slice;
}

// Every item is decided: the lane is idle, open or closed.
static void end_batch(struct lane *lane, enum lane_state state)
{
    lane->state = state;
    lane->events.on_idle(lane->events.context, lane);
}

static void give_up(struct lane *lane)
{
    for (size_t i = 0; i < lane->count; i++)
        decide_at(lane, i, STORE_UNAVAILABLE);
    lane->count = 0;
    lane->slice = 0;
    end_batch(lane, LANE_CLOSED);
    if (database_ready(lane->database))
        probe_later(lane);
}

// The slice is decided: on with the rest of the batch.
static void go_on(struct lane *lane)
{
    lane->retries = 0;
    lane->cap = ROWS_LIMIT;
    if (lane->count == 0)
        end_batch(lane, LANE_OPEN);
    else if (now_ms() >= lane->expires_ms)
        give_up(lane);
    else
        send_slice(lane);
}

// -- After the insert --

// The server refused the slice. A row at fault is found by halving; what may work again is sent
// again; the rest is unavailable.
static void on_refused(struct lane *lane, const PGresult *failed)
{
    enum sqlstate_meaning meaning = sqlstate_meaning(PQresultErrorField(failed, PG_DIAG_SQLSTATE));
    tell_refusal(failed, lane->slice);
    if (meaning == SQLSTATE_ROW && lane->slice == 1) {
        decide_at(lane, 0, STORE_REFUSED);
        compact(lane);
        go_on(lane);
    } else if (meaning == SQLSTATE_ROW) {
        lane->cap = (lane->slice + 1) / 2;
        send_slice(lane);
    } else if (meaning == SQLSTATE_RETRY && lane->retries < RETRIES_LIMIT &&
               now_ms() < lane->expires_ms) {
        lane->retries++;
        send_slice(lane);
    } else {
        give_up(lane);
    }
}

// The place in the slice of the item with this key, by binary search in what was sent; SIZE_MAX
// when there is none, or when it was decided already.
static size_t find_in_slice(const struct lane *lane, const PGresult *result, int row)
{
    struct submission key = {0};
    key.collectivity_id = (int32_t)strtol(PQgetvalue(result, row, 0), NULL, 10);
    if (!uuid_parse(PQgetvalue(result, row, 1), (size_t)PQgetlength(result, row, 1), &key.id))
        return SIZE_MAX;
    size_t from = 0;
    for (size_t to = lane->slice; from < to;) {
        size_t middle = from + (to - from) / 2;
        int order = store_compare_keys(&key, lane->rows[middle]);
        if (order == 0)
            return lane->batch[middle] != NULL ? middle : SIZE_MAX;
        if (order < 0)
            to = middle;
        else
            from = middle + 1;
    }
    return SIZE_MAX;
}

// 201 only when the server said COMMIT (the COMMIT of a failed transaction answers ROLLBACK, with
// the same status), or ended the one statement's Sync without an error.
static bool committed(const struct lane *lane, const struct database_reply *reply)
{
    return reply->outcome == DATABASE_DONE &&
           (!lane->marks || strcmp(PQcmdStatus(reply->results[3]), "COMMIT") == 0);
}

static void on_inserted(void *context, const struct database_reply *reply)
{
    struct lane *lane = context;
    if (reply->outcome == DATABASE_FAILED) {
        on_refused(lane, reply->failed);
        return;
    }
    if (!committed(lane, reply)) {
        give_up(lane); // perhaps committed: the same id sent again changes nothing
        return;
    }
    const PGresult *stored = reply->results[lane->marks ? 1 : 0];
    for (int row = 0; row < PQntuples(stored); row++) {
        size_t index = find_in_slice(lane, stored, row);
        if (index != SIZE_MAX)
            decide_at(lane, index, STORE_STORED);
    }
    compact(lane);
    if (lane->slice > 0)
        look_up(lane);
    else
        go_on(lane);
}

static void look_up(struct lane *lane)
{
    gather_rows(lane);
    submission_arrays_fill(&lane->arrays, lane->rows, lane->slice);
    const struct database_query query = {STATEMENT_LOOK_UP_SUBMISSIONS,
                                         NULL,
                                         2,
                                         (const char *const *)lane->arrays.bytes,
                                         lane->arrays.sizes,
                                         lane->arrays.formats};
    database_run(lane->database, &query, 1, time_left_ms(lane), on_looked_up, lane);
}

static enum store_result compare_stored(struct store_item *item, const PGresult *found, int row)
{
    char ours[2 + 2 * HASH_BYTES + 1] = "\\x";
    for (size_t i = 0; i < HASH_BYTES; i++)
        (void)snprintf(ours + 2 + 2 * i, 3, "%02x", item->row->content_hash[i]);
    item->other_content = strcmp(PQgetvalue(found, row, 2), ours) != 0;
    if (strcmp(PQgetvalue(found, row, 3), "withdrawn") == 0)
        return STORE_GONE;
    return item->other_content ? STORE_CONFLICT : STORE_REPLAYED;
}

static void on_looked_up(void *context, const struct database_reply *reply)
{
    struct lane *lane = context;
    if (reply->outcome != DATABASE_DONE) {
        give_up(lane);
        return;
    }
    const PGresult *found = reply->results[0];
    for (int row = 0; row < PQntuples(found); row++) {
        size_t index = find_in_slice(lane, found, row);
        if (index != SIZE_MAX)
            decide_at(lane, index, compare_stored(lane->batch[index], found, row));
    }
    // Neither new nor there: an administrator deleted it in between. Nothing is known.
    for (size_t i = 0; i < lane->slice; i++)
        if (lane->batch[i] != NULL)
            decide_at(lane, i, STORE_UNAVAILABLE);
    compact(lane);
    go_on(lane);
}

// -- Other statements --

static void on_other_reply(void *context, const struct database_reply *reply)
{
    struct lane *lane = context;
    bool lost = reply->outcome == DATABASE_LOST;
    lane->state = lost ? LANE_CLOSED : LANE_OPEN;
    lane->on_other(lane->other_context, reply);
}

void lane_run(struct lane *lane, const struct database_query *queries, size_t count,
              int deadline_ms, void (*on_reply)(void *context, const struct database_reply *reply),
              void *context)
{
    assert(lane->state == LANE_OPEN);
    lane->state = LANE_BUSY;
    lane->on_other = on_reply;
    lane->other_context = context;
    database_run(lane->database, queries, count, deadline_ms, on_other_reply, lane);
}

// -- The lane --

struct lane *lane_create(struct event_base *base, const struct settings *settings,
                         const struct lane_events *events, struct error *error)
{
    const struct database_settings connection = {
        .conninfo = settings->database,
        .role = "recueil_daemon",
        .statements = lane_statements,
        .statement_count = sizeof lane_statements / sizeof lane_statements[0],
        .writes = true,
    };
    struct lane *lane = memory_allocate(sizeof *lane);
    const struct database_events of_database = {.on_ready = on_ready, .context = lane};
    lane->accepts_unsynced = setting_is_yes(settings->accept_unsynced_database);
    lane->events = *events;
    lane->probe_pause_ms = FIRST_PROBE_PAUSE_MS;
    lane->batch = memory_allocate(ROWS_LIMIT * sizeof(void *));
    lane->rows = memory_allocate(ROWS_LIMIT * sizeof(void *));
    lane->probe_again = evtimer_new(base, on_probe_again, lane);
    lane->database = database_create(base, &connection, &of_database, error);
    if (lane->database != NULL)
        return lane;
    lane_destroy(lane);
    return NULL;
}

void lane_destroy(struct lane *lane)
{
    if (lane == NULL)
        return;
    database_destroy(lane->database); // what is in flight becomes unavailable
    event_free(lane->probe_again);
    submission_arrays_clear(&lane->arrays);
    free(lane->batch);
    free(lane->rows);
    free(lane);
}

bool lane_open(const struct lane *lane)
{
    return lane->state == LANE_OPEN && database_ready(lane->database);
}

bool lane_busy(const struct lane *lane)
{
    return lane->state == LANE_BUSY;
}

bool lane_synced(const struct lane *lane)
{
    return lane->synced;
}

void lane_abandon(struct lane *lane)
{
    if (lane->state == LANE_BUSY)
        database_break(lane->database, "stopping: what is under way goes to the spool");
}

void lane_hasten(struct lane *lane)
{
    database_hasten(lane->database);
}
