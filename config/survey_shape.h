// The shape of a survey file: which properties each kind of object may have and of which JSON type,
// where in the file something stands, and texts keyed by language. Knows nothing of what the
// properties mean: that is survey_reader.c and survey_rules.c.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/survey.h"

// Where we are in the file: a chain on the stack, written as a JSON Pointer when needed.
struct spot {
    const struct spot *parent; // NULL: the document
    const char *key;           // NULL: index counts
    size_t index;
};

// A condition whose questions are judged once all questions are known.
struct pending_condition {
    const struct condition *condition;
    char *place;
    size_t before;   // only questions that come before this one may be named
    const char *own; // the question that has the condition, or NULL
};

struct survey_reader {
    const char *file;
    struct findings *findings;
    size_t complaints; // counted here: findings may be NULL
    struct survey *survey;
    struct pending_condition *pending;
    size_t pending_count;
};

enum wanted {
    WANT_TEXT,
    WANT_PHRASE, // text, or an object of texts by language
    WANT_WHOLE,  // a number without decimals that an int32_t holds
    WANT_FLAG,
    WANT_LIST,
    WANT_OBJECT,
    WANT_CODE, // text or a whole number
};

struct property {
    const char *name;
    enum wanted wanted;
    bool needed;
    unsigned types; // bits of enum question_type; 0: any
};

// The caller frees the text: FILE#/pages/0/elements/1.
MUST_USE char *spot_write(const struct survey_reader *reader, const struct spot *spot);

void complain(struct survey_reader *reader, const struct spot *spot, const char *format, ...)
    PRINTF_LIKE(3, 4);
// The same for the property `name` of the object at spot.
void complain_at(struct survey_reader *reader, const struct spot *spot, const char *name,
                 const char *format, ...) PRINTF_LIKE(4, 5);

// Is it an object, all of whose properties are known and of the right type, and none missing that
// is needed? Complains of each that is not. said: "a page". properties end with a NULL name. types:
// the bit of the question's type, or 0. False only when it is no object.
bool shape_check(struct survey_reader *reader, const struct spot *spot, const json_t *object,
                 const struct property *properties, unsigned types, const char *said);

// What has the wrong type counts as absent: shape_check() complained of it.
const char *shape_text(const json_t *object, const char *name);        // NULL when absent
bool shape_flag(const json_t *object, const char *name);               // false when absent
const json_t *shape_list(const json_t *object, const char *name);      // NULL when absent
const json_t *shape_object(const json_t *object, const char *name);    // NULL when absent
bool shape_whole(const json_t *object, const char *name, int32_t *at); // false when absent
bool shape_is_whole(const json_t *value);

// Fills *phrase from the property; leaves it empty when there is none.
void shape_phrase(struct survey_reader *reader, const struct spot *spot, const json_t *object,
                  const char *name, struct phrase *phrase);

// The word's index in words, which ends with NULL; -1 when it is not there.
int shape_find_word(const char *const *words, const char *word);
// The same for a property: -1 when it is absent; complains of an unknown word with those said.
int shape_word(struct survey_reader *reader, const struct spot *spot, const json_t *object,
               const char *name, const char *const *words, const char *said);
// A number from least to most, or `absent` where the property is absent or wrong.
int shape_number(struct survey_reader *reader, const struct spot *spot, const json_t *object,
                 const char *name, int32_t least, int32_t most, int absent);

// The candidate (a list that ends with NULL) most like name, or NULL when none is near.
const char *nearest_name(const char *name, const char *const *candidates);

// survey_reader.c: what questions share with pages and panels. The caller frees the name, which is
// never NULL. own: the name of the question that has the condition, or NULL.
char *survey_read_name(struct survey_reader *reader, const struct spot *spot, const json_t *object);
void survey_complain_of_repeat(struct survey_reader *reader, const struct spot *spot,
                               const char *name, const char *said);
struct condition *survey_read_condition(struct survey_reader *reader, const struct spot *spot,
                                        const json_t *object, const char *own);

// survey_question_reader.c. By enum question_type; then "panel" and NULL.
extern const char *const question_type_names[QUESTION_TYPE_COUNT + 2];
// panel: its index, or -1. The question belongs to the page that was added last.
void survey_read_question(struct survey_reader *reader, const struct spot *spot,
                          const json_t *object, enum question_type type, int panel);

// survey_rules.c: what the parts must be together. spot: of the question's object.
void rules_check_question(struct survey_reader *reader, const struct spot *spot,
                          const json_t *object, const struct question *question);
void rules_check_survey(struct survey_reader *reader);
