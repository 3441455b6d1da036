// Asks a recueild of this host, at its admin_listen, and reads the JSON that it answers.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/error.h"

#include <jansson.h>

enum admin_outcome {
    ADMIN_ANSWERED, // *document is a new reference
    ADMIN_NOBODY,   // nothing listens there: no error is set
    ADMIN_FAILED,   // something does, and does not answer as recueild would: error says what
};

// listen: the setting, a numeric address and port, "127.0.0.1:8081" or "[::1]:8081". path begins
// with a slash. At most limit_ms in all.
MUST_USE enum admin_outcome admin_get(const char *listen, const char *path, int limit_ms,
                                      json_t **document, struct error *error);
