// Preloaded into PostgreSQL: each flush to disk takes SLOW_FLUSH_US microseconds more, as on a
// slower disk. PostgreSQL flushes its log by fdatasync() unless it is told otherwise.
//
// SPDX-License-Identifier: Apache-2.0
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

int fdatasync(int fd);

int fdatasync(int fd)
{
    static int (*flush)(int);
    static struct timespec delay;
    if (flush == NULL) {
        const char *text = getenv("SLOW_FLUSH_US");
        long us = text == NULL ? 0 : strtol(text, NULL, 10);
        delay = (struct timespec){us / 1000000, us % 1000000 * 1000};
        *(void **)&flush = dlsym(RTLD_NEXT, "fdatasync");
    }
    int result = flush(fd);
    (void)nanosleep(&delay, NULL);
    return result;
}
