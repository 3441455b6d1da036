// SPDX-License-Identifier: Apache-2.0
#include "config/acknowledged.h"

#include "config/calendar.h"

#include <criterion/criterion.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEEP_DAYS = 35 };
#define US_A_DAY (INT64_C(86400) * 1000000)
#define NOON INT64_C(4000276800000000) // 2096-10-05T12:00:00Z

static char state[64];
static struct error error;

static void make_state(void)
{
    strcpy(state, "/tmp/recueil-acknowledged-XXXXXX");
    cr_assert_not_null(mkdtemp(state));
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    (void)status;
    (void)kind;
    (void)walk;
    return remove(path);
}

static void remove_state(void)
{
    nftw(state, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

TestSuite(acknowledged, .init = make_state, .fini = remove_state);

static char *path_of(const char *day)
{
    return memory_format("%s/acknowledged/%s", state, day);
}

static off_t size_of(const char *day)
{
    struct stat status;
    char *path = path_of(day);
    off_t size = stat(path, &status) == 0 ? status.st_size : -1;
    free(path);
    return size;
}

static mode_t mode_of(const char *day)
{
    struct stat status;
    char *path = path_of(day);
    cr_assert_eq(stat(path, &status), 0, "%s", path);
    free(path);
    return status.st_mode & 07777;
}

static void put(const char *day, size_t size)
{
    char *path = path_of(day);
    FILE *file = fopen(path, "a");
    cr_assert_not_null(file, "%s", path);
    for (size_t i = 0; i < size; i++)
        fputc('x', file);
    fclose(file);
    free(path);
}

static struct acknowledgement record(unsigned char seed)
{
    struct acknowledgement made;
    memset(&made.id, seed, sizeof made.id);
    memset(made.content_hash, 255 - seed, sizeof made.content_hash);
    return made;
}

static struct acknowledged *opened(void)
{
    struct acknowledged *acknowledged = acknowledged_open(state, KEEP_DAYS, &error);
    cr_assert_not_null(acknowledged, "%s", error.message);
    return acknowledged;
}

static bool append_at(struct acknowledged *acknowledged, unsigned char seed, int64_t at_us)
{
    struct acknowledgement one = record(seed);
    return acknowledged_append(acknowledged, &one, 1, at_us);
}

struct seen {
    size_t count, limit;
    char days[16][11];
    unsigned char seeds[16];
};

static bool see(void *context, const char *day, const struct acknowledgement *read)
{
    struct seen *seen = context;
    const unsigned char *id = (const unsigned char *)&read->id;
    struct acknowledgement whole = record(id[0]);
    cr_assert_lt(seen->count, 16);
    cr_assert_eq(memcmp(read, &whole, sizeof whole), 0, "record %zu is shifted", seen->count);
    strcpy(seen->days[seen->count], day);
    seen->seeds[seen->count++] = id[0];
    return seen->count != seen->limit;
}

static struct seen read_all(void)
{
    struct seen seen = {0};
    cr_assert(acknowledged_read(state, see, &seen, &error), "%s", error.message);
    return seen;
}

Test(acknowledged, writes_32_bytes_a_record_where_only_its_user_reads)
{
    struct acknowledgement records[3] = {record(1), record(2), record(3)};
    AUTO(acknowledged) struct acknowledged *acknowledged = opened();
    cr_assert(acknowledged_append(acknowledged, records, 3, NOON));
    cr_assert(acknowledged_append(acknowledged, records, 0, NOON));
    cr_assert_eq(size_of("2096-10-05"), 96);
    cr_assert_eq(mode_of("2096-10-05"), 0600);
    cr_assert_eq(mode_of("."), 0700);
    struct seen seen = read_all();
    cr_assert_eq(seen.count, 3);
    cr_assert_eq(seen.seeds[0] * 100 + seen.seeds[1] * 10 + seen.seeds[2], 123);
}

Test(acknowledged, goes_on_in_the_file_of_the_day_when_opened_again)
{
    for (unsigned char seed = 1; seed <= 2; seed++) {
        AUTO(acknowledged) struct acknowledged *acknowledged = opened();
        cr_assert(append_at(acknowledged, seed, NOON));
    }
    cr_assert_eq(size_of("2096-10-05"), 64);
}

Test(acknowledged, changes_file_at_midnight_utc_and_reads_the_oldest_first)
{
    AUTO(acknowledged) struct acknowledged *acknowledged = opened();
    cr_assert(append_at(acknowledged, 1, NOON + US_A_DAY / 2 - 1));
    cr_assert(append_at(acknowledged, 2, NOON + US_A_DAY / 2));
    cr_assert(append_at(acknowledged, 3, NOON)); // a clock that was set back
    struct seen seen = read_all();
    cr_assert_eq(seen.count, 3);
    cr_assert_str_eq(seen.days[0], "2096-10-05");
    cr_assert_eq(seen.seeds[1], 3);
    cr_assert_str_eq(seen.days[2], "2096-10-06");
    cr_assert_eq(seen.seeds[2], 2);
}

Test(acknowledged, removes_days_past_their_time_when_the_day_changes)
{
    AUTO(acknowledged) struct acknowledged *acknowledged = opened();
    put("2096-08-31", 32); // 35 days before 5 October
    put("2096-08-30", 32);
    put("2020-01-01", 32);
    put("notes", 32);
    put("2096-02-30", 32); // no day
    cr_assert(append_at(acknowledged, 1, NOON));
    cr_assert_eq(size_of("2096-08-31"), 32);
    cr_assert_eq(size_of("2096-08-30"), -1);
    cr_assert_eq(size_of("2020-01-01"), -1);
    cr_assert_eq(size_of("notes"), 32);
    cr_assert_eq(size_of("2096-02-30"), 32);
    cr_assert(append_at(acknowledged, 2, NOON + US_A_DAY));
    cr_assert_eq(size_of("2096-08-31"), -1);
}

Test(acknowledged, removes_days_past_their_time_when_opened)
{
    acknowledged_destroy(opened());
    put("2020-01-01", 32);
    acknowledged_destroy(opened());
    cr_assert_eq(size_of("2020-01-01"), -1);
}

Test(acknowledged, leaves_no_part_of_a_batch_that_did_not_fit_on_the_disk)
{
    struct acknowledgement batch[3] = {record(2), record(3), record(4)};
    struct rlimit old, small = {0};
    AUTO(acknowledged) struct acknowledged *acknowledged = opened();
    cr_assert(append_at(acknowledged, 1, NOON));
    cr_assert_eq(getrlimit(RLIMIT_FSIZE, &old), 0);
    small.rlim_cur = 32 + 40; // the batch's first record fits, its second does not
    small.rlim_max = old.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
    bool partly = acknowledged_append(acknowledged, batch, 3, NOON);
    off_t size = size_of("2096-10-05");
    small.rlim_cur = 32; // not one byte
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
    bool at_all = acknowledged_append(acknowledged, batch, 3, NOON);
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &old), 0);
    cr_assert_not(partly);
    cr_assert_not(at_all);
    cr_assert_eq(size, 32);
    cr_assert(acknowledged_append(acknowledged, batch, 3, NOON));
    cr_assert_eq(read_all().count, 4);
}

Test(acknowledged, cuts_off_the_half_record_that_a_killed_process_left)
{
    acknowledged_destroy(opened());
    put("2096-10-05", 13);
    cr_assert_eq(read_all().count, 0);
    AUTO(acknowledged) struct acknowledged *acknowledged = opened();
    cr_assert(append_at(acknowledged, 7, NOON));
    struct seen seen = read_all();
    cr_assert_eq(seen.count, 1);
    cr_assert_eq(seen.seeds[0], 7);
}

Test(acknowledged, reads_whole_records_before_a_half_one)
{
    AUTO(acknowledged) struct acknowledged *acknowledged = opened();
    cr_assert(append_at(acknowledged, 1, NOON));
    cr_assert(append_at(acknowledged, 2, NOON + US_A_DAY));
    put("2096-10-05", 31);
    struct seen seen = read_all();
    cr_assert_eq(seen.count, 2);
    cr_assert_eq(seen.seeds[1], 2);
}

Test(acknowledged, reads_more_records_than_one_read_takes)
{
    enum { MANY = 5000 };
    struct acknowledgement *records = memory_allocate(MANY * sizeof *records);
    AUTO(acknowledged) struct acknowledged *acknowledged = opened();
    for (size_t i = 0; i < MANY; i++)
        records[i] = record(9);
    cr_assert(acknowledged_append(acknowledged, records, MANY, NOON));
    cr_assert(append_at(acknowledged, 5, NOON));
    struct seen seen = {.limit = 15};
    cr_assert(acknowledged_read(state, see, &seen, &error));
    cr_assert_eq(seen.count, 15, "the callback's false did not stop it");
    cr_assert_eq(size_of("2096-10-05"), 32 * (MANY + 1));
    free(records);
}

Test(acknowledged, stops_at_the_word_of_the_callback_and_opens_no_other_day)
{
    AUTO(acknowledged) struct acknowledged *acknowledged = opened();
    cr_assert(append_at(acknowledged, 1, NOON));
    cr_assert(append_at(acknowledged, 2, NOON + US_A_DAY));
    struct seen seen = {.limit = 1};
    cr_assert(acknowledged_read(state, see, &seen, &error));
    cr_assert_eq(seen.count, 1);
}

Test(acknowledged, finds_no_record_where_there_is_no_folder)
{
    cr_assert_eq(read_all().count, 0);
    cr_assert_eq(error.kind, ERROR_NONE);
}

Test(acknowledged, names_the_day_that_cannot_be_read)
{
    acknowledged_destroy(opened());
    char *path = path_of("2096-10-04");
    cr_assert_eq(mkdir(path, 0700), 0);
    struct seen seen = {0};
    cr_assert_not(acknowledged_read(state, see, &seen, &error));
    cr_assert_eq(error.kind, ERROR_FAILED);
    cr_assert_not_null(strstr(error.message, path), "%s", error.message);
    free(path);
}

Test(acknowledged, names_the_folder_that_it_cannot_make)
{
    char *nowhere = memory_format("%s/nowhere", state);
    cr_assert_null(acknowledged_open(nowhere, KEEP_DAYS, &error));
    cr_assert_eq(error.kind, ERROR_FAILED);
    cr_assert_not_null(strstr(error.message, nowhere), "%s", error.message);
    free(nowhere);
}

Test(acknowledged, follows_no_link_to_a_file_elsewhere)
{
    char *target = memory_format("%s/elsewhere", state);
    AUTO(acknowledged) struct acknowledged *acknowledged = opened();
    char *path = path_of("2096-10-05");
    cr_assert_eq(symlink(target, path), 0);
    cr_assert_not(append_at(acknowledged, 1, NOON));
    cr_assert_eq(access(target, F_OK), -1);
    cr_assert_eq(unlink(path), 0);
    cr_assert(append_at(acknowledged, 1, NOON), "a cause that went away holds nothing up");
    free(path);
    free(target);
}

Test(acknowledged, keeps_as_many_days_as_it_is_told_later)
{
    AUTO(acknowledged) struct acknowledged *acknowledged = opened();
    put("2096-10-03", 32);
    put("2096-10-04", 32);
    acknowledged_set_keep_days(acknowledged, 1);
    cr_assert(append_at(acknowledged, 1, NOON));
    cr_expect_eq(size_of("2096-10-03"), -1);
    cr_expect_eq(size_of("2096-10-04"), 32);
}

Test(acknowledged, ends_with_nothing_open)
{
    acknowledged_destroy(NULL);
}
