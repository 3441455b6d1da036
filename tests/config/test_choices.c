// SPDX-License-Identifier: Apache-2.0
#include "config/choices.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// A survey with one question on `measure`; single quotes in JSON.
static struct survey *make_survey(const char *question)
{
    char *text = memory_format("{'title':'T','recueil':{'slug':'s','audience':'internal',"
                               "'procedure':'x'},'pages':[{'name':'p','elements':["
                               "{'type':'comment','name':'c','title':'C'},%s]}]}",
                               question);
    for (char *at = text; *at != '\0'; at++)
        if (*at == '\'')
            *at = '"';
    AUTO(findings) struct findings *findings = findings_create();
    struct survey *survey = survey_read(text, strlen(text), "F", findings);
    cr_assert_not_null(survey, "%s", findings->count > 0 ? findings->items[0].message : "");
    free(text);
    return survey;
}

static void assign(struct choices *choices, const char *question, const char *place)
{
    AUTO(findings) struct findings *findings = findings_create();
    AUTO(survey) struct survey *survey = make_survey(question);
    choices_assign(choices, survey, "surveys/s.json", findings);
    cr_assert_eq(findings->count, place == NULL ? 0 : 1);
    if (place != NULL)
        cr_assert_str_eq(findings->items[0].place, place, "%s", findings->items[0].place);
}

#define TOOLS(list, more)                                                                          \
    "{'type':'checkbox','name':'q','title':'Q','choices':" list                                    \
    ",'recueil':{'measure':'tools'}" more "}"

Test(choices, gives_each_code_the_next_free_bit_for_ever)
{
    AUTO(choices) struct choices *choices = choices_create();
    choices_set(choices, MEASURE_TOOLS, "registre", 1);
    choices_set(choices, MEASURE_TOOLS, "registre", 1);
    assign(choices, TOOLS("['papier','tableur','dont_know']", ",'showNoneItem':true"), NULL);
    cr_assert_eq(choices_bit(choices, MEASURE_TOOLS, "papier"), 0);
    cr_assert_eq(choices_bit(choices, MEASURE_TOOLS, "registre"), 1);
    cr_assert_eq(choices_bit(choices, MEASURE_TOOLS, "tableur"), 2);
    cr_assert_eq(choices_bit(choices, MEASURE_TOOLS, "dont_know"), -1);
    cr_assert_eq(choices_bit(choices, MEASURE_TOOLS, "none"), -1);
    cr_assert_eq(choices_bit(choices, MEASURE_MEANS, "papier"), -1);

    // another version drops one and adds one: nothing moves
    assign(choices, TOOLS("['parapheur','tableur']", ",'showOtherItem':true"), NULL);
    cr_assert_eq(choices_bit(choices, MEASURE_TOOLS, "papier"), 0);
    cr_assert_eq(choices_bit(choices, MEASURE_TOOLS, "tableur"), 2);
    cr_assert_eq(choices_bit(choices, MEASURE_TOOLS, "parapheur"), 3);
    cr_assert_eq(choices_bit(choices, MEASURE_TOOLS, "other"), 4);
    cr_assert_str_eq(choices_code(choices, MEASURE_TOOLS, 3), "parapheur");
    cr_assert_null(choices_code(choices, MEASURE_TOOLS, 5));
    cr_assert_null(choices_code(choices, MEASURE_TOOLS, -1));
}

Test(choices, numbers_rows_and_columns_of_the_matrix)
{
    AUTO(choices) struct choices *choices = choices_create();
    assign(choices,
           "{'type':'matrix','name':'m','title':'M','rows':['informer','decider'],"
           "'columns':['accueil','none','dont_know'],'recueil':{'measure':'actors'}}",
           NULL);
    cr_assert_eq(choices_bit(choices, MEASURE_ACTORS, "accueil"), 0);
    cr_assert_eq(choices_bit(choices, MEASURE_ACTORS, "none"), 1);
    cr_assert_eq(choices_bit(choices, MEASURE_ACTORS, "dont_know"), -1);
    cr_assert_eq(choices_bit(choices, MEASURE_ACTORS_ROW, "informer"), 0);
    cr_assert_eq(choices_bit(choices, MEASURE_ACTORS_ROW, "decider"), 1);
}

Test(choices, gives_none_to_pain_points_nor_to_what_is_no_mask)
{
    AUTO(choices) struct choices *choices = choices_create();
    assign(choices,
           "{'type':'checkbox','name':'q','title':'Q','choices':['delai'],"
           "'recueil':{'measure':'pain_points'}},"
           "{'type':'radiogroup','name':'r','title':'Q','choices':['desk'],"
           "'recueil':{'measure':'channel'}}",
           NULL);
    cr_assert_eq(choices_bit(choices, MEASURE_PAIN_POINTS, "delai"), -1);
    cr_assert_eq(choices_bit(choices, MEASURE_CHANNEL, "desk"), -1);
}

Test(choices, says_when_no_bit_is_left)
{
    AUTO(choices) struct choices *choices = choices_create();
    char code[16];
    for (int bit = 0; bit < 63; bit++) {
        (void)snprintf(code, sizeof code, "old%d", bit);
        choices_set(choices, MEASURE_TOOLS, code, bit);
        if (bit < 15)
            choices_set(choices, MEASURE_ACTORS, code, bit);
        if (bit < 15)
            choices_set(choices, MEASURE_ACTORS_ROW, code, bit);
    }
    assign(choices, TOOLS("['old62']", ""), NULL);
    assign(choices, TOOLS("['new']", ""), "surveys/s.json#/pages/0/elements/1/choices");
    assign(choices,
           "{'type':'matrix','name':'m','title':'M','rows':['new'],'columns':['old3'],"
           "'recueil':{'measure':'actors'}}",
           "surveys/s.json#/pages/0/elements/1/rows");
    assign(choices,
           "{'type':'matrix','name':'m','title':'M','rows':['old3'],'columns':['new'],"
           "'recueil':{'measure':'actors'}}",
           "surveys/s.json#/pages/0/elements/1/columns");
    choices_set(choices, MEASURE_MEANS, "x", 63);
    choices_set(choices, MEASURE_MEANS, "y", -1);
    cr_assert_eq(choices_bit(choices, MEASURE_MEANS, "x"), -1);
    cr_assert_eq(choices_bit(choices, MEASURE_MEANS, "y"), -1);
}

static void note_row(enum measure measure, const char *code, int bit, void *context)
{
    char line[64];
    (void)snprintf(line, sizeof line, "%s %s %d;", measure_rule(measure)->name, code, bit);
    strcat(context, line);
}

Test(choices, goes_to_json_and_back)
{
    char lines[256] = "";
    AUTO(choices) struct choices *choices = choices_create();
    choices_set(choices, MEASURE_MEANS, "temps", 2);
    choices_set(choices, MEASURE_TOOLS, "papier", 1);
    choices_set(choices, MEASURE_TOOLS, "tableur", 0);
    choices_set(choices, MEASURE_PAIN_POINTS, "ancien", 62);
    json_t *document = choices_to_json(choices);
    AUTO(choices) struct choices *again = choices_from_json(document, NULL);
    cr_assert_not_null(again);
    choices_visit(again, note_row, lines);
    cr_assert_str_eq(lines, "pain_points ancien 62;tools tableur 0;tools papier 1;means temps 2;");
    json_decref(document);
}

Test(choices, refuses_json_that_gives_no_bits)
{
    static const char *const documents[] = {
        "[]",
        "{\"unknown\":{\"a\":0}}",
        "{\"tools\":[]}",
        "{\"channel\":{\"desk\":0}}",
        "{\"pain_points\":{\"delai\":63}}",
        "{\"believed_pain_points\":{\"delai\":0}}",
        "{\"tools\":{\"a\":63}}",
        "{\"tools\":{\"a\":-1}}",
        "{\"tools\":{\"a\":\"0\"}}",
        "{\"tools\":{\"a\":0,\"b\":0}}",
        "{\"actors\":{\"a\":15}}",
    };
    for (size_t i = 0; i < sizeof documents / sizeof documents[0]; i++) {
        struct error error = {ERROR_NONE, ""};
        json_t *document = json_loads(documents[i], 0, NULL);
        cr_assert_null(choices_from_json(document, &error), "%s", documents[i]);
        cr_assert_eq(error.kind, ERROR_BAD_INPUT, "%s", documents[i]);
        json_decref(document);
    }
}
