// SPDX-License-Identifier: Apache-2.0
#include "daemon/http/url.h"

#include <criterion/criterion.h>
#include <string.h>

static const struct {
    const char *text, *decoded; // NULL: refused
} texts[] = {
    {"", ""},       {"abc", "abc"}, {"a+b%20c", "a b c"}, {"%C3%a9", "é"}, {"%2B%25", "+%"},
    {"%", NULL},    {"%4", NULL},   {"a%4", NULL},        {"%4g", NULL},   {"%%41", NULL},
    {"% 41", NULL}, {"a\nb", NULL}, {"a\x7F", NULL},      {"%0A", "\n"},
};

Test(url, decodes_strictly)
{
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char out[64];
        size_t size = 0;
        bool decoded = url_decode(texts[i].text, strlen(texts[i].text), out, &size);
        cr_assert_eq(decoded, texts[i].decoded != NULL, "%s", texts[i].text);
        if (decoded) {
            cr_assert_eq(size, strlen(texts[i].decoded), "%s", texts[i].text);
            cr_assert_arr_eq(out, texts[i].decoded, size);
        }
    }
}

Test(url, decodes_in_place)
{
    char text[] = "%41%42+C";
    size_t size = 0;
    cr_assert(url_decode(text, strlen(text), text, &size));
    cr_assert_eq(size, (size_t)4);
    cr_assert_arr_eq(text, "AB C", 4);
}

static const struct {
    const char *query, *value; // of "from"; NULL: none
} queries[] = {
    {"from=a", "a"},
    {"lang=fr&from=page-1", "page-1"},
    {"from=", ""},
    {"from=a&from=b", "a"},
    {"xfrom=a", NULL},
    {"from", NULL},
    {"from&from=a", "a"},
    {"fromx=a", NULL},
    {"From=a", NULL},
    {"&&from=a&", "a"},
    {"from=%C3%A9", "é"},
    {"from=%C3", NULL},
    {"from=%00", NULL},
    {"from=%zz", NULL},
    {"from=12345678", "12345678"},
    {"from=123456789", NULL},
    {"from=%31%32%33%34%35%36%37%38", "12345678"},
    {"from=%31%32%33%34%35%36%37%38%39", NULL},
    {"", NULL},
};

Test(url, finds_the_value_of_a_parameter)
{
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        char value[9];
        bool found = url_query_value(queries[i].query, strlen(queries[i].query), "from", value,
                                     sizeof value);
        cr_assert_eq(found, queries[i].value != NULL, "%s", queries[i].query);
        if (found)
            cr_assert_str_eq(value, queries[i].value, "%s", queries[i].query);
    }
    char value[9];
    cr_assert_not(url_query_value(NULL, 0, "from", value, sizeof value));
    cr_assert_not(url_query_value("from=a", 6, "from", value, 0));
}
