// recueil migrate: creates or upgrades the schema.
//
// SPDX-License-Identifier: Apache-2.0
#include "analytics/commands/commands.h"

#include "sql/migrate.h"

#include <stdio.h>

static error_t take(int key, char *value, struct argp_state *state)
{
    (void)value;
    if (key == ARGP_KEY_INIT)
        state->child_inputs[0] = state->input;
    else if (key == ARGP_KEY_ARG)
        argp_error(state, "takes no argument");
    else
        return ARGP_ERR_UNKNOWN;
    return 0;
}

static const struct argp_child children[] = {{&invocation_argp, 0, NULL, 0}, {0}};
static const struct argp argp = {
    .parser = take,
    .doc = "Creates the schema of the database, or brings it to what this version needs. Two at "
           "once are harmless: the second waits, then finds nothing to do.",
    .children = children,
};

static void say_applied(const struct migration *migration, void *context)
{
    size_t *applied = context;
    ++*applied;
    (void)printf("%s: applied\n", migration->name);
    (void)fflush(stdout);
}

bool command_migrate(struct invocation *invocation, int argc, char **argv, struct error *error)
{
    if (argp_parse(&argp, argc, argv, 0, NULL, invocation) != 0)
        return false;
    AUTO_SESSION struct session *session = invocation_connect(invocation, error);
    size_t applied = 0;
    if (session == NULL || !migrate(session, say_applied, &applied, error))
        return false;
    if (applied == 0)
        (void)puts("the schema is up to date");
    return true;
}
