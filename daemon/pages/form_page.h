// The page of a survey: one form, one POST, all pages of the survey below each other. It works
// without a script; what a script may improve is in data- attributes.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/answers.h"
#include "config/edition.h"
#include "daemon/pages/html.h"

// The code of the refusal that says that nothing is wrong but the moment. Pointer "", shown in
// words of the page's language.
#define FORM_UNAVAILABLE "unavailable"

struct form_page {
    const struct edition *edition;
    const struct edition_survey *survey;
    enum language language;          // one that layout_language() gave
    const char *id;                  // the submission's, UUID text
    const char *placement;           // NULL: none
    const json_t *answers;           // NULL: blank; else kept answers, as form_submission made them
    const struct refusals *refusals; // NULL: none
};

// Writes the whole page.
void form_page_write(struct html *html, const struct form_page *page);
