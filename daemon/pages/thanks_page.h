// The page after a submission. It looks the same whether the submission counts or was set aside.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/edition.h"
#include "daemon/pages/html.h"

struct thanks_page {
    const struct edition *edition;
    const struct edition_survey *survey;
    enum language language;
    const char *placement; // NULL: none
    const char *ticket;    // as it stood in the address, for the language links; NULL: none
    const char *receipt;   // ID.SECRET; NULL: the ticket is missing, wrong or expired
};

void thanks_page_write(struct html *html, const struct thanks_page *page);
