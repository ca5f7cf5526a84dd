"""What tests of running containers have in common: short objects, and looks at what became of them."""
import base64, http.client, json, ssl, tempfile
from run import until


def apply(c, ns, *objects, verb="apply"):
    c.kubectl("-n", ns, verb, "-f", "-", stdin=json.dumps({"apiVersion": "v1", "kind": "List", "items": list(objects)}))


def config(name, kind="ConfigMap", **fields):
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name}, **fields}


def pod(name, script, container=None, **spec):
    """A pod that runs once."""
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": {"app": name}}, "spec": {
        "restartPolicy": "Never", "terminationGracePeriodSeconds": 1,
        "containers": [{"name": "main", "image": "busybox:1", "command": ["sh", "-c", script], **(container or {})}], **spec}}


def status(c, ns, name):
    return c.get("-n", ns, "pod", name)["status"]


def ended(c, ns, *names, seconds=40):
    """Waits until all have ended; gives what each printed, by name."""
    def all_ended():
        found = {item["metadata"]["name"]: item["status"].get("phase") for item in c.get("-n", ns, "pods")["items"]}
        return all(found.get(name) in ("Succeeded", "Failed") for name in names)
    until(all_ended, seconds, f"{names} to end")
    return {name: c.kubectl("-n", ns, "logs", name, check=False).stdout for name in names}


def terminated(c, ns, name):
    return status(c, ns, name)["containerStatuses"][0]["state"]["terminated"]


def patch(c, ns, kind, name, body, *words, **options):
    return c.kubectl("-n", ns, "patch", kind, name, "-p", json.dumps(body), *words, **options)


def waiting(c, ns, name, index=0, kind="containerStatuses"):
    return status(c, ns, name)[kind][index]["state"].get("waiting", {})


class API:
    """The API server, asked without a client in between."""
    def __init__(self, c):
        user = json.loads(c.kubectl("config", "view", "--raw", "-o", "json"))["users"][0]["user"]
        context = ssl._create_unverified_context()
        with tempfile.NamedTemporaryFile() as pair:
            pair.write(base64.b64decode(user["client-certificate-data"]) + base64.b64decode(user["client-key-data"]))
            pair.flush()
            context.load_cert_chain(pair.name)
        self.connection = http.client.HTTPSConnection("127.0.0.1", 16443, context=context, timeout=20)

    def __call__(self, method, path, body=None, kind="application/json"):
        self.connection.request(method, path, None if body is None else json.dumps(body), {"Content-Type": kind, "Accept": "application/json"})
        return json.loads(self.connection.getresponse().read())
