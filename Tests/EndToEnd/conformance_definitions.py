"""Custom kinds as the conformance tests of api-machinery go through them: definitions, schemas, OpenAPI, validation of fields."""
import json
from run import contains, equal, until
from played import case
from api_requests import Watching
from conformance_reads import DEFINITIONS, custom, define

CRON = r"^(\d+|\*)(/\d+)?(\s+(\d+|\*)(/\d+)?){4}$"
SPEC = {"type": "object", "properties": {
    "foo": {"type": "string"}, "cronSpec": {"type": "string", "pattern": CRON},
    "ports": {"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["containerPort", "protocol"], "items": {
        "type": "object", "required": ["containerPort", "protocol"], "properties": {
            "containerPort": {"type": "integer", "format": "int32"}, "hostIP": {"type": "string"}, "hostPort": {"type": "integer", "format": "int32"},
            "name": {"type": "string"}, "protocol": {"type": "string"}}}}}}


def version(name, schema, storage=True, **more):
    return {"name": name, "served": True, "storage": storage, "schema": {"openAPIV3Schema": {"type": "object", **schema}}, **more}


def apply(c, path, text, validation="Strict", **options):
    return c.api.ask("PATCH", f"{path}?fieldManager=fields&fieldValidation={validation}", text, content="application/apply-patch+yaml", **options)


@case
def case_fields_of_built_in_kinds(c, ns):
    """Unknown and repeated fields: refused, warned of, or passed over, as the request says."""
    path = f"/apis/apps/v1/namespaces/{ns}/deployments"
    body = """{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "NAME", META "labels": {"app": "nginx"}},
        "spec": {MORE "selector": {"matchLabels": {"app": "nginx"}}, "template": {"metadata": {"labels": {"app": "nginx"}},
        "spec": {"containers": [{"name": "nginx", "image": "nginx:latest"}]}}}}"""
    bad = body.replace("MORE", '"unknownField": "foo", "replicas": 1, "replicas": 2,').replace("META", "")
    wanted = 'strict decoding error: unknown field "spec.unknownField", duplicate field "spec.replicas"'

    def post(text, validation, name):
        return c.api.ask("POST", f"{path}?fieldManager=x" + (f"&fieldValidation={validation}" if validation else ""), text.replace("NAME", name))

    status, _, answer = post(bad, "Strict", "a")
    equal((status, answer["reason"]), (400, "BadRequest"), "strict")
    contains(answer["message"], wanted)
    for validation in ("Warn", None):
        status, headers, answer = post(bad, validation, f"b-{validation}".lower())
        equal((status, answer["spec"]["replicas"]), (201, 2), f"{validation}")
        equal(headers.get_all("warning"), ['299 - "unknown field \\"spec.unknownField\\""', '299 - "duplicate field \\"spec.replicas\\""'], f"{validation}")
    status, headers, answer = post(bad, "Ignore", "c")
    equal((status, headers.get_all("warning")), (201, None), "ignore")
    status, _, answer = post(body.replace("META", '"unknownMeta": "foo",').replace("MORE", ""), "Strict", "d")
    contains(answer["message"], 'strict decoding error: unknown field "metadata.unknownMeta"')
    status, _, answer = post(body.replace("META", "").replace("MORE", ""), "Wrong", "e")
    equal((status, answer["reason"]), (422, "Invalid"), "another word")
    contains(answer["message"], 'fieldValidation: Unsupported value: "Wrong": supported values: ')
    for kind, change in (("merge", {"spec": {"unknownField": 1}}), ("strategic", {"spec": {"unknownField": 1}}),
                         ("json", [{"op": "add", "path": "/spec/unknownField", "value": 1}])):
        content = {"merge": "application/merge-patch+json", "strategic": "application/strategic-merge-patch+json", "json": "application/json-patch+json"}[kind]
        status, _, answer = c.api.ask("PATCH", path + "/c?fieldValidation=Strict", change, content=content)
        equal(status >= 400, True, kind)
        contains(answer.get("message", ""), 'unknown field "spec.unknownField"')
        status, headers, answer = c.api.ask("PATCH", path + "/c?fieldValidation=Warn", change, content=content)
        equal((status, headers.get_all("warning")), (200, ['299 - "unknown field \\"spec.unknownField\\""']), kind)
    status, _, answer = apply(c, path + "/f", bad.replace("NAME", "f").replace('"replicas": 1, ', ""))
    contains(answer["message"], ".spec.unknownField: field not declared in schema")


@case
def case_fields_of_custom_kinds(c, ns):
    """Server-side apply with strict validation: valid, unknown, in metadata, embedded, repeated."""
    group = "fields.example.com"
    embedded = {**SPEC, "x-kubernetes-preserve-unknown-fields": True, "properties": {**SPEC["properties"], "template": {
        "type": "object", "x-kubernetes-embedded-resource": True, "properties": {"metadata": {"type": "object", "properties": {"name": {"type": "string"}}}, "spec": {"type": "object"}}}}}
    define(c, custom("checkeds", "Checked", group, version("v1", {"properties": {"spec": SPEC}}), scope="Cluster"))
    define(c, custom("opens", "Open", group, "v1", scope="Cluster"))
    define(c, custom("embeds", "Embed", group, version("v1", {"properties": {"spec": embedded}}), scope="Cluster"))
    text = "apiVersion: fields.example.com/v1\nkind: {}\nmetadata:\n  name: mytest\n  {}\n  finalizers:\n  - example.com/test-finalizer\n{}\nspec:\n  {}\n  cronSpec: \"* * * * */5\"\n  ports:\n  - name: x\n    containerPort: 80\n    protocol: TCP\n"
    root = f"/apis/{group}/v1"
    equal(apply(c, root + "/checkeds/mytest", text.format("Checked", "", "", "foo: foo1"))[0], 201, "a valid one")
    equal(apply(c, root + "/opens/mytest", text.format("Open", "", "", "unknown: uk1"))[0], 201, "without a schema")
    contains(apply(c, root + "/checkeds/other", text.format("Checked", "", "unknownField: unknown", "foo: foo1").replace("mytest", "other"))[2]["message"], ".unknownField: field not declared in schema")
    answer = apply(c, root + "/embeds/mytest", text.format("Embed", "unknownMeta: unknown", "", "template:\n    apiVersion: foo/v1\n    kind: Sub\n    metadata:\n      unknownSubMeta: unknown\n      name: subobject\n      namespace: default"))[2]
    contains(answer["message"], "field not declared in schema")
    answer = apply(c, root + "/embeds/twice", text.format("Embed", "", "", "foo: foo1\n  foo: foo2").replace("mytest", "twice"))[2]
    contains(answer["message"], 'key "foo" already set in map')
    for validation, status in (("Strict", 400), ("Warn", 201), ("Ignore", 200)):
        body = {"apiVersion": f"{group}/v1", "kind": "Checked", "metadata": {"name": f"posted-{validation.lower()}"}, "spec": {"unknown": 1}, "extra": 2}
        found, headers, answer = c.api.ask("POST", f"{root}/checkeds?fieldValidation={validation}", body)
        equal(found, 400 if validation == "Strict" else 201, validation)
        if validation == "Strict":
            contains(answer["message"], 'strict decoding error: unknown field "extra", unknown field "spec.unknown"')
        if validation == "Warn":
            equal(headers.get_all("warning"), ['299 - "unknown field \\"extra\\""', '299 - "unknown field \\"spec.unknown\\""'], validation)
    for path in ("checkeds/mytest", "opens/mytest"):
        c.api.patch(f"{root}/{path}", {"metadata": {"finalizers": None}})


@case
def case_definitions(c, ns):
    """Definitions as objects: lists, collections, status, and kinds with defaults."""
    names = []
    for number in range(5):
        definition = custom(f"listeds{number}", f"Listed{number}", "listed.example.com", "v1")
        definition["metadata"]["labels"] = {"e2e": "listed"}
        names.append(define(c, definition))
    equal(len(c.api.get(DEFINITIONS + "?labelSelector=e2e%3Dlisted")["items"]), 5, "the list")
    c.api.delete(DEFINITIONS + "?labelSelector=e2e%3Dlisted")
    until(lambda: not c.api.get(DEFINITIONS + "?labelSelector=e2e%3Dlisted")["items"], 15, "the collection to go")
    path = define(c, custom("stateds", "Stated", "stated.example.com", "v1"))
    equal(c.api.get(path + "/status")["metadata"]["name"], "stateds.stated.example.com", "the status")
    condition = {"type": "StatusUpdate", "status": "True", "reason": "E2E", "message": "Set from an e2e test", "lastTransitionTime": "2026-01-02T03:04:05Z"}
    updated = None
    while updated is None:
        current = c.api.get(path + "/status")
        current["status"]["conditions"].append(condition)
        status, _, answer = c.api.ask("PUT", path + "/status", current)
        updated = answer if status == 200 else None
    equal([x for x in updated["status"]["conditions"] if x["type"] == "StatusUpdate"], [condition], "the status")
    patched = c.api.patch(path + "/status", {"metadata": {"labels": {"patched": "true"}}, "status": {"conditions": [{**condition, "type": "StatusPatched"}]}})
    equal([x["type"] for x in patched["status"]["conditions"]], ["StatusPatched"], "a patch of the status")
    c.api.delete(path)
    # A default holds for what was stored before it, and for what is asked for.
    schema = {"properties": {"a": {"type": "string"}, "b": {"type": "string"}}}
    path = define(c, custom("defaulteds", "Defaulted", "defaulted.example.com", version("v1", schema), scope="Cluster"))
    items = "/apis/defaulted.example.com/v1/defaulteds"
    c.api.create(items, {"apiVersion": "defaulted.example.com/v1", "kind": "Defaulted", "metadata": {"name": "one"}, "b": "x"})
    c.api.patch(path, [{"op": "add", "path": "/spec/versions/0/schema/openAPIV3Schema/properties/a/default", "value": "A"},
                       {"op": "add", "path": "/spec/versions/0/schema/openAPIV3Schema/properties/b/default", "value": "B"}], kind="json")
    until(lambda: c.api.get(items + "/one").get("a") == "A", 10, "the default")
    equal(c.api.get(items + "/one")["b"], "x", "what was set")
    equal([(i["a"], i["b"]) for i in c.api.get(items)["items"]], [("A", "x")], "in the list")
    equal({k: v for k, v in c.api.create(items, {"apiVersion": "defaulted.example.com/v1", "kind": "Defaulted", "metadata": {"name": "two"}}).items() if k in "ab"}, {"a": "A", "b": "B"}, "a new one")
    c.api.patch(path, [{"op": "remove", "path": "/spec/versions/0/schema/openAPIV3Schema/properties/a/default"}], kind="json")
    until(lambda: "a" not in c.api.get(items + "/one"), 10, "the default to go")


@case
def case_watches_of_custom_objects(c, ns):
    define(c, custom("watcheds", "Watched", "watched.example.com", "v1", scope="Cluster"))
    path = "/apis/watched.example.com/v1/watcheds"
    with Watching(c.api, path, resourceVersion="0") as everything, Watching(c.api, path, fieldSelector="metadata.name=a") as one:
        for name in "ab":
            c.api.create(path, {"apiVersion": "watched.example.com/v1", "kind": "Watched", "metadata": {"name": name}})
        for name in "ab":
            everything.wait(lambda e: (e["type"], e["object"]["metadata"]["name"]) == ("ADDED", name), "an object")
        one.wait(lambda e: e["type"] == "ADDED", "the object")
        c.api.patch(path + "/b", {"x": 1})
        everything.wait(lambda e: e["type"] == "MODIFIED" and e["object"].get("x") == 1, "a change")
        for name in "ab":
            c.api.delete(f"{path}/{name}")
            everything.wait(lambda e: (e["type"], e["object"]["metadata"]["name"]) == ("DELETED", name), "an end")
        equal(one.wait(lambda e: e["type"] != "ADDED", "the end")["type"], "DELETED", "the only one")


@case
def case_published_schemas(c, ns):
    """OpenAPI v2 and v3 and `kubectl explain` tell of a definition's versions, and no longer of those that go."""
    group = "published.example.com"
    props = {"description": "Foo CRD for Testing", "properties": {
        "spec": {"type": "object", "description": "Specification of Foo", "properties": {
            "bars": {"type": "array", "description": "List of Bars and their specs.", "items": {"type": "object", "required": ["name"], "properties": {
                "name": {"type": "string", "description": "Name of Bar."}, "age": {"type": "string", "description": "Age of Bar."},
                "feeling": {"type": "string", "enum": ["Great", "Down"]}, "bazs": {"type": "array", "items": {"type": "string"}, "description": "List of Bazs."}}}}}},
        "status": {"type": "object", "description": "Status of Foo", "properties": {"bars": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}}}}}}}}
    path = define(c, custom("foos", "Foo", group, version("v2", props), version("v3", props, storage=False)))

    def two():
        return c.api.get("/openapi/v2")["definitions"]

    name = "com.example.published.{}.Foo"
    until(lambda: name.format("v2") in two() and name.format("v3") in two(), 10, "the definitions")
    found = two()[name.format("v2")]
    equal((found["description"], found["x-kubernetes-group-version-kind"]), ("Foo CRD for Testing", [{"group": group, "kind": "Foo", "version": "v2"}]), "the definition")
    equal(found["properties"]["spec"]["properties"]["bars"]["items"]["properties"]["feeling"]["enum"], ["Great", "Down"], "the definition")
    three = c.api.get("/openapi/v3")["paths"][f"apis/{group}/v2"]["serverRelativeURL"]
    contains(json.dumps(c.api.get(three)["components"]["schemas"]), "List of Bazs.")
    for words, part in ((["foos"], "Foo CRD for Testing"), (["foos.spec"], "Specification of Foo"), (["foos.spec.bars"], "List of Bars"), (["foos.spec.bars", "--recursive"], "bazs")):
        contains(until(lambda: c.kubectl("explain", *words, "--api-version", f"{group}/v2", check=False).stdout, 10, "an explanation"), part)
    equal(c.kubectl("explain", "foos.spec.bars2", "--api-version", f"{group}/v2", check=False).returncode, 1, "what is not there")
    good = {"apiVersion": f"{group}/v2", "kind": "Foo", "metadata": {"name": "test-foo"}, "spec": {"bars": [{"name": "test-bar", "feeling": "Great"}]}}
    c.kubectl("-n", ns, "create", "-f", "-", stdin=json.dumps(good))
    for change, part in (({"spec": {"bars": [{"age": "10"}]}}, "spec.bars[0].name: Required value"), ({"spec": {"bars": [{"name": "a", "feeling": "NotGood"}]}}, 'Unsupported value: "NotGood"'),
                         ({"spec": {"foo": True}}, 'unknown field "spec.foo"')):
        done = c.kubectl("-n", ns, "create", "-f", "-", stdin=json.dumps({**good, "metadata": {"name": "bad"}, **change}), check=False)
        contains(done.stderr, part)
    # Another name for a version, and one that is not served any more.
    current = c.api.get(path)
    current["spec"]["versions"][1]["name"] = "v4"
    c.api.replace(path, current)
    until(lambda: name.format("v4") in two() and name.format("v3") not in two(), 10, "the new name")
    c.api.patch(path, [{"op": "replace", "path": "/spec/versions/1/served", "value": False}], kind="json")
    until(lambda: name.format("v4") not in two(), 10, "the version to go")
    equal(name.format("v2") in two(), True, "the other version")
    for number, (plural, schema) in enumerate([("roots", {"x-kubernetes-preserve-unknown-fields": True}),
                                               ("nesteds", {"properties": {"spec": {"type": "object", "x-kubernetes-preserve-unknown-fields": True, "description": "Specification of Waldo"}}}),
                                               ("embeddeds", {"properties": {"spec": {"type": "object", "x-kubernetes-preserve-unknown-fields": True, "x-kubernetes-embedded-resource": True}}})]):
        kind = plural[:-1].capitalize()
        define(c, custom(plural, kind, group, version("v1", schema)))
        random = {"apiVersion": f"{group}/v1", "kind": kind, "metadata": {"name": "r"}, "spec": {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}, "dummy": "test"}}
        until(lambda: f"com.example.published.v1.{kind}" in two(), 10, kind)
        c.kubectl("-n", ns, "create", "-f", "-", stdin=json.dumps(random))
        equal(c.api.get(f"/apis/{group}/v1/namespaces/{ns}/{plural}/r")["spec"]["dummy"], "test", plural)
        contains(until(lambda: c.kubectl("explain", plural, "--api-version", f"{group}/v1", check=False).stdout, 10, "an explanation"), kind)


@case
def case_selectable_fields(c, ns):
    """Lists, watches and deletions of a custom kind by its own fields, in every version."""
    schema = {"properties": {"spec": {"type": "object", "properties": {"color": {"type": "string"}, "quantity": {"type": "integer"}}}}}
    fields = [{"jsonPath": ".spec.color"}, {"jsonPath": ".spec.quantity"}]
    define(c, custom("shirts", "Shirt", "selected.example.com", version("v1", schema, selectableFields=fields), version("v2", schema, storage=False, selectableFields=fields[:1])))
    path = f"/apis/selected.example.com/v1/namespaces/{ns}/shirts"
    with Watching(c.api, path, fieldSelector="spec.color=blue,spec.quantity=2") as watching:
        for number, (color, quantity) in enumerate([("blue", 2), ("blue", 3), ("green", 2)]):
            c.api.create(path, {"apiVersion": "selected.example.com/v1", "kind": "Shirt", "metadata": {"name": f"s{number}"}, "spec": {"color": color, "quantity": quantity}})
        watching.wait(lambda e: e["type"] == "ADDED" and e["object"]["metadata"]["name"] == "s0", "the blue one")
        c.api.patch(path + "/s2", {"spec": {"color": "blue"}})
        watching.wait(lambda e: (e["type"], e["object"]["metadata"]["name"]) == ("ADDED", "s2"), "one that turned blue")
        c.api.patch(path + "/s0", {"spec": {"quantity": 5}})
        watching.wait(lambda e: (e["type"], e["object"]["metadata"]["name"]) == ("DELETED", "s0"), "one that is not two any more")
    for selector, names in (("spec.color%3Dblue", ["s0", "s1", "s2"]), ("spec.color%3Dblue,spec.quantity%3D2", ["s2"]), ("spec.quantity!%3D2", ["s0", "s1"])):
        equal([i["metadata"]["name"] for i in c.api.get(f"{path}?fieldSelector={selector}")["items"]], names, selector)
    second = path.replace("/v1/", "/v2/")
    equal(len(c.api.get(second + "?fieldSelector=spec.color%3Dblue")["items"]), 3, "the other version")
    status, _, answer = c.api.ask("GET", second + "?fieldSelector=spec.quantity%3D2")
    equal((status, answer["message"]), (400, "field label not supported: spec.quantity"), "what that version does not select by")
    c.api.delete(path + "?fieldSelector=spec.color%3Dblue,spec.quantity%3D5")
    equal([i["metadata"]["name"] for i in c.api.get(path)["items"]], ["s1", "s2"], "what is left")
