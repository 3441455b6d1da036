// The catalogue that the generator's check values were computed for, as tables: procedures in the
// file's order, the taxonomy by bit, the communes. The generator reads nothing else of it.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "analytics/demonstration/demonstration.h"

#include <string.h>

enum { CITIZEN = 1, APPLICANT = 2, BENEFICIARY = 4, ELECTED = 8, AGENT = 16, PARTNER = 32 };

static struct procedure casud_procedures[] = {
    {.code = "eau-branchement",
     .audiences = CITIZEN | APPLICANT | AGENT | PARTNER,
     .volume_per_year = 1200},
    {.code = "eau-facture", .audiences = CITIZEN | BENEFICIARY | AGENT, .volume_per_year = 6500},
    {.code = "eau-fuite", .audiences = CITIZEN | ELECTED | AGENT, .volume_per_year = 9000},
    {.code = "eau-abonnement", .audiences = CITIZEN | APPLICANT | AGENT, .volume_per_year = 7800},
    {.code = "spanc-controle",
     .audiences = CITIZEN | APPLICANT | AGENT | PARTNER,
     .volume_per_year = 2400},
    {.code = "dechets-bac", .audiences = CITIZEN | APPLICANT | AGENT, .volume_per_year = 14000},
    {.code = "dechets-encombrants", .audiences = CITIZEN | AGENT, .volume_per_year = 11000},
    {.code = "dechets-decheterie",
     .audiences = CITIZEN | APPLICANT | AGENT | PARTNER,
     .volume_per_year = 5200},
    {.code = "dechets-depot-sauvage",
     .audiences = CITIZEN | ELECTED | AGENT,
     .volume_per_year = 3100},
    {.code = "dechets-composteur",
     .audiences = CITIZEN | APPLICANT | AGENT,
     .volume_per_year = 1800},
    {.code = "transport-scolaire",
     .audiences = CITIZEN | BENEFICIARY | AGENT | PARTNER,
     .volume_per_year = 12500},
    {.code = "transport-carte",
     .audiences = CITIZEN | BENEFICIARY | AGENT,
     .volume_per_year = 8700},
    {.code = "transport-pmr", .audiences = BENEFICIARY | AGENT | PARTNER, .volume_per_year = 4200},
    {.code = "transport-reclamation", .audiences = CITIZEN | AGENT, .volume_per_year = 2600},
    {.code = "urbanisme-permis",
     .audiences = APPLICANT | AGENT | PARTNER | ELECTED,
     .volume_per_year = 2100},
    {.code = "urbanisme-declaration",
     .audiences = APPLICANT | AGENT | PARTNER | ELECTED,
     .volume_per_year = 2800},
    {.code = "urbanisme-renseignement",
     .audiences = CITIZEN | APPLICANT | AGENT | PARTNER,
     .volume_per_year = 5600},
    {.code = "habitat-amelioration",
     .audiences = APPLICANT | BENEFICIARY | AGENT | PARTNER,
     .volume_per_year = 950},
    {.code = "habitat-logement",
     .audiences = APPLICANT | AGENT | PARTNER | ELECTED,
     .volume_per_year = 3900},
    {.code = "economie-aide", .audiences = APPLICANT | AGENT | PARTNER, .volume_per_year = 620},
    {.code = "economie-foncier", .audiences = APPLICANT | AGENT | ELECTED, .volume_per_year = 240},
    {.code = "animaux-errance", .audiences = CITIZEN | ELECTED | AGENT, .volume_per_year = 4800},
    {.code = "animaux-restitution", .audiences = CITIZEN | AGENT, .volume_per_year = 1100},
    {.code = "association-subvention",
     .audiences = APPLICANT | AGENT | ELECTED | PARTNER,
     .volume_per_year = 780},
    {.code = "insertion-parcours",
     .audiences = APPLICANT | BENEFICIARY | AGENT | PARTNER,
     .volume_per_year = 1300},
    {.code = "culture-inscription",
     .audiences = CITIZEN | BENEFICIARY | AGENT,
     .volume_per_year = 3600},
    {.code = "marches-facture", .audiences = PARTNER | AGENT, .volume_per_year = 2900},
    {.code = "conges-agents", .audiences = AGENT, .volume_per_year = 21000},
    {.code = "courrier-elus", .audiences = ELECTED | AGENT, .volume_per_year = 6400},
    {.code = "intervention-interne", .audiences = AGENT | ELECTED, .volume_per_year = 7200},
};

// By bit.
static char *const casud_codes[] = {
    "delai",          "deplacements",
    "pieces",         "redemande",
    "formulaire",     "information",
    "interlocuteur",  "suivi",
    "horaires",       "numerique-difficile",
    "outil-en-panne", "pas-en-ligne",
    "cout",           "accueil",
    "decision",       "langue",
    "handicap",       "double-saisie",
    "circuit",        "outils-multiples",
    "regles",         "moyens",
    "formation",      "dossiers-incomplets",
    "coordination",
};

static struct place casud_communes[] = {
    {.code = "97422", .population = 81000}, {.code = "97412", .population = 38000},
    {.code = "97417", .population = 5000},  {.code = "97403", .population = 7000},
    {.code = "ailleurs", .population = -1},
};

enum {
    CASUD_PROCEDURES = sizeof casud_procedures / sizeof *casud_procedures,
    CASUD_CODES = sizeof casud_codes / sizeof *casud_codes,
    CASUD_COMMUNES = sizeof casud_communes / sizeof *casud_communes,
    CASUD_MONTHS = 12,
};

static struct pain_point casud_pain_points[CASUD_CODES];

static inline struct catalogue casud_catalogue(void)
{
    for (int bit = 0; bit < CASUD_CODES; bit++)
        casud_pain_points[bit] = (struct pain_point){.bit = bit, .code = casud_codes[bit]};
    return (struct catalogue){
        .procedures = casud_procedures,
        .procedure_count = CASUD_PROCEDURES,
        .pain_points = casud_pain_points,
        .pain_point_count = CASUD_CODES,
        .communes = casud_communes,
        .commune_count = CASUD_COMMUNES,
    };
}

// Day since 1970-01-01 in Réunion, four hours ahead of UTC all year.
static inline int32_t casud_day_of(const void *context, int64_t at_us)
{
    (void)context;
    return (int32_t)((at_us / 1000000 + 4 * 3600) / 86400);
}

// The months November 2025 to October 2026.
static inline const int64_t *casud_starts_us(void)
{
    static int64_t starts_us[CASUD_MONTHS + 1];
    for (int i = 0; i <= CASUD_MONTHS; i++) {
        int month = 10 + i; // from 0, of 2025
        int32_t day = calendar_days(2025 + month / 12, month % 12 + 1, 1);
        starts_us[i] = ((int64_t)day * 86400 - 4 * 3600) * 1000000;
    }
    return starts_us;
}

static inline struct demonstration_options casud_options(void)
{
    return (struct demonstration_options){
        .seed = 974,
        .answers_a_month = 1000,
        .months = CASUD_MONTHS,
        .world = WORLD_BASE,
        .last_month = {2026, 10},
        .starts_us = casud_starts_us(),
    };
}

// The line of a procedure, from 0.
static inline size_t casud_line(const char *code)
{
    size_t line = 0;
    while (strcmp(casud_procedures[line].code, code) != 0)
        line++;
    return line;
}
