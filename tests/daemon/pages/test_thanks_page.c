// SPDX-License-Identifier: Apache-2.0
#include "daemon/pages/thanks_page.h"

#include "tests/daemon/pages/casud.h"

#define RECEIPT "8f1f4c0e-52d7-4b6a-9c1e-2f6a1d0c4e55.K7QF2M9DX4TWZB3R"

static const char *thanks(const struct thanks_page *page)
{
    struct html html;
    html_init(&html);
    thanks_page_write(&html, page);
    return written(&html);
}

Test(thanks_page, shows_the_receipt_and_what_comes_next)
{
    const char *page = thanks(&(struct thanks_page){&casud, casud_survey("demarches"), LANGUAGE_FR,
                                                    "page-demarches", "TICKET", RECEIPT});
    assert_holds(page, "<title>Merci - CASUD</title>");
    assert_holds(page, "<div class=\"sheet prose\" data-sent>\n<svg class=\"tick\" "
                       "aria-hidden=\"true\" viewBox=\"0 0 24 24\">");
    assert_holds(page, "<h1>Merci, votre réponse est enregistrée</h1>");
    assert_holds(page, "<p id=\"recu\">Votre reçu\u00A0: gardez-le. Il permettra de retirer votre "
                       "réponse.</p>\n<output aria-labelledby=\"recu\">" RECEIPT "</output>");
    assert_holds(page, "Écrivez à <a href=\"mailto:dpo@casud.example\">dpo@casud.example</a>.");
    assert_holds(page, "href=\"/casud/demarches/thanks?t=TICKET&amp;from=page-demarches&amp;"
                       "lang=en\" lang=\"en\" hreflang=\"en\">English</a>");
    assert_holds(page, "<a class=\"button quiet\" "
                       "href=\"/casud/demarches?from=page-demarches&amp;lang=fr\" "
                       "data-home>Parler d'une autre démarche</a>");
    assert_lacks(page, "/withdraw");
    assert_lacks(page, "/results");
}

Test(thanks_page, says_so_when_the_receipt_is_no_longer_shown)
{
    const char *page = thanks(
        &(struct thanks_page){&casud, casud_survey("demarches"), LANGUAGE_FR, NULL, NULL, NULL});
    assert_holds(page, "Votre reçu n'est plus affiché");
    assert_lacks(page, "<output");
    assert_holds(page, "href=\"/casud/demarches/thanks?lang=rcf\"");
    assert_holds(page, "href=\"/casud/demarches?lang=fr\" data-home>");
}

Test(thanks_page, names_no_contact_that_is_not_there_and_calls_a_number)
{
    struct edition_survey *survey = casud_survey_of("{\"type\":\"comment\",\"name\":\"k\","
                                                    "\"title\":\"K\"}");
    const struct thanks_page asked = {&casud, survey, LANGUAGE_FR, NULL, "T", RECEIPT};
    casud_collectivity.contact = "";
    assert_lacks(thanks(&asked), "Une question sur votre réponse");
    casud_collectivity.contact = "0262 00 00 00";
    const char *page = thanks(&asked);
    assert_holds(page, "Appelez le 0262 00 00 00.");
    assert_lacks(page, "mailto:");
    assert_holds(page, "Donner une autre réponse</a>"); // the survey is about one procedure
}
