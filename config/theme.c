// SPDX-License-Identifier: Apache-2.0
#include "config/theme.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { CHANNELS = 3, STEPS = 128 };

struct colour {
    unsigned char channels[CHANNELS]; // red, green, blue
};

static const struct colour white = {{0xFF, 0xFF, 0xFF}};
static const struct colour black = {{0, 0, 0}};
static const struct colour night_surface = {{0x1A, 0x21, 0x1E}}; // --surface in the dark scheme
static const double least_contrast = 4.5;

// By Newton's method: this layer needs no more of the mathematics library than this.
static double fifth_root(double value)
{
    double root = 1;
    for (int i = 0; i < 60 && value > 0; i++)
        root = (4 * root + value / (root * root * root * root)) / 5;
    return value > 0 ? root : 0;
}

// https://www.w3.org/TR/WCAG22/#dfn-relative-luminance: ((c + 0.055) / 1.055) ^ 2.4 = root5(x²)·x²
static double linear(unsigned char channel)
{
    double value = channel / 255.0;
    if (value <= 0.04045)
        return value / 12.92;
    double base = (value + 0.055) / 1.055;
    double square = base * base;
    return square * fifth_root(square);
}

static double luminance(struct colour colour)
{
    return 0.2126 * linear(colour.channels[0]) + 0.7152 * linear(colour.channels[1]) +
           0.0722 * linear(colour.channels[2]);
}

// https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
static double contrast(struct colour a, struct colour b)
{
    double one = luminance(a) + 0.05;
    double other = luminance(b) + 0.05;
    return one > other ? one / other : other / one;
}

static int hex_value(char digit)
{
    static const char digits[] = "0123456789abcdefABCDEF";
    const char *found = digit == '\0' ? NULL : strchr(digits, digit);
    if (found == NULL)
        return -1;
    return (int)(found - digits < 16 ? found - digits : found - digits - 6);
}

static bool read_colour(const char *text, struct colour *colour)
{
    if (text[0] != '#' || strlen(text) != 7)
        return false;
    for (int i = 0; i < CHANNELS; i++) {
        int high = hex_value(text[1 + 2 * i]);
        int low = hex_value(text[2 + 2 * i]);
        if (high < 0 || low < 0)
            return false;
        colour->channels[i] = (unsigned char)(high * 16 + low);
    }
    return true;
}

// The first of STEPS even steps from one colour to another that can be read on the ground.
static struct colour mix_until_read(struct colour from, struct colour to, struct colour ground)
{
    struct colour mixed = from;
    for (int step = 0; step <= STEPS && contrast(mixed, ground) < least_contrast; step++)
        for (int i = 0; i < CHANNELS; i++) {
            int way = to.channels[i] - from.channels[i];
            mixed.channels[i] = (unsigned char)(from.channels[i] + way * step / STEPS);
        }
    return mixed;
}

bool theme_write(const char *accent, char text[THEME_SIZE], struct error *error)
{
    struct colour colour;
    if (!read_colour(accent, &colour)) {
        error_set(error, ERROR_BAD_INPUT,
                  "\"%.40s\" is no colour: write # and six hexadecimal digits, such as #0d6b5c",
                  accent);
        return false;
    }
    double reached = contrast(colour, white);
    if (reached < least_contrast) {
        struct colour darker = mix_until_read(colour, black, white);
        error_set(error, ERROR_BAD_INPUT,
                  "%s is too light: its contrast with white is %.2f:1 and 4.5:1 is needed; choose "
                  "a darker colour, the nearest shade that will do is #%02x%02x%02x",
                  accent, reached, darker.channels[0], darker.channels[1], darker.channels[2]);
        return false;
    }
    // What can be read on white can carry white: --on-accent needs no choice.
    struct colour night = mix_until_read(colour, white, night_surface);
    (void)snprintf(text, THEME_SIZE,
                   ":root{--accent:#%02x%02x%02x;--on-accent:#fff;--accent-night:#%02x%02x%02x}",
                   colour.channels[0], colour.channels[1], colour.channels[2], night.channels[0],
                   night.channels[1], night.channels[2]);
    return true;
}
