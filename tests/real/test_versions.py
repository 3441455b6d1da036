# What `recueil publish` leaves in the database: immutable versions, bits that are for ever, entries that
# leave the list and stay, and demonstrations that are never mistaken for answers.
#
# SPDX-License-Identifier: Apache-2.0
import json
import os
import shutil
import subprocess
import unittest

import support


class Versions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = support.Cluster().start()
        cls.addClassCleanup(cls.cluster.remove)

    def setUp(self):
        self.cluster.psql("DROP SCHEMA IF EXISTS recueil CASCADE")
        self.cluster.recueil("migrate")
        self.files = support.casud_copy()
        self.addCleanup(shutil.rmtree, os.path.dirname(self.files))
        self.first = self.publish()

    def publish(self, *options):
        return self.cluster.publish(self.files, *options).out.decode()

    def refused(self, *options):
        ran = self.cluster.recueil("publish", *options, self.files, check=False)
        self.assertEqual((ran.code, ran.out), (3, b""))
        return ran.said

    def path(self, name):
        return os.path.join(self.files, name)

    def edit(self, name, old, new):
        text = support.read(self.path(name))
        self.assertIn(old, text)
        support.write(self.path(name), text.replace(old, new, 1))

    def versions(self):
        return self.cluster.psql("""SELECT survey, version, replaced_at IS NOT NULL FROM recueil.survey_version
                                    ORDER BY survey, version""")

    def value(self, sql):
        return self.cluster.value(sql)

    def everything(self):
        """All that publishing writes, as text to compare."""
        return [self.cluster.psql(f"SELECT t::text FROM recueil.{table} t ORDER BY 1") for table in (
            "collectivity", "collectivity_version", "catalogue_version", "procedure", "pain_point", "commune",
            "service", "choice", "survey", "survey_version")]

    def test_a_first_publication_says_each_thing_done(self):
        self.assertEqual([line.split(": version")[0] for line in self.first.splitlines()],
                         ["casud", "catalogue", "agents", "demarches"])
        self.assertEqual(self.versions(), [("agents", "1", "f"), ("demarches", "1", "f")])
        self.assertEqual(self.value("SELECT published_version FROM recueil.collectivity"), "1")
        for table, name in (("procedure", "procedures.csv"), ("pain_point", "pain-points.csv"),
                            ("commune", "communes.csv"), ("service", "services.csv")):
            rows = self.cluster.psql(f"SELECT code FROM recueil.{table} WHERE listed ORDER BY position")
            lines = support.read(self.path(name)).splitlines()[1:]
            self.assertEqual(len(rows), len(lines), name)
            for (code,), line in zip(rows, lines):
                self.assertIn(code, line.split(",")[:2], name)

    def test_documents_hold_what_the_files_say(self):
        stored = json.loads(self.value("SELECT document FROM recueil.collectivity_version"))
        self.assertEqual(stored["time_zone"], self.value("SELECT time_zone FROM recueil.collectivity"))
        for survey in ("agents", "demarches"):
            self.assertEqual(self.value(f"SELECT definition FROM recueil.survey_version WHERE survey = '{survey}'"),
                             support.read(self.path(f"surveys/{survey}.json")))

    def test_offered_pain_points_are_those_of_the_question(self):
        bits = {code: int(bit) for code, bit in self.cluster.psql("SELECT code, bit FROM recueil.pain_point")}
        for survey in ("agents", "demarches"):
            definition = json.loads(support.read(self.path(f"surveys/{survey}.json")))
            offered = 0
            for page in definition["pages"]:
                for element in page["elements"]:
                    if element.get("recueil", {}).get("measure") == "pain_points":
                        offered = sum(1 << bits[choice["value"]] for choice in element["choices"]
                                      if choice["value"] in bits)
            self.assertGreater(offered, 0)
            self.assertEqual(self.value("SELECT offered_pain_points FROM recueil.survey_version"
                                        f" WHERE survey = '{survey}'"), str(offered))

    def test_publishing_again_writes_nothing(self):
        before = self.everything()
        self.assertEqual(self.publish(), "nothing changed since the last publication\n")
        self.assertEqual(self.everything(), before)

    def test_only_what_changed_gets_a_version(self):
        self.edit("surveys/demarches.json", "How did it go?", "How was it?")
        self.assertEqual(self.publish(), "demarches: version 2 published\n")
        self.assertEqual(self.versions(), [("agents", "1", "f"), ("demarches", "1", "t"), ("demarches", "2", "f")])
        self.assertEqual(self.value("SELECT current_version FROM recueil.survey WHERE survey = 'demarches'"), "2")
        self.assertEqual(self.value("SELECT published_version FROM recueil.collectivity"), "2")
        self.assertEqual(self.value("SELECT count(*) FROM recueil.catalogue_version"), "1")

    def test_an_entry_that_left_the_file_stays_off_the_list(self):
        lines = support.read(self.path("procedures.csv")).splitlines(keepends=True)
        code = lines[-1].split(",")[0]
        support.write(self.path("procedures.csv"), "".join(lines[:-1]))
        self.assertIn("catalogue: version 2 published", self.publish())
        self.assertEqual(self.cluster.psql("SELECT code FROM recueil.procedure WHERE NOT listed"), [(code,)])
        support.write(self.path("procedures.csv"), "".join(lines))
        self.publish()
        self.assertEqual(self.value("SELECT count(*) FROM recueil.procedure WHERE NOT listed"), "0")

    def test_a_survey_whose_file_is_gone_is_closed_and_can_come_back(self):
        kept = support.read(self.path("surveys/agents.json"))
        os.unlink(self.path("surveys/agents.json"))
        self.assertEqual(self.publish(), "agents: no longer published, its file is gone\n")
        self.assertEqual(self.cluster.psql("SELECT survey, listed FROM recueil.survey ORDER BY 1"),
                         [("agents", "f"), ("demarches", "t")])
        self.assertEqual(self.versions()[0], ("agents", "1", "t"))
        self.assertEqual(self.publish(), "nothing changed since the last publication\n")
        support.write(self.path("surveys/agents.json"), kept)
        self.assertEqual(self.publish(), "agents: version 2 published\n")
        self.assertEqual(self.versions()[:2], [("agents", "1", "t"), ("agents", "2", "f")])

    def test_choices_keep_their_bits_and_new_ones_take_the_next(self):
        before = dict(self.cluster.psql("SELECT measure || '/' || code, bit FROM recueil.choice"))
        definition = json.loads(support.read(self.path("surveys/agents.json")))
        for page in definition["pages"]:
            for element in page["elements"]:
                if element.get("recueil", {}).get("measure") == "tools":
                    element["choices"].insert(0, {"value": "pigeon", "text": {"fr": "Pigeon", "en": "Pigeon"}})
        support.write(self.path("surveys/agents.json"), json.dumps(definition, ensure_ascii=False))
        self.publish()
        after = dict(self.cluster.psql("SELECT measure || '/' || code, bit FROM recueil.choice"))
        new = after.pop("tools/pigeon")
        self.assertEqual(after, before)
        self.assertEqual(int(new), sum(key.startswith("tools/") for key in before))

    def test_a_class_never_changes(self):
        self.cluster.psql("UPDATE recueil.survey SET class = 'external' WHERE survey = 'agents'")
        self.assertIn("surveys/agents.json: ", self.refused())

    def test_a_bit_of_a_code_that_left_is_not_given_again(self):
        lines = support.read(self.path("pain-points.csv")).splitlines(keepends=True)
        before = self.everything()
        self.cluster.psql("UPDATE recueil.pain_point SET code = 'ancien', listed = false WHERE bit = 24")
        self.assertIn("pain-points.csv: bit 24 belongs to ancien", self.refused())
        self.cluster.psql("UPDATE recueil.pain_point SET code = 'coordination', listed = true WHERE bit = 24")
        self.assertEqual(self.everything(), before)
        self.assertIn("24", lines[-1])

    def test_two_at_once_publish_once(self):
        self.edit("surveys/demarches.json", "How did it go?", "How was it?")
        command = [os.path.join(support.BUILD, "recueil"), "publish", self.files]
        env = support.environment({"RECUEIL_CONFIG": self.cluster.config})
        running = [subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                   for _ in range(3)]
        said = sorted(process.communicate(timeout=120)[0] for process in running)
        self.assertEqual([process.returncode for process in running], [0, 0, 0])
        self.assertEqual(said, [b"demarches: version 2 published\n"]
                         + [b"nothing changed since the last publication\n"] * 2)

    def test_a_second_collectivity_takes_the_next_number(self):
        other = os.path.join(os.path.dirname(self.files), "autre")
        shutil.copytree(self.files, other)
        document = json.loads(support.read(os.path.join(other, "collectivity.json")))
        document["slug"] = "autre"
        support.write(os.path.join(other, "collectivity.json"), json.dumps(document, ensure_ascii=False))
        self.cluster.publish(other)
        self.assertEqual(self.cluster.psql("SELECT collectivity_id, slug FROM recueil.collectivity ORDER BY 1"),
                         [("1", "casud"), ("2", "autre")])
        ran = self.cluster.recueil("aggregate", check=False)
        self.assertEqual(ran.code, 2)
        self.assertIn("--collectivity", ran.said)
        self.cluster.recueil("aggregate", "--collectivity", "autre")

    def test_a_demonstration_stays_one_and_real_answers_never_become_one(self):
        self.assertIn("demonstration", self.publish("--simulated"))
        self.assertEqual(self.value("SELECT simulated FROM recueil.collectivity"), "t")
        self.cluster.psql("INSERT INTO recueil.submission (collectivity_id, id, content_hash, state)"
                          " VALUES (1, gen_random_uuid(), '', 'counted')")
        self.publish("--simulated")
        self.publish()
        self.assertEqual(self.value("SELECT simulated FROM recueil.collectivity"), "t")
        self.cluster.psql("UPDATE recueil.collectivity SET simulated = false")
        self.assertIn("real submissions", self.refused("--simulated"))
        self.assertEqual(self.value("SELECT simulated FROM recueil.collectivity"), "f")

    def test_a_new_time_zone_is_taken_and_its_consequence_told(self):
        self.edit("collectivity.json", "Indian/Reunion", "Europe/Paris")
        self.assertIn("recueil aggregate --all", self.publish())
        self.assertEqual(self.value("SELECT time_zone FROM recueil.collectivity"), "Europe/Paris")


if __name__ == "__main__":
    unittest.main()
