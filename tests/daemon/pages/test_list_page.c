// SPDX-License-Identifier: Apache-2.0
#include "daemon/pages/list_page.h"

#include "config/calendar.h"
#include "tests/daemon/pages/casud.h"

static const char *list_on(int32_t day, enum language language)
{
    const struct list_page page = {&casud, language, day};
    struct html html;
    html_init(&html);
    list_page_write(&html, &page);
    return written(&html);
}

Test(list_page, has_a_card_for_each_open_survey)
{
    (void)casud_survey("agents");
    (void)casud_survey("demarches");
    const char *page = list_on(calendar_days(2026, 11, 25), LANGUAGE_FR);
    assert_holds(page, "<title>Questionnaires ouverts - CASUD</title>");
    assert_holds(page, "<li><a href=\"/casud/?lang=rcf\" lang=\"rcf\" hreflang=\"rcf\">Kréol "
                       "rényoné</a></li>");
    assert_holds(page, "<li><h2><a href=\"/casud/agents?lang=fr\">Le travail "
                       "derrière une démarche</a></h2>");
    assert_holds(page, "<ul class=\"cards\">\n<li><h2><a href=\"/casud/demarches?lang=fr\">Comment "
                       "s'est passée votre "
                       "démarche\u00A0?</a></h2>\n<p>Environ 2 minutes, sans donner votre nom.");
    assert_holds(page, "<p class=\"fine\">Pour les habitants, les demandeurs et les "
                       "bénéficiaires. <span>Français</span>, <span lang=\"rcf\">Kréol "
                       "rényoné</span>, <span lang=\"en\">English</span>.</p>");
    assert_holds(page, "Pour les agents, les élus et les partenaires. <span>Français</span>, <span "
                       "lang=\"en\">English</span>.");
    assert_lacks(page, "/results");
    assert_lacks(page, "Tous les questionnaires");
}

Test(list_page, leads_to_a_language_that_the_survey_has)
{
    (void)casud_survey("agents");
    const char *page = list_on(calendar_days(2026, 11, 25), LANGUAGE_RCF);
    assert_holds(page, "<a href=\"/casud/agents?lang=fr\"><span lang=\"fr\">Le travail derrière "
                       "une démarche</span></a>");
}

Test(list_page, leaves_out_what_is_closed_or_replaced)
{
    (void)casud_survey("agents");
    casud_survey("demarches")->replaced_at_us = 1;
    const char *page = list_on(calendar_days(2026, 11, 1), LANGUAGE_FR);
    assert_holds(page, "/casud/agents?");
    assert_lacks(page, "/casud/demarches");
    page = list_on(calendar_days(2026, 10, 31), LANGUAGE_FR);
    assert_holds(page, "<p class=\"lead\">Aucun questionnaire n'est ouvert en ce moment.</p>");
    assert_lacks(page, "cards");
}

Test(list_page, says_that_a_demonstration_is_one)
{
    casud.simulated = true;
    assert_holds(list_on(0, LANGUAGE_FR),
                 "<p class=\"note\" role=\"note\">Démonstration\u00A0: les "
                 "réponses enregistrées ici sont simulées.</p>");
}
