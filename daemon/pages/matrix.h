// A matrix: one answer a row, as a list where there are many columns, else as radio buttons.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/pages/form_page.h"

// The rows, inside the question's fieldset.
void matrix_write(struct html *html, const struct form_page *page, const struct question *question);
