// Answers GET /livez (the loop turns) and GET /readyz (a submission can be promised).
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

// Why nothing could be promised now; NULL where it could.
static const char *find_hindrance(const struct service *service)
{
    if (service->stopping)
        return "recueild is stopping";
    if (publications_editions(service->publications) == NULL)
        return "nothing published is known yet: see that the database answers and that recueil "
               "publish was run";
    if (!store_available(service->store))
        return "neither the database nor the spool takes submissions: see the log";
    return NULL;
}

// Without its database it is ready all the same while the spool takes submissions: taken out of
// service then, nobody could send any.
void health_ready(struct exchange *exchange)
{
    const char *hindrance = find_hindrance(exchange->service);
    if (hindrance == NULL)
        reply_state(exchange, 200, "{\"status\":\"ok\"}\n");
    else
        reply_state(exchange, 503,
                    exchange_format(exchange, "{\"status\":\"unavailable\",\"reason\":\"%s\"}\n",
                                    hindrance));
}
