"""Conformance of StatefulSets, DaemonSets and ControllerRevisions."""
import time
from run import Failure, equal, until
from played import case, condition, owner, workload
from scripted import Play


def stateful(name, replicas, **spec):
    return workload("StatefulSet", name, replicas, **spec)


def set_pods(c, ns, app):
    found = [p for p in c.rest.items("pods", ns, f"app={app}") if owner(p)]
    return sorted(found, key=lambda p: p["metadata"]["name"])


def is_ready(found):
    return condition(found, "Ready").get("status") == "True" and found["status"].get("phase") == "Running" and "deletionTimestamp" not in found["metadata"]


def all_run(c, ns, app, count):
    def check():
        found = set_pods(c, ns, app)
        return len(found) == count and all(is_ready(p) for p in found) and found
    return until(check, 40, f"{count} ready pods of {app}")


def observed(c, ns, name, kind="statefulsets"):
    """The object, once its controller has seen what is in it."""
    def check():
        thing = c.rest.get(kind, ns, name)
        return thing["status"].get("observedGeneration", 0) >= thing["metadata"]["generation"] and thing
    return until(check, 20, f"{name} to be observed")


def revision(found):
    return found["metadata"]["labels"]["controller-revision-hash"]


def image(found):
    return found["spec"]["containers"][0]["image"]


def use_image(c, ns, name, to, kind="statefulsets"):
    def edit(thing):
        thing["spec"]["template"]["spec"]["containers"][0]["image"] = to
    c.rest.change(kind, ns, name, edit)


def stays(condition_holds, seconds, what):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not condition_holds():
            raise Failure(f"did not stay: {what}")
        time.sleep(0.1)


@case
def case_stateful_set_rolls_and_rolls_back(c, ns):
    c.rest.create("statefulsets", ns, stateful("ss2", 3))
    found = all_run(c, ns, "ss2", 3)
    status = until(lambda: (s := observed(c, ns, "ss2")["status"]).get("currentReplicas") == 3 and s, 20, "the status")
    first = status["currentRevision"]
    equal(status["updateRevision"], first, "update revision")
    equal({revision(p) for p in found}, {first}, "revisions of the pods")
    # One pod is not ready: the update waits for it.
    c.ordinary.scripts[ns] = lambda p: Play(ready=p["metadata"]["name"] != "ss2-1")
    c.ordinary.look(ns)
    until(lambda: c.rest.get("statefulsets", ns, "ss2")["status"].get("readyReplicas") == 2, 20, "one that is not ready")
    with c.rest.watch("pods", ns, "app=ss2") as watch:
        use_image(c, ns, "ss2", "registry.example/app:2")
        status = until(lambda: (s := observed(c, ns, "ss2")["status"])["currentRevision"] != s["updateRevision"] and s, 20, "a new revision")
        second = status["updateRevision"]
        equal(status["currentRevision"], first, "current revision")
        c.ordinary.scripts.pop(ns)
        c.ordinary.look(ns)
        until(lambda: {(revision(p), image(p)) for p in all_run(c, ns, "ss2", 3)} == {(second, "registry.example/app:2")}, 40, "the update")
        equal([p["metadata"]["name"] for t, p in watch.events if t == "DELETED"], ["ss2-2", "ss2-1", "ss2-0"], "order of the update")
    status = until(lambda: (s := observed(c, ns, "ss2")["status"])["currentRevision"] == second and s, 20, "the end of the update")
    equal((status["updateRevision"], status["currentReplicas"], status["updatedReplicas"]), (second, 3, 3), "status")
    use_image(c, ns, "ss2", "registry.example/app:1")
    until(lambda: observed(c, ns, "ss2")["status"]["updateRevision"] == first, 20, "the old revision again")
    until(lambda: {(revision(p), image(p)) for p in all_run(c, ns, "ss2", 3)} == {(first, "registry.example/app:1")}, 40, "the way back")
    until(lambda: observed(c, ns, "ss2")["status"]["currentRevision"] == first, 20, "the end of the way back")
    equal(len(c.rest.items("controllerrevisions", ns)), 2, "revisions that are kept")


@case
def case_stateful_set_canary_and_phases(c, ns):
    def partition(number):
        c.rest.change("statefulsets", ns, "ss2", lambda s: s["spec"].update(updateStrategy={"type": "RollingUpdate", "rollingUpdate": {"partition": number}}))

    c.rest.create("statefulsets", ns, stateful("ss2", 3, updateStrategy={"type": "RollingUpdate", "rollingUpdate": {"partition": 3}}))
    all_run(c, ns, "ss2", 3)
    first = observed(c, ns, "ss2")["status"]["currentRevision"]
    use_image(c, ns, "ss2", "registry.example/app:2")
    second = until(lambda: (s := observed(c, ns, "ss2")["status"])["updateRevision"] != first and s["updateRevision"], 20, "a new revision")

    def shape(number):
        return [(first, "registry.example/app:1") if at < number else (second, "registry.example/app:2") for at in range(3)]

    def pods():
        return [(revision(p), image(p)) for p in all_run(c, ns, "ss2", 3)]

    stays(lambda: pods() == shape(3), 1, "nothing is updated above the partition")
    partition(2)
    until(lambda: pods() == shape(2), 30, "the canary")
    for name in ("ss2-0", "ss2-2"):
        uid = c.rest.get("pods", ns, name)["metadata"]["uid"]
        c.rest.delete("pods", ns, name)
        until(lambda: c.rest.get("pods", ns, name)["metadata"]["uid"] != uid, 20, f"{name} anew")
    equal(pods(), shape(2), "pods after some were deleted")
    for number in (1, 0):
        partition(number)
        until(lambda: pods() == shape(number), 30, f"phase {number}")
    until(lambda: observed(c, ns, "ss2")["status"]["currentRevision"] == second, 20, "the end")


def scale(c, ns, name, count, kind="statefulsets"):
    c.rest.change(kind, ns, name, lambda s: s["spec"].update(replicas=count))


def break_all(c, ns, name, count):
    until(lambda: c.rest.get("statefulsets", ns, name)["status"].get("readyReplicas", 0) == count, 20, "all to be ready")
    c.ordinary.scripts[ns] = lambda p: Play(ready=False)
    c.ordinary.look(ns)
    until(lambda: c.rest.get("statefulsets", ns, name)["status"].get("readyReplicas", 0) == 0, 20, "none to be ready")
    equal(len(set_pods(c, ns, name)), count, "pods")


def mend_all(c, ns):
    c.ordinary.scripts.pop(ns)
    c.ordinary.look(ns)


@case
def case_stateful_set_halts_at_the_unhealthy(c, ns):
    with c.rest.watch("pods", ns, "app=ss") as watch:
        c.rest.create("statefulsets", ns, stateful("ss", 1))
        all_run(c, ns, "ss", 1)
        break_all(c, ns, "ss", 1)
        scale(c, ns, "ss", 3)
        stays(lambda: len(set_pods(c, ns, "ss")) == 1, 3, "one pod")
        mend_all(c, ns)
        all_run(c, ns, "ss", 3)
        break_all(c, ns, "ss", 3)
        scale(c, ns, "ss", 0)
        stays(lambda: len(set_pods(c, ns, "ss")) == 3, 3, "three pods")
        mend_all(c, ns)
        until(lambda: not set_pods(c, ns, "ss"), 30, "no pods")
        equal([p["metadata"]["name"] for t, p in watch.events if t == "ADDED"], ["ss-0", "ss-1", "ss-2"], "order of coming")
        equal([p["metadata"]["name"] for t, p in watch.events if t == "DELETED"], ["ss-2", "ss-1", "ss-0"], "order of going")
    until(lambda: c.rest.get("statefulsets", ns, "ss")["status"].get("replicas") == 0, 20, "a status without replicas")


@case
def case_stateful_set_bursts_past_the_unhealthy(c, ns):
    c.rest.create("statefulsets", ns, stateful("ss", 1, podManagementPolicy="Parallel"))
    all_run(c, ns, "ss", 1)
    break_all(c, ns, "ss", 1)
    scale(c, ns, "ss", 3)
    until(lambda: len(set_pods(c, ns, "ss")) == 3, 20, "three pods, ready or not")
    mend_all(c, ns)
    all_run(c, ns, "ss", 3)
    break_all(c, ns, "ss", 3)
    scale(c, ns, "ss", 0)
    until(lambda: not set_pods(c, ns, "ss"), 20, "no pods")
    mend_all(c, ns)
    until(lambda: c.rest.get("statefulsets", ns, "ss")["status"].get("replicas") == 0, 20, "a status without replicas")


@case
def case_stateful_set_makes_failed_pods_anew(c, ns):
    # What the kubelet does while another pod has the port: it rejects the pod.
    taken = {"port": True}
    c.ordinary.scripts[ns] = lambda p: Play(phase="Failed", reason="NodePorts") if taken["port"] and p["metadata"]["name"] == "ss-0" else None
    made = stateful("ss", 1)
    made["spec"]["template"]["spec"].update(nodeName="ordinary-0")
    made["spec"]["template"]["spec"]["containers"][0]["ports"] = [{"hostPort": 21017, "containerPort": 21017, "name": "conflict"}]
    with c.rest.watch("pods", ns) as watch:
        c.rest.create("statefulsets", ns, made)
        first = watch.until(lambda t, p: p["status"].get("phase") == "Failed", 20, "a failed pod")
        watch.until(lambda t, p: t == "DELETED" and p["metadata"]["uid"] == first["metadata"]["uid"], 20, "its end")
        taken["port"] = False
        found = all_run(c, ns, "ss", 1)[0]
        if found["metadata"]["uid"] == first["metadata"]["uid"]:
            raise Failure("the same pod")
    events = {e["reason"] for e in c.rest.items("events", ns, fieldSelector="involvedObject.name=ss")}
    equal({"RecreatingFailedPod", "SuccessfulDelete", "SuccessfulCreate"} - events, set(), "events that are missing")


@case
def case_stateful_set_has_a_scale(c, ns):
    c.rest.create("statefulsets", ns, stateful("ss", 1))
    all_run(c, ns, "ss", 1)
    check_scale(c, ns, "statefulsets", "ss")


def check_scale(c, ns, kind, name):
    """Read, update and patch, as the tests of all kinds that have a scale do."""
    found = until(lambda: (s := c.rest.get(kind, ns, name, "scale"))["status"]["replicas"] == 1 and s, 20, "a scale of one")
    equal((found["kind"], found["apiVersion"], found["spec"]["replicas"]), ("Scale", "autoscaling/v1", 1), "scale")
    found["metadata"].pop("resourceVersion")
    found["spec"]["replicas"] = 2
    equal(c.rest.replace(kind, ns, found, "scale")["spec"]["replicas"], 2, "the answer")
    equal(c.rest.get(kind, ns, name)["spec"]["replicas"], 2, "replicas")
    equal(c.rest.patch(kind, ns, name, {"metadata": {"creationTimestamp": None}, "spec": {"replicas": 4}, "status": {"replicas": 0}}, sub="scale")["spec"]["replicas"], 4, "the answer to the patch")
    equal(c.rest.get(kind, ns, name)["spec"]["replicas"], 4, "replicas")
    until(lambda: c.rest.get(kind, ns, name)["status"].get("replicas") == 4, 30, "four replicas")


@case
def case_stateful_set_list_patch_and_delete(c, ns):
    c.rest.create("statefulsets", ns, stateful("test-ss", 1))
    all_run(c, ns, "test-ss", 1)
    # A container of another name: it comes first.
    c.rest.patch("statefulsets", ns, "test-ss", {"metadata": {"labels": {"test-ss": "patched"}}, "spec": {"replicas": 2, "template": {"spec": {
        "TerminationGracePeriodSeconds": 1, "containers": [{"name": "test-ss", "image": "registry.example/pause:1"}]}}}})
    found = c.rest.get("statefulsets", ns, "test-ss")
    equal((found["spec"]["replicas"], image(found["spec"]["template"])), (2, "registry.example/pause:1"), "what was patched")
    all_run(c, ns, "test-ss", 2)
    equal(len(c.rest.items("statefulsets", None, "test-ss=patched")), 1, "sets in all namespaces")
    c.rest.delete_all("statefulsets", ns, "test-ss=patched", gracePeriodSeconds=1)
    equal(c.rest.items("statefulsets", None, "test-ss=patched"), [], "sets that are left")


def check_status(c, ns, kind, name, with_annotation=True):
    """Read, update and patch of /status, as the tests of the kinds of apps do."""
    c.rest.patch(kind, ns, name, {"metadata": {"labels": {"e2e": "testing"}}})
    equal(c.rest.get(kind, ns, name, "status")["metadata"]["name"], name, "/status")
    with c.rest.watch(kind, ns, "e2e=testing") as watch:
        def add(thing):
            thing["status"].setdefault("conditions", []).append({"type": "StatusUpdate", "status": "True", "reason": "E2E", "message": "Set from e2e test"})
        c.rest.change(kind, ns, name, add, "status")
        watch.until(lambda t, o: condition(o, "StatusUpdate").get("reason") == "E2E", 20, "the updated status")
        patch = {"status": {"conditions": [{"type": "StatusPatched", "status": "True"}]}}
        c.rest.patch(kind, ns, name, patch, "merge", "status")
        watch.until(lambda t, o: condition(o, "StatusPatched").get("status") == "True", 20, "the patched status")


@case
def case_stateful_set_status(c, ns):
    c.rest.create("statefulsets", ns, stateful("ss", 1))
    all_run(c, ns, "ss", 1)
    check_status(c, ns, "statefulsets", "ss")


# daemon sets: their pods go to the two ordinary nodes


def daemon(name, **spec):
    made = workload("DaemonSet", name, **spec)
    made["metadata"]["labels"] = {"daemonset-name": name}
    return made


def daemon_runs(c, ns, name, nodes=("ordinary-0", "ordinary-1")):
    def check():
        found = [p for p in c.rest.items("pods", ns, f"app={name}") if "deletionTimestamp" not in p["metadata"]]
        return sorted(p["spec"].get("nodeName", "") for p in found) == sorted(nodes) and all(is_ready(p) for p in found) and found
    return until(check, 40, f"{name} on {nodes}")


def daemon_status(c, ns, name, count=2):
    def check():
        status = c.rest.get("daemonsets", ns, name)["status"]
        return (status["desiredNumberScheduled"], status["currentNumberScheduled"], status["numberReady"]) == (count,) * 3
    until(check, 20, f"the status of {name}")


@case
def case_daemon_set_simple(c, ns):
    c.rest.create("daemonsets", ns, daemon("daemon-set"))
    found = daemon_runs(c, ns, "daemon-set")
    daemon_status(c, ns, "daemon-set")
    gone = found[0]["metadata"]
    c.rest.delete("pods", ns, gone["name"])
    until(lambda: c.rest.is_gone("pods", ns, gone["name"]), 20, "the deleted pod to be gone")
    daemon_runs(c, ns, "daemon-set")


@case
def case_daemon_set_complex(c, ns):
    made = daemon("daemon-set")
    made["spec"]["template"]["spec"]["nodeSelector"] = {ns: "blue"}
    c.rest.create("daemonsets", ns, made)
    observed(c, ns, "daemon-set", "daemonsets")
    equal(c.rest.items("pods", ns), [], "pods without a node")
    c.rest.patch("nodes", None, "ordinary-0", {"metadata": {"labels": {ns: "blue"}}})
    daemon_runs(c, ns, "daemon-set", ["ordinary-0"])
    daemon_status(c, ns, "daemon-set", 1)
    c.rest.patch("nodes", None, "ordinary-0", {"metadata": {"labels": {ns: "green"}}})
    until(lambda: not c.rest.items("pods", ns), 20, "no pods")
    c.rest.patch("daemonsets", ns, "daemon-set", {"spec": {"template": {"spec": {"nodeSelector": {ns: "green"}}}, "updateStrategy": {"type": "RollingUpdate"}}})
    daemon_runs(c, ns, "daemon-set", ["ordinary-0"])
    daemon_status(c, ns, "daemon-set", 1)
    c.rest.patch("nodes", None, "ordinary-0", {"metadata": {"labels": {ns: None}}})


@case
def case_daemon_set_retries_failed_pods(c, ns):
    c.rest.create("daemonsets", ns, daemon("daemon-set"))
    failed = daemon_runs(c, ns, "daemon-set")[0]["metadata"]
    c.rest.patch("pods", ns, failed["name"], {"status": {"phase": "Failed"}}, "merge", "status")
    until(lambda: c.rest.is_gone("pods", ns, failed["name"]), 20, "the failed pod to be gone")
    daemon_runs(c, ns, "daemon-set")
    events = {e["reason"] for e in c.rest.items("events", ns, fieldSelector="involvedObject.name=daemon-set")}
    equal({"FailedDaemonPod"} - events, set(), "events that are missing")


@case
def case_daemon_set_updates(c, ns):
    c.rest.create("daemonsets", ns, daemon("daemon-set", updateStrategy={"type": "RollingUpdate"}))
    daemon_runs(c, ns, "daemon-set")
    first = until(lambda: c.rest.items("controllerrevisions", ns, "app=daemon-set"), 10, "a revision")[0]
    equal((first["revision"], first["metadata"]["name"]), (1, "daemon-set-" + revision(first)), "the first revision")
    equal({revision(p) for p in c.rest.items("pods", ns)}, {revision(first)}, "labels of the pods")
    c.rest.patch("daemonsets", ns, "daemon-set", {"spec": {"template": {"spec": {"containers": [{"name": "main", "image": "registry.example/app:2"}]}}}})
    until(lambda: {image(p) for p in daemon_runs(c, ns, "daemon-set")} == {"registry.example/app:2"}, 40, "the update")
    second = next(r for r in c.rest.items("controllerrevisions", ns, "app=daemon-set") if r["metadata"]["name"] != first["metadata"]["name"])
    equal(second["revision"], 2, "the second revision")
    equal({revision(p) for p in daemon_runs(c, ns, "daemon-set")}, {revision(second)}, "labels of the pods")


@case
def case_daemon_set_goes_back_without_restarts(c, ns):
    c.rest.create("daemonsets", ns, daemon("daemon-set", updateStrategy={"type": "RollingUpdate"}))
    daemon_runs(c, ns, "daemon-set")
    c.ordinary.scripts[ns] = lambda p: Play(ready=image(p) != "foo:non-existent")
    use_image(c, ns, "daemon-set", "foo:non-existent", "daemonsets")
    until(lambda: any(image(p) == "foo:non-existent" for p in c.rest.items("pods", ns)), 20, "a pod of the new image")
    observed(c, ns, "daemon-set", "daemonsets")
    found = [p for p in c.rest.items("pods", ns) if "deletionTimestamp" not in p["metadata"]]
    old = [p for p in found if image(p) == "registry.example/app:1"]
    equal((len(old), len(found)), (1, 2), "pods that were left alone, and all")
    use_image(c, ns, "daemon-set", "registry.example/app:1", "daemonsets")
    after = until(lambda: (f := daemon_runs(c, ns, "daemon-set")) and {image(p) for p in f} == {"registry.example/app:1"} and f, 40, "the way back")
    kept = {p["metadata"]["uid"]: p for p in after}[old[0]["metadata"]["uid"]]
    equal(sum(s["restartCount"] for s in kept["status"]["containerStatuses"]), 0, "restarts of the pod that was good")


@case
def case_daemon_set_list_and_delete(c, ns):
    c.rest.create("daemonsets", ns, daemon("e2e-" + ns[-20:]))
    selector = f"daemonset-name=e2e-{ns[-20:]}"
    daemon_runs(c, ns, "e2e-" + ns[-20:])
    equal(len(c.rest.items("daemonsets", None, selector)), 1, "sets")
    c.rest.delete_all("daemonsets", ns, selector)
    equal(c.rest.items("daemonsets", None, selector), [], "sets that are left")


@case
def case_daemon_set_status(c, ns):
    c.rest.create("daemonsets", ns, daemon("daemon-set"))
    daemon_runs(c, ns, "daemon-set")
    check_status(c, ns, "daemonsets", "daemon-set")


@case
def case_controller_revision_life(c, ns):
    rest, name = c.rest, "e2e-daemon-set"
    made = daemon(name)
    made["spec"]["template"]["metadata"]["labels"]["daemonset-name"] = name
    made["spec"]["selector"] = {"matchLabels": {"daemonset-name": name}}
    rest.create("daemonsets", ns, made)
    daemon_runs(c, ns, name)
    daemon_status(c, ns, name)
    selector = f"daemonset-name={name}"
    equal(len(rest.items("daemonsets", None, selector)), 1, "sets")
    revisions = rest.items("controllerrevisions", None, selector)
    equal(len(revisions), 1, "revisions")
    first, found = revisions[0], rest.get("daemonsets", ns, name)
    equal((owner(first)["kind"], owner(first)["uid"]), ("DaemonSet", found["metadata"]["uid"]), "owner")
    patched = rest.patch("controllerrevisions", ns, first["metadata"]["name"], {"metadata": {"labels": {first["metadata"]["name"]: "patched"}}})
    equal(patched["metadata"]["labels"][first["metadata"]["name"]], "patched", "label")
    second = {"metadata": {"name": name + "-abcdef", "labels": {**found["spec"]["template"]["metadata"]["labels"], "controller-revision-hash": "abcdef"},
                           "annotations": found["metadata"].get("annotations"), "ownerReferences": first["metadata"]["ownerReferences"]},
              "data": first["data"], "revision": first["revision"] + 1}
    rest.create("controllerrevisions", ns, second)

    def count(number):
        until(lambda: len(rest.items("controllerrevisions", ns, selector)) == number, 20, f"{number} revisions")

    count(2)
    rest.delete("controllerrevisions", ns, first["metadata"]["name"])
    count(1)
    current = rest.items("controllerrevisions", ns)[0]["metadata"]["name"]
    updated = rest.change("controllerrevisions", ns, current, lambda r: r["metadata"]["labels"].update({current: "updated"}))
    equal(updated["metadata"]["labels"][current], "updated", "label")
    rest.patch("daemonsets", ns, name, {"spec": {"template": {"spec": {"terminationGracePeriodSeconds": 1}}}, "updateStrategy": {"type": "RollingUpdate"}})
    count(2)
    rest.delete_all("controllerrevisions", ns, f"{current}=updated")
    count(1)
    equal(rest.items("controllerrevisions", ns)[0]["revision"], 3, "the revision that is left")
