// What the service manager is told, as sd_notify(3) has it: a datagram to the socket that
// NOTIFY_SOCKET names. Without one, everything here does nothing.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/error.h"

struct event_base;
struct notify;

// Reads NOTIFY_SOCKET (a path, or an abstract name after @), WATCHDOG_USEC and WATCHDOG_PID, and
// removes them from the environment. Where a watchdog waits for this process (WATCHDOG_PID is ours,
// or unset), it is told twice in each of its periods, from the loop: only a loop that turns tells
// it. Never NULL.
MUST_USE struct notify *notify_create(struct event_base *base);
void notify_destroy(struct notify *notify); // accepts NULL
DEFINE_AUTO(notify)

// status: one line for people, shown by systemctl status. All accept a NULL notify.
void notify_ready(struct notify *notify, const char *status);
void notify_reloading(struct notify *notify); // notify_ready() must follow
void notify_stopping(struct notify *notify, const char *status);
