// Preloaded into a program: fails one allocation, once, when told. FAILING_MALLOC names a file that
// holds a struct order; the test maps it too, and writes `fail_at` while the program runs.
//
// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct order {
    uint64_t fail_at; // the nth allocation from now on fails; 0: none. Counts down.
    uint64_t failed;  // how many did
};

// The allocator that this one stands in front of.
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);

static volatile struct order *order;

__attribute__((constructor)) static void take_order(void)
{
    const char *path = getenv("FAILING_MALLOC");
    int fd = path == NULL ? -1 : open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return;
    void *mapped = mmap(NULL, sizeof *order, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    (void)close(fd);
    if (mapped != MAP_FAILED)
        order = mapped;
}

static int must_fail(void)
{
    if (order == NULL || order->fail_at == 0 || --order->fail_at > 0)
        return 0;
    order->failed++;
    errno = ENOMEM;
    return 1;
}

void *malloc(size_t size)
{
    return must_fail() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return must_fail() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size)
{
    return must_fail() ? NULL : __libc_realloc(memory, size);
}
