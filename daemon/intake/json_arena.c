// SPDX-License-Identifier: Apache-2.0
#include "daemon/intake/json_arena.h"

#include <assert.h>
#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>

enum { ALIGNMENT = 16 };

static unsigned char *block; // malloced once, untouched pages cost nothing
static size_t used;
static bool active, exhausted;
static size_t fail_at, allocations;

static bool in_block(const void *memory)
{
    return block != NULL && (uintptr_t)memory - (uintptr_t)block < JSON_ARENA_BYTES;
}

static void *take(size_t size)
{
    if (!active)
        return memory_resize(NULL, size);
    size_t need = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    allocations++;
    if (need > JSON_ARENA_BYTES - used || allocations == fail_at) {
        exhausted = true;
        return NULL;
    }
    void *memory = block + used;
    used += need;
    return memory;
}

static void give_back(void *memory)
{
    if (!in_block(memory))
        free(memory);
}

void json_arena_install(void)
{
    if (block == NULL)
        block = memory_resize(NULL, JSON_ARENA_BYTES);
    json_set_alloc_funcs(take, give_back);
}

void json_arena_begin(void)
{
    assert(!active);
    used = 0;
    allocations = 0;
    exhausted = false;
    active = true;
}

void json_arena_end(void)
{
    assert(active);
    active = false;
}

bool json_arena_exhausted(void)
{
    return exhausted;
}

void json_arena_fail_at(size_t nth)
{
    fail_at = nth;
}
