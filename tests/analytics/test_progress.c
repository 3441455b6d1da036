// SPDX-License-Identifier: Apache-2.0
#include "analytics/progress.h"

#include <criterion/criterion.h>
#include <string.h>
#include <unistd.h>

Test(progress, draws_what_is_done)
{
    struct progress progress = {.what = "months", .total = 8, .done = 2};
    char text[160];
    int length = progress_write(&progress, 25, text, sizeof text);
    cr_assert_eq(length, 25);
    cr_assert_str_eq(text, "months [##.......]   25 %");
}

Test(progress, never_goes_beyond_its_end)
{
    struct progress progress = {.what = "rows", .total = 10, .done = 4000};
    char text[160];
    (void)progress_write(&progress, 30, text, sizeof text);
    cr_assert(strstr(text, "100 %") != NULL, "%s", text);
    cr_assert(strchr(text, '.') == NULL, "%s", text);
}

Test(progress, fits_whatever_room_it_is_given)
{
    struct progress progress = {.what = "a very long name of some work", .total = 3, .done = 1};
    char text[24];
    for (int columns = 0; columns < 400; columns += 7)
        cr_assert_lt(progress_write(&progress, columns, text, sizeof text), (int)sizeof text);
}

Test(progress, says_nothing_where_nobody_watches)
{
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    cr_assert_neq(dup2(ends[1], STDERR_FILENO), -1);
    struct progress progress;
    progress_begin(&progress, "months", 2);
    progress.started_ms -= 5000; // it has lasted
    progress_step(&progress, 1);
    progress_hide(&progress);
    (void)close(ends[1]);
    (void)close(STDERR_FILENO);
    char byte;
    cr_assert_eq(read(ends[0], &byte, 1), 0);
    cr_assert_eq(progress.done, 1);
}
