// SPDX-License-Identifier: Apache-2.0
#include "config/answers.h"

#include "tests/config/missing_modules.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// A catalogue by hand: two procedures that citizens use, one that only agents do.
static struct procedure procedures[] = {
    {.code = "eau-fuite", .audiences = 1 << 0 | 1 << 4},
    {.code = "dechets-bac", .audiences = 1 << 0},
    {.code = "marches", .audiences = 1 << 4},
};
static struct pain_point pain_points[] = {
    {.bit = 0, .code = "delai"},     {.bit = 1, .code = "deplacements"},
    {.bit = 7, .code = "suivi"},     {.bit = 12, .code = "cout"},
    {.bit = 62, .code = "handicap"}, {.bit = 17, .code = "double-saisie"},
};
static struct catalogue catalogue = {
    .procedures = procedures,
    .procedure_count = 3,
    .pain_points = pain_points,
    .pain_point_count = 6,
};

// All there is for one submission.
struct trial {
    struct edition edition;
    struct edition_survey published;
    struct submission row;
    struct refusals refusals;
    json_t *answers;
    bool dropped, fits;
};

static char *text_of(const char *name)
{
    char path[512];
    (void)snprintf(path, sizeof path, "%s/config/collectivities/casud/surveys/%s.json", SOURCE_DIR,
                   name);
    FILE *in = fopen(path, "rb");
    cr_assert_not_null(in);
    char *text = memory_allocate(1 << 17);
    cr_assert_gt(fread(text, 1, (1 << 17) - 1, in), 0);
    (void)fclose(in);
    return text;
}

static char *with_double_quotes(const char *text)
{
    char *copy = memory_copy_text(text);
    for (char *at = copy; *at != '\0'; at++)
        if (*at == '\'')
            *at = '"';
    return copy;
}

// survey: a file's name, or the text of a survey with simple quotes.
static void prepare(struct trial *trial, const char *survey)
{
    *trial = (struct trial){.dropped = true};
    char *text = survey[0] == '{' ? with_double_quotes(survey) : text_of(survey);
    AUTO(findings) struct findings *findings = findings_create();
    trial->published.survey = survey_read(text, strlen(text), "F", findings);
    cr_assert_not_null(trial->published.survey, "%s: %s", findings->items[0].place,
                       findings->items[0].message);
    free(text);
    trial->published.version = 3;
    trial->edition.catalogue = &catalogue;
    trial->edition.choices = choices_create();
    choices_assign(trial->edition.choices, trial->published.survey, "F", findings);
    edition_number_choices(&trial->edition, trial->published.survey);
    submission_clear(&trial->row);
}

static void finish(struct trial *trial)
{
    json_decref(trial->answers);
    choices_destroy(trial->edition.choices);
    survey_destroy(trial->published.survey);
}

static void judge_in(struct trial *trial, enum language language, const char *answers,
                     const struct answers_beside *beside)
{
    static const struct answers_beside none;
    char *text = with_double_quotes(answers);
    json_error_t at;
    trial->answers = json_loads(text, 0, &at);
    cr_assert_not_null(trial->answers, "%s: %s", answers, at.text);
    free(text);
    trial->fits = answers_fit(&trial->edition, &trial->published, language, trial->answers,
                              beside == NULL ? &none : beside, &trial->row, &trial->refusals,
                              &trial->dropped);
    cr_assert_eq(trial->fits, trial->refusals.count == 0);
}

static void judge(struct trial *trial, const char *survey, const char *answers,
                  const struct answers_beside *beside)
{
    prepare(trial, survey);
    judge_in(trial, LANGUAGE_FR, answers, beside);
}

// "/answers/q required;/answers/r unknown-choice;"
static const char *said(const struct trial *trial)
{
    static char text[REFUSALS_LIMIT * 200];
    text[0] = '\0';
    for (size_t i = 0; i < trial->refusals.count; i++) {
        strcat(text, trial->refusals.items[i].pointer);
        strcat(text, " ");
        strcat(text, trial->refusals.items[i].code);
        strcat(text, ";");
    }
    return text;
}

#define NEEDED "'demarche':'eau-fuite','canal':'desk','satisfaction':2"

Test(answers, measure_a_whole_form_of_a_citizen)
{
    struct trial trial;
    judge(&trial, "demarches",
          "{" NEEDED ",'profil':'beneficiary','issue':'done','aide':'none',"
          "'irritants':['suivi','delai','handicap'],'minutes':45,'deplacements':'2',"
          "'canal_prefere':'phone','numerique':1,'commune':'97422','texte':'C’était long.'}",
          NULL);
    cr_assert(trial.fits, "%s", said(&trial));
    cr_assert_not(trial.dropped);
    cr_assert_str_eq(trial.row.survey, "demarches");
    cr_assert_eq(trial.row.version, 3);
    cr_assert_eq(trial.row.procedure, procedures[0].code, "borrowed from the catalogue");
    cr_assert_str_eq(trial.row.audience, "beneficiary");
    cr_assert_eq(trial.row.channel, vocabulary_find(VOCABULARY_CHANNEL, "desk", 4));
    cr_assert_str_eq(trial.row.phase, "before");
    cr_assert_str_eq(trial.row.completed, "done");
    cr_assert_str_eq(trial.row.help, "none");
    cr_assert_str_eq(trial.row.preferred_channel, "phone");
    cr_assert_str_eq(trial.row.commune, "97422");
    cr_assert_null(trial.row.service);
    cr_assert_eq(trial.row.satisfaction, 2);
    cr_assert_eq(trial.row.minutes, 45);
    cr_assert_eq(trial.row.visits, 2);
    cr_assert_eq(trial.row.digital_comfort, 1);
    cr_assert_eq(trial.row.effort, NUMBER_ABSENT);
    cr_assert_eq(trial.row.pain_points, INT64_C(1) << 7 | 1 | INT64_C(1) << 62);
    cr_assert_eq(trial.row.believed_pain_points, MASK_ABSENT);
    finish(&trial);
}

Test(answers, measure_a_whole_form_of_an_agent)
{
    struct trial trial;
    judge(
        &trial, "agents",
        "{'fonction':'agent','service':'eau','demarche':'marches','dossiers':true,"
        "'satisfaction':'4','etapes':{'informer':'accueil','decider':'elus','traiter':'dont_know',"
        "'repondre':'none'},'passages':6,'outils':['tableur','parapheur'],"
        "'periodes':['dont_know','regulier'],'moyens':['none'],'dossiers_mois':120,"
        "'minutes_dossier':'90','jours':0,'irritants':['double-saisie'],"
        "'irritants_usagers':['delai','cout','dont_know'],'pret':'dont_know',"
        "'formations':['dont_know'],'texte':'«\xC2\xA0Non\xC2\xA0»\\n*rien*'}",
        NULL);
    cr_assert(trial.fits, "%s", said(&trial));
    cr_assert_str_eq(trial.row.audience, "agent");
    cr_assert_str_eq(trial.row.service, "eau");
    cr_assert_str_eq(trial.row.procedure, "marches");
    cr_assert_eq(trial.row.satisfaction, 4);
    // rows informer 0, recevoir 1, verifier 2, traiter 3, decider 4, repondre 5;
    // columns accueil 0, service 1, direction 2, elus 3, commune 4, partenaire 5, none 6
    cr_assert_eq(trial.row.actors, 1 | 4 << 16 | 7 << 20);
    cr_assert_eq(trial.row.handoffs, 6);
    cr_assert_eq(trial.row.tools, 1 << 1 | 1 << 6);
    cr_assert_eq(trial.row.calendar, 1 << 6, "dont_know beside others is ignored");
    cr_assert_eq(trial.row.means, 0, "asked, and nothing");
    cr_assert_eq(trial.row.files_per_month, 120);
    cr_assert_eq(trial.row.minutes_per_file, 90);
    cr_assert_eq(trial.row.elapsed_days, 0);
    cr_assert_eq(trial.row.rekeying, NUMBER_ABSENT);
    cr_assert_eq(trial.row.pain_points, 1 << 17);
    cr_assert_eq(trial.row.believed_pain_points, 1 | 1 << 12);
    cr_assert_eq(trial.row.change_readiness, NUMBER_ABSENT);
    cr_assert_eq(trial.row.training_need, MASK_ABSENT);
    cr_assert_null(trial.row.channel);
    finish(&trial);
}

// One survey with a question of each kind, for the rows below.
#define ALL_KINDS                                                                                  \
    "{'title':'T','recueil':{'slug':'s','audience':'internal','procedure':'eau-fuite'},"           \
    "'pages':[{'name':'p','elements':["                                                            \
    "{'type':'radiogroup','name':'radio','title':'Q','choices':[1,2,'trois','dont_know'],"         \
    "'showOtherItem':true},"                                                                       \
    "{'type':'dropdown','name':'liste','title':'Q','choices':['a','97400']},"                      \
    "{'type':'checkbox','name':'cases','title':'Q','choices':['papier','tableur','dont_know'],"    \
    "'showNoneItem':true,'noneText':'Rien','showOtherItem':true,'maxSelectedChoices':2,"           \
    "'recueil':{'measure':'tools'}},"                                                              \
    "{'type':'checkbox','name':'maux','title':'Q','choices':['delai'],'showOtherItem':true,"       \
    "'recueil':{'measure':'pain_points'}},"                                                        \
    "{'type':'boolean','name':'vrai','title':'Q'},"                                                \
    "{'type':'rating','name':'note','title':'Q','rateMin':0,'rateMax':10},"                        \
    "{'type':'comment','name':'texte','title':'Q','maxLength':5},"                                 \
    "{'type':'text','name':'ligne','title':'Q'},"                                                  \
    "{'type':'text','name':'nombre','title':'Q','inputType':'number','min':10,'max':1000,"         \
    "'recueil':{'measure':'visits'}},"                                                             \
    "{'type':'text','name':'libre','title':'Q','inputType':'number'},"                             \
    "{'type':'text','name':'minutes','title':'Q','inputType':'number',"                            \
    "'recueil':{'measure':'minutes'}},"                                                            \
    "{'type':'text','name':'jour','title':'Q','inputType':'date'},"                                \
    "{'type':'matrix','name':'etapes','title':'Q','rows':['un','d/eux'],'columns':['x','y']},"     \
    "{'type':'html','name':'info','html':'N'}]}]}"

static const struct {
    const char *answers, *said;
} rows[] = {
    {"{}", ""},
    {"{'radio':1}", ""},
    {"{'radio':'2'}", ""},
    {"{'radio':'trois'}", ""},
    {"{'radio':'dont_know'}", ""},
    {"{'radio':3}", "/answers/radio unknown-choice;"},
    {"{'radio':1.0}", "/answers/radio unknown-choice;"},
    {"{'radio':'01'}", "/answers/radio unknown-choice;"},
    {"{'radio':'none'}", "/answers/radio unknown-choice;"},
    {"{'radio':true}", "/answers/radio wrong-type;"},
    {"{'radio':[1]}", "/answers/radio wrong-type;"},
    {"{'radio':{'a':1}}", "/answers/radio wrong-type;"},
    {"{'radio':null}", ""},
    {"{'radio':''}", ""},
    {"{'radio':[]}", ""},
    {"{'radio':'other'}", ""},
    {"{'radio':'other','radio-Comment':'Moi'}", ""},
    {"{'radio':1,'radio-Comment':'Moi'}", "/answers/radio-Comment unknown-question;"},
    {"{'radio':1,'radio-Comment':' '}", ""},
    {"{'radio':'other','radio-Comment':3}", "/answers/radio-Comment wrong-type;"},
    {"{'radio':'other','radio-Comment':'\\u0001'}", "/answers/radio-Comment malformed;"},
    {"{'liste':'a','liste-Comment':'x'}", "/answers/liste-Comment unknown-question;"},
    {"{'liste':97400}", "/answers/liste unknown-choice;"},
    {"{'liste':'97400'}", ""},
    {"{'liste':'other'}", "/answers/liste unknown-choice;"},
    {"{'liste':'eau-fuite'}", "/answers/liste unknown-choice;"},

    {"{'cases':['papier','tableur']}", ""},
    {"{'cases':['papier','tableur','other']}", "/answers/cases too-many;"},
    {"{'cases':['papier','tableur','dont_know']}", ""},
    {"{'cases':['none']}", ""},
    {"{'cases':['none','papier']}", "/answers/cases exclusive;"},
    {"{'cases':['none','dont_know']}", ""},
    {"{'cases':['papier','papier']}", "/answers/cases malformed;"},
    {"{'cases':['papier','x','y']}", "/answers/cases unknown-choice;"},
    {"{'cases':[null]}", "/answers/cases unknown-choice;"},
    {"{'cases':[['papier']]}", "/answers/cases unknown-choice;"},
    {"{'cases':'papier'}", "/answers/cases wrong-type;"},
    {"{'cases':{'papier':true}}", "/answers/cases wrong-type;"},
    {"{'cases':['other'],'cases-Comment':'Un outil'}", ""},
    {"{'maux':['none']}", "/answers/maux unknown-choice;"},

    {"{'vrai':true}", ""},
    {"{'vrai':false}", ""},
    {"{'vrai':'true'}", "/answers/vrai wrong-type;"},
    {"{'vrai':1}", "/answers/vrai wrong-type;"},

    {"{'note':0}", ""},
    {"{'note':10}", ""},
    {"{'note':11}", "/answers/note unknown-choice;"},
    {"{'note':-1}", "/answers/note unknown-choice;"},
    {"{'note':9223372036854775807}", "/answers/note unknown-choice;"},

    {"{'texte':'éàç\\r\\n!'}", ""},
    {"{'texte':'123456'}", "/answers/texte too-long;"},
    {"{'texte':'a\\u001b'}", "/answers/texte malformed;"},
    {"{'texte':'a\\u007f'}", "/answers/texte malformed;"},
    {"{'texte':'a\\tb\\n'}", ""},
    {"{'texte':5}", "/answers/texte wrong-type;"},
    {"{'texte':['a']}", "/answers/texte wrong-type;"},
    {"{'ligne':'\\u00a0'}", ""},

    {"{'nombre':10}", ""},
    {"{'nombre':'1000'}", ""},
    {"{'nombre':9}", "/answers/nombre out-of-range;"},
    {"{'nombre':1001}", "/answers/nombre out-of-range;"},
    {"{'nombre':'-5'}", "/answers/nombre out-of-range;"},
    {"{'nombre':'99999999999999999999999'}", "/answers/nombre out-of-range;"},
    {"{'nombre':-9223372036854775807}", "/answers/nombre out-of-range;"},
    {"{'nombre':12.0}", "/answers/nombre malformed;"},
    {"{'nombre':'12,5'}", "/answers/nombre malformed;"},
    {"{'nombre':'1 000'}", "/answers/nombre malformed;"},
    {"{'nombre':'douze'}", "/answers/nombre malformed;"},
    {"{'nombre':'dont_know'}", "/answers/nombre malformed;"},
    {"{'nombre':true}", "/answers/nombre wrong-type;"},
    {"{'libre':-12}", ""},
    {"{'libre':3000000000}", "/answers/libre out-of-range;"},
    {"{'minutes':100000}", ""},
    {"{'minutes':100001}", "/answers/minutes out-of-range;"},
    {"{'minutes':-1}", "/answers/minutes out-of-range;"},

    {"{'jour':'2026-11-30'}", ""},
    {"{'jour':'2026-02-30'}", "/answers/jour malformed;"},
    {"{'jour':'30/11/2026'}", "/answers/jour malformed;"},
    {"{'jour':20261130}", "/answers/jour wrong-type;"},

    {"{'etapes':{'un':'x'}}", ""},
    {"{'etapes':{'un':'x','d/eux':null}}", ""},
    {"{'etapes':{}}", ""},
    {"{'etapes':{'d/eux':'z'}}", "/answers/etapes/d~1eux unknown-choice;"},
    {"{'etapes':{'d/eux':['x']}}", "/answers/etapes/d~1eux unknown-choice;"},
    {"{'etapes':{'trois':'x'}}", "/answers/etapes/trois unknown-question;"},
    {"{'etapes':['x']}", "/answers/etapes wrong-type;"},
    {"{'etapes':'x'}", "/answers/etapes wrong-type;"},

    {"{'info':'x'}", "/answers/info unknown-question;"},
    {"{'inconnu':1}", "/answers/inconnu unknown-question;"},
    {"{'a/b~c':1}", "/answers/a~1b~0c unknown-question;"},
    {"{'-Comment':1}", "/answers/-Comment unknown-question;"},
    {"{'x-Comment':1}", "/answers/x-Comment unknown-question;"},
    {"{'radio':9,'vrai':0,'zut':1}",
     "/answers/radio unknown-choice;/answers/vrai wrong-type;/answers/zut unknown-question;"},
};

Test(answers, are_held_to_the_type_of_their_question)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct trial trial;
        judge(&trial, ALL_KINDS, rows[i].answers, NULL);
        cr_assert_str_eq(said(&trial), rows[i].said, "%s: %s", rows[i].answers, said(&trial));
        cr_assert_not(trial.dropped, "%s", rows[i].answers);
        for (size_t j = 0; j < trial.refusals.count; j++)
            cr_assert_neq(trial.refusals.items[j].detail[0], '\0');
        finish(&trial);
    }
}

Test(answers, of_one_procedure_need_not_name_it)
{
    struct trial trial;
    judge(&trial, ALL_KINDS, "{}", NULL);
    cr_assert_str_eq(trial.row.procedure, "eau-fuite");
    finish(&trial);
    judge(&trial, ALL_KINDS, "{}", &(struct answers_beside){.procedure = "eau-fuite"});
    cr_assert(trial.fits);
    finish(&trial);
    judge(&trial, ALL_KINDS, "{}", &(struct answers_beside){.procedure = "marches"});
    cr_assert_str_eq(said(&trial), "/procedure unknown-choice;");
    finish(&trial);
}

static const struct {
    const char *ticks;
    int64_t tools, pains;
} masks[] = {
    {"{}", MASK_ABSENT, MASK_ABSENT},
    {"{'cases':[],'maux':[]}", MASK_ABSENT, MASK_ABSENT},
    {"{'cases':null,'maux':''}", MASK_ABSENT, MASK_ABSENT},
    {"{'cases':['dont_know']}", MASK_ABSENT, MASK_ABSENT},
    {"{'cases':['none']}", 0, MASK_ABSENT},
    {"{'cases':['tableur']}", 2, MASK_ABSENT},
    {"{'cases':['other','papier']}", 1 | 4, MASK_ABSENT},
    {"{'maux':['other']}", MASK_ABSENT, 0},
    {"{'maux':['other','delai']}", MASK_ABSENT, 1},
};

Test(answers, tell_nothing_ticked_from_nothing_answered)
{
    for (size_t i = 0; i < sizeof masks / sizeof masks[0]; i++) {
        struct trial trial;
        judge(&trial, ALL_KINDS, masks[i].ticks, NULL);
        cr_assert(trial.fits, "%s: %s", masks[i].ticks, said(&trial));
        cr_assert_eq(trial.row.tools, masks[i].tools, "%s", masks[i].ticks);
        cr_assert_eq(trial.row.pain_points, masks[i].pains, "%s", masks[i].ticks);
        finish(&trial);
    }
}

static const struct {
    const char *answers;
    struct answers_beside beside;
    const char *said, *procedure, *audience, *channel, *phase, *left; // left: what stays
} beside_rows[] = {
    {"{" NEEDED "}", {NULL, NULL, NULL, NULL}, "", "eau-fuite", NULL, "desk", "before", NULL},
    {"{'satisfaction':1}",
     {.procedure = "dechets-bac", .audience = "citizen", .channel = "phone", .phase = "during"},
     "",
     "dechets-bac",
     "citizen",
     "phone",
     "during",
     NULL},
    {"{" NEEDED "}",
     {.procedure = "dechets-bac", .channel = "mail"},
     "",
     "dechets-bac",
     NULL,
     "mail",
     "before",
     NULL},
    {"{'satisfaction':1,'canal':'desk'}",
     {.procedure = "marches"},
     "",
     "marches",
     NULL,
     "desk",
     "before",
     NULL}, // what the procedure lists is not checked beside the answers
    {"{'satisfaction':1,'canal':'desk','autre_demarche':'Un stand'}",
     {.procedure = "other"},
     "",
     "other",
     NULL,
     "desk",
     "before",
     NULL},
    // beside wins for visibility: the other procedure is not asked about
    {"{'demarche':'other','canal':'desk','satisfaction':1,'autre_demarche':'X'}",
     {.procedure = "eau-fuite"},
     "",
     "eau-fuite",
     NULL,
     "desk",
     "before",
     "{'demarche':'other','canal':'desk','satisfaction':1}"},
    {"{" NEEDED ",'numerique':1}",
     {.channel = "online"},
     "",
     "eau-fuite",
     NULL,
     "online",
     "before",
     "{" NEEDED "}"},
    {"{" NEEDED "}",
     {.procedure = "inconnue"},
     "/procedure unknown-choice;",
     NULL,
     NULL,
     NULL,
     NULL,
     NULL},
    {"{" NEEDED "}",
     {.audience = "agent"},
     "/audience unknown-choice;",
     NULL,
     NULL,
     NULL,
     NULL,
     NULL},
    {"{" NEEDED "}",
     {.audience = "roi"},
     "/audience unknown-choice;",
     NULL,
     NULL,
     NULL,
     NULL,
     NULL},
    {"{" NEEDED "}", {.channel = "fax"}, "/channel unknown-choice;", NULL, NULL, NULL, NULL, NULL},
    {"{" NEEDED "}", {.phase = "never"}, "/phase unknown-choice;", NULL, NULL, NULL, NULL, NULL},
    {"{}",
     {.procedure = "eau-fuite"},
     "/answers/canal required;/answers/satisfaction required;",
     NULL,
     NULL,
     NULL,
     NULL,
     NULL},
    {"{'canal':'desk','satisfaction':1}",
     {NULL, NULL, NULL, NULL},
     "/answers/demarche required;",
     NULL,
     NULL,
     NULL,
     NULL,
     NULL},
    {"{'demarche':'marches','canal':'desk','satisfaction':1}",
     {NULL, NULL, NULL, NULL},
     "/answers/demarche unknown-choice;",
     NULL,
     NULL,
     NULL,
     NULL,
     NULL},
    {"{'demarche':'other','canal':'desk','satisfaction':1,'autre_demarche':'Un stand'}",
     {NULL, NULL, NULL, NULL},
     "",
     "other",
     NULL,
     "desk",
     "before",
     NULL},
};

static void check_text(const char *found, const char *expected, size_t row)
{
    if (expected == NULL)
        cr_assert_null(found, "row %zu: %s", row, found);
    else
        cr_assert(found != NULL && strcmp(found, expected) == 0, "row %zu: %s", row, expected);
}

Test(answers, give_way_to_the_members_beside_them)
{
    for (size_t i = 0; i < sizeof beside_rows / sizeof beside_rows[0]; i++) {
        struct trial trial;
        judge(&trial, "demarches", beside_rows[i].answers, &beside_rows[i].beside);
        cr_assert_str_eq(said(&trial), beside_rows[i].said, "row %zu: %s", i, said(&trial));
        cr_assert_eq(trial.dropped, beside_rows[i].left != NULL, "row %zu", i);
        if (trial.fits) {
            check_text(trial.row.procedure, beside_rows[i].procedure, i);
            check_text(trial.row.audience, beside_rows[i].audience, i);
            check_text(trial.row.channel, beside_rows[i].channel, i);
            check_text(trial.row.phase, beside_rows[i].phase, i);
        }
        if (beside_rows[i].left != NULL) {
            char *text = with_double_quotes(beside_rows[i].left);
            json_t *left = json_loads(text, 0, NULL);
            cr_assert(json_equal(left, trial.answers), "row %zu", i);
            json_decref(left);
            free(text);
        }
        finish(&trial);
    }
}

// a shows b, which shows the panel with c, which shows the second page with d.
#define CHAIN                                                                                      \
    "{'title':'T','recueil':{'slug':'s','audience':'external','procedure':'eau-fuite'},"           \
    "'pages':[{'name':'p','elements':["                                                            \
    "{'type':'boolean','name':'a','title':'Q'},"                                                   \
    "{'type':'rating','name':'b','title':'Q','visibleIf':'{a} = true','isRequired':true},"         \
    "{'type':'panel','name':'x','visibleIf':'{b} <= 2','elements':["                               \
    "{'type':'radiogroup','name':'c','title':'Q','choices':['oui','non'],'showOtherItem':true,"    \
    "'isRequired':true}]}]},"                                                                      \
    "{'name':'r','visibleIf':'{c} notempty','elements':["                                          \
    "{'type':'radiogroup','name':'d','title':'Q','choices':['desk'],'isRequired':true,"            \
    "'recueil':{'measure':'channel'}}]}]}"

static const struct {
    const char *answers, *said, *left;
} chain[] = {
    {"{}", "", "{}"},
    {"{'a':true,'b':1,'c':'oui','d':'desk'}", "", NULL},
    {"{'a':false,'b':1,'c':'oui','d':'desk'}", "", "{'a':false}"},
    {"{'a':false,'b':'nonsense','c':7,'d':[1,2]}", "", "{'a':false}"},
    {"{'a':true,'b':3,'c':'other','c-Comment':'x','d':'desk'}", "", "{'a':true,'b':3}"},
    {"{'a':true,'b':1,'c':''}", "/answers/c required;", NULL},
    {"{'a':true,'b':1,'c':'non'}", "/answers/d required;", NULL},
    {"{'a':true}", "/answers/b required;", NULL},
    {"{'a':true,'b':null}", "/answers/b required;", NULL},
};

Test(answers, to_questions_that_are_not_shown_are_taken_out)
{
    for (size_t i = 0; i < sizeof chain / sizeof chain[0]; i++) {
        struct trial trial;
        judge(&trial, CHAIN, chain[i].answers, NULL);
        cr_assert_str_eq(said(&trial), chain[i].said, "%s: %s", chain[i].answers, said(&trial));
        char *text = with_double_quotes(chain[i].left != NULL ? chain[i].left : chain[i].answers);
        json_t *left = json_loads(text, 0, NULL);
        cr_assert(json_equal(left, trial.answers), "%s", chain[i].answers);
        cr_assert_eq(trial.dropped, chain[i].left != NULL && i > 0, "%s", chain[i].answers);
        if (chain[i].left != NULL)
            cr_assert_null(trial.row.channel);
        json_decref(left);
        free(text);
        finish(&trial);
    }
}

#define MATRIX(more)                                                                               \
    "{'title':'T','recueil':{'slug':'s','audience':'internal','procedure':'eau-fuite'},"           \
    "'pages':[{'name':'p','elements':[{'type':'matrix','name':'m','title':'M','rows':['un',"       \
    "'deux'],'columns':['x','y','dont_know'],'recueil':{'measure':'actors'}" more "}]}]}"

static const struct {
    const char *survey, *answers, *said;
    int64_t actors;
} matrices[] = {
    {MATRIX(""), "{}", "", MASK_ABSENT},
    {MATRIX(""), "{'m':{}}", "", MASK_ABSENT},
    {MATRIX(""), "{'m':{'un':null,'deux':''}}", "", MASK_ABSENT},
    {MATRIX(""), "{'m':{'un':'dont_know'}}", "", 0},
    {MATRIX(""), "{'m':{'deux':'y','un':'x'}}", "", 1 | 2 << 4},
    {MATRIX(",'isRequired':true"), "{'m':{'un':null}}", "/answers/m required;", MASK_ABSENT},
    {MATRIX(",'isRequired':true"), "{'m':{'un':'x'}}", "", 1},
    {MATRIX(",'isAllRowRequired':true"), "{'m':{'un':'x'}}", "/answers/m/deux required;", 1},
    {MATRIX(",'isAllRowRequired':true"), "{}", "/answers/m required;", MASK_ABSENT},
};

Test(answers, of_a_matrix_take_four_bits_a_row)
{
    for (size_t i = 0; i < sizeof matrices / sizeof matrices[0]; i++) {
        struct trial trial;
        judge(&trial, matrices[i].survey, matrices[i].answers, NULL);
        cr_assert_str_eq(said(&trial), matrices[i].said, "row %zu: %s", i, said(&trial));
        if (trial.fits)
            cr_assert_eq(trial.row.actors, matrices[i].actors, "row %zu", i);
        finish(&trial);
    }
}

static const struct {
    enum language language;
    const char *answers, *detail;
} sentences[] = {
    {LANGUAGE_FR, "{'canal':'desk','satisfaction':1}", "Choisissez une démarche dans la liste"},
    {LANGUAGE_RCF, "{'canal':'desk','satisfaction':1}", "Shwazi in démarsh dann la list"},
    {LANGUAGE_EN, "{'canal':'desk','satisfaction':1}", "Choose a service from the list"},
    {LANGUAGE_FR, "{" NEEDED ",'commune':'75056'}",
     "Cette réponse ne fait pas partie des choix proposés."},
    {LANGUAGE_RCF, "{" NEEDED ",'commune':'75056'}",
     "Cette réponse ne fait pas partie des choix proposés."},
    {LANGUAGE_EN, "{" NEEDED ",'commune':'75056'}", "This answer is not one of the choices."},
    {LANGUAGE_FR, "{" NEEDED ",'irritants':['none','delai']}",
     "«\xC2\xA0Non, rien ne m'a gêné\xC2\xA0» ne va pas avec d'autres réponses\xC2\xA0: gardez "
     "l'un ou l'autre."},
};

Test(answers, are_refused_in_the_language_of_the_person)
{
    for (size_t i = 0; i < sizeof sentences / sizeof sentences[0]; i++) {
        struct trial trial;
        prepare(&trial, "demarches");
        judge_in(&trial, sentences[i].language, sentences[i].answers, NULL);
        cr_assert_eq(trial.refusals.count, 1, "row %zu: %s", i, said(&trial));
        cr_assert_str_eq(trial.refusals.items[0].detail, sentences[i].detail, "row %zu: %s", i,
                         trial.refusals.items[0].detail);
        finish(&trial);
    }
}

Test(answers, tell_how_long_a_text_is_and_may_be)
{
    struct trial trial;
    char *answers = memory_allocate(6000);
    (void)snprintf(answers, 6000, "{" NEEDED ",'texte':'%01012d'}", 0);
    prepare(&trial, "demarches");
    judge_in(&trial, LANGUAGE_FR, answers, NULL);
    cr_assert_str_eq(trial.refusals.items[0].detail, "Votre texte est trop long\xC2\xA0: 1\xC2\xA0"
                                                     "012 caractères, pour 1\xC2\xA0"
                                                     "000 au plus.");
    free(answers);
    finish(&trial);
}

Test(answers, with_very_many_faults_keep_the_first_fifty)
{
    struct trial trial;
    char answers[4096] = "{";
    for (int i = 0; i < 200; i++)
        (void)sprintf(answers + strlen(answers), "%s'n%d':1", i > 0 ? "," : "", i);
    strcat(answers, "}");
    judge(&trial, ALL_KINDS, answers, NULL);
    cr_assert_eq(trial.refusals.count, REFUSALS_LIMIT);
    cr_assert_not(trial.fits);
    finish(&trial);
}

Test(answers, with_long_names_are_pointed_at_in_whole_characters)
{
    for (int shift = 0; shift < 4; shift++) {
        struct trial trial;
        char answers[1024] = "{'";
        for (int i = 0; i < shift; i++)
            strcat(answers, "a");
        for (int i = 0; i < 100; i++)
            strcat(answers, "\xE2\x82\xAC");
        strcat(answers, "':1}");
        judge(&trial, ALL_KINDS, answers, NULL);
        cr_assert_eq(trial.refusals.count, 1);
        json_t *valid = json_string(trial.refusals.items[0].pointer);
        cr_assert_not_null(valid, "shift %d", shift);
        json_decref(valid);
        finish(&trial);
    }
}

Test(answers, once_refused_elsewhere_stay_refused)
{
    struct trial trial;
    prepare(&trial, ALL_KINDS);
    refusals_add(&trial.refusals, "/placement", "malformed", "%s", "x");
    judge_in(&trial, LANGUAGE_FR, "{}", NULL);
    cr_assert_not(trial.fits);
    finish(&trial);
}

// Two audiences are offered, one of the wrong class.
Test(answers, of_the_wrong_audience_are_pointed_at)
{
    struct trial trial;
    judge(&trial,
          "{'title':'T','recueil':{'slug':'s','audience':'external','procedure':'eau-fuite'},"
          "'pages':[{'name':'p','elements':[{'type':'radiogroup','name':'qui','title':'Q',"
          "'choices':['citizen','agent','dont_know'],'recueil':{'measure':'audience'}},"
          "{'type':'radiogroup','name':'quand','title':'Q','choices':['after','dont_know'],"
          "'recueil':{'measure':'phase'}}]}]}",
          "{'qui':'agent','quand':'after'}", NULL);
    cr_assert_str_eq(said(&trial), "/answers/qui unknown-choice;");
    cr_assert_str_eq(trial.row.phase, "after", "the answer's before the survey's");
    finish(&trial);
}
