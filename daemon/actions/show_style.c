// Answers GET /{collectivity}/style.css and /{collectivity}/{survey}/style.css. Their addresses
// carry a version: what was sent never changes.
//
// SPDX-License-Identifier: Apache-2.0
#include "config/theme.h"
#include "daemon/actions/actions.h"
#include "daemon/actions/service.h"
#include "daemon/pages/style.h"

// The collectivity's colours: publish checked that they can be made.
static const char *theme(struct exchange *exchange)
{
    static char text[THEME_SIZE];
    if (!theme_write(exchange->edition->collectivity->accent, text, NULL))
        text[0] = '\0';
    return text;
}

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
    style_write_pages(&style, theme(exchange));
    reply_style(exchange, &style);
}

void show_survey_style(struct exchange *exchange)
{
    if (!service_find_survey(exchange))
        return;
    struct html style;
    html_init(&style);
    style_write_form(&style, exchange->edition, exchange->survey, theme(exchange));
    reply_style(exchange, &style);
}
