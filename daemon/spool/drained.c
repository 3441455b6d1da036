// Giving rows out, and what becomes of a generation when all its rows are confirmed.
//
// SPDX-License-Identifier: Apache-2.0
#include "config/log.h"
#include "daemon/spool/spool_state.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { QUOTED_BYTES = 256 };

// -- Giving out --

static void forget_given(struct spool *spool)
{
    for (size_t i = 0; i < spool->given_count; i++)
        record_clear(&spool->given[i]);
    free(spool->given);
    spool->given = NULL;
    spool->given_count = 0;
}

static void make_room_for(struct spool *spool, size_t limit)
{
    if (spool->given_count >= limit)
        return;
    spool->given = memory_resize(spool->given, limit * sizeof spool->given[0]);
    for (; spool->given_count < limit; spool->given_count++)
        spool->given[spool->given_count] = (struct record){0};
}

// What is left of a damaged file does not read any more: it counts as given out.
static void pass_over_rest(struct generation *generation)
{
    bool nothing_is_out = generation->given == generation->confirmed;
    generation->given = generation->last;
    if (nothing_is_out)
        generation->confirmed = generation->last;
}

struct giving {
    struct submission *rows;
    size_t count, limit, bytes;
};

static void give_from(struct spool *spool, struct generation *generation, struct giving *giving)
{
    enum generation_reading reading = GENERATION_ROW;
    while (giving->count < giving->limit && giving->bytes < SPOOL_GIVEN_BYTES) {
        struct record *record = &spool->given[giving->count];
        int64_t position = 0;
        reading = generation_read(generation, generation->given, &position, record,
                                  &giving->rows[giving->count]);
        if (reading != GENERATION_ROW)
            break;
        generation->given = position;
        giving->bytes += record->size;
        giving->count++;
    }
    if (reading != GENERATION_LATER)
        (void)spool_use(spool, generation);
    if (reading == GENERATION_END && generation->given < generation->last)
        pass_over_rest(generation);
}

size_t spool_next(struct spool *spool, struct submission *rows, size_t limit)
{
    struct giving giving = {.rows = rows, .limit = limit};
    make_room_for(spool, limit);
    for (size_t i = 0; i < spool->count && giving.count < limit; i++)
        if (!spool->generations[i]->known ||
            spool->generations[i]->given < spool->generations[i]->last)
            give_from(spool, spool->generations[i], &giving);
    if (giving.count == 0) {
        forget_given(spool);
        spool_retire_finished(spool);
    }
    return giving.count;
}

static int64_t rows_between(const struct generation *generation)
{
    if (generation->salvage == NULL)
        return generation->given - generation->confirmed;
    return salvage_behind(generation->salvage, generation->confirmed) -
           salvage_behind(generation->salvage, generation->given);
}

void spool_confirm(struct spool *spool)
{
    for (size_t i = 0; i < spool->count; i++) {
        struct generation *generation = spool->generations[i];
        if (generation->given <= generation->confirmed)
            continue;
        spool->confirmed += (uint64_t)rows_between(generation);
        generation->confirmed = generation->given;
    }
    spool_retire_finished(spool);
}

void spool_rewind(struct spool *spool)
{
    for (size_t i = 0; i < spool->count; i++)
        spool->generations[i]->given = spool->generations[i]->confirmed;
}

// -- Retiring --

static bool is_finished(const struct generation *generation)
{
    return generation->known && generation_waiting(generation) == 0 &&
           generation->given <= generation->confirmed;
}

// The last look before a file goes: rows may stand in it that its index did not lead to.
static bool holds_nothing_more(struct spool *spool, struct generation *generation)
{
    if (generation->salvage != NULL || generation_is_whole(generation))
        return true;
    (void)spool_use(spool, generation); // tells damage
    return generation->salvage != NULL && is_finished(generation);
}

// Where files are kept, their time is that of the end of draining.
static bool put_away(struct spool *spool, const struct generation *generation)
{
    bool keeps = spool->limits.keep_days > 0 || spool->distrusts_database;
    if (generation->salvage != NULL) {
        (void)utimensat(AT_FDCWD, generation->path, NULL, 0);
        if (!directory_move(spool->directory, generation->number, DIRECTORY_DAMAGED))
            return false;
        spool_numbers_add(&spool->damaged, generation->number);
        return true;
    }
    if (!keeps || generation->last == 0)
        return directory_remove(spool->directory, DIRECTORY_WAITING, generation->number);
    (void)utimensat(AT_FDCWD, generation->path, NULL, 0);
    if (!directory_move(spool->directory, generation->number, DIRECTORY_DRAINED))
        return false;
    spool_numbers_add(&spool->kept, generation->number);
    return true;
}

static bool retire(struct spool *spool, struct generation *generation)
{
    if (!is_finished(generation) || !holds_nothing_more(spool, generation))
        return false;
    if (generation == spool->writing)
        spool->writing = NULL;
    if (generation->database != NULL || generation->writable)
        generation_seal(generation);
    bool gone = put_away(spool, generation);
    if (!gone && !spool->removal_fails) {
        char path[QUOTED_BYTES];
        log_event(LOG_ERROR, "spool_file_stays",
                  "file=%s next=\"tried again at each drain; its rows are in the database\"",
                  log_quote(path, sizeof path, generation->path));
    }
    spool->removal_fails = !gone;
    return gone;
}

void spool_retire_finished(struct spool *spool)
{
    size_t kept = 0;
    for (size_t i = 0; i < spool->count; i++) {
        struct generation *generation = spool->generations[i];
        if (retire(spool, generation))
            generation_destroy(generation);
        else
            spool->generations[kept++] = generation;
    }
    spool->count = kept;
}
