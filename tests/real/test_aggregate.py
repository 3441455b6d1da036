# What `recueil aggregate` makes of submissions, figure by figure against the same counted in Python from
# the rows themselves; and the CSV that `recueil export` makes of the figures, byte by byte.
#
# SPDX-License-Identifier: Apache-2.0
import collections
import json
import random
import re
import subprocess
import unittest

import support

PAIN_BITS = 63
EXCLUSION = 1 << 9 | 1 << 15
MINUTES = [0, 3, 8, 13, 18, 26, 38, 53, 76, 106, 151, 211, 331, 481]
MINUTES_PER_FILE = MINUTES + [961, 1921]
DAYS = [0, 1, 2, 4, 8, 15, 22, 31, 46, 61, 91, 121, 181, 366]
CHANNELS = ["online", "desk", "phone", "mail", "home"]
KEY = ["survey", "procedure", "audience", "phase", "channel", "entry"]

SURVEY = {
    "title": {"fr": "Essai"},
    "recueil": {"slug": "demarches", "audience": "external", "phase": "before", "access": "open",
                "procedures": "catalogue", "retention_months": 24},
    "pages": [{"name": "une", "title": {"fr": "Page"}, "elements": [
        {"type": "dropdown", "name": "demarche", "title": {"fr": "Laquelle ?"}, "isRequired": True,
         "choices": [{"value": "other", "text": {"fr": "Autre"}}], "recueil": {"measure": "procedure"}},
        {"type": "rating", "name": "satisfaction", "title": {"fr": "Comment ?"},
         "rateMin": 1, "rateMax": 5, "recueil": {"measure": "satisfaction"}},
        {"type": "checkbox", "name": "irritants", "title": {"fr": "Quoi ?"},
         "choices": [{"value": "delai", "text": {"fr": "Long"}}, {"value": "cout", "text": {"fr": "Cher"}}],
         "recueil": {"measure": "pain_points"}},
        {"type": "comment", "name": "texte", "title": {"fr": "Vos mots"},
         "recueil": {"measure": "verbatim"}},
    ]}],
}


def quote(value):
    if value is None:
        return "NULL"
    return "'" + str(value).replace("'", "''") + "'"


def insert(cluster, table, rows):
    """Rows are objects; a column that a row does not have is null."""
    for at in range(0, len(rows), 200):
        part = rows[at:at + 200]
        columns = sorted({name for row in part for name in row})
        values = ", ".join("(" + ", ".join(quote(row.get(name)) for name in columns) + ")" for row in part)
        cluster.psql(f"INSERT INTO recueil.{table} ({', '.join(columns)}) VALUES {values}")


def publish_by_hand(cluster):
    insert(cluster, "collectivity", [{"collectivity_id": 1, "slug": "essai", "time_zone": "Indian/Reunion"}])
    insert(cluster, "procedure", [
        {"collectivity_id": 1, "code": code, "position": place, "listed": "true", "label": label,
         "service": "Service des essais", "owner": "", "audiences": "{citizen}", "channels": "{desk}",
         "online_url": "", "theme": ""}
        for place, (code, label) in enumerate([("zebre", "Déclarer un zèbre"), ("acte", 'Demander un "acte"')])])
    insert(cluster, "pain_point", [
        {"collectivity_id": 1, "code": code, "bit": bit, "position": bit, "listed": "true", "nature": nature,
         "audience": "all", "short_label": code, "label": label, "label_rcf": "", "help": ""}
        for code, bit, nature, label in [("delai", 0, "organisation", "C'est trop long"),
                                         ("cout", 12, "access", "=Trop cher"),
                                         ("numerique", 9, "exclusion", "Numérique difficile"),
                                         ("langue", 15, "exclusion", "Langue"),
                                         ("dernier", 62, "skills", "Le dernier bit")]])
    insert(cluster, "survey", [
        {"collectivity_id": 1, "survey": "demarches", "class": "external", "current_version": 2, "listed": "true"},
        {"collectivity_id": 1, "survey": "agents", "class": "internal", "current_version": 1, "listed": "true"}])
    insert(cluster, "survey_version", [
        {"collectivity_id": 1, "survey": survey, "version": version, "class": kind, "published_at": "2026-01-01",
         "offered_pain_points": offered, "definition": json.dumps(SURVEY)}
        for survey, version, kind, offered in [("demarches", 1, "external", 1 << 0 | 1 << 9),
                                               ("demarches", 2, "external", 1 << 0 | 1 << 9 | 1 << 12 | 1 << 15),
                                               ("agents", 1, "internal", 1 << 0 | 1 << 62)]])


def submission(**changes):
    row = {"collectivity_id": 1, "id": support.new_id(), "received_at": "2026-10-05T09:30:00Z",
           "content_hash": "\\x00", "survey": "demarches", "version": 2, "procedure": "zebre",
           "audience": "citizen", "phase": "before", "channel": "desk", "entry": "form",
           "language": "fr", "state": "counted"}
    row.update(changes)
    return row


def random_submission(chance, month):
    """One with every measure now and then, also at the edges of the bins."""
    def sometimes(values, share=0.7):
        return chance.choice(list(values)) if chance.random() < share else None

    inside = chance.random() < 0.4
    survey, version = ("agents", 1) if inside else ("demarches", chance.choice([1, 2]))
    offered = {("agents", 1): [0, 62], ("demarches", 1): [0, 9], ("demarches", 2): [0, 9, 12, 15]}
    bits = offered[(survey, version)]
    row = submission(
        survey=survey, version=version, received_at=f"{month}-{chance.randint(2, 27)}T12:00:00Z",
        procedure=sometimes(["zebre", "acte", "other"], 0.9),
        audience=sometimes(["agent", "partner"] if inside else ["citizen", "applicant"], 0.9),
        phase=sometimes(["before", "after"], 0.9), channel=sometimes(CHANNELS), entry=sometimes(["form", "paper"]),
        state=chance.choice(["counted"] * 8 + ["set_aside", "prefilled"]),
        pain_points=sum(1 << bit for bit in bits if chance.random() < 0.3) if chance.random() < 0.8 else None,
        coded_pain_points=sum(1 << bit for bit in [0, 9, 12, 62] if chance.random() < 0.4)
        if chance.random() < 0.3 else None,
        satisfaction=sometimes(range(1, 6)), effort=sometimes(range(1, 6)), clarity=sometimes(range(1, 6)),
        digital_comfort=sometimes(range(1, 5)), minutes=sometimes(MINUTES + [2, 7, 480, 482, 9000]),
        visits=sometimes([0, 1, 2, 3, 4, 5, 6, 11, 400]), preferred_channel=sometimes(CHANNELS),
        completed=sometimes(["done", "pending", "given_up"]),
        help=sometimes(["none", "helped", "unmet", "proxy"]), commune=sometimes(["97422", "ailleurs"]))
    if inside:
        row.update(
            service=sometimes(["eau", "spanc"]), files_per_month=sometimes([0, 3, 40, 40, 1000000]),
            minutes_per_file=sometimes(MINUTES_PER_FILE + [960, 100000]),
            elapsed_days=sometimes(DAYS + [3, 7, 365, 10000]), rekeying=sometimes(range(11)),
            returned=sometimes(range(11)), handoffs=sometimes([0, 1, 9, 10, 11, 1000]),
            change_readiness=sometimes(range(1, 5)),
            tools=sometimes([0, 1, 5, 1 << 62, 1 << 62 | 3]), calendar=sometimes([0, 2]),
            means=sometimes([0, 6]), training_need=sometimes([0, 9, 1 << 62]),
            believed_pain_points=sometimes([0, 1, 1 << 62 | 1]),
            actors=sometimes([0, 0x21, 0xF0000000000000F, 0xFFFFFFFFFFFFFFF]))
    return row


def bins(values, edges):
    counts = [0] * len(edges)
    for value in values:
        counts[max(place for place, edge in enumerate(edges) if value >= edge)] += 1
    return counts


def tally(values, places):
    return [sum(1 for value in values if value == place) for place in places]


def has(mask, bit):
    return mask is not None and mask >> bit & 1 == 1


def is_excluded(row):
    return (((row["pain_points"] or 0) | (row["coded_pain_points"] or 0)) & EXCLUSION != 0
            or row["digital_comfort"] == 1
            or row["channel"] == "online" and (row["help"] in ("helped", "unmet", "proxy")
                                               or row["completed"] == "given_up"))


def pains(row, offered):
    """Ticked, or coded where the version offers the code; None when not asked."""
    if row["pain_points"] is None:
        return None
    return row["pain_points"] | (row["coded_pain_points"] or 0) & offered[(row["survey"], row["version"])]


def expected_rollup(rows, offered):
    internal = rows[0]["survey"] == "agents"

    def given(name):
        return [row[name] for row in rows if row[name] is not None]

    asked = [row for row in rows if row["pain_points"] is not None]
    done = [row for row in rows if row["completed"] == "done"]
    return {
        "class": "internal" if internal else "external",
        "respondents": len(rows),
        "satisfaction": tally(given("satisfaction"), range(1, 6)),
        "effort": tally(given("effort"), range(1, 6)),
        "clarity": tally(given("clarity"), range(1, 6)),
        "digital_comfort": tally(given("digital_comfort"), range(1, 5)),
        "change_readiness": tally(given("change_readiness"), range(1, 5)),
        "completion": [sum(row["help"] in ("none", "unmet") for row in done),
                       sum(row["help"] in ("helped", "proxy") for row in done),
                       given("completed").count("given_up")],
        "minutes": bins(given("minutes"), MINUTES),
        "minutes_sum": sum(min(value, 480) for value in given("minutes")),
        "visits": tally([min(value, 5) for value in given("visits")], range(6)),
        "visits_sum": sum(min(value, 10) for value in given("visits")),
        "preferred_channel": tally(given("preferred_channel"), CHANNELS),
        "asked": len(asked),
        "in_pain": sum(pains(row, offered) > 0 for row in asked),
        "excluded": 0 if internal else sum(map(is_excluded, rows)),
        "pain_asked": [sum(has(offered[(row["survey"], row["version"])], bit) for row in asked)
                       for bit in range(PAIN_BITS)],
        "mentions": [sum(has(row["pain_points"], bit) for row in asked) for bit in range(PAIN_BITS)],
        "coded": [sum(has(pains(row, offered), bit) and not has(row["pain_points"], bit) for row in asked)
                  for bit in range(PAIN_BITS)],
        "believed_asked": len(given("believed_pain_points")),
        "files_per_month": sorted(given("files_per_month")),
        "minutes_per_file": bins(given("minutes_per_file"), MINUTES_PER_FILE),
        "minutes_per_file_sum": sum(given("minutes_per_file")),
        "elapsed_days": bins(given("elapsed_days"), DAYS),
        "elapsed_days_sum": sum(given("elapsed_days")),
        "rekeying": tally(given("rekeying"), range(11)),
        "returned": tally(given("returned"), range(11)),
        "handoffs": tally([min(value, 10) for value in given("handoffs")], range(11)),
    }


def expected_details(row):
    """The (aspect, code, other) that one submission adds 1 to."""
    found = []
    for aspect in ("tools", "calendar", "means", "training_need", "believed_pain_points"):
        if row[aspect] is not None:
            found.append((aspect, -1, -1))
            found += [(aspect, bit, -1) for bit in range(63) if has(row[aspect], bit)]
    if row["actors"] is not None:
        found.append(("actors", -1, -1))
        for step in range(15):
            actor = row["actors"] >> 4 * step & 15
            if actor > 0:
                found.append(("actors", step, actor - 1))
    if (row["rekeying"] or 0) > 0 and row["tools"] is not None:
        used = [bit for bit in range(63) if has(row["tools"], bit)]
        found.append(("rekeyed_tools", -1, -1))
        found += [("rekeyed_tools", one, other) for one in used for other in used if one < other]
    if row["completed"] is not None or row["help"] is not None:
        words = (["done", "pending", "given_up"], ["none", "helped", "unmet", "proxy"])
        found.append(("completed_help", *(-1 if word is None else words[i].index(word)
                                          for i, word in enumerate((row["completed"], row["help"])))))
    return found


def objects(cluster, sql):
    return [json.loads(row[0]) for row in cluster.psql(f"SELECT row_to_json(r) FROM ({sql}) AS r")]


class Aggregation(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = support.Cluster().start()
        cls.addClassCleanup(cls.cluster.remove)
        cls.cluster.recueil("migrate")
        publish_by_hand(cls.cluster)

    def setUp(self):
        self.cluster.psql("""
            DELETE FROM recueil.submission_content; DELETE FROM recueil.submission;
            DELETE FROM recueil.changed_month; DELETE FROM recueil.sealed_month;
            DELETE FROM recueil.rollup; DELETE FROM recueil.rollup_detail;
            DELETE FROM recueil.rollup_partition; DELETE FROM recueil.rollup_left_out""")

    def add(self, rows):
        insert(self.cluster, "submission", rows)

    def aggregate(self, *options):
        return self.cluster.recueil("aggregate", *options).out.decode()

    def figures(self):
        """All that was computed, as text to compare."""
        return [self.cluster.psql(f"SELECT t::text FROM recueil.{table} t ORDER BY 1")
                for table in ("rollup", "rollup_detail", "rollup_partition", "rollup_left_out")]

    def test_each_figure_is_what_the_rows_say(self):
        chance = random.Random(974)
        self.add([random_submission(chance, month) for month in ("2026-08", "2026-09", "2026-10")
                  for _ in range(150)])
        self.aggregate("--all")
        rows = objects(self.cluster, """SELECT *, to_char(received_at AT TIME ZONE 'Indian/Reunion', 'YYYY-MM-01')
                                        AS month FROM recueil.submission""")
        offered = {(survey, int(version)): int(mask) for survey, version, mask in self.cluster.psql(
            "SELECT survey, version, offered_pain_points FROM recueil.survey_version")}
        counted = [row for row in rows if row["state"] == "counted"]

        groups = collections.defaultdict(list)
        details = collections.Counter()
        for row in counted:
            key = (row["month"], *(row[part] or "-" for part in KEY))
            groups[key].append(row)
            details.update((key, *detail) for detail in expected_details(row))
        stored = objects(self.cluster, "SELECT * FROM recueil.rollup")
        self.assertEqual(len(stored), len(groups))
        for row in stored:
            key = (row.pop("month"), *(row.pop(part) for part in KEY))
            row.pop("collectivity_id")
            with self.subTest(key=key):
                self.assertEqual(row, expected_rollup(groups[key], offered))

        stored = collections.Counter()
        for row in objects(self.cluster, "SELECT * FROM recueil.rollup_detail"):
            stored[((row["month"], *(row[part] for part in KEY)), row["aspect"], row["code"], row["other"])] = \
                row["count"]
        self.assertEqual(stored, details)
        self.check_partitions(counted, offered)
        left_out = collections.Counter((row["month"], row["survey"], row["procedure"] or "-", row["state"])
                                       for row in rows if row["state"] != "counted")
        self.assertEqual(left_out, {(month, survey, procedure, state): int(count)
                                    for month, survey, procedure, state, count in self.cluster.psql(
                                        "SELECT month, survey, procedure, state, count FROM recueil.rollup_left_out")})

    def check_partitions(self, counted, offered):
        placed = collections.defaultdict(list)
        for row in counted:
            for partition in ("commune", "service"):
                if row[partition] is not None:
                    placed[(row["month"], row["survey"], partition, row[partition])].append(row)
        stored = objects(self.cluster, "SELECT * FROM recueil.rollup_partition")
        self.assertEqual(len(stored), len(placed))
        for row in stored:
            key = (row["month"], row["survey"], row["partition"], row["code"])
            rows = placed[key]
            asked = [one for one in rows if one["pain_points"] is not None]
            internal = row["survey"] == "agents"
            with self.subTest(key=key):
                self.assertEqual(row["class"], "internal" if internal else "external")
                self.assertEqual(row["respondents"], len(rows))
                self.assertEqual(row["satisfaction"], tally([one["satisfaction"] for one in rows], range(1, 6)))
                self.assertEqual(row["asked"], len(asked))
                self.assertEqual(row["in_pain"], sum(pains(one, offered) > 0 for one in asked))
                self.assertEqual(row["excluded"], 0 if internal else sum(map(is_excluded, rows)))
                self.assertEqual(row["training_need"],
                                 [sum(has(one["training_need"], bit) for one in rows) for bit in range(63)])

    def test_months_are_those_of_the_collectivity_s_time_zone(self):
        self.add([submission(received_at="2026-09-30T19:59:59.999999Z"),  # 23:59:59 in Réunion
                  submission(received_at="2026-09-30T20:00:00Z"),         # midnight: October
                  submission(received_at="2026-09-30T20:30:00Z"),
                  submission(received_at="2026-10-31T19:59:59.999999Z"),
                  submission(received_at="2026-10-31T20:00:00Z")])        # November
        self.assertEqual(self.aggregate("--all").splitlines(), [
            "2026-09: 1 submission in 1 row", "2026-10: 3 submissions in 1 row", "2026-11: 1 submission in 1 row"])
        self.assertEqual(self.cluster.psql("SELECT month, respondents FROM recueil.rollup ORDER BY month"),
                         [("2026-09-01", "1"), ("2026-10-01", "3"), ("2026-11-01", "1")])

    def test_running_again_changes_nothing(self):
        chance = random.Random(1)
        self.add([random_submission(chance, "2026-10") for _ in range(80)])
        self.aggregate("--month", "2026-10")
        first = self.figures()
        self.aggregate("--month", "2026-10")
        self.aggregate("--all")
        self.assertEqual(self.figures(), first)

    def test_late_and_withdrawn_answers_change_marked_months(self):
        rows = [submission() for _ in range(3)]
        self.add(rows)
        self.aggregate("--month", "2026-10")
        self.add([submission(received_at="2025-03-03T08:00:00Z")])
        self.cluster.psql(f"UPDATE recueil.submission SET state = 'withdrawn', received_at = NULL, survey = NULL"
                          f" WHERE id = '{rows[0]['id']}'")
        for month in ("2025-03-01", "2026-10-01"):
            self.cluster.psql(f"INSERT INTO recueil.changed_month VALUES (1, '{month}', '{support.new_id()}')")
        said = self.aggregate()
        self.assertIn("2025-03: 1 submission in 1 row\n", said)
        self.assertIn("2026-10: 2 submissions in 1 row\n", said)
        self.assertEqual(self.cluster.psql("SELECT * FROM recueil.changed_month"), [])
        # Without a mark, a month long ago is not read again.
        self.assertNotIn("2025-03", self.aggregate())

    def test_a_month_that_lost_all_its_answers_loses_its_figures(self):
        self.add([submission(), submission(state="set_aside")])
        self.aggregate("--all")
        self.cluster.psql("DELETE FROM recueil.submission")
        self.assertEqual(self.aggregate("--all"), "2026-10: 0 submissions in 0 rows\n")
        self.assertEqual(self.figures(), [[], [], [], []])

    def test_by_default_the_current_month_and_the_one_before_are_computed(self):
        months = [line.split(":")[0] for line in self.aggregate().splitlines()]
        now = self.cluster.psql("""SELECT to_char(now() AT TIME ZONE 'Indian/Reunion' - interval '1 month', 'YYYY-MM'),
                                          to_char(now() AT TIME ZONE 'Indian/Reunion', 'YYYY-MM')""")
        self.assertEqual(months, list(now[0]))

    def test_months_missed_while_nobody_aggregated_are_caught_up(self):
        self.add([submission(received_at=f"2025-{month}-10T08:00:00Z") for month in ("03", "05", "06")])
        self.aggregate("--month", "2025-05")
        self.add([submission(received_at="2025-05-20T08:00:00Z")])
        said = self.aggregate()
        for line in ("2025-03: 1 submission in", "2025-05: 2 submissions in", "2025-06: 1 submission in"):
            self.assertIn(line, said)
        self.assertNotIn("2025-04", said)
        again = self.aggregate()
        for month in ("2025-03", "2025-05"):
            self.assertNotIn(month, again)

    def test_sealed_months_are_never_computed_again(self):
        self.add([submission(commune="97422"), submission(survey="agents", version=1, commune="97422"),
                  submission(state="set_aside")])
        self.aggregate("--all")
        before = self.figures()
        self.cluster.psql("""INSERT INTO recueil.sealed_month VALUES (1, 'demarches', '2026-10-01', now());
                             DELETE FROM recueil.submission WHERE survey = 'demarches'""")
        self.aggregate("--all")
        self.assertEqual(self.figures(), before)

    def test_two_at_once_give_the_same_figures(self):
        chance = random.Random(2)
        self.add([random_submission(chance, "2026-10") for _ in range(200)])
        self.aggregate("--all")
        expected = self.figures()
        command = [support.os.path.join(support.BUILD, "recueil"), "aggregate", "--all"]
        env = support.environment({"RECUEIL_CONFIG": self.cluster.config})
        running = [subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
                   for _ in range(3)]
        for process in running:
            _, said = process.communicate(timeout=120)
            self.assertEqual((process.returncode, said), (0, b""))
        self.assertEqual(self.figures(), expected)

    def test_wrong_words_are_told_with_exit_2(self):
        for words in (["aggregate", "--month", "2026-13"], ["aggregate", "--month", "2026-10", "--all"],
                      ["aggregate", "x"], ["export"], ["export", "pain-points"], ["no-such-command"], [],
                      ["export", "nothing", "--month", "2026-10"],
                      ["export", "pain-points", "--month", "2026-10", "--format", "pdf"]):
            with self.subTest(words=words):
                ran = self.cluster.recueil(*words, check=False)
                self.assertEqual((ran.code, ran.out), (2, b""))
                self.assertNotEqual(ran.said, "")

    def test_an_unknown_collectivity_is_bad_input(self):
        ran = self.cluster.recueil("aggregate", "--collectivity", "ailleurs", check=False)
        self.assertEqual(ran.code, 3)
        self.assertIn("essai", ran.said)


class Export(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = support.Cluster().start()
        cls.addClassCleanup(cls.cluster.remove)
        cls.cluster.recueil("migrate")
        publish_by_hand(cls.cluster)
        cls.verbatim = "=1+1 « C’est \"long\" »,\r\n*vraiment*\u00a0!\nEt cher;\u202f…"
        cls.rows = [
            submission(id="00000000-0000-4000-8000-000000000001", pain_points=1 << 0 | 1 << 12),
            submission(id="00000000-0000-4000-8000-000000000002", pain_points=0, coded_pain_points=1 << 12,
                       received_at="2026-10-05T09:31:00Z", version=2),
            submission(id="00000000-0000-4000-8000-000000000003", pain_points=1, version=1,
                       audience=None, procedure="other", received_at="2026-10-06T09:30:00Z"),
            submission(id="00000000-0000-4000-8000-000000000004", pain_points=1 << 62, survey="agents", version=1,
                       audience="agent", received_at="2026-10-07T09:30:00Z"),
            submission(id="00000000-0000-4000-8000-000000000005", state="set_aside", procedure=None,
                       received_at="2026-10-31T19:59:59Z", channel=None),
        ]
        insert(cls.cluster, "submission", cls.rows)
        insert(cls.cluster, "submission_content", [
            {"collectivity_id": 1, "id": cls.rows[0]["id"], "content": json.dumps(
                {"id": cls.rows[0]["id"], "answers": {"demarche": "zebre", "satisfaction": 4,
                                                      "irritants": ["delai", "cout"], "texte": cls.verbatim}})},
            {"collectivity_id": 1, "id": cls.rows[1]["id"], "content": json.dumps(
                {"answers": {"irritants": [], "texte": "-- merci"}}, ensure_ascii=False)}])

    def export(self, *words):
        return self.cluster.recueil("export", *words)

    def test_a_month_that_was_not_aggregated_is_told(self):
        self.cluster.psql("DELETE FROM recueil.rollup")
        ran = self.export("pain-points", "--month", "2026-10")
        self.assertIn('run "recueil aggregate --month 2026-10"', ran.said)
        self.assertEqual(ran.out.count(b"\r\n"), 1)
        self.cluster.recueil("aggregate", "--month", "2026-10")
        self.assertEqual(self.export("pain-points", "--month", "2026-10").said, "")
        self.cluster.psql(f"INSERT INTO recueil.changed_month VALUES (1, '2026-10-01', '{support.new_id()}')")
        self.assertIn("was changed", self.export("pain-points", "--month", "2026-10").said)
        self.cluster.recueil("aggregate", "--month", "2026-10")

    def pain_points(self):
        """Rows in order: procedure, audience, respondents, code, label, nature, mentions, share and bounds."""
        zebre = "zebre", "Déclarer un zèbre", "Service des essais"
        other = "other", "Démarche hors catalogue", ""
        delai = "delai", "C'est trop long", "organisation"
        numerique = "numerique", "Numérique difficile", "exclusion"
        cout = "cout", "'=Trop cher", "access"
        langue = "langue", "Langue", "exclusion"
        dernier = "dernier", "Le dernier bit", "skills"
        none2, one2, both2 = ("0.000000", "0.000000", "0.657620"), ("0.500000", "0.094531", "0.905469"), \
            ("1.000000", "0.342380", "1.000000")
        none1, all1 = ("0.000000", "0.000000", "0.793451"), ("1.000000", "0.206549", "1.000000")
        rows = []
        for audience in ("citizen", "external"):
            rows += [(zebre, audience, 2, delai, 1, one2), (zebre, audience, 2, numerique, 0, none2),
                     (zebre, audience, 2, cout, 2, both2), (zebre, audience, 2, langue, 0, none2)]
        agents = [(zebre, audience, 1, code, count, share) for audience in ("agent", "internal")
                  for code, count, share in ((delai, 0, none1), (dernier, 1, all1))]
        rows[4:4] = agents[:2]
        rows += agents[2:]
        rows += [(zebre, "all", 3, delai, 1, ("0.333333", "0.061492", "0.792340")),
                 (zebre, "all", 2, numerique, 0, none2), (zebre, "all", 2, cout, 2, both2),
                 (zebre, "all", 2, langue, 0, none2), (zebre, "all", 1, dernier, 1, all1)]
        rows += [(other, audience, 1, code, count, share) for audience in ("external", "all")
                 for code, count, share in ((delai, 1, all1), (numerique, 0, none1))]
        return rows

    def test_pain_points_are_written_byte_for_byte(self):
        self.cluster.recueil("aggregate", "--month", "2026-10")
        expected = ('"month","procedure","procedure_label","service","audience","respondents","pain_point",'
                    '"pain_point_label","nature","mentions","share","share_low","share_high"\r\n')
        for procedure, audience, respondents, pain_point, mentions, shares in self.pain_points():
            texts = ",".join(f'"{text}"' for text in ("2026-10", *procedure, audience))
            labels = ",".join(f'"{text}"' for text in pain_point)
            expected += f"{texts},{respondents},{labels},{mentions},{','.join(shares)}\r\n"
        self.assertEqual(self.export("pain-points", "--month", "2026-10").out.decode(), expected)

        french = self.export("pain-points", "--month", "2026-10", "--format", "excel-csv").out.decode()
        head, *lines = french.split("\r\n")
        self.assertEqual(head, "\ufeff" + ";".join(f'"{name}"' for name in (
            "Mois", "Démarche", "Libellé de la démarche", "Service", "Public", "Répondants", "Irritant",
            "Libellé de l'irritant", "Nature", "Mentions", "Part", "Part, borne basse", "Part, borne haute")))
        plain = expected.split("\r\n")[1:]
        self.assertEqual(lines, [re.sub(r",(\d\.\d{6})", lambda share: ";" + share[1].replace(".", ","), line)
                                 .replace('","', '";"').replace('",', '";').replace(',"', ';"') for line in plain])

    def test_raw_leaves_formulas_alone(self):
        self.cluster.recueil("aggregate", "--month", "2026-10")
        self.assertIn('"=Trop cher"', self.export("pain-points", "--month", "2026-10", "--raw").out.decode())

    def test_a_demonstration_says_so_in_every_row(self):
        self.cluster.recueil("aggregate", "--month", "2026-10")
        self.cluster.psql("UPDATE recueil.collectivity SET simulated = true")
        self.addCleanup(self.cluster.psql, "UPDATE recueil.collectivity SET simulated = false")
        head, *lines = self.export("pain-points", "--month", "2026-10").out.decode().split("\r\n")[:-1]
        self.assertTrue(head.endswith(',"simulated"'))
        self.assertTrue(all(line.endswith(',"true"') for line in lines))

    def submissions(self, text):
        key = ('"before","{channel}","form",,"fr"')
        first = '"00000000-0000-4000-8000-00000000000{n}","{at}+04:00",'
        rows = ['"id","received_at","survey","version","state","procedure","audience","phase","channel","entry",'
                '"placement","language","demarche","satisfaction","irritants","texte"']
        desk = key.format(channel="desk")
        doubled = text.replace('"', '""')
        rows.append(first.format(n=1, at="2026-10-05T13:30:00")
                    + f'"demarches",2,"counted","zebre","citizen",{desk},"zebre",4,"delai|cout","{doubled}"')
        rows.append(first.format(n=2, at="2026-10-05T13:31:00")
                    + f'"demarches",2,"counted","zebre","citizen",{desk},,,"","' + "'" + '-- merci"')
        rows.append(first.format(n=3, at="2026-10-06T13:30:00")
                    + f'"demarches",1,"counted","other",,{desk},,,,')
        rows.append(first.format(n=4, at="2026-10-07T13:30:00")
                    + f'"agents",1,"counted","zebre","agent",{desk},,,,')
        rows.append(first.format(n=5, at="2026-10-31T23:59:59")
                    + '"demarches",2,"set_aside",,"citizen","before",,"form",,"fr",,,,')
        return "\r\n".join(rows) + "\r\n"

    def test_submissions_are_written_byte_for_byte(self):
        out = self.export("submissions", "--month", "2026-10").out.decode()
        self.assertEqual(out, self.submissions("'" + self.verbatim))

    def test_a_verbatim_comes_out_raw_as_it_went_in(self):
        out = self.export("submissions", "--month", "2026-10", "--raw").out.decode()
        self.assertEqual(out, self.submissions(self.verbatim).replace("'-- merci", "-- merci"))

    def test_a_file_is_there_whole_or_not_at_all(self):
        path = support.os.path.join(self.cluster.folder, "out.csv")
        self.export("submissions", "--month", "2026-10", "--output", path)
        with open(path, "rb") as file:
            self.assertEqual(file.read(), self.export("submissions", "--month", "2026-10", "--output", "-").out)
        self.assertEqual([name for name in support.os.listdir(self.cluster.folder) if name.endswith(".tmp")], [])
        ran = self.cluster.recueil("export", "submissions", "--month", "2026-10", "--output",
                                   support.os.path.join(self.cluster.folder, "no", "out.csv"), check=False)
        self.assertEqual(ran.code, 1)
        self.assertIn("out.csv", ran.said)

    def test_a_closed_standard_output_is_told_and_gets_nothing(self):
        command = [support.os.path.join(support.BUILD, "recueil"), "export", "submissions", "--month", "2026-10"]
        ran = subprocess.run(["sh", "-c", 'exec "$@" >&-', "sh", *command], stdin=subprocess.DEVNULL,
                             env=support.environment({"RECUEIL_CONFIG": self.cluster.config}),
                             stderr=subprocess.PIPE, check=False)
        self.assertEqual(ran.returncode, 1)
        self.assertIn(b"standard output cannot be written: Bad file descriptor", ran.stderr)

    def test_a_full_disk_is_told_and_leaves_nothing(self):
        with open("/dev/full", "wb") as full:
            command = [support.os.path.join(support.BUILD, "recueil"), "export", "submissions", "--month", "2026-10"]
            ran = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=full, stderr=subprocess.PIPE, check=False,
                                 env=support.environment({"RECUEIL_CONFIG": self.cluster.config}))
        self.assertEqual(ran.returncode, 1)
        self.assertIn(b"No space left", ran.stderr)

    def test_months_without_answers_have_a_header_only(self):
        for dataset in ("pain-points", "submissions"):
            ran = self.export(dataset, "--month", "2020-01")
            self.assertEqual((ran.out.count(b"\r\n"), ran.said), (1, ""))

    def test_many_pages_lose_and_repeat_no_row(self):
        insert(self.cluster, "submission", [submission(received_at="2026-05-05T09:30:00Z") for _ in range(2105)])
        out = self.export("submissions", "--month", "2026-05").out.decode().split("\r\n")
        ids = [line.split(",")[0] for line in out[1:-1]]
        self.assertEqual((len(ids), len(set(ids))), (2105, 2105))


if __name__ == "__main__":
    unittest.main()
