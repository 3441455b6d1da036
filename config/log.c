// SPDX-License-Identifier: Apache-2.0
#include "config/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LINES_A_SECOND = 100, LINE_BYTES = 2048, QUOTED_BYTES = 200 };

static enum log_level threshold = LOG_INFO;

void log_set_level(enum log_level level)
{
    threshold = level;
}

// One write a line, so that lines of several processes do not mix. A short write is not retried.
static void put_line(enum log_level level, const char *event, const char *text)
{
    char line[LINE_BYTES];
    int size = snprintf(line, sizeof line - 1, "<%d>%s%s%s", (int)level, event,
                        text[0] == '\0' ? "" : " ", text);
    if (size < 0)
        return;
    size_t bytes = (size_t)size < sizeof line - 1 ? (size_t)size : sizeof line - 2;
    line[bytes++] = '\n';
    ssize_t written = write(STDERR_FILENO, line, bytes);
    (void)written;
}

// Returns false when this second has had its lines.
static bool take_turn(void)
{
    static time_t second;
    static unsigned lines;
    static unsigned left_out;
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    if (now.tv_sec != second) {
        second = now.tv_sec;
        lines = 0;
        if (left_out > 0) {
            char text[64];
            (void)snprintf(text, sizeof text, "lines=%u", left_out);
            left_out = 0;
            put_line(LOG_WARNING, "log_lines_left_out", text);
        }
    }
    if (lines >= LINES_A_SECOND) {
        left_out++;
        return false;
    }
    lines++;
    return true;
}

void log_event(enum log_level level, const char *event, const char *format, ...)
{
    if (level > threshold || !take_turn())
        return;
    char text[LINE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    put_line(level, event, text);
}

// Escapes the byte at text into buffer; returns how many bytes of text it took.
static size_t quote_one(const unsigned char *text, char escaped[8])
{
    if (text[0] < 0x20 || text[0] == 0x7F) {
        (void)snprintf(escaped, 8, "\\x%02x", text[0]);
        return 1;
    }
    if (text[0] == '"' || text[0] == '\\') {
        (void)snprintf(escaped, 8, "\\%c", text[0]);
        return 1;
    }
    if (text[0] == 0xC2 && text[1] >= 0x80 && text[1] < 0xA0) {
        (void)snprintf(escaped, 8, "\\x%02x", text[1]);
        return 2;
    }
    if (text[0] == 0xE2 && text[1] == 0x80 && (text[2] == 0xA8 || text[2] == 0xA9)) {
        (void)snprintf(escaped, 8, "\\u20%s", text[2] == 0xA8 ? "28" : "29");
        return 3;
    }
    escaped[0] = (char)text[0];
    escaped[1] = '\0';
    return 1;
}

const char *log_quote(char *buffer, size_t size, const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    size_t used = 0;
    if (size < 3)
        return "\"\"";
    buffer[used++] = '"';
    while (*at != '\0' && (size_t)(at - (const unsigned char *)text) < QUOTED_BYTES) {
        char escaped[8];
        size_t taken = quote_one(at, escaped);
        size_t length = strlen(escaped);
        if (used + length + 2 > size)
            break;
        memcpy(buffer + used, escaped, length);
        used += length;
        at += taken;
    }
    buffer[used++] = '"';
    buffer[used] = '\0';
    return buffer;
}
