// SPDX-License-Identifier: Apache-2.0
#include "config/survey.h"

#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *read_file(const char *path, size_t *size)
{
    FILE *in = fopen(path, "rb");
    cr_assert_not_null(in, "%s", path);
    char *text = memory_allocate(1 << 20);
    *size = fread(text, 1, 1 << 20, in);
    (void)fclose(in);
    return text;
}

static struct survey *read_real(const char *name)
{
    size_t size;
    char path[512];
    (void)snprintf(path, sizeof path, "%s/config/collectivities/casud/surveys/%s.json", SOURCE_DIR,
                   name);
    char *text = read_file(path, &size);
    AUTO(findings) struct findings *findings = findings_create();
    struct survey *survey = survey_read(text, size, name, findings);
    free(text);
    cr_assert_not_null(survey, "%s: %s", findings->count > 0 ? findings->items[0].place : "",
                       findings->count > 0 ? findings->items[0].message : "");
    cr_assert_eq(findings->count, 0);
    return survey;
}

Test(survey, reads_the_survey_of_the_citizens)
{
    AUTO(survey) struct survey *survey = read_real("demarches");
    cr_assert_str_eq(survey->slug, "demarches");
    cr_assert_str_eq(survey->class, "external");
    cr_assert_str_eq(survey->phase, "before");
    cr_assert_str_eq(survey->access, "open");
    cr_assert_null(survey->procedure);
    cr_assert(survey->catalogue);
    cr_assert_eq(survey->opens_day, 20758); // 2026-11-01
    cr_assert_eq(survey->closes_day, 0);
    cr_assert_eq(survey->retention_months, 24);
    cr_assert(survey->languages[LANGUAGE_FR] && survey->languages[LANGUAGE_RCF] &&
              survey->languages[LANGUAGE_EN]);
    cr_assert_str_eq(survey->title.text[LANGUAGE_EN], "How did it go?");
    cr_assert_eq(survey->page_count, 4);
    cr_assert_eq(survey->panel_count, 1);
    cr_assert_eq(survey->question_count, 14);

    const struct question *procedure = survey_measured(survey, MEASURE_PROCEDURE);
    cr_assert_str_eq(procedure->name, "demarche");
    cr_assert(procedure->catalogue_choices && procedure->required);
    cr_assert_eq(procedure->choice_count, 1);
    cr_assert_str_eq(procedure->required_error.text[LANGUAGE_RCF],
                     "Shwazi in démarsh dann la list");

    const struct question *pains = survey_question(survey, "irritants");
    cr_assert_eq(pains->measure, MEASURE_PAIN_POINTS);
    cr_assert(pains->none_item && !pains->other_item);
    cr_assert_eq(pains->choice_count, 17);
    cr_assert_eq(pains->max_selected, 0);

    const struct question *minutes = survey_question(survey, "minutes");
    cr_assert_eq(minutes->panel, 0);
    cr_assert_eq(minutes->page, 3);
    cr_assert(minutes->choices[1].is_number);
    cr_assert_eq(minutes->choices[1].number, 20);
    cr_assert_eq(minutes->choices[1].bit, -1);
    cr_assert_not(question_choice(minutes, "dont_know")->is_number);
    cr_assert_null(question_choice(minutes, "21"));
    cr_assert_eq(survey_question(survey, "texte")->max_length, 1000);
    cr_assert(survey_question(survey, "texte")->scrub);
    cr_assert(survey_question(survey, "satisfaction")->faces);
    cr_assert_not(survey_question(survey, "numerique")->faces);
    cr_assert_null(survey_question(survey, "absent"));
    cr_assert_null(survey_measured(survey, MEASURE_TOOLS));
}

Test(survey, reads_the_survey_of_the_agents)
{
    AUTO(survey) struct survey *survey = read_real("agents");
    cr_assert_str_eq(survey->class, "internal");
    cr_assert_not(survey->languages[LANGUAGE_RCF]);
    cr_assert_eq(survey->page_count, 6);
    cr_assert_not_null(survey->pages[3].visible_if);

    const struct question *steps = survey_measured(survey, MEASURE_ACTORS);
    cr_assert_eq(steps->type, QUESTION_MATRIX);
    cr_assert_eq(steps->row_count, 6);
    cr_assert_eq(steps->choice_count, 8);

    const struct question *files = survey_question(survey, "dossiers_mois");
    cr_assert_eq(files->input, INPUT_NUMBER);
    cr_assert(files->has_least && files->has_most);
    cr_assert_eq(files->most, 100000);

    const struct question *note = survey_question(survey, "ordre_de_grandeur");
    cr_assert_eq(note->type, QUESTION_NOTE);
    cr_assert_not_null(note->title.text[LANGUAGE_EN]);
    cr_assert_eq(survey_question(survey, "irritants_usagers")->max_selected, 3);
    cr_assert_eq(survey_question(survey, "dossiers")->type, QUESTION_BOOLEAN);
    cr_assert_str_eq(survey_question(survey, "dossiers")->label_true.text[LANGUAGE_FR], "Oui");
}

Test(survey, says_where_a_question_stands_in_its_file)
{
    AUTO(survey) struct survey *survey = read_real("demarches");
    static const char *const rows[][2] = {
        {"demarche", "/pages/0/elements/0"},
        {"canal", "/pages/0/elements/3"},
        {"satisfaction", "/pages/1/elements/0"},
        {"minutes", "/pages/3/elements/0/elements/0"},
        {"deplacements", "/pages/3/elements/0/elements/1"},
        {"canal_prefere", "/pages/3/elements/1"},
        {"texte", "/pages/3/elements/4"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char pointer[64];
        survey_question_place(survey, survey_question(survey, rows[i][0]), pointer, sizeof pointer);
        cr_assert_str_eq(pointer, rows[i][1], "%s: %s", rows[i][0], pointer);
    }
}

Test(survey, opens_and_closes_on_its_days)
{
    struct survey survey = {.opens_day = 100, .closes_day = 200};
    cr_assert_eq(survey_opening(&survey, 99), SURVEY_NOT_OPEN_YET);
    cr_assert_eq(survey_opening(&survey, 100), SURVEY_OPEN);
    cr_assert_eq(survey_opening(&survey, 200), SURVEY_OPEN);
    cr_assert_eq(survey_opening(&survey, 201), SURVEY_CLOSED);
    struct survey always = {.opens_day = 0};
    cr_assert_eq(survey_opening(&always, 0), SURVEY_OPEN);
    cr_assert_eq(survey_opening(&always, 99999), SURVEY_OPEN);
}

// Survey files for the rows below: single quotes stand for double ones, § for a single one.
static char *write_survey(const char *recueil, const char *elements)
{
    char *text = memory_format("{'title':'T','recueil':{'slug':'s',%s},"
                               "'pages':[{'name':'p','elements':[%s]}]}",
                               recueil, elements);
    return text;
}

static size_t unquote(char *text)
{
    char *to = text;
    for (const char *at = text; *at != '\0'; at++) {
        if (strncmp(at, "§", 2) == 0) {
            *to++ = '\'';
            at++;
        } else {
            *to++ = *at == '\'' ? '"' : *at;
        }
    }
    *to = '\0';
    return (size_t)(to - text);
}

static void expect(size_t row, char *taken_text, const char *place, const char *word)
{
    AUTO(findings) struct findings *findings = findings_create();
    size_t size = unquote(taken_text);
    AUTO(survey) struct survey *survey = survey_read(taken_text, size, "F", findings);
    if (place == NULL) {
        cr_assert_not_null(survey, "row %zu: %s: %s: %s", row,
                           findings->count ? findings->items[0].place : "",
                           findings->count ? findings->items[0].message : "", taken_text);
    } else {
        cr_assert_null(survey, "row %zu: %s", row, taken_text);
        cr_assert_eq(findings->count, 1, "row %zu: %zu findings: %s: %s / %s: %s", row,
                     findings->count, findings->count > 0 ? findings->items[0].place : "",
                     findings->count > 0 ? findings->items[0].message : "",
                     findings->count > 1 ? findings->items[1].place : "",
                     findings->count > 1 ? findings->items[1].message : "");
        cr_assert_str_eq(findings->items[0].place, place, "row %zu: %s", row,
                         findings->items[0].place);
        cr_assert_not_null(strstr(findings->items[0].message, word), "row %zu: %s", row,
                           findings->items[0].message);
    }
    free(taken_text);
}

#define EXTERNAL "'audience':'external','procedure':'eau-fuite'"
#define INTERNAL "'audience':'internal','procedure':'eau-fuite'"
#define CATALOGUE "'audience':'external','procedures':'catalogue'"
#define NOTE "{'type':'html','name':'n','html':'N'}"
#define TEXT(name) "{'type':'text','name':'" name "','title':'Q'}"
#define ASKED "{'type':'dropdown','name':'d','title':'D','recueil':{'measure':'procedure'}}"
#define RADIO(name, more)                                                                          \
    "{'type':'radiogroup','name':'" name "','title':'Q','choices':['oui','non']" more "}"
#define CHECK(name, choices, more)                                                                 \
    "{'type':'checkbox','name':'" name "','title':'Q','choices':" choices more "}"
#define ONE_Q(type, more) "{'type':'" type "','name':'q','title':'Q'" more "}"
#define E0 "F#/pages/0/elements/0"
#define E1 "F#/pages/0/elements/1"
#define SIXTEEN "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16"

// place NULL: no finding.
static const struct {
    const char *recueil, *elements, *place, *word;
} rows[] = {
    // the settings of a survey
    {EXTERNAL, TEXT("q"), NULL, NULL},
    {CATALOGUE, ASKED, NULL, NULL},
    {"'audience':'public','procedure':'x'", TEXT("q"), "F#/recueil/audience", "external"},
    {EXTERNAL ",'phase':'now'", TEXT("q"), "F#/recueil/phase", "before"},
    {EXTERNAL ",'access':'token'", TEXT("q"), "F#/recueil/access", "invitation"},
    {"'audience':'external'", TEXT("q"), "F#/recueil", "either"},
    {EXTERNAL ",'procedures':'catalogue'", ASKED, "F#/recueil", "either"},
    {"'audience':'external','procedures':'all'", ASKED, "F#/recueil/procedures", "catalogue"},
    {"'audience':'external','procedure':'other'", TEXT("q"), "F#/recueil/procedure", "code"},
    {CATALOGUE, TEXT("q"), "F#/recueil/procedures", "dropdown"},
    {EXTERNAL, ASKED, "F#/recueil/procedure", "catalogue"},
    {EXTERNAL ",'opens':'2026-02-29'", TEXT("q"), "F#/recueil/opens", "2026-11-01"},
    {EXTERNAL ",'closes':'1/11/2026'", TEXT("q"), "F#/recueil/closes", "2026-11-01"},
    {EXTERNAL ",'opens':'2026-11-02','closes':'2026-11-01'", TEXT("q"), "F#/recueil/closes",
     "before opens"},
    {EXTERNAL ",'opens':'2026-11-01','closes':'2026-11-01'", TEXT("q"), NULL, NULL},
    {EXTERNAL ",'retention_months':0", TEXT("q"), "F#/recueil/retention_months", "1 to 120"},
    {EXTERNAL ",'retention_months':121", TEXT("q"), "F#/recueil/retention_months", "1 to 120"},
    {EXTERNAL ",'retention_months':'24'", TEXT("q"), "F#/recueil/retention_months", "whole number"},
    {EXTERNAL ",'min_publish':11", TEXT("q"), "F#/recueil/min_publish", "known are"},
    {EXTERNAL ",'retention_month':11", TEXT("q"), "F#/recueil/retention_month", "retention_months"},

    // shape
    {EXTERNAL, "", "F#/pages/0/elements", "add a question"},
    {EXTERNAL, NOTE, "F#/pages", "question"},
    {EXTERNAL, "3", E0, "type"},
    {EXTERNAL, "{'name':'q'}", E0, "type"},
    {EXTERNAL, "{'type':'file','name':'q','title':'Q'}", E0 "/type", "radiogroup"},
    {EXTERNAL, "{'type':'text','name':'q'}", E0, "title"},
    {EXTERNAL, "{'type':'text','title':'Q'}", E0, "name"},
    {EXTERNAL, "{'type':'html','name':'q'}", E0, "html"},
    {EXTERNAL, ONE_Q("text", ",'valid~tors/':[]"), E0 "/valid~0tors~1", "known are"},
    {EXTERNAL, ONE_Q("text", ",'isrequired':true"), E0 "/isrequired", "isRequired"},
    {EXTERNAL, ONE_Q("text", ",'isRequired':'yes'"), E0 "/isRequired", "true or false"},
    {EXTERNAL, ONE_Q("text", ",'rateMax':3"), E0 "/rateMax", "remove it"},
    {EXTERNAL, ONE_Q("text", ",'maxLength':1.5"), E0 "/maxLength", "whole number"},
    {EXTERNAL, ONE_Q("comment", ",'maxLength':4001"), E0 "/maxLength", "4000"},
    {EXTERNAL, ONE_Q("text", ",'maxLength':0"), E0 "/maxLength", "1 to"},
    {EXTERNAL, ONE_Q("matrix", ",'rows':3,'columns':['a']"), E0 "/rows", "list"},
    {EXTERNAL, ONE_Q("comment", ",'rows':['a']"), E0 "/rows", "whole number"},
    {EXTERNAL, ONE_Q("comment", ",'rows':41"), E0 "/rows", "1 to 40"},

    // texts
    {EXTERNAL, ONE_Q("text", ",'description':{'en':'D'}"), E0 "/description", "fr"},
    {EXTERNAL, ONE_Q("text", ",'description':{'fr':'D','de':'D'}"), E0 "/description/de", "fr"},
    {EXTERNAL, ONE_Q("text", ",'description':{'fr':'D','default':'D'}"), E0 "/description/default",
     "use \"fr\""},
    {EXTERNAL, ONE_Q("text", ",'description':{'fr':3}"), E0 "/description/fr", "quotes"},
    {EXTERNAL, ONE_Q("text", ",'description':{'fr':' '}"), E0 "/description/fr", "empty"},
    {EXTERNAL, ONE_Q("text", ",'description':''"), E0 "/description", "empty"},
    {EXTERNAL, ONE_Q("text", ",'description':'a\\u0007'"), E0 "/description", "control"},
    {EXTERNAL, ONE_Q("text", ",'description':{'fr':'a','rcf':'b','en':'c'}"), NULL, NULL},

    // names
    {EXTERNAL, TEXT("Nom"), E0 "/name", "small letters"},
    {EXTERNAL, TEXT("a-b"), E0 "/name", "small letters"},
    {EXTERNAL, TEXT("1a"), E0 "/name", "letter"},
    {EXTERNAL, TEXT("a123456789012345678901234567890123456789012345678901234567890123"), E0 "/name",
     "63"},
    {EXTERNAL, TEXT("site"), E0 "/name", "choose another"},
    {EXTERNAL, TEXT("a") "," TEXT("a"), E1 "/name", "choose another"},
    {EXTERNAL,
     "{'type':'panel','name':'x','elements':[" TEXT(
         "a") "]},"
              "{'type':'panel','name':'x','elements':[" TEXT("b") "]}",
     E1 "/name", "a panel"},
    {EXTERNAL, "{'type':'panel','name':'p','elements':[" TEXT("p") "]}", NULL, NULL},
    {EXTERNAL, "{'type':'panel','name':'x','elements':[{'type':'panel','name':'y','elements':[]}]}",
     E0 "/elements/0", "move"},
    {EXTERNAL, "{'type':'panel','name':'x','elements':[]}," TEXT("q"), E0 "/elements", "add"},
    {EXTERNAL, "{'type':'panel','name':'x','elements':[" TEXT("q") "],'state':'collapsed'}",
     E0 "/state", "known are"},

    // choices
    {EXTERNAL, ONE_Q("radiogroup", ""), E0, "choices"},
    {EXTERNAL, ONE_Q("radiogroup", ",'choices':[]"), E0 "/choices", "1 to 100"},
    {EXTERNAL, ONE_Q("dropdown", ",'choices':['a',true]"), E0 "/choices/1", "value"},
    {EXTERNAL, ONE_Q("dropdown", ",'choices':['a',{'value':'b'}]"), E0 "/choices/1", "text"},
    {EXTERNAL, ONE_Q("dropdown", ",'choices':['a',{'value':1.5,'text':'b'}]"),
     E0 "/choices/1/value", "whole number"},
    {EXTERNAL, ONE_Q("dropdown", ",'choices':['a',{'value':'b','text':'b','visibleIf':'x'}]"),
     E0 "/choices/1/visibleIf", "known are"},
    {EXTERNAL, ONE_Q("dropdown", ",'choices':['a','a']"), E0 "/choices/1", "twice"},
    {EXTERNAL, ONE_Q("dropdown", ",'choices':[1,'1']"), E0 "/choices/1", "twice"},
    {EXTERNAL, ONE_Q("dropdown", ",'choices':[' a']"), E0 "/choices/0", "spaces"},
    {EXTERNAL, ONE_Q("dropdown", ",'choices':['none']"), E0 "/choices/0", "another value"},
    {EXTERNAL, ONE_Q("dropdown", ",'choices':['Très bien',1,'dont_know','other']"), NULL, NULL},
    {EXTERNAL, ONE_Q("dropdown", ",'choices':['a'],'showOtherItem':true"), E0 "/showOtherItem",
     "remove it"},
    {EXTERNAL, CHECK("q", "['none']", ""), E0 "/choices/0", "showNoneItem"},
    {EXTERNAL, CHECK("q", "['other']", ",'showOtherItem':true"), E0 "/choices/0", "remove"},
    {EXTERNAL, CHECK("q", "['a','b']", ",'maxSelectedChoices':3"), E0 "/maxSelectedChoices", "2"},
    {EXTERNAL, CHECK("q", "['a','b']", ",'maxSelectedChoices':0"), E0 "/maxSelectedChoices",
     "1 to"},
    {EXTERNAL, CHECK("q", "['a']", ",'showNoneItem':true,'noneText':{'fr':'R'}"), NULL, NULL},

    // ratings
    {EXTERNAL, ONE_Q("rating", ""), NULL, NULL},
    {EXTERNAL, ONE_Q("rating", ",'rateMin':0,'rateMax':10"), NULL, NULL},
    {EXTERNAL, ONE_Q("rating", ",'rateMin':5,'rateMax':5"), E0 "/rateMax", "smaller"},
    {EXTERNAL, ONE_Q("rating", ",'rateMin':6"), E0 "/rateMin", "smaller"},
    {EXTERNAL, ONE_Q("rating", ",'rateMax':500"), E0 "/rateMax", "100"},
    {EXTERNAL, ONE_Q("rating", ",'rateMin':1,'rateMax':2,'rateValues':[2,1,3]"), E0 "/rateMax",
     "is 3"},
    {EXTERNAL, ONE_Q("rating", ",'rateMin':0,'rateValues':[1,2]"), E0 "/rateMin", "is 1"},
    {EXTERNAL, ONE_Q("rating", ",'rateValues':['bon',2]"), E0 "/rateValues/0", "whole number"},
    {EXTERNAL, ONE_Q("rating", ",'rateValues':[true]"), E0 "/rateValues/0", "expected a choice"},
    {EXTERNAL, ONE_Q("html", ",'html':'N'") "," TEXT("a"), E0 "/title", "remove it"},
    {EXTERNAL, ONE_Q("rating", ",'rateType':'faces'"), E0 "/rateType", "smileys"},

    // typed answers
    {EXTERNAL, ONE_Q("text", ",'inputType':'email'"), E0 "/inputType", "number"},
    {EXTERNAL, ONE_Q("text", ",'min':0"), E0 "/min", "inputType"},
    {EXTERNAL, ONE_Q("text", ",'inputType':'date','max':3"), E0 "/max", "inputType"},
    {EXTERNAL, ONE_Q("text", ",'inputType':'number','min':3,'max':2"), E0 "/min", "max"},
    {EXTERNAL, ONE_Q("text", ",'inputType':'number','min':-3,'max':-3"), NULL, NULL},
    {EXTERNAL, ONE_Q("text", ",'inputType':'number','max':3000000000"), E0 "/max", "whole"},

    // matrices
    {EXTERNAL, ONE_Q("matrix", ",'rows':['a'],'columns':[1,'none','dont_know']"), NULL, NULL},
    {EXTERNAL, ONE_Q("matrix", ",'rows':['a']"), E0, "columns"},
    {EXTERNAL, ONE_Q("matrix", ",'columns':['a']"), E0, "rows"},
    {EXTERNAL, ONE_Q("matrix", ",'rows':[" SIXTEEN "],'columns':[1]"), E0 "/rows", "15"},
    {EXTERNAL, ONE_Q("matrix", ",'rows':[1],'columns':[" SIXTEEN "]"), E0 "/columns", "15"},
    {EXTERNAL, ONE_Q("matrix", ",'rows':[1],'columns':[2,2]"), E0 "/columns/1", "twice"},

    // measures
    {EXTERNAL, ONE_Q("text", ",'recueil':{'measure':'verbatm'}"), E0 "/recueil/measure",
     "verbatim"},
    {EXTERNAL, ONE_Q("text", ",'recueil':{'measure':'actors_row'}"), E0 "/recueil/measure",
     "unknown"},
    {EXTERNAL, ONE_Q("text", ",'recueil':{'measures':'verbatim'}"), E0 "/recueil/measures",
     "measure"},
    {EXTERNAL, ONE_Q("text", ",'recueil':{'pii':'hide'}"), E0 "/recueil/pii", "scrub"},
    {EXTERNAL, ONE_Q("boolean", ",'recueil':{'pii':'scrub'}"), E0 "/recueil/pii", "comment"},
    {EXTERNAL, ONE_Q("comment", ",'recueil':{'measure':'satisfaction'}"), E0 "/recueil/measure",
     "rating"},
    {EXTERNAL, CHECK("q", "['a']", ",'recueil':{'measure':'tools'}"), E0 "/recueil/measure",
     "internal"},
    {INTERNAL, CHECK("q", "['a']", ",'recueil':{'measure':'tools'}"), NULL, NULL},
    {EXTERNAL,
     ONE_Q("comment", ",'recueil':{'measure':'verbatim'}") ","
                                                           "{'type':'text','name':'r','title':'Q','"
                                                           "recueil':{'measure':'verbatim'}}",
     E1 "/recueil/measure", "\"q\""},
    {EXTERNAL, ONE_Q("text", ",'recueil':{'measure':'minutes'}"), E0, "inputType"},
    {EXTERNAL, ONE_Q("text", ",'inputType':'number','recueil':{'measure':'verbatim'}"),
     E0 "/inputType", "remove"},
    {EXTERNAL, ONE_Q("text", ",'inputType':'number','min':-1,'recueil':{'measure':'minutes'}"),
     E0 "/min", "0 to"},
    {EXTERNAL, ONE_Q("text", ",'inputType':'number','max':2000,'recueil':{'measure':'visits'}"),
     E0 "/max", "1000"},
    {EXTERNAL, ONE_Q("rating", ",'rateMax':7,'recueil':{'measure':'effort'}"), E0 "/rateMax",
     "1 to 5"},
    {EXTERNAL, ONE_Q("rating", ",'rateMin':0,'recueil':{'measure':'effort'}"), E0 "/rateMin",
     "1 to 5"},
    {EXTERNAL, ONE_Q("radiogroup", ",'choices':[1,6],'recueil':{'measure':'clarity'}"),
     E0 "/choices/1", "1 to 5"},
    {EXTERNAL, ONE_Q("radiogroup", ",'choices':[1,'2'],'recueil':{'measure':'clarity'}"),
     E0 "/choices/1", "without quotes"},
    {EXTERNAL, ONE_Q("radiogroup", ",'choices':['desk','web'],'recueil':{'measure':'channel'}"),
     E0 "/choices/1", "online"},
    {EXTERNAL, ONE_Q("radiogroup", ",'choices':['desk','other'],'recueil':{'measure':'channel'}"),
     E0 "/choices/1", "online"},
    {EXTERNAL,
     ONE_Q("radiogroup",
           ",'choices':['desk'],'showOtherItem':true,'recueil':{'measure':'channel'}"),
     E0 "/showOtherItem", "remove"},
    {EXTERNAL, ONE_Q("radiogroup", ",'choices':['none','dont_know'],'recueil':{'measure':'help'}"),
     NULL, NULL},
    {EXTERNAL, ONE_Q("radiogroup", ",'choices':['none'],'recueil':{'measure':'channel'}"),
     E0 "/choices/0", "reserved"},
    {EXTERNAL, CHECK("q", "['Délai']", ",'recueil':{'measure':'pain_points'}"), E0 "/choices/0",
     "code"},
    {EXTERNAL, CHECK("q", "[1]", ",'recueil':{'measure':'pain_points'}"), E0 "/choices/0", "code"},
    {INTERNAL,
     ONE_Q("matrix", ",'rows':['a','dont_know'],'columns':['none'],'recueil':{'measure':'actors'}"),
     E0 "/rows/1", "no row"},

    // conditions
    {EXTERNAL, RADIO("a", "") "," RADIO("b", ",'visibleIf':'{a} = §oui§'"), NULL, NULL},
    {EXTERNAL, RADIO("a", "") "," RADIO("b", ",'visibleIf':'{a} = oui'"), E1 "/visibleIf",
     "character 7"},
    {EXTERNAL, RADIO("a", "") "," RADIO("b", ",'visibleIf':'{b} = §oui§'"), E1 "/visibleIf",
     "itself"},
    {EXTERNAL, RADIO("a", ",'visibleIf':'{b} = §oui§'") "," RADIO("b", ""), E0 "/visibleIf",
     "later"},
    {EXTERNAL, RADIO("aa", "") "," RADIO("b", ",'visibleIf':'{ab} = §oui§'"), E1 "/visibleIf",
     "{aa}"},
    {EXTERNAL, RADIO("a", "") "," RADIO("b", ",'visibleIf':'{zzzz} empty'"), E1 "/visibleIf",
     "before"},
    {EXTERNAL, NOTE "," RADIO("b", ",'visibleIf':'{n} empty'"), E1 "/visibleIf", "note"},
    {EXTERNAL, RADIO("a", "") "," RADIO("b", ",'visibleIf':'{a} anyof [§oui§, §si§]'"),
     E1 "/visibleIf", "oui, non"},
    {EXTERNAL, RADIO("a", "") "," RADIO("b", ",'visibleIf':'{a} = true'"), E1 "/visibleIf",
     "true or false"},
    {EXTERNAL, RADIO("a", "") "," RADIO("b", ",'visibleIf':'{a} < 3'"), E1 "/visibleIf",
     "no number"},
    {EXTERNAL, ONE_Q("boolean", "") "," RADIO("b", ",'visibleIf':'{q} = §true§'"), E1 "/visibleIf",
     "true or false"},
    {EXTERNAL, ONE_Q("boolean", "") "," RADIO("b", ",'visibleIf':'{q} = true'"), NULL, NULL},
    {EXTERNAL, ONE_Q("rating", "") "," RADIO("b", ",'visibleIf':'{q} = 6'"), E1 "/visibleIf", "6"},
    {EXTERNAL, ONE_Q("rating", "") "," RADIO("b", ",'visibleIf':'{q} <= §2§'"), E1 "/visibleIf",
     "number"},
    {EXTERNAL, ONE_Q("rating", "") "," RADIO("b", ",'visibleIf':'{q} <= 2 and {q} = §2§'"), NULL,
     NULL},
    {EXTERNAL, ONE_Q("rating", "") "," RADIO("b", ",'visibleIf':'{q} = 2.5'"), E1 "/visibleIf",
     "2.5"},
    {EXTERNAL, ONE_Q("text", ",'inputType':'number'") "," RADIO("b", ",'visibleIf':'{q} = §x§'"),
     E1 "/visibleIf", "number"},
    {EXTERNAL, TEXT("a") "," RADIO("b", ",'visibleIf':'{a} = §x§ or {a} notempty'"), NULL, NULL},
    {EXTERNAL,
     ONE_Q("matrix", ",'rows':['a'],'columns':['c']") "," RADIO("b", ",'visibleIf':'{q} = §c§'"),
     E1 "/visibleIf", "matrix"},
    {EXTERNAL,
     CHECK("q", "['a']", ",'showNoneItem':true,'showOtherItem':true") "," RADIO(
         "b", ",'visibleIf':'{q} contains §none§ or {q} anyof [§other§]'"),
     NULL, NULL},
    {EXTERNAL, CHECK("q", "['a']", "") "," RADIO("b", ",'visibleIf':'{q} contains §none§'"),
     E1 "/visibleIf", "none"},
    {CATALOGUE, ASKED "," RADIO("b", ",'visibleIf':'{d} = §eau-fuite§'"), NULL, NULL},
    {EXTERNAL,
     TEXT("a") ",{'type':'panel','name':'x','visibleIf':'{b} empty','elements':[" TEXT("b") "]}",
     E1 "/visibleIf", "later"},
    {EXTERNAL,
     TEXT("a") ",{'type':'panel','name':'x','elements':[" TEXT(
         "b") ","
              "{'type':'text','name':'c','title':'C','visibleIf':'{c} empty'}]}",
     E1 "/elements/1/visibleIf", "itself"},
};

Test(survey, names_the_place_and_the_remedy_of_each_fault)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        expect(i, write_survey(rows[i].recueil, rows[i].elements), rows[i].place, rows[i].word);
}

#define PAGE "{'name':'p','elements':[" TEXT("q") "]}"
#define RECUEIL "'recueil':{'slug':'s'," EXTERNAL "}"

static const struct {
    const char *text, *place, *word;
} documents[] = {
    {"", "F:1:0", "JSON"},
    {"{", "F:1:1", "JSON"},
    {"[]", "F#", "object"},
    {"{'title':'T',\n'title':'T'}", "F:2:7", "duplicate"},
    {"\xEF\xBB\xBF{}", "F:1:1", "BOM"},
    {"{'title':'caf\xE9'}", "F:1:13", "UTF-8"},
    {"{'title':'T'," RECUEIL ",'pages':[" PAGE "]}", NULL, NULL},
    {"{'title':'T'," RECUEIL ",'pages':[" PAGE "],'locale':'fr'}", NULL, NULL},
    {"{'title':'T'," RECUEIL ",'pages':[" PAGE "],'locale':'en'}", "F#/locale", "write fr"},
    {"{'title':'T'," RECUEIL ",'pages':[" PAGE "],'completedHtml':'x'}", "F#/completedHtml",
     "known are locale title"},
    {"{'title':'T'," RECUEIL ",'pages':[]}", "F#/pages", "no page"},
    {"{'title':'T'," RECUEIL "}", "F#", "pages"},
    {"{'title':'T','pages':[" PAGE "]}", "F#", "recueil"},
    {"{" RECUEIL ",'pages':[" PAGE "]}", "F#", "title"},
    {"{'title':{'en':'T'}," RECUEIL ",'pages':[" PAGE "]}", "F#/title", "fr"},
    {"{'title':'T'," RECUEIL ",'pages':[3]}", "F#/pages/0", "object"},
    {"{'title':'T'," RECUEIL ",'pages':[" PAGE ",{'name':'p','elements':[" TEXT("r") "]}]}",
     "F#/pages/1/name", "a page"},
    {"{'title':'T'," RECUEIL ",'pages':[" PAGE
     ",{'name':'r','visibleIf':'{r} empty','elements':[" TEXT("r") "]}]}",
     "F#/pages/1/visibleIf", "later"},
    {"{'title':'T'," RECUEIL ",'pages':[" PAGE
     ",{'name':'r','visibleIf':'{q} empty','elements':[" TEXT("r") "]}]}",
     NULL, NULL},
    {"{'title':'T'," RECUEIL ",'pages':[" PAGE ",{'name':'r','elements':[" TEXT("q") "]}]}",
     "F#/pages/1/elements/0/name", "a question"},
    {"{'title':'T','recueil':{'slug':'results'," EXTERNAL "},'pages':[" PAGE "]}",
     "F#/recueil/slug", "another"},
    {"{'title':'T','recueil':{'slug':'logo.svg'," EXTERNAL "},'pages':[" PAGE "]}",
     "F#/recueil/slug", "another"},
    {"{'title':'T','recueil':{'slug':'Été'," EXTERNAL "},'pages':[" PAGE "]}", "F#/recueil/slug",
     "small letters"},
    {"{'title':'T','recueil':{'slug':''," EXTERNAL "},'pages':[" PAGE "]}", "F#/recueil/slug",
     "small letters"},
    {"{'title':'T','recueil':{" EXTERNAL "},'pages':[" PAGE "]}", "F#/recueil", "slug"},
};

Test(survey, names_the_place_of_each_fault_of_a_document)
{
    for (size_t i = 0; i < sizeof documents / sizeof documents[0]; i++)
        expect(i, memory_copy_text(documents[i].text), documents[i].place, documents[i].word);
}

Test(survey, tells_all_faults_at_once)
{
    AUTO(findings) struct findings *findings = findings_create();
    char *text = write_survey(EXTERNAL, ONE_Q("text", ",'x':1") "," ONE_Q("rating", ",'y':2"));
    size_t size = unquote(text);
    cr_assert_null(survey_read(text, size, "F", findings));
    cr_assert_eq(findings->count, 3); // x, the name again, y
    cr_assert_null(survey_read(text, size, "F", NULL), "also without findings");
    free(text);
}

Test(survey, gives_levels_of_their_own_to_a_rating_without_values)
{
    char *text = write_survey(EXTERNAL, ONE_Q("rating", ",'rateMin':2,'rateMax':4"));
    size_t size = unquote(text);
    AUTO(survey) struct survey *survey = survey_read(text, size, "F", NULL);
    free(text);
    const struct question *question = survey_question(survey, "q");
    cr_assert_eq(question->choice_count, 3);
    cr_assert_eq(question->choices[0].number, 2);
    cr_assert_str_eq(question->choices[2].code, "4");
    cr_assert_str_eq(question->choices[2].text.text[LANGUAGE_FR], "4");
}

// count questions, or one question with count choices.
static struct survey *read_many(int count, bool questions, const char *recueil, const char *more,
                                struct findings *findings)
{
    char *list = memory_copy_text("");
    for (int i = 0; i < count; i++) {
        char *longer = questions ? memory_format("%s%s{'type':'text','name':'q%d','title':'Q'}",
                                                 list, i > 0 ? "," : "", i)
                                 : memory_format("%s%s'c%d'", list, i > 0 ? "," : "", i);
        free(list);
        list = longer;
    }
    char *element = questions ? memory_copy_text(list)
                              : memory_format("{'type':'checkbox','name':'q','title':'Q',"
                                              "'choices':[%s]%s}",
                                              list, more);
    char *text = write_survey(recueil, element);
    struct survey *survey = survey_read(text, unquote(text), "F", findings);
    free(text);
    free(element);
    free(list);
    return survey;
}

Test(survey, bounds_questions_choices_and_masks)
{
    static const struct {
        int count;
        bool questions;
        const char *recueil, *more, *place;
    } limits[] = {
        {200, true, EXTERNAL, "", NULL},
        {201, true, EXTERNAL, "", "F#/pages/0/elements/200"},
        {100, false, EXTERNAL, "", NULL},
        {101, false, EXTERNAL, "", E0 "/choices"},
        {63, false, INTERNAL, ",'recueil':{'measure':'tools'}", NULL},
        {64, false, INTERNAL, ",'recueil':{'measure':'tools'}", E0 "/choices"},
        {63, false, INTERNAL, ",'showOtherItem':true,'recueil':{'measure':'tools'}", E0 "/choices"},
        {63, false, INTERNAL, ",'showNoneItem':true,'recueil':{'measure':'tools'}", NULL},
    };
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        AUTO(findings) struct findings *findings = findings_create();
        AUTO(survey)
        struct survey *survey = read_many(limits[i].count, limits[i].questions, limits[i].recueil,
                                          limits[i].more, findings);
        cr_assert_eq(survey != NULL, limits[i].place == NULL, "row %zu", i);
        if (limits[i].place != NULL)
            cr_assert_str_eq(findings->items[0].place, limits[i].place, "row %zu", i);
    }
}
