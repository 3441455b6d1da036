// SPDX-License-Identifier: Apache-2.0
#include "daemon/http/allowances.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#define SECOND INT64_C(1000000)
#define START (5000 * SECOND)

static struct allowances *allowances;

static void set_up(void)
{
    allowances = allowances_create();
}

static void tear_down(void)
{
    allowances_destroy(allowances);
}

TestSuite(allowances, .init = set_up, .fini = tear_down);

static unsigned take(const char *from, uint32_t per_minute, int64_t now_us)
{
    struct sockaddr_in6 ip6 = {.sin6_family = AF_INET6};
    struct sockaddr_in ip4 = {.sin_family = AF_INET};
    if (inet_pton(AF_INET, from, &ip4.sin_addr) == 1)
        return allowances_take(allowances, (struct sockaddr *)&ip4, per_minute, now_us);
    cr_assert_eq(inet_pton(AF_INET6, from, &ip6.sin6_addr), 1, "%s", from);
    return allowances_take(allowances, (struct sockaddr *)&ip6, per_minute, now_us);
}

// How many are allowed before the first that is not.
static unsigned allowed(const char *from, uint32_t per_minute, int64_t now_us)
{
    for (unsigned count = 0; count < 2000000; count++)
        if (take(from, per_minute, now_us) > 0)
            return count;
    return UINT32_MAX;
}

Test(allowances, give_a_minutes_worth_at_once_and_no_more)
{
    cr_assert_eq(allowed("192.0.2.1", 600, START), 600);
    cr_assert_eq(allowed("192.0.2.2", 1, START), 1);
}

Test(allowances, fill_evenly)
{
    cr_assert_eq(allowed("192.0.2.1", 600, START), 600);
    cr_assert_gt(take("192.0.2.1", 600, START + SECOND / 11), 0);
    cr_assert_eq(take("192.0.2.1", 600, START + SECOND / 10), 0);
    cr_assert_eq(allowed("192.0.2.1", 600, START + SECOND), 9);
    cr_assert_eq(allowed("192.0.2.1", 600, START + 3600 * SECOND), 600);
}

Test(allowances, tell_when_to_come_back)
{
    cr_assert_eq(allowed("192.0.2.1", 6, START), 6);
    cr_assert_eq(take("192.0.2.1", 6, START), 10);
    cr_assert_eq(take("192.0.2.1", 6, START + 9 * SECOND + 1), 1);
    cr_assert_eq(take("192.0.2.1", 6, START + 10 * SECOND), 0);
}

Test(allowances, cost_nothing_when_refused)
{
    cr_assert_eq(allowed("192.0.2.1", 6, START), 6);
    for (int i = 0; i < 1000; i++)
        cr_assert_eq(take("192.0.2.1", 6, START), 10);
    cr_assert_eq(take("192.0.2.1", 6, START + 10 * SECOND), 0);
}

Test(allowances, count_each_ipv4_address_alone)
{
    cr_assert_eq(allowed("192.0.2.1", 5, START), 5);
    cr_assert_eq(allowed("192.0.2.2", 5, START), 5);
}

Test(allowances, count_an_ipv6_64_as_one)
{
    cr_assert_eq(allowed("2001:db8:0:1::1", 5, START), 5);
    cr_assert_gt(take("2001:db8:0:1:ffff:ffff:ffff:ffff", 5, START), 0);
    cr_assert_eq(allowed("2001:db8:0:2::1", 5, START), 5);
}

Test(allowances, count_ipv4_written_as_ipv6_as_ipv4)
{
    cr_assert_eq(allowed("::ffff:192.0.2.1", 5, START), 5);
    cr_assert_gt(take("192.0.2.1", 5, START), 0);
    cr_assert_eq(allowed("::ffff:192.0.2.2", 5, START), 5);
}

Test(allowances, have_no_limit_at_0)
{
    for (int i = 0; i < 10000; i++)
        cr_assert_eq(take("192.0.2.1", 0, START), 0);
}

Test(allowances, follow_a_changed_limit)
{
    cr_assert_eq(allowed("192.0.2.1", 60, START), 60);
    cr_assert_gt(take("192.0.2.1", 30, START), 0);
    cr_assert_eq(allowed("192.0.2.1", 30, START + 30 * SECOND), 15);
    cr_assert_eq(allowed("192.0.2.2", 1000000, START), 1000000);
}

// The table has a fixed size: a flood from everywhere forgets some, and never limits somebody who
// sent nothing.
Test(allowances, stay_fair_to_newcomers_in_a_flood_of_networks)
{
    for (unsigned i = 0; i < 100000; i++) {
        char from[32];
        (void)snprintf(from, sizeof from, "10.%u.%u.%u", i >> 16, i >> 8 & 255, i & 255);
        cr_assert_eq(take(from, 1, START), 0, "%s", from);
    }
}

// Who is limited is what is kept longest: others that come meanwhile do not free them.
Test(allowances, are_not_reset_by_others_that_send_little)
{
    cr_assert_eq(allowed("192.0.2.1", 600, START), 600);
    for (unsigned i = 0; i < 20000; i++) {
        char from[32];
        (void)snprintf(from, sizeof from, "10.0.%u.%u", i >> 8, i & 255);
        cr_assert_eq(take(from, 600, START), 0);
    }
    cr_assert_gt(take("192.0.2.1", 600, START), 0);
}

Test(allowances, forget_everything_once_a_day)
{
    int64_t day = 24 * 3600 * SECOND;
    cr_assert_eq(take("192.0.2.9", 1, START), 0); // the key is made now
    cr_assert_eq(take("192.0.2.1", 1, START + day - SECOND), 0);
    cr_assert_gt(take("192.0.2.1", 1, START + day - 1), 0);
    cr_assert_eq(take("192.0.2.1", 1, START + day), 0);
}
