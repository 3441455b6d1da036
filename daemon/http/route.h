// Which action answers a request: a table of patterns, matched on the exact bytes of the path.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/http/head.h"

enum { ROUTE_PARAMETERS_LIMIT = 3 };

struct exchange;

struct route {
    enum method method;  // a GET route answers HEAD too
    const char *pattern; // "/v1/{collectivity}/surveys/{survey}": {…} is one segment, not empty
    void (*action)(struct exchange *exchange);
    uint32_t body_limit;   // bytes; 0: no body
    const char *body_type; // media type that the body must have, or NULL
    bool page;             // for people: errors are pages unless JSON is asked for
    bool bearer;           // needs a bulk key, checked before the body is read
    const char *meaning;   // one sentence, for the log and the documentation
};

struct route_match {
    const struct route *route; // NULL: no pattern fits
    bool path_known;           // some route has this path, with another method: 405
    struct slice parameters[ROUTE_PARAMETERS_LIMIT];
    bool page; // of the route, or of the route of this path with another method
};

// A path that holds '%', "//" or a dot segment fits nothing.
struct route_match route_find(const struct route *routes, size_t count, enum method method,
                              struct slice path);

// "GET, HEAD" …: the methods of this path, for Allow. Returns buffer.
const char *route_allowed(const struct route *routes, size_t count, struct slice path, char *buffer,
                          size_t size);
