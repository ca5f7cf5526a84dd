"""Quotas, limit ranges and priorities as the conformance tests of api-machinery and scheduling go through them."""
from run import contains, equal, until
from played import case

PODS = {"containers": [{"name": "pause", "image": "registry.example/pause"}]}


def quota(name, hard, **spec):
    return {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": name}, "spec": {"hard": hard, **spec}}


def pod(name, requests=None, limits=None, **spec):
    resources = {key: value for key, value in (("requests", requests), ("limits", limits)) if value}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": {"containers": [{**PODS["containers"][0], "resources": resources}],
            "terminationGracePeriodSeconds": 0, **spec}}


def path(ns, resource, group="/api/v1"):
    return f"{group}/namespaces/{ns}/{resource}"


def used(c, ns, name, **wanted):
    """Waits until the quota has counted so much; a name has its dots and slashes as `_`."""
    def fits():
        status = c.api.get(path(ns, "resourcequotas/" + name)).get("status", {}).get("used", {})
        found = {key.replace(".", "_").replace("/", "_").replace("-", "_"): value for key, value in status.items()}
        return all(found.get(key) == value for key, value in wanted.items())

    try:
        until(fits, 15, f"{name} to count {wanted}")
    except Exception:
        print(c.api.get(path(ns, "resourcequotas/" + name)).get("status"))
        raise


HARD = {"pods": "5", "services": "10", "services.nodeports": "1", "services.loadbalancers": "1", "replicationcontrollers": "10", "resourcequotas": "1", "cpu": "1", "memory": "500Mi",
        "configmaps": "10", "secrets": "10", "persistentvolumeclaims": "10", "requests.storage": "10Gi", "ephemeral-storage": "50Gi",
        "gold.storageclass.storage.k8s.io/persistentvolumeclaims": "10", "gold.storageclass.storage.k8s.io/requests.storage": "10Gi",
        "count/replicasets.apps": "5", "requests.example.com/dongle": "3"}


@case
def case_quota_of_objects(c, ns):
    """What services, controllers, config maps, secrets and claims use comes and goes with them."""
    c.api.create(path(ns, "resourcequotas"), quota("test-quota", HARD))
    used(c, ns, "test-quota", resourcequotas="1", pods="0", services="0")
    equal(c.api.get(path(ns, "resourcequotas/test-quota"))["status"]["hard"], HARD, "what is allowed")
    c.api.create(path(ns, "services"), {"metadata": {"name": "one"}, "spec": {"type": "ClusterIP", "ports": [{"port": 80}]}})
    c.api.create(path(ns, "services"), {"metadata": {"name": "two"}, "spec": {"type": "NodePort", "ports": [{"port": 80}]}})
    status, _, answer = c.api.ask("POST", path(ns, "services"), {"metadata": {"name": "three"}, "spec": {"type": "LoadBalancer", "ports": [{"port": 80}]}})
    equal(status, 403, "one more node port")
    contains(answer["message"], "exceeded quota: test-quota, requested: services.nodeports=1, used: services.nodeports=1, limited: services.nodeports=1")
    used(c, ns, "test-quota", services="2", services_nodeports="1", services_loadbalancers="0")
    for name in ("one", "two"):
        c.api.delete(path(ns, "services/" + name))
    used(c, ns, "test-quota", services="0", services_nodeports="0")
    before = int(c.api.get(path(ns, "resourcequotas/test-quota"))["status"]["used"]["configmaps"])
    for resource, body, key, count in (
            ("configmaps", {"metadata": {"name": "a"}}, "configmaps", before + 1), ("secrets", {"metadata": {"name": "a"}}, "secrets", 1),
            ("replicationcontrollers", {"metadata": {"name": "a"}, "spec": {"replicas": 0, "selector": {"a": "b"}, "template": {"metadata": {"labels": {"a": "b"}}, "spec": PODS}}}, "replicationcontrollers", 1)):
        c.api.create(path(ns, resource), body)
        used(c, ns, "test-quota", **{key: str(count)})
        c.api.delete(path(ns, resource + "/a"))
        used(c, ns, "test-quota", **{key: str(count - 1)})
    sets = path(ns, "replicasets", "/apis/apps/v1")
    c.api.create(sets, {"metadata": {"name": "a"}, "spec": {"replicas": 0, "selector": {"matchLabels": {"a": "b"}}, "template": {"metadata": {"labels": {"a": "b"}}, "spec": PODS}}})
    used(c, ns, "test-quota", **{"count_replicasets_apps": "1"})
    c.api.delete(sets + "/a")
    used(c, ns, "test-quota", **{"count_replicasets_apps": "0"})
    claim = {"metadata": {"name": "a"}, "spec": {"storageClassName": "gold", "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}
    c.api.create(path(ns, "persistentvolumeclaims"), claim)
    used(c, ns, "test-quota", persistentvolumeclaims="1", requests_storage="1Gi", gold_storageclass_storage_k8s_io_persistentvolumeclaims="1", gold_storageclass_storage_k8s_io_requests_storage="1Gi")
    c.api.delete(path(ns, "persistentvolumeclaims/a"))
    used(c, ns, "test-quota", persistentvolumeclaims="0", requests_storage="0", gold_storageclass_storage_k8s_io_persistentvolumeclaims="0")


@case
def case_quota_of_pods(c, ns):
    c.api.create(path(ns, "resourcequotas"), quota("test-quota", HARD))
    used(c, ns, "test-quota", pods="0")
    request = {"cpu": "500m", "memory": "252Mi", "ephemeral-storage": "30Gi", "example.com/dongle": "2"}
    c.api.create(path(ns, "pods"), pod("test-pod", request, {"example.com/dongle": "2"}))
    used(c, ns, "test-quota", pods="1", cpu="500m", memory="252Mi", ephemeral_storage="30Gi", requests_example_com_dongle="2")
    for name, more in (("fail-pod", {"cpu": "600m", "memory": "100Mi"}), ("fail-pod-for-extended-resource", {"cpu": "500m", "memory": "100Mi", "ephemeral-storage": "10Gi", "example.com/dongle": "2"})):
        status, _, answer = c.api.ask("POST", path(ns, "pods"), pod(name, more, {"example.com/dongle": "2"} if "example.com/dongle" in more else None))
        equal((status, answer["reason"]), (403, "Forbidden"), name)
    contains(answer["message"], "exceeded quota: test-quota, requested: requests.example.com/dongle=2, used: requests.example.com/dongle=2, limited: requests.example.com/dongle=3")
    status, _, answer = c.api.ask("POST", path(ns, "pods"), pod("no-requests"))
    contains(answer["message"], "failed quota: test-quota: must specify cpu for: pause; memory for: pause")
    current = c.api.get(path(ns, "pods/test-pod"))
    current["spec"]["containers"][0]["resources"]["requests"]["cpu"] = "100m"
    equal(c.api.ask("PUT", path(ns, "pods/test-pod"), current)[0], 422, "a change of what it requests")
    used(c, ns, "test-quota", pods="1", cpu="500m")
    c.api.delete(path(ns, "pods/test-pod"), {"gracePeriodSeconds": 0})
    used(c, ns, "test-quota", pods="0", cpu="0", memory="0", ephemeral_storage="0", requests_example_com_dongle="0")


@case
def case_quota_scopes(c, ns):
    """Quotas of pods that end and that do not, of pods with and without requests, by priority, and of affinity to others."""
    terminating = {"pods": "5", "requests.cpu": "1", "requests.memory": "500Mi", "limits.cpu": "2", "limits.memory": "1Gi"}
    for name, hard, scopes in (("terminating", terminating, ["Terminating"]), ("not-terminating", terminating, ["NotTerminating"]),
                               ("besteffort", {"pods": "5"}, ["BestEffort"]), ("not-besteffort", {"pods": "5"}, ["NotBestEffort"])):
        c.api.create(path(ns, "resourcequotas"), quota(name, hard, scopes=scopes))
        used(c, ns, name, pods="0")
    request, limit = {"cpu": "500m", "memory": "200Mi"}, {"cpu": "1", "memory": "400Mi"}

    def both(one, other, name, **spec):
        c.api.create(path(ns, "pods"), pod(name, spec.pop("requests", None), spec.pop("limits", None), **spec))
        used(c, ns, one, pods="1")
        used(c, ns, other, pods="0")
        c.api.delete(path(ns, "pods/" + name), {"gracePeriodSeconds": 0})
        used(c, ns, one, pods="0")

    both("not-terminating", "terminating", "a", requests=request, limits=limit)
    both("terminating", "not-terminating", "b", requests=request, limits=limit, activeDeadlineSeconds=3600)
    both("not-besteffort", "besteffort", "c", requests=request, limits=limit)
    status, _, answer = c.api.ask("POST", path(ns, "pods"), pod("e"))
    contains(answer["message"], "failed quota: not-terminating: must specify limits.cpu for: pause; limits.memory for: pause; requests.cpu for: pause; requests.memory for: pause")
    for name in ("terminating", "not-terminating"):
        c.api.delete(path(ns, "resourcequotas/" + name))
    both("besteffort", "not-besteffort", "f")
    c.api.create("/apis/scheduling.k8s.io/v1/priorityclasses", {"metadata": {"name": "pclass1"}, "value": 1000})
    c.api.create(path(ns, "resourcequotas"), quota("by-class", {"pods": "1"}, scopeSelector={"matchExpressions": [{"scopeName": "PriorityClass", "operator": "In", "values": ["pclass1"]}]}))
    c.api.create(path(ns, "resourcequotas"), quota("any-class", {"pods": "5"}, scopeSelector={"matchExpressions": [{"scopeName": "PriorityClass", "operator": "Exists"}]}))
    used(c, ns, "any-class", pods="0")
    used(c, ns, "by-class", pods="0")
    c.api.create(path(ns, "pods"), pod("first", priorityClassName="pclass1"))
    used(c, ns, "by-class", pods="1")
    used(c, ns, "any-class", pods="1")
    contains(c.api.ask("POST", path(ns, "pods"), pod("second", priorityClassName="pclass1"))[2]["message"], "exceeded quota: by-class, requested: pods=1, used: pods=1, limited: pods=1")
    c.api.create(path(ns, "resourcequotas"), quota("affine", {"pods": "1"}, scopeSelector={"matchExpressions": [{"scopeName": "CrossNamespacePodAffinity", "operator": "Exists"}]}))
    used(c, ns, "affine", pods="0")
    term = {"labelSelector": {"matchLabels": {"a": "b"}}, "topologyKey": "region", "namespaceSelector": {}}
    affinity = {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}
    c.api.create(path(ns, "pods"), pod("near", affinity=affinity))
    used(c, ns, "affine", pods="1")
    equal(c.api.ask("POST", path(ns, "pods"), pod("near-2", affinity=affinity))[0], 403, "a second one")
    c.api.create(path(ns, "pods"), pod("alone"))
    used(c, ns, "affine", pods="1")


@case
def case_quota_life(c, ns):
    """Updates, the status by itself, patches, and collections over all namespaces."""
    root = path(ns, "resourcequotas")
    c.api.create(root, {**quota("q", {"cpu": "1", "memory": "500Mi"}), "metadata": {"name": "q", "labels": {"e2e-rq": ns}}})
    until(lambda: c.api.get(root + "/q").get("status", {}).get("used"), 10, "the first count")
    current = c.api.get(root + "/q")
    current["spec"]["hard"] = {"cpu": "2", "memory": "1Gi"}
    equal(c.api.replace(root + "/q", current)["spec"]["hard"], {"cpu": "2", "memory": "1Gi"}, "the change")
    until(lambda: c.api.get(root + "/q")["status"]["hard"] == {"cpu": "2", "memory": "1Gi"}, 10, "the status")
    changed = c.api.patch(root + "/q/status", {"status": {"hard": {"cpu": "3", "memory": "3Gi"}}})
    equal((changed["status"]["hard"], changed["spec"]["hard"]), ({"cpu": "3", "memory": "3Gi"}, {"cpu": "2", "memory": "1Gi"}), "a status by hand")
    c.api.patch(root + "/q", {"spec": {"hard": {"cpu": "4"}}})
    until(lambda: c.api.get(root + "/q/status")["status"]["hard"] == {"cpu": "4", "memory": "1Gi"}, 10, "the status to be right again")
    equal(len(c.api.get("/api/v1/resourcequotas?labelSelector=e2e-rq%3D" + ns)["items"]), 1, "in all namespaces")
    c.api.delete(root + "?labelSelector=e2e-rq%3D" + ns)
    until(lambda: not c.api.get(root)["items"], 10, "the quota to go")
    for bad, field in ((quota("x", {"nonsense": "1"}), "spec.hard[nonsense]"), (quota("x", {"cpu": "1"}, scopes=["BestEffort"]), "spec.scopes"),
                       (quota("x", {"pods": "1"}, scopes=["Terminating", "NotTerminating"]), "spec.scopes")):
        contains(c.api.call("POST", root, bad, wanted=422)["message"], field)


@case
def case_limit_ranges(c, ns):
    """Defaults, bounds on what is asked for, and a collection of ranges."""
    root = path(ns, "limitranges")
    limits = {"type": "Container", "min": {"cpu": "50m", "memory": "100Mi", "ephemeral-storage": "100Gi"}, "max": {"cpu": "500m", "memory": "500Mi", "ephemeral-storage": "500Gi"},
              "default": {"cpu": "500m", "memory": "500Mi", "ephemeral-storage": "500Gi"}, "defaultRequest": {"cpu": "100m", "memory": "200Mi", "ephemeral-storage": "200Gi"}}
    c.api.create(root, {"metadata": {"name": "limit-range", "labels": {"e2e": ns}}, "spec": {"limits": [limits]}})
    until(lambda: c.get("-n", ns, "serviceaccount", "default"), 10, "the account")
    made = until(lambda: c.api.create(path(ns, "pods"), pod("pod-no-resources")), 5, "a pod")
    equal(made["spec"]["containers"][0]["resources"], {"limits": limits["default"], "requests": limits["defaultRequest"]}, "the defaults")
    made = c.api.create(path(ns, "pods"), pod("pod-partial", {"cpu": "150m", "ephemeral-storage": "150Gi"}, {"cpu": "300m", "memory": "300Mi"}))
    equal(made["spec"]["containers"][0]["resources"], {"requests": {"cpu": "150m", "memory": "300Mi", "ephemeral-storage": "150Gi"},
                                                       "limits": {"cpu": "300m", "memory": "300Mi", "ephemeral-storage": "500Gi"}}, "what was left out")
    c.api.patch(root + "/limit-range", {"spec": {"limits": [{**limits, "min": {"cpu": "49m", "memory": "49Mi"}}]}})
    for name, requests in (("less", {"cpu": "10m", "memory": "50Mi"}), ("more", {"cpu": "600m", "memory": "600Mi"})):
        status, _, answer = c.api.ask("POST", path(ns, "pods"), pod(name, requests, requests if name == "more" else None))
        equal(status, 403, name)
    contains(answer["message"], "maximum cpu usage per Container is 500m, but limit is 600m")
    c.api.create(path(ns, "pods"), pod("fits-now", {"cpu": "49m", "memory": "50Mi", "ephemeral-storage": "1Gi"}))
    c.api.create(root, {"metadata": {"name": "second", "labels": {"e2e": ns}}, "spec": {"limits": [{"type": "Pod", "max": {"cpu": "1"}}]}})
    equal(len(c.api.get("/api/v1/limitranges?labelSelector=e2e%3D" + ns)["items"]), 2, "both")
    c.api.delete(root + "?labelSelector=e2e%3D" + ns)
    until(lambda: not c.api.get(root)["items"], 10, "the ranges to go")


@case
def case_priority_classes(c, ns):
    """Their number stays as it is, everything else may change."""
    root = "/apis/scheduling.k8s.io/v1/priorityclasses"
    for name in ("p1", "p2"):
        c.api.create(root, {"metadata": {"name": name, "labels": {"e2e": "pc"}}, "value": 11})
    for change, field in (({"value": 22}, "value"), ({"preemptionPolicy": "Never"}, "preemptionPolicy")):
        status, _, answer = c.api.ask("PATCH", root + "/p1", change, content="application/merge-patch+json")
        equal((status, answer["reason"], answer["details"]["causes"][0]["field"]), (422, "Invalid", field), field)
    equal(c.api.patch(root + "/p1", {"description": "updated", "globalDefault": True})["description"], "updated", "the text")
    status, _, answer = c.api.ask("PATCH", root + "/p2", {"globalDefault": True}, content="application/merge-patch+json")
    contains(answer["message"], "PriorityClass p1 is already marked as default. Only one default can exist")
    until(lambda: c.get("-n", ns, "serviceaccount", "default"), 10, "the account")
    made = c.api.create(path(ns, "pods"), pod("a"))
    equal((made["spec"]["priority"], made["spec"]["priorityClassName"], made["spec"]["preemptionPolicy"]), (11, "p1", "PreemptLowerPriority"), "the default class")
    c.api.delete(root + "?labelSelector=e2e%3Dpc")
    equal(c.api.ask("DELETE", root + "/system-node-critical")[0], 403, "a class of the system")
