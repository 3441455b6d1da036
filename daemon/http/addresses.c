// SPDX-License-Identifier: Apache-2.0
#include "daemon/http/addresses.h"

#include <assert.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

struct slot {
    uint64_t network;
    uint32_t family;
    uint32_t count; // 0: free
};

// Open addressing, always at least half empty.
struct addresses {
    uint64_t seed; // nobody outside knows which networks share a place
    size_t mask;
    struct slot slots[];
};

struct addresses *addresses_create(size_t most)
{
    size_t size = 2;
    while (size < most * 2)
        size *= 2;
    struct addresses *addresses = memory_allocate(sizeof *addresses + size * sizeof(struct slot));
    addresses->mask = size - 1;
    if (getrandom(&addresses->seed, sizeof addresses->seed, GRND_NONBLOCK) < 0)
        addresses->seed = (uint64_t)(uintptr_t)addresses;
    return addresses;
}

void addresses_destroy(struct addresses *addresses)
{
    free(addresses);
}

struct address_network address_network(const struct sockaddr *address)
{
    struct address_network network = {0};
    if (address->sa_family == AF_INET) {
        struct sockaddr_in ip4;
        memcpy(&ip4, address, sizeof ip4);
        network.bits = ip4.sin_addr.s_addr;
        network.family = AF_INET;
    } else if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 ip6;
        memcpy(&ip6, address, sizeof ip6);
        bool mapped = IN6_IS_ADDR_V4MAPPED(&ip6.sin6_addr);
        memcpy(&network.bits, ip6.sin6_addr.s6_addr + (mapped ? 12 : 0), mapped ? 4 : 8);
        network.family = mapped ? AF_INET : AF_INET6;
    }
    return network;
}

static struct slot slot_of(const struct sockaddr *address)
{
    struct address_network network = address_network(address);
    return (struct slot){.network = network.bits, .family = (uint32_t)network.family};
}

// splitmix64's last steps.
static size_t home_of(const struct addresses *addresses, const struct slot *slot)
{
    uint64_t mixed = (slot->network ^ addresses->seed) + slot->family;
    mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94D049BB133111EB);
    return (size_t)(mixed ^ (mixed >> 31)) & addresses->mask;
}

// Where this network is, or the free place where it would be.
static size_t find(const struct addresses *addresses, const struct slot *wanted)
{
    size_t at = home_of(addresses, wanted);
    while (addresses->slots[at].count > 0 && (addresses->slots[at].network != wanted->network ||
                                              addresses->slots[at].family != wanted->family))
        at = (at + 1) & addresses->mask;
    return at;
}

struct addresses *addresses_enlarge(struct addresses *taken_addresses, size_t most)
{
    if (most * 2 <= taken_addresses->mask + 1)
        return taken_addresses;
    struct addresses *larger = addresses_create(most);
    for (size_t i = 0; i <= taken_addresses->mask; i++)
        if (taken_addresses->slots[i].count > 0)
            larger->slots[find(larger, &taken_addresses->slots[i])] = taken_addresses->slots[i];
    addresses_destroy(taken_addresses);
    return larger;
}

bool addresses_enter(struct addresses *addresses, const struct sockaddr *address, uint32_t limit)
{
    struct slot wanted = slot_of(address);
    struct slot *slot = &addresses->slots[find(addresses, &wanted)];
    if (slot->count >= limit)
        return false;
    wanted.count = slot->count + 1;
    *slot = wanted;
    return true;
}

// Moves back what stood behind the freed place, so that no search stops too early.
static void close_gap(struct addresses *addresses, size_t gap)
{
    size_t mask = addresses->mask;
    for (size_t at = (gap + 1) & mask; addresses->slots[at].count > 0; at = (at + 1) & mask) {
        size_t home = home_of(addresses, &addresses->slots[at]);
        if (((at - home) & mask) < ((at - gap) & mask))
            continue; // its home lies between the gap and here
        addresses->slots[gap] = addresses->slots[at];
        gap = at;
    }
    addresses->slots[gap] = (struct slot){0};
}

void addresses_leave(struct addresses *addresses, const struct sockaddr *address)
{
    struct slot wanted = slot_of(address);
    size_t at = find(addresses, &wanted);
    assert(addresses->slots[at].count > 0);
    if (--addresses->slots[at].count == 0)
        close_gap(addresses, at);
}
