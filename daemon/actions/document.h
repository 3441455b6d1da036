// A JSON document that a client may keep as long as its ETag stands.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/http/exchange.h"

#include <jansson.h>

// 304 when the client has it. etag: strong, with its quotes.
void document_reply(struct exchange *exchange, const char *text, size_t size, const char *etag);

// The same for a document made here; its ETag is the hash of its text.
void document_reply_json(struct exchange *exchange, json_t *taken_document);
