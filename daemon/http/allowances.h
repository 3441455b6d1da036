// How much each network (an IPv4 address, an IPv6 /64) may still send: a bucket of tokens each,
// that holds a minute's worth and fills evenly. In memory only, in a table of fixed size; what is
// kept of a network is an HMAC under a random key that is made at start and anew each day, so that
// no address can be read out of it.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/error.h"

#include <stdint.h>

struct sockaddr;
struct allowances;

struct allowances *allowances_create(void);
void allowances_destroy(struct allowances *allowances); // accepts NULL
DEFINE_AUTO(allowances)

// Takes one token of this address's network. Returns 0, or in how many seconds there is one again.
// per_minute may change from call to call; 0: no limit. now_us is of a clock that never goes back.
// Beyond the table's size the network that has most left is forgotten, which only gives it a full
// bucket.
MUST_USE unsigned allowances_take(struct allowances *allowances, const struct sockaddr *address,
                                  uint32_t per_minute, int64_t now_us);
