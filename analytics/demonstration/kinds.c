// SPDX-License-Identifier: Apache-2.0
#include "analytics/demonstration/kinds.h"

enum name {
    ORG,
    ORG1,
    INFO,
    DIG,
    TRAVEL,
    EXCL,
    TOOL,
    GOOD,
    GOODX, // works, but not for beneficiaries
    MIX_OG,
    MIX_GE,
    QUIET,
    INVOICES, // from here on: without external audience
    LEAVE,
    LETTERS,
    INTERVENTIONS,
    KIND_COUNT
};

// clang-format off
#define NONE {{NULL, 0}}

static const struct kind kinds[KIND_COUNT] = {
    // type, direction, excluded, online, background, agents' background, prefers online,
    //     what is added in external answers, what in agents' answers
    [ORG]    = {"org",    "simplify-first", {.10, .10, .14}, .25, .04, .05, false,
        {{"delai", .30}, {"pieces", .22}, {"redemande", .12}, {"decision", .06}},
        {{"circuit", .45}}},
    [ORG1]   = {"org1",   "simplify-first", {.10, .10, .14}, .25, .04, .05, false,
        {{"delai", .34}}, NONE},
    [INFO]   = {"info",   "simplify-first", {.10, .10, .14}, .25, .04, .05, false,
        {{"formulaire", .28}, {"information", .22}}, NONE},
    [DIG]    = {"dig",    "digitise",       {.07, .06, .10}, .02, .04, .05, true,
        {{"pas-en-ligne", .34}, {"suivi", .22}}, NONE},
    [TRAVEL] = {"travel", "digitise",       {.07, .06, .10}, .02, .04, .05, true,
        {{"deplacements", .32}, {"horaires", .22}, {"pas-en-ligne", .16}}, NONE},
    [EXCL]   = {"excl",   "keep-human",     {.34, .34, .50}, .30, .04, .05, false,
        {{"deplacements", .10}, {"accueil", .08}}, NONE},
    [TOOL]   = {"tool",   "accompany",      {.10, .08, .14}, .65, .04, .05, false,
        {{"outil-en-panne", .34}}, {{"outils-multiples", .35}}},
    [GOOD]   = {"good",   "leave",          {.06, .05, .08}, .40, .008, .05, false,
        NONE, NONE},
    [GOODX]  = {"goodx",  "keep-human",     {.05, .05, .65}, .40, .008, .05, false,
        NONE, NONE},
    [MIX_OG] = {"mixOG",  "simplify-first", {.08, .08, .12}, .05, .04, .05, true,
        {{"delai", .30}, {"pieces", .12}, {"pas-en-ligne", .26}}, {{"circuit", .45}}},
    [MIX_GE] = {"mixGE",  "keep-human",     {.32, .32, .45}, .05, .04, .05, true,
        {{"pas-en-ligne", .26}, {"suivi", .16}}, NONE},
    [QUIET]  = {"quiet",  "leave",          {.07, .07, .10}, .30, .015, .05, false,
        {{"delai", .03}}, NONE},
    [INVOICES]      = {"internal", "accompany",      {0, 0, 0}, 0, 0, .05, false,
        NONE, {{"outils-multiples", .50}, {"formation", .30}}},
    [LEAVE]         = {"internal", "leave",          {0, 0, 0}, 0, 0, .01, false,
        NONE, NONE},
    [LETTERS]       = {"internal", "simplify-first", {0, 0, 0}, 0, 0, .05, false,
        NONE, {{"circuit", .50}, {"regles", .30}}},
    [INTERVENTIONS] = {"internal", "digitise",       {0, 0, 0}, 0, 0, .05, false,
        NONE, {{"double-saisie", .50}, {"suivi", .25}}},
};
// clang-format on

static const enum name external_plan[] = {
    ORG,  INFO,   GOOD, DIG, ORG1, TRAVEL, ORG1, DIG,   GOOD, QUIET,  TOOL,   GOODX,  EXCL,
    INFO, MIX_OG, TOOL, DIG, ORG,  EXCL,   ORG,  QUIET, GOOD, TRAVEL, MIX_OG, MIX_GE, GOODX,
};
static const enum name internal_plan[] = {INVOICES, LEAVE, LETTERS, INTERVENTIONS};

const struct kind *kind_of_external(size_t n)
{
    return &kinds[external_plan[n % (sizeof external_plan / sizeof *external_plan)]];
}

const struct kind *kind_of_internal(size_t n)
{
    return &kinds[internal_plan[n % (sizeof internal_plan / sizeof *internal_plan)]];
}

static void visit_list(const struct planted list[KIND_PAINS],
                       void (*visit)(const char *code, void *context), void *context)
{
    for (size_t i = 0; i < KIND_PAINS && list[i].code != NULL; i++)
        visit(list[i].code, context);
}

void kinds_visit_codes(void (*visit)(const char *code, void *context), void *context)
{
    for (size_t i = 0; i < KIND_COUNT; i++) {
        visit_list(kinds[i].pains, visit, context);
        visit_list(kinds[i].agents, visit, context);
    }
}
