// SPDX-License-Identifier: Apache-2.0
#include "analytics/invocation.h"

#include "config/settings.h"
#include "sql/migrate.h"

enum { KEY_CONFIG = 0x100, KEY_COLLECTIVITY };

static const struct argp_option options[] = {
    {"config", KEY_CONFIG, "FILE", 0,
     "the settings (else RECUEIL_CONFIG, else /etc/recueil/recueil.conf)", 0},
    {"collectivity", KEY_COLLECTIVITY, "NAME", 0, "which one, where several are published", 0},
    {0},
};

static error_t take(int key, char *value, struct argp_state *state)
{
    struct invocation *invocation = state->input;
    switch (key) {
    case KEY_CONFIG:
        invocation->config = value;
        return 0;
    case KEY_COLLECTIVITY:
        invocation->collectivity = value;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp invocation_argp = {.options = options, .parser = take};

struct session *invocation_connect(const struct invocation *invocation, struct error *error)
{
    AUTO(settings)
    struct settings *settings = settings_load(settings_path(invocation->config), error);
    if (settings == NULL)
        return NULL;
    return session_open(settings->database, invocation->role, error);
}

struct session *invocation_open(const struct invocation *invocation, struct error *error)
{
    AUTO_SESSION struct session *session = invocation_connect(invocation, error);
    if (session == NULL || !migrate_check(session, error))
        return NULL;
    return TAKE(session);
}
