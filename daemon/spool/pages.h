// What is known here of SQLite's file format, to look at files without SQLite: where pages lie in a
// file and in its log, and whether the log is whole. Ours have pages of one size, hold rows that
// are never changed or deleted, and a log that is emptied by truncation: a frame that does not fit
// is never a remainder.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/error.h"

#include <stddef.h>
#include <stdint.h>

enum {
    PAGE_BYTES = 4096,
    LOG_HEAD_BYTES = 32,
    FRAME_HEAD_BYTES = 24, // page number, size after a commit, two salts, two checksums
    FRAME_BYTES = FRAME_HEAD_BYTES + PAGE_BYTES,
};

enum log_state {
    LOG_IS_WHOLE,   // or missing, or cut short: what was not finished was not promised
    LOG_IS_BROKEN,  // SQLite would silently end at the first bad frame, whatever lies behind
    LOG_IS_WITHHELD // it cannot be opened now
};
enum log_state log_check(const char *path);

uint32_t page_number_at(const unsigned char bytes[4]); // big endian, as everywhere in the format

// Of a table leaf's cell that holds nothing but a key and a blob of `size` bytes: how many bytes of
// the blob stand in the leaf. The others are in a chain of overflow pages, of which each begins
// with the number of the next.
size_t page_local_bytes(size_t size);
