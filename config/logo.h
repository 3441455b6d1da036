// A collectivity's logo: an SVG file that is served as it is, so nothing in it may run.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/findings.h"

enum { LOGO_LIMIT = 64 * 1024 };

// file: the name of a file in directory. Returns its text, which the caller frees; NULL with a
// finding when it cannot be read, is no SVG or fails logo_is_harmless().
MUST_USE char *logo_read(const char *directory, const char *file, struct findings *findings);

// No scripts in any spelling: elements (script, foreignObject and what else holds HTML), attributes
// that begin with "on", javascript: addresses, and what could hide one of these (entities, numeric
// character references, stylesheets by processing instruction). Findings at name:line:column.
bool logo_is_harmless(const char *text, size_t size, const char *name, struct findings *findings);
