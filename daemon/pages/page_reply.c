// SPDX-License-Identifier: Apache-2.0
#include "daemon/pages/page_reply.h"

#include <stdlib.h>
#include <string.h>

// 'self' and the sites that the collectivity lets embed its forms.
static char *frame_ancestors(const struct edition *edition)
{
    char *list = memory_copy_text("'self'");
    for (size_t i = 0; edition != NULL && i < edition->collectivity->site_count; i++) {
        char *longer = memory_format("%s %s", list, edition->collectivity->sites[i]);
        free(list);
        list = longer;
    }
    return list;
}

char *page_headers(const struct edition *edition, const char *more_head)
{
    char *ancestors = frame_ancestors(edition);
    char *headers = memory_format(
        "Content-Security-Policy: default-src 'none'; style-src 'self'; img-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors %s\r\n"
        "X-Content-Type-Options: nosniff\r\n"
        "Referrer-Policy: same-origin\r\n"
        "Permissions-Policy: camera=(), geolocation=(), microphone=()\r\n"
        "Vary: Accept, Accept-Language\r\n%s",
        ancestors, more_head);
    free(ancestors);
    return headers;
}

void page_reply(struct exchange *exchange, int status, struct html *html, const char *more_head)
{
    char *headers = page_headers(exchange->edition, more_head);
    const struct exchange_reply reply = {
        .status = status,
        .content_type = "text/html; charset=utf-8",
        .body = html->bytes,
        .size = html->size,
        .more_head = headers,
    };
    exchange_reply(exchange, &reply);
    free(headers);
    html_clear(html);
}
