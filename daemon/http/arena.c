// SPDX-License-Identifier: Apache-2.0
#include "daemon/http/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CHUNK_BYTES = 16 * 1024, ALIGNMENT = 16 };

struct chunk {
    struct chunk *before;
    size_t size, used;
    _Alignas(ALIGNMENT) unsigned char bytes[];
};

struct arena {
    struct chunk *chunk; // the newest; the first made is the last of the list
    size_t limit, used;
};

static struct chunk *chunk_create(size_t size, struct chunk *before)
{
    struct chunk *chunk = memory_resize(NULL, sizeof *chunk + size); // not zeroed
    *chunk = (struct chunk){.before = before, .size = size};
    return chunk;
}

struct arena *arena_create(size_t limit_bytes)
{
    struct arena *arena = memory_allocate(sizeof *arena);
    arena->limit = limit_bytes;
    return arena;
}

static void free_chunks(struct chunk *chunk)
{
    while (chunk != NULL) {
        struct chunk *before = chunk->before;
        free(chunk);
        chunk = before;
    }
}

void arena_destroy(struct arena *arena)
{
    if (arena == NULL)
        return;
    free_chunks(arena->chunk);
    free(arena);
}

void *arena_take(struct arena *arena, size_t size)
{
    if (size > arena->limit - arena->used)
        return NULL;
    size_t need = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    struct chunk *chunk = arena->chunk;
    if (chunk == NULL || chunk->size - chunk->used < need) {
        size_t wanted = need > FIRST_CHUNK_BYTES ? need : FIRST_CHUNK_BYTES;
        chunk = chunk_create(wanted, arena->chunk);
        arena->chunk = chunk;
    }
    void *memory = chunk->bytes + chunk->used;
    chunk->used += need;
    arena->used = need > arena->limit - arena->used ? arena->limit : arena->used + need;
    return memory;
}

char *arena_copy(struct arena *arena, const char *bytes, size_t size)
{
    char *copy = arena_take(arena, size + 1);
    if (copy == NULL)
        return NULL;
    if (size > 0)
        memcpy(copy, bytes, size);
    copy[size] = '\0';
    return copy;
}

void arena_reset(struct arena *arena)
{
    arena->used = 0;
    if (arena->chunk == NULL)
        return;
    struct chunk *first = arena->chunk;
    while (first->before != NULL) {
        struct chunk *before = first->before;
        free(first);
        first = before;
    }
    first->used = 0;
    arena->chunk = first;
}

size_t arena_used(const struct arena *arena)
{
    return arena->used;
}
