// recueild: receives submissions. What it was called for; the rest is in lifecycle/.
//
// SPDX-License-Identifier: Apache-2.0
#include "daemon/lifecycle/lifecycle.h"

#include <argp.h>
#include <locale.h>
#include <malloc.h>
#include <sys/prctl.h>
#include <sys/stat.h>

enum { LARGE_BYTES = 32 * 1024, EXIT_USAGE = 2 };

struct options {
    const char *config;
    bool check_config, spool;
};

// -- Options --

const char *argp_program_version = "recueild " RECUEIL_VERSION;

static const struct argp_option option_table[] = {
    {"config", 'c', "FILE", 0,
     "settings (default: $RECUEIL_CONFIG, else /etc/recueil/recueil.conf)", 0},
    {"check-config", 'k', NULL, 0, "check the settings, print them and stop", 0},
    {"spool", 's', NULL, 0, "print what waits in the spool, one JSON object a line, and stop", 0},
    {NULL, 0, NULL, 0, NULL, 0},
};

static error_t on_option(int key, char *argument, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case 'c':
        options->config = argument;
        return 0;
    case 'k':
        options->check_config = true;
        return 0;
    case 's':
        options->spool = true;
        return 0;
    case ARGP_KEY_ARG:
        argp_usage(state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp parser = {
    .options = option_table,
    .parser = on_option,
    .doc = "Receive survey submissions over HTTP and store them in PostgreSQL.",
};

int main(int count, char **arguments)
{
    struct options options = {0};
    struct error error = {0};
    (void)setlocale(LC_ALL, "C"); // no decimal comma may slip into JSON
    (void)umask(0077);
    (void)prctl(PR_SET_DUMPABLE, 0);              // no secret in a core file
    (void)mallopt(M_MMAP_THRESHOLD, LARGE_BYTES); // large bodies leave no holes in the heap
    argp_err_exit_status = EXIT_USAGE;
    argp_parse(&parser, count, arguments, 0, NULL, &options);

    const char *path = settings_path(options.config);
    AUTO(settings) struct settings *settings = settings_load(path, &error);
    if (settings == NULL) {
        (void)fprintf(stderr, "recueild: %s\n", error.message);
        return error_exit_code(&error);
    }
    if (options.check_config) {
        settings_print(settings, stdout);
        return 0;
    }
    return options.spool ? lifecycle_print_spool(settings) : lifecycle_run(TAKE(settings), path);
}
