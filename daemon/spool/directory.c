// SPDX-License-Identifier: Apache-2.0
#include "daemon/spool/directory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DIGITS_LEAST = 10, DIGITS_MOST = 18, NUMBERS_AT_FIRST = 16 };

static const char *const places[DIRECTORY_PLACE_COUNT] = {
    [DIRECTORY_WAITING] = "",
    [DIRECTORY_DAMAGED] = "damaged/",
    [DIRECTORY_DRAINED] = "drained/",
};

// What may follow the number in a name.
enum ending {
    ENDING_SPOOL,
    ENDING_LOG,
    ENDING_SHARED,
    ENDING_NEW,
    ENDING_NEW_LOG,
    ENDING_RETIRED,
    ENDING_COUNT
};
static const char *const endings[ENDING_COUNT] = {
    [ENDING_SPOOL] = ".spool",      [ENDING_LOG] = ".spool-wal",
    [ENDING_SHARED] = ".spool-shm", // made where an administrator looked in with sqlite3
    [ENDING_NEW] = ".new",          // not a generation yet
    [ENDING_NEW_LOG] = ".new-wal",
    [ENDING_RETIRED] = ".retired", // none any more: its removal has begun
};

static char *path_of(const char *directory, enum directory_place place, int64_t number,
                     enum ending ending)
{
    return memory_format("%s/%s%010" PRId64 "%s", directory, places[place], number,
                         endings[ending]);
}

char *directory_path(const char *directory, enum directory_place place, int64_t number)
{
    return path_of(directory, place, number, ENDING_SPOOL);
}

char *directory_path_new(const char *directory, enum directory_place place, int64_t number)
{
    return path_of(directory, place, number, ENDING_NEW);
}

char *directory_path_log(const char *path)
{
    return memory_format("%s-wal", path);
}

// -- Small operations, each on one path that is freed again --

static bool exists(const char *directory, enum directory_place place, int64_t number,
                   enum ending ending)
{
    char *path = path_of(directory, place, number, ending);
    bool found = access(path, F_OK) == 0;
    free(path);
    return found;
}

// True also when there was none.
static bool unlink_one(const char *directory, enum directory_place place, int64_t number,
                       enum ending ending)
{
    char *path = path_of(directory, place, number, ending);
    bool gone = unlink(path) == 0 || errno == ENOENT;
    int failure = errno;
    free(path);
    errno = failure;
    return gone;
}

static bool rename_one(const char *old_path, const char *new_path)
{
    return rename(old_path, new_path) == 0;
}

static bool move_one(const char *directory, int64_t number, enum directory_place to,
                     enum ending ending)
{
    char *old_path = path_of(directory, DIRECTORY_WAITING, number, ending);
    char *new_path = path_of(directory, to, number, ending);
    bool moved = rename_one(old_path, new_path);
    int failure = errno;
    free(old_path);
    free(new_path);
    errno = failure;
    return moved;
}

static bool sync_path(const char *path, int flags)
{
    int descriptor = open(path, flags | O_CLOEXEC);
    if (descriptor < 0)
        return false;
    bool synced = fsync(descriptor) == 0;
    int failure = errno;
    (void)close(descriptor);
    errno = failure;
    return synced;
}

static bool sync_place(const char *directory, enum directory_place place)
{
    char *path = memory_format("%s/%s", directory, places[place]);
    bool synced = sync_path(path, O_RDONLY | O_DIRECTORY);
    int failure = errno;
    free(path);
    errno = failure;
    return synced;
}

// -- The lock --

static bool make_directory(const char *path, struct error *error)
{
    if (mkdir(path, 0700) == 0 || errno == EEXIST)
        return true;
    error_set(error, ERROR_FAILED,
              "%s: cannot be made: %s; make the directory above it and let this user write there",
              path, strerror(errno));
    return false;
}

// On a full disk the places may not be makeable: draining needs none of them.
static void make_places(const char *directory)
{
    for (int place = DIRECTORY_DAMAGED; place < DIRECTORY_PLACE_COUNT; place++) {
        char *path = memory_format("%s/%s", directory, places[place]);
        (void)mkdir(path, 0700);
        free(path);
    }
}

static int take_lock(const char *path, struct error *error)
{
    int lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (lock < 0) {
        error_set(error, ERROR_FAILED,
                  "%s: cannot be opened: %s; the directory must belong to this user, on a disk "
                  "that is not full",
                  path, strerror(errno));
        return -1;
    }
    if (flock(lock, LOCK_EX | LOCK_NB) == 0)
        return lock;
    if (errno == EWOULDBLOCK)
        error_set(error, ERROR_UNAVAILABLE,
                  "%s: another recueild holds this spool; stop it, or give this one a state_dir "
                  "of its own",
                  path);
    else
        error_set(error, ERROR_FAILED, "%s: cannot be locked: %s; the spool wants a local disk",
                  path, strerror(errno));
    (void)close(lock);
    return -1;
}

int directory_lock(const char *directory, struct error *error)
{
    if (!make_directory(directory, error))
        return -1;
    char *path = memory_format("%s/lock", directory);
    int lock = take_lock(path, error);
    free(path);
    if (lock >= 0)
        make_places(directory);
    return lock;
}

// -- Reading names --

// The number and the ending of a name; false for every other name.
static bool read_name(const char *name, int64_t *number, enum ending *ending)
{
    size_t digits = strspn(name, "0123456789");
    if (digits < DIGITS_LEAST || digits > DIGITS_MOST)
        return false;
    *number = strtoll(name, NULL, 10);
    for (int i = 0; i < ENDING_COUNT; i++)
        if (strcmp(name + digits, endings[i]) == 0) {
            *ending = (enum ending)i;
            return *number > 0;
        }
    return false;
}

struct numbers {
    int64_t *items;
    size_t count, capacity;
};

static void add_number(struct numbers *numbers, int64_t number)
{
    if (numbers->count == numbers->capacity) {
        numbers->capacity = numbers->capacity == 0 ? NUMBERS_AT_FIRST : numbers->capacity * 2;
        numbers->items =
            memory_resize(numbers->items, numbers->capacity * sizeof numbers->items[0]);
    }
    numbers->items[numbers->count++] = number;
}

static int compare_numbers(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void sort_without_repeats(struct numbers *numbers)
{
    if (numbers->count == 0)
        return;
    qsort(numbers->items, numbers->count, sizeof numbers->items[0], compare_numbers);
    size_t kept = 1;
    for (size_t i = 1; i < numbers->count; i++)
        if (numbers->items[i] != numbers->items[kept - 1])
            numbers->items[kept++] = numbers->items[i];
    numbers->count = kept;
}

// The numbers of names with one of the endings (a set of bits).
static struct numbers list_endings(const char *directory, enum directory_place place,
                                   unsigned wanted)
{
    struct numbers numbers = {0};
    char *path = memory_format("%s/%s", directory, places[place]);
    DIR *stream = opendir(path);
    free(path);
    if (stream == NULL)
        return numbers;
    for (struct dirent *entry = readdir(stream); entry != NULL; entry = readdir(stream)) {
        int64_t number = 0;
        enum ending ending = ENDING_COUNT;
        if (read_name(entry->d_name, &number, &ending) && (wanted & (1U << ending)) != 0)
            add_number(&numbers, number);
    }
    (void)closedir(stream);
    sort_without_repeats(&numbers);
    return numbers;
}

int64_t *directory_list(const char *directory, enum directory_place place, size_t *count)
{
    struct numbers numbers = list_endings(directory, place, 1U << ENDING_SPOOL | 1U << ENDING_LOG);
    *count = numbers.count;
    return numbers.items;
}

// -- Moving and removing --
//
// The file goes first and its -wal follows: a -wal that is alone belongs to the file of its number
// in another place. Removal renames the file first: a -wal beside a .retired is not needed, one
// that is quite alone is evidence.

static bool finish_removal(const char *directory, enum directory_place place, int64_t number)
{
    bool gone = unlink_one(directory, place, number, ENDING_LOG) &&
                unlink_one(directory, place, number, ENDING_SHARED) &&
                unlink_one(directory, place, number, ENDING_RETIRED);
    (void)sync_place(directory, place); // if it comes back after a power cut, it goes again
    return gone;
}

bool directory_remove(const char *directory, enum directory_place place, int64_t number)
{
    char *path = path_of(directory, place, number, ENDING_SPOOL);
    char *retired = path_of(directory, place, number, ENDING_RETIRED);
    bool renamed = rename_one(path, retired) || errno == ENOENT;
    int failure = errno;
    free(path);
    free(retired);
    errno = failure;
    return renamed && finish_removal(directory, place, number);
}

bool directory_move(const char *directory, int64_t number, enum directory_place to)
{
    make_places(directory);
    if (!move_one(directory, number, to, ENDING_SPOOL) && errno != ENOENT)
        return false;
    if (!move_one(directory, number, to, ENDING_LOG) && errno != ENOENT)
        return false;
    (void)unlink_one(directory, DIRECTORY_WAITING, number, ENDING_SHARED);
    (void)sync_place(directory, to);
    (void)sync_place(directory, DIRECTORY_WAITING);
    return true;
}

// The log is made here as well: SQLite would make it with the first write, and does not look at the
// result of the fsync that its name needs.
static bool make_log(const char *path)
{
    char *log_path = directory_path_log(path);
    int file = open(log_path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    int failure = errno;
    free(log_path);
    if (file >= 0)
        (void)close(file);
    errno = failure;
    return file >= 0;
}

bool directory_admit(const char *directory, enum directory_place place, int64_t number)
{
    char *path = path_of(directory, place, number, ENDING_SPOOL);
    char *made = path_of(directory, place, number, ENDING_NEW);
    bool renamed = sync_path(made, O_RDWR) && rename_one(made, path);
    bool admitted = renamed && make_log(path) && sync_place(directory, place);
    int failure = errno;
    if (!admitted) {
        (void)unlink(renamed ? path : made);
        (void)unlink_one(directory, place, number, ENDING_LOG);
    }
    free(path);
    free(made);
    errno = failure;
    return admitted;
}

bool directory_sync(const char *directory, int64_t number)
{
    char *path = directory_path(directory, DIRECTORY_WAITING, number);
    char *log_path = directory_path_log(path);
    bool synced = (sync_path(path, O_RDONLY) || errno == ENOENT) &&
                  (sync_path(log_path, O_RDONLY) || errno == ENOENT) &&
                  sync_place(directory, DIRECTORY_WAITING);
    int failure = errno;
    free(path);
    free(log_path);
    errno = failure;
    return synced;
}

static bool is_empty_log(const char *directory, int64_t number)
{
    struct stat status;
    char *path = path_of(directory, DIRECTORY_WAITING, number, ENDING_LOG);
    bool empty = stat(path, &status) == 0 && status.st_size == 0;
    free(path);
    return empty;
}

// A log that is alone and empty is all that is left of a generation that was not admitted.
static void finish_moves(const char *directory)
{
    struct numbers logs = list_endings(directory, DIRECTORY_WAITING, 1U << ENDING_LOG);
    for (size_t i = 0; i < logs.count; i++) {
        if (exists(directory, DIRECTORY_WAITING, logs.items[i], ENDING_SPOOL) ||
            exists(directory, DIRECTORY_WAITING, logs.items[i], ENDING_RETIRED))
            continue;
        if (is_empty_log(directory, logs.items[i])) {
            (void)unlink_one(directory, DIRECTORY_WAITING, logs.items[i], ENDING_LOG);
            continue;
        }
        for (int place = DIRECTORY_DAMAGED; place < DIRECTORY_PLACE_COUNT; place++)
            if (exists(directory, (enum directory_place)place, logs.items[i], ENDING_SPOOL))
                (void)directory_move(directory, logs.items[i], (enum directory_place)place);
    }
    free(logs.items);
}

void directory_tidy(const char *directory)
{
    finish_moves(directory);
    for (int place = 0; place < DIRECTORY_PLACE_COUNT; place++) {
        enum directory_place here = (enum directory_place)place;
        struct numbers retired = list_endings(directory, here, 1U << ENDING_RETIRED);
        for (size_t i = 0; i < retired.count; i++)
            (void)finish_removal(directory, here, retired.items[i]);
        free(retired.items);
        struct numbers made =
            list_endings(directory, here, 1U << ENDING_NEW | 1U << ENDING_NEW_LOG);
        for (size_t i = 0; i < made.count; i++) {
            (void)unlink_one(directory, here, made.items[i], ENDING_NEW_LOG);
            (void)unlink_one(directory, here, made.items[i], ENDING_NEW);
        }
        free(made.items);
    }
}

static int64_t file_bytes(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 ? (int64_t)status.st_size : 0;
}

int64_t directory_log_bytes(const char *path)
{
    char *log_path = directory_path_log(path);
    int64_t bytes = file_bytes(log_path);
    free(log_path);
    return bytes;
}

int64_t directory_bytes(const char *path)
{
    return file_bytes(path) + directory_log_bytes(path);
}
