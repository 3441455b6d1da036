// Everything that is refused, in one table: its status and its sentence. A problem document (RFC
// 9457) for programs, a page for people.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/answers.h"
#include "daemon/http/exchange.h"

enum problem {
    PROBLEM_MALFORMED,      // 400
    PROBLEM_KEY,            // 401 bulk without a valid key
    PROBLEM_INVITATION,     // 401
    PROBLEM_NOT_OPEN,       // 403
    PROBLEM_WRONG_RECEIPT,  // 403
    PROBLEM_UNKNOWN,        // 404
    PROBLEM_NOT_THERE,      // 404 nothing to withdraw under this id
    PROBLEM_METHOD,         // 405
    PROBLEM_TIMEOUT,        // 408
    PROBLEM_CONFLICT,       // 409
    PROBLEM_WITHDRAWN,      // 410 the submission
    PROBLEM_CLOSED,         // 410 the survey
    PROBLEM_ANONYMISED,     // 410 the month of the submission
    PROBLEM_LENGTH,         // 411
    PROBLEM_TOO_LARGE,      // 413
    PROBLEM_TYPE,           // 415
    PROBLEM_EXPECTATION,    // 417
    PROBLEM_REFUSED,        // 422
    PROBLEM_NO_RECEIPT,     // 422
    PROBLEM_TOO_MANY,       // 429: the caller gives Retry-After
    PROBLEM_HEAD_TOO_LARGE, // 431
    PROBLEM_FAILED,         // 500
    PROBLEM_NO_METHOD,      // 501
    PROBLEM_UNAVAILABLE,    // 503 nothing durable can be written
    PROBLEM_NOT_READY,      // 503 nothing published is known yet
    PROBLEM_BUSY,           // 503 another bulk request is under way
    PROBLEM_NOT_WITHDRAWN,  // 503 the database does not answer
    PROBLEM_VERSION,        // 505
    PROBLEM_COUNT
};

// Replies and ends the exchange. id: of the submission, or NULL. refusals: one entry an error, or
// NULL.
void problem_reply(struct exchange *exchange, enum problem problem, const char *id,
                   const struct refusals *refusals);

// The same with one more header line (complete, with its end), such as Allow.
void problem_reply_with(struct exchange *exchange, enum problem problem, const char *header);

int problem_status(enum problem problem);
// Borrowed from the table.
const char *problem_sentence(enum problem problem, enum language language);

// The document for a refusal of the wire, where no exchange exists: borrowed from static memory,
// made once a status; PROBLEM_FAILED's for a status that has none.
const char *problem_wire_document(int status);

// The same for people: a page in the colours of edition, or in none where it is NULL. What the
// reply points to lives until the next call.
void problem_wire_page(struct reply *reply, int status, const struct edition *edition,
                       enum language language);

// [{"pointer", "code", "detail"}]: a new reference.
MUST_USE json_t *problem_errors(const struct refusals *refusals);
