// recueil aggregate: reduces the submissions of months to the figures of the rollup.
//
//   months due -> for each, in one snapshot: delete, insert four kinds of rows, forget the marks
//
// SPDX-License-Identifier: Apache-2.0
#include "analytics/commands/commands.h"

#include "analytics/collectivity_choice.h"
#include "analytics/progress.h"
#include "config/calendar.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct options {
    struct invocation *invocation;
    const char *month;
    bool all;
};

enum { KEY_MONTH = 'm', KEY_ALL = 'a' };

static const struct argp_option argp_options[] = {
    {"month", KEY_MONTH, "YYYY-MM", 0, "that month only", 0},
    {"all", KEY_ALL, NULL, 0, "every month that holds submissions", 0},
    {0},
};

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
    case KEY_ALL:
        options->all = true;
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "takes no argument; name a month with --month");
        return EINVAL;
    case ARGP_KEY_END:
        if (options->all && options->month != NULL)
            argp_error(state, "--month and --all exclude each other");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{&invocation_argp, 0, NULL, 0}, {0}};
static const struct argp argp = {
    .options = argp_options,
    .parser = take,
    .doc = "Reduces submissions to the figures of the rollup, month by month in the collectivity's "
           "time zone: by default the current month, the one before, and those into which somebody "
           "wrote since. Running it again changes nothing.",
    .children = children,
};

// The columns of read_months.sql.
enum { MONTH, FIRST_DAY, FROM, UNTIL };

// "1,234,567"
static const char *write_grouped(int64_t number, char text[32])
{
    char digits[32];
    int length = snprintf(digits, sizeof digits, "%lld", (long long)number);
    int used = 0;
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            text[used++] = ',';
        text[used++] = digits[i];
    }
    text[used] = '\0';
    return text;
}

static bool replace_figures(struct session *session, const char *const month[4],
                            int64_t *submissions, int64_t *groups, struct error *error)
{
    static const enum statement deletions[] = {
        STATEMENT_DELETE_ROLLUP,           STATEMENT_DELETE_ROLLUP_DETAIL,
        STATEMENT_DELETE_ROLLUP_PARTITION, STATEMENT_DELETE_ROLLUP_LEFT_OUT,
        STATEMENT_DELETE_CHANGED_MONTHS,
    };
    static const enum statement insertions[] = {
        STATEMENT_INSERT_ROLLUP_DETAIL,
        STATEMENT_INSERT_ROLLUP_PARTITION,
        STATEMENT_INSERT_ROLLUP_LEFT_OUT,
    };
    for (size_t i = 0; i < sizeof deletions / sizeof deletions[0]; i++)
        if (!session_do(session, deletions[i], month, error))
            return false;
    for (size_t i = 0; i < sizeof insertions / sizeof insertions[0]; i++)
        if (!session_do(session, insertions[i], month, error))
            return false;
    AUTO(rows) struct rows *rows = session_run(session, STATEMENT_INSERT_ROLLUP, month, error);
    if (rows == NULL)
        return false;
    *submissions = rows_integer(rows, 0, 0);
    *groups = rows_integer(rows, 0, 1);
    return true;
}

// month: collectivity, first day, first instant, first instant after.
static bool aggregate_month(struct session *session, const char *const month[4],
                            int64_t *submissions, int64_t *groups, struct error *error)
{
    if (!session_begin_snapshot(session, error))
        return false;
    if (session_do(session, STATEMENT_TUNE_AGGREGATION, NULL, error) &&
        replace_figures(session, month, submissions, groups, error) &&
        session_commit(session, error))
        return true;
    session_rollback(session);
    return false;
}

static void say_month(const char *month, int64_t submissions, int64_t groups, double seconds)
{
    char first[32];
    char second[32];
    (void)printf("%s: %s submission%s in %s row%s", month, write_grouped(submissions, first),
                 submissions == 1 ? "" : "s", write_grouped(groups, second),
                 groups == 1 ? "" : "s");
    if (isatty(STDOUT_FILENO) == 1)
        (void)printf(" (%.1f s)", seconds);
    (void)putchar('\n');
    (void)fflush(stdout);
}

static bool aggregate_months(struct session *session, const struct collectivity_choice *choice,
                             const struct rows *months, struct error *error)
{
    struct progress progress;
    progress_begin(&progress, "months", (int64_t)rows_count(months));
    for (size_t i = 0; i < rows_count(months); i++) {
        const char *month[] = {choice->id_text, rows_text(months, i, FIRST_DAY),
                               rows_text(months, i, FROM), rows_text(months, i, UNTIL)};
        int64_t submissions = 0;
        int64_t groups = 0;
        double started = progress_seconds(&progress);
        bool done = aggregate_month(session, month, &submissions, &groups, error);
        progress_hide(&progress);
        if (!done)
            return false;
        say_month(rows_text(months, i, MONTH), submissions, groups,
                  progress_seconds(&progress) - started);
        progress_step(&progress, 1);
    }
    progress_hide(&progress);
    return true;
}

bool command_aggregate(struct invocation *invocation, int argc, char **argv, struct error *error)
{
    struct options options = {.invocation = invocation};
    if (argp_parse(&argp, argc, argv, 0, NULL, &options) != 0)
        return false;
    AUTO_SESSION struct session *session = invocation_open(invocation, error);
    AUTO_CHOICE struct collectivity_choice choice = {0};
    if (session == NULL || !collectivity_choose(session, invocation->collectivity, &choice, error))
        return false;

    const char *lock[] = {choice.id_text};
    if (!session_do(session, STATEMENT_LOCK_AGGREGATION, lock, error))
        return false; // released with the session
    char *first_day = options.month == NULL ? NULL : memory_format("%s-01", options.month);
    const char *values[] = {choice.id_text, first_day, options.all ? "true" : "false"};
    AUTO(rows) struct rows *months = session_run(session, STATEMENT_READ_MONTHS, values, error);
    free(first_day);
    return months != NULL && aggregate_months(session, &choice, months, error);
}
