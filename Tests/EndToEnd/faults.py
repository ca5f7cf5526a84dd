#!/usr/bin/env python3
"""Breaks what a cluster stands on, and looks whether it says so, recovers, and has lost nothing that it acknowledged.

    faults.py --martlet PATH [--only SUBSTRING]

Needs root, kubectl and a static busybox; etcd for what is about etcd. The last line says `N passed, N failed`.
"""
import argparse, json, os, random, shutil, signal, socket, ssl, subprocess, sys, tempfile, time
from run import Cluster, Failure, alive, contains, deploy, equal, image, phase, pods, run_cases, run_pod, until

CASES = []


def case(function):
    CASES.append(function)
    return function


class ControlPlane(Cluster):
    """Without containers: an API server and its controllers, in a directory and on a port of their own."""

    def __init__(self, martlet, directory, port, *flags, components="apiserver,controller-manager"):
        super().__init__(martlet, directory)
        self.flags = ["--data-dir", self.data, "--listen", f"127.0.0.1:{port}", "--components", components, *flags]
        self.port = port

    def __enter__(self):
        self.up()
        return self

    def __exit__(self, *_):
        self.down("--purge")


def config_map(name, size=10):
    return json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"a": "x" * size}})


@case
def case_full_disk_is_said_and_loses_nothing(martlet, directory):
    data = os.path.join(directory, "data")
    os.makedirs(data)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", data], check=True)
    try:
        plane = ControlPlane(martlet, directory, 17601)
        plane.up()
        acknowledged, refusal = [], None
        for number in range(200):
            done = plane.kubectl("create", "-f", "-", stdin=config_map(f"c{number}", 200_000), check=False)
            if done.returncode != 0:
                refusal = done.stderr
                break
            acknowledged.append(f"c{number}")
        if refusal is None:
            raise Failure("200 large objects fit on a disk of 16 MiB")
        contains(refusal, "the store's disk is full")
        contains(plane.kubectl("get", "cm", "c0", "-o", "name"), "c0")
        # What was acknowledged is there after the process was killed with the disk still full.
        plane.kill()
        subprocess.run(["mount", "-o", "remount,size=64m", data], check=True)
        plane.up()
        names = plane.kubectl("get", "cm", "-o", "jsonpath={.items[*].metadata.name}").split()
        missing = [name for name in acknowledged if name not in names]
        equal(missing, [], "acknowledged and missing")
        plane.kubectl("create", "-f", "-", stdin=config_map("after"))
        plane.down()
    finally:
        subprocess.run(["umount", "-l", data])


@case
def case_killed_containerd_comes_back(martlet, directory):
    c = Cluster(martlet, directory)
    c.flags = ["--data-dir", c.data, "--listen", "127.0.0.1:17602", "--pod-cidr", "10.247.0.0/24", "--service-cidr", "10.99.0.0/16"]
    c.up()
    try:
        image(c)
        c.kubectl("create", "namespace", "e2e-containerd")
        deploy(c, "e2e-containerd", replicas=2)
        before = {p["metadata"]["name"]: p["status"]["containerStatuses"][0]["containerID"] for p in pods(c, "e2e-containerd")}
        children = subprocess.run(["pgrep", "-P", str(c.process()), "containerd"], capture_output=True, text=True).stdout.split()
        if not children:
            children = subprocess.run(["pgrep", "-f", f"containerd.*{c.data}"], capture_output=True, text=True).stdout.split()
            children = [pid for pid in children if "shim" not in open(f"/proc/{pid}/comm").read()]
        if not children:
            raise Failure("no containerd of this cluster runs")
        for pid in children:
            os.kill(int(pid), signal.SIGKILL)
        run_pod(c, "e2e-containerd", "later", "sleep 300")
        until(lambda: phase(c, "e2e-containerd", "later") == "Running", 60, "a pod that was made while containerd was away")
        until(lambda: all(x["status"] == "True" for x in c.get("nodes")["items"][0]["status"]["conditions"] if x["type"] == "Ready"), 30, "Ready")
        after = {p["metadata"]["name"]: p["status"]["containerStatuses"][0]["containerID"] for p in pods(c, "e2e-containerd")}
        equal(after, before, "the containers that ran")

        def shims():
            found = subprocess.run(["pgrep", "-f", f"containerd-shim.*{socket_folder}"], capture_output=True, text=True).stdout.split()
            return [pid for pid in found if alive(int(pid))]

        # Its removal ends the containers also when containerd is gone.
        with open(os.path.join(c.data, "containerd", "config.toml")) as file:
            socket_folder = next(line.split('"')[1] for line in file if line.strip().startswith("address")).rsplit("/", 1)[0]
        if not shims():
            raise Failure("no container runs")
        c.down()
        for pid in subprocess.run(["pgrep", "-f", f"^containerd --config {c.data}"], capture_output=True, text=True).stdout.split():
            os.kill(int(pid), signal.SIGKILL)
        c.down("--purge")
        until(lambda: not shims(), 10, "the end of the containers")
    finally:
        if os.path.exists(c.data):
            c.down("--purge")


@case
def case_two_servers_on_one_etcd_agree(martlet, directory):
    etcd = shutil.which("etcd")
    if not etcd:
        raise Failure("there is no etcd: tools/install-packages test installs it")
    url, peer = "http://127.0.0.1:17609", "http://127.0.0.1:17610"
    command = [etcd, "--data-dir", os.path.join(directory, "etcd"), "--listen-client-urls", url, "--advertise-client-urls", url,
               "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", f"default={peer}", "--log-level", "error"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        first = ControlPlane(martlet, os.path.join(directory, "a"), 17603, "--etcd-servers", url)
        second = ControlPlane(martlet, os.path.join(directory, "b"), 17604, "--etcd-servers", url)
        with first, second:
            seed = random.randrange(1 << 30)
            print(f"      seed {seed}")
            choice = random.Random(seed)
            for number in range(12):
                writer, reader = choice.sample([first, second], 2)
                writer.kubectl("create", "-f", "-", stdin=config_map(f"m{number}"))
                equal(reader.kubectl("get", "cm", f"m{number}", "-o", "jsonpath={.data.a}"), "x" * 10, "read through the other server")
                reader.kubectl("patch", "cm", f"m{number}", "--type=merge", "-p", json.dumps({"data": {"a": str(number)}}))
                contains(writer.kubectl("get", "cm", "-o", "jsonpath={.items[*].metadata.name}"), f"m{number}")
                equal(writer.kubectl("get", "cm", f"m{number}", "-o", "jsonpath={.data.a}"), str(number), "patched through the other")
            # One of the two leads, and when it is gone the other does.
            def leader():
                lease = first if alive(first.process()) else second
                return lease.get("-n", "kube-system", "lease", "kube-controller-manager")["spec"]["holderIdentity"]

            holder = until(leader, 10, "a leader")
            first.kubectl("create", "namespace", "led")
            until(lambda: second.kubectl("-n", "led", "get", "sa", "default", "-o", "name"), 10, "the work of the leader")
            equal(leader(), holder, "the leader")
            until(lambda: second.get("-n", "kube-system", "lease", "martlet-local-path")["spec"]["holderIdentity"], 10, "the provisioner of folders")
            # Both see the end of an object, whoever ended it.
            second.kubectl("delete", "cm", "m0")
            contains(first.kubectl("get", "cm", "m0", check=False).stderr, "not found")
            server.kill()
            server.wait()
            contains(first.kubectl("create", "-f", "-", stdin=config_map("no"), check=False).stderr, "the store is not available")
            server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            until(lambda: first.kubectl("create", "-f", "-", stdin=config_map("yes"), check=False).returncode == 0, 20, "etcd's return")
            equal(second.kubectl("get", "cm", "yes", "-o", "name").strip(), "configmap/yes", "through the other after etcd's return")
            first.kill()
            second.kubectl("create", "namespace", "led-later")
            until(lambda: second.kubectl("-n", "led-later", "get", "sa", "default", "-o", "name"), 40, "the next leader's work")
            first.up()
    finally:
        server.kill()
        server.wait()


@case
def case_bad_clients_hurt_nobody_else(martlet, directory):
    with ControlPlane(martlet, directory, 17605, components="apiserver") as plane:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE

        def connect(tls=True):
            plain = socket.create_connection(("127.0.0.1", plane.port), timeout=10)
            return context.wrap_socket(plain) if tls else plain

        held = [connect(tls=False) for _ in range(300)]
        held += [connect() for _ in range(100)]
        for client in held[300:350]:
            client.sendall(b"GET /version HTTP/1.1\r\nhost: a\r\nx-slow: ")
        noise = random.Random(7)
        for _ in range(50):
            client = connect(tls=noise.random() < 0.7)
            try:
                client.sendall(noise.randbytes(noise.randrange(1, 4096)))
                client.settimeout(0.05)
                client.recv(100)
            except OSError:
                pass
            client.close()
        begun = time.monotonic()
        contains(plane.kubectl("get", "--raw", "/readyz"), "ok")
        plane.kubectl("create", "-f", "-", stdin=config_map("small"))
        if time.monotonic() - begun > 5:
            raise Failure(f"others waited {time.monotonic() - begun:.1f} s")
        done = plane.kubectl("create", "-f", "-", stdin=config_map("big", 4 << 20), check=False, timeout=60)
        contains(done.stderr, "too large")
        deep = '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"deep"},"data":' + '{"a":' * 20_000 + "1" + "}" * 20_001
        done = plane.kubectl("create", "--raw", "/api/v1/namespaces/default/configmaps", "-f", "-", stdin=deep, check=False)
        equal(done.returncode, 1, "deep nesting")
        if not alive(plane.process()):
            raise Failure("the server is gone")
        for client in held:
            client.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--martlet", required=True)
    parser.add_argument("--only", default="")
    options = parser.parse_args()

    def call(_, function):
        directory = tempfile.mkdtemp(prefix="martlet-faults-")
        try:
            function(os.path.abspath(options.martlet), directory)
        finally:
            shutil.rmtree(directory, ignore_errors=True)

    passed, failed = run_cases(CASES, options.only, call)
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
