# Withdrawing an answer with its receipt: over HTTP and by the command line, with a real PostgreSQL. What is
# left of it says that it was withdrawn and nothing else.
#
# SPDX-License-Identifier: Apache-2.0
import concurrent.futures
import datetime
import hashlib
import hmac
import json
import unittest
import uuid

import support

KEPT = {"collectivity_id", "id", "content_hash", "state"}
DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def receipt_of(secret, collectivity, submission_id, content_hash):
    """The receipt as design says: 16 characters of Crockford base32 of an HMAC with the receipt key."""
    key = hmac.new(secret, b"receipt", hashlib.sha256).digest()
    parts = (collectivity.encode(), uuid.UUID(submission_id).bytes, content_hash)
    text = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    number = int.from_bytes(hmac.new(key, text, hashlib.sha256).digest()[:10], "big")
    return "".join(DIGITS[number >> shift & 31] for shift in range(75, -5, -5))


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = support.World()
        cls.addClassCleanup(cls.world.end)
        cls.cluster = cls.world.cluster
        cls.daemon = cls.world.daemon

    def setUp(self):
        # Ready, it may still spool what comes before its first connection, or after an outage.
        support.until(lambda: self.daemon.submit(support.citizen())[0] == 201, "a submission is stored at once")

    def sent(self, **changes):
        """A stored submission and its receipt."""
        submission = support.citizen(**changes)
        status, _, reply = self.daemon.submit(submission)
        self.assertEqual(status, 201, reply)
        return submission, reply["receipt"]

    def withdraw(self, submission_id, receipt, collectivity="casud", headers=None):
        body = receipt if isinstance(receipt, bytes) else json.dumps({"receipt": receipt}).encode()
        status, got, reply = self.daemon.request(
            "POST", f"/v1/{collectivity}/submissions/{submission_id}/withdrawal", body,
            {"Content-Type": "application/json", **(headers or {})})
        return status, got, json.loads(reply)

    def row(self, submission_id):
        return json.loads(self.cluster.value(
            f"SELECT to_jsonb(s) FROM recueil.submission s WHERE id = '{submission_id}'"))

    def content_count(self, submission_id):
        return self.cluster.value(
            f"SELECT count(*) FROM recueil.submission_content WHERE id = '{submission_id}'")

    def assert_there(self, submission_id):
        self.assertEqual(self.row(submission_id)["state"], "counted")
        self.assertEqual(self.content_count(submission_id), "1")

    def assert_erased(self, submission_id, content_hash=None):
        row = self.row(submission_id)
        self.assertEqual(row["state"], "withdrawn")
        self.assertEqual({name for name, value in row.items() if value is not None}, KEPT)
        self.assertEqual(self.content_count(submission_id), "0")
        if content_hash is not None:
            self.assertEqual(row["content_hash"], content_hash)

    def marks(self):
        return self.cluster.psql("SELECT month, mark FROM recueil.changed_month ORDER BY month, mark")

    def earlier(self):
        """A stored submission of an earlier month, its receipt and that month's first day."""
        day = datetime.date.today().replace(day=1) - datetime.timedelta(days=20)
        line = support.citizen(received_at=f"{day}T12:00:00+04:00")
        status, _, replies = self.daemon.bulk([line], self.world.key)
        self.assertEqual((status, replies[0]["status"]), (200, 201))
        return line, replies[0]["receipt"], str(day.replace(day=1))


class OverHttp(Case):
    def test_a_receipt_erases_what_it_was_given_for(self):
        submission, receipt = self.sent(answers={"satisfaction": 1, "issue": "done", "irritants": ["delai"],
                                                 "texte": "trop long"})
        before = self.row(submission["id"])
        status, headers, reply = self.withdraw(submission["id"], receipt)
        self.assertEqual((status, reply), (200, {"id": submission["id"], "withdrawn": True}))
        self.assertEqual(headers["Cache-Control"], "no-store")
        self.assert_erased(submission["id"], before["content_hash"])

    def test_again_is_as_good_as_once(self):
        submission, receipt = self.sent()
        for _ in range(2):
            self.assertEqual(self.withdraw(submission["id"], receipt)[0], 200)
        self.assert_erased(submission["id"])

    def test_a_late_retry_of_what_was_withdrawn_finds_it_gone(self):
        submission, receipt = self.sent()
        self.assertEqual(self.withdraw(submission["id"], receipt)[0], 200)
        for resent in (submission, {**submission, "channel": "online"}):
            status, _, reply = self.daemon.submit(resent)
            self.assertEqual((status, reply["id"]), (410, submission["id"]))
        self.assert_erased(submission["id"])

    def test_the_receipt_is_taken_as_people_write_it(self):
        for form in ("{id}.{receipt}", "{lower}", "{id}.{lower}", "{spaced}"):
            submission, receipt = self.sent()
            given = form.format(id=submission["id"], receipt=receipt, lower=receipt.lower(),
                                spaced=" ".join(receipt[i:i + 4] for i in range(0, 16, 4)))
            with self.subTest(given=form):
                self.assertEqual(self.withdraw(submission["id"].upper(), given)[0], 200)
                self.assert_erased(submission["id"])

    def test_another_receipt_changes_nothing_and_tells_nothing(self):
        submission, receipt = self.sent()
        _, other = self.sent()
        near = receipt[:-1] + ("0" if receipt[-1] != "0" else "1")
        for wrong in (other, near):
            status, headers, reply = self.withdraw(submission["id"], wrong, headers={"Accept-Language": "fr"})
            self.assertEqual(status, 403)
            self.assertEqual(headers["Content-Type"], "application/problem+json")
            self.assertEqual(set(reply), {"type", "title", "status", "detail", "id"})
            self.assertIn("Ce reçu n'est pas celui de cette réponse", reply["detail"])
        self.assert_there(submission["id"])
        self.assertEqual(self.withdraw(submission["id"], receipt)[0], 200)
        self.assertEqual(self.withdraw(submission["id"], other)[0], 403, "withdrawn, and still not theirs")

    def test_an_id_that_is_not_there_may_be_on_its_way(self):
        _, receipt = self.sent()
        status, _, reply = self.withdraw(support.new_id(), receipt, headers={"Accept-Language": "en"})
        self.assertEqual(status, 404)
        self.assertIn("may still be on its way", reply["detail"])
        status, _, reply = self.withdraw(support.new_id(), receipt, headers={"Accept-Language": "fr"})
        self.assertIn("encore en route", reply["detail"])

    def test_what_is_no_address_of_a_submission_is_told(self):
        submission, receipt = self.sent()
        self.assertEqual(self.withdraw("essai", receipt)[0], 404)
        self.assertEqual(self.withdraw(submission["id"], receipt, collectivity="ailleurs")[0], 404)
        status, headers, _ = self.daemon.request("GET", f"/v1/casud/submissions/{submission['id']}/withdrawal")
        self.assertEqual((status, headers["Allow"]), (405, "POST"))
        self.assert_there(submission["id"])

    def test_a_body_that_does_not_fit_is_told(self):
        submission, receipt = self.sent()
        for body, status, code in (
                (b"", 400, None), (b"{", 400, None), (b"[]", 400, None), (b"\"" + receipt.encode() + b"\"", 400, None),
                (b"\xff\xfe", 400, None), (b"{\"receipt\":\"a\",\"receipt\":\"b\"}", 400, None),
                (b"[" * 4000, 400, None),
                (b"{}", 422, "required"), (b"{\"receipt\":null}", 422, "required"),
                (b"{\"receipt\":12}", 422, "wrong-type"), (b"{\"receipt\":\"\"}", 422, "malformed"),
                (b"{\"receipt\":\"0123\"}", 422, "malformed"), (b"{\"receipt\":\"\\u0000\"}", 400, None),
                (json.dumps({"receipt": f"{support.new_id()}.{receipt}"}).encode(), 422, "malformed"),
                (json.dumps({"receipt": receipt, "reason": "x"}).encode(), 422, "unknown-member"),
                (b" " * 5000, 413, None)):
            with self.subTest(body=body[:60]):
                got, headers, reply = self.withdraw(submission["id"], body)
                self.assertEqual(got, status, reply)
                self.assertEqual(headers["Content-Type"], "application/problem+json")
                self.assertEqual([error["code"] for error in reply.get("errors", [])], [code] if code else [])
        self.assertEqual(self.withdraw(submission["id"], receipt, headers={"Content-Type": "text/plain"})[0], 415)
        self.assert_there(submission["id"])

    def test_an_earlier_month_is_counted_again(self):
        line, receipt, month = self.earlier()
        self.cluster.recueil("aggregate")
        self.assertEqual(self.marks(), [])
        count = f"SELECT sum(respondents) FROM recueil.rollup WHERE month = '{month}'"
        counted = int(self.cluster.value(count))
        self.assertEqual(self.withdraw(line["id"], receipt)[0], 200)
        self.assert_erased(line["id"])
        (marked, mark), = self.marks()
        self.assertEqual(marked, month)
        self.assertNotEqual(mark, line["id"], "an aggregation under way may have read the mark of the insert")
        self.cluster.recueil("aggregate")
        self.assertEqual(int(self.cluster.value(count) or 0), counted - 1)

    def test_the_current_month_needs_no_mark(self):
        submission, receipt = self.sent()
        self.cluster.psql("DELETE FROM recueil.changed_month")
        self.assertEqual(self.withdraw(submission["id"], receipt)[0], 200)
        self.assertEqual(self.marks(), [])

    def test_a_sealed_month_has_nothing_left_to_withdraw(self):
        line, receipt, month = self.earlier()
        self.cluster.psql(f"INSERT INTO recueil.sealed_month VALUES (1, 'demarches', '{month}', now())")
        self.addCleanup(self.cluster.psql, "DELETE FROM recueil.sealed_month")
        _, other = self.sent()
        status, _, reply = self.withdraw(line["id"], receipt, headers={"Accept-Language": "fr"})
        self.assertEqual((status, [error["code"] for error in reply["errors"]]), (410, ["anonymised"]))
        self.assertIn("rendues anonymes", reply["detail"])
        self.assertEqual(self.withdraw(line["id"], other)[0], 403, "who has no receipt learns of no seal")
        self.assert_there(line["id"])

    def test_the_seal_of_another_survey_or_month_does_not_matter(self):
        line, receipt, month = self.earlier()
        self.cluster.psql(f"INSERT INTO recueil.sealed_month VALUES (1, 'agents', '{month}', now()),"
                          " (1, 'demarches', '2020-01-01', now())")
        self.addCleanup(self.cluster.psql, "DELETE FROM recueil.sealed_month")
        self.assertEqual(self.withdraw(line["id"], receipt)[0], 200)

    def test_a_quarantined_content_is_erased_by_its_own_receipt_only(self):
        submission, receipt = self.sent()
        with open(f"{self.cluster.folder}/secret", "rb") as file:
            secret = file.read()
        stored = bytes.fromhex(self.row(submission["id"])["content_hash"][2:])
        self.assertEqual(receipt_of(secret, "casud", submission["id"], stored), receipt)
        other_hash = bytes(range(16))
        self.cluster.psql(
            "INSERT INTO recueil.quarantine VALUES"
            f" (1, '{submission['id']}', '\\x{other_hash.hex()}', 'conflict', '2026-10-05', '{{}}', 'bonjour')")
        held = f"SELECT reason, \"row\", convert_from(content, 'UTF8') FROM recueil.quarantine WHERE id = '{submission['id']}'"
        self.assertEqual(self.withdraw(submission["id"], "0" * 16)[0], 403)
        self.assertEqual(self.cluster.psql(held), [("conflict", "{}", "bonjour")])
        its_receipt = receipt_of(secret, "casud", submission["id"], other_hash)
        for _ in range(2):
            self.assertEqual(self.withdraw(submission["id"], its_receipt)[0], 200)
        self.assertEqual(self.cluster.psql(held), [("withdrawn", None, None)])
        self.assert_there(submission["id"])

    def test_many_at_once_all_get_their_answer(self):
        line, receipt, _ = self.earlier()
        self.cluster.psql("DELETE FROM recueil.changed_month")
        others = [self.sent() for _ in range(10)]
        with concurrent.futures.ThreadPoolExecutor(30) as pool:
            same = [pool.submit(self.withdraw, line["id"], receipt) for _ in range(10)]
            own = [pool.submit(self.withdraw, submission["id"], secret) for submission, secret in others]
            wrong = [pool.submit(self.withdraw, submission["id"], "0" * 16) for submission, _ in others]
            self.assertEqual({asked.result()[0] for asked in same + own}, {200})
            self.assertEqual({asked.result()[0] for asked in wrong}, {403})
        self.assertEqual(len(self.marks()), 1)
        for submission, _ in others:
            self.assert_erased(submission["id"])

    def test_no_receipt_stands_in_the_log(self):
        submission, receipt = self.sent()
        self.withdraw(submission["id"], receipt)
        self.withdraw(submission["id"], "0123456789ABCDEF")
        self.assertNotIn(receipt, self.daemon.log())
        self.assertNotIn("0123456789ABCDEF", self.daemon.log())


class DatabaseAway(Case):
    def test_it_is_told_to_try_again_and_then_works(self):
        submission, receipt = self.sent()
        self.cluster.stop()
        status, headers, reply = self.withdraw(submission["id"], receipt, headers={"Accept-Language": "fr"})
        self.cluster.start()
        self.assertEqual(status, 503)
        self.assertEqual(headers["Retry-After"], "5")
        self.assertIn("Le retrait n'a pas pu être fait", reply["detail"])
        self.assert_there(submission["id"])
        support.until(lambda: self.withdraw(submission["id"], receipt)[0] == 200, "the withdrawal is done")
        self.assert_erased(submission["id"])


class ByCommand(Case):
    def recueil(self, *words):
        return self.cluster.recueil("withdraw", *words, check=False)

    def test_a_receipt_erases_what_it_was_given_for(self):
        submission, receipt = self.sent()
        ran = self.recueil(submission["id"], f"{submission['id']}.{receipt.lower()}")
        self.assertEqual((ran.code, ran.out.decode(), ran.said),
                         (0, f"submission {submission['id']}: withdrawn\n", ""))
        self.assert_erased(submission["id"])
        ran = self.recueil(submission["id"], receipt)
        self.assertEqual((ran.code, ran.out.decode()), (0, f"submission {submission['id']}: withdrawn before\n"))

    def test_what_does_not_fit_is_told_with_3(self):
        submission, receipt = self.sent()
        for words, says in (((submission["id"], "0" * 16), "not its receipt"),
                            ((support.new_id(), receipt), "recueil status"),
                            (("essai", receipt), "no id of a submission"),
                            ((submission["id"], "essai"), "16 letters and digits"),
                            ((submission["id"], receipt, "--collectivity", "ailleurs"), "ailleurs")):
            with self.subTest(words=words):
                ran = self.recueil(*words)
                self.assertEqual((ran.code, ran.out), (3, b""))
                self.assertIn(says, ran.said)
                self.assertNotIn(receipt, ran.said)
        self.assert_there(submission["id"])

    def test_a_call_that_makes_no_sense_is_told_with_2(self):
        for words in ((), (support.new_id(),), (support.new_id(), "0" * 16, "x")):
            self.assertEqual(self.recueil(*words).code, 2)

    def test_a_sealed_month_is_told_with_1(self):
        line, receipt, month = self.earlier()
        self.cluster.psql(f"INSERT INTO recueil.sealed_month VALUES (1, 'demarches', '{month}', now())")
        self.addCleanup(self.cluster.psql, "DELETE FROM recueil.sealed_month")
        ran = self.recueil(line["id"], receipt)
        self.assertEqual(ran.code, 1)
        self.assertIn("anonymised", ran.said)
        self.assert_there(line["id"])

    def test_a_database_that_is_away_is_told_with_1(self):
        submission, receipt = self.sent()
        self.cluster.stop()
        ran = self.recueil(submission["id"], receipt)
        self.cluster.start()
        self.daemon.wait_ready()
        self.assertEqual(ran.code, 1)
        self.assertIn("does not answer", ran.said)


if __name__ == "__main__":
    unittest.main()
