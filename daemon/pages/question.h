// One question of the page: its box, its words, its error, its controls.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/pages/form_page.h"

void question_write(struct html *html, const struct form_page *page,
                    const struct question *question);

// data-if="…" for the page's script. Writes nothing for NULL.
void question_write_condition(struct html *html, const struct condition *condition);
