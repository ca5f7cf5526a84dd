#!/usr/bin/env python3
"""Attacks a control plane as people do: with too few rights, forged credentials, and input that is made to hurt.

    attacks.py --martlet PATH [--only SUBSTRING] [--keep]

None may succeed, and each has to end soon. Needs kubectl and openssl, and neither root nor containers. The last line says
`N passed, N failed`.
"""
import base64, hashlib, hmac, http.client, json, os, socket, ssl, subprocess, time
from run import Cluster, Failure, contains, equal, run_cluster, until
from webhook_server import Answered, Certificates, Server, openssl, review

CASES = []
PORT = 17462


def case(function):
    CASES.append(function)
    return function


def url_safe(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class ControlPlane(Cluster):
    def __init__(self, martlet, directory):
        super().__init__(martlet, directory)
        self.flags = ["--data-dir", self.data, "--listen", f"127.0.0.1:{PORT}", "--components", "apiserver,controller-manager"]
        self.identities = {}

    def pki(self, name):
        return os.path.join(self.data, "pki", name)

    def issue(self, name, subject, *alternatives, usage="clientAuth", authority="ca"):
        """A certificate of the cluster's own authority: what an attacker has who holds that credential."""
        base = os.path.join(self.directory, name)
        with open(base + ".ext", "w") as file:
            file.write(f"extendedKeyUsage={usage}\n" + (f"subjectAltName={','.join(alternatives)}\n" if alternatives else ""))
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", subject, "-keyout", base + ".key", "-out", base + ".csr")
        openssl("x509", "-req", "-in", base + ".csr", "-CA", self.pki(authority + ".crt"), "-CAkey", self.pki(authority + ".key"),
                "-set_serial", str(time.time_ns()), "-days", "1", "-out", base + ".crt", "-extfile", base + ".ext")
        return base + ".crt", base + ".key"

    def context(self, identity=None):
        context = ssl.create_default_context(cafile=self.pki("ca.crt"))
        if identity:
            if identity not in self.identities:
                self.identities[identity] = self.issue(f"id{len(self.identities)}", identity)
            context.load_cert_chain(*self.identities[identity])
        return context

    def ask(self, method, path, body=None, identity=None, headers=None, content="application/json", timeout=20):
        """Status and body of a request as the holder of a subject such as `/O=system:nodes/CN=system:node:n1`."""
        connection = http.client.HTTPSConnection("127.0.0.1", PORT, context=self.context(identity), timeout=timeout)
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        connection.request(method, path, body, {"content-type": content, **(headers or {})})
        answer = connection.getresponse()
        data = answer.read()
        try:
            return answer.status, json.loads(data)
        except ValueError:
            return answer.status, data.decode(errors="replace")
        finally:
            connection.close()

    def refused(self, *words, status=403, **options):
        found, answer = self.ask(*words, **options)
        if found != status:
            raise Failure(f"{' '.join(map(str, words[:2]))}: wanted {status}, got {found}: {json.dumps(answer)[:300]}")
        return answer

    def create(self, ns, thing, check=True):
        return self.kubectl("-n", ns, "create", "-f", "-", stdin=json.dumps(thing), check=check)

    def resident(self):
        with open(f"/proc/{self.process()}/status") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmRSS")) // 1024

    def answers(self, seconds=2):
        """The server is there for everybody else."""
        begun = time.monotonic()
        equal(self.ask("GET", "/readyz", timeout=seconds)[0], 200)
        if time.monotonic() - begun > seconds:
            raise Failure("the server is slow")


def node(number):
    return f"/O=system:nodes/CN=system:node:n{number}"


def user(name, *groups):
    return "".join(f"/O={group}" for group in groups) + f"/CN={name}"


def pod(name, node_name=None, **spec):
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name},
            "spec": {"containers": [{"name": "c", "image": "i"}], **({"nodeName": node_name} if node_name else {}), **spec}}


def role(name, *rules, kind="ClusterRole"):
    return {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": {"name": name}, "rules": list(rules)}


@case
def case_a_node_reaches_no_other(c, ns):
    until(lambda: c.get("-n", ns, "serviceaccount", "default"), 10, "the service account")
    for number in (1, 2):
        c.create(ns, {"apiVersion": "v1", "kind": "Node", "metadata": {"name": f"n{number}"}})
        c.kubectl("-n", ns, "create", "secret", "generic", f"s{number}", "--from-literal=a=b")
        c.create(ns, pod(f"p{number}", f"n{number}", volumes=[{"name": "s", "secret": {"secretName": f"s{number}"}}]))
    base = f"/api/v1/namespaces/{ns}"
    equal(c.ask("GET", base + "/secrets/s1", identity=node(1))[0], 200)
    for method, path, body in [
        ("GET", base + "/secrets/s2", None), ("GET", base + "/secrets", None), ("GET", "/api/v1/secrets", None),
        ("GET", "/api/v1/secrets?fieldSelector=metadata.name%3Ds1", None), ("PUT", base + "/secrets/s1", {}),
        ("PATCH", "/api/v1/nodes/n2/status", {"status": {"phase": "x"}}), ("DELETE", "/api/v1/nodes/n2", None), ("DELETE", base + "/pods/p2", None),
        ("PATCH", base + "/pods/p2/status", {"status": {"phase": "Failed"}}), ("POST", base + "/pods", pod("new", "n2")),
        ("POST", base + "/serviceaccounts/default/token", {"spec": {"boundObjectRef": {"kind": "Pod", "apiVersion": "v1", "name": "p2", "uid": "x"}}}),
        ("PATCH", "/api/v1/nodes/n1", {"metadata": {"labels": {"node-restriction.kubernetes.io/zone": "a"}}}),
        ("GET", "/apis/rbac.authorization.k8s.io/v1/clusterroles", None), ("POST", base + "/pods/p1/exec?command=sh&stdout=true", None),
    ]:
        content = "application/merge-patch+json" if method == "PATCH" else "application/json"
        c.refused(method, path, body, identity=node(1), content=content)
    # The name counts only with the group, and the group only with a name.
    c.refused("GET", base + "/secrets/s1", identity="/CN=system:node:n1")
    c.refused("GET", base + "/secrets/s1", identity="/O=system:nodes/CN=n1")


@case
def case_nobody_grants_what_he_has_not(c, ns):
    everything = {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}
    rights = {"apiGroups": ["rbac.authorization.k8s.io"], "resources": ["clusterroles", "clusterrolebindings", "roles", "rolebindings"],
              "verbs": ["create", "get", "update", "patch"]}
    c.create(ns, role("rbac-writer", rights))
    c.kubectl("create", "clusterrolebinding", "rbac-writer", "--clusterrole=rbac-writer", "--user=mallory")
    mallory, group = user("mallory"), "/apis/rbac.authorization.k8s.io/v1"
    contains(c.refused("POST", group + "/clusterroles", role("all", everything), identity=mallory)["message"], "is attempting to grant RBAC permissions not currently held")
    binding = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": {"name": "me"},
               "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"},
               "subjects": [{"kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": "mallory"}]}
    c.refused("POST", group + "/clusterrolebindings", binding, identity=mallory)
    merge = "application/merge-patch+json"
    c.refused("PATCH", group + "/clusterroles/rbac-writer", {"rules": [everything]}, identity=mallory, content=merge)
    c.refused("PATCH", group + "/clusterroles/rbac-writer", {"aggregationRule": {"clusterRoleSelectors": [{}]}}, identity=mallory, content=merge)
    apply = "application/apply-patch+yaml"
    c.refused("PATCH", group + "/clusterroles/fresh?fieldManager=m&force=true", role("fresh", everything), identity=mallory, content=apply)
    local = {**binding, "kind": "RoleBinding"}
    c.refused("POST", f"{group}/namespaces/{ns}/rolebindings", local, identity=mallory)
    # A role that says the same as he has is his to give.
    equal(c.ask("POST", group + "/clusterroles", role("same", rights), identity=mallory)[0], 201)


@case
def case_impersonation_needs_each_right(c, ns):
    c.refused("GET", "/api/v1/secrets", identity=user("eve"), headers={"Impersonate-User": "kubernetes-admin"})
    c.create(ns, role("actor", {"apiGroups": [""], "resources": ["users"], "verbs": ["impersonate"]}))
    c.kubectl("create", "clusterrolebinding", "actor", "--clusterrole=actor", "--user=trent")
    for headers in [{"Impersonate-User": "x", "Impersonate-Group": "system:masters"},
                    {"Impersonate-User": "x", "Impersonate-Extra-scopes": "a"}, {"Impersonate-User": "x", "Impersonate-Uid": "1"},
                    {"Impersonate-User": "system:serviceaccount:kube-system:generic-garbage-collector"}]:
        c.refused("GET", "/api/v1/secrets", identity=user("trent"), headers=headers)
    c.refused("GET", "/api/v1/secrets", identity=user("trent"), headers={"Impersonate-Group": "system:masters"}, status=400)
    status, who = c.ask("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"},
                        identity=user("trent"), headers={"Impersonate-User": "x"})
    equal((status, who["status"]["userInfo"]["username"]), (201, "x"))


@case
def case_no_signing_request_makes_a_master(c, ns):
    def request(name, subject, signer, usages):
        key, path = os.path.join(c.directory, name + ".key"), os.path.join(c.directory, name + ".csr")
        openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", subject, "-keyout", key, "-out", path)
        with open(path, "rb") as file:
            return {"apiVersion": "certificates.k8s.io/v1", "kind": "CertificateSigningRequest", "metadata": {"name": name},
                    "spec": {"request": base64.b64encode(file.read()).decode(), "signerName": signer, "usages": usages,
                             "username": "system:node:n1", "groups": ["system:nodes", "system:masters"]}}

    path, client = "/apis/certificates.k8s.io/v1/certificatesigningrequests", ["digital signature", "client auth"]
    c.create(ns, role("requester", {"apiGroups": ["certificates.k8s.io"], "resources": ["certificatesigningrequests"], "verbs": ["create", "get", "update", "patch"]},
                      {"apiGroups": ["certificates.k8s.io"], "resources": ["certificatesigningrequests/approval", "certificatesigningrequests/status"],
                       "verbs": ["update", "patch"]}))
    c.kubectl("create", "clusterrolebinding", "requester", "--clusterrole=requester", "--user=oscar")
    oscar = user("oscar")
    contains(c.refused("POST", path, request("master", "/O=system:masters/CN=me", "kubernetes.io/kube-apiserver-client", client), identity=oscar)["message"],
             "system:masters group is not allowed")
    # Who asks is who is logged in, whatever the object says.
    status, made = c.ask("POST", path, request("mine", "/CN=someone", "kubernetes.io/kube-apiserver-client", client), identity=oscar)
    equal((status, made["spec"]["username"], made["spec"]["groups"]), (201, "oscar", ["system:authenticated"]))
    made["status"] = {"conditions": [{"type": "Approved", "status": "True", "reason": "x", "message": "x"}]}
    contains(c.refused("PUT", path + "/mine/approval", made, identity=oscar)["message"], "user not permitted to approve requests with signerName")
    made["status"] = {"certificate": base64.b64encode(open(c.pki("ca.crt"), "rb").read()).decode()}
    c.refused("PUT", path + "/mine/status", made, identity=oscar)
    # Nodes' certificates with more than a node's names are not signed, even when somebody approves them.
    c.create(ns, request("node", "/O=system:nodes/O=system:masters/CN=system:node:n1", "kubernetes.io/kube-apiserver-client-kubelet", client))
    c.kubectl("certificate", "approve", "node")
    failed = until(lambda: [x for x in c.get("csr", "node")["status"]["conditions"] if x["type"] == "Failed"], 10, "the refusal")
    contains(failed[0]["message"], "organization in subject is not system:nodes")


@case
def case_certificates_are_for_what_they_say(c, ns):
    """A serving certificate is no client's, a front proxy's is nobody's, another authority's is worth nothing."""
    for files in [c.issue("serving", "/O=system:masters/CN=evil", "DNS:evil", usage="serverAuth"),
                  c.issue("proxy", "/O=system:masters/CN=evil", authority="front-proxy-ca")]:
        context = ssl.create_default_context(cafile=c.pki("ca.crt"))
        context.load_cert_chain(*files)
        connection = http.client.HTTPSConnection("127.0.0.1", PORT, context=context, timeout=10)
        try:
            connection.request("GET", "/api/v1/secrets")
            equal(connection.getresponse().status, 401)
        except (ssl.SSLError, ConnectionError):
            pass
    own = Certificates(os.path.join(c.directory, "other"))
    context = ssl.create_default_context(cafile=c.pki("ca.crt"))
    context.load_cert_chain(*own.issue("admin", "DNS:a"))
    connection = http.client.HTTPSConnection("127.0.0.1", PORT, context=context, timeout=10)
    try:
        connection.request("GET", "/api/v1/secrets")
        equal(connection.getresponse().status, 401)
    except (ssl.SSLError, ConnectionError):
        pass


@case
def case_front_proxy_headers_need_its_certificate(c, ns):
    headers = {"X-Remote-User": "kubernetes-admin", "X-Remote-Group": "system:masters"}
    for identity in (None, user("eve"), node(1), "/O=system:masters/CN=front-proxy-client"):
        status, answer = c.ask("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews",
                               {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}, identity=identity, headers=headers)
        if status == 201 and answer["status"]["userInfo"]["username"] == "kubernetes-admin":
            raise Failure(f"{identity} passed for the administrator")


def raw_signature(der):
    """The two numbers of an ECDSA signature, 32 bytes each."""
    numbers, rest = b"", der[2:] if der[1] < 128 else der[3:]
    for _ in range(2):
        length = rest[1]
        numbers += rest[2:2 + length].lstrip(b"\0").rjust(32, b"\0")
        rest = rest[2 + length:]
    return numbers


@case
def case_forged_tokens(c, ns):
    until(lambda: c.get("-n", ns, "serviceaccount", "default"), 10, "the service account")
    good = c.kubectl("-n", ns, "create", "token", "default").strip()
    key = json.loads(c.kubectl("get", "--raw", "/openid/v1/jwks"))["keys"][0]
    head, body, signature = good.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))

    def sign(claims, header=None):
        text = url_safe(json.dumps({"alg": key["alg"], "kid": key["kid"], **(header or {})}).encode()) + "." + url_safe(json.dumps(claims).encode())
        made = subprocess.run(["openssl", "dgst", "-sha256", "-sign", c.pki("service-account.key")], input=text.encode(), capture_output=True, check=True).stdout
        return text + "." + url_safe(raw_signature(made) if key["kty"] == "EC" else made)

    def status(token):
        return c.ask("GET", "/api/v1", headers={"authorization": "Bearer " + token})[0]

    equal((status(good), status(sign(claims))), (200, 200), "tokens that hold")
    admin = {**claims, "sub": "system:serviceaccount:kube-system:admin"}
    number = lambda name: base64.urlsafe_b64decode(key[name] + "==")
    public = b"\4" + number("x") + number("y") if key["kty"] == "EC" else number("n")
    def shared(secret):
        text = url_safe(json.dumps({"alg": "HS256", "kid": key["kid"]}).encode()) + "." + body
        return text + "." + url_safe(hmac.new(secret, text.encode(), hashlib.sha256).digest())
    pem = subprocess.run(["openssl", "pkey", "-in", c.pki("service-account.key"), "-pubout"], capture_output=True, check=True).stdout
    forged = {
        "expired": sign({**claims, "exp": int(time.time()) - 1}), "not yet valid": sign({**claims, "nbf": int(time.time()) + 3600}),
        "without an end": sign({name: value for name, value in claims.items() if name != "exp"}),
        "another issuer": sign({**claims, "iss": "https://evil"}), "another audience": sign({**claims, "aud": ["vault"]}),
        "no audience": sign({**claims, "aud": []}), "unsigned": url_safe(b'{"alg":"none"}') + "." + body + ".",
        "unsigned, with a signature": url_safe(b'{"alg":"none"}') + "." + body + "." + signature,
        "changed claims": head + "." + url_safe(json.dumps(admin).encode()) + "." + signature,
        "algorithm confusion": shared(public), "algorithm confusion with PEM": shared(pem), "unknown key": sign(claims, {"kid": "other"}),
        "zero signature": head + "." + body + "." + url_safe(bytes(64 if key["kty"] == "EC" else 256)), "short signature": head + "." + body + "." + signature[:-4],
        "another uid": sign({**claims, "kubernetes.io": {**claims["kubernetes.io"], "serviceaccount": {"name": "default", "uid": "x"}}}),
        "two dots": "..", "nothing": ".", "large": "a" * 100_000,
    }
    for name, token in forged.items():
        found = status(token)
        if found not in (401, 431, 400):
            raise Failure(f"a token that is {name} got {found}")
    other = c.kubectl("-n", ns, "create", "token", "default", "--audience=vault").strip()
    equal(status(other), 401)
    # With its account the token is gone, though it was used a moment ago.
    c.kubectl("-n", ns, "create", "serviceaccount", "short")
    token = c.kubectl("-n", ns, "create", "token", "short").strip()
    equal(status(token), 200)
    c.kubectl("-n", ns, "delete", "serviceaccount", "short")
    equal(status(token), 401)


@case
def case_paths_lead_nowhere_else(c, ns):
    reader = user("peggy")
    c.create(ns, role("cm-reader", {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list"]},
                      {"apiGroups": [""], "resources": ["services/proxy", "pods/proxy"], "verbs": ["get"]}))
    c.kubectl("-n", ns, "create", "rolebinding", "cm-reader", "--clusterrole=cm-reader", "--user=peggy")
    base = f"/api/v1/namespaces/{ns}"
    for path in [f"{base}/configmaps/../secrets", f"{base}/configmaps/%2e%2e/secrets", f"{base}/configmaps/..%2fsecrets/x", f"{base}/configmaps/x%2f..%2f..%2fsecrets",
                 f"{base}/pods/p/proxy/../../../secrets/s", f"{base}/services/x/proxy/%2e%2e/%2e%2e/secrets", "//api/v1/secrets", "/api//v1/secrets",
                 f"/api/v1/namespaces/{ns}/../kube-system/secrets", f"{base}/configmaps/x\\..\\secrets", "/./api/v1/secrets", "/api/v1/namespaces/%00/secrets"]:
        status, answer = c.ask("GET", path, identity=reader)
        if status == 200 or (isinstance(answer, dict) and answer.get("kind") == "SecretList"):
            raise Failure(f"{path} is answered with {status}: {json.dumps(answer)[:200]}")
    for name in ["..", ".", "a/b", "a%2fb", "a b", "-a", "A", "a\n", "a" * 300]:
        status, _ = c.ask("POST", base + "/configmaps", {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}}, identity=user("kubernetes-admin", "system:masters"))
        equal(status, 422, repr(name))


@case
def case_requests_are_not_smuggled(c, ns):
    """Whoever stands in between must not see other requests than the server does."""
    hidden = b"GET /api/v1/namespaces HTTP/1.1\r\nHost: x\r\n\r\n"
    chunked = b"0\r\n\r\n"
    posts = {
        "both lengths": b"POST /livez HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n" % len(chunked + hidden) + chunked + hidden,
        "two lengths": b"POST /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: %d\r\n\r\n" % len(hidden) + hidden,
        "odd coding": b"POST /livez HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\nContent-Length: 5\r\n\r\n" + chunked + hidden,
        "chunked not last": b"POST /livez HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, identity\r\n\r\n" + chunked + hidden,
        "space before colon": b"POST /livez HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : chunked\r\nContent-Length: %d\r\n\r\n" % len(chunked + hidden) + chunked + hidden,
        "negative length": b"POST /livez HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n" + hidden,
        "folded header": b"POST /livez HTTP/1.1\r\nHost: x\r\nTransfer-Encoding:\r\n chunked\r\nContent-Length: %d\r\n\r\n" % len(chunked + hidden) + chunked + hidden,
        "bare line feeds in a chunk": b"POST /livez HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2;\naa\r\n0\r\n\r\n",
    }
    for name, text in posts.items():
        plain = socket.create_connection(("127.0.0.1", PORT), timeout=5)
        with c.context().wrap_socket(plain, server_hostname="127.0.0.1") as secured:
            secured.sendall(text)
            secured.settimeout(2)
            received = b""
            try:
                while part := secured.recv(65536):
                    received += part
            except (TimeoutError, ConnectionError, ssl.SSLError):
                pass
        # The hidden request would be answered as anybody's, with 403.
        if received.count(b"HTTP/1.1 ") > 1 and b"cannot list resource" in received:
            raise Failure(f"{name}: the hidden request was answered")
    c.answers()


@case
def case_kubelets_lead_nowhere(c, ns):
    """What a node answers is data: no redirect is followed, and its address is not the client's to choose."""
    reached = []
    elsewhere = Server({"/*": lambda *_: reached.append(1) or {}}, *c.issue("elsewhere", "/CN=elsewhere", "IP:127.0.0.1", usage="serverAuth"))

    class Redirect:
        def __call__(self, handler, body):
            handler.send_response(302)
            handler.send_header("location", f"https://127.0.0.1:{elsewhere.port}/secrets")
            handler.send_header("content-length", "0")
            handler.end_headers()
            handler.close_connection = True
            raise Answered

    kubelet = Server({"/*": Redirect()}, *c.issue("kubelet", "/O=system:nodes/CN=system:node:liar", "IP:127.0.0.1", "DNS:liar", usage="serverAuth"))
    c.create(ns, {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "liar"}})
    c.kubectl("patch", "node", "liar", "--subresource=status", "--type=merge", "-p", json.dumps({"status": {
        "addresses": [{"type": "InternalIP", "address": "127.0.0.1"}], "daemonEndpoints": {"kubeletEndpoint": {"Port": kubelet.port}}}}))
    c.create(ns, pod("p", "liar"))
    admin = user("kubernetes-admin", "system:masters")
    for path in [f"/api/v1/namespaces/{ns}/pods/p/log", "/api/v1/nodes/liar/proxy/logs/", f"/api/v1/namespaces/{ns}/pods/p/log?follow=true"]:
        status, _ = c.ask("GET", path, identity=admin)
        if status == 200:
            raise Failure(f"{path} is answered with 200")
    equal(reached, [], "requests elsewhere")
    # The container of a log is one of the pod's.
    for container in ("../../../exec", "c/../../x", "other"):
        status, _ = c.ask("GET", f"/api/v1/namespaces/{ns}/pods/p/log?container={container}", identity=admin)
        equal(status, 400, container)
    before = len(kubelet.requests)
    c.create(ns, role("node-reader", {"apiGroups": [""], "resources": ["nodes", "pods"], "verbs": ["get", "list"]},
                      {"apiGroups": [""], "resources": ["nodes/proxy"], "verbs": ["get"]}))
    c.kubectl("create", "clusterrolebinding", "node-reader", "--clusterrole=node-reader", "--user=rupert")
    c.refused("POST", f"/api/v1/nodes/liar/proxy/run/{ns}/p/c?cmd=id", identity=user("rupert"))
    c.refused("GET", "/api/v1/nodes/liar/proxy/pods", identity=user("sybil"))
    c.refused("GET", f"/api/v1/namespaces/{ns}/pods/p/exec?command=id&stdout=true", identity=user("rupert"))
    # The name of a node may hold a port or scheme, as upstream's does, but reaches only what is its own.
    c.refused("GET", "/api/v1/nodes/https:liar:443/proxy/", identity=user("sybil"))
    equal(len(kubelet.requests), before, "requests at the kubelet")
    kubelet.close()
    elsewhere.close()


@case
def case_a_kubelet_asks_who_comes(c, ns):
    files = c.issue("kubelet-serving", "/O=system:nodes/CN=system:node:n9", "IP:127.0.0.1", usage="serverAuth")
    probe = socket.socket()
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]
    probe.close()
    log = open(os.path.join(c.directory, "kubelet.log"), "w")
    kubelet = subprocess.Popen(
        [c.martlet, "kubelet", "--kubeconfig", c.kubeconfig, "--hostname-override", "n9", "--node-ip", "127.0.0.1", "--root-dir",
         os.path.join(c.directory, "kubelet"), "--address", "127.0.0.1", "--port", str(port), "--tls-cert-file", files[0], "--tls-private-key-file", files[1],
         "--client-ca-file", c.pki("ca.crt"), "--container-runtime-endpoint", "unix:///nowhere.sock"], stdout=log, stderr=log)
    try:
        def ask(method, path, identity=None, token=None):
            connection = http.client.HTTPSConnection("127.0.0.1", port, context=c.context(identity), timeout=5)
            connection.request(method, path, headers={"authorization": "Bearer " + token} if token else {})
            return connection.getresponse().status

        def listening():
            try:
                return ask("GET", "/healthz") == 200
            except OSError:
                return False

        until(listening, 20, "the kubelet's server")
        for path in ("/pods", "/containerLogs/a/b/c", "/metrics", "/stats/summary", "/logs/"):
            equal((ask("GET", path), ask("GET", path, user("eve")), ask("GET", path, node(1)), ask("GET", path, token="forged")),
                  (401, 403, 403, 401), path)
        equal((ask("POST", "/exec/a/b/c?command=id"), ask("POST", "/exec/a/b/c?command=id", user("eve"))), (401, 403))
    finally:
        kubelet.kill()
        kubelet.wait()


@case
def case_controllers_have_their_own_accounts(c, ns):
    """A controller manager by itself, with nothing but upstream's role for it, lets each controller act as itself."""
    files = c.issue("manager", "/CN=system:kube-controller-manager")
    config = json.loads(c.run("kubectl", "config", "view", "--raw", "-o", "json"))
    for key, path in zip(("client-certificate-data", "client-key-data"), files):
        with open(path, "rb") as file:
            config["users"][0]["user"][key] = base64.b64encode(file.read()).decode()
    path = os.path.join(c.directory, "manager.kubeconfig")
    with open(path, "w") as file:
        json.dump(config, file)
    c.down()
    c.flags[c.flags.index("--components") + 1] = "apiserver"
    c.up()
    log = open(os.path.join(c.directory, "manager.log"), "w")
    manager = subprocess.Popen([c.martlet, "controller-manager", "--kubeconfig", path, "--use-service-account-credentials"], stdout=log, stderr=log)
    try:
        c.kubectl("-n", ns, "create", "deployment", "web", "--image=i", "--replicas=2")
        until(lambda: len(c.get("-n", ns, "pods", "-l", "app=web")["items"]) == 2, 30, "the pods of the deployment")
        names = {item["metadata"]["name"] for item in c.get("-n", "kube-system", "serviceaccounts")["items"]}
        for name in ("deployment-controller", "replicaset-controller"):
            if name not in names:
                raise Failure(f"there is no account {name} among {sorted(names)}")
        c.kubectl("-n", ns, "delete", "deployment", "web")
        until(lambda: not c.get("-n", ns, "replicasets")["items"], 30, "the garbage collector")
    finally:
        manager.terminate()
        manager.wait()
        c.down()
        c.flags[c.flags.index("--components") + 1] = "apiserver,controller-manager"
        c.up()
    with open(log.name) as file:
        refused = [line for line in file if "is forbidden" in line]
    equal(refused, [], "refusals in the manager's log")


@case
def case_a_webhook_that_loops_ends(c, ns):
    certificates = Certificates(os.path.join(c.directory, "webhooks"))
    calls = []

    def again(_, body):
        calls.append(1)
        if len(calls) < 200:
            c.ask("POST", f"/api/v1/namespaces/{ns}/configmaps", {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"generateName": "loop-"}},
                  identity=user("kubernetes-admin", "system:masters"), timeout=30)
        return review(body)

    server = Server({"/": again}, *certificates.issue("server", "IP:127.0.0.1"))
    def configuration(url, bundle):
        return {"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration", "metadata": {"name": "loop"}, "webhooks": [{
            "name": "loop.example.com", "clientConfig": {"url": url, "caBundle": bundle}, "sideEffects": "None", "admissionReviewVersions": ["v1"],
            "timeoutSeconds": 1, "failurePolicy": "Fail", "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": ns}},
            "rules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["configmaps"]}]}]}

    for url, bundle in [(f"https://127.0.0.1:{server.port}/", certificates.bundle),
                        # The server itself as its own webhook.
                        (f"https://127.0.0.1:{PORT}/api/v1/namespaces/{ns}/configmaps", base64.b64encode(open(c.pki("ca.crt"), "rb").read()).decode())]:
        c.create(ns, configuration(url, bundle))
        begun = time.monotonic()
        done = c.kubectl("-n", ns, "create", "configmap", "a", check=False)
        if time.monotonic() - begun > 10:
            raise Failure(f"the request took {time.monotonic() - begun:.0f} s")
        contains(done.stderr, "failed calling webhook")
        c.answers()
        c.kubectl("delete", "validatingwebhookconfiguration", "loop")
    server.close()
    c.kubectl("-n", ns, "create", "configmap", "after")


@case
def case_documents_that_unfold(c, ns):
    laughs = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"a{level}: &a{level} [{','.join(['*a' + str(level - 1)] * 9)}]\n" for level in range(1, 12))
    admin, path = user("kubernetes-admin", "system:masters"), f"/api/v1/namespaces/{ns}/configmaps"
    before = c.resident()
    for text, content in [
        ("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n" + laughs, "application/yaml"),
        ('{"a":' * 100_000 + "1" + "}" * 100_000, "application/json"), ("[" * 1_000_000, "application/json"),
        ('{"metadata":{"name":"a"},"data":{"a":"' + "x" * (4 << 20) + '"}}', "application/json"), ("- " * 500_000, "application/yaml"),
        ('{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"x":1e999999999}', "application/json"), ("\xff\xfe{}", "application/json"),
        (b"k8s\0" + b"\x0a\xff\xff\xff\xff\x0f" * 1000, "application/vnd.kubernetes.protobuf"), (b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff", "application/cbor"),
    ]:
        begun = time.monotonic()
        try:
            status, _ = c.ask("POST", path, text if isinstance(text, bytes) else text.encode(), identity=admin, content=content, timeout=20)
        except (ConnectionError, ssl.SSLError):
            status = 413
        if not 400 <= status < 500:
            raise Failure(f"{text[:60]!r} is answered with {status}")
        if time.monotonic() - begun > 5:
            raise Failure(f"{text[:60]!r} took {time.monotonic() - begun:.1f} s")
    c.answers()
    if c.resident() - before > 200:
        raise Failure(f"resident memory grew from {before} to {c.resident()} MiB")
    # JSON patches that multiply.
    c.kubectl("-n", ns, "create", "configmap", "grow", "--from-literal=a=" + "x" * 1000)
    copies = [{"op": "copy", "from": "/data", "path": "/data/b"}] * 100
    status, _ = c.ask("PATCH", path + "/grow", copies, identity=admin, content="application/json-patch+json")
    if status < 400:
        raise Failure("a patch that multiplies was taken")
    status, _ = c.ask("PATCH", path + "/grow", [{"op": "test", "path": "/data/a", "value": "x"}] * 20_000, identity=admin, content="application/json-patch+json")
    equal(status, 413)


@case
def case_expressions_and_patterns_end(c, ns):
    def definition(name, schema):
        return {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": f"{name}s.attack.example.com"},
                "spec": {"group": "attack.example.com", "scope": "Namespaced", "names": {"plural": f"{name}s", "singular": name, "kind": name.title()},
                         "versions": [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {
                             "type": "object", "properties": {"spec": schema}}}}]}}

    admin, path = user("kubernetes-admin", "system:masters"), "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    # Backtracking engines take for ever for this pattern and text.
    c.create(ns, definition("evil", {"type": "object", "properties": {"text": {"type": "string", "pattern": "^(a+)+$"}}}))
    c.kubectl("wait", "--for=condition=Established", "crd/evils.attack.example.com", "--timeout=10s")
    thing = {"apiVersion": "attack.example.com/v1", "kind": "Evil", "metadata": {"name": "e"}, "spec": {"text": "a" * 50_000 + "!"}}
    begun = time.monotonic()
    equal(until(lambda: c.ask("POST", f"/apis/attack.example.com/v1/namespaces/{ns}/evils", thing, identity=admin), 10, "an answer")[0], 422)
    if time.monotonic() - begun > 8:
        raise Failure(f"the pattern took {time.monotonic() - begun:.1f} s")
    # Rules that could cost too much are refused with the definition.
    nested = {"type": "object", "properties": {"a": {"type": "array", "items": {"type": "string"}}},
              "x-kubernetes-validations": [{"rule": "self.a.all(x, self.a.all(y, self.a.all(z, x + y + z != 'q')))"}]}
    status, answer = c.ask("POST", path, definition("costly", nested), identity=admin)
    equal(status, 422)
    contains(answer["message"], "estimated rule cost exceeds budget")
    # Policies have no estimate: they stop at their limit.
    group = "admissionregistration.k8s.io/v1"
    loop = "[" + ",".join(str(number) for number in range(200)) + "]"
    expression = f"{loop}.all(a, {loop}.all(b, {loop}.all(c, {loop}.all(d, a + b + c + d >= 0))))"
    c.create(ns, {"apiVersion": group, "kind": "ValidatingAdmissionPolicy", "metadata": {"name": "endless"}, "spec": {
        "failurePolicy": "Fail", "matchConstraints": {"resourceRules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["configmaps"]}]},
        "validations": [{"expression": expression}]}})
    c.create(ns, {"apiVersion": group, "kind": "ValidatingAdmissionPolicyBinding", "metadata": {"name": "endless"}, "spec": {
        "policyName": "endless", "validationActions": ["Deny"], "matchResources": {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": ns}}}}})
    begun = time.monotonic()
    status, answer = c.ask("POST", f"/api/v1/namespaces/{ns}/configmaps", {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}, identity=admin, timeout=60)
    equal(status, 422)
    contains(answer["message"], "cost limit exceeded")
    if time.monotonic() - begun > 15:
        raise Failure(f"the expression took {time.monotonic() - begun:.1f} s")
    c.answers()
    c.kubectl("delete", "validatingadmissionpolicybindings,validatingadmissionpolicies", "endless")


@case
def case_only_strong_ciphers(c, ns):
    def connects(*flags):
        done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{PORT}", *flags], input="", capture_output=True, text=True)
        return "Cipher is (NONE)" not in done.stdout and "Cipher is " in done.stdout

    equal((connects("-tls1_3"), connects("-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256")), (True, True))
    for flags in [("-tls1",), ("-tls1_1",), ("-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA"), ("-tls1_2", "-cipher", "AES128-SHA"),
                  ("-tls1_2", "-cipher", "aNULL")]:
        equal(connects(*flags), False, " ".join(flags))


@case
def case_slow_clients_hold_nobody_up(c, ns):
    slow = []
    for number in range(200):
        plain = socket.create_connection(("127.0.0.1", PORT), timeout=10)
        secured = c.context().wrap_socket(plain, server_hostname="127.0.0.1")
        secured.sendall(b"GET /livez HTTP/1.1\r\nHost: x\r\n" if number % 2 else b"P")
        slow.append(secured)
    end = time.monotonic() + 35
    while time.monotonic() < end:
        for secured in slow:
            try:
                secured.sendall(b"X")
            except (OSError, ssl.SSLError):
                pass
        c.answers(seconds=3)
        time.sleep(2)
    open_still = 0
    for secured in slow:
        secured.settimeout(0.2)
        try:
            while secured.recv(4096):
                pass
        except TimeoutError:
            open_still += 1
        except (OSError, ssl.SSLError):
            pass
        secured.close()
    equal(open_still, 0, "connections that never sent a whole request and are still open")


if __name__ == "__main__":
    run_cluster(CASES, __doc__, ControlPlane)
