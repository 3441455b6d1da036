// SPDX-License-Identifier: Apache-2.0
#include "analytics/documents/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void say_failed(const struct output *output, const char *what, struct error *error)
{
    error_set(error, ERROR_FAILED, "%s cannot be %s: %s",
              output->path == NULL ? "standard output" : output->path, what, strerror(errno));
}

bool output_open(struct output *output, const char *path, struct error *error)
{
    *output = (struct output){0};
    if (path == NULL || strcmp(path, "-") == 0) {
        output->file = stdout;
        return true;
    }
    output->path = memory_copy_text(path);
    output->temporary = memory_format("%s.tmp", path);
    output->file = fopen(output->temporary, "we");
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
    bool flushed = fflush(output->file) == 0 && ferror(output->file) == 0;
    bool synced = flushed && fsync(fileno(output->file)) == 0;
    bool closed = fclose(output->file) == 0;
    output->file = NULL;
    return synced && closed && rename(output->temporary, output->path) == 0 &&
           sync_folder(output->path);
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
