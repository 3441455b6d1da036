// What the three actions on a form share: which language, which placement, where it leads.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/actions/service.h"
#include "daemon/pages/form_page.h"

// The language of the page: one that the survey is written in, French otherwise.
enum language form_language(const struct exchange *exchange, enum language wanted);

// ?from=, where it is a placement; in the exchange's arena. NULL when there is none.
const char *form_placement(struct exchange *exchange);

// The page with these answers and refusals (NULL: none), under this status; ends the exchange.
// Never kept by a cache: the id in it belongs to one person.
// placement: form_placement()'s, since the head is gone once the action has returned.
void form_reply(struct exchange *exchange, int status, enum language language,
                const char *placement, const char *id, const json_t *answers,
                const struct refusals *refusals);
