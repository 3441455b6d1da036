// The answers of agents, elected officials and partners. The order of the draws is the generator's
// definition: it is the order of the lines below.
//
// SPDX-License-Identifier: Apache-2.0
#include "analytics/demonstration/chances.h"
#include "analytics/demonstration/ids.h"
#include "analytics/demonstration/lots.h"
#include "analytics/demonstration/opinion.h"
#include "config/submission.h"
#include "config/vocabulary.h"

#include <math.h>

static const double SHARE_REKEYED = .3;

// The catalogue keeps a procedure's audiences as a set: "those listed" come in the order elected,
// agent, partner, whatever the file's.
static const char *draw_audience(struct draws *draws, const struct procedure *procedure)
{
    const char *listed[AUDIENCES];
    double shares[AUDIENCES];
    size_t count = 0;
    for (size_t i = AUDIENCES; i < 2 * (size_t)AUDIENCES; i++)
        if ((procedure->audiences >> i & 1) != 0)
            listed[count++] = vocabulary_word(VOCABULARY_AUDIENCE, i);
    for (size_t i = 0; i < count; i++)
        shares[i] = 1 / (double)count;
    return listed[draws_categorical(draws, shares, count)];
}

static uint64_t draw_pains(struct draws *draws, const struct planned_procedure *planned)
{
    size_t count;
    const int *bits = plan_agents_bits(&count);
    uint64_t pains = 0;
    for (size_t i = 0; i < count; i++)
        if (draws_bernoulli(draws, chance_of_agents_pain(planned, bits[i])))
            pains |= UINT64_C(1) << bits[i];
    return pains;
}

static void draw_figures(struct draws *draws, struct demonstration_answer *answer)
{
    static const int minutes[] = {10, 20, 40};
    static const double minutes_shares[] = {.3, .4, .3};
    static const double files_factors[] = {.5, 1, 1.5};
    static const double files_shares[] = {.2, .6, .2};
    answer->minutes_per_file = minutes[draws_categorical(draws, minutes_shares, 3)];
    answer->rekeyed = draws_bernoulli(draws, SHARE_REKEYED);
    double factor = files_factors[draws_categorical(draws, files_shares, 3)];
    int32_t volume = answer->procedure->volume_per_year;
    answer->files_per_month = volume < 0 ? NUMBER_ABSENT : (int32_t)lround(volume / 12.0 * factor);
}

static void draw_answer(struct draws *draws, const struct demonstration *demonstration,
                        const struct planned_procedure *planned,
                        struct demonstration_answer *answer)
{
    answer->audience = draw_audience(draws, planned->procedure);
    uint64_t pains = draw_pains(draws, planned);
    answer->pains = pains & demonstration->agents_offered;
    answer->satisfaction = draw_satisfaction(draws, pains, false);
    answer->channel = draws_bernoulli(draws, chance_of_agents_online()) ? "online" : "desk";
    draw_figures(draws, answer);
}

static int draw_count(struct draws *draws, const struct planned_procedure *planned)
{
    if (planned->external)
        return 1 + (draws_bernoulli(draws, .4) ? 1 : 0);
    return 2 + (draws_bernoulli(draws, .5) ? 1 : 0);
}

void demonstration_internal(const struct demonstration *demonstration, size_t procedure, int month,
                            demonstration_visit *visit, void *context)
{
    const struct planned_procedure *planned = &demonstration->procedures[procedure];
    if (!planned->internal)
        return;
    uint32_t i = (uint32_t)procedure;
    uint32_t t = (uint32_t)month;
    struct draws draws = draws_stream(demonstration->seed, STREAM_INTERNAL, i, t);
    struct draws ids = draws_stream(demonstration->seed, STREAM_IDS + STREAM_INTERNAL, i, t);
    int count = draw_count(&draws, planned);
    for (int n = 0; n < count; n++) {
        struct demonstration_answer answer = {
            .procedure = planned->procedure,
            .month = month,
            .id = ids_next(&ids),
            .entry = "form",
        };
        answer.received_at_us = lot_moment(&answer.id, demonstration->starts_us[month],
                                           demonstration->starts_us[month + 1]);
        draw_answer(&draws, demonstration, planned, &answer);
        visit(&answer, context);
    }
}
