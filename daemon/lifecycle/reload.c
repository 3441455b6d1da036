//   SIGHUP -> the whole file is read -> what may change is exchanged -> each module takes it
//
// SPDX-License-Identifier: Apache-2.0
#include "config/log.h"
#include "daemon/lifecycle/lifecycle_state.h"

#include <string.h>

enum { NAMES_BYTES = 512 };

// Exchanges what differs and may change at once, in place, and writes their names; warns of the
// rest, which keeps its value.
static void take_settings(struct settings *settings, struct settings *fresh,
                          char names[NAMES_BYTES])
{
    size_t count;
    const struct setting *table = settings_table(&count);
    size_t used = 0;
    names[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        if (!setting_differs(settings, fresh, &table[i]))
            continue;
        if (!table[i].reload) {
            log_event(LOG_WARNING, "setting_needs_restart",
                      "name=%s next=\"the old value stays until recueild is started again\"",
                      table[i].name);
            continue;
        }
        setting_exchange(settings, fresh, &table[i]);
        int wrote =
            snprintf(names + used, NAMES_BYTES - used, "%s%s", used > 0 ? " " : "", table[i].name);
        used += (size_t)wrote < NAMES_BYTES - used ? (size_t)wrote : 0;
    }
}

// Settings that are read each time they are needed need nobody to be told.
static void tell_modules(const struct daemon *daemon)
{
    const struct settings *settings = daemon->settings;
    const struct service *service = &daemon->service;
    const struct spool_limits spool = limits_of_spool(settings);
    limits_set_log_level(settings);
    store_set_limits(service->store, settings);
    spool_set_limits(service->spool, &spool);
    acknowledged_set_keep_days(daemon->acknowledged, settings->acknowledged_keep_days);
    listener_set_limits(service->listener, limits_of_connections(settings),
                        (uint32_t)settings->connections_per_address);
}

bool reload_settings(struct daemon *daemon)
{
    char names[NAMES_BYTES];
    struct error error = {0};
    AUTO(settings) struct settings *fresh = settings_load(daemon->path, &error);
    if (fresh == NULL) {
        char quoted[260];
        log_event(LOG_ERROR, "settings_kept",
                  "why=%s next=\"the old ones stay; correct this and send SIGHUP again\"",
                  log_quote(quoted, sizeof quoted, error.message));
        return false;
    }
    take_settings(daemon->settings, fresh, names);
    tell_modules(daemon);
    log_event(LOG_INFO, "settings_read", "changed=\"%s\"", names);
    return true;
}
