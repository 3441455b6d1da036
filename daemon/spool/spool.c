// Opening, limits and writing.
//
// SPDX-License-Identifier: Apache-2.0
#include "daemon/spool/spool.h"

#include "config/log.h"
#include "daemon/spool/pages.h"
#include "daemon/spool/spool_state.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { QUOTED_BYTES = 256, EMPTY_GENERATION_PAGES = 8 };

// -- Numbers of files --

void spool_numbers_add(struct spool_numbers *numbers, int64_t number)
{
    numbers->items = memory_resize(numbers->items, (numbers->count + 1) * sizeof numbers->items[0]);
    size_t at = numbers->count++;
    for (; at > 0 && numbers->items[at - 1] > number; at--)
        numbers->items[at] = numbers->items[at - 1];
    numbers->items[at] = number;
}

void spool_numbers_remove(struct spool_numbers *numbers, size_t index)
{
    numbers->count--;
    memmove(numbers->items + index, numbers->items + index + 1,
            (numbers->count - index) * sizeof numbers->items[0]);
}

static int64_t highest_of(const struct spool_numbers *numbers)
{
    return numbers->count == 0 ? 0 : numbers->items[numbers->count - 1];
}

// -- Using a generation --

static void tell_damage(struct generation *generation)
{
    char path[QUOTED_BYTES];
    char damage[QUOTED_BYTES];
    generation->told = true;
    log_event(LOG_ERROR, "spool_damaged",
              "file=%s reason=%s rows_that_read=%" PRId64 " rows_known_lost=%" PRId64
              " next=\"drained as far as it reads, then kept in damaged/\"",
              log_quote(path, sizeof path, generation->path),
              log_quote(damage, sizeof damage, generation->damage),
              salvage_behind(generation->salvage, 0), generation->lost);
}

// Without what is being written: closing it would cost as much as keeping it.
static void close_surplus(struct spool *spool, const struct generation *used)
{
    size_t open = 0;
    struct generation *oldest = NULL;
    for (size_t i = 0; i < spool->count; i++) {
        struct generation *generation = spool->generations[i];
        open += generation->database != NULL;
        if (generation->database != NULL && generation != used && generation != spool->writing &&
            (oldest == NULL || generation->used_at < oldest->used_at))
            oldest = generation;
    }
    if (open > SPOOL_OPEN_LIMIT && oldest != NULL)
        generation_close(oldest);
}

// A process that was killed between a write and its fsync left rows that only the kernel holds:
// before one of them is promised again, all are brought to the disk. Once: a second fsync says
// nothing about what the first one lost.
static void vouch_for(struct spool *spool, struct generation *generation)
{
    char path[QUOTED_BYTES];
    generation->vouched = true;
    if (directory_sync(spool->directory, generation->number))
        generation->promised = generation->last;
    else
        log_event(LOG_ERROR, "spool_file_unsynced",
                  "file=%s reason=\"%s\" next=\"its rows are drained; what clients send again is "
                  "written again; look at the disk\"",
                  log_quote(path, sizeof path, generation->path), strerror(errno));
}

bool spool_use(struct spool *spool, struct generation *generation)
{
    bool opened = generation_open(generation);
    if (opened && !generation->vouched)
        vouch_for(spool, generation);
    generation->used_at = ++spool->uses;
    if (generation->salvage != NULL && !generation->told)
        tell_damage(generation);
    if (spool->writing != NULL && !spool->writing->writable)
        spool->writing = NULL;
    close_surplus(spool, generation);
    return opened;
}

// -- Opening --

static void add_generation(struct spool *spool, struct generation *taken_generation)
{
    spool->generations =
        memory_resize(spool->generations, (spool->count + 1) * sizeof(struct generation *));
    spool->generations[spool->count++] = taken_generation;
}

static void adopt_files(struct spool *spool)
{
    struct spool_numbers waiting = {0};
    waiting.items = directory_list(spool->directory, DIRECTORY_WAITING, &waiting.count);
    for (size_t i = 0; i < waiting.count; i++) {
        char *path = directory_path(spool->directory, DIRECTORY_WAITING, waiting.items[i]);
        struct generation *generation = generation_adopt(path, waiting.items[i]);
        add_generation(spool, generation);
        if (!spool_use(spool, generation)) {
            char quoted[QUOTED_BYTES];
            log_event(LOG_WARNING, "spool_file_withheld",
                      "file=%s next=\"tried again when the spool is drained\"",
                      log_quote(quoted, sizeof quoted, path));
        }
        free(path);
    }
    int64_t highest = highest_of(&waiting);
    free(waiting.items);
    spool->damaged.items =
        directory_list(spool->directory, DIRECTORY_DAMAGED, &spool->damaged.count);
    spool->kept.items = directory_list(spool->directory, DIRECTORY_DRAINED, &spool->kept.count);
    if (highest_of(&spool->damaged) > highest)
        highest = highest_of(&spool->damaged);
    if (highest_of(&spool->kept) > highest)
        highest = highest_of(&spool->kept);
    spool->next_number = highest + 1;
}

struct spool *spool_open(const char *directory, const struct spool_limits *limits,
                         struct error *error)
{
    int lock = directory_lock(directory, error);
    if (lock < 0)
        return NULL;
    struct spool *spool = memory_allocate(sizeof *spool);
    spool->directory = memory_copy_text(directory);
    spool->lock = lock;
    spool->limits = *limits;
    directory_tidy(directory);
    adopt_files(spool);
    spool_retire_finished(spool);
    return spool;
}

void spool_destroy(struct spool *spool)
{
    if (spool == NULL)
        return;
    for (size_t i = 0; i < spool->count; i++)
        generation_destroy(spool->generations[i]);
    free(spool->generations);
    spool_look_away(spool);
    for (size_t i = 0; i < spool->given_count; i++)
        record_clear(&spool->given[i]);
    free(spool->given);
    free(spool->damaged.items);
    free(spool->kept.items);
    free(spool->directory);
    (void)close(spool->lock);
    free(spool);
}

void spool_set_limits(struct spool *spool, const struct spool_limits *limits)
{
    spool->limits = *limits;
}

void spool_distrust_database(struct spool *spool, bool distrusts)
{
    spool->distrusts_database = distrusts;
}

// -- Room --

static int64_t bytes_of_all(const struct spool *spool)
{
    int64_t bytes = 0;
    for (size_t i = 0; i < spool->count; i++)
        bytes += spool->generations[i]->bytes;
    return bytes;
}

// At most: each row may touch a page of its own in the index and split it.
static int64_t bytes_needed(const struct spool *spool, const struct submission *const rows[],
                            size_t count)
{
    int64_t pages = EMPTY_GENERATION_PAGES;
    if (spool->writing == NULL)
        pages += EMPTY_GENERATION_PAGES;
    for (size_t i = 0; i < count; i++)
        pages += 4 + (int64_t)record_measure(rows[i]) / (PAGE_BYTES - 4);
    return pages * FRAME_BYTES;
}

// What lies free on the disk, for this user.
static int64_t free_bytes(const struct spool *spool)
{
    struct statvfs status;
    if (statvfs(spool->directory, &status) != 0)
        return INT64_MAX; // the write itself will tell
    uint64_t bytes = (uint64_t)status.f_bavail * status.f_frsize;
    return bytes > INT64_MAX ? INT64_MAX : (int64_t)bytes;
}

// NULL when there is room, else the limit that is met.
static const char *limit_met(const struct spool *spool, int64_t needed)
{
    if (bytes_of_all(spool) + needed > spool->limits.quota_bytes)
        return "spool_quota_mib";
    int64_t least = spool->limits.least_free_bytes;
    int64_t free_now = free_bytes(spool);
    if (least > 0 && free_now - least < needed)
        return "spool_least_free_mib";
    return NULL;
}

// -- Writing --

static void tell_disk(struct spool *spool, enum spool_result result, const char *reason)
{
    char path[QUOTED_BYTES];
    const char *directory = log_quote(path, sizeof path, spool->directory);
    if (result == spool->disk)
        return;
    spool->disk = result;
    if (result == SPOOL_WRITTEN)
        log_event(LOG_INFO, "spool_writes_again", "directory=%s", directory);
    else if (result == SPOOL_FULL)
        log_event(LOG_ERROR, "spool_full",
                  "directory=%s limit=%s next=\"clients get 503 until there is room; draining goes "
                  "on\"",
                  directory, reason);
    else
        log_event(LOG_ERROR, "spool_write_failed",
                  "directory=%s reason=\"%s\" next=\"the file is sealed, the next write begins "
                  "another; look at the disk\"",
                  directory, reason);
}

static enum spool_result end_write(struct spool *spool, enum spool_result result,
                                   const char *reason)
{
    tell_disk(spool, result, reason);
    spool->full += result == SPOOL_FULL;
    spool->failed += result == SPOOL_FAILED;
    return result;
}

static bool is_full(int failure)
{
    return failure == ENOSPC || failure == EDQUOT;
}

static bool begin_generation(struct spool *spool)
{
    struct generation *made =
        generation_create(spool->directory, DIRECTORY_WAITING, spool->next_number);
    int failure = errno;
    spool->next_number++;
    if (made != NULL) {
        add_generation(spool, made);
        spool->writing = made;
    }
    errno = failure;
    return made != NULL;
}

// Sealed where it is large enough; a long log is moved into the file, which is tried once only.
static void look_after_size(struct spool *spool)
{
    struct generation *generation = spool->writing;
    bool is_large = generation->bytes >= spool->limits.generation_bytes;
    int64_t in_log = directory_log_bytes(generation->path);
    if ((is_large || in_log >= SPOOL_LOG_BYTES) && limit_met(spool, in_log) == NULL &&
        !generation_compact(generation))
        spool->writing = NULL;
    else if (is_large) {
        generation_seal(generation);
        spool->writing = NULL;
    }
}

// A log takes room until it is moved into its file: before a limit counts, that is done.
static const char *limit_met_after_all(struct spool *spool, int64_t needed)
{
    const char *limit = limit_met(spool, needed);
    if (limit == NULL || spool->writing == NULL || directory_log_bytes(spool->writing->path) == 0 ||
        limit_met(spool, 0) != NULL)
        return limit;
    if (!generation_compact(spool->writing))
        spool->writing = NULL;
    return limit_met(spool, needed);
}

static int64_t page_limit(const struct spool *spool)
{
    int64_t left = spool->limits.quota_bytes - bytes_of_all(spool) + spool->writing->bytes;
    return left / PAGE_BYTES;
}

// After an error: rows that were promised are read on; without any, the file goes. Where it does
// not, what stands in it is drained.
static void end_generation(struct spool *spool)
{
    struct generation *generation = spool->writing;
    spool->writing = NULL;
    if (generation->promised == 0 &&
        directory_remove(spool->directory, DIRECTORY_WAITING, generation->number)) {
        generation_destroy(generation);
        spool->count--; // what is written is the last
        return;
    }
    (void)spool_use(spool, generation);
}

enum spool_result spool_write(struct spool *spool, const struct submission *const rows[],
                              size_t count)
{
    assert(count >= 1);
    const char *limit = limit_met_after_all(spool, bytes_needed(spool, rows, count));
    if (limit != NULL)
        return end_write(spool, SPOOL_FULL, limit);
    if (spool->writing == NULL && !begin_generation(spool)) {
        int failure = errno;
        return end_write(spool, is_full(failure) ? SPOOL_FULL : SPOOL_FAILED,
                         is_full(failure) ? "disk" : strerror(failure));
    }
    struct generation *generation = spool->writing;
    enum spool_result result = generation_write(generation, rows, count, page_limit(spool));
    if (result != SPOOL_WRITTEN) {
        (void)end_write(spool, result, result == SPOOL_FULL ? "disk" : generation->failure);
        end_generation(spool);
        return result;
    }
    generation->used_at = ++spool->uses;
    spool->written += count;
    look_after_size(spool);
    return end_write(spool, SPOOL_WRITTEN, NULL);
}

enum spool_found spool_find(struct spool *spool, const struct submission *row)
{
    enum spool_found found = SPOOL_ABSENT;
    for (size_t i = 0; i < spool->count && found == SPOOL_ABSENT; i++) {
        struct generation *generation = spool->generations[i];
        if (generation->known && generation_waiting(generation) == 0)
            continue;
        if (spool_use(spool, generation))
            found = generation_find(generation, row);
        if (generation->salvage != NULL && !generation->told)
            (void)spool_use(spool, generation);
    }
    return found;
}
