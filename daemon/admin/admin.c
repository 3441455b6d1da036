// SPDX-License-Identifier: Apache-2.0
#include "daemon/admin/admin.h"

#include "daemon/actions/actions.h"
#include "daemon/admin/admin_actions.h"
#include "daemon/http/listener.h"
#include "daemon/pages/problem.h"

#include <stdlib.h>
#include <string.h>

static const struct route admin_routes[] = {
    {METHOD_GET, "/metrics", show_metrics, .meaning = "figures for Prometheus"},
    {METHOD_GET, "/spool", show_spool, .meaning = "what waits in the spool"},
    {METHOD_GET, "/status", show_status, .meaning = "the state of the daemon"},
    {METHOD_GET, "/livez", health_live, .meaning = "the loop turns"},
    {METHOD_GET, "/readyz", health_ready, .meaning = "a submission can be promised"},
};
enum { ROUTE_COUNT = sizeof admin_routes / sizeof admin_routes[0] };

struct admin {
    struct service *service;
    struct exchange_pool *pool;
    struct listener *listener;
};

static struct route_match match_head(const struct head *head)
{
    return route_find(admin_routes, ROUTE_COUNT, head->method, head->path);
}

// Nothing here takes a body.
static int on_head(void *context, const struct head *head)
{
    (void)context;
    (void)head;
    return 0;
}

static void refuse_method(struct exchange *exchange)
{
    char allowed[40];
    if (!exchange->path_known) {
        problem_reply(exchange, PROBLEM_UNKNOWN, NULL, NULL);
        return;
    }
    route_allowed(admin_routes, ROUTE_COUNT, exchange->head->path, allowed, sizeof allowed);
    problem_reply_with(exchange, PROBLEM_METHOD,
                       exchange_format(exchange, "Allow: %s\r\n", allowed));
}

static void on_request(void *context, struct connection *connection, const struct request *request)
{
    struct admin *admin = context;
    struct route_match match = match_head(request->head);
    struct exchange *exchange =
        exchange_begin(admin->pool, connection, admin->service, request, &match);
    exchange->page = false; // no page is here
    if (match.route == NULL)
        refuse_method(exchange);
    else
        match.route->action(exchange);
}

static void on_refused(void *context, const struct head *head, int status, struct reply *reply)
{
    (void)context;
    (void)head;
    reply->content_type = "application/problem+json";
    reply->body = problem_wire_document(status);
    reply->size = strlen(reply->body);
}

static const struct connection_events admin_events = {on_head, on_request, on_refused};

struct admin *admin_open(struct event_base *base, struct service *service, int inherited_fd,
                         struct error *error)
{
    AUTO(admin) struct admin *admin = memory_allocate(sizeof *admin);
    struct listener_limits limits = listener_default_limits();
    limits.address = service->settings->admin_listen;
    limits.inherited_fd = inherited_fd;
    limits.connections = ADMIN_CONNECTIONS;
    limits.per_address = 0;
    admin->service = service;
    admin->pool = exchange_pool_create();
    admin->listener = listener_open(base, &limits, &admin_events, admin, error);
    return admin->listener == NULL ? NULL : TAKE(admin);
}

void admin_destroy(struct admin *admin)
{
    if (admin == NULL)
        return;
    listener_destroy(admin->listener);
    exchange_pool_destroy(admin->pool);
    free(admin);
}

int admin_port(const struct admin *admin)
{
    return listener_port(admin->listener);
}
