// SPDX-License-Identifier: Apache-2.0
#include "daemon/metrics/exposition.h"

#include <inttypes.h>

// Backslashes and line ends everywhere, quotes where a value is quoted.
static void write_escaped(FILE *out, const char *text, const char *quote)
{
    for (; *text != '\0'; text++) {
        if (*text == '\n')
            (void)fputs("\\n", out);
        else if (*text == '\\' || *text == *quote)
            (void)fprintf(out, "\\%c", *text);
        else
            (void)fputc(*text, out);
    }
}

void exposition_family(FILE *out, const char *name, const char *type, const char *help)
{
    (void)fprintf(out, "# HELP %s ", name);
    write_escaped(out, help, "");
    (void)fprintf(out, "\n# TYPE %s %s\n", name, type);
}

static void write_label(FILE *out, char before, const char *name, const char *value)
{
    (void)fprintf(out, "%c%s=\"", before, name);
    write_escaped(out, value, "\"");
    (void)fputc('"', out);
}

// The name, and the labels in their braces; bound NULL: no label `le`.
static void write_series(FILE *out, const char *name, const char *suffix,
                         const struct exposition_labels *labels, const char *bound)
{
    char before = '{';
    (void)fprintf(out, "%s%s", name, suffix);
    for (size_t i = 0; labels != NULL && i < EXPOSITION_LABELS_LIMIT; i++) {
        if (labels->items[i].name == NULL)
            break;
        write_label(out, before, labels->items[i].name, labels->items[i].value);
        before = ',';
    }
    if (bound != NULL)
        write_label(out, before, "le", bound);
    if (before == ',' || bound != NULL)
        (void)fputc('}', out);
    (void)fputc(' ', out);
}

void exposition_number(FILE *out, const char *name, const char *suffix,
                       const struct exposition_labels *labels, double value)
{
    write_series(out, name, suffix, labels, NULL);
    (void)fprintf(out, "%.15g\n", value);
}

void exposition_count(FILE *out, const char *name, const char *suffix,
                      const struct exposition_labels *labels, uint64_t value)
{
    write_series(out, name, suffix, labels, NULL);
    (void)fprintf(out, "%" PRIu64 "\n", value);
}

void exposition_write_histogram(FILE *out, const char *name, const struct exposition_labels *labels,
                                const struct exposition_histogram *histogram)
{
    uint64_t total = 0;
    for (size_t i = 0; i <= histogram->bound_count; i++) {
        total += histogram->counts[i];
        char bound[32] = "+Inf";
        if (i < histogram->bound_count)
            (void)snprintf(bound, sizeof bound, "%g", histogram->bounds[i]);
        write_series(out, name, "_bucket", labels, bound);
        (void)fprintf(out, "%" PRIu64 "\n", total);
    }
    exposition_number(out, name, "_sum", labels, histogram->sum);
    exposition_count(out, name, "_count", labels, total);
}
