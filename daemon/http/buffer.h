// Bytes that a connection keeps between two reads or two writes. All connections of a listener draw
// them on one budget, so that their number cannot make the daemon's memory grow.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/error.h"

#include <stdint.h>

struct budget {
    size_t left;
    size_t exempt; // a buffer no larger than this costs the budget nothing
};

// All zero: empty, owns nothing.
struct buffer {
    char *bytes;
    uint32_t size, capacity; // bytes[size..capacity) is room
    uint32_t drawn;          // on the budget
};

// Makes room for capacity bytes in all; what is there stays. False, and nothing changed, when the
// budget does not allow it.
MUST_USE bool buffer_reserve(struct buffer *buffer, struct budget *budget, size_t capacity);
// Makes the buffer hold a copy of bytes (which are not its own) and nothing else. False as above.
MUST_USE bool buffer_keep(struct buffer *buffer, struct budget *budget, const char *bytes,
                          size_t size);
void buffer_append(struct buffer *buffer, const char *bytes, size_t size); // needs the room
void buffer_clear(struct buffer *buffer, struct budget *budget);           // gives all back
