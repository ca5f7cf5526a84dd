"""A cluster whose nodes are only played, and what scenarios about controllers have in common."""
import argparse, json, os, shutil, subprocess, sys, tempfile
from run import Cluster, run_cases, until

CASES = []
# Those that can bear no others beside them run one after the other, at the end.
ALONE = []


def case(function):
    CASES.append(function)
    return function


def alone(function):
    ALONE.append(function)
    return function


class PlayedCluster(Cluster):
    """A control plane with a scheduler, and processes that play nodes."""

    def __init__(self, martlet, directory):
        super().__init__(martlet, directory)
        self.flags = ["--data-dir", self.data, "--listen", "127.0.0.1:17449", "--components", "apiserver,controller-manager,scheduler",
                      "--legacy-service-account-token-clean-up-period", "4s"]
        self.players = {}

    def play(self, prefix, count, *words):
        self.players[prefix] = subprocess.Popen(
            [self.martlet, "simulate", "nodes", "--kubeconfig", self.kubeconfig, "--prefix", prefix, "--count", str(count), *words],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until(lambda: len(self.nodes(prefix)) == count, 30, f"{count} nodes {prefix}")

    def nodes(self, prefix):
        return [n for n in self.get("nodes")["items"] if n["metadata"]["name"].startswith(prefix) and node_is_ready(n)]

    def stop_playing(self):
        for player in self.players.values():
            player.kill()

    def apply(self, ns, *objects):
        text = json.dumps({"apiVersion": "v1", "kind": "List", "items": list(objects)})
        self.kubectl("-n", ns, "apply", "-f", "-", stdin=text)

    def create(self, ns, thing, check=True):
        return self.kubectl("-n", ns, "create", "-f", "-", stdin=json.dumps(thing), check=check)

    def items(self, ns, kind, *words):
        return self.get("-n", ns, kind, *words)["items"]

    def one(self, ns, kind, name):
        return self.get("-n", ns, kind, name)

    def patch(self, ns, kind, name, change, kind_of="merge"):
        return self.kubectl("-n", ns, "patch", kind, name, "--type", kind_of, "-p", json.dumps(change))

    def events(self, ns, name):
        return [(e["reason"], e["message"]) for e in self.items(ns, "events", "--field-selector", f"involvedObject.name={name}")]


def node_is_ready(node):
    return any(c["type"] == "Ready" and c["status"] == "True" for c in node["status"].get("conditions", []))


def condition(thing, kind):
    return next((c for c in thing.get("status", {}).get("conditions", []) if c["type"] == kind), {})


def template(app, cpu="10m", **spec):
    return {"metadata": {"labels": {"app": app}},
            "spec": {"containers": [{"name": "main", "image": "registry.example/app:1", "resources": {"requests": {"cpu": cpu}}}],
                     "terminationGracePeriodSeconds": 0, **spec}}


def workload(kind, name, replicas=None, **spec):
    made = {"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": name},
            "spec": {"selector": {"matchLabels": {"app": name}}, "template": template(name), **spec}}
    if replicas is not None:
        made["spec"]["replicas"] = replicas
    if kind == "StatefulSet":
        made["spec"]["serviceName"] = name
    return made


def pod(name, labels=None, **spec):
    made = template(name, **spec)
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": labels or {"app": name}}, "spec": made["spec"]}


def job(name, **spec):
    made = template(name)
    made["spec"]["restartPolicy"] = "Never"
    made["metadata"] = {}
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": name}, "spec": {"template": made, **spec}}


def running(c, ns, app):
    return [p for p in c.items(ns, "pods", "-l", f"app={app}") if p["status"].get("phase") == "Running" and "deletionTimestamp" not in p["metadata"]]


def all_ready(c, ns, kind, name, count):
    status = c.one(ns, kind, name)["status"]
    return status.get("readyReplicas", status.get("numberReady", 0)) == count and status.get("updatedReplicas", status.get("updatedNumberScheduled", 0)) == count


def owner(thing):
    return next((o for o in thing["metadata"].get("ownerReferences", []) if o.get("controller")), {})


def run_case(cluster, name, function):
    namespace = "c-" + name.replace("_", "-")[:40].strip("-")
    cluster.kubectl("create", "namespace", namespace)
    until(lambda: cluster.one(namespace, "serviceaccount", "default"), 20, "the account")
    function(cluster, namespace)
    cluster.kubectl("delete", "namespace", namespace, "--wait=false")


def run_played(description, workers, prepare, finish=lambda cluster: None):
    """The `main` of scenarios of controllers: CASES some at a time, then ALONE. `prepare` and `finish` are called with the cluster."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--martlet", required=True)
    parser.add_argument("--only", default="")
    parser.add_argument("--keep", action="store_true", help="leave the cluster's files there")
    parser.add_argument("--workers", type=int, default=workers, help="how many scenarios at a time")
    options = parser.parse_args()
    directory = tempfile.mkdtemp(prefix="martlet-played-")
    cluster = PlayedCluster(os.path.abspath(options.martlet), directory)
    passed = failed = 0

    def call(name, function):
        run_case(cluster, name, function)

    try:
        print(cluster.up().strip())
        prepare(cluster)
        passed, failed = run_cases(CASES, options.only, call, options.workers)
        more = run_cases(ALONE, options.only, call)
        passed, failed = passed + more[0], failed + more[1]
    finally:
        finish(cluster)
        cluster.stop_playing()
        cluster.down("--purge")
        if not options.keep:
            shutil.rmtree(directory, ignore_errors=True)
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)
