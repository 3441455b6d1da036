//   on_head (the head only): body limit, bulk key
//   on_request: route -> exchange -> checks of the head -> action
//
// SPDX-License-Identifier: Apache-2.0
#include "daemon/actions/routes.h"

#include "daemon/actions/actions.h"
#include "daemon/http/negotiation.h"
#include "daemon/pages/problem.h"

#include <string.h>
#include <strings.h>

enum { KIB = 1024, MIB = 1024 * KIB };

#define JSON "application/json"
#define NDJSON "application/x-ndjson"
#define FORM "application/x-www-form-urlencoded"

// Fixed paths come before patterns that would fit them too.
const struct route routes[] = {
    {METHOD_GET, "/livez", health_live, .meaning = "the loop turns"},
    {METHOD_GET, "/readyz", health_ready, .meaning = "a submission can be stored"},
    {METHOD_GET, "/", show_root, .page = true, .meaning = "to the only collectivity"},
    {METHOD_GET, "/v1/{collectivity}/surveys", list_surveys, .meaning = "the surveys"},
    {METHOD_GET, "/v1/{collectivity}/surveys/{survey}", show_survey,
     .meaning = "a survey's definition"},
    {METHOD_GET, "/v1/{collectivity}/procedures", show_procedures, .meaning = "the catalogue"},
    {METHOD_POST, "/v1/{collectivity}/surveys/{survey}/submissions", submit, 64 * KIB, JSON,
     .meaning = "store one submission"},
    {METHOD_POST, "/v1/{collectivity}/surveys/{survey}/submissions/bulk", submit_bulk, 4 * MIB,
     NDJSON, .bearer = true, .meaning = "store up to 1,000 submissions, one a line"},
    {METHOD_POST, "/v1/{collectivity}/submissions/{id}/withdrawal", withdraw, 4 * KIB, JSON,
     .meaning = "erase a submission, with its receipt"},
    {METHOD_GET, "/{collectivity}", show_list_slash, .page = true, .meaning = "to the list"},
    {METHOD_GET, "/{collectivity}/", show_list, .page = true, .meaning = "the open surveys"},
    {METHOD_GET, "/{collectivity}/style.css", show_style, .page = true,
     .meaning = "the style of pages"},
    {METHOD_GET, "/{collectivity}/logo.svg", show_logo, .page = true, .meaning = "the logo"},
    {METHOD_GET, "/{collectivity}/{survey}/style.css", show_survey_style, .page = true,
     .meaning = "the style of a form"},
    {METHOD_GET, "/{collectivity}/{survey}/thanks", show_thanks, .page = true,
     .meaning = "thanks and receipt"},
    {METHOD_GET, "/{collectivity}/{survey}", show_form, .page = true, .meaning = "the form"},
    {METHOD_POST, "/{collectivity}/{survey}", submit_form, 64 * KIB, FORM, .page = true,
     .meaning = "store what the form holds"},
};
const size_t route_count = sizeof routes / sizeof routes[0];

static bool type_fits(struct slice type, const char *wanted)
{
    size_t size = strlen(wanted);
    if (type.size < size || strncasecmp(type.at, wanted, size) != 0)
        return false;
    return type.size == size || type.at[size] == ';' || type.at[size] == ' ';
}

// The bulk key is looked at before the body: nobody without one makes the daemon take 4 MiB.
static bool key_fits(const struct service *service, const struct route_match *match,
                     const struct head *head)
{
    static const char scheme[] = "Bearer ";
    const struct editions *editions = publications_editions(service->publications);
    const struct slice *given = head_field(head, "authorization");
    struct slice slug = match->parameters[0];
    const struct edition *edition =
        editions == NULL ? NULL : editions_find(editions, slug.at, slug.size);
    if (edition == NULL || given == NULL || given->size <= sizeof scheme - 1 ||
        strncasecmp(given->at, scheme, sizeof scheme - 1) != 0)
        return false;
    return service_key_opens(edition, given->at + sizeof scheme - 1,
                             given->size - (sizeof scheme - 1));
}

static struct route_match match_head(const struct head *head)
{
    return route_find(routes, route_count, head->method, head->path);
}

static int on_head(void *context, const struct head *head)
{
    const struct service *service = context;
    struct route_match match = match_head(head);
    if (match.route == NULL)
        return 64 * KIB; // read it, so that the refusal can be a whole reply
    if (match.route->bearer && publications_editions(service->publications) == NULL)
        return -503;
    if (match.route->bearer && !key_fits(service, &match, head))
        return -401;
    return (int)match.route->body_limit;
}

// The collectivity that the path names, or else the only one; NULL when there is neither.
static struct edition *edition_of(const struct service *service, struct slice slug)
{
    const struct editions *editions = publications_editions(service->publications);
    if (editions == NULL)
        return NULL;
    struct edition *named = slug.size == 0 ? NULL : editions_find(editions, slug.at, slug.size);
    return named == NULL && editions->count == 1 ? editions->items[0] : named;
}

static void refuse_method(struct exchange *exchange)
{
    char allowed[40];
    struct edition *edition = edition_of(exchange->service, exchange->parameters[0]);
    if (edition != NULL)
        exchange->edition = edition_hold(edition);
    if (!exchange->path_known) {
        problem_reply(exchange, PROBLEM_UNKNOWN, NULL, NULL);
        return;
    }
    route_allowed(routes, route_count, exchange->head->path, allowed, sizeof allowed);
    problem_reply_with(exchange, PROBLEM_METHOD,
                       exchange_format(exchange, "Allow: %s\r\n", allowed));
}

static void on_request(void *context, struct connection *connection, const struct request *request)
{
    struct service *service = context;
    const struct head *head = request->head;
    struct route_match match = match_head(head);
    struct exchange *exchange = exchange_begin(service->pool, connection, service, request, &match);
    if (match.route == NULL)
        refuse_method(exchange);
    else if (match.route->bearer && !key_fits(service, &match, head))
        problem_reply(exchange, PROBLEM_KEY, NULL, NULL);
    else if (match.route->body_type != NULL &&
             !type_fits(head->content_type, match.route->body_type))
        problem_reply(exchange, PROBLEM_TYPE, NULL, NULL);
    else if (request->body_size > match.route->body_limit)
        problem_reply(exchange, PROBLEM_TOO_LARGE, NULL, NULL);
    else
        match.route->action(exchange);
}

// A person whose answer is too long reads why, as on every other page.
static void on_refused(void *context, const struct head *head, int status, struct reply *reply)
{
    struct route_match match = {0};
    const struct service *service = context;
    if (head != NULL)
        match = match_head(head);
    metrics_count_refusal(service->metrics, match.route, head == NULL ? METHOD_NONE : head->method,
                          status);
    if (head != NULL && negotiation_wants_page(head, match.page)) {
        bool asked;
        problem_wire_page(reply, status, edition_of(service, match.parameters[0]),
                          negotiation_language(head, &asked));
        return;
    }
    reply->content_type = "application/problem+json";
    reply->body = problem_wire_document(status);
    reply->size = strlen(reply->body);
    reply->more_head = status == 401   ? "WWW-Authenticate: Bearer realm=\"recueil\"\r\n"
                       : status == 503 ? "Retry-After: 5\r\n"
                                       : NULL;
}

const struct connection_events routes_events = {on_head, on_request, on_refused};
