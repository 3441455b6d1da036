// The life of recueild: boot in order, the loop, signals, an orderly stop.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/settings.h"

// Runs until a signal ends it. path: where the settings came from, read again on SIGHUP; NULL: from
// the environment only. Returns the exit code; why it could not run stands on standard error.
MUST_USE int lifecycle_run(struct settings *taken_settings, const char *path);

// Prints what is in the spool of state_dir, one JSON object a line, and returns the exit code. A
// recueild that runs holds the spool: 1, and a message that says whom to ask.
MUST_USE int lifecycle_print_spool(const struct settings *settings);
