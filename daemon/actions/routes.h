// The route table, and what the connections ask of it: how large a body may be, who answers a
// request.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/actions/service.h"

extern const struct route routes[];
extern const size_t route_count;

// For listener_open(), with the service as context.
extern const struct connection_events routes_events;
