// What a connection does to clients that are slow, send too much or do not read, and when it
// drains.
//
// SPDX-License-Identifier: Apache-2.0
#include "tests/daemon/http/wire.h"

TestSuite(connection_limits, .init = set_up, .fini = tear_down, .timeout = 60);

// A reply too large for the kernel, to a client that does not read yet.
static struct reply large_reply(size_t size)
{
    static char body[CLIENT_BYTES];
    for (size_t i = 0; i < size; i++)
        body[i] = (char)('a' + i % 26);
    return (struct reply){.status = 200, .body = body, .size = size};
}

Test(connection_limits, finishes_a_reply_at_the_pace_of_its_client)
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

Test(connection_limits, closes_on_a_client_that_does_not_take_its_reply)
{
    limits.delay_ms[WAIT_REPLY] = 100;
    limits.delay_ms[WAIT_REPLY_EXTRA] = 1;
    above.reply = large_reply(600 * KIB);
    client = connect_client();
    send_text(client, GET GET GET GET);
    UNTIL(connections_count(all) == 0);
    cr_expect_eq(counts()->reply_timeouts, 1);
}

Test(connection_limits, cuts_the_oldest_blocked_reply_when_they_are_too_many)
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

Test(connection_limits, cuts_a_reply_larger_than_all_that_may_wait)
{
    limits.unsent_bytes = 1000;
    above.reply = large_reply(800 * KIB);
    client = connect_client();
    send_text(client, GET);
    UNTIL(connections_count(all) == 0);
    cr_expect_eq(counts()->reply_cut, 1);
}

Test(connection_limits, throws_away_what_follows_a_refusal_until_the_client_closes)
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

Test(connection_limits, lingers_neither_long_nor_for_much)
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

Test(connection_limits, refuses_unfinished_requests_beyond_the_budget_and_takes_whole_ones)
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

Test(connection_limits, counts_long_unfinished_heads_in_the_budget)
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

Test(connection_limits, drops_pipelined_requests_that_have_no_room_and_says_so)
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

Test(connection_limits, closes_an_idle_connection_without_a_word)
{
    limits.delay_ms[WAIT_IDLE] = 100;
    client = connect_client();
    UNTIL(has_ended(client));
    cr_expect_eq(client->size, 0);
    cr_expect_eq(counts()->idle_timeouts, 1);
}

Test(connection_limits, cuts_a_head_that_drips)
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

Test(connection_limits, cuts_a_body_that_drips)
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

Test(connection_limits, gives_a_large_body_more_time)
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

Test(connection_limits, waits_on_when_the_layer_above_is_late)
{
    limits.delay_ms[WAIT_HELD] = 100;
    above.holds = true;
    client = connect_client();
    send_text(client, GET);
    UNTIL(connections_count(all) == 1 && counts()->held_late >= 2);
    reply_held(&above.reply);
    UNTIL(has(client, "hello\n"));
}

Test(connection_limits, drains_idle_connections_after_a_moment)
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

Test(connection_limits, drains_held_requests_with_their_reply)
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

Test(connection_limits, drains_blocked_replies_sooner)
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

Test(connection_limits, closes_the_oldest_idle_for_another)
{
    client = connect_client();
    struct client *second = connect_client();
    send_text(client, GET);
    UNTIL(has(client, "hello\n")); // now the second is idle for longer
    cr_assert(connections_close_oldest(all));
    cr_expect(has_ended(second));
    cr_expect_not(has_ended(client));
    forget(second);
    send_text(client, "GET");
    settle_down();
    cr_expect_not(connections_close_oldest(all), "one is reading a head");
}

Test(connection_limits, tells_the_peer)
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

Test(connection_limits, tells_who_closed)
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
Test(connection_limits, lets_the_loop_rest_while_clients_misbehave)
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

static void assert_no_body(const char *why)
{
    UNTIL(has(client, "\r\n\r\n"));
    settle_down();
    receive(client);
    cr_expect_str_eq(strstr(client->got, "\r\n\r\n"), "\r\n\r\n", "%s: %s", why, client->got);
    cr_expect(has(client, "\r\nConnection: close\r\n"), "%s", why);
    forget(client);
    client = NULL;
}

// Also where the request is refused before anything but its first word was understood.
Test(connection_limits, sends_no_body_to_a_head_that_it_cannot_read)
{
    static const char *const bad[] = {
        "HEAD / HTTP/1.1\nHost: a\r\n\r\n",
        "HEAD / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "HEAD / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "HEAD  HTTP/1.1\r\n\r\n",
        "HEAD / HTTP/3.0\r\nHost: a\r\n\r\n",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        client = connect_client();
        send_text(client, bad[i]);
        assert_no_body(bad[i]);
    }
    char large[9000] = "HEAD / HTTP/1.1\r\nHost: a\r\nX: ";
    memset(large + strlen(large), 'x', sizeof large - 1 - strlen(large));
    client = connect_client();
    send_bytes(client, large, sizeof large - 1);
    assert_no_body("431");
}

Test(connection_limits, sends_no_body_to_a_head_that_never_ends)
{
    limits.delay_ms[WAIT_HEAD] = 100;
    client = connect_client();
    send_text(client, "HEAD / HTTP/1.1\r\nHost: a\r\n");
    UNTIL(has(client, "408 Request Timeout"));
    assert_no_body("408");
}

Test(connection_limits, sends_no_body_to_a_head_for_which_there_is_no_room)
{
    char large[6000] = "HEAD / HTTP/1.1\r\nHost: a\r\nX: ";
    memset(large + strlen(large), 'x', sizeof large - 1 - strlen(large));
    limits.unfinished_bytes = 5000;
    client = connect_client();
    send_bytes(client, large, sizeof large - 1);
    UNTIL(has(client, "503 Service Unavailable"));
    assert_no_body("503");
}

// Sends as much as the kernel takes.
static size_t pour(const char *bytes, size_t size)
{
    ssize_t sent = send(client->fd, bytes, size, MSG_NOSIGNAL);
    return sent > 0 ? (size_t)sent : 0;
}

// A client that reads only when it has sent its body gets to read why it was refused.
Test(connection_limits, takes_the_whole_body_that_it_refused)
{
    enum { BODY = 5 * 1024 * 1024 };
    static char block[64 * 1024];
    limits.delay_ms[WAIT_LINGER] = 60000;
    client = connect_client();
    send_text(client, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5242880\r\n\r\n");
    for (size_t left = BODY; left > 0; settle_down())
        left -= pour(block, left < sizeof block ? left : sizeof block);
    cr_assert_eq(connections_count(all), 1);
    UNTIL(has_ended(client));
    cr_expect(has(client, "HTTP/1.1 413 Content Too Large\r\n"));
    leave(client);
    UNTIL(connections_count(all) == 0);
}

Test(connection_limits, takes_no_more_than_the_body_that_it_refused)
{
    static char block[100 * 1024];
    limits.delay_ms[WAIT_LINGER] = 60000;
    limits.linger_bytes = 8192;
    client = connect_client();
    send_text(client, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 90000\r\n\r\n");
    size_t sent = 0;
    for (int i = 0; i < TURNS && connections_count(all) > 0; i++) {
        sent += pour(block, 1024);
        settle_down();
    }
    cr_expect_eq(connections_count(all), 0);
    cr_expect_geq(sent, 90000);
    cr_expect_leq(sent, 90000 + 8192 + 2048);
}

Test(connection_limits, waits_longer_for_a_refused_body_only_while_it_comes)
{
    limits.delay_ms[WAIT_LINGER] = 100;
    limits.delay_ms[WAIT_BODY_EXTRA] = 100;
    client = connect_client();
    send_text(client, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6553600\r\n\r\n");
    UNTIL(has(client, "413"));
    for (int i = 0; i < 20; i++) { // far beyond the 100 ms: a turn is a tick or bytes
        send_text(client, "x");
        turn();
        turn();
    }
    cr_assert_eq(connections_count(all), 1);
    UNTIL(connections_count(all) == 0);
}

Test(connection_limits, closes_who_was_refused_for_another_when_nobody_is_idle)
{
    limits.delay_ms[WAIT_LINGER] = 60000;
    client = connect_client();
    send_text(client, "\r\n");
    UNTIL(has_ended(client));
    cr_assert_eq(connections_count(all), 1);
    cr_assert(connections_close_oldest(all));
    cr_expect_eq(connections_count(all), 0);
    cr_expect_not(connections_close_oldest(all));
}
