// SPDX-License-Identifier: Apache-2.0
#include "daemon/http/listener.h"

#include "config/log.h"
#include "daemon/http/addresses.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <event2/listener.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    BACKLOG = 4096,     // the kernel cuts it at net.core.somaxconn
    RESUME_SECONDS = 1, // a descriptor may have been freed by somebody else
    EVICT_AFTER_US = 1000,
    EVICTED_AT_ONCE = 8,
    TELL_AGAIN_SECONDS = 10,
    FIRST_INHERITED_FD = 3,
};

// What a connection is labelled with.
enum { NOT_COUNTED, COUNTED, EXEMPT };

struct listener_limits listener_default_limits(void)
{
    return (struct listener_limits){
        .address = "127.0.0.1:8080",
        .connections = 4096,
        .per_address = 64,
        .drain_ms = 30000,
        .each = connection_default_limits(),
    };
}

struct listener {
    struct event_base *base;
    struct listener_limits limits;
    void *context;
    struct evconnlistener *socket; // NULL once it drains
    struct connections *connections;
    struct addresses *addresses;
    struct event resume;
    struct event drained;
    bool paused, draining;
    bool lacks_descriptor; // the reason of the pause
    time_t told_at;        // the pause; monotonic
    bool inherited;
    int port;
    struct listener_counts counts; // its `connections` stays zero
    void (*on_drained)(void *context);
    void *drained_context;
};

static void on_accepted(struct evconnlistener *socket, evutil_socket_t fd, struct sockaddr *peer,
                        int size, void *context);
static void on_accept_failed(struct evconnlistener *socket, void *context);
static void on_closed(void *context, const struct sockaddr *peer, int label);
static void on_resume(evutil_socket_t fd, short what, void *context);
static void on_drained(evutil_socket_t fd, short what, void *context);

// "[::1]:8080" -> "::1" and "8080". False when it is neither form.
static bool split_address(const char *address, char *host, size_t host_size, const char **port)
{
    const char *colon = strrchr(address, ':');
    if (colon == NULL || colon == address || colon[1] == '\0')
        return false;
    size_t size = (size_t)(colon - address);
    bool bracketed = address[0] == '[' && colon[-1] == ']';
    if (bracketed) {
        address++;
        size -= 2;
    } else if (memchr(address, ':', size) != NULL) {
        return false;
    }
    if (size == 0 || size >= host_size)
        return false;
    memcpy(host, address, size);
    host[size] = '\0';
    *port = colon + 1;
    return true;
}

static struct addrinfo *read_address(const char *address, struct error *error)
{
    char host[64];
    const char *port = NULL;
    struct addrinfo *found = NULL;
    struct addrinfo hints = {
        .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
        .ai_socktype = SOCK_STREAM,
    };
    bool fits = split_address(address, host, sizeof host, &port) && strlen(port) <= 5 &&
                port[strspn(port, "0123456789")] == '\0' && strtol(port, NULL, 10) <= UINT16_MAX;
    if (!fits || getaddrinfo(host, port, &hints, &found) != 0) {
        error_set(error, ERROR_BAD_INPUT,
                  "\"%s\" is no address to listen at: write numbers, such as 127.0.0.1:8080 or "
                  "[::1]:8080",
                  address);
        return NULL;
    }
    return found;
}

static void tell_bind_failure(const char *address, int number, struct error *error)
{
    if (number == EADDRINUSE)
        error_set(error, ERROR_UNAVAILABLE,
                  "%s is taken by another program: stop that program (\"ss -ltnp\" names it) or "
                  "listen at another port",
                  address);
    else if (number == EADDRNOTAVAIL)
        error_set(error, ERROR_FAILED,
                  "%s is not an address of this machine: listen at one that \"ip address\" shows",
                  address);
    else if (number == EACCES)
        error_set(error, ERROR_FAILED,
                  "%s may not be listened at by this user: take a port of 1024 or more, or let "
                  "systemd open the socket",
                  address);
    else
        error_set(error, ERROR_FAILED, "%s cannot be listened at: %s", address, strerror(number));
}

static int bind_address(const struct listener_limits *limits, struct error *error)
{
    static const int on = 1;
    struct addrinfo *found = read_address(limits->address, error);
    if (found == NULL)
        return -1;
    int fd = socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    bool bound = fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0;
    if (bound && limits->reuse_port)
        bound = setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) == 0;
    // Two sockets may bind to one address; only one can listen there.
    bound = bound && bind(fd, found->ai_addr, found->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0;
    int number = errno;
    freeaddrinfo(found);
    if (bound)
        return fd;
    if (fd >= 0)
        (void)close(fd);
    tell_bind_failure(limits->address, number, error);
    return -1;
}

// A socket that comes from elsewhere must be one that listens; it is made non-blocking.
static int take_inherited(int fd, struct error *error)
{
    int listens = 0;
    socklen_t size = sizeof listens;
    if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0 || listens == 0 ||
        evutil_make_socket_nonblocking(fd) != 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) {
        error_set(error, ERROR_FAILED,
                  "descriptor %d, handed over to be listened at, is no listening socket: check the "
                  ".socket unit",
                  fd);
        return -1;
    }
    return fd;
}

static int port_of(int fd)
{
    struct sockaddr_storage address = {0};
    socklen_t size = sizeof address;
    if (getsockname(fd, (struct sockaddr *)&address, &size) != 0)
        return 0;
    if (address.ss_family == AF_INET)
        return ntohs(((struct sockaddr_in *)&address)->sin_port);
    if (address.ss_family == AF_INET6)
        return ntohs(((struct sockaddr_in6 *)&address)->sin6_port);
    return 0;
}

struct listener *listener_open(struct event_base *base, const struct listener_limits *limits,
                               const struct connection_events *events, void *context,
                               struct error *error)
{
    static const int on = 1;
    bool inherited = limits->inherited_fd > 0;
    int fd = inherited ? take_inherited(limits->inherited_fd, error) : bind_address(limits, error);
    if (fd < 0)
        return NULL;
    // Accepted sockets have the option too. On one that is not TCP it fails, and is not needed.
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct listener *listener = memory_allocate(sizeof *listener);
    listener->base = base;
    listener->limits = *limits;
    listener->context = context;
    listener->inherited = inherited;
    listener->port = port_of(fd);
    listener->connections = connections_create(base, &limits->each, events, context);
    connections_on_closed(listener->connections, on_closed, listener);
    listener->addresses = addresses_create((size_t)limits->connections + 1);
    (void)evtimer_assign(&listener->resume, base, on_resume, listener);
    (void)evtimer_assign(&listener->drained, base, on_drained, listener);
    // Backlog 0: it listens already.
    listener->socket = evconnlistener_new(base, on_accepted, listener,
                                          LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd);
    if (listener->socket == NULL) {
        error_set(error, ERROR_FAILED, "%s cannot be watched for connections", limits->address);
        (void)close(fd);
        listener_destroy(listener);
        return NULL;
    }
    evconnlistener_set_error_cb(listener->socket, on_accept_failed);
    return listener;
}

static void close_socket(struct listener *listener)
{
    if (listener->socket != NULL)
        evconnlistener_free(listener->socket);
    listener->socket = NULL;
    (void)event_del(&listener->resume);
}

void listener_destroy(struct listener *listener)
{
    if (listener == NULL)
        return;
    close_socket(listener);
    (void)event_del(&listener->drained);
    connections_destroy(listener->connections);
    addresses_destroy(listener->addresses);
    free(listener);
}

// Counts it, where its address is counted. False: there are too many of that address.
static bool enter_address(struct listener *listener, const struct sockaddr *peer, int *label)
{
    const struct listener_limits *limits = &listener->limits;
    bool counts = peer->sa_family == AF_INET || peer->sa_family == AF_INET6;
    *label = NOT_COUNTED;
    if (limits->exempt != NULL && limits->exempt(peer, listener->context))
        *label = EXEMPT;
    else if (counts && limits->per_address > 0)
        *label = COUNTED;
    if (*label != COUNTED)
        return true;
    return addresses_enter(listener->addresses, peer, limits->per_address);
}

static bool make_room(struct listener *listener)
{
    return connections_count(listener->connections) < listener->limits.connections ||
           connections_close_oldest(listener->connections);
}

static void on_accepted(struct evconnlistener *socket, evutil_socket_t fd, struct sockaddr *peer,
                        int size, void *context)
{
    struct listener *listener = context;
    int label = NOT_COUNTED;
    (void)socket;
    (void)size;
    // The address comes first: who has too many must not push out somebody else's.
    if (!enter_address(listener, peer, &label)) {
        listener->counts.refused_address++;
        (void)close(fd);
    } else if (!make_room(listener)) {
        listener->counts.refused_cap++;
        if (label == COUNTED)
            addresses_leave(listener->addresses, peer);
        (void)close(fd);
    } else {
        listener->counts.accepted++;
        connections_open(listener->connections, fd, peer, label);
    }
}

static void resume_accepting(struct listener *listener)
{
    if (!listener->paused || listener->socket == NULL)
        return;
    listener->paused = false;
    (void)event_del(&listener->resume);
    if (evconnlistener_enable(listener->socket) != 0)
        memory_end();
}

static void tell_pause(struct listener *listener, int number)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    if (listener->told_at != 0 && now.tv_sec - listener->told_at < TELL_AGAIN_SECONDS)
        return;
    listener->told_at = now.tv_sec;
    log_event(LOG_WARNING, "accept_paused",
              "reason=\"%s\" connections=%ld next=\"when one closes; raise LimitNOFILE\"",
              strerror(number), connections_count(listener->connections));
}

// Without a descriptor the socket stays readable: watching it would spin. Idle connections make
// room, a moment later: who has just come and sent a request is then no longer idle.
static void on_accept_failed(struct evconnlistener *socket, void *context)
{
    static const struct timeval moment = {.tv_usec = EVICT_AFTER_US};
    static const struct timeval delay = {.tv_sec = RESUME_SECONDS};
    int number = errno;
    struct listener *listener = context;
    listener->counts.paused++;
    listener->paused = true;
    listener->lacks_descriptor = number == EMFILE || number == ENFILE;
    tell_pause(listener, number);
    (void)evconnlistener_disable(socket);
    bool evicts = listener->lacks_descriptor && connections_have_idle(listener->connections);
    if (event_add(&listener->resume, evicts ? &moment : &delay) != 0)
        memory_end();
}

static void on_resume(evutil_socket_t fd, short what, void *context)
{
    struct listener *listener = context;
    (void)fd;
    (void)what;
    for (int i = 0; listener->lacks_descriptor && i < EVICTED_AT_ONCE; i++)
        if (!connections_close_oldest(listener->connections))
            break;
    resume_accepting(listener);
}

static void on_closed(void *context, const struct sockaddr *peer, int label)
{
    struct listener *listener = context;
    if (label == COUNTED)
        addresses_leave(listener->addresses, peer);
    if (listener->draining && connections_count(listener->connections) == 0)
        event_active(&listener->drained, EV_TIMEOUT, 0);
    resume_accepting(listener);
}

// Clients whose connection the kernel has accepted may have sent their request already. Ends: the
// kernel stops accepting at the backlog, and this stops where the backlog could be full of them.
static void accept_waiting(struct listener *listener)
{
    int socket = evconnlistener_get_fd(listener->socket);
    for (int i = 0; i < BACKLOG; i++) {
        struct sockaddr_storage peer = {0};
        socklen_t size = sizeof peer;
        int fd = accept4(socket, (struct sockaddr *)&peer, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0)
            break;
        on_accepted(listener->socket, fd, (struct sockaddr *)&peer, (int)size, listener);
    }
}

void listener_drain(struct listener *listener, void (*drained)(void *context), void *context)
{
    if (listener->draining)
        return;
    if (!listener->inherited)
        accept_waiting(listener);
    close_socket(listener);
    listener->draining = true;
    listener->on_drained = drained;
    listener->drained_context = context;
    connections_drain(listener->connections);
    struct timeval limit = {.tv_sec = listener->limits.drain_ms / 1000,
                            .tv_usec = (suseconds_t)(listener->limits.drain_ms % 1000) * 1000};
    if (event_add(&listener->drained, &limit) != 0)
        memory_end();
    if (connections_count(listener->connections) == 0)
        event_active(&listener->drained, EV_TIMEOUT, 0);
}

// Nothing is left, or the time is over.
static void on_drained(evutil_socket_t fd, short what, void *context)
{
    struct listener *listener = context;
    void (*drained)(void *context) = listener->on_drained;
    (void)fd;
    (void)what;
    listener->on_drained = NULL;
    long left = connections_count(listener->connections);
    if (left > 0) {
        connections_close_all(listener->connections);
        log_event(LOG_WARNING, "drain_cut", "connections=%ld still_held=%ld", left,
                  connections_count(listener->connections));
    }
    (void)event_del(&listener->drained); // closing the last one has activated it again
    if (drained != NULL)
        drained(listener->drained_context);
}

void listener_set_limits(struct listener *listener, long connections, uint32_t per_address)
{
    listener->limits.connections = connections;
    listener->limits.per_address = per_address;
    listener->addresses = addresses_enlarge(listener->addresses, (size_t)connections + 1);
}

bool listener_exempted(const struct connection *connection)
{
    return connection_label(connection) == EXEMPT;
}

int listener_port(const struct listener *listener)
{
    return listener->port;
}

long listener_connections(const struct listener *listener)
{
    return connections_count(listener->connections);
}

void listener_read_counts(const struct listener *listener, struct listener_counts *counts)
{
    *counts = listener->counts;
    counts->connections = *connections_counts(listener->connections);
}

static long number_in_environment(const char *name)
{
    const char *text = getenv(name);
    return text == NULL ? 0 : strtol(text, NULL, 10);
}

int listener_inherited_fd(int index)
{
    if (number_in_environment("LISTEN_PID") != getpid() || index < 0 ||
        index >= number_in_environment("LISTEN_FDS"))
        return 0;
    return FIRST_INHERITED_FD + index;
}
