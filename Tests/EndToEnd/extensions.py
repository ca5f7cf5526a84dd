#!/usr/bin/env python3
"""Drives a control plane through servers that extend it: admission webhooks, conversion webhooks, aggregated APIs.

    extensions.py --martlet PATH [--only SUBSTRING] [--keep]

Needs kubectl and openssl, and neither root nor containers. The last line says `N passed, N failed`.
"""
import http.client, json, os, shutil, ssl, time
from run import Cluster, Failure, contains, equal, run_cluster, until
from webhook_server import Certificates, Server, review, service

CASES = []


def case(function):
    CASES.append(function)
    return function


class ControlPlane(Cluster):
    def __init__(self, martlet, directory):
        super().__init__(martlet, directory)
        self.flags = ["--data-dir", self.data, "--listen", "127.0.0.1:17448", "--components", "apiserver,controller-manager",
                      "--audit-policy-file", os.path.join(directory, "audit.json"), "--audit-log-path", os.path.join(directory, "audit.log")]
        with open(os.path.join(directory, "audit.json"), "w") as file:
            json.dump({"apiVersion": "audit.k8s.io/v1", "kind": "Policy", "omitStages": ["RequestReceived"], "rules": [
                {"level": "Request", "resources": [{"group": "", "resources": ["configmaps"]}]}, {"level": "None"}]}, file)
        self.audit_log = os.path.join(directory, "audit.log")
        self.certificates = Certificates(os.path.join(directory, "pki"))

    def apply(self, *objects, check=True):
        """Creates objects that are not there, and updates those that are."""
        for thing in objects:
            done = self.kubectl("apply", "--server-side", "-f", "-", stdin=json.dumps(thing), check=check)
        return done

    def create(self, ns, thing, check=True):
        return self.kubectl("-n", ns, "create", "-f", "-", stdin=json.dumps(thing), check=check)

    def audit(self, ns, name):
        """The annotations in the audit of the first request for an object."""
        with open(self.audit_log) as file:
            for event in map(json.loads, file):
                reference = event.get("objectRef", {})
                if (reference.get("namespace"), reference.get("name")) == (ns, name):
                    return event.get("annotations", {})
        raise Failure(f"no audit of {ns}/{name}")

    def serve(self, handlers, *names):
        return Server(handlers, *self.certificates.issue("server", "IP:127.0.0.1", *names))


def refused(done, part):
    equal(done.returncode, 1, f"exit status ({done.stdout}{done.stderr})")
    contains(done.stderr, part)


def config_map(name, data=None, labels=None):
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "labels": labels or {}}, "data": data or {}}


def configuration(c, kind, name, *webhooks):
    return {"apiVersion": "admissionregistration.k8s.io/v1", "kind": kind, "metadata": {"name": name},
            "webhooks": [{"sideEffects": "None", "admissionReviewVersions": ["v1"], "timeoutSeconds": 5, **webhook} for webhook in webhooks]}


def webhook(c, ns, name, url, rule, **more):
    return {"name": name, "clientConfig": {"url": url, "caBundle": c.certificates.bundle},
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": ns}},
            "rules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "scope": "*", **rule}], **more}


def with_configuration(c, made, work):
    c.apply(made)
    try:
        return work()
    finally:
        c.kubectl("delete", made["kind"].lower() + "s." + made["apiVersion"].split("/")[0], made["metadata"]["name"])


@case
def case_mutating_webhooks_see_each_other(c, ns):
    def stage(key, needs):
        def handler(_, body):
            data = body["request"]["object"].get("data") or {}
            return review(body, patch=[{"op": "add", "path": f"/data/{key}", "value": "yes"}] if needs in data and key not in data else None,
                          warnings=[f"saw {key}"], auditAnnotations={"saw": key})
        return handler

    server = c.serve({"/one": stage("one", "start"), "/two": stage("two", "one"), "/early": stage("early", "two")})
    base = f"https://127.0.0.1:{server.port}"
    rule = {"resources": ["configmaps"]}
    made = configuration(c, "MutatingWebhookConfiguration", "stages",
                         webhook(c, ns, "early.example.com", base + "/early", rule, reinvocationPolicy="IfNeeded"),
                         webhook(c, ns, "one.example.com", base + "/one", rule), webhook(c, ns, "two.example.com", base + "/two", rule))

    def work():
        done = c.create(ns, config_map("a", {"start": "x"}), check=False)
        equal(done.returncode, 0, done.stderr)
        contains(done.stderr, "Warning: saw two")
        equal(sorted(c.get("-n", ns, "configmap", "a")["data"]), ["early", "one", "start", "two"])
        equal([path.split("?")[0] for path, _, _ in server.requests], ["/early", "/one", "/two", "/early"], "calls")
        question = server.requests[0][1]["request"]
        equal((question["operation"], question["kind"]["kind"], question["resource"]["resource"], question["name"], question["dryRun"]),
              ("CREATE", "ConfigMap", "configmaps", "a", False))
        equal(question["options"]["kind"], "CreateOptions")
        remarks = until(lambda: c.audit(ns, "a"), 5, "the audit")
        equal(remarks["two.example.com/saw"], "two")
        equal(json.loads(remarks["mutation.webhook.admission.k8s.io/round_1_index_0"]),
              {"configuration": "stages", "webhook": "early.example.com", "mutated": True})
        equal(json.loads(remarks["patch.webhook.admission.k8s.io/round_0_index_1"])["patch"],
              [{"op": "add", "path": "/data/one", "value": "yes"}])
        for number in range(20):
            c.create(ns, config_map(f"b{number}"))
        if server.connections > 8:
            raise Failure(f"{server.connections} connections for {len(server.requests)} calls")

    with_configuration(c, made, work)
    c.create(ns, config_map("later", {"start": "x"}))
    equal(list(c.get("-n", ns, "configmap", "later")["data"]), ["start"])
    server.close()


@case
def case_validating_webhooks_deny(c, ns):
    def handler(_, body):
        request = body["request"]
        thing = request["object"] or request["oldObject"]
        bad = (thing.get("data") or {}).get("webhook") == "deny" or request["operation"] in ("DELETE", "CONNECT")
        return review(body, allowed=not bad, message="no such thing" if bad else None)

    server = c.serve({"/": handler})
    made = configuration(
        c, "ValidatingWebhookConfiguration", "denial",
        webhook(c, ns, "deny.example.com", f"https://127.0.0.1:{server.port}/",
                {"resources": ["configmaps", "pods/attach", "pods/eviction"], "operations": ["CREATE", "UPDATE", "DELETE", "CONNECT"]}))
    denied = 'admission webhook "deny.example.com" denied the request: no such thing'
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "i"}]}}
    c.create(ns, {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default"}}, check=False)
    c.create(ns, pod)

    def work():
        refused(c.create(ns, config_map("bad", {"webhook": "deny"}), check=False), denied)
        c.create(ns, config_map("good", {"webhook": "allow"}))
        refused(c.kubectl("-n", ns, "patch", "configmap", "good", "--type=merge", "-p", '{"data":{"webhook":"deny"}}', check=False), denied)
        refused(c.kubectl("-n", ns, "delete", "configmap", "good", check=False), denied)
        refused(c.kubectl("-n", ns, "delete", "configmaps", "--all", check=False), denied)
        answer = c.kubectl("get", "--raw", f"/api/v1/namespaces/{ns}/pods/p/attach?container=c&stdout=true", check=False)
        refused(answer, "no such thing")
        connect = server.requests[-1][1]["request"]
        equal((connect["operation"], connect["kind"]["kind"], connect["object"]["container"], connect["subResource"]),
              ("CONNECT", "PodAttachOptions", "c", "attach"))
        c.kubectl("create", "--raw", f"/api/v1/namespaces/{ns}/pods/p/eviction?dryRun=All", "-f", "-", stdin=json.dumps(
            {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": "p"}}))
        eviction = server.requests[-1][1]["request"]
        equal((eviction["operation"], eviction["kind"]["kind"], eviction["dryRun"]), ("CREATE", "Eviction", True))

    with_configuration(c, made, work)
    server.close()


@case
def case_failures_and_timeouts(c, ns):
    def slow(_, body):
        time.sleep(3)
        return review(body)

    server = c.serve({"/slow": slow})
    base = f"https://127.0.0.1:{server.port}"

    def attempt(name, path, **more):
        made = configuration(c, "ValidatingWebhookConfiguration", "failures",
                             {**webhook(c, ns, "f.example.com", base + path, {"resources": ["configmaps"]}), **more})
        return with_configuration(c, made, lambda: c.create(ns, config_map(name), check=False))

    refused(attempt("a", "/slow", timeoutSeconds=1), "context deadline exceeded")
    equal(attempt("b", "/slow", timeoutSeconds=1, failurePolicy="Ignore").returncode, 0)
    equal(attempt("c", "/slow", timeoutSeconds=6).returncode, 0)
    refused(attempt("d", "/nothing"), "the server could not find the requested resource")
    untrusted = {"clientConfig": {"url": base + "/slow"}}
    refused(attempt("e", "/slow", **untrusted), "x509: certificate signed by unknown authority")
    refused(attempt("f", "/slow", clientConfig={"url": "https://127.0.0.1:9/"}), "dial tcp 127.0.0.1:9: connect: connection refused")
    server.close()


@case
def case_webhook_behind_a_service_that_asks_back(c, ns):
    def handler(_, body):
        c.create(ns, config_map("from-within"), check=False)
        return review(body, allowed=c.kubectl("-n", ns, "get", "configmap", "from-within", check=False).returncode == 0)

    server = c.serve({"/ask": handler}, f"DNS:asker.{ns}.svc")
    c.apply(*service(ns, "asker", server.port))
    made = configuration(
        c, "ValidatingWebhookConfiguration", "asker",
        {**webhook(c, ns, "ask.example.com", "", {"resources": ["secrets"]}),
         "clientConfig": {"service": {"name": "asker", "namespace": ns, "path": "/ask"}, "caBundle": c.certificates.bundle}})

    def work():
        c.create(ns, {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}})
        equal(server.requests[0][2].get("host") or server.requests[0][2].get("Host"), f"asker.{ns}.svc")

    with_configuration(c, made, work)
    server.close()


def definition(group, versions, **spec):
    return {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": f"crons.{group}"},
            "spec": {"group": group, "scope": "Namespaced", "names": {"plural": "crons", "kind": "Cron"}, "versions": versions, **spec}}


def version(name, storage, properties):
    return {"name": name, "served": True, "storage": storage,
            "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": {"type": "object", "properties": properties}}}}}


def established(c, name):
    c.kubectl("wait", "--for=condition=Established", f"crd/{name}", "--timeout=10s")


@case
def case_custom_resources_pass_webhooks(c, ns):
    group = "mutated.example.com"
    text = {"type": "string"}

    def handler(_, body):
        request = body["request"]
        if request["operation"] == "DELETE":
            return review(body, allowed=False, message="stays")
        spec = request["object"]["spec"]
        patch = [{"op": "add", "path": f"/spec/{key}", "value": "yes"} for key in ("known", "unknown") if key not in spec]
        return review(body, patch=patch or None)

    server = c.serve({"/": handler})
    c.apply(definition(group, [version("v1", True, {"known": text, "other": text, "filled": {**text, "default": "full"}}),
                               version("v2", False, {"known": text, "other": text})]))
    established(c, f"crons.{group}")
    rule = {"apiGroups": [group], "apiVersions": ["v1"], "resources": ["crons"], "operations": ["CREATE", "UPDATE", "DELETE"]}
    made = configuration(c, "MutatingWebhookConfiguration", "customs", webhook(c, ns, "c.example.com", f"https://127.0.0.1:{server.port}/", rule))

    def work():
        c.create(ns, {"apiVersion": f"{group}/v1", "kind": "Cron", "metadata": {"name": "a"}, "spec": {"other": "x"}})
        equal(c.get("-n", ns, "crons.v1." + group, "a")["spec"], {"other": "x", "known": "yes", "filled": "full"})
        c.apply(definition(group, [version("v1", False, {"known": text, "other": text}), version("v2", True, {"known": text, "other": text})]))
        until(lambda: c.get("crd", f"crons.{group}")["status"]["storedVersions"] == ["v1", "v2"], 10, "the new stored version")
        c.kubectl("-n", ns, "patch", "crons.v2." + group, "a", "--type=merge", "-p", '{"spec":{"other":"z"}}')
        equal(c.get("-n", ns, "crons.v2." + group, "a")["spec"]["other"], "z")
        last = server.requests[-1][1]["request"]
        # The rule knows v1 only, so that is what the webhook gets.
        equal((last["kind"]["version"], last["requestKind"]["version"], last["object"]["apiVersion"]), ("v1", "v2", f"{group}/v1"))
        refused(c.kubectl("-n", ns, "delete", "crons.v1." + group, "a", check=False), "denied the request: stays")

    with_configuration(c, made, work)
    denial = configuration(c, "ValidatingWebhookConfiguration", "definitions", {
        **webhook(c, ns, "d.example.com", f"https://127.0.0.1:{server.port}/deny", {"apiGroups": ["apiextensions.k8s.io"], "resources": ["customresourcedefinitions"]}),
        "namespaceSelector": {}, "objectSelector": {"matchLabels": {"denied": "yes"}}})
    server.handlers["/deny"] = lambda _, body: review(body, allowed=False)
    unwanted = definition("unwanted.example.com", [version("v1", True, {})])
    unwanted["metadata"]["labels"] = {"denied": "yes"}
    with_configuration(c, denial, lambda: refused(c.create(ns, unwanted, check=False), 'admission webhook "d.example.com" denied the request without explanation'))
    c.kubectl("delete", "crd", f"crons.{group}", "--timeout=20s")
    server.close()


@case
def case_conversion_webhook(c, ns):
    group = "converted.example.com"
    text = {"type": "string"}

    def convert(_, body):
        wanted = body["request"]["desiredAPIVersion"]
        converted = []
        for thing in body["request"]["objects"]:
            thing, spec = {**thing, "apiVersion": wanted}, dict(thing.get("spec") or {})
            if wanted.endswith("/v2") and "hostPort" in spec:
                spec["host"], spec["port"] = spec.pop("hostPort").split(":")
            elif wanted.endswith("/v1") and "host" in spec:
                spec["hostPort"] = spec.pop("host") + ":" + spec.pop("port")
            converted.append({**thing, "spec": spec})
        return {"apiVersion": body["apiVersion"], "kind": "ConversionReview",
                "response": {"uid": body["request"]["uid"], "result": {"status": "Success"}, "convertedObjects": converted}}

    server = c.serve({"/convert": convert})
    old, new = {"hostPort": text}, {"host": text, "port": text}
    conversion = {"strategy": "Webhook", "webhook": {"conversionReviewVersions": ["v1"], "clientConfig": {
        "url": f"https://127.0.0.1:{server.port}/convert", "caBundle": c.certificates.bundle}}}
    c.apply(definition(group, [version("v1", True, old), version("v2", False, new)], conversion=conversion))
    established(c, f"crons.{group}")
    c.create(ns, {"apiVersion": f"{group}/v1", "kind": "Cron", "metadata": {"name": "a"}, "spec": {"hostPort": "one:1"}})
    c.create(ns, {"apiVersion": f"{group}/v2", "kind": "Cron", "metadata": {"name": "b"}, "spec": {"host": "two", "port": "2"}})
    equal(c.get("-n", ns, "crons.v2." + group, "a")["spec"], {"host": "one", "port": "1"})
    equal(c.get("-n", ns, "crons.v1." + group, "b")["spec"], {"hostPort": "two:2"})
    c.apply(definition(group, [version("v1", False, old), version("v2", True, new)], conversion=conversion))
    until(lambda: c.get("crd", f"crons.{group}")["status"]["storedVersions"] == ["v1", "v2"], 10, "the new stored version")
    c.create(ns, {"apiVersion": f"{group}/v2", "kind": "Cron", "metadata": {"name": "c"}, "spec": {"host": "three", "port": "3"}})
    # Some are stored in v1 and some in v2 now.
    for name, expected in (("v1", ["one:1", "two:2", "three:3"]), ("v2", ["one", "two", "three"])):
        items = c.get("-n", ns, f"crons.{name}.{group}")["items"]
        equal([item["spec"].get("hostPort") or item["spec"]["host"] for item in items], expected, f"list in {name}")
        equal({item["apiVersion"] for item in items}, {f"{group}/{name}"})
    c.kubectl("-n", ns, "patch", "crons.v1." + group, "a", "--type=merge", "-p", '{"spec":{"hostPort":"four:4"}}')
    equal(c.get("-n", ns, "crons.v2." + group, "a")["spec"], {"host": "four", "port": "4"})
    watch = c.kubectl("get", "--raw", f"/apis/{group}/v1/namespaces/{ns}/crons?watch=1&timeoutSeconds=1")
    equal([json.loads(line)["object"]["spec"]["hostPort"] for line in watch.splitlines()], ["four:4", "two:2", "three:3"], "watch")
    server.close()
    c.kubectl("-n", ns, "annotate", "crons.v2." + group, "c", "touched=yes")
    refused(c.kubectl("-n", ns, "get", "crons.v1." + group, check=False), f"conversion webhook for {group}/v2, Kind=Cron failed: Post")
    c.kubectl("delete", "crd", f"crons.{group}", "--timeout=20s")


@case
def case_aggregated_server(c, ns):
    group = "wardle.example.com"
    flunders, seen = {}, []

    def api(handler, body):
        path, query = (handler.path.split("?") + [""])[:2]
        seen.append({"path": path, "user": handler.headers.get("x-remote-user"), "groups": handler.headers.get_all("x-remote-group"),
                     "authorization": handler.headers.get("authorization"), "certificate": handler.connection.getpeercert()})
        if path == f"/apis/{group}/v1":
            return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": f"{group}/v1", "resources": [
                {"name": "flunders", "singularName": "flunder", "namespaced": True, "kind": "Flunder", "verbs": ["create", "delete", "get", "list"]},
                {"name": "flunders/status", "singularName": "", "namespaced": True, "kind": "Flunder", "verbs": ["get"]}]}
        if path == "/openapi/v2":
            return {"swagger": "2.0", "paths": {f"/apis/{group}/v1/flunders": {"get": {"schema": {"$ref": "#/definitions/com.example.Flunder"}}}},
                    "definitions": {"com.example.Flunder": {"type": "object", "description": "A flunder."}}}
        prefix = f"/apis/{group}/v1/namespaces/{ns}/flunders"
        name = path[len(prefix):].strip("/")
        if handler.command == "POST":
            thing = {**body, "metadata": {**body["metadata"], "namespace": ns, "uid": "1", "resourceVersion": "1"}}
            flunders[body["metadata"]["name"]] = thing
            return 201, thing
        if not name:
            return {"kind": "FlunderList", "apiVersion": f"{group}/v1", "metadata": {"resourceVersion": "1"}, "items": list(flunders.values())}
        if name not in flunders:
            return 404, {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound", "code": 404, "message": f"no {name}"}
        return flunders.pop(name) if handler.command == "DELETE" else flunders[name]

    trust = json.loads(c.kubectl("-n", "kube-system", "get", "configmap", "extension-apiserver-authentication", "-o", "json"))["data"]
    authority = c.certificates.path("front-proxy.crt")
    with open(authority, "w") as file:
        file.write(trust["requestheader-client-ca-file"])
    server = Server({"/*": api}, *c.certificates.issue("wardle", f"DNS:wardle.{ns}.svc"), client_authority=authority)
    c.apply(*service(ns, "wardle", server.port))
    registration = {"apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService", "metadata": {"name": f"v1.{group}"},
                    "spec": {"group": group, "version": "v1", "groupPriorityMinimum": 2000, "versionPriority": 200,
                             "caBundle": c.certificates.bundle, "service": {"namespace": ns, "name": "wardle"}}}
    c.apply(registration)
    c.kubectl("wait", "--for=condition=Available", f"apiservice/v1.{group}", "--timeout=10s")
    c.create(ns, {"apiVersion": f"{group}/v1", "kind": "Flunder", "metadata": {"name": "one"}})
    equal([x["metadata"]["name"] for x in c.get("-n", ns, "flunders")["items"]], ["one"])
    asked = [x for x in seen if x["path"].endswith("flunders")][-1]
    equal((asked["user"], asked["authorization"]), ("kubernetes-admin", None))
    if "system:masters" not in asked["groups"] or "front-proxy-client" not in str(asked["certificate"]):
        raise Failure(f"the server saw {asked}")
    contains(c.kubectl("api-resources", "--api-group", group), "flunders")
    contains(c.kubectl("get", "--raw", "/apis"), group)
    contains(c.kubectl("get", "--raw", f"/apis/{group}"), '"preferredVersion"')
    contains(c.kubectl("get", "--raw", "/openapi/v2"), "A flunder.")
    refused(c.kubectl("-n", ns, "get", "flunders", "two", check=False), "no two")
    refused(c.kubectl("-n", ns, "get", "flunders", "--as=nobody", check=False), "cannot list resource")
    c.kubectl("-n", ns, "delete", "flunders", "one")
    server.close()
    until(lambda: [x["status"] for x in c.get("apiservice", f"v1.{group}")["status"]["conditions"]] == ["False"], 45, "unavailability")
    refused(c.kubectl("-n", ns, "get", "--raw", f"/apis/{group}/v1/namespaces/{ns}/flunders", check=False), "unable to handle the request")
    c.kubectl("delete", "apiservice", f"v1.{group}")
    until(lambda: group not in c.kubectl("get", "--raw", "/apis"), 5, "the group to be gone")


@case
def case_front_proxy_says_who_asks(c, ns):
    proxy = os.path.join(c.data, "pki")
    made = Certificates.__new__(Certificates)
    made.folder = os.path.join(c.directory, "proxy")
    os.makedirs(made.folder)
    for name in ("crt", "key"):
        shutil.copy(os.path.join(proxy, f"front-proxy-ca.{name}"), made.path(f"ca.{name}"))
    good, stranger = made.issue("front-proxy-client", "DNS:x"), made.issue("stranger", "DNS:x")

    def whoami(pair, **headers):
        context = ssl._create_unverified_context()
        context.load_cert_chain(*pair)
        connection = http.client.HTTPSConnection("127.0.0.1", 17448, context=context)
        connection.request("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", body=json.dumps(
            {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}),
            headers={"content-type": "application/json", **{key.replace("_", "-"): value for key, value in headers.items()}})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read()).get("status", {})

    status, answer = whoami(good, X_Remote_User="jane", X_Remote_Group="devs", **{"X-Remote-Extra-Acme.com%2FTeam": "blue"})
    equal((status, answer["userInfo"]["username"], answer["userInfo"]["groups"]), (201, "jane", ["devs", "system:authenticated"]))
    equal(answer["userInfo"]["extra"], {"acme.com/team": ["blue"]})
    # Without the headers, or under another name, the certificate stands for nobody.
    equal(whoami(good)[0], 401)
    equal(whoami(stranger, X_Remote_User="jane")[0], 401)
    # A client's certificate says who it is itself.
    admin = os.path.join(c.data, "pki", "admin")
    status, answer = whoami((admin + ".crt", admin + ".key"), X_Remote_User="jane")
    equal(answer["userInfo"]["username"], "kubernetes-admin")


if __name__ == "__main__":
    run_cluster(CASES, __doc__, ControlPlane)
