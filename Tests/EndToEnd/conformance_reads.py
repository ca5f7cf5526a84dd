"""How lists, watches, tables and discovery answer, as the conformance tests of api-machinery look at it."""
import concurrent.futures
import urllib.parse
from run import Failure, contains, equal, until
from played import case
from api_requests import Watching

AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"


def config_map(name, labels=None, **data):
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "labels": labels or {}}, "data": data}


def custom(plural, kind, group, *versions, scope="Namespaced", **spec):
    """A definition; a version is a name or what stands in `versions`."""
    whole = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    listed = [{"name": v, "served": True, "storage": i == 0, "schema": whole} if isinstance(v, str) else v for i, v in enumerate(versions)]
    return {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": f"{plural}.{group}"},
            "spec": {"group": group, "scope": scope, "names": {"plural": plural, "kind": kind}, "versions": listed, **spec}}


DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


def define(c, definition):
    c.api.create(DEFINITIONS, definition, wanted=201)
    name = definition["metadata"]["name"]
    until(lambda: [x for x in (c.api.get(f"{DEFINITIONS}/{name}").get("status", {}).get("conditions") or []) if (x["type"], x["status"]) == ("Established", "True")], 10, f"{name} to be established")
    spec = definition["spec"]
    until(lambda: all(c.api.ask("GET", f"/apis/{spec['group']}/{v['name']}/{spec['names']['plural']}")[0] == 200 for v in spec["versions"] if v["served"]), 10, f"{name} to be served")
    return f"{DEFINITIONS}/{name}"


@case
def case_watches_by_label(c, ns):
    """An object comes and goes for a watch as its label does; a watch goes on from where another ended."""
    path = f"/api/v1/namespaces/{ns}/configmaps"
    with Watching(c.api, path, labelSelector="watch=a") as a, Watching(c.api, path, labelSelector="watch=b") as b, \
            Watching(c.api, path, labelSelector="watch in (a,b)") as both:
        c.api.create(path, config_map("one", {"watch": "a"}))
        for watching in (a, both):
            watching.wait(lambda e: (e["type"], e["object"]["metadata"]["name"]) == ("ADDED", "one"), "the first object")
        c.api.patch(path + "/one", {"data": {"mutation": "1"}})
        for watching in (a, both):
            watching.wait(lambda e: e["type"] == "MODIFIED" and e["object"]["data"] == {"mutation": "1"}, "its change")
        c.api.patch(path + "/one", {"metadata": {"labels": {"watch": "b"}}})
        gone = a.wait(lambda e: e["type"] == "DELETED", "the object to leave")
        # What left the selection is shown as it was, with the revision at which it left.
        equal(gone["object"]["metadata"]["labels"], {"watch": "a"}, "what left")
        came = b.wait(lambda e: e["type"] == "ADDED", "the object to come")
        equal(gone["object"]["metadata"]["resourceVersion"], came["object"]["metadata"]["resourceVersion"], "the revision")
        both.wait(lambda e: e["type"] == "MODIFIED" and e["object"]["metadata"]["labels"] == {"watch": "b"}, "the change of the label")
        c.api.delete(path + "/one")
        for watching in (b, both):
            watching.wait(lambda e: e["type"] == "DELETED", "the end")
        equal(a.nothing(0.3), True, "silence where nothing happens")
    first = c.api.create(path, config_map("two", {"watch": "c"}))
    second = c.api.patch(path + "/two", {"data": {"a": "1"}})
    c.api.patch(path + "/two", {"data": {"a": "2"}})
    c.api.delete(path + "/two")
    events = c.api.watch(path, 5, 3, labelSelector="watch=c", resourceVersion=first["metadata"]["resourceVersion"])
    equal([e["type"] for e in events], ["MODIFIED", "MODIFIED", "DELETED"], "from the creation on")
    events = c.api.watch(path, 5, 2, labelSelector="watch=c", resourceVersion=second["metadata"]["resourceVersion"])
    equal([e["type"] for e in events], ["MODIFIED", "DELETED"], "from the first change on")


@case
def case_watches_agree_on_the_order(c, ns):
    """Watches that begin at any revision see the same changes in the same order."""
    path = f"/api/v1/namespaces/{ns}/configmaps"
    start = c.api.get(path)["metadata"]["resourceVersion"]
    stop = []

    def write():
        number = 0
        while not stop:
            name = f"w{number % 10}"
            number += 1
            if c.api.ask("POST", path, config_map(name, n=str(number)))[0] == 409:
                c.api.patch(f"{path}/{name}", {"data": {"n": str(number)}})
                if number % 3 == 0:
                    c.api.delete(f"{path}/{name}")

    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        writing = pool.submit(write)
        try:
            seen = [(e["type"], e["object"]["metadata"]["resourceVersion"]) for e in c.api.watch(path, 10, 60, resourceVersion=start)]
            revisions = [revision for _, revision in seen]
            found = list(pool.map(lambda at: [(e["type"], e["object"]["metadata"]["resourceVersion"]) for e in c.api.watch(path, 10, 20, resourceVersion=at)],
                                  [start] + revisions[:9]))
        finally:
            stop.append(True)
            writing.result()
    for index, events in enumerate(found):
        equal(events, seen[index:index + 20], f"the events from revision {([start] + revisions)[index]} on")


@case
def case_watch_list(c, ns):
    """A watch that sends what is there first, marks the end of that, and goes on."""
    path = f"/api/v1/namespaces/{ns}/secrets"
    for number in range(5):
        c.api.create(path, {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": f"s{number}", "labels": {"watchlist": "true"}}})
    query = {"sendInitialEvents": "true", "resourceVersionMatch": "NotOlderThan", "allowWatchBookmarks": "true", "labelSelector": "watchlist=true"}
    with Watching(c.api, path, **query) as watching:
        names = [watching.wait(lambda e: e["type"] == "ADDED", "what is there")["object"]["metadata"]["name"] for _ in range(5)]
        equal(sorted(names), [f"s{n}" for n in range(5)], "what is there")
        mark = watching.wait(lambda e: e["type"] == "BOOKMARK", "the mark")
        equal((mark["object"]["kind"], mark["object"]["metadata"]["annotations"]), ("Secret", {"k8s.io/initial-events-end": "true"}), "the mark")
        c.api.create(path, {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "late", "labels": {"watchlist": "true"}}})
        watching.wait(lambda e: (e["type"], e["object"]["metadata"]["name"]) == ("ADDED", "late"), "a later one")
    for wrong in ({"sendInitialEvents": "true"}, {"sendInitialEvents": "true", "resourceVersionMatch": "Exact", "allowWatchBookmarks": "true"}):
        status, _, answer = c.api.ask("GET", path + "?watch=1&" + urllib.parse.urlencode(wrong))
        equal((status, answer["reason"]), (422, "Invalid"), f"{wrong}")


@case
def case_lists_in_chunks(c, ns):
    """400 objects in chunks of all sizes: every one once, in order, of one revision, with the right count of what remains."""
    path, total = f"/api/v1/namespaces/{ns}/podtemplates", 400

    def make(number):
        c.api.create(path, {"apiVersion": "v1", "kind": "PodTemplate", "metadata": {"name": f"template-{number:04}"}, "template": {
            "metadata": {"labels": {"app": "x"}}, "spec": {"containers": [{"name": "test", "image": "test"}]}}})

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(make, range(total)))
    for size in (17, 100, 399, 400, 1000):
        token, revision, found = "", None, 0
        while True:
            page = c.api.get(f"{path}?limit={size}" + (f"&continue={urllib.parse.quote(token)}" if token else ""))
            if revision is None:
                revision = page["metadata"]["resourceVersion"]
                c.api.create(f"/api/v1/namespaces/{ns}/configmaps", {"metadata": {"generateName": "x"}})
            equal(page["metadata"]["resourceVersion"], revision, "the revision of a chunk")
            equal([item["metadata"]["name"] for item in page["items"]], [f"template-{n:04}" for n in range(found, min(found + size, total))], "the objects")
            found += len(page["items"])
            token = page["metadata"].get("continue", "")
            equal(page["metadata"].get("remainingItemCount", 0), total - found, "what remains")
            if not token:
                break
        equal(found, total, f"objects in chunks of {size}")
    equal(len(c.api.get(path)["items"]), total, "all at once")
    # With a selector nobody knows how many remain.
    page = c.api.get(path + "?limit=10&labelSelector=none!%3Da")
    equal(("continue" in page["metadata"], "remainingItemCount" in page["metadata"]), (True, False), "a selected chunk")
    rest = c.api.get(f"{path}?limit=500&continue={urllib.parse.quote(page['metadata']['continue'])}&labelSelector=none!%3Da")
    equal(len(rest["items"]), total - 10, "the rest")
    table = c.api.get(path + "?limit=2", headers={"accept": "application/json;as=Table;v=v1;g=meta.k8s.io"})
    equal((len(table["rows"]), bool(table["metadata"].get("continue")), table["metadata"]["remainingItemCount"]), (2, True, total - 2), "a table's chunk")
    more = c.api.get(f"{path}?limit=2&continue={urllib.parse.quote(table['metadata']['continue'])}", headers={"accept": "application/json;as=Table;v=v1;g=meta.k8s.io"})
    equal([row["object"]["metadata"]["name"] for row in more["rows"]], ["template-0002", "template-0003"], "the next chunk")
    for bad in ("x", "e30"):
        equal(c.api.ask("GET", f"{path}?limit=2&continue={bad}")[0], 400, "a broken token")
    status, _, answer = c.api.ask("GET", f"{path}?limit=2&resourceVersion={revision}&continue={urllib.parse.quote(table['metadata']['continue'])}")
    equal((status, answer["message"]), (400, "specifying resource version is not allowed when using continue"), "both")


@case
def case_tables(c, ns):
    status, _, answer = c.api.ask("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {
        "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview", "spec": {"resourceAttributes": {"verb": "get", "resource": "pods", "namespace": "default"}}},
        headers={"accept": "application/json;as=Table;v=v1;g=meta.k8s.io"})
    equal((status, answer["reason"]), (406, "NotAcceptable"), "a review as a table")
    pods = f"/api/v1/namespaces/{ns}/pods"
    c.api.create(pods, {"metadata": {"name": "pod-1"}, "spec": {"containers": [{"name": "a", "image": "x"}], "nodeName": "no-such"}})
    for path in (pods, pods + "/pod-1"):
        table = c.api.get(path, headers={"accept": "application/json;as=Table;v=v1;g=meta.k8s.io"})
        equal((table["apiVersion"], table["columnDefinitions"][0]["name"], table["rows"][0]["cells"][0]), ("meta.k8s.io/v1", "Name", "pod-1"), path)
        equal((table["rows"][0]["object"]["kind"], table["rows"][0]["object"]["apiVersion"]), ("PartialObjectMetadata", "meta.k8s.io/v1"), path)
    whole = c.api.get(pods + "?includeObject=Object", headers={"accept": "application/json;as=Table;v=v1;g=meta.k8s.io"})
    equal(whole["rows"][0]["object"]["kind"], "Pod", "whole objects")
    equal("object" in c.api.get(pods + "?includeObject=None", headers={"accept": "application/json;as=Table;v=v1;g=meta.k8s.io"})["rows"][0]
          and c.api.get(pods + "?includeObject=None", headers={"accept": "application/json;as=Table;v=v1;g=meta.k8s.io"})["rows"][0]["object"] is not None, False, "no objects")
    with Watching(c.api, pods, resourceVersion="0") as plain:
        plain.wait(lambda e: e["type"] == "ADDED", "the pod")
    c.api.delete(pods + "/pod-1", {"gracePeriodSeconds": 0})


@case
def case_discovery(c, ns):
    """Discovery of old and of one piece name the same, and a new kind appears in both."""
    groups = c.api.get("/apis")["groups"]
    for wanted in ("admissionregistration.k8s.io", "apiextensions.k8s.io", "apiregistration.k8s.io", "apps", "authentication.k8s.io", "authorization.k8s.io",
                   "autoscaling", "batch", "certificates.k8s.io", "coordination.k8s.io", "discovery.k8s.io", "events.k8s.io", "flowcontrol.apiserver.k8s.io",
                   "networking.k8s.io", "node.k8s.io", "policy", "rbac.authorization.k8s.io", "resource.k8s.io", "scheduling.k8s.io", "storage.k8s.io"):
        if wanted not in [g["name"] for g in groups]:
            raise Failure(f"no group {wanted}")
    for group in groups:
        equal(c.api.get("/apis/" + group["name"])["preferredVersion"], group["preferredVersion"], group["name"])
        for version in group["versions"]:
            equal(c.api.get("/apis/" + version["groupVersion"])["groupVersion"], version["groupVersion"], "a version")

    def whole(path):
        return c.api.get(path, headers={"accept": AGGREGATED})

    status, headers, found = c.api.ask("GET", "/apis", headers={"accept": AGGREGATED + ",application/json"})
    contains(headers["content-type"], "g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList")
    equal((found["kind"], found["apiVersion"]), ("APIGroupDiscoveryList", "apidiscovery.k8s.io/v2"), "the kind")
    equal([g["metadata"]["name"] for g in found["items"]], [g["name"] for g in groups], "the order of groups")
    for group in found["items"]:
        for version in group["versions"]:
            flat = {r["name"] for r in c.api.get(f"/apis/{group['metadata']['name']}/{version['version']}")["resources"]}
            nested = {r["resource"] for r in version["resources"]} | {f"{r['resource']}/{s['subresource']}" for r in version["resources"] for s in r.get("subresources", [])}
            equal(nested, flat, f"{group['metadata']['name']}/{version['version']}")
    core = whole("/api")
    equal([(g["metadata"].get("name", ""), [v["version"] for v in g["versions"]]) for g in core["items"]], [("", ["v1"])], "the core group")
    _, headers, _ = c.api.ask("GET", "/apis", headers={"accept": AGGREGATED})
    tag = headers.get("etag")
    if not tag:
        raise Failure("discovery in one piece has no etag")
    equal(c.api.ask("GET", "/apis", headers={"accept": AGGREGATED, "if-none-match": tag})[0], 304, "the same once more")
    definition = define(c, custom("aggregateds", "Aggregated", "discovery.example.com", "v1"))
    until(lambda: any(g["metadata"]["name"] == "discovery.example.com" and g["versions"][0]["resources"][0]["resource"] == "aggregateds" for g in whole("/apis")["items"]), 10, "the new kind")
    equal(c.api.ask("GET", "/apis", headers={"accept": AGGREGATED, "if-none-match": tag})[0], 200, "another discovery")
    equal(c.api.get("/apis/discovery.example.com/v1")["resources"][0]["kind"], "Aggregated", "the kind")
    c.api.delete(definition)
    until(lambda: not any(g["name"] == "discovery.example.com" for g in c.api.get("/apis")["groups"]), 10, "the kind to go")


@case
def case_versions(c, ns):
    version = c.api.get("/version")
    equal((version["major"], version["minor"].rstrip("+")), ("1", "36"), "the version")
    for key in ("gitVersion", "gitCommit", "gitTreeState", "buildDate", "goVersion", "compiler", "platform"):
        if key not in version:
            raise Failure(f"/version has no {key}")
    paths = c.api.get("/")["paths"]
    for path in ("/api", "/api/v1", "/apis", "/apis/apps/v1", "/healthz", "/livez", "/metrics", "/openapi/v2", "/openapi/v3", "/readyz", "/version", "/.well-known/openid-configuration", "/openid/v1/jwks"):
        if path not in paths:
            raise Failure(f"{path} is not among the paths")
    nodes = [n for n in c.get("nodes")["items"] if not n["spec"].get("taints")]
    equal(len(nodes) >= 2, True, "two nodes without taints")


@case
def case_namespaces(c, ns):
    """Patch, status, finalizing, and a deletion that a finalizer holds up."""
    path = "/api/v1/namespaces/" + ns + "-x"
    c.api.create("/api/v1/namespaces", {"metadata": {"name": ns + "-x"}})
    equal(c.api.patch(path, {"metadata": {"labels": {"testLabel": "testValue"}}}, kind="strategic")["metadata"]["labels"],
          {"kubernetes.io/metadata.name": ns + "-x", "testLabel": "testValue"}, "the labels")
    condition = {"type": "StatusPatch", "status": "True", "reason": "E2E", "message": "Patched by an e2e test", "lastTransitionTime": "2026-01-02T03:04:05Z"}
    patched = c.api.patch(path + "/status", {"metadata": {"annotations": {"e2e-patched-status": "yes"}}, "status": {"conditions": [condition]}})
    equal((patched["status"]["conditions"], patched["metadata"]["annotations"]["e2e-patched-status"]), ([condition], "yes"), "the status")
    current = c.api.get(path)
    current["status"]["conditions"].append({**condition, "type": "StatusUpdate"})
    equal(len(c.api.replace(path + "/status", current)["status"]["conditions"]), 2, "the status")
    current = c.api.get(path)
    current["spec"]["finalizers"].append("e2e.example.com/fakeFinalizer")
    equal(c.api.replace(path + "/finalize", current)["spec"]["finalizers"], ["kubernetes", "e2e.example.com/fakeFinalizer"], "the finalizers")
    c.api.create(path + "/configmaps", config_map("inside"))
    c.api.delete(path)
    until(lambda: c.api.get(path)["spec"]["finalizers"] == ["e2e.example.com/fakeFinalizer"] and c.api.get(path)["status"]["phase"] == "Terminating", 20, "the content to go")
    status, _, answer = c.api.ask("POST", path + "/configmaps", config_map("late"))
    equal((status, answer["details"]["causes"][0]["reason"]), (403, "NamespaceTerminating"), "something new")
    current = c.api.get(path)
    current["spec"]["finalizers"] = []
    c.api.replace(path + "/finalize", current)
    until(lambda: c.api.ask("GET", path)[0] == 404, 10, "the namespace to go")
