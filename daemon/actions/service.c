// SPDX-License-Identifier: Apache-2.0
#include "daemon/actions/service.h"

#include "config/calendar.h"
#include "daemon/http/client_address.h"
#include "daemon/http/listener.h"
#include "daemon/pages/problem.h"

#include <string.h>
#include <time.h>

bool service_take_only(struct exchange *exchange)
{
    const struct editions *editions = publications_editions(exchange->service->publications);
    if (editions == NULL || editions->count != 1 || exchange->edition != NULL)
        return false;
    exchange->edition = edition_hold(editions->items[0]);
    return true;
}

static void refuse_unknown(struct exchange *exchange)
{
    (void)service_take_only(exchange);
    problem_reply(exchange, PROBLEM_UNKNOWN, NULL, NULL);
}

bool service_find_collectivity(struct exchange *exchange)
{
    const struct editions *editions = publications_editions(exchange->service->publications);
    if (editions == NULL) {
        problem_reply(exchange, PROBLEM_NOT_READY, NULL, NULL);
        return false;
    }
    struct slice slug = exchange->parameters[0];
    struct edition *edition = editions_find(editions, slug.at, slug.size);
    if (edition == NULL) {
        refuse_unknown(exchange);
        return false;
    }
    exchange->edition = edition_hold(edition);
    return true;
}

bool service_find_survey(struct exchange *exchange)
{
    if (!service_find_collectivity(exchange))
        return false;
    struct slice slug = exchange->parameters[1];
    exchange->survey = edition_survey(exchange->edition, slug.at, slug.size);
    if (exchange->survey == NULL) {
        refuse_unknown(exchange);
        return false;
    }
    return true;
}

bool service_admits(struct exchange *exchange)
{
    const struct survey *survey = exchange->survey->survey;
    int32_t today = collectivity_day(exchange->edition->collectivity, instant_now());
    enum survey_opening opening = survey_opening(survey, today);
    if (opening == SURVEY_OPEN && strcmp(survey->access, "open") == 0)
        return true;
    problem_reply(exchange,
                  opening == SURVEY_NOT_OPEN_YET ? PROBLEM_NOT_OPEN
                  : opening == SURVEY_CLOSED     ? PROBLEM_CLOSED
                                                 : PROBLEM_INVITATION,
                  NULL, NULL);
    return false;
}

static int64_t monotonic_us(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

unsigned service_slows_down(const struct exchange *exchange)
{
    struct service *service = exchange->service;
    struct sockaddr_storage peer;
    struct sockaddr_storage address;
    connection_peer(exchange->connection, &peer);
    if (!client_address(exchange->head, (const struct sockaddr *)&peer,
                        listener_exempted(exchange->connection), &address))
        return 0;
    return allowances_take(exchange_pool_allowances(service->pool),
                           (const struct sockaddr *)&address,
                           (uint32_t)service->settings->submissions_per_minute, monotonic_us());
}

bool service_key_opens(const struct edition *edition, const char *token, size_t size)
{
    unsigned char hash[KEY_HASH_BYTES];
    bool opens = false;
    secret_digest(token, size, hash);
    for (size_t i = 0; i < edition->key_count; i++)
        opens |= secret_equal(hash, edition->keys[i].hash, KEY_HASH_BYTES);
    return opens;
}

void service_count(const struct exchange *exchange, enum metrics_outcome outcome)
{
    metrics_count_submission(exchange->service->metrics, exchange->survey->tally, outcome);
}
