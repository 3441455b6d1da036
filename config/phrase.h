// One text in the languages of the form pages. French is always there; the others fall back to it.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/vocabulary.h"

struct phrase {
    char *
        text[LANGUAGE_COUNT]; // owned; NULL where there is no translation; all NULL: no text at all
};

static inline const char *phrase_in(const struct phrase *phrase, enum language language)
{
    const char *text = phrase->text[language];
    return text != NULL ? text : phrase->text[LANGUAGE_FR];
}

// True when phrase_in() falls back: the page then marks the text with lang="fr".
static inline bool phrase_falls_back(const struct phrase *phrase, enum language language)
{
    return phrase->text[language] == NULL && phrase->text[LANGUAGE_FR] != NULL;
}

static inline bool phrase_is_empty(const struct phrase *phrase)
{
    return phrase->text[LANGUAGE_FR] == NULL;
}

void phrase_clear(struct phrase *phrase);
