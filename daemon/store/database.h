// One asynchronous connection to PostgreSQL on the event loop: connects, prepares, reconnects by
// itself with growing pauses, and runs one group of statements at a time, in one flush and one
// transaction of the pipeline. Never blocks after it was created (a host name in the connection
// string would: name look-up blocks in libpq, so the shipped settings use a socket or an address).
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/error.h"
#include "sql/statements.h"

#include <event2/event.h>
#include <libpq-fe.h>

struct database;

struct database_events {
    void (*on_ready)(void *context);  // connected and prepared; may send at once
    void (*on_notice)(void *context); // a NOTIFY of a channel listened to; may be NULL
    void *context;
};

struct database_settings {
    const char *conninfo;             // the setting `database`
    const char *role;                 // see conninfo_read()
    const char *listen;               // channel to LISTEN to, or NULL
    const enum statement *statements; // prepared at each connect
    size_t statement_count;
    bool writes; // of several servers takes one that can be written to; of one, waits until it can
};

// Everything in settings but the conninfo must outlive the database. Connecting begins in the loop.
struct database *database_create(struct event_base *base, const struct database_settings *settings,
                                 const struct database_events *events, struct error *error);
// A group that is under way gets its callback (DATABASE_LOST) first. Accepts NULL.
void database_destroy(struct database *database);

bool database_ready(const struct database *database); // connected, prepared and idle; NULL: no

enum { DATABASE_QUERIES_LIMIT = 4 };

struct database_query {
    enum statement statement; // prepared; or STATEMENT_COUNT: then `command` is sent as it is
    const char *command;      // BEGIN, COMMIT, ROLLBACK
    int parameters;
    const char *const *values;
    const int *sizes, *formats; // as PQsendQueryPrepared() takes them
};

enum database_outcome {
    DATABASE_DONE,   // every statement succeeded; results[i] is query i's
    DATABASE_FAILED, // the server refused one: `failed` is its result, nothing of the group holds
    DATABASE_LOST,   // the connection broke or the deadline passed: the outcome is UNKNOWN
};

struct database_reply {
    enum database_outcome outcome;
    PGresult *results[DATABASE_QUERIES_LIMIT]; // freed after the callback
    const PGresult *failed;
};

// Sends the group; on_reply runs exactly once, from the loop, never before this returns; the
// database is ready again when it runs with DONE or FAILED. The values are copied by libpq before
// this returns. A group that takes longer than deadline_ms breaks the connection. Must be ready.
void database_run(struct database *database, const struct database_query *queries, size_t count,
                  int deadline_ms,
                  void (*on_reply)(void *context, const struct database_reply *reply),
                  void *context);

// Breaks the connection now; a group under way gets its reply (DATABASE_LOST) before this returns.
void database_break(struct database *database, const char *why);
// Ends the pause before the next attempt to connect.
void database_hasten(struct database *database);
