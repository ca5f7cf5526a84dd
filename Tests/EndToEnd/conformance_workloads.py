"""Workloads, scheduling and services as far as the conformance tests look at the API, on nodes that are only played."""
import json, os, socket, subprocess, time
from run import contains, equal, until
from played import case, pod, template, workload
from api_requests import Watching

APPS = "/apis/apps/v1"


@case
def case_revisions(c, ns):
    """The revisions of a daemon set: one for each template, changed and deleted by hand."""
    root = f"{APPS}/namespaces/{ns}"
    made = {**workload("DaemonSet", "e2e"), "metadata": {"name": "e2e", "labels": {"daemonset-name": "e2e"}}}
    made["spec"]["template"]["metadata"]["labels"]["daemonset-name"] = "e2e"
    made["spec"]["selector"]["matchLabels"]["daemonset-name"] = "e2e"
    c.api.create(root + "/daemonsets", made)
    selected = root + "/controllerrevisions?labelSelector=daemonset-name%3De2e"
    first = until(lambda: c.api.get(selected)["items"], 10, "the first revision")[0]
    equal(first["metadata"]["ownerReferences"][0]["name"], "e2e", "the owner")
    until(lambda: c.api.get(root + "/daemonsets/e2e")["status"].get("numberReady") == 2, 15, "its pods")
    one = f"{root}/controllerrevisions/{first['metadata']['name']}"
    for kind in ("strategic", "merge"):
        equal(c.api.patch(one, {"metadata": {"labels": {kind: "patched"}}}, kind=kind)["metadata"]["labels"][kind], "patched", kind)
    c.api.create(root + "/controllerrevisions", {"metadata": {"name": "second", "labels": first["metadata"]["labels"], "ownerReferences": first["metadata"]["ownerReferences"]},
                                                 "data": first["data"], "revision": first["revision"] + 1})
    until(lambda: len(c.api.get(selected)["items"]) == 2, 10, "two revisions")
    c.api.delete(one)
    until(lambda: len(c.api.get(selected)["items"]) == 1, 10, "one revision")
    current = c.api.get(root + "/controllerrevisions/second")
    current["metadata"]["labels"]["second"] = "updated"
    c.api.replace(root + "/controllerrevisions/second", current)
    c.api.patch(root + "/daemonsets/e2e", {"spec": {"template": {"spec": {"terminationGracePeriodSeconds": 1}}}}, kind="strategic")
    until(lambda: len(c.api.get(selected)["items"]) == 2, 20, "the revision of the new template")
    c.api.delete(root + "/controllerrevisions?labelSelector=second%3Dupdated")
    left = until(lambda: (lambda items: items if len(items) == 1 else None)(c.api.get(selected)["items"]), 10, "one revision")
    equal(left[0]["revision"], 3, "its number")


@case
def case_status_of_workloads(c, ns):
    """Conditions that somebody else writes into the status stay there and are told of by watches."""
    rows = [(APPS, "deployments", workload("Deployment", "a", 0)), (APPS, "replicasets", workload("ReplicaSet", "a", 0)), (APPS, "statefulsets", workload("StatefulSet", "a", 0)),
            (APPS, "daemonsets", workload("DaemonSet", "a")), ("/api/v1", "replicationcontrollers", {"metadata": {"name": "a"}, "spec": {"replicas": 0, "selector": {"app": "a"}, "template": template("a")}}),
            ("/apis/batch/v1", "jobs", {"metadata": {"name": "a"}, "spec": {"suspend": True, "template": {**template("a"), "spec": {**template("a")["spec"], "restartPolicy": "Never"}}}}),
            ("/apis/policy/v1", "poddisruptionbudgets", {"metadata": {"name": "a"}, "spec": {"minAvailable": 1, "selector": {"matchLabels": {"app": "a"}}}})]
    for root, resource, body in rows:
        path = f"{root}/namespaces/{ns}/{resource}"
        c.api.create(path, body)
        time.sleep(0.2)
        with Watching(c.api, path, fieldSelector="metadata.name=a") as watching:
            for kind in ("StatusUpdate", "StatusPatched"):
                condition = {"type": kind, "status": "True", "reason": "E2E", "message": "Set by an e2e test", "lastTransitionTime": "2026-01-02T03:04:05Z"}

                def change():
                    if kind == "StatusPatched":
                        return c.api.patch(path + "/a/status", {"status": {"conditions": [condition]}})
                    current = c.api.get(path + "/a")
                    current.setdefault("status", {}).setdefault("conditions", []).append(condition)
                    status, _, answer = c.api.ask("PUT", path + "/a/status", current)
                    return answer if status == 200 else None

                answer = until(change, 5, f"the status of {resource}")
                equal([x["type"] for x in answer["status"]["conditions"] if x["type"] == kind], [kind], resource)
                watching.wait(lambda e: any(x["type"] == kind for x in e["object"]["status"].get("conditions", [])), f"{kind} of {resource}")


@case
def case_scheduling(c, ns):
    """Pods that fit nowhere by their requests, their selector, host ports; and those that do."""
    root = f"/api/v1/namespaces/{ns}/pods"
    until(lambda: c.api.ask("GET", f"/api/v1/namespaces/{ns}/serviceaccounts/default")[0] == 200, 10, "the default account")

    def scheduled(name, wanted, part=""):
        def condition():
            thing = c.api.get(f"{root}/{name}")
            found = [x for x in thing.get("status", {}).get("conditions", []) if x["type"] == "PodScheduled"]
            return found and found[0]["status"] == wanted and part in found[0].get("message", "")

        until(condition, 10, f"{name} to be scheduled: {wanted}")

    c.api.create(root, pod("huge", cpu="100"))
    scheduled("huge", "False", "Insufficient cpu")
    c.api.create(root, pod("restricted", nodeSelector={"label": "nonempty"}))
    scheduled("restricted", "False", "didn't match Pod's node affinity/selector")
    until(lambda: [e for e in c.get("-n", ns, "events", "--field-selector", "involvedObject.name=restricted")["items"] if e["reason"] == "FailedScheduling"], 10, "the event")
    c.api.patch("/api/v1/nodes/node-0", {"metadata": {"labels": {"e2e-random": "42"}}})
    c.api.create(root, pod("with-labels", nodeSelector={"e2e-random": "42"}))
    scheduled("with-labels", "True")
    c.api.patch("/api/v1/nodes/node-0", {"metadata": {"labels": {"e2e-random": None}}})

    def port(name, address, protocol="TCP"):
        made = pod(name, nodeName=None)
        made["spec"].pop("nodeName")
        made["spec"]["nodeSelector"] = {"kubernetes.io/hostname": "node-1"}
        made["spec"]["containers"][0]["ports"] = [{"containerPort": 8080, "hostPort": 54321, "protocol": protocol, **({"hostIP": address} if address else {})}]
        return made

    for name, made, wanted in (("one", port("one", "127.0.0.1"), "True"), ("two", port("two", "127.0.0.2"), "True"), ("three", port("three", "127.0.0.2", "UDP"), "True"),
                               ("four", port("four", "0.0.0.0"), "False"), ("five", port("five", "127.0.0.1"), "False")):
        c.api.create(root, made)
        scheduled(name, wanted)


@case
def case_preemption(c, ns):
    """A pod of a higher class takes the place of lower ones, which learn of it by a condition."""
    root, classes = f"/api/v1/namespaces/{ns}/pods", "/apis/scheduling.k8s.io/v1/priorityclasses"
    until(lambda: c.api.ask("GET", f"/api/v1/namespaces/{ns}/serviceaccounts/default")[0] == 200, 10, "the default account")
    for name, value in (("e2e-low", 1), ("e2e-high", 1000)):
        c.api.create(classes, {"metadata": {"name": name}, "value": value})
    for node in ("node-0", "node-1"):
        status = c.api.get("/api/v1/nodes/" + node + "/status")
        c.api.patch("/api/v1/nodes/" + node + "/status", {"status": {"capacity": {"example.com/fakecpu": "5"}, "allocatable": {"example.com/fakecpu": "5"}}})
        equal(status["kind"], "Node", node)

    def wants(name, cls, node):
        made = pod(name, priorityClassName=cls, nodeSelector={"kubernetes.io/hostname": node})
        made["spec"]["containers"][0]["resources"] = {"requests": {"example.com/fakecpu": "4"}, "limits": {"example.com/fakecpu": "4"}}
        made["metadata"]["finalizers"] = ["example.com/test-finalizer"]
        return made

    for number in range(2):
        c.api.create(root, wants(f"low-{number}", "e2e-low", f"node-{number}"))
        until(lambda: c.api.get(f"{root}/low-{number}")["status"]["phase"] == "Running", 15, "a low pod")
    c.api.create(root, wants("high", "e2e-high", "node-1"))
    victim = until(lambda: (lambda p: p if p["metadata"].get("deletionTimestamp") else None)(c.api.get(root + "/low-1")), 15, "the victim")
    found = [x for x in victim["status"]["conditions"] if x["type"] == "DisruptionTarget"]
    equal((found[0]["status"], found[0]["reason"]), ("True", "PreemptionByScheduler"), "why it goes")
    equal(c.api.get(root + "/low-0")["metadata"].get("deletionTimestamp"), None, "the other one")
    c.api.patch(root + "/low-1", {"metadata": {"finalizers": None}})
    until(lambda: c.api.get(root + "/high")["status"]["phase"] == "Running", 20, "the high pod")
    for name in ("low-0", "high"):
        c.api.patch(f"{root}/{name}", {"metadata": {"finalizers": None}})


@case
def case_services(c, ns):
    """Types that change, ports that stay and go, collections, and the addresses behind them."""
    root = f"/api/v1/namespaces/{ns}/services"
    c.api.create(root, {"metadata": {"name": "s", "labels": {"e2e": ns}}, "spec": {"type": "ExternalName", "externalName": "foo.example.com"}})
    current = c.api.get(root + "/s")
    current["spec"].update(type="ClusterIP", ports=[{"port": 80, "name": "http", "protocol": "TCP"}])
    current["spec"].pop("externalName")
    inner = c.api.replace(root + "/s", current)
    address = inner["spec"]["clusterIP"]
    equal((inner["spec"]["type"], bool(address), inner["spec"]["internalTrafficPolicy"]), ("ClusterIP", True, "Cluster"), "an inner service")
    outer = c.api.patch(root + "/s", {"spec": {"type": "NodePort"}}, kind="strategic")
    port = outer["spec"]["ports"][0]["nodePort"]
    equal((30000 <= port <= 32767, outer["spec"]["clusterIP"], outer["spec"]["externalTrafficPolicy"]), (True, address, "Cluster"), "a node port")
    balanced = c.api.patch(root + "/s", {"spec": {"type": "LoadBalancer"}}, kind="strategic")
    equal((balanced["spec"]["ports"][0]["nodePort"], balanced["spec"]["allocateLoadBalancerNodePorts"]), (port, True), "a balanced service")
    back = c.api.patch(root + "/s", {"spec": {"type": "ClusterIP"}}, kind="strategic")
    equal(("nodePort" in back["spec"]["ports"][0], "externalTrafficPolicy" in back["spec"], "allocateLoadBalancerNodePorts" in back["spec"]), (False, False, False), "an inner service again")
    named = c.api.patch(root + "/s", {"spec": {"type": "ExternalName", "externalName": "bar.example.com"}}, kind="strategic")
    equal(("clusterIP" in named["spec"], "clusterIPs" in named["spec"]), (False, False), "a name")
    affine = c.api.create(root, {"metadata": {"name": "t", "labels": {"e2e": ns}}, "spec": {"ports": [{"port": 80}], "sessionAffinity": "ClientIP"}})
    equal(affine["spec"]["sessionAffinityConfig"], {"clientIP": {"timeoutSeconds": 10800}}, "the affinity")
    equal("sessionAffinityConfig" in c.api.patch(root + "/t", {"spec": {"sessionAffinity": "None"}}, kind="strategic")["spec"], False, "no affinity")
    equal(len(c.api.get("/api/v1/services?labelSelector=e2e%3D" + ns)["items"]), 2, "in all namespaces")
    both = c.api.create(root, {"metadata": {"name": "multi"}, "spec": {"selector": {"app": "multi"}, "ports": [{"name": "a", "port": 80, "protocol": "TCP", "targetPort": 8080}, {"name": "b", "port": 80, "protocol": "UDP", "targetPort": 8080}]}})
    equal([p["protocol"] for p in both["spec"]["ports"]], ["TCP", "UDP"], "one port, two protocols")
    made = pod("multi")
    c.api.create(f"/api/v1/namespaces/{ns}/pods", made) if c.api.ask("GET", f"/api/v1/namespaces/{ns}/serviceaccounts/default")[0] == 200 else c.apply(ns, made)
    slices = f"/apis/discovery.k8s.io/v1/namespaces/{ns}/endpointslices?labelSelector=kubernetes.io%2Fservice-name%3Dmulti"
    found = until(lambda: [e for s in c.api.get(slices)["items"] for e in s.get("endpoints") or [] if e["conditions"]["ready"]], 15, "the endpoint")
    equal(found[0]["targetRef"]["name"], "multi", "whose")
    equal(sorted(p["protocol"] for p in c.api.get(slices)["items"][0]["ports"]), ["TCP", "UDP"], "its ports")
    until(lambda: c.api.get(f"/api/v1/namespaces/{ns}/endpoints/multi").get("subsets"), 15, "the endpoints")
    c.api.delete(root + "?labelSelector=e2e%3D" + ns)
    equal([s["metadata"]["name"] for s in c.api.get(root)["items"]], ["multi"], "what is left")
    kubernetes = c.api.get("/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/kubernetes")
    equal((kubernetes["metadata"]["labels"]["kubernetes.io/service-name"], bool(kubernetes["endpoints"])), ("kubernetes", True), "the API's own")


@case
def case_service_networks(c, ns):
    """Another network for services: ready, used, kept while it is used."""
    cidrs, services = "/apis/networking.k8s.io/v1/servicecidrs", f"/api/v1/namespaces/{ns}/services"
    default = c.api.get(cidrs + "/kubernetes")
    equal([x["type"] for x in default["status"]["conditions"] if x["status"] == "True"], ["Ready"], "the first one")
    c.api.create(cidrs, {"metadata": {"name": "e2e"}, "spec": {"cidrs": ["10.210.0.0/28"]}})
    until(lambda: [x for x in c.api.get(cidrs + "/e2e").get("status", {}).get("conditions", []) if (x["type"], x["status"]) == ("Ready", "True")], 10, "the network")
    made = until(lambda: c.api.create(services, {"metadata": {"name": "there"}, "spec": {"clusterIP": "10.210.0.5", "ports": [{"port": 80}]}}), 10, "a service of it")
    address = until(lambda: c.api.get("/apis/networking.k8s.io/v1/ipaddresses/10.210.0.5"), 5, "its address")
    equal(address["spec"]["parentRef"], {"resource": "services", "namespace": ns, "name": "there"}, "whose")
    contains(c.api.call("POST", services, {"metadata": {"name": "also"}, "spec": {"clusterIP": made["spec"]["clusterIP"], "ports": [{"port": 80}]}}, wanted=422)["message"], "provided IP is already allocated")
    c.api.delete(cidrs + "/e2e")
    until(lambda: [x for x in c.api.get(cidrs + "/e2e")["status"]["conditions"] if (x["type"], x["status"], x["reason"]) == ("Ready", "False", "Terminating")], 10, "the network to be kept")
    c.api.delete(services + "/there")
    until(lambda: c.api.ask("GET", cidrs + "/e2e")[0] == 404, 15, "the network to go")
    contains(c.api.call("PATCH", cidrs + "/kubernetes", {"spec": {"cidrs": ["10.211.0.0/24"]}}, content="application/merge-patch+json", wanted=422)["message"], "field is immutable")


@case
def case_kubectl(c, ns):
    """The commands of the conformance tests that need no container."""
    k = lambda *words, **options: c.kubectl("-n", ns, *words, **options)
    contains(k("cluster-info"), "Kubernetes control plane")
    equal("v1" in k("api-versions").splitlines(), True, "api-versions")
    contains(k("version"), "Server Version: v1.36")
    until(lambda: c.get("-n", ns, "serviceaccount", "default"), 10, "the account")
    k("run", "httpd", "--image=registry.example/httpd:2.4", "--labels=run=httpd", "--overrides", json.dumps({"spec": {"terminationGracePeriodSeconds": 0}}))
    until(lambda: c.get("-n", ns, "pod", "httpd")["status"]["phase"] == "Running", 15, "the pod")
    k("label", "pods", "httpd", "testing-label=testing-label-value")
    contains(k("get", "pod", "httpd", "-L", "testing-label"), "testing-label-value")
    k("label", "pods", "httpd", "testing-label-")
    equal("testing-label-value" in k("get", "pod", "httpd", "-L", "testing-label"), False, "the label")
    k("patch", "pod", "httpd", "-p", '{"metadata":{"annotations":{"x":"y"}}}')
    changed = c.get("-n", ns, "pod", "httpd")
    changed["spec"]["containers"][0]["image"] = "registry.example/busybox:1"
    k("replace", "-f", "-", stdin=json.dumps(changed))
    equal(c.get("-n", ns, "pod", "httpd")["spec"]["containers"][0]["image"], "registry.example/busybox:1", "the image")
    k("patch", "pod", "httpd", "-p", '{"spec":{"containers":[{"name": "httpd","image": "registry.example/other:1"}]}}', "--dry-run=server")
    equal(c.get("-n", ns, "pod", "httpd")["spec"]["containers"][0]["image"], "registry.example/busybox:1", "the image after a dry run")
    controller = {"apiVersion": "v1", "kind": "ReplicationController", "metadata": {"name": "agnhost-primary", "labels": {"app": "agnhost", "role": "primary"}},
                  "spec": {"replicas": 1, "selector": {"app": "agnhost"}, "template": template("agnhost")}}
    k("create", "-f", "-", stdin=json.dumps(controller))
    k("expose", "rc", "agnhost-primary", "--name=rm2", "--port=1234", "--target-port=6379")
    k("expose", "service", "rm2", "--name=rm3", "--port=2345", "--target-port=6379")
    equal([(p["port"], p["targetPort"]) for p in c.get("-n", ns, "service", "rm3")["spec"]["ports"]], [(2345, 6379)], "the port")
    for words in (["Name:", "agnhost-primary"], ["Selector:", "app=agnhost"], ["Replicas:", "1 current"], ["Pod Template:"], ["Image:"]):
        text = until(lambda: (lambda t: t if "1 current" in t else None)(k("describe", "rc", "agnhost-primary")), 10, "its description")
        for word in words:
            contains(text, word)
    contains(k("describe", "service", "rm2"), "Endpoints:")
    contains(c.kubectl("describe", "node", "node-0"), "Allocatable:")
    contains(c.kubectl("describe", "namespace", ns), "Status:       Active")
    c.kubectl("taint", "nodes", "node-0", "kubernetes.io/e2e-taint=testing-taint-value:PreferNoSchedule")
    contains(c.kubectl("describe", "node", "node-0"), "kubernetes.io/e2e-taint=testing-taint-value:PreferNoSchedule")
    c.kubectl("taint", "nodes", "node-0", "kubernetes.io/e2e-taint:PreferNoSchedule-")
    made = workload("Deployment", "diffed", 0)
    k("create", "-f", "-", stdin=json.dumps(made))
    made["spec"]["template"]["spec"]["containers"][0]["image"] = "registry.example/new:2"
    done = k("diff", "-f", "-", stdin=json.dumps(made), check=False)
    equal(done.returncode, 1, "a difference")
    contains(done.stdout, "+        image: registry.example/new:2" if "+        image" in done.stdout else "registry.example/new:2")
    for words, kind in ((["--port=0"], "tcp"), (["--unix-socket=" + os.path.join(c.directory, "proxy.sock")], "unix")):
        proxy = subprocess.Popen(["kubectl", "proxy", *words, "--disable-filter"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**os.environ, "KUBECONFIG": c.kubeconfig})
        try:
            where = next(line for line in proxy.stdout if "Starting to serve on" in line).split(" on ")[1].strip()
            with socket.socket(socket.AF_UNIX if kind == "unix" else socket.AF_INET) as connection:
                connection.connect(where if kind == "unix" else ("127.0.0.1", int(where.rsplit(":", 1)[1])))
                connection.sendall(b"GET /api/ HTTP/1.0\r\nHost: localhost\r\n\r\n")
                text = b"".join(iter(lambda: connection.recv(65536), b"")).decode()
            contains(text, '"versions"')
        finally:
            proxy.kill()
            proxy.wait()
