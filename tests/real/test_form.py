# The pages that people fill in without JavaScript: shown, sent, sent back with errors, thanked.
#
# SPDX-License-Identifier: Apache-2.0
import gzip
import html.parser
import re
import unittest
import urllib.parse

import support

WORLD = None

RECEIPT = re.compile(r"([0-9a-f-]{36})\.([0-9A-HJKMNP-TV-Z]{16})", re.IGNORECASE)
WORDS = {  # of the two surveys' titles, by language
    ("demarches", "fr"): "Comment s'est passée votre démarche",
    ("demarches", "rcf"): "Koman out démarsh la pasé",
    ("demarches", "en"): "How did it go?",
}


def setUpModule():
    global WORLD
    WORLD = support.World()


def tearDownModule():
    WORLD.end()


class Page(html.parser.HTMLParser):
    """What matters of a page: its text, the form's fields with their values, ids, and how it nests."""

    VOID = {"meta", "link", "input", "br", "img", "hr", "path", "circle", "use"}

    def __init__(self, body):
        super().__init__(convert_charrefs=True)
        self.tags, self.fields, self.options, self.text = [], [], {}, ""
        self.ids, self.open, self.misnested = [], [], []
        self._select = self._area = None
        self.feed(body.decode("utf-8"))
        self.close()

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.tags.append((tag, attributes))
        if "id" in attributes:
            self.ids.append(attributes["id"])
        if tag not in self.VOID:
            self.open.append(tag)
        if tag == "input":
            self.fields.append(attributes)
        elif tag == "select":
            self._select = attributes["name"]
        elif tag == "option":
            self.options.setdefault(self._select, []).append(attributes)
        elif tag == "textarea":
            self._area = dict(attributes, type="textarea", value="")
            self.fields.append(self._area)

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        if tag in self.VOID:
            return
        if self.open and self.open[-1] == tag:
            self.open.pop()
        else:
            self.misnested.append(tag)
        if tag == "textarea":
            self._area = None

    def handle_data(self, data):
        if self._area is not None:
            self._area["value"] += data
        self.text += data

    def named(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]

    def hidden(self):
        return {field["name"]: field.get("value", "") for field in self.fields
                if field.get("type") == "hidden"}

    def chosen(self):
        """The state of every control: {name: [values]}."""
        chosen = {}
        for field in self.fields:
            kind = field.get("type", "text")
            if kind in ("radio", "checkbox") and "checked" in field:
                chosen.setdefault(field["name"], []).append(field["value"])
            elif kind not in ("radio", "checkbox", "hidden") and field.get("value"):
                chosen.setdefault(field["name"], []).append(field["value"])
        for name, options in self.options.items():
            chosen.setdefault(name, []).extend(
                option["value"] for option in options if "selected" in option and option["value"])
        return {name: values for name, values in chosen.items() if values}


def get(path, headers=None):
    status, got, body = WORLD.daemon.request("GET", path, headers=headers)
    return status, got, Page(body)


def post(path, fields):
    status, headers, body = WORLD.daemon.request(
        "POST", path, urllib.parse.urlencode(fields, doseq=True),
        {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"})
    return status, headers, Page(body)


def filled(survey="demarches", **answers):
    """The form's hidden fields as the daemon gave them, with these answers."""
    _, _, page = get(f"/casud/{survey}?from=affiche-mairie")
    return {**page.hidden(), "site": "", **answers}


GOOD = {"demarche": "dechets-bac", "profil": "citizen", "canal": "desk", "satisfaction": "2",
        "irritants": ["delai", "pieces"], "texte": "Trop « long » : l’attente\u00a0!\r\nEt <b>loin</b>."}


def submissions():
    return int(WORLD.cluster.value("SELECT count(*) FROM recueil.submission"))


class Shown(unittest.TestCase):
    def check_page(self, page):
        self.assertEqual(page.misnested, [])
        self.assertEqual(page.open, [])
        self.assertEqual(len(page.ids), len(set(page.ids)), "an id twice")
        for attributes in page.named("label"):
            if "for" in attributes:
                self.assertIn(attributes["for"], page.ids)
        for _, attributes in page.tags:
            for name in attributes.get("aria-describedby", "").split():
                self.assertIn(name, page.ids)
            self.assertFalse([name for name in attributes if name.startswith("on")], "inline script")
            self.assertNotIn("style", attributes)

    def test_both_surveys_in_each_of_their_languages(self):
        for survey, languages in (("demarches", ("fr", "rcf", "en")), ("agents", ("fr", "en"))):
            for language in languages:
                with self.subTest(survey=survey, language=language):
                    status, headers, page = get(f"/casud/{survey}?lang={language}")
                    self.assertEqual(status, 200)
                    self.assertEqual(headers["Content-Type"].replace(" ", "").lower(),
                                     "text/html;charset=utf-8")
                    self.assertIn("no-store", headers["Cache-Control"])
                    self.assertIn("default-src 'none'", headers["Content-Security-Policy"])
                    self.assertEqual(page.named("html")[0]["lang"], language)
                    self.check_page(page)
                    self.assertIn(WORDS.get((survey, language), ""), page.text.replace("\u00a0", " "))

    def test_a_language_that_the_survey_lacks_shows_it_in_french(self):
        status, _, page = get("/casud/agents?lang=rcf")
        self.assertEqual(status, 200)
        self.check_page(page)
        self.assertIn("demande", page.text)

    def test_the_form_posts_to_itself_with_a_new_id_each_time(self):
        pages = [get("/casud/demarches")[2] for _ in range(2)]
        form = pages[0].named("form")[0]
        self.assertEqual(form["method"], "post")
        self.assertTrue(form["action"].startswith("/casud/demarches"))
        self.assertNotEqual(pages[0].hidden()["_id"], pages[1].hidden()["_id"])

    def test_every_question_has_its_controls(self):
        _, _, page = get("/casud/demarches")
        names = {field["name"] for field in page.fields if "name" in field} | set(page.options)
        for name in ("demarche", "canal", "satisfaction", "irritants", "commune", "texte", "site"):
            self.assertIn(name, names)
        values = [option["value"] for option in page.options["demarche"]]
        self.assertIn("dechets-bac", values)
        self.assertIn("other", values)
        self.assertNotIn("conges-agents", values)  # an internal procedure
        _, _, page = get("/casud/agents")
        names = {field["name"] for field in page.fields if "name" in field} | set(page.options)
        self.assertIn("etapes.recevoir", names)
        self.assertIn("dossiers_mois", names)

    def test_the_list_shows_the_open_surveys(self):
        status, _, page = get("/casud/")
        self.assertEqual(status, 200)
        links = [link.get("href", "") for link in page.named("a")]
        self.assertTrue(any(link.startswith("/casud/demarches") for link in links))
        self.assertTrue(any(link.startswith("/casud/agents") for link in links))

    def test_styles_are_there_and_keep_for_ever(self):
        for path in ("/casud/demarches", "/casud/"):
            _, _, page = get(path)
            sheets = [link["href"] for link in page.named("link") if link.get("rel") == "stylesheet"]
            self.assertTrue(sheets)
            for sheet in sheets:
                status, headers, body = WORLD.daemon.request("GET", sheet)
                self.assertEqual(status, 200)
                self.assertTrue(headers["Content-Type"].startswith("text/css"))
                self.assertIn("immutable", headers["Cache-Control"])
                self.assertIn(b"{", body)

    def test_what_is_not_there_is_a_page_for_who_reads_pages(self):
        for path in ("/casud/rien", "/ailleurs/", "/rien"):
            with self.subTest(path=path):
                status, headers, page = get(path, {"Accept": "text/html,*/*;q=0.8"})
                self.assertEqual(status, 404)
                self.assertTrue(headers["Content-Type"].startswith("text/html"))
                self.check_page(page)

    def test_no_placement_or_language_gets_into_the_page_unescaped(self):
        for query in ('from="><script>', "lang=%22%3E%3Cscript%3E", "from=" + "a" * 3000, "from=%00",
                      "lang=fr&lang=en&from=%E2%82"):
            with self.subTest(query=query[:30]):
                reply = WORLD.daemon.raw(f"GET /casud/demarches?{query} HTTP/1.1\r\nHost: x\r\n"
                                         "Connection: close\r\n\r\n".encode())
                self.assertRegex(reply[:20], rb"^HTTP/1\.1 (200|400|404) ")
                self.assertNotIn(b'"><script>', reply)


    def test_a_number_is_asked_in_a_field_that_sends_what_was_typed(self):
        _, _, page = get("/casud/agents")
        kinds = {field.get("name"): field["type"] for field in page.fields if "type" in field}
        for name in ("dossiers_mois", "minutes_dossier", "jours", "ressaisies", "incomplets"):
            self.assertEqual(kinds[name], "text", "a number field drops or alters what is no number")

    def test_the_citizens_page_and_its_style_weigh_less_than_8_kib(self):
        for language in ("fr", "rcf", "en"):
            status, _, body = WORLD.daemon.request("GET", f"/casud/demarches?lang={language}&from=affiche-mairie")
            self.assertEqual(status, 200)
            sheet = next(link["href"] for link in Page(body).named("link") if link["rel"] == "stylesheet")
            _, _, style = WORLD.daemon.request("GET", sheet)
            size = len(gzip.compress(body, 9)) + len(gzip.compress(style, 9))
            self.assertLess(size, 8192, language)


class Sent(unittest.TestCase):
    def thanks(self, survey="demarches", **answers):
        status, headers, _ = post(f"/casud/{survey}?from=affiche-mairie", filled(survey, **answers))
        self.assertEqual(status, 303)
        return headers["Location"]

    def test_an_answer_is_stored_and_thanked_with_its_receipt(self):
        before = submissions()
        location = self.thanks(**GOOD)
        self.assertTrue(urllib.parse.urlsplit(location).path.endswith("/casud/demarches/thanks"))
        self.assertEqual(submissions(), before + 1)
        status, headers, page = get(location)
        self.assertEqual(status, 200)
        self.assertIn("no-store", headers["Cache-Control"])
        found = RECEIPT.search(page.text)
        self.assertIsNotNone(found, page.text)
        self.assertEqual(
            WORLD.cluster.psql("SELECT survey, procedure, audience, channel, satisfaction, entry, placement,"
                               f" state, language FROM recueil.submission WHERE id = '{found[1]}'"),
            [("demarches", "dechets-bac", "citizen", "desk", "2", "form", "affiche-mairie", "counted", "fr")])

    def test_the_text_is_kept_as_written_with_plain_line_ends(self):
        found = RECEIPT.search(get(self.thanks(**GOOD))[2].text)
        text = WORLD.cluster.value("SELECT content::json -> 'answers' ->> 'texte' FROM"
                                   f" recueil.submission_content WHERE id = '{found[1]}'")
        self.assertEqual(text, GOOD["texte"].replace("\r\n", "\n"))

    def test_a_kiosk_is_known_by_its_placement(self):
        fields = filled(**GOOD)
        status, headers, _ = post("/casud/demarches?from=borne-accueil", fields)
        self.assertEqual(status, 303)
        self.assertEqual(WORLD.cluster.psql("SELECT entry, placement FROM recueil.submission"
                                            f" WHERE id = '{fields['_id']}'"), [("kiosk", "borne-accueil")])
        self.assertTrue(headers["Location"])

    def test_the_agents_form_sends_its_matrix_and_numbers(self):
        fields = filled("agents", fonction="agent", service="eau", demarche="conges-agents", dossiers="true",
                        satisfaction="4", dossiers_mois="40", minutes_dossier="15")
        fields["etapes.recevoir"] = "accueil"
        status, _, page = post("/casud/agents", fields)
        self.assertEqual(status, 303, page.text)
        self.assertEqual(
            WORLD.cluster.psql("SELECT audience, service, files_per_month, minutes_per_file, actors > 0"
                               f" FROM recueil.submission WHERE id = '{fields['_id']}'"),
            [("agent", "eau", "40", "15", "t")])

    def test_sent_twice_it_is_stored_once_and_thanked_twice(self):
        fields = filled(**GOOD)
        before = submissions()
        receipts = []
        for _ in range(2):
            status, headers, _ = post("/casud/demarches", fields)
            self.assertEqual(status, 303)
            receipts.append(RECEIPT.search(get(headers["Location"])[2].text)[0])
        self.assertEqual(submissions(), before + 1)
        self.assertEqual(receipts[0], receipts[1])

    def test_the_trap_is_thanked_and_set_aside(self):
        fields = filled(**GOOD)
        fields["site"] = "https://spam.example"
        self.assertEqual(post("/casud/demarches", fields)[0], 303)
        self.assertEqual(WORLD.cluster.value(
            f"SELECT state FROM recueil.submission WHERE id = '{fields['_id']}'"), "set_aside")

    def test_a_ticket_that_was_touched_shows_no_receipt(self):
        location = self.thanks(**GOOD)
        ticket = urllib.parse.parse_qs(urllib.parse.urlsplit(location).query)["t"][0]
        path = urllib.parse.urlsplit(location).path
        swap = {"A": "B"}
        for touched in (swap.get(ticket[0], "A") + ticket[1:], ticket[:-4], ticket + "AAAA", "", "A" * 2000,
                        ticket[:20] + swap.get(ticket[20], "A") + ticket[21:]):
            with self.subTest(ticket=touched[:20]):
                status, _, page = get(f"{path}?t={touched}")
                self.assertEqual(status, 200)
                self.assertIsNone(RECEIPT.search(page.text))

    def test_the_receipt_survives_a_change_of_language(self):
        first = get(self.thanks(**GOOD))[2]
        receipt = RECEIPT.search(first.text)[0]
        links = {link.get("hreflang"): link["href"] for link in first.named("a") if "href" in link}
        for language in ("rcf", "en"):
            page = get(links[language])[2]
            self.assertEqual(page.named("html")[0]["lang"], language)
            self.assertIn(receipt, page.text)


class SentBack(unittest.TestCase):
    def test_errors_are_listed_and_answers_kept(self):
        before = submissions()
        answers = {"demarche": "dechets-bac", "profil": "applicant", "irritants": ["delai", "pieces"],
                   "texte": 'Un "texte" <i>gardé</i> & entier'}
        status, headers, page = post("/casud/demarches?lang=fr", filled(**answers))
        self.assertEqual(status, 422)
        self.assertTrue(headers["Content-Type"].startswith("text/html"))
        self.assertIn("no-store", headers["Cache-Control"])
        Shown.check_page(self, page)
        self.assertIn("Dites comment vous avez fait cette démarche", page.text)
        self.assertIn("Dites comment ça s'est passé dans l'ensemble", page.text)
        kept = page.chosen()
        self.assertEqual(kept["demarche"], ["dechets-bac"])
        self.assertEqual(kept["profil"], ["applicant"])
        self.assertEqual(sorted(kept["irritants"]), ["delai", "pieces"])
        self.assertEqual(kept["texte"], [answers["texte"]])
        self.assertEqual(submissions(), before)

    def test_numbers_come_back_as_they_were_typed(self):
        typed = {"dossiers_mois": "200000", "minutes_dossier": "2,5", "jours": "environ 40",
                 "ressaisies": "-3", "incomplets": '"3" ou <4>'}
        status, _, page = post("/casud/agents", filled("agents", dossiers="true", **typed))
        self.assertEqual(status, 422)
        kept = page.chosen()
        targets = [link.get("href") for link in page.named("a")]
        for name, text in typed.items():
            self.assertEqual(kept[name], [text])
            self.assertIn(f"#{name}", targets)

    def test_each_error_leads_to_its_question(self):
        _, _, page = post("/casud/demarches", filled(demarche="dechets-bac"))
        targets = [link["href"][1:] for link in page.named("a") if link.get("href", "").startswith("#")]
        wrong = [target for target in targets if target.startswith(("canal", "satisfaction"))]
        self.assertEqual(len(wrong), 2)
        for target in wrong:
            self.assertIn(target, page.ids)

    def test_the_id_stays_so_that_the_next_try_is_the_same_submission(self):
        fields = filled(demarche="dechets-bac")
        _, _, page = post("/casud/demarches", fields)
        self.assertEqual(page.hidden()["_id"], fields["_id"])

    def test_a_change_of_language_keeps_answers_and_stores_nothing(self):
        before = submissions()
        answers = {"demarche": "dechets-bac", "canal": "phone", "irritants": ["delai"], "texte": "déjà écrit"}
        status, _, page = post("/casud/demarches", filled(**answers, _lang="en"))
        self.assertEqual(status, 200)
        self.assertEqual(page.named("html")[0]["lang"], "en")
        kept = page.chosen()
        self.assertEqual(kept["demarche"], ["dechets-bac"])
        self.assertEqual(kept["canal"], ["phone"])
        self.assertEqual(kept["irritants"], ["delai"])
        self.assertEqual(kept["texte"], ["déjà écrit"])
        self.assertEqual(submissions(), before)

    def test_what_is_too_long_for_the_wire_is_told_on_a_page(self):
        before = submissions()
        for survey in ("demarches", "rien"):
            status, headers, page = post(f"/casud/{survey}?lang=fr", filled(texte="é" * 15000))
            self.assertEqual(status, 413)
            self.assertTrue(headers["Content-Type"].startswith("text/html"))
            self.assertIn("frame-ancestors", headers["Content-Security-Policy"])
            self.assertIn("no-store", headers["Cache-Control"])
            self.assertIn("Votre réponse est trop longue", page.text)
            self.assertTrue(page.named("link"), "it has its style")
            Shown.check_page(self, page)
        status, headers, body = WORLD.daemon.request(
            "POST", "/casud/demarches", b"x" * 70000,
            {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"})
        self.assertEqual((status, headers["Content-Type"]), (413, "application/problem+json"))
        self.assertEqual(submissions(), before)

    def test_a_method_that_a_page_lacks_is_told_on_a_page_with_a_way_back(self):
        status, headers, page = post("/casud/demarches/thanks?lang=fr", {"a": "b"})
        self.assertEqual(status, 405)
        self.assertEqual(headers["Allow"], "GET, HEAD")
        self.assertIn("/casud/?lang=fr", [link.get("href") for link in page.named("a")])
        self.assertTrue([link for link in page.named("link") if link["rel"] == "stylesheet"])

    def test_hostile_forms_are_4xx_and_store_nothing(self):
        before = submissions()
        for body in (b"%", b"demarche=%ZZ", b"demarche=%00", b"demarche=%FF%FE", b"=" * 5000, b"&" * 5000,
                     b"demarche=dechets-bac&demarche=eau-fuite&canal=desk&satisfaction=2", b"\x00\xff"):
            with self.subTest(body=body[:30]):
                status, _, _ = WORLD.daemon.request(
                    "POST", "/casud/demarches", body,
                    {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"})
                self.assertIn(status, (400, 422))
        self.assertEqual(submissions(), before)


class Unavailable(unittest.TestCase):
    WORDS = {"fr": "envoyez de nouveau votre réponse", "rcf": "anvoy out répons ankor in kou",
             "en": "send your answer again"}

    def restart(self, **settings):
        """A daemon with these settings in place of WORLD's, until it is called again."""
        WORLD.daemon.stop()
        env = {f"RECUEIL_{name.upper()}": str(value) for name, value in settings.items()}
        WORLD.daemon = support.Daemon(WORLD.cluster, env).start()

    def stored(self, fields):
        return WORLD.cluster.value(f"SELECT count(*) FROM recueil.submission WHERE id = '{fields['_id']}'")

    def test_without_database_and_spool_the_page_keeps_everything_until_it_can_be_sent(self):
        fields = filled(**GOOD)
        self.restart(spool_least_free_mib=1 << 20)
        self.addCleanup(self.restart)
        WORLD.cluster.stop()
        try:
            for language, words in self.WORDS.items():
                with self.subTest(language=language):
                    path = f"/casud/demarches?from=affiche-mairie&lang={language}"
                    status, headers, page = post(path, fields)
                    self.assertEqual(status, 503)
                    self.assertIn("Retry-After", headers)
                    self.assertIn(words, page.text)
                    Shown.check_page(self, page)
                    self.assertEqual(page.named("form")[0]["action"], path)
                    self.assertEqual(page.hidden()["_id"], fields["_id"])
                    self.assertEqual(page.chosen()["texte"], [GOOD["texte"].replace("\r\n", "\n")])
                    self.assertEqual(sorted(page.chosen()["irritants"]), ["delai", "pieces"])
        finally:
            WORLD.cluster.start()
        support.until(lambda: WORLD.daemon.status()["database_up"], "the database takes submissions", 30)
        for _ in range(2):
            self.assertEqual(post("/casud/demarches?from=affiche-mairie", fields)[0], 303)
        self.assertEqual(self.stored(fields), "1")

    def test_without_a_database_the_form_is_taken_all_the_same(self):
        fields = filled(**GOOD)
        WORLD.cluster.stop()
        try:
            for _ in range(2):  # as somebody does who is not sure
                status, headers, _ = post("/casud/demarches?from=affiche-mairie", fields)
                self.assertEqual(status, 303)
            _, _, thanks = get(headers["Location"])
            self.assertIn(fields["_id"], thanks.text)
        finally:
            WORLD.cluster.start()
        support.until(lambda: self.stored(fields) == "1", "it is loaded", 30)
        support.until(lambda: WORLD.daemon.status()["database_up"], "the database takes submissions", 30)
        self.assertEqual(post("/casud/demarches?from=affiche-mairie", fields)[0], 303)
        self.assertEqual(self.stored(fields), "1")


if __name__ == "__main__":
    unittest.main()
