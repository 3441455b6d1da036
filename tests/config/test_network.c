// SPDX-License-Identifier: Apache-2.0
#include "config/network.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <string.h>

static struct sockaddr_storage address(const char *text)
{
    struct sockaddr_storage storage = {0};
    struct sockaddr_in *four = (struct sockaddr_in *)&storage;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)&storage;
    if (inet_pton(AF_INET, text, &four->sin_addr) == 1) {
        four->sin_family = AF_INET;
        return storage;
    }
    cr_assert_eq(inet_pton(AF_INET6, text, &six->sin6_addr), 1);
    six->sin6_family = AF_INET6;
    return storage;
}

Test(network, matches_addresses_against_prefixes)
{
    static const struct {
        const char *prefix, *address;
        bool contains;
    } rows[] = {
        {"127.0.0.0/8", "127.9.8.7", true},
        {"127.0.0.0/8", "128.0.0.1", false},
        {"10.1.2.3", "10.1.2.3", true},
        {"10.1.2.3", "10.1.2.4", false},
        {"10.1.2.3/32", "::ffff:10.1.2.3", true},
        {"192.168.1.128/25", "192.168.1.200", true},
        {"192.168.1.128/25", "192.168.1.100", false},
        {"0.0.0.0/0", "8.8.8.8", true},
        {"0.0.0.0/0", "::1", false},
        {"::1", "::1", true},
        {"2001:db8::/33", "2001:db8:7fff::1", true},
        {"2001:db8::/33", "2001:db8:8000::1", false},
        {"nonsense", "10.1.2.3", false},
        {"10.0.0.0/-1", "10.1.2.3", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sockaddr_storage peer = address(rows[i].address);
        cr_assert_eq(network_contains(rows[i].prefix, (struct sockaddr *)&peer), rows[i].contains,
                     "%s %s", rows[i].prefix, rows[i].address);
    }
}

Test(network, knows_a_prefix)
{
    cr_assert(network_is_prefix("10.0.0.0/8"));
    cr_assert(network_is_prefix("::/0"));
    cr_assert_not(network_is_prefix("10.0.0.0/33"));
    cr_assert_not(network_is_prefix("10.0.0.0/"));
    cr_assert_not(network_is_prefix("10.0.0.0/8x"));
    cr_assert_not(network_is_prefix("::/129"));
    cr_assert_not(network_is_prefix(""));
}
