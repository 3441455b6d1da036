// SPDX-License-Identifier: Apache-2.0
#include "daemon/spool/salvage.h"

#include "daemon/spool/directory.h"
#include "daemon/spool/pages.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum source { SOURCE_FILE, SOURCE_LOG, SOURCE_COUNT };
enum { FOUND_AT_FIRST = 64, PAGE_NUMBER_LIMIT = 1 << 24 };

// Where a record begins, and enough of its key to pass over the others.
struct found {
    int64_t position;
    int64_t at; // in its source
    uint64_t key;
    enum source source;
};

struct salvage {
    char *paths[SOURCE_COUNT];
    struct found *found; // by position, each once
    size_t count, capacity;
    uint32_t *frames; // by page number: 1 + the last frame of the log that holds it; 0: none does
    uint32_t frame_limit;
};

// The files, open for as long as one call lasts: descriptors are not kept.
struct reading {
    const struct salvage *salvage;
    int files[SOURCE_COUNT]; // -1: missing
    bool without_log;        // overflow pages from the file alone
};

static bool open_files(struct reading *reading, const struct salvage *salvage)
{
    bool opened = true;
    reading->salvage = salvage;
    reading->without_log = false;
    for (int i = 0; i < SOURCE_COUNT; i++) {
        reading->files[i] = open(salvage->paths[i], O_RDONLY | O_CLOEXEC);
        opened = opened && (reading->files[i] >= 0 || errno == ENOENT);
    }
    return opened;
}

static void close_files(struct reading *reading)
{
    for (int i = 0; i < SOURCE_COUNT; i++)
        if (reading->files[i] >= 0)
            (void)close(reading->files[i]);
}

static int64_t size_of(const struct reading *reading, enum source source)
{
    off_t end = reading->files[source] < 0 ? 0 : lseek(reading->files[source], 0, SEEK_END);
    return end < 0 ? 0 : (int64_t)end;
}

// As much as reads of what is wanted there.
static size_t read_part(int file, void *bytes, size_t size, int64_t at)
{
    size_t used = 0;
    while (file >= 0 && used < size) {
        ssize_t part = pread(file, (char *)bytes + used, size - used, (off_t)at + (off_t)used);
        if (part < 0 && errno == EINTR)
            continue;
        if (part <= 0)
            break;
        used += (size_t)part;
    }
    return used;
}

// -- Putting a record together --

// Where the page that holds this byte begins.
static int64_t page_start(enum source source, int64_t at)
{
    if (source == SOURCE_FILE)
        return at - at % PAGE_BYTES;
    return at - (at - LOG_HEAD_BYTES) % FRAME_BYTES + FRAME_HEAD_BYTES;
}

// An overflow page as it was last written.
static bool read_overflow(const struct reading *reading, uint32_t number,
                          unsigned char page[PAGE_BYTES])
{
    const struct salvage *salvage = reading->salvage;
    if (number == 0)
        return false;
    if (!reading->without_log && number < salvage->frame_limit && salvage->frames[number] > 0) {
        int64_t frame = (int64_t)salvage->frames[number] - 1;
        int64_t at = LOG_HEAD_BYTES + frame * FRAME_BYTES + FRAME_HEAD_BYTES;
        return read_part(reading->files[SOURCE_LOG], page, PAGE_BYTES, at) == PAGE_BYTES;
    }
    int64_t at = ((int64_t)number - 1) * PAGE_BYTES;
    return read_part(reading->files[SOURCE_FILE], page, PAGE_BYTES, at) == PAGE_BYTES;
}

static bool follow_overflow(const struct reading *reading, uint32_t next, struct record *record,
                            size_t whole)
{
    unsigned char page[PAGE_BYTES];
    while (record->size < whole) {
        if (!read_overflow(reading, next, page))
            return false;
        size_t part = whole - record->size < PAGE_BYTES - 4 ? whole - record->size : PAGE_BYTES - 4;
        memcpy(record->bytes + record->size, page + 4, part);
        record->size += part;
        next = page_number_at(page);
    }
    return true;
}

static void make_room(struct record *record, size_t size)
{
    if (record->capacity < size) {
        record->bytes = memory_resize(record->bytes, size);
        record->capacity = size;
    }
    record->size = 0;
}

// The record that begins at this place of a page, unchecked.
static bool assemble(const struct reading *reading, const unsigned char page[PAGE_BYTES],
                     size_t offset, struct record *record)
{
    size_t whole = record_begins(page + offset, PAGE_BYTES - offset);
    size_t local = page_local_bytes(whole);
    size_t needed = local < whole ? local + 4 : local;
    if (whole == 0 || PAGE_BYTES - offset < needed)
        return false;
    make_room(record, whole);
    memcpy(record->bytes, page + offset, local);
    record->size = local;
    return local == whole ||
           follow_overflow(reading, page_number_at(page + offset + local), record, whole);
}

// With the pages of the log where it has them; failing that, with those of the file alone.
static bool read_record(struct reading *reading, const unsigned char page[PAGE_BYTES],
                        size_t offset, struct record *record, int64_t *position,
                        struct submission *row)
{
    for (int without_log = 0; without_log < 2; without_log++) {
        reading->without_log = without_log == 1;
        if (assemble(reading, page, offset, record) &&
            record_read(record->bytes, record->size, position, row))
            return true;
    }
    return false;
}

// -- Searching --

static uint64_t key_of(const struct submission *row)
{
    uint64_t halves[2];
    memcpy(halves, row->id.bytes, sizeof halves);
    return halves[0] ^ halves[1] ^ (uint64_t)(uint32_t)row->collectivity_id;
}

static void add_found(struct salvage *salvage, struct found found)
{
    if (salvage->count == salvage->capacity) {
        salvage->capacity = salvage->capacity == 0 ? FOUND_AT_FIRST : salvage->capacity * 2;
        salvage->found =
            memory_resize(salvage->found, salvage->capacity * sizeof salvage->found[0]);
    }
    salvage->found[salvage->count++] = found;
}

static void search_page(struct reading *reading, struct salvage *salvage, enum source source,
                        int64_t start, const unsigned char page[PAGE_BYTES], struct record *record)
{
    const unsigned char *at = record_search(page, PAGE_BYTES);
    for (; at != NULL; at = record_search(at + 1, PAGE_BYTES - (size_t)(at + 1 - page))) {
        struct submission row;
        struct found found = {.at = start + (at - page), .source = source};
        if (!read_record(reading, page, (size_t)(at - page), record, &found.position, &row))
            continue;
        found.key = key_of(&row);
        add_found(salvage, found);
    }
}

// A page of which only the beginning reads counts as far as it reads.
static void search_source(struct reading *reading, struct salvage *salvage, enum source source)
{
    struct record record = {0};
    int64_t end = size_of(reading, source);
    int64_t first = source == SOURCE_LOG ? LOG_HEAD_BYTES + FRAME_HEAD_BYTES : 0;
    int64_t step = source == SOURCE_LOG ? FRAME_BYTES : PAGE_BYTES;
    for (int64_t start = first; start < end; start += step) {
        unsigned char page[PAGE_BYTES] = {0};
        if (read_part(reading->files[source], page, PAGE_BYTES, start) > 0)
            search_page(reading, salvage, source, start, page, &record);
    }
    record_clear(&record);
}

// Later frames win: no page that a record continues in is ever changed, so any is right.
static void map_frames(const struct reading *reading, struct salvage *salvage)
{
    int64_t frames = (size_of(reading, SOURCE_LOG) - LOG_HEAD_BYTES) / FRAME_BYTES;
    int64_t pages = size_of(reading, SOURCE_FILE) / PAGE_BYTES;
    if (frames <= 0 || frames + pages >= PAGE_NUMBER_LIMIT)
        return;
    salvage->frame_limit = (uint32_t)(frames + pages + 1);
    salvage->frames = memory_allocate(salvage->frame_limit * sizeof salvage->frames[0]);
    for (int64_t i = 0; i < frames; i++) {
        unsigned char number[4];
        int64_t at = LOG_HEAD_BYTES + i * FRAME_BYTES;
        if (read_part(reading->files[SOURCE_LOG], number, sizeof number, at) == sizeof number &&
            page_number_at(number) < salvage->frame_limit)
            salvage->frames[page_number_at(number)] = (uint32_t)i + 1;
    }
}

static int compare_found(const void *a, const void *b)
{
    int64_t x = ((const struct found *)a)->position;
    int64_t y = ((const struct found *)b)->position;
    return (x > y) - (x < y);
}

// The log repeats a page at each change: the same record is met several times.
static void keep_each_once(struct salvage *salvage)
{
    if (salvage->count == 0)
        return;
    qsort(salvage->found, salvage->count, sizeof salvage->found[0], compare_found);
    size_t kept = 1;
    for (size_t i = 1; i < salvage->count; i++)
        if (salvage->found[i].position != salvage->found[kept - 1].position)
            salvage->found[kept++] = salvage->found[i];
    salvage->count = kept;
}

struct salvage *salvage_create(const char *path)
{
    struct salvage *salvage = memory_allocate(sizeof *salvage);
    struct reading reading;
    salvage->paths[SOURCE_FILE] = memory_copy_text(path);
    salvage->paths[SOURCE_LOG] = directory_path_log(path);
    bool opened = open_files(&reading, salvage);
    if (opened) {
        map_frames(&reading, salvage);
        for (int source = 0; source < SOURCE_COUNT; source++)
            search_source(&reading, salvage, (enum source)source);
        keep_each_once(salvage);
    }
    close_files(&reading);
    if (opened)
        return salvage;
    salvage_destroy(salvage);
    return NULL;
}

void salvage_destroy(struct salvage *salvage)
{
    if (salvage == NULL)
        return;
    for (int i = 0; i < SOURCE_COUNT; i++)
        free(salvage->paths[i]);
    free(salvage->found);
    free(salvage->frames);
    free(salvage);
}

// -- Reading what was found --

int64_t salvage_last(const struct salvage *salvage)
{
    return salvage->count == 0 ? 0 : salvage->found[salvage->count - 1].position;
}

// The first that lies behind the position.
static size_t first_behind(const struct salvage *salvage, int64_t position)
{
    size_t low = 0;
    size_t high = salvage->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (salvage->found[middle].position > position)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

int64_t salvage_behind(const struct salvage *salvage, int64_t position)
{
    return (int64_t)(salvage->count - first_behind(salvage, position));
}

// Its position; 0: it does not read any more.
static int64_t read_found(const struct salvage *salvage, const struct found *found,
                          struct record *record, struct submission *row)
{
    struct reading reading;
    unsigned char page[PAGE_BYTES] = {0};
    int64_t position = SALVAGE_WITHHELD;
    int64_t start = page_start(found->source, found->at);
    if (open_files(&reading, salvage) &&
        (read_part(reading.files[found->source], page, PAGE_BYTES, start) == 0 ||
         !read_record(&reading, page, (size_t)(found->at - start), record, &position, row) ||
         position != found->position))
        position = 0;
    close_files(&reading);
    return position;
}

int64_t salvage_read(const struct salvage *salvage, int64_t behind, struct record *record,
                     struct submission *row)
{
    int64_t position = 0;
    for (size_t i = first_behind(salvage, behind); position == 0 && i < salvage->count; i++)
        position = read_found(salvage, &salvage->found[i], record, row);
    return position;
}

int64_t salvage_find(const struct salvage *salvage, int64_t behind, const struct submission *row,
                     struct record *record, struct submission *found)
{
    uint64_t key = key_of(row);
    for (size_t i = first_behind(salvage, behind); i < salvage->count; i++)
        if (salvage->found[i].key == key &&
            read_found(salvage, &salvage->found[i], record, found) > 0 &&
            record_same_key(found, row))
            return salvage->found[i].position;
    return 0;
}
