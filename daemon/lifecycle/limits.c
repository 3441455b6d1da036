// SPDX-License-Identifier: Apache-2.0
#include "config/log.h"
#include "daemon/lifecycle/lifecycle_state.h"

#include <string.h>
#include <sys/resource.h>

#define MIB (INT64_C(1024) * 1024)

enum {
    GENERATION_MIB = 64,
    LEAST_CONNECTIONS = 16,
    // The loop, the log, two listeners, files being written (12); a name being looked up (4); the
    // spool: lock, folder, two generations of three files, one that is drained (16).
    OTHER_DESCRIPTORS = 32,
    OTHER_DATABASE_CONNECTIONS = 5, // what is published, draining, probing, sweeping, withdrawing
};

void limits_set_log_level(const struct settings *settings)
{
    static const struct {
        const char *word;
        enum log_level level;
    } levels[] = {
        {"error", LOG_ERROR}, {"warning", LOG_WARNING}, {"info", LOG_INFO}, {"debug", LOG_DEBUG}};
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++)
        if (strcmp(settings->log_level, levels[i].word) == 0)
            log_set_level(levels[i].level);
}

struct spool_limits limits_of_spool(const struct settings *settings)
{
    return (struct spool_limits){
        .generation_bytes = GENERATION_MIB * MIB,
        .quota_bytes = settings->spool_quota_mib * MIB,
        .least_free_bytes = settings->spool_least_free_mib * MIB,
        .keep_days = settings->spool_keep_days,
        .damaged_keep_days = settings->acknowledged_keep_days, // as long as audit looks back
    };
}

// Clients that took the last descriptor would keep PostgreSQL and the spool out.
static rlim_t descriptors_for_others(const struct settings *settings)
{
    int others = OTHER_DESCRIPTORS + ADMIN_CONNECTIONS + OTHER_DATABASE_CONNECTIONS;
    return (rlim_t)others + (rlim_t)settings->database_connections;
}

// The limit is raised as far as this process may.
long limits_of_connections(const struct settings *settings)
{
    struct rlimit limit;
    long wanted = settings->connection_limit;
    rlim_t others = descriptors_for_others(settings);
    rlim_t needed = (rlim_t)wanted + others;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= needed)
        return wanted;
    limit.rlim_cur = limit.rlim_max < needed ? limit.rlim_max : needed;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur >= needed)
        return wanted;
    long left = (long)limit.rlim_cur - (long)others;
    long allowed = left < LEAST_CONNECTIONS ? LEAST_CONNECTIONS : left;
    log_event(LOG_WARNING, "connections_limited",
              "wanted=%ld allowed=%ld next=\"raise LimitNOFILE to %lu\"", wanted, allowed,
              (unsigned long)needed);
    return allowed;
}
