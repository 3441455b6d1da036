// SPDX-License-Identifier: Apache-2.0
#include "analytics/demonstration/opinion.h"

#include "analytics/demonstration/chances.h"

int draw_satisfaction(struct draws *draws, uint64_t pains, bool excluded)
{
    static const double when_dissatisfied[] = {.4, .6};
    static const double otherwise[] = {.2, .45, .35};
    int ticks = __builtin_popcountll(pains);
    if (draws_bernoulli(draws, chance_of_dissatisfaction(ticks, excluded)))
        return 1 + (int)draws_categorical(draws, when_dissatisfied, 2);
    return 3 + (int)draws_categorical(draws, otherwise, 3);
}
