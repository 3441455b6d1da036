// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/store.h"

#include "config/calendar.h"
#include "config/log.h"
#include "daemon/store/drain.h"
#include "daemon/store/lane.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

TAILQ_HEAD(items, store_item);

enum {
    EXPIRY_TICK_MS = 100,
    HASTEN_MS = 1000,
    SPOOL_AGAIN_MS = 5000,
    TRIAL_MS = 30000,  // a lane is open and nothing of the spool is committed: then it is tried
    ROWS_LIMIT = 1000, // the most that the setting batch_limit allows
    // Whatever clients send, the daemon stays small: an item keeps its content until it is
    // answered, and a batch is copied twice on its way (arrays, libpq).
    BATCH_BYTES = 1024 * 1024,
    OWED_BYTES = 8 * 1024 * 1024,
    NOTE_RECORDS = 256, // of acknowledged/, in one write
};

struct batch {
    struct store_item *items[ROWS_LIMIT];
    size_t count;
};

struct store {
    struct event_base *base;
    struct spool *spool;
    struct acknowledged *acknowledged;
    struct drain *drain; // NULL without a spool
    size_t batch_limit, queue_limit, hold_limit_ms;
    bool accepts_unsynced;

    struct items queue;           // waits for a lane
    struct items spill;           // waits for the spool
    struct items answered;        // waits for its callback
    size_t queued, spilled, owed; // owed: items without a callback yet, wherever they are
    size_t owed_bytes;            // of their content
    uint64_t sequence;            // of the item submitted last
    struct event *answer, *pour;  // run the callbacks; empty the spill
    struct event *expiry;

    struct lane **lanes;
    size_t lane_count;
    bool proving;     // after a loss: until a batch of the spool was committed, nothing waits
    bool stopping;    // everything goes to the spool
    bool spool_takes; // as far as its last write said
    uint64_t spool_failed_ms; // when that failed
    uint64_t hastened_ms;
    uint64_t lost_ms;   // when the last loss was
    struct batch batch; // being gathered
    struct store_counts counts;
};

static void decide(struct store *store, struct store_item *item, enum store_result result);
static void spill(struct store *store, struct store_item *item);
static void answer_later(struct store *store, struct store_item *item, enum store_result result);
static void put_back(struct store *store, struct store_item *item);
static void send_batches(struct store *store);

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
    if (result == STORE_SPOOLED && !same)
        *its_result = STORE_CONFLICT;
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
    store->counts.results[result]++;
    TAILQ_INSERT_TAIL(&store->answered, item, link);
    event_active(store->answer, 0, 0);
}

// Notes what is about to be acknowledged, one write for as many as there are; then nobody can say
// that it was without a trace.
static void note_acknowledged(struct store *store, const struct items *answered)
{
    struct acknowledgement records[NOTE_RECORDS];
    const struct store_item *item;
    size_t count = 0;
    if (store->acknowledged == NULL)
        return;
    TAILQ_FOREACH(item, answered, link)
    {
        if (item->result != STORE_STORED && item->result != STORE_SPOOLED &&
            item->result != STORE_REPLAYED)
            continue;
        records[count].id = item->row->id;
        memcpy(records[count++].content_hash, item->row->content_hash, HASH_BYTES);
        if (count < NOTE_RECORDS)
            continue;
        store->counts.unacknowledged +=
            !acknowledged_append(store->acknowledged, records, count, instant_now());
        count = 0;
    }
    if (count > 0)
        store->counts.unacknowledged +=
            !acknowledged_append(store->acknowledged, records, count, instant_now());
}

// Callbacks run here only: from the loop, each once, after the store's own work of this turn.
static void answer_items(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct store *store = context;
    struct items answered = TAILQ_HEAD_INITIALIZER(answered);
    struct store_item *item;
    TAILQ_CONCAT(&answered, &store->answered, link); // a callback may submit again
    note_acknowledged(store, &answered);
    while ((item = TAILQ_FIRST(&answered)) != NULL) {
        TAILQ_REMOVE(&answered, item, link);
        store->owed--;
        store->owed_bytes -= item->row->content_size;
        item->done(item->context, item->result);
    }
}

// -- The queue --

// Does a lane take batches whose COMMIT is a promise?
static bool database_promises(const struct store *store)
{
    if (store->proving || store->stopping)
        return false;
    for (size_t i = 0; i < store->lane_count; i++)
        if ((lane_open(store->lanes[i]) || lane_busy(store->lanes[i])) &&
            (lane_synced(store->lanes[i]) || store->accepts_unsynced))
            return true;
    return false;
}

void store_submit(struct store *store, struct store_item *item)
{
    item->repeat = NULL;
    item->sequence = ++store->sequence;
    store->owed++;
    store->owed_bytes += item->row->content_size;
    if (store->queued + store->spilled >= store->queue_limit || store->owed_bytes > OWED_BYTES) {
        decide(store, item, STORE_UNAVAILABLE);
        return;
    }
    if (!database_promises(store)) {
        spill(store, item);
        return;
    }
    item->expires_ms = now_ms() + store->hold_limit_ms;
    TAILQ_INSERT_TAIL(&store->queue, item, link);
    store->queued++;
    send_batches(store);
}

static void spill_queue(struct store *store)
{
    struct store_item *item;
    while ((item = TAILQ_FIRST(&store->queue)) != NULL) {
        TAILQ_REMOVE(&store->queue, item, link);
        store->queued--;
        spill(store, item);
    }
}

static bool a_lane_is_open(const struct store *store)
{
    for (size_t i = 0; i < store->lane_count; i++)
        if (lane_open(store->lanes[i]))
            return true;
    return false;
}

static bool nothing_would_prove(const struct store *store)
{
    struct spool_counts counts = {0};
    if (store->spool != NULL)
        spool_read_counts(store->spool, &counts);
    return store->spilled == 0 && counts.waiting == 0;
}

// Nothing but a write tells whether there is room again, and who believes /readyz sends nothing to
// write meanwhile.
static void trust_spool_again(struct store *store, uint64_t now)
{
    if (store->spool != NULL && !store->spool_takes &&
        now - store->spool_failed_ms >= SPOOL_AGAIN_MS)
        store->spool_takes = true;
}

// What waited too long goes to the spool; all of it when no lane is left.
static void on_expiry(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct store *store = context;
    uint64_t now = now_ms();
    struct store_item *item;
    trust_spool_again(store, now);
    if (store->proving && a_lane_is_open(store) &&
        (nothing_would_prove(store) || now - store->lost_ms >= TRIAL_MS))
        store->proving = false;
    if (store->queued > 0 && !database_promises(store))
        spill_queue(store);
    while ((item = TAILQ_FIRST(&store->queue)) != NULL && item->expires_ms <= now) {
        TAILQ_REMOVE(&store->queue, item, link);
        store->queued--;
        spill(store, item);
    }
}

// By key, then by arrival.
static int compare_items(const void *a, const void *b)
{
    const struct store_item *const *left = a;
    const struct store_item *const *right = b;
    int order = store_compare_keys((*left)->row, (*right)->row);
    if (order != 0 || (*left)->sequence == (*right)->sequence)
        return order;
    return (*left)->sequence < (*right)->sequence ? -1 : 1;
}

// An id is at most once in a batch: those that came later follow the first, so that a client that
// sends one id over and over takes no more than its share.
static void chain_repeats(struct batch *batch)
{
    size_t kept = 0;
    struct store_item *last = NULL;
    for (size_t i = 0; i < batch->count; i++) {
        struct store_item *item = batch->items[i];
        if (last != NULL && store_compare_keys(item->row, last->row) == 0)
            last->repeat = item;
        else
            batch->items[kept++] = item;
        last = item;
    }
    batch->count = kept;
}

// Takes the next items from a list, at least one, sorted by key: two connections that hold the same
// ids would wait for each other.
static void gather(struct store *store, struct items *list, size_t *listed)
{
    struct batch *batch = &store->batch;
    struct store_item *item;
    size_t bytes = 0;
    batch->count = 0;
    while (batch->count < store->batch_limit && (item = TAILQ_FIRST(list)) != NULL) {
        bytes += item->row->content_size;
        if (batch->count > 0 && bytes > BATCH_BYTES)
            break;
        TAILQ_REMOVE(list, item, link);
        (*listed)--;
        batch->items[batch->count++] = item;
    }
    if (batch->count > 1)
        qsort(batch->items, batch->count, sizeof(void *), compare_items);
    chain_repeats(batch);
}

// Back to the head of the queue, with those that repeat it behind it.
static void put_back(struct store *store, struct store_item *item)
{
    struct store_item *before = NULL;
    struct store_item *next;
    for (; item != NULL; item = next) {
        next = item->repeat;
        item->repeat = NULL;
        item->expires_ms = before != NULL ? before->expires_ms : now_ms() + store->hold_limit_ms;
        if (before == NULL)
            TAILQ_INSERT_HEAD(&store->queue, item, link);
        else
            TAILQ_INSERT_AFTER(&store->queue, before, item, link);
        before = item;
        store->queued++;
    }
}

// An id that waits in the spool with other content is taken, whatever the database would say.
static void refuse_spooled(struct store *store)
{
    struct batch *batch = &store->batch;
    size_t kept = 0;
    if (store->spool == NULL)
        return;
    for (size_t i = 0; i < batch->count; i++) {
        if (spool_find(store->spool, batch->items[i]->row) == SPOOL_OTHER)
            decide(store, batch->items[i], STORE_CONFLICT);
        else
            batch->items[kept++] = batch->items[i];
    }
    batch->count = kept;
}

// The oldest of a batch has waited already: with this, no request is held for more than one and a
// half times the hold limit.
static int time_left_ms(const struct store *store)
{
    uint64_t now = now_ms();
    uint64_t first = UINT64_MAX;
    for (size_t i = 0; i < store->batch.count; i++)
        if (store->batch.items[i]->expires_ms < first)
            first = store->batch.items[i]->expires_ms;
    size_t least = store->hold_limit_ms / 2;
    return (int)(first > now + least ? first - now : least);
}

static void send_batches(struct store *store)
{
    for (size_t i = 0; i < store->lane_count && store->queued > 0; i++) {
        while (lane_open(store->lanes[i]) && store->queued > 0 && database_promises(store)) {
            gather(store, &store->queue, &store->queued);
            refuse_spooled(store);
            if (store->batch.count > 0)
                lane_send(store->lanes[i], store->batch.items, store->batch.count,
                          time_left_ms(store));
        }
    }
}

// -- The lanes --

static void count_batch(void *context, size_t rows)
{
    struct store *store = context;
    size_t bucket = 0;
    while (bucket + 1 < STORE_BATCH_BUCKETS && ((size_t)1 << bucket) < rows)
        bucket++;
    store->counts.batches[bucket]++;
    store->counts.batch_rows += rows;
}

// Something reaches the database: the others need not wait for their next attempt. Once a second: a
// server that has no connection left for one of them is not asked again with every batch drained.
static void hasten_all(struct store *store)
{
    uint64_t now = now_ms();
    if (now - store->hastened_ms < HASTEN_MS)
        return;
    store->hastened_ms = now;
    for (size_t i = 0; i < store->lane_count; i++)
        lane_hasten(store->lanes[i]);
    drain_hasten(store->drain);
}

static void on_lane_open(void *context, struct lane *lane)
{
    (void)lane;
    struct store *store = context;
    hasten_all(store);
    send_batches(store);
}

// Nothing known of an item means that the database was lost or stalled: until it has proved itself,
// nobody waits for it.
static void on_decided(void *context, struct store_item *item, enum store_result result)
{
    struct store *store = context;
    if (result != STORE_UNAVAILABLE) {
        decide(store, item, result);
        return;
    }
    store->proving = true;
    store->lost_ms = now_ms();
    spill(store, item);
}

static void on_lane_idle(void *context, struct lane *lane)
{
    (void)lane;
    struct store *store = context;
    if (!database_promises(store))
        spill_queue(store);
    else
        send_batches(store);
}

static void on_drained(void *context)
{
    struct store *store = context;
    if (store->proving)
        log_event(LOG_INFO, "database_proved", "next=\"submissions wait for the database again\"");
    store->proving = false;
    hasten_all(store);
}

static bool clients_are_submitting(void *context)
{
    const struct store *store = context;
    if (store->queued > 0)
        return true;
    for (size_t i = 0; i < store->lane_count; i++)
        if (lane_busy(store->lanes[i]))
            return true;
    return false;
}

// -- The spill --

static void spill(struct store *store, struct store_item *item)
{
    struct store_item *next;
    for (; item != NULL; item = next) {
        next = item->repeat;
        item->repeat = NULL;
        TAILQ_INSERT_TAIL(&store->spill, item, link);
        store->spilled++;
        store->counts.diverted++;
    }
    event_active(store->pour, 0, 0);
}

// Those that wait in the spool already are decided by it; the others are written, in one
// transaction.
static void pour_batch(struct store *store)
{
    const struct submission *rows[ROWS_LIMIT];
    struct batch *batch = &store->batch;
    size_t kept = 0;
    gather(store, &store->spill, &store->spilled);
    for (size_t i = 0; i < batch->count; i++) {
        enum spool_found found = spool_find(store->spool, batch->items[i]->row);
        if (found != SPOOL_ABSENT) {
            decide(store, batch->items[i], found == SPOOL_SAME ? STORE_SPOOLED : STORE_CONFLICT);
            continue;
        }
        rows[kept] = batch->items[i]->row;
        batch->items[kept++] = batch->items[i];
    }
    if (kept == 0)
        return;
    store->spool_takes = spool_write(store->spool, rows, kept) == SPOOL_WRITTEN;
    if (!store->spool_takes)
        store->spool_failed_ms = now_ms();
    for (size_t i = 0; i < kept; i++)
        decide(store, batch->items[i], store->spool_takes ? STORE_SPOOLED : STORE_UNAVAILABLE);
}

// As many transactions as there are batches: what came while one was written goes into the next.
static void on_pour(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct store *store = context;
    struct store_item *item;
    while (store->spool == NULL && (item = TAILQ_FIRST(&store->spill)) != NULL) {
        TAILQ_REMOVE(&store->spill, item, link);
        store->spilled--;
        decide(store, item, STORE_UNAVAILABLE);
    }
    if (store->spilled == 0)
        return;
    pour_batch(store);
    if (store->spilled > 0)
        event_active(store->pour, 0, 0);
    drain_wake(store->drain);
}

void store_divert(struct store *store)
{
    store->stopping = true;
    spill_queue(store);
    for (size_t i = 0; i < store->lane_count; i++)
        lane_abandon(store->lanes[i]);
}

// -- The store --

void store_set_limits(struct store *store, const struct settings *settings)
{
    store->batch_limit = (size_t)settings->batch_limit;
    store->queue_limit = (size_t)settings->queue_limit;
    store->hold_limit_ms = (size_t)settings->hold_limit_ms;
}

static bool open_lanes(struct store *store, const struct settings *settings, struct error *error)
{
    const struct lane_events events = {.on_open = on_lane_open,
                                       .on_decided = on_decided,
                                       .on_idle = on_lane_idle,
                                       .on_sent = count_batch,
                                       .context = store};
    store->lanes = memory_allocate((size_t)settings->database_connections * sizeof(void *));
    for (int32_t i = 0; i < settings->database_connections; i++) {
        store->lanes[i] = lane_create(store->base, settings, &events, error);
        if (store->lanes[i] == NULL)
            return false;
        store->lane_count++;
    }
    return true;
}

static bool open_drain(struct store *store, const struct settings *settings, struct error *error)
{
    const struct drain_events events = {
        .on_committed = on_drained, .is_busy = clients_are_submitting, .context = store};
    if (store->spool == NULL)
        return true;
    store->drain = drain_create(store->base, settings, store->spool, &events, error);
    return store->drain != NULL;
}

struct store *store_create(struct event_base *base, const struct settings *settings,
                           struct spool *spool, struct acknowledged *acknowledged,
                           struct error *error)
{
    struct store *store = memory_allocate(sizeof *store);
    store->base = base;
    store->spool = spool;
    store->spool_takes = spool != NULL;
    store->acknowledged = acknowledged;
    store->accepts_unsynced = setting_is_yes(settings->accept_unsynced_database);
    store_set_limits(store, settings);
    TAILQ_INIT(&store->queue);
    TAILQ_INIT(&store->spill);
    TAILQ_INIT(&store->answered);
    store->answer = event_new(base, -1, 0, answer_items, store);
    event_priority_set(store->answer, 0); // in the turn in which the result came
    store->pour = event_new(base, -1, 0, on_pour, store);
    store->expiry = event_new(base, -1, EV_PERSIST, on_expiry, store);
    const struct timeval tick = {.tv_usec = EXPIRY_TICK_MS * 1000L};
    event_add(store->expiry, &tick);
    if (open_lanes(store, settings, error) && open_drain(store, settings, error))
        return store;
    store_destroy(store);
    return NULL;
}

void store_destroy(struct store *store)
{
    if (store == NULL)
        return;
    store->stopping = true;
    drain_destroy(store->drain);
    store->drain = NULL;
    for (size_t i = 0; i < store->lane_count; i++)
        lane_destroy(store->lanes[i]); // what is in flight spills
    store->lane_count = 0;
    while (store->owed > 0) {
        spill_queue(store);
        on_pour(-1, 0, store);
        answer_items(-1, 0, store);
    }
    event_free(store->answer);
    event_free(store->pour);
    event_free(store->expiry);
    free(store->lanes);
    free(store);
}

bool store_available(const struct store *store)
{
    return database_promises(store) || store->spool_takes;
}

size_t store_waiting(const struct store *store)
{
    return store->owed;
}

void store_read_counts(const struct store *store, struct store_counts *counts)
{
    *counts = store->counts;
    counts->queued = store->queued + store->spilled;
    counts->owed = store->owed;
    counts->database_synced = true;
    for (size_t i = 0; i < store->lane_count; i++) {
        bool up = lane_open(store->lanes[i]) || lane_busy(store->lanes[i]);
        counts->database_up = counts->database_up || up;
        counts->database_synced = counts->database_synced && (!up || lane_synced(store->lanes[i]));
    }
    counts->database_up = counts->database_up && !store->proving;
    if (store->drain != NULL) {
        struct drain_counts drain;
        drain_read_counts(store->drain, &drain);
        counts->drained = drain.drained;
        counts->quarantined = drain.quarantined;
        counts->last_drained_us = drain.last_emptied_us;
    }
}
