// A disk that is really full: a small file system in memory, mounted for this test alone. Where the
// user may not mount one, the tests are skipped and say so.
//
// SPDX-License-Identifier: Apache-2.0
#include "daemon/spool/spool.h"

#include "folder.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>

enum { ROWS = 4000, ROW_BYTES = 1200, IN_ONE_WRITE = 16 };

static int seen[ROWS + IN_ONE_WRITE];

static void end(void)
{
    (void)umount2(folder, MNT_DETACH);
    remove_folder();
}

TestSuite(full_disk, .init = make_folder, .fini = end, .timeout = 60);

static void mount_small_disk(void)
{
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("tmpfs", folder, "tmpfs", 0, "size=3m") != 0) {
        fprintf(stderr, "full_disk: skipped, no file system can be mounted here: %s\n",
                strerror(errno));
        cr_skip_test("no file system can be mounted here");
    }
}

// To the last byte.
static void fill_disk(void)
{
    static const char zeros[4096];
    char path[128];
    snprintf(path, sizeof path, "%s/ballast", folder);
    int file = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
    cr_assert(file >= 0);
    while (write(file, zeros, sizeof zeros) > 0)
        ;
    cr_assert_eq(errno, ENOSPC);
    close(file);
}

static void drop_ballast(void)
{
    char path[128];
    snprintf(path, sizeof path, "%s/ballast", folder);
    cr_assert_eq(unlink(path), 0);
}

// Writes until the disk takes nothing more; returns how many rows were promised.
static int write_until_full(struct spool *spool)
{
    int promised = 0;
    enum spool_result result = SPOOL_WRITTEN;
    while (promised < ROWS && result == SPOOL_WRITTEN) {
        result = write_rows_of(spool, promised, promised + IN_ONE_WRITE - 1, ROW_BYTES);
        if (result == SPOOL_WRITTEN)
            promised += IN_ONE_WRITE;
    }
    cr_assert_eq(result, SPOOL_FULL);
    fill_disk();
    cr_assert_eq(write_rows_of(spool, promised, promised, ROW_BYTES), SPOOL_FULL);
    cr_assert_eq(counts_of(spool).failed, 0);
    return promised;
}

static void expect_drained(struct spool *spool, int promised)
{
    take_all(spool, ROWS + IN_ONE_WRITE - 1, ROW_BYTES, seen);
    for (int i = 0; i < promised; i++)
        cr_assert_eq(seen[i], 1, "row %d of %d came %d times", i, promised, seen[i]);
    spool_confirm(spool);
    cr_assert_eq(counts_of(spool).waiting, 0);
    cr_assert_eq(counts_of(spool).generations, 0);
    cr_assert_eq(counts_of(spool).damaged_files, 0);
}

Test(full_disk, still_drains_and_takes_writes_again_afterwards)
{
    static struct made_row made;
    mount_small_disk();
    struct spool *spool = open_spool();
    int promised = write_until_full(spool);
    cr_assert(promised >= 20 * IN_ONE_WRITE, "%d rows", promised);
    make_row_of(&made, promised / 2, ROW_BYTES);
    cr_assert_eq(spool_find(spool, &made.row), SPOOL_SAME);
    expect_drained(spool, promised); // with the ballast still there
    drop_ballast();
    cr_assert_eq(write_rows_of(spool, 0, 3, ROW_BYTES), SPOOL_WRITTEN);
    spool_destroy(spool);
}

Test(full_disk, still_drains_after_a_kill)
{
    mount_small_disk();
    int ends[2];
    int promised = 0;
    int status = 0;
    cr_assert_eq(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        promised = write_until_full(open_spool());
        if (write(ends[1], &promised, sizeof promised) == sizeof promised)
            kill(getpid(), SIGKILL);
        _exit(1);
    }
    cr_assert_eq(read(ends[0], &promised, sizeof promised), (ssize_t)sizeof promised);
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFSIGNALED(status));
    struct spool *spool = open_spool();
    cr_assert(counts_of(spool).waiting >= promised);
    expect_drained(spool, promised);
    spool_destroy(spool);
}

Test(full_disk, leaves_free_what_it_was_told)
{
    mount_small_disk();
    struct spool_limits polite = wide;
    polite.least_free_bytes = MIB;
    struct spool *spool = open_spool_with(&polite);
    int written = 0;
    while (written < ROWS &&
           write_rows_of(spool, written, written + IN_ONE_WRITE - 1, ROW_BYTES) == SPOOL_WRITTEN)
        written += IN_ONE_WRITE;
    cr_assert_eq(counts_of(spool).full, 1);
    cr_assert(written >= 10 * IN_ONE_WRITE && written < ROWS);
    cr_assert(counts_of(spool).bytes <= 2 * MIB, "%d", (int)counts_of(spool).bytes);
    spool_destroy(spool);
}
