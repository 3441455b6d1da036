// Withdrawing submissions, on a connection of its own: rare, and never in the way of those that
// arrive. One at a time, in the order they came.
//
//   withdrawals_submit -> queue -> ask -> on_found -> erase -> on_erased -> done
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/settings.h"
#include "sql/withdrawal.h"

#include <event2/event.h>
#include <sys/queue.h>

struct withdrawals;

enum withdrawal_result {
    WITHDRAWN,              // erased, now or before: the COMMIT was confirmed
    WITHDRAWAL_REFUSED,     // the receipt is not that of this submission
    WITHDRAWAL_NOT_THERE,   // nothing has this id: not sent, or not in PostgreSQL yet
    WITHDRAWAL_SEALED,      // the month was anonymised
    WITHDRAWAL_UNAVAILABLE, // PostgreSQL does not answer, or too many wait; asking again is
                            // harmless
};

// One withdrawal on its way. The caller gives the memory and keeps it until done has run.
struct withdrawal {
    int32_t collectivity_id;
    struct withdrawal_claim claim; // slug, id and receipt, the rest cleared
    void (*done)(void *context, enum withdrawal_result result);
    void *context;

    // The withdrawals' own.
    TAILQ_ENTRY(withdrawal) link;
    enum withdrawal_result result;
};

// settings and secret must outlive it.
MUST_USE struct withdrawals *withdrawals_create(struct event_base *base,
                                                const struct settings *settings,
                                                struct secret *secret, struct error *error);
// Every one that waits gets WITHDRAWAL_UNAVAILABLE first. Accepts NULL.
void withdrawals_destroy(struct withdrawals *withdrawals);

// done runs exactly once, from the loop, never before this returns.
void withdrawals_submit(struct withdrawals *withdrawals, struct withdrawal *withdrawal);
