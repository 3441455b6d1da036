// SPDX-License-Identifier: Apache-2.0
#include "daemon/metrics/metrics.h"

#include "config/calendar.h"
#include "daemon/metrics/counters.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

const uint16_t counted_statuses[] = {200, 201, 202, 204, 301, 302, 303, 304, 308, 400,
                                     401, 403, 404, 405, 408, 409, 410, 411, 413, 415,
                                     417, 422, 429, 431, 500, 501, 503, 505};
const size_t counted_status_count = sizeof counted_statuses / sizeof counted_statuses[0];

_Static_assert(sizeof counted_statuses / sizeof counted_statuses[0] < STATUS_SLOTS,
               "the statuses and the other ones have a slot each");

const uint32_t latency_bounds_us[LATENCY_BOUNDS] = {500,     1000,    2500,    5000,    10000,
                                                    25000,   50000,   100000,  250000,  500000,
                                                    1000000, 2500000, 5000000, 10000000};

struct metrics *metrics_create(const struct route *routes, size_t count)
{
    struct metrics *metrics = memory_allocate(sizeof *metrics);
    metrics->routes = routes;
    metrics->route_count = count;
    metrics->by_route = memory_allocate((count + 1) * sizeof metrics->by_route[0]);
    metrics->by_tally = memory_allocate(sizeof metrics->by_tally[0]);
    metrics->tally_count = 1;
    metrics->began_us = instant_now();
    memset(metrics->status_slots, (int)counted_status_count, sizeof metrics->status_slots);
    for (size_t i = 0; i < counted_status_count; i++)
        metrics->status_slots[counted_statuses[i]] = (uint8_t)i;
    return metrics;
}

void metrics_destroy(struct metrics *metrics)
{
    if (metrics == NULL)
        return;
    for (size_t i = 0; i < metrics->tally_count; i++) {
        free(metrics->by_tally[i].collectivity);
        free(metrics->by_tally[i].survey);
    }
    free(metrics->by_tally);
    free(metrics->by_route);
    free(metrics);
}

// -- Requests --

static struct route_counters *counters_of(struct metrics *metrics, const struct route *route)
{
    size_t index = route == NULL ? metrics->route_count : (size_t)(route - metrics->routes);
    assert(index <= metrics->route_count);
    return &metrics->by_route[index];
}

static void count_status(const struct metrics *metrics, struct route_counters *counters,
                         enum method method, int status)
{
    bool known = status >= 0 && status < STATUSES_END;
    size_t slot = known ? metrics->status_slots[status] : counted_status_count;
    counters->replies[method][slot]++;
}

static void count_time(struct latency *latency, uint64_t taken_us)
{
    size_t bucket = 0;
    while (bucket < LATENCY_BOUNDS && taken_us > latency_bounds_us[bucket])
        bucket++;
    latency->buckets[bucket]++;
    latency->sum_us += taken_us;
}

void metrics_count_reply(struct metrics *metrics, const struct route *route, enum method method,
                         int status, uint64_t taken_us)
{
    if (metrics == NULL)
        return;
    struct route_counters *counters = counters_of(metrics, route);
    count_status(metrics, counters, method, status);
    count_time(&counters->latency, taken_us);
}

void metrics_count_refusal(struct metrics *metrics, const struct route *route, enum method method,
                           int status)
{
    if (metrics != NULL)
        count_status(metrics, counters_of(metrics, route), method, status);
}

// -- Submissions --

static uint32_t find_tally(const struct metrics *metrics, const char *collectivity,
                           const char *survey)
{
    for (size_t i = 1; i < metrics->tally_count; i++)
        if (strcmp(metrics->by_tally[i].collectivity, collectivity) == 0 &&
            strcmp(metrics->by_tally[i].survey, survey) == 0)
            return (uint32_t)i;
    return 0;
}

static uint32_t add_tally(struct metrics *metrics, const char *collectivity, const char *survey)
{
    if (metrics->tally_count > METRICS_SURVEYS_LIMIT)
        return 0;
    metrics->by_tally =
        memory_resize(metrics->by_tally, (metrics->tally_count + 1) * sizeof metrics->by_tally[0]);
    metrics->by_tally[metrics->tally_count] = (struct survey_counters){
        .collectivity = memory_copy_text(collectivity), .survey = memory_copy_text(survey)};
    return (uint32_t)metrics->tally_count++;
}

static void number_surveys_of(struct metrics *metrics, struct edition *edition)
{
    const char *collectivity = edition->collectivity->slug;
    for (size_t i = 0; i < edition->survey_count; i++) {
        struct edition_survey *survey = &edition->surveys[i];
        survey->tally = find_tally(metrics, collectivity, survey->survey->slug);
        if (survey->tally == 0)
            survey->tally = add_tally(metrics, collectivity, survey->survey->slug);
    }
}

void metrics_number_surveys(struct metrics *metrics, const struct editions *editions)
{
    for (size_t i = 0; metrics != NULL && i < editions->count; i++)
        number_surveys_of(metrics, editions->items[i]);
}

void metrics_count_submission(struct metrics *metrics, uint32_t tally, enum metrics_outcome outcome)
{
    if (metrics == NULL)
        return;
    assert(tally < metrics->tally_count);
    metrics->by_tally[tally].outcomes[outcome]++;
}
