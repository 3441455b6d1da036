// Random draws that are the same on every machine and in every release: xoshiro256** (Blackman and
// Vigna 2018) seeded by four outputs of splitmix64 (Steele, Lea and Flood 2014), in numbered
// streams, so that a change in one place moves no draw in another. Not for secrets.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct draws {
    uint64_t words[4];
};

// The next output of splitmix64, whose whole state is *state.
uint64_t splitmix64_next(uint64_t *state);

// A generator whose words are the first four outputs of splitmix64 started at state.
struct draws draws_seeded(uint64_t state);

// Stream (p, i, t) of a seed: purpose, item (at most 2^24 - 1), time (at most 2^16 - 1).
struct draws draws_stream(uint64_t seed, uint32_t p, uint32_t i, uint32_t t);

uint64_t draws_next(struct draws *draws);

// Each of the following costs one output, also where it decides nothing (p = 0, one class).
double draws_uniform(struct draws *draws);           // [0, 1), a multiple of 2^-53
bool draws_bernoulli(struct draws *draws, double p); // true with probability p
// The first class whose cumulated weight exceeds the uniform, else the last. The weights sum to 1
// (what is missing falls to the last class); count > 0.
size_t draws_categorical(struct draws *draws, const double weights[], size_t count);
