// Answers GET /v1/{collectivity}/surveys/{survey}: the definition as it was published.
//
// SPDX-License-Identifier: Apache-2.0
#include "daemon/actions/actions.h"
#include "daemon/actions/document.h"
#include "daemon/actions/service.h"

void show_survey(struct exchange *exchange)
{
    if (!service_find_survey(exchange))
        return;
    const struct edition_survey *survey = exchange->survey;
    document_reply(exchange, survey->definition, survey->definition_size, survey->etag);
}
