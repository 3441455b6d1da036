// SPDX-License-Identifier: Apache-2.0
#include "daemon/pages/words.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *text[LANGUAGE_COUNT]; // fr, rcf, en
} table[WORD_COUNT_OF_WORDS] = {
    [WORD_SKIP] = {{"Aller au contenu", "Alé dirèk dann kontni", "Skip to content"}},
    [WORD_LANGUAGE] = {{"Langue", "Lang", "Language"}},
    [WORD_SIMULATED] = {{"Démonstration\u00A0: les réponses enregistrées ici sont simulées.",
                         "Démonstrasyon\u00A0: bann répons anrozistré tèrla lé pa vré.",
                         "Demonstration: the answers recorded here are simulated."}},
    [WORD_ALL_SURVEYS] = {{"Tous les questionnaires", "Tout bann kèstionèr", "All surveys"}},

    [WORD_STEP] = {{"Étape {1} sur {2}", "Étap {1} si {2}", "Step {1} of {2}"}},
    [WORD_REQUIRED] = {{"(obligatoire)", "(i fo réponn)", "(required)"}},
    [WORD_CHOOSE] = {{"Choisir…", "Shwazi…", "Choose…"}},
    [WORD_OR] = {{"ou", "sansa", "or"}},
    [WORD_YES] = {{"Oui", "Oui", "Yes"}},
    [WORD_NO] = {{"Non", "Non", "No"}},
    [WORD_NONE] = {{"Aucune de ces réponses", "Okinn parmi sa", "None of these"}},
    [WORD_OTHER] = {{"Autre", "In not", "Other"}},
    [WORD_SPECIFY] = {{"Si vous avez choisi «\u00A0{1}\u00A0», précisez\u00A0:",
                       "Si ou la shwazi «\u00A0{1}\u00A0», di kosa\u00A0:",
                       "If you chose “{1}”, please specify:"}},
    [WORD_COUNT] = {{"{1} caractères au plus.", "{1} karaktèr o plis.", "{1} characters at most."}},
    [WORD_TRAP] = {{"Ne rien écrire ici", "Ékri pa rien tèrla", "Write nothing here"}},
    [WORD_SEND] = {{"Envoyer ma réponse", "Anvoy mon répons", "Send my answer"}},
    [WORD_FINE] = {{"Réponse sans nom, sans cookie.", "Pwin d'nom, pwin d'cookie.",
                    "No name, no cookie."}},
    [WORD_MISSING] = {{"Répondez à cette question", "Réponn so kèstion-la",
                       "Answer this question"}},

    [WORD_ERROR_PREFIX] = {{"Erreur\u00A0: ", "Érèr\u00A0: ", "Error: "}},
    [WORD_ERRORS_ONE] = {{"Il y a 1 réponse à compléter", "I mank 1 répons",
                          "There is 1 answer to complete"}},
    [WORD_ERRORS] = {{"Il y a {1} réponses à compléter", "I mank {1} répons",
                      "There are {1} answers to complete"}},
    [WORD_ERRORS_OTHER] = {{"Votre réponse n'a pas pu être envoyée", "Out répons la pa pi parti",
                            "Your answer could not be sent"}},
    [WORD_SEND_AGAIN] =
        {{"Gardez cette page ouverte et envoyez de nouveau votre réponse dans quelques "
          "minutes\u00A0: elle ne comptera qu'une fois.",
          "Gard so paz-la rouvèr é anvoy out répons ankor in kou dann détroi minit\u00A0: li kont "
          "in sèl kou.",
          "Keep this page open and send your answer again in a few minutes: it will count once."}},
    [WORD_UNKNOWN_FIELD] =
        {{"Le formulaire a changé\u00A0: vérifiez vos réponses, puis envoyez-les de nouveau.",
          "Formilèr la shanzé\u00A0: vérif out bann répons, apré anvoy azot ankor in kou.",
          "The form has changed: check your answers, then send them again."}},
    [WORD_REPEATED_FIELD] = {{"Une seule réponse est possible ici", "In sèl répons lé posib tèrla",
                              "Only one answer is possible here"}},

    [WORD_IF] = {{"Si ", "Si ", "If "}},
    [WORD_UNLESS] = {{"Sauf si ", "Sof si ", "Unless "}},
    [WORD_IF_END] = {{"\u00A0: ", "\u00A0: ", ": "}},
    [WORD_QUOTE] = {{"«\u00A0", "«\u00A0", "“"}},
    [WORD_UNQUOTE] = {{"\u00A0»", "\u00A0»", "”"}},
    [WORD_LIST_OR] = {{" ou ", " sansa ", " or "}},
    [WORD_LIST_COMMA] = {{", ", ", ", ", "}},
    [WORD_LIST_AND] = {{" et ", " é ", " and "}},
    [WORD_ANSWERED] = {{"vous avez répondu ", "ou la réponn ", "you answered "}},
    [WORD_NOT_ANSWERED] = {{"vous n'avez pas répondu ", "ou la pa réponn ", "you did not answer "}},
    [WORD_ANSWERED_AT_ALL] = {{"vous avez répondu à ", "ou la réponn ", "you answered "}},
    [WORD_NOT_ANSWERED_AT_ALL] = {{"vous n'avez pas répondu à ", "ou la pa réponn ",
                                   "you did not answer "}},
    [WORD_LESS] = {{"vous avez écrit moins de {1} à ", "ou la ékri moins {1} pou ",
                    "you wrote less than {1} for "}},
    [WORD_AT_MOST] = {{"vous avez écrit {1} ou moins à ", "ou la ékri {1} sansa moins pou ",
                       "you wrote {1} or less for "}},
    [WORD_MORE] = {{"vous avez écrit plus de {1} à ", "ou la ékri plis {1} pou ",
                    "you wrote more than {1} for "}},
    [WORD_AT_LEAST] = {{"vous avez écrit {1} ou plus à ", "ou la ékri {1} sansa plis pou ",
                        "you wrote {1} or more for "}},

    [WORD_THANKS_TITLE] = {{"Merci", "Mèrsi", "Thank you"}},
    [WORD_THANKS] = {{"Merci, votre réponse est enregistrée", "Mèrsi, out répons lé anrozistré",
                      "Thank you, your answer is recorded"}},
    [WORD_THANKS_LEAD] = {{"Elle compte dès ce mois-ci, à côté des autres.",
                           "Li kont dopi so moi-la, ansanm tout lé zot.",
                           "It counts from this month on, next to the others."}},
    [WORD_RECEIPT_TITLE] = {{"Votre reçu", "Out rosi", "Your receipt"}},
    [WORD_RECEIPT] = {{"Votre reçu\u00A0: gardez-le. Il permettra de retirer votre réponse.",
                       "Out rosi\u00A0: gard ali. Èk li, ou pora artir out répons.",
                       "Your receipt: keep it. It will let you withdraw your answer."}},
    [WORD_RECEIPT_GONE] =
        {{"Votre reçu n'est plus affiché\u00A0: il ne l'est que dix minutes après l'envoi.",
          "Out rosi lé pi la\u00A0: ni mont ali rienk dis minit apré ou la anvoyé.",
          "Your receipt is no longer shown: it is shown for ten minutes after sending only."}},
    [WORD_WRITE_TO] = {{"Une question sur votre réponse\u00A0? Écrivez à ",
                        "In kèstion si out répons\u00A0? Ékri ",
                        "A question about your answer? Write to "}},
    [WORD_CALL] = {{"Une question sur votre réponse\u00A0? Appelez le ",
                    "In kèstion si out répons\u00A0? Kri ", "A question about your answer? Call "}},
    [WORD_NEXT] = {{"Et maintenant\u00A0?", "É astèr\u00A0?", "What happens next?"}},
    [WORD_NEXT_COUNTED] =
        {{"Chaque mois, toutes les réponses sont comptées ensemble, démarche par démarche.",
          "Shak moi, tout bann répons i konte ansanm, démarsh par démarsh.",
          "Every month, all answers are counted together, service by service."}},
    [WORD_NEXT_SERVICES] = {{"Les services regardent ce qui gêne le plus, et proposent de "
                             "simplifier, d'aider ou de ne rien changer.",
                             "Bann sèrvis i rogard sak i jèn lo plis, é zot i propoz rann pli "
                             "sinp, èd domoun, sansa shanz pa rien.",
                             "Departments look at what causes most trouble, and propose to "
                             "simplify, to help or to change nothing."}},
    [WORD_NEXT_DECISION] = {{"Les élus décident ensuite de ce qui change.",
                             "Apré, bann zélu i désid kosa i shanz.",
                             "Elected officials then decide what changes."}},
    [WORD_ANOTHER_PROCEDURE] = {{"Parler d'une autre démarche", "Koz in not démarsh",
                                 "Talk about another service"}},
    [WORD_ANOTHER_ANSWER] = {{"Donner une autre réponse", "Donn in not répons",
                              "Give another answer"}},

    [WORD_LIST_TITLE] = {{"Questionnaires ouverts", "Bann kèstionèr lé rouvèr", "Open surveys"}},
    [WORD_LIST] = {{"Dites-nous comment ça se passe", "Di anou koman i spas",
                    "Tell us how it goes"}},
    [WORD_LIST_LEAD] = {{"Vos réponses servent à rendre les démarches plus simples.",
                         "Out bann répons i sèrv pou rann bann démarsh pli sinp.",
                         "Your answers are used to make public services simpler."}},
    [WORD_LIST_EMPTY] = {{"Aucun questionnaire n'est ouvert en ce moment.",
                          "Néna pwin kèstionèr rouvèr po lo moman.",
                          "No survey is open at the moment."}},
    [WORD_FOR_EXTERNAL] = {{"Pour les habitants, les demandeurs et les bénéficiaires.",
                            "Pou bann zabitan, sak i fé in demann ansanm sak i gingn in sèrvis.",
                            "For residents, applicants and beneficiaries."}},
    [WORD_FOR_INTERNAL] = {{"Pour les agents, les élus et les partenaires.",
                            "Pou bann zazan, bann zélu ansanm bann partenèr.",
                            "For staff, elected officials and partners."}},
    [WORD_FOR_INVITED] = {{"Pour les agents, les élus et les partenaires, avec une invitation.",
                           "Pou bann zazan, bann zélu ansanm bann partenèr, èk in linvitasyon.",
                           "For staff, elected officials and partners, by invitation."}},

    [WORD_BACK_TO_SURVEY] = {{"Revenir au questionnaire", "Artourn si lo kèstionèr",
                              "Back to the survey"}},
    [WORD_BACK_TO_LIST] = {{"Voir les questionnaires ouverts", "Oir bann kèstionèr lé rouvèr",
                            "See the open surveys"}},
    [WORD_MALFORMED] = {{"Votre réponse est arrivée abîmée", "Out répons la ariv kasé",
                         "Your answer arrived damaged"}},
    [WORD_MALFORMED_TEXT] =
        {{"Elle n'est pas enregistrée. Revenez au questionnaire et envoyez-la de nouveau.",
          "Li lé pa anrozistré. Artourn si lo kèstionèr é anvoy ali ankor in kou.",
          "It is not recorded. Go back to the survey and send it again."}},
    [WORD_NOT_FOUND] = {{"Cette page n'existe pas", "So paz-la i égzis pa",
                         "This page does not exist"}},
    [WORD_NOT_FOUND_TEXT] = {{"Vérifiez l'adresse, ou choisissez un questionnaire dans la liste.",
                              "Vérif ladrès, sansa shwazi in kèstionèr dann la list.",
                              "Check the address, or choose a survey from the list."}},
    [WORD_METHOD] = {{"Cette action n'existe pas ici", "I gingn pa fé sa tèrla",
                      "This action does not exist here"}},
    [WORD_METHOD_TEXT] = {{"Ouvrez la page du questionnaire pour répondre.",
                           "Rouv paz kèstionèr pou réponn.", "Open the survey's page to answer."}},
    [WORD_FORBIDDEN] = {{"Cette page n'est pas ouverte à tous",
                         "So paz-la lé pa rouvèr pou tout domoun",
                         "This page is not open to everyone"}},
    [WORD_FORBIDDEN_TEXT] = {{"Il faut une invitation valable pour y répondre.",
                              "I fo in linvitasyon i marsh pou réponn.",
                              "A valid invitation is needed to answer."}},
    [WORD_NOT_OPEN_YET] = {{"Ce questionnaire n'est pas encore ouvert",
                            "So kèstionèr-la lé poko rouvèr", "This survey is not open yet"}},
    [WORD_NOT_OPEN_YET_TEXT] = {{"Revenez un peu plus tard\u00A0: vous pourrez alors y répondre.",
                                 "Artourn in pé pli tar\u00A0: ou pora réponn.",
                                 "Come back a little later: you will be able to answer."}},
    [WORD_CLOSED] = {{"Ce questionnaire est fermé", "So kèstionèr-la lé fèrmé",
                      "This survey is closed"}},
    [WORD_CLOSED_TEXT] =
        {{"Il ne reçoit plus de réponses. Merci à toutes celles et ceux qui ont répondu.",
          "I pran pi répons. Mèrsi tout sak la réponn.",
          "It no longer takes answers. Thank you to everyone who answered."}},
    [WORD_WITHDRAWN] = {{"Cette réponse a été retirée", "So répons-la la été artiré",
                         "This answer has been withdrawn"}},
    [WORD_WITHDRAWN_TEXT] =
        {{"Elle n'est plus comptée. Pour répondre de nouveau, ouvrez le questionnaire.",
          "Li kont pi. Pou réponn ankor, rouv lo kèstionèr.",
          "It is no longer counted. To answer again, open the survey."}},
    [WORD_CONFLICT] = {{"Cette réponse a déjà été envoyée, avec un autre contenu",
                        "So répons-la la fine parti, èk in not kontni",
                        "This answer was already sent, with other content"}},
    [WORD_CONFLICT_TEXT] =
        {{"La première est enregistrée et compte. Pour une autre démarche, ouvrez de nouveau le "
          "questionnaire.",
          "Lo promié lé anrozistré é li kont. Pou in not démarsh, rouv ankor lo kèstionèr.",
          "The first one is recorded and counts. For another service, open the survey again."}},
    [WORD_TOO_LARGE] = {{"Votre réponse est trop longue", "Out répons lé tro long",
                         "Your answer is too long"}},
    [WORD_TOO_LARGE_TEXT] = {{"Elle n'est pas enregistrée. Revenez à la page précédente, "
                              "raccourcissez vos textes et envoyez-la de nouveau.",
                              "Li lé pa anrozistré. Artourn si paz avan, koup in pé sak ou la ékri "
                              "é anvoy ali ankor in kou.",
                              "It is not recorded. Go back to the previous page, shorten your "
                              "texts and send it again."}},
    [WORD_UNFIT] = {{"Votre réponse ne correspond pas au questionnaire",
                     "Out répons i koresponn pa lo kèstionèr",
                     "Your answer does not fit the survey"}},
    [WORD_UNFIT_TEXT] =
        {{"Elle n'est pas enregistrée. Revenez au questionnaire et vérifiez vos réponses.",
          "Li lé pa anrozistré. Artourn si lo kèstionèr é vérif out bann répons.",
          "It is not recorded. Go back to the survey and check your answers."}},
    [WORD_SLOW_DOWN] = {{"Trop d'envois en peu de temps", "Tro d'zanvoi an pé d'tan",
                         "Too many requests in a short time"}},
    [WORD_SLOW_DOWN_TEXT] = {{"Gardez cette page ouverte, attendez une minute, puis rechargez-la.",
                              "Gard so paz-la rouvèr, atann in minit, apré rosharj ali.",
                              "Keep this page open, wait a minute, then reload it."}},
    [WORD_FAILED] = {{"Une erreur est survenue", "Néna in érèr", "Something went wrong"}},
    [WORD_FAILED_TEXT] =
        {{"Elle vient de nous, pas de vous. Gardez cette page ouverte et rechargez-la dans "
          "quelques minutes.",
          "Fot-la i vyin anou, pa ou. Gard so paz-la rouvèr é rosharj ali dann détroi minit.",
          "It is our fault, not yours. Keep this page open and reload it in a few minutes."}},
    [WORD_UNAVAILABLE] = {{"Le service est arrêté pour un moment", "Lo sèrvis lé arété po lo moman",
                           "The service is unavailable for a moment"}},
    [WORD_UNAVAILABLE_TEXT] = {{"Gardez cette page ouverte et rechargez-la dans quelques minutes.",
                                "Gard so paz-la rouvèr é rosharj ali dann détroi minit.",
                                "Keep this page open and reload it in a few minutes."}},
    [WORD_NOT_STORED] = {{"Votre réponse n'est pas encore enregistrée",
                          "Out répons lé poko anrozistré", "Your answer is not recorded yet"}},
    [WORD_NOT_STORED_TEXT] =
        {{"Gardez cette page ouverte et rechargez-la dans quelques minutes\u00A0: votre réponse "
          "sera envoyée de nouveau.",
          "Gard so paz-la rouvèr é rosharj ali dann détroi minit\u00A0: out répons va ropartir.",
          "Keep this page open and reload it in a few minutes: your answer will be sent again."}},
};

const char *words(enum word word, enum language language)
{
    return table[word].text[language];
}

void words_write(struct html *html, enum word word, enum language language, const char *first,
                 const char *second)
{
    const char *text = words(word, language);
    for (const char *place = strchr(text, '{'); place != NULL; place = strchr(text, '{')) {
        html_text_size(html, text, (size_t)(place - text));
        html_text(html, place[1] == '1' ? first : second);
        text = place + strlen("{1}");
    }
    html_text(html, text);
}

const char *words_language_name(enum language language)
{
    static const char *const names[LANGUAGE_COUNT] = {
        [LANGUAGE_FR] = "Français", [LANGUAGE_RCF] = "Kréol rényoné", [LANGUAGE_EN] = "English"};
    return names[language];
}

const char *words_number(long long number, enum language language, char text[WORDS_NUMBER_SIZE])
{
    const char *apart = language == LANGUAGE_EN ? "," : "\u202F";
    char digits[24];
    int size = snprintf(digits, sizeof digits, "%lld", number);
    size_t used = 0;
    for (int i = 0; i < size; i++) {
        if (i > 0 && digits[i - 1] != '-' && (size - i) % 3 == 0) {
            memcpy(text + used, apart, strlen(apart));
            used += strlen(apart);
        }
        text[used++] = digits[i];
    }
    text[used] = '\0';
    return text;
}
