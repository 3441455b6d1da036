// The one stylesheet of each page, complete: the static files, then the collectivity's theme and a
// survey's rules.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/edition.h"
#include "daemon/pages/html.h"

enum { STYLE_VERSION_SIZE = 7 };

// What stands behind ?v=: changes whenever the style does. survey NULL: of the other pages.
void style_version(const struct edition *edition, const struct edition_survey *survey,
                   char version[STYLE_VERSION_SIZE]);

// /{collectivity}/{survey}/style.css: form.css, theme, one rule a condition. theme_css: the line
// ":root{--accent:…}" of the collectivity's accent.
void style_write_form(struct html *css, const struct edition *edition,
                      const struct edition_survey *survey, const char *theme_css);
// /{collectivity}/style.css: form.css, pages.css, theme.
void style_write_pages(struct html *css, const char *theme_css);
