// SPDX-License-Identifier: Apache-2.0
#include "daemon/http/route.h"

#include <criterion/criterion.h>
#include <string.h>

static void nothing(struct exchange *exchange)
{
    (void)exchange;
}

static const struct route table[] = {
    {.method = METHOD_GET, .pattern = "/livez", .action = nothing},
    {.method = METHOD_POST,
     .pattern = "/v1/{collectivity}/surveys/{survey}/submissions",
     .action = nothing},
    {.method = METHOD_GET, .pattern = "/v1/{collectivity}/surveys/{survey}", .action = nothing},
    {.method = METHOD_GET, .pattern = "/{collectivity}/", .action = nothing, .page = true},
    {.method = METHOD_GET, .pattern = "/{collectivity}/style.css", .action = nothing, .page = true},
    {.method = METHOD_GET, .pattern = "/{collectivity}/{survey}", .action = nothing, .page = true},
    {.method = METHOD_POST, .pattern = "/{collectivity}/{survey}", .action = nothing, .page = true},
};
enum { COUNT = sizeof table / sizeof table[0], NONE = -1 };

static struct slice slice(const char *text)
{
    return (struct slice){text, (uint32_t)strlen(text)};
}

Test(route, finds_the_action_of_a_path)
{
    static const struct {
        enum method method;
        const char *path;
        int route;
        bool known;
    } rows[] = {
        {METHOD_GET, "/livez", 0, true},
        {METHOD_HEAD, "/livez", 0, true},
        {METHOD_POST, "/livez", NONE, true},
        {METHOD_GET, "/livez/", 3, true}, // a collectivity of that name is refused at publish
        {METHOD_GET, "/casud/", 3, true},
        {METHOD_GET, "/casud", NONE, false},
        {METHOD_GET, "/casud/style.css", 4, true},
        {METHOD_GET, "/casud/demarches", 5, true},
        {METHOD_POST, "/casud/demarches", 6, true},
        {METHOD_GET, "/casud/demarches/", NONE, false},
        {METHOD_GET, "/v1/casud/surveys/agents", 2, true},
        {METHOD_POST, "/v1/casud/surveys/agents/submissions", 1, true},
        {METHOD_GET, "/v1/casud/surveys/agents/submissions", NONE, true},
        {METHOD_POST, "/v1//surveys/agents/submissions", NONE, false},
        {METHOD_GET, "/", NONE, false},
        {METHOD_GET, "//", NONE, false},
        {METHOD_GET, "/casud//", NONE, false},
        {METHOD_GET, "/casud/../etc", NONE, false},
        {METHOD_GET, "/casud/.", NONE, false},
        {METHOD_GET, "/casud/%2e%2e", NONE, false},
        {METHOD_OPTIONS, "/casud/demarches", NONE, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct route_match match = route_find(table, COUNT, rows[i].method, slice(rows[i].path));
        const struct route *wanted = rows[i].route == NONE ? NULL : &table[rows[i].route];
        cr_assert_eq(match.route, wanted, "%s", rows[i].path);
        cr_assert_eq(match.path_known, rows[i].known, "%s", rows[i].path);
    }
}

Test(route, gives_the_parameters_in_order)
{
    struct route_match match =
        route_find(table, COUNT, METHOD_POST, slice("/v1/casud/surveys/agents/submissions"));
    cr_assert_eq(match.parameters[0].size, 5);
    cr_assert_eq(memcmp(match.parameters[0].at, "casud", 5), 0);
    cr_assert_eq(match.parameters[1].size, 6);
    cr_assert_eq(memcmp(match.parameters[1].at, "agents", 6), 0);
}

Test(route, tells_the_methods_of_a_path)
{
    char buffer[40];
    cr_assert_str_eq(route_allowed(table, COUNT, slice("/livez"), buffer, sizeof buffer),
                     "GET, HEAD");
    cr_assert_str_eq(route_allowed(table, COUNT, slice("/casud/demarches"), buffer, sizeof buffer),
                     "GET, HEAD, POST");
    cr_assert_str_eq(route_allowed(table, COUNT, slice("/nowhere"), buffer, sizeof buffer), "");
}
