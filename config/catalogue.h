// The catalogue of a collectivity: its procedures, the taxonomy of pain points, its communes and
// its services. Read from four CSV files when published, from one JSON document ever after.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/findings.h"
#include "config/measure.h"
#include "config/phrase.h"

#include <jansson.h>

struct procedure {
    char *code;                                         // [a-z0-9][a-z0-9-]{0,39}; never `other`
    char *label, *service, *owner, *online_url, *theme; // French; "" where empty
    unsigned audiences;                                 // bit i: word i of VOCABULARY_AUDIENCE
    unsigned channels;                                  // bit i: word i of VOCABULARY_CHANNEL
    int32_t volume_per_year, deadline_days;             // NUMBER_ABSENT (-1) where empty
};

struct pain_point {
    int bit; // 0 to 62
    char *code;
    const char *nature; // of VOCABULARY_NATURE
    char *audience;     // "all", "external" or "internal": who is asked
    char *short_label;
    struct phrase label; // fr, rcf
    char *help;
};

// A commune or a service.
struct place {
    char *code, *label;
    int32_t population; // communes: inhabitants; services: staff; -1 where empty
};

enum catalogue_list {
    CATALOGUE_PROCEDURES,
    CATALOGUE_PAIN_POINTS,
    CATALOGUE_COMMUNES,
    CATALOGUE_SERVICES,
    CATALOGUE_LIST_COUNT
};

struct code_place {
    const char *code;
    size_t index; // in the list
};

struct catalogue {
    struct procedure *procedures; // in the file's order, which is the order everywhere
    size_t procedure_count;
    struct pain_point *pain_points;
    size_t pain_point_count;
    struct place *communes;
    size_t commune_count;
    struct place *services;
    size_t service_count;
    // Each list's codes in order, for the look-ups; NULL in a catalogue made by hand: its lists are
    // walked.
    struct code_place *by_code[CATALOGUE_LIST_COUNT];
};

// directory: where procedures.csv, pain-points.csv and, if there, communes.csv and services.csv
// are. Returns NULL when there was any finding.
MUST_USE struct catalogue *catalogue_read(const char *directory, struct findings *findings);
MUST_USE struct catalogue *catalogue_from_json(const json_t *document, struct error *error);
MUST_USE json_t *catalogue_to_json(const struct catalogue *catalogue); // keys in a fixed order
void catalogue_destroy(struct catalogue *catalogue);                   // accepts NULL
DEFINE_AUTO(catalogue)

// All give NULL when the code is unknown. code needs no NUL.
const struct procedure *catalogue_procedure(const struct catalogue *catalogue, const char *code,
                                            size_t size);
const struct pain_point *catalogue_pain_point(const struct catalogue *catalogue, const char *code,
                                              size_t size);
const struct place *catalogue_commune(const struct catalogue *catalogue, const char *code,
                                      size_t size);
const struct place *catalogue_service(const struct catalogue *catalogue, const char *code,
                                      size_t size);

// Does the procedure list an audience of this class ("external" or "internal")?
bool procedure_fits(const struct procedure *procedure, const char *class);
