// Files kept after draining: for how long, which keys they hold, and erasing some of them.
//
// SPDX-License-Identifier: Apache-2.0
#include "config/log.h"
#include "daemon/spool/spool_state.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum { SECONDS_A_DAY = 86400, ROWS_AT_ONCE = 64, QUOTED_BYTES = 256 };

// -- Time --

// When the file was set aside; false when that cannot be told.
static bool set_aside_at(const struct spool *spool, enum directory_place place, int64_t number,
                         struct timespec *time_of)
{
    struct stat status;
    char *path = directory_path(spool->directory, place, number);
    bool known = stat(path, &status) == 0;
    free(path);
    if (known)
        *time_of = status.st_mtim;
    return known;
}

static void forget_file(struct spool *spool, enum directory_place place,
                        struct spool_numbers *numbers, size_t index)
{
    if (spool->looked_at != NULL && spool->looked_in == place &&
        spool->looked_at->number == numbers->items[index])
        spool_look_away(spool);
    spool_numbers_remove(numbers, index);
}

static void expire(struct spool *spool, enum directory_place place, struct spool_numbers *numbers,
                   int32_t keep_days)
{
    struct timespec time_of;
    time_t oldest = time(NULL) - (time_t)keep_days * SECONDS_A_DAY;
    for (size_t i = numbers->count; i-- > 0;) {
        int64_t number = numbers->items[i];
        if (keep_days > 0 && set_aside_at(spool, place, number, &time_of) &&
            time_of.tv_sec > oldest)
            continue;
        if (directory_remove(spool->directory, place, number))
            forget_file(spool, place, numbers, i);
    }
}

void spool_kept_expire(struct spool *spool)
{
    expire(spool, DIRECTORY_DRAINED, &spool->kept, spool->limits.keep_days);
    if (spool->limits.damaged_keep_days > 0)
        expire(spool, DIRECTORY_DAMAGED, &spool->damaged, spool->limits.damaged_keep_days);
}

// -- Keys --

static size_t list_kept(struct generation *generation, struct spool_cursor *cursor,
                        struct spool_listed *listed, size_t limit)
{
    size_t count = 0;
    int64_t position = 0;
    int64_t behind = cursor->generation == generation->number ? cursor->position : 0;
    while (count < limit &&
           spool_list_one(generation, behind, &position, &listed[count]) == GENERATION_ROW) {
        behind = position;
        cursor->generation = generation->number;
        cursor->position = position;
        count++;
    }
    return count;
}

size_t spool_kept_next(struct spool *spool, struct spool_cursor *cursor,
                       struct spool_listed *listed, size_t limit)
{
    size_t count = 0;
    for (size_t i = 0; i < spool->kept.count && count < limit; i++) {
        if (spool->kept.items[i] < cursor->generation)
            continue;
        struct generation *generation =
            spool_look_at(spool, DIRECTORY_DRAINED, spool->kept.items[i]);
        if (generation != NULL)
            count += list_kept(generation, cursor, listed + count, limit - count);
    }
    if (count < limit)
        spool_look_away(spool);
    return count;
}

// -- Erasing --

struct erasing {
    const struct spool_listed *rows;
    size_t count;
};

static bool is_erased(const struct erasing *erasing, const struct submission *row)
{
    for (size_t i = 0; i < erasing->count; i++)
        if (erasing->rows[i].collectivity_id == row->collectivity_id &&
            memcmp(&erasing->rows[i].id, &row->id, sizeof row->id) == 0)
            return true;
    return false;
}

// Rows that go into the new file together, and the memory that they stand in.
struct portion {
    struct record records[ROWS_AT_ONCE];
    struct submission rows[ROWS_AT_ONCE];
    const struct submission *pointers[ROWS_AT_ONCE];
    size_t count;
};

static bool write_portion(struct generation *to, struct portion *portion)
{
    bool written = portion->count == 0 || generation_write(to, portion->pointers, portion->count,
                                                           INT32_MAX) == SPOOL_WRITTEN;
    portion->count = 0;
    return written;
}

static bool copy_rows(struct generation *from, struct generation *to, struct portion *portion,
                      const struct erasing *erasing)
{
    int64_t position = 0;
    for (;;) {
        size_t i = portion->count;
        enum generation_reading reading =
            generation_read(from, position, &position, &portion->records[i], &portion->rows[i]);
        if (reading != GENERATION_ROW)
            return reading == GENERATION_END && write_portion(to, portion);
        if (is_erased(erasing, &portion->rows[i]))
            continue;
        portion->pointers[i] = &portion->rows[i];
        portion->count++;
        if (portion->count == ROWS_AT_ONCE && !write_portion(to, portion))
            return false;
    }
}

static bool copy_without(struct generation *from, struct generation *to,
                         const struct erasing *erasing)
{
    struct portion *portion = memory_allocate(sizeof *portion);
    bool copied =
        copy_rows(from, to, portion, erasing) && (to->last == 0 || generation_compact(to));
    for (size_t i = 0; i < ROWS_AT_ONCE; i++)
        record_clear(&portion->records[i]);
    free(portion);
    return copied;
}

// The file without the rows takes a number of its own, and the time of the other: until the other
// is gone both are kept, and the next day finds in it again what must go.
static bool rewrite(struct spool *spool, struct generation *from, const struct erasing *erasing)
{
    struct timespec times[2] = {{0}, {0}};
    int64_t number = spool->next_number++;
    struct generation *to = generation_create(spool->directory, DIRECTORY_DRAINED, number);
    if (to == NULL)
        return false;
    bool copied = copy_without(from, to, erasing) &&
                  set_aside_at(spool, DIRECTORY_DRAINED, from->number, &times[1]);
    bool empty = to->last == 0;
    times[0] = times[1];
    generation_seal(to);
    if (copied && !empty)
        copied = utimensat(AT_FDCWD, to->path, times, 0) == 0;
    if (copied && !empty)
        spool_numbers_add(&spool->kept, number);
    else
        (void)directory_remove(spool->directory, DIRECTORY_DRAINED, number);
    generation_destroy(to);
    return copied;
}

static bool holds_any(struct generation *generation, const struct erasing *erasing)
{
    for (size_t i = 0; i < erasing->count; i++) {
        struct submission row;
        submission_clear(&row);
        row.collectivity_id = erasing->rows[i].collectivity_id;
        row.id = erasing->rows[i].id;
        if (generation_find(generation, &row) != SPOOL_ABSENT)
            return true;
    }
    return false;
}

static bool erase_in(struct spool *spool, int64_t number, const struct erasing *erasing)
{
    struct generation *generation = spool_look_at(spool, DIRECTORY_DRAINED, number);
    if (generation == NULL)
        return false;
    if (!holds_any(generation, erasing))
        return true;
    bool erased = rewrite(spool, generation, erasing);
    spool_look_away(spool);
    return erased && directory_remove(spool->directory, DIRECTORY_DRAINED, number);
}

bool spool_kept_erase(struct spool *spool, const struct spool_listed *rows, size_t count)
{
    const struct erasing erasing = {.rows = rows, .count = count};
    bool erased = true;
    struct spool_numbers before = spool->kept;
    if (before.count == 0)
        return true;
    before.items = (int64_t *)(void *)memory_copy((const char *)before.items,
                                                  before.count * sizeof before.items[0]);
    for (size_t i = 0; i < before.count; i++)
        erased = erase_in(spool, before.items[i], &erasing) && erased;
    free(before.items);
    free(spool->kept.items);
    spool->kept.items = directory_list(spool->directory, DIRECTORY_DRAINED, &spool->kept.count);
    if (!erased) {
        char path[QUOTED_BYTES];
        log_event(LOG_ERROR, "spool_erase_failed",
                  "directory=%s next=\"tried again with the next daily run; room for a second copy "
                  "of a file is needed\"",
                  log_quote(path, sizeof path, spool->directory));
    }
    return erased;
}
