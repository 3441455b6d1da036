// SPDX-License-Identifier: Apache-2.0
#include "daemon/pages/problem.h"

#include "daemon/pages/message_page.h"
#include "daemon/pages/page_reply.h"

#include <stdlib.h>
#include <string.h>

// Sentences say what happened, then what to do. In French, U+00A0 before « : » and « ; ».
static const struct {
    int status;
    const char *title; // of the document: the status's own phrase
    const char *french, *english;
    const char *more_head; // beside Cache-Control
    enum message page;     // where the status alone does not say which; else 0
} problems[PROBLEM_COUNT] = {
    [PROBLEM_MALFORMED] = {400, "Bad Request", "La demande est mal formée.",
                           "The request is malformed.", ""},
    [PROBLEM_KEY] =
        {401, "Unauthorized",
         "Il faut une clé valable\u00a0: Authorization: Bearer, puis la clé donnée par "
         "« recueil key ».",
         "A valid key is needed: Authorization: Bearer and the key that \"recueil key\" "
         "gave.",
         "WWW-Authenticate: Bearer realm=\"recueil\"\r\n"},
    [PROBLEM_INVITATION] = {401, "Unauthorized", "Ce questionnaire demande une invitation.",
                            "This survey needs an invitation.",
                            "WWW-Authenticate: Bearer realm=\"recueil\"\r\n"},
    [PROBLEM_NOT_OPEN] = {403, "Forbidden",
                          "Ce questionnaire n'est pas encore ouvert. Revenez un peu plus tard.",
                          "This survey is not open yet. Come back a little later.", "",
                          MESSAGE_NOT_OPEN_YET},
    [PROBLEM_WRONG_RECEIPT] = {403, "Forbidden",
                               "Ce reçu n'est pas celui de cette réponse. Vérifiez-le, puis "
                               "recommencez.",
                               "This receipt is not that of this submission. Check it, then try "
                               "again.",
                               ""},
    [PROBLEM_UNKNOWN] = {404, "Not Found",
                         "Il n'y a rien à cette adresse. Vérifiez-la, ou revenez à la page d'où "
                         "vous venez.",
                         "There is nothing at this address. Check it, or go back to where you came "
                         "from.",
                         ""},
    [PROBLEM_NOT_THERE] =
        {404, "Not Found",
         "Aucune réponse ne porte cet identifiant. Si vous venez de l'envoyer, elle est peut-être "
         "encore en route\u00a0: réessayez plus tard.",
         "No submission has this id. If you sent it recently, it may still be on its way: try "
         "again later.",
         ""},
    [PROBLEM_METHOD] = {405, "Method Not Allowed", "Cette adresse ne répond pas à cette méthode.",
                        "This address does not answer that method.", ""},
    [PROBLEM_TIMEOUT] = {408, "Request Timeout",
                         "La demande n'est pas arrivée à temps. Envoyez-la de nouveau.",
                         "The request did not arrive in time. Send it again.", ""},
    [PROBLEM_CONFLICT] = {409, "Conflict",
                          "Une autre réponse porte déjà cet identifiant. Rien n'a été changé.",
                          "Another submission already has this id. Nothing was changed.", ""},
    [PROBLEM_WITHDRAWN] = {410, "Gone", "Cette réponse a été retirée.",
                           "This submission was withdrawn.", "", MESSAGE_WITHDRAWN},
    [PROBLEM_CLOSED] = {410, "Gone",
                        "Ce questionnaire est terminé. Merci à toutes les personnes qui ont "
                        "répondu.",
                        "This survey is closed. Thanks to all who answered.", "", MESSAGE_CLOSED},
    [PROBLEM_ANONYMISED] =
        {410, "Gone",
         "Les réponses de ce mois ont été rendues anonymes\u00a0: plus aucune ne peut être "
         "rattachée à une personne, et il n'y a plus rien à retirer.",
         "The submissions of that month were anonymised: none can be traced to a person any more, "
         "and there is nothing left to withdraw.",
         ""},
    [PROBLEM_LENGTH] = {411, "Length Required", "La longueur doit être annoncée (Content-Length).",
                        "The length must be given (Content-Length).", ""},
    [PROBLEM_TOO_LARGE] = {413, "Content Too Large",
                           "C'est trop long\u00a0: raccourcissez votre texte, puis envoyez de "
                           "nouveau.",
                           "This is too large. Send less at once.", ""},
    [PROBLEM_TYPE] = {415, "Unsupported Media Type",
                      "Le type du contenu (Content-Type) ne convient pas à cette adresse.",
                      "The type of the content (Content-Type) does not suit this address.", ""},
    [PROBLEM_EXPECTATION] = {417, "Expectation Failed", "Cette attente (Expect) n'est pas connue.",
                             "This expectation (Expect) is not known.", ""},
    [PROBLEM_REFUSED] = {422, "Unprocessable Content",
                         "La réponse ne convient pas au questionnaire.",
                         "The submission does not fit the survey.", ""},
    [PROBLEM_NO_RECEIPT] = {422, "Unprocessable Content",
                            "Le reçu n'a pas la forme attendue. Recopiez-le tel qu'il vous a été "
                            "donné.",
                            "The receipt does not have the expected form. Copy it as it was given "
                            "to you.",
                            ""},
    [PROBLEM_TOO_MANY] = {429, "Too Many Requests",
                          "Trop de réponses arrivent de la même adresse. Renvoyez la vôtre dans "
                          "quelques instants\u00a0: elle n'a pas été enregistrée.",
                          "Too many submissions come from the same address. This one was not "
                          "stored: send it again in a moment.",
                          ""},
    [PROBLEM_HEAD_TOO_LARGE] = {431, "Request Header Fields Too Large",
                                "L'en-tête de la demande est trop long.",
                                "The head of the request is too large.", ""},
    [PROBLEM_FAILED] = {500, "Internal Server Error",
                        "Une erreur s'est produite de notre côté. Réessayez plus tard.",
                        "Something went wrong on our side. Try again later.", ""},
    [PROBLEM_NO_METHOD] = {501, "Not Implemented", "Cette méthode n'est pas connue.",
                           "This method is not known.", ""},
    [PROBLEM_UNAVAILABLE] = {503, "Service Unavailable",
                             "Votre réponse n'a pas pu être enregistrée. Gardez cette page ouverte "
                             "et renvoyez-la dans quelques instants\u00a0: elle ne comptera qu'une "
                             "fois.",
                             "The submission could not be stored. Keep it, and send it again with "
                             "the same id in a moment: it will count once.",
                             "Retry-After: 5\r\n", MESSAGE_NOT_STORED},
    [PROBLEM_NOT_READY] = {503, "Service Unavailable",
                           "Le service démarre. Réessayez dans quelques instants.",
                           "The service is starting. Try again in a moment.", "Retry-After: 5\r\n"},
    [PROBLEM_BUSY] = {503, "Service Unavailable",
                      "Un autre envoi groupé est en cours. Réessayez dans un instant.",
                      "Another bulk request is under way. Try again in a moment.",
                      "Retry-After: 1\r\n"},
    [PROBLEM_NOT_WITHDRAWN] = {503, "Service Unavailable",
                               "Le retrait n'a pas pu être fait. Gardez votre reçu et réessayez "
                               "dans quelques instants.",
                               "The submission could not be withdrawn. Keep the receipt, and try "
                               "again in a moment.",
                               "Retry-After: 5\r\n"},
    [PROBLEM_VERSION] = {505, "HTTP Version Not Supported",
                         "Cette version de HTTP n'est pas connue.",
                         "This version of HTTP is not known.", ""},
};

int problem_status(enum problem problem)
{
    return problems[problem].status;
}

const char *problem_sentence(enum problem problem, enum language language)
{
    return language == LANGUAGE_EN ? problems[problem].english : problems[problem].french;
}

json_t *problem_errors(const struct refusals *refusals)
{
    json_t *errors = json_array();
    for (size_t i = 0; i < refusals->count; i++) {
        const struct refusal *refusal = &refusals->items[i];
        json_t *entry = json_object();
        json_object_set_new(entry, "pointer", json_string(refusal->pointer));
        json_object_set_new(entry, "code", json_string(refusal->code));
        json_object_set_new(entry, "detail", json_string(refusal->detail));
        json_array_append_new(errors, entry);
    }
    return errors;
}

static json_t *document(enum problem problem, enum language language, const char *id,
                        const struct refusals *refusals)
{
    json_t *object = json_object();
    json_object_set_new(object, "type", json_string("about:blank"));
    json_object_set_new(object, "title", json_string(problems[problem].title));
    json_object_set_new(object, "status", json_integer(problems[problem].status));
    json_object_set_new(object, "detail", json_string(problem_sentence(problem, language)));
    if (id != NULL)
        json_object_set_new(object, "id", json_string(id));
    if (refusals != NULL && refusals->count > 0)
        json_object_set_new(object, "errors", problem_errors(refusals));
    return object;
}

static void reply_document(struct exchange *exchange, enum problem problem, const char *id,
                           const struct refusals *refusals, const char *more_head)
{
    json_t *object = document(problem, exchange->language, id, refusals);
    char *text = json_dumps(object, JSON_COMPACT);
    const struct exchange_reply reply = {
        .status = problems[problem].status,
        .content_type = "application/problem+json",
        .body = text,
        .size = strlen(text),
        .more_head = more_head,
    };
    exchange_reply(exchange, &reply);
    free(text);
    json_decref(object);
}

// The page says it in its own words, in the person's language; only what no usual page says is told
// by our sentence.
static void reply_page(struct exchange *exchange, enum problem problem, const char *more_head)
{
    const struct message_page page = {
        .edition = exchange->edition,
        .survey = exchange->survey,
        .language = exchange->language,
        .message = problems[problem].page != MESSAGE_MALFORMED
                       ? problems[problem].page
                       : message_of_status(problems[problem].status),
        .detail =
            problem == PROBLEM_INVITATION ? problem_sentence(problem, exchange->language) : NULL,
    };
    struct html html;
    html_init(&html);
    message_page_write(&html, &page);
    page_reply(exchange, problems[problem].status, &html, more_head);
}

static void reply(struct exchange *exchange, enum problem problem, const char *id,
                  const struct refusals *refusals, const char *header)
{
    char *more_head = exchange_format(exchange, "Cache-Control: no-store\r\n%s%s",
                                      problems[problem].more_head, header);
    if (exchange->page)
        reply_page(exchange, problem, more_head);
    else
        reply_document(exchange, problem, id, refusals, more_head);
}

void problem_reply(struct exchange *exchange, enum problem problem, const char *id,
                   const struct refusals *refusals)
{
    reply(exchange, problem, id, refusals, "");
}

void problem_reply_with(struct exchange *exchange, enum problem problem, const char *header)
{
    reply(exchange, problem, NULL, NULL, header);
}

static enum problem problem_of_status(int status)
{
    for (int problem = 0; problem < PROBLEM_COUNT; problem++)
        if (problems[problem].status == status && problem != PROBLEM_INVITATION)
            return (enum problem)problem;
    return PROBLEM_FAILED;
}

const char *problem_wire_document(int status)
{
    static char *texts[PROBLEM_COUNT]; // made once each, kept for the life of the process
    enum problem problem = problem_of_status(status);
    if (texts[problem] == NULL) {
        json_t *object = document(problem, LANGUAGE_EN, NULL, NULL);
        texts[problem] = json_dumps(object, JSON_COMPACT);
        json_decref(object);
    }
    return texts[problem];
}

void problem_wire_page(struct reply *reply, int status, const struct edition *edition,
                       enum language language)
{
    static struct html html;
    static char *headers;
    enum problem problem = problem_of_status(status);
    const struct message_page page = {
        .edition = edition, .language = language, .message = message_of_status(status)};
    char *more = memory_format("Cache-Control: no-store\r\n%s", problems[problem].more_head);
    html_clear(&html);
    free(headers);
    headers = page_headers(edition, more);
    free(more);
    message_page_write(&html, &page);
    reply->content_type = "text/html; charset=utf-8";
    reply->body = html.bytes;
    reply->size = html.size;
    reply->more_head = headers;
}
