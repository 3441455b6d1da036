// SPDX-License-Identifier: Apache-2.0
#include "daemon/intake/submission_body.h"

#include "config/calendar.h"
#include "config/text.h"
#include "daemon/intake/json_arena.h"

#include <jansson.h>
#include <string.h>

enum { PLACEMENT_LIMIT = 40, CHARACTER_BYTES = 4 };

// Says it in the language of the intake.
#define SAY(intake, french, english) ((intake)->language == LANGUAGE_EN ? (english) : (french))

// The members of a submission. Those marked `keyed` pass with a bulk key only.
static const struct member {
    const char *name;
    json_type type;
    bool keyed;
} members[] = {
    {"id", JSON_STRING, false},         {"version", JSON_INTEGER, false},
    {"procedure", JSON_STRING, false},  {"audience", JSON_STRING, false},
    {"channel", JSON_STRING, false},    {"phase", JSON_STRING, false},
    {"language", JSON_STRING, false},   {"placement", JSON_STRING, false},
    {"token", JSON_STRING, false},      {"prefilled", JSON_TRUE, false},
    {"site", JSON_STRING, false},       {"answers", JSON_OBJECT, false},
    {"received_at", JSON_STRING, true}, {"entry", JSON_STRING, true},
};

static const struct member *find_member(const char *name)
{
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        if (strcmp(members[i].name, name) == 0)
            return &members[i];
    return NULL;
}

static bool type_fits(const struct member *member, const json_t *value)
{
    if (member->type == JSON_TRUE)
        return json_is_boolean(value);
    return json_typeof(value) == member->type;
}

static const char *type_name(const struct intake *intake, json_type type)
{
    switch (type) {
    case JSON_OBJECT:
        return SAY(intake, "un objet", "an object");
    case JSON_INTEGER:
        return SAY(intake, "un nombre entier", "a whole number");
    case JSON_TRUE:
        return SAY(intake, "vrai ou faux", "true or false");
    default:
        return SAY(intake, "un texte", "a text");
    }
}

// As many whole characters of the name as fit: what is cut inside one is no text for jansson.
static void escape_pointer(const char *name, char *pointer, size_t size)
{
    size_t used = 0;
    pointer[used++] = '/';
    for (; *name != '\0'; name++) {
        bool begins = ((unsigned char)*name & 0xC0) != 0x80;
        if (begins && used + CHARACTER_BYTES >= size)
            break;
        if (*name == '~' || *name == '/') {
            pointer[used++] = '~';
            pointer[used++] = *name == '~' ? '0' : '1';
        } else {
            pointer[used++] = *name;
        }
    }
    pointer[used] = '\0';
}

// Every member known and of its type. A null counts as absent.
static void check_members(const struct intake *intake, json_t *document, struct refusals *refusals)
{
    const char *name;
    json_t *value;
    void *next;
    json_object_foreach_safe(document, next, name, value)
    {
        char pointer[100];
        const struct member *member = find_member(name);
        escape_pointer(name, pointer, sizeof pointer);
        if (member == NULL || (member->keyed && !intake->keyed))
            refusals_add(
                refusals, pointer, "unknown-member", "%s",
                SAY(intake, "Ce membre n'est pas connu ici.", "This member is not known here."));
        else if (json_is_null(value))
            json_object_del(document, name);
        else if (!type_fits(member, value))
            refusals_add(refusals, pointer, "wrong-type",
                         SAY(intake, "Il faut %s.", "This must be %s."),
                         type_name(intake, member->type));
    }
    if (json_object_get(document, "answers") == NULL)
        refusals_add(refusals, "/answers", "required", "%s",
                     SAY(intake, "Les réponses manquent : « answers » est obligatoire.",
                         "The answers are missing: \"answers\" is required."));
}

static const char *member_text(const json_t *document, const char *name, size_t *size)
{
    const json_t *value = json_object_get(document, name);
    *size = json_is_string(value) ? json_string_length(value) : 0;
    return json_string_value(value);
}

static void read_id(const struct intake *intake, const json_t *document, struct submission *row,
                    bool *has_id, struct refusals *refusals)
{
    size_t size;
    const char *text = member_text(document, "id", &size);
    if (text == NULL) {
        row->id = uuid_make();
        return;
    }
    *has_id = uuid_parse(text, size, &row->id);
    if (!*has_id)
        refusals_add(refusals, "/id", "malformed", "%s",
                     SAY(intake, "L'identifiant doit être un UUID de version 4 ou 7.",
                         "The id must be a UUID of version 4 or 7."));
}

bool placement_is_valid(const char *text, size_t size)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    if (size == 0 || size > PLACEMENT_LIMIT)
        return false;
    for (size_t i = 0; i < size; i++)
        if (text[i] == '\0' || strchr(allowed, text[i]) == NULL)
            return false;
    return true;
}

static void read_placement(const struct intake *intake, const json_t *document, struct arena *arena,
                           struct submission *row, struct refusals *refusals)
{
    size_t size;
    const char *text = member_text(document, "placement", &size);
    if (text == NULL || size == 0)
        return;
    if (placement_is_valid(text, size))
        row->placement = arena_copy(arena, text, size);
    else
        refusals_add(refusals, "/placement", "malformed", "%s",
                     SAY(intake, "L'emplacement : 40 signes au plus, minuscules, chiffres, tirets.",
                         "The placement: at most 40 lower-case letters, digits and hyphens."));
}

static void read_word(const struct intake *intake, const json_t *document, const char *name,
                      enum vocabulary list, const char **word, struct refusals *refusals)
{
    size_t size;
    const char *text = member_text(document, name, &size);
    if (text == NULL)
        return;
    const char *found = vocabulary_find(list, text, size);
    if (found != NULL) {
        *word = found;
        return;
    }
    char pointer[40] = "/";
    strncat(pointer, name, sizeof pointer - 2);
    refusals_add(refusals, pointer, "unknown-choice",
                 SAY(intake, "Les valeurs possibles : %s.", "Possible values: %s."),
                 vocabulary_list(list));
}

static void read_received_at(const struct intake *intake, const json_t *document,
                             struct submission *row, struct refusals *refusals)
{
    size_t size;
    const char *text = member_text(document, "received_at", &size);
    row->received_at_us = intake->now_us;
    if (text == NULL || !intake->keyed)
        return;
    if (!instant_parse(text, size, &row->received_at_us))
        refusals_add(refusals, "/received_at", "malformed", "%s",
                     SAY(intake, "La date doit être de la forme 2026-10-05T09:30:00+04:00.",
                         "The date must be written like 2026-10-05T09:30:00+04:00."));
    else if (row->received_at_us > intake->now_us)
        refusals_add(refusals, "/received_at", "out-of-range", "%s",
                     SAY(intake, "La date est dans le futur.", "The date is in the future."));
}

static const char *state_of(const json_t *document)
{
    size_t site_size;
    (void)member_text(document, "site", &site_size);
    const char *state = site_size > 0                                          ? "set_aside"
                        : json_is_true(json_object_get(document, "prefilled")) ? "prefilled"
                                                                               : "counted";
    return vocabulary_find(VOCABULARY_STATE, state, strlen(state));
}

static void read_members(const struct intake *intake, const json_t *document, struct arena *arena,
                         struct submission *row, struct refusals *refusals)
{
    row->collectivity_id = intake->edition->collectivity_id;
    row->language = vocabulary_word(VOCABULARY_LANGUAGE, (size_t)intake->language);
    row->entry = intake->entry;
    read_word(intake, document, "language", VOCABULARY_LANGUAGE, &row->language, refusals);
    if (intake->keyed)
        read_word(intake, document, "entry", VOCABULARY_ENTRY, &row->entry, refusals);
    read_placement(intake, document, arena, row, refusals);
    read_received_at(intake, document, row, refusals);
    row->state = state_of(document);
}

// The version that the submission names, if it may still be judged by it.
static const struct edition_survey *judged_by(const struct intake *intake, const json_t *document)
{
    const char *slug = intake->survey->survey->slug;
    json_int_t version = json_integer_value(json_object_get(document, "version"));
    int32_t wanted = version > 0 && version <= INT32_MAX ? (int32_t)version : 0;
    return edition_survey_version(intake->edition, slug, strlen(slug), wanted, intake->now_us);
}

static void hash_content(const struct intake *intake, const char *body, size_t size,
                         struct submission *row)
{
    const char *collectivity = intake->edition->collectivity->slug;
    const char *survey = intake->survey->survey->slug;
    const struct secret_part parts[] = {
        {collectivity, strlen(collectivity)}, {survey, strlen(survey)}, {body, size}};
    unsigned char mac[SECRET_MAC_BYTES];
    secret_mac(intake->secret, SECRET_CONTENT_HASH, parts, 3, mac);
    memcpy(row->content_hash, mac, HASH_BYTES);
}

// Keeps the bytes as received; only where something had to go, jansson's compact dump without it.
static bool keep_content(const json_t *document, bool changed, const char *body, size_t size,
                         struct arena *arena, struct submission *row)
{
    if (!changed) {
        row->content = arena_copy(arena, body, size);
        row->content_size = size;
        return row->content != NULL;
    }
    char *dump = json_dumps(document, JSON_COMPACT);
    if (dump == NULL)
        return false;
    row->content_size = strlen(dump);
    row->content = arena_copy(arena, dump, row->content_size);
    return row->content != NULL; // the dump lies in jansson's arena
}

static enum intake_verdict read_document(const struct intake *intake, json_t *document,
                                         const char *body, size_t size, struct arena *arena,
                                         struct submission *row, bool *has_id,
                                         struct refusals *refusals)
{
    check_members(intake, document, refusals);
    read_id(intake, document, row, has_id, refusals);
    if (refusals->count > 0)
        return INTAKE_REFUSED;
    read_members(intake, document, arena, row, refusals);

    const struct answers_beside beside = {
        .procedure = json_string_value(json_object_get(document, "procedure")),
        .audience = json_string_value(json_object_get(document, "audience")),
        .channel = json_string_value(json_object_get(document, "channel")),
        .phase = json_string_value(json_object_get(document, "phase")),
    };
    bool changed = json_object_get(document, "token") != NULL;
    bool dropped = false;
    bool fits = answers_fit(intake->edition, judged_by(intake, document), intake->language,
                            json_object_get(document, "answers"), &beside, row, refusals, &dropped);
    if (!fits || refusals->count > 0)
        return INTAKE_REFUSED;
    (void)json_object_del(document, "token");
    hash_content(intake, body, size, row);
    return keep_content(document, changed || dropped, body, size, arena, row) ? INTAKE_FITS
                                                                              : INTAKE_TOO_LARGE;
}

enum intake_verdict submission_read(const struct intake *intake, const char *body, size_t size,
                                    struct arena *arena, struct submission *row, bool *has_id,
                                    struct refusals *refusals)
{
    refusals->count = 0;
    *has_id = false;
    submission_clear(row);
    json_arena_begin();
    json_error_t at;
    json_t *document = json_loadb(body, size, JSON_REJECT_DUPLICATES, &at);
    enum intake_verdict verdict = INTAKE_MALFORMED;
    if (document == NULL)
        refusals_add(refusals, "", "malformed",
                     SAY(intake, "Ce n'est pas du JSON valable, ligne %d, colonne %d : %s.",
                         "This is not valid JSON, line %d, column %d: %s."),
                     at.line, at.column, at.text);
    else if (!json_is_object(document))
        refusals_add(refusals, "", "malformed", "%s",
                     SAY(intake, "Il faut un objet JSON : une réponse au questionnaire.",
                         "A JSON object is needed: one submission."));
    else
        verdict = read_document(intake, document, body, size, arena, row, has_id, refusals);
    // An allocation that failed may have been taken for an absent member: no other verdict holds.
    if (json_arena_exhausted()) {
        verdict = INTAKE_TOO_LARGE;
        refusals->count = 0;
    }
    json_arena_end(); // the document goes with its arena
    return verdict;
}
