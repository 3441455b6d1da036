// One filled-in form as it is stored: who, what, when, and one typed field for each measure. Filled
// by the intake and by the fit to the survey, encoded by sql/, carried by the store.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/uuid.h"

#include <stddef.h>
#include <stdint.h>

enum {
    NUMBER_ABSENT = -1, // numbers are never negative
    HASH_BYTES = 16,    // of the HMAC that outlives the content
};
#define MASK_ABSENT INT64_C(-1) // bits 0 to 62 are used: a mask is never negative

// Every text is borrowed: from the vocabulary's tables, from the edition that the exchange holds,
// or from the exchange's arena. NULL: not said.
struct submission {
    int32_t collectivity_id;
    int32_t version; // of the survey
    struct uuid id;
    int64_t received_at_us; // microseconds since 1970-01-01 UTC
    uint8_t content_hash[HASH_BYTES];

    const char *survey, *procedure, *audience, *phase, *channel, *entry, *placement, *language;
    const char *state; // of VOCABULARY_STATE

    int64_t pain_points, believed_pain_points; // masks over pain-points.csv
    int64_t tools, calendar, means, training_need;
    int64_t actors; // 4 bits a row
    int32_t satisfaction, effort, clarity, minutes, visits, digital_comfort;
    int32_t files_per_month, minutes_per_file, elapsed_days, rekeying, returned, handoffs;
    int32_t change_readiness;
    const char *preferred_channel, *commune, *service, *completed, *help;

    const char *content; // the stored bytes: JSON text, UTF-8 without NUL
    size_t content_size;
};

// Everything absent, NULL or 0.
void submission_clear(struct submission *submission);

// How a field is stored, in PostgreSQL and in the spool.
enum column_kind {
    COLUMN_INT,     // int32_t, always there
    COLUMN_NUMBER,  // int32_t or NUMBER_ABSENT
    COLUMN_MASK,    // int64_t or MASK_ABSENT
    COLUMN_TEXT,    // const char * or NULL
    COLUMN_UUID,    // struct uuid
    COLUMN_INSTANT, // int64_t, microseconds since 1970
    COLUMN_HASH,    // HASH_BYTES
    COLUMN_CONTENT, // content and content_size
    COLUMN_KIND_COUNT
};

struct submission_column {
    const char *name; // as in recueil.submission; the last one is recueil.submission_content's
    enum column_kind kind;
    size_t offset; // in struct submission
};

enum { SUBMISSION_COLUMN_COUNT = 40 };

// Every field, in the order of the parameters of insert_submissions.sql.
extern const struct submission_column submission_columns[SUBMISSION_COLUMN_COUNT];
