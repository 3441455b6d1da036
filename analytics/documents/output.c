// SPDX-License-Identifier: Apache-2.0
#include "analytics/documents/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MODE_NEW = 0666, MODE_BITS = 07777 };

static void say_failed(const struct output *output, const char *what, struct error *error)
{
    error_set(error, ERROR_FAILED, "%s cannot be %s: %s",
              output->path == NULL ? "standard output" : output->path, what, strerror(errno));
}

// A device or a pipe is written to as it is: renaming a file over it would take its place.
static bool is_device(const struct stat *found)
{
    return !S_ISREG(found->st_mode) && !S_ISDIR(found->st_mode);
}

// The number of the process keeps two exports of one file apart, and everybody's FILE.tmp alone.
static FILE *open_beside(struct output *output, mode_t mode)
{
    output->temporary = memory_format("%s.%d.tmp", output->path, (int)getpid());
    int descriptor = open(output->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, MODE_NEW);
    if (descriptor < 0) {
        free(output->temporary); // not ours to take away
        output->temporary = NULL;
        return NULL;
    }
    if (mode != 0)
        (void)fchmod(descriptor, mode); // who may read the old file may read the new one
    return fdopen(descriptor, "w");
}

bool output_open(struct output *output, const char *path, struct error *error)
{
    *output = (struct output){0};
    if (path == NULL || strcmp(path, "-") == 0) {
        output->file = stdout;
        return true;
    }
    struct stat found;
    bool exists = stat(path, &found) == 0;
    char *target = exists ? realpath(path, NULL) : NULL; // a link stays one
    output->path = target != NULL ? target : memory_copy_text(path);
    if (exists && S_ISDIR(found.st_mode))
        errno = EISDIR;
    else if (exists && is_device(&found))
        output->file = fopen(output->path, "we");
    else
        output->file = open_beside(output, exists ? found.st_mode & MODE_BITS : 0);
    if (output->file == NULL) {
        say_failed(output, "written", error);
        output_clear(output);
        return false;
    }
    return true;
}

// Makes the new name of a file as lasting as its bytes.
static bool sync_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash == NULL   ? memory_copy_text(".")
                   : slash == path ? memory_copy_text("/")
                                   : memory_copy(path, (size_t)(slash - path));
    int descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(folder);
    if (descriptor < 0)
        return false;
    // Some file systems cannot sync a folder: EINVAL is no failure of ours.
    bool done = fsync(descriptor) == 0 || errno == EINVAL;
    (void)close(descriptor);
    return done;
}

static bool finish_file(struct output *output)
{
    bool lasting = output->temporary != NULL;
    bool flushed = fflush(output->file) == 0 && ferror(output->file) == 0;
    bool synced = flushed && (!lasting || fsync(fileno(output->file)) == 0);
    bool closed = fclose(output->file) == 0;
    output->file = NULL;
    return synced && closed &&
           (!lasting ||
            (rename(output->temporary, output->path) == 0 && sync_folder(output->path)));
}

bool output_commit(struct output *output, struct error *error)
{
    bool done = output->path != NULL ? finish_file(output)
                                     : fflush(output->file) == 0 && ferror(output->file) == 0;
    if (!done)
        say_failed(output, "written", error);
    else {
        free(output->temporary);
        output->temporary = NULL;
    }
    output_clear(output);
    return done;
}

void output_clear(struct output *output)
{
    if (output->path != NULL && output->file != NULL)
        (void)fclose(output->file);
    if (output->temporary != NULL)
        (void)unlink(output->temporary);
    free(output->temporary);
    free(output->path);
    *output = (struct output){0};
}
