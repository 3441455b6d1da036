// SPDX-License-Identifier: Apache-2.0
#include "daemon/http/route.h"

#include <stdio.h>
#include <string.h>

static bool path_is_plain(struct slice path)
{
    if (memchr(path.at, '%', path.size) != NULL || memmem(path.at, path.size, "//", 2) != NULL)
        return false;
    const char *dot = memmem(path.at, path.size, "/.", 2);
    return dot == NULL;
}

// Does the pattern fit the whole path? Fills the parameters in the order of the pattern.
static bool pattern_fits(const char *pattern, struct slice path,
                         struct slice parameters[ROUTE_PARAMETERS_LIMIT])
{
    const char *at = path.at;
    const char *end = path.at + path.size;
    size_t filled = 0;
    while (*pattern != '\0') {
        if (*pattern != '{') {
            if (at == end || *at != *pattern)
                return false;
            at++;
            pattern++;
            continue;
        }
        const char *from = at;
        while (at < end && *at != '/')
            at++;
        if (at == from || filled == ROUTE_PARAMETERS_LIMIT)
            return false;
        parameters[filled++] = (struct slice){from, (uint32_t)(at - from)};
        pattern = strchr(pattern, '}') + 1;
    }
    return at == end;
}

// Names that are no collectivity: the first segment of a fixed route shadows a parameter.
static bool method_fits(enum method wanted, enum method given)
{
    return wanted == given || (wanted == METHOD_GET && given == METHOD_HEAD);
}

struct route_match route_find(const struct route *routes, size_t count, enum method method,
                              struct slice path)
{
    struct route_match match = {0};
    if (!path_is_plain(path))
        return match;
    for (size_t i = 0; i < count; i++) {
        struct slice parameters[ROUTE_PARAMETERS_LIMIT] = {{0}};
        if (!pattern_fits(routes[i].pattern, path, parameters))
            continue;
        match.path_known = true;
        match.page = routes[i].page;
        memcpy(match.parameters, parameters, sizeof parameters);
        if (method_fits(routes[i].method, method)) {
            match.route = &routes[i];
            return match;
        }
    }
    return match;
}

const char *route_allowed(const struct route *routes, size_t count, struct slice path, char *buffer,
                          size_t size)
{
    size_t used = 0;
    buffer[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        struct slice parameters[ROUTE_PARAMETERS_LIMIT];
        if (!pattern_fits(routes[i].pattern, path, parameters))
            continue;
        const char *name = routes[i].method == METHOD_GET ? "GET, HEAD" : "POST";
        if (strstr(buffer, name) != NULL)
            continue;
        int wrote = snprintf(buffer + used, size - used, "%s%s", used > 0 ? ", " : "", name);
        if (wrote < 0 || (size_t)wrote >= size - used)
            break;
        used += (size_t)wrote;
    }
    return buffer;
}
