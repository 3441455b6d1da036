// SPDX-License-Identifier: Apache-2.0
#include "config/text.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

Test(text, takes_only_strict_utf8_without_nul)
{
    static const struct {
        const char *bytes;
        size_t size;
        bool valid;
    } rows[] = {
        {"", 0, true},
        {"Été à l'Entre-Deux", 20, true},
        {"\xF0\x9F\x8C\x8B", 4, true},  // U+1F30B
        {"\xF4\x8F\xBF\xBF", 4, true},  // U+10FFFF
        {"\xEF\xBF\xBF", 3, true},      // U+FFFF
        {"\xED\x9F\xBF", 3, true},      // U+D7FF
        {"a\0b", 3, false},             // NUL
        {"\xC0\x80", 2, false},         // overlong NUL
        {"\xC1\xBF", 2, false},         // overlong
        {"\xE0\x9F\xBF", 3, false},     // overlong
        {"\xF0\x8F\xBF\xBF", 4, false}, // overlong
        {"\xED\xA0\x80", 3, false},     // surrogate
        {"\xF4\x90\x80\x80", 4, false}, // over U+10FFFF
        {"\xF5\x80\x80\x80", 4, false},
        {"\xFF", 1, false},
        {"\x80", 1, false},         // lone continuation
        {"\xC3", 1, false},         // cut
        {"\xE2\x82", 2, false},     // cut
        {"\xE2\x82\x28", 3, false}, // broken third byte
        {"caf\xE9", 4, false},      // Latin-1
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        cr_assert_eq(text_is_valid(rows[i].bytes, rows[i].size), rows[i].valid, "row %zu", i);
}

Test(text, counts_as_a_person_counts)
{
    static const struct {
        const char *text;
        size_t length;
    } rows[] = {
        {"", 0},       {"abc", 3},       {"é", 1},    {"\xF0\x9F\x8C\x8B", 1},
        {"a\r\nb", 3}, {"a\rb", 3},      {"a\nb", 3}, {"\r\n\r\n", 2},
        {"\n\r", 2},   {"e\xCC\x81", 2}, // a combining accent is a code point
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        cr_assert_eq(text_length(rows[i].text, strlen(rows[i].text)), rows[i].length, "row %zu", i);
}

Test(text, makes_every_line_end_one_line_feed)
{
    char bytes[] = "a\r\nb\rc\nd\r\r\ne\r";
    size_t size = text_unify_lines(bytes, sizeof bytes - 1);
    cr_assert_eq(size, strlen("a\nb\nc\nd\n\ne\n"));
    cr_assert_eq(memcmp(bytes, "a\nb\nc\nd\n\ne\n", size), 0);
    cr_assert_eq(text_unify_lines(bytes, 0), 0);
}

Test(text, knows_white_space_from_text)
{
    static const char *const blank[] = {
        "", " ", "\t\r\n", "\xC2\xA0", "\xE2\x80\xAF", "\xE2\x80\x8B", " \xC2\xA0 "};
    static const char *const written[] = {"a", " a ", ".", "é", "\xC2\xA0é", "\xFF"};
    for (size_t i = 0; i < sizeof blank / sizeof blank[0]; i++)
        cr_assert(text_is_blank(blank[i], strlen(blank[i])), "blank %zu", i);
    for (size_t i = 0; i < sizeof written / sizeof written[0]; i++)
        cr_assert_not(text_is_blank(written[i], strlen(written[i])), "written %zu", i);
}

Test(text, lets_no_control_character_pass_but_tab_and_line_ends)
{
    static const char *const good[] = {"", "a\tb\r\nc", "«\xC2\xA0é\xC2\xA0»", "\xE2\x80\x99"};
    static const char *const bad[] = {"\x01", "\x1B[31m", "a\x7F", "\xC2\x9B", "\xC2\x80", "\xFF"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        cr_assert(text_is_printable(good[i], strlen(good[i])), "good %zu", i);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        cr_assert_not(text_is_printable(bad[i], strlen(bad[i])), "bad %zu", i);
    cr_assert_not(text_is_printable("a\0b", 3));
}

Test(text, folds_case_accents_ligatures_and_apostrophes)
{
    static const struct {
        const char *text, *folded;
    } rows[] = {
        {"L'Étang-Salé", "l'etang-sale"},
        {"L\xE2\x80\x99ÎLE", "l'ile"},
        {"Œuvre", "oeuvre"},
        {"ÇA", "ca"},
        {"Ex æquo", "ex aequo"},
        {"", ""},
        {"e\xCC\x81", "e"},
        {"\xFF", "\xFF"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *folded = text_fold(rows[i].text);
        cr_assert_str_eq(folded, rows[i].folded, "row %zu: %s", i, folded);
        free(folded);
    }
}
