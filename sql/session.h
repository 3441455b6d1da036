// A blocking connection for the batch program and for tests. One statement at a time, by name.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sql/rows.h"
#include "sql/statements.h"

struct session;

// ERROR_UNAVAILABLE when nothing answers, with the remedy. See conninfo_read() for database and
// role.
MUST_USE struct session *session_open(const char *database, const char *role, struct error *error);
void session_close(struct session *session); // accepts NULL
static inline void session_close_at(struct session **at)
{
    session_close(*at);
}
#define AUTO_SESSION __attribute__((cleanup(session_close_at)))

// values: as many texts as the statement has parameters (NULL: null). Returns NULL and fills
// *error.
MUST_USE struct rows *session_run(struct session *session, enum statement statement,
                                  const char *const values[], struct error *error);
// The same where no rows are expected or wanted.
MUST_USE bool session_do(struct session *session, enum statement statement,
                         const char *const values[], struct error *error);

// commit is false when the server rolled back (the tag says so).
MUST_USE bool session_begin(struct session *session, struct error *error);
// The same where every statement is to see one state of the database (repeatable read).
MUST_USE bool session_begin_snapshot(struct session *session, struct error *error);
MUST_USE bool session_commit(struct session *session, struct error *error);
void session_rollback(struct session *session);

// Several statements at once, for migrations and tests only.
MUST_USE bool session_script(struct session *session, const char *text, struct error *error);

PGconn *session_connection(struct session *session); // for tests and COPY-like reading
