// A row is promised only once it was fsynced. fsync() and fdatasync() of this program, SQLite's
// too, fail where a test says so; what was written before stays readable, as it does on a real
// disk.
//
// SPDX-License-Identifier: Apache-2.0
#include "daemon/spool/spool.h"

#include "folder.h"

#include <errno.h>
#include <sys/syscall.h>

static bool disk_fails;
static int synced; // files, since a test set it to 0

static int sync_or_fail(long call, int file)
{
    if (disk_fails) {
        errno = EIO;
        return -1;
    }
    synced++;
    return (int)syscall(call, file);
}

int fsync(int file)
{
    return sync_or_fail(SYS_fsync, file);
}

int fdatasync(int file)
{
    return sync_or_fail(SYS_fdatasync, file);
}

TestSuite(unsynced_rows, .init = make_folder, .fini = remove_folder, .timeout = 60);

static enum spool_found find(struct spool *spool, int number)
{
    static struct made_row made;
    make_row(&made, number);
    return spool_find(spool, &made.row);
}

Test(unsynced_rows, are_not_found_as_a_promise_after_a_failed_fsync)
{
    AUTO(spool) struct spool *spool = open_spool();
    cr_assert_eq(write_rows(spool, 1, 1), SPOOL_WRITTEN);
    disk_fails = true;
    cr_assert_eq(write_rows(spool, 2, 2), SPOOL_FAILED);
    disk_fails = false;
    cr_assert_eq(find(spool, 1), SPOOL_SAME);
    cr_assert_eq(find(spool, 2), SPOOL_ABSENT, "a failed fsync is taken for a promise");
}

Test(unsynced_rows, are_written_again_and_promised_then)
{
    AUTO(spool) struct spool *spool = open_spool();
    int seen[3] = {0};
    cr_assert_eq(write_rows(spool, 1, 1), SPOOL_WRITTEN);
    disk_fails = true;
    cr_assert_eq(write_rows(spool, 2, 2), SPOOL_FAILED);
    disk_fails = false;
    cr_assert_eq(write_rows(spool, 2, 2), SPOOL_WRITTEN);
    cr_assert_eq(find(spool, 2), SPOOL_SAME);
    (void)take_all(spool, 2, 40, seen);
    cr_assert_eq(seen[1], 1);
    cr_assert_geq(seen[2], 1);
}

Test(unsynced_rows, of_a_killed_process_are_fsynced_before_they_are_promised_again)
{
    AUTO(spool) struct spool *spool = open_spool();
    cr_assert_eq(write_rows(spool, 1, 1), SPOOL_WRITTEN);
    spool_destroy(spool);
    synced = 0;
    spool = open_spool();
    cr_assert_geq(synced, 3, "the file, its log and the folder");
    cr_assert_eq(find(spool, 1), SPOOL_SAME);
}

Test(unsynced_rows, of_a_killed_process_are_drained_and_not_promised_where_the_disk_fails)
{
    AUTO(spool) struct spool *spool = open_spool();
    cr_assert_eq(write_rows(spool, 1, 1), SPOOL_WRITTEN);
    spool_destroy(spool);
    disk_fails = true;
    spool = open_spool();
    disk_fails = false;
    cr_assert_eq(find(spool, 1), SPOOL_ABSENT);
    expect_next(spool, 1, 1);
    expect_no_more(spool);
}
