// Percent-encoding as forms and query strings use it. Strict: what is malformed is refused, never
// passed on half decoded.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdbool.h>
#include <stddef.h>

// Decodes %XX and `+` (a space) into out, which has room for size bytes and may be text itself.
// Returns false for a % without two hexadecimal digits and for a raw control character.
bool url_decode(const char *text, size_t size, char *out, size_t *out_size);

// The value of the first parameter with exactly this name (which needs no decoding), decoded and
// ended by a NUL. False when there is none or it is malformed, longer than buffer_size - 1, or not
// UTF-8 without NUL. query needs no NUL and may be NULL when size is 0.
bool url_query_value(const char *query, size_t size, const char *name, char *buffer,
                     size_t buffer_size);
