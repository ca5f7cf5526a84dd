#!/usr/bin/env python3
"""The steps of the conformance tests of apps and scheduling, on nodes whose pods do what each step needs; several at a time.

    conformance_apps.py --martlet PATH [--only SUBSTRING] [--keep] [--workers N]

Needs kubectl, and neither root nor containers. The last line says `N passed, N failed`.
"""
import argparse, concurrent.futures, os, shutil, sys, tempfile
from played import CASES, PlayedCluster, attempt
from rest import Rest
from scripted import ScriptedNodes
import conformance_jobs, conformance_policy, conformance_replicas, conformance_sets  # noqa: F401  (each adds its cases)

ORDINARY = {"cpu": "16", "memory": "64Gi", "pods": "250", "ephemeral-storage": "2Ti"}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--martlet", required=True)
    parser.add_argument("--only", default="")
    parser.add_argument("--keep", action="store_true", help="leave the cluster's files there")
    parser.add_argument("--workers", type=int, default=14, help="how many at a time")
    options = parser.parse_args()
    directory = tempfile.mkdtemp(prefix="martlet-conformance-")
    cluster, outcomes, nodes = PlayedCluster(os.path.abspath(options.martlet), directory), [], []
    try:
        print(cluster.up().strip())
        cluster.rest = Rest(cluster)
        cluster.ordinary = ScriptedNodes(cluster.rest, ["ordinary-0", "ordinary-1"], ORDINARY)
        # Tests that fill a node have some of their own, which others do not tolerate.
        taint = [{"key": "full", "value": "yes", "effect": "NoSchedule"}]
        cluster.filled = ScriptedNodes(cluster.rest, ["filled-0", "filled-1"], {"cpu": "4", "memory": "8Gi", "pods": "110"}, {"pool": "filled"}, taint)
        nodes = [cluster.ordinary, cluster.filled]
        chosen = sorted((f for f in CASES if options.only in f.__name__), key=lambda f: "cron_job" not in f.__name__)
        with concurrent.futures.ThreadPoolExecutor(options.workers) as pool:
            outcomes = list(pool.map(lambda function: attempt(cluster, function), chosen))
    finally:
        for played in nodes:
            played.stop()
        cluster.down("--purge")
        if not options.keep:
            shutil.rmtree(directory, ignore_errors=True)
    print(f"{outcomes.count(True)} passed, {outcomes.count(False)} failed")
    sys.exit(0 if outcomes and all(outcomes) else 1)


if __name__ == "__main__":
    main()
