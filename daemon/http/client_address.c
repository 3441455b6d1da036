// SPDX-License-Identifier: Apache-2.0
#include "daemon/http/client_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

static bool parse(struct slice text, struct sockaddr_storage *address)
{
    char copy[INET6_ADDRSTRLEN];
    if (text.size == 0 || text.size >= sizeof copy)
        return false;
    memcpy(copy, text.at, text.size);
    copy[text.size] = '\0';
    struct sockaddr_in ip4 = {.sin_family = AF_INET};
    struct sockaddr_in6 ip6 = {.sin6_family = AF_INET6};
    if (inet_pton(AF_INET, copy, &ip4.sin_addr) == 1)
        memcpy(address, &ip4, sizeof ip4);
    else if (inet_pton(AF_INET6, copy, &ip6.sin6_addr) == 1)
        memcpy(address, &ip6, sizeof ip6);
    else
        return false;
    return true;
}

static bool take_peer(const struct sockaddr *peer, struct sockaddr_storage *address)
{
    if (peer->sa_family == AF_INET)
        memcpy(address, peer, sizeof(struct sockaddr_in));
    else if (peer->sa_family == AF_INET6)
        memcpy(address, peer, sizeof(struct sockaddr_in6));
    else
        return false;
    return true;
}

bool client_address(const struct head *head, const struct sockaddr *peer, bool trusted,
                    struct sockaddr_storage *address)
{
    if (!trusted)
        return take_peer(peer, address);
    const struct slice *told = head_field(head, "x-real-ip");
    return told != NULL && (parse(*told, address) || take_peer(peer, address));
}
