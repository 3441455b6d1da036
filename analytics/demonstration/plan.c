// SPDX-License-Identifier: Apache-2.0
#include "analytics/demonstration/plan.h"

#include "analytics/statistics/draws.h"
#include "config/submission.h"
#include "config/vocabulary.h"

#include <stdlib.h>
#include <string.h>

enum { CHANGED_PROCEDURES = 3 };

static const double audience_shares[AUDIENCES] = {.60, .28, .12};

static const struct {
    const char *code;
    enum bit_role role;
    double when_excluded;
} special_codes[] = {
    {"numerique-difficile", BIT_EXCLUSION, .55},
    {"langue", BIT_EXCLUSION, .15},
    {"handicap", BIT_EXCLUSION, .10},
    {"outil-en-panne", BIT_TOOL, 0},
    {"pas-en-ligne", BIT_NOT_ONLINE, 0},
};

// What agents are not asked: surveys/agents.json leaves these out. They are drawn all the same.
static const char *const not_offered_to_agents[] = {
    "deplacements", "horaires", "cout", "accueil", "decision", "pas-en-ligne",
};

static const int agents_bits[] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  10, 11,
                                  12, 13, 14, 17, 18, 19, 20, 21, 22, 23, 24};

static const char *const world_names[] = {
    [WORLD_BASE] = "base", [WORLD_NULL] = "null", [WORLD_UNHEARD] = "unheard"};

const char *demonstration_world_name(enum demonstration_world world)
{
    return world_names[world];
}

bool demonstration_world_find(const char *name, enum demonstration_world *world)
{
    for (int i = WORLD_BASE; i <= WORLD_UNHEARD; i++) {
        if (strcmp(name, world_names[i]) != 0)
            continue;
        *world = (enum demonstration_world)i;
        return true;
    }
    return false;
}

const int *plan_agents_bits(size_t *count)
{
    *count = sizeof agents_bits / sizeof *agents_bits;
    return agents_bits;
}

double plan_delay_factor(const struct planned_procedure *planned, int month)
{
    if (!planned->changes)
        return 1;
    return month < MONTHS_BEFORE_CHANGE ? 1.4 : 0.5;
}

static bool check_options(const struct demonstration_options *options, struct error *error)
{
    if (options->answers_a_month < 1 || options->answers_a_month > DEMONSTRATION_ANSWERS_LIMIT)
        error_set(error, ERROR_USAGE, "the demonstration needs 1 to %d answers a month, not %d",
                  DEMONSTRATION_ANSWERS_LIMIT, options->answers_a_month);
    else if (options->months < 1 || options->months > DEMONSTRATION_MONTHS_LIMIT)
        error_set(error, ERROR_USAGE, "the demonstration needs 1 to %d months, not %d",
                  DEMONSTRATION_MONTHS_LIMIT, options->months);
    else if (options->seed > INT64_MAX)
        error_set(error, ERROR_USAGE, "the demonstration's seed is at most %lld",
                  (long long)INT64_MAX);
    else
        return true;
    return false;
}

// The bit of a code, or -1 when the taxonomy does not have it among those that are drawn.
static int find_bit(const struct demonstration *demonstration, const char *code)
{
    for (int bit = 0; bit < BITS; bit++)
        if (demonstration->codes[bit] != NULL && strcmp(demonstration->codes[bit], code) == 0)
            return bit;
    return -1;
}

static void read_taxonomy(struct demonstration *demonstration)
{
    const struct catalogue *catalogue = demonstration->catalogue;
    for (size_t i = 0; i < catalogue->pain_point_count; i++)
        if (catalogue->pain_points[i].bit < BITS)
            demonstration->codes[catalogue->pain_points[i].bit] = catalogue->pain_points[i].code;

    for (size_t i = 0; i < sizeof special_codes / sizeof *special_codes; i++) {
        int bit = find_bit(demonstration, special_codes[i].code);
        if (bit < 0)
            continue;
        demonstration->roles[bit] = special_codes[i].role;
        demonstration->exclusion[bit] = special_codes[i].when_excluded;
    }
    for (size_t i = 0; i < sizeof agents_bits / sizeof *agents_bits; i++)
        if (demonstration->codes[agents_bits[i]] != NULL)
            demonstration->agents_offered |= UINT64_C(1) << agents_bits[i];
    for (size_t i = 0; i < sizeof not_offered_to_agents / sizeof *not_offered_to_agents; i++) {
        int bit = find_bit(demonstration, not_offered_to_agents[i]);
        if (bit >= 0)
            demonstration->agents_offered &= ~(UINT64_C(1) << bit);
    }
}

struct code_check {
    const struct demonstration *demonstration;
    struct error *error;
    bool good;
};

static void check_code(const char *code, void *context)
{
    struct code_check *check = context;
    if (find_bit(check->demonstration, code) >= 0)
        return;
    check->good = false;
    error_set(
        check->error, ERROR_BAD_INPUT,
        "pain-points.csv: the demonstration plants the pain point %s, which has no bit from 0 "
        "to %d there; keep the taxonomy that is delivered to run the demonstration",
        code, BITS - 1);
}

static void read_communes(struct demonstration *demonstration)
{
    const struct catalogue *catalogue = demonstration->catalogue;
    double inhabitants = 0;
    for (size_t i = 0; i < catalogue->commune_count; i++) {
        const struct place *commune = &catalogue->communes[i];
        if (commune->population <= 0 || demonstration->commune_count == COMMUNES_LIMIT)
            continue;
        demonstration->communes[demonstration->commune_count] = commune->code;
        demonstration->commune_shares[demonstration->commune_count++] = commune->population;
        inhabitants += commune->population;
    }
    for (size_t i = 0; i < demonstration->commune_count; i++)
        demonstration->commune_shares[i] /= inhabitants;
}

static void plan_audiences(struct planned_procedure *planned)
{
    double sum = 0;
    for (int i = 0; i < AUDIENCES; i++)
        if ((planned->procedure->audiences >> i & 1) != 0)
            sum += planned->shares[i] = audience_shares[i];
    planned->external = sum > 0;
    planned->internal = planned->procedure->audiences >> AUDIENCES != 0;
    for (int i = 0; i < AUDIENCES && sum > 0; i++)
        planned->shares[i] /= sum;
}

static void plan_added(const struct demonstration *demonstration,
                       const struct planted planted[KIND_PAINS], double added[BITS])
{
    for (int i = 0; i < KIND_PAINS && planted[i].code != NULL; i++)
        added[find_bit(demonstration, planted[i].code)] = planted[i].added;
}

static void plan_kinds(struct demonstration *demonstration)
{
    size_t externals = 0;
    size_t internals = 0;
    for (size_t i = 0; i < demonstration->catalogue->procedure_count; i++) {
        struct planned_procedure *planned = &demonstration->procedures[i];
        planned->procedure = &demonstration->catalogue->procedures[i];
        planned->rank = -1;
        plan_audiences(planned);
        planned->kind =
            planned->external ? kind_of_external(externals++) : kind_of_internal(internals++);
        plan_added(demonstration, planned->kind->pains, planned->added);
        plan_added(demonstration, planned->kind->agents, planned->agents_added);
    }
}

// Ranks 0, 1, 2… in the catalogue's order, shuffled.
static int *shuffle_ranks(uint64_t seed, size_t count)
{
    int *ranks = memory_allocate(count * sizeof *ranks);
    for (size_t i = 0; i < count; i++)
        ranks[i] = (int)i;
    struct draws draws = draws_stream(seed, STREAM_TRUTH, 0, 0);
    for (size_t j = count; j-- > 1;) {
        size_t other = (size_t)(draws_uniform(&draws) * (double)(j + 1));
        int rank = ranks[j];
        ranks[j] = ranks[other];
        ranks[other] = rank;
    }
    return ranks;
}

static void plan_volumes(struct demonstration *demonstration)
{
    size_t count = demonstration->catalogue->procedure_count;
    size_t externals = 0;
    for (size_t i = 0; i < count; i++)
        externals += demonstration->procedures[i].external;

    int *ranks = shuffle_ranks(demonstration->seed, externals);
    double sum = 0;
    for (size_t i = 0, n = 0; i < count; i++) {
        struct planned_procedure *planned = &demonstration->procedures[i];
        if (!planned->external)
            continue;
        planned->rank = ranks[n++];
        sum += planned->weight = 1 / (1 + (double)planned->rank);
    }
    for (size_t i = 0; i < count && sum > 0; i++)
        demonstration->procedures[i].volume =
            demonstration->answers_a_month * demonstration->procedures[i].weight / sum;
    free(ranks);
}

static bool may_change(const struct planned_procedure *planned)
{
    const char *type = planned->kind->type;
    return strcmp(type, "org") == 0 || strcmp(type, "org1") == 0 || strcmp(type, "mixOG") == 0;
}

// The largest procedures of those that may change.
static void plan_changes(struct demonstration *demonstration)
{
    if (demonstration->world == WORLD_NULL)
        return;
    for (int chosen = 0; chosen < CHANGED_PROCEDURES; chosen++) {
        struct planned_procedure *largest = NULL;
        for (size_t i = 0; i < demonstration->catalogue->procedure_count; i++) {
            struct planned_procedure *planned = &demonstration->procedures[i];
            if (may_change(planned) && !planned->changes &&
                (largest == NULL || planned->rank < largest->rank))
                largest = planned;
        }
        if (largest != NULL)
            largest->changes = true;
    }
}

struct demonstration *demonstration_create(const struct catalogue *catalogue,
                                           const struct demonstration_options *options,
                                           struct error *error)
{
    if (!check_options(options, error))
        return NULL;
    AUTO(demonstration)
    struct demonstration *demonstration = memory_allocate(sizeof *demonstration);
    demonstration->catalogue = catalogue;
    demonstration->seed = options->seed;
    demonstration->answers_a_month = options->answers_a_month;
    demonstration->months = options->months;
    demonstration->world = options->world;
    demonstration->last_month = options->last_month;
    size_t size = ((size_t)options->months + 1) * sizeof *options->starts_us;
    demonstration->starts_us = memory_allocate(size);
    memcpy(demonstration->starts_us, options->starts_us, size);
    demonstration->procedures =
        memory_allocate(catalogue->procedure_count * sizeof *demonstration->procedures);

    read_taxonomy(demonstration);
    struct code_check check = {demonstration, error, true};
    kinds_visit_codes(check_code, &check);
    if (!check.good)
        return NULL;
    demonstration->delay_bit = find_bit(demonstration, "delai");
    demonstration->unclear_bits = UINT64_C(1) << find_bit(demonstration, "formulaire") |
                                  UINT64_C(1) << find_bit(demonstration, "information");
    read_communes(demonstration);
    plan_kinds(demonstration);
    plan_volumes(demonstration);
    plan_changes(demonstration);
    return TAKE(demonstration);
}

void demonstration_destroy(struct demonstration *demonstration)
{
    if (demonstration == NULL)
        return;
    free(demonstration->starts_us);
    free(demonstration->procedures);
    free(demonstration);
}

size_t demonstration_procedures(const struct demonstration *demonstration)
{
    return demonstration->catalogue->procedure_count;
}

int demonstration_months(const struct demonstration *demonstration)
{
    return demonstration->months;
}

struct month demonstration_month(const struct demonstration *demonstration, int month)
{
    return month_add(demonstration->last_month, month + 1 - demonstration->months);
}
