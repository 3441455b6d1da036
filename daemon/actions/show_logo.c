// Answers GET /{collectivity}/logo.svg.
//
// SPDX-License-Identifier: Apache-2.0
#include "daemon/actions/actions.h"
#include "daemon/actions/service.h"
#include "daemon/pages/problem.h"

#include <string.h>

void show_logo(struct exchange *exchange)
{
    if (!service_find_collectivity(exchange))
        return;
    const char *logo = exchange->edition->collectivity->logo_svg;
    if (logo == NULL) {
        problem_reply(exchange, PROBLEM_UNKNOWN, NULL, NULL);
        return;
    }
    const struct exchange_reply reply = {
        .status = 200,
        .content_type = "image/svg+xml",
        .body = logo,
        .size = strlen(logo),
        .more_head = "Cache-Control: public, max-age=3600\r\n"
                     "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\n"
                     "X-Content-Type-Options: nosniff\r\n",
    };
    exchange_reply(exchange, &reply);
}
