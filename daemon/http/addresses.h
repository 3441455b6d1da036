// How many connections each network has: an IPv4 address, or the /64 of an IPv6 one, because that
// is what one household or one attacker gets. IPv4 written as IPv6 counts as IPv4.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/error.h"

#include <stdint.h>

struct sockaddr;
struct addresses;

// What counts as one, without padding; all zero for what is no IP address.
struct address_network {
    uint64_t bits;
    uint64_t family;
};
struct address_network address_network(const struct sockaddr *address);

// Counts at most `most` connections in all; they are entered and left in any order.
struct addresses *addresses_create(size_t most);
// Room for `most`, where that is more than there was; what was counted stays counted.
MUST_USE struct addresses *addresses_enlarge(struct addresses *taken_addresses, size_t most);
void addresses_destroy(struct addresses *addresses); // accepts NULL

// Another connection of this address. False, and not counted, when there are `limit` already.
MUST_USE bool addresses_enter(struct addresses *addresses, const struct sockaddr *address,
                              uint32_t limit);
void addresses_leave(struct addresses *addresses, const struct sockaddr *address);
