// Brings the schema to what this program knows: the files of sql/migrations/, embedded at build,
// each in a transaction of its own together with its line in recueil.schema_migration.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sql/session.h"

struct migration {
    int number;
    const char *name; // "0001_tables"
    const char *text;
};

const struct migration *migrations(size_t *count);

// Is the schema the one that this program knows? ERROR_FAILED where it is missing, older or newer.
MUST_USE bool migrate_check(struct session *session, struct error *error);

// on_applied runs after each committed migration. Two at once: the second waits (advisory lock),
// then finds nothing to do. A schema newer than this program, or a migration whose recorded SHA-256
// differs from ours, is refused (ERROR_FAILED) before anything is changed.
MUST_USE bool migrate(struct session *session,
                      void (*on_applied)(const struct migration *migration, void *context),
                      void *context, struct error *error);
