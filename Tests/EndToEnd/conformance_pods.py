#!/usr/bin/env python3
"""What the conformance suite asks of pods over their life, played with busybox: probes, resizing, ephemeral containers, taints.

    conformance_pods.py --martlet PATH [--only SUBSTRING] [--keep]

Needs root (containers), kubectl, and a static busybox. The last line says `N passed, N failed`.
"""
import time
from contained import API, apply, ended, patch, pod, status
from run import contains, equal, phase, run_node_cluster, until

CASES = []


def case(function):
    CASES.append(function)
    return function


def ready(c, ns, *names):
    c.kubectl("-n", ns, "wait", "--for=condition=Ready", *("pod/" + name for name in names), "--timeout=40s", timeout=50)


def restarts(c, ns, name):
    return status(c, ns, name)["containerStatuses"][0]["restartCount"]


@case
def case_probes_of_all_kinds(c, ns):
    """HTTP, TCP and commands; who is restarted and who is not; also servers of few words, redirects, and commands that hang."""
    serve = "mkdir -p /www; echo ok > /www/healthz; httpd -p 8080 -h /www; "
    redirect = ("mkdir -p /www/cgi-bin; printf '#!/bin/sh\\nprintf \"Status: 302 Found\\\\r\\\\nLocation: http://example.invalid/\\\\r\\\\n\\\\r\\\\n\"\\n' > /www/cgi-bin/r; "
                "chmod +x /www/cgi-bin/r; httpd -f -p 8080 -h /www")
    web = {"httpGet": {"path": "/healthz", "port": 8080}, "periodSeconds": 1, "failureThreshold": 1, "initialDelaySeconds": 1}

    def probed(name, script, probe, kind="livenessProbe"):
        return pod(name, script, {kind: probe}, restartPolicy="Always")

    apply(c, ns, probed("http", serve + "sleep 600", web), probed("http-ends", serve + "sleep 3; rm /www/healthz; sleep 600", web),
          probed("tcp", serve + "sleep 600", {**web, "httpGet": None, "tcpSocket": {"port": 8080}}),
          probed("hangs", "sleep 600", {"exec": {"command": ["sleep", "10"]}, "timeoutSeconds": 1, "periodSeconds": 1, "failureThreshold": 1}),
          probed("startup", "sleep 3; touch /tmp/s; sleep 600", {"exec": {"command": ["test", "-f", "/tmp/s"]}, "periodSeconds": 1, "failureThreshold": 30}, "startupProbe"),
          probed("late", "sleep 600", {"exec": {"command": ["true"]}, "initialDelaySeconds": 8, "periodSeconds": 2}, "readinessProbe"),
          probed("never", "sleep 600", {"exec": {"command": ["false"]}, "periodSeconds": 1}, "readinessProbe"),
          probed("redirects", redirect, {"httpGet": {"path": "/cgi-bin/r", "port": 8080}, "periodSeconds": 1, "failureThreshold": 2, "initialDelaySeconds": 2}),
          probed("shell", "while true; do printf 'HTTP/1.1 200 OK\\n\\nhi' | nc -l -p 8080; done", {
              "httpGet": {"path": "/", "port": 8080}, "periodSeconds": 1, "failureThreshold": 5, "initialDelaySeconds": 1}))
    until(lambda: status(c, ns, "late").get("containerStatuses", [{}])[0].get("ready"), 40, "the late one")
    item = status(c, ns, "late")
    started = item["containerStatuses"][0]["state"]["running"]["startedAt"]
    became = next(x["lastTransitionTime"] for x in item["conditions"] if x["type"] == "Ready")
    if time.mktime(time.strptime(became, "%Y-%m-%dT%H:%M:%SZ")) - time.mktime(time.strptime(started, "%Y-%m-%dT%H:%M:%SZ")) < 7:
        raise AssertionError(f"started {started}, ready {became}, with a delay of eight seconds")
    until(lambda: restarts(c, ns, "http-ends") >= 1, 40, "a restart for HTTP")
    until(lambda: restarts(c, ns, "hangs") >= 1, 50, "a restart for a command that hangs")
    for name in ("http", "tcp", "startup", "never", "late", "redirects", "shell"):
        equal(restarts(c, ns, name), 0, name)
    equal(status(c, ns, "never")["containerStatuses"][0]["ready"], False)
    said = c.kubectl("-n", ns, "get", "events", "--field-selector=reason=Unhealthy", "-o", "jsonpath={range .items[*]}{.involvedObject.name}: {.message}{'\\n'}{end}")
    contains(said, "http-ends: Liveness probe failed: HTTP probe failed with statuscode: 404")
    contains(said, 'hangs: Liveness probe failed: command timed out: "sleep 10" timed out after 1s')


@case
def case_resizing_of_many_containers(c, ns):
    """Requests and limits of several containers up and down, added, in other words, and by replacing; what cannot be is refused or waits."""
    def container(name, requests=None, limits=None):
        return {"name": name, "image": "busybox:1", "command": ["sleep", "600"], "resources": {"requests": requests or {}, "limits": limits or {}}}

    def quantity(cpu=None, memory=None):
        return {key: value for key, value in (("cpu", cpu), ("memory", memory)) if value}

    def both(cpu, memory):
        return {"requests": quantity(cpu, memory), "limits": quantity(cpu, memory)}

    guaranteed, burstable = pod("g", ""), pod("b", "")
    guaranteed["spec"]["containers"] = [container(f"c{i}", **both("100m", "50Mi")) for i in (1, 2, 3)]
    burstable["spec"]["containers"] = [
        container("c1"), container("c2", quantity("50m", "30Mi")), container("c3", quantity("50m", "30Mi"), quantity("100m", "60Mi")), container("c4", None, quantity("100m", "60Mi")),
        container("c5", quantity("50m")), container("c6", quantity(memory="30Mi"))]
    apply(c, ns, guaranteed, burstable)
    ready(c, ns, "g", "b")

    def resize(name, **containers):
        body = {"spec": {"containers": [{"name": key, "resources": value} for key, value in containers.items()]}}
        return patch(c, ns, "pod", name, body, "--subresource=resize", check=False)

    def is_settled(name):
        item = c.get("-n", ns, "pod", name)
        if {x["type"] for x in item["status"]["conditions"]} & {"PodResizePending", "PodResizeInProgress"} or item["status"].get("observedGeneration") != item["metadata"]["generation"]:
            return False
        return {x["name"]: x.get("resources", {}) for x in item["spec"]["containers"]} == {x["name"]: x.get("resources", {}) for x in item["status"]["containerStatuses"]}

    resize("g", c1=both("140m", "60Mi"), c2=both("80m", None), c3=both(None, "40Mi"))
    resize("b", c1={"requests": quantity("20m", "20Mi"), "limits": quantity("40m", "60Mi")}, c2={"requests": quantity("60m"), "limits": quantity("200m", "90Mi")},
           c3={"requests": quantity("30m"), "limits": quantity("120m", "80Mi")}, c5={"requests": quantity(memory="10Mi")})
    for name in "gb":
        until(lambda: is_settled(name), 20, f"the new resources of {name}")
    resize("g", c1=both("0.14", "61440Ki"))
    until(lambda: is_settled("g"), 20, "the same in other words")
    api, path = API(c), f"/api/v1/namespaces/{ns}/pods/g"
    item = api("GET", path)
    item["spec"]["containers"][0]["resources"] = both("150m", "60Mi")
    equal(api("PUT", path + "/resize", item)["kind"], "Pod")
    until(lambda: is_settled("g"), 20, "replaced resources")
    contains(resize("g", c1={"requests": quantity("50m")}).stderr, "Pod QOS Class may not change as a result of resizing")
    resize("b", c2={"requests": quantity("900"), "limits": quantity("901")})
    until(lambda: "Infeasible" in [x.get("reason") for x in status(c, ns, "b")["conditions"] if x["type"] == "PodResizePending"], 15, "what this node will never have")
    for name in "gb":
        equal({x["restartCount"] for x in status(c, ns, name)["containerStatuses"]}, {0})

    def events(name):
        return c.kubectl("-n", ns, "get", "events", f"--field-selector=involvedObject.name={name}", "-o", "jsonpath={range .items[*]}{.type} {.reason} {.message}{'\\n'}{end}")

    for words in ('Normal ResizeStarted Pod resize started: {"containers":[{"name":"c1","resources":{"limits":{"cpu":"140m","memory":"60Mi"},"requests":{"cpu":"140m","memory":"60Mi"}}}',
                  "Normal ResizeCompleted Pod resize completed: "):
        until(lambda: words in events("g"), 10, words)
    until(lambda: "Warning ResizeInfeasible Pod resize " in events("b") and "Node didn't have enough capacity: cpu" in events("b"), 10, "an event of the refusal")


@case
def case_ephemeral_containers(c, ns):
    """Added twice, by a patch and by replacing; none can be taken away."""
    apply(c, ns, pod("p", "sleep 600"))
    ready(c, ns, "p")
    patch(c, ns, "pod", "p", {"spec": {"ephemeralContainers": [{"name": "one", "image": "busybox:1", "command": ["sh", "-c", "while true; do echo polo; sleep 2; done"], "stdin": True, "tty": True}]}},
          "--subresource=ephemeralcontainers")
    until(lambda: status(c, ns, "p").get("ephemeralContainerStatuses", [{}])[0].get("state", {}).get("running"), 20, "the first")
    until(lambda: "polo" in c.kubectl("-n", ns, "logs", "p", "-c", "one"), 10, "its words")
    api, path = API(c), f"/api/v1/namespaces/{ns}/pods/p/ephemeralcontainers"
    item = api("GET", path)
    item["spec"]["ephemeralContainers"].append({"name": "two", "image": "busybox:1", "command": ["sh", "-c", "echo marco"]})
    equal(api("PUT", path, item)["kind"], "Pod")
    until(lambda: "marco" in c.kubectl("-n", ns, "logs", "p", "-c", "two", check=False).stdout, 20, "the second")
    removed = [{"op": "remove", "path": "/spec/ephemeralContainers/0"}]
    contains(patch(c, ns, "pod", "p", removed, "--subresource=ephemeralcontainers", "--type=json", check=False).stderr, "may not be removed")


@case
def case_classes_deadlines_and_many_updates(c, ns):
    """The class of service, an active deadline that is shortened, and a generation that keeps up with many updates."""
    some = {"cpu": "10m", "memory": "20Mi"}
    apply(c, ns, pod("g", "true", {"resources": {"requests": some, "limits": some}}), pod("b", "true", {"resources": {"requests": some}}), pod("e", "true"), pod("p", "sleep 600"))
    equal([status(c, ns, name)["qosClass"] for name in "gbe"], ["Guaranteed", "Burstable", "BestEffort"])
    ready(c, ns, "p")
    api = API(c)
    for number in range(100):
        api("PATCH", f"/api/v1/namespaces/{ns}/pods/p", {"spec": {"activeDeadlineSeconds": 10000 - number}}, "application/merge-patch+json")
    equal(c.get("-n", ns, "pod", "p")["metadata"]["generation"], 101)
    until(lambda: status(c, ns, "p").get("observedGeneration") == 101, 15, "all updates to be seen")
    patch(c, ns, "pod", "p", {"spec": {"activeDeadlineSeconds": 5}})
    until(lambda: phase(c, ns, "p") == "Failed", 20, "the deadline")
    equal((status(c, ns, "p")["reason"], status(c, ns, "p")["message"]), ("DeadlineExceeded", "Pod was active on the node longer than the specified deadline"))


@case
def case_images_as_volumes(c, ns):
    """An image's files, read-only, whole and in part."""
    mounts = [{"name": "v", "mountPath": "/v"}, {"name": "v", "mountPath": "/s", "subPath": "bin"}]
    apply(c, ns, pod("p", "ls /v/bin/busybox /s/busybox; touch /v/x 2>&1", {"volumeMounts": mounts}, volumes=[{"name": "v", "image": {"reference": "busybox:1", "pullPolicy": "IfNotPresent"}}]))
    equal(ended(c, ns, "p")["p"], "/s/busybox\n/v/bin/busybox\ntouch: /v/x: Read-only file system\n")


@case
def case_taints_that_evict(c, ns):
    """Pods go when their toleration ends, and stay when the taint goes before."""
    node = c.get("nodes")["items"][0]["metadata"]["name"]
    apply(c, ns, *(pod(name, "sleep 600", tolerations=[{"key": "e2e", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": seconds}]) for name, seconds in (("short", 3), ("long", 120))))
    ready(c, ns, "short", "long")

    def left():
        return sorted(x["metadata"]["name"] for x in c.get("-n", ns, "pods")["items"] if not x["metadata"].get("deletionTimestamp"))

    c.kubectl("taint", "node", node, "e2e=v:NoExecute")
    try:
        until(lambda: left() == ["long"], 15, "the one of little patience to go")
    finally:
        c.kubectl("taint", "node", node, "e2e-")
    time.sleep(1)
    equal(left(), ["long"])


if __name__ == "__main__":
    # One at a time: a taint of the node concerns all.
    run_node_cluster(CASES, __doc__)
