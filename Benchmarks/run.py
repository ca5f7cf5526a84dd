#!/usr/bin/env python3
"""Prints Martlet's figures, measured from outside on clusters that it starts and removes again.

    run.py --martlet PATH [--only NAME] [--quick] [--port N]

Every figure is taken three times (once with --quick, and smaller); the line gives the median and each run. Needs root
(containers), kubectl and a static busybox. TMPDIR says on which disk the clusters keep their state.
"""
import argparse, importlib.util, json, os, shutil, ssl, statistics, subprocess, sys, tempfile, time

import load

HERE = os.path.dirname(os.path.abspath(__file__))
MIB = 1 << 20
PROCESSES = 2
FIGURES = []


def end_to_end():
    """The module of the end-to-end tests: how a cluster is started, asked and removed is the same here."""
    folder = os.path.join(HERE, "..", "Tests", "EndToEnd")
    sys.path.append(folder)
    specification = importlib.util.spec_from_file_location("end_to_end", os.path.join(folder, "run.py"))
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


e2e = end_to_end()


def figure(function):
    FIGURES.append(function)
    return function


def show(name, unit, runs, digits=1, note=""):
    values = ", ".join(f"{run:.{digits}f}" for run in runs)
    print(f"{name}: {statistics.median(runs):.{digits}f} {unit} (runs {values}){'; ' + note if note else ''}", flush=True)


class BenchmarkCluster(e2e.Cluster):
    """A cluster with a data directory, a port and address ranges of its own; it is gone after the `with`."""

    def __init__(self, options, components=None):
        super().__init__(options.martlet, tempfile.mkdtemp(prefix="martlet-bench-"))
        self.port = options.port
        self.flags = ["--data-dir", self.data, "--listen", f"127.0.0.1:{options.port}", "--pod-cidr", "10.248.0.0/24",
                      "--service-cidr", "10.100.0.0/16"] + (["--components", components] if components else [])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.down("--purge")
        shutil.rmtree(self.directory, ignore_errors=True)

    def api_answers(self):
        """Whether /readyz is answered with 200; the connection is made anew, as a first client's is."""
        connection = load.http.client.HTTPSConnection("127.0.0.1", self.port, context=ssl._create_unverified_context(), timeout=5)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except (OSError, load.http.client.HTTPException):
            return False
        finally:
            connection.close()

    def start(self):
        """Starts the process; gives the seconds until the API answers and until the node is Ready."""
        begun = time.monotonic()
        process = subprocess.Popen([self.martlet, "up", "--detach", *self.flags], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        poll(self.api_answers, 60)
        answers = time.monotonic() - begun
        # The first start has just written the kubeconfig; reading it is not the cluster's time, but costs some 0.1 s here.
        target = load.Target(self)
        poll(lambda: any(ready(node) for node in target.ask("GET", "/api/v1/nodes")["items"]), 60)
        both = answers, time.monotonic() - begun
        if process.wait(60) != 0:
            raise RuntimeError(process.stderr.read().decode())
        return both

    def memory(self, *names):
        """Lines of /proc/PID/status in MiB."""
        with open(f"/proc/{self.process()}/status") as file:
            lines = dict(line.split(":", 1) for line in file)
        return [int(lines[name].split()[0]) / 1024 for name in names]


def ready(node):
    return any(c["type"] == "Ready" and c["status"] == "True" for c in node.get("status", {}).get("conditions", []))


def poll(condition, seconds):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise RuntimeError(f"nothing after {seconds} s")
        time.sleep(0.005)


def control_plane(options):
    """API and controllers without scheduler and node, and a namespace in it. Pods stay as they are created."""
    cluster = BenchmarkCluster(options, "apiserver,controller-manager")
    try:
        cluster.up()
        target = load.Target(cluster)
        target.ask("POST", "/api/v1/namespaces", {"metadata": {"name": "bench"}})
        e2e.until(lambda: target.ask("GET", "/api/v1/namespaces/bench/serviceaccounts")["items"], 20, "the service account")
    except BaseException:
        cluster.__exit__()
        raise
    return cluster, target


@figure
def binary(options):
    """Bytes of the binary without symbols."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "martlet")
        subprocess.run(["strip", "-o", path, options.martlet], check=True)
        show("binary, stripped", "MB", [os.path.getsize(path) / 1e6])


@figure
def start_and_idle(options):
    """A new cluster with all components: its start, and what it costs when nothing happens. Then a second start."""
    first, again, memory, cpu = [], [], [], []
    for _ in range(options.runs):
        with BenchmarkCluster(options) as cluster:
            first.append(cluster.start())
            time.sleep(15)
            memory.append(cluster.memory("VmRSS", "RssAnon"))
            begun, before = time.monotonic(), load.server_cpu(cluster.process())
            time.sleep(5 if options.quick else 20)
            cpu.append(100 * (load.server_cpu(cluster.process()) - before) / (time.monotonic() - begun))
            cluster.down()
            again.append(cluster.start()[0])  # the stored node still says Ready, so that says nothing the second time
    show("first start, API answers", "s", [x[0] for x in first], 3)
    show("first start, node Ready", "s", [x[1] for x in first], 3)
    show("later start, API answers", "s", again, 3)
    show("idle cluster, resident (VmRSS)", "MiB", [x[0] for x in memory])
    show("idle cluster, anonymous (RssAnon)", "MiB", [x[1] for x in memory])
    show("idle cluster, CPU", "% of a core", cpu, 2)


@figure
def creates(options):
    """Durable creates of ConfigMaps of 1 KiB from 64 connections."""
    count, loads = 2000 if options.quick else 10000, []
    for _ in range(options.runs):
        cluster, target = control_plane(options)
        with cluster:
            requests = [target.request("POST", "/api/v1/namespaces/bench/configmaps",
                                       {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": f"c{n}"}, "data": {"text": "x" * 1024}})
                        for n in range(count)]
            loads.append(load.create(target, cluster.process(), requests, 64, PROCESSES))
    show("creates, 64 clients", "1/s", [count / x.seconds for x in loads], 0)
    show("creates, median latency", "ms", [1000 * x.latencies[count // 2] for x in loads])
    show("creates, 99th percentile", "ms", [1000 * x.latencies[count * 99 // 100] for x in loads])
    show("creates, CPU of the server per 1000", "s", [1000 * x.server_cpu / count for x in loads], 3)
    busy = statistics.median((x.server_cpu + x.client_cpu) / x.seconds for x in loads)
    show("creates, CPU of the clients per 1000", "s", [1000 * x.client_cpu / count for x in loads], 3,
         f"clients and server together used {busy:.1f} of {os.cpu_count()} cores")


def pod(number):
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": f"p{number:05}", "labels": {"app": "bench", "number": str(number)}},
            "spec": {"containers": [{"name": "main", "image": "registry.example/app:1.2.3", "ports": [{"containerPort": 8080}],
                                     "env": [{"name": "LEVEL", "value": "info"}],
                                     "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}, "limits": {"memory": "128Mi"}}}]}}


@figure
def list_pods(options):
    """LIST of many pods as JSON by one client, with what it adds to the memory of the server."""
    count, first, total, before, peaks, size = 1000 if options.quick else 10000, [], [], [], [], 0
    cluster, target = control_plane(options)
    with cluster:
        requests = [target.request("POST", "/api/v1/namespaces/bench/pods", pod(n)) for n in range(count)]
        load.create(target, cluster.process(), requests, 64, PROCESSES)
        time.sleep(3)
        for _ in range(options.runs):
            with open(f"/proc/{cluster.process()}/clear_refs", "w") as file:
                file.write("5")  # the peak (VmHWM) begins anew at what is resident now
            connection, size = target.connect(), 0
            connection.connect()
            before.append(cluster.memory("VmRSS")[0])
            begun = time.monotonic()
            connection.request("GET", "/api/v1/namespaces/bench/pods", headers={"accept": "application/json"})
            answer = connection.getresponse()
            head = answer.read(1)
            first.append(1000 * (time.monotonic() - begun))
            parts = [head]
            while part := answer.read(MIB):
                parts.append(part)
            total.append(1000 * (time.monotonic() - begun))
            peaks.append(cluster.memory("VmHWM")[0])
            text = b"".join(parts)
            size = len(text)
            found = len(json.loads(text)["items"])
            if found != count:
                raise RuntimeError(f"the list has {found} pods of {count}")
            connection.close()
    note = f"{size} bytes"
    show(f"list of {count} pods, first byte", "ms", first)
    show(f"list of {count} pods, last byte", "ms", total, 1, note)
    show(f"list of {count} pods, resident before", "MiB", before)
    show(f"list of {count} pods, resident at peak", "MiB", peaks)


@figure
def watchers(options):
    """One write to many watchers: from the sending of the write to the last watcher that has it."""
    count = 100 if options.quick else 1000
    cluster, target = control_plane(options)
    with cluster:
        maps = "/api/v1/namespaces/bench/configmaps"
        target.ask("POST", maps, {"metadata": {"name": "watched"}, "data": {"text": "x" * 1024}})
        revision = target.ask("GET", maps)["metadata"]["resourceVersion"]
        marks = [f"mark-{n}-of-the-benchmark".encode() for n in range(options.runs + 1)]
        connection = target.connect()
        connection.connect()

        def write(mark):
            connection.request("PATCH", f"{maps}/watched", json.dumps({"data": {"mark": mark.decode()}}),
                               {"content-type": "application/merge-patch+json"})
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise RuntimeError(f"the write was answered with {answer.status}")

        request = target.request("GET", f"{maps}?watch=true&resourceVersion={revision}")
        # The first write warms both sides up and is not counted.
        times = load.watch(target, request, count, marks, PROCESSES, write)[1:]
    show(f"one write to {count} watchers, last one", "ms", [1000 * x[0] for x in times], 1,
         f"{PROCESSES} client processes decrypt {count // PROCESSES} events each on the same cores")
    show(f"one write to {count} watchers, answer of the write", "ms", [1000 * x[1] for x in times])


def node_body(number):
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": f"n{number}", "labels": {"kubernetes.io/hostname": f"n{number}"}},
            "status": {"allocatable": {"cpu": "4", "memory": "32Gi", "pods": "110"}, "capacity": {"cpu": "4", "memory": "32Gi", "pods": "110"},
                       "conditions": [{"type": "Ready", "status": "True"}]}}


def waiting_pod(number):
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": f"w{number:06}", "labels": {"app": "bench"}}, "spec": {"tolerations": [{"operator": "Exists"}], "containers": [
        {"name": "pause", "image": "registry.example/pause:1", "resources": {"requests": {"cpu": "10m", "memory": "50Mi"}}}]}}


def unbound(target):
    """How many pods have no node yet."""
    answer = target.ask("GET", "/api/v1/namespaces/bench/pods?fieldSelector=spec.nodeName%3D&limit=1")
    return len(answer["items"]) and 1 + answer["metadata"].get("remainingItemCount", 0)


@figure
def scheduling_through_the_api(options):
    """Pods that wait are bound by the scheduler of the same process: bindings and Events are written to the store."""
    nodes, count, rates, memory = (500, 1000, [], []) if options.quick else (5000, 10000, [], [])
    for _ in range(options.runs):
        with BenchmarkCluster(options, "apiserver") as cluster:
            cluster.up()
            target = load.Target(cluster)
            target.ask("POST", "/api/v1/namespaces", {"metadata": {"name": "bench"}})
            target.ask("POST", "/api/v1/namespaces/bench/serviceaccounts", {"metadata": {"name": "default"}})
            requests = [target.request("POST", "/api/v1/nodes", node_body(n)) for n in range(nodes)]
            requests += [target.request("POST", "/api/v1/namespaces/bench/pods", waiting_pod(n)) for n in range(count)]
            load.create(target, cluster.process(), requests, 64, PROCESSES)
            cluster.down()
            cluster.flags[cluster.flags.index("apiserver")] = "apiserver,scheduler"
            process = subprocess.Popen([cluster.martlet, "up", "--detach", *cluster.flags], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            poll(cluster.api_answers, 60)  # the scheduler begins when the API does
            begun = time.monotonic()
            while unbound(target) > 0:
                time.sleep(0.02)
            rates.append(count / (time.monotonic() - begun))
            process.wait(60)
            memory.append(cluster.memory("VmRSS")[0])
    show(f"scheduling of {count} pods on {nodes} nodes through the API", "pods/s", rates, 0, "upstream asks for 680 in its case basic")
    show(f"resident with {nodes} nodes and {count} pods", "MiB", memory)


class PlayedNodes:
    """Nodes that are only played, in a process of its own, for as long as the `with` lasts."""

    def __init__(self, cluster, count, prefix="played-", *words):
        self.words = [cluster.martlet, "simulate", "nodes", "--kubeconfig", cluster.kubeconfig, "--prefix", prefix, "--count", str(count), *words]
        self.cluster, self.count = cluster, count

    def __enter__(self):
        self.process = subprocess.Popen(self.words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        target = load.Target(self.cluster)
        e2e.until(lambda: sum(map(ready, target.ask("GET", "/api/v1/nodes")["items"])) >= self.count, 120, "the nodes")
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def deployment(replicas, image="1"):
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {
        "replicas": replicas, "selector": {"matchLabels": {"app": "web"}}, "strategy": {"rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}},
        "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"terminationGracePeriodSeconds": 0, "containers": [
            {"name": "main", "image": f"registry.example/app:{image}", "resources": {"requests": {"cpu": "10m"}}}]}}}}


def rolled(target, count):
    def look():
        thing = target.ask("GET", "/apis/apps/v1/namespaces/bench/deployments/web")
        status = thing.get("status", {})
        numbers = [status.get(name, 0) for name in ("replicas", "readyReplicas", "updatedReplicas")]
        return status.get("observedGeneration") == thing["metadata"]["generation"] and numbers == [count] * 3
    return look


@figure
def large_deployment(options):
    """A Deployment from nothing to all ready, then another image in all its pods, then its namespace deleted."""
    count, created, updated, deleted, memory = (500, [], [], [], []) if options.quick else (10000, [], [], [], [])
    for _ in range(options.runs):
        with BenchmarkCluster(options, "apiserver,controller-manager,scheduler") as cluster:
            cluster.up()
            target = load.Target(cluster)
            target.ask("POST", "/api/v1/namespaces", {"metadata": {"name": "bench"}})
            e2e.until(lambda: target.ask("GET", "/api/v1/namespaces/bench/serviceaccounts")["items"], 20, "the service account")
            with PlayedNodes(cluster, max(20, count // 50), "played-", "--max-pods", "200"):
                for body, times in ((deployment(count), created), (deployment(count, "2"), updated)):
                    begun = time.monotonic()
                    if times is created:
                        target.ask("POST", "/apis/apps/v1/namespaces/bench/deployments", body)
                    else:
                        target.ask("PATCH", "/apis/apps/v1/namespaces/bench/deployments/web", body, "application/merge-patch+json")
                    e2e.until(rolled(target, count), 600, "all pods")
                    times.append(time.monotonic() - begun)
                memory.append(cluster.memory("VmRSS")[0])
                begun = time.monotonic()
                target.ask("DELETE", "/api/v1/namespaces/bench")

                def gone():
                    return all(n["metadata"]["name"] != "bench" for n in target.ask("GET", "/api/v1/namespaces")["items"])

                e2e.until(gone, 600, "the namespace to be gone")
                deleted.append(time.monotonic() - begun)
    note = "the played kubelets are clients on the same cores"
    show(f"Deployment of {count} pods to all ready", "s", created, 1, note)
    show(f"rolling update of {count} pods", "s", updated)
    show(f"resident after it", "MiB", memory)
    show(f"deletion of the namespace with its {count} pods", "s", deleted)


@figure
def node_failure(options):
    """A node with 110 pods is marked as lost: until the last replacement is bound."""
    times = []
    for _ in range(options.runs):
        with BenchmarkCluster(options, "apiserver,controller-manager,scheduler") as cluster:
            cluster.up()
            target = load.Target(cluster)
            target.ask("POST", "/api/v1/namespaces", {"metadata": {"name": "bench"}})
            e2e.until(lambda: target.ask("GET", "/api/v1/namespaces/bench/serviceaccounts")["items"], 20, "the service account")
            with PlayedNodes(cluster, 1, "first-"):
                target.ask("POST", "/apis/apps/v1/namespaces/bench/deployments", deployment(110))
                e2e.until(rolled(target, 110), 60, "110 pods")
                with PlayedNodes(cluster, 3, "second-"):
                    begun = time.monotonic()
                    taint = {"spec": {"taints": [{"key": "node.kubernetes.io/out-of-service", "value": "t", "effect": "NoExecute"}]}}
                    target.ask("PATCH", "/api/v1/nodes/first-0", taint, "application/merge-patch+json")

                    def moved():
                        pods = target.ask("GET", "/api/v1/namespaces/bench/pods")["items"]
                        return sum(1 for p in pods if p["spec"].get("nodeName", "").startswith("second-")) == 110

                    e2e.until(moved, 60, "110 replacements")
                    times.append(time.monotonic() - begun)
    show("node with 110 pods lost, until all replacements are bound", "s", times, 2)


@figure
def slices_of_many_services(options):
    """A pod passes from one service to another beside many more: until both slices say so."""
    count, times, cpu = 500 if options.quick else 10000, [], []
    with BenchmarkCluster(options, "apiserver,controller-manager,scheduler") as cluster:
        cluster.up()
        target = load.Target(cluster)
        target.ask("POST", "/api/v1/namespaces", {"metadata": {"name": "bench"}})
        e2e.until(lambda: target.ask("GET", "/api/v1/namespaces/bench/serviceaccounts")["items"], 20, "the service account")
        bodies = [{"metadata": {"name": f"s{n}"}, "spec": {"clusterIP": "None", "selector": {"app": f"a{n}"}, "ports": [{"port": 80}]}} for n in range(count)]
        load.create(target, cluster.process(), [target.request("POST", "/api/v1/namespaces/bench/services", b) for b in bodies], 32, PROCESSES)
        with PlayedNodes(cluster, 1):
            body = {"metadata": {"name": "p", "labels": {"app": "a7"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}}
            target.ask("POST", "/api/v1/namespaces/bench/pods", body)

            def endpoints(service):
                path = f"/apis/discovery.k8s.io/v1/namespaces/bench/endpointslices?labelSelector=kubernetes.io/service-name%3Ds{service}"
                return [e for s in target.ask("GET", path)["items"] for e in s.get("endpoints") or []]

            e2e.until(lambda: endpoints(7), 300, "the endpoint")
            time.sleep(5)
            for number in range(8, 8 + max(options.runs, 2)):
                begun, before = time.monotonic(), load.server_cpu(cluster.process())
                change = {"metadata": {"labels": {"app": f"a{number}"}}}
                target.ask("PATCH", "/api/v1/namespaces/bench/pods/p", change, "application/merge-patch+json")
                poll(lambda: endpoints(number) and not endpoints(number - 1), 20)
                times.append(time.monotonic() - begun)
                time.sleep(0.5)
                cpu.append(load.server_cpu(cluster.process()) - before)
    show(f"one pod's change beside {count} services, until its slice says so", "ms", [1000 * x for x in times])
    show("CPU of the server for it", "ms", [1000 * x for x in cpu], 0)


@figure
def pods_running(options):
    """A pod whose image is there: from the start of `kubectl apply`, and from the request itself, to Running."""
    applied, posted = [], []
    with BenchmarkCluster(options) as cluster:
        cluster.start()
        e2e.image(cluster)
        target = load.Target(cluster)
        e2e.until(lambda: target.ask("GET", "/api/v1/namespaces/default/serviceaccounts")["items"], 20, "the service account")
        for number in range(-1, options.runs):  # -1: caches of kubectl and containerd
            for name, durations in ((f"applied-{number + 1}", applied), (f"posted-{number + 1}", posted)):
                body = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": {"terminationGracePeriodSeconds": 1, "containers": [
                    {"name": "main", "image": "busybox:1", "command": ["sleep", "600"]}]}}
                watch = target.connect()
                watch.request("GET", f"/api/v1/namespaces/default/pods?watch=true&fieldSelector=metadata.name%3D{name}")
                events = watch.getresponse()
                begun = time.monotonic()
                if durations is applied:
                    cluster.kubectl("apply", "-f", "-", stdin=json.dumps(body))
                else:
                    target.ask("POST", "/api/v1/namespaces/default/pods", body)
                while json.loads(events.readline())["object"]["status"].get("phase") != "Running":
                    pass
                if number >= 0:
                    durations.append(time.monotonic() - begun)
                watch.close()
                cluster.kubectl("delete", "pod", name, "--wait=true")
    show("kubectl apply of a cached-image pod → Running", "s", applied, 3, "with kubectl's own start")
    show("POST of a cached-image pod → Running", "s", posted, 3)


@figure
def decisions_and_admission(options):
    """What no client can see from outside: see Benchmarks/Measure."""
    program = os.path.join(os.path.dirname(options.martlet), "measure")
    if not os.path.exists(program):
        print(f"decisions and admission: {program} is not built (swift build -c release --product measure)")
        return
    done = subprocess.run([program] + (["--quick"] if options.quick else []), capture_output=True, text=True, timeout=900, check=True)
    print(done.stdout, end="", flush=True)


def definition(number):
    """A custom resource with a schema of some size."""
    texts = {f"field{index}": {"type": "string", "maxLength": 64} for index in range(20)}
    schema = {"type": "object", "properties": {"spec": {"type": "object", "properties": {
        **texts, "replicas": {"type": "integer", "minimum": 0, "default": 1},
        "items": {"type": "array", "maxItems": 10, "items": {"type": "object", "properties": texts}}}},
        "status": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}}
    return {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": f"things{number}.bench.example.com"},
            "spec": {"group": "bench.example.com", "scope": "Namespaced",
                     "names": {"plural": f"things{number}", "singular": f"thing{number}", "kind": f"Thing{number}"},
                     "versions": [{"name": "v1", "served": True, "storage": True, "subresources": {"status": {}},
                                   "schema": {"openAPIV3Schema": schema}}]}}


@figure
def custom_resources(options):
    count, path = 100 if options.quick else 1000, "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    first, memory = [], []
    for run in range(1 if options.quick else 3):
        with BenchmarkCluster(options, components="apiserver") as cluster:
            cluster.up()
            target = load.Target(cluster)
            for number in range(5):
                begun = time.monotonic()
                target.ask("POST", path, definition(100_000 + number))
                poll(lambda: answers(target, f"/apis/bench.example.com/v1/namespaces/default/things{100_000 + number}"), 10)
                first.append((time.monotonic() - begun) * 1000)
            time.sleep(2)
            before = anonymous(cluster)
            for number in range(count):
                target.ask("POST", path, definition(number))
            poll(lambda: answers(target, f"/apis/bench.example.com/v1/things{count - 1}"), 60)
            time.sleep(5)
            memory.append((anonymous(cluster) - before) / MIB)
    show("custom resource, definition to first answer", "ms", first)
    show(f"memory for {count} custom resource definitions", "MiB", memory)


def answers(target, path):
    try:
        target.ask("GET", path)
        return True
    except Exception:
        return False


def anonymous(cluster):
    """RssAnon in bytes."""
    with open(f"/proc/{cluster.process()}/status") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("RssAnon"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--martlet", required=True)
    parser.add_argument("--only", default="", help="only figures with this in their name: " + ", ".join(f.__name__ for f in FIGURES))
    parser.add_argument("--quick", action="store_true", help="one run, smaller sizes")
    parser.add_argument("--port", type=int, default=17443)
    options = parser.parse_args()
    options.martlet, options.runs = os.path.abspath(options.martlet), 1 if options.quick else 3
    system = os.uname()
    print(f"{os.cpu_count()} cores, {system.sysname} {system.release}, load average {os.getloadavg()[0]:.1f} at the start", flush=True)
    failed = []
    for function in FIGURES:
        if options.only not in function.__name__:
            continue
        try:
            function(options)
        except Exception as error:
            failed.append(function.__name__)
            print(f"FAIL  {function.__name__}: {error!r}", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
