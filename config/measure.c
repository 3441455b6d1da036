// SPDX-License-Identifier: Apache-2.0
#include "config/measure.h"

#include <string.h>

#define ONE_CHOICE " radiogroup dropdown "
#define SCALE " rating radiogroup dropdown "
#define QUANTITY " text radiogroup dropdown rating "
#define MANY " checkbox "

static const struct measure_rule rules[MEASURE_COUNT] = {
    [MEASURE_PROCEDURE] = {"procedure", MEASURE_IS_PROCEDURE, .types = ONE_CHOICE},
    [MEASURE_PROCEDURE_OTHER] = {"procedure_other", MEASURE_IS_TEXT, .types = " text comment "},
    [MEASURE_AUDIENCE] = {"audience", MEASURE_IS_WORD, VOCABULARY_AUDIENCE, .types = ONE_CHOICE},
    [MEASURE_CHANNEL] = {"channel", MEASURE_IS_WORD, VOCABULARY_CHANNEL, .types = ONE_CHOICE},
    [MEASURE_PREFERRED_CHANNEL] = {"preferred_channel", MEASURE_IS_WORD, VOCABULARY_CHANNEL,
                                   .types = ONE_CHOICE},
    [MEASURE_COMMUNE] = {"commune", MEASURE_IS_COMMUNE, .types = ONE_CHOICE},
    [MEASURE_SERVICE] = {"service", MEASURE_IS_SERVICE, .types = ONE_CHOICE},
    [MEASURE_PHASE] = {"phase", MEASURE_IS_WORD, VOCABULARY_PHASE, .types = ONE_CHOICE},
    [MEASURE_SATISFACTION] = {"satisfaction", MEASURE_IS_NUMBER, .least = 1, .most = 5,
                              .types = SCALE},
    [MEASURE_EFFORT] = {"effort", MEASURE_IS_NUMBER, .least = 1, .most = 5, .types = SCALE},
    [MEASURE_CLARITY] = {"clarity", MEASURE_IS_NUMBER, .least = 1, .most = 5, .types = SCALE},
    [MEASURE_MINUTES] = {"minutes", MEASURE_IS_NUMBER, .least = 0, .most = 100000,
                         .types = QUANTITY},
    [MEASURE_VISITS] = {"visits", MEASURE_IS_NUMBER, .least = 0, .most = 1000, .types = QUANTITY},
    [MEASURE_COMPLETED] = {"completed", MEASURE_IS_WORD, VOCABULARY_COMPLETED, .types = ONE_CHOICE},
    [MEASURE_HELP] = {"help", MEASURE_IS_WORD, VOCABULARY_HELP, .types = ONE_CHOICE},
    [MEASURE_PAIN_POINTS] = {"pain_points", MEASURE_IS_PAIN, .types = MANY},
    [MEASURE_VERBATIM] = {"verbatim", MEASURE_IS_TEXT, .types = " text comment "},
    [MEASURE_DIGITAL_COMFORT] = {"digital_comfort", MEASURE_IS_NUMBER, .least = 1, .most = 4,
                                 .types = SCALE},
    [MEASURE_FILES_PER_MONTH] = {"files_per_month", MEASURE_IS_NUMBER, .least = 0, .most = 1000000,
                                 .internal_only = true, .types = QUANTITY},
    [MEASURE_MINUTES_PER_FILE] = {"minutes_per_file", MEASURE_IS_NUMBER, .least = 0, .most = 100000,
                                  .internal_only = true, .types = QUANTITY},
    [MEASURE_ELAPSED_DAYS] = {"elapsed_days", MEASURE_IS_NUMBER, .least = 0, .most = 10000,
                              .internal_only = true, .types = QUANTITY},
    [MEASURE_REKEYING] = {"rekeying", MEASURE_IS_NUMBER, .least = 0, .most = 10,
                          .internal_only = true, .types = QUANTITY},
    [MEASURE_RETURNED] = {"returned", MEASURE_IS_NUMBER, .least = 0, .most = 10,
                          .internal_only = true, .types = QUANTITY},
    [MEASURE_HANDOFFS] = {"handoffs", MEASURE_IS_NUMBER, .least = 0, .most = 1000,
                          .internal_only = true, .types = QUANTITY},
    [MEASURE_TOOLS] = {"tools", MEASURE_IS_MASK, .internal_only = true, .types = MANY},
    [MEASURE_ACTORS] = {"actors", MEASURE_IS_MATRIX, .internal_only = true, .types = " matrix "},
    [MEASURE_CALENDAR] = {"calendar", MEASURE_IS_MASK, .internal_only = true, .types = MANY},
    [MEASURE_MEANS] = {"means", MEASURE_IS_MASK, .internal_only = true, .types = MANY},
    [MEASURE_CHANGE_READINESS] = {"change_readiness", MEASURE_IS_NUMBER, .least = 1, .most = 4,
                                  .internal_only = true, .types = SCALE},
    [MEASURE_TRAINING_NEED] = {"training_need", MEASURE_IS_MASK, .internal_only = true,
                               .types = MANY},
    [MEASURE_BELIEVED_PAIN_POINTS] = {"believed_pain_points", MEASURE_IS_PAIN,
                                      .internal_only = true, .types = MANY},
    [MEASURE_ACTORS_ROW] = {"actors_row", MEASURE_IS_MASK, .internal_only = true, .types = " "},
};

const struct measure_rule *measure_rule(enum measure measure)
{
    return measure == MEASURE_NONE ? NULL : &rules[measure];
}

enum measure measure_find(const char *name)
{
    for (int measure = MEASURE_NONE + 1; measure < MEASURE_COUNT; measure++)
        if (strcmp(rules[measure].name, name) == 0)
            return (enum measure)measure;
    return MEASURE_NONE;
}
