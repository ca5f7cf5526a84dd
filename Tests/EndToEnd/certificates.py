#!/usr/bin/env python3
"""Looks at certificates that end within seconds: whether they are made anew in time, and nobody notices.

    certificates.py --martlet PATH [--only SUBSTRING] [--keep]

Needs kubectl and openssl, and neither root nor containers. The last line says `N passed, N failed`.
"""
import base64, http.client, json, os, socket, ssl, subprocess, time
from run import Cluster, Failure, contains, equal, run_cluster, until

CASES = []


def case(function):
    CASES.append(function)
    return function


class ControlPlane(Cluster):
    def __init__(self, martlet, directory):
        super().__init__(martlet, directory)
        self.flags = ["--data-dir", self.data, "--listen", "127.0.0.1:17450", "--components", "apiserver,controller-manager",
                      "--certificate-lifetime", "20s", "--authority-lifetime", "90s"]

    def shown(self):
        """The certificate that a new connection sees: its serial, and the seconds that it still holds."""
        text = ssl.get_server_certificate(("127.0.0.1", 17450))
        done = subprocess.run(["openssl", "x509", "-noout", "-serial", "-enddate"], input=text, capture_output=True, text=True, check=True)
        serial, end = [line.split("=")[1] for line in done.stdout.splitlines()]
        return serial, ssl.cert_time_to_seconds(end) - time.time()

    def certificates(self):
        return {item["name"]: item for item in json.loads(self.run(self.martlet, "certificates", "check", "--data-dir", self.data, "-o", "json"))["certificates"]}


@case
def case_nothing_ever_ends(c, ns):
    """Over three lifetimes: a watch goes on, new connections see certificates that hold, clients with fresh ones come in."""
    context = ssl.create_default_context(cafile=os.path.join(c.data, "pki", "ca.crt"))
    token = c.kubectl("-n", ns, "create", "token", "default", "--duration=1h").strip()
    c.kubectl("create", "clusterrolebinding", "watcher", "--clusterrole=view", f"--serviceaccount={ns}:default")
    connection = http.client.HTTPSConnection("127.0.0.1", 17450, context=context, timeout=30)
    connection.request("GET", f"/api/v1/namespaces/{ns}/configmaps?watch=true&timeoutSeconds=300", headers={"authorization": "Bearer " + token})
    answer = connection.getresponse()
    equal(answer.status, 200)
    serials, begun, names = [], time.monotonic(), []
    while time.monotonic() - begun < 45:
        serial, rest = c.shown()
        if rest <= 0:
            raise Failure(f"the certificate ended {-rest:.0f} s ago")
        if serial not in serials:
            serials.append(serial)
        names.append(f"c{len(names)}")
        c.kubectl("-n", ns, "create", "configmap", names[-1])
        time.sleep(1)
    if len(serials) < 3:
        raise Failure(f"only {len(serials)} certificates in 45 s")
    seen = set()
    while not seen >= set(names):
        thing = json.loads(answer.readline())
        if thing["type"] == "ADDED":
            seen.add(thing["object"]["metadata"]["name"])
    contains(c.kubectl("get", "--raw", "/metrics"), "apiserver_client_certificate_expiration_seconds_count")


@case
def case_an_authority_is_renewed(c, ns):
    """While the cluster runs, and wherever it is trusted; who knows the former certificate only goes on with it."""
    def shown():
        return [c.get("configmap", "kube-root-ca.crt", "-n", ns)["data"]["ca.crt"],
                c.get("configmap", "extension-apiserver-authentication", "-n", "kube-system")["data"]["client-ca-file"],
                base64.b64decode(json.loads(c.run("kubectl", "config", "view", "--raw", "-o", "json"))["clusters"][0]["cluster"]["certificate-authority-data"]).decode()]

    folder = os.path.join(c.data, "pki")
    old, before = open(os.path.join(folder, "ca.crt")).read(), c.certificates()["ca"]
    until(lambda: shown() == [old] * 3, 10, "the first authority everywhere")
    until(lambda: c.certificates()["ca"]["notAfter"] > before["notAfter"], 80, "a renewed authority")
    new = open(os.path.join(folder, "ca.crt")).read()
    until(lambda: shown() == [new] * 3, 10, "the renewed authority everywhere")
    contains(c.run("openssl", "verify", "-CAfile", os.path.join(folder, "ca.crt"), os.path.join(folder, "apiserver.crt")), "OK")
    former = os.path.join(c.directory, "former.crt")
    with open(former, "w") as file:
        file.write(old)
    contains(c.run("kubectl", "--certificate-authority", former, "get", "--raw", "/readyz"), "ok")
    c.run(c.martlet, "certificates", "rotate", "--data-dir", c.data)
    equal(open(os.path.join(folder, "ca.crt")).read(), new)
    contains(c.run("kubectl", "get", "--raw", "/readyz"), "ok")


@case
def case_a_certificate_that_ended_opens_nothing(c, ns):
    """A connection may outlive the certificate that it was made with; the requests on it may not."""
    config = json.loads(c.run("kubectl", "config", "view", "--raw", "-o", "json"))
    user = config["users"][0]["user"]
    files = []
    for name in ("certificate", "key"):
        files.append(os.path.join(c.directory, "old." + name))
        with open(files[-1], "wb") as file:
            file.write(base64.b64decode(user[f"client-{name}-data"]))
    context = ssl.create_default_context(cafile=os.path.join(c.data, "pki", "ca.crt"))
    context.load_cert_chain(*files)
    connection = http.client.HTTPSConnection("127.0.0.1", 17450, context=context, timeout=30)

    def status():
        connection.request("GET", "/api/v1/namespaces")
        answer = connection.getresponse()
        answer.read()
        return answer.status

    equal(status(), 200)
    until(lambda: status() == 401, 25, "the refusal")


@case
def case_check_and_rotate(c, ns):
    before = c.certificates()
    equal(sorted(before), ["admin", "apiserver", "apiserver-kubelet-client", "ca", "front-proxy-ca", "front-proxy-client"])
    equal((before["ca"]["isAuthority"], before["admin"]["organizations"]), (True, ["system:masters"]))
    contains(c.run(c.martlet, "certificates", "check", "--data-dir", c.data), "kube-apiserver")
    serial, _ = c.shown()
    c.run(c.martlet, "certificates", "rotate", "apiserver", "--data-dir", c.data)
    if c.shown()[0] == serial:
        raise Failure("the listener shows the old certificate")
    done = c.run(c.martlet, "certificates", "rotate", "nothing", "--data-dir", c.data, check=False)
    contains(done.stderr, "there is no certificate nothing")
    c.down()
    time.sleep(21)
    done = c.run(c.martlet, "certificates", "check", "--data-dir", c.data, check=False)
    equal(done.returncode, 1)
    contains(done.stdout, "expired")
    c.run(c.martlet, "certificates", "rotate", "admin", "--data-dir", c.data)
    c.up()
    c.kubectl("get", "nodes")


@case
def case_a_node_gets_its_certificates(c, ns):
    """From a bootstrap token to a client certificate and on, through certificate signing requests."""
    c.kubectl("-n", "kube-system", "create", "-f", "-", stdin=json.dumps({
        "apiVersion": "v1", "kind": "Secret", "type": "bootstrap.kubernetes.io/token",
        "metadata": {"name": "bootstrap-token-abcdef", "namespace": "kube-system"},
        "stringData": {"token-id": "abcdef", "token-secret": "0123456789abcdef", "usage-bootstrap-authentication": "true"}}))
    for name, role, group in [("bootstrap", "system:node-bootstrapper", "system:bootstrappers"),
                              ("approve", "system:certificates.k8s.io:certificatesigningrequests:nodeclient", "system:bootstrappers")]:
        c.kubectl("create", "clusterrolebinding", name, f"--clusterrole={role}", f"--group={group}")
    with open(os.path.join(c.data, "pki", "ca.crt"), "rb") as file:
        authority = base64.b64encode(file.read()).decode()
    bootstrap, own = os.path.join(c.directory, "bootstrap.kubeconfig"), os.path.join(c.directory, "kubelet.kubeconfig")
    with open(bootstrap, "w") as file:
        json.dump({"apiVersion": "v1", "kind": "Config", "current-context": "c",
                   "clusters": [{"name": "c", "cluster": {"server": "https://127.0.0.1:17450", "certificate-authority-data": authority}}],
                   "users": [{"name": "u", "user": {"token": "abcdef.0123456789abcdef"}}],
                   "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}]}, file)
    probe = socket.socket()
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]
    probe.close()
    log = open(os.path.join(c.directory, "kubelet.log"), "w")
    kubelet = subprocess.Popen(
        [c.martlet, "kubelet", "--kubeconfig", own, "--bootstrap-kubeconfig", bootstrap, "--hostname-override", "n1", "--node-ip", "127.0.0.1",
         "--root-dir", os.path.join(c.directory, "kubelet"), "--address", "127.0.0.1", "--port", str(port), "--rotate-certificates",
         "--rotate-server-certificates", "--client-ca-file", os.path.join(c.data, "pki", "ca.crt"),
         "--container-runtime-endpoint", "unix:///nowhere.sock"], stdout=log, stderr=log)
    try:
        until(lambda: os.path.exists(own), 20, "the kubeconfig of the node")
        contains(c.kubectl("--kubeconfig", own, "auth", "whoami"), "system:node:n1")
        def serving():
            for request in c.get("csr")["items"]:
                spec = request["spec"]
                if spec["signerName"] == "kubernetes.io/kubelet-serving":
                    equal(spec["username"], "system:node:n1")
                    return request["metadata"]["name"]
        c.kubectl("certificate", "approve", until(serving, 20, "the request for a serving certificate"))

        def names():
            context = ssl.create_default_context(cafile=os.path.join(c.data, "pki", "ca.crt"))
            with socket.create_connection(("127.0.0.1", port), timeout=5) as plain:
                with context.wrap_socket(plain, server_hostname="n1") as secured:
                    return dict(secured.getpeercert()["subjectAltName"])
        def signed():
            try:
                return names()
            except (OSError, ssl.SSLError):
                return None
        equal(until(signed, 20, "the signed certificate"), {"DNS": "n1", "IP Address": "127.0.0.1"})
    finally:
        kubelet.kill()
        kubelet.wait()


if __name__ == "__main__":
    run_cluster(CASES, __doc__, ControlPlane)
