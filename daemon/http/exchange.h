// One HTTP request and its one reply, with the memory that lives as long. An action runs on it; it
// ends with exactly one exchange_reply(), now or in a callback, after which the exchange is gone.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/edition.h"
#include "daemon/http/allowances.h"
#include "daemon/http/arena.h"
#include "daemon/http/connection.h"
#include "daemon/http/route.h"

struct service; // what the actions share (daemon/actions/service.h)

struct exchange {
    struct connection *connection;
    struct service *service;
    const struct route *route; // NULL: nothing fits the path and method
    enum method method;
    uint64_t began_us; // by a clock that never jumps
    bool path_known;
    bool page;              // errors are pages for people, not problem documents
    enum language language; // of messages: from ?lang=, else Accept-Language
    bool language_asked;    // ?lang= was there
    struct arena *arena;

    // Borrowed from the connection until the action returns: what is needed longer is copied into
    // the arena.
    const struct head *head;
    const char *body;
    size_t body_size;
    struct slice parameters[ROUTE_PARAMETERS_LIMIT];

    // Held until the reply; NULL until an action has looked them up.
    struct edition *edition;
    const struct edition_survey *survey;
};

// Exchanges and their arenas are kept for the next request; the pool frees them all. It also has
// what is counted across exchanges: how much each network may still send.
struct exchange_pool;
struct exchange_pool *exchange_pool_create(void);
// Accepts NULL. Exchanges that are still open go without a reply: nothing may use them any more.
void exchange_pool_destroy(struct exchange_pool *pool);

// Told of every reply when it is sent: its exchange, status, and the time since the request was
// whole. NULL: nobody is.
typedef void exchange_observer(void *context, const struct exchange *exchange, int status,
                               uint64_t taken_us);
void exchange_pool_observe(struct exchange_pool *pool, exchange_observer *observer, void *context);

struct allowances *exchange_pool_allowances(struct exchange_pool *pool); // borrowed
size_t exchange_pool_open(const struct exchange_pool *pool); // exchanges without a reply yet

// An exchange for this request; match tells its route.
struct exchange *exchange_begin(struct exchange_pool *pool, struct connection *connection,
                                struct service *service, const struct request *request,
                                const struct route_match *match);

struct exchange_reply {
    int status;
    const char *content_type; // NULL where there is no body
    const char *body;
    size_t size;
    const char *more_head; // complete header lines, or NULL
};

// Sends and ends the exchange. What the reply points to may lie in the exchange's arena.
void exchange_reply(struct exchange *exchange, const struct exchange_reply *reply);

// Text in the exchange's arena. Never NULL: the arena's limit is far above what replies need.
char *exchange_format(struct exchange *exchange, const char *format, ...) PRINTF_LIKE(2, 3);
