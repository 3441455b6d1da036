# Publishing: what is wrong is named by its place, what is right is served without a restart.
#
# SPDX-License-Identifier: Apache-2.0
import json
import os
import shutil
import unittest

import support
from support import agent, citizen

BAD_INPUT, USAGE = 3, 2


class Check(unittest.TestCase):
    """`publish --check` on a copy of CASUD's files, with one thing wrong and no database anywhere."""

    def setUp(self):
        self.files = support.casud_copy()
        self.addCleanup(shutil.rmtree, os.path.dirname(self.files))
        self.nowhere = support.Cluster()  # never started
        self.addCleanup(shutil.rmtree, self.nowhere.folder)

    def check(self):
        return self.nowhere.recueil("publish", "--check", self.files, check=False)

    def edit(self, name, old, new):
        path = os.path.join(self.files, name)
        text = support.read(path)
        self.assertIn(old, text)
        support.write(path, text.replace(old, new, 1))

    def assert_found(self, *words):
        ran = self.check()
        self.assertEqual(ran.code, BAD_INPUT, ran.said)
        said = ran.said + ran.out.decode()
        for word in words:
            self.assertIn(word, said)

    def test_good_files_need_no_database(self):
        ran = self.check()
        self.assertEqual(ran.code, 0, ran.said)

    def test_the_files_as_shipped_are_good(self):
        ran = self.nowhere.recueil("publish", "--check", support.CASUD, check=False)
        self.assertEqual(ran.code, 0, ran.said)

    def test_a_missing_column(self):
        path = os.path.join(self.files, "procedures.csv")
        support.write(path, support.read(path).replace(",owner,", ",", 1))
        self.assert_found("procedures.csv:1", "owner")

    def test_a_wrong_code_with_its_line_and_column(self):
        self.edit("procedures.csv", "\neau-fuite,", "\nEau Fuite,")
        self.assert_found("procedures.csv:4:1:")

    def test_a_wrong_audience_with_its_line_and_column(self):
        # Line 7; the value begins after code, label, service and owner.
        line = next(line for line in support.read(os.path.join(self.files, "procedures.csv")).splitlines()
                    if line.startswith("dechets-bac,"))
        column = line.index("citizen|applicant|agent") + 1
        self.edit("procedures.csv", line, line.replace("citizen|applicant|agent", "martian|agent"))
        found = self.check()
        self.assertEqual(found.code, BAD_INPUT)
        self.assertRegex(found.said, r"procedures\.csv:7:\d+:")
        self.assertIn("martian", found.said)
        self.assertGreater(column, 1)

    def test_a_bad_encoding(self):
        path = os.path.join(self.files, "procedures.csv")
        with open(path, "rb") as file:
            bytes_ = file.read()
        with open(path, "wb") as file:
            file.write(bytes_.decode("utf-8").encode("latin-1"))
        self.assert_found("procedures.csv:", "UTF-8")

    def test_an_unclosed_quote(self):
        self.edit("procedures.csv", "\neau-fuite,", '\neau-fuite,"')
        self.assert_found("procedures.csv:4", "quote")

    def test_a_code_twice(self):
        self.edit("procedures.csv", "\neau-fuite,", "\neau-facture,")
        self.assert_found("procedures.csv:4:1:", "eau-facture")

    def test_json_errors_with_their_line_and_column(self):
        self.edit("surveys/demarches.json", '"pages": [', '"pages": [,')
        self.assert_found("surveys/demarches.json:")

    def test_survey_errors_with_their_pointer(self):
        for old, new, word in (
                ('"isRequired": true', '"isRequirde": true', "isRequirde"),
                ('"isRequired": true', '"isRequired": "yes"', "isRequired"),
                ('"measure": "channel"', '"measure": "chanel"', "/recueil/measure: "),
                ('"name": "canal"', '"name": "demarche"', "demarche"),
                ('"visibleIf": "{demarche} =', '"visibleIf": "{texte} =', "texte"),
                ('"visibleIf": "{demarche} = \'other\'"', '"visibleIf": "{demarche} = = 1"', "visibleIf"),
                ('"measure": "audience"', '"measure": "procedure"', "procedure"),
                ('"type": "dropdown"', '"type": "slider"', "/type: "),
                ('"value": "delai"', '"value": "lune"', "/choices/0")):
            with self.subTest(new=new):
                path = os.path.join(self.files, "surveys/demarches.json")
                before = support.read(path)
                self.edit("surveys/demarches.json", old, new)
                try:
                    self.assert_found("surveys/demarches.json#/", word)
                finally:
                    support.write(path, before)

    def test_all_that_is_wrong_is_said_at_once(self):
        self.edit("procedures.csv", "\neau-fuite,", "\nEau Fuite,")
        self.edit("surveys/agents.json", '"measure": "audience"', '"measure": "audiance"')
        self.assert_found("procedures.csv:4:1:", "surveys/agents.json#/", "/recueil/measure: ")

    def test_a_folder_that_is_not_there(self):
        ran = self.nowhere.recueil("publish", "--check", "/nowhere/casud", check=False)
        self.assertIn(ran.code, (BAD_INPUT, 1))
        self.assertIn("/nowhere/casud", ran.said)

    def test_wrong_usage(self):
        for arguments in (["publish"], ["publish", "--chekc", self.files], ["nothing-known"], []):
            with self.subTest(arguments=arguments):
                self.assertEqual(self.nowhere.recueil(*arguments, check=False).code, USAGE)


class Publish(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = support.World()
        cls.cluster, cls.daemon, cls.files = cls.world.cluster, cls.world.daemon, cls.world.files

    @classmethod
    def tearDownClass(cls):
        cls.world.end()

    def versions(self):
        return self.cluster.psql("SELECT survey, version FROM recueil.survey_version ORDER BY 1, 2")

    def counts(self):
        return self.cluster.psql(
            "SELECT (SELECT count(*) FROM recueil.survey_version), (SELECT count(*) FROM"
            " recueil.catalogue_version), (SELECT count(*) FROM recueil.collectivity_version),"
            " (SELECT published_version FROM recueil.collectivity)")

    def test_unchanged_files_change_nothing(self):
        before = self.counts()
        self.cluster.publish(self.files)
        self.assertEqual(self.counts(), before)

    def test_bad_files_publish_nothing(self):
        before = self.counts()
        copy = os.path.join(support.folder(), "casud")
        self.addCleanup(shutil.rmtree, os.path.dirname(copy))
        shutil.copytree(self.files, copy)
        path = os.path.join(copy, "procedures.csv")
        support.write(path, support.read(path).replace("\neau-fuite,", "\nEau Fuite,", 1))
        path = os.path.join(copy, "surveys/demarches.json")
        support.write(path, support.read(path).replace("Où en est", "À quel point en est", 1))
        ran = self.cluster.recueil("publish", copy, check=False)
        self.assertEqual(ran.code, BAD_INPUT)
        self.assertEqual(self.counts(), before)

    def test_a_bit_is_for_ever(self):
        path = os.path.join(self.files, "pain-points.csv")
        before = support.read(path)
        self.addCleanup(support.write, path, before)
        support.write(path, before.replace("\n0,delai,", "\n62,delai,", 1))
        counts = self.counts()
        ran = self.cluster.recueil("publish", self.files, check=False)
        self.assertEqual(ran.code, BAD_INPUT)
        self.assertIn("delai", ran.said)
        self.assertEqual(self.counts(), counts)

    def test_a_new_version_is_served_without_a_restart(self):
        path = "/v1/casud/surveys/demarches"
        _, headers, _ = self.daemon.request("GET", path)
        file = os.path.join(self.files, "surveys/demarches.json")
        support.write(file, support.read(file).replace("Où en est cette démarche", "Cette démarche est", 1))
        before = len(self.versions())
        self.cluster.publish(self.files)
        self.assertEqual(len(self.versions()), before + 1)

        def is_served():
            return self.daemon.request("GET", path)[1]["ETag"] != headers["ETag"]

        support.until(is_served, "the new version is served", 12)
        self.assertIn("Cette démarche est", self.daemon.request("GET", "/casud/demarches")[2].decode())
        sent = citizen()
        self.assertEqual(self.daemon.submit(sent)[0], 201)
        self.assertEqual(
            self.cluster.value(f"SELECT version FROM recueil.submission WHERE id = '{sent['id']}'"),
            max((version for survey, version in self.versions() if survey == "demarches"), key=int))

    def test_a_pain_point_that_left_still_counts_in_the_forms_that_were_open(self):
        version = self.cluster.value("SELECT current_version FROM recueil.survey WHERE survey = 'demarches'")
        self.addCleanup(self.cluster.publish, self.files)
        files = {name: support.read(os.path.join(self.files, name))
                 for name in ("pain-points.csv", "surveys/demarches.json", "surveys/agents.json")}
        for name, text in files.items():
            self.addCleanup(support.write, os.path.join(self.files, name), text)
        lines = files["pain-points.csv"].splitlines(keepends=True)
        support.write(os.path.join(self.files, "pain-points.csv"),
                      "".join(line for line in lines if ",pieces," not in line))
        for name in ("surveys/demarches.json", "surveys/agents.json"):
            survey = json.loads(files[name])
            for element in (element for page in survey["pages"] for element in page["elements"]):
                if "choices" in element:
                    element["choices"] = [choice for choice in element["choices"]
                                          if choice != "pieces" and choice.get("value") != "pieces"]
            support.write(os.path.join(self.files, name), json.dumps(survey, ensure_ascii=False))
        self.cluster.publish(self.files)
        support.until(lambda: self.daemon.submit(citizen())[0] == 422, "the code is gone from new forms", 12)
        sent = citizen(version=int(version))
        self.assertEqual(self.daemon.submit(sent)[0], 201)
        self.assertEqual(self.cluster.value(f"SELECT pain_points FROM recueil.submission WHERE id = '{sent['id']}'"),
                         str(1 << 0 | 1 << 2))

    def test_migrate_again_does_nothing(self):
        before = self.cluster.psql("SELECT * FROM recueil.schema_migration ORDER BY 1")
        self.cluster.recueil("migrate")
        self.assertEqual(self.cluster.psql("SELECT * FROM recueil.schema_migration ORDER BY 1"), before)

    def test_the_daemon_s_role_reads_no_answer(self):
        self.assertEqual(self.daemon.submit(agent(), survey="agents")[0], 201)
        for query in ("SELECT content FROM recueil.submission_content",
                      "SELECT satisfaction FROM recueil.submission"):
            with self.assertRaisesRegex(AssertionError, "permission denied"):
                self.cluster.psql(query, user="recueil_daemon")

    def test_a_database_that_is_away_is_said_with_its_remedy(self):
        ran = self.cluster.recueil("aggregate", check=False,
                                   env={"RECUEIL_DATABASE": "host=/nowhere dbname=recueil"})
        self.assertEqual(ran.code, 1)
        self.assertIn("/nowhere", ran.said)

    def test_the_definition_is_kept_as_it_was_written(self):
        written = support.read(os.path.join(self.files, "surveys/agents.json"))
        self.assertEqual(json.loads(self.cluster.value(
            "SELECT definition FROM recueil.survey_version WHERE survey = 'agents' ORDER BY version DESC"
            " LIMIT 1")), json.loads(written))


if __name__ == "__main__":
    unittest.main()
