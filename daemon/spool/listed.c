// Counting and listing.
//
// SPDX-License-Identifier: Apache-2.0
#include "daemon/spool/spool_state.h"

#include <stdlib.h>
#include <string.h>

// Where a cursor stands behind all generations: 1 << 60 and the number of a damaged file.
#define DAMAGED_FROM (INT64_C(1) << 60)

// -- Counts --

// Of the first row that waits; read once.
static int64_t oldest_of(struct spool *spool, struct generation *generation)
{
    struct record record = {0};
    struct submission row;
    int64_t position = 0;
    if (spool->oldest.number == generation->number &&
        spool->oldest.position == generation->confirmed + 1)
        return spool->oldest.received_at_us;
    int64_t received_at_us = 0;
    if (generation_read(generation, generation->confirmed, &position, &record, &row) ==
        GENERATION_ROW) {
        received_at_us = row.received_at_us;
        spool->oldest.number = generation->number;
        spool->oldest.position = generation->confirmed + 1;
        spool->oldest.received_at_us = received_at_us;
    }
    (void)spool_use(spool, generation);
    record_clear(&record);
    return received_at_us;
}

void spool_read_counts(struct spool *spool, struct spool_counts *counts)
{
    *counts = (struct spool_counts){
        .generations = (int64_t)spool->count,
        .damaged_files = (int64_t)spool->damaged.count,
        .kept_files = (int64_t)spool->kept.count,
        .written = spool->written,
        .confirmed = spool->confirmed,
        .full = spool->full,
        .failed = spool->failed,
    };
    for (size_t i = 0; i < spool->count; i++) {
        struct generation *generation = spool->generations[i];
        if (counts->oldest_us == 0 && generation->known && generation_waiting(generation) > 0)
            counts->oldest_us = oldest_of(spool, generation);
        counts->waiting += generation_waiting(generation);
        counts->bytes += generation->bytes;
    }
}

// -- Files set aside --

void spool_look_away(struct spool *spool)
{
    generation_destroy(spool->looked_at);
    spool->looked_at = NULL;
}

struct generation *spool_look_at(struct spool *spool, enum directory_place place, int64_t number)
{
    struct generation *seen = spool->looked_at;
    if (seen != NULL && spool->looked_in == place && seen->number == number)
        return seen;
    spool_look_away(spool);
    char *path = directory_path(spool->directory, place, number);
    struct generation *generation = generation_adopt(path, number);
    free(path);
    bool opened = place == DIRECTORY_DAMAGED ? generation_give_up(generation, "known")
                                             : generation_open(generation);
    if (!opened) {
        generation_destroy(generation);
        return NULL;
    }
    spool->looked_at = generation;
    spool->looked_in = place;
    return generation;
}

// -- Listing --

enum generation_reading spool_list_one(struct generation *generation, int64_t behind,
                                       int64_t *position, struct spool_listed *listed)
{
    struct record record = {0};
    struct submission row;
    enum generation_reading reading = generation_read(generation, behind, position, &record, &row);
    if (reading == GENERATION_ROW) {
        *listed = (struct spool_listed){
            .collectivity_id = row.collectivity_id,
            .id = row.id,
            .received_at_us = row.received_at_us,
        };
        memcpy(listed->content_hash, row.content_hash, HASH_BYTES);
    }
    record_clear(&record);
    return reading;
}

struct listing {
    struct spool_cursor *cursor;
    struct spool_listed *listed;
    size_t count, limit;
};

// at: the number by which the cursor knows this generation.
static void list_from(struct listing *listing, struct generation *generation, int64_t at,
                      enum spool_place place)
{
    int64_t position = 0;
    int64_t behind = listing->cursor->generation == at ? listing->cursor->position : 0;
    if (behind < generation->confirmed)
        behind = generation->confirmed;
    while (listing->count < listing->limit &&
           spool_list_one(generation, behind, &position, &listing->listed[listing->count]) ==
               GENERATION_ROW) {
        behind = position;
        *listing->cursor = (struct spool_cursor){.generation = at, .position = position};
        listing->listed[listing->count++].place = place;
    }
}

static void list_waiting(struct spool *spool, struct listing *listing)
{
    for (size_t i = 0; i < spool->count && listing->count < listing->limit; i++) {
        struct generation *generation = spool->generations[i];
        if (generation->number < listing->cursor->generation)
            continue;
        list_from(listing, generation, generation->number, SPOOL_WAITING);
        (void)spool_use(spool, generation);
    }
}

static void list_damaged(struct spool *spool, struct listing *listing)
{
    for (size_t i = 0; i < spool->damaged.count && listing->count < listing->limit; i++) {
        int64_t at = DAMAGED_FROM + spool->damaged.items[i];
        if (at < listing->cursor->generation)
            continue;
        struct generation *generation =
            spool_look_at(spool, DIRECTORY_DAMAGED, spool->damaged.items[i]);
        if (generation != NULL)
            list_from(listing, generation, at, SPOOL_DAMAGED);
    }
    if (listing->count < listing->limit)
        spool_look_away(spool);
}

size_t spool_list(struct spool *spool, struct spool_cursor *cursor, struct spool_listed *listed,
                  size_t limit)
{
    struct listing listing = {.cursor = cursor, .listed = listed, .limit = limit};
    list_waiting(spool, &listing);
    list_damaged(spool, &listing);
    return listing.count;
}
