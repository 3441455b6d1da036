// The verbs of `recueil`, one file each. See struct command for what they promise.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "analytics/invocation.h"

bool command_migrate(struct invocation *invocation, int argc, char **argv, struct error *error);
bool command_publish(struct invocation *invocation, int argc, char **argv, struct error *error);
bool command_aggregate(struct invocation *invocation, int argc, char **argv, struct error *error);
bool command_export(struct invocation *invocation, int argc, char **argv, struct error *error);
bool command_withdraw(struct invocation *invocation, int argc, char **argv, struct error *error);
bool command_audit(struct invocation *invocation, int argc, char **argv, struct error *error);
bool command_status(struct invocation *invocation, int argc, char **argv, struct error *error);
bool command_key(struct invocation *invocation, int argc, char **argv, struct error *error);
