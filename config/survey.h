// What a survey is: its pages, panels and questions, in the order in which people meet them, and
// what each question measures. A survey never changes once read: a new version is a new survey.
//
// The file format is a strict subset of SurveyJS JSON plus one `recueil` object; everything that is
// not in the subset is a finding with its JSON Pointer and a remedy (survey_reader.c).
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/condition.h"
#include "config/findings.h"
#include "config/measure.h"
#include "config/phrase.h"

enum question_type {
    QUESTION_RADIOGROUP,
    QUESTION_CHECKBOX,
    QUESTION_DROPDOWN,
    QUESTION_BOOLEAN,
    QUESTION_RATING,
    QUESTION_COMMENT,
    QUESTION_TEXT,
    QUESTION_MATRIX,
    QUESTION_NOTE, // `html`: plain text to read, never an answer
    QUESTION_TYPE_COUNT
};

enum input_type { INPUT_TEXT, INPUT_NUMBER, INPUT_DATE };

// The reserved values: an answer whose measure is null, and an empty mask.
#define CHOICE_DONT_KNOW "dont_know"
#define CHOICE_NONE "none"
#define CHOICE_OTHER "other"

struct choice {
    char *code; // the value as text: "online", "3"
    bool is_number;
    int32_t number; // where is_number
    int bit;        // in the mask (rows, columns: in the matrix); -1: none. Set by the edition
    struct phrase text;
};

struct question {
    char *name; // [a-z][a-z0-9_]{0,62}
    enum question_type type;
    enum measure measure;
    struct phrase title, description; // title: for QUESTION_NOTE the note itself
    bool required;
    struct phrase required_error;
    struct condition *visible_if; // NULL: always
    int page;                     // index in pages
    int panel;                    // index in panels, or -1

    // radiogroup, checkbox, dropdown, rating (its levels), matrix (its columns). A dropdown or
    // radiogroup bound to `procedure` lists the catalogue's entries that fit first, then these.
    struct choice *choices;
    size_t choice_count;
    bool catalogue_choices;

    bool none_item; // checkbox: a last, exclusive choice with code `none`
    struct phrase none_text;
    bool other_item; // checkbox, radiogroup: a choice with code `other` and a text NAME-Comment
    struct phrase other_text;
    int max_selected; // checkbox; 0: no limit

    bool faces;          // rating with rateType smileys
    bool all_required;   // matrix: isAllRowRequired
    struct choice *rows; // matrix
    size_t row_count;

    struct phrase label_true, label_false; // boolean
    enum input_type input;                 // text
    bool has_least, has_most;              // text with a number: min, max
    int32_t least, most;
    int max_length; // comment, text: characters; never 0 (4000 and 255 where not said)
    int text_rows;  // comment
    bool scrub;     // recueil.pii: "scrub"
};

struct panel {
    char *name;
    struct phrase title;
    struct condition *visible_if;
    int page;
};

struct survey_page {
    char *name;
    struct phrase title, description;
    struct condition *visible_if;
};

struct survey {
    char *slug; // [a-z0-9-]{1,40}
    struct phrase title, description;
    const char *class; // of VOCABULARY_CLASS
    const char *phase; // of VOCABULARY_PHASE; `before` where not said
    char *access;      // "open" or "invitation"; open where not said
    char *procedure;   // the one procedure this survey is about, or NULL
    bool catalogue;    // "procedures": "catalogue"
    int32_t opens_day,
        closes_day;       // days since 1970-01-01; 0: no limit; closes is the last open day
    int retention_months; // 0: the collectivity's
    bool languages[LANGUAGE_COUNT]; // those in which the title is written
    struct survey_page *pages;
    size_t page_count;
    struct panel *panels;
    size_t panel_count;
    struct question *questions;
    size_t question_count;
};

// file: how findings name it. Returns NULL when there was any finding.
MUST_USE struct survey *survey_read(const char *text, size_t size, const char *file,
                                    struct findings *findings);
void survey_destroy(struct survey *survey); // accepts NULL
DEFINE_AUTO(survey)

// Both give NULL when there is none.
const struct question *survey_question(const struct survey *survey, const char *name);
const struct question *survey_measured(const struct survey *survey, enum measure measure);

const struct choice *question_choice(const struct question *question, const char *code);

// Where the question stands in its file, as a JSON Pointer: /pages/0/elements/2.
void survey_question_place(const struct survey *survey, const struct question *question,
                           char *pointer, size_t size);

// Is the survey open on this day (days since 1970-01-01 in the collectivity's time zone)?
enum survey_opening { SURVEY_OPEN, SURVEY_NOT_OPEN_YET, SURVEY_CLOSED };
enum survey_opening survey_opening(const struct survey *survey, int32_t day);
