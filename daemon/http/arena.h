// Memory that dies all at once: an exchange's, after its one reply. Chunks are kept for the next
// exchange, so that an ordinary request costs no call of malloc.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/error.h"

struct arena;

// limit_bytes: more than this in all makes arena_take() return NULL.
struct arena *arena_create(size_t limit_bytes);
void arena_destroy(struct arena *arena); // accepts NULL
DEFINE_AUTO(arena)

// 16-byte aligned, not zeroed. NULL when the limit is reached.
MUST_USE void *arena_take(struct arena *arena, size_t size);
// size bytes and a NUL. NULL when the limit is reached.
MUST_USE char *arena_copy(struct arena *arena, const char *bytes, size_t size);
void arena_reset(struct arena *arena); // everything taken is gone; the first chunk is kept
size_t arena_used(const struct arena *arena);
