#!/usr/bin/env python3
"""The steps of the conformance tests of apps and scheduling, on nodes whose pods do what each step needs; several at a time.

    conformance_apps.py --martlet PATH [--only SUBSTRING] [--keep] [--workers N]

Needs kubectl, and neither root nor containers. The last line says `N passed, N failed`.
"""
from played import CASES, run_played
from rest import Rest
from scripted import ScriptedNodes
import conformance_jobs, conformance_policy, conformance_replicas, conformance_sets  # noqa: F401  (each adds its cases)

ORDINARY = {"cpu": "16", "memory": "64Gi", "pods": "250", "ephemeral-storage": "2Ti"}


def prepare(cluster):
    # The slowest ones first.
    CASES.sort(key=lambda f: "cron_job" not in f.__name__)
    cluster.rest = Rest(cluster)
    cluster.ordinary = ScriptedNodes(cluster.rest, ["ordinary-0", "ordinary-1"], ORDINARY)
    # Tests that fill a node have some of their own, which others do not tolerate.
    taint = [{"key": "full", "value": "yes", "effect": "NoSchedule"}]
    cluster.filled = ScriptedNodes(cluster.rest, ["filled-0", "filled-1"], {"cpu": "4", "memory": "8Gi", "pods": "110"}, {"pool": "filled"}, taint)


def finish(cluster):
    for name in ("ordinary", "filled"):
        if nodes := getattr(cluster, name, None):
            nodes.stop()


if __name__ == "__main__":
    run_played(__doc__, 14, prepare, finish)
