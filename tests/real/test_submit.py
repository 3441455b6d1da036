# Submissions through HTTP, from the contract: what is stored, what is refused and how it is said.
#
# SPDX-License-Identifier: Apache-2.0
import csv
import datetime
import io
import json
import re
import unittest

import support
from support import agent, citizen

WORLD = None

UUID_V4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[47][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
SECRET = re.compile(r"[0-9A-HJKMNP-TV-Z]{16}", re.IGNORECASE)

BODY_LIMIT = 64 * 1024
BULK_LINES_LIMIT = 1000

# Invented, with the difficulties of real texts: quotes of four kinds, asterisks, line breaks, typographic
# apostrophes, non-breaking spaces, a formula's first letter.
DIFFICULT_TEXT = (
    "=SOMME des difficultés :\n"
    "**1. Le guichet** ferme à 11\u00a0h\u00a030 ; « on nous dit\u00a0: \"revenez demain\" ».\n"
    "\n"
    "* l\u2019usager n\u2019a pas d\u2019ordinateur, l'agent ressaisit 'tout'\n"
    "\t- délai\u202f: 3 mois… 100 % des dossiers \\ pièces / copies\r\n"
    "“Ça va ?” \u2013 kan i fé lo papié, i pèrd in zour\u00a0! 😀 <b>&amp;</b>"
)


def setUpModule():
    global WORLD
    WORLD = support.World()


def tearDownModule():
    WORLD.end()


def stored(submission_id, columns):
    return WORLD.cluster.psql(
        f"SELECT {columns} FROM recueil.submission WHERE id = '{submission_id}'")


def content(submission_id):
    return WORLD.cluster.value(
        f"SELECT content FROM recueil.submission_content WHERE id = '{submission_id}'")


def total():
    return int(WORLD.cluster.value("SELECT count(*) FROM recueil.submission"))


class Stored(unittest.TestCase):
    def test_a_submission_is_committed_when_201_arrives(self):
        sent = citizen()
        status, headers, reply = WORLD.daemon.submit(sent)
        self.assertEqual(status, 201)
        self.assertEqual(reply["id"], sent["id"])
        self.assertRegex(reply["receipt"], SECRET)
        self.assertTrue(headers["Content-Type"].startswith("application/json"))
        self.assertIn("no-store", headers["Cache-Control"])
        row = stored(sent["id"], "survey, procedure, audience, channel, language, placement, state, entry,"
                                 " satisfaction, completed, help, phase, octet_length(content_hash)")
        self.assertEqual(row, [("demarches", "dechets-bac", "citizen", "desk", "fr", "affiche-mairie",
                                "counted", "api", "2", "done", "none", "before", "16")])

    def test_pain_points_become_the_bits_of_the_taxonomy(self):
        sent = citizen()
        self.assertEqual(WORLD.daemon.submit(sent)[0], 201)
        expected = WORLD.cluster.value("SELECT sum(1::bigint << bit) FROM recueil.pain_point"
                                       " WHERE code IN ('delai', 'pieces')")
        self.assertEqual(stored(sent["id"], "pain_points"), [(expected,)])

    def test_none_is_asked_and_nothing_while_no_answer_is_null(self):
        nothing = citizen(answers={"satisfaction": 4, "irritants": ["none"]})
        silent = citizen(answers={"satisfaction": 4})
        self.assertEqual(WORLD.daemon.submit(nothing)[0], 201)
        self.assertEqual(WORLD.daemon.submit(silent)[0], 201)
        self.assertEqual(stored(nothing["id"], "pain_points"), [("0",)])
        self.assertEqual(stored(silent["id"], "pain_points"), [(None,)])

    def test_dont_know_is_an_answer_whose_measure_is_null(self):
        sent = citizen(answers={"satisfaction": 4, "issue": "done", "minutes": "dont_know"})
        self.assertEqual(WORLD.daemon.submit(sent)[0], 201)
        self.assertEqual(stored(sent["id"], "minutes"), [(None,)])
        self.assertIn("dont_know", content(sent["id"]))

    def test_the_server_makes_an_id_where_the_client_gives_none(self):
        status, _, reply = WORLD.daemon.submit(citizen(id=None))
        self.assertEqual(status, 201)
        self.assertRegex(reply["id"], UUID_V4)
        self.assertEqual(len(stored(reply["id"], "id")), 1)

    def test_the_received_bytes_are_stored_as_they_came(self):
        sent = citizen()
        body = json.dumps(sent, indent=2, ensure_ascii=False).encode()
        self.assertEqual(WORLD.daemon.submit(body)[0], 201)
        self.assertEqual(content(sent["id"]).encode(), body)

    def test_audience_channel_and_procedure_may_come_from_bound_answers(self):
        sent = citizen(procedure=None, audience=None, channel=None, answers={
            "demarche": "eau-fuite", "profil": "citizen", "canal": "phone", "satisfaction": 5})
        self.assertEqual(WORLD.daemon.submit(sent)[0], 201)
        self.assertEqual(stored(sent["id"], "procedure, audience, channel"),
                         [("eau-fuite", "citizen", "phone")])

    def test_a_member_beside_the_answers_wins_over_the_bound_answer(self):
        sent = citizen(channel="mail")
        sent["answers"]["canal"] = "phone"
        self.assertEqual(WORLD.daemon.submit(sent)[0], 201)
        self.assertEqual(stored(sent["id"], "channel"), [("mail",)])

    def test_a_procedure_outside_the_catalogue_is_other_with_its_own_words(self):
        sent = citizen(procedure="other")
        sent["answers"]["autre_demarche"] = "Louer une salle des fêtes"
        self.assertEqual(WORLD.daemon.submit(sent)[0], 201)
        self.assertEqual(stored(sent["id"], "procedure"), [("other",)])
        self.assertIn("salle des f", content(sent["id"]))

    def test_answers_to_invisible_questions_are_dropped(self):
        # `minutes` shows only where the procedure is finished or abandoned.
        sent = citizen()
        sent["answers"].update(issue="pending", minutes=45)
        self.assertEqual(WORLD.daemon.submit(sent)[0], 201)
        self.assertEqual(stored(sent["id"], "minutes"), [(None,)])
        kept = json.loads(content(sent["id"]))["answers"]
        self.assertNotIn("minutes", kept)
        self.assertEqual(kept["issue"], "pending")

    def test_the_trap_sets_aside_and_says_nothing_of_it(self):
        sent = citizen(site="https://spam.example")
        status, _, reply = WORLD.daemon.submit(sent)
        self.assertEqual(status, 201)
        self.assertEqual(sorted(reply), sorted(WORLD.daemon.submit(citizen())[2]))
        self.assertEqual(stored(sent["id"], "state"), [("set_aside",)])

    def test_me_too_stays_out_of_the_figures(self):
        sent = citizen(prefilled=True)
        self.assertEqual(WORLD.daemon.submit(sent)[0], 201)
        self.assertEqual(stored(sent["id"], "state"), [("prefilled",)])

    def test_an_agents_answer_fills_the_internal_measures(self):
        sent = agent()
        sent["answers"].update(outils=["papier", "tableur"], etapes={"recevoir": "accueil"},
                               minutes_dossier=30, jours=5, ressaisies=3, incomplets=0, passages=2, pret=3)
        self.assertEqual(WORLD.daemon.submit(sent, survey="agents")[0], 201)
        self.assertEqual(
            stored(sent["id"], "files_per_month, minutes_per_file, elapsed_days, rekeying, returned,"
                               " handoffs, change_readiness, tools > 0, actors > 0"),
            [("40", "30", "5", "3", "0", "2", "3", "t", "t")])


class Repeated(unittest.TestCase):
    def test_the_same_again_is_200_with_the_same_receipt(self):
        sent = citizen()
        first = WORLD.daemon.submit(sent)
        before = total()
        second = WORLD.daemon.submit(sent)
        self.assertEqual((first[0], second[0]), (201, 200))
        self.assertEqual(first[2]["receipt"], second[2]["receipt"])
        self.assertEqual(second[2]["id"], sent["id"])
        self.assertEqual(total(), before)

    def test_other_content_under_the_same_id_is_409_and_changes_nothing(self):
        sent = citizen()
        self.assertEqual(WORLD.daemon.submit(sent)[0], 201)
        other = {**sent, "answers": {"satisfaction": 5}}
        status, headers, problem = WORLD.daemon.submit(other)
        self.assertEqual(status, 409)
        self.assertEqual(headers["Content-Type"].split(";")[0], "application/problem+json")
        self.assertEqual(problem["status"], 409)
        self.assertEqual(stored(sent["id"], "satisfaction"), [("2",)])

    def test_the_receipt_depends_on_the_content(self):
        one, two = citizen(), citizen()
        self.assertNotEqual(WORLD.daemon.submit(one)[2]["receipt"], WORLD.daemon.submit(two)[2]["receipt"])


class Refused(unittest.TestCase):
    def setUp(self):
        self.before = total()

    def tearDown(self):
        self.assertEqual(total(), self.before, "something was stored")

    def refuse(self, submission, status, survey="demarches", **more):
        got, headers, problem = WORLD.daemon.submit(submission, survey=survey, **more)
        self.assertEqual(got, status, problem)
        self.assertEqual(headers["Content-Type"].split(";")[0], "application/problem+json")
        self.assertEqual(problem["status"], status)
        self.assertTrue(problem["title"])
        return problem

    def pointers(self, submission, survey="demarches"):
        problem = self.refuse(submission, 422, survey)
        for error in problem["errors"]:
            self.assertTrue(error["detail"])
        return {error["pointer"].lstrip("#"): error["code"] for error in problem["errors"]}

    def answers(self, **answers):
        return citizen(answers={"satisfaction": 2, **answers})

    def test_unknown_codes_are_named(self):
        self.assertIn("/procedure", self.pointers(citizen(procedure="dechets-lune")))
        self.assertIn("/audience", self.pointers(citizen(audience="martian")))
        self.assertIn("/audience", self.pointers(citizen(audience="agent")))  # of the other class
        self.assertIn("/channel", self.pointers(citizen(channel="pigeon")))
        self.assertEqual(self.pointers(self.answers(irritants=["delai", "lune"])).popitem()[1],
                         "unknown-choice")
        self.assertEqual(self.pointers(self.answers(couleur="bleu")),
                         {"/answers/couleur": "unknown-question"})

    def test_wrong_types_are_named(self):
        for answers in ({"satisfaction": "deux"}, {"satisfaction": [2]}, {"satisfaction": {"a": 1}},
                        {"irritants": {"delai": True}}, {"texte": 12}, {"aide": ["none"]}):
            with self.subTest(answers=answers):
                name = next(iter(answers))
                found = self.pointers(citizen(answers={"satisfaction": 2, **answers}))
                self.assertTrue(any(pointer.startswith(f"/answers/{name}") for pointer in found), found)

    def test_ranges_and_lengths_are_kept(self):
        self.assertIn("/answers/satisfaction", self.pointers(self.answers(satisfaction=6)))
        self.assertEqual(self.pointers(self.answers(texte="x" * 1001)), {"/answers/texte": "too-long"})
        sent = agent()
        sent["answers"]["ressaisies"] = 11
        self.assertEqual(self.pointers(sent, "agents"), {"/answers/ressaisies": "out-of-range"})
        sent = agent()
        sent["answers"]["irritants_usagers"] = ["delai", "cout", "pieces", "suivi"]
        self.assertEqual(self.pointers(sent, "agents"), {"/answers/irritants_usagers": "too-many"})

    def test_none_excludes_the_others(self):
        found = self.pointers(self.answers(irritants=["none", "delai"]))
        self.assertEqual(set(found.values()), {"exclusive"})

    def test_what_is_missing_is_named(self):
        self.assertEqual(self.pointers(citizen(answers={})), {"/answers/satisfaction": "required"})

    def test_every_error_has_an_entry(self):
        found = self.pointers(citizen(answers={"satisfaction": 9, "aide": "perhaps"}))
        self.assertEqual(set(found), {"/answers/satisfaction", "/answers/aide"})

    def test_details_are_in_the_reader_s_language(self):
        french = self.refuse(citizen(answers={}), 422, headers={"Accept-Language": "fr-RE,fr;q=0.9,en;q=0.1"})
        english = self.refuse(citizen(answers={}), 422, headers={"Accept-Language": "en-GB,en;q=0.8"})
        self.assertIn("Dites comment", french["errors"][0]["detail"])
        self.assertIn("Say how", english["errors"][0]["detail"])

    def test_unknown_surveys_and_collectivities_are_404(self):
        self.refuse(citizen(), 404, survey="rien")
        self.refuse(citizen(), 404, collectivity="ailleurs")

    def test_an_id_that_is_no_uuid_is_refused(self):
        for wrong in ("abc", "", "00000000-0000-0000-0000-000000000000",
                      "8f1f4c0e-52d7-1b6a-9c1e-2f6a1d0c4e55", 12, ["x"]):
            with self.subTest(id=wrong):
                status, _, problem = WORLD.daemon.submit(citizen(id=wrong))
                self.assertIn(status, (400, 422), problem)

    def test_other_types_are_415(self):
        for kind in ("text/plain", "application/x-www-form-urlencoded", "application/jsonx", ""):
            with self.subTest(type=kind):
                self.refuse(citizen(), 415, headers={"Content-Type": kind})

    def test_a_type_with_a_charset_is_read(self):
        status, _, problem = WORLD.daemon.submit(
            citizen(answers={}), headers={"Content-Type": "application/json; charset=utf-8"})
        self.assertEqual(status, 422, problem)

    def test_malformed_json_is_400(self):
        good = json.dumps(citizen()).encode()
        for body in (b"", b"{", good[:-1], good + b"x", b"nul", b"[]", b'"text"', b"12",
                     good.replace(b'"answers"', b"'answers'"), b"\xef\xbb\xbf{", b"{\"a\":NaN}"):
            with self.subTest(body=body[:40]):
                status, _, problem = WORLD.daemon.submit(body)
                self.assertIn(status, (400, 422) if body in (b"[]", b'"text"', b"12") else (400,), problem)

    def test_duplicate_keys_are_400(self):
        body = b'{"procedure": "dechets-bac", "procedure": "eau-fuite", "audience": "citizen",' \
               b' "channel": "desk", "answers": {"satisfaction": 2}}'
        self.refuse(body, 400)
        body = b'{"procedure": "dechets-bac", "audience": "citizen", "channel": "desk",' \
               b' "answers": {"satisfaction": 2, "satisfaction": 3}}'
        self.refuse(body, 400)

    def test_nul_and_invalid_utf8_are_400(self):
        body = b'{"procedure": "dechets-bac", "audience": "citizen", "channel": "desk",' \
               b' "answers": {"satisfaction": 2, "texte": "%s"}}'
        for text in (b"a\\u0000b", b"a\x00b", b"\xff\xfe", b"\xc0\xaf", b"\xed\xa0\x80", b"\\ud800",
                     b"\xf4\x90\x80\x80", b"cut \xe2\x82"):
            with self.subTest(text=text):
                self.refuse(body % text, 400)

    def test_deep_nesting_is_a_4xx(self):
        for depth in (20, 1000, 2040, 5000, 30000):
            for opening, closing in ((b"[", b"]"), (b'{"a":', b"}")):
                inner = opening * depth + b"1" + closing * depth
                if len(inner) > 60000:
                    continue
                with self.subTest(depth=depth, opening=opening):
                    body = b'{"procedure": "dechets-bac", "audience": "citizen", "channel": "desk",' \
                           b' "answers": {"satisfaction": %s}}' % inner
                    status, _, problem = WORLD.daemon.submit(body)
                    self.assertIn(status, (400, 413, 422), problem)

    def test_many_small_values_are_a_4xx(self):
        body = b'{"answers": [' + b"{}," * 20000 + b"{}]}"
        status, _, problem = WORLD.daemon.submit(body)
        self.assertIn(status, (400, 413, 422), problem)


class Limits(unittest.TestCase):
    PATH = "/v1/casud/surveys/demarches/submissions"

    def test_a_body_of_64_kib_is_read_and_one_byte_more_is_413(self):
        sent = citizen()
        body = json.dumps(sent).encode()
        status, _, reply = WORLD.daemon.submit(body + b" " * (BODY_LIMIT - len(body)))
        self.assertEqual(status, 201, reply)
        body = json.dumps(citizen()).encode()
        status, _, problem = WORLD.daemon.submit(body + b" " * (BODY_LIMIT + 1 - len(body)))
        self.assertEqual(status, 413)
        self.assertEqual(problem["status"], 413)

    def test_the_limit_is_told_before_the_body_is_sent(self):
        reply = WORLD.daemon.raw(f"POST {self.PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                                 f"Content-Length: {BODY_LIMIT + 1}\r\n\r\n".encode())
        self.assertTrue(reply.startswith(b"HTTP/1.1 413 "), reply[:100])

    def test_a_body_without_a_length_is_411(self):
        for field in ("", "Transfer-Encoding: chunked\r\n"):
            with self.subTest(field=field):
                reply = WORLD.daemon.raw(f"POST {self.PATH} HTTP/1.1\r\nHost: x\r\n{field}"
                                         "Content-Type: application/json\r\n\r\n".encode())
                self.assertTrue(reply.startswith(b"HTTP/1.1 411 "), reply[:100])
                self.assertIn(b"application/problem+json", reply)

    def test_another_method_is_405_and_says_which_are_allowed(self):
        status, headers, body = WORLD.daemon.request("GET", self.PATH)
        self.assertEqual(status, 405)
        self.assertIn("POST", headers["Allow"])
        self.assertEqual(headers["Content-Type"].split(";")[0], "application/problem+json")
        self.assertEqual(json.loads(body)["status"], 405)
        status, headers, _ = WORLD.daemon.request("POST", "/livez", b"")
        self.assertEqual(status, 405)
        self.assertIn("GET", headers["Allow"])

    def test_an_unknown_method_is_501(self):
        self.assertTrue(WORLD.daemon.raw(b"BREW / HTTP/1.1\r\nHost: x\r\n\r\n").startswith(b"HTTP/1.1 501 "))

    def test_paths_that_hide_something_are_404(self):
        for path in ("/casud//demarches", "/casud/%64emarches", "/casud/../casud/", "/./casud/", "/nowhere"):
            with self.subTest(path=path):
                self.assertEqual(WORLD.daemon.request("GET", path)[0], 404)


class Verbatim(unittest.TestCase):
    def exported(self, submission_id, survey):
        month = WORLD.cluster.value(
            "SELECT to_char(received_at AT TIME ZONE 'Indian/Reunion', 'YYYY-MM')"
            f" FROM recueil.submission WHERE id = '{submission_id}'")
        out = WORLD.cluster.recueil("export", "submissions", "--month", month).out.decode("utf-8")
        rows = csv.DictReader(io.StringIO(out, newline=""))
        found = [row for row in rows if row["id"] == submission_id]
        self.assertEqual(len(found), 1)
        return [value for value in found[0].values() if value]

    def test_a_difficult_text_comes_out_as_it_went_in(self):
        text = DIFFICULT_TEXT.lstrip("=")  # a cell that a spreadsheet would execute gets an apostrophe
        sent = agent()
        sent["answers"]["texte"] = text
        body = json.dumps(sent, ensure_ascii=False).encode()
        self.assertEqual(WORLD.daemon.submit(body, survey="agents")[0], 201)
        self.assertEqual(json.loads(content(sent["id"]))["answers"]["texte"], text)
        self.assertIn(text, self.exported(sent["id"], "agents"))

    def test_a_formula_is_neutralised_in_the_export_and_kept_in_the_database(self):
        sent = agent()
        sent["answers"]["texte"] = DIFFICULT_TEXT
        self.assertEqual(WORLD.daemon.submit(sent, survey="agents")[0], 201)
        self.assertEqual(json.loads(content(sent["id"]))["answers"]["texte"], DIFFICULT_TEXT)
        self.assertIn("'" + DIFFICULT_TEXT, self.exported(sent["id"], "agents"))

    def test_4000_characters_fit_whatever_their_bytes(self):
        sent = agent()
        sent["answers"]["texte"] = "é😀" * 2000
        body = json.dumps(sent, ensure_ascii=False).encode()
        self.assertEqual(WORLD.daemon.submit(body, survey="agents")[0], 201)


# A failure that only the COMMIT meets.
LATE_FAILURE = """
CREATE FUNCTION public.fail_at_commit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE SQLSTATE '53100' USING MESSAGE = 'no space left';
END $$;
CREATE CONSTRAINT TRIGGER fail_at_commit AFTER INSERT ON recueil.submission
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.fail_at_commit();
"""


class LateFailure(unittest.TestCase):
    def test_what_fails_at_commit_is_not_said_to_be_committed(self):
        sent = [citizen(), citizen(received_at="2026-10-05T09:30:00+04:00")]
        self.addCleanup(WORLD.daemon.wait_ready)
        self.addCleanup(WORLD.cluster.psql, "DROP FUNCTION IF EXISTS public.fail_at_commit() CASCADE")
        WORLD.cluster.psql(LATE_FAILURE)
        for submission in sent:
            _, _, replies = WORLD.daemon.bulk([submission], WORLD.key)
            self.assertEqual(replies[0]["status"], 202, replies)
            self.assertEqual(stored(submission["id"], "1"), [])
        WORLD.cluster.psql("DROP FUNCTION public.fail_at_commit() CASCADE")
        for submission in sent:
            support.until(lambda: stored(submission["id"], "1") == [("1",)], "the spool was drained")


class Bulk(unittest.TestCase):
    def test_a_key_is_wanted(self):
        for key in (None, "", "wrong", WORLD.key + "x", WORLD.key[:-1]):
            with self.subTest(key=key):
                before = total()
                status, headers, problem = WORLD.daemon.bulk([citizen()], key)
                self.assertEqual(status, 401)
                self.assertTrue(headers["WWW-Authenticate"].startswith("Bearer"))
                self.assertEqual(problem["status"], 401)
                self.assertEqual(total(), before)

    def test_the_key_is_asked_for_before_the_body(self):
        reply = WORLD.daemon.raw(b"POST /v1/casud/surveys/demarches/submissions/bulk HTTP/1.1\r\nHost: x\r\n"
                                 b"Content-Type: application/x-ndjson\r\nContent-Length: 4000000\r\n\r\n")
        self.assertTrue(reply.startswith(b"HTTP/1.1 401 "), reply[:100])

    def test_a_revoked_key_opens_nothing(self):
        key = WORLD.cluster.recueil("key", "short-lived").out.decode().split()[-1]
        support.until(lambda: WORLD.daemon.bulk([citizen()], key)[0] == 200, "the new key is known", 15)
        WORLD.cluster.recueil("key", "short-lived", "--revoke")
        support.until(lambda: WORLD.daemon.bulk([citizen()], key)[0] == 401, "the key is revoked", 15)

    def test_each_line_has_its_result(self):
        good, again = citizen(), citizen()
        self.assertEqual(WORLD.daemon.submit(again)[0], 201)
        conflict = {**again, "answers": {"satisfaction": 5}}
        lines = [good, citizen(answers={}), b"{not json", good, conflict, citizen(procedure="lune")]
        status, headers, replies = WORLD.daemon.bulk(lines, WORLD.key)
        self.assertEqual(status, 200)
        self.assertEqual(headers["Content-Type"].split(";")[0], "application/x-ndjson")
        self.assertEqual([reply["line"] for reply in replies], [1, 2, 3, 4, 5, 6])
        self.assertEqual([reply["status"] for reply in replies], [201, 422, 400, 200, 409, 422])
        self.assertEqual(replies[0]["id"], good["id"])
        self.assertEqual(replies[1]["errors"][0]["pointer"].lstrip("#"), "/answers/satisfaction")
        self.assertEqual(stored(good["id"], "state"), [("counted",)])

    def test_a_line_may_say_when_and_how_it_came(self):
        marks = "SELECT count(*) FROM recueil.changed_month WHERE month = '2026-10-01'"
        before = int(WORLD.cluster.value(marks))
        sent = citizen(received_at="2026-10-05T09:30:00+04:00", entry="paper")
        _, _, replies = WORLD.daemon.bulk([sent], WORLD.key)
        self.assertEqual(replies[0]["status"], 201)
        self.assertEqual(stored(sent["id"], "received_at = '2026-10-05 05:30:00Z', entry"), [("t", "paper")])
        self.assertEqual(int(WORLD.cluster.value(marks)), before + 1)

    def test_the_future_is_refused_on_its_line_alone(self):
        later = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=2)).isoformat()
        fine = citizen()
        _, _, replies = WORLD.daemon.bulk(
            [citizen(received_at=later), fine, citizen(received_at="yesterday"), citizen(entry="pigeon")],
            WORLD.key)
        self.assertEqual([reply["status"] for reply in replies], [422, 201, 422, 422])
        self.assertEqual(replies[0]["errors"][0]["pointer"].lstrip("#"), "/received_at")

    def test_only_bulk_may_say_when_it_came(self):
        status, _, problem = WORLD.daemon.submit(citizen(received_at="2026-10-05T09:30:00+04:00"))
        self.assertEqual(status, 422, problem)

    def test_1000_lines_are_taken_and_1001_are_413(self):
        lines = [citizen() for _ in range(BULK_LINES_LIMIT)]
        status, _, replies = WORLD.daemon.bulk(lines, WORLD.key)
        self.assertEqual(status, 200)
        self.assertEqual({reply["status"] for reply in replies}, {201})
        self.assertEqual(len(replies), BULK_LINES_LIMIT)
        before = total()
        status, _, problem = WORLD.daemon.bulk([citizen() for _ in range(BULK_LINES_LIMIT + 1)], WORLD.key)
        self.assertEqual(status, 413, problem)
        self.assertEqual(total(), before)

    def test_a_line_that_is_too_long_is_refused_alone(self):
        long = citizen()
        long["answers"]["texte"] = "x" * 70000
        _, _, replies = WORLD.daemon.bulk([long, citizen()], WORLD.key)
        self.assertIn(replies[0]["status"], (413, 422))
        self.assertEqual(replies[1]["status"], 201)


class Reading(unittest.TestCase):
    PATHS = ("/v1/casud/surveys", "/v1/casud/surveys/demarches", "/v1/casud/surveys/agents",
             "/v1/casud/procedures")

    def test_what_is_published_is_read_with_a_strong_etag(self):
        for path in self.PATHS:
            with self.subTest(path=path):
                status, headers, body = WORLD.daemon.request("GET", path)
                self.assertEqual(status, 200)
                self.assertTrue(headers["Content-Type"].startswith("application/json"))
                self.assertRegex(headers["ETag"], r'^"[^"]+"$')
                json.loads(body)
                status, again, body = WORLD.daemon.request(
                    "GET", path, headers={"If-None-Match": headers["ETag"]})
                self.assertEqual((status, body), (304, b""))
                self.assertEqual(again["ETag"], headers["ETag"])
                status, _, _ = WORLD.daemon.request("GET", path, headers={"If-None-Match": '"other"'})
                self.assertEqual(status, 200)

    def test_the_definition_is_the_published_file(self):
        _, _, body = WORLD.daemon.request("GET", "/v1/casud/surveys/demarches")
        published = json.loads(support.read(f"{WORLD.files}/surveys/demarches.json"))
        definition = json.loads(body)
        for name in ("title", "pages"):
            found = definition.get(name) or definition.get("definition", {}).get(name)
            self.assertEqual(found, published[name])

    def test_the_list_and_the_catalogue_name_what_is_there(self):
        surveys = WORLD.daemon.request("GET", "/v1/casud/surveys")[2].decode()
        self.assertIn("demarches", surveys)
        self.assertIn("agents", surveys)
        catalogue = WORLD.daemon.request("GET", "/v1/casud/procedures")[2].decode()
        self.assertIn("dechets-bac", catalogue)
        self.assertIn("Obtenir ou remplacer un bac à ordures", repr(json.loads(catalogue)))

    def test_head_has_the_headers_and_no_body(self):
        for path in (*self.PATHS, "/casud/demarches", "/livez"):
            with self.subTest(path=path):
                reply = WORLD.daemon.raw(
                    f"HEAD {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
                head, _, body = reply.partition(b"\r\n\r\n")
                self.assertTrue(head.startswith(b"HTTP/1.1 200 "), head)
                self.assertEqual(body, b"")

    def test_unknown_things_are_404_as_problem(self):
        for path in ("/v1/casud/surveys/rien", "/v1/ailleurs/surveys", "/v1/ailleurs/procedures"):
            with self.subTest(path=path):
                status, headers, body = WORLD.daemon.request("GET", path)
                self.assertEqual(status, 404)
                self.assertEqual(headers["Content-Type"].split(";")[0], "application/problem+json")
                self.assertEqual(json.loads(body)["status"], 404)

    def test_the_log_tells_no_answer_and_no_receipt(self):
        sent = citizen(placement="borne-secrete")
        sent["answers"]["texte"] = "phrase-tres-reconnaissable"
        receipt = WORLD.daemon.submit(sent)[2]["receipt"]
        log = WORLD.daemon.log()
        for secret in ("phrase-tres-reconnaissable", receipt, WORLD.key):
            self.assertNotIn(secret, log)


if __name__ == "__main__":
    unittest.main()
