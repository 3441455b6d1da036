// SPDX-License-Identifier: Apache-2.0
#include "daemon/pages/style.h"

#include "tests/daemon/pages/casud.h"

#define THEME ":root{--accent:#0d6b5c;--on-accent:#fff;--accent-night:#74cfba}"

static const char *form_style(const struct edition_survey *survey)
{
    struct html css;
    html_init(&css);
    style_write_form(&css, &casud, survey, THEME);
    return written(&css);
}

static const char *pages_style(void)
{
    struct html css;
    html_init(&css);
    style_write_pages(&css, THEME);
    return written(&css);
}

static size_t count(const char *text, char character)
{
    size_t found = 0;
    for (; *text != '\0'; text++)
        found += *text == character;
    return found;
}

Test(style, is_the_static_file_then_the_theme_then_the_rules)
{
    const char *css = form_style(casud_survey("demarches"));
    cr_assert_eq(strncmp(css, ":root{color-scheme:light dark;--accent:#0d6b5c;", 47), 0, "%.80s",
                 css);
    const char *theme = strstr(css, "\n" THEME "\n@supports selector(:has(*)){#f:not(");
    cr_assert_not_null(theme);
    cr_assert_null(strstr(css, ".cards"));
}

Test(style, of_the_other_pages_has_their_static_file_and_no_rules)
{
    const char *css = pages_style();
    const char *cards = strstr(css, ".cards{display:grid;gap:1rem;");
    cr_assert_not_null(cards);
    cr_assert_not_null(strstr(cards, THEME "\n"));
    cr_assert_null(strstr(css, "#q-"));
}

Test(style, loses_comments_and_blanks_but_no_meaning)
{
    const char *css = pages_style();
    cr_assert_null(strstr(css, "/*"));
    cr_assert_null(strstr(css, "  "));
    cr_assert_null(strstr(css, "{ "));
    cr_assert_not_null(strstr(css, "@media (min-width:48em){main{border:1px solid var(--line);"));
    cr_assert_not_null(strstr(css, "color-mix(in srgb,var(--accent) 8%,var(--surface))"));
    cr_assert_not_null(strstr(css, "clamp(1.875rem,1.5rem + 1.9vw,2.625rem)"));
    cr_assert_not_null(strstr(css, "content:\"\""));
    cr_assert_not_null(strstr(css, ".opt input:checked + label{"));
    cr_assert_eq(count(css, '{'), count(css, '}'));
    cr_assert_eq(count(css, '('), count(css, ')'));
}

Test(style, changes_its_version_with_whatever_it_is_made_of)
{
    struct edition_survey *survey = casud_survey("demarches");
    char first[STYLE_VERSION_SIZE];
    char second[STYLE_VERSION_SIZE];
    style_version(&casud, survey, first);
    style_version(&casud, survey, second);
    cr_assert_str_eq(first, second);
    cr_assert_eq(strspn(first, "0123456789abcdef"), (size_t)6);

    style_version(&casud, NULL, second);
    cr_assert_str_neq(first, second);
    (void)snprintf(survey->etag, sizeof survey->etag, "\"other\"");
    style_version(&casud, survey, second);
    cr_assert_str_neq(first, second);
    (void)snprintf(survey->etag, sizeof survey->etag, "\"1\"");
    (void)snprintf(casud.catalogue_etag, sizeof casud.catalogue_etag, "\"other\"");
    style_version(&casud, survey, second);
    cr_assert_str_neq(first, second);
    (void)snprintf(casud.catalogue_etag, sizeof casud.catalogue_etag, "\"c0\"");
    casud_collectivity.accent = "#123456";
    style_version(&casud, survey, second);
    cr_assert_str_neq(first, second);
}
