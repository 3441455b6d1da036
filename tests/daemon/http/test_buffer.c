// SPDX-License-Identifier: Apache-2.0
#include "daemon/http/buffer.h"

#include <criterion/criterion.h>
#include <string.h>

Test(buffer, draws_on_the_budget_and_gives_all_back)
{
    struct budget budget = {.left = 1000};
    struct buffer first = {0}, second = {0};
    cr_assert(buffer_reserve(&first, &budget, 600));
    cr_expect_eq(budget.left, 400);
    cr_expect_not(buffer_reserve(&second, &budget, 401));
    cr_expect_null(second.bytes);
    cr_expect(buffer_reserve(&second, &budget, 400));
    cr_expect_eq(budget.left, 0);
    cr_expect(buffer_reserve(&first, &budget, 600), "it has that room");
    cr_expect_not(buffer_reserve(&first, &budget, 601));
    buffer_clear(&first, &budget);
    buffer_clear(&second, &budget);
    buffer_clear(&second, &budget);
    cr_expect_eq(budget.left, 1000);
}

Test(buffer, keeps_its_bytes_when_it_grows)
{
    struct budget budget = {.left = 1000};
    struct buffer buffer = {0};
    cr_assert(buffer_reserve(&buffer, &budget, 3));
    buffer_append(&buffer, "abc", 3);
    cr_assert(buffer_reserve(&buffer, &budget, 900));
    cr_expect_eq(budget.left, 100, "only the difference");
    buffer_append(&buffer, "de", 2);
    cr_expect_eq(buffer.size, 5);
    cr_expect_eq(memcmp(buffer.bytes, "abcde", 5), 0);
    buffer_clear(&buffer, &budget);
}

Test(buffer, costs_nothing_up_to_what_is_exempt)
{
    struct budget budget = {.left = 5000, .exempt = 4096};
    struct buffer small = {0}, large = {0};
    char bytes[5000] = {0};
    cr_assert(buffer_keep(&small, &budget, bytes, 4096));
    cr_expect_eq(budget.left, 5000);
    cr_assert(buffer_keep(&large, &budget, bytes, 4600));
    cr_expect_lt(budget.left, 401);
    cr_expect_not(buffer_keep(&small, &budget, bytes, 4097), "then all of it counts");
    cr_expect_eq(small.size, 4096);
    buffer_clear(&large, &budget);
    cr_expect(buffer_keep(&small, &budget, bytes, 4097));
    buffer_clear(&small, &budget);
    cr_expect_eq(budget.left, 5000);
}

Test(buffer, replaces_what_it_kept)
{
    struct budget budget = {.left = 5000};
    struct buffer buffer = {0};
    cr_assert(buffer_keep(&buffer, &budget, "abcdef", 6));
    cr_assert(buffer_keep(&buffer, &budget, "xy", 2));
    cr_expect_eq(buffer.size, 2);
    cr_expect_eq(memcmp(buffer.bytes, "xy", 2), 0);
    buffer_clear(&buffer, &budget);
    cr_expect_null(buffer.bytes);
    cr_expect_eq(buffer.capacity, 0);
}
