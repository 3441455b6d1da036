# The run: rounds of faults by a schedule that follows from the seed. After each round everything is back,
# the spool is empty, and the check holds what was told against what is there.
#
# SPDX-License-Identifier: Apache-2.0
import argparse
import random
import time

import answers
import faults
import lies
from check import Check
from clients import Crowd
from ledger import Ledger
from support import until
from world import DRAIN_LIMIT_S, World

CLIENTS = 8
KEPT_IDS = 400  # of earlier rounds, to be sent again
WAIT_LIMIT_MS = 5000  # of a submission, whatever fails: ten times the hold limit of the run and more
DRAIN_PATIENCE_S = 60  # a drain that takes longer than its bound is told with its time
SHOWN_FAULTS = 20
AUDIT_EVERY = 5  # rounds: recueil audit reads all that was ever acknowledged


class Round:
    """What is done, and when: (seconds to wait, action). Actions: kill, terminate, turn."""

    def __init__(self, fault, dice, kills):
        self.fault = fault
        self.before_s = dice.uniform(0.05, 0.4)
        late = 1 if kills > 1 and dice.random() < 0.6 else 0
        actions = (kills - late) * ["kill"] + dice.randrange(2, 4) * ["turn"]
        if dice.random() < 0.3:
            actions.append("terminate")
        dice.shuffle(actions)
        self.during = [(dice.uniform(0, 0.35), action) for action in actions]
        self.lasts_s = dice.uniform(0.1, 1.0)
        self.afterwards = late * [(dice.uniform(0, 0.25), "kill")]
        self.rest_s = dice.uniform(0.05, 0.3)


def schedule(seed, kills, kinds):
    """Rounds with so many kills together, and each kind of fault at least once."""
    dice = answers.dice(seed, "schedule")
    rounds, bag, left = [], [], kills
    while left > 0 or len(rounds) < len(kinds):
        if not bag:
            bag = list(kinds)
            dice.shuffle(bag)
        number = min(dice.randrange(2, 8), max(left, 0))
        rounds.append(Round(bag.pop(), dice, number))
        left -= number
    return rounds


class Torture:
    def __init__(self, seed, clients):
        self.world = World()
        self.ledger = Ledger(self.world.cluster.folder)
        self.check = Check(self.world.cluster)
        self.crowd = Crowd(clients, seed, self.world.daemon.port, self.world.key, self.ledger)
        self.dice = answers.dice(seed, "faults")
        self.found = []  # what is wrong
        self.done = {"kill": 0, "terminate": 0, "turn": 0}
        self.rounds = {}  # fault -> how many
        self.drains_ms = {}  # fault -> longest

    # -- One round --

    def round(self, plan):
        world, name = self.world, plan.fault.name
        fault = plan.fault(world, self.dice)
        self.ledger.fault = name
        world.daemon.set_ways(fault.ways())
        world.daemon.start()
        until(world.stores, "the daemon stores in the database")
        self.crowd.resume()
        time.sleep(plan.before_s)
        fault.begin()
        self._act(fault, plan.during)
        time.sleep(plan.lasts_s)
        fault.end()
        self._act(fault, plan.afterwards)
        time.sleep(plan.rest_s)
        self.crowd.pause()
        self.rounds[name] = self.rounds.get(name, 0) + 1
        self.drain()
        fault.after()
        self.judge(audits=sum(self.rounds.values()) % AUDIT_EVERY == 0)
        world.daemon.stop()

    def _act(self, fault, actions):
        for delay_s, action in actions:
            time.sleep(delay_s)
            if self.world.daemon.has_ended():
                raise AssertionError(f"recueild ended by itself\n{self.world.daemon.log()}")
            if action == "turn":
                fault.turn()
            elif action == "kill":
                self.world.daemon.kill()
                self.world.daemon.start(ready=False)
            else:
                fault.before_terminate()
                self.world.daemon.stop()
                self.world.daemon.start(ready=False)
            self.done[action] += 1

    def drain(self):
        """From the return of everything, clients silent, until nothing waits any more."""
        name = self.ledger.fault
        began = time.monotonic()
        self.world.daemon.wait_ready()
        until(self.world.is_settled, f"the spool is empty after {name}", DRAIN_PATIENCE_S)
        took_ms = int(1000 * (time.monotonic() - began))
        self.drains_ms[name] = max(self.drains_ms.get(name, 0), took_ms)
        if took_ms > 1000 * DRAIN_LIMIT_S:
            self.found.append(f"the drain after {name} took {took_ms} ms")

    def judge(self, audits=True):
        """Adds what the check finds wrong with the ids of this round, and what recueil audit does."""
        self.found += self.check.round(self.ledger.turn_page(KEPT_IDS, self.dice, self.crowd.ids_in_use()))
        self.found += self.crowd.faults
        self.crowd.faults.clear()
        self.found += [f"{asked} waited {ms} ms during {fault}"
                       for (fault, asked), ms in self.ledger.longest_ms.items()
                       if asked != "withdrawal" and ms > WAIT_LIMIT_MS]
        if audits:
            self.found += self.world.audit()

    # -- All of it --

    def run(self, plans):
        for number, plan in enumerate(plans, 1):
            self.round(plan)
            print(f"round {number}/{len(plans)} {plan.fault.name}: {self.done['kill']} kills, "
                  f"{self.ledger.sent} sent, {len(self.found)} faults", flush=True)
            if self.found:
                return
        self.found += self.check.whole() + self.world.audit()

    def end(self):
        """False when something is wrong; then the folder stays."""
        self.crowd.end()
        self.world.end(keep=bool(self.found))
        if self.found:
            print(f"\n{len(self.found)} faults; the folder is kept: {self.world.cluster.folder}")
            for fault in self.found[:SHOWN_FAULTS]:
                print(f"  {fault}")
        return not self.found

    def print_figures(self, seed, began):
        settled = list(self.check.settled.values())
        figures = {
            "seed": seed, "seconds": int(time.monotonic() - began), "rounds": sum(self.rounds.values()),
            "kills": self.done["kill"], "terminations": self.done["terminate"], "sent": self.ledger.sent,
            "ids": len(settled), "stored": sum(1 for what in settled if what in answers.VARIANTS),
            "withdrawn": settled.count("withdrawn"), "commits_cut": self.world.proxy.cuts,
        }
        for name, rounds in sorted(self.rounds.items()):
            figures[f"{name}_rounds"] = rounds
            for status in (201, 202, 200, 409, 410, 503, 0):
                figures[f"{name}_{status or 'no_reply'}"] = self.ledger.counts[name, status]
            for asked in ("submissions", "bulk", "withdrawal"):
                figures[f"{name}_longest_{asked}_ms"] = self.ledger.longest_ms[name, asked]
            figures[f"{name}_longest_drain_ms"] = self.drains_ms[name]
        figures["faults"] = len(self.found)
        print()
        for name, value in figures.items():
            print(f"{name}={value}")


def run(seed, kills, clients):
    began = time.monotonic()
    torture = Torture(seed, clients)
    try:
        kinds = [kind for kind in faults.FAULTS if kind.is_possible(torture.world)]
        torture.run(schedule(seed, kills, kinds))
    except BaseException as error:
        torture.found.append(f"{type(error).__name__}: {error}")
        raise
    finally:
        holds = torture.end()
        torture.print_figures(seed, began)
    return 0 if holds else 1


def main(arguments):
    parser = argparse.ArgumentParser(prog="tests/torture/run", description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--clients", type=int, default=CLIENTS)
    parser.add_argument("--lie", action="store_true", help="tamper with the database: the check must see it")
    options = parser.parse_args(arguments)
    seed = random.SystemRandom().randrange(1 << 32) if options.seed is None else options.seed
    print(f"seed={seed}", flush=True)
    if options.lie:
        return lies.run(Torture(seed, options.clients))
    return run(seed, options.kills, options.clients)
