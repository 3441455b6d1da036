// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/sweep.h"

#include "config/log.h"
#include "sql/submission_arrays.h"

#include <stdlib.h>
#include <string.h>

enum { PAGE_ROWS = 100, DEADLINE_MS = 5000 };

struct sweep {
    struct spool *spool;
    struct lane *lane;
    struct spool_cursor cursor;
    struct spool_listed page[PAGE_ROWS];
    size_t count, erased;
    struct submission_arrays arrays;
    void (*on_done)(void *context, bool whole);
    void *context;
};

static void next_page(struct sweep *sweep);
static void on_looked_up(void *context, const struct database_reply *reply);

struct sweep *sweep_create(struct spool *spool, struct lane *lane)
{
    struct sweep *sweep = memory_allocate(sizeof *sweep);
    sweep->spool = spool;
    sweep->lane = lane;
    return sweep;
}

void sweep_destroy(struct sweep *sweep)
{
    if (sweep == NULL)
        return;
    submission_arrays_clear(&sweep->arrays);
    free(sweep);
}

void sweep_begin(struct sweep *sweep, void (*on_done)(void *context, bool whole), void *context)
{
    sweep->on_done = on_done;
    sweep->context = context;
    sweep->cursor = (struct spool_cursor){0};
    sweep->erased = 0;
    spool_kept_expire(sweep->spool);
    next_page(sweep);
}

static void finish(struct sweep *sweep, bool whole)
{
    if (sweep->erased > 0)
        log_event(LOG_INFO, "kept_files_swept", "erased=%zu", sweep->erased);
    sweep->on_done(sweep->context, whole);
}

static void next_page(struct sweep *sweep)
{
    struct submission keys[PAGE_ROWS];
    const struct submission *rows[PAGE_ROWS];
    sweep->count = spool_kept_next(sweep->spool, &sweep->cursor, sweep->page, PAGE_ROWS);
    if (sweep->count == 0) {
        finish(sweep, true);
        return;
    }
    for (size_t i = 0; i < sweep->count; i++) {
        submission_clear(&keys[i]);
        keys[i].collectivity_id = sweep->page[i].collectivity_id;
        keys[i].id = sweep->page[i].id;
        rows[i] = &keys[i];
    }
    submission_arrays_fill(&sweep->arrays, rows, sweep->count);
    const struct database_query query = {STATEMENT_LOOK_UP_SUBMISSIONS,
                                         NULL,
                                         2,
                                         (const char *const *)sweep->arrays.bytes,
                                         sweep->arrays.sizes,
                                         sweep->arrays.formats};
    lane_run(sweep->lane, &query, 1, DEADLINE_MS, on_looked_up, sweep);
}

// The rows of the page that are withdrawn, moved to its front. The reply's order is its own.
static size_t keep_withdrawn(struct sweep *sweep, const PGresult *found)
{
    size_t withdrawn = 0;
    for (int row = 0; row < PQntuples(found); row++) {
        struct uuid id;
        int32_t collectivity = (int32_t)strtol(PQgetvalue(found, row, 0), NULL, 10);
        if (strcmp(PQgetvalue(found, row, 3), "withdrawn") != 0 ||
            !uuid_parse(PQgetvalue(found, row, 1), (size_t)PQgetlength(found, row, 1), &id))
            continue;
        for (size_t i = withdrawn; i < sweep->count; i++) {
            if (sweep->page[i].collectivity_id != collectivity ||
                memcmp(sweep->page[i].id.bytes, id.bytes, sizeof id.bytes) != 0)
                continue;
            struct spool_listed listed = sweep->page[i];
            sweep->page[i] = sweep->page[withdrawn];
            sweep->page[withdrawn++] = listed;
        }
    }
    return withdrawn;
}

static void on_looked_up(void *context, const struct database_reply *reply)
{
    struct sweep *sweep = context;
    if (reply->outcome != DATABASE_DONE) {
        finish(sweep, false);
        return;
    }
    size_t withdrawn = keep_withdrawn(sweep, reply->results[0]);
    if (withdrawn > 0 && !spool_kept_erase(sweep->spool, sweep->page, withdrawn)) {
        finish(sweep, false);
        return;
    }
    sweep->erased += withdrawn;
    next_page(sweep);
}
