// The Wilson score interval of a share (Wilson 1927; Newcombe 1998a, method 3), no continuity
// correction, cut to [0, 1].
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

struct interval {
    double low, high;
};

// x successes of n, both may be fractional (weights); 0 <= x <= n, n > 0. 95 % confidence.
struct interval wilson_interval(double x, double n);
