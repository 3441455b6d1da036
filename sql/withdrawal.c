// SPDX-License-Identifier: Apache-2.0
#include "sql/withdrawal.h"

#include <string.h>

static const struct {
    const char *word;
    enum withdrawal_standing standing;
} standings[] = {
    {"there", WITHDRAWAL_THERE},
    {"withdrawn", WITHDRAWAL_BEFORE},
    {"sealed", WITHDRAWAL_ANONYMISED},
};

static enum withdrawal_standing standing_of(const char *word)
{
    for (size_t i = 0; i < sizeof standings / sizeof standings[0]; i++)
        if (strcmp(standings[i].word, word) == 0)
            return standings[i].standing;
    return WITHDRAWAL_WRONG;
}

void withdrawal_weigh(struct withdrawal_claim *claim, struct secret *secret, const char *hash,
                      const char *standing)
{
    uint8_t content_hash[HASH_BYTES] = {0};
    bool readable = content_hash_read(hash, content_hash);
    bool fits = receipt_fits(secret, claim->collectivity, &claim->id, content_hash, claim->receipt);
    if (claim->standing == WITHDRAWAL_UNKNOWN)
        claim->standing = WITHDRAWAL_WRONG;
    enum withdrawal_standing found = standing_of(standing);
    // The same content may be stored and quarantined: what is still there decides.
    if (readable && fits && found > claim->standing) {
        claim->standing = found;
        memcpy(claim->hash, hash, CONTENT_HASH_TEXT_SIZE);
    }
}
