// Files kept after draining, and what becomes of moves and removals that were interrupted.
//
// SPDX-License-Identifier: Apache-2.0
#include "daemon/spool/spool.h"

#include "folder.h"

#include <fcntl.h>
#include <time.h>

TestSuite(kept, .init = make_folder, .fini = remove_folder, .timeout = 60);

static const struct spool_limits three_days = {
    .generation_bytes = INT64_C(64) * MIB,
    .quota_bytes = INT64_C(1024) * MIB,
    .keep_days = 3,
};

static struct spool *open_keeping(void)
{
    return open_spool_with(&three_days);
}

// Rows first to last, written, drained, in a file of their own.
static void keep_rows(struct spool *spool, int first, int last)
{
    cr_assert_eq(write_rows(spool, first, last), SPOOL_WRITTEN);
    expect_next(spool, first, last);
    spool_confirm(spool);
}

static void make_older(const char *path, int days)
{
    struct timespec times[2] = {{.tv_sec = time(NULL) - (time_t)days * 86400 - 60}, {0}};
    times[1] = times[0];
    cr_assert_eq(utimensat(AT_FDCWD, path, times, 0), 0);
}

static int list_all(struct spool *spool, int seen[], struct spool_listed *last)
{
    struct spool_cursor cursor = {0};
    struct spool_listed listed[7];
    int total = 0;
    for (size_t count = spool_kept_next(spool, &cursor, listed, 7); count > 0;
         count = spool_kept_next(spool, &cursor, listed, 7))
        for (size_t i = 0; i < count; i++, total++) {
            int number = 0;
            memcpy(&number, listed[i].id.bytes, sizeof number);
            seen[number]++;
            *last = listed[i];
        }
    return total;
}

static struct spool_listed key_of(int number)
{
    static struct made_row made;
    make_row(&made, number);
    struct spool_listed key = {.collectivity_id = made.row.collectivity_id, .id = made.row.id};
    return key;
}

static bool kept_files_hold(const char *text)
{
    char directory[128];
    bool holds = false;
    snprintf(directory, sizeof directory, "%s/drained", spool_directory);
    DIR *stream = opendir(directory);
    cr_assert_not_null(stream);
    for (struct dirent *entry = readdir(stream); entry != NULL; entry = readdir(stream)) {
        char path[512];
        snprintf(path, sizeof path, "%s/%.255s", directory, entry->d_name);
        holds = holds || (entry->d_type == DT_REG && file_holds(path, text));
    }
    closedir(stream);
    return holds;
}

Test(kept, files_stay_for_the_days_said)
{
    char path[512];
    AUTO(spool) struct spool *spool = open_keeping();
    keep_rows(spool, 0, 9);
    cr_assert_eq(counts_of(spool).generations, 0);
    cr_assert_eq(counts_of(spool).bytes, 0);
    cr_assert_eq(counts_of(spool).kept_files, 1);
    spool_kept_expire(spool);
    cr_assert_eq(counts_of(spool).kept_files, 1);
    cr_assert_eq(count_files("drained/", ".spool", path), 1);
    make_older(path, 2);
    spool_kept_expire(spool);
    cr_assert_eq(counts_of(spool).kept_files, 1);
    make_older(path, 3);
    spool_kept_expire(spool);
    cr_assert_eq(counts_of(spool).kept_files, 0);
    cr_assert_eq(count_files("drained/", "", NULL), 2); // "." and ".."
}

Test(kept, files_count_their_days_from_the_end_of_draining)
{
    char path[512];
    struct spool *spool = open_keeping();
    cr_assert_eq(write_rows(spool, 0, 9), SPOOL_WRITTEN);
    cr_assert_eq(count_files("", ".spool", path), 1);
    spool_destroy(spool);
    make_older(path, 30);
    AUTO(spool) struct spool *again = open_keeping();
    expect_next(again, 0, 9);
    spool_confirm(again);
    spool_kept_expire(again);
    cr_assert_eq(counts_of(again).kept_files, 1);
}

Test(kept, files_go_when_none_is_kept_any_more)
{
    AUTO(spool) struct spool *spool = open_keeping();
    keep_rows(spool, 0, 9);
    spool_set_limits(spool, &wide);
    spool_kept_expire(spool);
    cr_assert_eq(counts_of(spool).kept_files, 0);
    keep_rows(spool, 0, 9);
    cr_assert_eq(counts_of(spool).kept_files, 0);
}

Test(kept, files_stay_a_while_where_the_database_may_forget)
{
    char path[512];
    AUTO(spool) struct spool *spool = open_spool_with(&wide);
    spool_distrust_database(spool, true);
    keep_rows(spool, 0, 9);
    cr_assert_eq(count_files("drained/", ".spool", path), 1);
    spool_distrust_database(spool, false);
    keep_rows(spool, 10, 19);
    cr_assert_eq(count_files("drained/", ".spool", path), 1);
    spool_kept_expire(spool); // once a day
    cr_assert_eq(count_files("drained/", ".spool", NULL), 0);
}

Test(kept, damaged_files_go_after_their_days)
{
    static const struct spool_limits limits = {
        .generation_bytes = INT64_C(64) * MIB,
        .quota_bytes = INT64_C(1024) * MIB,
        .damaged_keep_days = 35,
    };
    char path[512];
    struct spool *first = open_spool_with(&limits);
    cr_assert_eq(write_rows(first, 0, 9), SPOOL_WRITTEN);
    spool_destroy(first);
    cr_assert_eq(count_files("", ".spool", path), 1);
    cr_assert_eq(truncate(path, 100), 0);
    AUTO(spool) struct spool *spool = open_spool_with(&limits);
    struct submission rows[16];
    while (spool_next(spool, rows, 16) > 0)
        spool_confirm(spool);
    cr_assert_eq(count_files("damaged/", ".spool", path), 1);
    make_older(path, 34);
    spool_kept_expire(spool);
    cr_assert_eq(counts_of(spool).damaged_files, 1);
    make_older(path, 35);
    spool_kept_expire(spool);
    cr_assert_eq(counts_of(spool).damaged_files, 0);
    cr_assert_eq(count_files("damaged/", ".spool", NULL), 0);
}

Test(kept, files_are_found_again_by_the_next_run_and_not_drained)
{
    struct spool_listed last;
    static int seen[32];
    struct spool *spool = open_keeping();
    keep_rows(spool, 0, 9);
    keep_rows(spool, 10, 12);
    spool_destroy(spool);
    AUTO(spool) struct spool *again = open_keeping();
    cr_assert_eq(counts_of(again).kept_files, 2);
    cr_assert_eq(counts_of(again).waiting, 0);
    expect_no_more(again);
    cr_assert_eq(list_all(again, seen, &last), 13);
    for (int i = 0; i < 13; i++)
        cr_assert_eq(seen[i], 1);
}

Test(kept, rows_that_are_erased_leave_nothing_of_their_text)
{
    struct spool_listed last;
    static int seen[128];
    char path[512];
    AUTO(spool) struct spool *spool = open_keeping();
    keep_rows(spool, 0, 99);
    keep_rows(spool, 100, 104);
    cr_assert_eq(count_files("drained/", "0000000001.spool", path), 1);
    make_older(path, 1);
    const struct spool_listed erased[] = {key_of(7), key_of(63), key_of(7)};
    cr_assert(kept_files_hold("answer-00000007") && kept_files_hold("answer-00000063"));
    cr_assert(spool_kept_erase(spool, erased, 3));
    cr_assert_not(kept_files_hold("answer-00000007"));
    cr_assert_not(kept_files_hold("answer-00000063"));
    cr_assert(kept_files_hold("answer-00000008") && kept_files_hold("answer-00000104"));
    cr_assert_eq(counts_of(spool).kept_files, 2);
    cr_assert_eq(list_all(spool, seen, &last), 103);
    for (int i = 0; i < 105; i++)
        cr_assert_eq(seen[i], i == 7 || i == 63 ? 0 : 1);
}

Test(kept, files_that_were_rewritten_go_when_they_would_have_gone)
{
    char path[512];
    AUTO(spool) struct spool *spool = open_keeping();
    keep_rows(spool, 0, 9);
    cr_assert_eq(count_files("drained/", ".spool", path), 1);
    make_older(path, 4);
    const struct spool_listed erased = key_of(3);
    cr_assert(spool_kept_erase(spool, &erased, 1));
    cr_assert_eq(counts_of(spool).kept_files, 1);
    spool_kept_expire(spool);
    cr_assert_eq(counts_of(spool).kept_files, 0);
}

Test(kept, files_go_when_all_their_rows_are_erased)
{
    AUTO(spool) struct spool *spool = open_keeping();
    keep_rows(spool, 3, 4);
    const struct spool_listed erased[] = {key_of(3), key_of(4)};
    cr_assert(spool_kept_erase(spool, erased, 2));
    cr_assert_eq(counts_of(spool).kept_files, 0);
    cr_assert_eq(count_files("drained/", "", NULL), 2);
}

Test(kept, files_are_left_alone_where_nothing_is_erased)
{
    AUTO(spool) struct spool *spool = open_keeping();
    cr_assert(spool_kept_erase(spool, NULL, 0));
    keep_rows(spool, 0, 9);
    const struct spool_listed other = key_of(77);
    cr_assert(spool_kept_erase(spool, &other, 1));
    cr_assert_eq(count_files("drained/", "0000000001.spool", NULL), 1);
}

Test(kept, rows_of_another_collectivity_with_the_same_id_stay)
{
    AUTO(spool) struct spool *spool = open_keeping();
    keep_rows(spool, 3, 3);
    struct spool_listed other = key_of(3);
    other.collectivity_id += 1;
    cr_assert(spool_kept_erase(spool, &other, 1));
    cr_assert(kept_files_hold("answer-00000003"));
}

// -- Interrupted --

static void path_in(char path[512], const char *name)
{
    snprintf(path, 512, "%s/%s", spool_directory, name);
}

static void rename_in(const char *old_name, const char *new_name)
{
    char old_path[512];
    char new_path[512];
    path_in(old_path, old_name);
    path_in(new_path, new_name);
    cr_assert_eq(rename(old_path, new_path), 0);
}

static void write_and_leave(void)
{
    struct spool *spool = open_keeping();
    cr_assert_eq(write_rows(spool, 0, 9), SPOOL_WRITTEN);
    spool_destroy(spool);
}

Test(kept, moves_that_were_interrupted_are_finished)
{
    struct spool_listed last;
    static int seen[32];
    write_and_leave();
    rename_in("0000000001.spool", "drained/0000000001.spool"); // its -wal had no time to follow
    AUTO(spool) struct spool *spool = open_keeping();
    cr_assert_eq(counts_of(spool).waiting, 0);
    cr_assert_eq(counts_of(spool).damaged_files, 0);
    cr_assert_eq(counts_of(spool).kept_files, 1);
    cr_assert_eq(count_files("drained/", "-wal", NULL), 1);
    cr_assert_eq(list_all(spool, seen, &last), 10);
}

Test(kept, removals_that_were_interrupted_are_finished)
{
    write_and_leave();
    rename_in("0000000001.spool", "0000000001.retired");
    AUTO(spool) struct spool *spool = open_keeping();
    cr_assert_eq(counts_of(spool).waiting + counts_of(spool).damaged_files, 0);
    cr_assert_eq(count_files("", ".retired", NULL) + count_files("", "-wal", NULL), 0);
}

Test(kept, files_in_the_making_are_no_generations)
{
    char path[512];
    spool_destroy(open_keeping());
    path_in(path, "0000000004.new");
    write_file(path, "half", 4);
    path_in(path, "0000000005.spool-wal");
    write_file(path, "", 0);
    AUTO(spool) struct spool *spool = open_keeping();
    cr_assert_eq(counts_of(spool).generations + counts_of(spool).damaged_files, 0);
    cr_assert_eq(count_files("", ".new", NULL) + count_files("", "-wal", NULL), 0);
}
