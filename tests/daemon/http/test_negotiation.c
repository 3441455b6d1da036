// SPDX-License-Identifier: Apache-2.0
#include "daemon/http/negotiation.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static char text[2048];
static struct head head;

// A GET of this target with these more lines.
static const struct head *request(const char *target, const char *lines)
{
    int size = snprintf(text, sizeof text, "GET %s HTTP/1.1\r\nHost: a\r\n%s\r\n", target, lines);
    cr_assert_eq(head_read(text, (size_t)size, &head), 0, "%s", text);
    return &head;
}

Test(negotiation, chooses_the_language)
{
    static const struct {
        const char *target, *lines;
        enum language language;
        bool asked;
    } rows[] = {
        {"/", "", LANGUAGE_FR, false},
        {"/?lang=en", "", LANGUAGE_EN, true},
        {"/?lang=rcf", "Accept-Language: en\r\n", LANGUAGE_RCF, true},
        {"/?lang=de", "Accept-Language: en\r\n", LANGUAGE_EN, false},
        {"/?from=a&lang=en", "", LANGUAGE_EN, true},
        {"/?xlang=en", "", LANGUAGE_FR, false},
        {"/", "Accept-Language: de, en;q=0.8, fr;q=0.9\r\n", LANGUAGE_FR, false},
        {"/", "Accept-Language: en-GB,en;q=0.9,fr;q=0.8\r\n", LANGUAGE_EN, false},
        {"/", "Accept-Language: EN\r\n", LANGUAGE_EN, false},
        {"/", "Accept-Language: rcf,fr;q=0.5\r\n", LANGUAGE_RCF, false},
        {"/", "Accept-Language: en;q=0, de\r\n", LANGUAGE_FR, false},
        {"/", "Accept-Language: ,;q=,,;;=\r\n", LANGUAGE_FR, false},
        {"/", "Accept-Language: en;q=1.000, fr;q=0.999\r\n", LANGUAGE_EN, false},
        {"/", "Accept-Language: en;q=0.\r\n", LANGUAGE_FR, false},
        {"/", "Accept-Language: en;q=.5, rcf;q=0.001\r\n", LANGUAGE_RCF, false},
        // What no integer holds.
        {"/", "Accept-Language: en;q=1e9, rcf;q=0.1\r\n", LANGUAGE_RCF, false},
        {"/", "Accept-Language: en;q=inf, rcf;q=0.1\r\n", LANGUAGE_RCF, false},
        {"/", "Accept-Language: en;q=nan, rcf;q=0.1\r\n", LANGUAGE_RCF, false},
        {"/", "Accept-Language: en;q=-1, rcf;q=0.1\r\n", LANGUAGE_RCF, false},
        {"/", "Accept-Language: en;q=9.999, rcf;q=0.1\r\n", LANGUAGE_RCF, false},
        {"/", "Accept-Language: en;q=0.12345, rcf;q=0.1\r\n", LANGUAGE_RCF, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bool asked;
        enum language language =
            negotiation_language(request(rows[i].target, rows[i].lines), &asked);
        cr_assert_eq(language, rows[i].language, "row %zu", i);
        cr_assert_eq(asked, rows[i].asked, "row %zu", i);
    }
}

Test(negotiation, chooses_between_page_and_document)
{
    static const struct {
        const char *lines;
        bool on_page, on_api;
    } rows[] = {
        {"", true, false},
        {"Accept: */*\r\n", true, false},
        {"Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\n", true, true},
        {"Accept: application/json\r\n", false, false},
        {"Accept: application/problem+json\r\n", false, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct head *read = request("/", rows[i].lines);
        cr_assert_eq(negotiation_wants_page(read, true), rows[i].on_page, "row %zu", i);
        cr_assert_eq(negotiation_wants_page(read, false), rows[i].on_api, "row %zu", i);
    }
}

Test(negotiation, finds_query_values)
{
    const struct head *read = request("/?a=1&b=&c=x%20y&a=2", "");
    cr_assert_eq(negotiation_query(read, "a").size, 1);
    cr_assert_eq(negotiation_query(read, "a").at[0], '1');
    cr_assert_eq(negotiation_query(read, "b").size, 0);
    cr_assert_eq(negotiation_query(read, "c").size, 5);
    cr_assert_eq(negotiation_query(read, "d").size, 0);
}

Test(negotiation, recognises_etags)
{
    static const struct {
        const char *lines;
        bool has;
    } rows[] = {
        {"", false},
        {"If-None-Match: \"abc\"\r\n", true},
        {"If-None-Match: W/\"abc\"\r\n", true},
        {"If-None-Match: \"x\", \"abc\"\r\n", true},
        {"If-None-Match: *\r\n", true},
        {"If-None-Match: \"ab\"\r\n", false},
        {"If-None-Match: abc\r\n", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        cr_assert_eq(negotiation_has(request("/", rows[i].lines), "\"abc\""), rows[i].has,
                     "row %zu", i);
}
