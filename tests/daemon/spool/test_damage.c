// Generations that are cut, changed, emptied or not there: what reads is given out exactly as it
// was written, what does not is kept and told, and the spool opens all the same.
//
// SPDX-License-Identifier: Apache-2.0
#include "daemon/spool/spool.h"

#include "config/log.h"
#include "folder.h"

enum { ROWS = 24, IN_ONE_WRITE = 4, WRITES = ROWS / IN_ONE_WRITE, ROW_BYTES = 1100 };

static void begin(void)
{
    make_folder();
    log_set_level((enum log_level)0); // damage is told for each of thousands of files
}

TestSuite(damage, .init = begin, .fini = remove_folder, .timeout = 240);

// A generation as an earlier run left it.
struct left {
    unsigned char *file, *log;
    size_t file_size, log_size;
    size_t log_sizes[WRITES]; // after each write
};

static char file_path[512], log_path[520];

static void name_files(void)
{
    snprintf(file_path, sizeof file_path, "%s/0000000001.spool", spool_directory);
    snprintf(log_path, sizeof log_path, "%s-wal", file_path);
}

static size_t size_of(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 ? (size_t)status.st_size : 0;
}

// Some rows are longer than a page, so that they go on in others.
static size_t bytes_of_row(int number)
{
    return number % 6 == 5 ? 4090 : number % 2 == 0 ? 40 : ROW_BYTES;
}

static void write_one_by_one(struct spool *spool, struct left *left)
{
    static struct made_row made[IN_ONE_WRITE];
    const struct submission *rows[IN_ONE_WRITE];
    for (int i = 0; i < WRITES; i++) {
        for (int j = 0; j < IN_ONE_WRITE; j++) {
            int number = i * IN_ONE_WRITE + j;
            make_row_of(&made[j], number, bytes_of_row(number));
            rows[j] = &made[j].row;
        }
        cr_assert_eq(spool_write(spool, rows, IN_ONE_WRITE), SPOOL_WRITTEN);
        left->log_sizes[i] = size_of(log_path);
    }
}

// in_file: the log was moved into the file, as it is when a generation is sealed.
static struct left leave_generation(bool in_file)
{
    struct left left = {0};
    name_files();
    struct spool *spool = open_spool();
    write_one_by_one(spool, &left);
    if (in_file) {
        static struct made_row made;
        const struct submission *row = &made.row;
        struct spool_limits small = wide;
        small.generation_bytes = 1;
        spool_set_limits(spool, &small);
        make_row_of(&made, ROWS, bytes_of_row(ROWS));
        cr_assert_eq(spool_write(spool, &row, 1), SPOOL_WRITTEN);
        cr_assert_eq(size_of(log_path), 0);
    }
    spool_destroy(spool);
    left.file = read_file(file_path, &left.file_size);
    left.log = read_file(log_path, &left.log_size);
    return left;
}

static int rows_left(bool in_file)
{
    return in_file ? ROWS + 1 : ROWS;
}

static void free_left(struct left *left)
{
    free(left->file);
    free(left->log);
}

static void put_back(const struct left *left)
{
    remove_all(spool_directory);
    cr_assert_eq(mkdir(spool_directory, 0700), 0);
    write_file(file_path, left->file, left->file_size);
    write_file(log_path, left->log, left->log_size);
}

// What a run over the files found.
struct outcome {
    int given, damaged, left_behind;
};

// Opens, takes everything, confirms it. Rows must be as they were made, and come once.
static struct outcome drain(void)
{
    struct outcome outcome = {0};
    int seen[ROWS + 1] = {0};
    struct submission rows[7];
    struct spool *spool = open_spool();
    for (size_t count = spool_next(spool, rows, 7); count > 0; count = spool_next(spool, rows, 7)) {
        for (size_t i = 0; i < count; i++) {
            int number = row_number(&rows[i]);
            cr_assert(number >= 0 && number <= ROWS);
            cr_assert(is_made_row(&rows[i], number, number, bytes_of_row(number)),
                      "row %d was changed", number);
            seen[number]++;
            cr_assert_eq(seen[number], 1, "row %d came twice", number);
            outcome.given++;
        }
        spool_confirm(spool);
    }
    outcome.damaged = (int)counts_of(spool).damaged_files;
    outcome.left_behind = (int)counts_of(spool).generations;
    cr_assert_eq(counts_of(spool).waiting, 0);
    cr_assert_eq(write_rows(spool, 0, 0), SPOOL_WRITTEN); // work goes on
    spool_destroy(spool);
    return outcome;
}

// -- Changed bytes --

static void flip_each(struct left *left, unsigned char *bytes, size_t size, size_t stride, int rows)
{
    for (size_t i = 0; i < size; i += stride) {
        bytes[i] ^= (unsigned char)(1 << (i % 8));
        put_back(left);
        struct outcome outcome = drain();
        cr_assert(outcome.given >= rows - 1, "byte %zu of %zu: only %d rows", i, size,
                  outcome.given);
        cr_assert(outcome.given == rows || outcome.damaged == 1, "byte %zu: %d rows, not kept", i,
                  outcome.given);
        cr_assert_eq(outcome.left_behind, 0);
        bytes[i] ^= (unsigned char)(1 << (i % 8));
    }
}

Test(damage, costs_one_row_at_most_where_a_bit_of_the_file_changes)
{
    struct left left = leave_generation(true);
    flip_each(&left, left.file, left.file_size, 101, rows_left(true));
    free_left(&left);
}

Test(damage, costs_one_row_at_most_where_a_bit_of_the_log_changes)
{
    struct left left = leave_generation(false);
    flip_each(&left, left.log, left.log_size, 251, rows_left(false));
    free_left(&left);
}

Test(damage, costs_one_row_at_most_in_the_heads_of_both_files)
{
    struct left left = leave_generation(false);
    flip_each(&left, left.file, 120, 1, rows_left(false));
    flip_each(&left, left.log, 32 + 24 + 120, 1, rows_left(false));
    free_left(&left);
}

Test(damage, costs_one_row_at_most_in_the_head_of_the_last_frame)
{
    enum { FRAME = 24 + 4096 };
    struct left left = leave_generation(false);
    flip_each(&left, left.log + left.log_size - FRAME, 24, 1, rows_left(false));
    free_left(&left);
}

Test(damage, costs_what_stood_on_a_page_that_was_overwritten)
{
    struct left left = leave_generation(true);
    for (size_t at = 0; at < left.file_size; at += 4096) {
        unsigned char kept[4096];
        memcpy(kept, left.file + at, sizeof kept);
        memset(left.file + at, 0xA5, sizeof kept);
        put_back(&left);
        struct outcome outcome = drain();
        cr_assert(outcome.given >= rows_left(true) - 8, "page at %zu: %d rows", at, outcome.given);
        cr_assert(outcome.given == rows_left(true) || outcome.damaged == 1);
        memcpy(left.file + at, kept, sizeof kept);
    }
    free_left(&left);
}

// -- Cut files --

Test(damage, gives_what_stands_before_the_end_of_a_cut_file)
{
    struct left left = leave_generation(true);
    size_t whole = left.file_size;
    int before = 0;
    for (left.file_size = 0; left.file_size < whole; left.file_size += 211) {
        put_back(&left);
        struct outcome outcome = drain();
        cr_assert(outcome.given == rows_left(true) || outcome.damaged == 1, "cut at %zu",
                  left.file_size); // all read where but the end of an index page is missing
        cr_assert(outcome.given >= before, "cut at %zu: %d rows, %d before", left.file_size,
                  outcome.given, before);
        before = outcome.given;
    }
    cr_assert(before >= rows_left(true) - 4);
    free_left(&left);
}

Test(damage, gives_every_write_that_stands_in_a_cut_log)
{
    struct left left = leave_generation(false);
    size_t whole = left.log_size;
    for (left.log_size = 0; left.log_size < whole; left.log_size += 307) {
        int promised = 0;
        for (int i = 0; i < WRITES && left.log_sizes[i] <= left.log_size; i++)
            promised += IN_ONE_WRITE;
        put_back(&left);
        struct outcome outcome = drain();
        cr_assert(outcome.given >= promised, "cut at %zu: %d rows of %d", left.log_size,
                  outcome.given, promised);
    }
    free_left(&left);
}

Test(damage, believes_an_end_of_the_log_that_was_never_filled)
{
    struct left left = leave_generation(false);
    left.log = realloc(left.log, left.log_size + 9000);
    memset(left.log + left.log_size, 0, 9000);
    left.log_size += 9000;
    put_back(&left);
    struct outcome outcome = drain();
    cr_assert_eq(outcome.given, ROWS);
    cr_assert_eq(outcome.damaged, 0);
    free_left(&left);
}

// -- Missing and foreign files --

Test(damage, gives_what_a_log_alone_holds)
{
    struct left left = leave_generation(false);
    put_back(&left);
    cr_assert_eq(unlink(file_path), 0);
    struct outcome outcome = drain();
    cr_assert_eq(outcome.given, ROWS);
    cr_assert_eq(outcome.damaged, 1);
    cr_assert_eq(count_files("damaged/", "-wal", NULL), 1);
    free_left(&left);
}

Test(damage, gives_what_the_log_of_an_emptied_file_holds)
{
    struct left left = leave_generation(false);
    left.file_size = 0;
    put_back(&left);
    struct outcome outcome = drain();
    cr_assert_eq(outcome.given, ROWS);
    cr_assert_eq(outcome.damaged, 1);
    cr_assert_eq(size_of(log_path), 0); // moved with it
    cr_assert_eq(count_files("damaged/", ".spool", NULL) + count_files("damaged/", "-wal", NULL),
                 2);
    free_left(&left);
}

Test(damage, sets_aside_a_file_that_does_not_read_at_all)
{
    char kept[512];
    static unsigned char noise[20000];
    for (size_t i = 0; i < sizeof noise; i++)
        noise[i] = (unsigned char)(i * 131 + i / 7);
    spool_destroy(open_spool());
    name_files();
    write_file(file_path, noise, sizeof noise);
    AUTO(spool) struct spool *spool = open_spool();
    cr_assert_eq(counts_of(spool).damaged_files, 1);
    cr_assert_eq(counts_of(spool).generations, 0);
    cr_assert_eq(count_files("damaged/", ".spool", kept), 1);
    size_t size = 0;
    unsigned char *bytes = read_file(kept, &size);
    cr_assert(size == sizeof noise && memcmp(bytes, noise, size) == 0);
    free(bytes);
    cr_assert_eq(write_rows(spool, 0, 3), SPOOL_WRITTEN);
    cr_assert_eq(count_files("", "0000000002.spool", NULL), 1); // its number is not used again
}

Test(damage, is_stopped_by_nothing_that_has_the_name_of_a_file)
{
    spool_destroy(open_spool());
    name_files();
    cr_assert_eq(mkdir(file_path, 0700), 0);
    AUTO(spool) struct spool *spool = open_spool();
    cr_assert_eq(write_rows(spool, 0, 3), SPOOL_WRITTEN);
    expect_next(spool, 0, 3);
}

// -- Met on the way --

Test(damage, does_not_hide_the_generations_behind_it)
{
    struct left left = leave_generation(true);
    size_t at = left.file_size / 2;
    memset(left.file + at, 0, 600);
    put_back(&left);
    struct spool *spool = open_spool();
    cr_assert_eq(write_rows_of(spool, 100, 103, 40), SPOOL_WRITTEN);
    struct submission rows[64];
    int behind = 0;
    for (size_t count = spool_next(spool, rows, 64); count > 0; count = spool_next(spool, rows, 64))
        for (size_t i = 0; i < count; i++)
            behind += is_made_row(&rows[i], 100, 103, 40);
    cr_assert_eq(behind, 4);
    spool_confirm(spool);
    cr_assert_eq(counts_of(spool).generations, 0);
    cr_assert_eq(counts_of(spool).damaged_files, 1);
    spool_destroy(spool);
    free_left(&left);
}

Test(damage, lists_what_reads_in_files_set_aside)
{
    struct left left = leave_generation(false);
    struct spool_listed listed[ROWS + 1];
    struct spool_cursor cursor = {0};
    left.log[0] ^= 1;
    put_back(&left);
    AUTO(spool) struct spool *spool = open_spool();
    cr_assert_eq(counts_of(spool).waiting, ROWS);
    cr_assert_eq(counts_of(spool).damaged_files, 0); // not before what reads is confirmed
    int seen[ROWS + 1] = {0};
    struct submission rows[64];
    cr_assert_eq(spool_next(spool, rows, 64), ROWS);
    cr_assert_eq(spool_list(spool, &cursor, listed, ROWS + 1), ROWS);
    cr_assert_eq(listed[0].place, SPOOL_WAITING);
    spool_confirm(spool);
    cr_assert_eq(counts_of(spool).damaged_files, 1);
    cursor = (struct spool_cursor){0};
    for (size_t count = 5; count == 5;) {
        count = spool_list(spool, &cursor, listed, 5);
        for (size_t i = 0; i < count; i++) {
            int number = 0;
            memcpy(&number, listed[i].id.bytes, sizeof number);
            cr_assert(number >= 0 && number < ROWS);
            cr_assert_eq(listed[i].place, SPOOL_DAMAGED);
            cr_assert_eq(++seen[number], 1);
        }
    }
    for (int i = 0; i < ROWS; i++)
        cr_assert_eq(seen[i], 1);
    free_left(&left);
}

Test(damage, still_finds_rows)
{
    static struct made_row made;
    struct left left = leave_generation(false);
    left.log[0] ^= 1;
    put_back(&left);
    AUTO(spool) struct spool *spool = open_spool();
    make_row_of(&made, 5, bytes_of_row(5));
    cr_assert_eq(spool_find(spool, &made.row), SPOOL_SAME);
    made.row.content_hash[0] ^= 1;
    cr_assert_eq(spool_find(spool, &made.row), SPOOL_OTHER);
    make_row_of(&made, ROWS + 5, 40);
    cr_assert_eq(spool_find(spool, &made.row), SPOOL_ABSENT);
    free_left(&left);
}
