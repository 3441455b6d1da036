// SPDX-License-Identifier: Apache-2.0
#include "config/submission.h"

void submission_clear(struct submission *submission)
{
    *submission = (struct submission){
        .pain_points = MASK_ABSENT,
        .believed_pain_points = MASK_ABSENT,
        .tools = MASK_ABSENT,
        .calendar = MASK_ABSENT,
        .means = MASK_ABSENT,
        .training_need = MASK_ABSENT,
        .actors = MASK_ABSENT,
        .satisfaction = NUMBER_ABSENT,
        .effort = NUMBER_ABSENT,
        .clarity = NUMBER_ABSENT,
        .minutes = NUMBER_ABSENT,
        .visits = NUMBER_ABSENT,
        .digital_comfort = NUMBER_ABSENT,
        .files_per_month = NUMBER_ABSENT,
        .minutes_per_file = NUMBER_ABSENT,
        .elapsed_days = NUMBER_ABSENT,
        .rekeying = NUMBER_ABSENT,
        .returned = NUMBER_ABSENT,
        .handoffs = NUMBER_ABSENT,
        .change_readiness = NUMBER_ABSENT,
    };
}

#define COLUMN(name, kind, field)                                                                  \
    {                                                                                              \
        name, kind, offsetof(struct submission, field)                                             \
    }

// clang-format off
const struct submission_column submission_columns[SUBMISSION_COLUMN_COUNT] = {
    COLUMN("collectivity_id", COLUMN_INT, collectivity_id),
    COLUMN("id", COLUMN_UUID, id),
    COLUMN("received_at", COLUMN_INSTANT, received_at_us),
    COLUMN("content_hash", COLUMN_HASH, content_hash),
    COLUMN("state", COLUMN_TEXT, state),
    COLUMN("version", COLUMN_INT, version),
    COLUMN("survey", COLUMN_TEXT, survey),
    COLUMN("procedure", COLUMN_TEXT, procedure),
    COLUMN("audience", COLUMN_TEXT, audience),
    COLUMN("phase", COLUMN_TEXT, phase),
    COLUMN("channel", COLUMN_TEXT, channel),
    COLUMN("entry", COLUMN_TEXT, entry),
    COLUMN("placement", COLUMN_TEXT, placement),
    COLUMN("language", COLUMN_TEXT, language),
    COLUMN("pain_points", COLUMN_MASK, pain_points),
    COLUMN("believed_pain_points", COLUMN_MASK, believed_pain_points),
    COLUMN("tools", COLUMN_MASK, tools),
    COLUMN("calendar", COLUMN_MASK, calendar),
    COLUMN("means", COLUMN_MASK, means),
    COLUMN("training_need", COLUMN_MASK, training_need),
    COLUMN("actors", COLUMN_MASK, actors),
    COLUMN("minutes", COLUMN_NUMBER, minutes),
    COLUMN("files_per_month", COLUMN_NUMBER, files_per_month),
    COLUMN("minutes_per_file", COLUMN_NUMBER, minutes_per_file),
    COLUMN("elapsed_days", COLUMN_NUMBER, elapsed_days),
    COLUMN("visits", COLUMN_NUMBER, visits),
    COLUMN("handoffs", COLUMN_NUMBER, handoffs),
    COLUMN("satisfaction", COLUMN_NUMBER, satisfaction),
    COLUMN("effort", COLUMN_NUMBER, effort),
    COLUMN("clarity", COLUMN_NUMBER, clarity),
    COLUMN("digital_comfort", COLUMN_NUMBER, digital_comfort),
    COLUMN("rekeying", COLUMN_NUMBER, rekeying),
    COLUMN("returned", COLUMN_NUMBER, returned),
    COLUMN("change_readiness", COLUMN_NUMBER, change_readiness),
    COLUMN("preferred_channel", COLUMN_TEXT, preferred_channel),
    COLUMN("commune", COLUMN_TEXT, commune),
    COLUMN("service", COLUMN_TEXT, service),
    COLUMN("completed", COLUMN_TEXT, completed),
    COLUMN("help", COLUMN_TEXT, help),
    COLUMN("content", COLUMN_CONTENT, content),
};
// clang-format on
