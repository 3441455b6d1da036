// Answers GET /livez (the loop turns) and GET /readyz (a submission can be stored).
//
// SPDX-License-Identifier: Apache-2.0
#include "daemon/actions/actions.h"
#include "daemon/actions/service.h"

#include <string.h>

static void reply_state(struct exchange *exchange, int status, const char *body)
{
    const struct exchange_reply reply = {
        .status = status,
        .content_type = "application/json",
        .body = body,
        .size = strlen(body),
        .more_head = status == 200 ? "Cache-Control: no-store\r\n"
                                   : "Cache-Control: no-store\r\nRetry-After: 5\r\n",
    };
    exchange_reply(exchange, &reply);
}

void health_live(struct exchange *exchange)
{
    reply_state(exchange, 200, "{\"status\":\"ok\"}\n");
}

void health_ready(struct exchange *exchange)
{
    const struct service *service = exchange->service;
    bool database = store_available(service->store);
    bool published = publications_editions(service->publications) != NULL;
    bool ready = database && published;
    reply_state(exchange, ready ? 200 : 503,
                exchange_format(exchange, "{\"status\":\"%s\",\"database\":%s,\"published\":%s}\n",
                                ready ? "ok" : "unavailable", database ? "true" : "false",
                                published ? "true" : "false"));
}
