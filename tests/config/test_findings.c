// SPDX-License-Identifier: Apache-2.0
#include "config/findings.h"

#include <criterion/criterion.h>
#include <string.h>

Test(findings, tells_the_first_finding_and_how_many_more)
{
    AUTO(findings) struct findings *findings = findings_create();
    struct error none = {0};
    findings_to_error(findings, &none);
    cr_assert_eq(none.kind, ERROR_NONE);

    findings_add(findings, "a.csv:1:2", "wrong: %d", 5);
    struct error one = {0};
    findings_to_error(findings, &one);
    cr_assert_eq(one.kind, ERROR_BAD_INPUT);
    cr_assert_str_eq(one.message, "a.csv:1:2: wrong: 5");

    findings_add(findings, "b.csv:3:4", "worse");
    struct error two = {0};
    findings_to_error(findings, &two);
    cr_assert(strstr(two.message, "a.csv:1:2: wrong: 5") != NULL, "%s", two.message);
    cr_assert(strstr(two.message, "1 more") != NULL, "%s", two.message);
}

Test(findings, drops_a_finding_nobody_collects)
{
    findings_add(NULL, "x", "y");
    findings_destroy(NULL);
}
