// SPDX-License-Identifier: Apache-2.0
#include "config/condition.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The table that the page's script is held to as well.
Test(condition, agrees_with_the_shared_table)
{
    json_t *table = json_load_file(SOURCE_DIR "/tests/config/conditions.json", 0, NULL);
    cr_assert_not_null(table);
    json_t *cases = json_object_get(table, "cases"), *row;
    size_t i;
    cr_assert_geq(json_array_size(cases), 36);
    json_array_foreach(cases, i, row)
    {
        struct error error = {ERROR_NONE, ""};
        const char *text = json_string_value(json_object_get(row, "if"));
        struct condition *condition = condition_parse(text, &error);
        cr_assert_not_null(condition, "case %zu: %s: %s", i, text, error.message);
        json_t *tree = condition_tree(condition);
        char *written = json_dumps(tree, JSON_COMPACT);
        cr_assert(json_equal(tree, json_object_get(row, "tree")), "case %zu: %s", i, written);
        bool shown = condition_holds(condition, json_object_get(row, "answers"));
        cr_assert_eq(shown, json_is_true(json_object_get(row, "shown")), "case %zu: %s", i, text);
        free(written);
        json_decref(tree);
        condition_destroy(condition);
    }
    json_decref(table);
}

static const struct {
    const char *text, *answers;
    bool shown;
} more[] = {
    {"{a} = 2", "{\"a\":\"2\"}", true},
    {"{a} = '2'", "{\"a\":2}", true},
    {"{a} = 2", "{\"a\":2.0}", true},
    {"{a} = 2", "{\"a\":\"02\"}", true},
    {"{a} = 2", "{\"a\":\"2x\"}", false},
    {"{a} = 2", "{\"a\":true}", false},
    {"{a} = true", "{\"a\":\"true\"}", false},
    {"{a} = true", "{\"a\":1}", false},
    {"{a} != true", "{\"a\":1}", true},
    {"{a} = 'x'", "{\"a\":[\"x\"]}", true},
    {"{a} = 'x'", "{\"a\":[\"x\",\"y\"]}", false},
    {"{a} != 'x'", "{\"a\":[\"x\",\"y\"]}", true},
    {"{a} < 3", "{\"a\":\"2\"}", true},
    {"{a} < 3", "{\"a\":\"deux\"}", false},
    {"{a} >= 3", "{\"a\":\"deux\"}", false},
    {"{a} < 3", "{\"a\":[1,2]}", false},
    {"{a} < -1.5", "{\"a\":-2}", true},
    {"{a} <= 2.5", "{\"a\":2.5}", true},
    {"{a} contains 2", "{\"a\":[1,2]}", true},
    {"{a} contains 'x'", "{\"a\":\"x\"}", true},
    {"{a} contains 'x'", "{\"a\":\"xy\"}", false},
    {"{a} empty", "{\"a\":null}", true},
    {"{a} empty", "{\"a\":\"\"}", true},
    {"{a} empty", "{\"a\":\" \\u00a0\"}", true},
    {"{a} empty", "{\"a\":[]}", true},
    {"{a} empty", "{\"a\":{}}", true},
    {"{a} empty", "{\"a\":false}", false},
    {"{a} empty", "{\"a\":0}", false},
    {"{a} notempty", "{\"a\":{\"r\":\"c\"}}", true},
    {"{a} noneof ['x']", "{\"a\":[]}", true},
    {"{a} anyof ['x',2]", "{\"a\":2}", true},
    {"{a}empty and{b}empty", "{}", true},
    {"{a}=1 and {a}=2 or {a}=1", "{\"a\":1}", true},
    {"\t({a}\n= 1)\r\n", "{\"a\":1}", true},
    {"{a} = 'l’été'", "{\"a\":\"l’été\"}", true},
};

Test(condition, judges_text_numbers_and_lists)
{
    for (size_t i = 0; i < sizeof more / sizeof more[0]; i++) {
        struct error error = {ERROR_NONE, ""};
        struct condition *condition = condition_parse(more[i].text, &error);
        cr_assert_not_null(condition, "%s: %s", more[i].text, error.message);
        json_t *answers = json_loads(more[i].answers, 0, NULL);
        cr_assert_eq(condition_holds(condition, answers), more[i].shown, "%s with %s", more[i].text,
                     more[i].answers);
        json_decref(answers);
        condition_destroy(condition);
    }
}

Test(condition, holds_where_there_is_none)
{
    cr_assert(condition_holds(NULL, NULL));
    condition_destroy(NULL);
}

// The character at which each goes wrong, and a word of what was expected.
static const struct {
    const char *text;
    int character;
    const char *word;
} wrong[] = {
    {"", 1, "{canal}"},
    {"canal = 'a'", 1, "{canal}"},
    {"{canal", 7, "}"},
    {"{Canal} = 'a'", 2, "name"},
    {"{1a} = 'a'", 4, "name"},
    {"{a.b} = 'a'", 3, "name"},
    {"{} = 'a'", 2, "name"},
    {"{a}", 4, "anyof"},
    {"{a} == 'x'", 6, "value"},
    {"{a} =", 6, "value"},
    {"{a} = x", 7, "value"},
    {"{a} = \"x\"", 7, "quotes"},
    {"{a} = 'x", 7, "closed"},
    {"{a} = ''", 7, "empty"},
    {"{a} = 1.", 7, "number"},
    {"{a} = -", 7, "number"},
    {"{a} = 1234567890123456", 7, "15 digits"},
    {"{a} = truely", 7, "value"},
    {"{a} anyof 'x'", 11, "list"},
    {"{a} anyof []", 12, "value"},
    {"{a} anyof ['x' 'y']", 16, "]"},
    {"{a} anyof ['x',]", 16, "value"},
    {"{a} contains ['x']", 14, "value"},
    {"{a} = 'x' and", 14, "{canal}"},
    {"{a} = 'x' xor {b} = 1", 11, "and"},
    {"{a} = 'x' {b} = 1", 11, "and"},
    {"({a} = 'x'", 11, ")"},
    {"{a} = 'x')", 10, "end"},
    {"{a} emptyand {b} empty", 5, "anyof"},
    {"{é} = 1", 2, "name"},
    {"{a} = 'é' et", 11, "end"},
    {"iif({a} = 1, 2, 3)", 1, "{canal}"},
    {"{a} = '\xFF'", 7, "UTF-8"},
};

Test(condition, says_where_and_what_was_expected)
{
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct error error = {ERROR_NONE, ""};
        char start[32];
        (void)snprintf(start, sizeof start, "character %d:", wrong[i].character);
        cr_assert_null(condition_parse(wrong[i].text, &error), "%s", wrong[i].text);
        cr_assert_eq(error.kind, ERROR_BAD_INPUT);
        cr_assert(strncmp(error.message, start, strlen(start)) == 0, "%s: %s, not %s",
                  wrong[i].text, error.message, start);
        cr_assert_not_null(strstr(error.message, wrong[i].word), "%s: %s", wrong[i].text,
                           error.message);
    }
}

static struct condition *parse_repeated(const char *first, const char *again, int times,
                                        const char *last)
{
    char text[4096];
    size_t used = (size_t)snprintf(text, sizeof text, "%s", first);
    for (int i = 0; i < times; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s", again);
    (void)snprintf(text + used, sizeof text - used, "%s", last);
    return condition_parse(text, NULL);
}

Test(condition, refuses_too_deep_and_too_long)
{
    struct condition *deep = condition_parse("(((((((((((((((({a} = 1))))))))))))))))", NULL); // 16
    cr_assert_not_null(deep);
    condition_destroy(deep);
    cr_assert_null(condition_parse("((((((((((((((((({a} = 1)))))))))))))))))", NULL)); // 17
    cr_assert_null(parse_repeated("", "(", 3000, ""));

    struct condition *longest = parse_repeated("{a} = 1", " or {a} = 1", 63, "");
    cr_assert_not_null(longest);
    condition_destroy(longest);
    cr_assert_null(parse_repeated("{a} = 1", " or {a} = 1", 64, ""));
    cr_assert_null(parse_repeated("{a} anyof [1", ", 1", 100, "]"));
}

static void note_name(const char *question, void *context)
{
    strcat(context, question);
    strcat(context, " ");
}

Test(condition, visits_the_questions_in_the_order_of_the_text)
{
    char names[64] = "";
    struct condition *condition =
        condition_parse("{b} = 1 or ({a} empty and {b} = 2) or {c} anyof [1]", NULL);
    condition_visit(condition, note_name, names);
    cr_assert_str_eq(names, "b a b c ");
    condition_destroy(condition);
}
