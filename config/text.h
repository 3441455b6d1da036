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
// False when there are control characters other than tab and line ends, or invalid UTF-8.
bool text_is_printable(const char *bytes, size_t size);
// A lower-case copy without diacritics, ligatures and curly apostrophes, for comparing names; the
// caller frees it. Text that is not UTF-8 is copied as it is.
char *text_fold(const char *text);
