"""Scenarios about controllers that depend on others: servers of metrics, resizers of volumes, users of old tokens."""
import base64, json, os, time
from run import contains, equal, until
from played import all_ready, case, workload
from webhook_server import Certificates, Server, service

CUSTOM, EXTERNAL = "custom.metrics.k8s.io/v1beta2", "external.metrics.k8s.io/v1beta1"


def api_service(c, ns, group_version, bundle):
    group, version = group_version.split("/")
    return {"apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService", "metadata": {"name": f"{version}.{group}"},
            "spec": {"group": group, "version": version, "groupPriorityMinimum": 100, "versionPriority": 100, "caBundle": bundle,
                     "service": {"namespace": ns, "name": "metrics"}}}


@case
def case_autoscaler_takes_metrics_of_objects_and_from_outside(c, ns):
    values, asked = {"requests": "30", "queue": ["2", "3"]}, []

    def answer(handler, _):
        path = handler.path
        asked.append(path)
        for group_version, kind in ((CUSTOM, "MetricValueList"), (EXTERNAL, "ExternalMetricValueList")):
            if path.split("?")[0] == f"/apis/{group_version}":
                return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": group_version, "resources": [
                    {"name": "services/requests" if kind[0] == "M" else "queue", "singularName": "", "namespaced": True, "kind": kind, "verbs": ["get"]}]}
        made = {"timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}
        if path.startswith(f"/apis/{CUSTOM}/namespaces/{ns}/services/web/requests"):
            return {"kind": "MetricValueList", "apiVersion": CUSTOM, "metadata": {}, "items": [
                {"describedObject": {"kind": "Service", "name": "web", "apiVersion": "v1"}, "metric": {"name": "requests"}, "value": values["requests"], **made}]}
        if path.startswith(f"/apis/{EXTERNAL}/namespaces/{ns}/queue"):
            return {"kind": "ExternalMetricValueList", "apiVersion": EXTERNAL, "metadata": {}, "items": [
                {"metricName": "queue", "metricLabels": {}, "value": value, **made} for value in values["queue"]]}
        return 404, {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound", "code": 404, "message": f"no {path}"}

    certificates = Certificates(os.path.join(c.directory, "metrics"))
    server = Server({"/*": answer}, *certificates.issue("metrics", f"DNS:metrics.{ns}.svc"))
    c.apply(ns, *service(ns, "metrics", server.port))
    for group_version in (CUSTOM, EXTERNAL):
        c.kubectl("apply", "-f", "-", stdin=json.dumps(api_service(c, ns, group_version, certificates.bundle)))
    names = ["apiservice/" + "{1}.{0}".format(*g.split("/")) for g in (CUSTOM, EXTERNAL)]
    c.kubectl("wait", "--for=condition=Available", *names, "--timeout=20s")
    metrics = [
        {"type": "Object", "object": {"describedObject": {"apiVersion": "v1", "kind": "Service", "name": "web"}, "metric": {"name": "requests", "selector": {"matchLabels": {"verb": "get"}}},
                                      "target": {"type": "Value", "value": "10"}}},
        {"type": "External", "external": {"metric": {"name": "queue", "selector": {"matchLabels": {"of": "mail"}}}, "target": {"type": "AverageValue", "averageValue": "5"}}}]
    c.apply(ns, workload("Deployment", "web", 1),
            {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]}})
    until(lambda: all_ready(c, ns, "deployment", "web", 1), 20, "the first pod")
    c.apply(ns, {"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "web"}, "spec": {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}, "minReplicas": 1, "maxReplicas": 6, "metrics": metrics,
        "behavior": {"scaleDown": {"stabilizationWindowSeconds": 0}, "scaleUp": {"stabilizationWindowSeconds": 0}}}})
    # One pod bears three times what it should; the queue of 5 is one pod's work.
    until(lambda: c.one(ns, "deployment", "web")["spec"]["replicas"] == 3, 40, "three by the metric of the object")
    contains(str(c.events(ns, "web")), "New size: 3; reason: Service metric requests above target")
    values.update(requests="10", queue=["12", "13"])
    until(lambda: c.one(ns, "deployment", "web")["spec"]["replicas"] == 5, 40, "five by the metric from outside")
    contains(str(c.events(ns, "web")), 'New size: 5; reason: external metric queue')
    until(lambda: all_ready(c, ns, "deployment", "web", 5), 20, "five pods")

    def shown():
        found = {m["type"]: m for m in c.one(ns, "hpa", "web")["status"].get("currentMetrics", [])}
        return (found["Object"]["object"]["current"].get("value"), found["External"]["external"]["current"].get("averageValue")) == ("10", "5")

    until(shown, 40, "the metrics in the status")
    contains(" ".join(asked), "metricLabelSelector=verb%3Dget")
    contains(" ".join(asked), "labelSelector=of%3Dmail")
    # Each tells of a lack; what is known may still make the target larger.
    values.update(queue=[])
    until(lambda: any(reason == "FailedGetExternalMetric" for reason, _ in c.events(ns, "web")), 40, "an event of the missing metric")
    equal(c.one(ns, "deployment", "web")["spec"]["replicas"], 5, "replicas while a metric is missing")
    values.update(requests="2", queue=["1"])
    until(lambda: c.one(ns, "deployment", "web")["spec"]["replicas"] == 1, 40, "one")
    c.kubectl("delete", *names)
    server.close()


@case
def case_a_volume_gets_other_attributes(c, ns):
    driver = ns + ".example.org"
    for name, parameters in ((ns + "-slow", {"iops": "100"}), (ns + "-fast", {"iops": "900"})):
        c.apply(ns, {"apiVersion": "storage.k8s.io/v1", "kind": "VolumeAttributesClass", "metadata": {"name": name}, "driverName": driver, "parameters": parameters})
    volume = {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": ns + "-v"}, "spec": {
        "capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"], "storageClassName": ns, "volumeAttributesClassName": ns + "-slow",
        "csi": {"driver": driver, "volumeHandle": "h"}}}
    claim = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "c"}, "spec": {
        "accessModes": ["ReadWriteOnce"], "storageClassName": ns, "volumeAttributesClassName": ns + "-slow", "resources": {"requests": {"storage": "1Gi"}}}}
    # A volume of other attributes is none for the claim.
    other = {**volume, "metadata": {"name": ns + "-w"}, "spec": {**volume["spec"], "volumeAttributesClassName": ns + "-fast", "csi": {"driver": driver, "volumeHandle": "i"}}}
    c.apply(ns, other, claim)
    until(lambda: any(reason in ("FailedBinding", "ExternalProvisioning", "ProvisioningFailed") for reason, _ in c.events(ns, "c")), 30, "a claim that finds no volume")
    c.apply(ns, volume)
    until(lambda: c.one(ns, "pvc", "c")["status"].get("phase") == "Bound", 30, "the binding")
    equal(c.one(ns, "pvc", "c")["spec"]["volumeName"], ns + "-v", "volume")
    equal(c.one(ns, "pvc", "c")["status"].get("currentVolumeAttributesClassName"), ns + "-slow", "current class")
    c.patch(ns, "pvc", "c", {"spec": {"volumeAttributesClassName": ns + "-fast"}})
    contains(c.kubectl("-n", ns, "patch", "pvc", "c", "--type=merge", "-p", '{"spec":{"volumeAttributesClassName":null}}', check=False).stderr, "forbidden")
    # While the volume has the old attributes both classes are needed.
    for name in (ns + "-slow", ns + "-fast"):
        c.kubectl("delete", "volumeattributesclass", name, "--wait=false")
    time.sleep(1.5)
    for name in (ns + "-slow", ns + "-fast"):
        equal("deletionTimestamp" in c.get("volumeattributesclass", name)["metadata"], True, f"{name} waits")
    # The driver's resizer carries the change out.
    status = {"status": {"modifyVolumeStatus": {"targetVolumeAttributesClassName": ns + "-fast", "status": "InProgress"}}}
    c.kubectl("-n", ns, "patch", "pvc", "c", "--subresource=status", "--type=merge", "-p", json.dumps(status))
    c.kubectl("patch", "pv", ns + "-v", "--type=merge", "-p", json.dumps({"spec": {"volumeAttributesClassName": ns + "-fast"}}))
    status = {"status": {"currentVolumeAttributesClassName": ns + "-fast", "modifyVolumeStatus": None}}
    c.kubectl("-n", ns, "patch", "pvc", "c", "--subresource=status", "--type=merge", "-p", json.dumps(status))
    until(lambda: c.kubectl("get", "volumeattributesclass", ns + "-slow", check=False).returncode != 0, 20, "the old class to be gone")
    equal("deletionTimestamp" in c.get("volumeattributesclass", ns + "-fast")["metadata"], True, "the new class waits")
    c.kubectl("-n", ns, "delete", "pvc", "c", "--wait=false")
    c.kubectl("delete", "pv", ns + "-v", ns + "-w", "--wait=false")
    until(lambda: c.kubectl("get", "volumeattributesclass", ns + "-fast", check=False).returncode != 0, 20, "the new class to be gone")


@case
def case_old_tokens_end_when_nobody_uses_them(c, ns):
    def token(name, **more):
        c.apply(ns, {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "annotations": {"kubernetes.io/service-account.name": "default"}, **more},
                     "type": "kubernetes.io/service-account-token"})
        return base64.b64decode(until(lambda: c.one(ns, "secret", name)["data"]["token"], 20, "a token")).decode()

    tokens = {name: token(name) for name in ("unused", "by-hand", "mounted")}
    # Those that the account lists were made by the cluster itself, as old clusters did.
    c.patch(ns, "serviceaccount", "default", {"secrets": [{"name": "unused"}, {"name": "mounted"}]})
    user = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "user"}, "spec": {"containers": [{"name": "main", "image": "i", "volumeMounts": [{"name": "t", "mountPath": "/t"}]}],
                                                                                     "volumes": [{"name": "t", "secret": {"secretName": "mounted"}}]}}
    c.apply(ns, user)

    def labels(name):
        return c.one(ns, "secret", name)["metadata"].get("labels", {})

    until(lambda: "kubernetes.io/legacy-token-invalid-since" in labels("unused"), 30, "the unused one to be declared invalid")

    def who(name):
        return c.run("kubectl", "--server", "https://127.0.0.1:17449", "--certificate-authority", os.path.join(c.data, "pki", "ca.crt"), "--kubeconfig", "/dev/null",
                     "--token", tokens[name], "auth", "whoami", check=False)

    contains(who("by-hand").stdout, f"system:serviceaccount:{ns}:default")
    equal(who("unused").returncode, 1, "an invalid token")
    until(lambda: "kubernetes.io/legacy-token-last-used" in labels("by-hand"), 20, "the use to be noted")
    until(lambda: c.kubectl("-n", ns, "get", "secret", "unused", check=False).returncode != 0, 30, "the unused one to be gone")
    for name in ("by-hand", "mounted"):
        equal("kubernetes.io/legacy-token-invalid-since" in labels(name), False, f"{name} is left alone")
