// The collectivity's colour on the pages: from one accent to the three custom properties that the
// stylesheet takes, readable by WCAG 2.2 (contrast of at least 4.5:1, success criterion 1.4.3).
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/error.h"

enum { THEME_SIZE = 80 };

// accent: "#0d6b5c". Writes ":root{--accent:#0d6b5c;--on-accent:#fff;--accent-night:#…}".
// ERROR_BAD_INPUT when it is no such colour or too light to be read on white and to carry white
// text; the sentence then names the nearest darker shade that will do.
bool theme_write(const char *accent, char text[THEME_SIZE], struct error *error);
