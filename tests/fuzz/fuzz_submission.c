// Any bytes as one submission, for each survey that CASUD publishes, with and without a bulk key:
// stored or refused, and what would be stored can be.
//
// SPDX-License-Identifier: Apache-2.0
#include "config/folder.h"
#include "config/text.h"
#include "daemon/intake/json_arena.h"
#include "daemon/intake/submission_body.h"
#include "daemon/pages/problem.h"

#include <stdlib.h>
#include <string.h>

#define NOW_US INT64_C(1795550400000000) // 2026-11-24T20:00:00Z

static struct edition *casud;
static struct secret *secret;

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void publish(const struct folder *folder, const struct choices *choices)
{
    struct error error = {0};
    json_auto_t *file =
        json_pack("{s:b, s:o}", "simulated", 0, "file", collectivity_to_json(folder->collectivity));
    json_auto_t *catalogue = catalogue_to_json(folder->catalogue);
    json_auto_t *bits = choices_to_json(choices);
    char *documents[] = {json_dumps(file, 0), json_dumps(catalogue, 0), json_dumps(bits, 0)};
    struct published_row rows[8] = {
        {1, "collectivity", "casud", 1, 0, documents[0]},
        {1, "catalogue", "", 1, 0, documents[1]},
        {1, "choices", "", 0, 0, documents[2]},
    };
    size_t count = 3;
    for (size_t i = 0; i < folder->survey_count; i++)
        rows[count++] = (struct published_row){1, "survey", folder->surveys[i].survey->slug,
                                               1, 0,        folder->surveys[i].text};
    struct editions *editions = editions_from_rows(rows, count, &error);
    require(editions != NULL);
    casud = edition_hold(editions->items[0]);
    editions_destroy(editions);
    for (size_t i = 0; i < 3; i++)
        free(documents[i]);
}

static void set_up(void)
{
    static const unsigned char bytes[SECRET_BYTES] = {1};
    AUTO(findings) struct findings *findings = findings_create();
    AUTO(folder)
    struct folder *folder = folder_read(SOURCE_DIR "/config/collectivities/casud", findings);
    require(folder != NULL);
    AUTO(choices) struct choices *choices = choices_create();
    for (size_t i = 0; i < folder->survey_count; i++)
        choices_assign(choices, folder->surveys[i].survey, folder->surveys[i].file, findings);
    publish(folder, choices);
    secret = secret_create(bytes);
    json_arena_install();
}

// Text that PostgreSQL takes.
static bool is_text(const char *text, size_t size)
{
    return size == 0 || (memchr(text, '\0', size) == NULL && text_is_valid(text, size));
}

static void check_row(const struct submission *row)
{
    require(row->version == 1 && row->survey != NULL && row->procedure != NULL);
    require(row->state != NULL && row->entry != NULL && row->language != NULL);
    require(row->received_at_us <= NOW_US);
    require(row->content_size > 0 && is_text(row->content, row->content_size));
    for (size_t i = 0; i < SUBMISSION_COLUMN_COUNT; i++) {
        const struct submission_column *column = &submission_columns[i];
        const void *at = (const char *)row + column->offset;
        int64_t mask;
        int32_t number;
        switch (column->kind) {
        case COLUMN_MASK:
            memcpy(&mask, at, sizeof mask);
            require(mask >= MASK_ABSENT);
            break;
        case COLUMN_NUMBER:
            memcpy(&number, at, sizeof number);
            require(number >= NUMBER_ABSENT);
            break;
        default:
            break;
        }
    }
}

// The reply to what is refused can be written.
static void check_refusals(const struct refusals *refusals)
{
    json_auto_t *errors = problem_errors(refusals);
    char *text = json_dumps(errors, JSON_COMPACT);
    require(refusals->count > 0 && text != NULL);
    require(json_array_size(errors) == refusals->count);
    free(text);
}

static void check_same(const struct intake *intake, const uint8_t *data, size_t size,
                       struct arena *arena, const struct submission *first)
{
    static struct refusals refusals;
    struct submission again;
    bool has_id;
    enum intake_verdict verdict =
        submission_read(intake, (const char *)data, size, arena, &again, &has_id, &refusals);
    require(verdict == INTAKE_FITS);
    require(memcmp(again.content_hash, first->content_hash, HASH_BYTES) == 0);
    require(again.content_size == first->content_size &&
            memcmp(again.content, first->content, first->content_size) == 0);
}

static void read_one(const struct edition_survey *survey, bool keyed, const uint8_t *data,
                     size_t size)
{
    static struct refusals refusals;
    struct submission row;
    bool has_id;
    AUTO(arena) struct arena *arena = arena_create((size_t)1024 * 1024);
    const struct intake intake = {
        .edition = casud,
        .survey = survey,
        .secret = secret,
        .language = keyed ? LANGUAGE_EN : LANGUAGE_FR,
        .entry = vocabulary_word(VOCABULARY_ENTRY, 3),
        .keyed = keyed,
        .now_us = NOW_US,
    };
    switch (submission_read(&intake, (const char *)data, size, arena, &row, &has_id, &refusals)) {
    case INTAKE_FITS:
        require(refusals.count == 0);
        check_row(&row);
        check_same(&intake, data, size, arena, &row);
        break;
    case INTAKE_MALFORMED:
    case INTAKE_REFUSED:
        check_refusals(&refusals);
        break;
    case INTAKE_TOO_LARGE:
        require(refusals.count == 0 && size > 4096);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size); // libFuzzer calls it

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (casud == NULL)
        set_up();
    for (size_t i = 0; i < casud->survey_count; i++) {
        read_one(&casud->surveys[i], false, data, size);
        read_one(&casud->surveys[i], true, data, size);
    }
    return 0;
}
