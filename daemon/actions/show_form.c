// Answers GET /{collectivity}/{survey}: the form, made on the server, usable without JavaScript.
//
// SPDX-License-Identifier: Apache-2.0
#include "daemon/actions/actions.h"
#include "daemon/actions/form.h"
#include "daemon/http/negotiation.h"
#include "daemon/intake/submission_body.h"
#include "daemon/pages/layout.h"
#include "daemon/pages/page_reply.h"

enum language form_language(const struct exchange *exchange, enum language wanted)
{
    return layout_language(exchange->edition, exchange->survey, wanted);
}

const char *form_placement(struct exchange *exchange)
{
    struct slice from = negotiation_query(exchange->head, "from");
    return placement_is_valid(from.at, from.size) ? arena_copy(exchange->arena, from.at, from.size)
                                                  : NULL;
}

void form_reply(struct exchange *exchange, int status, enum language language,
                const char *placement, const char *id, const json_t *answers,
                const struct refusals *refusals)
{
    const struct form_page page = {
        .edition = exchange->edition,
        .survey = exchange->survey,
        .language = language,
        .id = id,
        .placement = placement,
        .answers = answers,
        .refusals = refusals,
    };
    struct html html;
    html_init(&html);
    form_page_write(&html, &page);
    page_reply(exchange, status, &html,
               status == 503 || status == 429 ? "Cache-Control: no-store\r\nRetry-After: 5\r\n"
                                              : "Cache-Control: no-store\r\n");
}

void show_form(struct exchange *exchange)
{
    if (!service_find_survey(exchange) || !service_admits(exchange))
        return;
    char id[UUID_TEXT_SIZE];
    struct uuid uuid = uuid_make();
    uuid_write(&uuid, id);
    form_reply(exchange, 200, form_language(exchange, exchange->language), form_placement(exchange),
               id, NULL, NULL);
}
