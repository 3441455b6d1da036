// How one command of `recueil` was called: the options that all commands share, and what they lead
// to. Each command's own argp takes invocation_argp as its first child and hands it the invocation
// as child_inputs[0].
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sql/session.h"

#include <argp.h>

struct invocation {
    const char *config;       // --config, or NULL
    const char *collectivity; // --collectivity, or NULL
    const char *role;         // whom the database knows the command as
};

// A verb: what usage prints, and the function that does it. argv[0] is "recueil VERB"; the function
// fills *error when it returns false. Whatever argp finds wrong ends the process with exit code 2.
struct command {
    const char *name, *arguments, *help, *role;
    bool (*run)(struct invocation *invocation, int argc, char **argv, struct error *error);
};

extern const struct argp invocation_argp;

// A connection as the settings and the command's role say, to a schema that is this program's.
MUST_USE struct session *invocation_open(const struct invocation *invocation, struct error *error);
// The same to any schema, or to none yet.
MUST_USE struct session *invocation_connect(const struct invocation *invocation,
                                            struct error *error);
