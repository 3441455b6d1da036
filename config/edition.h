// What one collectivity has published, as the daemon and the exports use it: its file, its
// catalogue, its survey versions, the bits of choices, its bulk keys. Immutable and counted: an
// exchange holds the edition it began with until its reply, while newer ones take its place.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/catalogue.h"
#include "config/choices.h"
#include "config/collectivity.h"
#include "config/survey.h"

enum { KEY_HASH_BYTES = 32, ETAG_SIZE = 35 };

struct edition_survey {
    struct survey *survey;
    int32_t version;
    int64_t replaced_at_us; // 0: the current version
    char *definition;       // the published file, as it was
    size_t definition_size;
    char etag[ETAG_SIZE]; // "\"…32 hex…\"": of the definition
    uint32_t tally;       // the daemon's counters of this survey; 0: none of its own
};

struct edition_key {
    char *name;
    unsigned char hash[KEY_HASH_BYTES]; // SHA-256 of the bearer key
};

struct edition {
    unsigned holders;
    int32_t collectivity_id;
    bool simulated; // a demonstration: every output says so
    struct collectivity *collectivity;
    struct catalogue *catalogue;
    char catalogue_etag[ETAG_SIZE];
    struct choices *choices;
    struct edition_survey *surveys; // current versions first, in the order of slugs
    size_t survey_count;
    struct edition_key *keys;
    size_t key_count;
};

// One published row, as queries/load_published.sql returns it and the daemon's copy keeps it.
// kind: "collectivity" (document: {"simulated": bool, "file": {…}}), "catalogue", "choices",
// "survey" (document: the definition), "key" (name in survey; document: 64 hex digits).
struct published_row {
    int32_t collectivity_id;
    const char *kind, *survey;
    int32_t version;
    int64_t replaced_at_us;
    const char *document;
};

// All editions of an installation.
struct editions {
    struct edition **items;
    size_t count;
};

// Rows in any order. NULL and *error when a document cannot be read or a collectivity lacks its
// file or catalogue: the older editions then stay in use.
MUST_USE struct editions *editions_from_rows(const struct published_row *rows, size_t count,
                                             struct error *error);
void editions_destroy(struct editions *editions); // releases each edition; accepts NULL
DEFINE_AUTO(editions)

// Fills the bits of the survey's choices from the edition's choices and catalogue. Done for every
// survey that editions_from_rows() reads; for surveys that come another way (drafts, tests) by
// hand.
void edition_number_choices(const struct edition *edition, struct survey *survey);

// The strong ETag of a document: half of its SHA-256, with the quotes.
void edition_etag_write(const char *bytes, size_t size, char etag[ETAG_SIZE]);

struct edition *edition_hold(struct edition *edition); // returns it
void edition_release(struct edition *edition);         // the last one frees; accepts NULL

// All give NULL when there is none. Texts need no NUL.
struct edition *editions_find(const struct editions *editions, const char *slug, size_t size);
const struct edition_survey *edition_survey(const struct edition *edition, const char *slug,
                                            size_t size);
// version 0: the current one. A replaced version is given for 7 days after it was replaced, later
// (and for a version that never was) the current one.
const struct edition_survey *edition_survey_version(const struct edition *edition, const char *slug,
                                                    size_t size, int32_t version, int64_t now_us);
