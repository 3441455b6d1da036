// Every word of the interface, in the three languages of the form pages: one row a text. What a
// survey says is in the survey.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/vocabulary.h"
#include "daemon/pages/html.h"

enum word {
    WORD_SKIP,
    WORD_LANGUAGE,
    WORD_SIMULATED,
    WORD_ALL_SURVEYS,

    WORD_STEP,
    WORD_REQUIRED,
    WORD_CHOOSE,
    WORD_OR,
    WORD_YES,
    WORD_NO,
    WORD_NONE,
    WORD_OTHER,
    WORD_SPECIFY,
    WORD_COUNT,
    WORD_TRAP,
    WORD_SEND,
    WORD_FINE,
    WORD_MISSING,

    WORD_ERROR_PREFIX,
    WORD_ERRORS_ONE,
    WORD_ERRORS,
    WORD_ERRORS_OTHER,
    WORD_SEND_AGAIN,
    WORD_UNKNOWN_FIELD,
    WORD_REPEATED_FIELD,

    WORD_IF,
    WORD_UNLESS,
    WORD_IF_END,
    WORD_QUOTE,
    WORD_UNQUOTE,
    WORD_LIST_OR,
    WORD_LIST_COMMA,
    WORD_LIST_AND,
    WORD_ANSWERED,
    WORD_NOT_ANSWERED,
    WORD_ANSWERED_AT_ALL,
    WORD_NOT_ANSWERED_AT_ALL,
    WORD_LESS,
    WORD_AT_MOST,
    WORD_MORE,
    WORD_AT_LEAST,

    WORD_THANKS_TITLE,
    WORD_THANKS,
    WORD_THANKS_LEAD,
    WORD_RECEIPT_TITLE,
    WORD_RECEIPT,
    WORD_RECEIPT_GONE,
    WORD_WRITE_TO,
    WORD_CALL,
    WORD_NEXT,
    WORD_NEXT_COUNTED,
    WORD_NEXT_SERVICES,
    WORD_NEXT_DECISION,
    WORD_ANOTHER_PROCEDURE,
    WORD_ANOTHER_ANSWER,

    WORD_LIST_TITLE,
    WORD_LIST,
    WORD_LIST_LEAD,
    WORD_LIST_EMPTY,
    WORD_FOR_EXTERNAL,
    WORD_FOR_INTERNAL,
    WORD_FOR_INVITED,

    WORD_BACK_TO_SURVEY,
    WORD_BACK_TO_LIST,
    WORD_MALFORMED,
    WORD_MALFORMED_TEXT,
    WORD_NOT_FOUND,
    WORD_NOT_FOUND_TEXT,
    WORD_METHOD,
    WORD_METHOD_TEXT,
    WORD_FORBIDDEN,
    WORD_FORBIDDEN_TEXT,
    WORD_NOT_OPEN_YET,
    WORD_NOT_OPEN_YET_TEXT,
    WORD_CLOSED,
    WORD_CLOSED_TEXT,
    WORD_WITHDRAWN,
    WORD_WITHDRAWN_TEXT,
    WORD_CONFLICT,
    WORD_CONFLICT_TEXT,
    WORD_TOO_LARGE,
    WORD_TOO_LARGE_TEXT,
    WORD_UNFIT,
    WORD_UNFIT_TEXT,
    WORD_SLOW_DOWN,
    WORD_SLOW_DOWN_TEXT,
    WORD_FAILED,
    WORD_FAILED_TEXT,
    WORD_UNAVAILABLE,
    WORD_UNAVAILABLE_TEXT,
    WORD_NOT_STORED,
    WORD_NOT_STORED_TEXT,
    WORD_COUNT_OF_WORDS
};

// A text may hold the places {1} and {2}.
const char *words(enum word word, enum language language);

// Writes the text, escaped, with first at {1} and second at {2} (escaped too; NULL: nothing).
void words_write(struct html *html, enum word word, enum language language, const char *first,
                 const char *second);

// "Français", "Kréol rényoné", "English".
const char *words_language_name(enum language language);

// A number with its thousands apart: "1 000" (U+202F), "1,000".
enum { WORDS_NUMBER_SIZE = 48 };
const char *words_number(long long number, enum language language, char text[WORDS_NUMBER_SIZE]);
