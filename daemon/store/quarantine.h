// One submission of the spool as a row of recueil.quarantine: for an administrator to look at,
// never for a figure.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/submission.h"
#include "daemon/store/database.h"

enum { QUARANTINE_PARAMETERS = 6 };

// The parameters of insert_quarantine.sql for one row. What `values` points to is in here, but for
// the content, which stays the row's.
struct quarantine_row {
    const char *values[QUARANTINE_PARAMETERS];
    int sizes[QUARANTINE_PARAMETERS], formats[QUARANTINE_PARAMETERS];
    char collectivity[16], id[UUID_TEXT_SIZE];
    char *columns; // JSON of every column but the content; NULL: not to be written
};

// reason: "conflict" or "refused". without_columns: where PostgreSQL refused them.
void quarantine_row_fill(struct quarantine_row *quarantine, const struct submission *row,
                         const char *reason, bool without_columns);
void quarantine_row_clear(struct quarantine_row *quarantine); // frees
