#!/usr/bin/env python3
"""Works with a cluster as its users do: every command of kubectl that they know, with the machine's kubectl and with
the newest one, then the official Python client and an operator written with kopf.

    clients.py --martlet PATH [--only SUBSTRING] [--keep]

Needs root (containers), a static busybox, and the clients that `tools/install-packages test` brings. The last line
says `N passed, N failed`.
"""
import json, os, pty, select, signal, subprocess, tempfile, time
from run import Failure, SERVE, alive, contains, equal, pods, run_node_cluster, run_pod, until

CLIENTS = "/opt/martlet-clients/bin"
CASES = []


def case(function):
    CASES.append(function)
    return function


def with_each_kubectl(function):
    """A case for each kubectl; it takes the cluster as that kubectl sees it."""
    for name, program in (("machine", "kubectl"), ("newest", CLIENTS + "/kubectl")):
        def run(c, ns, program=program):
            function(User(c, program), ns)
        run.__name__ = f"{function.__name__}_with_{name}_kubectl"
        CASES.append(run)


class User:
    """The cluster through one kubectl."""

    def __init__(self, cluster, program):
        self.cluster, self.program = cluster, program
        self.environment = {**os.environ, "KUBECONFIG": cluster.kubeconfig}

    def kubectl(self, *words, **options):
        return self.cluster.run(self.program, *words, **options)

    def get(self, *words):
        return json.loads(self.kubectl("get", *words, "-o", "json"))

    def start(self, *words):
        return subprocess.Popen([self.program, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=self.environment)

    def at_terminal(self, *words, typed, wanted, seconds=30):
        """Runs kubectl at a terminal, types lines, and gives what it showed once `wanted` has come and it has ended."""
        pid, terminal = pty.fork()
        if pid == 0:
            os.execvpe(self.program, [self.program, *words], self.environment)
        shown, typed, end = "", list(typed), time.monotonic() + seconds
        try:
            while time.monotonic() < end:
                if select.select([terminal], [], [], 0.5)[0]:
                    try:
                        piece = os.read(terminal, 4096)
                    except OSError:
                        break
                    if not piece:
                        break
                    shown += piece.decode(errors="replace")
                elif typed and shown:
                    # Only once it is silent: a prompt, or a shell that waits without one.
                    os.write(terminal, (typed.pop(0) + "\n").encode())
        finally:
            os.close(terminal)
            if alive(pid):
                os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        contains(shown, wanted)
        return shown


def deploy(c, ns, replicas=5):
    c.kubectl("-n", ns, "create", "deployment", "web", "--image=busybox:1", f"--replicas={replicas}", "--", "sh", "-c", SERVE)
    c.kubectl("-n", ns, "wait", "--for=condition=Available", "deployment/web", "--timeout=60s", timeout=70)
    # Four of five are enough for that condition.
    c.kubectl("-n", ns, "rollout", "status", "deployment/web", "--timeout=60s", timeout=70)


@with_each_kubectl
def case_deployments(c, ns):
    contains(c.kubectl("get", "nodes"), " Ready ")
    deploy(c, ns)
    c.kubectl("-n", ns, "expose", "deployment", "web", "--port=80", "--target-port=8080")
    contains(c.kubectl("-n", ns, "get", "deployment", "web"), "5/5")
    contains(c.kubectl("-n", ns, "get", "all", "-o", "wide"), "busybox:1")
    contains(c.kubectl("-n", ns, "get", "service", "web", "-o", "yaml"), "clusterIP: 10.")
    equal(len(json.loads(c.kubectl("-n", ns, "get", "pods", "-o", "json"))["items"]), 5)
    equal(c.kubectl("-n", ns, "get", "pods", "-o", "jsonpath={.items[*].status.phase}").split(), ["Running"] * 5)
    for kind in ("deployment", "replicaset", "pod", "service", "endpointslice", "serviceaccount", "configmap"):
        contains(c.kubectl("-n", ns, "describe", kind), "Name:")
    contains(c.kubectl("describe", "node"), "Non-terminated Pods")
    contains(c.kubectl("describe", "namespace", ns), "Active")
    c.kubectl("-n", ns, "scale", "deployment/web", "--replicas=2")
    c.kubectl("-n", ns, "wait", "--for=jsonpath={.status.readyReplicas}=2", "deployment/web", "--timeout=40s", timeout=50)
    name = c.get("-n", ns, "deployment", "web")["spec"]["template"]["spec"]["containers"][0]["name"]
    c.cluster.run(c.cluster.martlet, "image", "build", c.cluster.directory + "/rootfs", "--data-dir", c.cluster.data, "--tag", "busybox:2")
    c.kubectl("-n", ns, "set", "image", "deployment/web", f"{name}=busybox:2")
    contains(c.kubectl("-n", ns, "rollout", "status", "deployment/web", "--timeout=60s", timeout=70), "successfully rolled out")
    contains(c.kubectl("-n", ns, "rollout", "history", "deployment/web", "--revision=2"), "busybox:2")
    c.kubectl("-n", ns, "rollout", "undo", "deployment/web")
    c.kubectl("-n", ns, "rollout", "status", "deployment/web", "--timeout=60s", timeout=70)
    equal(c.get("-n", ns, "deployment", "web")["spec"]["template"]["spec"]["containers"][0]["image"], "busybox:1")
    c.kubectl("-n", ns, "rollout", "restart", "deployment/web")
    c.kubectl("-n", ns, "rollout", "pause", "deployment/web")
    c.kubectl("-n", ns, "rollout", "resume", "deployment/web")
    c.kubectl("-n", ns, "autoscale", "deployment", "web", "--min=2", "--max=3", "--cpu-percent=80", check=False)
    contains(c.kubectl("-n", ns, "events"), "ScalingReplicaSet")
    c.kubectl("-n", ns, "delete", "deployment", "web", "--cascade=orphan")
    equal(len(c.get("-n", ns, "replicasets")["items"]) > 0, True, "the orphan is there")
    c.kubectl("-n", ns, "delete", "replicaset", "--all", "--cascade=foreground", timeout=60)
    until(lambda: not c.get("-n", ns, "pods")["items"], 40, "the pods to be gone")


@with_each_kubectl
def case_containers(c, ns):
    run_pod(c, ns, "talk", "i=0; while true; do i=$((i+1)); echo line $i; sleep 0.2; done")
    run_pod(c, ns, "served", SERVE)
    run_pod(c, ns, "listens", "while read line; do echo heard $line; done", container={"stdin": True, "tty": True})
    c.kubectl("-n", ns, "wait", "--for=condition=Ready", "pod/talk", "pod/served", "pod/listens", "--timeout=30s", timeout=40)
    follower = c.start("-n", ns, "logs", "-f", "talk")
    try:
        equal([follower.stdout.readline().strip() for _ in range(5)], [f"line {i}" for i in range(1, 6)], "followed lines")
    finally:
        follower.kill()
        follower.wait()
    contains(c.kubectl("-n", ns, "logs", "talk", "--since=1m", "--tail=1"), "line ")
    c.at_terminal("-n", ns, "exec", "-it", "talk", "--", "sh", typed=["tty", "exit"], wanted="/dev/pts/0")
    shown = c.at_terminal("-n", ns, "attach", "-it", "listens", typed=["", "hello"], wanted="heard hello", seconds=6)
    contains(shown, "hello")
    with tempfile.TemporaryDirectory() as folder:
        os.makedirs(folder + "/up/below")
        with open(folder + "/up/below/file", "w") as file:
            file.write("content")
        c.kubectl("-n", ns, "cp", folder + "/up", "talk:/tmp/up")
        c.kubectl("-n", ns, "cp", "talk:/tmp/up", folder + "/down")
        with open(folder + "/down/below/file") as file:
            equal(file.read(), "content", "the file after both ways")
    forwarded = c.start("-n", ns, "port-forward", "pod/served", "18098:8080")
    try:
        contains(forwarded.stdout.readline(), "Forwarding")
        equal(c.cluster.run("curl", "-s", "http://127.0.0.1:18098/").strip(), "served")
    finally:
        forwarded.kill()
        forwarded.wait()
    contains(c.at_terminal("-n", ns, "run", "once", "--rm", "-it", "--restart=Never", "--image=busybox:1", "--", "sh",
                           typed=["echo $((6*7))", "exit"], wanted="42"), 'pod "once" deleted')
    c.kubectl("-n", ns, "debug", "talk", "--image=busybox:1", "--target=main", "--container=look", "--", "sleep", "60")
    until(lambda: "running" in c.get("-n", ns, "pod", "talk")["status"]["ephemeralContainerStatuses"][0]["state"], 20, "the debugging container")
    contains(c.kubectl("-n", ns, "exec", "talk", "-c", "look", "--", "ps"), "sleep 0.2")


@with_each_kubectl
def case_objects(c, ns):
    manifest = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "m"}, "data": {"a": "1"}}
    c.kubectl("-n", ns, "apply", "-f", "-", stdin=json.dumps(manifest))
    manifest["data"]["b"] = "2"
    equal(c.kubectl("-n", ns, "diff", "-f", "-", stdin=json.dumps(manifest), check=False).returncode, 1, "diff sees a difference")
    contains(c.kubectl("-n", ns, "apply", "-f", "-", stdin=json.dumps(manifest)), "configured")
    contains(c.kubectl("-n", ns, "apply", "-f", "-", stdin=json.dumps(manifest)), "unchanged")
    contains(c.kubectl("-n", ns, "apply", "--server-side", "--force-conflicts", "-f", "-", stdin=json.dumps(manifest)), "serverside-applied")
    c.kubectl("-n", ns, "label", "configmap", "m", "team=red")
    c.kubectl("-n", ns, "annotate", "configmap", "m", "note=text")
    with tempfile.TemporaryDirectory() as folder:
        editor = folder + "/editor"
        with open(editor, "w") as file:
            file.write("#!/bin/sh\nsed -i 's/b: \"2\"/b: \"3\"/' \"$1\"\n")
        os.chmod(editor, 0o755)
        c.cluster.run("env", f"KUBE_EDITOR={editor}", c.program, "-n", ns, "edit", "configmap", "m")
        equal(c.get("-n", ns, "configmap", "m")["data"], {"a": "1", "b": "3"}, "edited")
        with open(folder + "/kustomization.yaml", "w") as file:
            file.write("namePrefix: made-\nconfigMapGenerator: [{name: k, literals: [x=y]}]\n")
        contains(c.kubectl("-n", ns, "apply", "-k", folder), "configmap/made-k")
    c.kubectl("-n", ns, "create", "-f", "-", stdin="apiVersion: v1\nkind: Secret\nmetadata: {generateName: s-}\nstringData: {k: v}\n")
    contains(c.kubectl("-n", ns, "get", "configmap", "-l", "team=red"), "m ")
    contains(c.kubectl("-n", ns, "get", "configmap", "--field-selector=metadata.name=m", "-o", "name"), "configmap/m")
    contains(c.kubectl("-n", ns, "get", "configmap", "--sort-by=.metadata.name", "--show-labels"), "team=red")
    contains(c.kubectl("explain", "pod.spec.containers.livenessProbe", "--recursive"), "initialDelaySeconds")
    contains(c.kubectl("explain", "deployment", "--output=plaintext-openapiv2") if c.program == "kubectl" else c.kubectl("explain", "deployment"), "VERSION:")
    contains(c.kubectl("api-resources", "--verbs=list", "--namespaced", "-o", "wide"), "endpointslices")
    contains(c.kubectl("api-versions"), "resource.k8s.io/v1")
    equal(c.kubectl("auth", "can-i", "delete", "nodes").strip(), "yes")
    contains(c.kubectl("auth", "can-i", "--list"), "*.*")
    contains(c.kubectl("auth", "whoami"), "system:masters")
    contains(c.kubectl("version"), "Server Version: v1.36")
    contains(c.kubectl("cluster-info"), "is running at")
    c.kubectl("-n", ns, "create", "quota", "q", "--hard=configmaps=10")
    until(lambda: c.get("-n", ns, "quota", "q").get("status", {}).get("used", {}).get("configmaps"), 10, "the quota's count")
    contains(c.kubectl("-n", ns, "describe", "quota"), "configmaps")
    c.kubectl("-n", ns, "create", "role", "reader", "--verb=get,list", "--resource=pods")
    c.kubectl("-n", ns, "create", "rolebinding", "read", "--role=reader", f"--serviceaccount={ns}:default")
    equal(c.kubectl("-n", ns, "auth", "can-i", "list", "pods", f"--as=system:serviceaccount:{ns}:default").strip(), "yes")
    contains(c.kubectl("-n", ns, "create", "token", "default"), ".")
    contains(c.kubectl("-n", ns, "replace", "-f", "-", stdin=json.dumps(manifest)), "replaced")
    c.kubectl("-n", ns, "patch", "configmap", "m", "--type=json", "-p", '[{"op":"remove","path":"/data/a"}]')
    c.kubectl("-n", ns, "wait", "--for=delete", "configmap/gone", "--timeout=5s")
    contains(c.kubectl("-n", ns, "delete", "configmap", "--all"), "deleted")


@with_each_kubectl
def case_nodes(c, ns):
    node = c.get("nodes")["items"][0]["metadata"]["name"]
    deploy(c, ns, replicas=2)
    until(lambda: "MEMORY" in c.kubectl("top", "nodes"), 40, "use of nodes")
    until(lambda: "web-" in c.kubectl("-n", ns, "top", "pods"), 40, "use of pods")
    c.kubectl("taint", "nodes", node, "dedicated=other:NoSchedule")
    c.kubectl("taint", "nodes", node, "dedicated-")
    c.kubectl("cordon", node)
    contains(c.kubectl("get", "nodes"), "SchedulingDisabled")
    c.kubectl("drain", node, "--ignore-daemonsets", "--force", "--delete-emptydir-data", f"--pod-selector=app=web", "--timeout=60s", timeout=70)
    try:
        waiting = until(lambda: [p for p in pods(c, ns) if p["status"]["phase"] == "Pending" and p["status"].get("conditions")], 20, "pods that wait")
        contains(json.dumps(waiting), "node(s) were unschedulable")
    finally:
        c.kubectl("uncordon", node)
    c.kubectl("-n", ns, "wait", "--for=condition=Available", "deployment/web", "--timeout=40s", timeout=50)


PYTHON_CLIENT = """
import sys, threading
from kubernetes import client, config, watch
from kubernetes.stream import stream
namespace = sys.argv[1]
config.load_kube_config()
core, apps = client.CoreV1Api(), client.AppsV1Api()
template = client.V1PodTemplateSpec(metadata=client.V1ObjectMeta(labels={"app": "py"}), spec=client.V1PodSpec(
    termination_grace_period_seconds=1, containers=[client.V1Container(name="main", image="busybox:1", command=["sleep", "600"])]))
apps.create_namespaced_deployment(namespace, client.V1Deployment(metadata=client.V1ObjectMeta(name="py"), spec=client.V1DeploymentSpec(
    replicas=2, selector=client.V1LabelSelector(match_labels={"app": "py"}), template=template)))
running = set()
for event in watch.Watch().stream(core.list_namespaced_pod, namespace, timeout_seconds=40):
    if event["object"].status.phase == "Running": running.add(event["object"].metadata.name)
    if len(running) == 2: break
name = sorted(running)[0]
print("exec", stream(core.connect_get_namespaced_pod_exec, name, namespace, command=["echo", "hello"], stdout=True, stderr=True, stdin=False, tty=False).strip())
apps.patch_namespaced_deployment_scale("py", namespace, {"spec": {"replicas": 1}})
print("scale", apps.read_namespaced_deployment_scale("py", namespace).spec.replicas)
try: core.read_namespaced_pod("nobody", namespace)
except client.ApiException as error: print("missing", error.status, error.reason)
print("page", len(core.list_namespaced_pod(namespace, limit=1).items), bool(core.list_namespaced_pod(namespace, limit=1).metadata._continue))
"""


@case
def case_python_client(c, ns):
    said = c.run(CLIENTS + "/python", "-c", PYTHON_CLIENT, ns, timeout=90)
    contains(said, "exec hello")
    contains(said, "scale 1")
    contains(said, "missing 404")
    contains(said, "page 1 True")


OPERATOR = """
import kopf, kubernetes
@kopf.on.create('example.com', 'v1', 'greetings')
def create(spec, name, namespace, **_):
    kubernetes.config.load_kube_config()
    body = {'metadata': {'name': name}, 'data': {'text': 'hello ' + spec['to']}}
    kopf.adopt(body)
    kubernetes.client.CoreV1Api().create_namespaced_config_map(namespace, body)
    return {'done': True}
@kopf.on.update('example.com', 'v1', 'greetings')
def update(spec, name, namespace, **_):
    kubernetes.client.CoreV1Api().patch_namespaced_config_map(name, namespace, {'data': {'text': 'hello ' + spec['to']}})
@kopf.on.delete('example.com', 'v1', 'greetings')
def delete(**_): pass
"""


@case
def case_kopf_operator(c, ns):
    schema = {"type": "object", "properties": {"spec": {"type": "object", "required": ["to"], "properties": {"to": {"type": "string"}}},
                                               "status": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}}
    c.kubectl("apply", "-f", "-", stdin=json.dumps({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "greetings.example.com"},
        "spec": {"group": "example.com", "scope": "Namespaced", "names": {"kind": "Greeting", "plural": "greetings", "singular": "greeting"},
                 "versions": [{"name": "v1", "served": True, "storage": True, "subresources": {"status": {}}, "schema": {"openAPIV3Schema": schema}}]}}))
    greeting = lambda to: json.dumps({"apiVersion": "example.com/v1", "kind": "Greeting", "metadata": {"name": "g"}, "spec": {"to": to}})
    with tempfile.TemporaryDirectory() as folder:
        with open(folder + "/operator.py", "w") as file:
            file.write(OPERATOR)
        with open(folder + "/log", "w") as log:
            operator = subprocess.Popen([CLIENTS + "/kopf", "run", "-n", ns, folder + "/operator.py"], stdout=log, stderr=log,
                                        env={**os.environ, "KUBECONFIG": c.kubeconfig})
        try:
            text = lambda: c.get("-n", ns, "configmap", "g")["data"]["text"]
            c.kubectl("-n", ns, "apply", "-f", "-", stdin=greeting("you"))
            until(lambda: text() == "hello you", 30, "the operator's object")
            c.kubectl("-n", ns, "apply", "-f", "-", stdin=greeting("all"))
            until(lambda: text() == "hello all", 30, "the operator's change")
            c.kubectl("-n", ns, "delete", "greeting", "g", timeout=40)
            until(lambda: c.kubectl("-n", ns, "get", "configmap", "g", check=False).returncode == 1, 20, "the garbage collector")
        except Failure as failure:
            with open(folder + "/log") as log:
                raise Failure(f"{failure}\nthe operator said:\n{log.read()[-2000:]}")
        finally:
            operator.terminate()
            operator.wait(20)


if __name__ == "__main__":
    run_node_cluster(CASES, __doc__)
