// What was acknowledged, so that `recueil audit` has something to hold against the database:
// state_dir/acknowledged/YYYY-MM-DD (day in UTC), 32 bytes for each id that got 200, 201 or 202:
// the id and its content hash. Neither says anything without the row. recueild appends, recueil
// reads; several processes have a folder each.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/error.h"
#include "config/submission.h"

struct acknowledgement {
    struct uuid id;
    uint8_t content_hash[HASH_BYTES];
};

struct acknowledged;

// Makes the folder (0700) when it is missing. keep_days: older files are removed, now and each day.
MUST_USE struct acknowledged *acknowledged_open(const char *state_dir, int32_t keep_days,
                                                struct error *error);
void acknowledged_destroy(struct acknowledged *acknowledged); // accepts NULL
DEFINE_AUTO(acknowledged)

// From the next day on (settings were read again).
void acknowledged_set_keep_days(struct acknowledged *acknowledged, int32_t keep_days);

// One write(2), no fsync. False when it failed (told in the log once until it works again): the
// replies leave all the same. A part that was written (a full disk) is cut off again.
bool acknowledged_append(struct acknowledged *acknowledged, const struct acknowledgement *records,
                         size_t count, int64_t now_us);

// All records of the folder, oldest day first; `day` is "YYYY-MM-DD". A file whose size is no
// multiple of 32 (the process was killed in a write) is read as far as whole records go. The
// callback returns false to stop. False: error says which file could not be read; no folder is no
// record.
bool acknowledged_read(const char *state_dir,
                       bool (*each)(void *context, const char *day,
                                    const struct acknowledgement *record),
                       void *context, struct error *error);
