// SPDX-License-Identifier: Apache-2.0
#include "config/log.h"
#include "daemon/http/connection_state.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

// A request's way, in order.
static void receive_head(struct connection *c);
static void take_requests(struct connection *c, const char *bytes, size_t size);
static size_t take_request(struct connection *c, const char *bytes, size_t size);
static void begin_body(struct connection *c, const struct head *head, const char *bytes,
                       size_t size, size_t head_size);
static void receive_body(struct connection *c);
static void run_request(struct connection *c, const struct head *head, const char *body);
static void settle(struct connection *c, const char *rest, size_t size);

void connection_on_event(evutil_socket_t fd, short what, void *context)
{
    struct connection *c = context;
    (void)fd;
    (void)what;
    switch ((enum state)c->state) {
    case IDLE:
    case HEAD:
        receive_head(c);
        break;
    case BODY:
        receive_body(c);
        break;
    case HELD:
        connection_watch(c, 0); // bytes, or the end, wait in the kernel
        break;
    case REPLYING:
        connection_send_rest(c);
        break;
    case LINGER:
        connection_discard(c);
        break;
    case CLOSED:
        break;
    }
}

// Kept bytes go in front of the new ones, so that a head is always read in one piece.
static void receive_head(struct connection *c)
{
    char *shared = c->all->shared;
    size_t kept = c->input.size;
    assert(kept < SHARED_BYTES || c->unread);
    if (kept > 0)
        memcpy(shared, c->input.bytes, kept);
    if (c->unread) {
        take_requests(c, shared, kept);
        return;
    }
    ssize_t got = recv(c->fd, shared + kept, SHARED_BYTES - kept, 0);
    if (got > 0)
        take_requests(c, shared, kept + (size_t)got);
    else if (got == 0 || !connection_would_block(errno))
        connection_close(c);
}

// bytes are not the connection's own: its input may be given back or overwritten meanwhile. A loop
// takes what a client pipelined, however it is answered.
static void take_requests(struct connection *c, const char *bytes, size_t size)
{
    size_t used = 0;
    c->input.size = 0;
    c->unread = false;
    c->running = true;
    while (used < size && (c->state == IDLE || c->state == HEAD)) {
        size_t taken = take_request(c, bytes + used, size - used);
        if (taken == 0)
            break;
        used += taken;
    }
    settle(c, bytes + used, size - used);
}

// Asks the layer above whether it wants this request's body. False: refused.
static bool admit(struct connection *c, const struct head *head)
{
    struct connections *all = c->all;
    int limit = all->events.on_head == NULL ? PLAIN_BYTES : all->events.on_head(all->context, head);
    if (limit < 0) {
        all->counts.route_refused++;
        connection_refuse_request(c, -limit, head);
        return false;
    }
    if (head->body_bytes > (uint32_t)limit) {
        all->counts.body_refused++;
        connection_refuse_request(c, 413, head);
        return false;
    }
    return true;
}

// Of a request that is refused before its head was read: a HEAD gets no body even then.
static bool is_head_only(const char *bytes, size_t size)
{
    static const char begin[] = "HEAD ";
    return size >= sizeof begin - 1 && memcmp(bytes, begin, sizeof begin - 1) == 0;
}

static size_t refuse_head(struct connection *c, int status, const char *bytes, size_t size)
{
    c->all->counts.head_refused++;
    connection_refuse(c, status, is_head_only(bytes, size));
    return 0;
}

// Returns how many bytes the request took: 0 when more is needed, when the rest of its body will be
// received elsewhere, and when it was refused.
static size_t take_request(struct connection *c, const char *bytes, size_t size)
{
    size_t limit = c->all->limits.head_bytes;
    int end = head_find_end(bytes, size, &c->scanned);
    if (end == 0 && size < limit)
        return 0;
    if (end == 0 || end > (int)limit)
        end = -431;
    if (end < 0)
        return refuse_head(c, -end, bytes, size);
    struct head head;
    int status = head_read(bytes, (size_t)end, &head);
    if (status != 0)
        return refuse_head(c, status, bytes, size);
    c->scanned = 0;
    if (!admit(c, &head))
        return 0;
    size_t whole = (size_t)end + head.body_bytes;
    if (size < whole) {
        begin_body(c, &head, bytes, size, (size_t)end);
        return 0;
    }
    run_request(c, &head, bytes + end);
    return whole;
}

static void begin_body(struct connection *c, const struct head *head, const char *bytes,
                       size_t size, size_t head_size)
{
    static const char go[] = "HTTP/1.1 100 Continue\r\n\r\n";
    if (!buffer_reserve(&c->input, &c->all->unfinished, head_size + head->body_bytes)) {
        c->all->counts.budget_refused++;
        connection_refuse_request(c, 503, head);
        return;
    }
    // What the buffer can hold beyond the request (it held a long head before) is not used.
    c->input.capacity = (uint32_t)(head_size + head->body_bytes);
    buffer_append(&c->input, bytes, size);
    c->head_size = (uint32_t)head_size;
    c->state = BODY;
    c->extra_seconds = connection_extra_seconds(head->body_bytes);
    connection_arm(c, WAIT_BODY);
    if (head->expect_continue && size == head_size &&
        send(c->fd, go, sizeof go - 1, MSG_NOSIGNAL) != (ssize_t)sizeof go - 1)
        connection_close(c);
}

static void receive_body(struct connection *c)
{
    struct buffer *input = &c->input;
    ssize_t got = recv(c->fd, input->bytes + input->size, input->capacity - input->size, 0);
    if (got <= 0) {
        if (got == 0 || !connection_would_block(errno))
            connection_close(c);
        return;
    }
    input->size += (uint32_t)got;
    if (input->size < input->capacity)
        return;
    struct head head;
    int status = head_read(input->bytes, c->head_size, &head); // the bytes have moved since
    assert(status == 0);
    (void)status;
    c->running = true;
    run_request(c, &head, input->bytes + c->head_size);
    settle(c, NULL, 0);
}

static void run_request(struct connection *c, const struct head *head, const char *body)
{
    struct request request = {head, body, head->body_bytes};
    c->state = HELD;
    c->requests++;
    c->all->counts.requests++;
    c->head_only = head->method == METHOD_HEAD;
    c->http10 = head->http10;
    c->closing = !head->keep_alive;
    c->all->events.on_request(c->all->context, c, &request);
}

// Pipelined bytes wait for the reply. Where there is no room for them, the reply says close and the
// client sends them again.
static void keep_leftover(struct connection *c, const char *rest, size_t size)
{
    bool fits = size <= c->all->limits.leftover_bytes;
    if (size == 0 || c->closing || !fits)
        buffer_clear(&c->input, &c->all->unfinished);
    else
        fits = buffer_keep(&c->input, &c->all->unfinished, rest, size);
    if (!fits)
        c->closing = true;
}

static void keep_head(struct connection *c, const char *rest, size_t size)
{
    if (size == 0) {
        buffer_clear(&c->input, &c->all->unfinished);
        connection_become_idle(c);
        return;
    }
    if (!buffer_keep(&c->input, &c->all->unfinished, rest, size)) {
        c->all->counts.budget_refused++;
        connection_refuse(c, 503, is_head_only(rest, size));
        return;
    }
    if (c->state == IDLE)
        connection_arm(c, WAIT_HEAD); // once: further bytes do not renew it
    c->state = HEAD;
}

// The requests that were there have been run: what becomes of the connection, and of the rest?
static void settle(struct connection *c, const char *rest, size_t size)
{
    c->running = false;
    switch ((enum state)c->state) {
    case IDLE:
    case HEAD:
        keep_head(c, rest, size);
        break;
    case HELD:
        connection_arm(c, WAIT_HELD);
        keep_leftover(c, rest, size);
        break;
    case REPLYING:
        keep_leftover(c, rest, size);
        break;
    case BODY:
        break;
    case LINGER:
        buffer_clear(&c->input, &c->all->unfinished);
        break;
    case CLOSED:
        connection_release(c);
        break;
    }
}

// Requests that wait are taken from the loop: inside the reply they would recurse.
void connection_go_on(struct connection *c)
{
    connection_watch(c, EV_READ);
    if (c->input.size == 0) {
        connection_become_idle(c);
        return;
    }
    c->state = HEAD;
    c->unread = true;
    connection_arm(c, WAIT_HEAD);
    event_active(&c->event, EV_READ, 0);
}

// True when the size of what is under way still gives time. Who sends what nobody wants gets it
// only while it comes.
static bool take_extra_second(struct connection *c)
{
    if (c->extra_seconds == 0 || (c->state != BODY && c->all->draining))
        return false;
    if (c->state == LINGER && c->lingered == c->lingered_before)
        return false;
    c->lingered_before = c->lingered;
    c->extra_seconds--;
    connection_arm(c, c->state == REPLYING ? WAIT_REPLY_EXTRA : WAIT_BODY_EXTRA);
    return true;
}

void connection_on_expired(struct wait *wait, void *context)
{
    struct connection_counts *counts = &((struct connections *)context)->counts;
    struct connection *c = connection_of(wait);
    switch ((enum state)c->state) {
    case IDLE:
        counts->idle_timeouts++;
        connection_close(c);
        break;
    case HEAD:
        counts->head_timeouts++;
        connection_refuse(c, 408, is_head_only(c->input.bytes, c->input.size));
        break;
    case BODY:
        if (take_extra_second(c))
            break;
        counts->body_timeouts++;
        connection_refuse(c, 408, false);
        break;
    case HELD:
        counts->held_late++;
        log_event(LOG_WARNING, "reply_owed", "waited_ms=%u next=\"waiting on\"",
                  c->all->limits.delay_ms[WAIT_HELD]);
        connection_arm(c, WAIT_HELD);
        break;
    case REPLYING:
        if (take_extra_second(c))
            break;
        counts->reply_timeouts++;
        connection_close(c);
        break;
    case LINGER:
        if (!take_extra_second(c))
            connection_close(c);
        break;
    case CLOSED:
        connection_close(c);
        break;
    }
}
