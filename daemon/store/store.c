// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/store.h"

#include "config/log.h"
#include "daemon/store/database.h"
#include "sql/conninfo.h"
#include "sql/submission_arrays.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

TAILQ_HEAD(items, store_item);

enum {
    EXPIRY_TICK_MS = 100,
    // Whatever clients send, the daemon stays small: an item keeps its content until it is
    // answered, and a batch is copied twice on its way (arrays, libpq).
    BATCH_BYTES = 1024 * 1024,
    OWED_BYTES = 8 * 1024 * 1024,
};

// One connection and the batch that it carries.
struct lane {
    struct store *store;
    struct database *database;
    struct submission_arrays arrays;
    struct store_item **batch; // sorted by key
    const struct submission **rows;
    size_t count;
    size_t cap; // halved while a row that PostgreSQL refuses is being looked for
};

struct store {
    struct event_base *base;
    size_t batch_limit, queue_limit, hold_limit_ms;
    struct items queue;    // waits for a lane
    struct items answered; // waits for its callback
    size_t queued, owed;   // owed: items without a callback yet, wherever they are
    size_t owed_bytes;     // of their content
    uint64_t sequence;     // of the item submitted last
    struct event *answer;  // runs the callbacks, from the loop
    struct event *expiry;
    struct lane *lanes;
    size_t lane_count;
};

static void decide(struct store *store, struct store_item *item, enum store_result result);
static void answer_later(struct store *store, struct store_item *item, enum store_result result);
static void put_back(struct store *store, struct store_item *item);
static void send_batches(struct store *store);
static void send_batch(struct lane *lane);
static void on_inserted(void *context, const struct database_reply *reply);
static void look_up(struct lane *lane);
static void on_looked_up(void *context, const struct database_reply *reply);
static void answer_items(evutil_socket_t fd, short what, void *context);

static const enum statement lane_statements[] = {STATEMENT_INSERT_SUBMISSIONS,
                                                 STATEMENT_LOOK_UP_SUBMISSIONS};

static uint64_t now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

// -- Deciding --

// What is decided for an id decides for one that repeats it in the same batch, where the contents
// can be compared. False: only the database can tell.
static bool result_of_repeat(const struct store_item *first, enum store_result result,
                             const struct store_item *repeat, enum store_result *its_result)
{
    bool same = memcmp(first->row->content_hash, repeat->row->content_hash, HASH_BYTES) == 0;
    *its_result = result;
    if (result == STORE_STORED || result == STORE_REPLAYED)
        *its_result = same ? STORE_REPLAYED : STORE_CONFLICT;
    return same || (result != STORE_CONFLICT && result != STORE_REFUSED);
}

static void decide(struct store *store, struct store_item *item, enum store_result result)
{
    struct store_item *repeat;
    answer_later(store, item, result);
    while ((repeat = item->repeat) != NULL) {
        enum store_result its_result;
        item->repeat = repeat->repeat;
        repeat->repeat = NULL;
        if (result_of_repeat(item, result, repeat, &its_result))
            answer_later(store, repeat, its_result);
        else
            put_back(store, repeat);
    }
}

// Its callback will run.
static void answer_later(struct store *store, struct store_item *item, enum store_result result)
{
    item->result = result;
    item->decided = true;
    TAILQ_INSERT_TAIL(&store->answered, item, link);
    event_active(store->answer, 0, 0);
}

// Callbacks run here only: from the loop, each once, after the store's own work of this turn.
static void answer_items(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct store *store = context;
    struct store_item *item;
    while ((item = TAILQ_FIRST(&store->answered)) != NULL) {
        TAILQ_REMOVE(&store->answered, item, link);
        store->owed--;
        store->owed_bytes -= item->row->content_size;
        item->done(item->context, item->result);
    }
}

static void on_expiry(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct store *store = context;
    uint64_t now = now_ms();
    struct store_item *item;
    while ((item = TAILQ_FIRST(&store->queue)) != NULL && item->expires_ms <= now) {
        TAILQ_REMOVE(&store->queue, item, link);
        store->queued--;
        decide(store, item, STORE_UNAVAILABLE);
    }
}

// -- The queue --

void store_submit(struct store *store, struct store_item *item)
{
    item->decided = false;
    item->repeat = NULL;
    item->sequence = ++store->sequence;
    store->owed++;
    store->owed_bytes += item->row->content_size;
    if (store->queued >= store->queue_limit || store->owed_bytes > OWED_BYTES ||
        !store_available(store)) {
        decide(store, item, STORE_UNAVAILABLE);
        return;
    }
    item->expires_ms = now_ms() + store->hold_limit_ms;
    TAILQ_INSERT_TAIL(&store->queue, item, link);
    store->queued++;
    send_batches(store);
}

static void send_batches(struct store *store)
{
    for (size_t i = 0; i < store->lane_count && store->queued > 0; i++)
        if (database_ready(store->lanes[i].database) && store->lanes[i].count == 0)
            send_batch(&store->lanes[i]);
}

static int compare_keys(const struct submission *a, const struct submission *b)
{
    if (a->collectivity_id != b->collectivity_id)
        return a->collectivity_id < b->collectivity_id ? -1 : 1;
    return memcmp(a->id.bytes, b->id.bytes, sizeof a->id.bytes);
}

// By key, then by arrival.
static int compare_items(const void *a, const void *b)
{
    const struct store_item *const *left = a;
    const struct store_item *const *right = b;
    int order = compare_keys((*left)->row, (*right)->row);
    if (order != 0 || (*left)->sequence == (*right)->sequence)
        return order;
    return (*left)->sequence < (*right)->sequence ? -1 : 1;
}

// Back to the head of the queue, with those that repeat it behind it.
static void put_back(struct store *store, struct store_item *item)
{
    struct store_item *before = NULL;
    struct store_item *next;
    uint64_t now = now_ms();
    for (; item != NULL; item = next) {
        next = item->repeat;
        item->repeat = NULL;
        if (item->expires_ms <= now) {
            answer_later(store, item, STORE_UNAVAILABLE);
            continue;
        }
        if (before == NULL)
            TAILQ_INSERT_HEAD(&store->queue, item, link);
        else
            TAILQ_INSERT_AFTER(&store->queue, before, item, link);
        before = item;
        store->queued++;
    }
}

// An id is at most once in a batch: those that came later follow the first, so that a client that
// sends one id over and over takes no more than its share.
static void chain_repeats(struct lane *lane)
{
    size_t kept = 1;
    struct store_item *last = lane->batch[0];
    for (size_t i = 1; i < lane->count; i++) {
        if (compare_keys(lane->batch[i]->row, last->row) == 0)
            last->repeat = lane->batch[i];
        else
            lane->batch[kept++] = lane->batch[i];
        last = lane->batch[i];
    }
    lane->count = kept;
}

// Takes the next items from the queue, at least one. Batches are sorted by key, or two connections
// that hold the same ids would wait for each other.
static void gather_batch(struct lane *lane)
{
    struct store *store = lane->store;
    struct store_item *item;
    size_t bytes = 0;
    lane->count = 0;
    while (lane->count < lane->cap && (item = TAILQ_FIRST(&store->queue)) != NULL) {
        bytes += item->row->content_size;
        if (lane->count > 0 && bytes > BATCH_BYTES)
            break;
        TAILQ_REMOVE(&store->queue, item, link);
        store->queued--;
        lane->batch[lane->count++] = item;
    }
    qsort(lane->batch, lane->count, sizeof(void *), compare_items);
    chain_repeats(lane);
    for (size_t i = 0; i < lane->count; i++)
        lane->rows[i] = lane->batch[i]->row;
}

static void send_batch(struct lane *lane)
{
    gather_batch(lane);
    submission_arrays_fill(&lane->arrays, lane->rows, lane->count);
    const struct database_query queries[] = {
        {.statement = STATEMENT_COUNT, .command = "BEGIN"},
        {STATEMENT_INSERT_SUBMISSIONS, NULL, SUBMISSION_COLUMN_COUNT,
         (const char *const *)lane->arrays.bytes, lane->arrays.sizes, lane->arrays.formats},
        {.statement = STATEMENT_COUNT, .command = "COMMIT"},
    };
    database_run(lane->database, queries, 3, on_inserted, lane);
}

// A batch has ended, one way or the other: the lane is free for the next.
static void end_batch(struct lane *lane)
{
    lane->count = 0;
    send_batches(lane->store);
}

static void decide_rest(struct lane *lane, enum store_result result)
{
    for (size_t i = 0; i < lane->count; i++)
        if (!lane->batch[i]->decided)
            decide(lane->store, lane->batch[i], result);
}

// Back to the head of the queue, to be sent again.
static void put_back_batch(struct lane *lane)
{
    for (size_t i = lane->count; i > 0; i--)
        put_back(lane->store, lane->batch[i - 1]);
    lane->count = 0;
}

// -- After the insert --

static void tell_refusal(enum sqlstate_meaning meaning, const char *sqlstate, size_t rows)
{
    static const char *const next[] = {
        [SQLSTATE_RETRY] = "sent again",
        [SQLSTATE_UNAVAILABLE] = "clients are told to come back",
        [SQLSTATE_ROW] = "the row at fault is looked for",
        [SQLSTATE_SCHEMA] =
            "run recueil migrate, and look at the rights of recueil_daemon; clients "
            "are told to come back",
    };
    log_event(meaning == SQLSTATE_SCHEMA ? LOG_ERROR : LOG_WARNING, "batch_refused",
              "sqlstate=%s rows=%zu next=\"%s\"", sqlstate != NULL ? sqlstate : "none", rows,
              next[meaning]);
}

// The server refused the batch. A row at fault is found by halving; what may work again is sent
// again until its hold limit; the rest is unavailable.
static void on_refused(struct lane *lane, const PGresult *failed)
{
    const char *sqlstate = PQresultErrorField(failed, PG_DIAG_SQLSTATE);
    enum sqlstate_meaning meaning = sqlstate_meaning(sqlstate);
    tell_refusal(meaning, sqlstate, lane->count);
    if (meaning == SQLSTATE_ROW && lane->count == 1) {
        decide_rest(lane, STORE_REFUSED);
        lane->cap = lane->store->batch_limit;
    } else if (meaning == SQLSTATE_ROW) {
        lane->cap = (lane->count + 1) / 2;
        put_back_batch(lane);
    } else if (meaning == SQLSTATE_RETRY) {
        put_back_batch(lane);
    } else {
        decide_rest(lane, STORE_UNAVAILABLE);
    }
    end_batch(lane);
}

// The item of the batch with this key, by binary search; NULL when there is none.
static struct store_item *batch_item(const struct lane *lane, const PGresult *result, int row)
{
    struct submission key = {0};
    key.collectivity_id = (int32_t)strtol(PQgetvalue(result, row, 0), NULL, 10);
    if (!uuid_parse(PQgetvalue(result, row, 1), (size_t)PQgetlength(result, row, 1), &key.id))
        return NULL;
    size_t from = 0;
    for (size_t to = lane->count; from < to;) {
        size_t middle = from + (to - from) / 2;
        int order = compare_keys(&key, lane->batch[middle]->row);
        if (order == 0)
            return lane->batch[middle];
        if (order < 0)
            to = middle;
        else
            from = middle + 1;
    }
    return NULL;
}

// 201 only when the server said COMMIT: the COMMIT of a failed transaction answers ROLLBACK, with
// the same status.
static bool committed(const PGresult *result)
{
    return strcmp(PQcmdStatus((PGresult *)(uintptr_t)result), "COMMIT") == 0;
}

// An item's memory is its owner's again once its callback has run, before the look-up answers: what
// is decided leaves the batch in the same turn. The order stays.
static void forget_decided(struct lane *lane)
{
    size_t kept = 0;
    for (size_t i = 0; i < lane->count; i++)
        if (!lane->batch[i]->decided)
            lane->batch[kept++] = lane->batch[i];
    lane->count = kept;
}

static void on_inserted(void *context, const struct database_reply *reply)
{
    struct lane *lane = context;
    if (reply->outcome == DATABASE_FAILED) {
        on_refused(lane, reply->failed);
        return;
    }
    if (reply->outcome == DATABASE_LOST || !committed(reply->results[2])) {
        decide_rest(lane, STORE_UNAVAILABLE); // perhaps committed: the same id sent again gets 200
        end_batch(lane);
        return;
    }
    const PGresult *stored = reply->results[1];
    for (int row = 0; row < PQntuples(stored); row++) {
        struct store_item *item = batch_item(lane, stored, row);
        if (item != NULL)
            decide(lane->store, item, STORE_STORED);
    }
    lane->cap = lane->store->batch_limit;
    forget_decided(lane);
    if (lane->count > 0)
        look_up(lane);
    else
        end_batch(lane);
}

static void look_up(struct lane *lane)
{
    for (size_t i = 0; i < lane->count; i++)
        lane->rows[i] = lane->batch[i]->row;
    submission_arrays_fill(&lane->arrays, lane->rows, lane->count);
    const struct database_query query = {STATEMENT_LOOK_UP_SUBMISSIONS,
                                         NULL,
                                         2,
                                         (const char *const *)lane->arrays.bytes,
                                         lane->arrays.sizes,
                                         lane->arrays.formats};
    database_run(lane->database, &query, 1, on_looked_up, lane);
}

static enum store_result compare_stored(const struct store_item *item, const PGresult *found,
                                        int row)
{
    if (strcmp(PQgetvalue(found, row, 3), "withdrawn") == 0)
        return STORE_GONE;
    char ours[2 + 2 * HASH_BYTES + 1] = "\\x";
    for (size_t i = 0; i < HASH_BYTES; i++)
        (void)snprintf(ours + 2 + 2 * i, 3, "%02x", item->row->content_hash[i]);
    return strcmp(PQgetvalue(found, row, 2), ours) == 0 ? STORE_REPLAYED : STORE_CONFLICT;
}

static void on_looked_up(void *context, const struct database_reply *reply)
{
    struct lane *lane = context;
    if (reply->outcome == DATABASE_DONE) {
        const PGresult *found = reply->results[0];
        for (int row = 0; row < PQntuples(found); row++) {
            struct store_item *item = batch_item(lane, found, row);
            if (item != NULL && !item->decided)
                decide(lane->store, item, compare_stored(item, found, row));
        }
    }
    decide_rest(lane, STORE_UNAVAILABLE);
    end_batch(lane);
}

// -- The store --

static void on_ready(void *context)
{
    struct lane *lane = context;
    send_batches(lane->store);
}

static bool open_lane(struct store *store, struct lane *lane, const struct settings *settings,
                      struct error *error)
{
    const struct database_settings connection = {
        .conninfo = settings->database,
        .role = "recueil_daemon",
        .statements = lane_statements,
        .statement_count = sizeof lane_statements / sizeof lane_statements[0],
        .writes = true,
        .deadline_ms = settings->hold_limit_ms,
    };
    const struct database_events events = {.on_ready = on_ready, .context = lane};
    lane->store = store;
    lane->cap = store->batch_limit;
    lane->batch = memory_allocate(store->batch_limit * sizeof(void *));
    lane->rows = memory_allocate(store->batch_limit * sizeof(void *));
    lane->database = database_create(store->base, &connection, &events, error);
    return lane->database != NULL;
}

struct store *store_create(struct event_base *base, const struct settings *settings,
                           struct error *error)
{
    struct store *store = memory_allocate(sizeof *store);
    store->base = base;
    store->batch_limit = (size_t)settings->batch_limit;
    store->queue_limit = (size_t)settings->queue_limit;
    store->hold_limit_ms = (size_t)settings->hold_limit_ms;
    TAILQ_INIT(&store->queue);
    TAILQ_INIT(&store->answered);
    store->answer = event_new(base, -1, 0, answer_items, store);
    store->expiry = event_new(base, -1, EV_PERSIST, on_expiry, store);
    const struct timeval tick = {.tv_usec = EXPIRY_TICK_MS * 1000L};
    event_add(store->expiry, &tick);

    store->lane_count = (size_t)settings->database_connections;
    store->lanes = memory_allocate(store->lane_count * sizeof store->lanes[0]);
    for (size_t i = 0; i < store->lane_count; i++) {
        if (!open_lane(store, &store->lanes[i], settings, error)) {
            store_destroy(store);
            return NULL;
        }
    }
    return store;
}

void store_destroy(struct store *store)
{
    if (store == NULL)
        return;
    for (size_t i = 0; i < store->lane_count; i++) {
        database_destroy(store->lanes[i].database); // what is in flight becomes unavailable
        store->lanes[i].database = NULL;
    }
    struct store_item *item;
    while ((item = TAILQ_FIRST(&store->queue)) != NULL) {
        TAILQ_REMOVE(&store->queue, item, link);
        decide(store, item, STORE_UNAVAILABLE);
    }
    answer_items(-1, 0, store);
    for (size_t i = 0; i < store->lane_count; i++) {
        submission_arrays_clear(&store->lanes[i].arrays);
        free(store->lanes[i].batch);
        free(store->lanes[i].rows);
    }
    event_free(store->answer);
    event_free(store->expiry);
    free(store->lanes);
    free(store);
}

bool store_available(const struct store *store)
{
    for (size_t i = 0; i < store->lane_count; i++)
        if (database_ready(store->lanes[i].database) || store->lanes[i].count > 0)
            return true;
    return false;
}

size_t store_waiting(const struct store *store)
{
    return store->owed;
}
