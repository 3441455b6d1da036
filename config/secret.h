// The installation's one secret (32 bytes in `secret_file`) and the keys made from it, one a
// purpose: HMAC-SHA-256(secret, label). Nothing here is ever logged or stored in the database.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/error.h"
#include "config/uuid.h"

enum secret_key {
    SECRET_CONTENT_HASH, // label "content-hash": HMAC of collectivity, survey and received bytes
    SECRET_RECEIPT,      // label "receipt": what lets a person withdraw
    SECRET_TICKET,       // label "ticket": thanks?t=
    SECRET_KEY_COUNT
};

enum { SECRET_BYTES = 32, SECRET_MAC_BYTES = 32 };

struct secret;

// ERROR_BAD_INPUT when the file is missing, not 32 bytes long, or readable by others.
MUST_USE struct secret *secret_load(const char *path, struct error *error);
struct secret *secret_create(const unsigned char bytes[SECRET_BYTES]); // tests
void secret_destroy(struct secret *secret);                            // wipes; accepts NULL
DEFINE_AUTO(secret)

struct secret_part {
    const void *bytes;
    size_t size;
};

// HMAC-SHA-256 over the parts, each preceded by its length (4 bytes, big endian), so that no two
// lists of parts give the same input.
void secret_mac(struct secret *secret, enum secret_key key, const struct secret_part *parts,
                size_t count, unsigned char mac[SECRET_MAC_BYTES]);

// In constant time.
bool secret_equal(const void *a, const void *b, size_t size);

// SHA-256, for keys and ETags.
void secret_digest(const void *bytes, size_t size, unsigned char digest[32]);
