// recueil publish: checks a collectivity's folder and writes what changed as new versions.
//
//   read the folder -> findings? say them all -> one transaction -> findings? undo -> COMMIT, say
//
// SPDX-License-Identifier: Apache-2.0
#include "analytics/commands/commands.h"

#include "analytics/publishing/publishing.h"
#include "config/memory_stream.h"

#include <stdlib.h>
#include <string.h>

struct options {
    struct invocation *invocation;
    const char *directory;
    bool check, simulated;
};

enum { KEY_CHECK = 'c', KEY_SIMULATED = 0x200 };

static const struct argp_option argp_options[] = {
    {"check", KEY_CHECK, NULL, 0, "only check the files; no database is needed", 0},
    {"simulated", KEY_SIMULATED, NULL, 0,
     "mark the collectivity as a demonstration, for good: every output says so", 0},
    {0},
};

static error_t take(int key, char *value, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = options->invocation;
        return 0;
    case KEY_CHECK:
        options->check = true;
        return 0;
    case KEY_SIMULATED:
        options->simulated = true;
        return 0;
    case ARGP_KEY_ARG:
        if (options->directory != NULL)
            argp_error(state, "one folder at a time");
        options->directory = value;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "say which folder: the one that holds collectivity.json");
        return EINVAL;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{&invocation_argp, 0, NULL, 0}, {0}};
static const struct argp argp = {
    .options = argp_options,
    .parser = take,
    .args_doc = "DIR",
    .doc = "Checks a collectivity's files and publishes what changed as new versions, all or "
           "nothing. Old versions stay: answers given to them keep their meaning.",
    .children = children,
};

// All of them at once, so that one run is enough to correct the files.
static void refuse(const struct findings *findings, struct error *error)
{
    for (size_t i = 0; i < findings->count; i++)
        (void)fprintf(stderr, "%s: %s\n", findings->items[i].place, findings->items[i].message);
    error_set(error, ERROR_BAD_INPUT, "%zu thing%s to correct: nothing was published",
              findings->count, findings->count == 1 ? "" : "s");
}

static bool publish_within(struct publishing *publishing, struct error *error)
{
    if (!session_begin(publishing->session, error))
        return false;
    bool done = publishing_run(publishing, error);
    if (done && publishing->findings->count > 0) {
        refuse(publishing->findings, error);
        done = false;
    }
    if (done && session_commit(publishing->session, error))
        return true;
    session_rollback(publishing->session);
    return false;
}

static bool publish(const struct options *options, const struct folder *folder,
                    struct findings *findings, struct error *error)
{
    AUTO_SESSION struct session *session = invocation_open(options->invocation, error);
    if (session == NULL)
        return false;
    struct memory_stream said;
    struct publishing publishing = {
        .session = session,
        .folder = folder,
        .findings = findings,
        .said = memory_stream_open(&said),
        .simulated = options->simulated,
    };
    bool done = publish_within(&publishing, error);
    memory_stream_close(&said);
    // What was done is only said once it is kept.
    if (done)
        (void)fputs(publishing.changed ? said.text : "nothing changed since the last publication\n",
                    stdout);
    free(said.text);
    return done;
}

bool command_publish(struct invocation *invocation, int argc, char **argv, struct error *error)
{
    struct options options = {.invocation = invocation};
    if (argp_parse(&argp, argc, argv, 0, NULL, &options) != 0)
        return false;
    AUTO(findings) struct findings *findings = findings_create();
    AUTO(folder) struct folder *folder = folder_read(options.directory, findings);
    if (folder == NULL || findings->count > 0) {
        refuse(findings, error);
        return false;
    }
    if (!options.check)
        return publish(&options, folder, findings, error);
    (void)printf("%zu survey%s, %zu procedure%s: nothing to correct\n", folder->survey_count,
                 folder->survey_count == 1 ? "" : "s", folder->catalogue->procedure_count,
                 folder->catalogue->procedure_count == 1 ? "" : "s");
    return true;
}
