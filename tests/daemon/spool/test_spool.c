// SPDX-License-Identifier: Apache-2.0
#include "daemon/spool/spool.h"

#include "folder.h"

#include <sys/wait.h>
#include <time.h>

TestSuite(spool, .init = make_folder, .fini = remove_folder, .timeout = 60);

static enum spool_found find(struct spool *spool, int number, bool other_content)
{
    static struct made_row made;
    make_row(&made, number);
    if (other_content)
        made.row.content_hash[3] ^= 1;
    return spool_find(spool, &made.row);
}

// -- Writing and draining --

Test(spool, gives_rows_back_in_the_order_of_their_writing)
{
    AUTO(spool) struct spool *spool = open_spool();
    cr_assert_eq(write_rows(spool, 0, 0), SPOOL_WRITTEN);
    cr_assert_eq(write_rows(spool, 1, 150), SPOOL_WRITTEN);
    cr_assert_eq(counts_of(spool).waiting, 151);
    expect_next(spool, 0, 150);
    expect_no_more(spool);
    cr_assert_eq(counts_of(spool).waiting, 151);
    spool_confirm(spool);
    cr_assert_eq(counts_of(spool).waiting, 0);
    cr_assert_eq(counts_of(spool).confirmed, 151);
    cr_assert_eq(counts_of(spool).written, 151);
}

Test(spool, keeps_rows_larger_than_a_page_and_empty_ones)
{
    static const size_t sizes[] = {40, 500, 3500, 3600, 3700, 3800, 3900, 4000, 4090};
    enum { SIZES = sizeof sizes / sizeof sizes[0] };
    AUTO(spool) struct spool *spool = open_spool();
    struct submission row;
    for (int i = 0; i < SIZES; i++)
        cr_assert_eq(write_rows_of(spool, i, i, sizes[i]), SPOOL_WRITTEN);
    for (int i = 0; i < SIZES; i++) {
        cr_assert_eq(spool_next(spool, &row, 1), 1);
        cr_assert(is_made_row(&row, i, i, sizes[i]));
    }
}

Test(spool, gives_a_large_content_in_parts_of_bounded_size)
{
    enum { LARGE = 300 * 1024, COUNT = 40 };
    AUTO(spool) struct spool *spool = open_spool();
    static struct made_row made;
    struct submission rows[COUNT];
    char *content = malloc(LARGE + 1);
    memset(content, 'y', LARGE);
    content[LARGE] = '\0';
    for (int i = 0; i < COUNT; i++) {
        const struct submission *row = &made.row;
        make_row(&made, i);
        made.row.content = content;
        made.row.content_size = LARGE;
        cr_assert_eq(spool_write(spool, &row, 1), SPOOL_WRITTEN);
    }
    int taken = 0;
    for (size_t count = spool_next(spool, rows, COUNT); count > 0;
         count = spool_next(spool, rows, COUNT)) {
        cr_assert(count * LARGE < 8 * MIB);
        for (size_t i = 0; i < count; i++, taken++) {
            cr_assert_eq(row_number(&rows[i]), taken);
            cr_assert_eq(rows[i].content_size, LARGE);
            cr_assert_eq(memcmp(rows[i].content, content, LARGE), 0);
        }
    }
    cr_assert_eq(taken, COUNT);
    free(content);
}

Test(spool, gives_each_row_once_until_it_is_rewound)
{
    AUTO(spool) struct spool *spool = open_spool();
    cr_assert_eq(write_rows(spool, 0, 9), SPOOL_WRITTEN);
    expect_next(spool, 0, 3);
    spool_confirm(spool);
    expect_next(spool, 4, 6);
    spool_rewind(spool);
    expect_next(spool, 4, 9);
    expect_no_more(spool);
    spool_rewind(spool);
    expect_next(spool, 4, 9);
    spool_confirm(spool);
    spool_rewind(spool);
    expect_no_more(spool);
}

Test(spool, gives_out_what_is_written_while_it_is_drained)
{
    AUTO(spool) struct spool *spool = open_spool();
    cr_assert_eq(write_rows(spool, 0, 4), SPOOL_WRITTEN);
    expect_next(spool, 0, 4);
    cr_assert_eq(write_rows(spool, 5, 7), SPOOL_WRITTEN);
    spool_confirm(spool);
    cr_assert_eq(counts_of(spool).waiting, 3);
    expect_next(spool, 5, 7);
    expect_no_more(spool);
}

Test(spool, removes_its_files_once_all_rows_are_confirmed)
{
    AUTO(spool) struct spool *spool = open_spool();
    cr_assert_eq(write_rows(spool, 0, 4), SPOOL_WRITTEN);
    cr_assert_eq(counts_of(spool).generations, 1);
    cr_assert(counts_of(spool).bytes > 0);
    cr_assert_eq(count_files("", ".spool", NULL), 1);
    expect_next(spool, 0, 4);
    spool_confirm(spool);
    cr_assert_eq(counts_of(spool).generations, 0);
    cr_assert_eq(counts_of(spool).bytes, 0);
    cr_assert_eq(count_files("", ".spool", NULL) + count_files("", "-wal", NULL) +
                     count_files("", "-shm", NULL) + count_files("", ".retired", NULL),
                 0);
    cr_assert_eq(write_rows(spool, 5, 5), SPOOL_WRITTEN);
    expect_next(spool, 5, 5);
}

Test(spool, finds_after_a_restart_what_was_not_confirmed)
{
    struct spool *spool = open_spool();
    cr_assert_eq(write_rows(spool, 0, 9), SPOOL_WRITTEN);
    expect_next(spool, 0, 4);
    spool_confirm(spool);
    spool_destroy(spool);
    AUTO(spool) struct spool *again = open_spool();
    cr_assert_eq(counts_of(again).waiting, 10); // its position is not kept: draining twice is safe
    cr_assert_eq(write_rows(again, 10, 12), SPOOL_WRITTEN);
    cr_assert_eq(counts_of(again).generations, 2); // what an earlier run wrote is sealed
    expect_next(again, 0, 12);
    spool_confirm(again);
    cr_assert_eq(counts_of(again).generations, 0);
}

Test(spool, finds_what_a_killed_process_wrote)
{
    pid_t child = fork();
    if (child == 0) {
        struct spool *spool = open_spool();
        for (int i = 0; i < 20; i++)
            if (write_rows(spool, i * 10, i * 10 + 9) != SPOOL_WRITTEN)
                _exit(1);
        kill(getpid(), SIGKILL);
    }
    int status = 0;
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    AUTO(spool) struct spool *spool = open_spool();
    expect_next(spool, 0, 199);
    cr_assert_eq(counts_of(spool).damaged_files, 0);
}

Test(spool, begins_a_generation_when_one_is_large)
{
    struct spool_limits small = wide;
    small.generation_bytes = MIB;
    AUTO(spool) struct spool *spool = open_spool_with(&small);
    for (int i = 0; i < 40; i++)
        cr_assert_eq(write_rows_of(spool, i * 50, i * 50 + 49, 2000), SPOOL_WRITTEN);
    struct spool_counts counts = counts_of(spool);
    cr_assert(counts.generations >= 4 && counts.generations <= 12, "%d", (int)counts.generations);
    static int seen[2000];
    cr_assert_eq(take_all(spool, 1999, 2000, seen), 2000);
    spool_confirm(spool);
    cr_assert_eq(counts_of(spool).generations, 0);
}

Test(spool, removes_files_one_by_one_as_they_are_drained)
{
    struct spool_limits small = wide;
    small.generation_bytes = 1; // a generation for each write
    AUTO(spool) struct spool *spool = open_spool_with(&small);
    for (int i = 0; i < 30; i++)
        cr_assert_eq(write_rows(spool, i, i), SPOOL_WRITTEN);
    cr_assert_eq(counts_of(spool).generations, 30);
    expect_next(spool, 0, 9);
    spool_confirm(spool);
    cr_assert_eq(counts_of(spool).generations, 20);
    expect_next(spool, 10, 29);
    cr_assert_eq(count_files("", ".spool", NULL), 20);
    spool_confirm(spool);
    cr_assert_eq(count_files("", ".spool", NULL), 0);
}

static int open_descriptors(void)
{
    int count = 0;
    DIR *stream = opendir("/proc/self/fd");
    while (readdir(stream) != NULL)
        count++;
    closedir(stream);
    return count;
}

Test(spool, keeps_few_files_open)
{
    struct spool_limits small = wide;
    small.generation_bytes = 1;
    int before = open_descriptors();
    AUTO(spool) struct spool *spool = open_spool_with(&small);
    for (int i = 0; i < 60; i++)
        cr_assert_eq(write_rows(spool, i, i), SPOOL_WRITTEN);
    for (int i = 0; i < 60; i++)
        cr_assert_eq(find(spool, i, false), SPOOL_SAME);
    expect_next(spool, 0, 59);
    cr_assert(open_descriptors() - before < 40, "%d", open_descriptors() - before);
}

// -- The lock --

Test(spool, is_refused_to_a_second_process)
{
    AUTO(spool) struct spool *spool = open_spool();
    pid_t child = fork();
    if (child == 0) {
        struct error error = {0};
        struct spool *second = spool_open(spool_directory, &wide, &error);
        _exit(second == NULL && error.kind == ERROR_UNAVAILABLE &&
                      strstr(error.message, spool_directory) != NULL
                  ? 0
                  : 1);
    }
    int status = 0;
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

Test(spool, is_free_again_after_its_end)
{
    struct error error = {0};
    struct spool *spool = open_spool();
    cr_assert_null(spool_open(spool_directory, &wide, &error));
    spool_destroy(spool);
    spool_destroy(open_spool());
}

Test(spool, says_where_and_why_a_directory_cannot_be_made)
{
    struct error error = {0};
    snprintf(spool_directory, sizeof spool_directory, "%s/no/spool", folder);
    cr_assert_null(spool_open(spool_directory, &wide, &error));
    cr_assert_eq(error.kind, ERROR_FAILED);
    cr_assert_not_null(strstr(error.message, spool_directory));
}

Test(spool, is_for_its_user_alone)
{
    struct stat status;
    char path[512];
    AUTO(spool) struct spool *spool = open_spool();
    cr_assert_eq(write_rows(spool, 0, 4), SPOOL_WRITTEN);
    cr_assert(stat(spool_directory, &status) == 0 && (status.st_mode & 07777) == 0700);
    cr_assert_eq(count_files("", ".spool", path), 1);
    cr_assert(stat(path, &status) == 0 && (status.st_mode & 0777) == 0600);
    cr_assert_eq(count_files("", "-wal", path), 1);
    cr_assert(stat(path, &status) == 0 && (status.st_mode & 0777) == 0600);
}

Test(spool, leaves_other_files_alone)
{
    char path[512];
    spool_destroy(open_spool());
    snprintf(path, sizeof path, "%s/notes.txt", spool_directory);
    write_file(path, "x", 1);
    snprintf(path, sizeof path, "%s/12.spool", spool_directory);
    write_file(path, "x", 1);
    AUTO(spool) struct spool *spool = open_spool();
    cr_assert_eq(counts_of(spool).generations + counts_of(spool).damaged_files, 0);
    cr_assert_eq(count_files("", "notes.txt", NULL) + count_files("", "12.spool", NULL), 2);
}

// -- Limits --

Test(spool, takes_nothing_over_its_quota_and_goes_on_once_drained)
{
    struct spool_limits small = wide;
    small.quota_bytes = 2 * MIB;
    AUTO(spool) struct spool *spool = open_spool_with(&small);
    int written = 0;
    while (write_rows_of(spool, written, written + 9, 3000) == SPOOL_WRITTEN) {
        written += 10;
        cr_assert(counts_of(spool).bytes <= small.quota_bytes);
        cr_assert(written < 1000);
    }
    cr_assert(written >= 200, "%d rows of 3 kB in 2 MiB", written);
    cr_assert_eq(write_rows_of(spool, written, written + 9, 3000), SPOOL_FULL);
    cr_assert_eq(counts_of(spool).full, 2);
    static int seen[1000];
    cr_assert_eq(take_all(spool, 999, 3000, seen), written);
    spool_confirm(spool);
    cr_assert_eq(write_rows_of(spool, written, written + 9, 3000), SPOOL_WRITTEN);
}

Test(spool, leaves_free_what_the_disk_must_keep)
{
    struct spool_limits large = wide;
    large.least_free_bytes = INT64_MAX / 2;
    AUTO(spool) struct spool *spool = open_spool_with(&large);
    cr_assert_eq(write_rows(spool, 0, 0), SPOOL_FULL);
    cr_assert_eq(counts_of(spool).generations, 0);
    spool_set_limits(spool, &wide);
    cr_assert_eq(write_rows(spool, 0, 0), SPOOL_WRITTEN);
    spool_set_limits(spool, &large);
    cr_assert_eq(write_rows(spool, 1, 1), SPOOL_FULL);
    expect_next(spool, 0, 0);
}

// -- Finding --

Test(spool, finds_a_waiting_row_by_its_key_and_compares_its_hash)
{
    AUTO(spool) struct spool *spool = open_spool();
    cr_assert_eq(find(spool, 3, false), SPOOL_ABSENT);
    cr_assert_eq(write_rows(spool, 0, 5), SPOOL_WRITTEN);
    cr_assert_eq(find(spool, 3, false), SPOOL_SAME);
    cr_assert_eq(find(spool, 3, true), SPOOL_OTHER);
    cr_assert_eq(find(spool, 6, false), SPOOL_ABSENT);
    expect_next(spool, 0, 3);
    cr_assert_eq(find(spool, 3, false), SPOOL_SAME); // given out is not confirmed
    spool_confirm(spool);
    cr_assert_eq(find(spool, 3, false), SPOOL_ABSENT);
    cr_assert_eq(find(spool, 4, false), SPOOL_SAME);
}

Test(spool, tells_the_same_id_of_two_collectivities_apart)
{
    static struct made_row made;
    AUTO(spool) struct spool *spool = open_spool();
    cr_assert_eq(write_rows(spool, 3, 3), SPOOL_WRITTEN);
    make_row(&made, 3);
    made.row.collectivity_id += 1;
    cr_assert_eq(spool_find(spool, &made.row), SPOOL_ABSENT);
}

Test(spool, lets_the_row_that_came_first_decide)
{
    static struct made_row made;
    const struct submission *row = &made.row;
    AUTO(spool) struct spool *spool = open_spool();
    make_row(&made, 3);
    cr_assert_eq(spool_write(spool, &row, 1), SPOOL_WRITTEN);
    made.row.content_hash[0] ^= 1;
    cr_assert_eq(spool_write(spool, &row, 1), SPOOL_WRITTEN); // both are kept: the drainer decides
    cr_assert_eq(counts_of(spool).waiting, 2);
    cr_assert_eq(spool_find(spool, row), SPOOL_OTHER);
    cr_assert_eq(find(spool, 3, false), SPOOL_SAME);
}

Test(spool, finds_rows_of_an_earlier_run)
{
    struct spool *spool = open_spool();
    cr_assert_eq(write_rows(spool, 0, 5), SPOOL_WRITTEN);
    spool_destroy(spool);
    AUTO(spool) struct spool *again = open_spool();
    cr_assert_eq(find(again, 3, false), SPOOL_SAME);
    cr_assert_eq(find(again, 3, true), SPOOL_OTHER);
}

// -- Looking --

Test(spool, tells_since_when_the_oldest_row_waits)
{
    static struct made_row made;
    AUTO(spool) struct spool *spool = open_spool();
    cr_assert_eq(counts_of(spool).oldest_us, 0);
    cr_assert_eq(write_rows(spool, 7, 9), SPOOL_WRITTEN);
    make_row(&made, 7);
    cr_assert_eq(counts_of(spool).oldest_us, made.row.received_at_us);
    expect_next(spool, 7, 7);
    spool_confirm(spool);
    make_row(&made, 8);
    cr_assert_eq(counts_of(spool).oldest_us, made.row.received_at_us);
    expect_next(spool, 8, 9);
    spool_confirm(spool);
    cr_assert_eq(counts_of(spool).oldest_us, 0);
}

static void expect_listed(const struct spool_listed *listed, int number)
{
    static struct made_row made;
    make_row(&made, number);
    cr_assert_eq(listed->place, SPOOL_WAITING);
    cr_assert_eq(listed->collectivity_id, made.row.collectivity_id);
    cr_assert_eq(memcmp(&listed->id, &made.row.id, sizeof listed->id), 0);
    cr_assert_eq(memcmp(listed->content_hash, made.row.content_hash, HASH_BYTES), 0);
    cr_assert_eq(listed->received_at_us, made.row.received_at_us);
}

Test(spool, lists_what_waits_and_not_what_was_confirmed)
{
    struct spool_limits small = wide;
    small.generation_bytes = 1;
    AUTO(spool) struct spool *spool = open_spool_with(&small);
    struct spool_cursor cursor = {0};
    struct spool_listed listed[8];
    cr_assert_eq(spool_list(spool, &cursor, listed, 8), 0);
    cr_assert_eq(write_rows(spool, 0, 9), SPOOL_WRITTEN);
    cr_assert_eq(write_rows(spool, 10, 19), SPOOL_WRITTEN);
    expect_next(spool, 0, 1);
    spool_confirm(spool);
    int number = 2;
    for (size_t count = 8; count == 8;) {
        count = spool_list(spool, &cursor, listed, 8);
        for (size_t i = 0; i < count; i++)
            expect_listed(&listed[i], number++);
    }
    cr_assert_eq(number, 20);
}

Test(spool, ends_a_walk_over_a_list_that_is_drained_meanwhile)
{
    struct spool_limits small = wide;
    small.generation_bytes = 1;
    AUTO(spool) struct spool *spool = open_spool_with(&small);
    struct spool_cursor cursor = {0};
    struct spool_listed listed[4];
    for (int i = 0; i < 8; i++)
        cr_assert_eq(write_rows(spool, i * 4, i * 4 + 3), SPOOL_WRITTEN);
    cr_assert_eq(spool_list(spool, &cursor, listed, 4), 4);
    expect_listed(&listed[0], 0);
    expect_next(spool, 0, 13);
    spool_confirm(spool);
    cr_assert_eq(spool_list(spool, &cursor, listed, 4), 4);
    expect_listed(&listed[0], 14);
    expect_next(spool, 14, 31);
    spool_confirm(spool);
    cr_assert_eq(spool_list(spool, &cursor, listed, 4), 0);
}
