// What the client prefers: a page or a document, and in which language.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/vocabulary.h"
#include "daemon/http/head.h"

// ?lang= where it names a language of the pages (*asked is then true), else the first language of
// Accept-Language that we speak, by its order of preference; French when there is none.
enum language negotiation_language(const struct head *head, bool *asked);

// On a route for people: a page unless Accept asks for JSON and not for HTML. On a route of the
// API: a document unless Accept asks for HTML and not for JSON.
bool negotiation_wants_page(const struct head *head, bool page_route);

// The value of a query parameter, as it stands (not decoded); size 0 when absent. The first one
// counts.
struct slice negotiation_query(const struct head *head, const char *name);

// Does If-None-Match name this ETag (or "*")?
bool negotiation_has(const struct head *head, const char *etag);
