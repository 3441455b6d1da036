// Whether a receipt withdraws something, judged on the rows of read_withdrawal.sql: the same for
// the daemon and for `recueil withdraw`.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/content_hash.h"
#include "config/receipt.h"

enum withdrawal_standing {
    WITHDRAWAL_UNKNOWN,    // nothing has this id: not sent, or still in a spool
    WITHDRAWAL_WRONG,      // something has, and the receipt is not its
    WITHDRAWAL_ANONYMISED, // its month is sealed: nothing there is anybody's any more
    WITHDRAWAL_BEFORE,     // it was withdrawn already
    WITHDRAWAL_THERE,      // withdraw_submission.sql is to erase it
};

struct withdrawal_claim {
    const char *collectivity; // slug
    struct uuid id;
    char receipt[RECEIPT_SIZE];

    enum withdrawal_standing standing; // WITHDRAWAL_UNKNOWN before the first row
    char hash[CONTENT_HASH_TEXT_SIZE]; // of the content that the receipt fits, in hexadecimal
};

// Takes one row into account: the two columns as text. Does the same work for a receipt that is
// right and for one that is wrong.
void withdrawal_weigh(struct withdrawal_claim *claim, struct secret *secret, const char *hash,
                      const char *standing);
