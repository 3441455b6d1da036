// The spool: submissions that PostgreSQL could not take, fsynced on this host until it has them.
//
//   DIRECTORY/lock               held by one process
//   DIRECTORY/0000000001.spool   a generation: an SQLite file (and its -wal), one an outage or 64
//   MiB DIRECTORY/damaged/           files of which a part does not read; what reads was drained
//   DIRECTORY/drained/           files whose rows are all in PostgreSQL, kept for spool_keep_days
//
// Draining only reads: a full disk still drains. A file goes, whole, when all its rows are
// confirmed. After an error of the disk a generation is sealed (never written again, no fsync
// retried) and the next write begins a new one. Calls block for as long as the disk takes: rows are
// written in batches. Nothing here knows PostgreSQL or the event loop.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/error.h"
#include "config/submission.h"

struct spool;

struct spool_limits {
    int64_t generation_bytes; // a generation that is larger is sealed
    int64_t quota_bytes;      // all files together
    int64_t least_free_bytes; // left on the disk
    int32_t keep_days;        // of drained files; 0: unlinked at once
    // Of damaged files, which are kept for an administrator to look at, withdrawn answers and all;
    // 0: for ever.
    int32_t damaged_keep_days;
};

// Makes the directory (0700) when it is missing and takes its lock, which a killed process leaves
// free. Files of an earlier run are sealed and wait to be drained; one that does not read at all is
// moved to damaged/, told in the log, and stops nothing. NULL: ERROR_UNAVAILABLE when another
// process holds the lock, ERROR_FAILED otherwise; the message names the path and the remedy.
MUST_USE struct spool *spool_open(const char *directory, const struct spool_limits *limits,
                                  struct error *error);
void spool_destroy(struct spool *spool); // accepts NULL; loses nothing
DEFINE_AUTO(spool)

// Other limits from now on (settings were read again).
void spool_set_limits(struct spool *spool, const struct spool_limits *limits);

enum spool_result {
    SPOOL_WRITTEN, // all rows are fsynced
    SPOOL_FULL,    // quota, least free space or ENOSPC: nothing is promised
    SPOOL_FAILED,  // an error of the disk, told in the log: nothing is promised
};
// One transaction. rows[0..count), count at least 1, hold no key twice. After FULL and FAILED some
// rows may stand in a file all the same; they are drained like others.
enum spool_result spool_write(struct spool *spool, const struct submission *const rows[],
                              size_t count);

enum spool_found { SPOOL_ABSENT, SPOOL_SAME, SPOOL_OTHER };
// Does a row with this key (collectivity_id, id) wait, with the same content_hash or with another?
// SPOOL_SAME is a promise that was kept: a row that a failed write left in a file is drained like
// others, and counts as absent. Costs nothing while the spool is empty.
enum spool_found spool_find(struct spool *spool, const struct submission *row);

// -- Draining --

// The next rows, oldest first, at most `limit`, each once until spool_rewind(). Their memory is the
// spool's until the next call of spool_next(). 0: no row is left that was not given out.
size_t spool_next(struct spool *spool, struct submission *rows, size_t limit);
// Every row given out so far is in PostgreSQL (or in its quarantine). Files without another row go.
void spool_confirm(struct spool *spool);
// The database that confirms may forget what it committed (it does not sync): until told otherwise,
// drained files stay until spool_kept_expire(), whatever keep_days says.
void spool_distrust_database(struct spool *spool, bool distrusts);
// Rows given out since the last confirm will be given out again.
void spool_rewind(struct spool *spool);

// -- Looking --

struct spool_counts {
    int64_t waiting;       // rows not confirmed; what a damaged file does not tell is not in it
    int64_t bytes;         // of all files but damaged/ and drained/
    int64_t oldest_us;     // received_at of the row that has waited longest; 0: none waits
    int64_t generations;   // files
    int64_t damaged_files; // in damaged/
    int64_t kept_files;    // in drained/
    uint64_t written, confirmed; // rows, since spool_open()
    uint64_t full, failed;       // writes that ended so
};
void spool_read_counts(struct spool *spool, struct spool_counts *counts);

enum spool_place { SPOOL_WAITING, SPOOL_DAMAGED };
struct spool_listed {
    enum spool_place place; // SPOOL_DAMAGED: read in a file of damaged/
    int32_t collectivity_id;
    struct uuid id;
    uint8_t content_hash[HASH_BYTES];
    int64_t received_at_us;
};
struct spool_cursor {
    int64_t generation, position; // 0, 0: the beginning
};
// The next rows behind *cursor, which moves; rows confirmed meanwhile are left out, so a walk over
// a spool that is drained at the same time ends. Fewer than limit: that was all.
size_t spool_list(struct spool *spool, struct spool_cursor *cursor, struct spool_listed *listed,
                  size_t limit);

// -- Kept files --

// Once a day: removes drained files older than keep_days, and damaged ones older than
// damaged_keep_days. Then spool_kept_next() gives the keys in
// the others, `limit` at a time (0: no more), for the caller to look up; those withdrawn since are
// erased from the files by spool_kept_erase() (the file is rewritten: nothing of them stays on it).
void spool_kept_expire(struct spool *spool);
size_t spool_kept_next(struct spool *spool, struct spool_cursor *cursor,
                       struct spool_listed *listed, size_t limit);
bool spool_kept_erase(struct spool *spool, const struct spool_listed *rows, size_t count);
