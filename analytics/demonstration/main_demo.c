// recueil-demo: writes a simulated year and its truth for `quickstart --demo`. It talks to nobody:
// what it writes is then sent through the bulk route like any other answers.
//
// SPDX-License-Identifier: Apache-2.0
#include "analytics/demonstration/year_files.h"
#include "config/catalogue.h"
#include "config/collectivity.h"

#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_USAGE = 2 };

const char *argp_program_version = "recueil-demo " RECUEIL_VERSION; // argp reads it

struct arguments {
    const char *folder, *output;
    bool has_month;
    struct demonstration_options options;
};

static const struct argp_option option_table[] = {
    {"folder", 'f', "DIR", 0, "the collectivity's folder (required)", 0},
    {"output", 'o', "DIR", 0, "where to write (required)", 0},
    {"last-month", 'l', "YYYY-MM", 0, "the last month of the period (required)", 0},
    {"seed", 's', "N", 0, "seed of the draws (974)", 0},
    {"answers", 'a', "N", 0, "external answers a month (1000)", 0},
    {"months", 'm', "N", 0, "months (12)", 0},
    {"world", 'w', "NAME", 0, "base, null (nothing changes) or unheard (base)", 0},
    {0},
};

// Ends the program with a usage message when the text is not a whole number of the range.
static long long whole_number(struct argp_state *state, const char *name, const char *text,
                              long long least, long long most)
{
    char *end = NULL;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || number < least || number > most)
        argp_error(state, "--%s takes a whole number from %lld to %lld, not \"%s\"", name, least,
                   most, text);
    return number;
}

static void check_required(const struct arguments *arguments, struct argp_state *state)
{
    if (arguments->folder == NULL || arguments->output == NULL || !arguments->has_month)
        argp_error(state, "--folder, --output and --last-month are required");
}

static error_t read_option(int key, char *text, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    struct demonstration_options *options = &arguments->options;
    switch (key) {
    case 'f':
        arguments->folder = text;
        return 0;
    case 'o':
        arguments->output = text;
        return 0;
    case 'l':
        arguments->has_month = month_parse(text, &options->last_month);
        if (!arguments->has_month)
            argp_error(state, "--last-month takes a month as YYYY-MM, not \"%s\"", text);
        return 0;
    case 's':
        options->seed = (uint64_t)whole_number(state, "seed", text, 0, INT64_MAX);
        return 0;
    case 'a':
        options->answers_a_month =
            (int)whole_number(state, "answers", text, 1, DEMONSTRATION_ANSWERS_LIMIT);
        return 0;
    case 'm':
        options->months = (int)whole_number(state, "months", text, 1, DEMONSTRATION_MONTHS_LIMIT);
        return 0;
    case 'w':
        if (!demonstration_world_find(text, &options->world))
            argp_error(state, "--world takes base, null or unheard, not \"%s\"", text);
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "unexpected argument \"%s\"", text);
        return 0;
    case ARGP_KEY_END:
        check_required(arguments, state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static int32_t day_of(const void *context, int64_t at_us)
{
    return collectivity_day(context, at_us);
}

static bool write_year(const struct arguments *arguments, struct error *error)
{
    AUTO(findings) struct findings *findings = findings_create();
    AUTO(collectivity)
    struct collectivity *collectivity = collectivity_read(arguments->folder, findings);
    AUTO(catalogue) struct catalogue *catalogue = catalogue_read(arguments->folder, findings);
    if (collectivity == NULL || catalogue == NULL) {
        findings_to_error(findings, error);
        return false;
    }
    int64_t starts_us[DEMONSTRATION_MONTHS_LIMIT + 1];
    struct demonstration_options options = arguments->options;
    year_starts(options.last_month, options.months, day_of, collectivity, starts_us);
    options.starts_us = starts_us;
    if (starts_us[options.months] > instant_now()) {
        error_set(error, ERROR_USAGE,
                  "--last-month names a month that has not ended; answers received in the future "
                  "are refused, take an earlier one");
        return false;
    }
    AUTO(demonstration)
    struct demonstration *demonstration = demonstration_create(catalogue, &options, error);
    struct year_count count;
    if (demonstration == NULL || !year_write(demonstration, arguments->output, &count, error))
        return false;
    (void)printf("%ld lines in %d files, and truth.json, in %s\n", count.lines, count.files,
                 arguments->output);
    return true;
}

int main(int argument_count, char **argument_texts)
{
    static const struct argp parser = {
        .options = option_table,
        .parser = read_option,
        .doc = "Writes a simulated year of answers (generator recueil-demo-1) as NDJSON files for "
               "the bulk route, and the truth that was planted in it.",
    };
    struct arguments arguments = {
        .options = {.seed = 974, .answers_a_month = 1000, .months = 12, .world = WORLD_BASE},
    };
    argp_err_exit_status = EXIT_USAGE;
    if (argp_parse(&parser, argument_count, argument_texts, 0, NULL, &arguments) != 0)
        return EXIT_USAGE;

    struct error error = {0};
    if (write_year(&arguments, &error))
        return 0;
    (void)fprintf(stderr, "recueil-demo: %s\n", error.message);
    return error_exit_code(&error);
}
