// What the generator has decided before the first answer: the kind, the volume and the planted
// rates of each procedure of the catalogue.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "analytics/demonstration/demonstration.h"
#include "analytics/demonstration/kinds.h"

enum {
    BITS = 25,
    EXTERNAL_BITS = 17,
    AUDIENCES = 3,
    COMMUNES_LIMIT = 64,
    MONTHS_BEFORE_CHANGE = 6
};

// Purposes of streams.
enum { STREAM_TRUTH = 0, STREAM_EXTERNAL = 1, STREAM_INTERNAL = 2, STREAM_IDS = 8 };

// How the probability of a pain point depends on the answer.
enum bit_role {
    BIT_PLAIN,
    BIT_EXCLUSION,  // numerique-difficile, langue, handicap: of those who are excluded
    BIT_TOOL,       // outil-en-panne: of those who did it online
    BIT_NOT_ONLINE, // pas-en-ligne: of the others, and less of those who are excluded
};

struct planned_procedure {
    const struct procedure *procedure;
    const struct kind *kind;
    bool external;             // has an external audience
    bool internal;             // has an internal one
    int rank;                  // by volume from 0; -1 when not external
    double weight;             // 1 / (1 + rank); 0 when not external
    double volume;             // external answers expected a month
    bool changes;              // what is added to `delai` changes in the middle of the year
    double shares[AUDIENCES];  // of citizens, applicants, beneficiaries: sum to 1, or all 0
    double added[BITS];        // in external answers, by bit
    double agents_added[BITS]; // in agents' answers, by bit
};

struct demonstration {
    const struct catalogue *catalogue;
    uint64_t seed;
    int answers_a_month, months;
    enum demonstration_world world;
    struct month last_month;
    int64_t *starts_us;
    struct planned_procedure *procedures; // in the catalogue's order
    enum bit_role roles[BITS];
    double exclusion[BITS];  // BIT_EXCLUSION: the probability when excluded
    const char *codes[BITS]; // of the taxonomy; NULL where no pain point has the bit
    uint64_t agents_offered; // bits that the agents' survey offers
    uint64_t unclear_bits;   // formulaire, information
    int delay_bit;
    const char *communes[COMMUNES_LIMIT];
    double commune_shares[COMMUNES_LIMIT];
    size_t commune_count;
};

// The bits about which agents draw, ascending; *count of them.
const int *plan_agents_bits(size_t *count);

// The factor on what is added to `delai` in this month (from 0) of this procedure.
double plan_delay_factor(const struct planned_procedure *planned, int month);
