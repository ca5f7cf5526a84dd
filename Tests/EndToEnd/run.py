#!/usr/bin/env python3
"""Drives a real cluster with real clients: starts martlet, runs workloads through kubectl, kills things, and looks.

    run.py --martlet PATH [--only SUBSTRING] [--keep]

Every case is a function whose name begins with `case_`. They run in the order of this file, each in a namespace of
its own. Needs root (containers), kubectl, and a static busybox. The last line says `N passed, N failed`.
"""
import argparse, base64, concurrent.futures, http.client, json, os, random, shutil, signal, socket, ssl, subprocess, sys, tempfile, threading, time, traceback
from registry_server import Registry

CASES = []


def case(function):
    CASES.append(function)
    return function


class Failure(Exception):
    pass


class Cluster:
    def __init__(self, martlet, directory):
        self.martlet, self.directory = martlet, directory
        self.data = os.path.join(directory, "data")
        self.kubeconfig = os.path.join(self.data, "admin.kubeconfig")
        # Two address families where the kernel has both.
        self.has_six = os.path.exists("/proc/net/if_inet6")
        self.flags = ["--data-dir", self.data, "--listen", "127.0.0.1:16443", "--pod-cidr", "10.246.0.0/24" + (",fd00:246::/64" if self.has_six else ""),
                      "--service-cidr", "10.98.0.0/16" + (",fd00:98::/112" if self.has_six else "")]
        # The same scenarios on several nodes of this machine; not all of them can bear that.
        if nodes := os.environ.get("MARTLET_E2E_NODES"):
            self.flags += ["--nodes", nodes, "--machine-cidr", "192.168.97.0/24"]

    def audit_components(self):
        """Keeps an audit of what the cluster's own components ask for."""
        policy, self.audit_log = os.path.join(self.directory, "audit.json"), os.path.join(self.directory, "audit.log")
        users = ["system:kube-controller-manager", "system:kube-scheduler", "system:kube-proxy"]
        with open(policy, "w") as file:
            json.dump({"apiVersion": "audit.k8s.io/v1", "kind": "Policy", "omitStages": ["RequestReceived"], "rules": [
                {"level": "Metadata", "users": users}, {"level": "Metadata", "userGroups": ["system:serviceaccounts:kube-system", "system:nodes"]},
                {"level": "None"}]}, file)
        self.flags += ["--audit-policy-file", policy, "--audit-log-path", self.audit_log]

    def run(self, *words, timeout=60, check=True, stdin=None):
        done = subprocess.run(words, input=stdin, capture_output=True, text=True, timeout=timeout,
                              env={**os.environ, "KUBECONFIG": self.kubeconfig})
        if check and done.returncode != 0:
            raise Failure(f"{' '.join(words)} ended with {done.returncode}: {done.stdout}{done.stderr}")
        return done.stdout if check else done

    def kubectl(self, *words, **options):
        return self.run("kubectl", *words, **options)

    def get(self, *words):
        return json.loads(self.kubectl("get", *words, "-o", "json"))

    def up(self):
        return self.run(self.martlet, "up", "--detach", *self.flags, timeout=120)

    def down(self, *words):
        return self.run(self.martlet, "down", "--data-dir", self.data, *words, timeout=120)

    def process(self):
        with open(os.path.join(self.data, "martlet.pid")) as file:
            return int(file.read())

    def kill(self):
        pid = self.process()
        os.kill(pid, signal.SIGKILL)
        until(lambda: not alive(pid), 10, "the killed process to be gone")


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def until(condition, seconds, what):
    """Calls `condition` until it gives something true, and returns that."""
    end, last = time.monotonic() + seconds, None
    while time.monotonic() < end:
        try:
            found = condition()
            if found:
                return found
        except (Failure, KeyError, IndexError, TimeoutError, subprocess.TimeoutExpired) as error:
            last = error
        time.sleep(0.1)
    raise Failure(f"waited {seconds} s for {what}" + (f"; last: {last}" if last else ""))


def equal(found, wanted, what=""):
    if found != wanted:
        raise Failure(f"{what}: wanted {wanted!r}, got {found!r}")


def contains(text, part):
    if part not in text:
        raise Failure(f"{part!r} is not in {text!r}")


SERVE = "mkdir -p /www; hostname > /www/index.html; echo started; exec httpd -f -p 8080 -h /www"


def deploy(c, ns, name="web", replicas=3):
    c.kubectl("-n", ns, "create", "deployment", name, "--image=busybox:1", f"--replicas={replicas}", "--", "sh", "-c", SERVE)
    c.kubectl("-n", ns, "rollout", "status", f"deployment/{name}", "--timeout=40s", timeout=50)


def pods(c, ns, selector="app=web"):
    return c.get("-n", ns, "pods", "-l", selector)["items"]


def run_pod(c, ns, name, script, **spec):
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": {"app": name}},
           "spec": {"containers": [{"name": "main", "image": "busybox:1", "command": ["sh", "-c", script],
                                    **spec.pop("container", {})}], "terminationGracePeriodSeconds": 1, **spec}}
    c.kubectl("-n", ns, "apply", "-f", "-", stdin=json.dumps(pod))


def phase(c, ns, name):
    return c.get("-n", ns, "pod", name)["status"].get("phase")


def execute(c, ns, pod, script, **options):
    return c.kubectl("-n", ns, "exec", pod, "--", "sh", "-c", script, **options)


@case
def case_node_is_ready(c, ns):
    node = until(lambda: c.get("nodes")["items"][0], 20, "a node")
    until(lambda: "True" in [x["status"] for x in c.get("nodes")["items"][0]["status"]["conditions"] if x["type"] == "Ready"], 20, "Ready")
    for name in ("cpu", "memory", "pods", "ephemeral-storage"):
        if name not in node["status"]["capacity"]:
            raise Failure(f"no capacity of {name}")


@case
def case_deployment_serves_behind_a_service(c, ns):
    deploy(c, ns)
    c.kubectl("-n", ns, "expose", "deployment", "web", "--port=80", "--target-port=8080")
    c.kubectl("-n", ns, "run", "client", "--image=busybox:1", "--restart=Never", "--", "sleep", "600")
    c.kubectl("-n", ns, "wait", "--for=condition=Ready", "pod/client", "--timeout=20s")
    names = {pod["metadata"]["name"] for pod in pods(c, ns)}
    until(lambda: len(c.get("-n", ns, "endpoints", "web")["subsets"][0]["addresses"]) == 3, 10, "three endpoints")
    seen = set()

    def ask():
        seen.update(execute(c, ns, "client", f"for i in 1 2 3 4 5 6; do wget -qO- http://web.{ns}.svc.cluster.local; done").split())
        return seen == names

    until(ask, 20, "an answer of each backend")


@case
def case_two_address_families(c, ns):
    """Pods with two addresses, and a service of both families: by its address, by the node's port, by its name."""
    if not c.has_six:
        return
    deploy(c, ns, replicas=2)
    c.kubectl("-n", ns, "create", "-f", "-", stdin=json.dumps({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": {
        "type": "NodePort", "ipFamilyPolicy": "RequireDualStack", "selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": 8080}]}}))
    run_pod(c, ns, "client", "echo $HOSTS; sleep 600", container={"env": [{"name": "HOSTS", "valueFrom": {"fieldRef": {"fieldPath": "status.hostIPs"}}}]})
    c.kubectl("-n", ns, "wait", "--for=condition=Ready", "pod/client", "--timeout=20s")
    node, service, names = c.get("nodes")["items"][0], c.get("-n", ns, "service", "web")["spec"], {pod["metadata"]["name"] for pod in pods(c, ns)}

    def fetch(address, port):
        # wget of a static busybox does not read addresses of IPv6.
        return execute(c, ns, "client", f"printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 3 {address} {port} | tail -n 1").strip()

    equal(service["ipFamilies"], ["IPv4", "IPv6"])
    equal(len(node["spec"]["podCIDRs"]), 2)
    hosts = [a["address"] for a in node["status"]["addresses"] if a["type"] == "InternalIP"]
    equal(c.kubectl("-n", ns, "logs", "client").strip(), ",".join(hosts))
    for pod in pods(c, ns):
        own = [entry["ip"] for entry in pod["status"]["podIPs"]]
        equal([":" in address for address in own], [False, True])
        equal(fetch(own[1], 8080), pod["metadata"]["name"])
    until(lambda: sorted(s["addressType"] for s in c.get("-n", ns, "endpointslices")["items"]) == ["IPv4", "IPv6"], 10, "slices of both families")
    for address, port in ((service["clusterIPs"][1], 80), (service["clusterIPs"][0], 80), (hosts[1], service["ports"][0]["nodePort"])):
        seen = set()

        def ask():
            seen.add(fetch(address, port))
            return seen == names

        until(ask, 15, f"an answer of each backend at {address}")
    contains(execute(c, ns, "client", f"nslookup -type=aaaa web.{ns}.svc.cluster.local"), service["clusterIPs"][1])
    dns = c.get("-n", "kube-system", "service", "kube-dns")["spec"]["clusterIPs"]
    equal([":" in address for address in dns], [False, True])
    contains(execute(c, ns, "client", f"nslookup -type=aaaa web.{ns}.svc.cluster.local {dns[1]}"), service["clusterIPs"][1])
    c.kubectl("-n", ns, "patch", "service", "web", "-p", '{"spec":{"ipFamilyPolicy":"SingleStack"}}')
    until(lambda: [s["addressType"] for s in c.get("-n", ns, "endpointslices")["items"]] == ["IPv4"], 10, "the second slice to go")


@case
def case_network_policies(c, ns):
    """Who may reach whom: by pods, namespaces, ports and blocks, directly and by a service; probes and names go on."""
    team = ns + "-team"
    c.kubectl("create", "namespace", team)
    c.kubectl("label", "namespace", team, "team=a")
    run_pod(c, ns, "web", "mkdir /www; echo hello > /www/index.html; httpd -p 8081 -h /www; exec httpd -f -p 8080 -h /www", container={
        "ports": [{"name": "http", "containerPort": 8080}],
        "readinessProbe": {"httpGet": {"port": 8080, "path": "/"}, "periodSeconds": 1, "failureThreshold": 1}})
    for name, place in [("friend", ns), ("stranger", ns), ("guest", team)]:
        run_pod(c, place, name, "sleep 600")
    c.kubectl("-n", ns, "wait", "--for=condition=Ready", "pod/web", "pod/friend", "pod/stranger", "--timeout=30s")
    c.kubectl("-n", team, "wait", "--for=condition=Ready", "pod/guest", "--timeout=20s")
    c.kubectl("-n", ns, "expose", "pod", "web", "--port=80", "--target-port=8080")
    addresses = [entry["ip"] for entry in c.get("-n", ns, "pod", "web")["status"]["podIPs"]]
    address = addresses[0]

    def reaches(pod, target, place=ns):
        if target.startswith("["):
            ip, port = target[1:].split("]:")
            # wget of a static busybox does not read addresses of IPv6.
            ask = f"printf 'GET / HTTP/1.0\\r\\n\\r\\n' | timeout 2 nc -w 2 {ip} {port} | tail -n 1"
            return execute(c, place, pod, ask, check=False).stdout == "hello\n"
        done = execute(c, place, pod, f"timeout 2 wget -qO- http://{target}/", check=False)
        return done.returncode == 0 and done.stdout == "hello\n"

    def state(**expected):
        if c.has_six:
            # Both addresses of the pods are treated the same.
            expected.update({name + "_six": wanted for name, wanted in expected.items() if name + "_six" in TRIES})

        def is_so():
            # What is refused is known only after its time is up: so all at once.
            with concurrent.futures.ThreadPoolExecutor(len(expected)) as pool:
                return list(pool.map(lambda name: reaches(*TRIES[name]), expected)) == list(expected.values())

        return until(is_so, 20, f"{expected}")

    service = f"web.{ns}.svc.cluster.local"
    TRIES = {"friend": ("friend", f"{address}:8080"), "friend_service": ("friend", service), "friend_8081": ("friend", f"{address}:8081"),
             "stranger": ("stranger", f"{address}:8080"), "guest": ("guest", f"{address}:8080", team), "itself": ("web", service)}
    for name in ("friend", "friend_8081", "stranger", "guest") if c.has_six else ():
        pod, target, *place = TRIES[name]
        TRIES[name + "_six"] = (pod, f"[{addresses[1]}]:{target.rsplit(':', 1)[1]}", *place)

    def apply(name, **spec):
        c.kubectl("apply", "-f", "-", stdin=json.dumps({
            "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": name, "namespace": ns}, "spec": spec}))

    state(friend=True, friend_service=True, friend_8081=True, stranger=True, guest=True)
    apply("deny", podSelector={"matchLabels": {"app": "web"}}, policyTypes=["Ingress"])
    state(friend=False, friend_service=False, stranger=False, guest=False, itself=True)
    apply("friends", podSelector={"matchLabels": {"app": "web"}},
          ingress=[{"from": [{"podSelector": {"matchLabels": {"app": "friend"}}}], "ports": [{"port": "http"}]}])
    state(friend=True, friend_service=True, friend_8081=False, stranger=False, guest=False)
    apply("teams", podSelector={"matchLabels": {"app": "web"}},
          ingress=[{"from": [{"namespaceSelector": {"matchLabels": {"team": "a"}}}], "ports": [{"port": 8080, "endPort": 8090}]}])
    state(guest=True, stranger=False)
    c.kubectl("label", "namespace", team, "team-")
    state(guest=False)
    apply("quiet", podSelector={"matchLabels": {"app": "friend"}}, policyTypes=["Egress"])
    state(friend=False, friend_service=False)
    apply("names", podSelector={"matchLabels": {"app": "friend"}}, policyTypes=["Egress"], egress=[
        {"to": [{"namespaceSelector": {}, "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}}}], "ports": [{"port": 53, "protocol": "UDP"}]},
        {"to": [{"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.255.0.0/16"]}}]}])
    # The block is of one family: the other stays shut until one of its own comes.
    until(lambda: reaches(*TRIES["friend"]) and reaches(*TRIES["friend_service"]), 15, "what the block allows")
    if c.has_six:
        equal(reaches(*TRIES["friend_six"]), False, "the family that no block speaks of")
        apply("second", podSelector={"matchLabels": {"app": "friend"}}, policyTypes=["Egress"], egress=[
            {"to": [{"ipBlock": {"cidr": "fd00::/8", "except": ["fd00:ffff::/32"]}}]}])
    state(friend=True, friend_service=True)
    if not all(s["ready"] for s in c.get("-n", ns, "pod", "web")["status"]["containerStatuses"]):
        raise Failure("the probe of an isolated pod does not pass")
    c.kill()
    c.up()
    state(friend=True, stranger=False)
    c.kubectl("-n", ns, "delete", "networkpolicy", "--all")
    state(friend=True, stranger=True, guest=True, friend_8081=True)
    c.kubectl("delete", "namespace", team, "--wait=false")


@case
def case_api_is_reachable_from_a_pod(c, ns):
    run_pod(c, ns, "inside", "sleep 600")
    c.kubectl("-n", ns, "wait", "--for=condition=Ready", "pod/inside", "--timeout=20s")
    script = ("T=$(cat /var/run/secrets/kubernetes.io/serviceaccount/token); "
              "wget -qO- --no-check-certificate --header \"Authorization: Bearer $T\" https://kubernetes.default/version")
    contains(execute(c, ns, "inside", script), '"minor"')


@case
def case_logs_exec_and_copy(c, ns):
    run_pod(c, ns, "talk", "echo one; echo two; sleep 600")
    c.kubectl("-n", ns, "wait", "--for=condition=Ready", "pod/talk", "--timeout=20s")
    equal(c.kubectl("-n", ns, "logs", "talk"), "one\ntwo\n")
    equal(c.kubectl("-n", ns, "logs", "talk", "--tail=1"), "two\n")
    contains(c.kubectl("-n", ns, "logs", "talk", "--timestamps").split()[0], "T")
    equal(c.kubectl("-n", ns, "exec", "-i", "talk", "--", "cat", stdin="through stdin"), "through stdin")
    done = c.kubectl("-n", ns, "exec", "talk", "--", "sh", "-c", "exit 7", check=False)
    equal(done.returncode, 7, "exit code of exec")
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("copied")
        file.flush()
        c.kubectl("-n", ns, "cp", file.name, "talk:/tmp/there")
    equal(execute(c, ns, "talk", "cat /tmp/there"), "copied")


def web_socket(c, path, protocol=""):
    """The answer's status and the messages of a WebSocket, as many as come within five seconds."""
    user = json.loads(c.kubectl("config", "view", "--raw", "-o", "json"))["users"][0]["user"]
    with tempfile.NamedTemporaryFile() as file:
        file.write(base64.b64decode(user["client-certificate-data"]) + b"\n" + base64.b64decode(user["client-key-data"]))
        file.flush()
        context = ssl._create_unverified_context()
        context.load_cert_chain(file.name)
    host, port = c.flags[c.flags.index("--listen") + 1].rsplit(":", 1)
    with context.wrap_socket(socket.create_connection((host, int(port)))) as connection:
        connection.settimeout(5)
        offer = f"Sec-WebSocket-Protocol: {protocol}\r\n" if protocol else ""
        connection.sendall((f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                            f"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n{offer}\r\n").encode())
        received = b""
        try:
            while part := connection.recv(65_536):
                received += part
        except TimeoutError:
            pass
    head, _, rest = received.partition(b"\r\n\r\n")
    messages = []
    while len(rest) >= 2 and rest[0] & 15 in (1, 2):
        length, start = rest[1], 2
        if length == 126:
            length, start = int.from_bytes(rest[2:4], "big"), 4
        elif length == 127:
            length, start = int.from_bytes(rest[2:10], "big"), 10
        messages.append((("text", "binary")[(rest[0] & 15) - 1], rest[start:start + length].decode()))
        rest = rest[start + length:]
    return int(head.split()[1]), messages


@case
def case_logs_and_watches_by_web_socket(c, ns):
    run_pod(c, ns, "talk", "echo one; sleep 600")
    c.kubectl("-n", ns, "wait", "--for=condition=Ready", "pod/talk", "--timeout=20s")
    log = f"/api/v1/namespaces/{ns}/pods/talk/log"
    equal(web_socket(c, log, "binary.k8s.io"), (101, [("binary", ""), ("binary", "one\n")]))
    equal(web_socket(c, log, "base64.binary.k8s.io"), (101, [("text", ""), ("text", base64.b64encode(b"one\n").decode())]))
    equal(web_socket(c, log + "?container=nobody", "binary.k8s.io")[0], 400)
    status, messages = web_socket(c, f"/api/v1/namespaces/{ns}/pods?watch=1&timeoutSeconds=2")
    equal((status, messages[0][0]), (101, "text"))
    equal([(event["type"], event["object"]["metadata"]["name"]) for event in map(json.loads, [text for _, text in messages])][0], ("ADDED", "talk"))


@case
def case_port_forward(c, ns):
    deploy(c, ns, replicas=1)
    pod = pods(c, ns)[0]["metadata"]["name"]
    process = subprocess.Popen(["kubectl", "-n", ns, "port-forward", pod, "18099:8080"], stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True, env={**os.environ, "KUBECONFIG": c.kubeconfig})
    try:
        contains(process.stdout.readline(), "Forwarding")
        connection = http.client.HTTPConnection("127.0.0.1", 18099, timeout=5)
        connection.request("GET", "/")
        equal(connection.getresponse().read().decode().strip(), pod)
    finally:
        process.kill()
        process.wait()


@case
def case_rollout_and_undo(c, ns):
    deploy(c, ns, replicas=2)
    c.kubectl("-n", ns, "set", "env", "deployment/web", "COLOR=blue")
    c.kubectl("-n", ns, "rollout", "status", "deployment/web", "--timeout=60s", timeout=70)
    contains(c.kubectl("-n", ns, "rollout", "history", "deployment/web"), "2")
    c.kubectl("-n", ns, "rollout", "undo", "deployment/web")
    c.kubectl("-n", ns, "rollout", "status", "deployment/web", "--timeout=60s", timeout=70)
    container = c.get("-n", ns, "deployment", "web")["spec"]["template"]["spec"]["containers"][0]
    equal(container.get("env"), None, "environment after undo")


@case
def case_scale_and_delete(c, ns):
    deploy(c, ns, replicas=1)
    c.kubectl("-n", ns, "scale", "deployment/web", "--replicas=4")
    until(lambda: c.get("-n", ns, "deployment", "web")["status"].get("readyReplicas") == 4, 30, "four replicas")
    c.kubectl("-n", ns, "delete", "deployment", "web", "--cascade=foreground", timeout=60)
    until(lambda: not pods(c, ns), 40, "pods to be gone")


@case
def case_killed_container_restarts(c, ns):
    run_pod(c, ns, "mortal", "sleep 600")
    c.kubectl("-n", ns, "wait", "--for=condition=Ready", "pod/mortal", "--timeout=20s")
    execute(c, ns, "mortal", "kill -9 1 || kill 1", check=False)
    run_pod(c, ns, "crash", "echo reason > /dev/termination-log; exit 3")

    def crashed():
        status = c.get("-n", ns, "pod", "crash")["status"]["containerStatuses"][0]
        return status["restartCount"] >= 1 and status["state"].get("waiting", {}).get("reason") == "CrashLoopBackOff" and status

    status = until(crashed, 20, "CrashLoopBackOff")
    equal(status["lastState"]["terminated"]["exitCode"], 3)
    equal(status["lastState"]["terminated"]["message"], "reason\n")


@case
def case_deleted_pod_is_replaced(c, ns):
    deploy(c, ns, replicas=2)
    before = {pod["metadata"]["uid"] for pod in pods(c, ns)}
    c.kubectl("-n", ns, "delete", "pod", pods(c, ns)[0]["metadata"]["name"], "--wait=false")
    until(lambda: len({p["metadata"]["uid"] for p in pods(c, ns)} - before) == 1, 20, "a new pod")


@case
def case_init_sidecar_and_probes(c, ns):
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "full"}, "spec": {
        "terminationGracePeriodSeconds": 5,
        "initContainers": [
            {"name": "first", "image": "busybox:1", "command": ["sh", "-c", "echo made > /shared/file"], "volumeMounts": [{"name": "shared", "mountPath": "/shared"}]},
            {"name": "side", "image": "busybox:1", "restartPolicy": "Always", "command": ["sleep", "600"],
             "startupProbe": {"exec": {"command": ["true"]}, "periodSeconds": 1}}],
        "containers": [{
            "name": "main", "image": "busybox:1", "command": ["sh", "-c", "cat /shared/file > /www/index.html; exec httpd -f -p 8080 -h /www"],
            "readinessProbe": {"httpGet": {"path": "/", "port": 8080}, "periodSeconds": 1},
            "volumeMounts": [{"name": "shared", "mountPath": "/shared"}, {"name": "www", "mountPath": "/www", "subPath": "inner/www"}]}],
        "volumes": [{"name": "shared", "emptyDir": {"medium": "Memory"}}, {"name": "www", "emptyDir": {}}]}}
    c.kubectl("-n", ns, "apply", "-f", "-", stdin=json.dumps(pod))
    c.kubectl("-n", ns, "wait", "--for=condition=Ready", "pod/full", "--timeout=30s")
    statuses = c.get("-n", ns, "pod", "full")["status"]["initContainerStatuses"]
    equal(statuses[0]["state"]["terminated"]["exitCode"], 0)
    equal(statuses[1]["ready"], True)


@case
def case_liveness_restarts(c, ns):
    run_pod(c, ns, "live", "sleep 600", container={"livenessProbe": {"exec": {"command": ["false"]}, "periodSeconds": 1, "failureThreshold": 2}})
    until(lambda: c.get("-n", ns, "pod", "live")["status"]["containerStatuses"][0]["restartCount"] >= 1, 30, "a restart")


@case
def case_configuration_reaches_the_container(c, ns):
    c.kubectl("-n", ns, "create", "configmap", "settings", "--from-literal=color=green")
    c.kubectl("-n", ns, "create", "secret", "generic", "password", "--from-literal=word=hunter2")
    run_pod(c, ns, "configured", "sleep 600", container={
        "env": [{"name": "NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
                {"name": "WORD", "valueFrom": {"secretKeyRef": {"name": "password", "key": "word"}}}],
        "envFrom": [{"prefix": "CM_", "configMapRef": {"name": "settings"}}],
        "resources": {"limits": {"memory": "64Mi", "cpu": "200m"}},
        "volumeMounts": [{"name": "cm", "mountPath": "/cm"}, {"name": "secret", "mountPath": "/secret"}]},
        volumes=[{"name": "cm", "configMap": {"name": "settings"}},
                 {"name": "secret", "secret": {"secretName": "password", "defaultMode": 0o400}}])
    c.kubectl("-n", ns, "wait", "--for=condition=Ready", "pod/configured", "--timeout=20s")
    equal(execute(c, ns, "configured", "echo $NAME $WORD $CM_color; cat /cm/color; stat -Lc %a /secret/word"), "configured hunter2 green\ngreen400\n")
    c.kubectl("-n", ns, "patch", "configmap", "settings", "-p", '{"data":{"color":"blue"}}')
    until(lambda: execute(c, ns, "configured", "cat /cm/color") == "blue", 60, "the new content of the volume")


@case
def case_job_completes(c, ns):
    c.kubectl("-n", ns, "create", "job", "once", "--image=busybox:1", "--", "sh", "-c", "echo worked")
    c.kubectl("-n", ns, "wait", "--for=condition=Complete", "job/once", "--timeout=30s", timeout=40)
    equal(c.kubectl("-n", ns, "logs", "job/once"), "worked\n")


@case
def case_daemonset_and_statefulset(c, ns):
    template = lambda name: {"metadata": {"labels": {"app": name}}, "spec": {"terminationGracePeriodSeconds": 1, "containers": [
        {"name": "main", "image": "busybox:1", "command": ["sleep", "600"]}]}}
    c.kubectl("-n", ns, "apply", "-f", "-", stdin=json.dumps({"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": {"name": "each"},
              "spec": {"selector": {"matchLabels": {"app": "each"}}, "template": template("each")}}))
    c.kubectl("-n", ns, "rollout", "status", "daemonset/each", "--timeout=30s", timeout=40)
    c.kubectl("-n", ns, "apply", "-f", "-", stdin=json.dumps({"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "db"},
              "spec": {"serviceName": "db", "replicas": 2, "selector": {"matchLabels": {"app": "db"}}, "template": template("db")}}))
    c.kubectl("-n", ns, "rollout", "status", "statefulset/db", "--timeout=40s", timeout=50)
    equal(sorted(p["metadata"]["name"] for p in pods(c, ns, "app=db")), ["db-0", "db-1"])


@case
def case_kubectl_describes_and_explains(c, ns):
    deploy(c, ns, replicas=1)
    contains(c.kubectl("-n", ns, "describe", "deployment", "web"), "ScalingReplicaSet")
    contains(c.kubectl("-n", ns, "describe", "pods"), "Successfully assigned")
    contains(c.kubectl("describe", "nodes"), "Allocated resources")
    contains(c.kubectl("-n", ns, "get", "pods", "-o", "wide"), "NOMINATED NODE")
    contains(c.kubectl("explain", "deployment.spec.strategy", "--recursive"), "rollingUpdate")
    contains(c.kubectl("api-resources"), "statefulsets")
    contains(c.kubectl("auth", "can-i", "--list"), "*.*")
    contains(c.kubectl("-n", ns, "events"), "Scheduled")


@case
def case_apply_diff_and_edit(c, ns):
    manifest = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "m"}, "data": {"a": "1"}}
    c.kubectl("-n", ns, "apply", "-f", "-", stdin=json.dumps(manifest))
    manifest["data"] = {"a": "2", "b": "3"}
    done = c.kubectl("-n", ns, "diff", "-f", "-", stdin=json.dumps(manifest), check=False)
    equal(done.returncode, 1, "kubectl diff sees a difference")
    c.kubectl("-n", ns, "apply", "--server-side", "--force-conflicts", "-f", "-", stdin=json.dumps(manifest))
    equal(c.get("-n", ns, "configmap", "m")["data"], {"a": "2", "b": "3"})
    c.kubectl("-n", ns, "label", "configmap", "m", "team=red")
    c.kubectl("-n", ns, "annotate", "configmap", "m", "note=text")
    equal(c.get("-n", ns, "configmap", "m")["metadata"]["labels"], {"team": "red"})
    done = c.kubectl("-n", ns, "apply", "-f", "-", stdin='{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"},"dat":{}}', check=False)
    contains(done.stderr, "unknown field")


@case
def case_drain_leaves_pods_pending(c, ns):
    deploy(c, ns, replicas=2)
    node = c.get("nodes")["items"][0]["metadata"]["name"]
    try:
        c.kubectl("drain", node, "--ignore-daemonsets", "--delete-emptydir-data", "--force", "--grace-period=1", "--timeout=60s", timeout=70)

        def waits():
            found = pods(c, ns)
            reasons = [x.get("reason") for p in found for x in p["status"].get("conditions", []) if x["type"] == "PodScheduled"]
            return len(found) == 2 and reasons == ["Unschedulable"] * 2

        until(waits, 30, "pods that say that they are unschedulable")
    finally:
        c.kubectl("uncordon", node)
    until(lambda: c.get("-n", ns, "deployment", "web")["status"].get("readyReplicas") == 2, 30, "replicas after uncordon")


@case
def case_debug_container(c, ns):
    run_pod(c, ns, "target", "sleep 600")
    c.kubectl("-n", ns, "wait", "--for=condition=Ready", "pod/target", "--timeout=20s")
    c.kubectl("-n", ns, "debug", "target", "--image=busybox:1", "--container=probe", "--profile=general", "--", "sh", "-c", "echo looked; sleep 60")
    until(lambda: c.kubectl("-n", ns, "logs", "target", "-c", "probe") == "looked\n", 20, "the ephemeral container")


@case
def case_static_pod(c, ns):
    folder = os.path.join(c.data, "manifests")
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, "fixed.yaml")
    with open(path, "w") as file:
        file.write(f"apiVersion: v1\nkind: Pod\nmetadata: {{name: fixed, namespace: {ns}}}\n"
                   "spec: {terminationGracePeriodSeconds: 1, containers: [{name: main, image: 'busybox:1', command: [sh, -c, 'echo static; sleep 600']}]}\n")
    node = c.get("nodes")["items"][0]["metadata"]["name"]
    until(lambda: phase(c, ns, f"fixed-{node}") == "Running", 20, "the mirror to run")
    equal(c.kubectl("-n", ns, "logs", f"fixed-{node}"), "static\n")
    os.unlink(path)
    until(lambda: c.kubectl("-n", ns, "get", "pod", f"fixed-{node}", check=False).returncode != 0, 20, "the mirror to go")


@case
def case_bad_input_gets_a_status(c, ns):
    run_pod(c, ns, "noimage", "true", container={"image": "localhost:1/absent:1"})

    def reason():
        status = c.get("-n", ns, "pod", "noimage")["status"]["containerStatuses"][0]
        return status["state"].get("waiting", {}).get("reason") in ("ErrImagePull", "ImagePullBackOff")

    until(reason, 30, "ErrImagePull")
    for body, part in [("{", "error"), ('{"apiVersion":"v1","kind":"Pod","metadata":{"name":"x"},"spec":{"containers":[]}}', "Required"),
                       ('{"apiVersion":"v1","kind":"Pod","metadata":{"name":"UPPER"},"spec":{"containers":[{"name":"a","image":"b"}]}}', "Invalid")]:
        done = c.kubectl("-n", ns, "create", "--validate=false", "-f", "-", stdin=body, check=False)
        equal(done.returncode, 1)
        contains(done.stderr, part)


@case
def case_killed_process_loses_nothing(c, ns):
    deploy(c, ns, replicas=5)
    before = {p["metadata"]["name"]: p["status"]["containerStatuses"][0]["containerID"] for p in pods(c, ns)}
    acknowledged, stop = [], threading.Event()

    def write():
        config = json.loads(c.kubectl("config", "view", "--raw", "-o", "json"))
        import base64
        folder = tempfile.mkdtemp(dir=c.directory)
        for key in ("client-certificate-data", "client-key-data"):
            with open(os.path.join(folder, key), "wb") as file:
                file.write(base64.b64decode(config["users"][0]["user"][key]))
        context = ssl._create_unverified_context()
        context.load_cert_chain(os.path.join(folder, "client-certificate-data"), os.path.join(folder, "client-key-data"))
        number, connection = 0, None
        while not stop.is_set():
            name = f"w{number}"
            try:
                connection = connection or http.client.HTTPSConnection("127.0.0.1", 16443, context=context, timeout=5)
                connection.request("POST", f"/api/v1/namespaces/{ns}/configmaps", json.dumps({"metadata": {"name": name}}), {"content-type": "application/json"})
                answer = connection.getresponse()
                answer.read()
                if answer.status == 201:
                    acknowledged.append(name)
            except OSError:
                connection = None
            number += 1
            time.sleep(0.005)

    writer = threading.Thread(target=write)
    writer.start()
    time.sleep(2)
    c.kill()
    stop.set()
    writer.join()
    c.up()
    there = {m["metadata"]["name"] for m in c.get("-n", ns, "configmaps")["items"]}
    missing = [name for name in acknowledged if name not in there]
    if missing or len(acknowledged) < 50:
        raise Failure(f"{len(acknowledged)} writes were acknowledged, missing are {missing}")
    time.sleep(3)
    after = {p["metadata"]["name"]: p["status"]["containerStatuses"][0] for p in pods(c, ns)}
    equal({name: status["containerID"] for name, status in after.items()}, before, "containers after the restart")
    equal([status["restartCount"] for status in after.values()], [0] * 5, "restarts")


@case
def case_components_by_themselves(c, ns):
    """A scheduler in a process of its own, over HTTPS, binds a pod that the cluster's own leaves alone."""
    process = subprocess.Popen([c.martlet, "scheduler", "--kubeconfig", c.kubeconfig], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        contains(process.stdout.readline(), "started")
        run_pod(c, ns, "bound", "sleep 600")
        c.kubectl("-n", ns, "wait", "--for=condition=Ready", "pod/bound", "--timeout=20s")
        equal(process.poll(), None, "the scheduler goes on")
    finally:
        process.terminate()
        equal(process.wait(timeout=20), 0, "end of the scheduler")


@case
def case_proxied_pages_and_redirects(c, ns):
    script = "mkdir -p /www; echo '<a href=\"/x\">test</a>' > /www/index.html; exec httpd -f -p 8080 -h /www"
    run_pod(c, ns, "page", script, container={"ports": [{"containerPort": 8080}]})
    c.kubectl("-n", ns, "wait", "--for=condition=Ready", "pod/page", "--timeout=20s")
    # A service with the word in its name once led astray.
    c.kubectl("-n", ns, "expose", "pod", "page", "--name=proxy-service", "--port=80", "--target-port=8080")
    for kind in ("pods/page", "services/proxy-service"):
        base = f"/api/v1/namespaces/{ns}/{kind}/proxy"
        until(lambda: f'href="{base}/x"' in c.kubectl("get", "--raw", base + "/"), 15, "the rewritten link")


@case
def case_node_tells_what_is_used(c, ns):
    run_pod(c, ns, "busy", "while true; do :; done")
    c.kubectl("-n", ns, "wait", "--for=condition=Ready", "pod/busy", "--timeout=20s")
    node = c.get("nodes")["items"][0]["metadata"]["name"]
    raw = lambda path: c.kubectl("get", "--raw", f"/api/v1/nodes/{node}/proxy/{path}")
    summary = json.loads(raw("stats/summary"))
    pod = next(x for x in summary["pods"] if x["podRef"]["namespace"] == ns)
    if pod["cpu"]["usageCoreNanoSeconds"] <= 0 or pod["memory"]["workingSetBytes"] <= 0:
        raise Failure(f"nothing is used: {pod}")
    contains(raw("metrics/resource"), f'pod_cpu_usage_seconds_total{{namespace="{ns}",pod="busy"}}')
    for path, part in (("metrics", "kubelet_running_pods"), ("metrics/cadvisor", "container_network_receive_bytes_total"),
                       ("configz", "kubeletconfig"), ("healthz", "ok"), ("pods", "PodList")):
        contains(raw(path), part)


@case
def case_host_network_and_names(c, ns):
    run_pod(c, ns, "host", "cat /etc/hosts; sleep 600", hostNetwork=True, hostAliases=[{"ip": "123.45.67.89", "hostnames": ["foo", "bar"]}])
    c.kubectl("-n", ns, "wait", "--for=condition=Ready", "pod/host", "--timeout=20s")
    contains(c.kubectl("-n", ns, "logs", "host"), "123.45.67.89\tfoo\tbar")
    run_pod(c, ns, "named", "hostname; sleep 600", hostname="h", subdomain="s", setHostnameAsFQDN=True)
    c.kubectl("-n", ns, "wait", "--for=condition=Ready", "pod/named", "--timeout=20s")
    equal(c.kubectl("-n", ns, "logs", "named").strip(), f"h.s.{ns}.svc.cluster.local")


@case
def case_resize_in_place(c, ns):
    resources = lambda cpu: {"requests": {"cpu": cpu, "memory": "32Mi"}, "limits": {"cpu": cpu, "memory": "32Mi"}}
    run_pod(c, ns, "grow", "sleep 600", container={"resources": resources("100m")})
    c.kubectl("-n", ns, "wait", "--for=condition=Ready", "pod/grow", "--timeout=20s")

    def resize(cpu):
        patch = {"spec": {"containers": [{"name": "main", "resources": resources(cpu)}]}}
        c.kubectl("-n", ns, "patch", "pod", "grow", "--subresource=resize", "-p", json.dumps(patch))

    status = lambda: c.get("-n", ns, "pod", "grow")["status"]
    resize("200m")
    until(lambda: status()["containerStatuses"][0]["resources"] == resources("200m"), 15, "the new resources")
    equal(status()["containerStatuses"][0]["restartCount"], 0)
    resize("900")
    until(lambda: [x for x in status()["conditions"] if x["type"] == "PodResizePending" and x["reason"] == "Infeasible"], 15, "Infeasible")
    equal(status()["containerStatuses"][0]["resources"], resources("200m"))


@case
def case_eviction_of_a_greedy_pod(c, ns):
    run_pod(c, ns, "greedy", "dd if=/dev/zero of=/d/x bs=1M count=4; sleep 600", volumes=[{"name": "d", "emptyDir": {"sizeLimit": "1Mi"}}],
            container={"volumeMounts": [{"name": "d", "mountPath": "/d"}]})
    pod = until(lambda: phase(c, ns, "greedy") == "Failed" and c.get("-n", ns, "pod", "greedy"), 40, "the eviction")
    equal(pod["status"]["reason"], "Evicted")


@case
def case_claims_get_folders(c, ns):
    claim = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "data"},
             "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Mi"}}}}
    c.kubectl("-n", ns, "apply", "-f", "-", stdin=json.dumps(claim))
    spec = {"volumes": [{"name": "d", "persistentVolumeClaim": {"claimName": "data"}}],
            "container": {"volumeMounts": [{"name": "d", "mountPath": "/d"}]}}
    run_pod(c, ns, "first", "echo kept > /d/f; sleep 600", **json.loads(json.dumps(spec)))
    c.kubectl("-n", ns, "wait", "--for=condition=Ready", "pod/first", "--timeout=30s")
    c.kubectl("-n", ns, "delete", "pod", "first")
    run_pod(c, ns, "second", "cat /d/f; sleep 600", **json.loads(json.dumps(spec)))
    c.kubectl("-n", ns, "wait", "--for=condition=Ready", "pod/second", "--timeout=30s")
    equal(c.kubectl("-n", ns, "logs", "second"), "kept\n")
    name = c.get("-n", ns, "pvc", "data")["spec"]["volumeName"]
    folder = c.get("pv", name)["spec"]["local"]["path"]
    c.kubectl("-n", ns, "delete", "pod", "second")
    c.kubectl("-n", ns, "delete", "pvc", "data")
    until(lambda: c.kubectl("get", "pv", name, check=False).returncode == 1 and not os.path.exists(folder), 30, "the folder to be gone")


def folder_claim(name, **metadata):
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": name, **metadata},
            "spec": {"accessModes": ["ReadWriteOnce"], "storageClassName": "local-path", "resources": {"requests": {"storage": "1Mi"}}}}


@case
def case_folders_go_whenever_the_process_is_killed(c, ns):
    """Folders and volumes are made once and removed together, though the process is killed in between at moments taken by chance."""
    seed = random.randrange(1 << 30)
    print(f"      kills of seed {seed}", flush=True)
    chance, names = random.Random(seed), [f"d{n}" for n in range(24)]
    root = os.path.join(c.data, "volumes")
    node = c.get("nodes")["items"][0]["metadata"]
    equal(node["annotations"]["martlet.dev/local-path-root"], root)
    folders = lambda: set(os.listdir(root)) if os.path.exists(root) else set()
    before = folders()
    for turn in range(3):
        c.kubectl("-n", ns, "apply", "-f", "-", stdin=json.dumps({"apiVersion": "v1", "kind": "List", "items": [folder_claim(name) for name in names]}))
        run_pod(c, ns, "user", "for d in /d/*; do mkdir -p $d/a/b && echo x > $d/a/b/f && ln -s / $d/a/link || exit 1; done; sleep 600",
                volumes=[{"name": n, "persistentVolumeClaim": {"claimName": n}} for n in names],
                container={"volumeMounts": [{"name": n, "mountPath": f"/d/{n}"} for n in names]})
        time.sleep(chance.uniform(0, 1))
        c.kill()
        c.up()
        c.kubectl("-n", ns, "wait", "--for=condition=Ready", "pod/user", "--timeout=60s", timeout=70)
        volumes = {claim["spec"]["volumeName"] for claim in c.get("-n", ns, "pvc")["items"]}
        until(lambda: all(os.path.exists(f"{root}/{name}/a/b/f") for name in volumes), 20, "files in all folders")
        equal(folders() - before, volumes, "folders")
        c.kubectl("-n", ns, "delete", "pod", "user")
        c.kubectl("-n", ns, "delete", "pvc", "--all", "--wait=false")
        for _ in range(2):
            time.sleep(chance.uniform(0, 0.25))
            c.kill()
            c.up()
        until(lambda: not folders() - before, 60, "the folders to be gone")
        until(lambda: not [v for v in c.get("pv")["items"] if v["metadata"]["name"] in volumes], 60, "the volumes to be gone")
        until(lambda: not c.get("node", node["name"])["metadata"]["annotations"].get("martlet.dev/removed-volumes"), 20, "the node to forget them")


@case
def case_folders_are_killed_between_two_steps(c, ns):
    """The process ends after the folder went and before the node says so, and again before the volume is deleted."""
    c.kubectl("-n", ns, "apply", "-f", "-", stdin=json.dumps(folder_claim("data")))
    run_pod(c, ns, "user", "echo x > /d/f; sleep 600", volumes=[{"name": "d", "persistentVolumeClaim": {"claimName": "data"}}],
            container={"volumeMounts": [{"name": "d", "mountPath": "/d"}]})
    c.kubectl("-n", ns, "wait", "--for=condition=Ready", "pod/user", "--timeout=30s")
    volume = c.get("-n", ns, "pvc", "data")["spec"]["volumeName"]
    folder, node = c.get("pv", volume)["spec"]["local"]["path"], c.get("nodes")["items"][0]["metadata"]["name"]
    c.kubectl("-n", ns, "delete", "pod", "user")
    says = lambda: c.get("node", node)["metadata"]["annotations"].get("martlet.dev/removed-volumes", "")

    def forbid(name, resource, operation, expression, attempt):
        c.kubectl("apply", "-f", "-", stdin=json.dumps({"apiVersion": "v1", "kind": "List", "items": [
            {"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicy", "metadata": {"name": name}, "spec": {
                "matchConstraints": {"resourceRules": [{"apiGroups": [""], "apiVersions": ["v1"], "resources": [resource], "operations": [operation]}]},
                "validations": [{"expression": expression}]}},
            {"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicyBinding", "metadata": {"name": name},
             "spec": {"policyName": name, "validationActions": ["Deny"]}}]}))
        until(lambda: c.kubectl(*attempt, "--dry-run=server", check=False).returncode != 0, 20, "the policy to hold")

    def allow(name):
        c.kubectl("delete", "validatingadmissionpolicybinding,validatingadmissionpolicy", name)

    forbid("mute", "nodes", "UPDATE", "!('martlet.dev/removed-volumes' in object.metadata.?annotations.orValue({}))", ("annotate", "node", node, "martlet.dev/removed-volumes=x"))
    forbid("keep", "persistentvolumes", "DELETE", f"oldObject.metadata.name != '{volume}'", ("delete", "pv", volume))
    c.kubectl("-n", ns, "delete", "pvc", "data")
    until(lambda: not os.path.exists(folder), 20, "the folder to be gone")
    c.kill()
    c.up()
    equal((c.get("pv", volume)["status"]["phase"], says()), ("Released", ""))
    allow("mute")
    until(lambda: says() == volume, 40, "the node's word")
    c.kill()
    c.up()
    equal((c.get("pv", volume)["status"]["phase"], says()), ("Released", volume))
    allow("keep")
    until(lambda: c.kubectl("get", "pv", volume, check=False).returncode == 1 and says() == "", 40, "the volume to be gone")


@case
def case_claims_move_to_nodes_that_offer_folders(c, ns):
    node = c.get("nodes")["items"][0]["metadata"]["name"]
    c.kubectl("apply", "-f", "-", stdin=json.dumps({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "bare"}, "spec": {"unschedulable": True}}))
    selected = "volume.kubernetes.io/selected-node"
    try:
        for claim, chosen, why in (("a", "bare", 'node "bare" offers no folders as volumes'), ("b", "none", 'node "none" not found')):
            c.kubectl("-n", ns, "apply", "-f", "-", stdin=json.dumps(folder_claim(claim, annotations={selected: chosen})))
            events = lambda: [e["message"] for e in c.get("-n", ns, "events")["items"] if e["reason"] == "ProvisioningFailed" and e["involvedObject"]["name"] == claim]
            until(lambda: events() == [f'failed to provision volume with StorageClass "local-path": {why}'], 20, "the Event")
            equal(c.get("-n", ns, "pvc", claim)["metadata"]["annotations"].get(selected), None)
            run_pod(c, ns, claim, "sleep 600", volumes=[{"name": "d", "persistentVolumeClaim": {"claimName": claim}}], container={"volumeMounts": [{"name": "d", "mountPath": "/d"}]})
            c.kubectl("-n", ns, "wait", "--for=condition=Ready", f"pod/{claim}", "--timeout=30s")
            equal(c.get("-n", ns, "pvc", claim)["metadata"]["annotations"][selected], node)
        # The node itself reads volumes and writes none.
        may = lambda verb: c.kubectl("auth", "can-i", verb, "persistentvolumes", "--as", f"system:node:{node}", "--as-group", "system:nodes", "--as-group", "martlet:nodes", check=False).stdout.split()[0]
        equal([may(verb) for verb in ("list", "watch", "create", "update", "patch", "delete")], ["yes", "yes", "no", "no", "no", "no"])
        # A volume of somebody else is not made, though it looks like one of the class.
        for name, path in (("pvc-foreign", "/tmp/martlet-e2e-none"), ("pvc-plain", os.path.join(c.data, "volumes"))):
            annotations = {"pv.kubernetes.io/provisioned-by": "martlet.dev/local-path"} if name == "pvc-foreign" else {}
            c.kubectl("apply", "-f", "-", stdin=json.dumps({"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": name, "annotations": annotations}, "spec": {
                "capacity": {"storage": "1Mi"}, "accessModes": ["ReadWriteOnce"], "storageClassName": "local-path", "persistentVolumeReclaimPolicy": "Delete",
                "local": {"path": f"{path}/{name}"}, "claimRef": {"namespace": ns, "name": name},
                "nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions": [{"key": "kubernetes.io/hostname", "operator": "In", "values": [node]}]}]}}}}))
            claim = folder_claim(name)
            claim["spec"]["volumeName"] = name
            c.kubectl("-n", ns, "apply", "-f", "-", stdin=json.dumps(claim))
            run_pod(c, ns, name, "sleep 600", volumes=[{"name": "d", "persistentVolumeClaim": {"claimName": name}}], container={"volumeMounts": [{"name": "d", "mountPath": "/d"}]})
            until(lambda: [e for e in c.get("-n", ns, "events")["items"] if e["reason"] == "FailedMount" and f"path {path}/{name} of volume {name} does not exist" in e["message"]], 20, "FailedMount")
            equal(os.path.exists(f"{path}/{name}"), False)
            c.kubectl("-n", ns, "delete", "pod", name, "--force", "--grace-period=0")
            c.kubectl("-n", ns, "delete", "pvc", name)
            c.kubectl("delete", "pv", name)
    finally:
        c.kubectl("delete", "node", "bare")


class CSIDriver:
    """The driver of `csi_driver.py` on the cluster's node, for as long as the `with` lasts."""

    def __init__(self, c, name, *words):
        self.c, self.name, self.state = c, name, os.path.join(c.directory, name)
        kubelet = os.path.join(c.data, "kubelet")
        self.words = [sys.executable, os.path.join(os.path.dirname(os.path.abspath(__file__)), "csi_driver.py"), "--name", name, "--registry", f"{kubelet}/plugins_registry",
                      "--socket", f"{kubelet}/plugins/{name}/csi.sock", "--state", self.state, *words]

    def __enter__(self):
        self.process = subprocess.Popen(self.words)
        until(lambda: any(d["name"] == self.name for n in self.c.get("csinodes")["items"] for d in n["spec"]["drivers"] or []), 30, "the CSINode to name the driver")
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        shutil.rmtree(os.path.dirname(self.words[self.words.index("--socket") + 1]), ignore_errors=True)
        os.remove(os.path.join(self.words[self.words.index("--registry") + 1], self.name + "-reg.sock"))

    def calls(self, what, volume):
        with open(os.path.join(self.state, "calls")) as file:
            return [call for call in map(json.loads, file) if call["call"] == what and call.get("volume") == volume]

    def volume(self, ns, name, block=False, **source):
        """A volume of the driver, and a claim that is for it."""
        mode = {"volumeMode": "Block" if block else "Filesystem"}
        self.c.kubectl("apply", "-f", "-", stdin=json.dumps({"apiVersion": "v1", "kind": "List", "items": [
            {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": f"{ns}-{name}"}, "spec": {**mode,
                "capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"], "storageClassName": "", "persistentVolumeReclaimPolicy": "Retain",
                "csi": {"driver": self.name, "volumeHandle": name, "volumeAttributes": {"colour": "blue"}, **source}}},
            {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": name, "namespace": ns}, "spec": {**mode,
                "accessModes": ["ReadWriteOnce"], "storageClassName": "", "volumeName": f"{ns}-{name}", "resources": {"requests": {"storage": "1Gi"}}}}]}))


def claimed(claim):
    return {"volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": claim}}], "container": {"volumeMounts": [{"name": "v", "mountPath": "/v"}]}}


@case
def case_csi_driver_gives_volumes(c, ns):
    with CSIDriver(c, "folders.test", "--topology", "topology.test/zone=a") as driver:
        entry = next(d for d in c.get("csinodes")["items"][0]["spec"]["drivers"] if d["name"] == driver.name)
        equal(entry, {"name": driver.name, "nodeID": "id-of-this-node", "topologyKeys": ["topology.test/zone"], "allocatable": {"count": 7}})
        equal(c.get("nodes")["items"][0]["metadata"]["labels"]["topology.test/zone"], "a")
        c.kubectl("apply", "-f", "-", stdin=json.dumps({"apiVersion": "storage.k8s.io/v1", "kind": "CSIDriver", "metadata": {"name": driver.name}, "spec": {
            "attachRequired": False, "podInfoOnMount": True, "fsGroupPolicy": "File", "tokenRequests": [{"audience": "vault"}], "volumeLifecycleModes": ["Persistent", "Ephemeral"]}}))
        c.kubectl("-n", ns, "create", "secret", "generic", "key", "--from-literal=password=open")
        driver.volume(ns, "data", nodeStageSecretRef={"name": "key", "namespace": ns})
        run_pod(c, ns, "first", "echo kept > /v/f; sleep 600", securityContext={"fsGroup": 1234}, **claimed("data"))
        c.kubectl("-n", ns, "wait", "--for=condition=Ready", "pod/first", "--timeout=30s")
        until(lambda: execute(c, ns, "first", "cat /v/f") == "kept\n", 10, "the file")
        equal(execute(c, ns, "first", "stat -c %g /v").strip(), "1234")
        staged, published = driver.calls("stage", "data")[0], driver.calls("publish", "data")[0]
        equal((staged["secrets"], staged["attributes"]), ({"password": "open"}, {"colour": "blue"}))
        facts = published["attributes"]
        equal([facts["csi.storage.k8s.io/" + key] for key in ("pod.name", "pod.namespace", "ephemeral")], ["first", ns, "false"])
        if not json.loads(facts["csi.storage.k8s.io/serviceAccount.tokens"])["vault"]["token"]:
            raise Failure("no token for the driver")
        until(lambda: c.get("nodes")["items"][0]["status"].get("volumesInUse") == [f"kubernetes.io/csi/{driver.name}^data"], 30, "the volume in use")
        # Killed and started anew, the kubelet gives back what it had published before.
        c.kill()
        c.up()
        c.kubectl("-n", ns, "delete", "pod", "first", "--timeout=40s", timeout=50)
        until(lambda: driver.calls("unpublish", "data") and driver.calls("unstage", "data"), 30, "the volume to be given back")
        run_pod(c, ns, "second", "cat /v/f; sleep 600", **claimed("data"))
        c.kubectl("-n", ns, "wait", "--for=condition=Ready", "pod/second", "--timeout=30s")
        until(lambda: c.kubectl("-n", ns, "logs", "second") == "kept\n", 10, "the log")
        # It grows on the node when the driver's controller has made it larger.
        c.kubectl("patch", "pv", f"{ns}-data", "-p", '{"spec":{"capacity":{"storage":"2Gi"}}}')
        c.kubectl("-n", ns, "patch", "pvc", "data", "--subresource=status", "-p", '{"status":{"conditions":[{"type":"FileSystemResizePending","status":"True"}]}}')
        until(lambda: c.get("-n", ns, "pvc", "data")["status"]["capacity"]["storage"] == "2Gi", 30, "the larger volume")
        equal(driver.calls("expand", "data")[0]["bytes"], 2 << 30)
        # A pod describes a volume of its own.
        run_pod(c, ns, "own", "touch /v/f && sleep 600", volumes=[{"name": "v", "csi": {"driver": driver.name, "volumeAttributes": {"size": "1"}}}],
                container={"volumeMounts": [{"name": "v", "mountPath": "/v"}]})
        c.kubectl("-n", ns, "wait", "--for=condition=Ready", "pod/own", "--timeout=30s")
        c.kubectl("-n", ns, "delete", "pod", "own", "second", "--timeout=40s", timeout=50)
        with open(os.path.join(driver.state, "volumes", "data", "f")) as file:
            equal(file.read(), "kept\n")
        c.kubectl("-n", ns, "delete", "pvc", "data", "--wait=false")
        c.kubectl("delete", "pv", f"{ns}-data", "--wait=false")
    until(lambda: not c.get("csinodes")["items"][0]["spec"]["drivers"], 20, "the driver to leave the CSINode")


@case
def case_csi_volumes_wait_for_driver_and_attachment(c, ns):
    with CSIDriver(c, "attached.test") as driver:
        c.kubectl("apply", "-f", "-", stdin=json.dumps({"apiVersion": "storage.k8s.io/v1", "kind": "CSIDriver", "metadata": {"name": driver.name}, "spec": {"attachRequired": True}}))
        driver.volume(ns, "disk")
        run_pod(c, ns, "user", "sleep 600", **claimed("disk"))
        attachment = until(lambda: [a for a in c.get("volumeattachments")["items"] if a["spec"]["attacher"] == driver.name], 20, "an attachment")[0]
        equal(driver.calls("stage", "disk"), [], "staged before it was attached")
        open(os.path.join(driver.state, "fail"), "w").close()
        c.kubectl("patch", "volumeattachment", attachment["metadata"]["name"], "--subresource=status", "-p", '{"status":{"attached":true,"attachmentMetadata":{"device":"sdq"}}}')
        until(lambda: "told to fail" in c.kubectl("-n", ns, "get", "events", "--field-selector=reason=FailedMount", "-o", "jsonpath={.items[*].message}"), 30, "the driver's words in an event")
        os.remove(os.path.join(driver.state, "fail"))
        c.kubectl("-n", ns, "wait", "--for=condition=Ready", "pod/user", "--timeout=60s", timeout=70)
        equal(driver.calls("publish", "disk")[-1]["publish"], {"device": "sdq"})
        c.kubectl("-n", ns, "delete", "pod", "user", "--timeout=40s", timeout=50)
        until(lambda: not [a for a in c.get("volumeattachments")["items"] if a["spec"]["attacher"] == driver.name], 60, "the attachment to go")
        run_pod(c, ns, "stranger", "sleep 600", volumes=[{"name": "v", "csi": {"driver": "nobody.test"}}], container={"volumeMounts": [{"name": "v", "mountPath": "/v"}]})
        until(lambda: "driver name nobody.test not found in the list of registered CSI drivers" in c.kubectl("-n", ns, "describe", "pod", "stranger"), 30, "an event about the driver")
        c.kubectl("-n", ns, "delete", "pvc", "disk", "--wait=false")
        c.kubectl("delete", "pv", f"{ns}-disk", "--wait=false")


@case
def case_csi_devices_and_statistics(c, ns):
    """A claim of a block device reaches the container as one; the driver's figures reach the kubelet's."""
    with CSIDriver(c, "blocks.test") as driver:
        c.kubectl("apply", "-f", "-", stdin=json.dumps({"apiVersion": "storage.k8s.io/v1", "kind": "CSIDriver", "metadata": {"name": driver.name}, "spec": {"attachRequired": False}}))
        driver.volume(ns, "raw", block=True)
        run_pod(c, ns, "user", "printf hello | dd of=/dev/raw conv=notrunc 2>&1; sleep 600", volumes=[{"name": "v", "persistentVolumeClaim": {"claimName": "raw"}}],
                container={"volumeDevices": [{"name": "v", "devicePath": "/dev/raw"}]})
        c.kubectl("-n", ns, "wait", "--for=condition=Ready", "pod/user", "--timeout=40s", timeout=50)
        equal(until(lambda: execute(c, ns, "user", "dd if=/dev/raw bs=5 count=1 2>/dev/null"), 10, "the device"), "hello")
        contains(execute(c, ns, "user", "ls -l /dev/raw"), "b")
        node = c.get("nodes")["items"][0]["metadata"]["name"]
        summary = json.loads(c.kubectl("get", "--raw", f"/api/v1/nodes/{node}/proxy/stats/summary"))
        volume = next(v for p in summary["pods"] if p["podRef"]["name"] == "user" for v in p["volume"] if v["name"] == "v")
        equal((volume["capacityBytes"], volume["usedBytes"], volume["inodesFree"], volume["pvcRef"]), (1000, 300, 70, {"name": "raw", "namespace": ns}))
        contains(c.kubectl("get", "--raw", f"/api/v1/nodes/{node}/proxy/metrics"), f'kubelet_volume_stats_used_bytes{{namespace="{ns}",persistentvolumeclaim="raw"}} 300')
        c.kubectl("-n", ns, "delete", "pod", "user", "--timeout=40s", timeout=50)
        until(lambda: driver.calls("unpublish", "raw") and driver.calls("unstage", "raw"), 30, "the device to be given back")
        for line in subprocess.run(["losetup", "-l", "-n", "-O", "NAME,BACK-FILE"], capture_output=True, text=True, check=True).stdout.splitlines():
            if driver.state in line:
                subprocess.run(["losetup", "-d", line.split()[0]], check=True)
        c.kubectl("-n", ns, "delete", "pvc", "raw", "--wait=false")
        c.kubectl("delete", "pv", f"{ns}-raw", "--wait=false")


@case
def case_devices_of_a_driver(c, ns):
    """A claim's device is made ready before the pod starts, handed to its container, and taken back, also after a kill."""
    name, state, kubelet = "toys.test", os.path.join(c.directory, "toys"), os.path.join(c.data, "kubelet")
    node = c.get("nodes")["items"][0]["metadata"]["name"]
    driver = subprocess.Popen([sys.executable, os.path.join(os.path.dirname(os.path.abspath(__file__)), "device_driver.py"), "--name", name, "--registry", f"{kubelet}/plugins_registry",
                               "--socket", f"{kubelet}/plugins/{name}/dra.sock", "--state", state, "--cdi", "/var/run/cdi"])

    def calls(what):
        if not os.path.exists(os.path.join(state, "calls")):
            return []
        with open(os.path.join(state, "calls")) as file:
            return [call for call in map(json.loads, file) if call["call"] == what]

    try:
        until(lambda: calls("registered"), 30, "the registration")
        equal(calls("registered")[0], {"call": "registered", "ok": True, "error": ""})
        c.kubectl("apply", "-f", "-", stdin=json.dumps({"apiVersion": "v1", "kind": "List", "items": [
            {"apiVersion": "resource.k8s.io/v1", "kind": "DeviceClass", "metadata": {"name": name}, "spec": {"selectors": [{"cel": {"expression": f'device.driver == "{name}"'}}]}},
            {"apiVersion": "resource.k8s.io/v1", "kind": "ResourceSlice", "metadata": {"name": f"{name}-slice"}, "spec": {
                "driver": name, "nodeName": node, "pool": {"name": "pool", "generation": 1, "resourceSliceCount": 1}, "devices": [{"name": "toy-0"}]}},
            {"apiVersion": "resource.k8s.io/v1", "kind": "ResourceClaimTemplate", "metadata": {"name": "toy", "namespace": ns}, "spec": {
                "spec": {"devices": {"requests": [{"name": "toy", "exactly": {"deviceClassName": name}}]}}}}]}))
        open(os.path.join(state, "fail"), "w").close()
        run_pod(c, ns, "player", "echo $TOY $COMMON $(cat /toy); test -c /dev/toy && echo device; sleep 600", resourceClaims=[{"name": "mine", "resourceClaimTemplateName": "toy"}],
                container={"resources": {"claims": [{"name": "mine", "request": "toy"}]}})
        until(lambda: "told to fail" in c.kubectl("-n", ns, "get", "events", "--field-selector=reason=FailedPrepareDynamicResources", "-o", "jsonpath={.items[*].message}"), 40, "the driver's words in an event")
        os.remove(os.path.join(state, "fail"))
        c.kubectl("-n", ns, "wait", "--for=condition=Ready", "pod/player", "--timeout=60s", timeout=70)
        claim = c.get("-n", ns, "resourceclaims")["items"][0]["metadata"]
        equal(until(lambda: c.kubectl("-n", ns, "logs", "player"), 10, "the log"), f"{claim['name']} 1 from the device\ndevice\n")
        asked = len(calls("prepare"))
        c.kill()
        c.up()
        c.kubectl("-n", ns, "delete", "pod", "player", "--timeout=40s", timeout=50)
        until(lambda: [call["uid"] for call in calls("unprepare")] == [claim["uid"]], 40, "the device to be taken back")
        equal(len(calls("prepare")), asked, "asked again although nothing had changed")
        equal(os.listdir(f"{kubelet}/dra_claims"), [])
        c.kubectl("delete", "resourceslice", f"{name}-slice")
        c.kubectl("delete", "deviceclass", name)
    finally:
        driver.kill()
        driver.wait()
        os.remove(f"{kubelet}/plugins_registry/{name}-reg.sock")


@case
def case_images_as_volumes(c, ns):
    run_pod(c, ns, "shows", "ls /v/bin/busybox && ! touch /v/x; sleep 600", volumes=[{"name": "v", "image": {"reference": "busybox:1", "pullPolicy": "IfNotPresent"}}],
            container={"volumeMounts": [{"name": "v", "mountPath": "/v"}]})
    c.kubectl("-n", ns, "wait", "--for=condition=Ready", "pod/shows", "--timeout=20s")
    contains(c.kubectl("-n", ns, "logs", "shows"), "/v/bin/busybox")
    c.kubectl("-n", ns, "delete", "pod", "shows")


@case
def case_simulated_nodes(c, ns):
    process = subprocess.Popen([c.martlet, "simulate", "nodes", "--kubeconfig", c.kubeconfig, "--count", "5", "--taint", "simulated=true:NoSchedule"],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until(lambda: len(c.get("nodes", "-l", "type=simulated")["items"]) == 5, 20, "five nodes")
        template = {"replicas": 20, "selector": {"matchLabels": {"app": "sim"}}, "template": {
            "metadata": {"labels": {"app": "sim"}}, "spec": {
                "nodeSelector": {"type": "simulated"}, "tolerations": [{"key": "simulated", "operator": "Exists"}],
                "containers": [{"name": "c", "image": "nothing:1"}]}}}
        c.kubectl("-n", ns, "apply", "-f", "-", stdin=json.dumps(
            {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "sim"}, "spec": template}))
        c.kubectl("-n", ns, "rollout", "status", "deployment/sim", "--timeout=30s", timeout=40)
        c.kubectl("-n", ns, "delete", "deployment", "sim")
        until(lambda: not pods(c, ns, "app=sim"), 20, "the pods to be gone")
    finally:
        process.terminate()
        equal(process.wait(timeout=20), 0, "end of the simulation")
    equal(c.get("nodes", "-l", "type=simulated")["items"], [])


@case
def case_evicted_pods_do_not_fail_a_job(c, ns):
    job = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "calm"}, "spec": {
        "backoffLimit": 0, "podFailurePolicy": {"rules": [{"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]}]},
        "template": {"spec": {"restartPolicy": "Never", "terminationGracePeriodSeconds": 1,
                              "containers": [{"name": "c", "image": "busybox:1", "command": ["sleep", "600"]}]}}}}
    c.kubectl("-n", ns, "apply", "-f", "-", stdin=json.dumps(job))
    first = until(lambda: [x for x in pods(c, ns, "job-name=calm") if x["status"].get("phase") == "Running"], 20, "the pod")[0]["metadata"]
    eviction = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": first["name"], "namespace": ns}}
    c.kubectl("create", "--raw", f"/api/v1/namespaces/{ns}/pods/{first['name']}/eviction", "-f", "-", stdin=json.dumps(eviction))
    until(lambda: [x for x in pods(c, ns, "job-name=calm") if x["status"].get("phase") == "Running" and x["metadata"]["uid"] != first["uid"]], 30, "another pod")


def reason(c, ns, name):
    """Why the first container of a pod waits."""
    return c.get("-n", ns, "pod", name)["status"]["containerStatuses"][0]["state"]["waiting"]["reason"]


@case
def case_images_come_from_a_registry(c, ns):
    """Open and private ones. A private image that lies on the node is not for pods that could not have pulled it."""
    registry = Registry("robot", "s3cret:word")
    try:
        archive = os.path.join(c.directory, "pulled.tar")
        c.run(c.martlet, "image", "build", os.path.join(c.directory, "rootfs"), "--data-dir", c.data, "--tag", "pulled:1", "--output", archive)
        open_image, private = registry.add(archive, "open/app", "1"), registry.add(archive, "private/app", "1")

        def run(name, image, secret=None, policy="IfNotPresent"):
            spec = {"terminationGracePeriodSeconds": 0, "containers": [{"name": "main", "image": image, "imagePullPolicy": policy, "command": ["sleep", "600"]}]}
            if secret:
                spec["imagePullSecrets"] = [{"name": secret}]
            c.kubectl("-n", ns, "apply", "-f", "-", stdin=json.dumps({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec}))

        for name, password in (("good", "s3cret:word"), ("bad", "wrong")):
            c.kubectl("-n", ns, "create", "secret", "docker-registry", name, f"--docker-server={registry.host}", "--docker-username=robot", f"--docker-password={password}")
        run("refused", private)
        until(lambda: reason(c, ns, "refused") in ("ErrImagePull", "ImagePullBackOff"), 30, "the refused pull")
        run("wrong", private, "bad")
        until(lambda: reason(c, ns, "wrong") in ("ErrImagePull", "ImagePullBackOff"), 30, "the pull with a wrong password")
        run("allowed", private, "good")
        c.kubectl("-n", ns, "wait", "--for=condition=Ready", "pod/allowed", "--timeout=30s")
        # The image is here now; nothing but its registry lets others have it.
        run("late", private)
        until(lambda: reason(c, ns, "late") in ("ErrImagePull", "ImagePullBackOff"), 30, "the refused pull of what lies here")
        run("never", private, policy="Never")
        until(lambda: reason(c, ns, "never") == "ErrImageNeverPull", 30, "what may not be pulled")
        before = len(registry.asked)
        run("again", private, "good")
        c.kubectl("-n", ns, "wait", "--for=condition=Ready", "pod/again", "--timeout=30s")
        equal(len([x for x in registry.asked[before:] if x == "private/app"]), 0, "pulls of an image that may be used")
        run("open", open_image)
        c.kubectl("-n", ns, "wait", "--for=condition=Ready", "pod/open", "--timeout=30s")
        contains(c.kubectl("-n", ns, "get", "events", "--field-selector=involvedObject.name=open", "-o", "jsonpath={.items[*].message}"), "Successfully pulled image")
        run("missing", f"{registry.host}/open/nothing:1")
        until(lambda: reason(c, ns, "missing") == "ImagePullBackOff", 40, "the back-off")
    finally:
        registry.close()


@case
def case_namespace_goes_with_all_that_is_in_it(c, ns):
    deploy(c, ns, replicas=2)
    c.kubectl("delete", "namespace", ns, "--timeout=60s", timeout=70)
    equal(c.kubectl("get", "namespace", ns, check=False).returncode, 1)


def image(c):
    """A busybox image out of this machine's own busybox, without a registry."""
    root = os.path.join(c.directory, "rootfs")
    for folder in ("bin", "tmp", "etc", "root", "var", "proc", "sys", "dev"):
        os.makedirs(os.path.join(root, folder), exist_ok=True)
    os.chmod(os.path.join(root, "tmp"), 0o1777)
    shutil.copy2("/bin/busybox", os.path.join(root, "bin", "busybox"))
    for name in subprocess.run(["/bin/busybox", "--list"], capture_output=True, text=True, check=True).stdout.split():
        if name != "busybox":
            os.symlink("busybox", os.path.join(root, "bin", name))
    # A static glibc looks for these when it resolves names.
    for name in ("libnss_dns.so.2", "libnss_files.so.2", "libresolv.so.2", "libc.so.6"):
        for folder in ("/lib/x86_64-linux-gnu", "/lib/aarch64-linux-gnu"):
            if os.path.exists(f"{folder}/{name}"):
                os.makedirs(root + folder, exist_ok=True)
                shutil.copy(f"{folder}/{name}", f"{root}{folder}/{name}")
    c.run(c.martlet, "image", "build", root, "--data-dir", c.data, "--tag", "busybox:1")


@case
def case_components_ask_for_what_they_may(c, ns):
    """The last case: nothing of what the components did in all others was refused, and none of them is a master."""
    refused, seen = set(), set()
    with open(c.audit_log) as file:
        for event in map(json.loads, file):
            user, reference = event["user"], event.get("objectRef", {})
            seen.add(user["username"])
            if "system:masters" in user.get("groups", []):
                raise Failure(f"{user['username']} is a master")
            # What the node authorizer refuses is gone already: the node may not read what no pod of it uses.
            # Admission refuses too, where a namespace ends, and rightly so.
            if event.get("annotations", {}).get("authorization.k8s.io/decision") == "forbid" and not user["username"].startswith("system:node:"):
                refused.add(f"{user['username']} {event['verb']} {reference.get('resource')}/{reference.get('subresource', '')}")
    equal(sorted(refused), [], "refused requests of components")
    if len(seen) < 15:
        raise Failure(f"only {sorted(seen)} asked for anything")


def crashes():
    """What the kernel tells of programs that ended by a fault: where in which library."""
    kernel = subprocess.run(["dmesg"], capture_output=True, text=True).stdout
    return "\n".join([line for line in kernel.splitlines() if "segfault" in line or "traps:" in line or "oom" in line.lower()][-10:])


def succeeds(function, call):
    """Calls a case by `call(name, function)`, prints how it went, and tells whether well."""
    name, begun = function.__name__.removeprefix("case_"), time.monotonic()
    try:
        call(name, function)
        print(f"ok    {name} ({time.monotonic() - begun:.1f} s)", flush=True)
        return True
    except Exception as error:
        print(f"FAIL  {name} ({time.monotonic() - begun:.1f} s): {error}", flush=True)
        if not isinstance(error, (Failure, subprocess.TimeoutExpired)):
            traceback.print_exc()
        return False


def chosen(cases, only):
    """The cases whose names hold a part of `only`, split by commas."""
    return [case for case in cases if any(part in case.__name__.removeprefix("case_") for part in only.split(","))]


def run_cases(cases, only, call, workers=1):
    """Runs the chosen cases, some at a time. Gives the counts."""
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        results = list(pool.map(lambda case: succeeds(case, call), chosen(cases, only)))
    return results.count(True), results.count(False)


def run_cluster(cases, description, make, prepare=lambda cluster: None, end_namespaces=False, workers=1):
    """The `main` of tests of one cluster. `make` gives it from the binary and a folder; `prepare` is called once it is up."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--martlet", required=True)
    parser.add_argument("--only", default="")
    parser.add_argument("--keep", action="store_true", help="leave the cluster there")
    options = parser.parse_args()
    directory = tempfile.mkdtemp(prefix="martlet-e2e-")
    cluster = make(os.path.abspath(options.martlet), directory)
    passed = failed = 0
    try:
        print(cluster.up().strip())
        prepare(cluster)

        def call(name, function):
            namespace = "e2e-" + name.replace("_", "-")[:40].strip("-")
            cluster.kubectl("create", "namespace", namespace)
            try:
                function(cluster, namespace)
            finally:
                if end_namespaces and not options.keep:
                    cluster.kubectl("delete", "namespace", namespace, "--wait=false", check=False)

        passed, failed = run_cases(cases, options.only, call, workers)
    finally:
        if failed:
            with open(os.path.join(cluster.data, "martlet.log")) as log:
                print("the log's end:\n" + "".join(log.readlines()[-30:]))
            print("programs that crashed:\n" + crashes())
        if options.keep:
            print(f"KUBECONFIG={cluster.kubeconfig}")
        else:
            cluster.down("--purge")
            shutil.rmtree(directory, ignore_errors=True)
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


def run_node_cluster(cases, description, workers=1):
    """The `main` of tests that need a whole cluster: with a node, and an image for its containers."""
    def make(martlet, directory):
        cluster = Cluster(martlet, directory)
        cluster.audit_components()
        return cluster

    def prepare(cluster):
        until(lambda: cluster.get("nodes")["items"], 30, "the node")
        image(cluster)

    run_cluster(cases, description, make, prepare, end_namespaces=True, workers=workers)


if __name__ == "__main__":
    run_node_cluster(CASES, __doc__)
