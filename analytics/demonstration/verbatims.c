// SPDX-License-Identifier: Apache-2.0
#include "analytics/demonstration/verbatims.h"

#include "analytics/demonstration/lots.h"
#include "analytics/demonstration/plan.h"

#include <string.h>

enum { SENTENCES_LIMIT = 5, QUOTED_LIMIT = 2 };
enum { DISSATISFIED, NEUTRAL, SATISFIED, MOODS };
static const double SHARE_SPEAKING = .2;

// What is said about a pain point (code), or in a mood.
struct saying {
    const char *code;
    const char *sentences[SENTENCES_LIMIT]; // NULL after the last
};

// People who use the procedure.
static const struct saying of_users[] = {
    {"delai",
     {"C’est trop long\u00A0: on attend une réponse pendant des semaines.",
      "Trop d’attente, et personne ne dit combien de temps cela va prendre.",
      "Les délais annoncés ne sont pas tenus.",
      "Lé tro long\u00A0! La fé atann amwin tro lontan."}},
    {"deplacements",
     {"Se déplacer plusieurs fois pour la même chose, c’est beaucoup.",
      "Il faut venir sur place pour une simple signature…",
      "Quand on habite dans les Hauts, chaque déplacement prend la demi-journée.",
      "I fo bouj plizièr kou pou in sèl papyé."}},
    {"pieces",
     {"Trop de justificatifs\u00A0: il faut des papiers que l’on n’a pas toujours chez soi.",
      "La liste des pièces est trop longue\u00A0:\n- une copie,\n- une attestation,\n- encore une "
      "attestation.",
      "On demande l’original *et* la copie, je ne comprends pas pourquoi.", "Tro papyé pou doné."}},
    {"redemande",
     {"On redemande ce que l’administration a déjà dans ses dossiers.",
      "Ce papier avait été donné l’an dernier. Il faut tout recommencer\u00A0!",
      "Pourquoi redonner un justificatif de domicile à chaque fois\u00A0?"}},
    {"formulaire",
     {"Le formulaire est plein de mots compliqués.",
      "Je n’ai pas compris la question «\u00A0nature de la demande\u00A0».",
      "Les cases ne correspondent pas à ma situation et la notice n’explique rien.",
      "Papyé-la lé difisil pou konprann."}},
    {"information",
     {"L’information est introuvable, sur le site comme à l’accueil.",
      "Au téléphone on dit une chose, sur l’affiche il y en a une autre.",
      "Il est écrit \"voir conditions\", mais les conditions ne sont nulle part."}},
    {"interlocuteur",
     {"On ne sait pas à qui s’adresser\u00A0: chacun renvoie vers un autre service.",
      "Le standard fait passer de poste en poste.", "Mi koné pa kisa i fo alé oir."}},
    {"suivi",
     {"Entre la demande et la fin, aucune nouvelle\u00A0: pas même un accusé de réception.",
      "On ne sait jamais où en est la demande.",
      "Il faut rappeler pour savoir si le dossier est bien arrivé."}},
    {"horaires",
     {"Les horaires ne conviennent pas aux gens qui travaillent.",
      "C’est fermé à l’heure où l’on sort du travail.",
      "Le guichet est loin et il n’y a pas de bus à la bonne heure."}},
    {"numerique-difficile",
     {"Je ne sais pas faire sur internet\u00A0; il faut garder quelqu’un pour nous recevoir.",
      "Chez moi le réseau ne passe pas. Comment faire\u00A0?",
      "Devant l’écran, tout seul, je n’y arrive pas.", "Mi gingn pa fé sa si linternet."}},
    {"outil-en-panne",
     {"Le site bloque au milieu et il faut recommencer depuis le début.",
      "Message *erreur inconnue*, trois fois de suite.",
      "L’outil ne marche pas bien sur un téléphone."}},
    {"pas-en-ligne",
     {"J’aurais voulu tout faire en ligne, le soir, tranquillement.",
      "Pourquoi ne peut-on pas tout envoyer par internet\u00A0?",
      "Mwin noré émé fé sa si linternet."}},
    {"cout",
     {"Entre l’essence et les photocopies, la démarche finit par coûter cher.",
      "Une journée de travail perdue pour cela.",
      "Les timbres, les copies, le parking\u00A0: tout s’additionne."}},
    {"accueil",
     {"Pas un bonjour, pas un regard\u00A0: on se sent de trop.",
      "J’aurais préféré raconter ma situation ailleurs que devant tout le monde.",
      "Personne ne prend le temps d’écouter."}},
    {"decision",
     {"La réponse ne dit pas pourquoi.", "Aucune explication, et aucun recours indiqué\u00A0!",
      "D’autres ont eu l’inverse pour la même demande\u00A0; j’aimerais comprendre la règle."}},
    {"langue",
     {"Je lis difficilement, et tout passe par l’écrit.",
      "Les courriers sont trop difficiles à lire pour moi.",
      "An kréol mi konpran, mé papyé-la lé rienk an fransé."}},
    {"handicap",
     {"En fauteuil, l’entrée n’est pas accessible.",
      "Mon lecteur d’écran ne lit pas les documents.",
      "J’entends mal et l’on me répond de téléphoner."}},
};

// People who run it.
static const struct saying of_agents[] = {
    {"delai",
     {"Entre le dépôt et la réponse, il se passe trop de temps.",
      "Les délais s’allongent dès que quelqu’un est absent.",
      "Les usagers rappellent parce que la réponse part trop tard."}},
    {"pieces",
     {"Des pièces sont demandées dont personne ne se sert.",
      "La liste des pièces pourrait être réduite de moitié.",
      "Trop de pièces, donc trop de contrôles."}},
    {"redemande",
     {"On redemande des informations qu’un autre service possède déjà.",
      "L’usager dit\u00A0: «\u00A0vous l’avez déjà\u00A0», et il a raison.",
      "La même attestation est réclamée chaque année."}},
    {"formulaire",
     {"Le formulaire est ancien et n’a jamais été relu avec un usager.",
      "Les usagers se trompent toujours dans la même case.",
      "Personne ne comprend la deuxième page du formulaire."}},
    {"information",
     {"Le site, l’affiche et la plaquette ne disent pas la même chose.",
      "Il n’y a pas de page à jour à montrer aux usagers.",
      "L’information change sans que l’accueil soit prévenu."}},
    {"interlocuteur",
     {"Quand le référent est en congé, personne ne sait qui reprend.",
      "Les appels arrivent au hasard, faute d’interlocuteur désigné.",
      "On ne sait pas à qui transmettre."}},
    {"suivi",
     {"Pas de suivi partagé\u00A0: chacun tient sa liste.",
      "Pour savoir où en est un dossier, il faut *appeler* trois personnes.",
      "Impossible de dire où en est une demande."}},
    {"outil-en-panne",
     {"Le logiciel se fige plusieurs fois par jour.",
      "L’outil déconnecte sans prévenir et la saisie est perdue.",
      "La page met trop de temps à s’ouvrir."}},
    {"double-saisie",
     {"On saisit la même chose dans le logiciel, puis dans le tableur.",
      "Tout arrive sur papier et repart sur papier, avec deux saisies entre les deux.",
      "Saisir deux fois, c’est deux fois plus d’erreurs."}},
    {"circuit",
     {"Trop de signatures\u00A0:\n1. le chef de service\n2. la direction\n3. la direction "
      "générale\npour un simple courrier.",
      "Le parapheur fait des allers-retours entre les étages.",
      "Un dossier simple passe par autant de mains qu’un dossier compliqué."}},
    {"outils-multiples",
     {"Aucun des outils ne parle aux autres.",
      "La messagerie sert d’outil de suivi, faute de mieux.", "Chacun a son tableur…"}},
    {"regles",
     {"La règle n’est écrite nulle part, elle se transmet à l’oral.",
      "Deux collègues, deux interprétations \"officielles\".",
      "Les consignes changent sans note."}},
    {"moyens",
     {"Il manque du monde aux périodes de pointe.", "Un seul véhicule pour toute l’équipe.",
      "Pas de remplacement pendant les congés."}},
    {"formation",
     {"Personne n’a été formé au nouvel outil.",
      "Tout s’apprend sur le tas, avec les notes du collègue précédent.",
      "Une demi-journée de formation suffirait\u00A0!"}},
    {"dossiers-incomplets",
     {"Les dossiers arrivent incomplets et il faut relancer.",
      "Il manque presque toujours une pièce.", "On passe plus de temps à relancer qu’à traiter."}},
    {"coordination",
     {"Avec les communes, on ne sait pas toujours qui fait quoi.",
      "Les dossiers des partenaires arrivent sans bordereau.",
      "Chaque mairie a sa façon de faire."}},
};

// By mood, where nothing was ticked.
static const struct saying moods_of_users[MOODS] = {
    [DISSATISFIED] = {"",
                      {"Je ressors déçu, sans pouvoir dire précisément pourquoi.",
                       "Rien de précis, mais l’ensemble ne m’a pas convaincu.",
                       "Franchement, cela pourrait être mieux."}},
    [NEUTRAL] = {"", {"Ni bien ni mal.", "Ça va, sans plus.", "Rien de particulier à signaler."}},
    [SATISFIED] = {"",
                   {"Rien à redire, tout s’est bien passé.",
                    "Accueil agréable et réponse claire, merci\u00A0!",
                    "Simple et clair. Continuez comme ça.",
                    "Pour une fois, c’était «\u00A0facile\u00A0»\u00A0!",
                    "Lé bon mèm, mèrsi zot tout."}},
};

static const struct saying moods_of_agents[MOODS] = {
    [DISSATISFIED] = {"",
                      {"L’ensemble fatigue l’équipe, sans cause unique.",
                       "Cela tient grâce à la bonne volonté de chacun.",
                       "Difficile de dire ce qui ne va pas, mais cela ne va pas."}},
    [NEUTRAL] = {"",
                 {"Rien à signaler.", "Cela tourne, sans plus.",
                  "Ni mieux ni moins bien qu’ailleurs."}},
    [SATISFIED] = {"",
                   {"Cela fonctionne bien, l’équipe est bien organisée.",
                    "Circuit court, outil adapté\u00A0: ne changez rien.",
                    "Rien ne gêne, les usagers sont «\u00A0contents\u00A0»."}},
};

static const struct saying *find_saying(const struct saying *sayings, size_t count,
                                        const char *code)
{
    for (size_t i = 0; i < count; i++)
        if (code != NULL && strcmp(sayings[i].code, code) == 0)
            return &sayings[i];
    return NULL;
}

static const char *pick_sentence(const struct saying *saying, uint64_t lot)
{
    size_t count = 1; // no saying is empty
    while (count < SENTENCES_LIMIT && saying->sentences[count] != NULL)
        count++;
    return saying->sentences[lot % count];
}

static const struct saying *saying_about(const struct demonstration_answer *answer,
                                         const char *code)
{
    if (answer->external)
        return find_saying(of_users, sizeof of_users / sizeof *of_users, code);
    return find_saying(of_agents, sizeof of_agents / sizeof *of_agents, code);
}

static char *write_mood(const struct demonstration_answer *answer, uint64_t lot)
{
    int mood = answer->satisfaction < 3    ? DISSATISFIED
               : answer->satisfaction == 3 ? NEUTRAL
                                           : SATISFIED;
    const struct saying *moods = answer->external ? moods_of_users : moods_of_agents;
    return memory_copy_text(pick_sentence(&moods[mood], lot));
}

// At most QUOTED_LIMIT of the pain points, from a random one on.
static char *write_pains(const struct demonstration *demonstration,
                         const struct demonstration_answer *answer, uint64_t lot)
{
    static const char *const joints[] = {" ", "\n", "\n\n"};
    const char *quoted[QUOTED_LIMIT];
    size_t count = 0;
    int first = (int)(lot % BITS);
    for (int i = 0; i < BITS && count < QUOTED_LIMIT; i++) {
        int bit = (first + i) % BITS;
        if ((answer->pains >> bit & 1) == 0)
            continue;
        const struct saying *saying = saying_about(answer, demonstration->codes[bit]);
        if (saying == NULL)
            continue;
        quoted[count] = pick_sentence(saying, lot >> (8 * count + 8));
        count++;
    }
    if (count == 0)
        return NULL;
    if (count == 1)
        return memory_copy_text(quoted[0]);
    return memory_format("%s%s%s", quoted[0], joints[(lot >> 32) % 3], quoted[1]);
}

char *verbatim_write(const struct demonstration *demonstration,
                     const struct demonstration_answer *answer)
{
    if (lot_uniform(&answer->id, LOT_SPEAKS) >= SHARE_SPEAKING)
        return NULL;
    uint64_t lot = lot_of(&answer->id, LOT_TEXT);
    return answer->pains == 0 ? write_mood(answer, lot) : write_pains(demonstration, answer, lot);
}
