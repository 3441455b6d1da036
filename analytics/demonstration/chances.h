// The planted probabilities, given who answers and how the procedure was done: what the answers
// are drawn from and what the truth sums over, so that the two cannot differ.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "analytics/demonstration/plan.h"

// What a pain point's probability depends on in external answers.
struct circumstances {
    bool excluded;
    bool online;
    int month; // from 0
};

double chance_of_online(const struct planned_procedure *planned, bool excluded);

// Of the classes helped, given up, alone.
enum { COMPLETIONS = 3 };
void chances_of_completion(const struct circumstances *circumstances, double chances[COMPLETIONS]);

// One for each of the external bits.
void chances_of_pains(const struct demonstration *demonstration,
                      const struct planned_procedure *planned,
                      const struct circumstances *circumstances, double chances[EXTERNAL_BITS]);
double chance_of_agents_online(void);
// Of agents to report the pain point of a bit.
double chance_of_agents_pain(const struct planned_procedure *planned, int bit);

double chance_of_dissatisfaction(int ticks, bool excluded);
