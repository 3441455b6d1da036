// SPDX-License-Identifier: Apache-2.0
#include "analytics/commands/admin_client.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { REPLY_LIMIT = 16 * 1024 * 1024, BLOCK = 64 * 1024, HOST_SIZE = 64 };

struct asking {
    int fd;
    int64_t deadline_ms;
    char *reply; // with a NUL
    size_t size, capacity;
};

static int64_t now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// False with errno ETIMEDOUT at the deadline.
static bool await(const struct asking *asking, short what)
{
    struct pollfd watched = {.fd = asking->fd, .events = what};
    for (;;) {
        int64_t left_ms = asking->deadline_ms - now_ms();
        int ready = poll(&watched, 1, left_ms < 0 ? 0 : (int)left_ms);
        if (ready > 0)
            return true;
        if (ready == 0)
            errno = ETIMEDOUT;
        if (ready == 0 || errno != EINTR)
            return false;
    }
}

// -- Connecting --

// NULL when it is no numeric address and port.
static struct addrinfo *resolve(const char *listen)
{
    const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
                                   .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    char host[HOST_SIZE];
    const char *colon = strrchr(listen, ':');
    if (colon == NULL || (size_t)(colon - listen) >= sizeof host)
        return NULL;
    size_t size = (size_t)(colon - listen);
    bool bracketed = size >= 2 && listen[0] == '[' && listen[size - 1] == ']';
    memcpy(host, listen + bracketed, size - 2 * (size_t)bracketed);
    host[size - 2 * (size_t)bracketed] = '\0';
    return getaddrinfo(host, colon + 1, &hints, &found) == 0 ? found : NULL;
}

// False with errno set.
static bool connect_to(struct asking *asking, const struct addrinfo *address)
{
    int failure = 0;
    socklen_t size = sizeof failure;
    asking->fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (asking->fd < 0)
        return false;
    if (connect(asking->fd, address->ai_addr, address->ai_addrlen) == 0)
        return true;
    if (errno != EINPROGRESS || !await(asking, POLLOUT) ||
        getsockopt(asking->fd, SOL_SOCKET, SO_ERROR, &failure, &size) != 0)
        return false;
    errno = failure;
    return failure == 0;
}

// -- Asking --

static bool send_all(const struct asking *asking, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t sent = send(asking->fd, bytes, size, MSG_NOSIGNAL);
        if (sent > 0) {
            bytes += sent;
            size -= (size_t)sent;
        } else if (errno != EINTR && (errno != EAGAIN || !await(asking, POLLOUT))) {
            return false;
        }
    }
    return true;
}

static void make_room(struct asking *asking)
{
    if (asking->capacity - asking->size > BLOCK)
        return;
    asking->capacity += asking->capacity + BLOCK + BLOCK;
    asking->reply = memory_resize(asking->reply, asking->capacity);
}

// Until the other side closes.
static bool receive_all(struct asking *asking)
{
    for (;;) {
        make_room(asking);
        ssize_t got = recv(asking->fd, asking->reply + asking->size, BLOCK, 0);
        if (got == 0)
            break;
        if (got > 0)
            asking->size += (size_t)got;
        else if (errno != EINTR && (errno != EAGAIN || !await(asking, POLLIN)))
            return false;
        if (asking->size > REPLY_LIMIT) {
            errno = EMSGSIZE;
            return false;
        }
    }
    asking->reply[asking->size] = '\0';
    return true;
}

// -- Reading --

// The document of a whole 200; NULL for anything else.
static json_t *read_reply(const struct asking *asking)
{
    const char *reply = asking->reply;
    bool is_http = strncmp(reply, "HTTP/1.", 7) == 0 && strlen(reply) > 12;
    const char *body = strstr(reply, "\r\n\r\n");
    if (!is_http || strncmp(reply + 8, " 200", 4) != 0 || body == NULL)
        return NULL;
    body += 4;
    return json_loadb(body, asking->size - (size_t)(body - reply), JSON_REJECT_DUPLICATES, NULL);
}

static enum admin_outcome fail(const char *listen, const char *path, struct error *error)
{
    error_set(
        error, ERROR_UNAVAILABLE,
        "http://%s%s: recueild does not answer there (%s): check admin_listen, or look at its "
        "log",
        listen, path, strerror(errno));
    return ADMIN_FAILED;
}

static enum admin_outcome ask(struct asking *asking, const char *listen, const char *path,
                              json_t **document, struct error *error)
{
    char *request = memory_format("GET %s HTTP/1.0\r\nHost: %s\r\n\r\n", path, listen);
    bool answered = send_all(asking, request, strlen(request)) && receive_all(asking);
    free(request);
    if (!answered)
        return fail(listen, path, error);
    *document = read_reply(asking);
    if (*document != NULL)
        return ADMIN_ANSWERED;
    error_set(error, ERROR_FAILED,
              "http://%s%s: what answers there is not the recueild of this version: check "
              "admin_listen, and restart recueild if it was upgraded",
              listen, path);
    return ADMIN_FAILED;
}

enum admin_outcome admin_get(const char *listen, const char *path, int limit_ms, json_t **document,
                             struct error *error)
{
    struct asking asking = {.fd = -1, .deadline_ms = now_ms() + limit_ms};
    enum admin_outcome outcome;
    struct addrinfo *address = resolve(listen);
    if (address == NULL) {
        error_set(error, ERROR_BAD_INPUT, "admin_listen: \"%s\" is no numeric address and port",
                  listen);
        return ADMIN_FAILED;
    }
    if (connect_to(&asking, address))
        outcome = ask(&asking, listen, path, document, error);
    else if (errno == ECONNREFUSED)
        outcome = ADMIN_NOBODY;
    else
        outcome = fail(listen, path, error);
    freeaddrinfo(address);
    if (asking.fd >= 0)
        (void)close(asking.fd);
    free(asking.reply);
    return outcome;
}
