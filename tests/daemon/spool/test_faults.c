// Every write, fsync, truncation, creation, rename and unlink of the spool and of SQLite fails once
// or meets a power cut: what was promised is there afterwards, and later writes work again.
//
// SPDX-License-Identifier: Apache-2.0
#include "daemon/spool/spool.h"

#include "config/log.h"
#include "disk.h"
#include "folder.h"

enum { WRITES = 7, IN_ONE_WRITE = 2, ROWS = (WRITES + 1) * IN_ONE_WRITE, ROW_BYTES = 1500 };
enum { CHANGES_MOST = 1000 };

// What was promised, and how writes ended.
struct told {
    bool promised[ROWS], confirmed[ROWS];
    int full, failed;
    bool ended;
};

static struct told told, told_before_cut;
static bool was_cut, cut_is_torn;
static unsigned cut_seed;
static char restored[128];

static void begin(void)
{
    make_folder();
    log_set_level((enum log_level)0);
    snprintf(restored, sizeof restored, "%s/restored", folder);
}

TestSuite(faults, .init = begin, .fini = remove_folder, .timeout = 240);

// -- What is done with the spool --

static void write_some(struct spool *spool, int first)
{
    enum spool_result result = write_rows_of(spool, first, first + IN_ONE_WRITE - 1, ROW_BYTES);
    for (int i = first; i < first + IN_ONE_WRITE; i++)
        told.promised[i] = result == SPOOL_WRITTEN;
    told.full += result == SPOOL_FULL;
    told.failed += result == SPOOL_FAILED;
}

// The rows given out are in the database before they are confirmed.
static void drain_some(struct spool *spool)
{
    struct submission rows[3];
    size_t count = spool_next(spool, rows, 3);
    for (size_t i = 0; i < count; i++)
        told.confirmed[row_number(&rows[i])] = true;
    if (count > 0)
        spool_confirm(spool);
}

// Generations are small, so that they are sealed and retired on the way.
static void work(void)
{
    struct spool_limits small = wide;
    small.generation_bytes = 40 * 1024;
    struct error error = {0};
    struct spool *spool = spool_open(spool_directory, &small, &error);
    if (spool == NULL)
        return;
    for (int i = 0; i < WRITES; i++) {
        write_some(spool, i * IN_ONE_WRITE);
        if (i % 3 == 2)
            drain_some(spool);
    }
    write_some(spool, WRITES * IN_ONE_WRITE);
    told.ended = true;
    spool_destroy(spool);
}

// What the disk has and what was promised at this moment is looked at afterwards.
static void on_cut(void)
{
    was_cut = true;
    told_before_cut = told;
    disk_restore(restored, cut_is_torn, cut_seed);
}

struct plan {
    long fault_at, cut_at;
    int fault_errno;
};

static long run_plan(const struct plan *plan)
{
    if (access(spool_directory, F_OK) == 0)
        remove_all(spool_directory);
    if (access(restored, F_OK) == 0)
        remove_all(restored);
    told = (struct told){0};
    was_cut = false;
    disk_start(spool_directory);
    disk_fault_at = plan->fault_at;
    disk_fault_errno = plan->fault_errno;
    disk_cut_at = plan->cut_at;
    disk_on_cut = on_cut;
    work();
    long changes = disk_changes;
    if (plan->fault_at > 0)
        disk_restore(restored, false, 0); // and then the power goes
    disk_stop();
    return changes;
}

// -- What must be there afterwards --

static void check_in(const char *directory, const char *what, long at)
{
    static int seen[ROWS];
    char kept[sizeof spool_directory];
    memset(seen, 0, sizeof seen);
    strcpy(kept, spool_directory);
    if (directory != spool_directory)
        snprintf(spool_directory, sizeof spool_directory, "%s", directory);
    struct spool *spool = open_spool();
    take_all(spool, ROWS - 1, ROW_BYTES, seen);
    for (int i = 0; i < ROWS; i++) {
        cr_assert(!told.promised[i] || told.confirmed[i] || seen[i] == 1,
                  "%s %ld: row %d was promised and came %d times", what, at, i, seen[i]);
        cr_assert(seen[i] <= 1);
    }
    spool_confirm(spool);
    cr_assert_eq(write_rows_of(spool, 0, 1, ROW_BYTES), SPOOL_WRITTEN);
    spool_destroy(spool);
    strcpy(spool_directory, kept);
}

static long changes_without_faults(void)
{
    long changes = run_plan(&(struct plan){0});
    cr_assert(told.ended && told.failed == 0 && told.full == 0);
    cr_assert(changes > 60 && changes < CHANGES_MOST, "%ld", changes);
    return changes;
}

// At most one write suffers from one fault, and the last one works again.
static void check_results(int fault_errno, long at)
{
    if (!told.ended)
        return; // the spool was not opened: nothing was promised
    cr_assert(told.full + told.failed <= 1, "change %ld: %d full, %d failed", at, told.full,
              told.failed);
    if (fault_errno == ENOSPC)
        cr_assert_eq(told.failed, 0, "change %ld is a full disk, not a broken one", at);
    else
        cr_assert_eq(told.full, 0, "change %ld is a broken disk, not a full one", at);
}

static void fail_each(int fault_errno)
{
    long changes = changes_without_faults();
    for (long at = 1; at <= changes; at++) {
        (void)run_plan(&(struct plan){.fault_at = at, .fault_errno = fault_errno});
        check_results(fault_errno, at);
        check_in(spool_directory, "fault at change", at);
        check_in(restored, "fault and power cut, change", at);
    }
}

Test(faults, keep_the_promise_where_the_disk_is_broken_once)
{
    fail_each(EIO);
}

Test(faults, keep_the_promise_where_the_disk_is_full_once)
{
    fail_each(ENOSPC);
}

static void cut_each(bool torn)
{
    long changes = changes_without_faults();
    cut_is_torn = torn;
    for (long at = 1; at <= changes; at++) {
        cut_seed = (unsigned)at * 7919U;
        (void)run_plan(&(struct plan){.cut_at = at});
        cr_assert(was_cut);
        told = told_before_cut;
        check_in(restored, torn ? "torn power cut at change" : "power cut at change", at);
    }
}

Test(faults, keep_the_promise_through_a_power_cut_that_loses_what_was_not_synced)
{
    cut_each(false);
}

Test(faults, keep_the_promise_through_a_power_cut_that_writes_some_sectors)
{
    cut_each(true);
}

// -- Reading --

Test(faults, cost_no_row_where_one_read_fails)
{
    static int seen[ROWS];
    for (long at = 1;; at++) {
        if (access(spool_directory, F_OK) == 0)
            remove_all(spool_directory);
        struct spool *spool = open_spool();
        for (int i = 0; i < WRITES; i++)
            cr_assert_eq(
                write_rows_of(spool, i * IN_ONE_WRITE, (i + 1) * IN_ONE_WRITE - 1, ROW_BYTES),
                SPOOL_WRITTEN);
        spool_destroy(spool);
        disk_start(spool_directory);
        disk_read_fault_at = at;
        memset(seen, 0, sizeof seen);
        spool = open_spool();
        cr_assert_eq(take_all(spool, ROWS - 1, ROW_BYTES, seen), WRITES * IN_ONE_WRITE, "read %ld",
                     at);
        spool_confirm(spool);
        cr_assert_eq(counts_of(spool).generations, 0);
        spool_destroy(spool);
        long reads = disk_reads;
        disk_stop();
        if (reads < at) {
            cr_assert(at > 20);
            break;
        }
    }
}

// -- A disk that stays broken --

static void break_disk_for_ever(void)
{
    disk_fault_at = disk_changes + 1;
}

Test(faults, promise_nothing_while_they_last_and_leave_no_files)
{
    AUTO(spool) struct spool *spool = open_spool();
    cr_assert_eq(write_rows_of(spool, 0, 1, ROW_BYTES), SPOOL_WRITTEN);
    disk_start(spool_directory);
    disk_fault_errno = EIO;
    for (int i = 1; i <= 5; i++) {
        break_disk_for_ever();
        cr_assert_eq(write_rows_of(spool, 2 * i, 2 * i + 1, ROW_BYTES), SPOOL_FAILED);
    }
    cr_assert_eq(counts_of(spool).failed, 5);
    cr_assert(counts_of(spool).generations <= 1);
    cr_assert_eq(count_files("", ".new", NULL), 0);
    disk_stop();
    cr_assert_eq(write_rows_of(spool, 12, 13, ROW_BYTES), SPOOL_WRITTEN);
    static int seen[ROWS];
    take_all(spool, ROWS - 1, ROW_BYTES, seen);
    cr_assert(seen[0] == 1 && seen[1] == 1 && seen[12] == 1 && seen[13] == 1);
}
