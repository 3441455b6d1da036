# What clients of the torture send. An answer follows from its id and its variant alone, so that nothing
# but these has to be remembered to know, an hour later, which bytes must be in PostgreSQL.
#
# SPDX-License-Identifier: Apache-2.0
import hashlib
import json
import random
import uuid

PATH = "/v1/casud/surveys/demarches/submissions"
VARIANTS = (0, 1)  # the same id with other content

_PAINS = ("delai", "deplacements", "horaires", "cout", "pieces", "redemande", "formulaire", "information")
_TEXTS = (
    None,
    "Délai trop long, « pièces » demandées deux fois.",
    "Mi kompran pa lo papié\tla\n— et le guichet ferme à midi 😀",
    "Une \"citation\", une \\ barre, un é décomposé : e\u0301",
)


def new_id(dice):
    return str(uuid.UUID(int=dice.getrandbits(128), version=4))


def body(id_, variant):
    """The bytes of one submission."""
    seed = uuid.UUID(id_).bytes
    answers = {
        "satisfaction": 1 + seed[15] % 5, "issue": ("done", "pending", "given_up")[seed[14] % 3],
        "aide": "none", "irritants": [_PAINS[seed[13] % 8]],
    }
    text = _TEXTS[seed[12] % len(_TEXTS)]
    if text is not None:
        answers["texte"] = text + seed[10] % 64 * " bis"
    submission = {
        "id": id_, "procedure": "dechets-bac", "audience": "citizen", "channel": "desk",
        "language": "fr", "placement": ("affiche-mairie", "autre-affiche")[variant], "answers": answers,
    }
    return json.dumps(submission, ensure_ascii=seed[11] % 2 == 0).encode()


def digest(id_, variant):
    """As md5(content) gives it in PostgreSQL."""
    return hashlib.md5(body(id_, variant), usedforsecurity=False).hexdigest()


def dice(*seed):
    """A source of random numbers that is the same for the same seed."""
    return random.Random("/".join(str(part) for part in seed))
