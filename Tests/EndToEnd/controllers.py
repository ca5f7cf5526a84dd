#!/usr/bin/env python3
"""Drives every controller and the scheduler on nodes that are only played: one scenario each, several at a time.

    controllers.py --martlet PATH [--only SUBSTRING] [--keep] [--workers N]

Needs kubectl, and neither root nor containers. The last line says `N passed, N failed`.
"""
import base64
import json
import os
import time
from run import contains, equal, until
from played import all_ready, case, condition, job, owner, pod, run_played, running, template, workload
import controller_rules, device_rules, killed, outside_rules  # noqa: F401  (each adds its cases)


# workloads


@case
def case_deployment_rolls_and_goes_back(c, ns):
    c.apply(ns, workload("Deployment", "web", 4, strategy={"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}))
    until(lambda: all_ready(c, ns, "deployment", "web", 4), 30, "four replicas")
    c.kubectl("-n", ns, "set", "image", "deployment/web", "main=registry.example/app:2")
    c.kubectl("-n", ns, "rollout", "status", "deployment/web", "--timeout=30s", timeout=40)
    images = {p["spec"]["containers"][0]["image"] for p in running(c, ns, "web")}
    equal(images, {"registry.example/app:2"}, "images")
    equal(len(c.items(ns, "replicasets")), 2, "replica sets")
    c.kubectl("-n", ns, "rollout", "undo", "deployment/web")
    c.kubectl("-n", ns, "rollout", "status", "deployment/web", "--timeout=30s", timeout=40)
    equal(c.one(ns, "deployment", "web")["metadata"]["annotations"]["deployment.kubernetes.io/revision"], "3", "revision")
    until(lambda: len(running(c, ns, "web")) == 4, 10, "four pods")


@case
def case_deployment_pauses_and_recreates(c, ns):
    c.apply(ns, workload("Deployment", "web", 3, strategy={"type": "Recreate"}))
    until(lambda: all_ready(c, ns, "deployment", "web", 3), 30, "three replicas")
    c.kubectl("-n", ns, "rollout", "pause", "deployment/web")
    c.kubectl("-n", ns, "set", "image", "deployment/web", "main=registry.example/app:2")
    time.sleep(1.5)
    equal(len(c.items(ns, "replicasets")), 1, "replica sets while paused")
    c.kubectl("-n", ns, "rollout", "resume", "deployment/web")
    until(lambda: {p["spec"]["containers"][0]["image"] for p in running(c, ns, "web")} == {"registry.example/app:2"} and all_ready(c, ns, "deployment", "web", 3), 30, "the new image")


@case
def case_deployment_says_that_it_does_not_progress(c, ns):
    c.apply(ns, workload("Deployment", "web", 1, progressDeadlineSeconds=2))
    until(lambda: all_ready(c, ns, "deployment", "web", 1), 30, "one replica")
    c.patch(ns, "deployment", "web", {"spec": {"template": {"spec": {"nodeSelector": {"no": "where"}}}}})
    until(lambda: condition(c.one(ns, "deployment", "web"), "Progressing").get("reason") == "ProgressDeadlineExceeded", 20, "the deadline")
    equal(len(running(c, ns, "web")), 1, "pods that serve")


@case
def case_history_is_limited(c, ns):
    c.apply(ns, workload("Deployment", "web", 1, revisionHistoryLimit=1))
    for number in range(2, 5):
        c.kubectl("-n", ns, "set", "image", "deployment/web", f"main=registry.example/app:{number}")
        c.kubectl("-n", ns, "rollout", "status", "deployment/web", "--timeout=30s", timeout=40)
    until(lambda: len(c.items(ns, "replicasets")) == 2, 10, "one old replica set")


@case
def case_replica_set_adopts_and_releases(c, ns):
    c.apply(ns, pod("stray", {"app": "web"}))
    c.apply(ns, workload("ReplicaSet", "web", 2))
    until(lambda: len(running(c, ns, "web")) == 2, 20, "two pods")
    equal(owner(c.one(ns, "pod", "stray")).get("name"), "web", "owner of the stray pod")
    c.patch(ns, "pod", "stray", {"metadata": {"labels": {"app": "other"}}})
    until(lambda: len(running(c, ns, "web")) == 2 and not owner(c.one(ns, "pod", "stray")), 20, "a new pod, and the stray one free")


@case
def case_replication_controller_keeps_its_size(c, ns):
    made = {"apiVersion": "v1", "kind": "ReplicationController", "metadata": {"name": "web"}, "spec": {"replicas": 2, "template": template("web")}}
    c.apply(ns, made)
    until(lambda: len(running(c, ns, "web")) == 2, 20, "two pods")
    c.kubectl("-n", ns, "delete", "pod", running(c, ns, "web")[0]["metadata"]["name"], "--wait=false")
    until(lambda: c.one(ns, "rc", "web")["status"].get("readyReplicas") == 2, 20, "two ready pods again")


@case
def case_stateful_set_is_ordered(c, ns):
    c.apply(ns, workload("StatefulSet", "db", 3, ordinals={"start": 5}))
    until(lambda: all_ready(c, ns, "statefulset", "db", 3), 30, "three replicas")
    pods = sorted(running(c, ns, "db"), key=lambda p: p["metadata"]["name"])
    equal([p["metadata"]["name"] for p in pods], ["db-5", "db-6", "db-7"], "names")
    times = [p["metadata"]["creationTimestamp"] for p in pods]
    equal(times, sorted(times), "order of creation")
    equal(pods[0]["metadata"]["labels"]["apps.kubernetes.io/pod-index"], "5", "index")
    c.kubectl("-n", ns, "scale", "statefulset/db", "--replicas=1")
    until(lambda: [p["metadata"]["name"] for p in running(c, ns, "db")] == ["db-5"], 20, "only the first")


@case
def case_stateful_set_updates_by_partition(c, ns):
    c.apply(ns, workload("StatefulSet", "db", 3, podManagementPolicy="Parallel", updateStrategy={"type": "RollingUpdate", "rollingUpdate": {"partition": 2}}))
    until(lambda: all_ready(c, ns, "statefulset", "db", 3), 30, "three replicas")
    c.kubectl("-n", ns, "set", "image", "statefulset/db", "main=registry.example/app:2")

    def images():
        return {p["metadata"]["name"]: p["spec"]["containers"][0]["image"][-1] for p in running(c, ns, "db")}

    until(lambda: images() == {"db-0": "1", "db-1": "1", "db-2": "2"}, 20, "only the last one new")
    c.patch(ns, "statefulset", "db", {"spec": {"updateStrategy": {"rollingUpdate": {"partition": 0}}}})
    until(lambda: set(images().values()) == {"2"} and len(images()) == 3, 30, "all new")


@case
def case_stateful_set_keeps_or_deletes_claims(c, ns):
    claim = {"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"], "storageClassName": "", "resources": {"requests": {"storage": "1Mi"}}}}
    c.apply(ns, workload("StatefulSet", "db", 2, podManagementPolicy="Parallel", volumeClaimTemplates=[claim],
                         persistentVolumeClaimRetentionPolicy={"whenScaled": "Delete", "whenDeleted": "Retain"}))
    until(lambda: len(c.items(ns, "pvc")) == 2, 20, "two claims")
    c.kubectl("-n", ns, "scale", "statefulset/db", "--replicas=1")
    until(lambda: [p["metadata"]["name"] for p in c.items(ns, "pvc")] == ["data-db-0"], 30, "one claim")
    c.kubectl("-n", ns, "delete", "statefulset", "db")
    time.sleep(1.5)
    equal([p["metadata"]["name"] for p in c.items(ns, "pvc")], ["data-db-0"], "claims that stay")


@case
def case_daemon_set_is_on_every_node(c, ns):
    count = len(c.nodes("played-"))
    c.apply(ns, workload("DaemonSet", "agent"))
    c.patch(ns, "daemonset", "agent", {"spec": {"template": {"spec": {"nodeSelector": {"pool": "main"}}}}})
    until(lambda: c.one(ns, "daemonset", "agent")["status"].get("numberReady") == count and all_ready(c, ns, "daemonset", "agent", count), 40, "one on each node")
    names = [p["spec"]["nodeName"] for p in running(c, ns, "agent")]
    equal(sorted(names), sorted(set(names)), "one pod a node")
    c.kubectl("-n", ns, "set", "image", "daemonset/agent", "main=registry.example/app:2")
    until(lambda: {p["spec"]["containers"][0]["image"] for p in running(c, ns, "agent")} == {"registry.example/app:2"} and all_ready(c, ns, "daemonset", "agent", count), 60, "the new image everywhere")
    equal(len(c.items(ns, "controllerrevisions")), 3, "revisions")


@case
def case_job_completes(c, ns):
    c.create(ns, job("work", completions=4, parallelism=2))
    until(lambda: condition(c.one(ns, "job", "work"), "Complete").get("status") == "True", 40, "completion")
    equal(c.one(ns, "job", "work")["status"]["succeeded"], 4, "succeeded")
    pods = c.items(ns, "pods", "-l", "job-name=work")
    equal(len(pods), 4, "pods")
    equal([f for p in pods for f in p["metadata"].get("finalizers", [])], [], "finalizers")


@case
def case_job_by_index_and_success_policy(c, ns):
    c.create(ns, job("work", completions=3, parallelism=3, completionMode="Indexed", successPolicy={"rules": [{"succeededIndexes": "0-2"}]}))
    until(lambda: condition(c.one(ns, "job", "work"), "Complete").get("status") == "True", 40, "completion")
    equal(c.one(ns, "job", "work")["status"]["completedIndexes"], "0-2", "indexes")
    contains(condition(c.one(ns, "job", "work"), "SuccessCriteriaMet").get("reason", ""), "SuccessPolicy")


@case
def case_job_waits_and_goes(c, ns):
    c.create(ns, job("work", suspend=True, ttlSecondsAfterFinished=1))
    until(lambda: condition(c.one(ns, "job", "work"), "Suspended").get("status") == "True", 10, "suspension")
    equal(c.items(ns, "pods"), [], "pods")
    c.patch(ns, "job", "work", {"spec": {"suspend": False}})
    until(lambda: not c.items(ns, "jobs") and not c.items(ns, "pods"), 40, "the job to be gone with its pods")


@case
def case_job_fails_by_its_deadline(c, ns):
    made = job("work", activeDeadlineSeconds=2)
    made["spec"]["template"]["spec"]["nodeSelector"] = {"no": "where"}
    c.create(ns, made)
    until(lambda: condition(c.one(ns, "job", "work"), "Failed").get("reason") == "DeadlineExceeded", 30, "the failure")
    until(lambda: not c.items(ns, "pods"), 10, "no pods")


@case
def case_job_fails_by_its_pods(c, ns):
    made = job("work", backoffLimit=0, podFailurePolicy={"rules": [{"action": "FailJob", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]}]})
    made["spec"]["template"]["spec"]["nodeSelector"] = {"no": "where"}
    c.create(ns, made)
    name = until(lambda: c.items(ns, "pods")[0]["metadata"]["name"], 10, "a pod")
    status = {"status": {"phase": "Failed", "conditions": [{"type": "DisruptionTarget", "status": "True", "reason": "T", "message": "", "lastTransitionTime": "2026-01-01T00:00:00Z"}]}}
    c.kubectl("-n", ns, "patch", "pod", name, "--subresource=status", "--type=merge", "-p", json.dumps(status))
    until(lambda: condition(c.one(ns, "job", "work"), "Failed").get("reason") == "PodFailurePolicy", 20, "the policy's failure")


@case
def case_cron_job_makes_jobs(c, ns):
    made = job("tick")
    c.create(ns, {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "tick"},
                  "spec": {"schedule": "* * * * *", "concurrencyPolicy": "Forbid", "successfulJobsHistoryLimit": 1, "jobTemplate": {"spec": made["spec"]}}})
    found = until(lambda: c.items(ns, "jobs"), 75, "a job")
    equal(owner(found[0]).get("name"), "tick", "owner")
    until(lambda: c.one(ns, "cronjob", "tick")["status"].get("lastSuccessfulTime"), 30, "success")


# cluster


@case
def case_namespace_goes_with_everything(c, ns):
    other = ns + "-gone"
    c.kubectl("create", "namespace", other)
    c.apply(other, workload("Deployment", "web", 3))
    c.kubectl("-n", other, "create", "configmap", "a", "--from-literal=k=v")
    c.apply(other, {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "held", "finalizers": ["example.org/hold"]}})
    until(lambda: all_ready(c, other, "deployment", "web", 3), 30, "three replicas")
    c.kubectl("delete", "namespace", other, "--wait=false")
    until(lambda: condition(c.get("namespace", other), "NamespaceFinalizersRemaining").get("status") == "True", 30, "the condition")
    equal([m["metadata"]["name"] for m in c.items(other, "configmaps")], ["held"], "what is left")
    c.patch(other, "configmap", "held", {"metadata": {"finalizers": None}})
    until(lambda: c.kubectl("get", "namespace", other, check=False).returncode != 0, 30, "the namespace to be gone")


@case
def case_garbage_goes_as_is_wished(c, ns):
    c.apply(ns, workload("Deployment", "a", 1), workload("Deployment", "b", 1), workload("Deployment", "d", 1))
    until(lambda: len(c.items(ns, "pods")) == 3, 20, "three pods")
    c.kubectl("-n", ns, "delete", "deployment", "a", "--cascade=background")
    c.kubectl("-n", ns, "delete", "deployment", "b", "--cascade=foreground", timeout=40)
    equal([r["metadata"]["name"] for r in c.items(ns, "replicasets") if r["metadata"]["labels"]["app"] == "b"], [], "what foreground leaves")
    c.kubectl("-n", ns, "delete", "deployment", "d", "--cascade=orphan")
    until(lambda: {r["metadata"]["labels"]["app"] for r in c.items(ns, "replicasets")} == {"d"}, 20, "the orphan alone")
    until(lambda: not c.items(ns, "replicasets")[0]["metadata"].get("ownerReferences"), 10, "an orphan without owner")
    equal(len(running(c, ns, "d")), 1, "pods of the orphan")


@case
def case_garbage_of_an_owner_that_never_was(c, ns):
    c.apply(ns, {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "child", "ownerReferences": [
        {"apiVersion": "v1", "kind": "ConfigMap", "name": "none", "uid": "00000000-0000-0000-0000-000000000000"}]}})
    until(lambda: "child" not in [m["metadata"]["name"] for m in c.items(ns, "configmaps")], 30, "the child to be gone")


@case
def case_garbage_of_a_kind_that_came_just_now(c, ns):
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    c.kubectl("apply", "-f", "-", stdin=json.dumps({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "parents.garbage.example.com"},
        "spec": {"group": "garbage.example.com", "scope": "Namespaced", "names": {"kind": "Parent", "plural": "parents"},
                 "versions": [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}]}}))
    parent = json.dumps({"apiVersion": "garbage.example.com/v1", "kind": "Parent", "metadata": {"name": "p"}})
    until(lambda: c.kubectl("-n", ns, "create", "-f", "-", stdin=parent, check=False).returncode == 0, 5, "the kind")
    owner = {"apiVersion": "garbage.example.com/v1", "kind": "Parent", "name": "p", "uid": c.one(ns, "parents", "p")["metadata"]["uid"]}
    child = lambda name, **more: {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "ownerReferences": [{**owner, **more}]}}
    c.apply(ns, child("child", controller=True, blockOwnerDeletion=True))
    c.kubectl("-n", ns, "delete", "parents", "p")
    until(lambda: "child" not in [m["metadata"]["name"] for m in c.items(ns, "configmaps")], 8, "the child to be gone")
    # What is owned across namespaces is owned by nobody.
    c.kubectl("-n", ns, "create", "-f", "-", stdin=parent)
    owner["uid"] = c.one(ns, "parents", "p")["metadata"]["uid"]
    c.apply("default", child("far"))
    until(lambda: "far" not in [m["metadata"]["name"] for m in c.items("default", "configmaps")], 20, "the far child to be gone")
    # With the definition go its objects, and with them what they own.
    c.apply(ns, child("last"))
    c.kubectl("delete", "crd", "parents.garbage.example.com")
    until(lambda: "last" not in [m["metadata"]["name"] for m in c.items(ns, "configmaps")], 20, "the last child to be gone")


@case
def case_accounts_and_their_tokens(c, ns):
    until(lambda: c.one(ns, "serviceaccount", "default"), 10, "the default account")
    until(lambda: "BEGIN CERTIFICATE" in c.one(ns, "configmap", "kube-root-ca.crt")["data"]["ca.crt"], 10, "the certificate")
    c.kubectl("-n", ns, "delete", "serviceaccount", "default")
    until(lambda: c.one(ns, "serviceaccount", "default"), 10, "the default account again")
    c.apply(ns, {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "t", "annotations": {"kubernetes.io/service-account.name": "default"}},
                 "type": "kubernetes.io/service-account-token"})
    until(lambda: c.one(ns, "secret", "t").get("data", {}).get("token"), 20, "a token")


@case
def case_quota_counts_and_refuses(c, ns):
    c.apply(ns, {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "q"}, "spec": {"hard": {"pods": "2", "count/configmaps": "5", "requests.cpu": "1"}}})
    until(lambda: c.one(ns, "resourcequota", "q").get("status", {}).get("used", {}).get("pods") == "0", 10, "usage")
    c.apply(ns, workload("ReplicaSet", "web", 3))
    until(lambda: c.one(ns, "resourcequota", "q")["status"]["used"]["pods"] == "2", 20, "two pods")
    until(lambda: any(reason == "FailedCreate" and "exceeded quota" in message for reason, message in c.events(ns, "web")), 10, "the event")
    until(lambda: condition(c.one(ns, "replicaset", "web"), "ReplicaFailure").get("status") == "True", 10, "the condition")
    c.kubectl("-n", ns, "delete", "replicaset", "web")
    until(lambda: c.one(ns, "resourcequota", "q")["status"]["used"] == {"pods": "0", "count/configmaps": "1", "requests.cpu": "0"}, 20, "nothing used")


@case
def case_budget_guards_pods(c, ns):
    c.apply(ns, workload("ReplicaSet", "web", 2), {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "b"},
                                                  "spec": {"minAvailable": 2, "selector": {"matchLabels": {"app": "web"}}}})
    until(lambda: c.one(ns, "pdb", "b").get("status", {}).get("currentHealthy") == 2, 20, "two healthy")
    equal(c.one(ns, "pdb", "b")["status"]["disruptionsAllowed"], 0, "allowed")
    name = running(c, ns, "web")[0]["metadata"]["name"]
    eviction = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name, "namespace": ns}}
    path = f"/api/v1/namespaces/{ns}/pods/{name}/eviction"
    done = c.kubectl("create", "--raw", path, "-f", "-", stdin=json.dumps(eviction), check=False)
    contains(done.stderr, "disruption budget")
    c.kubectl("-n", ns, "scale", "replicaset/web", "--replicas=3")
    until(lambda: c.one(ns, "pdb", "b")["status"]["disruptionsAllowed"] == 1, 20, "one allowed")
    c.kubectl("create", "--raw", path, "-f", "-", stdin=json.dumps(eviction))
    until(lambda: len(running(c, ns, "web")) == 3, 20, "three again")


@case
def case_endpoints_follow_pods(c, ns):
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": {"selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": 8080}]}}
    c.apply(ns, workload("Deployment", "web", 3), service)

    def addresses():
        slices = c.items(ns, "endpointslices", "-l", "kubernetes.io/service-name=web")
        return [e for s in slices for e in s.get("endpoints") or []]

    until(lambda: len([e for e in addresses() if e["conditions"]["ready"]]) == 3, 30, "three endpoints")
    until(lambda: len(c.one(ns, "endpoints", "web")["subsets"][0]["addresses"]) == 3, 10, "three addresses")
    c.kubectl("-n", ns, "scale", "deployment/web", "--replicas=1")
    until(lambda: len(addresses()) == 1, 20, "one endpoint")
    equal(addresses()[0]["targetRef"]["kind"], "Pod", "target")


@case
def case_endpoints_know_their_zones(c, ns):
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"},
               "spec": {"selector": {"app": "web"}, "trafficDistribution": "PreferClose", "ports": [{"port": 80}]}}
    c.apply(ns, workload("Deployment", "web", 3), service)

    def endpoints():
        return [e for s in c.items(ns, "endpointslices", "-l", "kubernetes.io/service-name=web") for e in s.get("endpoints") or []]

    until(lambda: len(endpoints()) == 3 and all(e.get("hints", {}).get("forZones") == [{"name": e["zone"]}] for e in endpoints()), 30, "hints")


@case
def case_endpoints_by_hand_are_mirrored(c, ns):
    c.apply(ns, {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "ext"}, "spec": {"ports": [{"port": 80}]}},
            {"apiVersion": "v1", "kind": "Endpoints", "metadata": {"name": "ext"}, "subsets": [{"addresses": [{"ip": "192.0.2.7"}], "ports": [{"port": 80}]}]})

    def mirrored():
        found = c.items(ns, "endpointslices", "-l", "kubernetes.io/service-name=ext")
        return found and found[0]["metadata"]["labels"]["endpointslice.kubernetes.io/managed-by"] == "endpointslicemirroring-controller.k8s.io" and found[0]["endpoints"][0]["addresses"] == ["192.0.2.7"]

    until(mirrored, 20, "the mirror")
    c.kubectl("-n", ns, "delete", "endpoints", "ext")
    until(lambda: not c.items(ns, "endpointslices", "-l", "kubernetes.io/service-name=ext"), 20, "no mirror")


def volume(name, ns, **spec):
    return {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": name},
            "spec": {"capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"], "storageClassName": ns, "hostPath": {"path": "/tmp/none"}, **spec}}


def claim(name, ns, **spec):
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": name},
            "spec": {"accessModes": ["ReadWriteOnce"], "storageClassName": ns, "resources": {"requests": {"storage": "1Gi"}}, **spec}}


@case
def case_claims_are_bound_and_guarded(c, ns):
    c.apply(ns, volume(ns + "-v", ns, persistentVolumeReclaimPolicy="Retain"), claim("c", ns))
    until(lambda: c.one(ns, "pvc", "c")["status"]["phase"] == "Bound" and c.get("pv", ns + "-v")["status"]["phase"] == "Bound", 20, "the binding")
    user = pod("user")
    user["spec"]["volumes"] = [{"name": "v", "persistentVolumeClaim": {"claimName": "c"}}]
    c.apply(ns, user)
    until(lambda: len(running(c, ns, "user")) == 1, 20, "the user")
    c.kubectl("-n", ns, "delete", "pvc", "c", "--wait=false")
    time.sleep(1.5)
    contains(json.dumps(c.one(ns, "pvc", "c")["metadata"]["finalizers"]), "kubernetes.io/pvc-protection")
    c.kubectl("-n", ns, "delete", "pod", "user", "--wait=false")
    until(lambda: not c.items(ns, "pvc"), 20, "the claim to be gone")
    until(lambda: c.get("pv", ns + "-v")["status"]["phase"] == "Released", 20, "release")
    c.kubectl("delete", "pv", ns + "-v", "--wait=false")
    until(lambda: c.kubectl("get", "pv", ns + "-v", check=False).returncode != 0, 20, "the volume to be gone")


@case
def case_what_nobody_reclaims_fails(c, ns):
    """A volume that is to be emptied, and one that is to be deleted though no provisioner made it, say that nobody does that."""
    for policy, reason, message in (
            ("Recycle", "VolumeFailedRecycle", "No recycler plugin found for the volume!"),
            ("Delete", "VolumeFailedDelete", f'error getting deleter volume plugin for volume "{ns}-delete": no deletable volume plugin matched')):
        name = f"{ns}-{policy.lower()}"
        c.apply(ns, volume(name, ns, persistentVolumeReclaimPolicy=policy), claim(policy.lower(), ns, volumeName=name))
        until(lambda: c.one(ns, "pvc", policy.lower())["status"]["phase"] == "Bound", 20, "the binding")
        c.kubectl("-n", ns, "delete", "pvc", policy.lower(), "--wait=false")
        until(lambda: c.get("pv", name)["status"].get("phase") == "Failed", 20, f"the refusal to {policy}")
        equal(c.get("pv", name)["status"]["message"], message)
        until(lambda: (reason, message) in c.events("default", name), 10, "the Event")
        c.kubectl("delete", "pv", name, "--wait=false")
    made = volume(ns + "-made", ns, persistentVolumeReclaimPolicy="Delete")
    made["metadata"]["annotations"] = {"pv.kubernetes.io/provisioned-by": "example.com/driver"}
    c.apply(ns, made, claim("made", ns, volumeName=ns + "-made"))
    until(lambda: c.one(ns, "pvc", "made")["status"]["phase"] == "Bound", 20, "the binding")
    c.kubectl("-n", ns, "delete", "pvc", "made", "--wait=false")
    until(lambda: c.get("pv", ns + "-made")["status"]["phase"] == "Released", 20, "release")
    time.sleep(1)
    equal(c.get("pv", ns + "-made")["status"]["phase"], "Released", "one that its provisioner deletes")
    c.kubectl("delete", "pv", ns + "-made", "--wait=false")


@case
def case_claims_wait_for_their_pod(c, ns):
    node = c.nodes("played-")[1]["metadata"]["name"]
    affinity = {"required": {"nodeSelectorTerms": [{"matchExpressions": [{"key": "kubernetes.io/hostname", "operator": "In", "values": [node]}]}]}}
    c.apply(ns, {"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": {"name": ns}, "provisioner": "kubernetes.io/no-provisioner",
                 "volumeBindingMode": "WaitForFirstConsumer"}, volume(ns + "-v", ns, nodeAffinity=affinity), claim("c", ns))
    until(lambda: any(reason == "WaitForFirstConsumer" for reason, _ in c.events(ns, "c")), 20, "the event")
    user = pod("user")
    user["spec"]["volumes"] = [{"name": "v", "persistentVolumeClaim": {"claimName": "c"}}]
    c.apply(ns, user)
    until(lambda: len(running(c, ns, "user")) == 1, 30, "the user")
    equal(c.one(ns, "pod", "user")["spec"]["nodeName"], node, "the node of the volume")
    c.kubectl("delete", "storageclass", ns)


@case
def case_ephemeral_volumes_have_claims(c, ns):
    user = pod("user")
    user["spec"]["volumes"] = [{"name": "v", "ephemeral": {"volumeClaimTemplate": {"spec": claim("x", ns)["spec"]}}}]
    c.apply(ns, user, volume(ns + "-v", ns))
    until(lambda: c.one(ns, "pvc", "user-v")["status"].get("phase") == "Bound", 20, "the claim")
    until(lambda: len(running(c, ns, "user")) == 1, 20, "the user")
    c.kubectl("-n", ns, "delete", "pod", "user", "--wait=false")
    until(lambda: not c.items(ns, "pvc"), 20, "no claim")


@case
def case_volumes_are_attached(c, ns):
    driver = ns + ".example.org"
    c.apply(ns, volume(ns + "-v", ns, hostPath=None, csi={"driver": driver, "volumeHandle": "h"}), claim("c", ns))
    user = pod("user")
    user["spec"]["volumes"] = [{"name": "v", "persistentVolumeClaim": {"claimName": "c"}}]
    c.apply(ns, user)
    until(lambda: len(running(c, ns, "user")) == 1, 30, "the user")

    def attachments():
        return [a for a in c.get("volumeattachments")["items"] if a["spec"]["source"]["persistentVolumeName"] == ns + "-v"]

    made = until(attachments, 20, "the attachment")[0]
    node = c.one(ns, "pod", "user")["spec"]["nodeName"]
    equal((made["spec"]["attacher"], made["spec"]["nodeName"]), (driver, node), "attachment")
    c.kubectl("patch", "volumeattachment", made["metadata"]["name"], "--subresource=status", "--type=merge", "-p", '{"status": {"attached": true}}')
    name = f"kubernetes.io/csi/{driver}^h"
    until(lambda: name in [a["name"] for a in c.get("node", node)["status"].get("volumesAttached", [])], 20, "the node to be told")
    c.kubectl("-n", ns, "delete", "pod", "user", "--wait=false")
    until(lambda: not attachments(), 20, "no attachment")


@case
def case_classes_in_use_are_guarded(c, ns):
    c.apply(ns, {"apiVersion": "storage.k8s.io/v1", "kind": "VolumeAttributesClass", "metadata": {"name": ns}, "driverName": "d.example.org", "parameters": {"a": "b"}},
            claim("c", "", volumeAttributesClassName=ns))
    until(lambda: "kubernetes.io/vac-protection" in c.get("volumeattributesclass", ns)["metadata"].get("finalizers", []), 20, "the finalizer")
    c.kubectl("delete", "volumeattributesclass", ns, "--wait=false")
    time.sleep(1)
    equal("deletionTimestamp" in c.get("volumeattributesclass", ns)["metadata"], True, "a class that waits")
    c.kubectl("-n", ns, "delete", "pvc", "c", "--wait=false")
    until(lambda: c.kubectl("get", "volumeattributesclass", ns, check=False).returncode != 0, 20, "the class to be gone")


# nodes

# Nodes of a single scenario are kept from the pods of others.
APART = ["--taint", "apart=yes:NoSchedule"]
# Where shares of zones are counted every node says what zone it is in.
ZONED = ["--label", "topology.kubernetes.io/zone=a"]
TO_APART = {"key": "apart", "operator": "Exists"}


@case
def case_taints_evict(c, ns):
    c.play("tainted-", 1, "--label", f"only={ns}", *APART, *ZONED)
    patient = [{"key": "full", "operator": "Exists", "effect": "NoExecute"}]
    c.apply(ns, pod("a", nodeSelector={"only": ns}, tolerations=[TO_APART]), pod("b", nodeSelector={"only": ns}, tolerations=[TO_APART, *patient]),
            pod("d", nodeSelector={"only": ns}, tolerations=[TO_APART, {**patient[0], "tolerationSeconds": 8}]))
    until(lambda: all(len(running(c, ns, name)) == 1 for name in "abd"), 20, "three pods")
    c.kubectl("taint", "node", "tainted-0", "full=yes:NoExecute")
    until(lambda: not running(c, ns, "a"), 10, "the one without toleration to go")
    equal([len(running(c, ns, name)) for name in "bd"], [1, 1], "those that stay")
    until(lambda: not running(c, ns, "d"), 20, "the patient one to go")
    equal(len(running(c, ns, "b")), 1, "the one that tolerates it")
    # A taint that goes in time takes the threat back.
    c.apply(ns, pod("e", nodeSelector={"only": ns}, tolerations=[TO_APART, {**patient[0], "tolerationSeconds": 30}]))
    until(lambda: len(running(c, ns, "e")) == 1, 20, "another patient one")
    time.sleep(1)
    c.kubectl("taint", "node", "tainted-0", "full-")
    until(lambda: ("TaintManagerEviction", f"Cancelling deletion of Pod {ns}/e") in c.events(ns, "e"), 20, "the event")


@case
def case_lost_nodes_lose_their_pods(c, ns):
    c.play("lost-", 2, "--label", f"only={ns}", *APART)
    soon = [TO_APART] + [{"key": f"node.kubernetes.io/{key}", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 2} for key in ("unreachable", "not-ready")]
    c.apply(ns, workload("Deployment", "web", 2, template=template("web", tolerations=soon, nodeSelector={"only": ns})))
    until(lambda: all_ready(c, ns, "deployment", "web", 2), 30, "two replicas")
    c.players.pop("lost-").kill()
    until(lambda: all(any(t["key"] == "node.kubernetes.io/unreachable" for t in n["spec"].get("taints", [])) for n in c.get("nodes", "-l", f"only={ns}")["items"]), 100, "the taints")
    equal({condition(n, "Ready").get("status") for n in c.get("nodes", "-l", f"only={ns}")["items"]}, {"Unknown"}, "condition")
    until(lambda: all("deletionTimestamp" in p["metadata"] for p in c.items(ns, "pods", "-l", "app=web") if p["spec"].get("nodeName")), 30, "the pods to be told to go")
    c.kubectl("delete", "node", "lost-0", "lost-1")
    until(lambda: not [p for p in c.items(ns, "pods") if p["spec"].get("nodeName")], 90, "the pods of nodes that are gone to be gone")


@case
def case_certificates_are_signed(c, ns):
    key, request = os.path.join(c.directory, ns + ".key"), os.path.join(c.directory, ns + ".csr")
    c.run("openssl", "req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=jane/O=dev", "-keyout", key, "-out", request)
    with open(request, "rb") as file:
        text = base64.b64encode(file.read()).decode()
    c.create(ns, {"apiVersion": "certificates.k8s.io/v1", "kind": "CertificateSigningRequest", "metadata": {"name": ns},
                  "spec": {"request": text, "signerName": "kubernetes.io/kube-apiserver-client", "usages": ["client auth"]}})
    time.sleep(1)
    equal(c.get("csr", ns).get("status", {}).get("certificate"), None, "certificate before approval")
    c.kubectl("certificate", "approve", ns)
    until(lambda: c.get("csr", ns)["status"].get("certificate"), 20, "a certificate")


@case
def case_roles_are_aggregated(c, ns):
    c.apply(ns, {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": ns + "-all"},
                 "aggregationRule": {"clusterRoleSelectors": [{"matchLabels": {"of": ns}}]}, "rules": []})
    c.apply(ns, {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": ns + "-part", "labels": {"of": ns}},
                 "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]})
    until(lambda: c.get("clusterrole", ns + "-all").get("rules"), 20, "the rules")


@case
def case_bootstrap_tokens_end(c, ns):
    data = {"token-id": "abcdef", "token-secret": "0123456789abcdef", "usage-bootstrap-authentication": "true", "expiration": "2020-01-01T00:00:00Z"}
    c.apply("kube-system", {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "bootstrap-token-abcdef"}, "type": "bootstrap.kubernetes.io/token", "stringData": data})
    until(lambda: c.kubectl("-n", "kube-system", "get", "secret", "bootstrap-token-abcdef", check=False).returncode != 0, 30, "the token to be gone")


@case
def case_autoscaler_says_what_it_lacks(c, ns):
    c.apply(ns, workload("Deployment", "web", 1))
    c.apply(ns, {"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "web"},
                 "spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}, "minReplicas": 2, "maxReplicas": 5,
                          "metrics": [{"type": "Pods", "pods": {"metric": {"name": "rate"}, "target": {"type": "AverageValue", "averageValue": "1"}}}]}})
    until(lambda: len(running(c, ns, "web")) == 2, 40, "the least")
    until(lambda: condition(c.one(ns, "hpa", "web"), "ScalingActive").get("reason") == "FailedGetPodsMetric", 40, "the condition")
    # Who else is asked depends on the scenarios that run meanwhile.
    why = "unable to get metric rate: unable to fetch metrics from custom metrics API: "
    contains(condition(c.one(ns, "hpa", "web"), "ScalingActive")["message"], "the HPA was unable to compute the replica count: " + why)

    def told(reason, start):
        return any(found == reason and message.startswith(start) for found, message in c.events(ns, "web"))

    until(lambda: told("FailedGetPodsMetric", why), 20, "the event of the metric")
    every = "invalid metrics (1 invalid out of 1), first error is: failed to get pods metric value: " + why
    until(lambda: told("FailedComputeMetricsReplicas", every), 20, "the event of all metrics")
    # Two of them cannot both have the same pods.
    c.apply(ns, {"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "also"},
                 "spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}, "minReplicas": 2, "maxReplicas": 5,
                          "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 50}}}]}})
    until(lambda: condition(c.one(ns, "hpa", "also"), "ScalingActive").get("reason") == "AmbiguousSelector", 40, "the other's condition")
    equal(condition(c.one(ns, "hpa", "also"), "ScalingActive")["message"],
          f"pods by selector app=web are controlled by multiple HPAs: [{ns}/also {ns}/web]", "condition of the other")


# scheduler


@case
def case_pods_that_fit_nowhere_say_so(c, ns):
    c.apply(ns, pod("big", cpu="1000"))
    until(lambda: condition(c.one(ns, "pod", "big"), "PodScheduled").get("reason") == "Unschedulable", 10, "the condition")
    contains(condition(c.one(ns, "pod", "big"), "PodScheduled")["message"], "Insufficient cpu")
    until(lambda: any(reason == "FailedScheduling" for reason, _ in c.events(ns, "big")), 10, "the event")
    gated = pod("gated", schedulingGates=[{"name": "example.org/wait"}])
    c.apply(ns, gated)
    until(lambda: condition(c.one(ns, "pod", "gated"), "PodScheduled").get("reason") == "SchedulingGated", 10, "the gate")
    c.patch(ns, "pod", "gated", {"spec": {"schedulingGates": None}})
    until(lambda: len(running(c, ns, "gated")) == 1, 20, "the pod behind the gate")


@case
def case_the_important_come_first(c, ns):
    c.play("small-", 1, "--label", f"only={ns}", "--cpu", "2", *APART, *ZONED)
    c.apply(ns, {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": {"name": ns}, "value": 1000})
    c.apply(ns, pod("low", cpu="1500m", nodeSelector={"only": ns}, tolerations=[TO_APART]))
    until(lambda: len(running(c, ns, "low")) == 1, 20, "the first")
    c.apply(ns, pod("high", cpu="1500m", nodeSelector={"only": ns}, priorityClassName=ns, tolerations=[TO_APART]))
    until(lambda: len(running(c, ns, "high")) == 1 and not running(c, ns, "low"), 30, "the important one in its place")
    until(lambda: any(reason == "Preempted" for reason, _ in c.events(ns, "low")), 10, "the event")
    c.kubectl("delete", "priorityclass", ns)


@case
def case_pods_are_spread(c, ns):
    constraint = {"maxSkew": 1, "topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": "DoNotSchedule", "labelSelector": {"matchLabels": {"app": "web"}}}
    anti = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"labelSelector": {"matchLabels": {"app": "web"}}, "topologyKey": "kubernetes.io/hostname"}]}}
    c.apply(ns, workload("Deployment", "web", 4, template=template("web", topologySpreadConstraints=[constraint], affinity=anti, nodeSelector={"zoned": "yes"})))
    until(lambda: all_ready(c, ns, "deployment", "web", 4), 30, "four replicas")
    zones = {n["metadata"]["name"]: n["metadata"]["labels"].get("topology.kubernetes.io/zone") for n in c.get("nodes")["items"]}
    placed = [p["spec"]["nodeName"] for p in running(c, ns, "web")]
    equal(len(set(placed)), 4, "nodes")
    equal(sorted([zones[n] for n in placed].count(z) for z in ("a", "b")), [2, 2], "pods of each zone")


@case
def case_devices_are_allocated(c, ns):
    node = c.nodes("played-")[0]["metadata"]["name"]
    driver = "gpu.example.org"
    devices = [{"name": f"gpu-{n}", "attributes": {"model": {"string": "large" if n else "small"}}} for n in range(2)]
    c.apply(ns, {"apiVersion": "resource.k8s.io/v1", "kind": "ResourceSlice", "metadata": {"name": ns},
                 "spec": {"driver": driver, "nodeName": node, "pool": {"name": node, "generation": 1, "resourceSliceCount": 1}, "devices": devices}},
            {"apiVersion": "resource.k8s.io/v1", "kind": "DeviceClass", "metadata": {"name": ns}, "spec": {"selectors": [{"cel": {"expression": f"device.driver == '{driver}'"}}]}})
    request = {"name": "r", "exactly": {"deviceClassName": ns, "selectors": [{"cel": {"expression": f"device.attributes['{driver}'].model == 'large'"}}]}}
    c.apply(ns, {"apiVersion": "resource.k8s.io/v1", "kind": "ResourceClaimTemplate", "metadata": {"name": "gpu"}, "spec": {"spec": {"devices": {"requests": [request]}}}})
    asking = [{"name": "gpu", "resourceClaimTemplateName": "gpu"}]
    c.apply(ns, pod("first", resourceClaims=asking))
    until(lambda: len(running(c, ns, "first")) == 1, 30, "the first pod")
    equal(c.one(ns, "pod", "first")["spec"]["nodeName"], node, "the node of the devices")
    made = c.items(ns, "resourceclaims")[0]
    equal(made["status"]["allocation"]["devices"]["results"][0]["device"], "gpu-1", "device")
    equal(made["status"]["reservedFor"][0]["name"], "first", "reserved for")
    c.apply(ns, pod("second", resourceClaims=asking))
    until(lambda: "cannot allocate all claims" in condition(c.one(ns, "pod", "second"), "PodScheduled").get("message", ""), 20, "the second to wait")
    c.kubectl("-n", ns, "delete", "pod", "first", "--wait=false")
    until(lambda: len(running(c, ns, "second")) == 1, 40, "the second pod")
    until(lambda: len(c.items(ns, "resourceclaims")) == 1, 20, "one claim")
    c.kubectl("delete", "resourceslice/" + ns, "deviceclass/" + ns)


def prepare(cluster):
    for zone in ("a", "b"):
        cluster.play(f"played-{zone}", 3, "--label", f"topology.kubernetes.io/zone={zone}", "--label", "pool=main", "--label", "zoned=yes")


if __name__ == "__main__":
    run_played(__doc__, 6, prepare)
