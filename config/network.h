// Addresses and prefixes as settings write them: "127.0.0.0/8", "10.1.2.3", "2001:db8::/32".
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/settings.h"

#include <sys/socket.h>

// Does the address lie in the prefix? An IPv4 address mapped into IPv6 counts as the IPv4 one.
// False for a prefix that is none.
bool network_contains(const char *prefix, const struct sockaddr *address);

bool network_is_prefix(const char *prefix);

// Is the peer one of trusted_proxies?
bool settings_trusts(const struct settings *settings, const struct sockaddr *peer);
