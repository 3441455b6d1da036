// What a person has answered already, put back into the page.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/pages/form_page.h"

// The kept answer to this question, or NULL. row: of a matrix, else NULL.
const json_t *kept_answer(const struct form_page *page, const char *name, const char *row);

// Is the option with this code chosen in the answer (a value or a list)? answer may be NULL.
bool kept_chooses(const json_t *answer, const char *code);

// The answer as text: a text itself, a number in digits; "" for anything else and for NULL. digits
// has room for the number; the result is borrowed from one of the two.
enum { KEPT_DIGITS_SIZE = 32 };
const char *kept_text(const json_t *answer, char digits[KEPT_DIGITS_SIZE]);
