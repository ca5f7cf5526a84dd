#!/usr/bin/env python3
"""Lets workloads, nodes and the process itself come and go by chance, and then looks whether everything is as it has to be.

    churn.py --martlet PATH [--seed N] [--rounds N] [--steps N] [--keep]

Each round has a seed, which is printed; `--seed` begins with it. After a round's last step nothing is changed any more, and
within a time every object has to satisfy the contract of its controller: sizes are met exactly, each ordinal and each index is
there once, no pod lacks its owner or its node, no node has more than it takes. Needs kubectl, and neither root nor containers.
"""
import argparse, json, os, random, shutil, sys, tempfile, time, urllib.error, urllib.request, subprocess
from played import PlayedCluster, job, owner, workload
from run import Failure, until

NODES = 8


class Churned(PlayedCluster):
    def __init__(self, martlet, directory):
        super().__init__(martlet, directory)
        self.flags[self.flags.index("127.0.0.1:17449")] = "127.0.0.1:17451"
        self.proxy = None

    def connect(self):
        self.proxy = subprocess.Popen(["kubectl", "--kubeconfig", self.kubeconfig, "proxy", "--port=17452"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until(lambda: self.ask("GET", "/version") or True, 10, "the proxy")

    def ask(self, method, path, body=None, kind="application/json"):
        """The answer, or None for what is not there, is there already, or was changed by somebody else."""
        request = urllib.request.Request("http://127.0.0.1:17452" + path, json.dumps(body).encode() if body is not None else None,
                                         {"content-type": kind}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            if error.code in (404, 409, 502, 503):
                return None
            raise Failure(f"{method} {path}: {error.code} {error.read()[:300]!r}")
        except (urllib.error.URLError, ConnectionError, TimeoutError) as error:
            raise Failure(f"{method} {path}: {error}")

    def all(self, path):
        answer = self.ask("GET", path)
        if answer is None:
            raise Failure(f"no answer to {path}")
        return answer["items"]


KINDS = {"deployments": "apps/v1", "statefulsets": "apps/v1", "daemonsets": "apps/v1", "jobs": "batch/v1"}


class Round:
    def __init__(self, cluster, seed):
        self.c, self.random, self.seed = cluster, random.Random(seed), seed
        self.ns = f"churn-{seed}"
        self.count = 0

    def path(self, resource, name=""):
        return f"/apis/{KINDS[resource]}/namespaces/{self.ns}/{resource}" + (f"/{name}" if name else "")

    def any(self, resource):
        items = self.c.all(self.path(resource))
        return self.random.choice(sorted(items, key=lambda i: i["metadata"]["name"]))["metadata"]["name"] if items else None

    def create(self):
        self.count += 1
        name = f"w{self.count}"
        kind = self.random.choice(["Deployment", "Deployment", "StatefulSet", "DaemonSet", "Job"])
        if kind == "Job":
            return self.c.ask("POST", self.path("jobs"), job(name, completions=self.random.randint(1, 8), parallelism=self.random.randint(1, 4), completionMode="Indexed"))
        more = {"podManagementPolicy": self.random.choice(["Parallel", "OrderedReady"])} if kind == "StatefulSet" else {}
        made = workload(kind, name, None if kind == "DaemonSet" else self.random.randint(0, 8), **more)
        self.c.ask("POST", self.path(kind.lower() + "s"), made)

    def change(self, resource, change):
        name = self.any(resource)
        if name:
            self.c.ask("PATCH", self.path(resource, name), change, "application/strategic-merge-patch+json")

    def step(self):
        chance = self.random.random()
        sized = self.random.choice(["deployments", "statefulsets"])
        if chance < 0.30:
            self.create()
        elif chance < 0.50:
            self.change(sized, {"spec": {"replicas": self.random.randint(0, 8)}})
        elif chance < 0.68:
            image = f"registry.example/app:{self.random.randint(1, 5)}"
            self.change(self.random.choice([sized, "daemonsets"]), {"spec": {"template": {"spec": {"containers": [{"name": "main", "image": image}]}}}})
        elif chance < 0.78:
            resource = self.random.choice(list(KINDS))
            name = self.any(resource)
            if name:
                policy = self.random.choice(["Background", "Foreground"])
                self.c.ask("DELETE", self.path(resource, name), {"kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": policy})
        elif chance < 0.92:
            pods = sorted(p["metadata"]["name"] for p in self.c.all(f"/api/v1/namespaces/{self.ns}/pods"))
            for name in self.random.sample(pods, min(3, len(pods))):
                self.c.ask("DELETE", f"/api/v1/namespaces/{self.ns}/pods/{name}")
        elif chance < 0.97:
            self.c.kill()
            self.c.up()
        time.sleep(self.random.choice([0, 0, 0.05, 0.3]))

    def lose_a_node(self):
        """One player ends; its node is taken out as somebody would who sees it broken, and comes back later."""
        self.c.players.pop("lossy-").kill()
        self.c.ask("DELETE", "/api/v1/nodes/lossy-0")

    # what has to hold

    def broken(self):
        """What is not as it has to be; None when all is."""
        nodes = {n["metadata"]["name"]: n for n in self.c.all("/api/v1/nodes")}
        pods = self.c.all(f"/api/v1/namespaces/{self.ns}/pods")
        sets = {r["metadata"]["uid"]: r for r in self.c.all(f"/apis/apps/v1/namespaces/{self.ns}/replicasets")}
        owners = {i["metadata"]["uid"]: i for resource in KINDS for i in self.c.all(self.path(resource))}
        mine = {}
        for pod in pods:
            uid, name = owner(pod).get("uid"), pod["metadata"]["name"]
            if "deletionTimestamp" in pod["metadata"]:
                return f"{name} still goes away"
            if uid not in sets and uid not in owners:
                return f"{name} has no owner"
            if pod["spec"].get("nodeName") not in nodes:
                return f"{name} is on no node"
            mine.setdefault(uid, []).append(pod)
        for uid, found in sets.items():
            if owner(found).get("uid") not in owners:
                return f"{found['metadata']['name']} has no owner"
            if len(mine.get(uid, [])) != found["spec"]["replicas"]:
                return f"{found['metadata']['name']} has {len(mine.get(uid, []))} pods of {found['spec']['replicas']}"
        for uid, thing in owners.items():
            what = self.contract(thing, mine.get(uid, []), [r for r in sets.values() if owner(r).get("uid") == uid], nodes)
            if what:
                return f"{thing['metadata']['name']}: {what}"
        return None

    def contract(self, thing, pods, sets, nodes):
        spec, status = thing["spec"], thing.get("status", {})
        if "deletionTimestamp" in thing["metadata"]:
            return "still goes away"
        if "completions" in spec:
            indexes = sorted(int(p["metadata"]["annotations"]["batch.kubernetes.io/job-completion-index"]) for p in pods if p["status"]["phase"] == "Succeeded")
            if status.get("succeeded", 0) != spec["completions"]:
                return f"{status.get('succeeded', 0)} of {spec['completions']} succeeded"
            if len(indexes) != len(set(indexes)):
                return f"an index succeeded twice: {indexes}"
            return None
        if status.get("observedGeneration") != thing["metadata"]["generation"]:
            return "is not looked at yet"
        if "numberReady" in status or "desiredNumberScheduled" in status:
            places = sorted(p["spec"]["nodeName"] for p in pods)
            if places != sorted(nodes):
                return f"is on {len(places)} places, with {len(set(places))} of {len(nodes)} nodes"
            return None if status.get("updatedNumberScheduled", 0) == len(nodes) else "is not up to date"
        wanted = spec["replicas"]
        if status.get("readyReplicas", 0) != wanted or status.get("replicas", 0) != wanted or status.get("updatedReplicas", 0) != wanted:
            return f"status {status.get('replicas', 0)}/{status.get('readyReplicas', 0)}/{status.get('updatedReplicas', 0)} of {wanted}"
        if "serviceName" in spec:
            names = sorted(p["metadata"]["name"] for p in pods)
            if names != sorted(f"{thing['metadata']['name']}-{n}" for n in range(wanted)):
                return f"has {names}"
            return None
        return None if sum(r["spec"]["replicas"] for r in sets) == wanted else "its sets do not add up"

    def run(self, steps):
        self.c.ask("POST", "/api/v1/namespaces", {"metadata": {"name": self.ns}})
        until(lambda: self.c.ask("GET", f"/api/v1/namespaces/{self.ns}/serviceaccounts/default"), 20, "the account")
        lost = self.random.randrange(steps)
        for number in range(steps):
            try:
                self.step()
            except Failure:
                # A request that met the end of the process; what it wanted may or may not have happened.
                until(lambda: self.c.ask("GET", "/version"), 30, "the API")
            if number == lost:
                self.lose_a_node()
        self.c.play("lossy-", 1)
        last = [None]

        def holds():
            last[0] = self.broken()
            return last[0] is None

        try:
            until(holds, 90, "everything to be as it has to be")
        except Failure as error:
            raise Failure(f"seed {self.seed}: {last[0]} ({error})")
        # And it stays so.
        time.sleep(2)
        what = self.broken()
        if what:
            raise Failure(f"seed {self.seed}: it did not stay so: {what}")
        self.c.ask("DELETE", f"/api/v1/namespaces/{self.ns}")
        until(lambda: self.c.ask("GET", f"/api/v1/namespaces/{self.ns}") is None, 60, "the namespace to be gone")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--martlet", required=True)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--keep", action="store_true", help="leave the cluster's files there")
    options = parser.parse_args()
    directory = tempfile.mkdtemp(prefix="martlet-churn-")
    cluster = Churned(os.path.abspath(options.martlet), directory)
    passed = failed = 0
    try:
        cluster.up()
        cluster.play("played-", NODES - 1)
        cluster.play("lossy-", 1)
        cluster.connect()
        for seed in range(options.seed, options.seed + options.rounds):
            begun = time.monotonic()
            try:
                Round(cluster, seed).run(options.steps)
                passed += 1
                print(f"ok    seed {seed} ({time.monotonic() - begun:.1f} s)", flush=True)
            except Failure as error:
                failed += 1
                print(f"FAIL  {error}", flush=True)
    finally:
        cluster.stop_playing()
        if cluster.proxy:
            cluster.proxy.kill()
        cluster.down("--purge")
        if not options.keep:
            shutil.rmtree(directory, ignore_errors=True)
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
