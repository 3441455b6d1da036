// The controls of a question that is one field: a list to choose from, a line or a box to write in.
// And the ids of all controls, which labels, errors and styles refer to.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/pages/form_page.h"
#include "daemon/pages/options.h"

// NAME, or NAME-n with number n from 1.
void fields_write_id(struct html *html, const struct question *question, size_t number);
// NAME-Comment: the text beside `other`.
void fields_write_comment_id(struct html *html, const struct question *question);
// Of the control that a link to the question leads to; number: of a row of a matrix, or 0.
void fields_write_first_id(struct html *html, const struct form_page *page,
                           const struct question *question, size_t number);

// Has the question several controls, so that it is a fieldset with a legend?
bool fields_is_group(const struct question *question);
// A matrix of up to five columns has radio buttons, a wider one a list in each row.
bool fields_matrix_has_lists(const struct question *question);

// aria-describedby, in the order hint, error, count; nothing when there is none of them.
void fields_write_described(struct html *html, const struct form_page *page,
                            const struct question *question);

// The <option>s, the empty one first. answer: what was chosen, or NULL.
void fields_write_options(struct html *html, const struct options *options, const json_t *answer,
                          enum language language);

// The control of a dropdown, text or comment, with the count below it.
void fields_write(struct html *html, const struct form_page *page, const struct question *question);
// <input type="text" name="NAME-Comment"> with its label, where the question has `other`.
void fields_write_comment(struct html *html, const struct form_page *page,
                          const struct question *question, const struct options *options);
