// SPDX-License-Identifier: Apache-2.0
#include "analytics/audit/tally.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 1024 };

void tally_add(struct tally *tally, const struct acknowledgement *record, int32_t day)
{
    if (tally->count == tally->capacity) {
        tally->capacity = tally->capacity == 0 ? FIRST_CAPACITY : 2 * tally->capacity;
        tally->entries = memory_resize(tally->entries, tally->capacity * sizeof tally->entries[0]);
    }
    tally->entries[tally->count++] = (struct tally_entry){.record = *record, .day = day};
}

// By id, then hash, then day.
static int compare(const void *a, const void *b)
{
    const struct tally_entry *left = a;
    const struct tally_entry *right = b;
    int order = memcmp(&left->record, &right->record, sizeof left->record);
    return order != 0 ? order : (left->day > right->day) - (left->day < right->day);
}

void tally_close(struct tally *tally)
{
    size_t kept = 0;
    if (tally->count > 0)
        qsort(tally->entries, tally->count, sizeof tally->entries[0], compare);
    for (size_t i = 0; i < tally->count; i++) {
        const struct tally_entry *entry = &tally->entries[i];
        if (kept == 0 ||
            memcmp(&tally->entries[kept - 1].record, &entry->record, sizeof entry->record) != 0)
            tally->entries[kept++] = *entry;
    }
    tally->count = kept;
}

// The first entry of this id, or where it would stand.
static size_t find(const struct tally *tally, const struct uuid *id)
{
    size_t low = 0;
    size_t high = tally->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (memcmp(&tally->entries[middle].record.id, id, sizeof *id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void raise_to(struct tally_entry *entry, enum tally_place place)
{
    if (place > entry->place)
        entry->place = place;
}

void tally_see(struct tally *tally, const struct acknowledgement *seen, enum tally_place place)
{
    bool in_table = place == TALLY_STORED || place == TALLY_WITHDRAWN;
    for (size_t i = find(tally, &seen->id); i < tally->count; i++) {
        struct tally_entry *entry = &tally->entries[i];
        if (memcmp(&entry->record.id, &seen->id, sizeof seen->id) != 0)
            return;
        if (memcmp(entry->record.content_hash, seen->content_hash, HASH_BYTES) == 0)
            raise_to(entry, place);
        else if (in_table)
            raise_to(entry, TALLY_REPLACED);
    }
}

size_t tally_count(const struct tally *tally, enum tally_place place)
{
    size_t count = 0;
    for (size_t i = 0; i < tally->count; i++)
        count += tally->entries[i].place == place;
    return count;
}

size_t tally_next_trouble(const struct tally *tally, size_t from)
{
    while (from < tally->count && tally->entries[from].place > TALLY_DAMAGED)
        from++;
    return from;
}

bool tally_adds_up(const struct tally *tally)
{
    return tally_next_trouble(tally, 0) == tally->count;
}

void tally_clear(struct tally *tally)
{
    free(tally->entries);
    *tally = (struct tally){0};
}
