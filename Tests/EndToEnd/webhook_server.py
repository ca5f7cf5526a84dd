"""A small HTTPS server for tests of webhooks: certificates from openssl, handlers by path."""
import base64, http.server, json, os, socket, ssl, subprocess, threading


def openssl(*words):
    subprocess.run(["openssl", *words], check=True, capture_output=True)


def certificate_request(folder, name, subject):
    """The path of a new key, and a request for a certificate as objects hold one."""
    key, request = os.path.join(folder, name + ".key"), os.path.join(folder, name + ".csr")
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", subject, "-keyout", key, "-out", request)
    with open(request, "rb") as file:
        return key, base64.b64encode(file.read()).decode()


class Certificates:
    """An authority in `folder`, and what it signs."""

    def __init__(self, folder):
        self.folder = folder
        os.makedirs(folder, exist_ok=True)
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test authority",
                "-keyout", self.path("ca.key"), "-out", self.path("ca.crt"))

    def path(self, name):
        return os.path.join(self.folder, name)

    @property
    def bundle(self):
        with open(self.path("ca.crt"), "rb") as file:
            return base64.b64encode(file.read()).decode()

    def issue(self, name, *alternatives):
        """The paths of a certificate and its key. Alternatives look like `DNS:a.b` and `IP:1.2.3.4`."""
        with open(self.path(name + ".ext"), "w") as file:
            file.write("subjectAltName=" + ",".join(alternatives) + "\n")
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}", "-keyout", self.path(name + ".key"),
                "-out", self.path(name + ".csr"))
        openssl("x509", "-req", "-in", self.path(name + ".csr"), "-CA", self.path("ca.crt"), "-CAkey", self.path("ca.key"),
                "-CAcreateserial", "-days", "2", "-out", self.path(name + ".crt"), "-extfile", self.path(name + ".ext"))
        return self.path(name + ".crt"), self.path(name + ".key")


class Answered(Exception):
    """A handler has written its answer by itself."""


class Server:
    """`handlers` maps a path to a function from the decoded body to the answer. `requests` keeps what came, as (path, body)."""

    def __init__(self, handlers, certificate, key, client_authority=None):
        self.handlers, self.requests, self.connections, self.sockets = handlers, [], 0, []
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self):
                server.connections += 1
                server.sockets.append(self.request)
                super().setup()

            def answer(self):
                length = int(self.headers.get("content-length") or 0)
                body = self.rfile.read(length)
                path = self.path.split("?")[0]
                server.requests.append((self.path, json.loads(body) if body.startswith(b"{") else body, dict(self.headers)))
                handler = server.handlers.get(path) or next(
                    (found for prefix, found in server.handlers.items() if prefix.endswith("*") and path.startswith(prefix[:-1])), None)
                status, answer = 404, {"message": "no such path"}
                if handler:
                    try:
                        status, answer = 200, handler(self, json.loads(body) if body.startswith(b"{") else body)
                    except Answered:
                        return
                    if isinstance(answer, tuple):
                        status, answer = answer
                data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = answer

            def log_message(self, *_):
                pass

        self.http = http.server.ThreadingHTTPServer(("0.0.0.0", 0), Handler)
        self.http.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        if client_authority:
            context.load_verify_locations(client_authority)
            context.verify_mode = ssl.CERT_OPTIONAL
        self.http.socket = context.wrap_socket(self.http.socket, server_side=True)
        self.port = self.http.server_address[1]
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def close(self):
        self.http.shutdown()
        self.http.server_close()
        for connection in self.sockets:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def review(body, allowed=True, patch=None, message=None, **more):
    """The answer to an AdmissionReview."""
    response = {"uid": body["request"]["uid"], "allowed": allowed, **more}
    if patch is not None:
        response.update(patchType="JSONPatch", patch=base64.b64encode(json.dumps(patch).encode()).decode())
    if message:
        response["status"] = {"message": message}
    return {"apiVersion": body["apiVersion"], "kind": "AdmissionReview", "response": response}


def host_address():
    """An address of this machine that is not its loopback one."""
    probe = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    probe.connect(("198.51.100.1", 9))
    return probe.getsockname()[0]


def service(ns, name, port):
    """A service without a selector, in front of a server of this process."""
    return [{"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": ns}, "spec": {"ports": [{"port": 443, "targetPort": port}]}},
            {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
             "metadata": {"name": name, "namespace": ns, "labels": {"kubernetes.io/service-name": name}},
             "ports": [{"port": port}], "endpoints": [{"addresses": [host_address()], "conditions": {"ready": True}}]}]
