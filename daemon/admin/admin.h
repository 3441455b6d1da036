// The administrator's listener: figures for Prometheus, what waits in the spool, the state of the
// daemon. Nothing of it is on the public listener but /livez and /readyz; nobody is asked who they
// are: the address it listens at decides who may read.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/actions/service.h"

struct event_base;
struct admin;

// Listens at the setting admin_listen, or at inherited_fd where that is not 0. service is borrowed.
// NULL and an error as of listener_open().
MUST_USE struct admin *admin_open(struct event_base *base, struct service *service,
                                  int inherited_fd, struct error *error);
void admin_destroy(struct admin *admin); // accepts NULL
DEFINE_AUTO(admin)

int admin_port(const struct admin *admin); // 0 when it is no TCP port

enum { ADMIN_CONNECTIONS = 32 }; // at most, at a time
