// SPDX-License-Identifier: Apache-2.0
#include "daemon/http/addresses.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

static const struct sockaddr *address_of(const char *text)
{
    static union {
        struct sockaddr any;
        struct sockaddr_in ip4;
        struct sockaddr_in6 ip6;
    } address;
    memset(&address, 0, sizeof address);
    address.any.sa_family = strchr(text, ':') != NULL ? AF_INET6 : AF_INET;
    void *into = address.any.sa_family == AF_INET6 ? (void *)&address.ip6.sin6_addr
                                                   : (void *)&address.ip4.sin_addr;
    cr_assert_eq(inet_pton(address.any.sa_family, text, into), 1, "%s", text);
    return &address.any;
}

Test(addresses, counts_by_ipv4_address_and_by_ipv6_64)
{
    static const struct {
        const char *first, *second;
        bool together;
    } pairs[] = {
        {"192.0.2.1", "192.0.2.1", true},
        {"192.0.2.1", "192.0.2.2", false},
        {"2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true},
        {"2001:db8:1:2::1", "2001:db8:1:3::1", false},
        {"::ffff:192.0.2.1", "192.0.2.1", true},
        {"::ffff:192.0.2.1", "::ffff:192.0.2.2", false},
        {"::1", "0.0.0.0", false},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct addresses *addresses = addresses_create(4);
        cr_assert(addresses_enter(addresses, address_of(pairs[i].first), 1));
        cr_expect_eq(addresses_enter(addresses, address_of(pairs[i].second), 1), !pairs[i].together,
                     "%s and %s", pairs[i].first, pairs[i].second);
        addresses_destroy(addresses);
    }
}

Test(addresses, takes_up_to_the_limit_and_again_after_one_left)
{
    struct addresses *addresses = addresses_create(10);
    const struct sockaddr *address = address_of("192.0.2.1");
    for (int i = 0; i < 3; i++)
        cr_assert(addresses_enter(addresses, address, 3));
    cr_assert_not(addresses_enter(addresses, address, 3));
    addresses_leave(addresses, address);
    cr_assert(addresses_enter(addresses, address, 3));
    cr_assert_not(addresses_enter(addresses, address, 3));
    addresses_destroy(addresses);
}

// A plain array of counts is what the table is held to.
Test(addresses, forgets_nobody_however_they_come_and_go)
{
    enum { NETWORKS = 300, MOST = 400, STEPS = 60000, LIMIT = 3 };
    static unsigned counts[NETWORKS];
    struct addresses *addresses = addresses_create(MOST);
    uint32_t random = 12345;
    unsigned total = 0;
    for (int i = 0; i < STEPS; i++) {
        char text[32];
        random = random * 1664525U + 1013904223U;
        unsigned network = (random >> 8) % NETWORKS;
        bool enters = (random >> 24) % 2 == 0;
        (void)snprintf(text, sizeof text, "10.0.%u.%u", network / 256, network % 256);
        if (enters && total < MOST) {
            bool entered = addresses_enter(addresses, address_of(text), LIMIT);
            cr_assert_eq(entered, counts[network] < LIMIT, "step %d", i);
            counts[network] += entered;
            total += entered;
        } else if (!enters && counts[network] > 0) {
            addresses_leave(addresses, address_of(text));
            counts[network]--;
            total--;
        }
    }
    addresses_destroy(addresses);
}

Test(addresses, keeps_every_count_when_it_is_enlarged)
{
    enum { NETWORKS = 40, LARGER = 500 };
    struct addresses *addresses = addresses_create(2 * NETWORKS);
    char text[32];
    for (int i = 0; i < NETWORKS; i++) {
        (void)snprintf(text, sizeof text, "192.0.2.%d", i);
        cr_assert(addresses_enter(addresses, address_of(text), 9));
        cr_assert(addresses_enter(addresses, address_of(text), 9));
    }
    addresses = addresses_enlarge(addresses, LARGER);
    addresses = addresses_enlarge(addresses, 1); // never smaller
    for (int i = 0; i < LARGER - 2 * NETWORKS; i++) {
        (void)snprintf(text, sizeof text, "198.51.%d.%d", i / 250, i % 250);
        cr_assert(addresses_enter(addresses, address_of(text), 1));
    }
    for (int i = 0; i < NETWORKS; i++) {
        (void)snprintf(text, sizeof text, "192.0.2.%d", i);
        cr_expect_not(addresses_enter(addresses, address_of(text), 2), "%s", text);
        addresses_leave(addresses, address_of(text));
        cr_expect(addresses_enter(addresses, address_of(text), 2), "%s", text);
    }
    addresses_destroy(addresses);
}
