"""Nodes whose pods do what a test tells them: end with exit codes, fail their probes, linger when they are deleted."""
import datetime, queue, threading, time
from rest import Refused
from run import until


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


class Play:
    """What a pod does: runs (ready or not) or, with `exits`, ends with the code that stands there for its number of restarts."""

    def __init__(self, ready=True, exits=None, phase=None, reason=None, lingers=0):
        self.ready, self.exits, self.phase, self.reason, self.lingers = ready, exits, phase, reason, lingers


class ScriptedNodes:
    """`scripts[namespace]` is called with a pod and gives its Play; without one it runs and is ready."""

    def __init__(self, rest, names, capacity, labels=None, taints=None):
        self.rest, self.names, self.scripts, self.pods, self.restarts = rest, list(names), {}, {}, {}
        self.work, self.over, self.deleted, self.addresses, self.numbers = queue.Queue(), threading.Event(), {}, {}, iter(range(2, 65000))
        for name in self.names:
            self.register(name, capacity, labels or {}, taints or [])
        version = rest.get("pods", limit=1)["metadata"]["resourceVersion"]
        self.watch = rest.watch("pods", version=version)
        for body in (self.follow, self.act, self.renew):
            threading.Thread(target=body, daemon=True).start()

    def register(self, name, capacity, labels, taints):
        node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": {"kubernetes.io/hostname": name, "kubernetes.io/os": "linux", **labels}},
                "spec": {"taints": taints}}
        self.rest.create("nodes", None, node)
        status = {"capacity": capacity, "allocatable": capacity, "nodeInfo": {"kubeletVersion": "v1.36.0"}, "conditions": [
            {"type": "Ready", "status": "True", "reason": "KubeletReady", "message": "", "lastHeartbeatTime": now(), "lastTransitionTime": now()}]}
        self.rest.patch("nodes", None, name, {"status": status}, sub="status")
        lease = {"metadata": {"name": name}, "spec": {"holderIdentity": name, "leaseDurationSeconds": 40, "renewTime": now()[:-1] + ".000000Z"}}
        until(lambda: self.rest.create("leases", "kube-node-lease", lease), 20, "the namespace of leases")

    def renew(self):
        while not self.over.wait(8):
            for name in self.names:
                self.rest.patch("leases", "kube-node-lease", name, {"spec": {"renewTime": now()[:-1] + ".000000Z"}}, "merge")

    def follow(self):
        at = 0
        while not self.over.is_set():
            events = self.watch.events
            if at == len(events):
                time.sleep(0.02)
                continue
            kind, pod = events[at]
            events[at] = None
            at += 1
            if pod["spec"].get("nodeName") not in self.names:
                continue
            uid = pod["metadata"]["uid"]
            if kind == "DELETED":
                self.pods.pop(uid, None)
            else:
                self.pods[uid] = pod
                self.work.put(uid)

    def look(self, ns):
        """Asks the script of a namespace anew for all of its pods."""
        for uid, pod in list(self.pods.items()):
            if pod["metadata"]["namespace"] == ns:
                self.work.put(uid)

    def act(self):
        while not self.over.is_set():
            try:
                pod = self.pods.get(self.work.get(timeout=0.5))
            except queue.Empty:
                continue
            if pod is None:
                continue
            try:
                self.play(pod)
            except Refused as refusal:
                if refusal.code not in (404, 409):
                    print(f"a played pod: {refusal}", flush=True)

    def play(self, pod):
        meta, status = pod["metadata"], pod["status"]
        uid, ns, name = meta["uid"], meta["namespace"], meta["name"]
        script = self.scripts.get(ns)
        play = (script(pod) if script else None) or Play()
        is_over = status.get("phase") in ("Succeeded", "Failed")
        if "deletionTimestamp" in meta:
            begun = self.deleted.setdefault(uid, time.monotonic())
            if play.lingers and time.monotonic() - begun < play.lingers:
                threading.Timer(play.lingers, self.work.put, (uid,)).start()
                return
            if not is_over:
                self.write(pod, "Failed", self.containers(pod, False, 137))
                return
            if self.deleted[uid] is not None:
                self.deleted[uid] = None
                self.rest.delete("pods", ns, name, gracePeriodSeconds=0, preconditions={"uid": uid})
            return
        if is_over:
            return
        if play.phase:
            return self.write(pod, play.phase, [], play.reason)
        if play.exits is None:
            ready = {c["type"]: c["status"] for c in status.get("conditions", [])}.get("Ready")
            if status.get("phase") != "Running" or ready != str(play.ready):
                self.write(pod, "Running", self.containers(pod, play.ready, None))
            return
        if status.get("phase") != "Running":
            return self.write(pod, "Running", self.containers(pod, True, None))
        count = self.restarts.setdefault(uid, 0)
        code = play.exits[min(count, len(play.exits) - 1)]
        if pod["spec"]["restartPolicy"] == "Never" or (code == 0 and pod["spec"]["restartPolicy"] == "OnFailure"):
            return self.write(pod, "Failed" if code else "Succeeded", self.containers(pod, False, code))
        self.restarts[uid] = count + 1
        self.write(pod, "Running", self.containers(pod, True, None))

    def containers(self, pod, ready, code):
        count = self.restarts.get(pod["metadata"]["uid"], 0)
        started = pod["status"].get("startTime", now())
        state = {"running": {"startedAt": started}} if code is None else {
            "terminated": {"exitCode": code, "reason": "Error" if code else "Completed", "startedAt": started, "finishedAt": now()}}
        return [{"name": c["name"], "image": c["image"], "imageID": "", "ready": ready and code is None, "started": code is None, "restartCount": count,
                 "state": state, "lastState": {}} for c in pod["spec"]["containers"]]

    def write(self, pod, phase, containers, reason=None):
        meta = pod["metadata"]
        ready = bool(containers) and all(c["ready"] for c in containers)
        old = {c["type"]: c for c in pod["status"].get("conditions", [])}

        def condition(kind, value):
            text = str(value)
            since = old[kind]["lastTransitionTime"] if old.get(kind, {}).get("status") == text else now()
            return {"type": kind, "status": text, "lastTransitionTime": since, "lastProbeTime": None}

        status = {"phase": phase, "startTime": pod["status"].get("startTime", now()), "observedGeneration": meta.get("generation"),
                  "conditions": [condition("Initialized", True), condition("Ready", ready), condition("ContainersReady", ready)], "containerStatuses": containers}
        if reason:
            status["reason"] = reason
        number = self.addresses.get(meta["uid"]) or self.addresses.setdefault(meta["uid"], next(self.numbers))
        status["podIP"] = f"100.99.{number // 256}.{number % 256}"
        status["podIPs"] = [{"ip": status["podIP"]}]
        self.rest.patch("pods", meta["namespace"], meta["name"], {"metadata": {"uid": meta["uid"]}, "status": status}, sub="status")

    def offer(self, name, resources):
        """Lets a node have more resources."""
        self.rest.patch("nodes", None, name, {"status": {"capacity": resources, "allocatable": resources}}, sub="status")

    def stop(self):
        self.over.set()
        self.watch.__exit__()
