// SPDX-License-Identifier: Apache-2.0
#include "daemon/notify/notify.h"

#include "config/log.h"

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { MESSAGE_BYTES = 512, MICROSECONDS = 1000000 };

struct notify {
    struct event *watchdog; // NULL: nobody waits
    int fd;                 // -1: nobody listens
    struct sockaddr_un address;
    socklen_t address_size;
    bool failed; // told in the log
};

// "/run/…", or "@…" for a name in the abstract namespace, which is no file. False: neither, or too
// long.
static bool read_address(struct notify *notify, const char *name)
{
    size_t size = strlen(name);
    if ((name[0] != '/' && name[0] != '@') || size < 2 || size >= sizeof notify->address.sun_path)
        return false;
    notify->address.sun_family = AF_UNIX;
    memcpy(notify->address.sun_path, name, size);
    bool abstract = name[0] == '@';
    if (abstract)
        notify->address.sun_path[0] = '\0';
    // An abstract name is as long as told; a path ends with a NUL.
    notify->address_size =
        (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size + (abstract ? 0 : 1));
    return true;
}

static void open_socket(struct notify *notify)
{
    const char *name = getenv("NOTIFY_SOCKET");
    if (name == NULL || name[0] == '\0')
        return;
    if (read_address(notify, name))
        notify->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    char quoted[260];
    if (notify->fd < 0)
        log_event(LOG_WARNING, "notify_impossible",
                  "socket=%s next=\"the service manager is told nothing\"",
                  log_quote(quoted, sizeof quoted, name));
}

static void send_message(struct notify *notify, const char *message)
{
    if (notify == NULL || notify->fd < 0)
        return;
    ssize_t sent = sendto(notify->fd, message, strlen(message), MSG_NOSIGNAL,
                          (const struct sockaddr *)&notify->address, notify->address_size);
    if (sent < 0 && !notify->failed)
        log_event(LOG_WARNING, "notify_failed", "why=\"%s\" next=\"told again at the next change\"",
                  strerror(errno));
    notify->failed = sent < 0;
}

static void on_watchdog(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    send_message(context, "WATCHDOG=1");
}

// The period in microseconds; 0: no watchdog waits for this process.
static unsigned long long watchdog_period(void)
{
    const char *period = getenv("WATCHDOG_USEC");
    const char *pid = getenv("WATCHDOG_PID");
    if (period == NULL || (pid != NULL && strtol(pid, NULL, 10) != (long)getpid()))
        return 0;
    char *end = NULL;
    errno = 0;
    unsigned long long number = strtoull(period, &end, 10);
    return end == period || *end != '\0' || errno != 0 || period[0] == '-' ? 0 : number;
}

static void start_watchdog(struct notify *notify, struct event_base *base)
{
    unsigned long long half = watchdog_period() / 2;
    if (half == 0 || notify->fd < 0)
        return;
    const struct timeval every = {.tv_sec = (time_t)(half / MICROSECONDS),
                                  .tv_usec = (suseconds_t)(half % MICROSECONDS)};
    notify->watchdog = event_new(base, -1, EV_PERSIST, on_watchdog, notify);
    (void)event_add(notify->watchdog, &every);
}

struct notify *notify_create(struct event_base *base)
{
    struct notify *notify = memory_allocate(sizeof *notify);
    notify->fd = -1;
    open_socket(notify);
    start_watchdog(notify, base);
    // What this process starts must not speak in its name.
    (void)unsetenv("NOTIFY_SOCKET");
    (void)unsetenv("WATCHDOG_USEC");
    (void)unsetenv("WATCHDOG_PID");
    return notify;
}

void notify_destroy(struct notify *notify)
{
    if (notify == NULL)
        return;
    if (notify->watchdog != NULL)
        event_free(notify->watchdog);
    if (notify->fd >= 0)
        (void)close(notify->fd);
    free(notify);
}

static void tell_state(struct notify *notify, const char *state, const char *status)
{
    char message[MESSAGE_BYTES];
    (void)snprintf(message, sizeof message, "%s=1\nSTATUS=%s", state, status);
    send_message(notify, message);
}

void notify_ready(struct notify *notify, const char *status)
{
    tell_state(notify, "READY", status);
}

// The instant is for Type=notify-reload: it tells which reload is meant.
void notify_reloading(struct notify *notify)
{
    char message[MESSAGE_BYTES];
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    (void)snprintf(message, sizeof message, "RELOADING=1\nMONOTONIC_USEC=%lld",
                   (long long)now.tv_sec * MICROSECONDS + now.tv_nsec / 1000);
    send_message(notify, message);
}

void notify_stopping(struct notify *notify, const char *status)
{
    tell_state(notify, "STOPPING", status);
}
