// SPDX-License-Identifier: Apache-2.0
#include "daemon/pages/survey_style.h"

#include "tests/daemon/pages/casud.h"

#define THEME ":root{--accent:#0d6b5c;--on-accent:#fff;--accent-night:#74cfba}"

static const char *style_of(const struct edition_survey *survey)
{
    struct html css;
    html_init(&css);
    survey_style_write(&css, survey->survey, casud.catalogue, THEME);
    return written(&css);
}

Test(survey_style, hides_what_the_citizens_survey_does_not_show)
{
    cr_assert_str_eq(
        style_of(casud_survey("demarches")),
        THEME "\n"
              "@supports selector(:has(*)){"
              "#f:not(:has(#demarche [value=other]:checked)) #q-autre_demarche{display:none}"
              "#f:not(:has(#issue-1:checked,#issue-3:checked)) #q-temps{display:none}"
              "#f:has(#canal-1:checked) #q-numerique,#f:has(#canal_prefere-1:checked) #q-numerique"
              "{display:none}}\n");
}

Test(survey_style, hides_what_the_agents_survey_does_not_show)
{
    cr_assert_str_eq(style_of(casud_survey("agents")), THEME
                     "\n"
                     "@supports selector(:has(*)){"
                     "#f:not(:has(#fonction-1:checked)) #q-service{display:none}"
                     "#f:not(:has(#demarche [value=other]:checked)) #q-autre_demarche{display:none}"
                     "#f:not(:has(#dossiers-1:checked)) #etape-4{display:none}}\n");
}

#define CHOICES(...) "\"choices\":[" __VA_ARGS__ "]"
#define EARLIER                                                                                    \
    "{\"type\":\"radiogroup\",\"name\":\"a\",\"title\":\"A\"," CHOICES(                            \
        "\"x\",\"y\",\"97403\"") "},{\"type\":\"checkbox\",\"name\":\"b\",\"title\":"              \
                                 "\"B\"," CHOICES(                                                 \
                                     "\"u\",\"v\"") "},{\"type\":\"rating\","                      \
                                                    "\"name\":\"c\",\"title\":\"C\","              \
                                                    "\"rateMin\":1,\"rateMax\":4},"                \
                                                    "{\"type\":\"dropdown\","                      \
                                                    "\"name\":\"d\",\"title\":"                    \
                                                    "\"D\"," CHOICES(                              \
                                                        "\"97403\",\"z\"") "},{"                   \
                                                                           "\"type\""              \
                                                                           ":\"text"               \
                                                                           "\","                   \
                                                                           "\"name\""              \
                                                                           ":\"e\","               \
                                                                           "\"title"               \
                                                                           "\":"                   \
                                                                           "\"E\","                \
                                                                           "\"inputT"              \
                                                                           "ype\":"                \
                                                                           "\"number"              \
                                                                           "\","                   \
                                                                           "\"min\":"              \
                                                                           "0,"                    \
                                                                           "\"max\":"              \
                                                                           "99},"                  \
                                                                           "{\"type"               \
                                                                           "\":"                   \
                                                                           "\"commen"              \
                                                                           "t\","                  \
                                                                           "\"name\""              \
                                                                           ":\"h\","               \
                                                                           "\"title"               \
                                                                           "\":"                   \
                                                                           "\"H\","                \
                                                                           "\"visibl"              \
                                                                           "eIf\":"                \
                                                                           "\"{a} = "              \
                                                                           "'x'\"},"               \
                                                                           "{\"type"               \
                                                                           "\":"                   \
                                                                           "\"radiog"              \
                                                                           "roup\","               \
                                                                           "\"name\""              \
                                                                           ":\"i\","               \
                                                                           "\"title"               \
                                                                           "\":"                   \
                                                                           "\"I\","                \
                                                                           "\"visibl"              \
                                                                           "eIf\":"                \
                                                                           "\"{a} = "              \
                                                                           "'x'"                   \
                                                                           "\""                    \
                                                                           "," CHOICES("\"m"       \
                                                                                       "\","       \
                                                                                       "\"n"       \
                                                                                       "\"") "},"

static const struct {
    const char *condition, *selectors; // NULL: no rule
} rules[] = {
    {"{a} = 'y'", "#f:not(:has(#a-2:checked)) #q-z"},
    {"{a} != 'y'", "#f:has(#a-2:checked) #q-z"},
    {"{a} anyof ['x', 'y']", "#f:not(:has(#a-1:checked,#a-2:checked)) #q-z"},
    {"{a} noneof ['x', 'y']", "#f:has(#a-1:checked,#a-2:checked) #q-z"},
    {"{a} empty", "#f:has(#a-1:checked,#a-2:checked,#a-3:checked) #q-z"},
    {"{a} notempty", "#f:not(:has(#a-1:checked,#a-2:checked,#a-3:checked)) #q-z"},
    {"{b} contains 'v'", "#f:not(:has(#b-2:checked)) #q-z"},
    {"{b} anyof ['u', 'v']", "#f:not(:has(#b-1:checked,#b-2:checked)) #q-z"},
    {"{c} <= 2", "#f:not(:has(#c-1:checked,#c-2:checked)) #q-z"},
    {"{c} > 3", "#f:not(:has(#c-4:checked)) #q-z"},
    {"{d} = '97403'", "#f:not(:has(#d [value=\"97403\"]:checked)) #q-z"},
    {"{d} notempty", "#f:not(:has(#d :not([value=\"\"]):checked)) #q-z"},
    {"{e} > 5", NULL},
    {"{a} = 'x' and {e} > 5", "#f:not(:has(#a-1:checked)) #q-z"},
    {"{a} = 'x' or {e} > 5", NULL},
    {"{a} = 'x' and {c} = 1", "#f:not(:has(#a-1:checked)) #q-z,#f:not(:has(#c-1:checked)) #q-z"},
    {"{a} = 'x' or {c} = 1", "#f:not(:has(#a-1:checked)):not(:has(#c-1:checked)) #q-z"},
    {"({a} = 'x' or {b} contains 'u') and {c} != 4",
     "#f:not(:has(#a-1:checked)):not(:has(#b-1:checked)) #q-z,#f:has(#c-4:checked) #q-z"},
    // i is itself shown for a = 'x' only: hidden, it counts as unanswered
    {"{i} = 'n'", "#f:not(:has(#a-1:checked)) #q-z,#f:not(:has(#i-2:checked)) #q-z"},
    {"{i} != 'n'", "#f:has(#a-1:checked):has(#i-2:checked) #q-z"},
};

Test(survey_style, writes_one_rule_for_each_kind_of_condition)
{
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        casud_clear();
        char *elements =
            memory_format(EARLIER "{\"type\":\"comment\",\"name\":\"z\",\"title\":\"Z\","
                                  "\"visibleIf\":\"%s\"}",
                          rules[i].condition);
        const char *css = style_of(casud_survey_of(elements));
        const char *last = strstr(css, "#q-i{display:none}");
        cr_assert_not_null(last, "%s", css);
        last += strlen("#q-i{display:none}");
        char *expected = rules[i].selectors == NULL
                             ? memory_copy_text("}\n")
                             : memory_format("%s{display:none}}\n", rules[i].selectors);
        cr_assert_str_eq(last, expected, "%s: %s", rules[i].condition, last);
        free(elements);
        free(expected);
    }
}

Test(survey_style, is_the_theme_alone_for_a_survey_without_conditions)
{
    cr_assert_str_eq(
        style_of(casud_survey_of("{\"type\":\"comment\",\"name\":\"z\",\"title\":\"Z\"}")),
        THEME "\n");
}

// Every question rests on the two before it: written out, the last rule would have thousands of
// clauses.
Test(survey_style, stays_small_whatever_the_conditions)
{
    char elements[16384];
    size_t used = 0;
    for (int i = 0; i < 12; i++) {
        char condition[256] = "";
        if (i > 1)
            (void)snprintf(condition, sizeof condition,
                           "\"visibleIf\":\"({q%d} = 'x' or {q%d} = 'y') and ({q%d} != 'y' or "
                           "{q%d} != 'x')\",",
                           i - 1, i - 2, i - 1, i - 2);
        used += (size_t)snprintf(elements + used, sizeof elements - used,
                                 "%s{\"type\":\"radiogroup\",\"name\":\"q%d\",\"title\":\"Q\","
                                 "%s\"choices\":[\"x\",\"y\"]}",
                                 i > 0 ? "," : "", i, condition);
    }
    cr_assert_lt(strlen(style_of(casud_survey_of(elements))), (size_t)128 * 1024);
}
