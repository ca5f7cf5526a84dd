"""Requests to the API without kubectl, and watches that remember what they saw."""
import http.client, json, os, socket, sys, threading, urllib.parse
from run import Failure, until

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "Benchmarks"))
from load import Target  # noqa: E402

GROUPS = {"/apis/apps/v1": "deployments replicasets statefulsets daemonsets controllerrevisions", "/apis/batch/v1": "jobs cronjobs",
          "/apis/policy/v1": "poddisruptionbudgets", "/apis/scheduling.k8s.io/v1": "priorityclasses", "/apis/coordination.k8s.io/v1": "leases"}
BASES = {kind: base for base, kinds in GROUPS.items() for kind in kinds.split()}
PATCHES = {"strategic": "application/strategic-merge-patch+json", "merge": "application/merge-patch+json", "json": "application/json-patch+json",
           "apply": "application/apply-patch+yaml"}


class Refused(Failure):
    """An answer of 400 and more."""

    def __init__(self, code, status):
        super().__init__(f"{code}: {status.get('message') if isinstance(status, dict) else status}")
        self.code, self.status = code, status


def path(kind, ns=None, name=None, sub=None, **query):
    words = [BASES.get(kind, "/api/v1")] + (["namespaces", ns] if ns else []) + [kind] + ([name] if name else []) + ([sub] if sub else [])
    return "/".join(words) + ("?" + urllib.parse.urlencode(query) if query else "")


class Rest:
    """One kept-alive connection a thread."""

    def __init__(self, cluster):
        self.target, self.lines = Target(cluster), threading.local()

    def ask(self, method, where, body=None, content="application/json"):
        text = body if isinstance(body, (str, type(None))) else json.dumps(body)
        for attempt in (1, 2):
            line = getattr(self.lines, "connection", None)
            if line is None:
                line = self.lines.connection = self.target.connect()
            try:
                line.request(method, where, text, {"content-type": content})
                answer = line.getresponse()
                read = json.loads(answer.read())
                break
            except (OSError, http.client.HTTPException):
                line.close()
                self.lines.connection = None
                # A connection that was closed while nothing was asked is made anew; what changes something is not asked twice.
                if attempt == 2 or method == "POST":
                    raise
        if answer.status >= 400:
            raise Refused(answer.status, read)
        return read

    def get(self, kind, ns=None, name=None, sub=None, **query):
        return self.ask("GET", path(kind, ns, name, sub, **query))

    def items(self, kind, ns=None, selector=None, **query):
        if selector:
            query["labelSelector"] = selector
        return self.get(kind, ns, **query)["items"]

    def create(self, kind, ns, thing, name=None, sub=None):
        return self.ask("POST", path(kind, ns, name, sub), thing)

    def replace(self, kind, ns, thing, sub=None):
        return self.ask("PUT", path(kind, ns, thing["metadata"]["name"], sub), thing)

    def patch(self, kind, ns, name, change, how="strategic", sub=None):
        return self.ask("PATCH", path(kind, ns, name, sub), change, PATCHES[how])

    def delete(self, kind, ns, name, **options):
        return self.ask("DELETE", path(kind, ns, name), options or None)

    def delete_all(self, kind, ns, selector, **options):
        return self.ask("DELETE", path(kind, ns, labelSelector=selector), options or None)

    def change(self, kind, ns, name, edit, sub=None):
        """Reads, edits and writes, again when somebody else was quicker."""
        def attempt():
            thing = self.get(kind, ns, name)
            edit(thing)
            try:
                return self.replace(kind, ns, thing, sub)
            except Refused as refusal:
                if refusal.code != 409:
                    raise
        return until(attempt, 20, f"a change of {kind}/{name}")

    def is_gone(self, kind, ns, name):
        try:
            self.get(kind, ns, name)
            return False
        except Refused as refusal:
            if refusal.code != 404:
                raise
            return True

    def watch(self, kind, ns=None, selector=None, version=None, **query):
        if selector:
            query["labelSelector"] = selector
        version = version or self.get(kind, ns, limit=1)["metadata"]["resourceVersion"]
        return Watch(self.target, path(kind, ns, watch="true", resourceVersion=version, **query))


class Watch:
    """Events of a watch, in their order, read in a thread of their own."""

    def __init__(self, target, where):
        self.events, self.connection = [], target.connect()
        self.connection.request("GET", where)
        self.socket, answer = self.connection.sock, self.connection.getresponse()
        if answer.status != 200:
            raise Refused(answer.status, answer.read().decode())
        self.thread = threading.Thread(target=self.read, args=(answer,), daemon=True)
        self.thread.start()

    def read(self, answer):
        try:
            while line := answer.readline():
                event = json.loads(line)
                self.events.append((event["type"], event["object"]))
        except (OSError, ValueError, AttributeError, http.client.HTTPException):
            pass

    def until(self, condition, seconds, what):
        """Waits for an event for which `condition(type, object)` holds; gives its object."""
        return until(lambda: next((thing for kind, thing in list(self.events) if condition(kind, thing)), None), seconds, what)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.connection.close()
