// What the parts of the spool share: writing (spool.c), draining (drained.c), looking (listed.c)
// and kept files (kept.c).
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/spool/generation.h"

enum {
    SPOOL_OPEN_LIMIT = 16,       // SQLite files open at a time
    SPOOL_GIVEN_BYTES = 4 << 20, // of rows given out at once, about
    SPOOL_LOG_BYTES = 4 << 20,   // of a -wal, before it is moved into its file
};

struct spool_numbers {
    int64_t *items; // ascending
    size_t count;
};

struct spool {
    char *directory;
    int lock;
    struct spool_limits limits;

    struct generation **generations; // waiting, oldest first
    size_t count;
    struct generation *writing; // the last of them; NULL: the next write begins one
    int64_t next_number;
    uint64_t uses;

    struct spool_numbers damaged, kept; // files in damaged/ and drained/
    struct generation *looked_at;       // the one of them that is being listed
    enum directory_place looked_in;

    struct record *given; // the memory of the rows that spool_next() gave
    size_t given_count;
    struct {
        int64_t number, position, received_at_us;
    } oldest; // remembered

    enum spool_result disk; // how the last write ended: each change is told in the log
    bool removal_fails;     // told
    bool distrusts_database;
    uint64_t written, confirmed, full, failed;
};

// Opens what is closed, closes what was used longest ago, tells damage. False: not now.
bool spool_use(struct spool *spool, struct generation *generation);
// Removes, keeps or sets aside generations whose rows are all confirmed.
void spool_retire_finished(struct spool *spool);

void spool_numbers_add(struct spool_numbers *numbers, int64_t number);
void spool_numbers_remove(struct spool_numbers *numbers, size_t index);

// A file of damaged/ or drained/, open to be read; NULL: not now. The spool's, until the next call.
struct generation *spool_look_at(struct spool *spool, enum directory_place place, int64_t number);
void spool_look_away(struct spool *spool);

// The key of the first row behind a position, and that position.
enum generation_reading spool_list_one(struct generation *generation, int64_t behind,
                                       int64_t *position, struct spool_listed *listed);
