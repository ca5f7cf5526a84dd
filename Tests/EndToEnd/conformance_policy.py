"""Conformance of disruption budgets, LimitRanges, and what the scheduler decides: predicates, preemption, priorities."""
import time
from run import Failure, contains, equal, until
from played import case, condition, owner, pod, workload
from rest import Refused
from conformance_sets import is_ready, stays


def refused(code, work, *texts):
    """What `work` is answered with must be a refusal of that code."""
    try:
        work()
    except Refused as refusal:
        equal(refusal.code, code, str(refusal))
        for text in texts:
            contains(refusal.status["message"], text)
        return refusal.status
    raise Failure(f"not refused with {code}")


def budget(name, **spec):
    return {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": name}, "spec": {"selector": {"matchLabels": {"app": name}}, **spec}}


def processed(c, ns, name):
    def check():
        found = c.rest.get("poddisruptionbudgets", ns, name)
        return found["status"].get("observedGeneration", 0) >= found["metadata"]["generation"] and found
    return until(check, 20, f"budget {name} to be processed")


def pods_ready(c, ns, app, count):
    return until(lambda: len(f := [p for p in c.rest.items("pods", ns, f"app={app}") if is_ready(p)]) == count and f, 30, f"{count} pods of {app}")


@case
def case_budget_create_update_patch_delete(c, ns):
    c.rest.create("poddisruptionbudgets", ns, budget("foo", minAvailable="1%"))
    processed(c, ns, "foo")
    c.rest.change("poddisruptionbudgets", ns, "foo", lambda b: b["spec"].update(minAvailable="2%"))
    equal(processed(c, ns, "foo")["spec"]["minAvailable"], "2%", "after the update")
    c.rest.patch("poddisruptionbudgets", ns, "foo", {"spec": {"minAvailable": "3%"}})
    equal(processed(c, ns, "foo")["spec"]["minAvailable"], "3%", "after the patch")
    c.rest.delete("poddisruptionbudgets", ns, "foo")
    equal(c.rest.is_gone("poddisruptionbudgets", ns, "foo"), True, "gone")


@case
def case_budget_list_and_delete(c, ns):
    other = ns + "-2"
    c.kubectl("create", "namespace", other)
    for where, name in ((ns, "foo"), (ns, "foo2"), (other, "foo3")):
        made = budget(name, minAvailable=1)
        made["metadata"]["labels"] = {"e2e": ns}
        c.rest.create("poddisruptionbudgets", where, made)
    for where, count in ((ns, 2), (None, 3)):
        equal(len(c.rest.items("poddisruptionbudgets", where, f"e2e={ns}")), count, "budgets")
    c.rest.delete_all("poddisruptionbudgets", ns, f"e2e={ns}")
    equal([b["metadata"]["name"] for b in c.rest.items("poddisruptionbudgets", None, f"e2e={ns}")], ["foo3"], "budgets that are left")
    c.kubectl("delete", "namespace", other, "--wait=false")


@case
def case_budget_status_is_observed(c, ns):
    c.rest.create("poddisruptionbudgets", ns, budget("foo", minAvailable=1))
    for number in range(3):
        c.rest.create("pods", ns, pod(f"rs-{number}", {"app": "foo"}))
    pods_ready(c, ns, "foo", 3)

    def check():
        status = c.rest.get("poddisruptionbudgets", ns, "foo")["status"]
        return (status["currentHealthy"], status["disruptionsAllowed"], status["expectedPods"], status["desiredHealthy"]) == (3, 2, 3, 1) and status
    status = until(check, 20, "two disruptions")
    equal(next(x for x in status["conditions"] if x["type"] == "DisruptionAllowed")["status"], "True", "condition")


@case
def case_budget_status_is_written(c, ns):
    c.rest.create("poddisruptionbudgets", ns, budget("foo", minAvailable=1))
    c.rest.create("pods", ns, pod("pod-0", {"app": "foo"}))
    pods_ready(c, ns, "foo", 1)
    until(lambda: processed(c, ns, "foo")["status"].get("currentHealthy") == 1, 20, "the budget")
    # A pod that does not exist is taken out again by the controller.
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    old = c.rest.change("poddisruptionbudgets", ns, "foo", lambda b: b["status"].update(disruptedPods={"pod-0": now}), "status")
    equal(list(old["status"]["disruptedPods"]), ["pod-0"], "after the update")
    patched = c.rest.patch("poddisruptionbudgets", ns, "foo", {"status": {"disruptedPods": None}}, "merge", "status")
    equal(patched["status"].get("disruptedPods"), None, "after the patch")


def evict(c, ns, name):
    c.rest.create("pods", ns, {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name, "namespace": ns}}, name, "eviction")


@case
def case_budget_blocks_an_eviction(c, ns):
    for number in range(3):
        c.rest.create("pods", ns, pod(f"rs-{number}", {"app": "foo"}))
    pods_ready(c, ns, "foo", 3)
    c.rest.create("poddisruptionbudgets", ns, budget("foo", minAvailable=3))
    until(lambda: c.rest.get("poddisruptionbudgets", ns, "foo")["status"].get("currentHealthy") == 3, 20, "the budget")
    status = refused(429, lambda: evict(c, ns, "rs-0"), "Cannot evict pod as it would violate the pod's disruption budget.")
    equal(status["details"]["causes"][0]["reason"], "DisruptionBudget", "cause")
    c.rest.change("poddisruptionbudgets", ns, "foo", lambda b: b["spec"].update(minAvailable=2))
    until(lambda: c.rest.get("poddisruptionbudgets", ns, "foo")["status"].get("disruptionsAllowed") == 1, 20, "a disruption")
    evict(c, ns, "rs-0")
    until(lambda: c.rest.is_gone("pods", ns, "rs-0"), 20, "the evicted pod to be gone")
    c.rest.create("pods", ns, pod("rs-0", {"app": "foo"}))
    pods_ready(c, ns, "foo", 3)
    c.rest.patch("poddisruptionbudgets", ns, "foo", {"spec": {"minAvailable": 3}})
    until(lambda: c.rest.get("poddisruptionbudgets", ns, "foo")["status"].get("disruptionsAllowed") == 0, 20, "no disruption")
    refused(429, lambda: evict(c, ns, "rs-0"))
    c.rest.delete("poddisruptionbudgets", ns, "foo")
    evict(c, ns, "rs-0")
    until(lambda: c.rest.is_gone("pods", ns, "rs-0"), 20, "the evicted pod to be gone")


# limit ranges


def amounts(cpu=None, memory=None, storage=None):
    return {k: v for k, v in (("cpu", cpu), ("memory", memory), ("ephemeral-storage", storage)) if v}


def limits(name, **labels):
    return {"apiVersion": "v1", "kind": "LimitRange", "metadata": {"name": name, "labels": labels}, "spec": {"limits": [{
        "type": "Container", "min": amounts("50m", "100Mi", "100Gi"), "max": amounts("500m", "500Mi", "500Gi"), "default": amounts("500m", "500Mi", "500Gi"),
        "defaultRequest": amounts("100m", "200Mi", "200Gi"), "maxLimitRequestRatio": {}}]}}


def sized(name, requests=None, limit=None):
    made = pod(name)
    made["spec"]["containers"][0]["resources"] = {k: v for k, v in (("requests", requests), ("limits", limit)) if v}
    return made


@case
def case_limit_range_defaults(c, ns):
    rest = c.rest
    with rest.watch("limitranges", ns, f"time={ns}") as watch:
        rest.create("limitranges", ns, limits("limit-range", time=ns))
        watch.until(lambda t, o: t == "ADDED", 20, "the range")
    made = rest.create("pods", ns, sized("pod-no-resources"))
    wanted = {"requests": amounts("100m", "200Mi", "200Gi"), "limits": amounts("500m", "500Mi", "500Gi")}
    equal(made["spec"]["containers"][0]["resources"], wanted, "resources of a pod that says nothing")
    made = rest.create("pods", ns, sized("pod-partial-resources", amounts(None, "150Mi", "150Gi"), amounts("300m")))
    wanted = {"requests": amounts("300m", "150Mi", "150Gi"), "limits": amounts("300m", "500Mi", "500Gi")}
    equal(made["spec"]["containers"][0]["resources"], wanted, "resources of a pod that says something")
    refused(403, lambda: rest.create("pods", ns, sized("small", amounts("10m", "50Mi", "50Gi"))), "minimum cpu usage per Container is 50m, but request is 10m")
    refused(403, lambda: rest.create("pods", ns, sized("big", amounts("600m", "600Mi", "600Gi"))))
    rest.change("limitranges", ns, "limit-range", lambda r: r["spec"]["limits"][0].update(min=amounts("9m", "49Mi", "49Gi")))
    rest.create("pods", ns, sized("small", amounts("10m", "50Mi", "50Gi")))
    refused(403, lambda: rest.create("pods", ns, sized("big", amounts("600m", "600Mi", "600Gi"))))
    rest.delete("limitranges", ns, "limit-range", gracePeriodSeconds=30)
    equal(rest.items("limitranges", ns), [], "ranges that are left")
    rest.create("pods", ns, sized("big", amounts("600m", "600Mi", "600Gi")))


@case
def case_limit_range_list_patch_and_delete(c, ns):
    rest, other = c.rest, ns + "-2"
    c.kubectl("create", "namespace", other)
    made = rest.create("limitranges", ns, limits("e2e-limitrange", **{"e2e-test": ns, "e2e-limitrange": "created"}))
    rest.create("limitranges", other, limits("e2e-limitrange", **{"e2e-test": ns, "e2e-limitrange": "created"}))
    equal(len(rest.items("limitranges", None, f"e2e-test={ns}")), 2, "ranges")
    ranges = made["spec"]["limits"]
    ranges[0]["min"] = amounts("9m", "49Mi", "49Gi")
    patched = rest.patch("limitranges", ns, "e2e-limitrange", {"metadata": {"creationTimestamp": made["metadata"]["creationTimestamp"], "labels": {"e2e-limitrange": "patched"}}, "spec": {"limits": ranges}})
    equal((patched["metadata"]["labels"]["e2e-limitrange"], patched["spec"]["limits"][0]["min"]), ("patched", amounts("9m", "49Mi", "49Gi")), "what was patched")
    rest.delete_all("limitranges", ns, "e2e-limitrange=patched")
    equal(rest.items("limitranges", ns, "e2e-limitrange=patched"), [], "ranges that were patched")
    equal(len(rest.items("limitranges", None, f"e2e-test={ns}")), 1, "ranges that are left")
    c.kubectl("delete", "namespace", other, "--wait=false")


# predicates


TOLERANT = {"tolerations": [{"key": "full", "operator": "Exists"}]}


def scheduled(c, ns, name):
    return until(lambda: c.rest.get("pods", ns, name)["spec"].get("nodeName"), 30, f"a node for {name}")


def waits(c, ns, name):
    def check():
        found = condition(c.rest.get("pods", ns, name), "PodScheduled")
        return found.get("reason") == "Unschedulable" and found["message"]
    return until(check, 20, f"{name} to wait")


@case
def case_predicate_resources(c, ns):
    # The rest of the processors of both nodes is taken, so that one more finds none.
    for node in ("filled-0", "filled-1"):
        made = pod("filler-" + node, cpu="2500m", nodeSelector={"kubernetes.io/hostname": node}, **TOLERANT)
        made["spec"]["containers"][0]["resources"]["limits"] = {"cpu": "2500m"}
        c.rest.create("pods", ns, made)
        equal(scheduled(c, ns, "filler-" + node), node, "node")
    c.rest.create("pods", ns, pod("additional-pod", cpu="1900m", nodeSelector={"pool": "filled"}, **TOLERANT))
    contains(waits(c, ns, "additional-pod"), "2 Insufficient cpu")
    until(lambda: any(e["reason"] == "FailedScheduling" for e in c.rest.items("events", ns, fieldSelector="involvedObject.name=additional-pod")), 20, "the event")


@case
def case_predicate_node_selector(c, ns):
    c.rest.create("pods", ns, pod("restricted-pod", nodeSelector={"label": "nonempty-" + ns}))
    contains(waits(c, ns, "restricted-pod"), "node(s) didn't match Pod's node affinity/selector")
    key = "kubernetes.io/e2e-" + ns[-30:]
    c.rest.patch("nodes", None, "ordinary-1", {"metadata": {"labels": {key: "42"}}})
    c.rest.create("pods", ns, pod("with-labels", nodeSelector={key: "42"}))
    equal(scheduled(c, ns, "with-labels"), "ordinary-1", "node")
    c.rest.patch("nodes", None, "ordinary-1", {"metadata": {"labels": {key: None}}})


@case
def case_predicate_host_ports(c, ns):
    key = "kubernetes.io/e2e-" + ns[-30:]
    c.rest.patch("nodes", None, "ordinary-1", {"metadata": {"labels": {key: "95"}}})

    def ported(name, address, protocol="TCP"):
        made = pod(name, nodeSelector={key: "95"})
        made["spec"]["containers"][0]["ports"] = [{"hostPort": 54322, "containerPort": 8080, "protocol": protocol, **({"hostIP": address} if address else {})}]
        c.rest.create("pods", ns, made)

    ported("pod4", "")
    equal(scheduled(c, ns, "pod4"), "ordinary-1", "node")
    ported("pod5", "172.18.0.2")
    contains(waits(c, ns, "pod5"), "node(s) didn't have free ports for the requested pod ports")
    ported("pod6", "172.18.0.2", "UDP")
    equal(scheduled(c, ns, "pod6"), "ordinary-1", "node of another protocol")
    c.rest.patch("nodes", None, "ordinary-1", {"metadata": {"labels": {key: None}}})


# preemption: on resources that no other test asks for


def priority(c, name, value, **more):
    return c.rest.create("priorityclasses", None, {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": {"name": name}, "value": value, "globalDefault": False, **more})


def hungry(name, resource, amount, class_name, **spec):
    made = pod(name, **spec)
    made["spec"]["priorityClassName"] = class_name
    made["spec"]["containers"][0]["resources"] = {"requests": {resource: str(amount)}, "limits": {resource: str(amount)}}
    return made


def preempt(c, ns, where, victim_class, preemptor_class, preemptor):
    """Two on each of the ordinary nodes take all of a resource; the least important one has to go."""
    resource = f"example.com/{ns[-20:]}"
    for node in ("ordinary-0", "ordinary-1"):
        c.ordinary.offer(node, {resource: "5"})
    victims = []
    for number, node in enumerate(("ordinary-0", "ordinary-0", "ordinary-1", "ordinary-1")):
        name, class_name = f"pod{number}-0", victim_class if number == 2 else f"{ns}-medium"
        c.rest.create("pods", ns, hungry(name, resource, 2, class_name, nodeSelector={"kubernetes.io/hostname": node}))
        equal(scheduled(c, ns, name), node, "node")
        victims.append(name)
    c.rest.create("pods", where, hungry(preemptor, resource, 3, preemptor_class))
    equal(scheduled(c, where, preemptor), "ordinary-1", "node of the one that preempts")
    until(lambda: c.rest.is_gone("pods", ns, "pod2-0"), 20, "the victim to be gone")
    for name in (victims[0], victims[1], victims[3]):
        equal(c.rest.get("pods", ns, name)["metadata"].get("deletionTimestamp"), None, f"deletion of {name}")


def three_classes(c, ns):
    for name, value in (("low", 1), ("medium", 100), ("high", 1000)):
        priority(c, f"{ns}-{name}", value)


def forget_classes(c, ns, *names):
    for name in names or ("low", "medium", "high"):
        c.rest.delete("priorityclasses", None, f"{ns}-{name}")


@case
def case_preemption_basic(c, ns):
    three_classes(c, ns)
    preempt(c, ns, ns, f"{ns}-low", f"{ns}-high", "preemptor-pod")
    forget_classes(c, ns)


@case
def case_preemption_by_a_critical_pod(c, ns):
    three_classes(c, ns)
    preempt(c, ns, "kube-system", f"{ns}-low", "system-cluster-critical", "critical-pod")
    c.rest.delete("pods", "kube-system", "critical-pod")
    forget_classes(c, ns)


@case
def case_preemption_is_told(c, ns):
    three_classes(c, ns)
    resource = f"example.com/{ns[-20:]}"
    c.ordinary.offer("ordinary-0", {resource: "1"})
    made = hungry("victim-pod", resource, 1, f"{ns}-low")
    made["metadata"]["finalizers"] = ["example.com/test-finalizer"]
    c.rest.create("pods", ns, made)
    scheduled(c, ns, "victim-pod")
    c.rest.create("pods", ns, hungry("preemptor-pod", resource, 1, f"{ns}-high"))
    until(lambda: "deletionTimestamp" in c.rest.get("pods", ns, "victim-pod")["metadata"], 20, "the victim to be terminating")
    found = condition(c.rest.get("pods", ns, "victim-pod"), "DisruptionTarget")
    equal((found.get("status"), found.get("reason")), ("True", "PreemptionByScheduler"), "condition")
    c.rest.patch("pods", ns, "victim-pod", {"metadata": {"finalizers": None}}, "merge")
    scheduled(c, ns, "preemptor-pod")
    forget_classes(c, ns)


@case
def case_preemption_of_replica_sets(c, ns):
    for number in range(1, 5):
        priority(c, f"{ns}-p{number}", number)
    resource = f"example.com/{ns[-20:]}"
    c.ordinary.offer("ordinary-0", {resource: "1000"})
    made = {}

    def replica_set(name, amount, class_name):
        thing = workload("ReplicaSet", name, 1)
        thing["spec"]["template"]["spec"] = hungry(name, resource, amount, class_name, nodeSelector={"kubernetes.io/hostname": "ordinary-0"})["spec"]
        made[name] = set()
        c.rest.create("replicasets", ns, thing)
        until(lambda: c.rest.get("replicasets", ns, name)["status"].get("availableReplicas") == 1, 30, f"the pod of {name}")

    with c.rest.watch("pods", ns) as watch:
        for number, amount in ((1, 200), (2, 300), (3, 450)):
            replica_set(f"rs-pod{number}", amount, f"{ns}-p{number}")
        c.rest.create("pods", ns, hungry("pod4", resource, 500, f"{ns}-p4", nodeSelector={"kubernetes.io/hostname": "ordinary-0"}))
        scheduled(c, ns, "pod4")

        def counts():
            for kind, found in list(watch.events):
                if kind == "ADDED" and owner(found):
                    made[owner(found)["name"]].add(found["metadata"]["uid"])
            return [len(made[f"rs-pod{n}"]) for n in (1, 2, 3)]

        until(lambda: counts() == [2, 2, 1], 20, "pods that were made: [2, 2, 1]")
        stays(lambda: counts() == [2, 2, 1], 2, "no further preemption")
    forget_classes(c, ns, "p1", "p2", "p3", "p4")


@case
def case_priority_classes_by_the_api(c, ns):
    for number in (1, 2):
        priority(c, f"{ns}-p{number}", number)
    for number in (1, 2):
        name = f"{ns}-p{number}"
        found = c.rest.get("priorityclasses", None, name)
        refused(422, lambda: c.rest.patch("priorityclasses", None, name, {"value": number * 10}), "may not be changed in an update.")
        refused(422, lambda: c.rest.replace("priorityclasses", None, {**found, "value": number * 10}))
        c.rest.patch("priorityclasses", None, name, {"description": "updated description"})
        c.rest.change("priorityclasses", None, name, lambda p: p.update(description="updated again"))
        found = c.rest.get("priorityclasses", None, name)
        equal((found["value"], found["description"]), (number, "updated again"), "class")
    equal({f"{ns}-p1", f"{ns}-p2"} - {p["metadata"]["name"] for p in c.rest.items("priorityclasses")}, set(), "classes that are missing")
    forget_classes(c, ns, "p1", "p2")
