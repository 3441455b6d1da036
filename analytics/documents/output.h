// Where a document goes: standard output, or a file that is there whole or not at all (written
// beside as FILE.PROCESS.tmp, flushed to the disk, then renamed; it keeps the old one's mode), or a
// device or pipe, which is written to as it is.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/error.h"

#include <stdio.h>

struct output {
    FILE *file;      // to write to
    char *path;      // NULL: standard output
    char *temporary; // NULL: standard output, device or pipe
};

// path NULL or "-": standard output.
MUST_USE bool output_open(struct output *output, const char *path, struct error *error);
// Ends a document that is complete. False when something could not be written.
MUST_USE bool output_commit(struct output *output, struct error *error);
// Ends one that is not: the temporary file goes. Harmless after output_commit().
void output_clear(struct output *output);
#define AUTO_OUTPUT __attribute__((cleanup(output_clear)))
