// SPDX-License-Identifier: Apache-2.0
#include "config/memory_stream.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static struct memory_stream stream;

Test(memory_stream, holds_an_empty_text_where_nothing_was_written)
{
    cr_assert_not_null(memory_stream_open(&stream));
    memory_stream_close(&stream);
    cr_assert_not_null(stream.text);
    cr_expect_eq(stream.size, 0);
    cr_expect_eq(stream.text[0], '\0');
    free(stream.text);
}

Test(memory_stream, holds_what_was_written_with_a_nul_behind_it)
{
    FILE *out = memory_stream_open(&stream);
    cr_expect_gt(fprintf(out, "%s %d", "délai", 12), 0);
    cr_expect_eq(fwrite("a\0b", 1, 3, out), 3, "bytes, not lines");
    memory_stream_close(&stream);
    cr_expect_eq(stream.size, strlen("délai 12") + 3);
    cr_expect_eq(memcmp(stream.text, "délai 12a\0b", stream.size + 1), 0);
    free(stream.text);
}

Test(memory_stream, grows_beyond_every_buffer_between)
{
    enum { LINES = 100000 };
    FILE *out = memory_stream_open(&stream);
    for (int i = 0; i < LINES; i++)
        cr_assert_eq(fprintf(out, "%07d\n", i), 8);
    memory_stream_close(&stream);
    cr_assert_eq(stream.size, (size_t)LINES * 8);
    for (int i = 0; i < LINES; i += 777)
        cr_assert_eq(atoi(stream.text + (size_t)i * 8), i);
    free(stream.text);
}
