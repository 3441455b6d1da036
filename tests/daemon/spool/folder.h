// A spool in a directory of its own for each test, and what the tests do with it again and again.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/spool/spool.h"
#include "rows.h"

#include <dirent.h>
#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MIB = 1 << 20, ROWS_MOST = 512 };

static const struct spool_limits wide = {
    .generation_bytes = INT64_C(64) * MIB,
    .quota_bytes = INT64_C(1024) * MIB,
};

static char folder[64]; // of this test
static char spool_directory[80];

static inline void make_folder(void)
{
    // In memory where that can be: nothing here depends on what a disk does.
    bool in_memory = access("/dev/shm", W_OK) == 0;
    strcpy(folder, in_memory ? "/dev/shm/recueil-spool-XXXXXX" : "/tmp/recueil-spool-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    snprintf(spool_directory, sizeof spool_directory, "%s/spool", folder);
}

static inline int remove_one(const char *path, const struct stat *status, int kind,
                             struct FTW *place)
{
    (void)status;
    (void)kind;
    (void)place;
    return remove(path);
}

static inline void remove_all(const char *path)
{
    cr_assert_eq(nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0, "%s", path);
}

static inline void remove_folder(void)
{
    remove_all(folder);
}

static inline struct spool *open_spool_with(const struct spool_limits *limits)
{
    struct error error = {0};
    struct spool *spool = spool_open(spool_directory, limits, &error);
    cr_assert_not_null(spool, "%s", error.message);
    return spool;
}

static inline struct spool *open_spool(void)
{
    return open_spool_with(&wide);
}

// Rows first to last, each with a content of `bytes`, in one write.
static inline enum spool_result write_rows_of(struct spool *spool, int first, int last,
                                              size_t bytes)
{
    size_t count = (size_t)(last - first + 1);
    struct made_row *made = calloc(count, sizeof *made);
    const struct submission *rows[ROWS_MOST];
    cr_assert(count <= ROWS_MOST && made != NULL);
    for (size_t i = 0; i < count; i++) {
        make_row_of(&made[i], first + (int)i, bytes);
        rows[i] = &made[i].row;
    }
    enum spool_result result = spool_write(spool, rows, count);
    free(made);
    return result;
}

static inline enum spool_result write_rows(struct spool *spool, int first, int last)
{
    return write_rows_of(spool, first, last, 40);
}

// Takes rows until none is left; each must be one that was made. seen[n] counts how often n came.
static inline size_t take_all(struct spool *spool, int most, size_t bytes, int seen[])
{
    struct submission rows[64];
    size_t taken = 0;
    for (size_t count = spool_next(spool, rows, 64); count > 0; count = spool_next(spool, rows, 64))
        for (size_t i = 0; i < count; i++) {
            cr_assert(is_made_row(&rows[i], 0, most, bytes), "row %d was changed",
                      row_number(&rows[i]));
            seen[row_number(&rows[i])]++;
            taken++;
        }
    return taken;
}

// The next rows must be first to last, in that order.
static inline void expect_next(struct spool *spool, int first, int last)
{
    struct submission rows[64];
    for (int number = first; number <= last;) {
        size_t limit = last - number + 1 < 64 ? (size_t)(last - number + 1) : 64;
        size_t count = spool_next(spool, rows, limit);
        cr_assert(count > 0, "row %d is not given out", number);
        for (size_t i = 0; i < count; i++, number++) {
            cr_assert_eq(row_number(&rows[i]), number);
            cr_assert(is_made_row(&rows[i], number, number, 40));
        }
    }
}

static inline void expect_no_more(struct spool *spool)
{
    struct submission row;
    cr_assert_eq(spool_next(spool, &row, 1), 0);
}

static inline struct spool_counts counts_of(struct spool *spool)
{
    struct spool_counts counts;
    spool_read_counts(spool, &counts);
    return counts;
}

static inline bool ends_with(const char *name, const char *end)
{
    size_t size = strlen(name);
    return size >= strlen(end) && strcmp(name + size - strlen(end), end) == 0;
}

// Files of a place ("", "damaged/", "drained/") whose names end so; the path of the last in *path.
static inline int count_files(const char *place, const char *end, char path[512])
{
    char directory[128];
    int count = 0;
    snprintf(directory, sizeof directory, "%s/%s", spool_directory, place);
    DIR *stream = opendir(directory);
    cr_assert_not_null(stream);
    for (struct dirent *entry = readdir(stream); entry != NULL; entry = readdir(stream))
        if (ends_with(entry->d_name, end)) {
            count++;
            if (path != NULL)
                snprintf(path, 512, "%s%s", directory, entry->d_name);
        }
    closedir(stream);
    return count;
}

static inline unsigned char *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    struct stat status;
    cr_assert(file != NULL && fstat(fileno(file), &status) == 0);
    *size = (size_t)status.st_size;
    unsigned char *bytes = malloc(*size + 1);
    cr_assert_eq(fread(bytes, 1, *size, file), *size);
    fclose(file);
    return bytes;
}

static inline void write_file(const char *path, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    cr_assert_not_null(file, "%s", path);
    cr_assert_eq(fwrite(bytes, 1, size, file), size);
    fclose(file);
}

static inline bool file_holds(const char *path, const char *text)
{
    size_t size = 0;
    unsigned char *bytes = read_file(path, &size);
    bool holds = memmem(bytes, size, text, strlen(text)) != NULL;
    free(bytes);
    return holds;
}
