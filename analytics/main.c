// recueil: publishes a collectivity's files, reduces its months, exports its figures. Finds the
// verb in the table and runs it; what went wrong is told here, once, and decides the exit code.
//
// SPDX-License-Identifier: Apache-2.0
#include "analytics/commands/commands.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct command commands[] = {
    {"migrate", "", "create or upgrade the schema of the database", "recueil_owner",
     command_migrate},
    {"publish", "DIR", "check a collectivity's files and publish them", "recueil_analyst",
     command_publish},
    {"aggregate", "", "reduce months of submissions to the figures of the rollup",
     "recueil_analyst", command_aggregate},
    {"export", "DATASET", "write a month's dataset as CSV", "recueil_analyst", command_export},
    {"key", "NAME", "make or revoke a bearer key for bulk submissions", "recueil_analyst",
     command_key},
    {"withdraw", "ID RECEIPT", "erase a submission, with the receipt of who sent it",
     "recueil_daemon", command_withdraw},
    {"audit", "[CONFIG]", "is everything that was acknowledged still there?", "recueil_analyst",
     command_audit},
    {"status", "", "how collection is, and what to do where something is wrong", "recueil_analyst",
     command_status},
};
enum { COMMAND_COUNT = sizeof commands / sizeof commands[0] };

// What the words before the verb said, the verb, and where its own words begin.
struct line {
    struct invocation invocation;
    const struct command *command;
    int first;
};

static const struct command *find(const char *name)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

static error_t take(int key, char *value, struct argp_state *state)
{
    struct line *line = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &line->invocation;
        return 0;
    case ARGP_KEY_ARG:
        line->command = find(value);
        if (line->command == NULL) {
            (void)fprintf(stderr, "recueil: there is no command \"%s\"\n", value);
            argp_state_help(state, stderr,
                            ARGP_HELP_USAGE | ARGP_HELP_POST_DOC | ARGP_HELP_EXIT_ERR);
        }
        line->first = state->next - 1;
        state->next = state->argc; // the rest is the command's
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_state_help(state, stderr, ARGP_HELP_USAGE | ARGP_HELP_POST_DOC | ARGP_HELP_EXIT_ERR);
        return EINVAL;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

// The list of verbs in --help, from the table.
static char *describe(int key, const char *text, void *input)
{
    (void)input;
    if (key != ARGP_KEY_HELP_POST_DOC)
        return (char *)text; // argp frees only what is another pointer
    char *list = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&list, &size);
    if (out == NULL)
        return (char *)text;
    (void)fputs("Commands (recueil COMMAND --help tells more):\n", out);
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        (void)fprintf(out, "  %-9s %-10s %s\n", commands[i].name, commands[i].arguments,
                      commands[i].help);
    (void)fclose(out);
    return list;
}

static const struct argp_child children[] = {{&invocation_argp, 0, NULL, 0}, {0}};
static const struct argp argp = {
    .parser = take,
    .args_doc = "COMMAND [ARGUMENTS]",
    .doc = "Needs of a public body's users, from their answers to figures.\v ",
    .children = children,
    .help_filter = describe,
};

static int run(const struct line *line, int argc, char **argv)
{
    struct invocation invocation = line->invocation;
    invocation.role = line->command->role;
    char *name = memory_format("recueil %s", line->command->name);
    argv[line->first] = name;

    struct error error = {0};
    bool done = line->command->run(&invocation, argc - line->first, argv + line->first, &error);
    if (!done)
        (void)fprintf(stderr, "%s: %s\n", name, error.message);
    free(name);
    return done ? EXIT_SUCCESS : error_exit_code(&error);
}

// Whoever started us with a standard stream closed would get the database's socket in its place,
// and the CSV in there. One that cannot be written makes writing fail as it should.
static void keep_standard_streams(void)
{
    int descriptor = STDIN_FILENO;
    while (descriptor >= STDIN_FILENO && descriptor <= STDERR_FILENO)
        descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (descriptor > STDERR_FILENO)
        (void)close(descriptor);
}

int main(int argc, char **argv)
{
    static char program[] = "recueil";
    argp_program_version = "recueil " RECUEIL_VERSION;
    argp_err_exit_status = 2;
    keep_standard_streams();
    if (argc > 0)
        argv[0] = program;

    struct line line = {0};
    if (argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &line) != 0)
        return 2;
    return run(&line, argc, argv);
}
