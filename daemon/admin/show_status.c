// Answers GET /status: how the daemon is, in one JSON object, for `recueil status`.
//
// SPDX-License-Identifier: Apache-2.0
#include "config/calendar.h"
#include "config/memory_stream.h"
#include "daemon/actions/service.h"
#include "daemon/admin/admin_actions.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *word(bool yes)
{
    return yes ? "true" : "false";
}

static int64_t seconds_since(int64_t began_s)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec - began_s;
}

static void write_spool(const struct spool_counts *spool, FILE *out)
{
    int64_t age_us = spool->oldest_us == 0 ? 0 : instant_now() - spool->oldest_us;
    (void)fprintf(out,
                  "\"spool\":{\"waiting\":%" PRId64 ",\"bytes\":%" PRId64
                  ",\"oldest_age_s\":%" PRId64 ",\"generations\":%" PRId64
                  ",\"damaged_files\":%" PRId64 ",\"kept_files\":%" PRId64 "}",
                  spool->waiting, spool->bytes, age_us < 0 ? 0 : age_us / 1000000,
                  spool->generations, spool->damaged_files, spool->kept_files);
}

static void write_drained(int64_t drained_us, FILE *out)
{
    char at[INSTANT_TEXT_SIZE];
    instant_write(drained_us, at);
    if (drained_us == 0)
        (void)fputs("\"last_drained_at\":null", out);
    else
        (void)fprintf(out, "\"last_drained_at\":\"%s\"", at);
}

static void write_status(const struct service *service, FILE *out)
{
    struct store_counts store;
    struct spool_counts spool;
    store_read_counts(service->store, &store);
    spool_read_counts(service->spool, &spool);
    (void)fprintf(out,
                  "{\"version\":\"%s\",\"pid\":%ld,\"uptime_s\":%" PRId64
                  ",\"stopping\":%s,\"queued\":%zu,\"owed\":%zu,\"database_up\":%s,"
                  "\"database_synced\":%s,",
                  RECUEIL_VERSION, (long)getpid(), seconds_since(service->began_s),
                  word(service->stopping), store.queued, store.owed, word(store.database_up),
                  word(store.database_synced));
    write_spool(&spool, out);
    (void)fputc(',', out);
    write_drained(store.last_drained_us, out);
    (void)fprintf(out, ",\"connections\":%ld}\n", listener_connections(service->listener));
}

void show_status(struct exchange *exchange)
{
    struct memory_stream stream;
    write_status(exchange->service, memory_stream_open(&stream));
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
