// recueil export: writes a month's dataset. Everything is read in one snapshot, so that the rows of
// a file belong together.
//
// SPDX-License-Identifier: Apache-2.0
#include "analytics/commands/commands.h"

#include "analytics/datasets/dataset.h"
#include "analytics/documents/output.h"
#include "config/calendar.h"

#include <stdlib.h>
#include <string.h>

struct dataset {
    const char *name, *help;
    dataset_write *write;
    bool of_figures; // made from the rollup: a month that was not aggregated is worth a word
};

static const struct dataset datasets[] = {
    {"pain-points", "pain points of each procedure by audience, with intervals",
     dataset_pain_points, true},
    {"submissions", "one line a submission, a column a question", dataset_submissions, false},
};
enum { DATASET_COUNT = sizeof datasets / sizeof datasets[0] };

static const struct {
    const char *name;
    enum csv_kind kind;
} formats[] = {{"csv", CSV_PLAIN}, {"excel-csv", CSV_EXCEL}};
enum { FORMAT_COUNT = sizeof formats / sizeof formats[0] };

struct options {
    struct invocation *invocation;
    const struct dataset *dataset;
    const char *month, *output;
    enum csv_kind format;
    bool raw;
};

enum { KEY_MONTH = 'm', KEY_FORMAT = 'f', KEY_OUTPUT = 'o', KEY_RAW = 0x200 };

static const struct argp_option argp_options[] = {
    {"month", KEY_MONTH, "YYYY-MM", 0, "of which month (required)", 0},
    {"format", KEY_FORMAT, "FORMAT", 0,
     "csv (the default) or excel-csv (French: semicolons, decimal commas, byte order mark)", 0},
    {"output", KEY_OUTPUT, "FILE", 0, "where to; - is standard output, the default", 0},
    {"raw", KEY_RAW, NULL, 0,
     "leave cells that a spreadsheet would execute as they are: for programs only", 0},
    {0},
};

static void take_dataset(struct options *options, const char *name, struct argp_state *state)
{
    if (options->dataset != NULL)
        argp_error(state, "one dataset at a time");
    for (size_t i = 0; i < DATASET_COUNT; i++)
        if (strcmp(datasets[i].name, name) == 0)
            options->dataset = &datasets[i];
    if (options->dataset == NULL)
        argp_error(state, "there is no dataset \"%s\"; --help lists them", name);
}

static void take_format(struct options *options, const char *name, struct argp_state *state)
{
    for (size_t i = 0; i < FORMAT_COUNT; i++)
        if (strcmp(formats[i].name, name) == 0) {
            options->format = formats[i].kind;
            return;
        }
    argp_error(state, "there is no format \"%s\": csv or excel-csv", name);
}

static error_t take(int key, char *value, struct argp_state *state)
{
    struct options *options = state->input;
    struct month month;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = options->invocation;
        return 0;
    case KEY_MONTH:
        if (!month_parse(value, &month))
            argp_error(state, "\"%s\" is no month: write it like 2026-10", value);
        options->month = value;
        return 0;
    case KEY_FORMAT:
        take_format(options, value, state);
        return 0;
    case KEY_OUTPUT:
        options->output = value;
        return 0;
    case KEY_RAW:
        options->raw = true;
        return 0;
    case ARGP_KEY_ARG:
        take_dataset(options, value, state);
        return 0;
    case ARGP_KEY_END:
        if (options->dataset == NULL || options->month == NULL)
            argp_error(state, "say which dataset, and of which month with --month YYYY-MM");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

// The list of datasets in --help, from the table.
static char *describe(int key, const char *text, void *input)
{
    (void)input;
    char *list = NULL;
    size_t size = 0;
    FILE *out = key == ARGP_KEY_HELP_POST_DOC ? open_memstream(&list, &size) : NULL;
    if (out == NULL)
        return (char *)text; // argp frees only what is another pointer
    (void)fputs("Datasets:\n", out);
    for (size_t i = 0; i < DATASET_COUNT; i++)
        (void)fprintf(out, "  %-12s %s\n", datasets[i].name, datasets[i].help);
    (void)fclose(out);
    return list;
}

static const struct argp_child children[] = {{&invocation_argp, 0, NULL, 0}, {0}};
static const struct argp argp = {
    .options = argp_options,
    .parser = take,
    .args_doc = "DATASET",
    .doc = "Writes a month's dataset as CSV. Cells that a spreadsheet would execute begin with an "
           "apostrophe.\v ",
    .children = children,
    .help_filter = describe,
};

// The columns of read_months.sql.
enum { MONTH, FIRST_DAY, FROM, UNTIL };

static bool warn_unless_aggregated(struct dataset_request *request, bool of_figures,
                                   struct error *error)
{
    const char *values[] = {request->collectivity->id_text, request->first_day, request->from,
                            request->until};
    AUTO(rows)
    struct rows *state = session_run(request->session, STATEMENT_READ_MONTH_STATE, values, error);
    if (state == NULL)
        return false;
    request->submissions = rows_integer(state, 0, 0);
    int64_t reduced = rows_integer(state, 0, 1);
    bool marked = rows_integer(state, 0, 2) > 0;
    if (of_figures && (request->submissions != reduced || marked))
        (void)fprintf(stderr,
                      "recueil export: %s holds %lld counted submissions and its figures speak of "
                      "%lld%s: run \"recueil aggregate --month %s\"\n",
                      request->month, (long long)request->submissions, (long long)reduced,
                      marked ? ", and it was changed since they were made" : "", request->month);
    return true;
}

static bool write_document(const struct options *options, struct dataset_request *request,
                           struct error *error)
{
    if (!warn_unless_aggregated(request, options->dataset->of_figures, error))
        return false;
    AUTO_OUTPUT struct output output = {0};
    if (!output_open(&output, options->output, error))
        return false;
    struct csv csv;
    csv_begin(&csv, output.file, options->format, options->raw);
    return options->dataset->write(request, &csv, error) && output_commit(&output, error);
}

static bool export_month(struct session *session, const struct collectivity_choice *collectivity,
                         const struct options *options, struct error *error)
{
    char *first_day = memory_format("%s-01", options->month);
    const char *values[] = {collectivity->id_text, first_day, "false"};
    AUTO(rows) struct rows *months = session_run(session, STATEMENT_READ_MONTHS, values, error);
    free(first_day);
    if (months == NULL)
        return false;
    struct dataset_request request = {
        .session = session,
        .collectivity = collectivity,
        .month = rows_text(months, 0, MONTH),
        .first_day = rows_text(months, 0, FIRST_DAY),
        .from = rows_text(months, 0, FROM),
        .until = rows_text(months, 0, UNTIL),
    };
    return write_document(options, &request, error);
}

bool command_export(struct invocation *invocation, int argc, char **argv, struct error *error)
{
    struct options options = {.invocation = invocation};
    if (argp_parse(&argp, argc, argv, 0, NULL, &options) != 0)
        return false;
    AUTO_SESSION struct session *session = invocation_open(invocation, error);
    AUTO_CHOICE struct collectivity_choice collectivity = {0};
    if (session == NULL || !session_begin_snapshot(session, error) ||
        !collectivity_choose(session, invocation->collectivity, &collectivity, error))
        return false;
    // Nothing was written: the transaction ends with the session.
    return export_month(session, &collectivity, &options, error);
}
