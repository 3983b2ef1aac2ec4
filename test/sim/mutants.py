#!/usr/bin/env python3
"""The simulation notices when the engine lacks a rule.

mutants.py ROOT CC SEEDS LIBRARY...

Each mutant is one line of src/engine changed: it is built beside the others,
and run until a book does not balance. One that nobody notices is a failure.
"""

import concurrent.futures
import os
import re
import shlex
import subprocess
import sys
import tempfile

SECONDS = 20  # a mutant that does not come to an end is noticed, too
FLAGS = ["-std=c11", "-D_GNU_SOURCE", "-O1", "-w"]

# What is left out, its file, the text, and what stands in its place.
MUTANTS = [
    ("a session that died while idle is not replaced", "turn.c",
     "died_while_idle(s, job) && !job->canceled", "false"),
    ("a replay is counted as an attempt", "turn.c",
     "again(s, job, false);", "again(s, job, true);"),
    ("one replay was used: more are", "turn.c",
     "s->messages > 1 && !job->replayed", "s->messages > 0"),
    ("nothing was answered, and it counts", "turn.c",
     "again(s, job, !job->untouched);", "again(s, job, true);"),
    ("uncertain ones are tried again", "again.c",
     "return policy->even_uncertain && r->code != PH_E_PERMANENT;",
     "return true;"),
    ("refused ones are tried again", "again.c",
     "    case PH_REFUSED:\n        return false;",
     "        return false;\n    case PH_REFUSED:\n        return true;"),
    ("attempts have no end", "again.c",
     "if (++job->round >= p->attempts)", "if (false)"),
    ("losses have no end", "again.c",
     "job->losses < losses", "job->losses < 1000000"),
    ("put off means at once", "queue.c",
     "if (until <= e->now) {", "if (true) {"),
    ("put off for all or nobody, and somebody was refused", "again.c",
     "job->env.all_or_nothing && s.refused", "false"),
    ("all or nobody goes in further turns", "job.c",
     "final |= job->env.all_or_nothing && decided;", ""),
    ("the breaker never opens", "breaker.c",
     "b->state = PH__BREAKER_OPEN;", ""),
    ("room is not given back to the pace", "turn.c",
     "    ph__pace_give_back(e->opts.pace, job->paced_at, job->paced);\n    if",
     "    if"),
    ("room was given back, and nobody asks again", "turn.c",
     "    e->paced_until = 0;\n    ph__engine_wake_one(e);", ""),
    ("there is no pace", "queue.c", "if (!e->opts.pace)", "if (true)"),
    ("recipients beyond the pace go, too", "turn.c",
     "if (job->paced && job->paced < most)", "if (false)"),
    ("the limit of sessions is not lowered by a 421", "outage.c",
     "ph__room_full(&e->room, e->now, others);", ""),
    ("the limit of sessions is not lowered by a 432", "turn.c",
     "ph__room_halve(&e->room, e->now, e->stats.open);", ""),
    ("sessions are dialled beyond the limit", "outage.c",
     "e->stats.open < e->room.limit &&", "true &&"),
    ("an ended session stays open in the books", "session.c",
     "    e->stats.open--;\n", ""),
    ("a session never leaves for its messages", "session.c",
     "bool leaves = worn_out(s);", "bool leaves = s->leaving;"),
    ("drain forgets those that wait", "engine.c",
     "    while (e->waiting.top)\n        ph__engine_finish_waiting(e);\n", ""),
    ("abort forgets those that wait", "engine.c",
     "ph__engine_doom(e, true);", ""),
    ("canceled twice, told twice", "queue.c",
     "job->canceled || job->place == PH__NOWHERE || "
     "job->place == PH__DECIDED", "false"),
    ("canceled means nothing under way", "turn.c",
     "    if (first->canceled)\n", "    if (false)\n"),
    ("canceled for some, and the others go on", "turn.c",
     "    if (job->canceled)\n        ph__job_judge_canceled(job);",
     "    if (false)\n        ph__job_judge_canceled(job);"),
    ("deadlines are ignored", "queue.c",
     "while (ph__heap_least(&e->ends) <= e->now)", "while (false)"),
    ("those whose time has come are forgotten", "queue.c",
     "while (ph__heap_least(&e->waiting) <= e->now) {", "while (false) {"),
    ("the limit of recipients is not learnt", "turn.c",
     "if (limit && limit < e->recipients)", "if (false)"),
    ("results of a turn go to others", "job.c",
     "return &job->results[turn->index ? turn->index[i] : i];",
     "return &job->results[i];"),
    ("the content is not rewound", "job.c",
     "    turn->content_at = 0;\n", ""),
    ("who was in doubt is not any more", "job.c",
     "if (result->outcome == PH_UNCERTAIN && outcome != PH_ACCEPTED)",
     "if (false)"),
    ("who was asked for is unsent", "job.c",
     "if (result->outcome == PH_DEFERRED && outcome == PH_UNSENT)",
     "if (false)"),
    ("who was postponed is told so", "job.c",
     "if (final || !v.postponed)", "if (true)"),
    ("what is past is waited for", "engine.c",
     "return at > e->now ? at : PH__NEVER;", "return at;"),
    ("nobody wakes for the breaker", "engine.c",
     "if (e->breaker.state == PH__BREAKER_OPEN)", "if (false)"),
    ("the time that a reply may take is not set", "session.c",
     "s->deadline = !secs ? PH__NEVER : now + (bound ? bound : secs * 1000u);",
     "s->deadline = PH__NEVER;"),
]


def run(command, **more):
    return subprocess.run(command, capture_output=True, text=True,
                          errors="replace", **more)


class Builder:
    def __init__(self, root, cc, libraries):
        self.engine = os.path.join(root, "src", "engine")
        self.cc = shlex.split(cc.replace(";", " "))
        self.libraries = libraries
        self.includes = [f"-I{os.path.join(root, folder)}"
                         for folder in ("src", "include", "test")]
        self.main = os.path.join(root, "test", "sim", "main.c")

    def build(self, folder, name, text):
        """The simulation with this file of the engine in place of the real
        one: what the archive has of that name is then not asked for."""
        source = os.path.join(folder, name)
        program = os.path.join(folder, "sim")
        with open(source, "w", encoding="utf-8") as out:
            out.write(text)
        built = run([*self.cc, *FLAGS, *self.includes, "-o", program, self.main,
                     source, "-Wl,--start-group", *self.libraries,
                     "-Wl,--end-group", "-lgsasl", "-lcrypto"])
        if built.returncode:
            sys.exit(f"mutants: cannot build {name}: {built.stderr}")
        return program

    def read(self, name):
        with open(os.path.join(self.engine, name), encoding="utf-8") as file:
            return file.read()


def outcome(program, seeds):
    """What was noticed first, or None."""
    try:
        done = run([program, "--seeds", seeds], timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return "it does not come to an end"
    if done.returncode == 0:
        return None
    found = re.search(r"--seed (\d+)(?: -v)?: (.*)", done.stdout)
    return f"{found[1]}: {found[2]}" if found else f"exit {done.returncode}"


def try_mutant(builder, seeds, mutant):
    what, name, old, new = mutant
    text = builder.read(name)
    if text.count(old) != 1:
        return what, None, f"{name} has not one `{old}`: write the mutant anew"
    with tempfile.TemporaryDirectory() as folder:
        program = builder.build(folder, name, text.replace(old, new))
        return what, outcome(program, seeds), "nobody has noticed"


def main():
    root, cc, seeds, *libraries = sys.argv[1:]
    builder = Builder(root, cc, libraries)
    with tempfile.TemporaryDirectory() as folder:
        program = builder.build(folder, "turn.c", builder.read("turn.c"))
        found = outcome(program, seeds)
    if found:
        sys.exit(f"mutants: without any change: {found}")
    survivors = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for what, found, problem in pool.map(
                lambda m: try_mutant(builder, seeds, m), MUTANTS):
            survivors += found is None
            print(f"{'killed' if found else 'ALIVE':8}{what:52}"
                  f"{found or problem}", flush=True)
    print(f"{len(MUTANTS)} mutants, {survivors} alive")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
