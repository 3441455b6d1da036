// Answers POST /v1/{collectivity}/surveys/{survey}/submissions/bulk: up to 1,000 submissions, one a
// line (NDJSON), a result a line, in the order of the lines. For paper forms, migration and
// demonstration.
//
//   submit_bulk -> read_some -> (loop) -> read_some … -> (store) -> on_line_stored …
//               -> reply when the last one is decided
//
// The lines are read a few milliseconds at a time: between two slices others are served.
//
// SPDX-License-Identifier: Apache-2.0
#include "config/calendar.h"
#include "config/memory_stream.h"
#include "config/receipt.h"
#include "daemon/actions/actions.h"
#include "daemon/actions/service.h"
#include "daemon/actions/submit.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LINES_LIMIT = 1000, LINE_LIMIT_BYTES = 64 * 1024, LINE_ERRORS = 10, SLICE_US = 5000 };

struct bulk;

struct line {
    struct bulk *bulk;
    size_t number; // from 1, blank lines counted
    int status;    // 0: not decided yet
    bool has_id;
    char *errors; // JSON array as text, in the arena; or NULL
    struct submission row;
    struct store_item item;
};

struct bulk {
    struct exchange *exchange;
    struct line *lines;
    size_t count, open; // open: not decided yet, plus one while the lines are read
    struct intake intake;
    const char *at, *end; // what is left to read, in the arena
    size_t number;        // of the line before it
};

static void read_some(struct bulk *bulk);
static void read_line(struct bulk *bulk, const char *text, size_t size);
static void on_line_stored(void *context, enum store_result result);
static void close_one(struct bulk *bulk);
static void reply_all(struct bulk *bulk);

// The line at *at, without its end (LF or CRLF, which is no part of what was received: a file that
// changed its line ends is sent again with the same content). Moves *at behind it; false at the
// end.
static bool next_line(const char **at, const char *end, const char **text, size_t *size)
{
    if (*at >= end)
        return false;
    const char *stop = memchr(*at, '\n', (size_t)(end - *at));
    *text = *at;
    *at = stop == NULL ? end : stop + 1;
    *size = (size_t)((stop == NULL ? end : stop) - *text);
    if (*size > 0 && (*text)[*size - 1] == '\r')
        (*size)--;
    return true;
}

static size_t count_lines(const char *body, size_t size)
{
    size_t count = 0;
    const char *text;
    size_t line_size;
    for (const char *at = body; next_line(&at, body + size, &text, &line_size);)
        count += line_size > 0;
    return count;
}

static struct bulk *begin(struct exchange *exchange, size_t count)
{
    struct bulk *bulk = arena_take(exchange->arena, sizeof *bulk);
    struct line *lines = arena_take(exchange->arena, (count + 1) * sizeof *lines);
    const char *body = arena_copy(exchange->arena, exchange->body, exchange->body_size);
    if (bulk == NULL || lines == NULL || body == NULL)
        return NULL;
    *bulk = (struct bulk){
        .exchange = exchange,
        .lines = lines,
        .open = 1,
        .intake =
            {
                .edition = exchange->edition,
                .survey = exchange->survey,
                .secret = exchange->service->secret,
                .language = exchange->language,
                .entry = vocabulary_word(VOCABULARY_ENTRY, 3), // api
                .keyed = true,
                .now_us = instant_now(),
            },
        .at = body,
        .end = body + exchange->body_size,
    };
    return bulk;
}

void submit_bulk(struct exchange *exchange)
{
    if (!service_find_survey(exchange))
        return;
    struct service *service = exchange->service;
    size_t count = count_lines(exchange->body, exchange->body_size);
    if (service->bulk_under_way || count > LINES_LIMIT) {
        problem_reply(exchange, count > LINES_LIMIT ? PROBLEM_TOO_LARGE : PROBLEM_BUSY, NULL, NULL);
        return;
    }
    struct bulk *bulk = begin(exchange, count);
    if (bulk == NULL) {
        problem_reply(exchange, PROBLEM_UNAVAILABLE, NULL, NULL);
        return;
    }
    service->bulk_under_way = true;
    read_some(bulk);
}

static int64_t monotonic_us(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void on_turn(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    read_some(context);
}

static void read_some(struct bulk *bulk)
{
    // Not 0: that would come before anybody else is looked at.
    static const struct timeval soon = {.tv_usec = 1};
    struct event_base *base = connection_base(bulk->exchange->connection);
    int64_t until_us = monotonic_us() + SLICE_US;
    const char *text;
    size_t size;
    while (next_line(&bulk->at, bulk->end, &text, &size)) {
        bulk->number++;
        if (size > 0)
            read_line(bulk, text, size);
        if (monotonic_us() >= until_us &&
            event_base_once(base, -1, EV_TIMEOUT, on_turn, bulk, &soon) == 0)
            return;
    }
    close_one(bulk);
}

// The first few: a thousand lines of fifty errors would be a reply of 8 MB.
static void keep_errors(struct line *line, struct refusals *refusals)
{
    if (refusals->count > LINE_ERRORS)
        refusals->count = LINE_ERRORS;
    json_t *errors = problem_errors(refusals);
    char *text = json_dumps(errors, JSON_COMPACT);
    line->errors = arena_copy(line->bulk->exchange->arena, text, strlen(text));
    free(text);
    json_decref(errors);
}

static void read_line(struct bulk *bulk, const char *text, size_t size)
{
    static struct refusals refusals;
    struct line *line = &bulk->lines[bulk->count++];
    *line = (struct line){.bulk = bulk, .number = bulk->number};
    if (size > LINE_LIMIT_BYTES) {
        line->status = problem_status(PROBLEM_TOO_LARGE);
        service_count(bulk->exchange, OUTCOME_TOO_LARGE);
        return;
    }
    enum intake_verdict verdict = submission_read(&bulk->intake, text, size, bulk->exchange->arena,
                                                  &line->row, &line->has_id, &refusals);
    if (verdict != INTAKE_FITS) {
        line->status = problem_status(submit_verdict_problem(verdict));
        keep_errors(line, &refusals);
        service_count(bulk->exchange, submit_verdict_outcome(verdict));
        return;
    }
    line->has_id = true;
    line->item = (struct store_item){.row = &line->row, .done = on_line_stored, .context = line};
    bulk->open++;
    store_submit(bulk->exchange->service->store, &line->item);
}

static void on_line_stored(void *context, enum store_result result)
{
    struct line *line = context;
    line->status = submit_result_status(result);
    service_count(line->bulk->exchange, (enum metrics_outcome)result);
    close_one(line->bulk);
}

static void close_one(struct bulk *bulk)
{
    if (--bulk->open == 0)
        reply_all(bulk);
}

// {"line":1,"status":201,"id":"…","receipt":"…"}: id, receipt and errors where there are any.
static void write_result(FILE *out, const struct line *line, struct exchange *exchange)
{
    (void)fprintf(out, "{\"line\":%zu,\"status\":%d", line->number, line->status);
    if (line->has_id) {
        char id[UUID_TEXT_SIZE];
        uuid_write(&line->row.id, id);
        (void)fprintf(out, ",\"id\":\"%s\"", id);
    }
    if (line->status == 200 || line->status == 201 || line->status == 202) {
        char receipt[RECEIPT_SIZE];
        receipt_write(exchange->service->secret, exchange->edition->collectivity->slug,
                      &line->row.id, line->row.content_hash, receipt);
        (void)fprintf(out, ",\"receipt\":\"%s\"", receipt);
    }
    if (line->errors != NULL)
        (void)fprintf(out, ",\"errors\":%s", line->errors);
    (void)fputs("}\n", out);
}

static void reply_all(struct bulk *bulk)
{
    struct exchange *exchange = bulk->exchange;
    struct memory_stream stream;
    FILE *out = memory_stream_open(&stream);
    for (size_t i = 0; i < bulk->count; i++)
        write_result(out, &bulk->lines[i], exchange);
    memory_stream_close(&stream);
    exchange->service->bulk_under_way = false;
    const struct exchange_reply reply = {
        .status = 200,
        .content_type = "application/x-ndjson",
        .body = stream.text,
        .size = stream.size,
        .more_head = "Cache-Control: no-store\r\n",
    };
    exchange_reply(exchange, &reply);
    free(stream.text);
}
