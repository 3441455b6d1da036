// SPDX-License-Identifier: Apache-2.0
#include "daemon/pages/page_reply.h"

#include <stdlib.h>
#include <string.h>

// 'self' and the sites that the collectivity lets embed its forms.
static const char *frame_ancestors(struct exchange *exchange)
{
    const char *list = "'self'";
    if (exchange->edition == NULL)
        return list;
    const struct collectivity *collectivity = exchange->edition->collectivity;
    for (size_t i = 0; i < collectivity->site_count; i++)
        list = exchange_format(exchange, "%s %s", list, collectivity->sites[i]);
    return list;
}

void page_reply(struct exchange *exchange, int status, struct html *html, const char *more_head)
{
    const char *head = exchange_format(
        exchange,
        "Content-Security-Policy: default-src 'none'; style-src 'self'; img-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors %s\r\n"
        "X-Content-Type-Options: nosniff\r\n"
        "Referrer-Policy: same-origin\r\n"
        "Permissions-Policy: camera=(), geolocation=(), microphone=()\r\n"
        "Vary: Accept, Accept-Language\r\n%s",
        frame_ancestors(exchange), more_head);
    const struct exchange_reply reply = {
        .status = status,
        .content_type = "text/html; charset=utf-8",
        .body = html->bytes,
        .size = html->size,
        .more_head = head,
    };
    exchange_reply(exchange, &reply);
    html_clear(html);
}
