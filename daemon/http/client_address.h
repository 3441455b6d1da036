// From where a request comes, for limits only: nothing keeps or logs an address.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/http/head.h"

#include <sys/socket.h>

// The peer of the connection; behind a trusted proxy the address that its X-Real-IP tells. A proxy
// replaces that field: from anybody else it is not looked at, nor is X-Forwarded-For, which each
// hop adds to, ever. (A head with two X-Real-IP is refused as malformed.) What a proxy tells that
// is no address counts as the proxy itself, so that nobody gets past a limit by it.
// False: nobody can tell, because a trusted peer tells no address (a program on this host, a health
// check) or the peer is no IP address. *address is then not set.
MUST_USE bool client_address(const struct head *head, const struct sockaddr *peer, bool trusted,
                             struct sockaddr_storage *address);
