"""More scenarios about controllers: one rule each."""
import datetime, json, time
from run import contains, equal, until
from played import all_ready, alone, case, condition, job, owner, pod, running, workload


@case
def case_stateful_set_starts_at_an_ordinal(c, ns):
    c.apply(ns, workload("StatefulSet", "db", 2, ordinals={"start": 5}, podManagementPolicy="Parallel"))
    until(lambda: sorted(p["metadata"]["name"] for p in running(c, ns, "db")) == ["db-5", "db-6"], 30, "the pods of the ordinals")
    labels = c.one(ns, "pod", "db-5")["metadata"]["labels"]
    equal((labels["apps.kubernetes.io/pod-index"], labels["statefulset.kubernetes.io/pod-name"]), ("5", "db-5"), "labels")
    c.patch(ns, "statefulset", "db", {"spec": {"ordinals": {"start": 6}}})
    until(lambda: sorted(p["metadata"]["name"] for p in running(c, ns, "db")) == ["db-6", "db-7"], 30, "the pods moved")


CLAIM = {"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"], "storageClassName": "", "resources": {"requests": {"storage": "1Mi"}}}}


@case
def case_claims_belong_to_what_they_go_with(c, ns):
    c.apply(ns, workload("StatefulSet", "db", 2, podManagementPolicy="Parallel", volumeClaimTemplates=[CLAIM]))

    def owners():
        return {p["metadata"]["name"]: [o["kind"] for o in p["metadata"].get("ownerReferences", [])] for p in c.items(ns, "pvc")}

    def policy(scaled, deleted):
        c.patch(ns, "statefulset", "db", {"spec": {"persistentVolumeClaimRetentionPolicy": {"whenScaled": scaled, "whenDeleted": deleted}}})

    until(lambda: owners() == {"data-db-0": [], "data-db-1": []}, 20, "claims of nobody")
    policy("Retain", "Delete")
    until(lambda: owners() == {"data-db-0": ["StatefulSet"], "data-db-1": ["StatefulSet"]}, 20, "claims of the set")
    policy("Delete", "Retain")
    until(lambda: owners() == {"data-db-0": [], "data-db-1": []}, 20, "claims of nobody again")
    policy("Delete", "Delete")
    until(lambda: owners() == {"data-db-0": ["StatefulSet"], "data-db-1": ["StatefulSet"]}, 20, "claims of the set again")
    c.kubectl("-n", ns, "scale", "statefulset/db", "--replicas=1")
    until(lambda: list(owners()) == ["data-db-0"], 30, "the claim to go with its pod")
    c.kubectl("-n", ns, "delete", "statefulset", "db")
    until(lambda: owners() == {}, 30, "the claim to go with the set")


@case
def case_a_waiting_pod_gets_its_claim_back(c, ns):
    c.apply(ns, workload("StatefulSet", "db", 1, volumeClaimTemplates=[CLAIM]))
    first = until(lambda: c.items(ns, "pvc"), 20, "the claim")[0]["metadata"]["uid"]
    until(lambda: "unbound" in condition(c.one(ns, "pod", "db-0"), "PodScheduled").get("message", ""), 20, "the pod to wait for it")
    c.kubectl("-n", ns, "delete", "pvc", "data-db-0", "--wait=false")
    until(lambda: [p for p in c.items(ns, "pvc") if p["metadata"]["uid"] != first and "deletionTimestamp" not in p["metadata"]], 30, "another claim")


@case
def case_stateful_set_on_delete(c, ns):
    c.apply(ns, workload("StatefulSet", "db", 2, updateStrategy={"type": "OnDelete"}))
    until(lambda: all_ready(c, ns, "statefulset", "db", 2), 30, "the pods")
    c.kubectl("-n", ns, "set", "image", "statefulset/db", "main=registry.example/app:2")
    time.sleep(1.5)
    equal({p["spec"]["containers"][0]["image"] for p in running(c, ns, "db")}, {"registry.example/app:1"}, "images")
    c.kubectl("-n", ns, "delete", "pod", "db-1", "--wait=false")
    until(lambda: {p["metadata"]["name"]: p["spec"]["containers"][0]["image"][-1] for p in running(c, ns, "db")} == {"db-0": "1", "db-1": "2"}, 30, "the new image")


@case
def case_daemon_set_surges(c, ns):
    c.apply(ns, workload("DaemonSet", "agent", updateStrategy={"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}))
    until(lambda: c.one(ns, "daemonset", "agent")["status"].get("numberAvailable") == 6, 40, "a pod on each node")
    c.kubectl("-n", ns, "set", "image", "daemonset/agent", "main=registry.example/app:2")
    least = [6]

    def rolled():
        status = c.one(ns, "daemonset", "agent")["status"]
        least[0] = min(least[0], status.get("numberAvailable", 0))
        return status.get("updatedNumberScheduled") == 6 and len(running(c, ns, "agent")) == 6 and status.get("numberUnavailable", 0) == 0

    until(rolled, 60, "the update")
    equal(least[0], 6, "pods that served all the time")


@case
def case_job_of_another_manager_is_left_alone(c, ns):
    c.apply(ns, job("other", managedBy="example.com/queue", completions=1))
    time.sleep(1.5)
    equal(c.items(ns, "pods"), [], "pods")
    equal(c.one(ns, "job", "other").get("status", {}), {}, "status")


@case
def case_job_grows_and_shrinks(c, ns):
    made = job("elastic", completions=3, parallelism=3, completionMode="Indexed", suspend=True)
    c.apply(ns, made)
    c.patch(ns, "job", "elastic", {"spec": {"completions": 5, "parallelism": 5, "suspend": False}})
    until(lambda: condition(c.one(ns, "job", "elastic"), "Complete").get("status") == "True", 40, "the job")
    equal(c.one(ns, "job", "elastic")["status"]["completedIndexes"], "0-4", "indexes")
    refused = c.kubectl("-n", ns, "patch", "job", "elastic", "-p", '{"spec":{"completions":7}}', check=False)
    contains(refused.stderr, "can only be modified in tandem with spec.parallelism")


@case
def case_job_waits_for_its_pods_to_fail(c, ns):
    made = job("slow", completions=1, parallelism=1, podReplacementPolicy="Failed", backoffLimit=3)
    made["spec"]["template"]["spec"]["nodeSelector"] = {"no": "where"}
    made["spec"]["template"]["metadata"] = {"finalizers": ["example.com/hold"]}
    c.apply(ns, made)
    first = until(lambda: c.items(ns, "pods"), 20, "a pod")[0]["metadata"]["name"]
    c.kubectl("-n", ns, "delete", "pod", first, "--wait=false")
    until(lambda: c.one(ns, "job", "slow")["status"].get("terminating") == 1, 10, "one that terminates")
    time.sleep(1)
    equal([p["metadata"]["name"] for p in c.items(ns, "pods")], [first], "pods while it terminates")
    c.kubectl("-n", ns, "patch", "pod", first, "--type", "merge", "-p", '{"metadata":{"finalizers":null}}')
    until(lambda: [p for p in c.items(ns, "pods") if p["metadata"]["name"] != first], 40, "another pod")


@case
def case_job_fails_indexes_by_themselves(c, ns):
    made = job("parts", completions=2, parallelism=2, completionMode="Indexed", backoffLimitPerIndex=0, maxFailedIndexes=1)
    made["spec"]["template"]["spec"]["nodeSelector"] = {"no": "where"}
    c.apply(ns, made)
    pods = until(lambda: len(c.items(ns, "pods")) == 2 and c.items(ns, "pods"), 20, "two pods")
    for found in pods:
        phase = "Failed" if found["metadata"]["annotations"]["batch.kubernetes.io/job-completion-index"] == "0" else "Succeeded"
        c.kubectl("-n", ns, "patch", "pod", found["metadata"]["name"], "--subresource", "status", "--type", "merge", "-p", json.dumps({"status": {"phase": phase}}))
    until(lambda: condition(c.one(ns, "job", "parts"), "Failed").get("reason") == "FailedIndexes", 30, "the job to fail")
    status = c.one(ns, "job", "parts")["status"]
    equal((status["failedIndexes"], status["completedIndexes"]), ("0", "1"), "indexes")
    contains(str(c.events(ns, "parts")), "Job has failed indexes")


def cron(name, schedule, **spec):
    made = job("x", completions=1)
    made["spec"]["template"]["spec"]["nodeSelector"] = {"no": "where"}
    return {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": name},
            "spec": {"schedule": schedule, "jobTemplate": {"spec": made["spec"]}, **spec}}


@case
def case_cron_jobs_have_time_zones_and_miss_starts(c, ns):
    # In a zone that is 5:45 ahead the present minute has another name.
    there = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=5, minutes=45))) + datetime.timedelta(minutes=1)
    if there.second > 50:
        time.sleep(12)
        there = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=5, minutes=45))) + datetime.timedelta(minutes=1)
    c.apply(ns, cron("zoned", f"{there.minute} {there.hour} * * *", timeZone="Asia/Kathmandu"), cron("unknown", "* * * * *", suspend=True))
    until(lambda: [j for j in c.items(ns, "jobs") if owner(j).get("name") == "zoned"], 75, "the job of the zone")
    contains(c.create(ns, cron("nowhere", "* * * * *", timeZone="Mars/Olympus"), check=False).stderr, "unknown time zone")
    equal([j for j in c.items(ns, "jobs") if owner(j).get("name") == "unknown"], [], "jobs of one that is suspended")


@case
def case_cron_jobs_forbid_or_replace(c, ns):
    c.apply(ns, cron("forbid", "* * * * *", concurrencyPolicy="Forbid"), cron("replace", "* * * * *", concurrencyPolicy="Replace"))

    def jobs(name):
        return [j["metadata"]["name"] for j in c.items(ns, "jobs") if owner(j).get("name") == name]

    until(lambda: jobs("forbid") and jobs("replace"), 75, "the first jobs")
    first = jobs("replace")[0]
    until(lambda: jobs("replace") and first not in jobs("replace"), 75, "another job in place of the first")
    equal(len(jobs("forbid")), 1, "jobs where no second is allowed")
    contains(str(c.events(ns, "forbid")), "JobAlreadyActive")


@case
def case_gates_keep_pods_back(c, ns):
    c.apply(ns, pod("gated", schedulingGates=[{"name": "example.com/ready"}]))
    until(lambda: condition(c.one(ns, "pod", "gated"), "PodScheduled").get("reason") == "SchedulingGated", 20, "the condition")
    equal(c.one(ns, "pod", "gated")["spec"].get("nodeName"), None, "node")
    c.kubectl("-n", ns, "patch", "pod", "gated", "--type", "json", "-p", '[{"op":"remove","path":"/spec/schedulingGates/0"}]')
    until(lambda: len(running(c, ns, "gated")) == 1, 30, "the pod")


@case
def case_budgets_of_pods_without_owners(c, ns):
    c.apply(ns, pod("lone"), {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "lone"},
                              "spec": {"maxUnavailable": 1, "selector": {"matchLabels": {"app": "lone"}}}})
    until(lambda: any(e[0] == "UnmanagedPods" for e in c.events(ns, "lone")), 20, "the event")


@case
def case_budgets_know_scales_of_other_kinds(c, ns):
    group = f"{ns}.example.com"
    schema = {"type": "object", "properties": {"spec": {"type": "object", "properties": {"replicas": {"type": "integer"}}},
                                               "status": {"type": "object", "properties": {"replicas": {"type": "integer"}}}}}
    scale = {"specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.replicas"}
    for plural, kind, subresources in (("farms", "Farm", {"status": {}, "scale": scale}), ("stones", "Stone", {})):
        c.apply("", {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": f"{plural}.{group}"}, "spec": {
            "group": group, "scope": "Namespaced", "names": {"kind": kind, "plural": plural},
            "versions": [{"name": "v1", "served": True, "storage": True, "subresources": subresources, "schema": {"openAPIV3Schema": schema}}]}})
        thing = {"apiVersion": f"{group}/v1", "kind": kind, "metadata": {"name": "one"}, "spec": {"replicas": 4}}
        until(lambda: c.create(ns, thing, check=False).returncode == 0 or c.one(ns, f"{plural}.{group}", "one"), 20, "the object")
        made = c.one(ns, f"{plural}.{group}", "one")
        owned = [{"apiVersion": f"{group}/v1", "kind": kind, "name": "one", "uid": made["metadata"]["uid"], "controller": True}]
        for number in range(3):
            worker = pod(f"{plural}-{number}", {"app": plural})
            worker["metadata"]["ownerReferences"] = owned
            c.apply(ns, worker)
        c.apply(ns, {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": plural},
                     "spec": {"maxUnavailable": "50%", "selector": {"matchLabels": {"app": plural}}}})
    # Four are wanted, three are there, half of four may be missing.
    until(lambda: [c.one(ns, "pdb", "farms")["status"].get(k) for k in ("expectedPods", "desiredHealthy", "currentHealthy", "disruptionsAllowed")] == [4, 2, 3, 1], 30, "the budget")
    until(lambda: condition(c.one(ns, "pdb", "stones"), "DisruptionAllowed").get("reason") == "SyncFailed", 20, "the budget of what has no scale")
    equal(condition(c.one(ns, "pdb", "stones"), "DisruptionAllowed")["message"], f"stones.{group} does not implement the scale subresource", "why")
    c.kubectl("delete", "crd", f"farms.{group}", f"stones.{group}", "--wait=false")


@case
def case_slices_change_one_at_a_time(c, ns):
    c.apply(ns, workload("Deployment", "web", 120), {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"},
                                                     "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]}})

    def slices():
        return c.items(ns, "endpointslices", "-l", "kubernetes.io/service-name=web")

    def ready():
        return sum(1 for s in slices() for e in s.get("endpoints") or [] if e["conditions"]["ready"])

    until(lambda: ready() == 120, 60, "120 endpoints")
    time.sleep(1)
    before = {s["metadata"]["name"]: s["metadata"]["resourceVersion"] for s in slices()}
    gone = running(c, ns, "web")[0]["metadata"]["name"]
    c.kubectl("-n", ns, "label", "pod", gone, "app=other", "--overwrite")
    until(lambda: ready() == 120 and not any(e["targetRef"]["name"] == gone for s in slices() for e in s["endpoints"]), 30, "another pod in its place")
    time.sleep(0.5)
    after = {s["metadata"]["name"]: s["metadata"]["resourceVersion"] for s in slices()}
    equal(set(after), set(before), "slices")
    c.kubectl("-n", ns, "scale", "deployment/web", "--replicas=3")
    until(lambda: ready() == 3, 40, "three endpoints")


@alone
def case_zones_share_endpoints_by_their_processors(c, ns):
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "annotations": {"service.kubernetes.io/topology-mode": "Auto"}},
               "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]}}
    made = workload("Deployment", "web", 4)
    made["spec"]["template"]["spec"]["nodeSelector"] = {"topology.kubernetes.io/zone": "a", "zoned": "yes"}
    c.apply(ns, made, service)

    def slices():
        return c.items(ns, "endpointslices", "-l", "kubernetes.io/service-name=web")

    def hints():
        return sorted(z["name"] for s in slices() for e in s.get("endpoints") or [] for z in e.get("hints", {}).get("forZones", []))

    # All of them run in one zone; the other one has as many processors.
    until(lambda: hints() == ["a", "a", "b", "b"], 40, "hints for both zones")
    until(lambda: any(e[0] == "TopologyAwareHintsEnabled" for e in c.events(ns, "web")), 20, "the event")
    for found in slices() + [c.one(ns, "endpoints", "web")]:
        contains(found["metadata"]["annotations"]["endpoints.kubernetes.io/last-change-trigger-time"], "T")
    c.kubectl("-n", ns, "scale", "deployment/web", "--replicas=1")
    until(lambda: any("Insufficient number of endpoints (1 endpoints, 2 zones), addressType: IPv4" == e[1] for e in c.events(ns, "web")), 30, "the event of too few")
    equal(hints(), [], "hints for one endpoint")
    c.kubectl("-n", ns, "scale", "deployment/web", "--replicas=4")
    until(lambda: hints() == ["a", "a", "b", "b"], 40, "hints again")
    c.kubectl("-n", ns, "annotate", "service", "web", "service.kubernetes.io/topology-mode-")
    until(lambda: hints() == [], 20, "no hints")
    contains(str(c.events(ns, "web")), "Topology Aware Hints has been disabled, addressType: IPv4")
