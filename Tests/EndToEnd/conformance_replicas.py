"""Conformance of Deployments, ReplicaSets and ReplicationControllers."""
from run import equal, until
from played import case, condition, owner, pod, template, workload
from scripted import Play
from conformance_sets import check_scale, check_status, image, is_ready, observed, scale, use_image

REVISION = "deployment.kubernetes.io/revision"


def deployment(name, replicas, **spec):
    return workload("Deployment", name, replicas, **spec)


def sets(c, ns):
    return sorted(c.rest.items("replicasets", ns), key=lambda r: int(r["metadata"].get("annotations", {}).get(REVISION, 0)))


def complete(c, ns, name, count):
    def check():
        thing = observed(c, ns, name, "deployments")
        status = thing["status"]
        return [status.get(k, 0) for k in ("replicas", "updatedReplicas", "readyReplicas", "availableReplicas")] == [count] * 4 and thing
    return until(check, 60, f"{name} with {count} pods")


@case
def case_deployment_scale(c, ns):
    c.rest.create("deployments", ns, deployment("web", 1))
    complete(c, ns, "web", 1)
    check_scale(c, ns, "deployments", "web")


@case
def case_deployment_recreates(c, ns):
    c.rest.create("deployments", ns, deployment("recreate", 2, strategy={"type": "Recreate"}))
    complete(c, ns, "recreate", 2)
    with c.rest.watch("pods", ns, "app=recreate") as watch:
        use_image(c, ns, "recreate", "registry.example/app:2", "deployments")
        complete(c, ns, "recreate", 2)
        until(lambda: sum(t == "ADDED" for t, _ in watch.events) == 2, 20, "two new pods")
        kinds = [t for t, _ in watch.events if t in ("ADDED", "DELETED")]
        equal(kinds, ["DELETED", "DELETED", "ADDED", "ADDED"], "old pods go before new ones come")


@case
def case_deployment_adopts_and_rolls(c, ns):
    old = workload("ReplicaSet", "web", 1)
    old["metadata"] = {"labels": {"app": "web"}, "name": "test-rolling-update-controller", "annotations": {REVISION: "3546343826724305832"}}
    c.rest.create("replicasets", ns, old)
    until(lambda: c.rest.get("replicasets", ns, "test-rolling-update-controller")["status"].get("readyReplicas") == 1, 20, "the pod of the old set")
    made = deployment("web", 1)
    made["spec"]["template"]["spec"]["containers"][0]["image"] = "registry.example/app:2"
    c.rest.create("deployments", ns, made)
    until(lambda: c.rest.get("deployments", ns, "web")["metadata"]["annotations"].get(REVISION) == "3546343826724305833", 20, "the next revision")
    complete(c, ns, "web", 1)
    found = {r["metadata"]["name"]: r for r in c.rest.items("replicasets", ns)}
    equal(len(found), 2, "sets")
    equal((owner(found["test-rolling-update-controller"])["name"], found["test-rolling-update-controller"]["spec"]["replicas"]), ("web", 0), "the old set")


@case
def case_deployment_deletes_old_sets(c, ns):
    old = workload("ReplicaSet", "cleanup-pod", 1)
    old["metadata"] = {"name": "test-cleanup-controller", "labels": {"app": "cleanup-pod"}}
    c.rest.create("replicasets", ns, old)
    until(lambda: c.rest.get("replicasets", ns, "test-cleanup-controller")["status"].get("readyReplicas") == 1, 20, "the pod of the old set")
    made = deployment("cleanup-pod", 1, revisionHistoryLimit=0)
    made["spec"]["template"]["spec"]["containers"][0]["image"] = "registry.example/app:2"
    with c.rest.watch("pods", ns) as watch:
        c.rest.create("deployments", ns, made)
        complete(c, ns, "cleanup-pod", 1)
        until(lambda: len(c.rest.items("replicasets", ns)) == 1, 20, "one set")
        equal(sum(t == "ADDED" for t, _ in watch.events), 1, "pods that were made")


@case
def case_deployment_rolls_over(c, ns):
    old = workload("ReplicaSet", "rollover-pod", 1)
    old["metadata"] = {"name": "test-rollover-controller", "labels": {"app": "rollover-pod"}}
    c.rest.create("replicasets", ns, old)
    until(lambda: c.rest.get("replicasets", ns, "test-rollover-controller")["status"].get("readyReplicas") == 1, 20, "the pod of the old set")
    made = deployment("rollover-pod", 1, minReadySeconds=2, strategy={"rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}})
    made["spec"]["template"]["spec"]["containers"][0].update(name="redis-slave", image="gcr.io/google_samples/gb-redisslave:nonexistent")
    c.ordinary.scripts[ns] = lambda p: Play(ready="nonexistent" not in image(p))
    c.rest.create("deployments", ns, made)
    until(lambda: len(sets(c, ns)) == 2, 20, "a second set")
    until(lambda: sum(r["spec"]["replicas"] for r in sets(c, ns)) == 2, 20, "one pod of each")

    def edit(thing):
        thing["spec"]["template"]["spec"]["containers"][0].update(name="main", image="registry.example/app:2")

    c.rest.change("deployments", ns, "rollover-pod", edit)
    until(lambda: len(sets(c, ns)) == 3, 20, "a third set")
    complete(c, ns, "rollover-pod", 1)
    sizes = {image(r["spec"]["template"]): (r["spec"]["replicas"], r["status"].get("replicas", 0)) for r in sets(c, ns)}
    equal(sizes, {"registry.example/app:1": (0, 0), "gcr.io/google_samples/gb-redisslave:nonexistent": (0, 0), "registry.example/app:2": (1, 1)}, "sizes")


@case
def case_deployment_scales_in_proportion(c, ns):
    made = deployment("web", 10, strategy={"rollingUpdate": {"maxSurge": 3, "maxUnavailable": 2}})
    c.rest.create("deployments", ns, made)
    complete(c, ns, "web", 10)
    c.ordinary.scripts[ns] = lambda p: Play(ready=image(p) != "webserver:404")
    use_image(c, ns, "web", "webserver:404", "deployments")
    until(lambda: [r["spec"]["replicas"] for r in sets(c, ns)] == [8, 5], 20, "8 old ones and 5 new ones")
    until(lambda: [r["status"].get("availableReplicas", 0) for r in sets(c, ns)] == [8, 0], 20, "8 available ones")
    observed(c, ns, "web", "deployments")
    scale(c, ns, "web", 30, "deployments")
    until(lambda: [r["spec"]["replicas"] for r in sets(c, ns)] == [20, 13], 20, "20 old ones and 13 new ones")


@case
def case_deployment_life(c, ns):
    rest, label = c.rest, "test-deployment-static=true"
    made = deployment("test-deployment", 2)
    made["metadata"]["labels"] = {"test-deployment-static": "true"}
    made["spec"]["template"]["spec"].update(terminationGracePeriodSeconds=1)
    made["spec"]["template"]["spec"]["containers"][0]["name"] = "test-deployment"
    with rest.watch("deployments", ns, label) as watch:
        rest.create("deployments", ns, made)
        watch.until(lambda t, o: t == "ADDED", 20, "the deployment")
        watch.until(lambda t, o: o["status"].get("readyReplicas") == 2, 30, "two replicas")
        rest.patch("deployments", ns, "test-deployment", {"metadata": {"labels": {"test-deployment": "patched"}}, "spec": {"replicas": 1, "template": {
            "spec": {"terminationGracePeriodSeconds": 2, "containers": [{"name": "test-deployment", "image": "registry.example/pause:1"}]}}}})
        watch.until(lambda t, o: (s := o["status"]).get("readyReplicas") == 1 and s.get("updatedReplicas") == 1 and not s.get("unavailableReplicas")
                    and image(o["spec"]["template"]) == "registry.example/pause:1", 40, "one new replica")
        equal(len(rest.items("deployments", None, label)), 1, "deployments")
        # An update without a version; what it does not name goes.
        made["metadata"]["labels"]["test-deployment"] = "updated"
        made["spec"]["template"]["spec"]["containers"][0]["image"] = "registry.example/httpd:1"
        made["metadata"]["creationTimestamp"] = None
        made["status"] = {}
        rest.replace("deployments", ns, made)
        found = rest.get("deployments", ns, "test-deployment", "status")
        equal((image(found["spec"]["template"]), found["metadata"]["labels"]["test-deployment"]), ("registry.example/httpd:1", "updated"), "what was updated")
        complete(c, ns, "test-deployment", 2)
        rest.patch("deployments", ns, "test-deployment", {"metadata": {"labels": {"test-deployment": "patched-status"}}, "status": {"readyReplicas": 0, "availableReplicas": 0}}, sub="status")
        found = rest.get("deployments", ns, "test-deployment", "status")
        equal(found["metadata"]["labels"]["test-deployment"], "updated", "a label that /status does not take")
        complete(c, ns, "test-deployment", 2)
        rest.delete_all("deployments", ns, label, gracePeriodSeconds=1)
        watch.until(lambda t, o: t == "DELETED", 30, "the end")


@case
def case_deployment_status(c, ns):
    c.rest.create("deployments", ns, deployment("web", 1))
    complete(c, ns, "web", 1)
    check_status(c, ns, "deployments", "web")


# replica sets and replication controllers


def controller(name, replicas, **labels):
    made = template(name)
    made["metadata"]["labels"] = labels or {"name": name}
    return {"apiVersion": "v1", "kind": "ReplicationController", "metadata": {"name": name}, "spec": {"replicas": replicas, "template": made}}


def replicas_ready(c, ns, kind, name, count):
    return until(lambda: (t := c.rest.get(kind, ns, name))["status"].get("readyReplicas", 0) == count and t, 30, f"{count} pods of {name}")


@case
def case_replica_set_replace_and_patch(c, ns):
    made = workload("ReplicaSet", "test-rs", 1)
    made["metadata"]["labels"] = {"app": "test-rs"}
    with c.rest.watch("replicasets", ns, "app=test-rs") as watch:
        c.rest.create("replicasets", ns, made)
        replicas_ready(c, ns, "replicasets", "test-rs", 1)
        scale(c, ns, "test-rs", 2, "replicasets")
        replicas_ready(c, ns, "replicasets", "test-rs", 2)
        c.rest.patch("replicasets", ns, "test-rs", {"metadata": {"labels": {"test-rs": "patched"}}, "spec": {"replicas": 3, "template": {
            "spec": {"TerminationGracePeriodSeconds": 1, "containers": [{"name": "main", "image": "registry.example/pause:1"}]}}}})
        watch.until(lambda t, o: o["metadata"]["labels"].get("test-rs") == "patched" and o["status"].get("replicas") == 3 and o["status"].get("readyReplicas") == 3, 30, "three pods")
    equal(image(c.rest.get("replicasets", ns, "test-rs")["spec"]["template"]), "registry.example/pause:1", "image")


@case
def case_replica_set_scale(c, ns):
    c.rest.create("replicasets", ns, workload("ReplicaSet", "test-rs", 1))
    replicas_ready(c, ns, "replicasets", "test-rs", 1)
    check_scale(c, ns, "replicasets", "test-rs")


def check_adoption(c, ns, kind, made):
    labels = made["spec"]["template"]["metadata"]["labels"]
    c.rest.create("pods", ns, pod("stray", dict(labels)))
    until(lambda: is_ready(c.rest.get("pods", ns, "stray")), 20, "the pod")
    uid = c.rest.create(kind, ns, made)["metadata"]["uid"]
    equal(until(lambda: owner(c.rest.get("pods", ns, "stray")), 20, "the pod to be adopted")["uid"], uid, "owner")
    key = next(iter(labels))
    c.rest.change("pods", ns, "stray", lambda p: p["metadata"]["labels"].update({key: "not-matching-name"}))
    until(lambda: not owner(c.rest.get("pods", ns, "stray")), 20, "the pod to be released")
    until(lambda: len([p for p in c.rest.items("pods", ns) if owner(p).get("uid") == uid]) == 1, 20, "another pod")


@case
def case_replica_set_adopts_and_releases(c, ns):
    check_adoption(c, ns, "replicasets", workload("ReplicaSet", "pod-adoption-release", 1))


@case
def case_replica_set_list_and_delete(c, ns):
    made = workload("ReplicaSet", "test-rs", 3)
    made["metadata"]["labels"] = {"e2e": ns}
    c.rest.create("replicasets", ns, made)
    replicas_ready(c, ns, "replicasets", "test-rs", 3)
    equal(len(c.rest.items("replicasets", None, f"e2e={ns}")), 1, "sets")
    c.rest.delete_all("replicasets", ns, f"e2e={ns}")
    equal(c.rest.items("replicasets", None, f"e2e={ns}"), [], "sets that are left")
    until(lambda: not c.rest.items("pods", ns), 30, "no pods")


@case
def case_replica_set_status(c, ns):
    c.rest.create("replicasets", ns, workload("ReplicaSet", "test-rs", 1))
    replicas_ready(c, ns, "replicasets", "test-rs", 1)
    check_status(c, ns, "replicasets", "test-rs")


@case
def case_replication_controller_adopts_and_releases(c, ns):
    check_adoption(c, ns, "replicationcontrollers", controller("pod-adoption", 1))


@case
def case_replication_controller_releases(c, ns):
    c.rest.create("replicationcontrollers", ns, controller("pod-release", 1))
    replicas_ready(c, ns, "replicationcontrollers", "pod-release", 1)
    name = c.rest.items("pods", ns)[0]["metadata"]["name"]
    c.rest.patch("pods", ns, name, {"metadata": {"labels": {"name": "not-matching-name"}}})
    until(lambda: not owner(c.rest.get("pods", ns, name)), 20, "the pod to be released")


@case
def case_replication_controller_scale(c, ns):
    c.rest.create("replicationcontrollers", ns, controller("e2e-rc", 1))
    replicas_ready(c, ns, "replicationcontrollers", "e2e-rc", 1)
    check_scale(c, ns, "replicationcontrollers", "e2e-rc")


@case
def case_replication_controller_says_that_it_fails(c, ns):
    quota = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "condition-test"}, "spec": {"hard": {"pods": "2"}}}
    c.rest.create("resourcequotas", ns, quota)
    until(lambda: c.rest.get("resourcequotas", ns, "condition-test")["status"]["hard"]["pods"] == "2", 20, "the quota")
    c.rest.create("replicationcontrollers", ns, controller("condition-test", 3))
    kind, name = "replicationcontrollers", "condition-test"
    found = until(lambda: condition(observed(c, ns, name, kind), "ReplicaFailure"), 30, "the condition")
    equal((found["status"], found["reason"]), ("True", "FailedCreate"), "condition")
    scale(c, ns, name, 2, kind)
    until(lambda: not condition(observed(c, ns, name, kind), "ReplicaFailure"), 30, "no condition")


@case
def case_replication_controller_life(c, ns):
    rest, kind, name, label = c.rest, "replicationcontrollers", "rc-test", "test-rc-static=true"
    made = controller(name, 1, **{"test-rc-static": "true"})
    made["metadata"]["labels"] = {"test-rc-static": "true"}
    made["spec"]["selector"] = {"test-rc-static": "true"}
    made["spec"]["template"]["metadata"]["name"] = name
    with rest.watch(kind, ns, label) as watch:
        rest.create(kind, ns, made)
        watch.until(lambda t, o: t == "ADDED", 20, "the controller")
        watch.until(lambda t, o: o["status"].get("replicas") == 1 and o["status"].get("readyReplicas") == 1, 30, "a pod")
        equal(rest.patch(kind, ns, name, {"metadata": {"creationTimestamp": None, "labels": {"test-rc": "patched"}}, "spec": {}, "status": {"replicas": 0}})["metadata"]["labels"]["test-rc"], "patched", "label")
        watch.until(lambda t, o: t == "MODIFIED" and o["metadata"]["labels"].get("test-rc") == "patched", 20, "the patch")
        status = rest.patch(kind, ns, name, {"status": {"readyReplicas": 0, "availableReplicas": 0}}, sub="status")["status"]
        equal(status.get("readyReplicas", 0), 0, "ready replicas in the answer")
        equal(rest.get(kind, ns, name, "status")["status"]["replicas"], 1, "replicas in /status")
        rest.patch(kind, ns, name, {"metadata": {"creationTimestamp": None}, "spec": {"replicas": 2}, "status": {"replicas": 0}}, sub="scale")
        watch.until(lambda t, o: o["status"].get("replicas") == 2 and o["status"].get("readyReplicas") == 2, 30, "two pods")
        found = rest.get(kind, ns, name)
        equal(found["metadata"]["labels"]["test-rc"], "patched", "label")
        count = len(watch.events)
        rest.change(kind, ns, name, lambda r: r["status"].update(availableReplicas=1, readyReplicas=1), "status")
        until(lambda: any(t == "MODIFIED" for t, _ in watch.events[count:]), 20, "the status to be seen")
        equal([r["metadata"]["labels"]["test-rc"] for r in rest.items(kind, None, label) if r["metadata"]["namespace"] == ns], ["patched"], "controllers")
        rest.delete_all(kind, ns, label)
        watch.until(lambda t, o: t == "DELETED", 20, "the end")
