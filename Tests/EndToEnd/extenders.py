#!/usr/bin/env python3
"""Lets programs outside have a say in scheduling: they filter, score, bind and preempt over HTTP and HTTPS, or do not answer.

    extenders.py --martlet PATH [--only SUBSTRING] [--keep]

Needs kubectl and openssl, and neither root nor containers. The last line says `N passed, N failed`.
"""
import base64, http.server, json, os, socket, ssl, subprocess, threading, time

from played import PlayedCluster, pod
from run import Failure, contains, equal, run_cluster, until

CASES = []


def case(function):
    CASES.append(function)
    return function


class Server:
    """Answers the calls of a scheduler by functions of the same names as its verbs, and remembers the bodies."""

    def __init__(self, context=None):
        outer, self.calls, self.answers = self, [], {}

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body, verb = json.loads(self.rfile.read(int(self.headers["content-length"]))), self.path.rsplit("/", 1)[-1]
                outer.calls.append((verb, body))
                answer = json.dumps(outer.answers[verb](body)).encode()
                self.send_response(200)
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if context:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"{'https' if context else 'http'}://127.0.0.1:{self.server.server_address[1]}/extender"

    def bodies(self, verb, name):
        """Of the calls that were about a pod."""
        return [body for called, body in self.calls if called == verb and (body.get("Pod", {}).get("metadata", {}).get("name") or body.get("PodName")) == name]


def certificate(folder, name, signer=None):
    """A key and a certificate of 127.0.0.1, signed by another or by itself."""
    path = os.path.join(folder, name)
    words = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}", "-keyout", path + ".key", "-out", path + ".crt",
             "-addext", "subjectAltName=IP:127.0.0.1"]
    if signer:
        words += ["-CA", signer + ".crt", "-CAkey", signer + ".key", "-addext", "basicConstraints=critical,CA:FALSE"]
    subprocess.run(words, check=True, capture_output=True)
    return path


def content(path):
    with open(path, "rb") as file:
        return base64.b64encode(file.read()).decode()


def profiles():
    """Beside the ordinary one: one that fills nodes up, one that sees no taints, and one that has nodes of its own."""
    only = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [{"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["e-3"]}]}]}}
    fill = {"scoringStrategy": {"type": "MostAllocated", "resources": [{"name": "cpu", "weight": 1}]}}
    return [{"schedulerName": "default-scheduler"},
            {"schedulerName": "filler", "plugins": {"score": {"disabled": [{"name": "*"}], "enabled": [{"name": "NodeResourcesFit", "weight": 3}]}},
             "pluginConfig": [{"name": "NodeResourcesFit", "args": fill}]},
            {"schedulerName": "careless", "plugins": {"multiPoint": {"disabled": [{"name": "TaintToleration"}]}}},
            {"schedulerName": "settled", "pluginConfig": [{"name": "NodeAffinity", "args": {"addedAffinity": only}}]}]


class ExtendedCluster(PlayedCluster):
    def __init__(self, martlet, directory):
        super().__init__(martlet, directory)
        authority = certificate(directory, "authority")
        served, client = certificate(directory, "server", authority), certificate(directory, "client", authority)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(served + ".crt", served + ".key")
        context.load_verify_locations(authority + ".crt")
        context.verify_mode = ssl.CERT_REQUIRED
        self.sure, self.plain = Server(context), Server()
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            nobody = f"http://127.0.0.1:{closed.getsockname()[1]}"

        def managed(name):
            return [{"name": "example.com/" + name, "ignoredByScheduler": True}]

        path = os.path.join(directory, "scheduler.json")
        with open(path, "w") as file:
            json.dump({"apiVersion": "kubescheduler.config.k8s.io/v1", "kind": "KubeSchedulerConfiguration", "profiles": profiles(), "extenders": [
                {"urlPrefix": self.sure.url, "filterVerb": "filter", "prioritizeVerb": "prioritize", "preemptVerb": "preempt", "weight": 5, "nodeCacheCapable": True,
                 "enableHTTPS": True, "managedResources": managed("sure"),
                 "tlsConfig": {"caData": content(authority + ".crt"), "certData": content(client + ".crt"), "keyData": content(client + ".key")}},
                {"urlPrefix": self.plain.url, "filterVerb": "filter", "bindVerb": "bind", "managedResources": managed("plain")},
                {"urlPrefix": nobody, "filterVerb": "filter", "ignorable": True, "managedResources": managed("ignorable")},
                {"urlPrefix": nobody, "filterVerb": "filter", "managedResources": managed("needed")}]}, file)
        self.flags += ["--scheduler-config", path]
        self.flags[self.flags.index("127.0.0.1:17449")] = "127.0.0.1:17451"

    def up(self):
        text = super().up()
        self.play("e-", 4, "--cpu", "4")
        return text

    def down(self, *words):
        self.stop_playing()
        return super().down(*words)


def asking(name, resource, cpu="10m", **spec):
    made = pod(name, **spec)
    wish = {"cpu": cpu, "example.com/" + resource: "1"}
    made["spec"]["containers"][0]["resources"] = {"requests": wish, "limits": {"example.com/" + resource: "1"}}
    return made


def node_of(c, ns, name):
    return c.one(ns, "pod", name)["spec"].get("nodeName")


# First: pods of others that go meanwhile would change which node is the fullest.
@case
def case_profiles_decide_differently(c, ns):
    c.apply(ns, *[pod(f"own{n}", schedulerName="settled") for n in range(3)], pod("elsewhere", schedulerName="settled", nodeSelector={"kubernetes.io/hostname": "e-1"}),
            pod("nobody", schedulerName="not-here"))

    def nodes(prefix, count):
        return until(lambda: len(f := [node_of(c, ns, f"{prefix}{n}") for n in range(count)]) == count and all(f) and f, 20, f"nodes of {prefix}")

    equal(set(nodes("own", 3)), {"e-3"}, "nodes of the profile with nodes of its own")
    c.apply(ns, *[pod(f"spread{n}", cpu="200m") for n in range(4)])
    equal(len(set(nodes("spread", 4))), 4, "nodes of the ordinary profile")
    c.apply(ns, *[pod(f"fill{n}", cpu="200m", schedulerName="filler") for n in range(4)])
    equal(len(set(nodes("fill", 4))), 1, "nodes of the profile that fills")
    until(lambda: any("didn't match scheduler-enforced node affinity" in message for _, message in c.events(ns, "elsewhere")), 20, "the event of one that has no node")
    event = next(e for e in c.items(ns, "events", "--field-selector", "involvedObject.name=fill0") if e["reason"] == "Scheduled")
    equal(event.get("reportingComponent"), "filler", "who reports")
    c.kubectl("taint", "nodes", "--all", "closed=yes:NoSchedule")
    c.apply(ns, pod("careful"), pod("careless", schedulerName="careless"))
    until(lambda: node_of(c, ns, "careless"), 20, "a node for one that sees no taints")
    until(lambda: any("untolerated taint" in message for _, message in c.events(ns, "careful")), 20, "the event of one that does")
    c.kubectl("taint", "nodes", "--all", "closed-")
    until(lambda: node_of(c, ns, "careful"), 20, "a node for the other")
    equal((node_of(c, ns, "nobody"), c.one(ns, "pod", "nobody")["status"].get("conditions")), (None, None), "a pod of another scheduler")


@case
def case_one_filters_and_scores_over_https(c, ns):
    c.sure.answers["filter"] = lambda body: {"NodeNames": [n for n in body["NodeNames"] if n != "e-0"], "FailedNodes": {"e-0": "not this one"}}
    c.sure.answers["prioritize"] = lambda body: [{"Host": n, "Score": 10 if n == "e-2" else 0} for n in body["NodeNames"]]
    c.apply(ns, asking("a", "sure"))
    equal(until(lambda: node_of(c, ns, "a"), 20, "the pod's node"), "e-2")
    body = c.sure.bodies("filter", "a")[0]
    equal(body["Nodes"], None, "nodes for one who knows them")
    equal(sorted(body["NodeNames"]), ["e-0", "e-1", "e-2", "e-3"])
    if "e-0" in c.sure.bodies("prioritize", "a")[0]["NodeNames"]:
        raise Failure("a node that was filtered out is scored")


@case
def case_what_an_extender_refuses_stands_in_the_event(c, ns):
    c.sure.answers["filter"] = lambda body: {"NodeNames": [], "FailedNodes": {n: "the moon is wrong" for n in body["NodeNames"]}}
    c.apply(ns, asking("a", "sure"))
    until(lambda: any("4 the moon is wrong" in message for _, message in c.events(ns, "a")), 20, "the extender's reason")
    c.sure.answers["filter"] = lambda body: {"Error": "broken to the core"}
    c.apply(ns, asking("b", "sure"))
    until(lambda: any("broken to the core" in message for _, message in c.events(ns, "b")), 20, "the extender's error")
    c.kubectl("-n", ns, "delete", "pod", "a", "b")


@case
def case_one_binds(c, ns):
    c.plain.answers["filter"] = lambda body: {"Nodes": {"items": [n for n in body["Nodes"]["items"] if n["metadata"]["name"] in ("e-1", "e-3")]}}

    def bind(body):
        binding = {"apiVersion": "v1", "kind": "Binding", "metadata": {"name": body["PodName"]}, "target": {"kind": "Node", "name": body["Node"]}}
        done = c.kubectl("create", "--raw", f"/api/v1/namespaces/{body['PodNamespace']}/pods/{body['PodName']}/binding", "-f", "-", stdin=json.dumps(binding), check=False)
        return {"Error": done.stderr} if done.returncode else {}

    c.plain.answers["bind"] = bind
    c.apply(ns, asking("a", "plain"))
    contains(["e-1", "e-3"], until(lambda: node_of(c, ns, "a"), 20, "the pod's node"))
    equal(c.plain.bodies("bind", "a")[0]["PodUID"], c.one(ns, "pod", "a")["metadata"]["uid"])
    until(lambda: any(reason == "Scheduled" for reason, _ in c.events(ns, "a")), 10, "the event")
    # One that cannot bind leaves the pod without a node, and it is tried again.
    refusals = iter([{"Error": "not now"}])
    c.plain.answers["bind"] = lambda body: next(refusals, None) or bind(body)
    c.apply(ns, asking("b", "plain"))
    until(lambda: node_of(c, ns, "b"), 40, "the pod's node at the second try")
    if not any("not now" in message for _, message in c.events(ns, "b")):
        raise Failure("no event of the refusal")


@case
def case_one_that_does_not_answer(c, ns):
    c.apply(ns, asking("a", "ignorable"), asking("b", "needed"))
    until(lambda: node_of(c, ns, "a"), 20, "a node in spite of the extender")
    until(lambda: any(reason == "FailedScheduling" for reason, _ in c.events(ns, "b")), 20, "the event")
    equal(node_of(c, ns, "b"), None)
    c.kubectl("-n", ns, "delete", "pod", "b")


@case
def case_one_has_a_say_in_preemption(c, ns):
    c.sure.answers["filter"] = lambda body: {"NodeNames": body["NodeNames"]}
    c.sure.answers["prioritize"] = lambda body: []
    c.apply(ns, {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": {"name": "high"}, "value": 1000})
    c.apply(ns, *[pod(f"low{n}", cpu="2500m") for n in range(4)])
    until(lambda: all(node_of(c, ns, f"low{n}") for n in range(4)), 60, "full nodes")
    c.sure.answers["preempt"] = lambda body: {"NodeNameToMetaVictims": {}}
    c.apply(ns, asking("a", "sure", cpu="2500m", priorityClassName="high"))
    until(lambda: c.sure.bodies("preempt", "a"), 20, "a call about preemption")
    time.sleep(1)
    equal((node_of(c, ns, "a"), len([p for p in c.items(ns, "pods") if p["metadata"]["name"].startswith("low")])), (None, 4), "one that wants none of it")
    c.kubectl("-n", ns, "delete", "pod", "a")
    c.sure.answers["preempt"] = lambda body: {"NodeNameToMetaVictims": body["NodeNameToMetaVictims"]}
    c.apply(ns, asking("b", "sure", cpu="2500m", priorityClassName="high"))
    until(lambda: node_of(c, ns, "b"), 20, "the pod's node")
    bodies = c.sure.bodies("preempt", "b")
    equal([len(v["Pods"]) for v in bodies[-1]["NodeNameToMetaVictims"].values()], [1])
    equal(len([p for p in c.items(ns, "pods") if p["metadata"]["name"].startswith("low")]), 3, "victims")
    c.kubectl("delete", "priorityclass", "high")


if __name__ == "__main__":
    run_cluster(CASES, __doc__, ExtendedCluster)
