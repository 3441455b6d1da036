// A disk that fails or loses its power, in place of the system calls of the C library: what this
// header defines is what the spool and SQLite call. Only files below disk_root take part.
//
// What a power cut leaves: of a file the bytes of its last fsync, of a directory the names of its
// last fsync. After a failed fsync nothing of that file ever becomes durable again, as on Linux,
// where the pages count as written and the next fsync succeeds.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <criterion/criterion.h>
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILES_MOST = 256, NAMES_MOST = 64, DIRECTORIES = 3, SECTOR = 512 };

struct durable_file {
    ino_t number;
    unsigned char *bytes;
    size_t size;
    bool poisoned;
};

struct durable_name {
    char name[NAME_MAX + 1];
    ino_t number;
};

struct durable_directory {
    struct durable_name names[NAMES_MOST];
    size_t count;
};

static const char *const directory_names[DIRECTORIES] = {"", "/damaged", "/drained"};

static char disk_root[128];
static long disk_changes;    // calls that change something, so far
static long disk_fault_at;   // this one fails, once; 0: none
static long disk_cut_at;     // before this one the power goes: disk_on_cut() is called
static int disk_fault_errno; // how
static long disk_reads, disk_read_fault_at;
static bool disk_is_noting; // this file reads itself: no read of the program
static void (*disk_on_cut)(void);
static struct durable_file durable_files[FILES_MOST];
static size_t durable_file_count;
static struct durable_directory durable_directories[DIRECTORIES];

#define REAL(name)                                                                                 \
    static __typeof__(name) *real_##name;                                                          \
    if (real_##name == NULL)                                                                       \
    real_##name = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

static bool takes_part(const char *path)
{
    return disk_root[0] != '\0' && strncmp(path, disk_root, strlen(disk_root)) == 0;
}

// Leaves errno as it is, as a system call that succeeds does.
static bool path_of_descriptor(int descriptor, char path[PATH_MAX])
{
    char link[64];
    int before = errno;
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t size = readlink(link, path, PATH_MAX - 1);
    errno = before;
    if (size < 0)
        return false;
    path[size] = '\0';
    return takes_part(path);
}

// Counts a change; true when it must fail.
static bool change_fails(void)
{
    disk_changes++;
    if (disk_changes == disk_cut_at)
        disk_on_cut();
    if (disk_changes != disk_fault_at)
        return false;
    errno = disk_fault_errno;
    return true;
}

static bool descriptor_fails(int descriptor)
{
    char path[PATH_MAX];
    return path_of_descriptor(descriptor, path) && change_fails();
}

// -- What is durable --

static struct durable_file *durable_file(ino_t number)
{
    for (size_t i = 0; i < durable_file_count; i++)
        if (durable_files[i].number == number)
            return &durable_files[i];
    cr_assert(durable_file_count < FILES_MOST);
    durable_files[durable_file_count].number = number;
    return &durable_files[durable_file_count++];
}

static void note_file(int descriptor, const struct stat *status, bool failed)
{
    struct durable_file *file = durable_file(status->st_ino);
    file->poisoned = file->poisoned || failed;
    if (file->poisoned)
        return;
    file->bytes = realloc(file->bytes, (size_t)status->st_size + 1);
    file->size = (size_t)status->st_size;
    disk_is_noting = true;
    cr_assert_eq(pread(descriptor, file->bytes, file->size, 0), (ssize_t)file->size);
    disk_is_noting = false;
}

static void read_names(const char *path, struct durable_directory *names)
{
    names->count = 0;
    DIR *stream = opendir(path);
    for (struct dirent *entry = stream == NULL ? NULL : readdir(stream); entry != NULL;
         entry = readdir(stream)) {
        if (entry->d_type != DT_REG)
            continue;
        cr_assert(names->count < NAMES_MOST);
        snprintf(names->names[names->count].name, sizeof names->names[0].name, "%s", entry->d_name);
        names->names[names->count++].number = entry->d_ino;
    }
    if (stream != NULL)
        closedir(stream);
}

static void note_directory(const char *path)
{
    for (int i = 0; i < DIRECTORIES; i++) {
        char known[PATH_MAX];
        snprintf(known, sizeof known, "%s%s", disk_root, directory_names[i]);
        if (strcmp(path, known) == 0)
            read_names(path, &durable_directories[i]);
    }
}

static int sync_descriptor(int descriptor, int (*real)(int))
{
    char path[PATH_MAX];
    struct stat status;
    int before = errno;
    if (!path_of_descriptor(descriptor, path))
        return real(descriptor);
    bool failed = change_fails();
    if (fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode))
        note_file(descriptor, &status, failed);
    else if (!failed)
        note_directory(path);
    errno = failed ? disk_fault_errno : before;
    return failed ? -1 : 0; // the real disk is not waited for
}

// -- System calls --

int fsync(int descriptor)
{
    REAL(fsync);
    return sync_descriptor(descriptor, real_fsync);
}

int fdatasync(int descriptor)
{
    REAL(fdatasync);
    return sync_descriptor(descriptor, real_fdatasync);
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t size, off64_t at)
{
    REAL(pwrite64);
    if (!descriptor_fails(descriptor))
        return real_pwrite64(descriptor, bytes, size, at);
    (void)real_pwrite64(descriptor, bytes, size / 2, at); // torn
    errno = disk_fault_errno;
    return -1;
}

ssize_t pread64(int descriptor, void *bytes, size_t size, off64_t at)
{
    char path[PATH_MAX];
    REAL(pread64);
    if (disk_read_fault_at > 0 && !disk_is_noting && path_of_descriptor(descriptor, path) &&
        ++disk_reads == disk_read_fault_at) {
        errno = EIO;
        return -1;
    }
    return real_pread64(descriptor, bytes, size, at);
}

ssize_t pread(int descriptor, void *bytes, size_t size, off_t at)
{
    return pread64(descriptor, bytes, size, at);
}

int ftruncate64(int descriptor, off64_t size)
{
    REAL(ftruncate64);
    return descriptor_fails(descriptor) ? -1 : real_ftruncate64(descriptor, size);
}

int unlink(const char *path)
{
    REAL(unlink);
    return takes_part(path) && change_fails() ? -1 : real_unlink(path);
}

int rename(const char *old_path, const char *new_path)
{
    REAL(rename);
    return takes_part(old_path) && change_fails() ? -1 : real_rename(old_path, new_path);
}

static int open_either(int (*real)(const char *, int, ...), const char *path, int flags,
                       mode_t mode)
{
    int before = errno;
    bool creates = (flags & O_CREAT) != 0 && takes_part(path) && access(path, F_OK) != 0;
    errno = before;
    if (creates && change_fails())
        return -1;
    return real(path, flags, mode);
}

int open(const char *path, int flags, ...)
{
    REAL(open);
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    return open_either(real_open, path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    REAL(open64);
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    return open_either(real_open64, path, flags, mode);
}

// -- From when to when --

static void disk_start(const char *root)
{
    snprintf(disk_root, sizeof disk_root, "%s", root);
    disk_changes = 0;
    disk_reads = 0;
}

static void disk_stop(void)
{
    disk_root[0] = '\0';
    disk_fault_at = 0;
    disk_cut_at = 0;
    disk_read_fault_at = 0;
    for (size_t i = 0; i < durable_file_count; i++)
        free(durable_files[i].bytes);
    memset(durable_files, 0, sizeof durable_files);
    memset(durable_directories, 0, sizeof durable_directories);
    durable_file_count = 0;
}

// -- After the power is back --

static unsigned disk_random;

static bool by_chance(void)
{
    disk_random = disk_random * 1103515245U + 12345U;
    return (disk_random >> 16 & 1) != 0;
}

static unsigned char *read_now(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    struct stat status;
    *size = 0;
    if (file == NULL || fstat(fileno(file), &status) != 0)
        return NULL;
    *size = (size_t)status.st_size;
    unsigned char *bytes = malloc(*size + 1);
    cr_assert_eq(fread(bytes, 1, *size, file), *size);
    fclose(file);
    return bytes;
}

// The durable bytes and, where `torn`, sectors of what was written since, each by chance.
static void restore_file(const char *path, ino_t number, const char *now_path, bool torn)
{
    struct durable_file *durable = durable_file(number);
    size_t now_size = 0;
    unsigned char *now = torn ? read_now(now_path, &now_size) : NULL;
    size_t size = now_size > durable->size ? now_size : durable->size;
    if (torn && now != NULL && by_chance())
        size = now_size;
    FILE *file = fopen(path, "wb");
    cr_assert_not_null(file, "%s", path);
    for (size_t at = 0; at < size; at += SECTOR) {
        unsigned char sector[SECTOR] = {0};
        size_t part = size - at < SECTOR ? size - at : SECTOR;
        bool is_new = now != NULL && at < now_size && by_chance();
        const unsigned char *from = is_new ? now : durable->bytes;
        size_t from_size = is_new ? now_size : durable->size;
        if (at < from_size)
            memcpy(sector, from + at, from_size - at < part ? from_size - at : part);
        cr_assert_eq(fwrite(sector, 1, part, file), part);
    }
    fclose(file);
    free(now);
}

static void restore_directory(const char *target, int which, bool torn)
{
    char here[PATH_MAX];
    static struct durable_directory now;
    snprintf(here, sizeof here, "%s%s", disk_root, directory_names[which]);
    read_names(here, &now);
    bool names_of_now = torn && by_chance();
    const struct durable_directory *names = names_of_now ? &now : &durable_directories[which];
    for (size_t i = 0; i < names->count; i++) {
        char path[2 * PATH_MAX];
        char now_path[2 * PATH_MAX] = "";
        snprintf(path, sizeof path, "%s%s/%s", target, directory_names[which],
                 names->names[i].name);
        for (size_t j = 0; j < now.count; j++)
            if (now.names[j].number == names->names[i].number)
                snprintf(now_path, sizeof now_path, "%s/%s", here, now.names[j].name);
        restore_file(path, names->names[i].number, now_path, torn);
    }
}

// Writes what the disk has after a power cut at this moment into another directory.
static void disk_restore(const char *target, bool torn, unsigned seed)
{
    long fault_at = disk_fault_at;
    disk_fault_at = 0;
    disk_cut_at = 0;
    disk_random = seed;
    for (int i = 0; i < DIRECTORIES; i++) {
        char path[PATH_MAX];
        snprintf(path, sizeof path, "%s%s", target, directory_names[i]);
        cr_assert(mkdir(path, 0700) == 0 || errno == EEXIST);
    }
    for (int i = 0; i < DIRECTORIES; i++)
        restore_directory(target, i, torn);
    disk_fault_at = fault_at;
}
