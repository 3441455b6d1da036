// SPDX-License-Identifier: Apache-2.0
#include "daemon/actions/document.h"

#include "daemon/http/negotiation.h"

#include <stdlib.h>
#include <string.h>

void document_reply(struct exchange *exchange, const char *text, size_t size, const char *etag)
{
    bool known = negotiation_has(exchange->head, etag);
    const struct exchange_reply reply = {
        .status = known ? 304 : 200,
        .content_type = known ? NULL : "application/json",
        .body = known ? NULL : text,
        .size = known ? 0 : size,
        .more_head = exchange_format(
            exchange, "ETag: %s\r\nCache-Control: no-cache\r\nX-Content-Type-Options: nosniff\r\n",
            etag),
    };
    exchange_reply(exchange, &reply);
}

void document_reply_json(struct exchange *exchange, json_t *taken_document)
{
    char *text = json_dumps(taken_document, JSON_COMPACT);
    size_t size = strlen(text);
    char etag[ETAG_SIZE];
    edition_etag_write(text, size, etag);
    document_reply(exchange, text, size, etag);
    free(text);
    json_decref(taken_document);
}
