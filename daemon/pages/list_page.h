// The page that lists the surveys of a collectivity which are open on a day.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/edition.h"
#include "daemon/pages/html.h"

struct list_page {
    const struct edition *edition;
    enum language language;
    int32_t day; // today: days since 1970-01-01 in the collectivity's time zone
};

void list_page_write(struct html *html, const struct list_page *page);
