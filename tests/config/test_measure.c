// SPDX-License-Identifier: Apache-2.0
#include "config/measure.h"

#include <criterion/criterion.h>

Test(measure, finds_each_rule_by_its_name)
{
    cr_assert_null(measure_rule(MEASURE_NONE));
    cr_assert_eq(measure_find("no_such_measure"), MEASURE_NONE);
    cr_assert_eq(measure_find(""), MEASURE_NONE);
    for (int i = MEASURE_NONE + 1; i < MEASURE_COUNT; i++) {
        enum measure measure = (enum measure)i;
        const struct measure_rule *rule = measure_rule(measure);
        cr_assert_not_null(rule);
        cr_assert_not_null(rule->name, "measure %d", i);
        cr_assert_not_null(rule->types, "%s", rule->name);
        cr_assert_eq(measure_find(rule->name), measure, "%s", rule->name);
        if (rule->kind == MEASURE_IS_NUMBER)
            cr_assert(rule->least >= 0 && rule->least < rule->most, "%s", rule->name);
    }
}
