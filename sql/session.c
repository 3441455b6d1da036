// SPDX-License-Identifier: Apache-2.0
#include "sql/session.h"

#include "sql/conninfo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct session {
    PGconn *connection;
};

// libpq's messages end with a newline and may have several lines: one sentence is enough.
static const char *first_line(const char *message, char *line, size_t size)
{
    (void)snprintf(line, size, "%s", message == NULL ? "" : message);
    line[strcspn(line, "\n")] = '\0';
    return line;
}

// Nothing answers, or the server is there and refuses us: two remedies.
static void say_no_connection(const struct conninfo *info, const PGconn *connection,
                              struct error *error)
{
    char line[512];
    first_line(PQerrorMessage(connection), line, sizeof line);
    if (PQpingParams(info->keywords, info->values, 0) == PQPING_OK)
        error_set(error, ERROR_UNAVAILABLE,
                  "the database refuses the connection: %s. Check the setting \"database\" and "
                  "pg_hba.conf; on a new installation run \"recueil migrate\" first",
                  line);
    else
        error_set(error, ERROR_UNAVAILABLE,
                  "the database does not answer: %s. Start PostgreSQL or correct the setting "
                  "\"database\"",
                  line);
}

struct session *session_open(const char *database, const char *role, struct error *error)
{
    struct conninfo info;
    if (!conninfo_read(&info, database, role, "recueil", 0, error))
        return NULL;
    PGconn *connection = PQconnectdbParams(info.keywords, info.values, 0);
    if (PQstatus(connection) != CONNECTION_OK) {
        say_no_connection(&info, connection, error);
        PQfinish(connection);
        conninfo_clear(&info);
        return NULL;
    }
    conninfo_clear(&info);
    struct session *session = memory_allocate(sizeof *session);
    session->connection = connection;
    return session;
}

void session_close(struct session *session)
{
    if (session == NULL)
        return;
    PQfinish(session->connection);
    free(session);
}

// 42P01 table, 3F000 schema, 42703 column, 42883 function: what a migration would have made.
static bool lacks_migration(const char *sqlstate)
{
    static const char *const states[] = {"42P01", "3F000", "42703", "42883"};
    for (size_t i = 0; sqlstate != NULL && i < sizeof states / sizeof states[0]; i++)
        if (strcmp(sqlstate, states[i]) == 0)
            return true;
    return false;
}

static void say_failed(const struct session *session, const char *what, const PGresult *result,
                       struct error *error)
{
    const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    char line[512];
    first_line(primary != NULL ? primary : PQerrorMessage(session->connection), line, sizeof line);

    enum sqlstate_meaning meaning = sqlstate_meaning(sqlstate);
    if (lacks_migration(sqlstate))
        error_set(error, ERROR_FAILED,
                  "the database has no schema of Recueil, or an older one (%s): run "
                  "\"recueil migrate\"",
                  line);
    else if (sqlstate != NULL && strcmp(sqlstate, "42501") == 0)
        error_set(error, ERROR_FAILED,
                  "%s: %s. The database user \"%s\" lacks this right: leave \"user\" out of the "
                  "setting \"database\", or grant it the role recueil_analyst",
                  what, line, PQuser(session->connection));
    else if (meaning == SQLSTATE_UNAVAILABLE || meaning == SQLSTATE_RETRY)
        error_set(error, ERROR_UNAVAILABLE, "the database gave up on %s: %s. Try again", what,
                  line);
    else
        error_set(error, ERROR_FAILED, "%s: %s (SQLSTATE %s)", what, line, sqlstate);
}

static bool is_good(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
}

// Not prepared: each run is planned with its values, which months of very different sizes need.
struct rows *session_run(struct session *session, enum statement statement,
                         const char *const values[], struct error *error)
{
    const struct statement_text *text = statement_text(statement);
    PGresult *result = PQexecParams(session->connection, text->text, text->parameters, NULL, values,
                                    NULL, NULL, 0);
    if (!is_good(result)) {
        say_failed(session, text->name, result, error);
        PQclear(result);
        return NULL;
    }
    return rows_take(result);
}

bool session_do(struct session *session, enum statement statement, const char *const values[],
                struct error *error)
{
    AUTO(rows) struct rows *rows = session_run(session, statement, values, error);
    return rows != NULL;
}

// tag: what the server must answer, NULL when anything will do.
static bool tell(struct session *session, const char *what, const char *text, const char *tag,
                 struct error *error)
{
    PGresult *result = PQexec(session->connection, text);
    bool good = is_good(result);
    if (!good)
        say_failed(session, what, result, error);
    else if (tag != NULL && strcmp(PQcmdStatus(result), tag) != 0) {
        error_set(error, ERROR_FAILED, "the database answered %s to %s: nothing was kept",
                  PQcmdStatus(result), what);
        good = false;
    }
    PQclear(result);
    return good;
}

bool session_begin(struct session *session, struct error *error)
{
    return tell(session, "BEGIN", "BEGIN", "BEGIN", error);
}

bool session_begin_snapshot(struct session *session, struct error *error)
{
    return tell(session, "BEGIN", "BEGIN ISOLATION LEVEL REPEATABLE READ", "BEGIN", error);
}

bool session_commit(struct session *session, struct error *error)
{
    return tell(session, "COMMIT", "COMMIT", "COMMIT", error);
}

void session_rollback(struct session *session)
{
    // Where this fails the connection is gone, and the transaction with it.
    (void)tell(session, "ROLLBACK", "ROLLBACK", NULL, NULL);
}

bool session_script(struct session *session, const char *text, struct error *error)
{
    return tell(session, "script", text, NULL, error);
}

PGconn *session_connection(struct session *session)
{
    return session->connection;
}
