// Ids of the generated answers: UUID version 4 made of the next two outputs of their own stream,
// the first output first, most significant byte first.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "analytics/statistics/draws.h"
#include "config/uuid.h"

static inline struct uuid ids_next(struct draws *draws)
{
    uint8_t bytes[16];
    for (int half = 0; half < 2; half++) {
        uint64_t word = draws_next(draws);
        for (int i = 0; i < 8; i++)
            bytes[half * 8 + i] = (uint8_t)(word >> (56 - 8 * i));
    }
    return uuid_from_random(bytes);
}
