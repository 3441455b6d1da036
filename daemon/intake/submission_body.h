// From the received bytes of one submission to a row that can be stored: JSON, the members beside
// the answers, the fit to the survey, the content hash, the bytes to keep.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/answers.h"
#include "config/secret.h"
#include "daemon/http/arena.h"

// Where and how a submission came.
struct intake {
    const struct edition *edition;
    const struct edition_survey *survey; // the current version
    struct secret *secret;
    enum language language; // of messages, and of the submission where it says none
    const char *entry;      // of VOCABULARY_ENTRY, where the submission may not say it
    bool keyed;             // came with a bulk key: may carry received_at and entry
    int64_t now_us;
};

enum intake_verdict {
    INTAKE_FITS,
    INTAKE_MALFORMED, // 400: no JSON object; the one refusal says where
    INTAKE_TOO_LARGE, // 413: needs more memory than a submission may
    INTAKE_REFUSED,   // 422: the refusals say why
};

// body needs no NUL and may go away afterwards. On INTAKE_FITS *row is complete; its texts live in
// the edition, in static tables or in the arena, its content in the arena. row->id is set, and
// *has_id true, as soon as the body names a valid id, whatever the verdict.
enum intake_verdict submission_read(const struct intake *intake, const char *body, size_t size,
                                    struct arena *arena, struct submission *row, bool *has_id,
                                    struct refusals *refusals);

// "[a-z0-9-]{1,40}"
bool placement_is_valid(const char *text, size_t size);
