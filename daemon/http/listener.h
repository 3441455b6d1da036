// Accepts connections up to its limits, and stops in good order: whoever has sent a request before
// the drain gets its reply.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/http/connection.h"

struct listener;

struct listener_limits {
    const char *address;  // "127.0.0.1:8080", "[::1]:8080"; numbers only; port 0: any free one
    int inherited_fd;     // a listening socket to take instead of binding; 0: none
    bool reuse_port;      // other processes may listen at the same address
    long connections;     // beyond: the oldest idle one makes room, else the newcomer is closed
    uint32_t per_address; // of one network (/32 or /64); 0: no such limit
    unsigned drain_ms;    // all is over after this
    // Peers that per_address does not count, such as a proxy in front; asked once a connection.
    // NULL: none. context is that of listener_open().
    bool (*exempt)(const struct sockaddr *peer, void *context);
    struct connection_limits each;
};
struct listener_limits listener_default_limits(void); // address: "127.0.0.1:8080"

struct listener_counts {
    uint64_t accepted;
    uint64_t refused_cap;     // closed at once: `connections` and none idle
    uint64_t refused_address; // closed at once: `per_address`
    uint64_t paused;          // no descriptor was left: idle ones were closed, or it waited for one
    struct connection_counts connections;
};

// limits and events are copied. NULL and an error: ERROR_BAD_INPUT for an address that is none,
// ERROR_UNAVAILABLE when it is taken, ERROR_FAILED otherwise.
MUST_USE struct listener *listener_open(struct event_base *base,
                                        const struct listener_limits *limits,
                                        const struct connection_events *events, void *context,
                                        struct error *error);
// Accepts NULL. Closes everything; requests that are still held must not be replied to afterwards.
void listener_destroy(struct listener *listener);
DEFINE_AUTO(listener)

// Other limits from now on; whoever is connected stays.
void listener_set_limits(struct listener *listener, long connections, uint32_t per_address);
// Was the peer of this connection, whose request is held, exempt when it came?
bool listener_exempted(const struct connection *connection);

int listener_port(const struct listener *listener);         // 0 when it is no TCP port
long listener_connections(const struct listener *listener); // exact
void listener_read_counts(const struct listener *listener, struct listener_counts *counts);

// Takes what already waits at the socket, then closes it (systemd keeps its own: newcomers wait
// there). Every reply says close; idle connections end after 0.5 s, replies that a client does not
// take after 5 s, everything after drain_ms, except requests still held. on_drained runs once, from
// the loop, when nothing is left or drain_ms are over; it may destroy the listener. A second call
// does nothing.
void listener_drain(struct listener *listener, void (*on_drained)(void *context), void *context);

// The index-th socket that systemd handed to this process (LISTEN_PID, LISTEN_FDS), for
// inherited_fd; 0 when there is none.
int listener_inherited_fd(int index);
