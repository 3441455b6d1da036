// SPDX-License-Identifier: Apache-2.0
#include "daemon/pages/form_page.h"

#include "tests/daemon/pages/casud.h"

#define ID "8f1f4c0e-52d7-4b6a-9c1e-2f6a1d0c4e55"

static const char *page_of(const struct edition_survey *survey, enum language language,
                           const json_t *answers, const struct refusals *refusals)
{
    const struct form_page page = {&casud,           survey,  language, ID,
                                   "page-demarches", answers, refusals};
    struct html html;
    html_init(&html);
    form_page_write(&html, &page);
    return written(&html);
}

static const char *essai(const char *elements)
{
    return page_of(casud_survey_of(elements), LANGUAGE_FR, NULL, NULL);
}

static bool is_tag(const char *at, const char *tag)
{
    size_t size = strlen(tag);
    return strncmp(at, tag, size) == 0 && strchr(" >\n", at[size]) != NULL;
}

static void assert_balanced(const char *page, const char *open, const char *close)
{
    int depth = 0;
    for (const char *at = page; *at != '\0'; at++) {
        depth += is_tag(at, open);
        depth -= is_tag(at, close);
        cr_assert_geq(depth, 0, "%s> too many", close);
    }
    cr_assert_eq(depth, 0, "%s left open", open);
}

static void assert_well_formed(const char *page)
{
    static const char *const pairs[][2] = {
        {"<div", "</div"},       {"<fieldset", "</fieldset"}, {"<section", "</section"},
        {"<select", "</select"}, {"<optgroup", "</optgroup"}, {"<p", "</p"},
        {"<span", "</span"},     {"<label", "</label"},       {"<legend", "</legend"},
        {"<ul", "</ul"},         {"<form", "</form"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        assert_balanced(page, pairs[i][0], pairs[i][1]);
    assert_lacks(page, "<script");
    assert_lacks(page, "style=");
    assert_lacks(page, "/withdraw");
    assert_lacks(page, "/privacy");
    assert_lacks(page, "/accessibility");
    assert_lacks(page, "/results");
}

Test(form_page, shows_the_citizens_survey_as_the_specimen_does)
{
    static const char *const lines[] = {
        "<!DOCTYPE html>\n<html lang=\"fr\">\n<head>\n<meta charset=\"utf-8\">\n<title>Comment "
        "s'est "
        "passée votre démarche\u00A0? - CASUD</title>\n",
        "<link rel=\"icon\" href=\"/casud/logo.svg\">\n</head>",
        "<p class=\"brand\"><img src=\"/casud/logo.svg\" alt=\"\" width=\"40\" height=\"40\"><span "
        "class=\"name\">CASUD<span>Communauté d'agglomération du Sud</span></span></p>",
        "<button type=\"submit\" form=\"f\" class=\"vh\" tabindex=\"-1\" "
        "aria-hidden=\"true\">Envoyer ma réponse</button>\n<ul>\n<li><button type=\"submit\" "
        "form=\"f\" name=\"_lang\" value=\"fr\" lang=\"fr\" aria-current=\"true\">Français</button>"
        "</li>\n<li><button type=\"submit\" form=\"f\" name=\"_lang\" value=\"rcf\" lang=\"rcf\">"
        "Kréol rényoné</button></li>",
        "<div class=\"sheet\">\n<h1>Comment s'est passée votre démarche\u00A0?</h1>\n<p "
        "class=\"lead\">Environ 2 minutes, sans donner votre nom.",
        "<form id=\"f\" method=\"post\" "
        "action=\"/casud/demarches?from=page-demarches&amp;lang=fr\" "
        "accept-charset=\"utf-8\" novalidate>\n<input type=\"hidden\" name=\"_id\" value=\"" ID
        "\">\n<input type=\"hidden\" name=\"_version\" value=\"3\">\n<section class=\"step\" "
        "id=\"etape-1\">\n<h2><span class=\"of\">Étape 1 sur 4</span> Votre démarche</h2>\n<div "
        "class=\"q\" id=\"q-demarche\" data-required=\"Choisissez une démarche dans la liste\">\n"
        "<label for=\"demarche\" class=\"t\">Quelle démarche avez-vous faite\u00A0? <span "
        "class=\"req\">(obligatoire)</span></label>\n<p class=\"hint\" id=\"demarche-h\">",
        "<select id=\"demarche\" name=\"demarche\" aria-describedby=\"demarche-h\">\n<option "
        "value=\"\">Choisir…</option>\n<optgroup label=\"Eau et assainissement\">\n<option "
        "value=\"eau-branchement\">Demander un branchement d'eau potable</option>\n<option "
        "value=\"eau-facture\">Comprendre ou contester une facture d'eau</option>\n</optgroup>\n"
        "<optgroup label=\"Déchets\">\n<option value=\"dechets-bac\">Obtenir ou remplacer un bac à "
        "ordures</option>\n</optgroup>\n<option value=\"other\">Ma démarche n'est pas dans la "
        "liste</option>\n</select>",
        "<div class=\"q\" id=\"q-autre_demarche\" "
        "data-if=\"[&quot;=&quot;,&quot;demarche&quot;,&quot;other&quot;]\">\n<label "
        "for=\"autre_demarche\" class=\"t\"><span class=\"if\">Si vous avez répondu «\u00A0Ma "
        "démarche n'est pas dans la liste\u00A0»\u00A0: </span>Laquelle\u00A0?</label>\n<input "
        "type=\"text\" id=\"autre_demarche\" name=\"autre_demarche\" autocomplete=\"off\">\n</div>",
        "<div class=\"opt\"><input type=\"radio\" id=\"profil-1\" name=\"profil\" "
        "value=\"citizen\"><label for=\"profil-1\">Je m'informais ou je signalais un "
        "problème</label></div>",
        "<div class=\"opts scale faces\">\n<div class=\"opt\"><input type=\"radio\" "
        "id=\"satisfaction-1\" name=\"satisfaction\" value=\"1\"><label "
        "for=\"satisfaction-1\"><svg "
        "aria-hidden=\"true\"><use href=\"#face-1\"/></svg>Très mal</label></div>",
        "<fieldset class=\"q\" id=\"q-irritants\" aria-describedby=\"irritants-h\">",
        "<div class=\"opts two\">",
        "<p class=\"or\" aria-hidden=\"true\">ou</p>\n<div class=\"opt none\"><input "
        "type=\"checkbox\" id=\"irritants-18\" name=\"irritants\" value=\"none\"><label "
        "for=\"irritants-18\">Non, rien ne m'a gêné</label></div>\n</div>\n</fieldset>\n</section>",
        "<div class=\"panel\" id=\"q-temps\" "
        "data-if=\"[&quot;anyof&quot;,&quot;issue&quot;,[&quot;done&quot;,&quot;given_up&quot;]]\">"
        "\n"
        "<fieldset class=\"q\" id=\"q-minutes\" aria-describedby=\"minutes-h\">\n<legend><span "
        "class=\"if\">Si vous avez répondu «\u00A0Elle est terminée\u00A0» ou «\u00A0J'ai "
        "abandonné\u00A0»\u00A0: </span>En tout, combien de temps y avez-vous "
        "passé\u00A0?</legend>",
        "<div class=\"opts short\">\n<div class=\"opt\"><input type=\"radio\" "
        "id=\"deplacements-1\" name=\"deplacements\" value=\"0\">",
        "</fieldset>\n</div>\n<fieldset class=\"q\" id=\"q-canal_prefere\">",
        "<span class=\"if\">Sauf si vous avez répondu «\u00A0Sur internet ou par mail\u00A0» ou "
        "«\u00A0Internet ou mail\u00A0»\u00A0: </span>Pour vous, faire une démarche sur internet, "
        "c'est…</legend>\n<div class=\"opts scale\">",
        "<textarea id=\"texte\" name=\"texte\" rows=\"5\" data-max=\"1000\" "
        "aria-describedby=\"texte-h texte-c\"></textarea>\n<p class=\"count\" "
        "id=\"texte-c\">1\u202F000 caractères au plus.</p>",
        "<p hidden><label for=\"site\">Ne rien écrire ici</label><input type=\"text\" id=\"site\" "
        "name=\"site\" tabindex=\"-1\" autocomplete=\"off\"></p>\n<div class=\"go\"><button "
        "type=\"submit\">Envoyer ma réponse</button></div>\n<p class=\"fine\">Réponse sans nom, "
        "sans "
        "cookie.</p>\n</form>\n</div>\n</main>",
    };
    const char *page = page_of(casud_survey("demarches"), LANGUAGE_FR, NULL, NULL);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        assert_holds(page, lines[i]);
    assert_lacks(page, " checked");
    assert_lacks(page, "conges-agents");
    assert_lacks(page, "role=\"note\"");
    assert_well_formed(page);
}

Test(form_page, shows_the_agents_survey_as_the_specimen_does)
{
    static const char *const lines[] = {
        "<optgroup label=\"Ressources humaines\">\n<option value=\"conges-agents\">",
        "<option value=\"\">Choisir…</option>\n<option value=\"eau\">Direction de l'eau</option>",
        "<div class=\"opt\"><input type=\"radio\" id=\"dossiers-1\" name=\"dossiers\" "
        "value=\"true\"><label for=\"dossiers-1\">Oui</label></div>\n<div class=\"opt\"><input "
        "type=\"radio\" id=\"dossiers-2\" name=\"dossiers\" value=\"false\">",
        "<fieldset class=\"q rows\" id=\"q-etapes\">\n<legend>À chaque étape, qui fait l'essentiel "
        "du "
        "travail\u00A0?</legend>\n<div class=\"row\">\n<label class=\"t\" "
        "for=\"etapes-1\">Informer et "
        "orienter</label>\n<select id=\"etapes-1\" name=\"etapes.informer\">\n<option "
        "value=\"\">Choisir…</option>\n<option value=\"accueil\">L'accueil</option>",
        "<section class=\"step\" id=\"etape-4\" "
        "data-if=\"[&quot;=&quot;,&quot;dossiers&quot;,true]\">\n<h2><span class=\"of\">Étape 4 "
        "sur "
        "6</span> La démarche en chiffres</h2>\n<p class=\"note\">Un ordre de grandeur suffit.",
        "<input type=\"text\" id=\"minutes_dossier\" name=\"minutes_dossier\" "
        "inputmode=\"numeric\" autocomplete=\"off\" "
        "aria-describedby=\"minutes_dossier-h\">",
        "<label for=\"pret-5\">Je ne sais pas</label>",
        "<p class=\"count\" id=\"texte-c\">4\u202F000 caractères au plus.</p>",
    };
    const char *page = page_of(casud_survey("agents"), LANGUAGE_FR, NULL, NULL);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        assert_holds(page, lines[i]);
    assert_lacks(page, "Kréol");
    assert_well_formed(page);
}

Test(form_page, speaks_creole_and_marks_what_stays_french)
{
    const char *page = page_of(casud_survey("demarches"), LANGUAGE_RCF, NULL, NULL);
    assert_holds(page, "<html lang=\"rcf\">");
    assert_holds(page, "CASUD<span lang=\"fr\">Communauté d'agglomération du Sud</span>");
    assert_holds(page, "lang=\"rcf\" aria-current=\"true\">Kréol rényoné");
    assert_holds(page, "<span class=\"of\">Étap 1 si 4</span> Out démarsh");
    assert_holds(page, "<optgroup label=\"Déchets\" lang=\"fr\">\n<option value=\"dechets-bac\">");
    assert_holds(page, "<label for=\"commune-2\"><span lang=\"fr\">Saint-Joseph</span></label>");
    assert_holds(page, "<label for=\"deplacements-2\">1</label>");
    assert_holds(page, "Si ou la réponn «\u00A0Lé fini\u00A0» sansa «\u00A0Mwin la largué\u00A0»");
    assert_well_formed(page);
}

Test(form_page, keeps_answers_and_lists_errors_above_them)
{
    json_auto_t *answers =
        json_pack("{s:s, s:s, s:i, s:[s,s], s:s}", "demarche", "dechets-bac", "profil", "applicant",
                  "minutes", 45, "irritants", "delai", "none", "texte", "\n</textarea><script>");
    struct refusals refusals = {.count = 0};
    refusals_add(&refusals, "/channel", "required", "%s", "Dites…");
    refusals_add(&refusals, "/answers/satisfaction", "required", "%s", "Dites…");
    refusals_add(&refusals, "/answers/satisfaction", "malformed", "%s", "Une seule");
    refusals_add(&refusals, "/answers/irritants", "exclusive", "%s", "L'un ou l'autre");
    refusals_add(&refusals, "/answers/texte", "too-long", "%s", "Trop long");
    refusals_add(&refusals, "", "malformed", "%s", "Rien & personne");
    const char *page = page_of(casud_survey("demarches"), LANGUAGE_FR, answers, &refusals);

    assert_holds(page,
                 "<title>Erreur\u00A0: Comment s'est passée votre démarche\u00A0? - CASUD</title>");
    assert_holds(
        page,
        "<div class=\"sheet\">\n<div class=\"errors\" role=\"alert\" tabindex=\"-1\">\n<h2>Il y a "
        "4 "
        "réponses à compléter</h2>\n<ul>\n<li><a href=\"#canal-1\">Dites comment vous avez fait "
        "cette "
        "démarche</a></li>\n<li><a href=\"#satisfaction-1\">Dites comment ça s'est passé dans "
        "l'ensemble</a></li>\n<li><a href=\"#irritants-1\">L'un ou l'autre</a></li>\n<li><a "
        "href=\"#texte\">Trop long</a></li>\n<li>Rien &amp; personne</li>\n</ul>\n</div>\n<h1>");
    assert_holds(page, "<fieldset class=\"q bad\" id=\"q-canal\" aria-describedby=\"e-canal\" "
                       "data-required=\"Dites comment vous avez fait cette démarche\">");
    assert_holds(page,
                 "</legend>\n<p class=\"err\" id=\"e-canal\"><span class=\"vh\">Erreur\u00A0: "
                 "</span>Dites comment vous avez fait cette démarche</p>\n<div class=\"opts\">");
    assert_holds(page, "aria-describedby=\"irritants-h e-irritants\"");
    assert_holds(page, "aria-describedby=\"texte-h e-texte texte-c\" aria-invalid=\"true\">\n\n"
                       "&lt;/textarea&gt;&lt;script&gt;</textarea>");
    assert_holds(page, "<option value=\"dechets-bac\" selected>");
    assert_holds(page, "value=\"applicant\" checked>");
    assert_holds(page, "value=\"45\" checked>");
    assert_holds(page, "value=\"delai\" checked>");
    assert_holds(page, "value=\"none\" checked>");
    assert_lacks(page, "value=\"citizen\" checked>");
    assert_well_formed(page);
}

Test(form_page, leads_to_the_refused_row_of_a_matrix_and_shows_what_was_no_number)
{
    json_auto_t *answers = json_pack("{s:{s:s}, s:s, s:i, s:b}", "etapes", "informer", "accueil",
                                     "jours", "une \"semaine\"", "ressaisies", 3, "dossiers", 0);
    struct refusals refusals = {.count = 0};
    refusals_add(&refusals, "/answers/etapes/verifier", "unknown-choice", "%s", "Choisissez");
    refusals_add(&refusals, "/answers/jours", "wrong-type", "%s", "Un nombre");
    const char *page = page_of(casud_survey("agents"), LANGUAGE_FR, answers, &refusals);
    assert_holds(page, "<li><a href=\"#etapes-3\">Choisissez</a></li>");
    assert_holds(page,
                 "<div class=\"row bad\">\n<label class=\"t\" for=\"etapes-3\">Vérifier que le "
                 "dossier est complet</label>\n<p class=\"err\" id=\"e-etapes-3\"><span "
                 "class=\"vh\">Erreur\u00A0: </span>Choisissez</p>\n<select id=\"etapes-3\" "
                 "name=\"etapes.verifier\" aria-describedby=\"e-etapes-3\" "
                 "aria-invalid=\"true\">");
    assert_holds(page, "<option value=\"accueil\" selected>L'accueil</option>");
    assert_holds(page, "<input type=\"text\" id=\"jours\" name=\"jours\" value=\"une "
                       "&quot;semaine&quot;\" inputmode=\"numeric\"");
    assert_holds(page, "name=\"ressaisies\" value=\"3\" inputmode");
    assert_holds(page, "name=\"dossiers\" value=\"false\" checked>");
    assert_well_formed(page);
}

Test(form_page, says_only_one_answer_and_only_general_refusals_as_they_are)
{
    struct refusals refusals = {.count = 0};
    struct edition_survey *survey = casud_survey("demarches");
    refusals_add(&refusals, "/answers/inconnue", "unknown-question", "%s", "Inconnue");
    assert_holds(page_of(survey, LANGUAGE_FR, NULL, &refusals),
                 "<h2>Votre réponse n'a pas pu être envoyée</h2>\n<ul>\n<li>Inconnue</li>");
    refusals_add(&refusals, "/answers/canal", "unknown-choice", "%s", "Choisissez");
    assert_holds(page_of(survey, LANGUAGE_FR, NULL, &refusals),
                 "<h2>Il y a 1 réponse à compléter</h2>");
    assert_holds(page_of(survey, LANGUAGE_RCF, NULL, &refusals),
                 "<a href=\"#canal-1\"><span lang=\"fr\">Choisissez</span></a>");
}

#define RADIO(name, more)                                                                          \
    "{\"type\":\"radiogroup\",\"name\":\"" name "\",\"title\":\"" name "\"," more                  \
    "\"choices\":[{\"value\":\"x\",\"text\":\"Un\"},{\"value\":\"y\",\"text\":\"Deux\"},"          \
    "{\"value\":\"z\",\"text\":\"Trois\"}]},"
#define NUMBER                                                                                     \
    "{\"type\":\"text\",\"name\":\"e\",\"title\":\"Combien ?\",\"inputType\":\"number\","          \
    "\"min\":0,\"max\":99},"

static const struct {
    const char *condition, *words;
} sentences[] = {
    {"{a} = 'x'", "if\">Si vous avez répondu «\u00A0Un\u00A0»\u00A0: "},
    {"{a} anyof ['x', 'y', 'z']", "if\">Si vous avez répondu «\u00A0Un\u00A0», «\u00A0Deux\u00A0» "
                                  "ou «\u00A0Trois\u00A0»\u00A0: "},
    {"{a} != 'x'", "if\">Sauf si vous avez répondu «\u00A0Un\u00A0»\u00A0: "},
    {"{a} = 'x' or {b} = 'y'",
     "if\">Si vous avez répondu «\u00A0Un\u00A0» ou «\u00A0Deux\u00A0»\u00A0: "},
    {"{a} = 'x' and {b} != 'y'", "if\">Si vous avez répondu «\u00A0Un\u00A0» et vous n'avez pas "
                                 "répondu «\u00A0Deux\u00A0»\u00A0: "},
    {"{a} = 'x' and ({b} = 'y' or {b} empty)",
     "if\">Si vous avez répondu «\u00A0Un\u00A0» et (vous avez répondu «\u00A0Deux\u00A0» ou vous "
     "n'avez pas répondu à «\u00A0b\u00A0»)\u00A0: "},
    {"{a} notempty", "if\">Si vous avez répondu à «\u00A0a\u00A0»\u00A0: "},
    {"{e} > 5", "if on\">Si vous avez écrit plus de 5 à «\u00A0Combien\u00A0?\u00A0»\u00A0: "},
    {"{e} <= 5", "if on\">Si vous avez écrit 5 ou moins à «\u00A0Combien\u00A0?\u00A0»\u00A0: "},
    {"{e} empty", "if on\">Si vous n'avez pas répondu à «\u00A0Combien\u00A0?\u00A0»\u00A0: "},
};

Test(form_page, says_every_kind_of_condition_in_words)
{
    for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++) {
        casud_clear();
        char *elements = memory_format(RADIO("a", "") RADIO("b", "") NUMBER
                                       "{\"type\":\"comment\",\"name\":\"k\",\"title\":\"K\","
                                       "\"visibleIf\":\"%s\"}",
                                       sentences[i].condition);
        assert_holds(essai(elements), sentences[i].words);
        free(elements);
    }
}

Test(form_page, chooses_the_layout_by_the_labels)
{
    const char *page = essai(
        "{\"type\":\"rating\",\"name\":\"r\",\"title\":\"R\",\"rateType\":\"smileys\",\"rateMin\":"
        "1,"
        "\"rateMax\":3,\"rateValues\":[{\"value\":1,\"text\":\"Mal\"},{\"value\":2,\"text\":"
        "\"Moyen\"},{\"value\":3,\"text\":\"Bien\"}]},"
        "{\"type\":\"rating\",\"name\":\"s\",\"title\":\"S\",\"rateMin\":0,\"rateMax\":10},"
        "{\"type\":\"radiogroup\",\"name\":\"t\",\"title\":\"T\",\"choices\":[{\"value\":\"a\","
        "\"text\":\"Quinze lettres!\"},{\"value\":\"b\",\"text\":\"B\"}]}");
    assert_holds(page, "<div class=\"opts scale faces\">\n<div class=\"opt\"><input type=\"radio\" "
                       "id=\"r-1\" name=\"r\" value=\"1\"><label for=\"r-1\"><svg "
                       "aria-hidden=\"true\"><use href=\"#face-1\"/></svg>Mal</label></div>");
    assert_holds(page, "<use href=\"#face-3\"/></svg>Moyen");
    assert_holds(page, "<use href=\"#face-5\"/></svg>Bien");
    assert_holds(page, "<div class=\"opts short\">\n<div class=\"opt\"><input type=\"radio\" "
                       "id=\"s-1\" name=\"s\" value=\"0\">");
    assert_holds(page, "<div class=\"opts\">\n<div class=\"opt\"><input type=\"radio\" id=\"t-1\"");
    assert_well_formed(page);
}

Test(form_page, has_radio_buttons_in_a_narrow_matrix_and_a_text_beside_other)
{
    struct edition_survey *survey = casud_survey_of(
        "{\"type\":\"matrix\",\"name\":\"m\",\"title\":\"M\",\"isAllRowRequired\":true,\"columns\":"
        "["
        "{\"value\":1,\"text\":\"Non\"},{\"value\":2,\"text\":\"Oui\"}],\"rows\":[{\"value\":\"u\","
        "\"text\":\"U\"},{\"value\":\"v\",\"text\":\"V\"}]},"
        "{\"type\":\"checkbox\",\"name\":\"k\",\"title\":\"K\",\"showOtherItem\":true,\"choices\":["
        "{\"value\":\"a\",\"text\":\"A\"}]},"
        "{\"type\":\"text\",\"name\":\"d\",\"title\":\"D\",\"inputType\":\"date\"}");
    json_auto_t *answers = json_pack("{s:{s:i}, s:[s], s:s, s:s}", "m", "v", 2, "k", "other",
                                     "k-Comment", "l'eau", "d", "2026-11-25");
    struct refusals refusals = {.count = 0};
    refusals_add(&refusals, "/answers/m/u", "required", "%s", "Dites pour U");
    refusals_add(&refusals, "/answers/k-Comment", "too-long", "%s", "Trop long");
    const char *page = page_of(survey, LANGUAGE_FR, answers, &refusals);
    assert_holds(page, "<legend>M <span class=\"req\">(obligatoire)</span></legend>");
    assert_holds(page, "<a href=\"#m-1-1\">Dites pour U</a>");
    assert_holds(page, "<a href=\"#k-Comment\">Trop long</a>");
    assert_holds(page,
                 "<fieldset class=\"row bad\" aria-describedby=\"e-m-1\">\n<legend>U</legend>\n"
                 "<p class=\"err\" id=\"e-m-1\">");
    assert_holds(page,
                 "<fieldset class=\"row\">\n<legend>V</legend>\n<div class=\"opts short\">\n<div "
                 "class=\"opt\"><input type=\"radio\" id=\"m-2-1\" name=\"m.v\" value=\"1\"><label "
                 "for=\"m-2-1\">Non</label></div>\n<div class=\"opt\"><input type=\"radio\" "
                 "id=\"m-2-2\" name=\"m.v\" value=\"2\" checked>");
    assert_holds(page,
                 "value=\"other\" checked><label for=\"k-2\">Autre</label></div>\n</div>\n<label "
                 "class=\"sub\" for=\"k-Comment\">Si vous avez choisi «\u00A0Autre\u00A0», "
                 "précisez\u00A0:</label>\n<input type=\"text\" id=\"k-Comment\" "
                 "name=\"k-Comment\" value=\"l'eau\" autocomplete=\"off\">");
    assert_holds(page, "<input type=\"date\" id=\"d\" name=\"d\" value=\"2026-11-25\"");
    assert_well_formed(page);
}

Test(form_page, says_on_every_page_that_a_demonstration_is_one)
{
    casud.simulated = true;
    const char *page = page_of(casud_survey("demarches"), LANGUAGE_EN, NULL, NULL);
    assert_holds(page, "<div class=\"sheet\">\n<p class=\"note\" role=\"note\">Demonstration: the "
                       "answers recorded here are simulated.</p>");
    assert_well_formed(page);
}

Test(form_page, has_no_link_to_a_logo_that_is_not_there)
{
    casud_collectivity.logo_svg = NULL;
    const char *page = page_of(casud_survey("demarches"), LANGUAGE_FR, NULL, NULL);
    assert_lacks(page, "logo.svg");
    assert_holds(page, "<p class=\"brand\"><span class=\"name\">CASUD");
}

Test(form_page, escapes_whatever_the_files_hold)
{
    casud_collectivity.name = "<CASUD>\"'&";
    const char *page = essai("{\"type\":\"comment\",\"name\":\"k\",\"title\":\"<img src=x>\"},"
                             "{\"type\":\"html\",\"name\":\"n\",\"html\":\"<b>Gras</b>\"}");
    assert_holds(page, "&lt;CASUD&gt;&quot;'&amp;</title>");
    assert_holds(page, "&lt;img src=x&gt;");
    assert_holds(page, "<p class=\"note\">&lt;b&gt;Gras&lt;/b&gt;</p>");
}
