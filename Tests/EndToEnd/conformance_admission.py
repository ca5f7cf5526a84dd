"""Webhooks and policies of admission as the conformance tests of api-machinery go through them."""
import time
from run import contains, equal, until
from played import case, template
from conformance_reads import config_map, custom, define
from webhook_server import review

HOOKS = "/apis/admissionregistration.k8s.io/v1"


def hook(c, ns, path, rules, **more):
    rules = [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "scope": "*", **rule} for rule in rules]
    return {"name": path.strip("/") + ".e2e.example.com", "clientConfig": {"url": f"https://127.0.0.1:{c.server.port}{path}", "caBundle": c.certificates.bundle},
            "rules": rules, "sideEffects": "None", "admissionReviewVersions": ["v1"], "timeoutSeconds": 10,
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": ns}}, **more}


def register(c, kind, name, *hooks, handlers=None):
    """Registers webhooks and waits until a request meets them."""
    c.server.handlers.update(handlers or {})
    resource = kind.lower() + "s"
    made = c.api.create(f"{HOOKS}/{resource}", {"apiVersion": "admissionregistration.k8s.io/v1", "kind": kind, "metadata": {"name": name, "labels": {"e2e": name}}, "webhooks": list(hooks)})
    return f"{HOOKS}/{resource}/{name}", made


def when_denied(ask, part):
    def denied():
        status, _, answer = ask()
        return status >= 400 and part in answer.get("message", "")

    until(denied, 10, f"a refusal with {part!r}")


@case
def case_webhooks_deny(c, ns):
    """Pods and config maps, by creation, update, patch and deletion; attaching; what is exempt."""
    root = f"/api/v1/namespaces/{ns}"

    def deny_pods(_, body):
        thing = body["request"]["object"]
        bad = any("webhook-disallow" in name for name in [thing["metadata"]["name"], *thing["metadata"].get("labels", {})])
        return review(body, allowed=not bad, message="the pod contains unwanted container name; the pod contains unwanted label")

    def deny_data(_, body):
        request = body["request"]
        thing = request["oldObject"] if request["operation"] == "DELETE" else request["object"]
        bad = any("webhook" in value for value in (thing.get("data") or {}).values())
        return review(body, allowed=not bad, message="the configmap contains unwanted key and value")

    c.api.create(root + "/pods", {"metadata": {"name": "to-be-attached-pod"}, "spec": {"nodeName": "node-0", "containers": [{"name": "c", "image": "x"}]}})
    path, _ = register(
        c, "ValidatingWebhookConfiguration", ns,
        hook(c, ns, "/pods", [{"resources": ["pods"]}]), hook(c, ns, "/data", [{"resources": ["configmaps"], "operations": ["CREATE", "UPDATE", "DELETE"]}],
                                                          objectSelector={"matchExpressions": [{"key": "skip", "operator": "DoesNotExist"}]}),
        hook(c, ns, "/attach", [{"resources": ["pods/attach"], "operations": ["CONNECT"]}]),
        handlers={"/pods": deny_pods, "/data": deny_data, "/attach": lambda _, body: review(body, allowed=False, message=f"attaching to pod '{body['request']['name']}' is not allowed")})
    pod = {"metadata": {"name": "webhook-disallow", "labels": {"webhook-disallow": "x"}}, "spec": {"containers": [{"name": "c", "image": "x"}]}}
    when_denied(lambda: c.api.ask("POST", root + "/pods", pod), 'denied the request: the pod contains unwanted container name; the pod contains unwanted label')
    bad = config_map("bad", bad="webhook-disallow")
    status, _, answer = c.api.ask("POST", root + "/configmaps", bad)
    equal((status, answer["message"]), (400, 'admission webhook "data.e2e.example.com" denied the request: the configmap contains unwanted key and value'), "a config map")
    c.api.create(root + "/configmaps", config_map("good"))
    equal(c.api.ask("PUT", root + "/configmaps/good", bad | {"metadata": {"name": "good"}})[0], 400, "an update")
    equal(c.api.ask("PATCH", root + "/configmaps/good", {"data": {"a": "webhook"}}, content="application/merge-patch+json")[0], 400, "a patch")
    c.api.create(root + "/configmaps", config_map("skipped", {"skip": "yes"}, a="webhook"))
    status, _, answer = c.api.ask("POST", root + "/pods/to-be-attached-pod/attach?stdout=true")
    equal(status, 400, "attaching")
    contains(answer["message"], "attaching to pod 'to-be-attached-pod' is not allowed")
    # What a webhook may never decide about.
    c.api.delete(path)
    until(lambda: c.api.ask("POST", root + "/configmaps?dryRun=All", bad)[0] == 201, 10, "the webhooks to be gone")


@case
def case_webhook_configurations_stay_changeable(c, ns):
    """Webhooks see no webhook configuration: nobody may be locked out."""
    rules = [{"apiGroups": ["admissionregistration.k8s.io"], "apiVersions": ["*"], "operations": ["*"], "resources": ["validatingwebhookconfigurations", "mutatingwebhookconfigurations"]}]
    everywhere = {"namespaceSelector": {}}
    handlers = {"/no": lambda _, body: review(body, allowed=False), "/change": lambda _, body: review(body, patch=[{"op": "add", "path": "/metadata/labels/mutated", "value": "yes"}])}
    one, _ = register(c, "ValidatingWebhookConfiguration", ns + "-v", hook(c, ns, "/no", rules, **everywhere), handlers=handlers)
    other, _ = register(c, "MutatingWebhookConfiguration", ns + "-m", hook(c, ns, "/change", rules, **everywhere))
    time.sleep(0.3)
    for kind in ("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"):
        path, made = register(c, kind, ns + "-dummy", hook(c, ns, "/dummy", [{"resources": ["invalid"]}]))
        equal("mutated" in made["metadata"]["labels"], False, kind)
        c.api.delete(path)
    for path in (one, other):
        c.api.delete(path)


@case
def case_webhooks_mutate(c, ns):
    """Config maps in two steps, pods with defaults after the change, custom objects with pruning and of another version."""
    root = f"/api/v1/namespaces/{ns}"
    group = "mutated.example.com"
    until(lambda: c.api.ask("GET", root + "/serviceaccounts/default")[0] == 200, 10, "the default account")
    schema = {"openAPIV3Schema": {"type": "object", "properties": {"data": {"type": "object", "properties": {k: {"type": "string"} for k in ("mutation-start", "mutation-stage-1")}}}}}
    define(c, custom("mutateds", "Mutated", group, *[{"name": v, "served": True, "storage": v == "v1", "schema": schema} for v in ("v1", "v2")]))

    def stage(number, needs):
        def handler(_, body):
            data = body["request"]["object"].get("data") or {}
            add = [{"op": "add", "path": f"/data/mutation-stage-{number}", "value": "yes"}]
            return review(body, patch=add if data.get(needs) == "yes" else None)
        return handler

    def add_container(_, body):
        return review(body, patch=[{"op": "add", "path": "/spec/initContainers", "value": [{"name": "webhook-added-init-container", "image": "webhook-added-image"}]}])

    handlers = {"/one": stage(1, "mutation-start"), "/two": stage(2, "mutation-stage-1"), "/init": add_container}
    rules = [{"resources": ["configmaps"]}, {"apiGroups": [group], "apiVersions": ["v1"], "resources": ["mutateds"], "operations": ["CREATE", "UPDATE"]}]
    path, _ = register(c, "MutatingWebhookConfiguration", ns, hook(c, ns, "/one", rules), hook(c, ns, "/two", rules), hook(c, ns, "/init", [{"resources": ["pods"]}]), handlers=handlers)
    start = {"mutation-start": "yes"}
    until(lambda: c.api.create(root + "/configmaps", {"metadata": {"generateName": "m"}, "data": start})["data"] == {**start, "mutation-stage-1": "yes", "mutation-stage-2": "yes"}, 10, "both stages")
    made = c.api.create(root + "/pods", {"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "x"}]}})
    first = made["spec"]["initContainers"][0]
    equal((first["name"], first["terminationMessagePolicy"], first["imagePullPolicy"]), ("webhook-added-init-container", "File", "Always"), "the container that the webhook added")
    for version in ("v1", "v2"):
        items = f"/apis/{group}/{version}/namespaces/{ns}/mutateds"
        made = c.api.create(items, {"apiVersion": f"{group}/{version}", "kind": "Mutated", "metadata": {"name": version}, "data": start})
        equal(made["data"], {**start, "mutation-stage-1": "yes"}, "what the schema knows of the changes")
    c.api.delete(path)


@case
def case_webhooks_fail_closed(c, ns):
    """Who cannot be reached refuses or is passed over; who is slow has as long as was said."""
    root = f"/api/v1/namespaces/{ns}/configmaps"
    path, _ = register(c, "ValidatingWebhookConfiguration", ns, hook(c, ns, "/x", [{"resources": ["configmaps"]}], failurePolicy="Fail", clientConfig={"url": "https://127.0.0.1:1/x"}))
    when_denied(lambda: c.api.ask("POST", root, config_map("a")), 'failed calling webhook "x.e2e.example.com"')
    status, _, answer = c.api.ask("POST", root, config_map("a"))
    equal((status, answer["reason"]), (500, "InternalError"), "out of reach")
    c.api.patch(path, [{"op": "replace", "path": "/webhooks/0/failurePolicy", "value": "Ignore"}], kind="json")
    until(lambda: c.api.ask("POST", root + "?dryRun=All", config_map("a"))[0] in (201, 400), 10, "to be passed over")
    c.api.delete(path)

    def slow(_, body):
        time.sleep(1.6)
        return review(body)

    for seconds, policy, passes in ((1, "Fail", False), (1, "Ignore", True), (3, "Fail", True)):
        path, _ = register(c, "ValidatingWebhookConfiguration", ns, hook(c, ns, "/slow", [{"resources": ["configmaps"]}], failurePolicy=policy, timeoutSeconds=seconds), handlers={"/slow": slow})
        until(lambda: c.server.requests and c.server.requests[-1][0].startswith("/slow") or c.api.ask("POST", root, {"metadata": {"generateName": "w-"}}) is None, 10, "the webhook to be asked")
        before = time.monotonic()
        status, _, answer = c.api.ask("POST", root, {"metadata": {"generateName": "t-"}})
        equal(status == 201, passes, f"{seconds} s, {policy}: {answer.get('message')}")
        if not passes:
            contains(answer["message"], "context deadline exceeded")
        c.api.delete(path)
        c.server.requests.clear()
        until(lambda: time.monotonic() - before > 5 or not [r for r in [c.api.ask("POST", root, {"metadata": {"generateName": "e-"}})] if c.server.requests] or c.server.requests.clear(), 10, "the webhook to be gone")


@case
def case_webhooks_by_condition(c, ns):
    """Conditions in CEL, patches and updates of the rules, collections."""
    root = f"/api/v1/namespaces/{ns}/configmaps"
    deny = {"/never": lambda _, body: review(body, allowed=False, message="never")}
    conditions = [{"name": "expression-1", "expression": "object.metadata.name != 'skip-me'"}]
    path, _ = register(c, "ValidatingWebhookConfiguration", ns, hook(c, ns, "/never", [{"resources": ["configmaps"]}], matchConditions=conditions), handlers=deny)
    when_denied(lambda: c.api.ask("POST", root, config_map("no")), "never")
    c.api.create(root, config_map("skip-me"))
    bad = {"metadata": {"name": "bad"}, "webhooks": [hook(c, ns, "/never", [{"resources": ["configmaps"]}], matchConditions=[{"name": "invalid-expression-1", "expression": "object.spec.containers.first {}"}])]}
    for resource in ("validatingwebhookconfigurations", "mutatingwebhookconfigurations"):
        contains(c.api.call("POST", f"{HOOKS}/{resource}", bad, wanted=422)["message"], "compilation failed")
    c.api.patch(path, [{"op": "replace", "path": "/webhooks/0/rules/0/operations", "value": ["UPDATE"]}], kind="json")
    until(lambda: c.api.ask("POST", root + "?dryRun=All", config_map("no"))[0] == 201, 10, "the rule to change")
    current = c.api.get(path)
    current["webhooks"][0]["rules"][0]["operations"] = ["CREATE"]
    c.api.replace(path, current)
    when_denied(lambda: c.api.ask("POST", root, config_map("no")), "never")
    c.api.delete(path.rsplit("/", 1)[0] + "?labelSelector=e2e%3D" + ns)
    until(lambda: c.api.ask("POST", root + "?dryRun=All", config_map("no"))[0] == 201, 10, "the webhooks to be gone")


@case
def case_webhooks_and_definitions(c, ns):
    """A definition may be refused, and so may a custom object's creation, change and deletion."""
    group = "denied.example.com"
    define(c, custom("denieds", "Denied", group, "v1"))

    def handler(_, body):
        request = body["request"]
        thing = request["oldObject"] if request["operation"] == "DELETE" else request["object"]
        return review(body, allowed=thing.get("data", {}).get("webhook-e2e-test") != "webhook-disallow", message="the custom resource contains unwanted data")

    unwanted = {"matchLabels": {"webhook-e2e-test": "webhook-disallow"}}
    path, _ = register(
        c, "ValidatingWebhookConfiguration", ns, hook(c, ns, "/custom", [{"apiGroups": [group], "resources": ["denieds"], "operations": ["CREATE", "UPDATE", "DELETE"]}]),
        hook(c, ns, "/crd", [{"apiGroups": ["apiextensions.k8s.io"], "apiVersions": ["*"], "resources": ["customresourcedefinitions"]}], namespaceSelector={}, objectSelector=unwanted),
        handlers={"/custom": handler, "/crd": lambda _, body: review(body, allowed=False, message="the crd contains unwanted label")})
    items = f"/apis/{group}/v1/namespaces/{ns}/denieds"
    bad = {"apiVersion": f"{group}/v1", "kind": "Denied", "metadata": {"name": "bad"}, "data": {"webhook-e2e-test": "webhook-disallow"}}
    when_denied(lambda: c.api.ask("POST", items, bad), "the custom resource contains unwanted data")
    c.api.create(items, {**bad, "metadata": {"name": "fine"}, "data": {}})
    equal(c.api.ask("PATCH", items + "/fine", {"data": bad["data"]}, content="application/merge-patch+json")[0], 400, "a change")
    definition = custom("unwanteds", "Unwanted", group, "v1")
    definition["metadata"]["labels"] = unwanted["matchLabels"]
    when_denied(lambda: c.api.ask("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition), "the crd contains unwanted label")
    c.api.delete(path)


def policy(name, rule, **spec):
    return {"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicy", "metadata": {"name": name},
            "spec": {"matchConstraints": {"resourceRules": [{"apiGroups": ["apps"], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["deployments"], **rule}]}, **spec}}


def checked(c, name):
    """What the type checker says once it has looked."""
    path = f"{HOOKS}/validatingadmissionpolicies/{name}"
    until(lambda: c.api.get(path).get("status", {}).get("observedGeneration") == c.api.get(path)["metadata"]["generation"] and "typeChecking" in c.api.get(path)["status"], 10, "the types to be checked")
    return [w["warning"] for w in c.api.get(path)["status"]["typeChecking"].get("expressionWarnings", [])], c.api.get(path)["status"]["typeChecking"].get("expressionWarnings", [])


@case
def case_validating_policies(c, ns):
    """A policy of deployments, with variables, and what the type checker finds in expressions about them and about a custom kind."""
    deployments = f"/apis/apps/v1/namespaces/{ns}/deployments"
    selector = {"matchResources": {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": ns}}}}

    def deployment(name, replicas):
        return {"metadata": {"name": name}, "spec": {"replicas": replicas, "selector": {"matchLabels": {"app": "a"}}, "template": template("a")}}

    made = c.api.create(HOOKS + "/validatingadmissionpolicies", policy(
        "life.e2e", {}, variables=[{"name": "replicas", "expression": "object.spec.replicas"}, {"name": "oddReplicas", "expression": "variables.replicas % 2 == 1"}],
        validations=[{"expression": "variables.replicas > 1"}, {"expression": "variables.oddReplicas", "messageExpression": "'wanted an odd number, not ' + string(variables.replicas)"}]))
    equal((made["spec"]["failurePolicy"], made["metadata"]["generation"]), ("Fail", 1), "the defaults")
    c.api.create(HOOKS + "/validatingadmissionpolicybindings", {"metadata": {"name": "life.e2e"}, "spec": {"policyName": "life.e2e", "validationActions": ["Deny"], **selector}})
    when_denied(lambda: c.api.ask("POST", deployments + "?dryRun=All", deployment("one", 1)), "failed expression: variables.replicas > 1")
    status, _, answer = c.api.ask("POST", deployments, deployment("four", 4))
    equal((status, answer["reason"]), (422, "Invalid"), "four replicas")
    contains(answer["message"], "ValidatingAdmissionPolicy 'life.e2e' with binding 'life.e2e' denied request: wanted an odd number, not 4")
    c.api.create(deployments, deployment("three", 3))
    equal(checked(c, "life.e2e")[0], [], "no warnings")
    c.api.create(HOOKS + "/validatingadmissionpolicies", policy("types.e2e", {}, validations=[
        {"expression": "object.spec.replicas > '1'", "messageExpression": "'wants replicas > 1, got ' + object.spec.replicas"}]))
    warnings, entries = checked(c, "types.e2e")
    equal([e["fieldRef"] for e in entries], ["spec.validations[0].expression", "spec.validations[0].messageExpression"], "where")
    contains(warnings[0], "apps/v1, Kind=Deployment: ERROR: <input>:1:22: found no matching overload for '_>_' applied to '(int, string)'")
    group = "typed.example.com"
    schema = {"openAPIV3Schema": {"type": "object", "properties": {"spec": {"type": "object", "properties": {"cronSpec": {"type": "string"}, "replicas": {"type": "integer"}}}}}}
    define(c, custom("typeds", "Typed", group, {"name": "v1", "served": True, "storage": True, "schema": schema}))
    c.api.create(HOOKS + "/validatingadmissionpolicies", policy("crd.e2e", {"apiGroups": [group], "resources": ["typeds"]}, validations=[{"expression": "object.spec.replicas > '1'"}, {"expression": "object.spec.replicsa > 1"}]))
    warnings, _ = checked(c, "crd.e2e")
    contains(warnings[0], "found no matching overload for '_>_' applied to '(int, string)'")
    contains(warnings[1], "undefined field 'replicsa'")
    for name in ("life.e2e", "types.e2e", "crd.e2e"):
        c.api.delete(f"{HOOKS}/validatingadmissionpolicies/{name}")
    c.api.delete(HOOKS + "/validatingadmissionpolicybindings/life.e2e")
    until(lambda: c.api.ask("POST", deployments + "?dryRun=All", deployment("one", 1))[0] == 201, 10, "the policy to be gone")


@case
def case_mutating_policies(c, ns):
    """Policies that change deployments: applied configurations, JSON patches, variables, parameters."""
    deployments = f"/apis/apps/v1/namespaces/{ns}/deployments"
    rule = {"resourceRules": [{"apiGroups": ["apps"], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["deployments"]}]}
    c.api.create(f"/api/v1/namespaces/{ns}/configmaps", config_map("params", team="red"))
    for name, spec, binding in (
            ("apply", {"variables": [{"name": "amount", "expression": "object.spec.replicas + 2"}], "mutations": [{"patchType": "ApplyConfiguration", "applyConfiguration": {"expression": "Object{spec: Object.spec{replicas: variables.amount}}"}}]}, {}),
            ("json", {"mutations": [{"patchType": "JSONPatch", "jsonPatch": {"expression": "[JSONPatch{op: 'add', path: '/metadata/labels', value: {'environment': 'test'}}]"}}]}, {}),
            ("params", {"paramKind": {"apiVersion": "v1", "kind": "ConfigMap"}, "mutations": [{"patchType": "ApplyConfiguration", "applyConfiguration": {"expression": "Object{metadata: Object.metadata{annotations: {'team': params.data.team}}}"}}]},
             {"paramRef": {"name": "params", "namespace": ns, "parameterNotFoundAction": "Deny"}})):
        c.api.create(HOOKS + "/mutatingadmissionpolicies", {"metadata": {"name": name + ".e2e"}, "spec": {"matchConstraints": rule, "reinvocationPolicy": "Never", **spec}})
        c.api.create(HOOKS + "/mutatingadmissionpolicybindings", {"metadata": {"name": name + ".e2e"}, "spec": {
            "policyName": name + ".e2e", "matchResources": {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": ns}}}, **binding}})

    def made():
        answer = c.api.create(deployments + "?dryRun=All", {"metadata": {"name": "d"}, "spec": {"replicas": 1, "selector": {"matchLabels": {"app": "a"}}, "template": template("a")}})
        return answer["spec"]["replicas"], answer["metadata"].get("labels"), answer["metadata"].get("annotations", {}).get("team")

    until(lambda: made() == (3, {"environment": "test"}, "red"), 10, "all changes")
    for name in ("apply", "json", "params"):
        c.api.delete(f"{HOOKS}/mutatingadmissionpolicybindings/{name}.e2e")
        c.api.delete(f"{HOOKS}/mutatingadmissionpolicies/{name}.e2e")
    until(lambda: made()[0] == 1, 10, "the policies to be gone")
