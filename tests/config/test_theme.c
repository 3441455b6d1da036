// SPDX-License-Identifier: Apache-2.0
#include "config/theme.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char NIGHT[] = "#1a211e";

// WCAG 2.2, "relative luminance" and "contrast ratio", written down a second time.
static double linear(long channel)
{
    double value = (double)channel / 255.0;
    return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4);
}

static double luminance(const char *colour)
{
    long rgb = strtol(colour + 1, NULL, 16);
    return 0.2126 * linear(rgb >> 16) + 0.7152 * linear(rgb >> 8 & 255) +
           0.0722 * linear(rgb & 255);
}

static double contrast_of(const char *one, const char *other)
{
    double a = luminance(one) + 0.05;
    double b = luminance(other) + 0.05;
    return a > b ? a / b : b / a;
}

// Figures that public calculators give.
Test(theme, is_tested_with_the_contrast_of_wcag)
{
    static const struct {
        const char *one, *other;
        double ratio;
    } rows[] = {
        {"#000000", "#ffffff", 21.0},  {"#777777", "#ffffff", 4.478}, {"#767676", "#ffffff", 4.542},
        {"#0000ff", "#ffffff", 8.592}, {"#ff0000", "#ffffff", 3.998},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        cr_assert_lt(fabs(contrast_of(rows[i].one, rows[i].other) - rows[i].ratio), 0.001);
}

Test(theme, accepts_the_darkest_grey_that_is_needed_and_no_lighter)
{
    char text[THEME_SIZE];
    cr_assert(theme_write("#767676", text, NULL));
    cr_assert_not(theme_write("#777777", text, NULL));
}

Test(theme, reads_capital_digits)
{
    char capital[THEME_SIZE], small[THEME_SIZE];
    cr_assert(theme_write("#0D6B5C", capital, NULL));
    cr_assert(theme_write("#0d6b5c", small, NULL));
    cr_assert_str_eq(capital, small);
}

Test(theme, writes_one_rule_without_anything_that_could_leave_it)
{
    char text[THEME_SIZE];
    cr_assert(theme_write("#0d6b5c", text, NULL));
    cr_assert_eq(strncmp(text, ":root{--accent:#0d6b5c;--on-accent:#fff;--accent-night:#", 56), 0,
                 "%s", text);
    cr_assert_eq(strlen(text), 63);
}

Test(theme, refuses_what_is_no_colour)
{
    static const char *const rows[] = {"",         "#",       "#fff",    "0d6b5c", "#0d6b5",
                                       "#0d6b5c0", "#0d6b5g", "#0d 65c", "red",    "#-10203"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[THEME_SIZE];
        struct error error = {0};
        cr_assert_not(theme_write(rows[i], text, &error), "%s", rows[i]);
        cr_assert_eq(error.kind, ERROR_BAD_INPUT, "%s", rows[i]);
    }
}

// The three colours that a theme's text holds, "#fff" written out.
static void read_theme(const char *text, char accent[8], char on_accent[8], char night[8])
{
    char on[8];
    int read = sscanf(text, ":root{--accent:%7[^;];--on-accent:%7[^;];--accent-night:%7[^}]}",
                      accent, on, night);
    cr_assert_eq(read, 3, "%s", text);
    cr_assert_eq(text[strlen(text) - 1], '}');
    strcpy(on_accent, strcmp(on, "#fff") == 0 ? "#ffffff" : on);
}

Test(theme, is_readable_by_day_and_by_night_whatever_the_accent)
{
    int accepted = 0;
    for (unsigned colour = 0; colour <= 0xFFFFFF; colour += 0x01357) {
        char wanted[8], text[THEME_SIZE], accent[8], on_accent[8], night[8];
        struct error error = {0};
        snprintf(wanted, sizeof wanted, "#%06x", colour & 0xFFFFFF);
        bool readable = contrast_of(wanted, "#ffffff") >= 4.5;
        cr_assert_eq(theme_write(wanted, text, &error), readable, "%s: %s", wanted, error.message);
        if (!readable)
            continue;
        read_theme(text, accent, on_accent, night);
        cr_assert_str_eq(accent, wanted);
        cr_assert_geq(contrast_of(accent, on_accent), 4.5, "%s", text);
        cr_assert_geq(contrast_of(night, NIGHT), 4.5, "%s", text);
        accepted++;
    }
    cr_assert_gt(accepted, 100);
}

Test(theme, lightens_the_accent_no_more_than_the_night_needs)
{
    static const char *const rows[] = {"#0d6b5c", "#000000", "#0000ff", "#7a0019"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[THEME_SIZE], accent[8], on_accent[8], night[8];
        cr_assert(theme_write(rows[i], text, NULL), "%s", rows[i]);
        read_theme(text, accent, on_accent, night);
        cr_assert_lt(contrast_of(night, NIGHT), 4.9, "%s", text);
    }
}

// The remedy must be one: the colour that it names is accepted.
Test(theme, refuses_an_accent_too_light_and_names_one_that_will_do)
{
    static const char *const rows[] = {"#ffffff", "#f5c400", "#00ff00", "#777777", "#74cfba"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[THEME_SIZE];
        char darker[8] = "";
        struct error error = {0};
        cr_assert_not(theme_write(rows[i], text, &error), "%s", rows[i]);
        cr_assert_eq(error.kind, ERROR_BAD_INPUT);
        const char *last = strrchr(error.message, '#');
        cr_assert_not_null(last, "%s", error.message);
        snprintf(darker, sizeof darker, "%.7s", last);
        cr_assert(theme_write(darker, text, NULL), "%s: %s", darker, error.message);
    }
}
