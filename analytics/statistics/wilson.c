// SPDX-License-Identifier: Apache-2.0
#include "analytics/statistics/wilson.h"

#include <assert.h>
#include <math.h>

static const double Z = 1.959963984540054; // the 97.5 % quantile of the standard normal law

struct interval wilson_interval(double x, double n)
{
    assert(n > 0 && x >= 0 && x <= n);
    double share = x / n;
    double z2 = Z * Z;
    double scale = 1 / (1 + z2 / n);
    double centre = scale * (share + z2 / (2 * n));
    double half = scale * Z * sqrt(share * (1 - share) / n + z2 / (4 * n * n));

    // At the ends the bound is 0 or 1 exactly; the subtraction would leave a rounding error.
    return (struct interval){
        .low = x <= 0 ? 0 : fmax(0, centre - half),
        .high = x >= n ? 1 : fmin(1, centre + half),
    };
}
