// What is published, kept current: read from PostgreSQL at start and whenever its version number
// has changed (looked at on each connect, every 10 s, and at once on NOTIFY), with a copy in the
// state directory, so that the daemon can start while the database is away.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/edition.h"
#include "config/settings.h"

#include <event2/event.h>

struct publications;

// Reads the copy, if there is one; a copy that cannot be read is told in the log and left alone.
struct publications *publications_create(struct event_base *base, const struct settings *settings,
                                         struct error *error);
void publications_destroy(struct publications *publications); // accepts NULL

// NULL while nothing is known: neither a copy nor an answer of the database yet. Borrowed until the
// next turn of the loop: who needs an edition longer holds it.
const struct editions *publications_editions(const struct publications *publications);

// on_changed runs whenever other editions take the place of those known before, and at once when
// some are known; they are not used for anything before it returns.
void publications_on_changed(struct publications *publications,
                             void (*on_changed)(void *context, const struct editions *editions),
                             void *context);
