// SPDX-License-Identifier: Apache-2.0
#include "analytics/demonstration/year_files.h"

#include "analytics/demonstration/line.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { REAL_DIGITS = 12 };

static const int64_t DAY_US = INT64_C(86400) * 1000000;

// The first instant of a day: no zone is further than a day from UTC.
static int64_t start_of_day(int32_t day, int32_t (*day_of)(const void *context, int64_t at_us),
                            const void *context)
{
    int64_t before = (day - 2) * DAY_US;
    int64_t in = (day + 2) * DAY_US;
    while (in - before > 1) {
        int64_t middle = before + (in - before) / 2;
        if (day_of(context, middle) < day)
            before = middle;
        else
            in = middle;
    }
    return in;
}

void year_starts(struct month last_month, int months,
                 int32_t (*day_of)(const void *context, int64_t at_us), const void *context,
                 int64_t *starts_us)
{
    for (int i = 0; i <= months; i++) {
        struct month month = month_add(last_month, i + 1 - months);
        starts_us[i] = start_of_day(calendar_days(month.year, month.number, 1), day_of, context);
    }
}

// A file that takes its name when it is whole.
struct output {
    FILE *file;
    char *name, *temporary;
};

static bool output_open(struct output *output, const char *directory, const char *name,
                        struct error *error)
{
    output->name = memory_format("%s/%s", directory, name);
    output->temporary = memory_format("%s/.%s.partial", directory, name);
    output->file = fopen(output->temporary, "we");
    if (output->file != NULL)
        return true;
    error_set(error, ERROR_FAILED, "cannot write %s: %s", output->temporary, strerror(errno));
    return false;
}

// Accepts an output that could not be opened.
static bool output_close(struct output *output, struct error *error)
{
    bool good = false;
    if (output->file != NULL) {
        good = ferror(output->file) == 0;
        good = fclose(output->file) == 0 && good;
        good = good && rename(output->temporary, output->name) == 0;
        if (!good) {
            error_set(error, ERROR_FAILED, "cannot write %s: %s", output->name, strerror(errno));
            (void)unlink(output->temporary);
        }
    }
    free(output->name);
    free(output->temporary);
    return good;
}

// Which of a month's answers go to the file now.
struct selection {
    const struct demonstration *demonstration;
    FILE *file;
    bool late;
    long lines;
};

static void write_answer(const struct demonstration_answer *answer, void *context)
{
    struct selection *selection = context;
    if ((answer->fate == FATE_LATE) != selection->late)
        return;
    json_auto_t *line = line_make(selection->demonstration, answer);
    for (int times = answer->fate == FATE_DUPLICATE ? 2 : 1; times > 0; times--) {
        (void)json_dumpf(line, selection->file, JSON_COMPACT);
        (void)putc('\n', selection->file);
        selection->lines++;
    }
}

typedef void month_answers(const struct demonstration *demonstration, size_t procedure, int month,
                           demonstration_visit *visit, void *context);

static void write_selection(struct selection *selection, month_answers *answers, bool late,
                            int month)
{
    selection->late = late;
    for (size_t i = 0; i < demonstration_procedures(selection->demonstration); i++)
        answers(selection->demonstration, i, month, write_answer, selection);
}

static void write_external(struct selection *selection, int month)
{
    if (month > 0)
        write_selection(selection, demonstration_external, true, month - 1);
    write_selection(selection, demonstration_external, false, month);
    if (month + 1 == demonstration_months(selection->demonstration))
        write_selection(selection, demonstration_external, true, month);
}

static void write_internal(struct selection *selection, int month)
{
    write_selection(selection, demonstration_internal, false, month);
}

static bool write_month(const struct demonstration *demonstration, const char *directory, int month,
                        struct year_count *count, struct error *error)
{
    static const struct {
        const char *survey;
        void (*write)(struct selection *selection, int month);
    } surveys[] = {{"demarches", write_external}, {"agents", write_internal}};
    char month_name[MONTH_TEXT_SIZE];
    month_write(demonstration_month(demonstration, month), month_name);
    for (size_t i = 0; i < sizeof surveys / sizeof *surveys; i++) {
        char name[64];
        (void)snprintf(name, sizeof name, "%s.%s.ndjson", month_name, surveys[i].survey);
        struct output output;
        if (output_open(&output, directory, name, error)) {
            struct selection selection = {demonstration, output.file, false, 0};
            surveys[i].write(&selection, month);
            count->lines += selection.lines;
            count->files++;
        }
        if (!output_close(&output, error))
            return false;
    }
    return true;
}

static bool write_truth(const struct demonstration *demonstration, const char *directory,
                        struct error *error)
{
    struct output output;
    if (output_open(&output, directory, "truth.json", error)) {
        json_auto_t *truth = demonstration_truth(demonstration);
        (void)json_dumpf(truth, output.file, JSON_INDENT(2) | JSON_REAL_PRECISION(REAL_DIGITS));
        (void)putc('\n', output.file);
    }
    return output_close(&output, error);
}

bool year_write(const struct demonstration *demonstration, const char *directory,
                struct year_count *count, struct error *error)
{
    if (mkdir(directory, 0777) != 0 && errno != EEXIST) {
        error_set(error, ERROR_FAILED, "cannot make the directory %s: %s", directory,
                  strerror(errno));
        return false;
    }
    *count = (struct year_count){0};
    for (int month = 0; month < demonstration_months(demonstration); month++)
        if (!write_month(demonstration, directory, month, count, error))
            return false;
    return write_truth(demonstration, directory, error);
}
