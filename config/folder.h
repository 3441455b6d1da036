// A collectivity's folder, read and checked whole: what `recueil publish DIR` publishes.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/catalogue.h"
#include "config/collectivity.h"
#include "config/survey.h"

struct folder_survey {
    char *file; // "surveys/demarches.json"
    char *text; // the file's bytes but for a byte order mark, published as they are
    size_t size;
    struct survey *survey;
};

struct folder {
    struct collectivity *collectivity;
    struct catalogue *catalogue;
    struct folder_survey *surveys; // by file name
    size_t survey_count;
};

// Checks each file, then the files against each other: a slug used twice or reserved, a procedure,
// commune, service or pain point that a survey offers and the CSV files do not hold, an audience
// of the wrong class, no question for a required measure (`procedure` unless the survey names one).
// Returns NULL when there was any finding. findings may not be NULL.
MUST_USE struct folder *folder_read(const char *directory, struct findings *findings);
void folder_destroy(struct folder *folder); // accepts NULL
DEFINE_AUTO(folder)

// The bits of the pain points that this survey's question on pain_points offers; 0 without one.
int64_t folder_offered_pain_points(const struct survey *survey, const struct catalogue *catalogue);
