// Answers GET /{collectivity}/{survey}/thanks?t=TICKET: thanks, and the receipt while the ticket
// lasts.
//
// SPDX-License-Identifier: Apache-2.0
#include "config/calendar.h"
#include "config/receipt.h"
#include "daemon/actions/actions.h"
#include "daemon/actions/form.h"
#include "daemon/http/negotiation.h"
#include "daemon/pages/page_reply.h"
#include "daemon/pages/thanks_page.h"

// "ID.SECRET", or NULL when the ticket is not ours or has expired.
static const char *shown_receipt(struct exchange *exchange, struct slice text)
{
    const char *collectivity = exchange->edition->collectivity->slug;
    struct secret *secret = exchange->service->secret;
    struct ticket ticket;
    if (!ticket_read(secret, collectivity, text.at, text.size, instant_now() / 1000000, &ticket))
        return NULL;
    char id[UUID_TEXT_SIZE];
    char receipt[RECEIPT_SIZE];
    uuid_write(&ticket.id, id);
    receipt_write(secret, collectivity, &ticket.id, ticket.content_hash, receipt);
    return exchange_format(exchange, "%s.%s", id, receipt);
}

void show_thanks(struct exchange *exchange)
{
    if (!service_find_survey(exchange))
        return;
    struct slice ticket = negotiation_query(exchange->head, "t");
    const char *receipt = shown_receipt(exchange, ticket);
    const struct thanks_page page = {
        .edition = exchange->edition,
        .survey = exchange->survey,
        .language = form_language(exchange, exchange->language),
        .placement = form_placement(exchange),
        .receipt = receipt,
        .ticket =
            receipt == NULL ? NULL : exchange_format(exchange, "%.*s", (int)ticket.size, ticket.at),
    };
    struct html html;
    html_init(&html);
    thanks_page_write(&html, &page);
    page_reply(exchange, 200, &html, "Cache-Control: no-store\r\n");
}
