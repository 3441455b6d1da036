// Sends a page with the headers that every page has: what it may load, who may frame it, what it
// may tell others.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/http/exchange.h"
#include "daemon/pages/html.h"

// Those headers for a page of this edition (NULL: of no collectivity), then more_head. The caller
// frees the text.
MUST_USE char *page_headers(const struct edition *edition, const char *more_head);

// Sends html and clears it, and ends the exchange. more_head: complete header lines, Cache-Control
// among them. frame-ancestors comes from the collectivity's sites where the exchange has an
// edition.
void page_reply(struct exchange *exchange, int status, struct html *html, const char *more_head);
