"""The life of an object of each kind as the conformance tests go through it: discovery, creation, reading, watching, changing, deleting."""
from run import Failure, equal, until
from api_requests import Watching

RULE = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["configmaps"]}
TEMPLATE = {"metadata": {"labels": {"app": "life"}}, "spec": {"containers": [{"name": "c", "image": "registry.example/app:1"}]}}
SELECTOR = {"matchLabels": {"app": "life"}}
CSR = ("-----BEGIN CERTIFICATE REQUEST-----\n{}\n-----END CERTIFICATE REQUEST-----\n")


def kinds(request):
    """(group version, resource, kind, whether it is namespaced, the rest of an object, a change, subresources, what has a value of status)."""
    policy = {"matchConstraints": {"resourceRules": [RULE]}, "validations": [{"expression": "true"}]}
    mutation = {"matchConstraints": {"resourceRules": [RULE]}, "reinvocationPolicy": "Never",
                "mutations": [{"patchType": "ApplyConfiguration", "applyConfiguration": {"expression": "Object{}"}}]}
    hook = {"name": "a.example.com", "clientConfig": {"url": "https://127.0.0.1:1/x"}, "rules": [RULE], "sideEffects": "None",
            "admissionReviewVersions": ["v1"], "namespaceSelector": {"matchLabels": {"no": "such"}}}
    device = {"spec": {"devices": {"requests": [{"name": "a", "exactly": {"deviceClassName": "none.example.com"}}]}}}
    yield "v1", "configmaps", "ConfigMap", True, {"data": {"a": "b"}}, {"data": {"a": "c"}}, []
    yield "v1", "secrets", "Secret", True, {"data": {"a": "Yg=="}}, {"stringData": {"a": "c"}}, []
    yield "v1", "serviceaccounts", "ServiceAccount", True, {}, {"automountServiceAccountToken": False}, []
    yield "v1", "podtemplates", "PodTemplate", True, {"template": TEMPLATE}, {"template": {"metadata": {"labels": {"x": "y"}}}}, []
    yield "v1", "limitranges", "LimitRange", True, {"spec": {"limits": [{"type": "Container", "max": {"cpu": "4"}}]}}, {"spec": {"limits": [{"type": "Container", "max": {"cpu": "5"}}]}}, []
    yield "v1", "resourcequotas", "ResourceQuota", True, {"spec": {"hard": {"pods": "7"}}}, {"spec": {"hard": {"pods": "8"}}}, ["status"]
    yield "v1", "services", "Service", True, {"spec": {"ports": [{"port": 80}]}}, {"spec": {"ports": [{"port": 81}]}}, ["status"]
    yield "v1", "endpoints", "Endpoints", True, {"subsets": [{"addresses": [{"ip": "10.0.0.24"}], "ports": [{"name": "http", "port": 80}]}]}, {"subsets": [{"addresses": [{"ip": "10.0.0.25"}], "ports": [{"name": "http-test", "port": 8080}]}]}, []
    yield "v1", "replicationcontrollers", "ReplicationController", True, {"spec": {"replicas": 0, "selector": {"app": "life"}, "template": TEMPLATE}}, {"spec": {"minReadySeconds": 1}}, ["status", "scale"]
    yield "v1", "pods", "Pod", True, {"spec": {**TEMPLATE["spec"], "nodeSelector": {"no": "where"}}}, {"spec": {"activeDeadlineSeconds": 500}}, ["status"]
    yield "v1", "persistentvolumeclaims", "PersistentVolumeClaim", True, {"spec": {"accessModes": ["ReadWriteOnce"], "storageClassName": "", "resources": {"requests": {"storage": "1Gi"}}}}, {}, ["status"]
    yield "v1", "persistentvolumes", "PersistentVolume", False, {"spec": {"capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"], "hostPath": {"path": "/x"}, "storageClassName": "none"}}, {"spec": {"persistentVolumeReclaimPolicy": "Delete"}}, ["status"]
    yield "v1", "events", "Event", True, {"involvedObject": {"kind": "Pod", "namespace": "{ns}", "name": "p"}, "reason": "Test", "message": "m", "type": "Normal", "source": {"component": "test"}}, {"message": "n"}, []
    yield "events.k8s.io/v1", "events", "Event", True, {"regarding": {"kind": "Pod", "namespace": "{ns}", "name": "p"}, "reason": "Test", "note": "m", "type": "Normal", "action": "do", "reportingController": "test", "reportingInstance": "test-1", "eventTime": "2026-01-02T03:04:05.000006Z"}, {"series": {"count": 2, "lastObservedTime": "2026-01-02T03:05:05.000006Z"}}, []
    yield "apps/v1", "deployments", "Deployment", True, {"spec": {"replicas": 0, "selector": SELECTOR, "template": TEMPLATE}}, {"spec": {"minReadySeconds": 1}}, ["status", "scale"]
    yield "apps/v1", "replicasets", "ReplicaSet", True, {"spec": {"replicas": 0, "selector": SELECTOR, "template": TEMPLATE}}, {"spec": {"minReadySeconds": 1}}, ["status", "scale"]
    yield "apps/v1", "statefulsets", "StatefulSet", True, {"spec": {"replicas": 0, "serviceName": "s", "selector": SELECTOR, "template": TEMPLATE}}, {"spec": {"minReadySeconds": 1}}, ["status", "scale"]
    yield "apps/v1", "daemonsets", "DaemonSet", True, {"spec": {"selector": SELECTOR, "template": {**TEMPLATE, "spec": {**TEMPLATE["spec"], "nodeSelector": {"no": "where"}}}}}, {"spec": {"minReadySeconds": 1}}, ["status"]
    yield "apps/v1", "controllerrevisions", "ControllerRevision", True, {"data": {"a": 1}, "revision": 1}, {"revision": 2}, []
    yield "batch/v1", "jobs", "Job", True, {"spec": {"suspend": True, "template": {"spec": {**TEMPLATE["spec"], "restartPolicy": "Never"}}}}, {"spec": {"parallelism": 2}}, ["status"]
    yield "batch/v1", "cronjobs", "CronJob", True, {"spec": {"schedule": "0 0 1 1 *", "jobTemplate": {"spec": {"template": {"spec": {**TEMPLATE["spec"], "restartPolicy": "Never"}}}}}}, {"spec": {"schedule": "0 0 2 1 *"}}, ["status"]
    yield "autoscaling/v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler", True, {"spec": {"maxReplicas": 3, "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "x"}, "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 50}}}]}}, {"spec": {"maxReplicas": 4}}, ["status"]
    yield "policy/v1", "poddisruptionbudgets", "PodDisruptionBudget", True, {"spec": {"minAvailable": 1, "selector": SELECTOR}}, {"spec": {"minAvailable": "50%"}}, ["status"]
    yield "networking.k8s.io/v1", "ingresses", "Ingress", True, {"spec": {"defaultBackend": {"service": {"name": "a", "port": {"number": 80}}}}}, {"spec": {"defaultBackend": {"service": {"name": "b"}}}}, ["status"]
    yield "networking.k8s.io/v1", "ingressclasses", "IngressClass", False, {"spec": {"controller": "example.com/a"}}, {}, []
    yield "networking.k8s.io/v1", "networkpolicies", "NetworkPolicy", True, {"spec": {"podSelector": {}}}, {"spec": {"podSelector": {"matchLabels": {"a": "b"}}}}, []
    yield "networking.k8s.io/v1", "servicecidrs", "ServiceCIDR", False, {"spec": {"cidrs": ["10.201.0.0/24"]}}, {}, ["status"]
    yield "networking.k8s.io/v1", "ipaddresses", "IPAddress", False, {"name": "10.201.7.7", "spec": {"parentRef": {"resource": "services", "namespace": "{ns}", "name": "none"}}}, {}, []
    yield "discovery.k8s.io/v1", "endpointslices", "EndpointSlice", True, {"addressType": "IPv4", "endpoints": [{"addresses": ["1.2.3.4"], "conditions": {"ready": True}}]}, {"ports": [{"port": 80}]}, []
    yield "coordination.k8s.io/v1", "leases", "Lease", True, {"spec": {"holderIdentity": "a", "leaseDurationSeconds": 30, "acquireTime": "2026-01-02T03:04:05.000006Z", "renewTime": "2026-01-02T03:04:06.000006Z", "leaseTransitions": 0}}, {"spec": {"leaseTransitions": 1}}, []
    yield "node.k8s.io/v1", "runtimeclasses", "RuntimeClass", False, {"handler": "none"}, {}, []
    yield "scheduling.k8s.io/v1", "priorityclasses", "PriorityClass", False, {"value": 7}, {"description": "changed"}, []
    yield "storage.k8s.io/v1", "storageclasses", "StorageClass", False, {"provisioner": "example.com/none"}, {}, []
    yield "storage.k8s.io/v1", "csidrivers", "CSIDriver", False, {"spec": {"attachRequired": False}}, {"spec": {"requiresRepublish": True}}, []
    yield "storage.k8s.io/v1", "csinodes", "CSINode", False, {"spec": {"drivers": []}}, {"spec": {"drivers": [{"name": "d.example.com", "nodeID": "n"}]}}, []
    yield "storage.k8s.io/v1", "csistoragecapacities", "CSIStorageCapacity", True, {"storageClassName": "none"}, {"capacity": "3Gi"}, []
    yield "storage.k8s.io/v1", "volumeattachments", "VolumeAttachment", False, {"spec": {"attacher": "d.example.com", "nodeName": "none", "source": {"persistentVolumeName": "none"}}}, {}, ["status"]
    yield "storage.k8s.io/v1", "volumeattributesclasses", "VolumeAttributesClass", False, {"driverName": "d.example.com", "parameters": {"a": "b"}}, {}, []
    yield "rbac.authorization.k8s.io/v1", "roles", "Role", True, {"rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]}, {"rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["list"]}]}, []
    yield "rbac.authorization.k8s.io/v1", "rolebindings", "RoleBinding", True, {"roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"}, "subjects": []}, {"subjects": [{"kind": "User", "name": "u", "apiGroup": "rbac.authorization.k8s.io"}]}, []
    yield "rbac.authorization.k8s.io/v1", "clusterroles", "ClusterRole", False, {"rules": []}, {"rules": [{"nonResourceURLs": ["/x"], "verbs": ["get"]}]}, []
    yield "rbac.authorization.k8s.io/v1", "clusterrolebindings", "ClusterRoleBinding", False, {"roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"}}, {"subjects": [{"kind": "Group", "name": "g", "apiGroup": "rbac.authorization.k8s.io"}]}, []
    yield "certificates.k8s.io/v1", "certificatesigningrequests", "CertificateSigningRequest", False, {"spec": {"request": request, "signerName": "example.com/e2e", "usages": ["digital signature", "key encipherment", "server auth"]}}, {}, ["status", "approval"]
    yield "flowcontrol.apiserver.k8s.io/v1", "flowschemas", "FlowSchema", False, {"spec": {"matchingPrecedence": 10000, "priorityLevelConfiguration": {"name": "global-default"}, "distinguisherMethod": {"type": "ByUser"}, "rules": [{"subjects": [{"kind": "User", "user": {"name": "example-e2e-non-existent-user"}}], "nonResourceRules": [{"verbs": ["*"], "nonResourceURLs": ["*"]}]}]}}, {"spec": {"matchingPrecedence": 9999}}, ["status"]
    yield "flowcontrol.apiserver.k8s.io/v1", "prioritylevelconfigurations", "PriorityLevelConfiguration", False, {"spec": {"type": "Limited", "limited": {"nominalConcurrencyShares": 2, "limitResponse": {"type": "Reject"}}}}, {"spec": {"limited": {"nominalConcurrencyShares": 4}}}, ["status"]
    yield "admissionregistration.k8s.io/v1", "validatingadmissionpolicies", "ValidatingAdmissionPolicy", False, {"spec": policy}, {"spec": {"failurePolicy": "Ignore"}}, ["status"]
    yield "admissionregistration.k8s.io/v1", "validatingadmissionpolicybindings", "ValidatingAdmissionPolicyBinding", False, {"spec": {"policyName": "none", "validationActions": ["Deny"]}}, {"spec": {"validationActions": ["Audit", "Warn"]}}, []
    yield "admissionregistration.k8s.io/v1", "mutatingadmissionpolicies", "MutatingAdmissionPolicy", False, {"spec": mutation}, {"spec": {"failurePolicy": "Ignore"}}, []
    yield "admissionregistration.k8s.io/v1", "mutatingadmissionpolicybindings", "MutatingAdmissionPolicyBinding", False, {"spec": {"policyName": "none"}}, {"spec": {"matchResources": {"objectSelector": {"matchLabels": {"a": "b"}}}}}, []
    yield "admissionregistration.k8s.io/v1", "validatingwebhookconfigurations", "ValidatingWebhookConfiguration", False, {"webhooks": [hook]}, {"webhooks": [{**hook, "timeoutSeconds": 3}]}, []
    yield "admissionregistration.k8s.io/v1", "mutatingwebhookconfigurations", "MutatingWebhookConfiguration", False, {"webhooks": [hook]}, {"webhooks": [{**hook, "timeoutSeconds": 3}]}, []
    yield "resource.k8s.io/v1", "resourceclaims", "ResourceClaim", True, device, {}, ["status"]
    yield "resource.k8s.io/v1", "resourceclaimtemplates", "ResourceClaimTemplate", True, {"spec": {"spec": device["spec"]}}, {}, []
    yield "resource.k8s.io/v1", "deviceclasses", "DeviceClass", False, {"spec": {}}, {"spec": {"selectors": [{"cel": {"expression": "true"}}]}}, []
    yield "resource.k8s.io/v1", "resourceslices", "ResourceSlice", False, {"spec": {"driver": "d.example.com", "nodeName": "none", "pool": {"name": "none", "generation": 1, "resourceSliceCount": 1}}}, {"spec": {"devices": [{"name": "a"}]}}, []
    yield "apiregistration.k8s.io/v1", "apiservices", "APIService", False, {"name": "v1.life.example.com", "spec": {"group": "life.example.com", "version": "v1", "groupPriorityMinimum": 1, "versionPriority": 1, "insecureSkipTLSVerify": True, "service": {"namespace": "{ns}", "name": "none"}}}, {"spec": {"versionPriority": 2}}, ["status"]


def filled(value, ns):
    if isinstance(value, dict):
        return {key: filled(inner, ns) for key, inner in value.items()}
    if isinstance(value, list):
        return [filled(inner, ns) for inner in value]
    return value.replace("{ns}", ns) if isinstance(value, str) else value


def holds(found, wanted):
    """Whether what a change asked for is there."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(key == "stringData" or holds(found.get(key), inner) for key, inner in wanted.items())
    if isinstance(wanted, list):
        return isinstance(found, list) and len(found) == len(wanted) and all(holds(*pair) for pair in zip(found, wanted))
    return found == wanted


class Life:
    def __init__(self, api, ns, row, number):
        self.api, self.ns = api, ns
        self.version, self.resource, self.kind, self.namespaced, rest, self.change, self.subresources = row
        rest = filled(rest, ns)
        self.name = rest.pop("name", f"life-{number}")
        self.root = ("/api/" if self.version == "v1" else "/apis/") + self.version
        self.list = self.root + (f"/namespaces/{ns}" if self.namespaced else "") + "/" + self.resource
        self.path = f"{self.list}/{self.name}"
        self.mark = f"{self.version.split(chr(47))[0]}-{self.resource}"
        self.label = f"life-of={self.mark}"
        self.object = {"apiVersion": self.version, "kind": self.kind,
                       "metadata": {"name": self.name, "labels": {"life-of": self.mark}}, **rest}

    def go(self):
        self.discover()
        before = self.api.get(self.list)["metadata"]["resourceVersion"]
        with Watching(self.api, self.list, resourceVersion=before, labelSelector=self.label) as watching:
            made = self.api.create(self.list, self.object, wanted=201)
            for field in ("uid", "creationTimestamp", "resourceVersion", "managedFields"):
                if not made["metadata"].get(field):
                    raise Failure(f"a new {self.kind} has no {field}")
            again = self.api.ask("POST", self.list, self.object)[2]
            equal(again.get("reason"), "AlreadyExists", f"a second {self.kind} ({again.get('message')})")
            watching.wait(lambda e: e["type"] == "ADDED" and e["object"]["metadata"]["uid"] == made["metadata"]["uid"], f"the {self.kind} to appear")
            self.read(made)
            self.alter(watching)
            for name in self.subresources:
                getattr(self, name)(watching)
            self.end(watching)

    def discover(self):
        resources = self.api.get(self.root)["resources"]
        entry = next((r for r in resources if r["name"] == self.resource), None)
        if not entry:
            raise Failure(f"{self.version} has no {self.resource}")
        equal((entry["kind"], entry["namespaced"], bool(entry["singularName"])), (self.kind, self.namespaced, True), self.resource)
        wanted = {"create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"}
        missing = wanted - set(entry["verbs"]) - ({"deletecollection"} if self.resource in ("services_",) else set())
        if missing:
            raise Failure(f"{self.resource} cannot be asked to {missing}")
        for name in self.subresources:
            if not any(r["name"] == f"{self.resource}/{name}" for r in resources):
                raise Failure(f"{self.resource} has no {name}")
        if self.version != "v1":
            group, version = self.version.split("/")
            found = next(g for g in self.api.get("/apis")["groups"] if g["name"] == group)
            if self.version not in [v["groupVersion"] for v in found["versions"]]:
                raise Failure(f"{group} has no {version}")
            equal(self.api.get("/apis/" + group)["preferredVersion"]["groupVersion"] in [v["groupVersion"] for v in found["versions"]], True, "preferred")

    def read(self, made):
        equal(self.api.get(self.path)["metadata"]["uid"], made["metadata"]["uid"], self.path)
        lists = [self.list] + ([f"{self.root}/{self.resource}"] if self.namespaced else [])
        for path in lists:
            found = self.api.get(f"{path}?labelSelector=life-of%3D{self.mark}&fieldSelector=metadata.name%3D{self.name}")
            equal((found["kind"], found["apiVersion"], len(found["items"])), (self.kind + "List", self.version, 1), path)
            table = self.api.get(f"{path}?labelSelector=life-of%3D{self.mark}", headers={"accept": "application/json;as=Table;v=v1;g=meta.k8s.io"})
            # Upstream gives addresses an age that no column is for.
            equal((table["kind"], len(table["rows"]), len(table["rows"][0]["cells"])),
                  ("Table", 1, len(table["columnDefinitions"]) + (self.resource == "ipaddresses")), path)
        partial = self.api.get(self.path, headers={"accept": "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io"})
        equal((partial["kind"], set(partial) - {"kind", "apiVersion", "metadata"}), ("PartialObjectMetadata", set()), self.path)

    def alter(self, watching):
        # Data of revisions made by hand are compared byte by byte when a patch of JSON comes.
        kind = "strategic" if self.resource == "controllerrevisions" else "merge"
        patched = self.api.patch(self.path, {"metadata": {"annotations": {"patched": "true"}, "labels": {"life": "patched"}}}, kind=kind)
        equal(patched["metadata"]["annotations"]["patched"], "true", f"annotation of {self.kind}")
        watching.wait(lambda e: e["type"] == "MODIFIED" and e["object"]["metadata"].get("annotations", {}).get("patched"), f"the change of {self.kind}")
        for _ in range(5):
            current = self.api.get(self.path)
            current["metadata"].setdefault("annotations", {})["updated"] = "true"
            status, _, answer = self.api.ask("PUT", self.path, current)
            if status != 409:
                break
        equal((status, answer.get("metadata", {}).get("annotations", {}).get("updated")), (200, "true"), f"update of {self.kind}: {answer}")
        stale = {**current, "metadata": {**current["metadata"], "resourceVersion": current["metadata"]["resourceVersion"]}}
        stale["metadata"]["annotations"] = {"stale": "yes"}
        equal(self.api.ask("PUT", self.path, stale)[0], 409, f"a stale update of {self.kind}")
        if self.change:
            changed = self.api.patch(self.path, self.change, kind=kind)
            if not holds(changed, self.change):
                raise Failure(f"{self.change} is not in {changed}")
        applied = self.api.patch(f"{self.path}?fieldManager=life&force=true", {
            "apiVersion": self.version, "kind": self.kind, "metadata": {"name": self.name, "annotations": {"applied": "true"}}}, kind="apply")
        equal(applied["metadata"]["annotations"]["applied"], "true", f"applied to {self.kind}")
        dry = self.api.patch(self.path + "?dryRun=All", {"metadata": {"annotations": {"dry": "true"}}}, kind=kind)
        equal((dry["metadata"]["annotations"]["dry"], "dry" in self.api.get(self.path)["metadata"]["annotations"]), ("true", False), "dry run")

    def status(self, watching):
        got = self.api.get(self.path + "/status")
        equal(got["kind"], self.kind, self.path + "/status")
        if self.resource in ("pods", "persistentvolumes", "persistentvolumeclaims", "resourceclaims", "resourcequotas"):
            condition = None
        elif self.resource == "volumeattachments":
            patched = self.api.patch(self.path + "/status", {"status": {"attached": True}})
            equal(patched["status"]["attached"], True, self.path)
            return
        elif self.resource in ("ingresses", "services"):
            condition = {"loadBalancer": {"ingress": [{"ip": "169.1.1.1"}]}}
            if self.resource == "services":
                condition = {"conditions": [{"type": "StatusPatched", "status": "True", "reason": "E2E", "message": "m", "lastTransitionTime": "2026-01-02T03:04:05Z"}]}
        elif self.resource == "cronjobs":
            condition = {"lastScheduleTime": "2026-01-02T03:04:05Z"}
        elif self.resource in ("poddisruptionbudgets", "servicecidrs", "validatingadmissionpolicies"):
            condition = {"conditions": [{"type": "StatusPatched", "status": "True", "reason": "E2E", "message": "m", "lastTransitionTime": "2026-01-02T03:04:05Z"}]}
        elif self.resource == "horizontalpodautoscalers":
            condition = {"conditions": [{"type": "StatusPatched", "status": "True", "reason": "E2E", "message": "m"}]}
        elif self.resource == "certificatesigningrequests":
            condition = {"conditions": [{"type": "StatusPatched", "status": "True", "reason": "E2E", "message": "m"}]}
        else:
            condition = {"conditions": [{"type": "StatusPatched", "status": "True", "reason": "E2E", "message": "m"}]}
        patched = self.api.patch(self.path + "/status", {"metadata": {"annotations": {"patchedstatus": "true"}}, **({"status": condition} if condition else {})})
        if condition:
            for key, value in condition.items():
                if not (holds(patched["status"].get(key), value) or isinstance(value, list) and any(holds(found, value[0]) for found in patched["status"].get(key, []))):
                    raise Failure(f"{key} is not in the status of {self.kind}: {patched['status']}")
        current = until(lambda: self.update_status(), 5, f"an update of the status of {self.kind}")
        equal(current["kind"], self.kind, "status")

    def update_status(self):
        current = self.api.get(self.path + "/status")
        code, _, answer = self.api.ask("PUT", self.path + "/status", current)
        if code not in (200, 409):
            raise Failure(f"update of {self.path}/status was answered with {code}: {answer}")
        return answer if code == 200 else None

    def approval(self, watching):
        path = self.path + "/approval"
        equal(self.api.get(path)["kind"], self.kind, path)
        current = self.api.get(path)
        current.setdefault("status", {}).setdefault("conditions", []).append({"type": "Approved", "status": "True", "reason": "E2E", "message": "m"})
        changed = self.api.replace(path, current)
        equal([c["type"] for c in changed["status"]["conditions"] if c["type"] == "Approved"], ["Approved"], path)
        self.api.patch(path, {"metadata": {"annotations": {"patchedapproval": "true"}}})

    def scale(self, watching):
        found = self.api.get(self.path + "/scale")
        equal((found["kind"], found["apiVersion"], found["spec"].get("replicas", 0)), ("Scale", "autoscaling/v1", 0), self.path)

        def grow():
            found = self.api.get(self.path + "/scale")
            found["spec"]["replicas"] = 1
            status, _, answer = self.api.ask("PUT", self.path + "/scale", found)
            if status not in (200, 409):
                raise Failure(f"{self.path}/scale was answered with {status}: {answer}")
            return answer if status == 200 else None

        equal(until(grow, 5, f"the scale of {self.path}")["spec"]["replicas"], 1, self.path)
        equal(self.api.get(self.path)["spec"]["replicas"], 1, self.path)
        equal(self.api.patch(self.path + "/scale", {"spec": {"replicas": 0}})["spec"].get("replicas", 0), 0, self.path)

    def end(self, watching):
        other = {**self.object, "metadata": {"name": self.name + "-2", "labels": {"life-of": self.mark, "second": "yes"}}}
        if self.resource == "ipaddresses":
            other["metadata"]["name"] = "10.201.7.8"
        elif self.resource == "servicecidrs":
            other["spec"] = {"cidrs": ["10.202.0.0/24"]}
        elif self.resource == "apiservices":
            other["metadata"]["name"], other["spec"] = "v2.life.example.com", {**other["spec"], "version": "v2"}
        elif self.resource == "resourceslices":
            other["spec"] = {**other["spec"], "pool": {**other["spec"]["pool"], "name": "second"}}
        self.api.create(self.list, other, wanted=201)
        self.api.delete(self.path)
        # Finalizers of controllers that are not there for what was made here.
        until(lambda: self.api.ask("PATCH", self.path, '{"metadata":{"finalizers":null}}', content="application/merge-patch+json")[0] == 404, 10, f"the end of {self.path}")
        watching.wait(lambda e: e["type"] == "DELETED" and e["object"]["metadata"]["name"] == self.name, f"the end of the {self.kind}", 10)
        self.api.delete(f"{self.list}?labelSelector=second%3Dyes", {"gracePeriodSeconds": 0})
        until(lambda: not self.api.get(f"{self.list}?labelSelector=life-of%3D{self.mark}")["items"], 10, f"the end of all {self.resource}")
        equal(self.api.ask("GET", self.path)[2].get("reason"), "NotFound", self.path)
