// SPDX-License-Identifier: Apache-2.0
#include "config/error.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

Test(error, keeps_the_first_cause)
{
    struct error error = {0};
    error_set(&error, ERROR_UNAVAILABLE, "database %s", "away");
    error_set(&error, ERROR_FAILED, "later");
    cr_assert_eq(error.kind, ERROR_UNAVAILABLE);
    cr_assert_str_eq(error.message, "database away");
}

Test(error, accepts_a_caller_who_does_not_care)
{
    error_set(NULL, ERROR_FAILED, "nobody reads this");
    cr_assert_eq(error_exit_code(NULL), 0);
}

Test(error, cuts_a_message_that_does_not_fit)
{
    struct error error = {0};
    char *text = memory_allocate(4001);
    memset(text, 'x', 4000);
    error_set(&error, ERROR_FAILED, "%s", text);
    cr_assert_eq(strlen(error.message), sizeof error.message - 1);
    free(text);
}

Test(error, gives_each_kind_its_exit_code)
{
    static const struct {
        enum error_kind kind;
        int code;
    } rows[] = {
        {ERROR_NONE, 0},        {ERROR_USAGE, 2},  {ERROR_BAD_INPUT, 3},
        {ERROR_UNAVAILABLE, 1}, {ERROR_FAILED, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct error error = {.kind = rows[i].kind};
        cr_assert_eq(error_exit_code(&error), rows[i].code, "kind %d", (int)rows[i].kind);
    }
}

Test(error, allocates_zeroed_memory_of_any_size)
{
    unsigned char *bytes = memory_allocate(64);
    for (size_t i = 0; i < 64; i++)
        cr_assert_eq(bytes[i], 0);
    bytes[63] = 7;
    bytes = memory_resize(bytes, 128);
    cr_assert_eq(bytes[63], 7);
    free(bytes);
    void *nothing = memory_allocate(0);
    cr_assert_not_null(nothing);
    nothing = memory_resize(nothing, 0);
    cr_assert_not_null(nothing);
    free(nothing);
}

Test(error, copies_text_and_bytes)
{
    char *text = memory_copy_text("démarche");
    char *bytes = memory_copy("a\0b", 3);
    char *empty = memory_copy(NULL, 0);
    cr_assert_str_eq(text, "démarche");
    cr_assert_eq(memcmp(bytes, "a\0b", 4), 0, "the copy ends with a NUL of its own");
    cr_assert_str_eq(empty, "");
    cr_assert_null(memory_copy_text(NULL));
    free(text);
    free(bytes);
    free(empty);
}

Test(error, formats_text_of_any_length)
{
    char *text = memory_format("%0500d|%s", 7, "end");
    cr_assert_eq(strlen(text), 504);
    cr_assert_str_eq(text + 499, "7|end");
    free(text);
}
