// SPDX-License-Identifier: Apache-2.0
#include "daemon/metrics/metrics.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct route routes[] = {
    {METHOD_GET, "/livez", NULL, .meaning = "lives"},
    {METHOD_GET, "/{collectivity}/{survey}", NULL, .meaning = "the form"},
    {METHOD_POST, "/{collectivity}/{survey}", NULL, .meaning = "takes the form"},
};
enum { ROUTES = sizeof routes / sizeof routes[0] };

static struct metrics *metrics;
static struct metrics_reading reading;
static char *text;

static void set_up(void)
{
    metrics = metrics_create(routes, ROUTES);
}

static void tear_down(void)
{
    free(text);
    metrics_destroy(metrics);
}

TestSuite(metrics, .init = set_up, .fini = tear_down);

static const char *written(void)
{
    size_t size = 0;
    free(text);
    FILE *out = open_memstream(&text, &size);
    metrics_write(metrics, &reading, out);
    fclose(out);
    return text;
}

// The value of the series written exactly so; NAN when it is not there.
static double value_of(const char *series)
{
    size_t size = strlen(series);
    for (const char *line = written(); *line != '\0'; line = strchr(line, '\n') + 1)
        if (strncmp(line, series, size) == 0 && line[size] == ' ')
            return strtod(line + size + 1, NULL);
    return NAN;
}

#define VALUE_IS(series, expected)                                                                 \
    do {                                                                                           \
        double value_ = value_of(series);                                                          \
        cr_expect(value_ == (expected), "%s is %g", series, value_);                               \
    } while (0)
#define IS_ABSENT(series) cr_expect(isnan(value_of(series)), "%s is there", series)

Test(metrics, counts_replies_by_route_method_and_status)
{
    metrics_count_reply(metrics, &routes[1], METHOD_GET, 200, 10);
    metrics_count_reply(metrics, &routes[1], METHOD_GET, 200, 10);
    metrics_count_reply(metrics, &routes[1], METHOD_HEAD, 304, 10);
    metrics_count_reply(metrics, &routes[2], METHOD_POST, 422, 10);
    metrics_count_reply(metrics, NULL, METHOD_POST, 404, 10);
#define REQUESTS "recueil_http_requests_total"
    VALUE_IS(REQUESTS "{route=\"/{collectivity}/{survey}\",method=\"GET\",status=\"200\"}", 2);
    VALUE_IS(REQUESTS "{route=\"/{collectivity}/{survey}\",method=\"HEAD\",status=\"304\"}", 1);
    VALUE_IS(REQUESTS "{route=\"/{collectivity}/{survey}\",method=\"POST\",status=\"422\"}", 1);
    VALUE_IS(REQUESTS "{route=\"none\",method=\"POST\",status=\"404\"}", 1);
    IS_ABSENT(REQUESTS "{route=\"/livez\",method=\"GET\",status=\"200\"}");
}

Test(metrics, counts_a_status_it_does_not_know_as_another)
{
    const int statuses[] = {-1, 0, 199, 299, 599, 600, 99999};
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++)
        metrics_count_reply(metrics, &routes[0], METHOD_NONE, statuses[i], 1);
    VALUE_IS(REQUESTS "{route=\"/livez\",method=\"other\",status=\"other\"}", 7);
}

Test(metrics, puts_each_time_under_the_first_bound_that_is_not_below_it)
{
#define TIME "recueil_http_request_duration_seconds"
#define FORM "route=\"/{collectivity}/{survey}\",method=\"POST\""
    metrics_count_reply(metrics, &routes[2], METHOD_POST, 201, 0);
    metrics_count_reply(metrics, &routes[2], METHOD_POST, 201, 500);
    metrics_count_reply(metrics, &routes[2], METHOD_POST, 201, 501);
    metrics_count_reply(metrics, &routes[2], METHOD_POST, 201, 10000001);
    VALUE_IS(TIME "_bucket{" FORM ",le=\"0.0005\"}", 2);
    VALUE_IS(TIME "_bucket{" FORM ",le=\"0.001\"}", 3);
    VALUE_IS(TIME "_bucket{" FORM ",le=\"10\"}", 3);
    VALUE_IS(TIME "_bucket{" FORM ",le=\"+Inf\"}", 4);
    VALUE_IS(TIME "_count{" FORM "}", 4);
    VALUE_IS(TIME "_sum{" FORM "}", 10.001002);
    IS_ABSENT(TIME "_count{route=\"/livez\",method=\"GET\"}");
}

Test(metrics, counts_a_refusal_without_a_time)
{
    metrics_count_refusal(metrics, &routes[2], METHOD_POST, 413);
    metrics_count_refusal(metrics, NULL, METHOD_NONE, 400);
    VALUE_IS(REQUESTS "{route=\"/{collectivity}/{survey}\",method=\"POST\",status=\"413\"}", 1);
    VALUE_IS(REQUESTS "{route=\"none\",method=\"other\",status=\"400\"}", 1);
    IS_ABSENT(TIME "_count{" FORM "}");
}

Test(metrics, counts_nothing_where_nobody_wants_it)
{
    metrics_count_reply(NULL, &routes[0], METHOD_GET, 200, 1);
    metrics_count_refusal(NULL, NULL, METHOD_NONE, 400);
    metrics_count_submission(NULL, 5, OUTCOME_STORED);
    metrics_destroy(NULL);
}

// -- Surveys --

// One collectivity with surveys named a-0, a-1, …, as far as the counters look at it.
struct published {
    struct survey *surveys;
    struct edition_survey *versions;
    struct collectivity collectivity;
    struct edition edition, *items[1];
    struct editions editions;
};

static struct published *publish(const char *slug, size_t count)
{
    struct published *published = calloc(1, sizeof *published);
    published->surveys = calloc(count, sizeof *published->surveys);
    published->versions = calloc(count, sizeof *published->versions);
    for (size_t i = 0; i < count; i++) {
        published->surveys[i].slug = memory_format("a-%zu", i);
        published->versions[i].survey = &published->surveys[i];
    }
    published->collectivity.slug = memory_copy_text(slug);
    published->edition = (struct edition){.collectivity = &published->collectivity,
                                          .surveys = published->versions,
                                          .survey_count = count};
    published->items[0] = &published->edition;
    published->editions = (struct editions){published->items, 1};
    metrics_number_surveys(metrics, &published->editions);
    return published;
}

static void withdraw(struct published *published)
{
    for (size_t i = 0; i < published->edition.survey_count; i++)
        free(published->surveys[i].slug);
    free(published->surveys);
    free(published->versions);
    free(published->collectivity.slug);
    free(published);
}

#define SUBMISSIONS "recueil_submissions_total"

Test(metrics, counts_submissions_by_survey_and_outcome)
{
    struct published *published = publish("casud", 2);
    metrics_count_submission(metrics, published->versions[0].tally, OUTCOME_STORED);
    metrics_count_submission(metrics, published->versions[0].tally, OUTCOME_STORED);
    metrics_count_submission(metrics, published->versions[1].tally, OUTCOME_SPOOLED);
    metrics_count_submission(metrics, published->versions[1].tally, OUTCOME_UNFIT);
    VALUE_IS(SUBMISSIONS "{collectivity=\"casud\",survey=\"a-0\",outcome=\"stored\"}", 2);
    VALUE_IS(SUBMISSIONS "{collectivity=\"casud\",survey=\"a-0\",outcome=\"spooled\"}", 0);
    VALUE_IS(SUBMISSIONS "{collectivity=\"casud\",survey=\"a-1\",outcome=\"spooled\"}", 1);
    VALUE_IS(SUBMISSIONS "{collectivity=\"casud\",survey=\"a-1\",outcome=\"unfit\"}", 1);
    withdraw(published);
}

Test(metrics, names_each_outcome_once)
{
    static const char *const names[] = {"stored",    "spooled", "replayed",    "conflict",
                                        "gone",      "refused", "unavailable", "malformed",
                                        "too_large", "unfit"};
    struct published *published = publish("casud", 1);
    for (int i = 0; i < OUTCOME_COUNT; i++)
        for (int times = 0; times <= i; times++)
            metrics_count_submission(metrics, published->versions[0].tally,
                                     (enum metrics_outcome)i);
    for (size_t i = 0; i < OUTCOME_COUNT; i++) {
        char series[200];
        (void)snprintf(series, sizeof series,
                       SUBMISSIONS "{collectivity=\"casud\",survey=\"a-0\",outcome=\"%s\"}",
                       names[i]);
        VALUE_IS(series, (double)(i + 1));
    }
    withdraw(published);
}

Test(metrics, keeps_a_survey_s_counters_through_publications)
{
    struct published *first = publish("casud", 2);
    uint32_t tally = first->versions[1].tally;
    metrics_count_submission(metrics, tally, OUTCOME_STORED);
    struct published *second = publish("casud", 3);
    cr_expect_eq(second->versions[1].tally, tally);
    metrics_count_submission(metrics, tally, OUTCOME_STORED); // of an exchange that began before
    metrics_count_submission(metrics, second->versions[1].tally, OUTCOME_STORED);
    VALUE_IS(SUBMISSIONS "{collectivity=\"casud\",survey=\"a-1\",outcome=\"stored\"}", 3);
    withdraw(first);
    withdraw(second);
}

Test(metrics, tells_the_same_survey_of_two_collectivities_apart)
{
    struct published *casud = publish("casud", 1);
    struct published *other = publish("civis", 1);
    metrics_count_submission(metrics, casud->versions[0].tally, OUTCOME_STORED);
    VALUE_IS(SUBMISSIONS "{collectivity=\"casud\",survey=\"a-0\",outcome=\"stored\"}", 1);
    VALUE_IS(SUBMISSIONS "{collectivity=\"civis\",survey=\"a-0\",outcome=\"stored\"}", 0);
    withdraw(casud);
    withdraw(other);
}

Test(metrics, gives_no_more_surveys_a_name_than_its_limit)
{
    struct published *many = publish("casud", METRICS_SURVEYS_LIMIT + 2);
    cr_expect_neq(many->versions[METRICS_SURVEYS_LIMIT - 1].tally, 0);
    cr_expect_eq(many->versions[METRICS_SURVEYS_LIMIT].tally, 0);
    IS_ABSENT(SUBMISSIONS "{collectivity=\"\",survey=\"\",outcome=\"stored\"}");
    metrics_count_submission(metrics, many->versions[METRICS_SURVEYS_LIMIT].tally, OUTCOME_STORED);
    metrics_count_submission(metrics, many->versions[METRICS_SURVEYS_LIMIT + 1].tally,
                             OUTCOME_STORED);
    VALUE_IS(SUBMISSIONS "{collectivity=\"\",survey=\"\",outcome=\"stored\"}", 2);
    withdraw(many);
}

// -- What others count --

Test(metrics, tells_what_the_spool_the_store_and_the_listener_count)
{
    reading = (struct metrics_reading){
        .spool = {.waiting = 7,
                  .bytes = 8192,
                  .oldest_us = 1000000,
                  .damaged_files = 2,
                  .written = 9,
                  .confirmed = 2,
                  .full = 3,
                  .failed = 4},
        .store = {.results = {[STORE_SPOOLED] = 5},
                  .drained = 6,
                  .quarantined = 1,
                  .unacknowledged = 8,
                  .queued = 11,
                  .owed = 12,
                  .database_up = true,
                  .last_drained_us = 1500000},
        .listener = {.accepted = 20, .refused_cap = 1, .connections = {.head_refused = 3}},
        .process = {.resident_bytes = 33554432, .descriptors = 40, .cpu_seconds = 1.5},
        .connections = 13,
        .collectivities = 1,
        .surveys = 2,
        .now_us = 4000000,
    };
    VALUE_IS("recueil_spool_items", 7);
    VALUE_IS("recueil_spool_bytes", 8192);
    VALUE_IS("recueil_spool_oldest_age_seconds", 3);
    VALUE_IS("recueil_spool_files{place=\"damaged\"}", 2);
    VALUE_IS("recueil_spool_written_total", 9);
    VALUE_IS("recueil_spool_confirmed_total", 2);
    VALUE_IS("recueil_spool_write_failures_total{reason=\"full\"}", 3);
    VALUE_IS("recueil_spool_write_failures_total{reason=\"disk\"}", 4);
    VALUE_IS("recueil_spool_drained_total", 6);
    VALUE_IS("recueil_spool_quarantined_total", 1);
    VALUE_IS("recueil_spool_drained_time_seconds", 1.5);
    VALUE_IS("recueil_store_results_total{result=\"spooled\"}", 5);
    VALUE_IS("recueil_store_queued_submissions", 11);
    VALUE_IS("recueil_store_owed_submissions", 12);
    VALUE_IS("recueil_acknowledged_write_failures_total", 8);
    VALUE_IS("recueil_database_up", 1);
    VALUE_IS("recueil_database_synced", 0);
    VALUE_IS("recueil_http_connections", 13);
    VALUE_IS("recueil_http_connections_total", 20);
    VALUE_IS("recueil_http_refusals_total{reason=\"connection_limit\"}", 1);
    VALUE_IS("recueil_http_refusals_total{reason=\"head\"}", 3);
    VALUE_IS("recueil_process_resident_memory_bytes", 33554432);
    VALUE_IS("recueil_process_open_descriptors", 40);
    VALUE_IS("recueil_process_cpu_seconds_total", 1.5);
    VALUE_IS("recueil_publications_collectivities", 1);
    VALUE_IS("recueil_publications_surveys", 2);
    VALUE_IS("recueil_build_info{version=\"" RECUEIL_VERSION "\"}", 1);
}

Test(metrics, tells_batches_as_a_histogram)
{
    reading = (struct metrics_reading){
        .store = {.batches = {4, 3, 2, 0, 0, 0, 0, 0, 1}, .batch_rows = 500}};
    VALUE_IS("recueil_store_batch_rows_bucket{le=\"1\"}", 4);
    VALUE_IS("recueil_store_batch_rows_bucket{le=\"2\"}", 7);
    VALUE_IS("recueil_store_batch_rows_bucket{le=\"128\"}", 9);
    VALUE_IS("recueil_store_batch_rows_bucket{le=\"+Inf\"}", 10);
    VALUE_IS("recueil_store_batch_rows_count", 10);
    VALUE_IS("recueil_store_batch_rows_sum", 500);
}

Test(metrics, says_no_age_where_nothing_waits_or_the_clock_went_back)
{
    reading = (struct metrics_reading){.now_us = 5000000};
    VALUE_IS("recueil_spool_oldest_age_seconds", 0);
    reading.spool.oldest_us = 6000000;
    VALUE_IS("recueil_spool_oldest_age_seconds", 0);
}

Test(metrics, tells_large_counts_exactly)
{
    reading.spool.written = UINT64_MAX;
    cr_assert_not_null(strstr(written(), "recueil_spool_written_total 18446744073709551615\n"));
}

Test(process, knows_its_own_figures)
{
    struct process_figures before;
    struct process_figures after;
    process_read(&before);
    FILE *file = fopen("/dev/null", "r");
    process_read(&after);
    cr_expect_gt(before.resident_bytes, 100000);
    cr_expect_geq(before.descriptors, 3);
    cr_expect_eq(after.descriptors, before.descriptors + 1);
    cr_expect_geq(before.descriptors_limit, before.descriptors);
    cr_expect_gt(after.cpu_seconds, 0);
    fclose(file);
}
