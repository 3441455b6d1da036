// What still reads in a generation that SQLite no longer follows: every record is searched in the
// pages of the file and of its log, wherever they lie, and put together again. Nothing is written.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/spool/record.h"

struct salvage;

// Reads both files once (either may be missing). NULL: one of them cannot be opened now; try again.
MUST_USE struct salvage *salvage_create(const char *path);
void salvage_destroy(struct salvage *salvage); // accepts NULL

int64_t salvage_last(const struct salvage *salvage);                     // position; 0: none reads
int64_t salvage_behind(const struct salvage *salvage, int64_t position); // how many records

enum { SALVAGE_WITHHELD = -1 }; // the files cannot be opened now

// The first record behind a position, the row in it, and its position; 0: there is none. One that
// stopped reading since is left out.
int64_t salvage_read(const struct salvage *salvage, int64_t behind, struct record *record,
                     struct submission *row);
// The first record behind `behind` with this key; 0: there is none.
int64_t salvage_find(const struct salvage *salvage, int64_t behind, const struct submission *row,
                     struct record *record, struct submission *found);
