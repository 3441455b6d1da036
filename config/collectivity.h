// collectivity.json: who the collectivity is and how its pages and figures are to be.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/findings.h"
#include "config/vocabulary.h"

#include <jansson.h>

struct collectivity {
    char *slug; // [a-z][a-z0-9-]{0,39}: the first part of every address; equals the folder's name
    char *name; // "CASUD"
    char *long_name; // "Communauté d'agglomération du Sud"
    char *url;       // public address, https://… without a final slash; never taken from Host
    char *siren;     // 9 digits with a valid Luhn key, or ""
    char *time_zone; // a name of the tz database, "Indian/Reunion"
    char *contact;   // an e-mail address or a telephone number, "" when none
    bool languages[LANGUAGE_COUNT]; // fr always
    char **sites;                   // origins allowed to embed: "https://www.casud.re"
    size_t site_count;
    char *accent;                         // "#0d6b5c"
    char *logo_svg;                       // the text of the file named by "logo", or NULL
    int public_minimum, internal_minimum; // smallest groups published: 11 and 5 unless said
    int retention_months;
};

// directory holds collectivity.json and the logo. Returns NULL when there was any finding.
MUST_USE struct collectivity *collectivity_read(const char *directory, struct findings *findings);
// The document that collectivity_to_json() made (the logo's text is in it).
MUST_USE struct collectivity *collectivity_from_json(const json_t *document, struct error *error);
MUST_USE json_t *collectivity_to_json(const struct collectivity *collectivity);
void collectivity_destroy(struct collectivity *collectivity); // accepts NULL
DEFINE_AUTO(collectivity)

// Days since 1970-01-01 and first of month, in the collectivity's time zone, by the system's tz
// database. at_us: microseconds since 1970-01-01 UTC.
int32_t collectivity_day(const struct collectivity *collectivity, int64_t at_us);
