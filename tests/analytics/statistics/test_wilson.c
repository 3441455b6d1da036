// The interval against R's prop.test() (tests/reference.csv, made by R 4.2 without any random
// draw).
//
// SPDX-License-Identifier: Apache-2.0
#include "analytics/statistics/wilson.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

// Equal as the reference says: within 1e-9 of max(1, |R|); between 1e-12 and 1e-3 also relatively
// within 1e-7; under 1e-12 anything in [0, 1e-12].
static bool is_equal(double ours, double theirs)
{
    double size = fabs(theirs);
    if (size < 1e-12)
        return ours >= 0 && ours <= 1e-12;
    if (fabs(ours - theirs) > 1e-9 * fmax(1, size))
        return false;
    return size > 1e-3 || fabs(ours - theirs) <= 1e-7 * size;
}

struct reference {
    char test[32], input[64], name[16];
    double value;
};

// The next line of this test, or false at the end.
static bool next(FILE *file, const char *test, struct reference *reference)
{
    char line[256];
    while (fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "%31[^,],%63[^,],%15[^,],%lf", reference->test, reference->input,
                   reference->name, &reference->value) == 4 &&
            strcmp(reference->test, test) == 0)
            return true;
    return false;
}

static FILE *open_reference(void)
{
    FILE *file = fopen(SOURCE_DIR "/tests/reference.csv", "r");
    cr_assert(file != NULL, "tests/reference.csv is missing");
    return file;
}

Test(wilson, gives_the_bounds_of_the_reference)
{
    FILE *file = open_reference();
    struct reference reference;
    int lines = 0;
    while (next(file, "wilson95", &reference)) {
        double x = 0;
        double n = 0;
        cr_assert_eq(sscanf(reference.input, "x=%lf n=%lf", &x, &n), 2, "%s", reference.input);
        struct interval interval = wilson_interval(x, n);
        double ours = strcmp(reference.name, "low") == 0 ? interval.low : interval.high;
        cr_assert(is_equal(ours, reference.value), "%s %s: %.17g is not %.17g", reference.input,
                  reference.name, ours, reference.value);
        lines++;
    }
    (void)fclose(file);
    cr_assert_eq(lines, 50, "%d lines of the reference were compared", lines);
}

// The probability of x successes of n, by logarithms so that no factorial overflows.
static double binomial(int x, int n, double p)
{
    return exp(lgamma(n + 1.0) - lgamma(x + 1.0) - lgamma(n - x + 1.0) + x * log(p) +
               (n - x) * log1p(-p));
}

Test(wilson, covers_the_truth_as_often_as_the_reference)
{
    FILE *file = open_reference();
    struct reference reference;
    int lines = 0;
    while (next(file, "wilson_coverage", &reference)) {
        int n = 0;
        double p = 0;
        cr_assert_eq(sscanf(reference.input, "n=%d p=%lf", &n, &p), 2, "%s", reference.input);
        double coverage = 0;
        for (int x = 0; x <= n; x++) {
            struct interval interval = wilson_interval(x, n);
            if (interval.low <= p && p <= interval.high)
                coverage += binomial(x, n, p);
        }
        cr_assert(is_equal(coverage, reference.value), "%s: %.17g is not %.17g", reference.input,
                  coverage, reference.value);
        lines++;
    }
    (void)fclose(file);
    cr_assert_eq(lines, 9, "%d lines of the reference were compared", lines);
}

Test(wilson, touches_the_ends_exactly_where_all_or_none_answered_so)
{
    for (double n = 1; n < 1e6; n *= 3) {
        cr_assert_eq(wilson_interval(0, n).low, 0.0, "n = %g", n);
        cr_assert_eq(wilson_interval(n, n).high, 1.0, "n = %g", n);
    }
}

Test(wilson, is_symmetric_and_holds_the_share)
{
    for (int x = 0; x <= 57; x++) {
        struct interval one = wilson_interval(x, 57);
        struct interval other = wilson_interval(57 - x, 57);
        cr_assert_float_eq(one.low, 1 - other.high, 1e-12, "x = %d", x);
        cr_assert(one.low <= x / 57.0 && x / 57.0 <= one.high, "x = %d", x);
    }
}
