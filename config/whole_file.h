// A file that somebody wrote, read whole into memory: there, not empty, not too large, UTF-8.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/findings.h"

// Lines and columns count from 1; columns count characters.
struct position {
    size_t line, column;
};

// name: how findings call the file. Returns the bytes and a NUL, which the caller frees; NULL with
// one finding when the file is missing, empty, larger than `limit` bytes, not UTF-8 or holds NUL
// bytes. A byte order mark is left where it is.
MUST_USE char *whole_file_read(const char *path, const char *name, size_t limit, size_t *size,
                               struct findings *findings);

// Is it UTF-8 without NUL? A finding with the line and column of the first byte that is not.
bool whole_file_is_text(const char *bytes, size_t size, const char *name,
                        struct findings *findings);

// How many bytes of a byte order mark there are: 3 or 0.
size_t whole_file_mark(const char *bytes, size_t size);

// Moves the position over one byte.
void position_pass(struct position *position, char byte);
