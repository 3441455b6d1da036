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
