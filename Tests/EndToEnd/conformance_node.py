#!/usr/bin/env python3
"""What the conformance suite asks of a node, played with busybox: containers, their environment, volumes and endings.

    conformance_node.py --martlet PATH [--only SUBSTRING] [--keep]

Needs root (containers), kubectl, and a static busybox. The last line says `N passed, N failed`.
"""
import json, os, threading, time
from contained import apply, config, ended, patch, pod, status, terminated, waiting
from run import Failure, contains, equal, execute, phase, run_node_cluster, until

CASES = []


def case(function):
    CASES.append(function)
    return function


# MARK: endings

@case
def case_how_containers_end(c, ns):
    """States, exit codes, restarts and messages by policy, as "Container Runtime blackbox test"."""
    policy = "FallbackToLogsOnError"
    apply(c, ns,
          pod("always", "test -f /v/second && sleep 600; touch /v/second; exit 1", {"volumeMounts": [{"name": "v", "mountPath": "/v"}]},
              restartPolicy="Always", volumes=[{"name": "v", "emptyDir": {}}]),
          pod("onfailure", "test -f /v/second && exit 0; touch /v/second; exit 1", {"volumeMounts": [{"name": "v", "mountPath": "/v"}]},
              restartPolicy="OnFailure", volumes=[{"name": "v", "emptyDir": {}}]),
          pod("never", "exit 1"),
          pod("nonroot", "printf DONE > /dev/termination-custom-log", {"terminationMessagePath": "/dev/termination-custom-log",
                                                                        "securityContext": {"runAsUser": 1000}}),
          pod("from-log", "printf DONE; exit 1", {"terminationMessagePolicy": policy}),
          pod("from-file", "printf OK > /dev/termination-log; echo never; exit 0", {"terminationMessagePolicy": policy}),
          pod("file-first", "printf BAD > /dev/termination-log; echo never; exit 3", {"terminationMessagePolicy": policy}),
          pod("empty", "echo DONE; exit 0", {"terminationMessagePolicy": policy}),
          pod("long-log", "for i in $(seq 1 200); do echo line $i; done; exit 1", {"terminationMessagePolicy": policy}),
          pod("long-file", "dd if=/dev/zero bs=1024 count=5 2>/dev/null | tr '\\0' x > /dev/termination-log; exit 1"),
          pod("killed", "sh -c 'kill -9 $$$$'; exit $?"))
    ended(c, ns, "onfailure", "never", "nonroot", "from-log", "from-file", "file-first", "empty", "long-log", "long-file", "killed")
    until(lambda: status(c, ns, "always")["containerStatuses"][0]["state"].get("running"), 20, "the second run")
    s = status(c, ns, "always")
    equal((s["phase"], s["containerStatuses"][0]["restartCount"], s["containerStatuses"][0]["ready"]), ("Running", 1, True), "always")
    equal(s["containerStatuses"][0]["lastState"]["terminated"]["exitCode"], 1)
    s = status(c, ns, "onfailure")
    equal((s["phase"], s["containerStatuses"][0]["restartCount"], s["containerStatuses"][0]["ready"]), ("Succeeded", 1, False), "onfailure")
    s = status(c, ns, "never")
    equal((s["phase"], s["containerStatuses"][0]["restartCount"]), ("Failed", 0), "never")
    found = {name: terminated(c, ns, name) for name in ("nonroot", "from-log", "from-file", "file-first", "empty", "long-log", "long-file", "killed", "never")}
    for name, message in {"nonroot": "DONE", "from-log": "DONE", "from-file": "OK", "file-first": "BAD", "empty": None}.items():
        equal(found[name].get("message"), message, name)
    equal(found["long-file"]["message"], "x" * 4096)
    lines = found["long-log"]["message"].splitlines()
    equal((len(lines), lines[-1]), (80, "line 200"), "the log's end")
    equal((found["never"]["reason"], found["from-file"]["reason"], found["killed"]["exitCode"], found["file-first"]["exitCode"]), ("Error", "Completed", 137, 3))
    for name in found:
        if not found[name]["containerID"].startswith("containerd://") or not found[name]["startedAt"] <= found[name]["finishedAt"]:
            raise Failure(f"{name}: {found[name]}")


@case
def case_conditions_of_a_pod(c, ns):
    """What a pod says of itself before, while and after it runs; the generation that the status speaks of."""
    apply(c, ns, pod("waits", "sleep 600", {"volumeMounts": [{"name": "v", "mountPath": "/v"}]}, volumes=[{"name": "v", "configMap": {"name": "late"}}]))

    def condition(name, kind):
        return next((x for x in status(c, ns, name).get("conditions", []) if x["type"] == kind), {"status": "absent"})

    until(lambda: condition("waits", "PodScheduled")["status"] == "True", 10, "PodScheduled")
    until(lambda: condition("waits", "PodReadyToStartContainers")["status"] == "False", 10, "no sandbox yet")
    equal(waiting(c, ns, "waits").get("reason"), "ContainerCreating")
    apply(c, ns, config("late", data={"a": "b"}))
    until(lambda: condition("waits", "Ready")["status"] == "True", 90, "Ready")
    for kind in ("PodReadyToStartContainers", "Initialized", "ContainersReady", "PodScheduled"):
        equal(condition("waits", kind)["status"], "True", kind)
        equal(condition("waits", kind).get("observedGeneration"), 1, kind)
    apply(c, ns, pod("once", "true"))
    ended(c, ns, "once")
    equal((condition("once", "Ready")["status"], condition("once", "Ready").get("reason")), ("False", "PodCompleted"))
    equal((condition("once", "Initialized")["status"], condition("once", "Initialized").get("reason")), ("True", "PodCompleted"))
    until(lambda: condition("once", "PodReadyToStartContainers")["status"] == "False", 10, "the sandbox to go")


@case
def case_generation_of_a_pod(c, ns):
    """It starts at one whatever is asked for, counts changes of the specification, and the node says which it has seen."""
    body = pod("p", "sleep 600", {"resources": {"requests": {"cpu": "10m"}, "limits": {"cpu": "20m"}}})
    body["metadata"]["generation"] = 100
    body["spec"]["terminationGracePeriodSeconds"] = 20
    apply(c, ns, body, verb="create")

    def generation():
        return c.get("-n", ns, "pod", "p")["metadata"]["generation"]

    equal(generation(), 1)
    c.kubectl("-n", ns, "wait", "--for=condition=Ready", "pod/p", "--timeout=20s")
    patch(c, ns, "pod", "p", {"metadata": {"labels": {"a": "b"}}})
    patch(c, ns, "pod", "p", {"status": {"message": "hello"}}, "--subresource=status")
    equal(generation(), 1, "labels and status count for nothing")
    patch(c, ns, "pod", "p", {"spec": {"tolerations": [{"key": "x", "operator": "Exists"}]}})
    equal(generation(), 2, "a toleration")
    patch(c, ns, "pod", "p", {"spec": {"containers": [{"name": "main", "resources": {"requests": {"cpu": "15m"}}}]}}, "--subresource=resize")
    equal(generation(), 3, "a resize")
    patch(c, ns, "pod", "p", {"spec": {"activeDeadlineSeconds": 5000}})
    equal(generation(), 4, "a deadline")
    patch(c, ns, "pod", "p", {"spec": {"ephemeralContainers": [{"name": "e", "image": "busybox:1", "command": ["true"]}]}}, "--subresource=ephemeralcontainers")
    equal(generation(), 5, "an ephemeral container")
    until(lambda: status(c, ns, "p").get("observedGeneration") == 5, 20, "the node to have seen it")


    c.kubectl("-n", ns, "delete", "pod", "p", "--wait=false")
    equal(generation(), 6, "the deletion")
    until(lambda: status(c, ns, "p").get("observedGeneration") == 6, 10, "the deletion to be seen")
    c.kubectl("-n", ns, "delete", "pod", "p", "--grace-period=0", "--force")


@case
def case_status_may_be_written_by_others(c, ns):
    """The life of a pod and of its status through the API, as "should run through the lifecycle of Pods and PodStatus"."""
    apply(c, ns, pod("p", "sleep 600"))
    c.kubectl("-n", ns, "wait", "--for=condition=Ready", "pod/p", "--timeout=20s")
    shown = json.loads(patch(c, ns, "pod", "p", {"status": {"message": "patched by e2e", "reason": "E2E"}}, "--subresource=status", "-o", "json"))
    equal((shown["status"]["message"], shown["status"]["reason"]), ("patched by e2e", "E2E"))
    item = c.get("-n", ns, "pod", "p")
    for one in item["status"]["conditions"]:
        if one["type"] == "Ready":
            one["status"] = "False"
    c.kubectl("-n", ns, "replace", "--subresource=status", "-f", "-", stdin=json.dumps(item))
    until(lambda: next(x["status"] for x in status(c, ns, "p")["conditions"] if x["type"] == "Ready") == "True", 90, "the node's own word")
    patch(c, ns, "pod", "p", {"status": {"conditions": [{"type": "example.com/gate", "status": "True"}]}}, "--subresource=status")
    time.sleep(2)
    contains([x["type"] for x in status(c, ns, "p")["conditions"]], "example.com/gate")
    c.kubectl("-n", ns, "delete", "pods", "-l", "app=p", "--timeout=20s", timeout=30)


@case
def case_restarts_grow_and_backs_off(c, ns):
    """A liveness probe's restarts are counted on; a container that fails again and again waits ever longer."""
    apply(c, ns,
          pod("live", "touch /tmp/h; sleep 1; rm /tmp/h; sleep 600", {"livenessProbe": {
              "exec": {"command": ["cat", "/tmp/h"]}, "initialDelaySeconds": 1, "periodSeconds": 1, "failureThreshold": 1}}, restartPolicy="Always"),
          pod("fails", "exit 7", restartPolicy="Always"))
    seen = []

    def grown():
        seen.append(status(c, ns, "live")["containerStatuses"][0]["restartCount"])
        return seen[-1] >= 2

    until(grown, 60, "two restarts")
    equal(seen, sorted(seen), "restart counts")
    until(lambda: waiting(c, ns, "fails").get("reason") == "CrashLoopBackOff", 30, "the back-off")
    last = status(c, ns, "fails")["containerStatuses"][0]["lastState"]["terminated"]
    equal((last["exitCode"], last["reason"]), (7, "Error"))
    contains(waiting(c, ns, "fails")["message"], "restarting failed container=main")
    c.kubectl("-n", ns, "delete", "pod", "fails", "live", "--timeout=20s", timeout=30)


@case
def case_init_containers_by_policy(c, ns):
    """As "InitContainer": in order, failing for good with Never, again and again with Always."""
    def init(name, script, **extra):
        return {"name": name, "image": "busybox:1", "command": ["sh", "-c", script], **extra}

    apply(c, ns,
          pod("never", "true", initContainers=[init("one", "true"), init("two", "true")]),
          pod("always", "sleep 600", restartPolicy="Always", initContainers=[init("one", "true"), init("two", "true")]),
          pod("fails", "true", initContainers=[init("one", "true"), init("two", "false")]),
          pod("repeats", "true", restartPolicy="Always", initContainers=[init("one", "false"), init("two", "true")]))
    ended(c, ns, "never", "fails")
    s = status(c, ns, "never")
    equal([x["state"]["terminated"]["exitCode"] for x in s["initContainerStatuses"]], [0, 0])
    equal([x["ready"] for x in s["initContainerStatuses"]], [True, True])
    until(lambda: phase(c, ns, "always") == "Running", 20, "always to run")
    s = status(c, ns, "fails")
    equal((s["phase"], s["initContainerStatuses"][0]["state"]["terminated"]["exitCode"], s["initContainerStatuses"][1]["state"]["terminated"]["exitCode"]),
          ("Failed", 0, 1))
    equal(s["containerStatuses"][0]["state"]["waiting"]["reason"], "PodInitializing")
    initialized = next(x for x in s["conditions"] if x["type"] == "Initialized")
    equal((initialized["status"], initialized["reason"], initialized["message"]), ("False", "ContainersNotInitialized", "containers with incomplete status: [two]"))
    until(lambda: status(c, ns, "repeats")["initContainerStatuses"][0]["restartCount"] >= 2, 60, "the third try")
    s = status(c, ns, "repeats")
    equal((s["phase"], s["initContainerStatuses"][1]["state"]["waiting"]["reason"], s["containerStatuses"][0]["state"]["waiting"]["reason"]),
          ("Pending", "PodInitializing", "PodInitializing"))
    initialized = next(x for x in s["conditions"] if x["type"] == "Initialized")
    equal((initialized["reason"], initialized["message"]), ("ContainersNotInitialized", "containers with incomplete status: [one two]"))


# MARK: environment

@case
def case_environment_of_a_container(c, ns):
    """Variables of all sources and what is made of them, in command, arguments and other variables."""
    def field(path):
        return {"valueFrom": {"fieldRef": {"fieldPath": path}}}

    def resource(name, **more):
        return {"valueFrom": {"resourceFieldRef": {"resource": name, **more}}}

    allocatable = c.get("nodes")["items"][0]["status"]["allocatable"]
    apply(c, ns, config("cm", data={"one": "1", "two.dots": "2", "p-3": "3"}), config("sec", kind="Secret", data={"pass": "dmFsdWU="}),
          {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "foo-service"}, "spec": {"selector": {"a": "b"}, "ports": [
              {"name": "p", "port": 8765, "targetPort": 8080}]}})
    service = c.get("-n", ns, "service", "foo-service")["spec"]["clusterIP"]
    env = {"FOO": {"value": "foo-value"}, "BAR": {"value": "$(FOO);;$(LATER);;$$(FOO)"}, "LATER": {"value": "x"},
           "ONE": {"valueFrom": {"configMapKeyRef": {"name": "cm", "key": "one"}}}, "PASS": {"valueFrom": {"secretKeyRef": {"name": "sec", "key": "pass"}}},
           "GONE": {"valueFrom": {"configMapKeyRef": {"name": "none", "key": "one", "optional": True}}},
           "GONE_TOO": {"valueFrom": {"secretKeyRef": {"name": "sec", "key": "none", "optional": True}}},
           "NAME": field("metadata.name"), "NS": field("metadata.namespace"), "IP": field("status.podIP"), "IPS": field("status.podIPs"),
           "HOST": field("status.hostIP"), "HOSTS": field("status.hostIPs"), "ID": field("metadata.uid"), "NODE": field("spec.nodeName"),
           "ACCOUNT": field("spec.serviceAccountName"), "LABEL": field("metadata.labels['app']"),
           "CPU_LIMIT": resource("limits.cpu"), "MEM_LIMIT": resource("limits.memory", divisor="1Mi"), "CPU_REQUEST": resource("requests.cpu", divisor="1m"),
           "MEM_REQUEST": resource("requests.memory"), "DISK": resource("limits.ephemeral-storage")}
    apply(c, ns, pod("env", "", {"command": ["sh", "-c", "/bin/busybox tr '\\0' '\\n' < /proc/self/environ; echo args $0 $1"],
        "env": [{"name": name, **value} for name, value in env.items()], "args": ["$(FOO)-zero", "$(UNKNOWN) $$(FOO)"],
        "envFrom": [{"prefix": "p_", "configMapRef": {"name": "cm"}}, {"secretRef": {"name": "sec"}}, {"configMapRef": {"name": "none", "optional": True}}],
        "resources": {"requests": {"cpu": "250m", "memory": "32Mi"}, "limits": {"cpu": "1250m", "memory": "64Mi"}}}),
        pod("defaults", "env", {"env": [{"name": name, **env[name]} for name in ("CPU_LIMIT", "MEM_LIMIT")]}),
        pod("image", "", {"command": None, "args": ["echo", "only", "args"]}))
    out = ended(c, ns, "env", "defaults", "image")
    found = dict(line.split("=", 1) for line in out["env"].splitlines() if "=" in line)
    item = c.get("-n", ns, "pod", "env")
    six = [entry["ip"] for entry in item["status"]["podIPs"]]
    for name, wanted in {
            "FOO": "foo-value", "BAR": "foo-value;;$(LATER);;$(FOO)", "ONE": "1", "PASS": "value", "GONE": None, "GONE_TOO": None, "NAME": "env", "NS": ns,
            "IP": six[0], "IPS": ",".join(six), "HOST": item["status"]["hostIP"], "HOSTS": ",".join(x["ip"] for x in item["status"]["hostIPs"]),
            "ID": item["metadata"]["uid"], "NODE": item["spec"]["nodeName"], "ACCOUNT": "default", "LABEL": "env", "CPU_LIMIT": "2", "MEM_LIMIT": "64",
            "CPU_REQUEST": "250", "MEM_REQUEST": str(32 << 20), "p_one": "1", "p_two.dots": "2", "p_p-3": "3", "pass": "value", "HOSTNAME": "env",
            "FOO_SERVICE_SERVICE_HOST": service, "FOO_SERVICE_SERVICE_PORT": "8765", "FOO_SERVICE_PORT": f"tcp://{service}:8765",
            "FOO_SERVICE_PORT_8765_TCP": f"tcp://{service}:8765", "FOO_SERVICE_PORT_8765_TCP_PROTO": "tcp", "FOO_SERVICE_PORT_8765_TCP_PORT": "8765",
            "FOO_SERVICE_PORT_8765_TCP_ADDR": service, "FOO_SERVICE_SERVICE_PORT_P": "8765"}.items():
        equal(found.get(name), wanted, name)
    contains(out["env"], "args foo-value-zero $(UNKNOWN) $(FOO)")
    found = dict(line.split("=", 1) for line in out["defaults"].splitlines() if "=" in line)
    equal((found["CPU_LIMIT"], int(found["MEM_LIMIT"])), (allocatable["cpu"], -(-int(allocatable["memory"][:-2]) // 1024)), "limits of the node")


@case
def case_environment_from_files(c, ns):
    """Variables that an init container wrote into a file of a volume."""
    def variable(name, **reference):
        return {"name": name, "valueFrom": {"fileKeyRef": {"volumeName": "v", "path": "config.env", "key": name, **reference}}}

    def reader(name, text, *variables):
        init = {"name": "writer", "image": "busybox:1", "command": ["sh", "-c", text], "volumeMounts": [{"name": "v", "mountPath": "/v"}]}
        return pod(name, "env", {"env": list(variables)}, initContainers=[init], volumes=[{"name": "v", "emptyDir": {}}])

    good = "printf \"# some\\nADDRESS='a place'\\nLONG='one\\ntwo'\\n\" > /v/config.env"
    apply(c, ns, reader("good", good, variable("ADDRESS"), variable("LONG"), variable("NONE", optional=True), variable("GONE", path="none.env", optional=True)),
          reader("absent", good, variable("NONE")), reader("bad", "echo ADDRESS=x > /v/config.env", variable("ADDRESS")),
          reader("outside", "ln -s /etc/hostname /v/config.env", variable("ADDRESS")))
    out = ended(c, ns, "good")["good"]
    contains(out, "ADDRESS=a place\n")
    contains(out, "LONG=one\ntwo\n")
    if "NONE=" in out or "GONE=" in out:
        raise Failure(out)
    for name, words in {"absent": 'environment variable key "NONE" not found in file', "bad": "value must be enclosed in single quotes", "outside": "failed to open"}.items():
        until(lambda: words in waiting(c, ns, name).get("message", ""), 20, name)
        equal(waiting(c, ns, name)["reason"], "CreateContainerConfigError", name)


@case
def case_a_pod_starts_over(c, ns):
    """A container's exit code has all containers of the pod start over, the init containers first, in the same sandbox."""
    rules = [{"action": "RestartAllContainers", "exitCodes": {"operator": "In", "values": [88]}}]
    mount = [{"name": "v", "mountPath": "/v"}]
    item = pod("p", "test -f /v/again && exit 0; touch /v/again; sleep 2; exit 88", {"restartPolicy": "Never", "restartPolicyRules": rules, "volumeMounts": mount},
               initContainers=[{"name": "first", "image": "busybox:1", "command": ["sh", "-c", "echo ran >> /v/inits"], "volumeMounts": mount}],
               volumes=[{"name": "v", "emptyDir": {}}])
    item["spec"]["containers"].append({"name": "other", "image": "busybox:1", "command": ["sh", "-c", "while [ $(wc -l < /v/inits) -lt 2 ]; do sleep 0.2; done; cat /v/inits"], "volumeMounts": mount})
    apply(c, ns, item)
    until(lambda: status(c, ns, "p").get("podIP"), 20, "an address")
    address = status(c, ns, "p")["podIP"]
    ended(c, ns, "p")
    s = status(c, ns, "p")
    equal((s["phase"], s["podIP"]), ("Succeeded", address))
    equal(sorted((x["name"], x["restartCount"]) for x in s["containerStatuses"] + s["initContainerStatuses"]), [("first", 1), ("main", 1), ("other", 1)])
    equal(c.kubectl("-n", ns, "logs", "p", "-c", "other"), "ran\nran\n")
    equal(next(x["status"] for x in s["conditions"] if x["type"] == "AllContainersRestarting"), "False")


@case
def case_huge_pages(c, ns):
    """Where the machine has huge pages, the node says so, and pods get them as volumes."""
    file = "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages"
    if not os.path.exists(file):
        return
    with open(file) as before:
        kept = before.read()

    def set_pages(count):
        with open(file, "w") as pages:
            pages.write(str(count))

    def shown():
        return c.get("nodes")["items"][0]["status"]["allocatable"].get("hugepages-2Mi")

    try:
        set_pages(8)
        with open(file) as given:
            if given.read().strip() != "8":
                return
        until(lambda: shown() == "16Mi", 25, "the pages in the node's status")
        resources = {"requests": {"cpu": "10m", "memory": "8Mi"}, "limits": {"hugepages-2Mi": "4Mi"}}
        apply(c, ns, pod("p", "mount | grep ' /v '", {"resources": resources, "volumeMounts": [{"name": "v", "mountPath": "/v"}]}, volumes=[{"name": "v", "emptyDir": {"medium": "HugePages"}}]),
              pod("much", "true", {"resources": {"requests": {"cpu": "10m"}, "limits": {"hugepages-2Mi": "32Mi"}}}))
        contains(ended(c, ns, "p")["p"], "hugetlbfs on /v type hugetlbfs (rw,relatime,mode=777,pagesize=2M)")
        contains(json.dumps(status(c, ns, "much")["conditions"]), "Insufficient hugepages-2Mi")
    finally:
        set_pages(kept.strip())


@case
def case_what_is_missing_is_said(c, ns):
    """A container whose configuration is not there waits and says so, and starts when it comes; bad references fail."""
    apply(c, ns, config("cm", data={"one": "1"}),
          pod("no-map", "true", {"envFrom": [{"configMapRef": {"name": "none"}}]}),
          pod("no-key", "true", {"env": [{"name": "A", "valueFrom": {"configMapKeyRef": {"name": "cm", "key": "none"}}}]}),
          pod("no-secret", "true", {"env": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "none", "key": "a"}}}]}),
          pod("root", "true", {"securityContext": {"runAsNonRoot": True}}), pod("named", "true", {"image": "busybox:Bad!"}))
    for name, message in {"no-map": 'configmap "none" not found', "no-key": f"couldn't find key none in ConfigMap {ns}/cm", "no-secret": 'secret "none" not found'}.items():
        until(lambda: waiting(c, ns, name).get("reason") == "CreateContainerConfigError", 20, name)
        equal(waiting(c, ns, name)["message"], message, name)
    until(lambda: waiting(c, ns, "root").get("reason") == "CreateContainerConfigError", 20, "root")
    contains(waiting(c, ns, "root")["message"], "container has runAsNonRoot and image will run as root")
    until(lambda: waiting(c, ns, "named").get("reason") == "InvalidImageName", 20, "the name of the image")
    apply(c, ns, config("none", data={"a": "b"}))
    ended(c, ns, "no-map", seconds=30)


@case
def case_who_a_container_is(c, ns):
    """Users, groups, privileges, the root file system, capabilities, seccomp, namespaces of the host."""
    def show(name, script, context=None, **spec):
        return pod(name, script, {"securityContext": context} if context else None, **spec)

    ids = "id; grep -E 'Groups|CapEff|NoNewPrivs|Seccomp:' /proc/self/status"
    apply(c, ns,
          show("user", ids, {"runAsUser": 65534}), show("root", ids, {"runAsUser": 0}),
          show("both", ids, {"runAsUser": 1001, "runAsGroup": 2002}, securityContext={"runAsUser": 5, "runAsGroup": 6, "supplementalGroups": [50000, 60000]}),
          show("of-pod", ids, securityContext={"runAsUser": 1001, "runAsGroup": 2002, "fsGroup": 7000, "supplementalGroups": [1234], "supplementalGroupsPolicy": "Merge"}),
          show("plain", f"{ids}; mount -t tmpfs none /tmp || echo refused", {"privileged": False}),
          show("mighty", f"{ids}; mount -t tmpfs none /tmp && echo allowed", {"privileged": True}),
          show("read-only", "echo a > /file || echo refused", {"readOnlyRootFilesystem": True}),
          show("writable", "echo a > /file && cat /file", {"readOnlyRootFilesystem": False}),
          show("no-more", ids, {"allowPrivilegeEscalation": False, "runAsUser": 1000}),
          show("caps", ids, {"capabilities": {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]}}),
          show("filtered", ids, {"seccompProfile": {"type": "RuntimeDefault"}}), show("free", ids, {"seccompProfile": {"type": "Unconfined"}}),
          show("host-pid", "cat /proc/1/comm; pidof containerd > /dev/null && echo sees", hostPID=True),
          show("shared", "sleep 3; ps | grep -c 'sleep 77'", shareProcessNamespace=True), show("host-net", "ip link | grep -c uplink; hostname", hostNetwork=True),
          show("host-ipc", "ls -l /proc/self/ns/ipc", hostIPC=True))
    out = ended(c, ns, *"user root both of-pod plain mighty read-only writable no-more caps filtered free host-pid shared host-net host-ipc".split())
    contains(out["user"], "uid=65534")
    contains(out["root"], "uid=0")
    contains(out["both"], "uid=1001 gid=2002")
    contains(out["both"], "50000 60000")
    contains(out["of-pod"], "uid=1001 gid=2002")
    contains(out["of-pod"], "1234")
    contains(out["of-pod"], "7000")
    contains(out["plain"], "refused")
    contains(out["mighty"], "allowed")
    contains(out["read-only"], "refused")
    equal(out["writable"], "a\n")
    contains(out["no-more"], "NoNewPrivs:\t1")
    contains(out["caps"], "CapEff:\t0000000000000400")
    contains(out["filtered"], "Seccomp:\t2")
    contains(out["free"], "Seccomp:\t0")
    contains(out["host-pid"], "sees")
    equal(status(c, ns, "host-net")["podIP"], status(c, ns, "host-net")["hostIP"])


@case
def case_kernel_settings(c, ns):
    """Sysctls that are safe are set, others are refused by the node."""
    safe = pod("safe", "cat /proc/sys/kernel/shm_rmid_forced /proc/sys/net/ipv4/ip_local_port_range", securityContext={"sysctls": [
        {"name": "kernel.shm_rmid_forced", "value": "1"}, {"name": "net.ipv4.ip_local_port_range", "value": "20000 40000"}]})
    slashes = pod("slashes", "cat /proc/sys/net/ipv4/tcp_syncookies", securityContext={"sysctls": [{"name": "net/ipv4/tcp_syncookies", "value": "0"}]})
    unsafe = pod("unsafe", "true", securityContext={"sysctls": [{"name": "kernel.msgmax", "value": "10000000000"}]})
    apply(c, ns, safe, slashes, unsafe)
    out = ended(c, ns, "safe", "slashes", "unsafe")
    equal((out["safe"].split(), out["slashes"].strip()), (["1", "20000", "40000"], "0"))
    s = status(c, ns, "unsafe")
    equal((s["phase"], s["reason"]), ("Failed", "SysctlForbidden"))
    contains(s["message"], 'forbidden sysctl: "kernel.msgmax" not allowlisted')
    bad = pod("bad", "true", securityContext={"sysctls": [{"name": n, "value": "1"} for n in ("foo-", "kernel.shmmax", "safe-and-unsafe", "bar..")]})
    refused = c.kubectl("-n", ns, "create", "-f", "-", stdin=json.dumps(bad), check=False)
    for name in ("foo-", "bar.."):
        contains(refused.stderr, f'Invalid value: "{name}"')


@case
def case_runtime_classes(c, ns):
    """A class of the runtime gives its overhead; one that is not there, and one that the runtime does not know, let nothing run."""
    for name, handler, extra in (("e2e-runc", "runc", {"overhead": {"podFixed": {"cpu": "10m", "memory": "1Mi"}}}), ("e2e-none", "no-such-handler", {})):
        apply(c, ns, {"apiVersion": "node.k8s.io/v1", "kind": "RuntimeClass", "metadata": {"name": name}, "handler": handler, **extra})
    try:
        until(lambda: c.kubectl("-n", ns, "create", "-f", "-", stdin=json.dumps(pod("good", "true", runtimeClassName="e2e-runc")), check=False).returncode == 0, 10, "class")
        refused = c.kubectl("-n", ns, "create", "-f", "-", stdin=json.dumps(pod("bad", "true", runtimeClassName="e2e-absent")), check=False).stderr
        contains(refused, 'pod rejected: RuntimeClass "e2e-absent" not found')
        apply(c, ns, pod("unknown", "true", runtimeClassName="e2e-none"))
        ended(c, ns, "good")
        equal(c.get("-n", ns, "pod", "good")["spec"]["overhead"], {"cpu": "10m", "memory": "1Mi"})
        until(lambda: "no runtime for" in c.kubectl("-n", ns, "get", "events", "--field-selector=involvedObject.name=unknown,reason=FailedCreatePodSandBox",
                                                 "-o", "jsonpath={.items[*].message}"), 20, "the refusal of the runtime")
    finally:
        c.kubectl("delete", "runtimeclass", "e2e-runc", "e2e-none")


@case
def case_hooks_of_a_container(c, ns):
    """postStart and preStop by a command, by HTTP and by waiting; a hook that fails ends the container."""
    apply(c, ns, pod("handler", "cat > /www/cgi-bin/x <<'END'\n#!/bin/sh\necho $QUERY_STRING $HTTP_X_TOKEN >> /www/seen\nprintf 'Content-Type: text/plain\\r\\n\\r\\nok\\n'\nEND\n"
                 "chmod +x /www/cgi-bin/x; touch /www/seen; exec httpd -f -p 8080 -h /www", {"volumeMounts": [{"name": "w", "mountPath": "/www"}]},
                 volumes=[{"name": "w", "emptyDir": {}}], initContainers=[{"name": "d", "image": "busybox:1", "command": ["mkdir", "/www/cgi-bin"],
                                                                          "volumeMounts": [{"name": "w", "mountPath": "/www"}]}]))
    c.kubectl("-n", ns, "wait", "--for=condition=Ready", "pod/handler", "--timeout=20s")
    address = status(c, ns, "handler")["podIP"]

    def http(word):
        return {"httpGet": {"host": address, "port": 8080, "path": f"/cgi-bin/x?{word}", "httpHeaders": [{"name": "x-token", "value": "t1"}]}}

    def run(word):
        return {"exec": {"command": ["sh", "-c", f"wget -qO- 'http://{address}:8080/cgi-bin/x?{word}'"]}}

    waits = "trap 'exit 0' TERM; sleep 600 & wait"
    apply(c, ns, pod("by-command", waits, {"lifecycle": {"postStart": run("post-command"), "preStop": run("pre-command")}}, terminationGracePeriodSeconds=15),
          pod("by-http", waits, {"lifecycle": {"postStart": http("post-http"), "preStop": http("pre-http")}}, terminationGracePeriodSeconds=15),
          pod("by-sleep", waits, {"lifecycle": {"postStart": {"sleep": {"seconds": 1}}, "preStop": {"sleep": {"seconds": 3}}}}, terminationGracePeriodSeconds=15),
          pod("long-sleep", waits, {"lifecycle": {"preStop": {"exec": {"command": ["sleep", "30"]}}}}, terminationGracePeriodSeconds=3),
          pod("fails", waits, {"lifecycle": {"postStart": {"exec": {"command": ["sh", "-c", "echo no; exit 3"]}}}}))
    names = ["by-command", "by-http", "by-sleep", "long-sleep"]
    c.kubectl("-n", ns, "wait", "--for=condition=Ready", *("pod/" + name for name in names), "--timeout=30s", timeout=40)
    begun, took = time.monotonic(), {}

    def delete(name):
        c.kubectl("-n", ns, "delete", "pod", name, timeout=60)
        took[name] = time.monotonic() - begun

    threads = [threading.Thread(target=delete, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seen = execute(c, ns, "handler", "cat /www/seen").splitlines()
    for word in ("post-command", "pre-command", "post-http t1", "pre-http t1"):
        contains([x.strip() for x in seen], word)
    if not 3 <= took["by-sleep"] < 12:
        raise Failure(f"a preStop of three seconds and a container that ends at once took {took['by-sleep']} s")
    if not 3 <= took["long-sleep"] < 12:
        raise Failure(f"three seconds of grace took {took['long-sleep']} s")
    ended(c, ns, "fails")
    contains(c.kubectl("-n", ns, "get", "events", "--field-selector=involvedObject.name=fails,reason=FailedPostStartHook", "-o", "jsonpath={.items[*].message}"), "PostStartHook failed")


@case
def case_names_and_hosts_of_a_pod(c, ns):
    """/etc/hosts, /etc/resolv.conf and the host name, by all that a pod can say of them."""
    managed = "# Kubernetes-managed hosts file"
    mounts = {"volumeMounts": [{"name": "h", "mountPath": "/etc/hosts"}]}
    hosts, all = [{"name": "h", "hostPath": {"path": "/etc/hosts"}}], "cat /etc/hosts; echo ---; cat /etc/resolv.conf; echo ---; hostname; hostname -f"
    config = {"nameservers": ["1.1.1.1"], "searches": ["resolv.conf.local"], "options": [{"name": "ndots", "value": "2"}, {"name": "edns0"}]}
    apply(c, ns, {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "sub"}, "spec": {"clusterIP": "None", "selector": {"in": "sub"}, "ports": [{"port": 80}]}},
          pod("plain", all, hostAliases=[{"ip": "123.45.67.89", "hostnames": ["foo", "bar"]}]), pod("own-file", all, mounts, volumes=hosts),
          pod("on-host", all, hostNetwork=True), pod("on-host-first", all, hostNetwork=True, dnsPolicy="ClusterFirstWithHostNet"),
          pod("none", all, dnsPolicy="None", dnsConfig=config), pod("added", all, dnsConfig=config), pod("of-host", all, dnsPolicy="Default"),
          pod("named", all, hostname="web", subdomain="sub"), pod("full", all, hostname="web", subdomain="sub", setHostnameAsFQDN=True),
          pod("override", all, hostnameOverride="my.own.name"))
    out = ended(c, ns, "plain", "own-file", "on-host", "on-host-first", "none", "added", "of-host", "named", "full", "override")
    parts = {name: text.split("---\n") for name, text in out.items()}
    contains(parts["plain"][0], managed)
    contains(parts["plain"][0], "123.45.67.89\tfoo\tbar")
    contains(parts["plain"][0], f"{status(c, ns, 'plain')['podIP']}\tplain")
    for name in ("own-file", "on-host"):
        if name == "own-file" and managed in parts[name][0]:
            raise Failure(f"{name}: {parts[name][0]}")
    dns = c.get("-n", "kube-system", "service", "kube-dns")["spec"]["clusterIP"]
    for name in ("plain", "on-host-first", "named"):
        contains(parts[name][1], f"nameserver {dns}\n")
        contains(parts[name][1], f"search {ns}.svc.cluster.local svc.cluster.local cluster.local")
        contains(parts[name][1], "options ndots:5")
    if dns in parts["on-host"][1] or dns in parts["of-host"][1]:
        raise Failure(f"servers of the cluster: {parts['on-host'][1]} {parts['of-host'][1]}")
    equal(parts["none"][1].splitlines(), ["search resolv.conf.local", "nameserver 1.1.1.1", "options ndots:2 edns0"])
    contains(parts["added"][1], f"nameserver {dns}\nnameserver 1.1.1.1\n")
    contains(parts["added"][1], "cluster.local resolv.conf.local")
    contains(parts["added"][1], "ndots:2 edns0")
    equal(parts["named"][2].split(), ["web", f"web.sub.{ns}.svc.cluster.local"])
    contains(parts["named"][0], f"\tweb.sub.{ns}.svc.cluster.local\tweb\n")
    equal(parts["full"][2].split(), [f"web.sub.{ns}.svc.cluster.local"] * 2)
    equal(parts["override"][2].split(), ["my.own.name"] * 2)


if __name__ == "__main__":
    run_node_cluster(CASES, __doc__, workers=2)
