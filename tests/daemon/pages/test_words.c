// SPDX-License-Identifier: Apache-2.0
#include "daemon/pages/words.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

// A sign that French sets off with a no-break space, here with another or none before it.
static bool is_badly_spaced(const char *text)
{
    for (const char *at = text; *at != '\0'; at++)
        if (strchr("?!:;", *at) != NULL && (at - text < 2 || strncmp(at - 2, "\u00A0", 2) != 0))
            return true;
    return false;
}

Test(words, has_every_text_in_every_language)
{
    for (int word = 0; word < WORD_COUNT_OF_WORDS; word++)
        for (int language = 0; language < LANGUAGE_COUNT; language++) {
            const char *text = words((enum word)word, (enum language)language);
            cr_assert(text != NULL && text[0] != '\0', "word %d, language %d", word, language);
        }
}

Test(words, is_spaced_as_french_and_creole_are)
{
    for (int word = 0; word < WORD_COUNT_OF_WORDS; word++)
        for (int language = LANGUAGE_FR; language <= LANGUAGE_RCF; language++) {
            const char *text = words((enum word)word, (enum language)language);
            cr_assert(!is_badly_spaced(text), "%s", text);
        }
}

Test(words, has_the_same_places_in_every_language)
{
    for (int word = 0; word < WORD_COUNT_OF_WORDS; word++)
        for (int place = 1; place <= 2; place++) {
            const char *mark = place == 1 ? "{1}" : "{2}";
            bool french = strstr(words((enum word)word, LANGUAGE_FR), mark) != NULL;
            for (int language = LANGUAGE_RCF; language < LANGUAGE_COUNT; language++)
                cr_assert_eq(strstr(words((enum word)word, (enum language)language), mark) != NULL,
                             french, "%s", words((enum word)word, LANGUAGE_FR));
        }
}

Test(words, fills_in_escaped_values)
{
    struct html html;
    size_t size = 0;
    html_init(&html);
    words_write(&html, WORD_STEP, LANGUAGE_FR, "<1>", "%s{1}");
    char *text = html_take(&html, &size);
    cr_assert_str_eq(text, "Étape &lt;1&gt; sur %s{1}");
    free(text);
}

Test(words, sets_thousands_apart)
{
    char text[WORDS_NUMBER_SIZE];
    cr_assert_str_eq(words_number(0, LANGUAGE_FR, text), "0");
    cr_assert_str_eq(words_number(999, LANGUAGE_FR, text), "999");
    cr_assert_str_eq(words_number(4000, LANGUAGE_FR, text), "4\u202F000");
    cr_assert_str_eq(words_number(-1234567, LANGUAGE_EN, text), "-1,234,567");
    cr_assert_str_eq(words_number(INT64_MIN, LANGUAGE_RCF, text),
                     "-9\u202F223\u202F372\u202F036\u202F854\u202F775\u202F808");
}
