// SPDX-License-Identifier: Apache-2.0
#include "tests/daemon/http/wire.h"

TestSuite(connection, .init = set_up, .fini = tear_down, .timeout = 60);

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
    cr_assert_not(connections_close_oldest(all));
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
