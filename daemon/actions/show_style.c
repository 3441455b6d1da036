// Answers GET /{collectivity}/style.css and /{collectivity}/{survey}/style.css. Their addresses
// carry a version: what was sent never changes.
//
// SPDX-License-Identifier: Apache-2.0
#include "daemon/actions/actions.h"
#include "daemon/actions/service.h"
#include "daemon/pages/style.h"

static void reply_style(struct exchange *exchange, struct html *style)
{
    const struct exchange_reply reply = {
        .status = 200,
        .content_type = "text/css; charset=utf-8",
        .body = style->bytes,
        .size = style->size,
        .more_head = "Cache-Control: public, max-age=31536000, immutable\r\n"
                     "X-Content-Type-Options: nosniff\r\n",
    };
    exchange_reply(exchange, &reply);
    html_clear(style);
}

void show_style(struct exchange *exchange)
{
    if (!service_find_collectivity(exchange))
        return;
    struct html style;
    html_init(&style);
    style_write_pages(&style, exchange->edition);
    reply_style(exchange, &style);
}

void show_survey_style(struct exchange *exchange)
{
    if (!service_find_survey(exchange))
        return;
    struct html style;
    html_init(&style);
    style_write_form(&style, exchange->edition, exchange->survey);
    reply_style(exchange, &style);
}
