// https://www.sqlite.org/fileformat2.html, sections 1.6 (cells) and 4.1 to 4.3 (the log).
//
// SPDX-License-Identifier: Apache-2.0
#include "daemon/spool/pages.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { LITTLE_ENDIAN_LOG = 0x377f0682, BIG_ENDIAN_LOG = 0x377f0683 };

uint32_t page_number_at(const unsigned char bytes[4])
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

// -- Cells --

static size_t varint_bytes(size_t value)
{
    size_t bytes = 1;
    for (; value > 0x7F; value >>= 7)
        bytes++;
    return bytes;
}

size_t page_local_bytes(size_t size)
{
    enum { MOST = PAGE_BYTES - 35, LEAST = (PAGE_BYTES - 12) * 32 / 255 - 23 };
    size_t head = 2 + varint_bytes(2 * size + 12); // its own size, the key's kind, the blob's
    size_t payload = head + size;
    if (payload <= MOST)
        return size;
    size_t local = LEAST + (payload - LEAST) % (PAGE_BYTES - 4);
    return (local <= MOST ? local : LEAST) - head;
}

// -- The log --

struct sums {
    uint32_t a, b;
    bool big_endian;
};

static uint32_t word_at(const unsigned char *bytes, bool big_endian)
{
    if (big_endian)
        return page_number_at(bytes);
    return (uint32_t)bytes[3] << 24 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[1] << 8 | bytes[0];
}

static void add_sums(struct sums *sums, const unsigned char *bytes, size_t size)
{
    for (size_t i = 0; i + 8 <= size; i += 8) {
        sums->a += word_at(bytes + i, sums->big_endian) + sums->b;
        sums->b += word_at(bytes + i + 4, sums->big_endian) + sums->a;
    }
}

static bool sums_stand_at(const struct sums *sums, const unsigned char *bytes)
{
    return page_number_at(bytes) == sums->a && page_number_at(bytes + 4) == sums->b;
}

static bool head_is_whole(const unsigned char head[LOG_HEAD_BYTES], struct sums *sums)
{
    uint32_t kind = page_number_at(head);
    if ((kind != LITTLE_ENDIAN_LOG && kind != BIG_ENDIAN_LOG) ||
        page_number_at(head + 8) != PAGE_BYTES)
        return false;
    *sums = (struct sums){.big_endian = kind == BIG_ENDIAN_LOG};
    add_sums(sums, head, LOG_HEAD_BYTES - 8);
    return sums_stand_at(sums, head + LOG_HEAD_BYTES - 8);
}

static bool frame_is_whole(const unsigned char frame[FRAME_BYTES],
                           const unsigned char head[LOG_HEAD_BYTES], struct sums *sums)
{
    if (memcmp(frame + 8, head + 16, 8) != 0 || page_number_at(frame) == 0)
        return false;
    add_sums(sums, frame, 8);
    add_sums(sums, frame + FRAME_HEAD_BYTES, PAGE_BYTES);
    return sums_stand_at(sums, frame + 16);
}

// As many bytes as there are, up to size; what cannot be read ends them.
static size_t read_at(int file, void *bytes, size_t size, off_t at)
{
    size_t used = 0;
    while (used < size) {
        ssize_t part = pread(file, (char *)bytes + used, size - used, at + (off_t)used);
        if (part < 0 && errno == EINTR)
            continue;
        if (part <= 0)
            break;
        used += (size_t)part;
    }
    return used;
}

static bool all_zero(const unsigned char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (bytes[i] != 0)
            return false;
    return true;
}

// A disk that lost its power may have lengthened a file and not filled it: that was not synced.
static bool nothing_follows(int file, off_t at)
{
    unsigned char frame[FRAME_BYTES];
    size_t have = 0;
    do {
        have = read_at(file, frame, sizeof frame, at);
        if (!all_zero(frame, have))
            return false;
        at += (off_t)have;
    } while (have == sizeof frame);
    return at == lseek(file, 0, SEEK_END);
}

static bool frames_are_whole(int file)
{
    unsigned char head[LOG_HEAD_BYTES];
    unsigned char frame[FRAME_BYTES];
    struct sums sums;
    off_t end = lseek(file, 0, SEEK_END);
    if (end < LOG_HEAD_BYTES)
        return true;
    if (read_at(file, head, sizeof head, 0) < sizeof head || !head_is_whole(head, &sums))
        return nothing_follows(file, 0);
    for (off_t at = LOG_HEAD_BYTES; at + FRAME_BYTES <= end; at += FRAME_BYTES)
        if (read_at(file, frame, sizeof frame, at) < sizeof frame ||
            !frame_is_whole(frame, head, &sums))
            return nothing_follows(file, at);
    return true;
}

enum log_state log_check(const char *path)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return errno == ENOENT ? LOG_IS_WHOLE : LOG_IS_WITHHELD;
    bool whole = frames_are_whole(file);
    (void)close(file);
    return whole ? LOG_IS_WHOLE : LOG_IS_BROKEN;
}
