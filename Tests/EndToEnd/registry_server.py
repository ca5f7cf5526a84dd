"""A registry of images on loopback, as the OCI distribution specification has it for pulls: enough for containerd.

Repositories below `private/` want a name and a password.
"""
import base64, http.server, json, os, tarfile, threading


class Registry:
    """Serves archives that `martlet image build --output` wrote. `asked` holds the path of every request for a manifest."""

    def __init__(self, username, password):
        self.blobs, self.manifests, self.asked = {}, {}, []
        self.login = "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()
        registry = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                registry.answer(self)

            do_GET = do_HEAD = answer

            def log_message(self, *words):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def add(self, archive, repository, tag):
        """Puts the image of an archive into a repository; gives its name."""
        with tarfile.open(archive) as file:
            for member in file.getmembers():
                if member.name.startswith("blobs/sha256/") and member.isfile():
                    self.blobs["sha256:" + os.path.basename(member.name)] = file.extractfile(member).read()
            index = json.load(file.extractfile("index.json"))
        entry = index["manifests"][0]
        for name in (tag, entry["digest"]):
            self.manifests[f"{repository}/{name}"] = entry
        return f"{self.host}/{repository}:{tag}"

    def answer(self, request):
        path = request.path.removeprefix("/v2/")
        if path.startswith("private/") and request.headers.get("Authorization") != self.login:
            return self.send(request, 401, b'{"errors":[{"code":"UNAUTHORIZED"}]}', {"WWW-Authenticate": 'Basic realm="images"', "Content-Type": "application/json"})
        repository, _, rest = path.partition("/manifests/")
        if rest:
            self.asked.append(repository)
            entry = self.manifests.get(f"{repository}/{rest}")
            if entry:
                return self.send(request, 200, self.blobs[entry["digest"]], {"Content-Type": entry["mediaType"], "Docker-Content-Digest": entry["digest"]})
        elif "/blobs/" in path and (blob := self.blobs.get(path.rsplit("/", 1)[1])) is not None:
            return self.send(request, 200, blob, {"Content-Type": "application/octet-stream"})
        self.send(request, 404, b'{"errors":[{"code":"MANIFEST_UNKNOWN"}]}', {"Content-Type": "application/json"})

    def send(self, request, status, body, headers):
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        if request.command != "HEAD":
            request.wfile.write(body)

    def close(self):
        self.server.shutdown()
        self.server.server_close()
