// SPDX-License-Identifier: Apache-2.0
#include "analytics/statistics/draws.h"

#include <criterion/criterion.h>
#include <math.h>

Test(draws, follows_splitmix64_from_zero)
{
    static const uint64_t expected[] = {
        UINT64_C(0xe220a8397b1dcdaf), UINT64_C(0x6e789e6aa1b965f4), UINT64_C(0x06c45d188009454f),
        UINT64_C(0xf88bb8a8724c81ec), UINT64_C(0x1b39896a51a8749b),
    };
    uint64_t state = 0;
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        cr_assert_eq(splitmix64_next(&state), expected[i], "output %zu", i);
}

Test(draws, gives_the_check_values_of_words_from_splitmix64_started_at_zero)
{
    static const uint64_t expected[] = {
        UINT64_C(0x99ec5f36cb75f2b4),
        UINT64_C(0xbf6e1f784956452a),
        UINT64_C(0x1a5f849d4933e6e0),
    };
    struct draws draws = draws_seeded(0);
    for (size_t i = 0; i < 3; i++)
        cr_assert_eq(draws_next(&draws), expected[i], "output %zu", i);
}

// From the state 1, 2, 3, 4, by hand: rotl(2 * 5, 7) * 9 = 11520, then words[1] = 0.
Test(draws, follows_xoshiro256_from_a_plain_state)
{
    static const uint64_t expected[] = {11520, 0, 1509978240};
    struct draws draws = {{1, 2, 3, 4}};
    for (size_t i = 0; i < 3; i++)
        cr_assert_eq(draws_next(&draws), expected[i], "output %zu", i);
}

Test(draws, gives_the_check_values_of_a_stream)
{
    struct draws draws = draws_stream(974, 1, 3, 5);
    cr_assert_eq(draws_next(&draws), UINT64_C(0xcae1abefc0979bd5));
    cr_assert_eq(draws_next(&draws), UINT64_C(0xb499918c995d59c1));
}

Test(draws, keeps_streams_apart)
{
    static const uint32_t streams[][3] = {{0, 0, 0}, {1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {9, 29, 11}};
    enum { STREAMS = sizeof streams / sizeof *streams };
    uint64_t first[STREAMS];
    for (size_t i = 0; i < STREAMS; i++) {
        struct draws draws = draws_stream(974, streams[i][0], streams[i][1], streams[i][2]);
        first[i] = draws_next(&draws);
        for (size_t j = 0; j < i; j++)
            cr_assert_neq(first[i], first[j], "streams %zu and %zu", i, j);
    }
}

Test(draws, gives_uniforms_from_zero_to_under_one)
{
    struct draws draws = draws_stream(1, 0, 0, 0);
    double sum = 0;
    enum { COUNT = 100000 };
    for (int i = 0; i < COUNT; i++) {
        double uniform = draws_uniform(&draws);
        cr_assert(uniform >= 0 && uniform < 1);
        cr_assert_eq(uniform * 0x1p53, floor(uniform * 0x1p53));
        sum += uniform;
    }
    cr_assert(fabs(sum / COUNT - 0.5) < 4.5 * sqrt(1 / 12.0 / COUNT));
}

Test(draws, takes_the_top_53_bits)
{
    struct draws one = draws_stream(974, 1, 3, 5);
    struct draws two = one;
    cr_assert_eq(draws_uniform(&one), (double)(draws_next(&two) >> 11) / 9007199254740992.0);
}

Test(draws, decides_certainties_and_still_pays_one_output)
{
    struct draws draws = draws_stream(974, 0, 0, 0);
    struct draws beside = draws;
    for (int i = 0; i < 1000; i++) {
        cr_assert_not(draws_bernoulli(&draws, 0));
        cr_assert(draws_bernoulli(&draws, 1));
        cr_assert_eq(draws_categorical(&draws, (double[]){1}, 1), 0);
        for (int j = 0; j < 3; j++)
            (void)draws_next(&beside);
    }
    cr_assert_eq(draws_next(&draws), draws_next(&beside));
}

Test(draws, picks_classes_by_cumulated_weight)
{
    static const double weights[] = {0.2, 0, 0.5, 0.3};
    struct draws draws = draws_stream(974, 2, 0, 0);
    struct draws beside = draws;
    int seen[4] = {0};
    enum { COUNT = 20000 };
    for (int i = 0; i < COUNT; i++) {
        size_t class = draws_categorical(&draws, weights, 4);
        double uniform = draws_uniform(&beside);
        cr_assert_eq(class, uniform < 0.2 ? 0 : uniform < 0.7 ? 2 : 3);
        seen[class]++;
    }
    for (int i = 0; i < 4; i++) {
        double sigma = sqrt(COUNT * weights[i] * (1 - weights[i]));
        cr_assert(fabs(seen[i] - COUNT * weights[i]) <= 4.5 * sigma, "class %d", i);
    }
}

Test(draws, leaves_missing_weight_to_the_last_class)
{
    struct draws draws = draws_stream(974, 3, 0, 0);
    for (int i = 0; i < 100; i++)
        cr_assert_eq(draws_categorical(&draws, (double[]){0, 0, 0}, 3), 2);
}
