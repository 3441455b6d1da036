// SPDX-License-Identifier: Apache-2.0
#include "config/vocabulary.h"

#include <assert.h>
#include <string.h>

enum { WORDS_LIMIT = 9 };

static const struct {
    const char *words[WORDS_LIMIT];
    const char *said;
} lists[VOCABULARY_COUNT] = {
    [VOCABULARY_AUDIENCE] = {{"citizen", "applicant", "beneficiary", "elected", "agent", "partner"},
                             "citizen, applicant, beneficiary, elected, agent or partner"},
    [VOCABULARY_CHANNEL] = {{"online", "desk", "phone", "mail", "home"},
                            "online, desk, phone, mail or home"},
    [VOCABULARY_PHASE] = {{"before", "during", "after"}, "before, during or after"},
    [VOCABULARY_ENTRY] = {{"form", "kiosk", "paper", "api"}, "form, kiosk, paper or api"},
    [VOCABULARY_STATE] = {{"counted", "prefilled", "set_aside", "withdrawn", "canary"},
                          "counted, prefilled, set_aside, withdrawn or canary"},
    [VOCABULARY_CLASS] = {{"external", "internal"}, "external or internal"},
    [VOCABULARY_LANGUAGE] = {{"fr", "rcf", "en"}, "fr, rcf or en"},
    [VOCABULARY_COMPLETED] = {{"done", "pending", "given_up"}, "done, pending or given_up"},
    [VOCABULARY_HELP] = {{"none", "helped", "unmet", "proxy"}, "none, helped, unmet or proxy"},
    [VOCABULARY_NATURE] =
        {{"organisation", "information", "digital-gain", "access", "digital-fault", "skills",
          "relation", "exclusion"},
         "organisation, information, digital-gain, access, digital-fault, skills, "
         "relation or exclusion"},
};

const char *vocabulary_find(enum vocabulary list, const char *text, size_t size)
{
    for (size_t i = 0; lists[list].words[i] != NULL; i++) {
        const char *word = lists[list].words[i];
        if (strlen(word) == size && memcmp(word, text, size) == 0)
            return word;
    }
    return NULL;
}

int vocabulary_index(enum vocabulary list, const char *word)
{
    for (size_t i = 0; word != NULL && lists[list].words[i] != NULL; i++)
        if (strcmp(lists[list].words[i], word) == 0)
            return (int)i;
    return -1;
}

const char *vocabulary_word(enum vocabulary list, size_t index)
{
    return index < WORDS_LIMIT ? lists[list].words[index] : NULL;
}

const char *vocabulary_list(enum vocabulary list)
{
    return lists[list].said;
}

const char *vocabulary_class_of(const char *audience)
{
    int index = vocabulary_index(VOCABULARY_AUDIENCE, audience);
    assert(index >= 0);
    return lists[VOCABULARY_CLASS].words[index < 3 ? 0 : 1];
}
