//   SIGTERM, SIGINT -> drain: no new connection, every request that came is answered -> end
//   the second      -> what waits for the database goes to the spool, replies leave -> end
//   SIGHUP          -> the settings are read again
//
// SPDX-License-Identifier: Apache-2.0
#include "config/log.h"
#include "daemon/lifecycle/lifecycle_state.h"

#include <signal.h>

enum { LAST_REPLIES_S = 1 };

static const int caught[SIGNALS] = {SIGTERM, SIGINT, SIGHUP};

static void on_signal(evutil_socket_t number, short what, void *context);
static void begin_draining(struct daemon *daemon, int number);
static void on_drained(void *context);
static void divert(struct daemon *daemon);
static void on_last_replies(evutil_socket_t fd, short what, void *context);

void signals_catch(struct daemon *daemon)
{
    (void)signal(SIGPIPE, SIG_IGN);
    daemon->last_replies = evtimer_new(daemon->base, on_last_replies, daemon);
    for (size_t i = 0; i < SIGNALS; i++) {
        (void)signal(caught[i], SIG_IGN); // what libevent restores when it lets go
        daemon->signals[i] = evsignal_new(daemon->base, caught[i], on_signal, daemon);
        (void)event_add(daemon->signals[i], NULL);
    }
}

// From here on the end is under way: another signal is ignored and does not cut it short.
void signals_release(struct daemon *daemon)
{
    for (size_t i = 0; i < SIGNALS; i++)
        if (daemon->signals[i] != NULL)
            event_free(daemon->signals[i]);
    if (daemon->last_replies != NULL)
        event_free(daemon->last_replies);
}

// A terminal that closes sends SIGHUP too: it ends nothing that was acknowledged.
static void on_hang_up(struct daemon *daemon)
{
    if (daemon->service.stopping)
        return;
    notify_reloading(daemon->notify);
    (void)reload_settings(daemon);
    lifecycle_tell_ready(daemon);
}

static void on_signal(evutil_socket_t number, short what, void *context)
{
    (void)what;
    struct daemon *daemon = context;
    if (number == SIGHUP) {
        on_hang_up(daemon);
    } else if (!daemon->service.stopping) {
        begin_draining(daemon, (int)number);
    } else if (!event_pending(daemon->last_replies, EV_TIMEOUT, NULL)) {
        log_event(LOG_WARNING, "stopping_now",
                  "signal=%d owed=%zu next=\"spool what waits, send the replies\"", (int)number,
                  store_waiting(daemon->service.store));
        divert(daemon);
    }
}

static void begin_draining(struct daemon *daemon, int number)
{
    daemon->service.stopping = true;
    log_event(LOG_INFO, "stopping", "signal=%d next=\"answer what is under way\"", number);
    notify_stopping(daemon->notify, "Answering what is under way");
    listener_drain(daemon->service.listener, on_drained, daemon);
}

// No connection is left; or the time is over, and what is still held gets its promise now.
static void on_drained(void *context)
{
    struct daemon *daemon = context;
    size_t owed = store_waiting(daemon->service.store);
    log_event(LOG_INFO, "drained", "owed=%zu", owed);
    if (owed == 0 && listener_connections(daemon->service.listener) == 0)
        event_base_loopbreak(daemon->base);
    else if (!event_pending(daemon->last_replies, EV_TIMEOUT, NULL))
        divert(daemon);
}

// The replies leave as soon as the spool has what waits; connections take them, or do not.
static void divert(struct daemon *daemon)
{
    static const struct timeval last = {.tv_sec = LAST_REPLIES_S};
    store_divert(daemon->service.store);
    (void)event_add(daemon->last_replies, &last);
}

static void on_last_replies(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct daemon *daemon = context;
    event_base_loopbreak(daemon->base);
}
