// What a question can measure: the contract between surveys, the columns of `submission` and the
// figures. One row of a table a measure; adding a measure is adding a row and a column.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/vocabulary.h"

#include <stdint.h>

enum measure {
    MEASURE_NONE,
    MEASURE_PROCEDURE,
    MEASURE_PROCEDURE_OTHER,
    MEASURE_AUDIENCE,
    MEASURE_CHANNEL,
    MEASURE_PREFERRED_CHANNEL,
    MEASURE_COMMUNE,
    MEASURE_SERVICE,
    MEASURE_PHASE,
    MEASURE_SATISFACTION,
    MEASURE_EFFORT,
    MEASURE_CLARITY,
    MEASURE_MINUTES,
    MEASURE_VISITS,
    MEASURE_COMPLETED,
    MEASURE_HELP,
    MEASURE_PAIN_POINTS,
    MEASURE_VERBATIM,
    MEASURE_DIGITAL_COMFORT,
    MEASURE_FILES_PER_MONTH,
    MEASURE_MINUTES_PER_FILE,
    MEASURE_ELAPSED_DAYS,
    MEASURE_REKEYING,
    MEASURE_RETURNED,
    MEASURE_HANDOFFS,
    MEASURE_TOOLS,
    MEASURE_ACTORS,
    MEASURE_CALENDAR,
    MEASURE_MEANS,
    MEASURE_CHANGE_READINESS,
    MEASURE_TRAINING_NEED,
    MEASURE_BELIEVED_PAIN_POINTS,
    MEASURE_ACTORS_ROW, // not for questions: the rows of the matrix of actors in `choice`
    MEASURE_COUNT
};

enum measure_kind {
    MEASURE_IS_TEXT,      // free text: stays in the content, no column
    MEASURE_IS_PROCEDURE, // a code of procedures.csv, or `other`
    MEASURE_IS_COMMUNE,   // a code of communes.csv
    MEASURE_IS_SERVICE,   // a code of services.csv
    MEASURE_IS_WORD,      // a word of a closed list
    MEASURE_IS_NUMBER,    // a whole number from least to most
    MEASURE_IS_PAIN,      // a mask over pain-points.csv
    MEASURE_IS_MASK,      // a mask over the codes that `choice` numbers
    MEASURE_IS_MATRIX,    // 4 bits a row: 0 not answered, else 1 + the column's bit
};

struct measure_rule {
    const char *name; // as written in surveys, and the column's name
    enum measure_kind kind;
    enum vocabulary words; // of MEASURE_IS_WORD
    int32_t least, most;   // of MEASURE_IS_NUMBER
    bool internal_only;    // only surveys of class `internal` may ask it
    const char *types;     // question types that may measure it, spaces around each
};

const struct measure_rule *measure_rule(enum measure measure); // of MEASURE_NONE: NULL
enum measure measure_find(const char *name);                   // MEASURE_NONE when unknown
