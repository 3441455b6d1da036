// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/drain.h"

#include "config/calendar.h"
#include "config/log.h"
#include "daemon/store/lane.h"
#include "daemon/store/quarantine.h"
#include "daemon/store/sweep.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    ROWS_LIMIT = 128,
    DEADLINE_MS = 5000,
    FIRST_PAUSE_MS = 500,
    LONGEST_PAUSE_MS = 8000, // a stalled database is in use within 10 s of its return
    PROGRESS_MS = 60000,     // a long drain is told once a minute
    FIRST_SWEEP_S = 60,
    SWEEP_S = 24 * 3600,
    SWEEP_AGAIN_S = 600, // one that could not be finished
};

struct drain {
    struct spool *spool;
    struct lane *lane;
    bool accepts_unsynced; // the setting
    struct drain_events events;
    struct event *step; // the next batch, now or after a pause
    struct sweep *sweep;
    struct event *sweep_due;
    int pause_ms; // after a loss; doubles
    bool under_way, lost;
    bool resting; // the step that is due only looks whether more can be read now
    uint64_t began_ms, told_ms;

    // The batch: rows of the spool, sorted by key; each key once in a round, those that repeat it
    // in the next.
    struct submission rows[ROWS_LIMIT];
    struct store_item items[ROWS_LIMIT];
    struct store_item *round[ROWS_LIMIT], *later[ROWS_LIMIT];
    size_t round_count, later_count, row_count;

    // What does not become a row.
    struct {
        const struct submission *row;
        const char *reason;
    } misfits[ROWS_LIMIT];
    size_t misfit_count, misfit_at;
    bool without_columns;
    struct quarantine_row quarantine;
    struct drain_counts counts;
};

static void on_step(evutil_socket_t fd, short what, void *context);
static void next_round(struct drain *drain);
static void quarantine_next(struct drain *drain);
static void on_quarantined(void *context, const struct database_reply *reply);
static void commit_batch(struct drain *drain);
static void lose_batch(struct drain *drain);

static uint64_t now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void step_after(struct drain *drain, uint64_t pause_ms)
{
    const struct timeval pause = {.tv_sec = (time_t)(pause_ms / 1000),
                                  .tv_usec = (suseconds_t)(pause_ms % 1000) * 1000L};
    event_add(drain->step, &pause);
}

void drain_wake(struct drain *drain)
{
    if (drain != NULL && !drain->under_way && lane_open(drain->lane) &&
        (drain->resting || !event_pending(drain->step, EV_TIMEOUT, NULL)))
        step_after(drain, 0);
}

void drain_hasten(struct drain *drain)
{
    if (drain != NULL && !drain->under_way)
        lane_hasten(drain->lane);
}

// -- A batch --

static int compare_items(const void *a, const void *b)
{
    const struct store_item *const *left = a;
    const struct store_item *const *right = b;
    int order = store_compare_keys((*left)->row, (*right)->row);
    if (order != 0 || (*left)->sequence == (*right)->sequence)
        return order;
    return (*left)->sequence < (*right)->sequence ? -1 : 1;
}

static void step_after_pause(struct drain *drain)
{
    step_after(drain, (uint64_t)drain->pause_ms);
    drain->pause_ms *= 2;
    if (drain->pause_ms > LONGEST_PAUSE_MS)
        drain->pause_ms = LONGEST_PAUSE_MS;
}

// Nothing more was given out. What the spool gave out before and could not read is over too; a file
// that is still there could not be opened, or removed, now.
static void rest(struct drain *drain)
{
    struct spool_counts counts;
    spool_confirm(drain->spool);
    spool_read_counts(drain->spool, &counts);
    drain->resting = counts.generations > 0;
    if (drain->resting)
        step_after_pause(drain);
}

static void on_step(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct drain *drain = context;
    drain->resting = false;
    if (drain->under_way || !lane_open(drain->lane))
        return;
    drain->row_count = spool_next(drain->spool, drain->rows, ROWS_LIMIT);
    if (drain->row_count == 0) {
        rest(drain);
        return;
    }
    drain->under_way = true;
    drain->lost = false;
    drain->began_ms = now_ms();
    drain->misfit_count = 0;
    for (size_t i = 0; i < drain->row_count; i++) {
        drain->items[i] = (struct store_item){.row = &drain->rows[i], .sequence = i};
        drain->later[i] = &drain->items[i];
    }
    drain->later_count = drain->row_count;
    qsort(drain->later, drain->later_count, sizeof(void *), compare_items);
    next_round(drain);
}

// The first of each key; the others wait for the next round.
static void next_round(struct drain *drain)
{
    size_t left = 0;
    drain->round_count = 0;
    for (size_t i = 0; i < drain->later_count; i++) {
        const struct store_item *last =
            drain->round_count > 0 ? drain->round[drain->round_count - 1] : NULL;
        if (last != NULL && store_compare_keys(last->row, drain->later[i]->row) == 0)
            drain->later[left++] = drain->later[i];
        else
            drain->round[drain->round_count++] = drain->later[i];
    }
    drain->later_count = left;
    lane_send(drain->lane, drain->round, drain->round_count, DEADLINE_MS);
}

// A receipt withdraws one content: another one that was promised under its id is kept.
static void on_decided(void *context, struct store_item *item, enum store_result result)
{
    struct drain *drain = context;
    bool conflict = result == STORE_CONFLICT || (result == STORE_GONE && item->other_content);
    if (result == STORE_UNAVAILABLE) {
        drain->lost = true;
    } else if (conflict || result == STORE_REFUSED) {
        drain->misfits[drain->misfit_count].row = item->row;
        drain->misfits[drain->misfit_count++].reason = conflict ? "conflict" : "refused";
    }
}

static void on_idle(void *context, struct lane *lane)
{
    (void)lane;
    struct drain *drain = context;
    drain->misfit_at = 0;
    drain->without_columns = false;
    if (drain->lost || !lane_open(drain->lane)) {
        lose_batch(drain);
        return;
    }
    drain->events.on_committed(drain->events.context);
    if (drain->later_count > 0)
        next_round(drain);
    else
        quarantine_next(drain);
}

// -- What does not become a row --

static void quarantine_next(struct drain *drain)
{
    if (drain->misfit_at == drain->misfit_count) {
        commit_batch(drain);
        return;
    }
    quarantine_row_fill(&drain->quarantine, drain->misfits[drain->misfit_at].row,
                        drain->misfits[drain->misfit_at].reason, drain->without_columns);
    const struct database_query query = {STATEMENT_INSERT_QUARANTINE, NULL,
                                         QUARANTINE_PARAMETERS,       drain->quarantine.values,
                                         drain->quarantine.sizes,     drain->quarantine.formats};
    lane_run(drain->lane, &query, 1, DEADLINE_MS, on_quarantined, drain);
    quarantine_row_clear(&drain->quarantine);
}

static void tell_quarantined(const struct submission *row, const char *reason)
{
    char id[UUID_TEXT_SIZE];
    uuid_write(&row->id, id);
    log_event(LOG_WARNING, "submission_quarantined",
              "id=%s reason=%s next=\"look at it in recueil.quarantine\"", id, reason);
}

static void tell_unquarantined(const PGresult *failed)
{
    const char *sqlstate = PQresultErrorField(failed, PG_DIAG_SQLSTATE);
    log_event(
        LOG_ERROR, "quarantine_refused",
        "sqlstate=%s next=\"run recueil migrate, and look at the rights of recueil_daemon; the "
        "spool stays as it is\"",
        sqlstate != NULL ? sqlstate : "none");
}

// A row that PostgreSQL refused may be refused here too, for the same text: then the bytes alone
// are kept, which it cannot refuse.
static void on_quarantined(void *context, const struct database_reply *reply)
{
    struct drain *drain = context;
    if (reply->outcome == DATABASE_DONE) {
        tell_quarantined(drain->misfits[drain->misfit_at].row,
                         drain->misfits[drain->misfit_at].reason);
        drain->counts.quarantined++;
        drain->misfit_at++;
        drain->without_columns = false;
        quarantine_next(drain);
    } else if (reply->outcome == DATABASE_FAILED && !drain->without_columns) {
        drain->without_columns = true;
        quarantine_next(drain);
    } else {
        if (reply->outcome == DATABASE_FAILED)
            tell_unquarantined(reply->failed);
        lose_batch(drain);
    }
}

// -- The end of a batch --

static void tell_progress(struct drain *drain, bool emptied)
{
    struct spool_counts counts;
    if (!emptied && drain->told_ms != 0 && now_ms() - drain->told_ms < PROGRESS_MS)
        return;
    spool_read_counts(drain->spool, &counts);
    log_event(LOG_INFO, emptied ? "spool_drained" : "spool_draining",
              "drained=%llu quarantined=%llu waiting=%lld",
              (unsigned long long)drain->counts.drained,
              (unsigned long long)drain->counts.quarantined, (long long)counts.waiting);
    drain->told_ms = emptied ? 0 : now_ms();
}

static void commit_batch(struct drain *drain)
{
    struct spool_counts counts;
    drain->under_way = false;
    drain->pause_ms = FIRST_PAUSE_MS;
    drain->counts.drained += drain->row_count;
    spool_distrust_database(drain->spool, !lane_synced(drain->lane) && !drain->accepts_unsynced);
    spool_confirm(drain->spool);
    spool_read_counts(drain->spool, &counts);
    if (counts.waiting == 0)
        drain->counts.last_emptied_us = instant_now();
    tell_progress(drain, counts.waiting == 0);
    bool busy = drain->events.is_busy(drain->events.context);
    step_after(drain, busy ? now_ms() - drain->began_ms + 1 : 0);
}

static void lose_batch(struct drain *drain)
{
    drain->under_way = false;
    spool_rewind(drain->spool);
    step_after_pause(drain);
}

// -- The kept files --

static void sweep_after(struct drain *drain, time_t pause_s)
{
    const struct timeval pause = {.tv_sec = pause_s};
    event_add(drain->sweep_due, &pause);
}

static void on_swept(void *context, bool whole)
{
    struct drain *drain = context;
    drain->under_way = false;
    sweep_after(drain, whole ? SWEEP_S : SWEEP_AGAIN_S);
    drain_wake(drain);
}

static void on_sweep_due(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct drain *drain = context;
    if (drain->under_way || !lane_open(drain->lane)) {
        sweep_after(drain, SWEEP_AGAIN_S);
        return;
    }
    drain->under_way = true;
    sweep_begin(drain->sweep, on_swept, drain);
}

// -- The drain --

static void on_open(void *context, struct lane *lane)
{
    (void)lane;
    drain_wake(context);
}

struct drain *drain_create(struct event_base *base, const struct settings *settings,
                           struct spool *spool, const struct drain_events *events,
                           struct error *error)
{
    struct drain *drain = memory_allocate(sizeof *drain);
    const struct lane_events of_lane = {
        .on_open = on_open, .on_decided = on_decided, .on_idle = on_idle, .context = drain};
    drain->spool = spool;
    drain->accepts_unsynced = setting_is_yes(settings->accept_unsynced_database);
    drain->events = *events;
    drain->pause_ms = FIRST_PAUSE_MS;
    drain->step = evtimer_new(base, on_step, drain);
    drain->sweep_due = evtimer_new(base, on_sweep_due, drain);
    drain->lane = lane_create(base, settings, &of_lane, error);
    if (drain->lane == NULL) {
        drain_destroy(drain);
        return NULL;
    }
    drain->sweep = sweep_create(spool, drain->lane);
    sweep_after(drain, FIRST_SWEEP_S);
    return drain;
}

void drain_destroy(struct drain *drain)
{
    if (drain == NULL)
        return;
    lane_destroy(drain->lane);
    sweep_destroy(drain->sweep);
    event_free(drain->step);
    event_free(drain->sweep_due);
    free(drain);
}

void drain_read_counts(const struct drain *drain, struct drain_counts *counts)
{
    *counts = drain->counts;
}
