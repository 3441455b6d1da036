// SPDX-License-Identifier: Apache-2.0
#include "daemon/http/allowances.h"

#include "config/secret.h"
#include "daemon/http/addresses.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum { SETS = 4096, WAYS = 4 };

static const int64_t SECOND_US = 1000000;
static const int64_t MINUTE_US = 60 * SECOND_US;
static const int64_t DAY_US = 1440 * MINUTE_US;

// The bucket is written as the moment at which it will be full again: what is past is full.
struct bucket {
    uint64_t network; // half of the HMAC
    int64_t full_us;
};

struct allowances {
    struct secret *key; // NULL: none was needed yet
    int64_t key_until_us;
    struct bucket buckets[SETS][WAYS];
};

struct allowances *allowances_create(void)
{
    return memory_allocate(sizeof(struct allowances)); // pages cost nothing until they are used
}

void allowances_destroy(struct allowances *allowances)
{
    if (allowances == NULL)
        return;
    secret_destroy(allowances->key);
    free(allowances);
}

static void renew_key(struct allowances *allowances, int64_t now_us)
{
    unsigned char bytes[SECRET_BYTES];
    if (allowances->key != NULL && now_us < allowances->key_until_us)
        return;
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        abort(); // cannot be: so few bytes are never cut once the system has started
    secret_destroy(allowances->key);
    allowances->key = secret_create(bytes);
    explicit_bzero(bytes, sizeof bytes);
    allowances->key_until_us = now_us + DAY_US;
    memset(allowances->buckets, 0, sizeof allowances->buckets);
}

// Any of the secret's keys serves: the secret has no other use.
static uint64_t hash_network(struct allowances *allowances, const struct sockaddr *address,
                             uint64_t *set)
{
    struct address_network network = address_network(address);
    const struct secret_part part = {&network, sizeof network};
    unsigned char mac[SECRET_MAC_BYTES];
    uint64_t halves[2];
    secret_mac(allowances->key, SECRET_CONTENT_HASH, &part, 1, mac);
    memcpy(halves, mac, sizeof halves);
    *set = halves[1] % SETS;
    return halves[0];
}

static struct bucket *find_bucket(struct bucket ways[WAYS], uint64_t network, int64_t now_us)
{
    struct bucket *fullest = &ways[0];
    for (size_t i = 0; i < WAYS; i++) {
        if (ways[i].network == network && ways[i].full_us > now_us)
            return &ways[i];
        if (ways[i].full_us < fullest->full_us)
            fullest = &ways[i];
    }
    *fullest = (struct bucket){network, now_us};
    return fullest;
}

unsigned allowances_take(struct allowances *allowances, const struct sockaddr *address,
                         uint32_t per_minute, int64_t now_us)
{
    uint64_t set;
    if (per_minute == 0)
        return 0;
    renew_key(allowances, now_us);
    uint64_t network = hash_network(allowances, address, &set);
    struct bucket *bucket = find_bucket(allowances->buckets[set], network, now_us);
    int64_t full_us = bucket->full_us + MINUTE_US / per_minute;
    int64_t wait_us = full_us - now_us - MINUTE_US;
    if (wait_us > 0)
        return (unsigned)((wait_us + SECOND_US - 1) / SECOND_US);
    bucket->full_us = full_us;
    return 0;
}
