// A page that says one thing: closed, not found, too large, try again. One row of a table a
// message.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/edition.h"
#include "daemon/pages/html.h"

enum message {
    MESSAGE_MALFORMED,    // 400, 411, 415
    MESSAGE_FORBIDDEN,    // 401, 403
    MESSAGE_NOT_OPEN_YET, // 403
    MESSAGE_NOT_FOUND,    // 404
    MESSAGE_METHOD,       // 405
    MESSAGE_CONFLICT,     // 409
    MESSAGE_CLOSED,       // 410: the survey
    MESSAGE_WITHDRAWN,    // 410: the submission
    MESSAGE_TOO_LARGE,    // 413
    MESSAGE_UNFIT,        // 422
    MESSAGE_SLOW_DOWN,    // 429
    MESSAGE_FAILED,       // 500
    MESSAGE_UNAVAILABLE,  // 503: a page cannot be shown
    MESSAGE_NOT_STORED,   // 503: a submission could not be stored
    MESSAGE_COUNT
};

struct message_page {
    const struct edition *edition;       // NULL: an address of no collectivity
    const struct edition_survey *survey; // for the way back; NULL: the list of surveys
    enum language language;
    enum message message;
    const char *detail; // a sentence in the page's language in place of the usual one, or NULL
};

void message_page_write(struct html *html, const struct message_page *page);

// What to say for a status where nothing more is known; any number is accepted.
enum message message_of_status(int status);
