// SPDX-License-Identifier: Apache-2.0
#include "daemon/http/arena.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <string.h>

Test(arena, gives_aligned_memory_that_does_not_overlap)
{
    AUTO(arena) struct arena *arena = arena_create(1 << 20);
    char *pieces[100];
    for (int i = 0; i < 100; i++) {
        pieces[i] = arena_take(arena, (size_t)i * 37 + 1);
        cr_assert_eq((uintptr_t)pieces[i] % 16, 0);
        memset(pieces[i], i, (size_t)i * 37 + 1);
    }
    for (int i = 0; i < 100; i++)
        for (int at = 0; at < i * 37 + 1; at++)
            cr_assert_eq(pieces[i][at], i);
}

Test(arena, refuses_more_than_its_limit_and_works_again_after_a_reset)
{
    AUTO(arena) struct arena *arena = arena_create(1000);
    cr_assert_not_null(arena_take(arena, 900));
    cr_assert_null(arena_take(arena, 200));
    cr_assert_null(arena_take(arena, SIZE_MAX));
    arena_reset(arena);
    cr_assert_eq(arena_used(arena), 0);
    cr_assert_not_null(arena_take(arena, 900));
}

Test(arena, copies_text_with_its_end)
{
    AUTO(arena) struct arena *arena = arena_create(1000);
    cr_assert_str_eq(arena_copy(arena, "abcdef", 3), "abc");
    cr_assert_str_eq(arena_copy(arena, NULL, 0), "");
}
