#!/usr/bin/env python3
"""What the conformance suite asks of services, endpoints, host ports and proxies, played with busybox.

    conformance_network.py --martlet PATH [--only SUBSTRING] [--keep]

Needs root (containers), kubectl, and a static busybox. The last line says `N passed, N failed`.
"""
import base64, json, os, socket, sys
from run import Failure, contains, equal, execute, run_node_cluster, until
from contained import apply, ended, patch, pod, status

CASES = []
SERVE = "mkdir -p /www; hostname > /www/index.html; httpd -p 8081 -h /www; exec httpd -f -p 8080 -h /www"


def case(function):
    CASES.append(function)
    return function


def server(name, labels, script=SERVE, **spec):
    item = pod(name, script, {"readinessProbe": {"tcpSocket": {"port": 8080}, "periodSeconds": 1}}, restartPolicy="Always", **spec)
    item["metadata"]["labels"] = labels
    return item


def service(name, **spec):
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": spec}


def ready(c, ns, *names):
    c.kubectl("-n", ns, "wait", "--for=condition=Ready", *("pod/" + name for name in names), "--timeout=40s", timeout=50)


def fetch(c, ns, target, pod="client", seconds=2):
    """What the server says; what the client says when there is none."""
    done = execute(c, ns, pod, f"timeout {seconds} wget -qO- http://{target}/ 2>&1", check=False)
    return done.stdout.strip()


def seen(c, ns, target, count=8):
    script = f"for i in $(seq {count}); do timeout 2 wget -qO- http://{target}/; done"
    return set(execute(c, ns, "client", script, check=False).stdout.split())


def addresses(c, ns, name):
    """Ready addresses by port of the Endpoints, and of the slices."""
    subsets = c.get("-n", ns, "endpoints", name).get("subsets", [])
    first = {(port["port"], address["ip"]) for subset in subsets for port in subset["ports"] for address in subset.get("addresses", [])}
    slices = [s for s in c.get("-n", ns, "endpointslices", "-l", f"kubernetes.io/service-name={name}")["items"] if s["addressType"] == "IPv4"]
    second = {(port["port"], address) for s in slices for endpoint in s.get("endpoints") or [] if endpoint["conditions"]["ready"]
              for address in endpoint["addresses"] for port in s.get("ports") or []}
    equal(second, first, "slices and endpoints")
    return first


@case
def case_endpoints_follow_pods_and_ports(c, ns):
    """Services of one and of several ports, of two protocols, without selector, without pods; what nobody serves is refused."""
    apply(c, ns, pod("client", "sleep 3600"), service("multi", selector={"multi": "yes"}, ports=[{"name": "p1", "port": 80, "targetPort": 8080}, {"name": "p2", "port": 81, "targetPort": 8081}]),
          service("both", selector={"multi": "yes"}, ports=[{"name": "t", "port": 80, "targetPort": 8080}, {"name": "u", "port": 80, "targetPort": 8080, "protocol": "UDP"}]),
          service("empty", selector={"nobody": "yes"}, ports=[{"port": 80}]), service("own", ports=[{"port": 80, "targetPort": 8080}]))
    ready(c, ns, "client")
    equal(addresses(c, ns, "multi"), set())
    until(lambda: c.get("-n", ns, "endpoints", "empty"), 10, "endpoints without addresses")
    until(lambda: c.get("-n", ns, "endpointslices", "-l", "kubernetes.io/service-name=empty")["items"], 10, "a slice without endpoints")
    address = c.get("-n", ns, "service", "multi")["spec"]["clusterIP"]
    until(lambda: "refused" in fetch(c, ns, address) or "reset" in fetch(c, ns, address), 10, "a refusal")
    contains(fetch(c, ns, address + ":82"), "refused")
    apply(c, ns, server("one", {"multi": "yes"}))
    ready(c, ns, "one")
    ip = status(c, ns, "one")["podIP"]
    until(lambda: addresses(c, ns, "multi") == {(8080, ip), (8081, ip)}, 10, "both ports")
    for port in (80, 81):
        until(lambda: fetch(c, ns, f"{address}:{port}") == "one", 10, f"port {port}")
    slices = c.get("-n", ns, "endpointslices", "-l", "kubernetes.io/service-name=both")["items"]
    equal(sorted((p["port"], p["protocol"]) for p in slices[0]["ports"]), [(8080, "TCP"), (8080, "UDP")])
    patch(c, ns, "pod", "one", {"metadata": {"labels": {"multi": "no"}}})
    until(lambda: addresses(c, ns, "multi") == set(), 10, "no endpoint")
    apply(c, ns, {"apiVersion": "v1", "kind": "Endpoints", "metadata": {"name": "own"}, "subsets": [{"addresses": [{"ip": ip}], "ports": [{"port": 8080}]}]})
    until(lambda: addresses(c, ns, "own") == {(8080, ip)}, 10, "the mirrored slice")
    own = c.get("-n", ns, "service", "own")["spec"]["clusterIP"]
    until(lambda: fetch(c, ns, own) == "one", 10, "the mirrored endpoint")
    c.kubectl("-n", ns, "delete", "endpoints", "own")
    until(lambda: not c.get("-n", ns, "endpointslices", "-l", "kubernetes.io/service-name=own")["items"], 10, "the mirrored slice to go")
    apply(c, ns, *({"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "metadata": {"name": f"own-{i}", "labels": {"kubernetes.io/service-name": "own"}},
                    "addressType": "IPv4", "endpoints": [{"addresses": [ip]}], "ports": [{"port": port, "protocol": "TCP"}]} for i, port in enumerate((8080, 8081))))
    until(lambda: fetch(c, ns, own) == "one", 10, "slices by hand")


@case
def case_sticky_clients(c, ns):
    """Session affinity by cluster IP and node port, switched on and off."""
    apply(c, ns, pod("client", "sleep 3600"), *(server(f"s{i}", {"app": "s"}) for i in range(3)),
          service("s", type="NodePort", selector={"app": "s"}, sessionAffinity="ClientIP", ports=[{"port": 80, "targetPort": 8080}]))
    ready(c, ns, "client", "s0", "s1", "s2")
    until(lambda: len(addresses(c, ns, "s")) == 3, 10, "three endpoints")
    spec, node = c.get("-n", ns, "service", "s")["spec"], status(c, ns, "client")["hostIP"]
    equal(spec["sessionAffinityConfig"], {"clientIP": {"timeoutSeconds": 10800}})
    targets = [spec["clusterIP"], f"{node}:{spec['ports'][0]['nodePort']}"]
    for target in targets:
        until(lambda: len(seen(c, ns, target, 10)) == 1, 10, f"one server at {target}")
    patch(c, ns, "service", "s", {"spec": {"sessionAffinity": "None"}})
    for target in targets:
        until(lambda: len(seen(c, ns, target, 20)) == 3, 20, f"all servers at {target}")
    patch(c, ns, "service", "s", {"spec": {"sessionAffinity": "ClientIP"}})
    for target in targets:
        until(lambda: len(seen(c, ns, target, 10)) == 1, 20, f"one server again at {target}")


@case
def case_services_change_their_type(c, ns):
    """From and to ExternalName, ClusterIP and NodePort: addresses and ports come and go, names lead where they should."""
    apply(c, ns, pod("client", "sleep 3600"), server("one", {"app": "one"}), service("target", selector={"app": "one"}, ports=[{"port": 80, "targetPort": 8080}]),
          service("out", type="ExternalName", externalName=f"target.{ns}.svc.cluster.local"), service("in", selector={"app": "one"}, type="NodePort", ports=[{"port": 80, "targetPort": 8080}]))
    ready(c, ns, "client", "one")
    until(lambda: fetch(c, ns, "out") == "one", 10, "the name behind the name")
    equal(c.get("-n", ns, "service", "out")["spec"].get("clusterIP"), None, "an address of a name")
    patch(c, ns, "service", "out", {"spec": {"type": "ClusterIP", "externalName": None, "selector": {"app": "one"}, "ports": [{"port": 80, "targetPort": 8080, "protocol": "TCP"}]}})
    until(lambda: c.get("-n", ns, "service", "out")["spec"].get("clusterIP", "").count(".") == 3, 10, "an address")
    until(lambda: fetch(c, ns, "out") == "one", 20, "the service behind the name")
    patch(c, ns, "service", "out", {"spec": {"type": "NodePort"}})
    node, spec = status(c, ns, "client")["hostIP"], c.get("-n", ns, "service", "out")["spec"]
    until(lambda: fetch(c, ns, f"{node}:{spec['ports'][0]['nodePort']}") == "one", 10, "the node's port")
    old = c.get("-n", ns, "service", "in")["spec"]
    patch(c, ns, "service", "in", {"spec": {"type": "ExternalName", "externalName": f"target.{ns}.svc.cluster.local", "clusterIP": None, "clusterIPs": None, "ports": None, "selector": None}})
    new = c.get("-n", ns, "service", "in")["spec"]
    equal((new.get("clusterIP"), new.get("clusterIPs"), new.get("ports")), (None, None, None), "what a name has")
    until(lambda: fetch(c, ns, "in") == "one", 20, "the name")
    until(lambda: fetch(c, ns, old["clusterIP"]) != "one" and fetch(c, ns, f"{node}:{old['ports'][0]['nodePort']}") != "one", 10, "the old address to be given back")
    patch(c, ns, "service", "out", {"spec": {"ports": [{"port": 80, "nodePort": old["ports"][0]["nodePort"]}]}})
    until(lambda: fetch(c, ns, f"{node}:{old['ports'][0]['nodePort']}") == "one", 10, "the node's port of another")
    c.kubectl("-n", ns, "delete", "services", "--all", "--wait=false")


@case
def case_pods_that_end_or_are_not_ready(c, ns):
    """Endpoints that end serve when nothing else is there; unready ones only where a service says so."""
    slow = server("slow", {"app": "slow"}, "mkdir -p /www; hostname > /www/index.html; httpd -p 8080 -h /www; trap 'sleep 20; exit 0' TERM; sleep 3600 & wait")
    slow["spec"]["terminationGracePeriodSeconds"] = 25
    unready = server("unready", {"app": "unready"})
    unready["spec"]["containers"][0]["readinessProbe"] = {"exec": {"command": ["false"]}}
    port = [{"port": 80, "targetPort": 8080}]
    apply(c, ns, pod("client", "sleep 3600"), slow, unready, service("slow", selector={"app": "slow"}, ports=port), service("strict", selector={"app": "unready"}, ports=port),
          service("loose", selector={"app": "unready"}, ports=port, publishNotReadyAddresses=True), service("head", selector={"app": "unready"}, clusterIP="None", ports=port),
          service("loose-head", selector={"app": "unready"}, clusterIP="None", ports=port, publishNotReadyAddresses=True))
    ready(c, ns, "client", "slow")
    until(lambda: status(c, ns, "unready").get("phase") == "Running", 20, "the unready pod")
    ip = status(c, ns, "unready")["podIP"]
    until(lambda: fetch(c, ns, "loose") == "unready", 10, "an unready endpoint that is published")
    contains(fetch(c, ns, "strict"), "refused")
    until(lambda: ip in execute(c, ns, "client", f"nslookup loose-head.{ns}.svc.cluster.local", check=False).stdout, 10, "its name")
    if ip in execute(c, ns, "client", f"nslookup head.{ns}.svc.cluster.local", check=False).stdout:
        raise Failure("an unready pod has a name")
    until(lambda: fetch(c, ns, "slow") == "slow", 10, "the pod that will end")
    c.kubectl("-n", ns, "delete", "pod", "slow", "--wait=false")

    def conditions():
        item = next(s for s in c.get("-n", ns, "endpointslices", "-l", "kubernetes.io/service-name=slow")["items"] if s["addressType"] == "IPv4")
        return item["endpoints"][0]["conditions"]

    until(lambda: conditions() == {"ready": False, "serving": True, "terminating": True}, 10, "a serving endpoint that ends")
    equal(fetch(c, ns, "slow"), "slow", "the only endpoint, which ends")
    again = server("again", {"app": "slow"})
    apply(c, ns, again)
    ready(c, ns, "again")
    until(lambda: seen(c, ns, "slow", 6) == {"again"}, 8, "the new endpoint alone")
    c.kubectl("-n", ns, "delete", "pod", "slow", "--grace-period=0", "--force")


@case
def case_host_ports(c, ns):
    """The same host port at other addresses and by another protocol; the same one twice does not fit on a node."""
    first = c.get("nodes")["items"][0]
    node = first["status"]["addresses"][0]["address"]

    # The image has no server of UDP: this machine's Python is one, in the pod's network.
    echo = "import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('', 8080))\nwhile True: s.sendto(socket.gethostname().encode(), s.recvfrom(99)[1])"

    def holder(name, ip, protocol="TCP"):
        item = server(name, {"app": name}, SERVE if protocol == "TCP" else f'chroot /host {sys.executable} -c "$ECHO" & {SERVE}')
        if protocol == "UDP":
            item["spec"]["containers"][0].update(env=[{"name": "ECHO", "value": echo}], volumeMounts=[{"name": "host", "mountPath": "/host"}])
            item["spec"]["volumes"] = [{"name": "host", "hostPath": {"path": "/"}}]
        item["spec"]["containers"][0]["ports"] = [{"containerPort": 8080, "hostPort": 54323, "protocol": protocol, "hostIP": ip}]
        item["spec"]["nodeSelector"] = {"kubernetes.io/hostname": first["metadata"]["name"]}
        return item

    apply(c, ns, holder("p1", "127.0.0.1"), holder("p2", node), holder("p3", node, "UDP"), pod("client", "sleep 3600", hostNetwork=True, nodeSelector={"kubernetes.io/hostname": first["metadata"]["name"]}))
    ready(c, ns, "p1", "p2", "p3", "client")
    until(lambda: fetch(c, ns, "127.0.0.1:54323") == "p1", 10, "the loopback's port")
    until(lambda: fetch(c, ns, f"{node}:54323") == "p2", 10, "the node's port")

    def datagram():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(1)
            client.sendto(b"x", (node, 54323))
            return client.recv(99).decode()

    until(lambda: datagram() == "p3", 10, "the node's port by the other protocol")
    apply(c, ns, holder("p4", ""))
    until(lambda: "free ports" in json.dumps(status(c, ns, "p4").get("conditions", [])), 10, "no place for a fourth")
    c.kubectl("-n", ns, "delete", "pod", "p1", "p2", "p3", "--wait=false")
    ready(c, ns, "p4")


@case
def case_proxies_of_the_api_server(c, ns):
    """Pods and services by name, number and scheme through the API server, with every method."""
    script = ("mkdir -p /www/cgi-bin; echo front > /www/index.html; printf '#!/bin/sh\\nprintf \"Content-Type: text/plain\\r\\n\\r\\n\"\\necho $REQUEST_METHOD $QUERY_STRING\\n' > "
              "/www/cgi-bin/m; chmod +x /www/cgi-bin/m; httpd -p 8081 -h /www; exec httpd -f -p 8080 -h /www")
    item = server("target", {"app": "target"}, script)
    item["spec"]["containers"][0]["ports"] = [{"name": "dest1", "containerPort": 8080}, {"name": "dest2", "containerPort": 8081}]
    apply(c, ns, item, service("svc", selector={"app": "target"}, ports=[{"name": "portname1", "port": 80, "targetPort": "dest1"}, {"name": "portname2", "port": 81, "targetPort": 8081}]))
    ready(c, ns, "target")
    until(lambda: len(addresses(c, ns, "svc")) == 2, 10, "both ports")
    base = f"/api/v1/namespaces/{ns}"
    for path in ("services/svc:portname1", "services/svc:portname2", "services/svc:80", "services/svc:81", "services/http:svc:portname1", "services/http:svc:81",
                 "pods/target:8080", "pods/target:8081", "pods/http:target:8080"):
        until(lambda: c.kubectl("get", "--raw", f"{base}/{path}/proxy/").strip() == "front", 5, path)
    for method in ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"):
        for path in ("services/svc:portname1", "pods/target:8080"):
            done = c.run("curl", "-sk", "--max-time", "10", *(["-I"] if method == "HEAD" else ["-X", method]), "--cert", cert(c)[0], "--key", cert(c)[1],
                         f"https://127.0.0.1:16443{base}/{path}/proxy/cgi-bin/m?a=b", check=False)
            if method == "HEAD":
                contains(done.stdout, " 200")
            elif method in ("GET", "POST"):
                equal(done.stdout.strip(), f"{method} a=b", path)
            elif "404" not in done.stdout and "501" not in done.stdout and method not in done.stdout:
                raise Failure(f"{method} {path}: {done.stdout}")
    refused = c.kubectl("get", "--raw", f"{base}/services/svc:99/proxy/", check=False)
    contains(refused.stderr, "no service port 99 found for service \"svc\"")


def cert(c):
    """The administrator's certificate and key as files."""
    found = []
    config = json.loads(c.kubectl("config", "view", "--raw", "-o", "json"))["users"][0]["user"]
    for name, key in (("cert", "client-certificate-data"), ("key", "client-key-data")):
        path = os.path.join(c.directory, f"admin.{name}")
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(base64.b64decode(config[key]))
        found.append(path)
    return found


@case
def case_names_of_pods_and_services(c, ns):
    """DNS of services, pods by host name and subdomain, ports (SRV), the way back (PTR), partial names."""
    named = server("named", {"app": "dns"}, hostname="host-a", subdomain="head")
    apply(c, ns, pod("client", "sleep 3600"), named, service("head", selector={"app": "dns"}, clusterIP="None", ports=[{"name": "http", "port": 80, "targetPort": 8080}]),
          service("plain", selector={"app": "dns"}, ports=[{"name": "http", "port": 80, "targetPort": 8080}]), service("ext", type="ExternalName", externalName="foo.example.com"))
    ready(c, ns, "client", "named")
    ip, cluster = status(c, ns, "named")["podIP"], c.get("-n", ns, "service", "plain")["spec"]["clusterIP"]

    def ask(name, kind="a"):
        return execute(c, ns, "client", f"nslookup -type={kind} {name}", check=False).stdout

    full = f"{ns}.svc.cluster.local"
    for name, kind, wanted in ((f"host-a.head.{full}", "a", ip), (f"head.{full}", "a", ip), (f"plain.{full}", "a", cluster), (f"_http._tcp.plain.{full}", "srv", f"plain.{full}"),
                               (f"_http._tcp.head.{full}", "srv", f"host-a.head.{full}"), (".".join(reversed(ip.split("."))) + ".in-addr.arpa", "ptr", f"host-a.head.{full}"),
                               (".".join(reversed(cluster.split("."))) + ".in-addr.arpa", "ptr", f"plain.{full}"), ("kubernetes.default.svc.cluster.local", "a", "10.98.0.1"),
                               (f"ext.{full}", "cname", "foo.example.com"), (f"{ip.replace('.', '-')}.{ns}.pod.cluster.local", "a", ip)):
        until(lambda: wanted in ask(name, kind), 15, f"{name} {kind}")
    for short in ("plain", f"plain.{ns}", f"plain.{ns}.svc", "kubernetes.default"):
        until(lambda: fetch(c, ns, short) == "host-a" or short.startswith("kubernetes"), 10, short)
    patch(c, ns, "service", "ext", {"spec": {"externalName": "bar.example.com"}})
    until(lambda: "bar.example.com" in ask(f"ext.{full}", "cname"), 10, "the other name")
    patch(c, ns, "service", "ext", {"spec": {"type": "ClusterIP", "externalName": None, "selector": {"app": "dns"}, "ports": [{"port": 80, "name": "http", "protocol": "TCP"}]}})
    address = c.get("-n", ns, "service", "ext")["spec"]["clusterIP"]
    until(lambda: address in ask(f"ext.{full}"), 10, "an address")


@case
def case_a_pod_finds_who_issued_its_token(c, ns):
    """The issuer that the token names says where its keys are, to any pod, and the key of the token is among them."""
    audience = {"serviceAccountToken": {"audience": "oidc-discovery-test", "expirationSeconds": 3600, "path": "token"}}
    volumes = [{"name": "own", "projected": {"sources": [audience]}}]
    base = "--no-check-certificate --header \"Authorization: Bearer $(cat /var/run/secrets/kubernetes.io/serviceaccount/token)\" https://kubernetes.default.svc"
    script = f"cat /own/token; echo; wget -qO- {base}/.well-known/openid-configuration; echo; wget -qO- {base}/openid/v1/jwks"
    apply(c, ns, pod("oidc", script, {"volumeMounts": [{"name": "own", "mountPath": "/own"}]}, volumes=volumes))
    token, found, keys = ended(c, ns, "oidc")["oidc"].strip().splitlines()

    def part(text):
        return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))

    header, claims = (part(text) for text in token.split(".")[:2])
    found, keys = json.loads(found), json.loads(keys)["keys"]
    equal((claims["iss"], claims["aud"], claims["sub"]), (found["issuer"], ["oidc-discovery-test"], f"system:serviceaccount:{ns}:default"), "claims")
    contains(found["jwks_uri"], "/openid/v1/jwks")
    equal([(key["kid"] == header["kid"], key["alg"]) for key in keys if key["kid"] == header["kid"]], [(True, header["alg"])], "the key")


@case
def case_status_of_a_service(c, ns):
    """The life of a service and of its status, as "should complete a service status lifecycle"."""
    apply(c, ns, service("s", type="LoadBalancer", ports=[{"port": 80}]))
    patch(c, ns, "service", "s", {"status": {"loadBalancer": {"ingress": [{"ip": "203.0.113.1"}]}}}, "--subresource=status")
    equal(c.get("-n", ns, "service", "s")["status"]["loadBalancer"]["ingress"], [{"ip": "203.0.113.1", "ipMode": "VIP"}])
    item = c.get("-n", ns, "service", "s")
    item["status"]["conditions"] = [{"type": "StatusUpdate", "status": "True", "reason": "E2E", "message": "Set from e2e test", "lastTransitionTime": "2026-01-01T00:00:00Z"}]
    c.kubectl("-n", ns, "replace", "--subresource=status", "-f", "-", stdin=json.dumps(item))
    equal(c.get("-n", ns, "service", "s")["status"]["conditions"][0]["reason"], "E2E")
    patch(c, ns, "service", "s", {"metadata": {"labels": {"a": "b"}}})
    equal(c.kubectl("get", "services", "-A", "-l", "a=b", "-o", "name").strip(), "service/s")
    c.kubectl("-n", ns, "delete", "services", "-l", "a=b")


if __name__ == "__main__":
    run_node_cluster(CASES, __doc__, workers=2)
