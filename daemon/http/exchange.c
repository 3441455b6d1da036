// SPDX-License-Identifier: Apache-2.0
#include "daemon/http/exchange.h"

#include "daemon/http/negotiation.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <time.h>

enum { ARENA_LIMIT_BYTES = 24 * 1024 * 1024, KEPT_LIMIT = 256 };

struct pooled {
    struct exchange exchange; // first: an exchange is its pooled form
    struct exchange_pool *pool;
    LIST_ENTRY(pooled) link; // of the kept, or of the open ones
};

LIST_HEAD(pooled_list, pooled);

struct exchange_pool {
    struct pooled_list kept, open;
    size_t kept_count, open_count;
    exchange_observer *observer;
    void *observer_context;
    struct allowances *allowances;
};

struct exchange_pool *exchange_pool_create(void)
{
    struct exchange_pool *pool = memory_allocate(sizeof *pool);
    pool->allowances = allowances_create();
    return pool;
}

static void free_pooled(struct pooled *pooled)
{
    arena_destroy(pooled->exchange.arena);
    free(pooled);
}

static void free_list(struct pooled_list *list)
{
    struct pooled *next = NULL;
    for (struct pooled *each = LIST_FIRST(list); each != NULL; each = next) {
        next = LIST_NEXT(each, link);
        edition_release(each->exchange.edition); // NULL in those that are kept
        free_pooled(each);
    }
}

void exchange_pool_destroy(struct exchange_pool *pool)
{
    if (pool == NULL)
        return;
    free_list(&pool->open);
    free_list(&pool->kept);
    allowances_destroy(pool->allowances);
    free(pool);
}

void exchange_pool_observe(struct exchange_pool *pool, exchange_observer *observer, void *context)
{
    pool->observer = observer;
    pool->observer_context = context;
}

struct allowances *exchange_pool_allowances(struct exchange_pool *pool)
{
    return pool->allowances;
}

size_t exchange_pool_open(const struct exchange_pool *pool)
{
    return pool->open_count;
}

static struct pooled *take_pooled(struct exchange_pool *pool)
{
    struct pooled *pooled = LIST_FIRST(&pool->kept);
    if (pooled == NULL) {
        pooled = memory_allocate(sizeof *pooled);
        pooled->exchange.arena = arena_create(ARENA_LIMIT_BYTES);
    } else {
        LIST_REMOVE(pooled, link);
        pool->kept_count--;
    }
    LIST_INSERT_HEAD(&pool->open, pooled, link);
    pool->open_count++;
    return pooled;
}

static void give_back(struct pooled *pooled)
{
    struct exchange_pool *pool = pooled->pool;
    struct arena *arena = pooled->exchange.arena;
    edition_release(pooled->exchange.edition);
    pool->open_count--;
    LIST_REMOVE(pooled, link);
    if (pool->kept_count >= KEPT_LIMIT) {
        free_pooled(pooled);
        return;
    }
    arena_reset(arena);
    *pooled = (struct pooled){.exchange = {.arena = arena}, .pool = pool};
    LIST_INSERT_HEAD(&pool->kept, pooled, link);
    pool->kept_count++;
}

static uint64_t clock_us(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

struct exchange *exchange_begin(struct exchange_pool *pool, struct connection *connection,
                                struct service *service, const struct request *request,
                                const struct route_match *match)
{
    struct pooled *pooled = take_pooled(pool);
    struct exchange *exchange = &pooled->exchange;
    pooled->pool = pool;
    exchange->connection = connection;
    exchange->service = service;
    exchange->route = match->route;
    exchange->method = request->head->method;
    exchange->began_us = clock_us();
    exchange->path_known = match->path_known;
    exchange->head = request->head;
    exchange->body = request->body;
    exchange->body_size = request->body_size;
    memcpy(exchange->parameters, match->parameters, sizeof exchange->parameters);
    exchange->page = negotiation_wants_page(request->head, match->page);
    exchange->language = negotiation_language(request->head, &exchange->language_asked);
    return exchange;
}

void exchange_reply(struct exchange *exchange, const struct exchange_reply *reply)
{
    const struct reply sent = {
        .status = reply->status,
        .content_type = reply->content_type,
        .more_head = reply->more_head,
        .body = reply->body,
        .size = reply->size,
    };
    struct pooled *pooled = (struct pooled *)exchange;
    const struct exchange_pool *pool = pooled->pool;
    connection_reply(exchange->connection, &sent);
    if (pool->observer != NULL)
        pool->observer(pool->observer_context, exchange, reply->status,
                       clock_us() - exchange->began_us);
    give_back(pooled);
}

char *exchange_format(struct exchange *exchange, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = NULL;
    int size = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (size < 0)
        memory_end();
    char *copy = arena_copy(exchange->arena, text, (size_t)size);
    free(text);
    if (copy == NULL)
        abort(); // cannot be: see the header
    return copy;
}
