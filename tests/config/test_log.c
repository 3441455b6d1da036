// SPDX-License-Identifier: Apache-2.0
#include "config/log.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CAPTURED_BYTES = 1 << 20 };

static char captured[CAPTURED_BYTES];

static void log_a_storm(void)
{
    for (int i = 0; i < 1000; i++)
        log_event(LOG_INFO, "storm", "n=%d", i);
}

// What `act` writes to standard error. A file, not a pipe: nothing may block.
static const char *written_by(void (*act)(void))
{
    char path[] = "/tmp/recueil-log-XXXXXX";
    int file = mkstemp(path);
    int kept = dup(STDERR_FILENO);
    cr_assert(file >= 0 && kept >= 0);
    unlink(path);
    cr_assert_geq(dup2(file, STDERR_FILENO), 0);
    act();
    cr_assert_geq(dup2(kept, STDERR_FILENO), 0);
    ssize_t size = pread(file, captured, sizeof captured - 1, 0);
    cr_assert_geq(size, 0);
    captured[size] = '\0';
    close(kept);
    close(file);
    return captured;
}

static void log_plainly(void)
{
    log_event(LOG_INFO, "daemon_started", "listen=%s port=%d", "127.0.0.1", 8080);
    log_event(LOG_ERROR, "database_lost", "%s", "");
}

Test(log, writes_one_line_an_event_with_the_priority_journald_reads)
{
    cr_assert_str_eq(written_by(log_plainly),
                     "<6>daemon_started listen=127.0.0.1 port=8080\n<3>database_lost\n");
}

static void log_at_every_level(void)
{
    log_event(LOG_ERROR, "e", "a=1");
    log_event(LOG_WARNING, "w", "a=1");
    log_event(LOG_INFO, "i", "a=1");
    log_event(LOG_DEBUG, "d", "a=1");
}

Test(log, leaves_out_what_is_below_the_level)
{
    cr_assert_str_eq(written_by(log_at_every_level), "<3>e a=1\n<4>w a=1\n<6>i a=1\n");
    log_set_level(LOG_ERROR);
    cr_assert_str_eq(written_by(log_at_every_level), "<3>e a=1\n");
    log_set_level(LOG_DEBUG);
    cr_assert_str_eq(written_by(log_at_every_level), "<3>e a=1\n<4>w a=1\n<6>i a=1\n<7>d a=1\n");
}

// The clock may pass into another second while the storm lasts: then there is a line more, which
// tells how many were left out, and another hundred.
Test(log, does_not_pass_on_a_storm)
{
    int lines = 0;
    for (const char *at = written_by(log_a_storm); (at = strchr(at, '\n')) != NULL; at++)
        lines++;
    if (strstr(captured, "log_lines_left_out lines=") == NULL)
        cr_assert_eq(lines, 100);
    else
        cr_assert_leq(lines, 201);
}

static void log_too_much(void)
{
    static char text[9000];
    memset(text, 'x', sizeof text - 1);
    log_event(LOG_INFO, "long", "text=%s", text);
}

Test(log, cuts_a_line_and_still_ends_it)
{
    const char *line = written_by(log_too_much);
    size_t size = strlen(line);
    cr_assert(size > 100 && size <= 2048, "%zu bytes", size);
    cr_assert_eq(strchr(line, '\n') - line, (ptrdiff_t)size - 1, "one line end, at the end");
}

Test(log, quotes_what_would_break_or_forge_a_line)
{
    static const struct {
        const char *text, *quoted;
    } rows[] = {
        {"", "\"\""},
        {"casud", "\"casud\""},
        {"a b=c", "\"a b=c\""},
        {"x\n<3>forged", "\"x\\x0a<3>forged\""},
        {"a\rb\tc\x1b[2J", "\"a\\x0db\\x09c\\x1b[2J\""},
        {"say \"no\" \\", "\"say \\\"no\\\" \\\\\""},
        {"\x7f", "\"\\x7f\""},
        {"\xC2\x85 next line", "\"\\x85 next line\""},
        {"\xC2\x9B csi", "\"\\x9b csi\""},
        {"\xC2\xA0 space", "\"\xC2\xA0 space\""},
        {"a\xE2\x80\xA8"
         "b\xE2\x80\xA9",
         "\"a\\u2028b\\u2029\""},
        {"déchèterie", "\"déchèterie\""},
        {"cut \xC2", "\"cut \xC2\""},
        {"cut \xE2\x80", "\"cut \xE2\x80\""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char buffer[256];
        const char *quoted = log_quote(buffer, sizeof buffer, rows[i].text);
        cr_assert_str_eq(quoted, rows[i].quoted, "row %zu: %s", i, quoted);
        cr_assert_eq(quoted, buffer);
    }
}

Test(log, cuts_quoted_text_at_200_bytes_and_at_the_buffer)
{
    char text[501];
    char buffer[1024];
    memset(text, 'y', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    cr_assert_eq(strlen(log_quote(buffer, sizeof buffer, text)), 202);
    for (size_t size = 3; size < 40; size++) {
        memset(buffer, '!', sizeof buffer);
        const char *quoted = log_quote(buffer, size, "a\nb\"c");
        size_t length = strlen(quoted);
        cr_assert(length < size, "size %zu: %zu bytes", size, length);
        cr_assert(quoted[0] == '"' && quoted[length - 1] == '"', "size %zu: %s", size, quoted);
        cr_assert_eq(buffer[size], '!', "size %zu: wrote over the end", size);
    }
}
