// Answers POST /v1/{collectivity}/surveys/{survey}/submissions: one submission, as JSON.
//
//   submit -> (store) -> on_submission_stored -> reply
//
// SPDX-License-Identifier: Apache-2.0
#include "daemon/actions/submit.h"

#include "config/calendar.h"
#include "config/receipt.h"
#include "daemon/actions/actions.h"
#include "daemon/actions/service.h"
#include "daemon/intake/submission_body.h"
#include "daemon/pages/problem.h"

struct pending {
    struct exchange *exchange;
    struct submission row;
    struct store_item item;
};

static void on_submission_stored(void *context, enum store_result result);

static const struct {
    enum problem problem;
    enum metrics_outcome outcome;
} verdicts[] = {
    [INTAKE_MALFORMED] = {PROBLEM_MALFORMED, OUTCOME_MALFORMED},
    [INTAKE_TOO_LARGE] = {PROBLEM_TOO_LARGE, OUTCOME_TOO_LARGE},
    [INTAKE_REFUSED] = {PROBLEM_REFUSED, OUTCOME_UNFIT},
};

enum problem submit_verdict_problem(enum intake_verdict verdict)
{
    return verdicts[verdict].problem;
}

enum metrics_outcome submit_verdict_outcome(enum intake_verdict verdict)
{
    return verdicts[verdict].outcome;
}

static const struct {
    int status;
    enum problem problem;
} results[] = {
    [STORE_STORED] = {201, PROBLEM_COUNT},      [STORE_REPLAYED] = {200, PROBLEM_COUNT},
    [STORE_CONFLICT] = {409, PROBLEM_CONFLICT}, [STORE_GONE] = {410, PROBLEM_WITHDRAWN},
    [STORE_REFUSED] = {422, PROBLEM_REFUSED},   [STORE_UNAVAILABLE] = {503, PROBLEM_UNAVAILABLE},
    [STORE_SPOOLED] = {202, PROBLEM_COUNT},
};

int submit_result_status(enum store_result result)
{
    return results[result].status;
}

enum problem submit_result_problem(enum store_result result)
{
    return results[result].problem;
}

void submit_refuse(struct exchange *exchange, enum intake_verdict verdict, bool has_id,
                   const struct uuid *id, const struct refusals *refusals)
{
    char text[UUID_TEXT_SIZE];
    service_count(exchange, submit_verdict_outcome(verdict));
    uuid_write(id, text);
    problem_reply(exchange, submit_verdict_problem(verdict), has_id ? text : NULL, refusals);
}

bool submit_slows_down(struct exchange *exchange)
{
    unsigned wait_s = service_slows_down(exchange);
    if (wait_s > 0)
        problem_reply_with(exchange, PROBLEM_TOO_MANY,
                           exchange_format(exchange, "Retry-After: %u\r\n", wait_s));
    return wait_s > 0;
}

void submit(struct exchange *exchange)
{
    if (!service_find_survey(exchange) || !service_admits(exchange) || submit_slows_down(exchange))
        return;
    struct service *service = exchange->service;
    const struct intake intake = {
        .edition = exchange->edition,
        .survey = exchange->survey,
        .secret = service->secret,
        .language = exchange->language,
        .entry = vocabulary_word(VOCABULARY_ENTRY, 3), // api
        .now_us = instant_now(),
    };
    static struct refusals refusals; // large, and of no use after this turn
    struct pending *pending = arena_take(exchange->arena, sizeof *pending);
    bool has_id;
    enum intake_verdict verdict =
        submission_read(&intake, exchange->body, exchange->body_size, exchange->arena,
                        &pending->row, &has_id, &refusals);
    if (verdict != INTAKE_FITS) {
        submit_refuse(exchange, verdict, has_id, &pending->row.id, &refusals);
        return;
    }
    pending->exchange = exchange;
    pending->item =
        (struct store_item){.row = &pending->row, .done = on_submission_stored, .context = pending};
    store_submit(service->store, &pending->item);
}

static void on_submission_stored(void *context, enum store_result result)
{
    struct pending *pending = context;
    struct exchange *exchange = pending->exchange;
    char id[UUID_TEXT_SIZE];
    char receipt[RECEIPT_SIZE];
    service_count(exchange, (enum metrics_outcome)result);
    uuid_write(&pending->row.id, id);
    if (results[result].problem != PROBLEM_COUNT) {
        problem_reply(exchange, results[result].problem, id, NULL);
        return;
    }
    receipt_write(exchange->service->secret, exchange->edition->collectivity->slug,
                  &pending->row.id, pending->row.content_hash, receipt);
    char body[96];
    int size = snprintf(body, sizeof body, "{\"id\":\"%s\",\"receipt\":\"%s\"}\n", id, receipt);
    const struct exchange_reply reply = {
        .status = results[result].status,
        .content_type = "application/json",
        .body = body,
        .size = (size_t)size,
        .more_head = "Cache-Control: no-store\r\n",
    };
    exchange_reply(exchange, &reply);
}
