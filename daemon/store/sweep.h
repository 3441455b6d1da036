// Once a day, what was withdrawn since is erased from the drained files that are kept for a
// restore: the keys in them are looked up in PostgreSQL, a page at a time.
//
//   sweep_begin -> spool_kept_next -> look-up -> spool_kept_erase -> … -> on_done
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/spool/spool.h"
#include "daemon/store/lane.h"

struct sweep;

struct sweep *sweep_create(struct spool *spool, struct lane *lane); // both borrowed
void sweep_destroy(struct sweep *sweep);                            // accepts NULL

// The lane must be open and is busy until on_done, which runs from the loop, or at once when no
// file is kept. whole: false when the database was lost on the way; what was not looked up stays
// for the next sweep.
void sweep_begin(struct sweep *sweep, void (*on_done)(void *context, bool whole), void *context);
