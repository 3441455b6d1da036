// SPDX-License-Identifier: Apache-2.0
#include "analytics/progress.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { SILENCE_MS = 1000, COLUMNS = 60, TEXT_SIZE = 160 };

static int64_t now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void progress_begin(struct progress *progress, const char *what, int64_t total)
{
    *progress = (struct progress){
        .what = what,
        .total = total,
        .started_ms = now_ms(),
        .terminal = isatty(STDERR_FILENO) == 1,
    };
}

int progress_write(const struct progress *progress, int columns, char *text, int size)
{
    char bar[TEXT_SIZE];
    int64_t done = progress->done > progress->total ? progress->total : progress->done;
    int percent = progress->total > 0 ? (int)(100 * done / progress->total) : 0;
    int width = columns - (int)strlen(progress->what) - (int)strlen(" []  100 %");
    width = width < 1 ? 1 : width >= TEXT_SIZE ? TEXT_SIZE - 1 : width;
    int filled = width * percent / 100;
    memset(bar, '#', (size_t)filled);
    memset(bar + filled, '.', (size_t)(width - filled));
    bar[width] = '\0';
    int length = snprintf(text, (size_t)size, "%s [%s] %4d %%", progress->what, bar, percent);
    return length < size ? length : size - 1;
}

void progress_step(struct progress *progress, int64_t more)
{
    progress->done += more;
    if (!progress->terminal || progress->total == 0 || now_ms() - progress->started_ms < SILENCE_MS)
        return;
    char text[TEXT_SIZE];
    (void)progress_write(progress, COLUMNS, text, sizeof text);
    (void)fprintf(stderr, "\r%s", text);
    progress->shown = true;
}

void progress_hide(struct progress *progress)
{
    if (progress->shown)
        (void)fprintf(stderr, "\r%*s\r", COLUMNS, "");
    progress->shown = false;
}

double progress_seconds(const struct progress *progress)
{
    return (double)(now_ms() - progress->started_ms) / 1000;
}
