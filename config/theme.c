// SPDX-License-Identifier: Apache-2.0
#include "config/theme.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char SURFACE[] = "#ffffff"; // what the accent stands on by day
static const char NIGHT[] = "#1a211e";   // and by night
static const char DARK[] = "#08201b";    // text on an accent too light for white
static const double READABLE = 4.5;

struct colour {
    int red, green, blue;
};

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    const char *found = c == '\0' ? NULL : strchr(digits, c);
    return found == NULL ? -1 : (int)((found - digits) % 16);
}

static bool parse(const char *text, struct colour *colour)
{
    int parts[3];
    if (strlen(text) != 7 || text[0] != '#')
        return false;
    for (int i = 0; i < 3; i++) {
        int high = hex_digit(text[1 + 2 * i]);
        int low = hex_digit(text[2 + 2 * i]);
        if (high < 0 || low < 0)
            return false;
        parts[i] = high * 16 + low;
    }
    *colour = (struct colour){parts[0], parts[1], parts[2]};
    return true;
}

static double linear(int part)
{
    double value = part / 255.0;
    return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4);
}

static double luminance(struct colour colour)
{
    return 0.2126 * linear(colour.red) + 0.7152 * linear(colour.green) +
           0.0722 * linear(colour.blue);
}

static double contrast(struct colour one, struct colour other)
{
    double a = luminance(one);
    double b = luminance(other);
    return (fmax(a, b) + 0.05) / (fmin(a, b) + 0.05);
}

double theme_contrast(const char *one, const char *other)
{
    struct colour a;
    struct colour b;
    return parse(one, &a) && parse(other, &b) ? contrast(a, b) : 0;
}

// percent of the way from a colour to another.
static struct colour mix(struct colour from, struct colour to, int percent)
{
    return (struct colour){from.red + (to.red - from.red) * percent / 100,
                           from.green + (to.green - from.green) * percent / 100,
                           from.blue + (to.blue - from.blue) * percent / 100};
}

// The accent moved towards `towards` until it can be read on `ground`; one that can already stays.
static struct colour readable(struct colour accent, struct colour towards, struct colour ground)
{
    int percent = 0;
    while (percent < 100 && contrast(mix(accent, towards, percent), ground) < READABLE)
        percent++;
    return mix(accent, towards, percent);
}

bool theme_write(const char *accent, char text[THEME_SIZE], struct error *error)
{
    struct colour colour;
    struct colour surface;
    struct colour night;
    const struct colour black = {0, 0, 0};
    const struct colour white = {255, 255, 255};
    (void)parse(SURFACE, &surface);
    (void)parse(NIGHT, &night);
    if (!parse(accent, &colour)) {
        error_set(error, ERROR_BAD_INPUT, "\"%.20s\" is no colour: write it like #0d6b5c", accent);
        return false;
    }
    if (contrast(colour, surface) < READABLE) {
        struct colour darker = readable(colour, black, surface);
        error_set(
            error, ERROR_BAD_INPUT,
            "%s cannot be read on white (contrast %.1f, at least 4.5 is needed): take a darker "
            "one, such as #%02x%02x%02x",
            accent, contrast(colour, surface), darker.red, darker.green, darker.blue);
        return false;
    }
    struct colour lighter = readable(colour, white, night);
    (void)snprintf(text, THEME_SIZE,
                   ":root{--accent:%s;--on-accent:%s;--accent-night:#%02x%02x%02x}", accent,
                   contrast(colour, white) >= READABLE ? "#fff" : DARK, (unsigned)lighter.red & 255,
                   (unsigned)lighter.green & 255, (unsigned)lighter.blue & 255);
    return true;
}
