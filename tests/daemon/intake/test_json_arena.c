// SPDX-License-Identifier: Apache-2.0
#include "daemon/intake/json_arena.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static char *repeated(const char *opening, const char *unit, size_t count, const char *closing)
{
    char *text = malloc(strlen(opening) + strlen(unit) * count + strlen(closing) + 1);
    strcpy(text, opening);
    char *at = text + strlen(text);
    for (size_t i = 0; i < count; i++, at += strlen(unit))
        memcpy(at, unit, strlen(unit));
    strcpy(at, closing);
    return text;
}

Test(json_arena, reads_an_ordinary_body_and_gives_everything_back)
{
    json_arena_install();
    for (int i = 0; i < 1000; i++) {
        json_arena_begin();
        json_t *document = json_loads("{\"a\": [1, 2, {\"b\": \"c\"}]}", 0, NULL);
        cr_assert_not_null(document);
        json_arena_end();
    }
}

Test(json_arena, stops_a_body_that_grows_in_memory)
{
    json_arena_install();
    char *bomb = repeated("[", "{},", 20000, "{}]"); // 60 kB of text, some 3 MB of objects
    json_arena_begin();
    cr_assert_null(json_loads(bomb, 0, NULL));
    cr_assert(json_arena_exhausted());
    json_arena_end();
    json_arena_begin();
    cr_assert_not_null(json_loads("{}", 0, NULL));
    cr_assert_not(json_arena_exhausted());
    json_arena_end();
    free(bomb);
}

Test(json_arena, leaves_memory_made_outside_alone)
{
    json_arena_install();
    json_t *outside = json_pack("{s:s}", "kept", "text");
    json_arena_begin();
    json_t *inside = json_loads("[1]", 0, NULL);
    json_array_append(inside, outside);
    json_arena_end();
    cr_assert_str_eq(json_string_value(json_object_get(outside, "kept")), "text");
    json_decref(outside); // the reference of `inside` went with its arena
    json_decref(outside);
}

Test(json_arena, survives_the_failure_of_each_allocation)
{
    json_arena_install();
    size_t failures = 0;
    for (size_t nth = 1; nth < 200; nth++) {
        json_arena_fail_at(nth);
        json_arena_begin();
        json_t *document =
            json_loads("{\"a\": [1, 2, {\"b\": \"c\"}], \"d\": 1.5}", JSON_REJECT_DUPLICATES, NULL);
        failures += document == NULL;
        cr_assert_eq(document == NULL, json_arena_exhausted(), "allocation %zu", nth);
        json_arena_end();
    }
    json_arena_fail_at(0);
    cr_assert_gt(failures, 5);
}
