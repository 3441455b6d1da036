// SPDX-License-Identifier: Apache-2.0
#include "analytics/demonstration/chances.h"

#include <math.h>

static const double MOST = .97;
static const double EXCLUSION_PAIN_OF_OTHERS = .004;

double chance_of_online(const struct planned_procedure *planned, bool excluded)
{
    return excluded ? planned->kind->online / 4 : planned->kind->online;
}

void chances_of_completion(const struct circumstances *circumstances, double chances[COMPLETIONS])
{
    static const double of_others[2][2] = {{.41, .01}, {.06, .03}}; // at a desk, online
    static const double of_excluded[2][2] = {{.85, .01}, {.50, .12}};
    const double *helped_given_up =
        (circumstances->excluded ? of_excluded : of_others)[circumstances->online ? 1 : 0];
    chances[0] = helped_given_up[0];
    chances[1] = helped_given_up[1];
    chances[2] = 1 - chances[0] - chances[1];
}

static double chance_of_pain(const struct demonstration *demonstration,
                             const struct planned_procedure *planned,
                             const struct circumstances *circumstances, int bit)
{
    double background = planned->kind->background;
    double added = planned->added[bit];
    bool online = circumstances->online;
    switch (demonstration->roles[bit]) {
    case BIT_EXCLUSION:
        return circumstances->excluded ? demonstration->exclusion[bit] : EXCLUSION_PAIN_OF_OTHERS;
    case BIT_TOOL:
        return fmin(MOST,
                    online ? background + added * .9 / planned->kind->online : background * .3);
    case BIT_NOT_ONLINE:
        return fmin(MOST,
                    background + added * (circumstances->excluded ? .3 : 1.1) * (online ? .3 : 1));
    case BIT_PLAIN:
        break;
    }
    if (bit == demonstration->delay_bit)
        added *= plan_delay_factor(planned, circumstances->month);
    return fmin(MOST, background + added);
}

void chances_of_pains(const struct demonstration *demonstration,
                      const struct planned_procedure *planned,
                      const struct circumstances *circumstances, double chances[EXTERNAL_BITS])
{
    for (int bit = 0; bit < EXTERNAL_BITS; bit++)
        chances[bit] = chance_of_pain(demonstration, planned, circumstances, bit);
}

double chance_of_agents_online(void)
{
    return .6;
}

double chance_of_agents_pain(const struct planned_procedure *planned, int bit)
{
    return fmin(MOST, planned->kind->agents_background + planned->agents_added[bit]);
}

double chance_of_dissatisfaction(int ticks, bool excluded)
{
    return fmin(.9, .03 + .22 * (ticks < 3 ? ticks : 3) + (excluded ? .15 : 0));
}
