// SPDX-License-Identifier: Apache-2.0
#include "daemon/http/reply.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define DATE "Sun, 06 Nov 1994 08:49:37 GMT"

static const char *text_of(const struct reply *reply, struct reply_manner manner)
{
    static char all[1024];
    struct reply_text text;
    size_t used = 0;
    reply_compose(&text, reply, manner, DATE);
    for (size_t i = 0; i < text.count; i++) {
        memcpy(all + used, text.parts[i].iov_base, text.parts[i].iov_len);
        used += text.parts[i].iov_len;
    }
    cr_assert_eq(used, text.size);
    all[used] = '\0';
    return all;
}

static const struct {
    struct reply reply;
    struct reply_manner manner;
    const char *text;
} rows[] = {
    {{200, "text/html", "ETag: \"a\"\r\n", "abc", 3},
     {0},
     "HTTP/1.1 200 OK\r\nDate: " DATE "\r\nContent-Length: 3\r\nContent-Type: text/html\r\n"
     "ETag: \"a\"\r\n\r\nabc"},
    {{201, NULL, NULL, NULL, 0},
     {.close = true, .keep_alive = true},
     "HTTP/1.1 201 Created\r\nDate: " DATE "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"},
    {{404, "a/b", NULL, "x", 1},
     {.keep_alive = true},
     "HTTP/1.1 404 Not Found\r\nDate: " DATE
     "\r\nContent-Length: 1\r\nConnection: keep-alive\r\nContent-Type: a/b\r\n\r\nx"},
    {{200, "a/b", NULL, NULL, 1234567},
     {.head_only = true},
     "HTTP/1.1 200 OK\r\nDate: " DATE "\r\nContent-Length: 1234567\r\nContent-Type: a/b\r\n\r\n"},
    {{204, NULL, NULL, "abc", 3}, {0}, "HTTP/1.1 204 No Content\r\nDate: " DATE "\r\n\r\n"},
    {{304, NULL, NULL, NULL, 0}, {0}, "HTTP/1.1 304 Not Modified\r\nDate: " DATE "\r\n\r\n"},
    {{304, NULL, NULL, "abc", 3},
     {0},
     "HTTP/1.1 304 Not Modified\r\nDate: " DATE "\r\nContent-Length: 3\r\n\r\n"},
    {{299, NULL, NULL, NULL, 0},
     {0},
     "HTTP/1.1 299 \r\nDate: " DATE "\r\nContent-Length: 0\r\n\r\n"},
};

Test(reply, is_sent_as_http_wants_it)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        cr_expect_str_eq(text_of(&rows[i].reply, rows[i].manner), rows[i].text, "row %zu", i);
}

Test(reply, has_room_for_the_first_lines_of_every_status)
{
    static char lines[8192];
    for (int status = 200; status < 600; status++) {
        struct reply reply = {status, "a/b", NULL, lines, SIZE_MAX / 2};
        struct reply_text text;
        reply_compose(&text, &reply, (struct reply_manner){true, false, true}, DATE);
        cr_assert_lt(text.parts[0].iov_len, (size_t)REPLY_FIRST_LINES);
    }
}

Test(reply, names_every_status_of_the_contract)
{
    static const int sent[] = {200, 201, 202, 204, 303, 304, 400, 401, 403, 404, 405, 408, 409,
                               410, 411, 413, 415, 417, 422, 429, 431, 500, 501, 503, 505};
    for (size_t i = 0; i < sizeof sent / sizeof *sent; i++)
        cr_expect_str_neq(status_reason(sent[i]), "", "%d", sent[i]);
    cr_expect_str_eq(status_reason(418), "");
}

Test(reply, dates_in_english_and_utc)
{
    static const struct {
        time_t seconds;
        const char *date;
    } dates[] = {
        {784111777, DATE},
        {0, "Thu, 01 Jan 1970 00:00:00 GMT"},
        {1709210096, "Thu, 29 Feb 2024 12:34:56 GMT"},
        {4102444799, "Thu, 31 Dec 2099 23:59:59 GMT"},
    };
    for (size_t i = 0; i < sizeof dates / sizeof *dates; i++) {
        char date[HTTP_DATE_SIZE];
        http_date(date, dates[i].seconds);
        cr_expect_str_eq(date, dates[i].date);
    }
}
