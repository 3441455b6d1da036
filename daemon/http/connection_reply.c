// SPDX-License-Identifier: Apache-2.0
#include "daemon/http/connection_state.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

// shutdown() tells the client that this was all; closing now could make the kernel answer what it
// still sends with a RST, and a RST takes the reply from the client's hands. A client that reads
// only when all is sent sends the body that was refused, too.
static void begin_linger(struct connection *c)
{
    c->state = LINGER;
    c->extra_seconds = c->unwanted / UNWANTED_BYTES_A_SECOND;
    if (!c->running)
        buffer_clear(&c->input, &c->all->unfinished);
    (void)shutdown(c->fd, SHUT_WR);
    connection_arm(c, WAIT_LINGER);
    connection_watch(c, EV_READ);
}

// The reply is sent whole.
static void end_reply(struct connection *c)
{
    if (c->closing)
        begin_linger(c);
    else if (c->running)
        c->state = IDLE; // take_requests() goes on, or settle()
    else
        connection_go_on(c);
}

uint32_t connection_extra_seconds(size_t size)
{
    return size > PLAIN_BYTES ? (uint32_t)((size - PLAIN_BYTES) / BYTES_A_SECOND + 1) : 0;
}

// The client whose reply waits longest pays for the room.
static bool cut_oldest_reply(struct connections *all)
{
    static const unsigned queues[] = {WAIT_REPLY_EXTRA, WAIT_REPLY, WAIT_DRAIN_REPLY};
    for (size_t i = 0; i < sizeof queues / sizeof *queues; i++) {
        struct wait *oldest = deadlines_oldest(all->deadlines, queues[i]);
        if (oldest == NULL)
            continue;
        all->counts.reply_cut++;
        connection_close(connection_of(oldest));
        return true;
    }
    return false;
}

static bool reserve_output(struct connection *c, size_t size)
{
    struct connections *all = c->all;
    if (size > all->limits.unsent_bytes)
        return false;
    while (!buffer_reserve(&c->output, &all->unsent, size))
        if (!cut_oldest_reply(all))
            return false;
    return true;
}

static void keep_rest(struct connection *c, const struct reply_text *text, size_t sent)
{
    if (!reserve_output(c, text->size - sent)) {
        c->all->counts.reply_cut++;
        connection_close(c);
        return;
    }
    for (size_t i = 0; i < text->count; i++) {
        size_t skipped = sent < text->parts[i].iov_len ? sent : text->parts[i].iov_len;
        buffer_append(&c->output, (const char *)text->parts[i].iov_base + skipped,
                      text->parts[i].iov_len - skipped);
        sent -= skipped;
    }
    c->state = REPLYING;
    c->sent = 0;
    c->extra_seconds = connection_extra_seconds(c->output.size);
    connection_arm(c, c->all->draining ? WAIT_DRAIN_REPLY : WAIT_REPLY);
    connection_watch(c, EV_WRITE);
}

static const char *date_now(struct connections *all)
{
    time_t now = time(NULL);
    if (now != all->date_second) {
        http_date(all->date, now);
        all->date_second = now;
    }
    return all->date;
}

static void send_reply(struct connection *c, const struct reply *reply)
{
    struct connections *all = c->all;
    bool refused = reply->status >= 400 && reply->status <= 499;
    if (refused || all->draining || c->requests >= all->limits.requests)
        c->closing = true;
    struct reply_manner manner = {c->head_only, c->closing, c->http10};
    struct reply_text text;
    reply_compose(&text, reply, manner, date_now(all));
    struct msghdr message = {.msg_iov = text.parts, .msg_iovlen = text.count};
    ssize_t sent = sendmsg(c->fd, &message, MSG_NOSIGNAL);
    if (sent < 0 && connection_would_block(errno))
        sent = 0;
    if (sent < 0) {
        all->counts.reply_lost++;
        connection_close(c);
    } else if ((size_t)sent == text.size) {
        end_reply(c);
    } else {
        keep_rest(c, &text, (size_t)sent);
    }
}

void connection_reply(struct connection *connection, const struct reply *reply)
{
    assert(connection->state == HELD);
    send_reply(connection, reply);
}

void connection_send_rest(struct connection *c)
{
    ssize_t sent = send(c->fd, c->output.bytes + c->sent, c->output.size - c->sent, MSG_NOSIGNAL);
    if (sent < 0) {
        if (!connection_would_block(errno)) {
            c->all->counts.reply_lost++;
            connection_close(c);
        }
        return;
    }
    c->sent += (uint32_t)sent;
    if (c->sent < c->output.size)
        return;
    buffer_clear(&c->output, &c->all->unsent);
    end_reply(c);
}

static void refuse(struct connection *c, int status, bool head_only, const struct head *head)
{
    char line[64];
    size_t size = (size_t)(stpcpy(stpcpy(line, status_reason(status)), "\n") - line);
    struct reply reply = {
        .status = status,
        .content_type = "text/plain; charset=utf-8",
        .more_head = status == 503 ? "Retry-After: 5\r\n" : NULL,
        .body = line,
        .size = size,
    };
    c->unwanted = head == NULL ? 0 : head->body_bytes;
    if (c->all->events.on_refused != NULL)
        c->all->events.on_refused(c->all->context, head, status, &reply);
    buffer_clear(&c->input, &c->all->unfinished); // the head may lie in it
    c->closing = true;
    c->head_only = head_only;
    send_reply(c, &reply);
}

void connection_refuse(struct connection *c, int status, bool head_only)
{
    refuse(c, status, head_only, NULL);
}

void connection_refuse_request(struct connection *c, int status, const struct head *head)
{
    refuse(c, status, head->method == METHOD_HEAD, head);
}

void connection_discard(struct connection *c)
{
    ssize_t got = recv(c->fd, c->all->shared, SHARED_BYTES, 0);
    if (got < 0 && connection_would_block(errno))
        return;
    c->lingered += got > 0 ? (size_t)got : 0;
    if (got <= 0 || c->lingered >= c->all->limits.linger_bytes + c->unwanted)
        connection_close(c);
}
