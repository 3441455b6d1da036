// A submission as the bytes that a generation keeps: what begins a record, its format number, its
// size, its position in the generation, every column of submission_columns as its size (or "none")
// and its bytes, and a checksum of all that. A changed bit anywhere is noticed, and a record is
// found again in a file whose pages no longer hang together. Reading needs no survey and trusts
// nothing.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/error.h"
#include "config/submission.h"

enum {
    RECORD_FORMAT = 1,
    RECORD_HEAD_BYTES = 24,        // what begins it, format, size, position
    RECORD_CHECKSUM_BYTES = 16,    // of SHA-256 over what stands before
    RECORD_BYTES_LIMIT = 16 << 20, // no submission is near it
    RECORD_BYTES_LEAST = RECORD_HEAD_BYTES + 4 * SUBMISSION_COLUMN_COUNT + RECORD_CHECKSUM_BYTES,
};

// Bytes that grow as needed; {0} is empty.
struct record {
    unsigned char *bytes;
    size_t size, capacity;
};
void record_clear(struct record *record);
void record_copy(struct record *record, const void *bytes, size_t size); // replaces

// How long the record of this row is.
size_t record_measure(const struct submission *row);
// Replaces what the record held. position is at least 1.
void record_write(struct record *record, int64_t position, const struct submission *row);

// The whole size that a record beginning at `bytes` says of itself; 0: no record begins here.
// `size` is what can be read there, which may be less than the record.
size_t record_begins(const void *bytes, size_t size);
// Where the next thing that may be a record begins; NULL: nowhere.
const unsigned char *record_search(const void *bytes, size_t size);

// False unless the bytes are one whole record of a format known here, unchanged. Texts and content
// are borrowed from the bytes and end with NUL. position may be NULL.
MUST_USE bool record_read(const void *bytes, size_t size, int64_t *position,
                          struct submission *row);

// (collectivity_id, id)
bool record_same_key(const struct submission *a, const struct submission *b);
