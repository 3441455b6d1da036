// Which question of the page a refusal is about, and the summary of all of them at its top.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/pages/form_page.h"

// The first refusal of this question; row: of this row (a matrix), NULL: of the question itself.
// NULL when there is none.
const struct refusal *form_error_of(const struct form_page *page, const struct question *question,
                                    const struct choice *row);

// <p class="err" id="e-NAME">; number: of the row, from 1, or 0. Writes nothing without a refusal.
void form_error_write(struct html *html, const struct form_page *page,
                      const struct question *question, const struct refusal *refusal,
                      size_t number);

// The box at the top of the page, with a link to each field. Writes nothing without refusals.
void form_errors_write(struct html *html, const struct form_page *page);
