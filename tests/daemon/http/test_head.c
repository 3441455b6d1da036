// SPDX-License-Identifier: Apache-2.0
#include "daemon/http/head.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOST "Host: a.fr\r\n"
#define END "\r\n"
#define GET "GET / HTTP/1.1\r\n" HOST
#define POST "POST /a HTTP/1.1\r\n" HOST

// What a server does with these bytes: as the connection, first the end, then the head. 0:
// accepted; 1: more is needed.
static int status_of(const char *bytes, size_t size, struct head *head)
{
    size_t scanned = 0;
    int end = head_find_end(bytes, size, &scanned);
    if (end == 0)
        return 1;
    return end < 0 ? -end : head_read(bytes, (size_t)end, head);
}

struct row {
    const char *bytes;
    int status;
    size_t size; // 0: up to the NUL
};

static const struct row rows[] = {
    // Accepted.
    {GET END, 0, 0},
    {"HEAD / HTTP/1.1\r\n" HOST END, 0, 0},
    {"OPTIONS /a/b HTTP/1.1\r\n" HOST END, 0, 0},
    {POST "Content-Length: 0\r\n" END, 0, 0},
    {POST "Content-Length: 9999999\r\n" END, 0, 0},
    {POST "content-LENGTH:\t 12 \t\r\n" END, 0, 0},
    {"GET / HTTP/1.0\r\n" END, 0, 0},
    {"GET /?a=%00&b=%zz HTTP/1.1\r\n" HOST END, 0, 0},
    {"GET //evil/../p HTTP/1.1\r\n" HOST END, 0, 0},
    {"GET / HTTP/1.1\r\nhost: [::1]:8080\r\n" END, 0, 0},
    {"GET / HTTP/1.1\r\nHost:\r\n" END, 0, 0},
    {GET "X-Empty:\r\n" END, 0, 0},
    {GET "X-Latin: caf\xE9\r\n" END, 0, 0},
    {GET "Accept: a\r\nAccept: b\r\n" END, 0, 0},
    {GET "Content-Length: 0\r\n" END, 0, 0},
    {POST "Content-Length: 1\r\nExpect: 100-Continue\r\n" END, 0, 0},
    // More is needed.
    {"", 1, 0},
    {"G", 1, 0},
    {GET, 1, 0},
    {GET "\r", 1, 0},
    // The request line.
    {"\r\n" GET END, 400, 0},
    {"\n" GET END, 400, 0},
    {" GET / HTTP/1.1\r\n" HOST END, 400, 0},
    {"GET  / HTTP/1.1\r\n" HOST END, 400, 0},
    {"GET /  HTTP/1.1\r\n" HOST END, 400, 0},
    {"GET / HTTP/1.1 \r\n" HOST END, 400, 0},
    {"GET\t/\tHTTP/1.1\r\n" HOST END, 400, 0},
    {"GET /\r\n" HOST END, 400, 0},
    {"GET\r\n" HOST END, 400, 0},
    {"GET / a HTTP/1.1\r\n" HOST END, 400, 0},
    {"G@T / HTTP/1.1\r\n" HOST END, 400, 0},
    {"G\0T / HTTP/1.1\r\n" HOST END, 400, sizeof "G\0T / HTTP/1.1\r\n" HOST END - 1},
    {"get / HTTP/1.1\r\n" HOST END, 501, 0},
    {"DELETE / HTTP/1.1\r\n" HOST END, 501, 0},
    {"CONNECT a.fr:443 HTTP/1.1\r\n" HOST END, 501, 0},
    {"GETGETGET / HTTP/1.1\r\n" HOST END, 501, 0},
    {"PRI * HTTP/2.0\r\n\r\n", 505, 0},
    {"GET / HTTP/4294967297.1\r\n" HOST END, 505, 0},
    {"GET / HTTP/1.4294967297\r\n" HOST END, 505, 0},
    {"GET / HTTP/0.9\r\n" HOST END, 505, 0},
    {"GET / HTTP/1.2\r\n" HOST END, 505, 0},
    {"GET / HTTP/01.1\r\n" HOST END, 505, 0},
    {"GET / HTTP/1.10\r\n" HOST END, 505, 0},
    {"GET / HTTP/1.1x\r\n" HOST END, 400, 0},
    {"GET / HTTP/1\r\n" HOST END, 400, 0},
    {"GET / HTTP/-1.1\r\n" HOST END, 400, 0},
    {"GET / HTTP/+1.1\r\n" HOST END, 400, 0},
    {"GET / http/1.1\r\n" HOST END, 400, 0},
    {"GET / HTTPS/1.1\r\n" HOST END, 400, 0},
    {"GET http://a.fr/ HTTP/1.1\r\n" HOST END, 400, 0},
    {"GET a.fr:80 HTTP/1.1\r\n" HOST END, 400, 0},
    {"OPTIONS * HTTP/1.1\r\n" HOST END, 400, 0},
    {"GET a HTTP/1.1\r\n" HOST END, 400, 0},
    {"GET ?a HTTP/1.1\r\n" HOST END, 400, 0},
    {"GET /a#b HTTP/1.1\r\n" HOST END, 400, 0},
    {"GET /caf\xC3\xA9 HTTP/1.1\r\n" HOST END, 400, 0},
    {"GET /?caf\xC3\xA9 HTTP/1.1\r\n" HOST END, 400, 0},
    {"GET /\x7F HTTP/1.1\r\n" HOST END, 400, 0},
    {"GET /\x01 HTTP/1.1\r\n" HOST END, 400, 0},
    {"GET /a\0b HTTP/1.1\r\n" HOST END, 400, sizeof "GET /a\0b HTTP/1.1\r\n" HOST END - 1},
    {"GET /a\rb HTTP/1.1\r\n" HOST END, 400, 0},
    // Two messages in one: CL and TE.
    {POST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n" END, 411, 0},
    {POST "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n" END, 411, 0},
    {POST "Transfer-Encoding: gzip, chunked\r\n" END, 411, 0},
    {POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n" END, 411, 0},
    {POST "Transfer-Encoding: xchunked\r\nContent-Length: 5\r\n" END, 411, 0},
    {POST "Transfer-Encoding: identity\r\nContent-Length: 5\r\n" END, 411, 0},
    {POST "Transfer-Encoding:\r\nContent-Length: 5\r\n" END, 411, 0},
    {GET "Transfer-Encoding: chunked\r\n" END, 400, 0},
    {"HEAD / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n" END, 400, 0},
    {"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n" END, 411, 0},
    {POST "Content-Length: 5\r\nContent-Length: 6\r\n" END, 400, 0},
    {POST "Content-Length: 5\r\nContent-Length: 5\r\n" END, 400, 0},
    {POST "Content-Length: 5\r\ncontent-length: 0\r\n" END, 400, 0},
    {POST "Content-Length: 5, 5\r\n" END, 400, 0},
    {POST "Content-Length: 5,6\r\n" END, 400, 0},
    {POST "Content-Length : 5\r\n" END, 400, 0},
    {POST "Content-Length\t: 5\r\n" END, 400, 0},
    {POST "Transfer-Encoding : chunked\r\nContent-Length: 5\r\n" END, 400, 0},
    {POST "Content-Length: +2\r\n" END, 400, 0},
    {POST "Content-Length: -2\r\n" END, 400, 0},
    {POST "Content-Length: 0x2\r\n" END, 400, 0},
    {POST "Content-Length: 2 0\r\n" END, 400, 0},
    {POST "Content-Length: 2.0\r\n" END, 400, 0},
    {POST "Content-Length: 2e1\r\n" END, 400, 0},
    {POST "Content-Length: \xD9\xA2\r\n" END, 400, 0},
    {POST "Content-Length:\r\n" END, 400, 0},
    {POST "Content-Length: 10000000\r\n" END, 400, 0},
    {POST "Content-Length: 00000005\r\n" END, 400, 0},
    {POST "Content-Length: 18446744073709551617\r\n" END, 400, 0},
    {POST "Content-Length: 2\0 0\r\n" END, 400, sizeof POST "Content-Length: 2\0 0\r\n" END - 1},
    {POST "Content-Length: 2\v\r\n" END, 400, 0},
    {POST END, 411, 0},
    {"POST / HTTP/1.0\r\n" END, 411, 0},
    {GET "Content-Length: 1\r\n" END, 400, 0},
    {"HEAD / HTTP/1.1\r\n" HOST "Content-Length: 40\r\n" END, 400, 0},
    {"OPTIONS / HTTP/1.1\r\n" HOST "Content-Length: 1\r\n" END, 400, 0},
    // Lines.
    {"GET / HTTP/1.1\n" HOST END, 400, 0},
    {"GET / HTTP/1.1\r\nHost: a.fr\n\r\n", 400, 0},
    {"GET / HTTP/1.1\nHost: a.fr\n\n", 400, 0},
    {GET "\n", 400, 0},
    {GET "X: a\rContent-Length: 5\r\n" END, 400, 0},
    {GET "X: a\r\r\n" END, 400, 0},
    {GET "X: a\r\n b\r\n" END, 400, 0},
    {GET "X: a\r\n\tb\r\n" END, 400, 0},
    {POST "Transfer-Encoding:\r\n chunked\r\nContent-Length: 5\r\n" END, 400, 0},
    {"GET / HTTP/1.1\r\n " HOST END, 400, 0},
    {GET " \r\n" END, 400, 0},
    {GET "X: a\0b\r\n" END, 400, sizeof GET "X: a\0b\r\n" END - 1},
    {GET "X: a\x01\r\n" END, 400, 0},
    {GET "X: a\x7F\r\n" END, 400, 0},
    {GET "X: \x1B[31m\r\n" END, 400, 0},
    {GET ": a\r\n" END, 400, 0},
    {GET "X\r\n" END, 400, 0},
    {GET "X Y: a\r\n" END, 400, 0},
    {GET "X\x80: a\r\n" END, 400, 0},
    {GET "X(: a\r\n" END, 400, 0},
    {GET "X\0: a\r\n" END, 400, sizeof GET "X\0: a\r\n" END - 1},
    // Host, and the others that come once.
    {"GET / HTTP/1.1\r\n" END, 400, 0},
    {"GET / HTTP/1.1\r\n" HOST HOST END, 400, 0},
    {"GET / HTTP/1.0\r\n" HOST HOST END, 400, 0},
    {"GET / HTTP/1.1\r\nHost: a.fr, b.fr\r\n" END, 400, 0},
    {"GET / HTTP/1.1\r\nHost: a.fr/b\r\n" END, 400, 0},
    {"GET / HTTP/1.1\r\nHost: u@a.fr\r\n" END, 400, 0},
    {"GET / HTTP/1.1\r\nHost: a b\r\n" END, 400, 0},
    {GET "Content-Type: a\r\nContent-Type: b\r\n" END, 400, 0},
    {GET "Authorization: a\r\nAUTHORIZATION: b\r\n" END, 400, 0},
    {GET "X-Real-IP: 192.0.2.1\r\n" END, 0, 0},
    {GET "X-Real-IP: 192.0.2.1\r\nx-real-ip: 192.0.2.1\r\n" END, 400, 0},
    // Expect.
    {POST "Content-Length: 1\r\nExpect: 200-ok\r\n" END, 417, 0},
    {POST "Content-Length: 1\r\nExpect:\r\n" END, 417, 0},
    {POST "Content-Length: 1\r\nExpect: 100-continue, x\r\n" END, 417, 0},
    // No HTTP at all.
    {"\x16\x03\x01\x02", 400, 0},
    {"\0", 400, 1},
};

Test(head, takes_what_is_clear_and_refuses_what_two_readers_could_take_differently)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct head head;
        size_t size = rows[i].size > 0 ? rows[i].size : strlen(rows[i].bytes);
        char *exact = malloc(size + 1); // the sanitizer sees a byte read beyond
        cr_assert(exact != NULL);
        memcpy(exact, rows[i].bytes, size);
        char *tight = realloc(exact, size > 0 ? size : 1);
        int status = status_of(tight, size, &head);
        cr_expect_eq(status, rows[i].status, "row %zu: %d instead of %d for\n%s", i, status,
                     rows[i].status, rows[i].bytes);
        free(tight);
    }
}

// head_read does not rely on head_find_end having looked.
Test(head, refuses_by_itself_what_is_not_one_whole_head)
{
    static const char *const texts[] = {
        "",
        "\r\n\r\n",
        "GET / HTTP/1.1\r\n" HOST,
        "GET / HTTP/1.1\nHost: a\r\n\r\n",
        "GET / HTTP/1.1x\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: ax\n\r\n\r\n",
        GET END "X: a\r\n\r\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct head head;
        cr_expect_eq(head_read(texts[i], strlen(texts[i]), &head), 400, "text %zu", i);
    }
}

static bool slice_is(struct slice slice, const char *text)
{
    return slice.size == strlen(text) && memcmp(slice.at, text, slice.size) == 0;
}

Test(head, gives_path_query_and_fields_as_they_were_written)
{
    static const char text[] =
        "POST /casud/%C3%A9?lang=fr?&a=b HTTP/1.1\r\nHOST:  recueil.fr:80 \r\n"
        "Content-Type: Text/HTML; q=1\r\ncontent-length: 0042\r\n"
        "X-Real-IP: 192.0.2.1\r\nX-More: 1\r\nx-more: 2\r\n\r\n";
    struct head head = {0};
    cr_assert_eq(status_of(text, sizeof text - 1, &head), 0);
    cr_expect_eq(head.method, METHOD_POST);
    cr_expect(slice_is(head.path, "/casud/%C3%A9"));
    cr_expect(slice_is(head.query, "lang=fr?&a=b"));
    cr_expect(slice_is(head.host, "recueil.fr:80"));
    cr_expect(slice_is(head.content_type, "Text/HTML; q=1"));
    cr_expect_eq(head.body_bytes, 42);
    cr_expect_eq(head.field_count, 6);
    cr_expect(slice_is(head.fields[0].name, "HOST"));
    cr_expect(slice_is(*head_field(&head, "x-real-ip"), "192.0.2.1"));
    cr_expect(slice_is(*head_field(&head, "x-more"), "1"), "the first one");
    cr_expect_null(head_field(&head, "accept"));
    cr_expect_null(head_field(&head, "x-real-i"));
}

Test(head, leaves_empty_what_is_absent)
{
    struct head head = {0};
    cr_assert_eq(status_of("GET / HTTP/1.0\r\n\r\n", 18, &head), 0);
    cr_expect_eq(head.query.size, 0);
    cr_expect_eq(head.host.size, 0);
    cr_expect_eq(head.content_type.size, 0);
    cr_expect_eq(head.field_count, 0);
    cr_assert_eq(status_of("GET /? HTTP/1.0\r\n\r\n", 19, &head), 0);
    cr_expect_eq(head.query.size, 0);
    cr_expect(slice_is(head.path, "/"));
}

Test(head, knows_when_the_connection_stays)
{
    static const struct {
        const char *text;
        bool keep_alive;
    } cases[] = {
        {GET END, true},
        {GET "Connection: close\r\n" END, false},
        {GET "Connection: keep-alive, close\r\n" END, false},
        {GET "Connection: keep-alive\r\nConnection: Close\r\n" END, false},
        {GET "Connection: ,, close ,\r\n" END, false},
        {GET "Connection: closed, not-close\r\n" END, true},
        {GET "Connection: upgrade\r\nUpgrade: h2c\r\n" END, true},
        {"GET / HTTP/1.0\r\n" END, false},
        {"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n" END, true},
        {"GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n" END, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct head head = {0};
        cr_assert_eq(status_of(cases[i].text, strlen(cases[i].text), &head), 0, "case %zu", i);
        cr_expect_eq(head.keep_alive, cases[i].keep_alive, "case %zu", i);
    }
}

Test(head, lets_only_http_1_1_wait_for_100_continue)
{
    struct head head = {0};
    const char *now = POST "Content-Length: 1\r\nExpect: 100-continue\r\n" END;
    const char *then = "POST / HTTP/1.0\r\nContent-Length: 1\r\nExpect: 100-continue\r\n" END;
    cr_assert_eq(status_of(now, strlen(now), &head), 0);
    cr_expect(head.expect_continue);
    cr_assert_eq(status_of(then, strlen(then), &head), 0);
    cr_expect_not(head.expect_continue);
}

Test(head, tells_the_method_even_of_a_request_that_is_refused)
{
    struct head head = {0};
    const char *text = "HEAD / HTTP/1.1\r\n" HOST "Content-Length: 5\r\n" END;
    cr_assert_eq(status_of(text, strlen(text), &head), 400);
    cr_expect_eq(head.method, METHOD_HEAD);
    text = "TRACE / HTTP/1.1\r\n" HOST END;
    cr_assert_eq(status_of(text, strlen(text), &head), 501);
    cr_expect_eq(head.method, METHOD_NONE);
}

// A head of exactly size bytes, whose last field is filled up.
static char *head_of(size_t size, const char *begin)
{
    char *text = malloc(size + 1);
    cr_assert(text != NULL);
    size_t used = strlen(begin);
    memcpy(text, begin, used);
    memset(text + used, 'a', size - used);
    memcpy(text + size - 4, "\r\n\r\n", sizeof "\r\n\r\n");
    return text;
}

Test(head, ends_at_8_kib)
{
    struct head head;
    char *most = head_of(HEAD_BYTES_LIMIT, GET "X: ");
    cr_expect_eq(status_of(most, HEAD_BYTES_LIMIT, &head), 0);
    cr_expect_eq(status_of(most, HEAD_BYTES_LIMIT - 1, &head), 1);
    char *beyond = head_of(HEAD_BYTES_LIMIT + 1, GET "X: ");
    cr_expect_eq(status_of(beyond, HEAD_BYTES_LIMIT + 1, &head), 431);
    cr_expect_eq(status_of(beyond, HEAD_BYTES_LIMIT, &head), 431);
    cr_expect_eq(head_read(beyond, HEAD_BYTES_LIMIT + 1, &head), 431);
    free(most);
    free(beyond);
}

static int status_with_fields(int count)
{
    char text[4096];
    struct head head;
    char *end = stpcpy(text, "GET / HTTP/1.0\r\n");
    for (int i = 0; i < count; i++)
        end = stpcpy(end, "X: a\r\n");
    end = stpcpy(end, "\r\n");
    return status_of(text, (size_t)(end - text), &head);
}

Test(head, takes_64_fields)
{
    cr_expect_eq(status_with_fields(HEAD_FIELDS_LIMIT), 0);
    cr_expect_eq(status_with_fields(HEAD_FIELDS_LIMIT + 1), 431);
}

Test(head, finds_the_end_wherever_the_bytes_are_cut)
{
    const char *text = POST "Content-Length: 3\r\n" END "abc";
    size_t end = strlen(text) - 3;
    size_t scanned = 0;
    for (size_t size = 0; size < end; size++)
        cr_assert_eq(head_find_end(text, size, &scanned), 0, "at %zu", size);
    cr_assert_eq(head_find_end(text, end, &scanned), (int)end);
    for (size_t cut = 0; cut < end; cut++) {
        scanned = 0;
        cr_assert_eq(head_find_end(text, cut, &scanned), 0);
        cr_assert_eq(head_find_end(text, end + 3, &scanned), (int)end, "cut at %zu", cut);
    }
}

Test(head, does_not_look_twice)
{
    size_t scanned = 0;
    char text[] = GET "X: aaaa";
    size_t size = sizeof text - 1;
    cr_assert_eq(head_find_end(text, size, &scanned), 0);
    cr_expect_eq(scanned, size);
}
