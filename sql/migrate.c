// One transaction a migration: its text, then its line in recueil.schema_migration. The first one
// makes the schema and that table, so that a database without them has simply no line yet.
//
// SPDX-License-Identifier: Apache-2.0
#include "sql/migrate.h"

#include "config/secret.h"

#include "sql/migrations_text.h" // made by the build

#include <stdio.h>
#include <string.h>

enum { HEX_SIZE = 65 };

const struct migration *migrations(size_t *count)
{
    *count = sizeof migration_table / sizeof migration_table[0];
    return migration_table;
}

static void write_digest(const char *text, char hex[HEX_SIZE])
{
    unsigned char digest[32];
    secret_digest(text, strlen(text), digest);
    for (size_t i = 0; i < sizeof digest; i++)
        (void)snprintf(hex + 2 * i, HEX_SIZE - 2 * i, "%02x", digest[i]);
}

// Asks for what only an administrator can give, before anything is changed.
static bool check_rights(struct session *session, struct error *error)
{
    AUTO(rows) struct rows *rows = session_run(session, STATEMENT_READ_MISSING_RIGHTS, NULL, error);
    if (rows == NULL)
        return false;
    if (rows_count(rows) == 0)
        return true;
    char remedies[700] = "";
    for (size_t i = 0; i < rows_count(rows); i++) {
        size_t used = strlen(remedies);
        (void)snprintf(remedies + used, sizeof remedies - used, " %s;", rows_text(rows, i, 0));
    }
    error_set(error, ERROR_FAILED,
              "the database user \"%s\" may not make what the schema needs: have an administrator "
              "of PostgreSQL run%s then run \"recueil migrate\" again",
              PQuser(session_connection(session)), remedies);
    return false;
}

static const struct migration *find(int64_t number)
{
    size_t count = 0;
    const struct migration *known = migrations(&count);
    for (size_t i = 0; i < count; i++)
        if (known[i].number == number)
            return &known[i];
    return NULL;
}

// Is what the database has a part of what this program knows? *newest is then its last number.
static bool check_applied(const struct rows *applied, int64_t *newest, struct error *error)
{
    for (size_t i = 0; i < rows_count(applied); i++) {
        int64_t number = rows_integer(applied, i, 0);
        const struct migration *ours = find(number);
        if (ours == NULL) {
            error_set(error, ERROR_FAILED,
                      "the schema is newer than this program: it has migration %s. Install the "
                      "version of Recueil that made it, or a later one",
                      rows_text(applied, i, 1));
            return false;
        }
        char hex[HEX_SIZE];
        write_digest(ours->text, hex);
        if (strcmp(hex, rows_text(applied, i, 2)) != 0) {
            error_set(error, ERROR_FAILED,
                      "migration %s was applied with another text than this program's: the schema "
                      "was made by a different build. Install that build, or start from an empty "
                      "database",
                      ours->name);
            return false;
        }
        *newest = number;
    }
    return true;
}

static bool read_newest(struct session *session, int64_t *newest, struct error *error)
{
    *newest = 0;
    AUTO(rows) struct rows *there = session_run(session, STATEMENT_READ_SCHEMA, NULL, error);
    if (there == NULL)
        return false;
    if (!rows_truth(there, 0, 0))
        return true;
    AUTO(rows) struct rows *applied = session_run(session, STATEMENT_READ_MIGRATIONS, NULL, error);
    return applied != NULL && check_applied(applied, newest, error);
}

bool migrate_check(struct session *session, struct error *error)
{
    int64_t newest = 0;
    size_t count = 0;
    const struct migration *known = migrations(&count);
    if (!read_newest(session, &newest, error))
        return false;
    if (newest == known[count - 1].number)
        return true;
    error_set(error, ERROR_FAILED,
              newest == 0 ? "the database has no schema of Recueil: run \"recueil migrate\""
                          : "the schema is older than this program: run \"recueil migrate\"");
    return false;
}

static bool apply(struct session *session, const struct migration *migration, struct error *error)
{
    char number[16];
    char hex[HEX_SIZE];
    (void)snprintf(number, sizeof number, "%d", migration->number);
    write_digest(migration->text, hex);
    const char *values[] = {number, migration->name, hex};

    if (!session_begin(session, error))
        return false;
    if (session_script(session, migration->text, error) &&
        session_do(session, STATEMENT_RECORD_MIGRATION, values, error) &&
        session_commit(session, error))
        return true;
    session_rollback(session);
    return false;
}

static bool migrate_locked(struct session *session,
                           void (*on_applied)(const struct migration *migration, void *context),
                           void *context, struct error *error)
{
    int64_t newest = 0;
    if (!read_newest(session, &newest, error))
        return false;
    size_t count = 0;
    const struct migration *known = migrations(&count);
    if (newest == known[count - 1].number)
        return true;
    if (!check_rights(session, error))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (known[i].number <= newest)
            continue;
        if (!apply(session, &known[i], error))
            return false;
        if (on_applied != NULL)
            on_applied(&known[i], context);
    }
    return true;
}

bool migrate(struct session *session,
             void (*on_applied)(const struct migration *migration, void *context), void *context,
             struct error *error)
{
    if (!session_do(session, STATEMENT_LOCK_MIGRATION, NULL, error))
        return false;
    bool done = migrate_locked(session, on_applied, context, error);
    // The lock also ends with the session.
    bool unlocked = session_do(session, STATEMENT_UNLOCK_MIGRATION, NULL, done ? error : NULL);
    return done && unlocked;
}
