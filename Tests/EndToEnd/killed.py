"""The whole process is killed in the middle of work, at moments taken by chance; afterwards everything is as if it had not been."""
import random, time
from run import Failure, equal, until
from played import all_ready, alone, condition, job, owner, running, workload

SEED = random.randrange(1 << 30)


def interrupt(c, ns, times):
    """Kills and starts again, each time after a moment that the seed says."""
    chance = random.Random(f"{SEED}-{ns}")
    print(f"      kills of seed {SEED}", flush=True)
    for _ in range(times):
        time.sleep(chance.uniform(0.02, 0.9))
        c.kill()
        c.up()


def settled(c, ns):
    """Whether all workloads of a namespace are what they should be, without a pod too many."""
    for deployment in c.items(ns, "deployments"):
        status, wanted = deployment["status"], deployment["spec"]["replicas"]
        if status.get("observedGeneration") != deployment["metadata"]["generation"]:
            return False
        if (status.get("readyReplicas", 0), status.get("updatedReplicas", 0), status.get("replicas", 0)) != (wanted,) * 3:
            return False
    sets = {r["metadata"]["uid"]: r for r in c.items(ns, "replicasets")}
    counts = {}
    for found in c.items(ns, "pods"):
        if owner(found).get("kind") == "ReplicaSet":
            if owner(found)["uid"] not in sets:
                return False
            counts[owner(found)["uid"]] = counts.get(owner(found)["uid"], 0) + 1
    return all(counts.get(uid, 0) == r["spec"]["replicas"] for uid, r in sets.items())


@alone
def case_killed_half_way(c, ns):
    c.apply(ns, workload("Deployment", "web", 60), workload("StatefulSet", "db", 5), job("work", completions=20, parallelism=5))
    for number in range(2, 5):
        time.sleep(0.4)
        c.kubectl("-n", ns, "set", "image", "deployment/web", f"main=registry.example/app:{number}")
        c.kill()
        c.up()
    until(lambda: settled(c, ns) and all_ready(c, ns, "deployment", "web", 60), 120, "the deployment")
    until(lambda: all_ready(c, ns, "statefulset", "db", 5), 60, "the stateful set")
    until(lambda: condition(c.one(ns, "job", "work"), "Complete").get("status") == "True", 60, "the job")
    equal(c.one(ns, "job", "work")["status"]["succeeded"], 20, "succeeded")
    told = [e for e in c.events(ns, "work") if e[0] != "SuccessfulCreate"]
    equal(len(c.items(ns, "pods", "-l", "job-name=work")), 20, f"pods of the job, of which was told {told}")


@alone
def case_killed_while_rolling(c, ns):
    c.apply(ns, workload("Deployment", "web", 30, strategy={"rollingUpdate": {"maxSurge": 2, "maxUnavailable": 0}}))
    until(lambda: all_ready(c, ns, "deployment", "web", 30), 40, "thirty replicas")
    c.kubectl("-n", ns, "set", "image", "deployment/web", "main=registry.example/app:2")
    interrupt(c, ns, 3)
    until(lambda: settled(c, ns), 90, "the deployment")
    equal({p["spec"]["containers"][0]["image"] for p in running(c, ns, "web")}, {"registry.example/app:2"}, "images")
    equal(sorted(r["spec"]["replicas"] for r in c.items(ns, "replicasets")), [0, 30], "sizes of the sets")
    equal(c.one(ns, "deployment", "web")["metadata"]["annotations"]["deployment.kubernetes.io/revision"], "2", "revision")


@alone
def case_killed_while_a_job_works(c, ns):
    c.create(ns, job("work", completions=24, parallelism=6, completionMode="Indexed"))
    interrupt(c, ns, 3)
    until(lambda: condition(c.one(ns, "job", "work"), "Complete").get("status") == "True", 90, "the job")
    status = c.one(ns, "job", "work")["status"]
    equal((status["succeeded"], status.get("failed", 0), status["completedIndexes"]), (24, 0, "0-23"), "counts")
    indexes = sorted(int(p["metadata"]["annotations"]["batch.kubernetes.io/job-completion-index"]) for p in c.items(ns, "pods", "-l", "job-name=work"))
    equal(indexes, list(range(24)), "indexes of the pods, each once")
    equal([p["metadata"]["name"] for p in c.items(ns, "pods") if p["metadata"].get("finalizers")], [], "pods that are still held")


@alone
def case_killed_while_a_namespace_goes(c, ns):
    other = ns + "-gone"
    c.kubectl("create", "namespace", other)
    c.apply(other, workload("Deployment", "web", 25), workload("StatefulSet", "db", 3, podManagementPolicy="Parallel"), job("work", completions=3),
            *[{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": f"c{n}"}} for n in range(30)])
    until(lambda: all_ready(c, other, "deployment", "web", 25), 40, "the deployment")
    uid = c.get("namespace", other)["metadata"]["uid"]
    c.kubectl("delete", "namespace", other, "--wait=false")
    interrupt(c, ns, 3)
    until(lambda: c.kubectl("get", "namespace", other, check=False).returncode != 0, 90, "the namespace to be gone")
    # One of the same name is empty.
    c.kubectl("create", "namespace", other)
    if c.get("namespace", other)["metadata"]["uid"] == uid:
        raise Failure("the same namespace")
    for kind in ("pods", "replicasets", "deployments", "statefulsets", "jobs", "controllerrevisions"):
        equal(c.items(other, kind), [], kind)
    equal([m["metadata"]["name"] for m in c.items(other, "configmaps") if m["metadata"]["name"] != "kube-root-ca.crt"], [], "configmaps")
    c.kubectl("delete", "namespace", other, "--wait=false")


@alone
def case_killed_while_a_set_is_scaled(c, ns):
    claim = {"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"], "storageClassName": "", "resources": {"requests": {"storage": "1Mi"}}}}
    c.apply(ns, workload("StatefulSet", "db", 2, volumeClaimTemplates=[claim], podManagementPolicy="Parallel",
                         persistentVolumeClaimRetentionPolicy={"whenScaled": "Delete", "whenDeleted": "Retain"}),
            workload("StatefulSet", "ordered", 2))
    until(lambda: all_ready(c, ns, "statefulset", "ordered", 2) and len(c.items(ns, "pvc")) == 2, 30, "two replicas")
    first = {p["metadata"]["uid"] for p in running(c, ns, "ordered")}
    c.kubectl("-n", ns, "scale", "statefulset/db", "statefulset/ordered", "--replicas=9")
    interrupt(c, ns, 2)
    until(lambda: all_ready(c, ns, "statefulset", "ordered", 9), 90, "nine replicas")
    equal(first - {p["metadata"]["uid"] for p in running(c, ns, "ordered")}, set(), "the first pods that are no longer there")
    equal(sorted(p["metadata"]["name"] for p in c.items(ns, "pvc")), [f"data-db-{n}" for n in range(9)], "claims")
    c.kubectl("-n", ns, "scale", "statefulset/db", "statefulset/ordered", "--replicas=1")
    interrupt(c, ns, 2)
    until(lambda: [p["metadata"]["name"] for p in c.items(ns, "pods", "-l", "app=ordered")] == ["ordered-0"], 90, "one pod")
    until(lambda: [p["metadata"]["name"] for p in c.items(ns, "pvc")] == ["data-db-0"], 90, "one claim")


@alone
def case_networks_of_nodes(c, ns):
    """Each node gets a network of its own; who gets none says so and waits, also over the end of the process."""
    flags = list(c.flags)

    def add(name, **spec):
        c.create(ns, {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}, "spec": spec})

    def network(name):
        return c.get("node", name)["spec"].get("podCIDR")

    c.down()
    c.flags += ["--pod-cidr", "10.200.0.0/25", "--cluster-cidr", "10.200.0.0/24"]
    c.up()
    try:
        for name in ("net-a", "net-b", "net-c"):
            add(name)
            if name != "net-c":
                until(lambda: network(name), 10, f"a network of {name}")
        equal([c.get("node", n)["spec"]["podCIDRs"] for n in ("net-a", "net-b")], [["10.200.0.0/25"], ["10.200.0.128/25"]])
        until(lambda: ("CIDRNotAvailable", "Node net-c status is now: CIDRNotAvailable") in c.events("default", "net-c"), 10, "the Event")
        equal(network("net-c"), None)
        c.kubectl("delete", "node", "net-a")
        until(lambda: network("net-c") == "10.200.0.0/25", 10, "what the other had")
        # Networks that somebody writes count too.
        c.kubectl("delete", "node", "net-b")
        add("net-d", podCIDR="10.200.0.128/25")
        add("net-e")
        c.kill()
        c.up()
        until(lambda: ("CIDRNotAvailable", "Node net-e status is now: CIDRNotAvailable") in c.events("default", "net-e"), 10, "the Event")
        equal(network("net-e"), None)
        c.kubectl("delete", "node", "net-d")
        until(lambda: network("net-e") == "10.200.0.128/25", 10, "what the other had")
        c.kubectl("delete", "node", "net-c", "net-e")
    finally:
        c.down()
        c.flags = flags
        c.up()
