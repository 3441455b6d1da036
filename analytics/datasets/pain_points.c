// The dataset `pain-points`: how many of those who were asked named each pain point of a procedure.
// Sums come from the rollup; the interval is Wilson's.
//
// SPDX-License-Identifier: Apache-2.0
#include "analytics/datasets/dataset.h"

#include "analytics/statistics/wilson.h"

enum { SHARE_DECIMALS = 6 };

static const struct csv_column columns[] = {
    {"month", "Mois"},
    {"procedure", "Démarche"},
    {"procedure_label", "Libellé de la démarche"},
    {"service", "Service"},
    {"audience", "Public"},
    {"respondents", "Répondants"},
    {"pain_point", "Irritant"},
    {"pain_point_label", "Libellé de l'irritant"},
    {"nature", "Nature"},
    {"mentions", "Mentions"},
    {"share", "Part"},
    {"share_low", "Part, borne basse"},
    {"share_high", "Part, borne haute"},
    {"simulated", "Simulé"}, // only where figures are a demonstration's
};
enum { COLUMN_COUNT = sizeof columns / sizeof columns[0] };

// The columns of read_pain_points.sql.
enum {
    PROCEDURE,
    PROCEDURE_LABEL,
    SERVICE,
    AUDIENCE,
    RESPONDENTS,
    PAIN_POINT,
    PAIN_POINT_LABEL,
    NATURE,
    MENTIONS
};

static void write_row(const struct dataset_request *request, const struct rows *rows, size_t row,
                      struct csv *csv)
{
    int64_t respondents = rows_integer(rows, row, RESPONDENTS);
    int64_t mentions = rows_integer(rows, row, MENTIONS);
    struct interval interval = wilson_interval((double)mentions, (double)respondents);

    csv_text(csv, request->month);
    for (int column = PROCEDURE; column <= AUDIENCE; column++)
        csv_text(csv, rows_text(rows, row, column));
    csv_whole(csv, respondents);
    for (int column = PAIN_POINT; column <= NATURE; column++)
        csv_text(csv, rows_text(rows, row, column));
    csv_whole(csv, mentions);
    csv_decimal(csv, (double)mentions / (double)respondents, SHARE_DECIMALS);
    csv_decimal(csv, interval.low, SHARE_DECIMALS);
    csv_decimal(csv, interval.high, SHARE_DECIMALS);
    if (request->collectivity->simulated)
        csv_text(csv, "true");
    csv_end_row(csv);
}

bool dataset_pain_points(const struct dataset_request *request, struct csv *csv,
                         struct error *error)
{
    const char *values[] = {request->collectivity->id_text, request->first_day};
    AUTO(rows)
    struct rows *rows = session_run(request->session, STATEMENT_READ_PAIN_POINTS, values, error);
    if (rows == NULL)
        return false;
    csv_header(csv, columns, request->collectivity->simulated ? COLUMN_COUNT : COLUMN_COUNT - 1);
    for (size_t row = 0; row < rows_count(rows); row++)
        write_row(request, rows, row, csv);
    return true;
}
