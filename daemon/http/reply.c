// SPDX-License-Identifier: Apache-2.0
#include "daemon/http/reply.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

static const struct {
    int status;
    const char *reason;
} statuses[] = {
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {413, "Content Too Large"},
    {415, "Unsupported Media Type"},
    {417, "Expectation Failed"},
    {422, "Unprocessable Content"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
    {505, "HTTP Version Not Supported"},
};

const char *status_reason(int status)
{
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
        if (statuses[i].status == status)
            return statuses[i].reason;
    return "";
}

void http_date(char date[HTTP_DATE_SIZE], time_t seconds)
{
    static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct tm at = {0};
    date[0] = '\0';
    (void)gmtime_r(&seconds, &at);
    // strftime would name day and month in the locale's language.
    if (strftime(date, HTTP_DATE_SIZE, "___, %d ___ %Y %H:%M:%S GMT", &at) == 0)
        return;
    memcpy(date, days[at.tm_wday], 3);
    memcpy(date + 8, months[at.tm_mon], 3);
}

static char *put(char *at, const char *text)
{
    return stpcpy(at, text);
}

static char *put_number(char *at, size_t number)
{
    char digits[24];
    size_t first = sizeof digits;
    do {
        digits[--first] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    return mempcpy(at, digits + first, sizeof digits - first);
}

static void add_part(struct reply_text *text, const char *bytes, size_t size)
{
    if (size == 0)
        return;
    assert(text->count < REPLY_PARTS);
    text->parts[text->count++] = (struct iovec){(void *)(uintptr_t)bytes, size};
    text->size += size;
}

static bool tells_length(const struct reply *reply)
{
    return reply->status != 204 && (reply->status != 304 || reply->size > 0);
}

// By hand rather than by a format: every reply passes here, and printf would be half its cost.
static size_t put_first_lines(char *lines, const struct reply *reply, struct reply_manner manner,
                              const char *date)
{
    char *at = put(lines, "HTTP/1.1 ");
    at = put_number(at, (size_t)reply->status);
    at = put(at, " ");
    at = put(at, status_reason(reply->status));
    at = put(at, "\r\nDate: ");
    at = put(at, date);
    if (tells_length(reply)) {
        at = put(at, "\r\nContent-Length: ");
        at = put_number(at, reply->size);
    }
    if (manner.close)
        at = put(at, "\r\nConnection: close");
    else if (manner.keep_alive)
        at = put(at, "\r\nConnection: keep-alive");
    at = put(at, reply->content_type == NULL ? "\r\n" : "\r\nContent-Type: ");
    return (size_t)(at - lines);
}

void reply_compose(struct reply_text *text, const struct reply *reply, struct reply_manner manner,
                   const char *date)
{
    assert(reply->status >= 200 && reply->status <= 599 && strlen(date) < HTTP_DATE_SIZE);
    text->count = text->size = 0;
    add_part(text, text->first_lines, put_first_lines(text->first_lines, reply, manner, date));
    if (reply->content_type != NULL) {
        add_part(text, reply->content_type, strlen(reply->content_type));
        add_part(text, "\r\n", 2);
    }
    if (reply->more_head != NULL)
        add_part(text, reply->more_head, strlen(reply->more_head));
    add_part(text, "\r\n", 2);
    if (!manner.head_only && reply->status != 204 && reply->status != 304)
        add_part(text, reply->body, reply->size);
}
