// Reads one HTTP/1.x request head, strictly: whatever two programs could understand differently is
// refused. Pure: no I/O, no memory of its own, time linear in the bytes.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/error.h"

#include <stdint.h>

enum { HEAD_BYTES_LIMIT = 8 * 1024, HEAD_FIELDS_LIMIT = 64 };

enum method { METHOD_NONE, METHOD_GET, METHOD_HEAD, METHOD_POST, METHOD_OPTIONS };

struct slice {
    const char *at; // not ended by a NUL
    uint32_t size;
};

struct head {
    enum method method;
    struct slice path;               // exact bytes up to `?`: begins with `/`, visible ASCII
    struct slice query;              // what follows `?`; size 0 when there is nothing
    struct slice host, content_type; // size 0 when absent
    bool http10, keep_alive, expect_continue;
    uint32_t body_bytes, field_count;
    struct {
        struct slice name, value; // as written; spaces around the value are left out
    } fields[HEAD_FIELDS_LIMIT];  // the first field_count are set
};

// Looks for the end of the head. *scanned (0 at first) spares looking twice: a drip costs linear
// time. Returns the head's size, 0 when more is needed, or minus the status to refuse with.
int head_find_end(const char *bytes, size_t size, size_t *scanned);

// bytes[0..size) is one whole head. Returns 0, or the status to refuse with (400, 411, 417, 431,
// 501, 505); head->method is right, or METHOD_NONE, even then. Slices are borrowed from bytes.
MUST_USE int head_read(const char *bytes, size_t size, struct head *head);

// The value of the first field of that name (case does not matter in the head), or NULL.
const struct slice *head_field(const struct head *head, const char *lower_case_name);
