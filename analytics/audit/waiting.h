// What is in the spool of one recueild of this host: asked of the process itself, or, where none
// runs, read by `recueild --spool`.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "analytics/audit/tally.h"
#include "config/settings.h"

struct waiting {
    size_t waiting, damaged; // submissions, by place
    bool daemon;             // a recueild answered
};

// Enters everything that is there into the tally. config: the settings' file, for `recueild
// --config`. ERROR_UNAVAILABLE or ERROR_FAILED when it cannot be known.
MUST_USE bool waiting_see(const struct settings *settings, const char *config, struct tally *tally,
                          struct waiting *waiting, struct error *error);
