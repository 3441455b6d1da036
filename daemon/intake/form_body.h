// What a page's form sends, and how it becomes a submission: one JSON object in the order of the
// survey, which from then on is treated like any other that was received.
//
//   bytes -> pairs (strict) -> {"id", "version", "placement", "language", "site", "answers"}
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/answers.h"
#include "config/edition.h"
#include "daemon/http/arena.h"

#include <jansson.h>

enum { FORM_BODY_LIMIT = 64 * 1024, FORM_PAIRS_LIMIT = 400, PLACEMENT_LIMIT = 40 };

// Both are valid UTF-8 without NUL and end by one; line ends are LF. They live in the arena.
struct form_pair {
    const char *name, *value;
};

struct form_body {
    const struct form_pair *pairs; // in the order sent
    size_t count;
};

// application/x-www-form-urlencoded. False and ERROR_BAD_INPUT when the body is too large, has too
// many pairs, a pair without a name or `=`, a wrong %XX, a control character, or text that is not
// UTF-8; ERROR_UNAVAILABLE when the arena is full.
MUST_USE bool form_body_read(struct arena *arena, const char *body, size_t size,
                             struct form_body *form, struct error *error);

// The value of the first pair of this name, or NULL.
const char *form_body_value(const struct form_body *form, const char *name);
// What `_version` says; 0, the current version, where it is missing or no such number.
int32_t form_body_version(const struct form_body *form);

// What the address of a form page says: ?lang= and ?from=. Anything that is not exactly right is
// ignored.
struct form_query {
    bool has_language;
    enum language language;              // LANGUAGE_FR unless said
    char placement[PLACEMENT_LIMIT + 1]; // [a-z0-9-]{1,40}, or ""
};
void form_query_read(const char *query, size_t size, struct form_query *form_query);
// What the button of another language says (`_lang`); false when none was pressed.
bool form_body_switches_language(const struct form_body *form, enum language *language);

// The submission; empty values are left out, figures and true/false become numbers and booleans
// where the question asks for them, anything else stays the text it was, for the fit to refuse and
// the page to show again. A field that the survey does not have and a second value for one answer
// are refusals (unknown-question, malformed), and the object is then still good for showing the
// page again. NULL only when memory ran out. The caller owns it.
MUST_USE json_t *form_body_to_submission(const struct form_body *form,
                                         const struct edition_survey *survey,
                                         const struct form_query *query, struct refusals *refusals);
