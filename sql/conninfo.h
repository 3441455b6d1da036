// From the setting `database` to a connection: the role where none is named, an application name,
// the promises that a session must keep. Shared by the blocking session and by the daemon.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/error.h"

#include <libpq-fe.h>

enum { CONNINFO_LIMIT = 48 };

struct conninfo {
    const char *keywords[CONNINFO_LIMIT]; // NULL-terminated, for PQconnect(Start)Params, expand 0
    const char *values[CONNINFO_LIMIT];
    PQconninfoOption *parsed; // owns the texts
    char *options;
};

// role: PostgreSQL role to connect as where `text` names no user ("recueil_daemon"); program: the
// application_name. statement_timeout_ms 0: none. Adds client_encoding=UTF8, keepalives and,
// through `options`, synchronous_commit=on, TimeZone=UTC, DateStyle=ISO, the timeouts; what the
// text says wins. ERROR_USAGE when the text is no connection string.
MUST_USE bool conninfo_read(struct conninfo *info, const char *text, const char *role,
                            const char *program, int statement_timeout_ms, struct error *error);
void conninfo_clear(struct conninfo *info);

// A parameter of the connection (not of `options`) that the text did not give. Both are borrowed.
void conninfo_add_unless_set(struct conninfo *info, const char *keyword, const char *value);

// What an SQLSTATE means for who sent the statement (reliability.md section 3 in our words):
enum sqlstate_meaning {
    SQLSTATE_RETRY,       // 40xxx 55P03 57014: the same again may work
    SQLSTATE_UNAVAILABLE, // none, 08xxx 53xxx 57Pxx 25006: the database is not there or not
                          // writable
    SQLSTATE_ROW,         // 22xxx 23xxx XX000: a row is at fault; find which
    SQLSTATE_SCHEMA,      // 42xxx 3Dxxx 28xxx and others: an administrator must look
};
enum sqlstate_meaning sqlstate_meaning(const char *sqlstate); // NULL: unavailable
