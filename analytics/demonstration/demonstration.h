// A simulated year for a collectivity's catalogue, and the truth that was planted in it: the
// generator recueil-demo-1. Same catalogue, same options: same answers, to the byte. It serves
// `quickstart --demo` and the tests of the figures, which compare what they find with the truth.
//
// Every answer is drawn on stream (1, i, t) for external ones, (2, i, t) for agents', i being the
// procedure's line in the catalogue and t the month, both from 0; its id on stream (p + 8, i, t).
// Whatever the drawing order does not name (the moment, the free text, who stays unheard) is
// decided by a hash of the id, so that it moves no draw.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/calendar.h"
#include "config/catalogue.h"
#include "config/uuid.h"

#include <jansson.h>

enum { DEMONSTRATION_MONTHS_LIMIT = 120, DEMONSTRATION_ANSWERS_LIMIT = 1000000 };

enum demonstration_world {
    WORLD_BASE,
    WORLD_NULL,    // nothing changes in the year
    WORLD_UNHEARD, // three in four of the excluded who answer by the form are not heard
};

// "base", "null", "unheard". demonstration_world_find gives false when the name is another.
const char *demonstration_world_name(enum demonstration_world world);
bool demonstration_world_find(const char *name, enum demonstration_world *world);

struct demonstration_options {
    uint64_t seed;       // at most INT64_MAX (the truth is JSON)
    int answers_a_month; // external ones, over all procedures, about; 1 to the limit above
    int months;          // 1 to the limit above
    enum demonstration_world world;
    struct month last_month;
    const int64_t *starts_us; // months + 1 instants, ascending: the first of each month and of the
                              // month after the last, in the collectivity's time zone; copied
};

enum demonstration_fate {
    FATE_NORMAL,
    FATE_LATE,      // received in its month, but sent with the next month's
    FATE_DUPLICATE, // sent twice
    FATE_ROBOT,     // fills the trap: must not count
};

// Texts are borrowed from the catalogue and static tables.
struct demonstration_answer {
    const struct procedure *procedure;
    bool external;
    int month; // from 0
    struct uuid id;
    int64_t received_at_us;
    enum demonstration_fate fate; // FATE_NORMAL for agents
    const char *audience, *entry, *channel;
    uint64_t pains; // by the taxonomy's bits; only what the survey offers
    int satisfaction;

    // External answers only.
    bool excluded;
    const char *completed, *help; // alone: done, none; helped: done, helped; else given_up, unmet
    int effort, clarity, digital_comfort, minutes, visits;
    const char *preferred_channel;
    const char *commune; // NULL when the catalogue tells no commune's population

    // Agents' answers only.
    int32_t files_per_month; // NUMBER_ABSENT when the catalogue has no volume
    int minutes_per_file;
    bool rekeyed;
};

typedef void demonstration_visit(const struct demonstration_answer *answer, void *context);

struct demonstration;

// catalogue: borrowed, must outlive the demonstration. NULL and *error when an option is out of
// bounds (ERROR_USAGE) or the taxonomy lacks a code that is planted (ERROR_BAD_INPUT).
MUST_USE struct demonstration *demonstration_create(const struct catalogue *catalogue,
                                                    const struct demonstration_options *options,
                                                    struct error *error);
void demonstration_destroy(struct demonstration *demonstration); // accepts NULL
DEFINE_AUTO(demonstration)

size_t demonstration_procedures(const struct demonstration *demonstration); // of the catalogue
int demonstration_months(const struct demonstration *demonstration);
struct month demonstration_month(const struct demonstration *demonstration, int month); // from 0

// Calls visit for each answer to the external survey about one procedure (its line, from 0) of one
// month (from 0), in the order of draws, a duplicate once. None where nobody external uses it.
void demonstration_external(const struct demonstration *demonstration, size_t procedure, int month,
                            demonstration_visit *visit, void *context);
// The same for agents, elected officials and partners.
void demonstration_internal(const struct demonstration *demonstration, size_t procedure, int month,
                            demonstration_visit *visit, void *context);

// The truth file. `counted` counts external answers, a month each: neither robots nor the second
// sending of a duplicate; late ones in their own month. `excluded` and `online` are what was
// planted (`online`: of those who are not excluded). `rates`, `in_pain` and `dissatisfied` are the
// probabilities that an answer ticks the code, ticks any, is at most 2 of 5: of all who use the
// procedure, heard or not, over the whole period (months weigh the same). A change's `month` is the
// first after it; before and after are marginal too. A procedure without external audience has type
// "internal", rank null, weight 0, counted zeros, and the probabilities of its agents' answers.
MUST_USE json_t *demonstration_truth(const struct demonstration *demonstration);
