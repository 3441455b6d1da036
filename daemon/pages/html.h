// A page being written. Everything that is not a literal of the program goes through html_text() or
// html_attribute(), which escape; there is no way to put other text in raw.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/error.h"

struct html {
    char *bytes; // borrowed by readers; not ended by a NUL; NULL while nothing was written
    size_t size, capacity;
};

void html_init(struct html *html);
void html_clear(struct html *html);

// Hands the bytes out, ended by a NUL that *size does not count; html is then empty. The caller
// frees them.
MUST_USE char *html_take(struct html *html, size_t *size);

// Accepts string literals only: anything else does not compile.
#define html_raw(html, literal) html_put_raw_((html), "" literal, sizeof("" literal) - 1)

// The five characters & < > " ' become references; nothing is dropped. NULL writes nothing.
void html_text(struct html *html, const char *text);
void html_text_size(struct html *html, const char *text, size_t size);

// " name="value"", with the space before it. name is a literal; a NULL value writes nothing.
#define html_attribute(html, name, value) html_put_attribute_((html), " " name "=\"", (value))

// Text of a survey or the catalogue, escaped, with the no-break spaces of French: a plain space
// before ? ! : ; » or after « becomes U+00A0. English has no such spaces and stays as it is.
void html_prose(struct html *html, const char *text);
#define html_prose_attribute(html, name, value)                                                    \
    html_put_prose_attribute_((html), " " name "=\"", (value))

void html_number(struct html *html, long long number);

// Behind the macros, and what writes a stylesheet into such a buffer; never to be called for a
// page.
void html_put_raw_(struct html *html, const char *bytes, size_t size);
void html_put_attribute_(struct html *html, const char *opening, const char *value);
void html_put_prose_attribute_(struct html *html, const char *opening, const char *value);
