# How recueild is called: options, settings, exit codes. Needs no database.
#
# SPDX-License-Identifier: Apache-2.0
import os
import subprocess
import tempfile
import unittest

from support import BUILD, environment


def run(*arguments, **settings):
    return subprocess.run([f"{BUILD}/recueild", *arguments], env=environment(settings), capture_output=True,
                          text=True, timeout=60)


class Options(unittest.TestCase):
    def test_wrong_usage_ends_with_2(self):
        for arguments in (["--nope"], ["extra"], ["--config"]):
            self.assertEqual(run(*arguments).returncode, 2, arguments)

    def test_the_version_is_told(self):
        told = run("--version")
        self.assertEqual(told.returncode, 0)
        self.assertRegex(told.stdout, r"^recueild \d+\.\d+\.\d+\n$")

    def test_settings_that_are_wrong_end_with_3_and_name_the_line(self):
        with tempfile.NamedTemporaryFile("w", suffix=".conf") as file:
            file.write("listen = 127.0.0.1:0\nlisen = x\n")
            file.flush()
            told = run("--config", file.name)
        self.assertEqual(told.returncode, 3)
        self.assertIn(f"{file.name}:2:", told.stderr)

    def test_the_settings_are_checked_and_printed_without_secrets(self):
        with tempfile.NamedTemporaryFile("w", suffix=".conf") as file:
            file.write("database = dbname=x password=hunter2\nlisten = 127.0.0.1:9\n")
            file.flush()
            told = run("--check-config", RECUEIL_CONFIG=file.name, RECUEIL_BATCH_LIMIT="7")
        self.assertEqual(told.returncode, 0, told.stderr)
        self.assertIn("listen = 127.0.0.1:9\n", told.stdout)
        self.assertIn("batch_limit = 7\n", told.stdout)
        self.assertNotIn("hunter2", told.stdout + told.stderr)

    def test_a_secret_that_others_can_read_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            secret = f"{folder}/secret"
            with open(secret, "wb") as file:
                file.write(os.urandom(32))
            os.chmod(secret, 0o644)
            told = run(RECUEIL_CONFIG="/dev/null", RECUEIL_SECRET_FILE=secret,
                       RECUEIL_LISTEN="127.0.0.1:0", RECUEIL_STATE_DIR=folder)
        self.assertEqual(told.returncode, 3, told.stderr)
        self.assertIn(f"chmod 0600 {secret}", told.stderr)


if __name__ == "__main__":
    unittest.main()
