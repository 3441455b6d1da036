// Which collectivity a command is about: the one named by --collectivity, or the only one
// published.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sql/session.h"

#include <stdint.h>

enum { COLLECTIVITY_ID_SIZE = 12 };

struct collectivity_choice {
    int32_t id;
    char id_text[COLLECTIVITY_ID_SIZE]; // the same, as statements take it
    char *slug;                         // owned
    char *time_zone;                    // owned
    bool simulated;
};

// name NULL: the only one. ERROR_BAD_INPUT when there is none of that name, ERROR_USAGE when there
// are several to choose from, ERROR_FAILED when nothing is published.
MUST_USE bool collectivity_choose(struct session *session, const char *name,
                                  struct collectivity_choice *choice, struct error *error);
void collectivity_choice_clear(struct collectivity_choice *choice);
#define AUTO_CHOICE __attribute__((cleanup(collectivity_choice_clear)))
