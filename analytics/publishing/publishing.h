// Writes a collectivity's folder into the database as new versions of what changed: its own file,
// its catalogue, its surveys, the bits of their choices. All within the transaction that the caller
// opened; nothing is to be committed when there were findings.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/folder.h"
#include "sql/session.h"

#include <stdint.h>
#include <stdio.h>

struct publishing {
    struct session *session;
    const struct folder *folder;
    struct findings *findings; // what the database's past forbids
    FILE *said;                // one line for each thing done
    bool simulated;            // asked for: a demonstration from now on
    bool changed;              // something was written

    char id[12]; // of the collectivity, once publishing_run() has found it
};

// False and *error when the database failed. True with findings: refused.
MUST_USE bool publishing_run(struct publishing *publishing, struct error *error);

// The parts of it, in files of their names. Checking writes nothing.
MUST_USE bool publishing_check_catalogue(struct publishing *publishing, struct error *error);
// published: the document of the newest version; 0 and "" when there is none.
MUST_USE bool publishing_write_catalogue(struct publishing *publishing, int32_t version,
                                         const char *published, struct error *error);
// Both checks and writes: a survey with a finding is not written.
MUST_USE bool publishing_write_surveys(struct publishing *publishing, struct error *error);
