// A FILE that gathers what is written in memory. As open_memstream(), except that out of memory
// ends the process: glibc's drops the bytes it has no room for, and neither ferror() nor fclose()
// tells.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/error.h"

#include <stdio.h>

// Set by the open, whatever stood in it.
struct memory_stream {
    char *text;  // valid after the close: with a NUL behind it, never NULL, the caller's to free()
    size_t size; // without the NUL
    FILE *out;   // valid until the close
};

// Returns stream->out, for writing; never NULL. The stream must stay where it is until the close.
FILE *memory_stream_open(struct memory_stream *stream);
void memory_stream_close(struct memory_stream *stream);
