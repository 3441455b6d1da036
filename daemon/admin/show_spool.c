// Answers GET /spool?after=GENERATION.POSITION&limit=N: the submissions that are in the spool, a
// page at a time, for `recueil audit`. `next` goes into `after`; null: that was all.
//
// SPDX-License-Identifier: Apache-2.0
#include "config/memory_stream.h"
#include "daemon/actions/service.h"
#include "daemon/admin/admin_actions.h"
#include "daemon/admin/listed.h"
#include "daemon/http/negotiation.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { LIMIT_INITIAL = 1000, LIMIT_MOST = 5000, NUMBER_SIZE = 24 };

// The whole text is one decimal number that fits.
static bool read_number(const char *text, size_t size, int64_t *number)
{
    char copy[NUMBER_SIZE];
    char *end = NULL;
    size_t digits = size > 0 && text[0] == '-' ? size - 1 : size;
    if (size >= sizeof copy || digits == 0)
        return false;
    memcpy(copy, text, size);
    copy[size] = '\0';
    if (strspn(copy + (size - digits), "0123456789") != digits)
        return false;
    errno = 0;
    *number = strtoll(copy, &end, 10);
    return errno == 0;
}

static bool read_cursor(struct slice given, struct spool_cursor *cursor)
{
    if (given.size == 0)
        return true;
    const char *dot = memchr(given.at, '.', given.size);
    if (dot == NULL)
        return false;
    size_t before = (size_t)(dot - given.at);
    return read_number(given.at, before, &cursor->generation) &&
           read_number(dot + 1, given.size - before - 1, &cursor->position);
}

static bool read_limit(struct slice given, int64_t *limit)
{
    *limit = LIMIT_INITIAL;
    if (given.size == 0)
        return true;
    return read_number(given.at, given.size, limit) && *limit >= 1 && *limit <= LIMIT_MOST;
}

static void refuse(struct exchange *exchange)
{
    static const char body[] =
        "{\"type\":\"about:blank\",\"title\":\"Bad Request\",\"status\":400,\"detail\":"
        "\"after is the next of another page, limit a whole number from 1 to 5000\"}\n";
    const struct exchange_reply reply = {
        .status = 400,
        .content_type = "application/problem+json",
        .body = body,
        .size = sizeof body - 1,
    };
    exchange_reply(exchange, &reply);
}

static void write_page(struct spool *spool, struct spool_cursor *cursor, size_t limit, FILE *out)
{
    struct spool_counts counts;
    struct spool_listed *listed = memory_allocate(limit * sizeof *listed);
    size_t count = spool_list(spool, cursor, listed, limit);
    spool_read_counts(spool, &counts);
    (void)fprintf(out, "{\"waiting\":%" PRId64 ",\"damaged\":%" PRId64 ",\"next\":", counts.waiting,
                  counts.damaged_files);
    if (count == limit)
        (void)fprintf(out, "\"%" PRId64 ".%" PRId64 "\"", cursor->generation, cursor->position);
    else
        (void)fputs("null", out);
    (void)fputs(",\"items\":[", out);
    for (size_t i = 0; i < count; i++) {
        (void)fputs(i == 0 ? "\n" : ",\n", out);
        listed_write(&listed[i], out);
    }
    (void)fputs("]}\n", out);
    free(listed);
}

void show_spool(struct exchange *exchange)
{
    struct spool_cursor cursor = {0};
    int64_t limit;
    struct memory_stream stream;
    if (!read_cursor(negotiation_query(exchange->head, "after"), &cursor) ||
        !read_limit(negotiation_query(exchange->head, "limit"), &limit)) {
        refuse(exchange);
        return;
    }
    write_page(exchange->service->spool, &cursor, (size_t)limit, memory_stream_open(&stream));
    memory_stream_close(&stream);
    const struct exchange_reply reply = {
        .status = 200,
        .content_type = "application/json",
        .body = stream.text,
        .size = stream.size,
        .more_head = "Cache-Control: no-store\r\n",
    };
    exchange_reply(exchange, &reply);
    free(stream.text);
}
