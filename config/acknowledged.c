// SPDX-License-Identifier: Apache-2.0
#include "config/acknowledged.h"

#include "config/calendar.h"
#include "config/log.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER "acknowledged"

enum {
    RECORD_BYTES = 32,
    DAY_TEXT_SIZE = 11, // "2026-10-05"
    RECORDS_A_READ = 2048,
    NO_FILE = -1,
};

static_assert(sizeof(struct acknowledgement) == RECORD_BYTES, "records are written as they are");

struct acknowledged {
    char *folder;
    int32_t keep_days;
    char day[DAY_TEXT_SIZE]; // of the file that is open
    int fd;                  // or NO_FILE
    bool failing;            // told already
};

static void write_day(int64_t at_us, char day[DAY_TEXT_SIZE])
{
    char text[INSTANT_TEXT_SIZE];
    instant_write(at_us, text);
    (void)snprintf(day, DAY_TEXT_SIZE, "%.10s", text);
}

static int is_day(const struct dirent *entry)
{
    int32_t day;
    return calendar_day_parse(entry->d_name, &day);
}

// -- Writing --

// What cannot be removed now is tried again on the next day.
static void remove_old_days(const struct acknowledged *acknowledged)
{
    int32_t today = 0;
    struct dirent **names = NULL;
    int count = scandir(acknowledged->folder, &names, is_day, alphasort);
    (void)calendar_day_parse(acknowledged->day, &today);
    for (int i = 0; i < count; i++) {
        int32_t day = today;
        (void)calendar_day_parse(names[i]->d_name, &day);
        if (day < today - acknowledged->keep_days) {
            char *path = memory_format("%s/%s", acknowledged->folder, names[i]->d_name);
            (void)unlink(path);
            free(path);
        }
        free(names[i]);
    }
    free(names);
}

static void close_day(struct acknowledged *acknowledged)
{
    if (acknowledged->fd != NO_FILE)
        (void)close(acknowledged->fd);
    acknowledged->fd = NO_FILE;
}

// A record that a killed process left half written would shift all those that follow it.
static bool cut_to_whole_records(int fd)
{
    struct stat state;
    if (fstat(fd, &state) != 0)
        return false;
    return state.st_size % RECORD_BYTES == 0 ||
           ftruncate(fd, state.st_size - state.st_size % RECORD_BYTES) == 0;
}

// Returns false with errno set.
static bool open_day(struct acknowledged *acknowledged, const char *day)
{
    close_day(acknowledged);
    char *path = memory_format("%s/%s", acknowledged->folder, day);
    acknowledged->fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    free(path);
    if (acknowledged->fd == NO_FILE)
        return false;
    if (!cut_to_whole_records(acknowledged->fd)) {
        int failure = errno;
        close_day(acknowledged);
        errno = failure;
        return false;
    }
    bool other_day = strcmp(acknowledged->day, day) != 0;
    (void)snprintf(acknowledged->day, sizeof acknowledged->day, "%s", day);
    if (other_day)
        remove_old_days(acknowledged);
    return true;
}

struct acknowledged *acknowledged_open(const char *state_dir, int32_t keep_days,
                                       struct error *error)
{
    AUTO(acknowledged) struct acknowledged *acknowledged = memory_allocate(sizeof *acknowledged);
    acknowledged->folder = memory_format("%s/" FOLDER, state_dir);
    acknowledged->keep_days = keep_days;
    acknowledged->fd = NO_FILE;

    char day[DAY_TEXT_SIZE];
    write_day(instant_now(), day);
    if ((mkdir(acknowledged->folder, 0700) == 0 || errno == EEXIST) && open_day(acknowledged, day))
        return TAKE(acknowledged);
    error_set(error, ERROR_FAILED,
              "%s: what was acknowledged cannot be written there (%s): recueild's user must be "
              "able to write in state_dir",
              acknowledged->folder, strerror(errno));
    return NULL;
}

void acknowledged_set_keep_days(struct acknowledged *acknowledged, int32_t keep_days)
{
    acknowledged->keep_days = keep_days;
}

void acknowledged_destroy(struct acknowledged *acknowledged)
{
    if (acknowledged == NULL)
        return;
    close_day(acknowledged);
    free(acknowledged->folder);
    free(acknowledged);
}

// Cuts off what a full disk let through. When that fails too, the file is opened anew the next
// time, which cuts it to whole records.
static void take_back(struct acknowledged *acknowledged, ssize_t written)
{
    off_t end = lseek(acknowledged->fd, 0, SEEK_CUR); // O_APPEND leaves it behind the last byte
    if (end < written || ftruncate(acknowledged->fd, end - written) != 0)
        close_day(acknowledged);
}

// Returns false with errno set.
static bool write_records(struct acknowledged *acknowledged, const void *bytes, size_t size)
{
    ssize_t written;
    do
        written = write(acknowledged->fd, bytes, size);
    while (written < 0 && errno == EINTR);
    if (written == (ssize_t)size)
        return true;
    if (written >= 0) {
        take_back(acknowledged, written);
        errno = ENOSPC; // of a regular file that takes a part only
    }
    return false;
}

static void tell(struct acknowledged *acknowledged, bool good, int failure)
{
    if (good && acknowledged->failing)
        log_event(LOG_INFO, "acknowledged_written_again", "folder=%s", acknowledged->folder);
    else if (!good && !acknowledged->failing)
        log_event(LOG_WARNING, "acknowledged_not_written",
                  "folder=%s reason=\"%s\" effect=\"recueil audit will not know of submissions "
                  "acknowledged from now on\"",
                  acknowledged->folder, strerror(failure));
    acknowledged->failing = !good;
}

bool acknowledged_append(struct acknowledged *acknowledged, const struct acknowledgement *records,
                         size_t count, int64_t now_us)
{
    if (count == 0)
        return true;
    char day[DAY_TEXT_SIZE];
    write_day(now_us, day);
    bool open_already = acknowledged->fd != NO_FILE && strcmp(day, acknowledged->day) == 0;
    bool good = (open_already || open_day(acknowledged, day)) &&
                write_records(acknowledged, records, count * sizeof *records);
    tell(acknowledged, good, errno);
    return good;
}

// -- Reading --

typedef bool record_callback(void *context, const char *day, const struct acknowledgement *record);

struct reading {
    record_callback *each;
    void *context;
    bool stopped;
};

static void read_records(struct reading *reading, const char *day, FILE *file)
{
    static struct acknowledgement records[RECORDS_A_READ];
    size_t count;
    do {
        count = fread(records, sizeof *records, RECORDS_A_READ, file);
        for (size_t i = 0; i < count && !reading->stopped; i++)
            reading->stopped = !reading->each(reading->context, day, &records[i]);
    } while (count == RECORDS_A_READ && !reading->stopped);
}

static bool read_day(struct reading *reading, const char *folder, const char *day,
                     struct error *error)
{
    char *path = memory_format("%s/%s", folder, day);
    FILE *file = fopen(path, "re");
    // recueild removes old days: one may go between the listing and now.
    bool good = file != NULL || errno == ENOENT;
    if (file != NULL) {
        read_records(reading, day, file);
        good = ferror(file) == 0;
    }
    if (!good)
        error_set(error, ERROR_FAILED, "%s: cannot be read (%s): look at the file's rights", path,
                  strerror(errno));
    if (file != NULL)
        (void)fclose(file);
    free(path);
    return good;
}

bool acknowledged_read(const char *state_dir, record_callback *each, void *context,
                       struct error *error)
{
    struct reading reading = {.each = each, .context = context};
    char *folder = memory_format("%s/" FOLDER, state_dir);
    struct dirent **names = NULL;
    int count = scandir(folder, &names, is_day, alphasort);
    bool good = count >= 0 || errno == ENOENT;
    if (!good)
        error_set(error, ERROR_FAILED, "%s: cannot be read (%s): run this as recueild's user",
                  folder, strerror(errno));
    for (int i = 0; i < count; i++) {
        if (good && !reading.stopped)
            good = read_day(&reading, folder, names[i]->d_name, error);
        free(names[i]);
    }
    free(names);
    free(folder);
    return good;
}
