#!/usr/bin/env python3
"""Says how the API server's figures grow with the number of objects: 1,000, 10,000 and 100,000 pods.

    scale.py --martlet PATH [--sizes 1000,10000,100000] [--watchers 1000] [--port N]

For each size, on a new API server with a node for every twenty pods: creates (p50, p99), bytes in memory for each
object, gets (p50, p99) alone and while all pods are listed, the list itself (time, memory at its peak), creates while
it is listed, the pods of one node, and one write to many watchers.
"""
import argparse, json, os, threading, time

import load
from run import BenchmarkCluster, PROCESSES, node_body, pod

PODS = "/api/v1/namespaces/bench/pods"


def percentiles(latencies):
    ordered = sorted(latencies)
    return 1000 * ordered[len(ordered) // 2], 1000 * ordered[len(ordered) * 99 // 100]


class Line:
    """One kept-alive connection."""

    def __init__(self, target):
        self.connection = target.connect()
        self.connection.connect()

    def ask(self, method, path, body=None):
        begun = time.monotonic()
        self.connection.request(method, path, json.dumps(body) if body else None, {"content-type": "application/merge-patch+json" if method == "PATCH" else "application/json"})
        answer = self.connection.getresponse()
        first = answer.read(1)
        while answer.read(1 << 20):
            pass
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {first!r}")
        return time.monotonic() - begun


def during(work, also):
    """The seconds that `work` took, and what `also` gave again and again meanwhile."""
    times, over = [], threading.Event()

    def repeat():
        while not over.is_set():
            times.append(also())

    thread = threading.Thread(target=repeat)
    thread.start()
    begun = time.monotonic()
    work()
    seconds = time.monotonic() - begun
    over.set()
    thread.join()
    return seconds, times


def measure(options, count):
    with BenchmarkCluster(options, "apiserver") as cluster:
        cluster.up()
        target, nodes = load.Target(cluster), max(1, count // 20)
        target.ask("POST", "/api/v1/namespaces", {"metadata": {"name": "bench"}})
        target.ask("POST", "/api/v1/namespaces/bench/serviceaccounts", {"metadata": {"name": "default"}})
        before = cluster.memory("VmRSS")[0]
        requests = [target.request("POST", "/api/v1/nodes", node_body(n)) for n in range(nodes)]
        bodies = [{**pod(n), "spec": {**pod(n)["spec"], "nodeName": f"n{n % nodes}"}} for n in range(count)]
        requests += [target.request("POST", PODS, body) for body in bodies]
        created = load.create(target, cluster.process(), requests, 64, PROCESSES)
        time.sleep(3)
        after = cluster.memory("VmRSS")[0]
        p50, p99 = percentiles(created.latencies)
        print(f"{count} pods, {nodes} nodes", flush=True)
        print(f"  creates {len(requests) / created.seconds:.0f}/s, p50 {p50:.1f} ms, p99 {p99:.1f} ms")
        print(f"  resident {after:.1f} MiB, {(after - before) * (1 << 20) / (count + nodes):.0f} bytes an object")
        line, other = Line(target), Line(target)
        p50, p99 = percentiles([line.ask("GET", f"{PODS}/p{n * 7919 % count:05}") for n in range(500)])
        print(f"  get p50 {p50:.2f} ms, p99 {p99:.2f} ms")
        with open(f"/proc/{cluster.process()}/clear_refs", "w") as file:
            file.write("5")
        seconds = other.ask("GET", PODS)
        print(f"  list of all {1000 * seconds:.0f} ms, resident at its peak {cluster.memory('VmHWM')[0]:.1f} MiB")
        _, gets = during(lambda: [other.ask("GET", PODS) for _ in range(3)], lambda: line.ask("GET", f"{PODS}/p00000"))
        p50, p99 = percentiles(gets)
        print(f"  get while all are listed p50 {p50:.2f} ms, p99 {p99:.2f} ms")
        number = iter(range(1 << 30))
        _, writes = during(lambda: [other.ask("GET", PODS) for _ in range(3)], lambda: line.ask("POST", PODS, pod(1_000_000 + next(number))))
        p50, p99 = percentiles(writes)
        print(f"  create while all are listed p50 {p50:.2f} ms, p99 {p99:.2f} ms")
        p50, p99 = percentiles([line.ask("GET", f"{PODS}?fieldSelector=spec.nodeName%3Dn{n % nodes}") for n in range(200)])
        print(f"  pods of one node p50 {p50:.2f} ms, p99 {p99:.2f} ms")
        revision = target.ask("GET", f"{PODS}?limit=1")["metadata"]["resourceVersion"]
        marks = [f"mark-{n}-of-the-benchmark".encode() for n in range(4)]
        times = load.watch(target, target.request("GET", f"{PODS}?watch=true&resourceVersion={revision}"), options.watchers, marks, PROCESSES,
                           lambda mark: line.ask("PATCH", f"{PODS}/p00000", {"metadata": {"annotations": {"mark": mark.decode()}}}))[1:]
        print(f"  one write to {options.watchers} watchers {1000 * sorted(t[0] for t in times)[1]:.1f} ms", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--martlet", required=True)
    parser.add_argument("--sizes", default="1000,10000,100000")
    parser.add_argument("--watchers", type=int, default=1000)
    parser.add_argument("--port", type=int, default=17643)
    options = parser.parse_args()
    options.martlet = os.path.abspath(options.martlet)
    for size in options.sizes.split(","):
        measure(options, int(size))


if __name__ == "__main__":
    main()
