// A reply and the text it is sent as. Pure.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/error.h"

#include <sys/uio.h>
#include <time.h>

struct reply {
    int status;
    const char *content_type; // NULL: no such field
    const char *more_head;    // complete lines, each ended by \r\n; or NULL
    const char *body;         // may be NULL when the request was a HEAD
    size_t size;              // of the body
};

struct reply_manner {
    bool head_only;  // the request was a HEAD: the body's size is told, the body is not sent
    bool close;      // "Connection: close"
    bool keep_alive; // "Connection: keep-alive", which HTTP/1.0 wants to read
};

enum { REPLY_PARTS = 6, REPLY_FIRST_LINES = 256, HTTP_DATE_SIZE = 30 };

// What is sent, in order. Borrows the reply.
struct reply_text {
    char first_lines[REPLY_FIRST_LINES];
    struct iovec parts[REPLY_PARTS];
    size_t count;
    size_t size; // of all parts
};

// A status of 204 or 304 has no body, whatever the reply says; 204 has no Content-Length either,
// and 304 only when size tells the one of the 200.
void reply_compose(struct reply_text *text, const struct reply *reply, struct reply_manner manner,
                   const char *date);

// "Sun, 06 Nov 1994 08:49:37 GMT", whatever the locale.
void http_date(char date[HTTP_DATE_SIZE], time_t seconds);

// "Not Found"; "" when this daemon never sends that status.
const char *status_reason(int status);
