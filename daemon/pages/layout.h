// What every page has around its own content: head, brand, languages, banner of a demonstration,
// footer.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/edition.h"
#include "daemon/pages/html.h"
#include "daemon/pages/words.h"

struct layout {
    const struct edition *edition;       // NULL: an address of no collectivity
    const struct edition_survey *survey; // whose languages are offered; NULL: the collectivity's
    enum language language;
    const char *title; // before " - CASUD"
    bool title_french; // title is a fallback
    bool has_errors;   // the title begins with "Erreur : "
    bool is_form;      // the languages are buttons of the form #f; the style is the survey's
    const char *path;  // of the page, for the links to its other languages; NULL: none
    const char *query; // what they carry on, "t=…", already encoded; NULL: nothing
    const char *sheet; // classes beside `sheet`, or NULL
    bool is_list;      // the list of surveys: no link to itself
    bool sent;         // the page that follows a submission
};

// Up to and with <div class="sheet">, where the content goes; then all that follows it.
void layout_open(struct html *html, const struct layout *layout);
void layout_close(struct html *html, const struct layout *layout);

// The languages that the collectivity offers and, unless survey is NULL, the survey is written in.
bool layout_offers(const struct edition *edition, const struct edition_survey *survey,
                   enum language language);
// The language asked for if it is offered, else French. The same two may be NULL.
enum language layout_language(const struct edition *edition, const struct edition_survey *survey,
                              enum language asked);

// The text of a phrase, inside <span lang="fr"> where it falls back.
void layout_phrase(struct html *html, const struct phrase *phrase, enum language language);

// An e-mail address as a link, anything else as text.
void layout_contact(struct html *html, const char *contact);
