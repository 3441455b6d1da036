// The receipt, with which a person can withdraw what they sent, and the ticket, which carries it to
// the thanks page. Nothing is stored for either: both are MACs of what the row holds.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/secret.h"
#include "config/submission.h"

enum {
    RECEIPT_SIZE = 17,       // 16 characters of Crockford base32 and a NUL
    TICKET_SIZE = 76,        // 75 characters of base64url and a NUL
    TICKET_LIFE_S = 10 * 60, // afterwards the thanks page shows no receipt
};

// SECRET of ID.SECRET: it withdraws only this content.
void receipt_write(struct secret *secret, const char *collectivity, const struct uuid *id,
                   const uint8_t content_hash[HASH_BYTES], char receipt[RECEIPT_SIZE]);

// The receipt that a person typed: SECRET or ID.SECRET, in any case, O for 0, I and L for 1, with
// spaces or hyphens in SECRET where they like. False when it has another form, or names another id.
bool receipt_read(const char *text, size_t size, const struct uuid *id, char receipt[RECEIPT_SIZE]);

// Is it the receipt of this content? In constant time.
bool receipt_fits(struct secret *secret, const char *collectivity, const struct uuid *id,
                  const uint8_t content_hash[HASH_BYTES], const char receipt[RECEIPT_SIZE]);

struct ticket {
    struct uuid id;
    uint8_t content_hash[HASH_BYTES];
    int64_t expires_s; // seconds since 1970-01-01 UTC
};

// base64url of id, content_hash, expiry and 16 bytes of their MAC, bound to the collectivity.
void ticket_write(struct secret *secret, const char *collectivity, const struct ticket *ticket,
                  char text[TICKET_SIZE]);
// False when it was not made here or has expired.
bool ticket_read(struct secret *secret, const char *collectivity, const char *text, size_t size,
                 int64_t now_s, struct ticket *ticket);
