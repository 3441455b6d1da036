// A progress bar on standard error: only on a terminal, and only once the work has lasted a second.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct progress {
    const char *what; // borrowed
    int64_t total, done;
    int64_t started_ms;
    bool terminal;
    bool shown;
};

// total 0: how much there is to do is not known, and no bar appears.
void progress_begin(struct progress *progress, const char *what, int64_t total);
void progress_step(struct progress *progress, int64_t more);
// Takes the bar away so that a line can be printed; the next step draws it again.
void progress_hide(struct progress *progress);
double progress_seconds(const struct progress *progress); // since it began

// The bar as text, for `columns` columns: "what [####....]  40 %". Returns its length without the
// NUL; cut to size.
int progress_write(const struct progress *progress, int columns, char *text, int size);
