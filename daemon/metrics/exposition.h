// Prometheus' text format 0.0.4: one family after the other, each with what it means, its type and
// its samples.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct exposition_label {
    const char *name;
    const char *value; // escaped here
};

enum { EXPOSITION_LABELS_LIMIT = 4 };

// The labels of a sample, ended by a name that is NULL where there are fewer.
struct exposition_labels {
    struct exposition_label items[EXPOSITION_LABELS_LIMIT];
};

// type: "counter", "gauge", "histogram". help is escaped.
void exposition_family(FILE *out, const char *name, const char *type, const char *help);
// suffix: "" or "_bucket", "_sum", "_count". labels may be NULL.
void exposition_number(FILE *out, const char *name, const char *suffix,
                       const struct exposition_labels *labels, double value);
void exposition_count(FILE *out, const char *name, const char *suffix,
                      const struct exposition_labels *labels, uint64_t value);

// A whole histogram: counts[0..bounds] without those before each; the last is beyond all bounds.
struct exposition_histogram {
    const double *bounds; // ascending
    size_t bound_count;
    const uint64_t *counts;
    double sum;
};
void exposition_write_histogram(FILE *out, const char *name, const struct exposition_labels *labels,
                                const struct exposition_histogram *histogram);
