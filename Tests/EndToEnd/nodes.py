#!/usr/bin/env python3
"""Clusters of several nodes: those of one machine, and machines that join by hand (here: network namespaces behind a router).

    nodes.py --martlet PATH [--only SUBSTRING] [--keep]

Needs root (containers), kubectl, and a static busybox. The last line says `N passed, N failed`.
"""
import json, os, re, signal, subprocess
from run import Cluster, Failure, alive, contains, equal, execute, image, pods, run_cluster, run_pod, until

CASES = []
NODES = 3


def case(function):
    CASES.append(function)
    return function


class NodesCluster(Cluster):
    """A server and further nodes on this machine."""

    def __init__(self, martlet, directory):
        super().__init__(martlet, directory)
        self.flags += ["--nodes", str(NODES), "--node-name", "one", "--machine-cidr", "192.168.97.0/24",
                       "--tls-san", "api.cluster.example,203.0.113.250"]

    def names(self):
        return ["one"] + [f"one-{number}" for number in range(2, NODES + 1)]

    def node_process(self, number):
        with open(os.path.join(self.data, "nodes", str(number), "martlet.pid")) as file:
            text = file.read()
        if not text:
            raise Failure("the process has not written its number yet")
        return int(text)


def is_ready(node):
    return any(c["type"] == "Ready" and c["status"] == "True" for c in node["status"].get("conditions", []))


def ready_nodes(c):
    return sorted(n["metadata"]["name"] for n in c.get("nodes")["items"] if is_ready(n))


def on_each(c, ns, name, script=None, **spec):
    """A daemon on every node; gives their pods by node."""
    c.kubectl("-n", ns, "apply", "-f", "-", stdin=json.dumps({
        "apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": {"name": name}, "spec": {"selector": {"matchLabels": {"app": name}}, "template": {
            "metadata": {"labels": {"app": name}}, "spec": {"terminationGracePeriodSeconds": 1, "containers": [{
                "name": "main", "image": "busybox:1",
                "command": ["sh", "-c", script or "mkdir /www; hostname > /www/index.html; exec httpd -f -p 8080 -h /www"]}], **spec}}}}))
    c.kubectl("-n", ns, "rollout", "status", f"daemonset/{name}", "--timeout=60s", timeout=70)
    found = {p["spec"]["nodeName"]: p for p in pods(c, ns, f"app={name}")}
    equal(sorted(found), sorted(ready_nodes(c)))
    return found


def fetch(c, ns, pod, address, port):
    # wget of a static busybox does not read addresses of IPv6.
    return execute(c, ns, pod, f"printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 3 {address} {port} | tail -n 1").strip()


@case
def case_every_node_is_ready(c, ns):
    equal(ready_nodes(c), c.names())
    nodes = c.get("nodes")["items"]
    networks = [network for node in nodes for network in node["spec"]["podCIDRs"]]
    equal(len(set(networks)), NODES * (2 if c.has_six else 1), f"networks {networks}")
    for request in c.get("csr")["items"]:
        equal([x["type"] for x in request["status"]["conditions"]], ["Approved"])
    certificates = [r["spec"]["signerName"] for r in c.get("csr")["items"]]
    equal(certificates.count("kubernetes.io/kube-apiserver-client-kubelet"), NODES - 1, "client certificates")
    until(lambda: [r["spec"]["signerName"] for r in c.get("csr")["items"] if r["status"].get("certificate")].count("kubernetes.io/kubelet-serving") == NODES - 1,
          20, "serving certificates")


@case
def case_the_api_has_further_names(c, ns):
    shown = subprocess.run("openssl s_client -connect 127.0.0.1:16443 </dev/null 2>/dev/null | openssl x509 -noout -ext subjectAltName", shell=True, capture_output=True, text=True).stdout
    for name in ("DNS:api.cluster.example", "IP Address:203.0.113.250", "IP Address:192.168.97.1", "DNS:kubernetes.default.svc.cluster.local"):
        contains(shown, name)


@case
def case_pods_of_all_nodes_reach_each_other(c, ns):
    """By address, in both families: what arrives bears the pod's own address."""
    found = on_each(c, ns, "web")
    for source, pod in found.items():
        for target, other in found.items():
            for entry in other["status"]["podIPs"]:
                equal(fetch(c, ns, pod["metadata"]["name"], entry["ip"], 8080), other["metadata"]["name"], f"{source} to {target} at {entry['ip']}")


@case
def case_services_lead_to_all_nodes(c, ns):
    """By name and by cluster IP from each node, and by each node's port."""
    found = on_each(c, ns, "web")
    c.kubectl("-n", ns, "create", "-f", "-", stdin=json.dumps({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": {
        "type": "NodePort", "selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": 8080}]}}))
    names = {p["metadata"]["name"] for p in found.values()}
    port = c.get("-n", ns, "service", "web")["spec"]["ports"][0]["nodePort"]
    addresses = [a["address"] for n in c.get("nodes")["items"] for a in n["status"]["addresses"] if a["type"] == "InternalIP" and ":" not in a["address"]]

    def all_answer(ask):
        seen = set()

        def look():
            seen.update(ask())
            return seen == names
        return look

    for node, pod in found.items():
        name = pod["metadata"]["name"]
        until(all_answer(lambda: execute(c, ns, name, f"for i in 1 2 3 4 5 6; do wget -qO- http://web.{ns}.svc.cluster.local; done").split()), 20, f"all by name on {node}")
        contains(execute(c, ns, name, "nslookup -type=a kubernetes.default.svc.cluster.local"), "10.98.0.1")
    for node, pod in found.items():
        for address in addresses:
            until(all_answer(lambda: [fetch(c, ns, pod["metadata"]["name"], address, port) for _ in range(4)]), 30, f"all at {address}:{port} from {node}")
    for address in addresses:
        until(all_answer(lambda: [subprocess.run(
            ["curl", "-s", "-m", "3", f"http://{address}:{port}"], capture_output=True, text=True).stdout.strip()]), 30, f"all at {address}:{port}")


@case
def case_kubelets_of_all_nodes_answer(c, ns):
    """Logs, exec, port-forward, copies and figures go to the node that has the pod."""
    for node, pod in on_each(c, ns, "web", "echo begun; mkdir /www; hostname > /www/index.html; exec httpd -f -p 8080 -h /www").items():
        name = pod["metadata"]["name"]
        contains(c.kubectl("-n", ns, "logs", name), "begun")
        equal(execute(c, ns, name, "hostname").strip(), name)
        forward = subprocess.Popen(["kubectl", "--kubeconfig", c.kubeconfig, "-n", ns, "port-forward", f"pod/{name}", ":8080"], stdout=subprocess.PIPE, text=True)
        try:
            port = re.search(r":(\d+) ->", forward.stdout.readline())[1]
            equal(subprocess.run(["curl", "-s", "-m", "3", f"http://127.0.0.1:{port}"], capture_output=True, text=True).stdout.strip(), name)
        finally:
            forward.kill()
            forward.wait()
        contains(c.kubectl("get", "--raw", f"/api/v1/nodes/{node}/proxy/healthz"), "ok")
    until(lambda: len(c.kubectl("top", "nodes", "--no-headers", check=False).stdout.splitlines()) == NODES, 60, "figures of all nodes")


@case
def case_policies_hold_on_all_nodes(c, ns):
    found = on_each(c, ns, "web")
    run_pod(c, ns, "stranger", "sleep 600", nodeName="one-2")
    c.kubectl("-n", ns, "wait", "--for=condition=Ready", "pod/stranger", "--timeout=20s")

    def open_to(pod):
        return {node: bool(execute(c, ns, pod, f"printf 'GET / HTTP/1.0\\r\\n\\r\\n' | timeout 2 nc -w 1 {p['status']['podIP']} 8080 || true").strip()) for node, p in found.items()}

    equal(set(open_to("stranger").values()), {True})
    c.kubectl("-n", ns, "create", "-f", "-", stdin=json.dumps({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "own"}, "spec": {
        "podSelector": {"matchLabels": {"app": "web"}}, "ingress": [{"from": [{"podSelector": {"matchLabels": {"app": "web"}}}]}]}}))
    until(lambda: set(open_to("stranger").values()) == {False}, 15, "the policy on every node")
    equal(set(open_to(found["one-3"]["metadata"]["name"]).values()), {True})


@case
def case_each_node_has_its_folders(c, ns):
    """Claims get folders where their pods are; a node removes its own, also one that was away or killed meanwhile."""
    c.kubectl("-n", ns, "apply", "-f", "-", stdin=json.dumps({"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "db"}, "spec": {
        "replicas": NODES, "serviceName": "db", "podManagementPolicy": "Parallel", "selector": {"matchLabels": {"app": "db"}},
        "volumeClaimTemplates": [{"metadata": {"name": "d"}, "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Mi"}}}}],
        "template": {"metadata": {"labels": {"app": "db"}}, "spec": {
            "affinity": {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [
                {"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": {"app": "db"}}}]}},
            "terminationGracePeriodSeconds": 1, "containers": [{"name": "main", "image": "busybox:1", "command": ["sh", "-c", "hostname > /d/name; sleep 600"],
                                                               "volumeMounts": [{"name": "d", "mountPath": "/d"}]}]}}}}))
    c.kubectl("-n", ns, "rollout", "status", "statefulset/db", "--timeout=60s", timeout=70)
    roots = {"one": os.path.join(c.data, "volumes"), **{f"one-{n}": os.path.join(c.data, "nodes", str(n), "volumes") for n in range(2, NODES + 1)}}
    folders = {}
    for pod in pods(c, ns, "app=db"):
        name, node = c.get("-n", ns, "pvc", "d-" + pod["metadata"]["name"])["spec"]["volumeName"], pod["spec"]["nodeName"]
        folders[node] = c.get("pv", name)["spec"]["local"]["path"]
        equal(folders[node], f"{roots[node]}/{name}")
        with open(folders[node] + "/name") as file:
            equal(file.read().strip(), pod["metadata"]["name"])
    equal(sorted(folders), sorted(roots))
    c.kubectl("-n", ns, "delete", "statefulset", "db")
    until(lambda: not pods(c, ns, "app=db"), 30, "the pods to be gone")
    away, killed = c.node_process(2), c.node_process(3)
    os.kill(away, signal.SIGSTOP)
    try:
        c.kubectl("-n", ns, "delete", "pvc", "--all")
        os.kill(killed, signal.SIGKILL)
        until(lambda: not os.path.exists(folders["one"]) and not os.path.exists(folders["one-3"]), 60, "the folders of the others to be gone")
        until(lambda: [(v["spec"]["local"]["path"], v["status"]["phase"]) for v in c.get("pv")["items"]] == [(folders["one-2"], "Released")], 30, "one volume that waits")
        equal(os.listdir(folders["one-2"]), ["name"])
    finally:
        os.kill(away, signal.SIGCONT)
    until(lambda: not c.get("pv")["items"] and not os.path.exists(folders["one-2"]), 60, "all to be gone")
    until(lambda: not [n for n in c.get("nodes")["items"] if n["metadata"]["annotations"].get("martlet.dev/removed-volumes")], 20, "the nodes to forget them")


@case
def case_a_node_is_drained(c, ns):
    c.kubectl("-n", ns, "apply", "-f", "-", stdin=json.dumps({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {
        "replicas": 4, "selector": {"matchLabels": {"app": "web"}}, "template": {"metadata": {"labels": {"app": "web"}}, "spec": {
            "terminationGracePeriodSeconds": 1, "containers": [{"name": "main", "image": "busybox:1", "command": ["sleep", "600"]}]}}}}))
    c.kubectl("-n", ns, "rollout", "status", "deployment/web", "--timeout=40s", timeout=50)
    c.kubectl("drain", "one-3", "--ignore-daemonsets", "--delete-emptydir-data", "--force", "--timeout=60s", timeout=70)
    until(lambda: len([p for p in pods(c, ns) if p["spec"].get("nodeName") != "one-3" and p["status"].get("phase") == "Running"]) == 4, 30, "all elsewhere")
    c.kubectl("uncordon", "one-3")


@case
def case_nodes_live_without_their_processes(c, ns):
    """A node's process is killed, and then the server: containers go on, and both find what was there."""
    found = on_each(c, ns, "web")
    started = {node: p["status"]["containerStatuses"][0]["state"]["running"]["startedAt"] for node, p in found.items()}
    pid = c.node_process(2)
    os.kill(pid, signal.SIGKILL)
    until(lambda: not alive(pid), 10, "the end of the node's process")
    equal(fetch(c, ns, found["one"]["metadata"]["name"], found["one-2"]["status"]["podIP"], 8080), found["one-2"]["metadata"]["name"])
    until(lambda: alive(c.node_process(2)) and c.node_process(2) != pid, 20, "its next process")
    contains(until(lambda: execute(c, ns, found["one-2"]["metadata"]["name"], "hostname", check=False).stdout, 20, "its kubelet"), "web")
    before = [c.node_process(number) for number in range(2, NODES + 1)]
    c.kill()
    equal(subprocess.run(["ip", "netns", "exec", namespace(c, 3), "curl", "-s", "-m", "3", f"http://{found['one']['status']['podIP']}:8080"],
                         capture_output=True, text=True).stdout.strip(), found["one"]["metadata"]["name"])
    c.up()
    equal([c.node_process(number) for number in range(2, NODES + 1)], before, "the nodes' processes")
    c.kubectl("-n", ns, "delete", "pod", found["one-3"]["metadata"]["name"])
    until(lambda: len([p for p in pods(c, ns) if p["status"].get("phase") == "Running" and "deletionTimestamp" not in p["metadata"]]) == NODES, 40, "a new pod on the node")
    for p in pods(c, ns):
        if p["spec"]["nodeName"] != "one-3":
            equal(p["status"]["containerStatuses"][0]["state"]["running"]["startedAt"], started[p["spec"]["nodeName"]])


def namespace(c, number):
    """The network of a further node."""
    names = [line.split()[0] for line in subprocess.run(["ip", "netns"], capture_output=True, text=True).stdout.splitlines()]
    for name in names:
        if name.startswith("martlet-") and name.endswith(f"-{number}"):
            inside = subprocess.run(["ip", "netns", "pids", name], capture_output=True, text=True).stdout.split()
            if str(c.node_process(number)) in inside:
                return name
    raise Failure(f"no network of the node {number}")


class Machine:
    """Another machine as far as networks go: a namespace behind a router, that knows no pods."""

    def __init__(self, name, number):
        self.name, self.space, self.address = name, f"mt-e2e-{number}", f"203.0.113.{4 * number + 2}"
        router = f"203.0.113.{4 * number + 1}"
        for words in [
            ["netns", "add", self.space], ["link", "add", f"mt-e2e-{number}", "type", "veth", "peer", "name", "eth0", "netns", self.space],
            ["address", "add", f"{router}/30", "dev", f"mt-e2e-{number}"], ["link", "set", f"mt-e2e-{number}", "up"],
            ["-n", self.space, "address", "add", f"{self.address}/30", "dev", "eth0"], ["-n", self.space, "link", "set", "eth0", "up"],
            ["-n", self.space, "link", "set", "lo", "up"], ["-n", self.space, "route", "add", "default", "via", router],
        ]:
            subprocess.run(["ip", *words], check=True)

    def run(self, *words, timeout=60):
        return subprocess.run(["nsenter", f"--net=/run/netns/{self.space}", *words], capture_output=True, text=True, timeout=timeout)

    def remove(self):
        subprocess.run(["ip", "netns", "delete", self.space])


@case
def case_a_machine_joins_by_hand(c, ns):
    """With the printed command; a wrong token, a wrong authority and no token are refused. Its pods are reached through the overlay."""
    machine, data = Machine("far", 1), os.path.join(c.directory, "far")
    try:
        words = c.run(c.martlet, "token", "create", "--data-dir", c.data, "--ttl", "10m", "--description", "for far", "--print-join-command").split()
        equal(words[:2], ["martlet", "join"])
        token = words[words.index("--token") + 1]
        contains(c.run(c.martlet, "token", "list", "--data-dir", c.data), token + "\t")
        own = ["--data-dir", data, "--node-name", "far", "--node-ip", machine.address]

        def refused(text, *change, name="far"):
            done = machine.run(c.martlet, *change, "--data-dir", data, "--node-name", name, "--node-ip", machine.address, timeout=90)
            if done.returncode == 0:
                raise Failure("a node joined that should not")
            contains(done.stderr, text)

        hash_at = words.index("--discovery-token-ca-cert-hash") + 1
        refused("is not the one of", *words[1:hash_at], "sha256:" + 64 * "0")
        refused("has not joined yet", "join")
        refused("--discovery-token-ca-cert-hash", *words[1:hash_at - 1])
        refused("a token has six characters", "join", words[2], "--token", "nonsense")
        refused("a node one-2 already", *words[1:], name="one-2")
        joined = machine.run(c.martlet, *words[1:], *own, "--detach", timeout=120)
        equal(joined.returncode, 0, joined.stderr)
        until(lambda: "far" in ready_nodes(c), 30, "the node")
        c.run(c.martlet, "image", "load", os.path.join(c.directory, "image.tar"), "--data-dir", data)
        found = on_each(c, ns, "web")
        for source in ("far", "one", "one-2"):
            for target in ("far", "one", "one-3"):
                for entry in found[target]["status"]["podIPs"]:
                    equal(fetch(c, ns, found[source]["metadata"]["name"], entry["ip"], 8080), found[target]["metadata"]["name"], f"{source} to {target} at {entry['ip']}")
        contains(execute(c, ns, found["far"]["metadata"]["name"], "nslookup -type=a kubernetes.default.svc.cluster.local"), "10.98.0.1")
        c.run(c.martlet, "token", "delete", token, "--data-dir", c.data)
        equal(token in c.run(c.martlet, "token", "list", "--data-dir", c.data), False)
        # What it got holds without the token.
        c.run(c.martlet, "down", "--data-dir", data)
        refused("has joined as far", "join", name="other")
        equal(machine.run(c.martlet, "join", "--data-dir", data, "--detach", timeout=120).returncode, 0)
        equal(execute(c, ns, found["far"]["metadata"]["name"], "hostname").strip(), found["far"]["metadata"]["name"])
    finally:
        machine.run(c.martlet, "down", "--purge", "--data-dir", data)
        c.kubectl("delete", "node", "far", check=False)
        machine.remove()
    until(lambda: not [s for s in c.get("-n", "kube-system", "endpointslices")["items"] if "far" in s["metadata"]["name"]], 60, "its name server to be forgotten")


@case
def case_nodes_may_no_more_than_they_need(c, ns):
    """A node that was taken over reads no Secret, and writes no volume, role, or other node."""
    kubeconfig = os.path.join(c.data, "nodes", "2", "kubelet.kubeconfig")
    c.kubectl("-n", ns, "create", "secret", "generic", "key", "--from-literal=a=b")
    run_pod(c, ns, "other", "sleep 600", nodeName="one")
    for words in (["-n", ns, "get", "secret", "key"], ["get", "secrets", "-A"], ["delete", "node", "one-3"], ["create", "clusterrole", "x", "--verb=get", "--resource=pods"],
                  ["-n", "kube-system", "delete", "endpointslice", "kube-dns-one"], ["-n", "kube-public", "delete", "configmap", "cluster-info"],
                  ["create", "namespace", "taken"], ["-n", ns, "delete", "pod", "other"], ["delete", "pv", "x"],
                  ["patch", "pv", "x", "-p", "{}"]):
        done = subprocess.run(["kubectl", "--kubeconfig", kubeconfig, *words], capture_output=True, text=True, timeout=20)
        contains(done.stderr + done.stdout, "orbidden")
    mode = os.stat(kubeconfig).st_mode & 0o777
    equal(oct(mode), "0o600")
    anonymous = subprocess.run(["curl", "-sk", "-m", "5", "https://127.0.0.1:16443/api/v1/namespaces/kube-public/configmaps/cluster-info"], capture_output=True, text=True).stdout
    contains(anonymous, "jws-kubeconfig")
    equal("PRIVATE KEY" in anonymous, False)


def prepare(cluster):
    until(lambda: ready_nodes(cluster) == cluster.names(), 60, "the nodes")
    image(cluster)
    cluster.run(cluster.martlet, "image", "build", os.path.join(cluster.directory, "rootfs"), "--data-dir", cluster.data, "--tag", "busybox:1",
                "--output", os.path.join(cluster.directory, "image.tar"))


if __name__ == "__main__":
    run_cluster(CASES, __doc__, NodesCluster, prepare, end_namespaces=True)
