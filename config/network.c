// SPDX-License-Identifier: Apache-2.0
#include "config/network.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

struct network {
    int family;
    unsigned char bytes[16];
    unsigned bits;
};

static bool parse_address(const char *text, struct network *network)
{
    network->family = AF_INET;
    network->bits = 32;
    if (inet_pton(AF_INET, text, network->bytes) == 1)
        return true;
    network->family = AF_INET6;
    network->bits = 128;
    return inet_pton(AF_INET6, text, network->bytes) == 1;
}

static bool parse_prefix(const char *text, struct network *network)
{
    char address[INET6_ADDRSTRLEN];
    const char *slash = strchr(text, '/');
    size_t size = slash == NULL ? strlen(text) : (size_t)(slash - text);
    if (size >= sizeof address)
        return false;
    memcpy(address, text, size);
    address[size] = '\0';
    if (!parse_address(address, network))
        return false;
    if (slash == NULL)
        return true;
    char *end = NULL;
    unsigned long bits = strtoul(slash + 1, &end, 10);
    if (end == slash + 1 || *end != '\0' || slash[1] == '-' || bits > network->bits)
        return false;
    network->bits = (unsigned)bits;
    return true;
}

static bool take_address(const struct sockaddr *address, struct network *network)
{
    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *four = (const struct sockaddr_in *)(const void *)address;
        network->family = AF_INET;
        memcpy(network->bytes, &four->sin_addr, 4);
        return true;
    }
    if (address->sa_family != AF_INET6)
        return false;
    const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)(const void *)address;
    bool mapped = IN6_IS_ADDR_V4MAPPED(&six->sin6_addr);
    network->family = mapped ? AF_INET : AF_INET6;
    memcpy(network->bytes, six->sin6_addr.s6_addr + (mapped ? 12 : 0), mapped ? 4 : 16);
    return true;
}

static bool same_bits(const unsigned char *a, const unsigned char *b, unsigned bits)
{
    unsigned whole = bits / 8;
    unsigned rest = bits % 8;
    if (memcmp(a, b, whole) != 0)
        return false;
    return rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0;
}

bool network_contains(const char *prefix, const struct sockaddr *address)
{
    struct network wanted;
    struct network given;
    return parse_prefix(prefix, &wanted) && take_address(address, &given) &&
           wanted.family == given.family && same_bits(wanted.bytes, given.bytes, wanted.bits);
}

bool network_is_prefix(const char *prefix)
{
    struct network network;
    return parse_prefix(prefix, &network);
}

bool settings_trusts(const struct settings *settings, const struct sockaddr *peer)
{
    for (size_t i = 0; i < settings->trusted_proxies.count; i++)
        if (network_contains(settings->trusted_proxies.items[i], peer))
            return true;
    return false;
}
