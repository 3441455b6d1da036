// SPDX-License-Identifier: Apache-2.0
#include "analytics/datasets/question_columns.h"

#include <criterion/criterion.h>
#include <string.h>

#define ROWS(...) .rows = (struct choice[]){__VA_ARGS__}, .row_count = 2

static void check(const struct question_columns *columns, size_t count, const char *const names[])
{
    cr_assert_eq(columns->count, count, "%zu columns", columns->count);
    for (size_t i = 0; i < count; i++)
        cr_assert_str_eq(columns->items[i].name, names[i]);
}

static struct question first[] = {
    {.name = "note", .type = QUESTION_NOTE},
    {.name = "canal", .type = QUESTION_RADIOGROUP, .other_item = true},
    {.name = "etapes", .type = QUESTION_MATRIX, ROWS({.code = "accueil"}, {.code = "envoi"})},
};
static struct question second[] = {
    {.name = "texte", .type = QUESTION_COMMENT},
    {.name = "canal", .type = QUESTION_DROPDOWN},
    {.name = "etapes", .type = QUESTION_MATRIX, ROWS({.code = "envoi"}, {.code = "suivi"})},
};

Test(question_columns, are_those_of_all_versions_in_the_order_met)
{
    AUTO_QUESTION_COLUMNS struct question_columns columns = {0};
    question_columns_add(&columns, &(struct survey){.questions = first, .question_count = 3});
    check(&columns, 4,
          (const char *const[]){"canal", "canal-Comment", "etapes.accueil", "etapes.envoi"});
    question_columns_add(&columns, &(struct survey){.questions = second, .question_count = 3});
    check(&columns, 6,
          (const char *const[]){"canal", "canal-Comment", "etapes.accueil", "etapes.envoi", "texte",
                                "etapes.suivi"});
}

Test(question_columns, find_their_answer_or_nothing)
{
    AUTO_QUESTION_COLUMNS struct question_columns columns = {0};
    question_columns_add(&columns, &(struct survey){.questions = first, .question_count = 3});
    json_auto_t *answers = json_pack("{s:s, s:s, s:{s:s}}", "canal", "desk", "canal-Comment",
                                     "au marché", "etapes", "envoi", "chef");
    const char *const expected[] = {"desk", "au marché", NULL, "chef"};
    for (size_t i = 0; i < columns.count; i++) {
        const json_t *answer = question_column_answer(&columns.items[i], answers);
        if (expected[i] == NULL)
            cr_assert(answer == NULL);
        else
            cr_assert_str_eq(json_string_value(answer), expected[i]);
        cr_assert(question_column_answer(&columns.items[i], NULL) == NULL);
    }
}

Test(question_columns, bear_answers_of_another_shape)
{
    AUTO_QUESTION_COLUMNS struct question_columns columns = {0};
    question_columns_add(&columns, &(struct survey){.questions = first, .question_count = 3});
    json_auto_t *answers = json_pack("{s:[s], s:i}", "canal", "desk", "etapes", 3);
    cr_assert(json_is_array(question_column_answer(&columns.items[0], answers)));
    cr_assert(question_column_answer(&columns.items[3], answers) == NULL);
}
