// Text that people wrote: valid UTF-8, its length as a person counts, its line ends.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdbool.h>
#include <stddef.h>

// Strict UTF-8 (no overlong forms, no surrogates, nothing over U+10FFFF) without NUL.
bool text_is_valid(const char *bytes, size_t size);
// Characters as counted for limits: code points, CRLF and CR as one. bytes must be valid.
size_t text_length(const char *bytes, size_t size);
// CRLF and CR become LF, in place. Returns the new size.
size_t text_unify_lines(char *bytes, size_t size);
// True when there is nothing but white space (also U+00A0, U+202F, U+200B).
bool text_is_blank(const char *bytes, size_t size);
// A lower-case copy without diacritics for comparing names; the caller frees it.
char *text_fold(const char *text);
