// One generation: an SQLite file with its log, written by one process in transactions that are
// fsynced, then sealed and only read. Rows have positions 1, 2, 3 … and are never changed, so that
// a gap, a record that does not read or an index that counts otherwise tells of damage; from then
// on the generation is read without SQLite, as far as it reads.
//
// No checkpoint runs by itself: one that fails must not be tried again, because the second fsync
// succeeds without having written anything.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/spool/directory.h"
#include "daemon/spool/salvage.h"
#include "daemon/spool/spool.h"

struct sqlite3;
struct sqlite3_stmt;

enum generation_statement {
    GENERATION_BEGIN,
    GENERATION_COMMIT,
    GENERATION_INSERT_ROW,
    GENERATION_INSERT_KEY,
    GENERATION_READ_ROW,
    GENERATION_FIND_KEY,
    GENERATION_LAST_POSITION,
    GENERATION_COUNT_KEYS,
    GENERATION_STATEMENT_COUNT
};

struct generation {
    int64_t number;
    char *path;
    struct sqlite3 *database; // NULL: closed, or damaged
    struct sqlite3_stmt *statements[GENERATION_STATEMENT_COUNT];
    struct salvage *salvage;  // not NULL: damaged, read with this
    char damage[128];         // what was met first
    char failure[128];        // why the last write failed
    int64_t lost;             // rows known before the damage that do not read; at least
    bool told;                // kept by the spool: the damage is in the log
    bool writable;            // not sealed
    bool known;               // was opened once: `last` says what there is
    bool checked;             // its log was seen whole, or written here without an error
    int64_t promised;         // rows that this process knows to be on the disk
    bool vouched;             // kept by the spool: what an earlier process wrote was fsynced, once
    int64_t last;             // position of the last row
    int64_t given, confirmed; // positions
    int64_t bytes;            // of the file and its log, when last looked at
    uint64_t used_at;         // kept by the spool: what was used longest ago is closed first
};

// An existing file, not looked at yet. `path` is copied.
struct generation *generation_adopt(const char *path, int64_t number);
// A new file, durable and empty. NULL with errno when it could not be made.
struct generation *generation_create(const char *directory, enum directory_place place,
                                     int64_t number);
void generation_destroy(struct generation *generation); // accepts NULL

// Opens what is closed. False: it cannot be opened now (descriptors, rights, another program has
// it); what is damaged opens all the same.
bool generation_open(struct generation *generation);
void generation_close(struct generation *generation);
// Reads it without SQLite from now on. False: the files cannot be opened now.
bool generation_give_up(struct generation *generation, const char *damage);

// One transaction behind the last row; page_limit: pages that the file may have. After anything but
// SPOOL_WRITTEN the generation is sealed and closed.
enum spool_result generation_write(struct generation *generation,
                                   const struct submission *const rows[], size_t count,
                                   int64_t page_limit);
// Moves the log into the file and empties it. False: it was not possible, the generation is sealed
// and will not be asked again; every row stays where it was.
bool generation_compact(struct generation *generation);
void generation_seal(struct generation *generation);

// The first row behind a position; its texts are borrowed from the record.
enum generation_reading { GENERATION_ROW, GENERATION_END, GENERATION_LATER };
enum generation_reading generation_read(struct generation *generation, int64_t behind,
                                        int64_t *position, struct record *record,
                                        struct submission *row);
// Is what was read all there is? False also when this cannot be told now, and when damage shows.
bool generation_is_whole(struct generation *generation);
// SPOOL_SAME only for a row that is promised: what a failed fsync left behind may be gone tomorrow.
enum spool_found generation_find(struct generation *generation, const struct submission *row);

int64_t generation_waiting(const struct generation *generation); // rows not confirmed
