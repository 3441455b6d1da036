// SPDX-License-Identifier: Apache-2.0
#include "daemon/http/client_address.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

static char got[INET6_ADDRSTRLEN];

// The address of a request with these fields from this peer, as text; "" when nobody can tell.
static const char *address_of(const char *fields, const char *peer, bool trusted)
{
    char text[1024];
    struct head head;
    struct sockaddr_storage address;
    union {
        struct sockaddr any;
        struct sockaddr_in ip4;
        struct sockaddr_in6 ip6;
    } from = {.any = {.sa_family = AF_UNIX}};
    if (inet_pton(AF_INET, peer, &from.ip4.sin_addr) == 1)
        from.any.sa_family = AF_INET;
    else if (inet_pton(AF_INET6, peer, &from.ip6.sin6_addr) == 1)
        from.any.sa_family = AF_INET6;
    int size = snprintf(text, sizeof text, "GET / HTTP/1.1\r\nHost: a\r\n%s\r\n", fields);
    cr_assert_eq(head_read(text, (size_t)size, &head), 0);
    got[0] = '\0';
    if (!client_address(&head, &from.any, trusted, &address))
        return got;
    const void *bytes = address.ss_family == AF_INET
                            ? (const void *)&((struct sockaddr_in *)&address)->sin_addr
                            : (const void *)&((struct sockaddr_in6 *)&address)->sin6_addr;
    return inet_ntop(address.ss_family, bytes, got, sizeof got);
}

Test(client_address, is_the_peer_where_no_proxy_is_trusted)
{
    cr_assert_str_eq(address_of("", "192.0.2.7", false), "192.0.2.7");
    cr_assert_str_eq(address_of("", "2001:db8::7", false), "2001:db8::7");
}

Test(client_address, does_not_believe_the_field_of_just_anybody)
{
    cr_assert_str_eq(address_of("X-Real-IP: 198.51.100.1\r\n", "192.0.2.7", false), "192.0.2.7");
}

Test(client_address, is_what_a_trusted_proxy_tells)
{
    cr_assert_str_eq(address_of("X-Real-IP: 198.51.100.1\r\n", "127.0.0.1", true), "198.51.100.1");
    cr_assert_str_eq(address_of("x-real-ip:  2001:db8::9 \r\n", "::1", true), "2001:db8::9");
}

Test(client_address, is_unknown_where_a_trusted_proxy_tells_none)
{
    cr_assert_str_eq(address_of("", "127.0.0.1", true), "");
}

Test(client_address, never_reads_what_each_hop_adds_to)
{
    const char *fields = "X-Forwarded-For: 198.51.100.1\r\nForwarded: for=198.51.100.2\r\n";
    cr_assert_str_eq(address_of(fields, "127.0.0.1", true), "");
    cr_assert_str_eq(address_of(fields, "192.0.2.7", false), "192.0.2.7");
}

Test(client_address, counts_what_is_no_address_as_the_proxy_itself)
{
    static const char *const told[] = {
        "",
        "unknown",
        "198.51.100.1, 198.51.100.2",
        "198.51.100.1:443",
        "[::1]",
        "198.51.100.0001",
        "198.51.100.1/8",
        "0x7f000001",
        "fe80::1%1",
        "1.2.3",
        "2001:db8:0000:0000:0000:0000:0000:0001:0000:0000:0000:1",
    };
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        char field[120];
        (void)snprintf(field, sizeof field, "X-Real-IP: %s\r\n", told[i]);
        cr_assert_str_eq(address_of(field, "10.0.0.1", true), "10.0.0.1", "%s", told[i]);
    }
}

Test(client_address, is_unknown_for_a_peer_without_ip)
{
    cr_assert_str_eq(address_of("", "a socket file", false), "");
    cr_assert_str_eq(address_of("X-Real-IP: 198.51.100.1\r\n", "a socket file", false), "");
}
