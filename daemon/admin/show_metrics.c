// Answers GET /metrics: the counter table, in Prometheus' text format.
//
// SPDX-License-Identifier: Apache-2.0
#include "config/calendar.h"
#include "config/memory_stream.h"
#include "daemon/actions/service.h"
#include "daemon/admin/admin_actions.h"

#include <stdlib.h>

static void count_published(const struct service *service, struct metrics_reading *reading)
{
    const struct editions *editions = publications_editions(service->publications);
    for (size_t i = 0; editions != NULL && i < editions->count; i++) {
        const struct edition *edition = editions->items[i];
        reading->collectivities++;
        for (size_t survey = 0; survey < edition->survey_count; survey++)
            reading->surveys += edition->surveys[survey].replaced_at_us == 0;
    }
}

static void read_all(const struct service *service, struct metrics_reading *reading)
{
    *reading = (struct metrics_reading){
        .connections = listener_connections(service->listener),
        .now_us = instant_now(),
    };
    store_read_counts(service->store, &reading->store);
    spool_read_counts(service->spool, &reading->spool);
    listener_read_counts(service->listener, &reading->listener);
    process_read(&reading->process);
    count_published(service, reading);
}

void show_metrics(struct exchange *exchange)
{
    struct metrics_reading reading;
    struct memory_stream stream;
    read_all(exchange->service, &reading);
    metrics_write(exchange->service->metrics, &reading, memory_stream_open(&stream));
    memory_stream_close(&stream);
    const struct exchange_reply reply = {
        .status = 200,
        .content_type = "text/plain; version=0.0.4; charset=utf-8",
        .body = stream.text,
        .size = stream.size,
        .more_head = "Cache-Control: no-store\r\n",
    };
    exchange_reply(exchange, &reply);
    free(stream.text);
}
