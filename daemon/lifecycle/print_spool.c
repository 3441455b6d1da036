// Answers `recueild --spool`: what is in the spool while no daemon runs.
//
// SPDX-License-Identifier: Apache-2.0
#include "daemon/admin/listed.h"
#include "daemon/lifecycle/lifecycle.h"
#include "daemon/lifecycle/lifecycle_state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PAGE = 1000 };

static int tell(const struct settings *settings, const struct error *error)
{
    if (error->kind == ERROR_UNAVAILABLE)
        (void)fprintf(
            stderr,
            "recueild: a recueild runs on %s: ask it, at /spool of its admin_listen (here "
            "http://%s/spool), or stop it first\n",
            settings->state_dir, settings->admin_listen);
    else
        (void)fprintf(stderr, "recueild: %s\n", error->message);
    return error_exit_code(error);
}

// False: not everything could be written.
static bool print_all(struct spool *spool)
{
    static struct spool_listed listed[PAGE];
    struct spool_cursor cursor = {0};
    size_t count = PAGE;
    while (count == PAGE) {
        count = spool_list(spool, &cursor, listed, PAGE);
        for (size_t i = 0; i < count; i++) {
            listed_write(&listed[i], stdout);
            (void)putchar('\n');
        }
    }
    return fflush(stdout) == 0 && ferror(stdout) == 0;
}

// Where state_dir is there and no spool in it, nothing waits; none is made, because whoever asks
// may be another user than the daemon's.
static bool is_absent(const struct settings *settings, const char *folder)
{
    struct stat status;
    return stat(settings->state_dir, &status) == 0 && stat(folder, &status) != 0 && errno == ENOENT;
}

int lifecycle_print_spool(const struct settings *settings)
{
    struct error error = {0};
    const struct spool_limits limits = limits_of_spool(settings);
    char *folder = memory_format("%s/spool", settings->state_dir);
    bool absent = is_absent(settings, folder);
    AUTO(spool) struct spool *spool = absent ? NULL : spool_open(folder, &limits, &error);
    free(folder);
    if (absent)
        return 0;
    if (spool == NULL)
        return tell(settings, &error);
    if (print_all(spool))
        return 0;
    error_set(&error, ERROR_FAILED, "standard output: %s", strerror(errno));
    return tell(settings, &error);
}
