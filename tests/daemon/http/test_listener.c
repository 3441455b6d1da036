// SPDX-License-Identifier: Apache-2.0
#include "daemon/http/listener.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <event2/event.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define GET "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

enum { TURNS = 600 };

static struct event_base *base;
static struct listener *listener;
static struct listener_limits limits;
static struct connection *held;
static size_t requests, drained;
static bool holds;

static void on_request(void *context, struct connection *connection, const struct request *request)
{
    (void)context;
    (void)request;
    requests++;
    if (holds)
        held = connection;
    else
        connection_reply(connection, &(struct reply){.status = 200, .body = "hello", .size = 5});
}

static const struct connection_events events = {.on_request = on_request};

static void start(void)
{
    struct error error = {0};
    listener = listener_open(base, &limits, &events, NULL, &error);
    cr_assert_not_null(listener, "%s", error.message);
}

static void set_up(void)
{
    base = event_base_new();
    limits = listener_default_limits();
    limits.address = "127.0.0.1:0";
}

static void tear_down(void)
{
    listener_destroy(listener);
    event_base_free(base);
}

TestSuite(listener, .init = set_up, .fini = tear_down, .timeout = 60);

// The client's own address; the kernel connects before the daemon accepts.
static int connect_from(const char *from)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert_geq(fd, 0);
    cr_assert_eq(inet_pton(AF_INET, from, &address.sin_addr), 1);
    cr_assert_eq(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons((uint16_t)listener_port(listener));
    cr_assert_eq(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    (void)fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

static int connect_one(void)
{
    return connect_from("127.0.0.1");
}

static void settle_down(void)
{
    for (int i = 0; i < 20; i++)
        (void)event_base_loop(base, EVLOOP_NONBLOCK);
}

static void turn(void)
{
    (void)event_base_loop(base, EVLOOP_ONCE);
}

#define UNTIL(condition)                                                                           \
    do {                                                                                           \
        int turns_ = 0;                                                                            \
        while (!(condition)) {                                                                     \
            cr_assert_lt(turns_++, TURNS, "never came: %s", #condition);                           \
            turn();                                                                                \
        }                                                                                          \
    } while (0)

static void send_text(int fd, const char *text)
{
    cr_assert_eq(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

// What came since last time.
static const char *received(int fd)
{
    static char got[4096];
    ssize_t size = recv(fd, got, sizeof got - 1, 0);
    got[size > 0 ? size : 0] = '\0';
    return got;
}

static bool has_reply(int fd)
{
    return strstr(received(fd), "hello") != NULL;
}

static bool has_ended(int fd)
{
    char byte;
    ssize_t size = 1;
    while (size > 0)
        size = recv(fd, &byte, 1, 0);
    return size == 0 || (errno != EAGAIN && errno != EINTR);
}

static struct listener_counts counts(void)
{
    struct listener_counts read;
    listener_read_counts(listener, &read);
    return read;
}

Test(listener, accepts_and_answers)
{
    start();
    cr_assert_gt(listener_port(listener), 0);
    int fd = connect_one();
    send_text(fd, GET);
    UNTIL(has_reply(fd));
    cr_expect_eq(listener_connections(listener), 1);
    cr_expect_eq(counts().accepted, 1);
    cr_expect_eq(counts().connections.requests, 1);
    (void)close(fd);
    UNTIL(listener_connections(listener) == 0);
    cr_expect_eq(counts().connections.closed, 1);
}

Test(listener, listens_at_an_ipv6_address)
{
    limits.address = "[::1]:0";
    int probe = socket(AF_INET6, SOCK_STREAM, 0);
    struct sockaddr_in6 own = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    if (probe < 0 || bind(probe, (struct sockaddr *)&own, sizeof own) != 0)
        cr_skip_test("this machine has no IPv6");
    (void)close(probe);
    start();
    own.sin6_port = htons((uint16_t)listener_port(listener));
    int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert_eq(connect(fd, (struct sockaddr *)&own, sizeof own), 0);
    UNTIL(listener_connections(listener) == 1);
    (void)close(fd);
}

Test(listener, refuses_what_is_no_address)
{
    static const char *const texts[] = {
        "",         ":8080",          "8080",          "127.0.0.1",       "127.0.0.1:",
        "::1:8080", "[::1]",          "[::1]8080",     "[]:80",           "localhost:8080",
        "a.fr:80",  "127.0.0.1:http", "127.0.0.1:-1",  "127.0.0.1:65536", "127.0.0.1:99999",
        "[::1:80",  "127.0.0.1: 80",  "127.0.0.1:80 ", "[::1%nowhere]:80"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct error error = {0};
        limits.address = texts[i];
        cr_expect_null(listener_open(base, &limits, &events, NULL, &error), "%s", texts[i]);
        cr_expect_eq(error.kind, ERROR_BAD_INPUT, "%s", texts[i]);
        cr_expect_not_null(strstr(error.message, "127.0.0.1:8080"), "%s", error.message);
    }
}

Test(listener, says_who_has_the_port)
{
    char address[32];
    char expected[64];
    struct error error = {0};
    start();
    (void)snprintf(address, sizeof address, "127.0.0.1:%d", listener_port(listener));
    (void)snprintf(expected, sizeof expected, "%s is taken by another program: ", address);
    limits.address = address;
    cr_assert_null(listener_open(base, &limits, &events, NULL, &error));
    cr_expect_eq(error.kind, ERROR_UNAVAILABLE);
    cr_expect_eq(strncmp(error.message, expected, strlen(expected)), 0, "%s", error.message);
}

Test(listener, says_when_the_address_is_elsewhere)
{
    struct error error = {0};
    limits.address = "192.0.2.1:0";
    cr_assert_null(listener_open(base, &limits, &events, NULL, &error));
    cr_expect_eq(error.kind, ERROR_FAILED);
    cr_expect_not_null(strstr(error.message, "192.0.2.1:0 is not an address of this machine"));
}

Test(listener, shares_its_port_with_other_processes_when_told)
{
    char address[32];
    struct error error = {0};
    limits.reuse_port = true;
    start();
    (void)snprintf(address, sizeof address, "127.0.0.1:%d", listener_port(listener));
    limits.address = address;
    AUTO(listener) struct listener *second = listener_open(base, &limits, &events, NULL, &error);
    cr_expect_not_null(second, "%s", error.message);
}

Test(listener, takes_a_socket_that_was_handed_over)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    struct error error = {0};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    cr_assert_eq(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    limits.inherited_fd = fd;
    cr_expect_null(listener_open(base, &limits, &events, NULL, &error), "it does not listen yet");
    cr_expect_eq(error.kind, ERROR_FAILED);
    cr_assert_eq(listen(fd, 5), 0);
    start();
    int client = connect_one();
    send_text(client, GET);
    UNTIL(has_reply(client));
    (void)close(client);
}

Test(listener, knows_the_sockets_of_systemd)
{
    char pid[16];
    (void)snprintf(pid, sizeof pid, "%d", (int)getpid());
    cr_expect_eq(listener_inherited_fd(0), 0);
    cr_assert_eq(setenv("LISTEN_PID", pid, 1) + setenv("LISTEN_FDS", "2", 1), 0);
    cr_expect_eq(listener_inherited_fd(0), 3);
    cr_expect_eq(listener_inherited_fd(1), 4);
    cr_expect_eq(listener_inherited_fd(2), 0);
    cr_expect_eq(listener_inherited_fd(-1), 0);
    cr_assert_eq(setenv("LISTEN_PID", "1", 1), 0);
    cr_expect_eq(listener_inherited_fd(0), 0, "they were meant for another process");
}

// The daemon's end of the connection, found by its peer's name.
static int accepted_end_of(int client)
{
    struct sockaddr_in own, peer;
    socklen_t size = sizeof own;
    cr_assert_eq(getsockname(client, (struct sockaddr *)&own, &size), 0);
    for (int fd = 3; fd < 256; fd++) {
        size = sizeof peer;
        if (getpeername(fd, (struct sockaddr *)&peer, &size) == 0 && size == sizeof peer &&
            peer.sin_port == own.sin_port && peer.sin_addr.s_addr == own.sin_addr.s_addr)
            return fd;
    }
    return -1;
}

Test(listener, gives_sockets_that_neither_block_nor_wait_nor_are_inherited)
{
    int delay_off = 0;
    socklen_t size = sizeof delay_off;
    start();
    int client = connect_one();
    UNTIL(listener_connections(listener) == 1);
    int fd = accepted_end_of(client);
    cr_assert_geq(fd, 0);
    cr_expect(fcntl(fd, F_GETFL) & O_NONBLOCK);
    cr_expect(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    cr_assert_eq(getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &delay_off, &size), 0);
    cr_expect_neq(delay_off, 0);
    (void)close(client);
}

Test(listener, evicts_the_oldest_idle_for_a_newcomer)
{
    limits.connections = 3;
    start();
    int fds[4];
    for (int i = 0; i < 3; i++) {
        fds[i] = connect_one();
        UNTIL(listener_connections(listener) == i + 1);
    }
    send_text(fds[0], GET); // the second is now idle for longest
    UNTIL(has_reply(fds[0]));
    fds[3] = connect_one();
    send_text(fds[3], GET);
    UNTIL(has_reply(fds[3]));
    cr_expect_eq(listener_connections(listener), 3);
    cr_expect(has_ended(fds[1]));
    cr_expect_not(has_ended(fds[0]));
    cr_expect_not(has_ended(fds[2]));
    cr_expect_eq(counts().connections.idle_closed, 1);
    for (int i = 0; i < 4; i++)
        (void)close(fds[i]);
}

Test(listener, closes_the_newcomer_when_nobody_is_idle)
{
    limits.connections = 2;
    start();
    int fds[3];
    for (int i = 0; i < 2; i++) {
        fds[i] = connect_one();
        send_text(fds[i], "GET / HT");
        settle_down();
    }
    fds[2] = connect_one();
    UNTIL(has_ended(fds[2]));
    cr_expect_eq(counts().refused_cap, 1);
    cr_expect_eq(listener_connections(listener), 2);
    send_text(fds[0], "TP/1.1\r\nHost: a\r\n\r\n");
    UNTIL(has_reply(fds[0]));
    (void)close(fds[2]);
    fds[2] = connect_one();
    send_text(fds[2], GET);
    UNTIL(has_reply(fds[2])); // the first is idle now
    for (int i = 0; i < 3; i++)
        (void)close(fds[i]);
}

Test(listener, takes_so_many_of_one_address)
{
    limits.per_address = 2;
    start();
    int fds[4];
    for (int i = 0; i < 2; i++)
        fds[i] = connect_from("127.0.0.2");
    UNTIL(listener_connections(listener) == 2);
    fds[2] = connect_from("127.0.0.2");
    UNTIL(has_ended(fds[2]));
    cr_expect_eq(counts().refused_address, 1);
    fds[3] = connect_from("127.0.0.3");
    UNTIL(listener_connections(listener) == 3);
    (void)close(fds[0]);
    UNTIL(listener_connections(listener) == 2);
    (void)close(fds[2]);
    fds[2] = connect_from("127.0.0.2");
    UNTIL(listener_connections(listener) == 3);
    for (int i = 1; i < 4; i++)
        (void)close(fds[i]);
}

Test(listener, does_not_count_an_address_that_the_cap_kept_out)
{
    limits.connections = 1;
    limits.per_address = 1;
    start();
    int first = connect_from("127.0.0.2");
    send_text(first, "GET");
    UNTIL(listener_connections(listener) == 1);
    settle_down();
    for (int i = 0; i < 3; i++) {
        int fd = connect_from("127.0.0.3");
        UNTIL(has_ended(fd));
        (void)close(fd);
    }
    cr_expect_eq(counts().refused_cap, 3);
    cr_expect_eq(counts().refused_address, 0);
    (void)close(first);
}

static bool is_proxy(const struct sockaddr *peer, void *context)
{
    struct sockaddr_in ip4;
    (void)context;
    memcpy(&ip4, peer, sizeof ip4);
    return ip4.sin_addr.s_addr == htonl(0x7F000009);
}

Test(listener, takes_any_number_from_exempt_peers_or_without_the_limit)
{
    limits.per_address = 1;
    limits.exempt = is_proxy;
    start();
    int fds[5];
    for (int i = 0; i < 5; i++)
        fds[i] = connect_from("127.0.0.9");
    UNTIL(listener_connections(listener) == 5);
    for (int i = 0; i < 5; i++)
        (void)close(fds[i]);
    UNTIL(listener_connections(listener) == 0);
    listener_destroy(listener);
    limits.per_address = 0;
    limits.exempt = NULL;
    start();
    for (int i = 0; i < 5; i++)
        fds[i] = connect_from("127.0.0.2");
    UNTIL(listener_connections(listener) == 5);
    for (int i = 0; i < 5; i++)
        (void)close(fds[i]);
}

static bool was_exempt;

static void ask_whether_exempt(void *context, struct connection *connection,
                               const struct request *request)
{
    (void)context;
    (void)request;
    was_exempt = listener_exempted(connection);
    connection_reply(connection, &(struct reply){.status = 204});
}

// Also where connections are not counted at all.
Test(listener, remembers_which_peers_were_exempt)
{
    static const struct connection_events asking = {.on_request = ask_whether_exempt};
    struct error error = {0};
    limits.exempt = is_proxy;
    for (uint32_t cap = 0; cap <= 1; cap++) {
        limits.per_address = cap;
        listener = listener_open(base, &limits, &asking, NULL, &error);
        cr_assert_not_null(listener, "%s", error.message);
        int proxy = connect_from("127.0.0.9");
        send_text(proxy, GET);
        UNTIL(strstr(received(proxy), " 204 ") != NULL);
        cr_expect(was_exempt);
        int other = connect_from("127.0.0.8");
        send_text(other, GET);
        UNTIL(strstr(received(other), " 204 ") != NULL);
        cr_expect_not(was_exempt);
        (void)close(proxy);
        (void)close(other);
        listener_destroy(listener);
        listener = NULL;
    }
}

Test(listener, rests_when_descriptors_run_out_and_goes_on_when_one_closes)
{
    enum { CLIENTS = 20, ROOM = 5 };
    int fds[CLIENTS];
    struct rlimit most;
    start();
    for (int i = 0; i < CLIENTS; i++) {
        fds[i] = connect_one();
        send_text(fds[i], "GET"); // nobody is idle
    }
    (void)getrlimit(RLIMIT_NOFILE, &most);
    most.rlim_cur = (rlim_t)fds[CLIENTS - 1] + 1 + ROOM;
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &most), 0);
    settle_down();
    cr_expect_eq(listener_connections(listener), ROOM);
    // Once more where a client's first bytes came late: it was idle, and could have made room.
    cr_expect_leq(counts().paused, 2, "and the loop does not spin on it");
    uint64_t paused = counts().paused;
    settle_down();
    cr_expect_leq(counts().paused, paused + 1, "by the timer, where the machine is that slow");

    struct timespec before, after;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
    for (int i = 0; i < 5; i++)
        turn(); // ticks
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
    cr_expect_lt((after.tv_sec - before.tv_sec) * 1000000000 + after.tv_nsec - before.tv_nsec,
                 100000000);

    (void)shutdown(fds[0], SHUT_RDWR);
    UNTIL(counts().accepted == ROOM + 1);
    most.rlim_cur = 256;
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &most), 0);
    UNTIL(counts().accepted == CLIENTS); // nothing closes: by the timer
    for (int i = 0; i < CLIENTS; i++)
        (void)close(fds[i]);
}

Test(listener, closes_idle_connections_when_descriptors_run_out)
{
    enum { CLIENTS = 40, ROOM = 5 };
    int fds[CLIENTS];
    struct rlimit most;
    limits.each.delay_ms[WAIT_IDLE] = 60000;
    start();
    for (int i = 0; i < CLIENTS; i++)
        fds[i] = connect_one();
    send_text(fds[0], GET); // came first, and asks
    (void)getrlimit(RLIMIT_NOFILE, &most);
    most.rlim_cur = (rlim_t)fds[CLIENTS - 1] + 1 + ROOM;
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &most), 0);
    UNTIL(counts().accepted == CLIENTS);
    cr_expect(has_reply(fds[0]), "who sent a request is answered");
    cr_expect_leq(listener_connections(listener), ROOM);
    cr_expect_not(has_ended(fds[CLIENTS - 1]), "the newest stays");
    for (int i = 0; i < CLIENTS; i++)
        (void)close(fds[i]);
}

static void on_drained(void *context)
{
    (void)context;
    drained++;
    (void)event_base_loopbreak(base);
}

Test(listener, drains_at_once_when_nobody_is_there)
{
    start();
    int port = listener_port(listener);
    listener_drain(listener, on_drained, NULL);
    cr_assert_eq(drained, 0, "from the loop only");
    UNTIL(drained == 1);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_expect_neq(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    (void)close(fd);
    settle_down();
    cr_expect_eq(drained, 1);
}

Test(listener, answers_who_came_before_the_drain)
{
    enum { CLIENTS = 24 };
    int fds[CLIENTS];
    start();
    for (int i = 0; i < CLIENTS; i++) {
        fds[i] = connect_one(); // in the backlog
        send_text(fds[i], GET);
    }
    listener_drain(listener, on_drained, NULL);
    listener_drain(listener, on_drained, NULL);
    UNTIL(requests == CLIENTS);
    settle_down();
    for (int i = 0; i < CLIENTS; i++) {
        const char *text = received(fds[i]);
        cr_expect_not_null(strstr(text, "hello"), "client %d", i);
        cr_expect_not_null(strstr(text, "Connection: close"), "client %d", i);
        (void)close(fds[i]);
    }
    UNTIL(drained > 0);
    cr_expect_eq(listener_connections(listener), 0);
    settle_down();
    cr_expect_eq(drained, 1, "once");
}

Test(listener, waits_for_held_requests_when_it_drains)
{
    holds = true;
    start();
    int fd = connect_one();
    send_text(fd, GET);
    UNTIL(held != NULL);
    listener_drain(listener, on_drained, NULL);
    for (int i = 0; i < 8; i++)
        turn();
    cr_assert_eq(drained, 0);
    connection_reply(held, &(struct reply){.status = 200, .body = "hello", .size = 5});
    UNTIL(has_reply(fd));
    (void)close(fd);
    UNTIL(drained == 1);
}

Test(listener, ends_the_drain_in_time_with_what_is_still_held)
{
    holds = true;
    limits.drain_ms = 300;
    start();
    int fd = connect_one();
    int slow = connect_one();
    send_text(fd, GET);
    send_text(slow, "GET / HTTP/1.1\r\n");
    UNTIL(held != NULL);
    settle_down();
    listener_drain(listener, on_drained, NULL);
    UNTIL(drained == 1);
    cr_expect_eq(listener_connections(listener), 1, "the one that is held");
    cr_expect(has_ended(slow));
    connection_reply(held, &(struct reply){.status = 200, .body = "hello", .size = 5});
    UNTIL(has_reply(fd));
    (void)close(fd);
    (void)close(slow);
    UNTIL(listener_connections(listener) == 0);
    settle_down();
    cr_expect_eq(drained, 1, "once");
}

static void destroy_when_drained(void *context)
{
    (void)context;
    drained++;
    listener_destroy(listener);
    listener = NULL;
}

Test(listener, may_be_destroyed_by_who_is_told_that_it_drained)
{
    start();
    int fd = connect_one();
    send_text(fd, GET);
    UNTIL(has_reply(fd));
    listener_drain(listener, destroy_when_drained, NULL);
    UNTIL(drained == 1);
    cr_expect(has_ended(fd));
    cr_expect_null(listener);
    (void)close(fd);
}

Test(listener, closes_everything_when_it_is_destroyed)
{
    holds = true;
    start();
    int fd = connect_one();
    int other = connect_one();
    send_text(fd, GET);
    UNTIL(held != NULL && listener_connections(listener) == 2);
    listener_destroy(listener);
    listener = NULL;
    cr_expect(has_ended(fd));
    cr_expect(has_ended(other));
    (void)close(fd);
    (void)close(other);
}

Test(listener, takes_other_limits_while_clients_are_connected)
{
    limits.connections = 2;
    limits.per_address = 1;
    start();
    int first = connect_from("127.0.0.1");
    int refused = connect_from("127.0.0.1");
    UNTIL(counts().refused_address == 1);
    UNTIL(has_ended(refused));

    listener_set_limits(listener, 600, 3);
    int second = connect_from("127.0.0.1");
    int third = connect_from("127.0.0.1");
    UNTIL(listener_connections(listener) == 3);
    int fourth = connect_from("127.0.0.1");
    UNTIL(counts().refused_address == 2);

    listener_set_limits(listener, 2, 0); // who is connected stays
    send_text(first, GET);
    UNTIL(has_reply(first));
    cr_expect_eq(listener_connections(listener), 3);
    int fifth = connect_from("127.0.0.1");
    UNTIL(counts().accepted == 4);
    cr_expect_eq(counts().connections.idle_closed, 1, "the oldest idle one made room");
    int open[] = {first, refused, second, third, fourth, fifth};
    for (size_t i = 0; i < sizeof open / sizeof open[0]; i++)
        (void)close(open[i]);
    UNTIL(listener_connections(listener) == 0);
}
