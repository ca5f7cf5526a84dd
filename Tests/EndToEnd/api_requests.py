"""Requests to the API as they go over the wire, for tests that look at single answers."""
import base64, http.client, json, os, ssl, threading, time, urllib.parse
from run import Failure


class API:
    """An administrator's connection; each thread has one of its own."""

    def __init__(self, cluster):
        with open(cluster.kubeconfig) as file:
            text = file.read()
        values = {}
        for line in text.splitlines():
            key, _, value = line.strip().lstrip("- ").partition(": ")
            values[key] = value.strip().strip('"')
        folder = os.path.join(cluster.directory, "client")
        os.makedirs(folder, exist_ok=True)
        paths = {}
        for name in ("certificate-authority", "client-certificate", "client-key"):
            paths[name] = os.path.join(folder, name)
            with open(paths[name], "wb") as file:
                file.write(base64.b64decode(values[name + "-data"]))
        self.address = urllib.parse.urlparse(values["server"]).netloc
        self.authority = paths["certificate-authority"]
        self.context = ssl.create_default_context(cafile=self.authority)
        self.context.load_cert_chain(paths["client-certificate"], paths["client-key"])
        self.local = threading.local()

    def connect(self, timeout=30, anonymous=False):
        context = ssl.create_default_context(cafile=self.authority) if anonymous else self.context
        return http.client.HTTPSConnection(self.address, context=context, timeout=timeout)

    def ask(self, method, path, body=None, content="application/json", headers=None):
        """Status, headers and what the body says."""
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        sent = {"accept": "application/json", **({"content-type": content} if body is not None else {}), **(headers or {})}
        for attempt in (1, 2):
            connection = getattr(self.local, "connection", None) or self.connect()
            self.local.connection = connection
            try:
                connection.request(method, path, body, sent)
                answer = connection.getresponse()
                data = answer.read()
                break
            except (http.client.HTTPException, ConnectionError):
                self.local.connection = None
                if attempt == 2:
                    raise
        try:
            return answer.status, answer.headers, json.loads(data)
        except ValueError:
            return answer.status, answer.headers, data

    def call(self, method, path, body=None, wanted=(200, 201, 202), **options):
        status, _, value = self.ask(method, path, body, **options)
        if status not in (wanted if isinstance(wanted, tuple) else (wanted,)):
            raise Failure(f"{method} {path} was answered with {status}: {json.dumps(value)[:600] if not isinstance(value, bytes) else value[:300]}")
        return value

    def get(self, path, **options):
        return self.call("GET", path, **options)

    def create(self, path, body, **options):
        return self.call("POST", path, body, **options)

    def replace(self, path, body, **options):
        return self.call("PUT", path, body, **options)

    def patch(self, path, body, kind="merge", **options):
        return self.call("PATCH", path, body, content={
            "merge": "application/merge-patch+json", "json": "application/json-patch+json",
            "strategic": "application/strategic-merge-patch+json", "apply": "application/apply-patch+yaml"}[kind], **options)

    def delete(self, path, body=None, **options):
        return self.call("DELETE", path, body, **options)

    def watch(self, path, seconds=10, count=None, **parameters):
        """The events of a watch: until there are `count`, or the time is over."""
        query = urllib.parse.urlencode({"watch": "1", "timeoutSeconds": str(seconds), **parameters})
        connection = self.connect(timeout=seconds + 5)
        events = []
        try:
            connection.request("GET", path + ("&" if "?" in path else "?") + query, headers={"accept": "application/json"})
            answer = connection.getresponse()
            if answer.status != 200:
                raise Failure(f"watch of {path} was answered with {answer.status}: {answer.read()[:300]}")
            end = time.monotonic() + seconds
            while (count is None or len(events) < count) and time.monotonic() < end:
                line = answer.readline()
                if not line:
                    break
                events.append(json.loads(line))
        finally:
            connection.close()
        return events


class Watching:
    """A watch in the background, whose events are looked for by and by."""

    def __init__(self, api, path, **parameters):
        self.events, self.condition = [], threading.Condition()
        query = urllib.parse.urlencode({"watch": "1", **parameters})
        self.connection = api.connect(timeout=120)
        self.connection.request("GET", path + "?" + query, headers={"accept": "application/json"})
        self.answer = self.connection.getresponse()
        if self.answer.status != 200:
            raise Failure(f"watch of {path} was answered with {self.answer.status}: {self.answer.read()[:300]}")
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        try:
            for line in iter(self.answer.readline, b""):
                with self.condition:
                    self.events.append(json.loads(line))
                    self.condition.notify_all()
        except (OSError, ValueError, AttributeError, http.client.HTTPException):
            pass

    def wait(self, test, what, seconds=10):
        """The first event that `test` is true of; what came before it is gone through."""
        end = time.monotonic() + seconds
        with self.condition:
            while True:
                while self.events:
                    event = self.events.pop(0)
                    if test(event):
                        return event
                if not self.condition.wait(max(0, end - time.monotonic())) and time.monotonic() >= end:
                    raise Failure(f"waited {seconds} s for {what}")

    def nothing(self, seconds):
        time.sleep(seconds)
        with self.condition:
            return not self.events

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.connection.sock.shutdown(2)
        except (OSError, AttributeError):
            pass
        self.connection.close()
