// SPDX-License-Identifier: Apache-2.0
#include "config/whole_file.h"

#include "config/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PLACE_BYTES = 512, KIB = 1024 };

// Continuation bytes belong to the character before them.
void position_pass(struct position *position, char byte)
{
    if (byte == '\n') {
        position->line++;
        position->column = 1;
    } else if (((unsigned char)byte & 0xC0) != 0x80) {
        position->column++;
    }
}

size_t whole_file_mark(const char *bytes, size_t size)
{
    return size >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
}

// How many bytes a character that begins with this byte has.
static size_t bytes_after(unsigned char first)
{
    return first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

bool whole_file_is_text(const char *bytes, size_t size, const char *name, struct findings *findings)
{
    struct position position = {1, 1};
    size_t at = whole_file_mark(bytes, size);
    while (at < size) {
        size_t taken = bytes_after((unsigned char)bytes[at]);
        if (taken > size - at || !text_is_valid(bytes + at, taken))
            break;
        position_pass(&position, bytes[at]);
        at += taken;
    }
    if (at == size)
        return true;

    char place[PLACE_BYTES];
    (void)snprintf(place, sizeof place, "%s:%zu:%zu", name, position.line, position.column);
    if (bytes[at] == '\0')
        findings_add(findings, place,
                     "a NUL byte: this is no text file; save the file as UTF-8 text");
    else
        findings_add(findings, place, "the byte 0x%02X is not UTF-8: save the file as UTF-8",
                     (unsigned)(unsigned char)bytes[at]);
    return false;
}

static int open_file(const char *path, const char *name, struct findings *findings)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); // a FIFO must not hold us up
    struct stat state;
    if (fd < 0) {
        if (errno == ENOENT)
            findings_add(findings, name, "the file is missing: looked for %s", path);
        else
            findings_add(findings, name, "cannot be read (%s): look at the rights of %s",
                         strerror(errno), path);
        return -1;
    }
    if (fstat(fd, &state) == 0 && S_ISREG(state.st_mode))
        return fd;
    findings_add(findings, name, "is not a file: put a file there or remove %s", path);
    (void)close(fd);
    return -1;
}

// Reads on to the end or to one byte over the limit. Returns false on a failure of the disk.
static bool read_to_end(int fd, char *bytes, size_t limit, size_t *size)
{
    *size = 0;
    while (*size <= limit) {
        ssize_t got = read(fd, bytes + *size, limit + 1 - *size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got == 0;
        *size += (size_t)got;
    }
    return true;
}

char *whole_file_read(const char *path, const char *name, size_t limit, size_t *size,
                      struct findings *findings)
{
    int fd = open_file(path, name, findings);
    if (fd < 0)
        return NULL;
    char *bytes = memory_allocate(limit + 2);
    bool done = read_to_end(fd, bytes, limit, size);
    int failure = errno;
    (void)close(fd);

    bool good = false;
    if (!done)
        findings_add(findings, name, "cannot be read (%s)", strerror(failure));
    else if (*size > limit)
        findings_add(findings, name, "is larger than %zu KiB: this cannot be the file meant",
                     limit / KIB);
    else if (*size == whole_file_mark(bytes, *size))
        findings_add(findings, name, "is empty: restore it, or remove it if it is not needed");
    else
        good = whole_file_is_text(bytes, *size, name, findings);
    if (!good) {
        free(bytes);
        return NULL;
    }
    bytes[*size] = '\0';
    return memory_resize(bytes, *size + 1);
}
