// What all actions share, made once by main.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/secret.h"
#include "config/settings.h"
#include "daemon/http/exchange.h"
#include "daemon/http/listener.h"
#include "daemon/metrics/metrics.h"
#include "daemon/spool/spool.h"
#include "daemon/store/publications.h"
#include "daemon/store/store.h"
#include "daemon/store/withdrawals.h"

struct service {
    const struct settings *settings;
    struct secret *secret;
    struct publications *publications;
    struct spool *spool;
    struct store *store;
    struct withdrawals *withdrawals;
    struct metrics *metrics;
    struct listener *listener; // the public one
    struct exchange_pool *pool;
    int64_t began_s;     // by a clock that never jumps
    bool stopping;       // no new connection is taken any more
    bool bulk_under_way; // one bulk request at a time: it is the one request that is large
};

// Where one collectivity is all there is, an address of none is answered in its colours: holds it
// in the exchange, and returns true, when that is so.
bool service_take_only(struct exchange *exchange);

// Both look up what the path names and hold it in the exchange. When there is none they reply (404,
// or 503 while nothing published is known yet) and return false: the exchange is then gone.
MUST_USE bool service_find_collectivity(struct exchange *exchange);
MUST_USE bool service_find_survey(struct exchange *exchange); // and its collectivity

// May somebody without a key answer this survey now? Replies 403 (not open yet), 410 (closed) or
// 401 (needs an invitation) and returns false when not.
MUST_USE bool service_admits(struct exchange *exchange);

// May the address from which this comes store one more submission now? Counts it. Returns 0, or in
// how many seconds it may; nothing is replied.
MUST_USE unsigned service_slows_down(const struct exchange *exchange);

// Does this bearer token open the collectivity's bulk route?
bool service_key_opens(const struct edition *edition, const char *token, size_t size);

// Counts what became of a submission to the exchange's survey.
void service_count(const struct exchange *exchange, enum metrics_outcome outcome);
