// The dataset `submissions`: one line a submission of the month, whatever its state, and a column
// for every question of every survey version met. Read a page at a time, so that memory stays
// bounded.
//
// SPDX-License-Identifier: Apache-2.0
#include "analytics/datasets/dataset.h"

#include "analytics/datasets/question_columns.h"
#include "analytics/progress.h"
#include "config/memory_stream.h"

#include <stdlib.h>
#include <string.h>

#define PAGE_ROWS "1000"
#define BEFORE_ANY_ID "00000000-0000-0000-0000-000000000000"

static const struct csv_column columns[] = {
    {"id", "Identifiant"},  {"received_at", "Reçu le"},  {"survey", "Questionnaire"},
    {"version", "Version"}, {"state", "État"},           {"procedure", "Démarche"},
    {"audience", "Public"}, {"phase", "Phase"},          {"channel", "Canal"},
    {"entry", "Saisie"},    {"placement", "Provenance"}, {"language", "Langue"},
};
enum { COLUMN_COUNT = sizeof columns / sizeof columns[0] };

// The columns of read_submissions.sql.
enum { ID, RECEIVED_AT, EXACT_TIME, SURVEY, VERSION, STATE, PROCEDURE, LANGUAGE = 12, CONTENT };

static bool read_columns(const struct dataset_request *request, struct question_columns *questions,
                         struct error *error)
{
    const char *values[] = {request->collectivity->id_text, request->from, request->until};
    AUTO(rows)
    struct rows *rows = session_run(request->session, STATEMENT_READ_MONTH_VERSIONS, values, error);
    if (rows == NULL)
        return false;
    for (size_t row = 0; row < rows_count(rows); row++) {
        AUTO(findings) struct findings *findings = findings_create();
        AUTO(survey)
        struct survey *survey = survey_read(rows_text(rows, row, 2), rows_size(rows, row, 2),
                                            rows_text(rows, row, 0), findings);
        if (survey == NULL) {
            findings_to_error(findings, error);
            return false;
        }
        question_columns_add(questions, survey);
    }
    return true;
}

static void write_header(struct csv *csv, const struct question_columns *questions)
{
    size_t count = COLUMN_COUNT + questions->count;
    struct csv_column *all = memory_allocate(count * sizeof *all);
    memcpy(all, columns, sizeof columns);
    for (size_t i = 0; i < questions->count; i++)
        all[COLUMN_COUNT + i] = (struct csv_column){questions->items[i].name, NULL};
    csv_header(csv, all, count);
    free(all);
}

// The codes of a tick list, joined: they hold no bar.
static void write_list(struct csv *csv, const json_t *list)
{
    struct memory_stream stream;
    FILE *out = memory_stream_open(&stream);
    size_t index = 0;
    const json_t *item = NULL;
    json_array_foreach(list, index, item)
    {
        if (index > 0)
            (void)fputc('|', out);
        if (json_is_string(item))
            (void)fwrite(json_string_value(item), 1, json_string_length(item), out);
        else if (json_is_integer(item))
            (void)fprintf(out, "%lld", (long long)json_integer_value(item));
    }
    memory_stream_close(&stream);
    csv_bytes(csv, stream.text, stream.size);
    free(stream.text);
}

static void write_answer(struct csv *csv, const json_t *answer)
{
    if (json_is_string(answer))
        csv_bytes(csv, json_string_value(answer), json_string_length(answer));
    else if (json_is_integer(answer))
        csv_whole(csv, json_integer_value(answer));
    else if (json_is_real(answer))
        csv_decimal(csv, json_real_value(answer), 6);
    else if (json_is_boolean(answer))
        csv_text(csv, json_is_true(answer) ? "true" : "false");
    else if (json_is_array(answer))
        write_list(csv, answer);
    else
        csv_empty(csv);
}

static void write_text_cell(struct csv *csv, const struct rows *rows, size_t row, int column)
{
    csv_text(csv, rows_null(rows, row, column) ? NULL : rows_text(rows, row, column));
}

// A content that was purged leaves its cells empty.
static bool write_row(struct csv *csv, const struct rows *rows, size_t row,
                      const struct question_columns *questions, struct error *error)
{
    json_auto_t *content = NULL;
    if (!rows_null(rows, row, CONTENT)) {
        json_error_t at;
        content = json_loadb(rows_text(rows, row, CONTENT), rows_size(rows, row, CONTENT),
                             JSON_ALLOW_NUL, &at);
        if (content == NULL) {
            error_set(error, ERROR_FAILED,
                      "the stored content of submission %s is no JSON (%s, at byte %d): somebody "
                      "changed it; withdraw that submission or restore its row",
                      rows_text(rows, row, ID), at.text, at.position);
            return false;
        }
    }
    csv_text(csv, rows_text(rows, row, ID));
    csv_text(csv, rows_text(rows, row, RECEIVED_AT));
    write_text_cell(csv, rows, row, SURVEY);
    csv_whole(csv, rows_integer(rows, row, VERSION));
    for (int column = STATE; column <= LANGUAGE; column++)
        write_text_cell(csv, rows, row, column);

    const json_t *answers = json_object_get(content, "answers");
    for (size_t i = 0; i < questions->count; i++)
        write_answer(csv, question_column_answer(&questions->items[i], answers));
    csv_end_row(csv);
    return true;
}

// Writes the page that begins after the row of `last`; the page that ends the month gives no row.
static struct rows *write_page(const struct dataset_request *request, const struct rows *last,
                               struct csv *csv, const struct question_columns *questions,
                               struct error *error)
{
    size_t end = last == NULL ? 0 : rows_count(last) - 1;
    const char *values[] = {
        request->collectivity->id_text,
        last == NULL ? request->from : rows_text(last, end, EXACT_TIME),
        last == NULL ? BEFORE_ANY_ID : rows_text(last, end, ID),
        request->until,
        PAGE_ROWS,
    };
    struct rows *page = session_run(request->session, STATEMENT_READ_SUBMISSIONS, values, error);
    for (size_t row = 0; page != NULL && row < rows_count(page); row++)
        if (!write_row(csv, page, row, questions, error)) {
            rows_destroy(page);
            return NULL;
        }
    return page;
}

static bool write_pages(const struct dataset_request *request, struct csv *csv,
                        const struct question_columns *questions, struct error *error)
{
    struct progress progress;
    progress_begin(&progress, "submissions", request->submissions);
    AUTO(rows) struct rows *last = NULL;
    for (;;) {
        struct rows *page = write_page(request, last, csv, questions, error);
        rows_destroy(last);
        last = page;
        if (page == NULL || rows_count(page) == 0)
            break;
        progress_step(&progress, (int64_t)rows_count(page));
    }
    progress_hide(&progress);
    return last != NULL;
}

bool dataset_submissions(const struct dataset_request *request, struct csv *csv,
                         struct error *error)
{
    const char *zone[] = {request->collectivity->time_zone};
    AUTO_QUESTION_COLUMNS struct question_columns questions = {0};
    if (!session_do(request->session, STATEMENT_USE_TIME_ZONE, zone, error) ||
        !read_columns(request, &questions, error))
        return false;
    write_header(csv, &questions);
    return write_pages(request, csv, &questions, error);
}
