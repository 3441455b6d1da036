// Answers GET /{collectivity}/: the page that lists the open surveys.
//
// SPDX-License-Identifier: Apache-2.0
#include "config/calendar.h"
#include "daemon/actions/actions.h"
#include "daemon/actions/service.h"
#include "daemon/pages/list_page.h"
#include "daemon/pages/page_reply.h"

void show_list(struct exchange *exchange)
{
    if (!service_find_collectivity(exchange))
        return;
    const struct list_page page = {
        .edition = exchange->edition,
        .language = exchange->language,
        .day = collectivity_day(exchange->edition->collectivity, instant_now()),
    };
    struct html html;
    html_init(&html);
    list_page_write(&html, &page);
    page_reply(exchange, 200, &html, "Cache-Control: no-cache\r\n");
}

// Answers GET /{collectivity}: people leave the slash out.
void show_list_redirect(struct exchange *exchange)
{
    if (!service_find_collectivity(exchange))
        return;
    const struct exchange_reply reply = {
        .status = 301,
        .more_head =
            exchange_format(exchange, "Location: /%s/\r\n", exchange->edition->collectivity->slug),
    };
    exchange_reply(exchange, &reply);
}
