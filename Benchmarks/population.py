#!/usr/bin/env python3
"""Says how much memory a whole control plane takes as its pods grow: API server, controllers and scheduler in one process.

    population.py --martlet PATH [--nodes 5000] [--steps 50000,100000,150000] [--replicas 1000] [--services] [--port N]

Nodes are played by `martlet simulate nodes`, a process of its own; pods are of Deployments with so many replicas each, are
scheduled and become Running. At each step it waits until they are, then until the memory no longer falls.
"""
import argparse, os, subprocess, tempfile, time

import load
from run import BenchmarkCluster


def deployment(number, replicas):
    name = f"web-{number:04}"
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "labels": {"app": name}}, "spec": {
        "replicas": replicas, "selector": {"matchLabels": {"app": name}}, "template": {"metadata": {"labels": {"app": name}}, "spec": {"containers": [{
            "name": "main", "image": "registry.example/app:1.2.3", "ports": [{"containerPort": 8080}], "env": [{"name": "LEVEL", "value": "info"}],
            "resources": {"requests": {"cpu": "10m", "memory": "64Mi"}, "limits": {"memory": "128Mi"}}}]}}}}


def service(number):
    name = f"web-{number:04}"
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": {"selector": {"app": name}, "ports": [{"port": 80, "targetPort": 8080}]}}


def settled(target, part):
    """How many replicas of all Deployments are ready, and whether that is enough of them."""
    found = target.ask("GET", "/apis/apps/v1/deployments")["items"]
    ready = sum(d.get("status", {}).get("readyReplicas", 0) for d in found)
    return ready, ready >= part * sum(d["spec"]["replicas"] for d in found)


def wait_for(target, seconds, quiet, part):
    end, told = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        ready, done = settled(target, part)
        if done:
            return
        if not quiet and time.monotonic() > told + 60:
            told = time.monotonic()
            print(f"  {ready} ready", flush=True)
        time.sleep(2)
    raise RuntimeError("not all replicas became ready")


def lowest(cluster, seconds=150):
    """Resident and anonymous memory once decoded trees and spent buffers have been let go."""
    figures = []
    for _ in range(seconds // 10):
        time.sleep(10)
        figures.append((cluster.memory("VmRSS")[0], cluster.memory("RssAnon")[0]))
        if len(figures) > 4 and min(figures[-4:]) >= min(figures[:-4]):
            break
    return min(figures)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--martlet", required=True)
    parser.add_argument("--nodes", type=int, default=5000)
    parser.add_argument("--steps", default="50000,100000,150000")
    parser.add_argument("--replicas", type=int, default=1000)
    parser.add_argument("--services", action="store_true", help="a Service for every Deployment")
    parser.add_argument("--port", type=int, default=17644)
    parser.add_argument("--quiet", action="store_true")
    options = parser.parse_args()
    options.martlet = os.path.abspath(options.martlet)
    with BenchmarkCluster(options, "apiserver,controller-manager,scheduler") as cluster, tempfile.TemporaryFile() as log:
        cluster.up()
        target = load.Target(cluster)
        print(f"empty: resident {cluster.memory('VmRSS')[0]:.0f} MiB", flush=True)
        player = subprocess.Popen([options.martlet, "simulate", "nodes", "--kubeconfig", cluster.kubeconfig, "--count", str(options.nodes), "--keep"],
                                  stdout=log, stderr=log)
        try:
            while len(target.ask("GET", "/api/v1/nodes")["items"]) < options.nodes:
                time.sleep(1)
            print(f"{options.nodes} nodes: resident {lowest(cluster, 60)[0]:.0f} MiB", flush=True)
            made, before = 0, None
            for step in map(int, options.steps.split(",")):
                begun, cpu = time.monotonic(), load.server_cpu(cluster.process())
                while made * options.replicas < step:
                    target.ask("POST", "/apis/apps/v1/namespaces/default/deployments", deployment(made, options.replicas))
                    if options.services:
                        target.ask("POST", "/api/v1/namespaces/default/services", service(made))
                    made += 1
                    if made % 5 == 0:
                        wait_for(target, 3600, options.quiet, 0.8)
                # On a busy machine some nodes are thought lost for a moment, and their pods with them.
                wait_for(target, 3600, options.quiet, 0.995)
                seconds, cpu = time.monotonic() - begun, load.server_cpu(cluster.process()) - cpu
                peak, (resident, own) = cluster.memory("VmHWM")[0], lowest(cluster)
                each = "" if before is None else f", {(resident - before[1]) * (1 << 20) / (step - before[0]):.0f} bytes for each further pod"
                before = step, resident
                print(f"{step} pods: resident {resident:.0f} MiB (anonymous {own:.0f}){each}; at its peak {peak:.0f} MiB; made in {seconds:.0f} s, {cpu:.0f} s of CPU", flush=True)
        finally:
            player.kill()


if __name__ == "__main__":
    main()
