// The spool's directory: its lock, the names of its files and their moves. A generation is a file
// and its -wal; they are moved and removed in an order from which any interruption is told apart
// and finished at the next start, so that nothing that is still needed can be taken for a leftover.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/error.h"

#include <stdint.h>

enum directory_place {
    DIRECTORY_WAITING, // the directory itself
    DIRECTORY_DAMAGED,
    DIRECTORY_DRAINED,
    DIRECTORY_PLACE_COUNT
};

// Makes the directory and its places (0700) and takes the lock, which close() or the end of the
// process gives back. The descriptor; -1 with *error: ERROR_UNAVAILABLE when another process holds
// it.
MUST_USE int directory_lock(const char *directory, struct error *error);

// Finishes moves and removals that were interrupted, removes files that were never begun to be
// used.
void directory_tidy(const char *directory);

// The numbers of the files there, ascending; the caller frees them. A -wal that is alone counts.
int64_t *directory_list(const char *directory, enum directory_place place, size_t *count);

// The file of that number, or the one in the making; the caller frees the path.
char *directory_path(const char *directory, enum directory_place place, int64_t number);
char *directory_path_new(const char *directory, enum directory_place place, int64_t number);
char *directory_path_log(const char *path); // its -wal

// The file in the making, closed, becomes the generation: durable when this returns true. errno
// otherwise; then it is removed.
bool directory_admit(const char *directory, enum directory_place place, int64_t number);

// The waiting file of that number is on the disk, with its -wal and its name. False with errno.
bool directory_sync(const char *directory, int64_t number);

// False with errno when it is still where it was.
bool directory_move(const char *directory, int64_t number, enum directory_place to);
bool directory_remove(const char *directory, enum directory_place place, int64_t number);

int64_t directory_bytes(const char *path);     // of a file and its -wal
int64_t directory_log_bytes(const char *path); // of its -wal
