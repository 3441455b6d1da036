// The acknowledged submissions, each with the place where it was found: what `recueil audit`
// counts. Knows neither files nor databases.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/acknowledged.h"

// The later one wins where a submission was seen in several places: it moves that way.
enum tally_place {
    TALLY_MISSING,     // nowhere
    TALLY_REPLACED,    // nowhere, and its id is stored with other content
    TALLY_DAMAGED,     // in a file of a spool that does not read whole
    TALLY_WAITING,     // in a spool
    TALLY_QUARANTINED, // kept beside the others, for a person to look at
    TALLY_WITHDRAWN,
    TALLY_STORED,
    TALLY_PLACES
};

struct tally_entry {
    struct acknowledgement record;
    int32_t day; // since 1970-01-01: when it was acknowledged first
    enum tally_place place;
};

struct tally {
    struct tally_entry *entries;
    size_t count, capacity;
};

void tally_add(struct tally *tally, const struct acknowledgement *record, int32_t day);
// After the last tally_add(), before what follows: sorted by id, each id and hash once.
void tally_close(struct tally *tally);
// Something with this id and hash was seen in that place. What was never acknowledged is ignored.
void tally_see(struct tally *tally, const struct acknowledgement *seen, enum tally_place place);

size_t tally_count(const struct tally *tally, enum tally_place place);
bool tally_adds_up(const struct tally *tally); // nothing is missing, replaced or damaged
// The first entry at or after index `from` that does not add up; tally->count when there is none.
size_t tally_next_trouble(const struct tally *tally, size_t from);
void tally_clear(struct tally *tally);
#define AUTO_TALLY __attribute__((cleanup(tally_clear)))
