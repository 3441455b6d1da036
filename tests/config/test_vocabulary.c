// SPDX-License-Identifier: Apache-2.0
#include "config/vocabulary.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

// The words are fixed: tables, files and routes of other programs hold them.
static const char *const lists[VOCABULARY_COUNT] = {
    [VOCABULARY_AUDIENCE] = "citizen applicant beneficiary elected agent partner",
    [VOCABULARY_CHANNEL] = "online desk phone mail home",
    [VOCABULARY_PHASE] = "before during after",
    [VOCABULARY_ENTRY] = "form kiosk paper api",
    [VOCABULARY_STATE] = "counted prefilled set_aside withdrawn canary",
    [VOCABULARY_CLASS] = "external internal",
    [VOCABULARY_LANGUAGE] = "fr rcf en",
    [VOCABULARY_COMPLETED] = "done pending given_up",
    [VOCABULARY_HELP] = "none helped unmet proxy",
    [VOCABULARY_NATURE] = "organisation information digital-gain access digital-fault skills "
                          "relation exclusion",
};

static enum vocabulary at(int list)
{
    return (enum vocabulary)list;
}

Test(vocabulary, holds_the_words_of_the_contract_in_their_order)
{
    for (int list = 0; list < VOCABULARY_COUNT; list++) {
        char joined[256] = "";
        const char *word;
        for (size_t i = 0; (word = vocabulary_word(at(list), i)) != NULL; i++) {
            size_t used = strlen(joined);
            snprintf(joined + used, sizeof joined - used, "%s%s", i == 0 ? "" : " ", word);
        }
        cr_assert_str_eq(joined, lists[list]);
    }
}

Test(vocabulary, finds_each_word_as_the_very_pointer_of_the_table)
{
    for (int list = 0; list < VOCABULARY_COUNT; list++) {
        const char *word;
        for (size_t i = 0; (word = vocabulary_word(at(list), i)) != NULL; i++) {
            cr_assert_eq(vocabulary_find(at(list), word, strlen(word)), word);
            cr_assert_eq(vocabulary_index(at(list), word), (int)i);
            cr_assert(strstr(vocabulary_list(at(list)), word) != NULL, "%s", word);
        }
    }
}

Test(vocabulary, refuses_what_is_not_quite_a_word)
{
    static const char *const rows[] = {"", "citize", "citizens", "Citizen", " citizen", "online"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cr_assert_null(vocabulary_find(VOCABULARY_AUDIENCE, rows[i], strlen(rows[i])), "%s",
                       rows[i]);
        cr_assert_eq(vocabulary_index(VOCABULARY_AUDIENCE, rows[i]), -1, "%s", rows[i]);
    }
    cr_assert_null(vocabulary_find(VOCABULARY_AUDIENCE, "agent\0", 6));
    cr_assert_eq(vocabulary_index(VOCABULARY_AUDIENCE, NULL), -1);
    cr_assert_null(vocabulary_word(VOCABULARY_AUDIENCE, 6));
    cr_assert_null(vocabulary_word(VOCABULARY_NATURE, 8));
    cr_assert_null(vocabulary_word(VOCABULARY_NATURE, 9));
    cr_assert_null(vocabulary_word(VOCABULARY_NATURE, (size_t)-1));
}

Test(vocabulary, needs_no_nul_behind_the_text)
{
    cr_assert_str_eq(vocabulary_find(VOCABULARY_CHANNEL, "desk|phone", 4), "desk");
}

Test(vocabulary, says_lists_as_a_person_would)
{
    cr_assert_str_eq(vocabulary_list(VOCABULARY_LANGUAGE), "fr, rcf or en");
    cr_assert_str_eq(vocabulary_list(VOCABULARY_CLASS), "external or internal");
}

Test(vocabulary, knows_the_class_of_each_audience)
{
    static const struct {
        const char *audience, *class;
    } rows[] = {
        {"citizen", "external"}, {"applicant", "external"}, {"beneficiary", "external"},
        {"elected", "internal"}, {"agent", "internal"},     {"partner", "internal"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        cr_assert_str_eq(vocabulary_class_of(rows[i].audience), rows[i].class, "%s",
                         rows[i].audience);
}
