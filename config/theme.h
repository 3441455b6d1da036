// From a collectivity's accent colour to the three colours that pages take from it, each readable
// where it stands (WCAG 2.2, contrast of at least 4.5:1).
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/error.h"

enum { THEME_SIZE = 96 };

// text: ":root{--accent:#0d6b5c;--on-accent:#fff;--accent-night:#74cfba}". accent: "#rrggbb". False
// and ERROR_BAD_INPUT with the remedy when it is no colour or cannot be read on white.
MUST_USE bool theme_write(const char *accent, char text[THEME_SIZE], struct error *error);

// Contrast ratio of two colours "#rrggbb", from 1 to 21 (WCAG 2.2, "contrast ratio" and "relative
// luminance"); 0 when one is no colour.
double theme_contrast(const char *one, const char *other);
