# The submissions that the load generator sends: filled-in CASUD forms as the form's own script would
# send them, without ids, drawn from a fixed seed.
#
# SPDX-License-Identifier: Apache-2.0
import csv
import json
import os
import random

COUNT = 1000
AUDIENCES = ("citizen", "applicant", "beneficiary")
CHANNELS = ("online", "desk", "phone", "mail", "home")
PAIN_POINTS = ("delai", "deplacements", "horaires", "cout", "pieces", "redemande", "formulaire",
               "information", "interlocuteur", "suivi", "decision", "accueil", "outil-en-panne",
               "pas-en-ligne", "numerique-difficile", "langue", "handicap")
PLACEMENTS = ("affiche-mairie", "site-accueil", "borne-tampon", "courrier", "page-dechets")
COMMUNES = ("97403", "97412", "97417", "97422", "ailleurs")

# Invented.
SENTENCES = (
    "J'ai dû revenir trois fois au guichet parce qu'il manquait toujours une pièce au dossier.",
    "Personne ne répond au téléphone l'après-midi, et le message renvoie vers une page introuvable.",
    "On me redemande un justificatif que la mairie possède déjà depuis l'an dernier.",
    "L'agente a été très claire et patiente, merci à elle.",
    "Le site s'est bloqué à l'avant-dernière étape et tout ce que j'avais saisi a été perdu.",
    "Deux courriers, reçus à une semaine d'écart, disent le contraire l'un de l'autre.",
    "Il faut une voiture pour y aller : le bus ne passe que deux fois par jour.",
    "Je voulais seulement savoir où en était ma demande ; on m'a dit d'attendre.",
    "Les mots du formulaire sont trop compliqués pour ma mère, je l'ai rempli à sa place.",
    "Rapide et simple, dix minutes depuis mon téléphone.",
    "Le bac a été livré au bout de sept semaines, sans aucune nouvelle entre-temps.",
    "Les horaires ne conviennent pas à ceux qui travaillent.",
)


def catalogue(casud):
    """The codes of the procedures that an external survey may name."""
    with open(os.path.join(casud, "procedures.csv"), encoding="utf-8", newline="") as file:
        return [row["code"] for row in csv.DictReader(file)
                if set(row["audiences"].split("|")) & set(AUDIENCES)]


def answers(draw, channel):
    """Only what is visible: a hidden question's answer would be taken out again."""
    given = {
        "satisfaction": draw.randint(1, 5),
        "issue": draw.choice(("done", "pending", "given_up")),
        "aide": draw.choice(("none", "helped", "unmet", "proxy")),
        "irritants": draw.sample(PAIN_POINTS, draw.choice((1, 1, 2, 2, 3, 4))),
        "canal_prefere": draw.choice(CHANNELS),
        "commune": draw.choice(COMMUNES),
        "texte": " ".join(draw.sample(SENTENCES, draw.choice((3, 4, 4, 5, 5)))),
    }
    if given["issue"] != "pending":
        given["minutes"] = draw.choice((10, 20, 45, 90, 180, 360))
        given["deplacements"] = draw.randint(0, 5)
    if channel != "online" and given["canal_prefere"] != "online":
        given["numerique"] = draw.randint(1, 4)
    return given


def make(casud):
    """COUNT bodies, as bytes."""
    draw = random.Random(637)
    procedures = catalogue(casud)
    made = []
    for _ in range(COUNT):
        channel = draw.choice(CHANNELS)
        submission = {
            "procedure": procedures[int(len(procedures) * draw.random() ** 3)],
            "audience": draw.choice(AUDIENCES),
            "channel": channel,
            "language": "fr",
            "placement": draw.choice(PLACEMENTS),
            "answers": answers(draw, channel),
        }
        made.append(json.dumps(submission, ensure_ascii=False, separators=(",", ":")).encode())
    return made
