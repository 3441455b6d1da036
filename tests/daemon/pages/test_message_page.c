// SPDX-License-Identifier: Apache-2.0
#include "daemon/pages/message_page.h"

#include "tests/daemon/pages/casud.h"

static const char *say(const struct message_page *page)
{
    struct html html;
    html_init(&html);
    message_page_write(&html, page);
    return written(&html);
}

Test(message_page, has_a_message_for_every_status)
{
    static const struct {
        int status;
        enum message message;
    } rows[] = {
        {400, MESSAGE_MALFORMED}, {401, MESSAGE_FORBIDDEN},   {403, MESSAGE_FORBIDDEN},
        {404, MESSAGE_NOT_FOUND}, {405, MESSAGE_METHOD},      {409, MESSAGE_CONFLICT},
        {410, MESSAGE_CLOSED},    {411, MESSAGE_MALFORMED},   {413, MESSAGE_TOO_LARGE},
        {415, MESSAGE_MALFORMED}, {422, MESSAGE_UNFIT},       {429, MESSAGE_SLOW_DOWN},
        {500, MESSAGE_FAILED},    {503, MESSAGE_UNAVAILABLE}, {507, MESSAGE_FAILED},
        {0, MESSAGE_MALFORMED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        cr_assert_eq(message_of_status(rows[i].status), rows[i].message, "%d", rows[i].status);
}

Test(message_page, says_each_message_in_each_language)
{
    struct edition_survey *survey = casud_survey("demarches");
    for (int message = 0; message < MESSAGE_COUNT; message++)
        for (int language = 0; language < LANGUAGE_COUNT; language++) {
            const char *page = say(&(struct message_page){&casud, survey, (enum language)language,
                                                          (enum message)message, NULL});
            cr_assert_not_null(strstr(page, "</h1>\n<p class=\"lead\">"));
            cr_assert_not_null(strstr(page, "</html>\n"));
        }
}

Test(message_page, keeps_the_page_open_while_the_answer_is_not_stored)
{
    const char *page = say(&(struct message_page){&casud, casud_survey("demarches"), LANGUAGE_FR,
                                                  MESSAGE_NOT_STORED, NULL});
    assert_holds(page, "<h1>Votre réponse n'est pas encore enregistrée</h1>");
    assert_holds(page, "Gardez cette page ouverte");
    assert_lacks(page, "class=\"button");
}

Test(message_page, leads_back_to_the_survey_or_to_the_list)
{
    struct edition_survey *survey = casud_survey("demarches");
    assert_holds(say(&(struct message_page){&casud, survey, LANGUAGE_EN, MESSAGE_UNFIT, NULL}),
                 "href=\"/casud/demarches?lang=en\">Back to the survey</a>");
    assert_holds(say(&(struct message_page){&casud, NULL, LANGUAGE_FR, MESSAGE_UNFIT, NULL}),
                 "href=\"/casud/?lang=fr\">Voir les questionnaires ouverts</a>");
    assert_holds(say(&(struct message_page){&casud, survey, LANGUAGE_FR, MESSAGE_CLOSED, NULL}),
                 "href=\"/casud/?lang=fr\">Voir les questionnaires ouverts</a>");
}

Test(message_page, stands_alone_where_there_is_no_collectivity)
{
    const char *page =
        say(&(struct message_page){NULL, NULL, LANGUAGE_FR, MESSAGE_NOT_FOUND, "<Rien>"});
    assert_holds(page, "<title>Cette page n'existe pas</title>");
    assert_holds(page, "<p class=\"lead\">&lt;Rien&gt;</p>");
    assert_lacks(page, "href=\"/");
}
