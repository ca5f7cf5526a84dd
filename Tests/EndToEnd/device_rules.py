"""Scenarios about devices: parts and shares of them, devices that are made ready, that stand for resources, that are tainted."""
import json
from run import contains, equal, until
from played import case, condition, pod, running

DRIVER = "gpu.example.org"


def slices(c, ns, *specs):
    """Slices of one pool, named after the namespace, on the first node of zone a."""
    node = c.nodes("played-a")[0]["metadata"]["name"]
    for number, spec in enumerate(specs):
        pool = {"name": ns, "generation": 1, "resourceSliceCount": len(specs)}
        c.apply(ns, {"apiVersion": "resource.k8s.io/v1", "kind": "ResourceSlice", "metadata": {"name": f"{ns}-{number}"},
                     "spec": {"driver": DRIVER, "nodeName": node, "pool": pool, **spec}})
    return node


def device_class(c, ns, **spec):
    c.apply(ns, {"apiVersion": "resource.k8s.io/v1", "kind": "DeviceClass", "metadata": {"name": ns},
                 "spec": {"selectors": [{"cel": {"expression": f"device.driver == '{DRIVER}' && device.attributes['{DRIVER}'].owner == '{ns}'"}}], **spec}})


def device(ns, name, **more):
    return {"name": name, "attributes": {"owner": {"string": ns}}, **more}


def claim(c, ns, name, **exactly):
    c.apply(ns, {"apiVersion": "resource.k8s.io/v1", "kind": "ResourceClaim", "metadata": {"name": name},
                 "spec": {"devices": {"requests": [{"name": "r", "exactly": {"deviceClassName": ns, **exactly}}]}}})
    return [{"name": "d", "resourceClaimName": name}]


def results(c, ns, name):
    return c.one(ns, "resourceclaim", name).get("status", {}).get("allocation", {}).get("devices", {}).get("results", [])


def clean(c, ns, count):
    c.kubectl("delete", "deviceclass/" + ns, *[f"resourceslice/{ns}-{n}" for n in range(count)])


@case
def case_devices_are_parts_of_others(c, ns):
    def part(name, memory):
        return device(ns, name, consumesCounters=[{"counterSet": "card", "counters": {"memory": {"value": memory}}}])

    slices(c, ns, {"sharedCounters": [{"name": "card", "counters": {"memory": {"value": "40Gi"}}}]},
           {"devices": [part("whole", "40Gi"), part("half-0", "20Gi"), part("half-1", "20Gi")]})
    device_class(c, ns)
    halves = [{"cel": {"expression": "true"}}]
    c.apply(ns, pod("one", resourceClaims=claim(c, ns, "two-halves", count=2, selectors=halves)))
    until(lambda: len(running(c, ns, "one")) == 1, 30, "the pod with two halves")
    equal(sorted(r["device"] for r in results(c, ns, "two-halves")), ["half-0", "half-1"], "devices")
    c.apply(ns, pod("other", resourceClaims=claim(c, ns, "whole")))
    until(lambda: "cannot allocate all claims" in condition(c.one(ns, "pod", "other"), "PodScheduled").get("message", ""), 20, "the other to wait")
    c.kubectl("-n", ns, "delete", "pod/one", "resourceclaim/two-halves", "--wait=false")
    until(lambda: len(running(c, ns, "other")) == 1, 40, "the other pod")
    equal([r["device"] for r in results(c, ns, "whole")], ["whole"], "device")
    clean(c, ns, 2)


@case
def case_devices_are_shared(c, ns):
    policy = {"default": "1", "validRange": {"min": "1", "step": "2"}}
    slices(c, ns, {"devices": [device(ns, "link", allowMultipleAllocations=True, capacity={"bandwidth": {"value": "10", "requestPolicy": policy}})]})
    device_class(c, ns)
    for name in ("first", "second"):
        c.apply(ns, pod(name, resourceClaims=claim(c, ns, name, capacity={"requests": {"bandwidth": "4"}})))
        until(lambda: len(running(c, ns, name)) == 1, 30, name)
        made = results(c, ns, name)[0]
        equal(made["consumedCapacity"], {"bandwidth": "5"}, "capacity, rounded up")
        equal(len(made["shareID"]), 36, "length of the share's name")
    c.apply(ns, pod("third", resourceClaims=claim(c, ns, "third")))
    until(lambda: "cannot allocate all claims" in condition(c.one(ns, "pod", "third"), "PodScheduled").get("message", ""), 20, "the third to wait")
    c.kubectl("-n", ns, "delete", "pod/first", "--wait=false")
    until(lambda: len(running(c, ns, "third")) == 1, 40, "the third pod")
    clean(c, ns, 1)


@case
def case_devices_are_made_ready(c, ns):
    node = slices(c, ns, {"devices": [device(ns, "fabric", bindingConditions=["attached"], bindingFailureConditions=["broken"], bindsToNode=True)]})
    device_class(c, ns)

    def tell(kind):
        made = results(c, ns, "one")[0]
        told = {"driver": made["driver"], "pool": made["pool"], "device": made["device"],
                "conditions": [{"type": kind, "status": "True", "reason": "Told", "message": "by the driver", "lastTransitionTime": "2026-01-01T00:00:00Z"}]}
        c.kubectl("-n", ns, "patch", "resourceclaim", "one", "--subresource", "status", "--type", "merge", "-p", json.dumps({"status": {"devices": [told]}}))

    c.apply(ns, pod("one", resourceClaims=claim(c, ns, "one")))
    until(lambda: results(c, ns, "one"), 30, "devices")
    until(lambda: ("BindingConditionsPending", f"waiting for binding conditions for device on node {node}") in c.events(ns, "one"), 10, "the event")
    equal(c.one(ns, "pod", "one")["spec"].get("nodeName"), None, "the node while it waits")
    tell("broken")
    until(lambda: any("claim one binding failed: reason=Told" in e[1] for e in c.events(ns, "one")), 20, "the failure to be told")
    # Another attempt follows.
    until(lambda: results(c, ns, "one") and not c.one(ns, "resourceclaim", "one")["status"].get("devices"), 30, "devices anew")
    tell("attached")
    until(lambda: len(running(c, ns, "one")) == 1, 30, "the pod")
    clean(c, ns, 1)


@case
def case_devices_stand_for_resources(c, ns):
    node = slices(c, ns, {"devices": [device(ns, "gpu-0"), device(ns, "gpu-1")]})
    resource = f"{ns}.example.org/gpu"
    device_class(c, ns, extendedResourceName=resource)

    def asking(name, count, of=resource):
        made = pod(name)
        amounts = made["spec"]["containers"][0]["resources"]
        amounts["requests"][of] = str(count)
        amounts["limits"] = {of: str(count)}
        return made

    c.apply(ns, asking("one", 2))
    until(lambda: len(running(c, ns, "one")) == 1, 30, "the pod")
    found = c.one(ns, "pod", "one")
    equal(found["spec"]["nodeName"], node, "node")
    told = found["status"]["extendedResourceClaimStatus"]
    equal(told["requestMappings"], [{"containerName": "main", "resourceName": resource, "requestName": "container-0-request-0"}], "mappings")
    made = c.one(ns, "resourceclaim", told["resourceClaimName"])
    equal(made["metadata"]["annotations"]["resource.kubernetes.io/extended-resource-claim"], "true", "annotation")
    equal(len(made["status"]["allocation"]["devices"]["results"]), 2, "devices")
    c.apply(ns, asking("two", 1, of="deviceclass.resource.kubernetes.io/" + ns))
    until(lambda: condition(c.one(ns, "pod", "two"), "PodScheduled").get("reason") == "Unschedulable", 20, "the second to wait")
    c.kubectl("-n", ns, "delete", "pod/one", "--wait=false")
    until(lambda: len(running(c, ns, "two")) == 1, 40, "the second pod")
    until(lambda: len(c.items(ns, "resourceclaims")) == 1, 20, "one claim")
    clean(c, ns, 1)


@case
def case_tainted_devices_evict(c, ns):
    slices(c, ns, {"devices": [device(ns, "gpu-0")]})
    device_class(c, ns)
    c.apply(ns, pod("one", resourceClaims=claim(c, ns, "one")))
    until(lambda: len(running(c, ns, "one")) == 1, 30, "the pod")
    slices(c, ns, {"devices": [device(ns, "gpu-0", taints=[{"key": "broken", "effect": "NoExecute"}])]})
    until(lambda: not running(c, ns, "one"), 30, "the pod to go")
    contains(str(c.events(ns, "one")), "DeviceTaintManagerEviction")
    clean(c, ns, 1)
