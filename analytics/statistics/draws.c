// SPDX-License-Identifier: Apache-2.0
#include "analytics/statistics/draws.h"

#include <assert.h>

static const uint64_t GOLDEN_GAMMA = UINT64_C(0x9E3779B97F4A7C15); // 2^64 over the golden ratio

uint64_t splitmix64_next(uint64_t *state)
{
    uint64_t z = *state += GOLDEN_GAMMA;
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

struct draws draws_seeded(uint64_t state)
{
    struct draws draws;
    for (size_t i = 0; i < 4; i++)
        draws.words[i] = splitmix64_next(&state);
    return draws;
}

struct draws draws_stream(uint64_t seed, uint32_t p, uint32_t i, uint32_t t)
{
    assert(i < UINT32_C(1) << 24 && t < UINT32_C(1) << 16);
    uint64_t number = 1 + ((uint64_t)p << 40) + ((uint64_t)i << 16) + t;
    return draws_seeded(seed + GOLDEN_GAMMA * number);
}

static uint64_t rotate_left(uint64_t word, int bits)
{
    return (word << bits) | (word >> (64 - bits));
}

uint64_t draws_next(struct draws *draws)
{
    uint64_t *words = draws->words;
    uint64_t output = rotate_left(words[1] * 5, 7) * 9;
    uint64_t shifted = words[1] << 17;
    words[2] ^= words[0];
    words[3] ^= words[1];
    words[1] ^= words[2];
    words[0] ^= words[3];
    words[2] ^= shifted;
    words[3] = rotate_left(words[3], 45);
    return output;
}

double draws_uniform(struct draws *draws)
{
    return (double)(draws_next(draws) >> 11) * 0x1p-53;
}

bool draws_bernoulli(struct draws *draws, double p)
{
    return draws_uniform(draws) < p;
}

size_t draws_categorical(struct draws *draws, const double weights[], size_t count)
{
    assert(count > 0);
    double uniform = draws_uniform(draws);
    double cumulated = 0;
    for (size_t i = 0; i + 1 < count; i++) {
        cumulated += weights[i];
        if (cumulated > uniform)
            return i;
    }
    return count - 1;
}
