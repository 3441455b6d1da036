// SPDX-License-Identifier: Apache-2.0
#include "daemon/metrics/exposition.h"

#include <criterion/criterion.h>
#include <stdlib.h>

static char *text;
static size_t size;
static FILE *out;

static void set_up(void)
{
    out = open_memstream(&text, &size);
}

static void tear_down(void)
{
    free(text);
}

TestSuite(exposition, .init = set_up, .fini = tear_down);

static const char *written(void)
{
    fclose(out);
    return text;
}

Test(exposition, says_what_a_family_means_and_its_type)
{
    exposition_family(out, "recueil_x_total", "counter", "a \\ and\na \"line\"");
    cr_assert_str_eq(written(), "# HELP recueil_x_total a \\\\ and\\na \"line\"\n"
                                "# TYPE recueil_x_total counter\n");
}

Test(exposition, writes_numbers_with_and_without_labels)
{
    exposition_number(out, "a", "", NULL, 0.25);
    exposition_number(out, "b", "_sum", &(struct exposition_labels){{{"x", "1"}}}, 1e15);
    exposition_count(out, "c", "", &(struct exposition_labels){{{"x", "1"}, {"y", ""}}},
                     UINT64_MAX);
    exposition_count(out, "d", "", &(struct exposition_labels){{{NULL, NULL}}}, 0);
    cr_assert_str_eq(written(), "a 0.25\n"
                                "b_sum{x=\"1\"} 1e+15\n"
                                "c{x=\"1\",y=\"\"} 18446744073709551615\n"
                                "d 0\n");
}

Test(exposition, escapes_what_would_end_a_label)
{
    exposition_count(out, "a", "", &(struct exposition_labels){{{"x", "q\"b\\n\nend"}}}, 1);
    cr_assert_str_eq(written(), "a{x=\"q\\\"b\\\\n\\nend\"} 1\n");
}

Test(exposition, adds_up_the_buckets_of_a_histogram)
{
    static const double bounds[] = {0.5, 10};
    static const uint64_t counts[] = {1, 0, 2};
    const struct exposition_histogram histogram = {bounds, 2, counts, 42.5};
    exposition_write_histogram(out, "h", &(struct exposition_labels){{{"x", "1"}}}, &histogram);
    exposition_write_histogram(out, "g", NULL, &histogram);
    cr_assert_str_eq(written(), "h_bucket{x=\"1\",le=\"0.5\"} 1\n"
                                "h_bucket{x=\"1\",le=\"10\"} 1\n"
                                "h_bucket{x=\"1\",le=\"+Inf\"} 3\n"
                                "h_sum{x=\"1\"} 42.5\n"
                                "h_count{x=\"1\"} 3\n"
                                "g_bucket{le=\"0.5\"} 1\n"
                                "g_bucket{le=\"10\"} 1\n"
                                "g_bucket{le=\"+Inf\"} 3\n"
                                "g_sum 42.5\n"
                                "g_count 3\n");
}
