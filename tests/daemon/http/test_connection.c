// SPDX-License-Identifier: Apache-2.0
// A real event loop and real sockets; the test is the client and the layer above. Deadlines are
// made short, and every wait is for an event.
#include "daemon/http/connection.h"

#include <criterion/criterion.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define GET "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

enum { CLIENT_BYTES = 1 << 20, TURNS = 600 };

static const size_t KIB = 1024;

struct client {
    int fd;
    size_t size;
    bool ended; // the server closed
    char got[CLIENT_BYTES];
};

// The layer above.
struct above {
    bool holds; // else every request is answered at once
    struct connection *held;
    struct reply reply;
    int head_answer; // what on_head gives
    size_t heads, requests, refused;
    bool refused_head; // the refusal came with its head
    char refused_path[64];
    enum method method;
    bool draining;
    char path[256];
    size_t body_size;
    char body[128 * 1024];
    struct sockaddr_storage peer;
};

static struct event_base *base;
static struct connections *all;
static struct connection_limits limits;
static struct above above;
static struct client *client; // each test has at least one

static int on_head(void *context, const struct head *head)
{
    struct above *here = context;
    (void)head;
    here->heads++;
    return here->head_answer;
}

static void on_request(void *context, struct connection *connection, const struct request *request)
{
    struct above *here = context;
    here->requests++;
    here->method = request->head->method;
    here->draining = connection_is_draining(connection);
    (void)snprintf(here->path, sizeof here->path, "%.*s", (int)request->head->path.size,
                   request->head->path.at);
    here->body_size = request->body_size;
    memcpy(here->body, request->body, request->body_size);
    connection_peer(connection, &here->peer);
    if (here->holds) {
        cr_assert_null(here->held, "one request at a time");
        here->held = connection;
        return;
    }
    connection_reply(connection, &here->reply);
    // Borrowed until on_request returns, also after the reply.
    cr_assert_eq(memcmp(here->body, request->body, request->body_size), 0);
}

static struct connection_events events = {.on_head = on_head, .on_request = on_request};

static void start(void)
{
    all = connections_create(base, &limits, &events, &above);
}

static void give_pair(int ends[2])
{
    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
}

static struct client *connect_client(void)
{
    int ends[2];
    struct client *new = calloc(1, sizeof *new);
    cr_assert_not_null(new);
    if (all == NULL)
        start();
    give_pair(ends);
    new->fd = ends[0];
    connections_open(all, ends[1], NULL, 0);
    return new;
}

static void set_up(void)
{
    base = event_base_new();
    limits = connection_default_limits();
    above = (struct above){
        .reply = {.status = 200, .content_type = "text/plain", .body = "hello\n", .size = 6},
        .head_answer = 65536,
    };
}

static void leave(struct client *gone)
{
    if (gone->fd >= 0)
        (void)close(gone->fd);
    gone->fd = -1;
}

static void forget(struct client *gone)
{
    leave(gone);
    free(gone);
}

static void tear_down(void)
{
    connections_destroy(all);
    if (client != NULL)
        forget(client);
    event_base_free(base);
}

TestSuite(connection, .init = set_up, .fini = tear_down, .timeout = 60);

static void send_bytes(struct client *from, const char *bytes, size_t size)
{
    cr_assert_eq(send(from->fd, bytes, size, MSG_NOSIGNAL), (ssize_t)size);
}

static void send_text(struct client *from, const char *text)
{
    send_bytes(from, text, strlen(text));
}

static void receive(struct client *to)
{
    ssize_t got = 0;
    while (to->fd >= 0 && !to->ended && to->size < CLIENT_BYTES - 1) {
        got = recv(to->fd, to->got + to->size, CLIENT_BYTES - 1 - to->size, 0);
        if (got <= 0)
            break;
        to->size += (size_t)got;
    }
    to->got[to->size] = '\0';
    if (got == 0 && to->fd >= 0 && to->size < CLIENT_BYTES - 1)
        to->ended = true;
}

// One turn of the loop: something happened, be it a tick.
static void turn(void)
{
    (void)event_base_loop(base, EVLOOP_ONCE);
}

// Everything that can happen without waiting happens.
static void settle_down(void)
{
    for (int i = 0; i < 20; i++)
        (void)event_base_loop(base, EVLOOP_NONBLOCK);
}

#define UNTIL(condition)                                                                           \
    do {                                                                                           \
        int turns_ = 0;                                                                            \
        while (!(condition)) {                                                                     \
            cr_assert_lt(turns_++, TURNS, "never came: %s", #condition);                           \
            turn();                                                                                \
        }                                                                                          \
    } while (0)

static bool has(struct client *of, const char *text)
{
    receive(of);
    return strstr(of->got, text) != NULL;
}

static bool has_ended(struct client *of)
{
    receive(of);
    return of->ended;
}

static size_t count_of(struct client *in, const char *text)
{
    size_t count = 0;
    receive(in);
    for (const char *at = strstr(in->got, text); at != NULL; at = strstr(at + 1, text))
        count++;
    return count;
}

static void forget_received(struct client *of)
{
    receive(of);
    of->size = 0;
    of->got[0] = '\0';
}

static void reply_held(const struct reply *reply)
{
    struct connection *held = above.held;
    cr_assert_not_null(held);
    above.held = NULL;
    connection_reply(held, reply);
}

static const struct connection_counts *counts(void)
{
    return connections_counts(all);
}

// "POST /p" with a body of that size, in one text; the caller frees it.
static char *post_of(size_t body_size, size_t *size)
{
    char *text = malloc(body_size + 128);
    cr_assert_not_null(text);
    int head =
        sprintf(text, "POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: %zu\r\n\r\n", body_size);
    for (size_t i = 0; i < body_size; i++)
        text[(size_t)head + i] = (char)('a' + i % 26);
    *size = (size_t)head + body_size;
    text[*size] = '\0';
    return text;
}

static bool body_is_intact(size_t size)
{
    if (above.body_size != size)
        return false;
    for (size_t i = 0; i < size; i++)
        if (above.body[i] != (char)('a' + i % 26))
            return false;
    return true;
}

Test(connection, hands_over_a_request_that_arrives_whole)
{
    client = connect_client();
    send_text(client, "GET /casud/?a=b HTTP/1.1\r\nHost: a\r\n\r\n");
    UNTIL(has(client, "hello\n"));
    cr_expect_eq(above.requests, 1);
    cr_expect_eq(above.heads, 1);
    cr_expect_eq(above.method, METHOD_GET);
    cr_expect_str_eq(above.path, "/casud/");
    cr_expect_eq(strncmp(client->got, "HTTP/1.1 200 OK\r\n", 17), 0);
    cr_expect(has(client, "\r\nContent-Length: 6\r\n"));
    cr_expect(has(client, "\r\nContent-Type: text/plain\r\n"));
    cr_expect(has(client, " GMT\r\n"));
    cr_expect_not(has(client, "Connection:"));
    send_text(client, GET);
    UNTIL(count_of(client, "hello\n") == 2);
    cr_expect_eq(connections_count(all), 1);
}

Test(connection, takes_a_request_byte_by_byte)
{
    size_t size = 0;
    char *text = post_of(100, &size);
    client = connect_client();
    for (size_t i = 0; i < size; i++) {
        cr_assert_eq(above.requests, 0);
        send_bytes(client, text + i, 1);
        settle_down();
    }
    UNTIL(has(client, "hello\n"));
    cr_expect_eq(above.requests, 1);
    cr_expect_eq(above.heads, 1);
    cr_expect(body_is_intact(100));
    free(text);
}

Test(connection, takes_a_request_cut_anywhere)
{
    size_t size = 0;
    char *text = post_of(60, &size);
    client = connect_client();
    for (size_t cut = 1; cut < size; cut++) {
        send_bytes(client, text, cut);
        settle_down();
        send_bytes(client, text + cut, size - cut);
        UNTIL(above.requests == cut);
        cr_assert(body_is_intact(60), "cut at %zu", cut);
    }
    free(text);
}

Test(connection, takes_the_largest_body)
{
    size_t size = 0;
    char *text = post_of(64 * KIB, &size);
    client = connect_client();
    send_bytes(client, text, 20000);
    settle_down();
    send_bytes(client, text + 20000, size - 20000);
    UNTIL(has(client, "hello\n"));
    cr_expect(body_is_intact(64 * KIB));
    send_text(client, GET);
    UNTIL(count_of(client, "hello\n") == 2);
    free(text);
}

Test(connection, takes_a_body_after_a_head_of_8_kib)
{
    char text[9000] = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nX: ";
    size_t used = strlen(text);
    memset(text + used, 'x', 8192 - used);
    memcpy(text + 8188, "\r\n\r\nabc", 7);
    client = connect_client();
    send_bytes(client, text, 8000);
    settle_down();
    send_bytes(client, text + 8000, 193);
    settle_down();
    send_bytes(client, text + 8193, 2);
    UNTIL(has(client, "hello\n"));
    cr_expect_eq(above.body_size, 3);
    cr_expect_eq(memcmp(above.body, "abc", 3), 0);
}

Test(connection, answers_pipelined_requests_one_after_the_other)
{
    above.holds = true;
    client = connect_client();
    send_text(client, "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n"
                      "POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
                      "GET /3 HTTP/1.1\r\nHost: a\r\n\r\n");
    for (size_t i = 1; i <= 3; i++) {
        char path[8];
        UNTIL(above.held != NULL);
        settle_down();
        (void)snprintf(path, sizeof path, "/%zu", i);
        cr_assert_eq(above.requests, i, "the next waits for the reply");
        cr_assert_str_eq(above.path, path);
        cr_assert_eq(count_of(client, "HTTP/1.1 200"), i - 1);
        reply_held(&(struct reply){.status = 200, .body = above.path, .size = 2});
        cr_assert_eq(above.requests, i, "nothing runs inside the reply");
    }
    UNTIL(count_of(client, "HTTP/1.1 200") == 3);
    cr_expect_lt(strstr(client->got, "/1"), strstr(client->got, "/2"));
    cr_expect_lt(strstr(client->got, "/2"), strstr(client->got, "/3"));
}

Test(connection, answers_pipelined_requests_before_it_sees_the_client_leave)
{
    above.holds = true;
    client = connect_client();
    send_text(client, GET GET);
    cr_assert_eq(shutdown(client->fd, SHUT_WR), 0);
    for (size_t i = 1; i <= 2; i++) {
        UNTIL(above.held != NULL);
        settle_down();
        reply_held(&above.reply);
    }
    UNTIL(has_ended(client));
    cr_expect_eq(count_of(client, "hello\n"), 2);
}

Test(connection, answers_many_pipelined_requests_at_once_without_recursion)
{
    enum { MANY = 5000 };
    limits.requests = MANY + 1;
    client = connect_client();
    size_t sent = 0;
    for (size_t i = 0; i < MANY; i++) {
        ssize_t size = send(client->fd, GET, strlen(GET), MSG_NOSIGNAL);
        if (size < 0) {
            settle_down();
            sent += count_of(client, "hello\n");
            forget_received(client);
            size = send(client->fd, GET, strlen(GET), MSG_NOSIGNAL);
        }
        cr_assert_eq(size, (ssize_t)strlen(GET));
    }
    UNTIL(sent + count_of(client, "hello\n") == MANY);
}

Test(connection, survives_a_client_that_leaves_inside_its_own_request)
{
    client = connect_client();
    for (int i = 0; i < 50; i++)
        send_text(client, GET);
    leave(client);
    UNTIL(connections_count(all) == 0);
    cr_expect_eq(above.requests, 1, "nobody reads the others' replies");
    cr_expect_eq(counts()->reply_lost, 1);
}

Test(connection, keeps_what_is_held_whatever_its_client_does)
{
    above.holds = true;
    client = connect_client();
    send_text(client, GET "GET /never HTTP");
    UNTIL(above.held != NULL);
    leave(client);
    settle_down();
    cr_assert_eq(connections_count(all), 1);
    connections_close_all(all);
    cr_assert_eq(connections_count(all), 1);
    cr_assert_not(connections_close_oldest_idle(all));
    reply_held(&above.reply);
    cr_assert_eq(connections_count(all), 0);
    cr_expect_eq(counts()->reply_lost, 1);
}

Test(connection, answers_a_client_that_has_sent_all_it_had_to_say)
{
    above.holds = true;
    client = connect_client();
    send_text(client, GET);
    cr_assert_eq(shutdown(client->fd, SHUT_WR), 0);
    UNTIL(above.held != NULL);
    settle_down();
    reply_held(&above.reply);
    UNTIL(has_ended(client));
    cr_expect(has(client, "hello\n"));
}

Test(connection, does_not_read_on_while_a_request_is_held)
{
    static char flood[256 * 1024];
    above.holds = true;
    client = connect_client();
    send_text(client, GET);
    UNTIL(above.held != NULL);
    size_t taken = 0;
    for (int i = 0; i < 50; i++) {
        ssize_t sent = send(client->fd, flood, sizeof flood, MSG_NOSIGNAL);
        taken += sent > 0 ? (size_t)sent : 0;
        settle_down();
    }
    cr_expect_lt(taken, 2U << 20, "what the kernel holds");
    reply_held(&above.reply);
    UNTIL(has(client, "400 Bad Request"));
}

Test(connection, refuses_a_body_over_the_limit_before_it_comes)
{
    above.head_answer = 10;
    client = connect_client();
    send_text(client, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n");
    UNTIL(has(client, "HTTP/1.1 413 Content Too Large\r\n"));
    cr_expect(has(client, "\r\nConnection: close\r\n"));
    cr_expect_eq(above.requests, 0);
    cr_expect_eq(counts()->body_refused, 1);
    UNTIL(has_ended(client));
}

Test(connection, refuses_a_body_over_the_limit_that_came_whole)
{
    above.head_answer = 2;
    client = connect_client();
    send_text(client, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc" GET);
    UNTIL(has(client, "413"));
    UNTIL(has_ended(client));
    cr_expect_eq(above.requests, 0, "neither, nor what followed");
    cr_expect_eq(count_of(client, "HTTP/1.1"), 1);
}

Test(connection, refuses_what_the_route_refuses_on_the_head)
{
    above.head_answer = -401;
    client = connect_client();
    send_text(client, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n");
    UNTIL(has(client, "HTTP/1.1 401 Unauthorized\r\n"));
    UNTIL(has_ended(client));
    cr_expect_eq(counts()->route_refused, 1);
    cr_expect_eq(above.requests, 0);
}

Test(connection, executes_nothing_that_follows_a_refused_head)
{
    static const char *const attacks[] = {
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 40\r\n\r\n",
        "HEAD / HTTP/1.1\r\nHost: a\r\nContent-Length: 27\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length : 27\r\n\r\n",
        "GET / HTTP/1.1\nHost: a\n\n",
        "\r\n",
    };
    for (size_t i = 0; i < sizeof attacks / sizeof *attacks; i++) {
        client = connect_client();
        send_text(client, attacks[i]);
        send_text(client, GET);
        UNTIL(has_ended(client));
        cr_expect_eq(count_of(client, "HTTP/1.1 "), 1, "attack %zu", i);
        cr_expect(has(client, "HTTP/1.1 4"), "attack %zu", i);
        cr_expect_eq(above.requests, 0, "attack %zu", i);
        forget(client);
        client = NULL;
    }
    cr_expect_eq(counts()->head_refused, sizeof attacks / sizeof *attacks);
}

static void refuse_with_problem(void *context, const struct head *head, int status,
                                struct reply *reply)
{
    static char body[64];
    struct above *here = context;
    here->refused++;
    here->refused_head = head != NULL;
    if (head != NULL)
        (void)snprintf(here->refused_path, sizeof here->refused_path, "%.*s", (int)head->path.size,
                       head->path.at);
    reply->content_type = "application/problem+json";
    reply->size = (size_t)snprintf(body, sizeof body, "{\"status\":%d}", status);
    reply->body = body;
}

Test(connection, lets_the_layer_above_word_its_refusals)
{
    events.on_refused = refuse_with_problem;
    client = connect_client();
    send_text(client, "BREW / HTTP/1.1\r\nHost: a\r\n\r\n");
    UNTIL(has_ended(client));
    cr_expect(has(client, "HTTP/1.1 501 Not Implemented\r\n"));
    cr_expect(has(client, "\r\nContent-Type: application/problem+json\r\n"));
    cr_expect(has(client, "\r\nConnection: close\r\n"));
    cr_expect(has(client, "{\"status\":501}"));
    cr_expect_eq(above.refused, 1);
    cr_expect_not(above.refused_head);
}

Test(connection, lets_the_layer_above_see_whose_body_is_refused)
{
    events.on_refused = refuse_with_problem;
    above.head_answer = 10;
    client = connect_client();
    send_text(client, "POST /a/b HTTP/1.1\r\nHost: a\r\nContent-"); // kept, then completed
    settle_down();
    send_text(client, "Length: 11\r\n\r\n");
    UNTIL(has_ended(client));
    cr_expect(has(client, "{\"status\":413}"));
    cr_expect(above.refused_head);
    cr_expect_str_eq(above.refused_path, "/a/b");
}

Test(connection, never_sends_a_body_to_head)
{
    static const char *const after[] = {"", "Content-Length: 5\r\n"}; // the second is refused
    for (size_t i = 0; i < 2; i++) {
        char text[128];
        client = connect_client();
        (void)snprintf(text, sizeof text, "HEAD / HTTP/1.1\r\nHost: a\r\n%s\r\n", after[i]);
        send_text(client, text);
        UNTIL(has(client, "\r\n\r\n"));
        settle_down();
        receive(client);
        cr_expect_str_eq(strstr(client->got, "\r\n\r\n"), "\r\n\r\n", "case %zu", i);
        cr_expect(has(client, i == 0 ? "Content-Length: 6\r\n" : "Content-Length: 12\r\n"));
        forget(client);
        client = NULL;
    }
}

Test(connection, sends_no_body_with_204_and_304)
{
    above.reply.status = 204;
    client = connect_client();
    send_text(client, GET);
    UNTIL(has(client, "\r\n\r\n"));
    cr_expect_not(has(client, "Content-Length"));
    cr_expect_not(has(client, "hello"));
    above.reply.status = 304;
    above.reply.more_head = "ETag: \"a\"\r\nVary: Accept\r\n";
    forget_received(client);
    send_text(client, GET);
    UNTIL(has(client, "\r\n\r\n"));
    cr_expect(has(client, "\r\nETag: \"a\"\r\nVary: Accept\r\n"));
    cr_expect_not(has(client, "hello"));
}

Test(connection, asks_for_the_body_of_a_client_that_waits_to_be_asked)
{
    client = connect_client();
    send_text(client, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n"
                      "Expect: 100-continue\r\n\r\n");
    UNTIL(has(client, "\r\n\r\n"));
    cr_expect_str_eq(client->got, "HTTP/1.1 100 Continue\r\n\r\n");
    send_text(client, "abc");
    UNTIL(has(client, "hello\n"));
    forget_received(client);
    send_text(client, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n"
                      "Expect: 100-continue\r\n\r\nabc");
    UNTIL(has(client, "hello\n"));
    cr_expect_not(has(client, "100 Continue"), "it did not wait");
}

Test(connection, refuses_before_it_asks_for_the_body)
{
    above.head_answer = 2;
    client = connect_client();
    send_text(client, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n"
                      "Expect: 100-continue\r\n\r\n");
    UNTIL(has_ended(client));
    cr_expect(has(client, "HTTP/1.1 413"));
    cr_expect_not(has(client, "100 Continue"));
}

Test(connection, says_close_on_4xx_and_at_the_limit_of_requests)
{
    above.reply.status = 422;
    client = connect_client();
    send_text(client, GET GET);
    UNTIL(has_ended(client));
    cr_expect(has(client, "\r\nConnection: close\r\n"));
    cr_expect_eq(above.requests, 1);
    forget(client);

    connections_destroy(all);
    all = NULL;
    limits.requests = 3;
    above.reply.status = 200;
    above.requests = 0;
    client = connect_client();
    send_text(client, GET GET GET GET);
    UNTIL(has_ended(client));
    cr_expect_eq(count_of(client, "HTTP/1.1 200"), 3);
    cr_expect_eq(count_of(client, "Connection: close"), 1);
    cr_expect_eq(above.requests, 3);
}

Test(connection, closes_when_the_client_asks_for_it)
{
    client = connect_client();
    send_text(client, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" GET);
    UNTIL(has_ended(client));
    cr_expect_eq(count_of(client, "HTTP/1.1 200"), 1);
    cr_expect(has(client, "\r\nConnection: close\r\n"));
}

Test(connection, keeps_an_http_1_0_connection_only_when_asked)
{
    client = connect_client();
    send_text(client, "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    UNTIL(has(client, "hello\n"));
    cr_expect(has(client, "\r\nConnection: keep-alive\r\n"));
    forget_received(client);
    send_text(client, "GET / HTTP/1.0\r\n\r\n");
    UNTIL(has_ended(client));
    cr_expect(has(client, "\r\nConnection: close\r\n"));
    cr_expect_eq(above.requests, 2);
}

// A reply too large for the kernel, to a client that does not read yet.
static struct reply large_reply(size_t size)
{
    static char body[CLIENT_BYTES];
    for (size_t i = 0; i < size; i++)
        body[i] = (char)('a' + i % 26);
    return (struct reply){.status = 200, .body = body, .size = size};
}

Test(connection, finishes_a_reply_at_the_pace_of_its_client)
{
    above.reply = large_reply(CLIENT_BYTES - 4096);
    client = connect_client();
    send_text(client, GET);
    UNTIL(above.requests == 1);
    settle_down();
    above.reply = (struct reply){.status = 200, .body = "hello\n", .size = 6};
    send_text(client, GET);
    settle_down();
    cr_expect_eq(above.requests, 1, "the next waits");
    UNTIL(has(client, "hello\n"));
    const char *body = strstr(client->got, "\r\n\r\n") + 4;
    for (size_t i = 0; i < CLIENT_BYTES - 4096; i++)
        cr_assert_eq(body[i], (char)('a' + i % 26), "at %zu", i);
}

Test(connection, closes_on_a_client_that_does_not_take_its_reply)
{
    limits.delay_ms[WAIT_REPLY] = 100;
    limits.delay_ms[WAIT_REPLY_EXTRA] = 1;
    above.reply = large_reply(600 * KIB);
    client = connect_client();
    send_text(client, GET GET GET GET);
    UNTIL(connections_count(all) == 0);
    cr_expect_eq(counts()->reply_timeouts, 1);
}

Test(connection, cuts_the_oldest_blocked_reply_when_they_are_too_many)
{
    limits.unsent_bytes = 900 * KIB;
    above.reply = large_reply(800 * KIB);
    client = connect_client();
    struct client *second = connect_client();
    send_text(client, GET);
    UNTIL(above.requests == 1);
    send_text(second, GET);
    UNTIL(above.requests == 2);
    cr_expect_eq(counts()->reply_cut, 1);
    UNTIL(has_ended(client));
    cr_expect_lt(client->size, 800 * KIB);
    UNTIL((receive(second), second->size > 800 * KIB));
    forget(second);
}

Test(connection, cuts_a_reply_larger_than_all_that_may_wait)
{
    limits.unsent_bytes = 1000;
    above.reply = large_reply(800 * KIB);
    client = connect_client();
    send_text(client, GET);
    UNTIL(connections_count(all) == 0);
    cr_expect_eq(counts()->reply_cut, 1);
}

Test(connection, throws_away_what_follows_a_refusal_until_the_client_closes)
{
    char junk[4096];
    memset(junk, 'x', sizeof junk);
    client = connect_client();
    send_text(client, "POST / HTTP/1.1\r\nHost: a\r\n\r\n");
    UNTIL(has_ended(client));
    cr_expect(has(client, "411 Length Required"));
    send_bytes(client, junk, sizeof junk);
    settle_down();
    cr_expect_eq(connections_count(all), 1, "no RST while it sends");
    leave(client);
    UNTIL(connections_count(all) == 0);
}

Test(connection, lingers_neither_long_nor_for_much)
{
    char junk[4096];
    memset(junk, 'x', sizeof junk);
    limits.linger_bytes = 8192;
    limits.delay_ms[WAIT_LINGER] = 100;
    client = connect_client();
    send_text(client, "\r\n");
    UNTIL(has_ended(client));
    UNTIL(connections_count(all) == 0);
    forget(client);

    connections_destroy(all);
    limits.delay_ms[WAIT_LINGER] = 60000;
    all = NULL;
    client = connect_client();
    send_text(client, "\r\n");
    UNTIL(has_ended(client));
    send_bytes(client, junk, sizeof junk);
    settle_down();
    cr_expect_eq(connections_count(all), 1);
    send_bytes(client, junk, sizeof junk);
    UNTIL(connections_count(all) == 0);
}

Test(connection, refuses_unfinished_requests_beyond_the_budget_and_takes_whole_ones)
{
    enum { MANY = 10 };
    struct client *many[MANY];
    size_t size = 0;
    size_t large_size = 0;
    char *large = post_of(60 * KIB, &large_size);
    char *small = post_of(3 * KIB, &size);
    limits.unfinished_bytes = 200 * KIB; // three of them
    for (size_t i = 0; i < MANY; i++) {
        many[i] = connect_client();
        send_bytes(many[i], large, 5000);
    }
    settle_down();
    size_t refused = 0;
    for (size_t i = 0; i < MANY; i++)
        if (has(many[i], "HTTP/1.1 503 Service Unavailable\r\n")) {
            cr_expect(has(many[i], "\r\nRetry-After: "));
            cr_expect(has(many[i], "\r\nConnection: close\r\n"));
            refused++;
        }
    cr_expect_eq(refused, MANY - 3);
    cr_expect_eq(counts()->budget_refused, MANY - 3);

    client = connect_client();
    send_text(client, GET);
    UNTIL(count_of(client, "hello\n") == 1);
    send_bytes(client, small, 100); // head and body apart
    settle_down();
    send_bytes(client, small + 100, strlen(small) - 100);
    UNTIL(count_of(client, "hello\n") == 2);
    char *whole = post_of(12 * KIB, &size); // is read where it was received
    send_bytes(client, whole, size);
    UNTIL(count_of(client, "hello\n") == 3);
    send_bytes(client, large, 12000);
    UNTIL(has(client, "503"));

    for (size_t i = 0; i < MANY; i++)
        forget(many[i]);
    UNTIL(connections_count(all) == 1);
    struct client *later = connect_client();
    send_bytes(later, large, 5000);
    settle_down();
    send_bytes(later, large + 5000, large_size - 5000);
    UNTIL(has(later, "hello\n"));
    forget(later);
    free(large);
    free(small);
    free(whole);
}

Test(connection, counts_long_unfinished_heads_in_the_budget)
{
    char head[7000] = "GET / HTTP/1.1\r\nX: ";
    memset(head + strlen(head), 'x', sizeof head - strlen(head));
    limits.unfinished_bytes = 10000;
    client = connect_client();
    struct client *second = connect_client();
    send_bytes(client, head, sizeof head);
    settle_down();
    send_bytes(second, head, 4000);
    settle_down();
    cr_expect_not(has(second, "503"), "4 KiB are exempt");
    send_bytes(second, head + 4000, 3000);
    UNTIL(has(second, "503"));
    cr_expect_not(has(client, "503"));
    forget(second);
}

Test(connection, drops_pipelined_requests_that_have_no_room_and_says_so)
{
    limits.leftover_bytes = 100;
    above.holds = true;
    client = connect_client();
    send_text(client, GET GET GET GET GET GET GET GET);
    UNTIL(above.held != NULL);
    settle_down();
    reply_held(&above.reply);
    UNTIL(has_ended(client));
    cr_expect_eq(count_of(client, "hello\n"), 1);
    cr_expect(has(client, "\r\nConnection: close\r\n"));
}

Test(connection, closes_an_idle_connection_without_a_word)
{
    limits.delay_ms[WAIT_IDLE] = 100;
    client = connect_client();
    UNTIL(has_ended(client));
    cr_expect_eq(client->size, 0);
    cr_expect_eq(counts()->idle_timeouts, 1);
}

Test(connection, cuts_a_head_that_drips)
{
    limits.delay_ms[WAIT_HEAD] = 300;
    client = connect_client();
    send_text(client, "GET / HTTP/1.1\r\nHost: a\r\nX: ");
    for (int i = 0; i < TURNS && !has(client, "HTTP/1.1"); i++) {
        send_text(client, "x");
        turn();
        turn();
    }
    cr_expect(has(client, "HTTP/1.1 408 Request Timeout\r\n"));
    UNTIL(has_ended(client));
    cr_expect_eq(counts()->head_timeouts, 1);
}

Test(connection, cuts_a_body_that_drips)
{
    limits.delay_ms[WAIT_BODY] = 300;
    client = connect_client();
    send_text(client, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999\r\n\r\n");
    for (int i = 0; i < TURNS && !has(client, "HTTP/1.1"); i++) {
        send_text(client, "x");
        turn();
        turn();
    }
    cr_expect(has(client, "HTTP/1.1 408 Request Timeout\r\n"));
    UNTIL(has_ended(client));
    cr_expect_eq(counts()->body_timeouts, 1);
    cr_expect_eq(above.requests, 0);
}

Test(connection, gives_a_large_body_more_time)
{
    size_t size = 0;
    above.head_answer = 100000;
    limits.delay_ms[WAIT_BODY] = 0;
    limits.delay_ms[WAIT_BODY_EXTRA] = 0;
    char *text = post_of(96 * KIB, &size); // 32 KiB above: five more
    client = connect_client();
    send_bytes(client, text, 5000);
    size_t turns = 0;
    while (!has(client, "408") && turns < TURNS) {
        turn();
        turns++;
    }
    cr_expect_geq(turns, 6, "only %zu turns", turns);
    cr_expect_lt(turns, 12);
    free(text);
}

Test(connection, waits_on_when_the_layer_above_is_late)
{
    limits.delay_ms[WAIT_HELD] = 100;
    above.holds = true;
    client = connect_client();
    send_text(client, GET);
    UNTIL(connections_count(all) == 1 && counts()->held_late >= 2);
    reply_held(&above.reply);
    UNTIL(has(client, "hello\n"));
}

Test(connection, drains_idle_connections_after_a_moment)
{
    client = connect_client();
    struct client *other = connect_client();
    settle_down();
    connections_drain(all);
    settle_down();
    cr_expect_eq(connections_count(all), 2, "a request may be on its way");
    send_text(client, GET);
    UNTIL(has_ended(client));
    cr_expect(above.draining);
    cr_expect(has(client, "hello\n"));
    cr_expect(has(client, "\r\nConnection: close\r\n"));
    leave(client);
    UNTIL(has_ended(other));
    cr_expect_eq(other->size, 0);
    UNTIL(connections_count(all) == 0);
    forget(other);
}

Test(connection, drains_held_requests_with_their_reply)
{
    above.holds = true;
    client = connect_client();
    send_text(client, GET GET);
    UNTIL(above.held != NULL);
    cr_expect_not(above.draining);
    connections_drain(all);
    cr_expect(connection_is_draining(above.held));
    reply_held(&above.reply);
    UNTIL(has_ended(client));
    cr_expect_eq(count_of(client, "hello\n"), 1);
    cr_expect(has(client, "\r\nConnection: close\r\n"));
}

Test(connection, drains_blocked_replies_sooner)
{
    limits.delay_ms[WAIT_DRAIN_REPLY] = 100;
    above.reply = large_reply(800 * KIB);
    client = connect_client();
    send_text(client, GET);
    UNTIL(above.requests == 1);
    connections_drain(all);
    UNTIL(connections_count(all) == 0);
    cr_expect_eq(counts()->reply_timeouts, 1);
}

Test(connection, closes_the_oldest_idle_for_another)
{
    client = connect_client();
    struct client *second = connect_client();
    send_text(client, GET);
    UNTIL(has(client, "hello\n")); // now the second is idle for longer
    cr_assert(connections_close_oldest_idle(all));
    cr_expect(has_ended(second));
    cr_expect_not(has_ended(client));
    forget(second);
    send_text(client, "GET");
    settle_down();
    cr_expect_not(connections_close_oldest_idle(all), "one is reading a head");
}

Test(connection, tells_the_peer)
{
    int ends[2];
    struct sockaddr_in peer = {.sin_family = AF_INET, .sin_port = htons(4711)};
    peer.sin_addr.s_addr = htonl(0xC0000201);
    start();
    give_pair(ends);
    client = calloc(1, sizeof *client);
    client->fd = ends[0];
    connections_open(all, ends[1], (struct sockaddr *)&peer, 0);
    send_text(client, GET);
    UNTIL(above.requests == 1);
    cr_expect_eq(memcmp(&above.peer, &peer, sizeof peer), 0);
}

static void note_closed(void *context, const struct sockaddr *peer, int label)
{
    (void)peer;
    *(int *)context = label;
}

Test(connection, tells_who_closed)
{
    int ends[2];
    int label = 0;
    start();
    connections_on_closed(all, note_closed, &label);
    give_pair(ends);
    connections_open(all, ends[1], NULL, 7);
    (void)close(ends[0]);
    UNTIL(connections_count(all) == 0);
    cr_expect_eq(label, 7);
    cr_expect_eq(counts()->opened, 1);
    cr_expect_eq(counts()->closed, 1);
}

// A loop that spins would turn many times a tick.
Test(connection, lets_the_loop_rest_while_clients_misbehave)
{
    above.holds = true;
    client = connect_client();
    struct client *half = connect_client();
    send_text(client, GET);
    UNTIL(above.held != NULL);
    struct connection *held = above.held;
    above.held = NULL;
    above.holds = false;
    above.reply = large_reply(800 * KIB);
    send_text(half, GET);
    UNTIL(above.requests == 2); // blocked in its reply
    send_text(client, "more");
    cr_assert_eq(shutdown(client->fd, SHUT_RDWR), 0);
    settle_down();
    struct timespec before, after;
    (void)clock_gettime(CLOCK_MONOTONIC, &before);
    for (int i = 0; i < 5; i++)
        turn();
    (void)clock_gettime(CLOCK_MONOTONIC, &after);
    int64_t ms = (after.tv_sec - before.tv_sec) * 1000 + (after.tv_nsec - before.tv_nsec) / 1000000;
    cr_expect_geq(ms, 300, "5 turns in %d ms", (int)ms);
    connection_reply(held, &above.reply);
    forget(half);
}
