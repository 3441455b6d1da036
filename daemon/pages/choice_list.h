// A question that is a list of radio buttons or boxes to tick.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/pages/form_page.h"
#include "daemon/pages/options.h"

// One list: of a question, or of one row of a matrix.
struct choice_list {
    const struct form_page *page;
    const struct question *question;
    const struct options *options;
    size_t row_number; // from 1; 0: the question itself. The controls are NAME-n or NAME-row-n
    const char *row;   // the row's code; the controls' name is then NAME.ROW
};

// <div class="opts …"> with its options.
void choice_list_write(struct html *html, const struct choice_list *list);

// A rating whose levels are faces, and which face (1 to 5) the level at this place has; 0: none.
bool choice_list_has_faces(const struct question *question);
int choice_list_face(const struct question *question, size_t index);
