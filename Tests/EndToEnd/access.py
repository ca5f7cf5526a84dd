#!/usr/bin/env python3
"""Drives a control plane through who comes in and who may do what: issuers of tokens, webhooks, configuration files.

    access.py --martlet PATH [--only SUBSTRING] [--keep]

Needs kubectl and openssl, and neither root nor containers. The last line says `N passed, N failed`.
"""
import base64, http.client, json, os, shutil, ssl, subprocess, time
from run import Cluster, Failure, contains, equal, run_cluster, until
from webhook_server import Certificates, Server, openssl

CASES = []


def case(function):
    CASES.append(function)
    return function


def url_safe(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Issuer:
    """An OpenID Connect issuer whose keys are files of openssl."""

    def __init__(self, certificates, folder):
        self.folder, self.keys = folder, {}
        self.server = Server({"/.well-known/openid-configuration": lambda *_: self.discovery(), "/keys": lambda *_: self.key_set()},
                             *certificates.issue("issuer", "IP:127.0.0.1"))
        self.url = f"https://127.0.0.1:{self.server.port}"

    def discovery(self):
        return {"issuer": self.url, "jwks_uri": self.url + "/keys"}

    def new_key(self, name):
        path = os.path.join(self.folder, name + ".pem")
        openssl("genrsa", "-out", path, "2048")
        modulus = subprocess.run(["openssl", "rsa", "-in", path, "-noout", "-modulus"], capture_output=True, check=True, text=True).stdout
        number = bytes.fromhex(modulus.strip().split("=")[1])
        self.keys[name] = {"kty": "RSA", "kid": name, "use": "sig", "alg": "RS256", "n": url_safe(number), "e": "AQAB"}

    def key_set(self):
        return {"keys": list(self.keys.values())}

    def token(self, key, header=None, **claims):
        claims = {"iss": self.url, "aud": "martlet", "exp": int(time.time()) + 600, "sub": "ann", **claims}
        head = {"alg": "RS256", "kid": key, **(header or {})}
        text = url_safe(json.dumps(head).encode()) + "." + url_safe(json.dumps(claims).encode())
        path = os.path.join(self.folder, key + ".pem")
        signature = subprocess.run(["openssl", "dgst", "-sha256", "-sign", path], input=text.encode(), capture_output=True, check=True).stdout
        return text + "." + url_safe(signature)


class ControlPlane(Cluster):
    def __init__(self, martlet, directory):
        super().__init__(martlet, directory)
        self.certificates = Certificates(os.path.join(directory, "pki"))
        self.issuer = Issuer(self.certificates, directory)
        self.issuer.new_key("one")
        self.answers, self.decisions = {}, {}
        self.webhook = Server({"/tokens": self.review_token, "/access": self.review_access, "/images": self.review_images}, *self.certificates.issue("webhook", "IP:127.0.0.1"))
        self.authentication = os.path.join(directory, "authentication.yaml")
        self.authorization = os.path.join(directory, "authorization.yaml")
        self.write_authentication()
        self.write_authorization()
        self.admission, self.audit_policy = os.path.join(directory, "admission.json"), os.path.join(directory, "audit.json")
        self.audit_log = os.path.join(directory, "audit.log")
        with open(self.admission, "w") as file:
            json.dump({"apiVersion": "apiserver.config.k8s.io/v1", "kind": "AdmissionConfiguration", "plugins": [
                {"name": "PodSecurity", "configuration": {
                    "apiVersion": "pod-security.admission.config.k8s.io/v1", "kind": "PodSecurityConfiguration",
                    "defaults": {"enforce": "baseline", "audit": "restricted"}, "exemptions": {"namespaces": ["exempt"], "usernames": ["oidc:exempt"]}}},
                {"name": "PodNodeSelector", "path": "selectors.json"},
                {"name": "ImagePolicyWebhook", "configuration": {"imagePolicy": {"kubeConfigFile": self.kubeconfig_of("/images"), "denyTTL": 1}}},
                {"name": "EventRateLimit", "configuration": {
                    "apiVersion": "eventratelimit.admission.k8s.io/v1alpha1", "kind": "Configuration",
                    "limits": [{"type": "Namespace", "qps": 1, "burst": 20}]}}]}, file)
        with open(os.path.join(directory, "selectors.json"), "w") as file:
            json.dump({"podNodeSelectorPluginConfig": {"clusterDefaultNodeSelector": "zone=a"}}, file)
        with open(self.audit_policy, "w") as file:
            json.dump({"apiVersion": "audit.k8s.io/v1", "kind": "Policy", "omitStages": ["RequestReceived"], "rules": [
                {"level": "Metadata", "resources": [{"group": "", "resources": ["pods", "configmaps"]}]}, {"level": "None"}]}, file)
        self.flags = ["--data-dir", self.data, "--listen", "127.0.0.1:17449",
                      "--enable-admission-plugins",
                      "AlwaysPullImages,DenyServiceExternalIPs,EventRateLimit,ExtendedResourceToleration,ImagePolicyWebhook,OwnerReferencesPermissionEnforcement,PodNodeSelector",
                      "--admission-control-config-file", self.admission, "--audit-policy-file", self.audit_policy, "--audit-log-path", self.audit_log,
                       "--components", "apiserver,controller-manager",
                      "--authentication-config", self.authentication, "--authorization-config", self.authorization,
                      "--authentication-token-webhook-config-file", self.kubeconfig_of("/tokens"),
                      "--authentication-token-webhook-version", "v1"]

    def kubeconfig_of(self, path):
        name = os.path.join(self.directory, path.strip("/") + ".kubeconfig")
        with open(name, "w") as file:
            json.dump({"apiVersion": "v1", "kind": "Config", "current-context": "c",
                       "clusters": [{"name": "c", "cluster": {"server": f"https://127.0.0.1:{self.webhook.port}{path}",
                                                              "certificate-authority": self.certificates.path("ca.crt")}}],
                       "users": [{"name": "u", "user": {}}],
                       "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}]}, file)
        return name

    def review_token(self, _, body):
        user = self.answers.get(body["spec"]["token"])
        return {"apiVersion": body["apiVersion"], "kind": "TokenReview",
                "status": {"authenticated": True, "user": user} if user else {"authenticated": False}}

    def review_images(self, _, body):
        equal((body["apiVersion"], body["kind"]), ("imagepolicy.k8s.io/v1alpha1", "ImageReview"))
        bad = [container["image"] for container in body["spec"]["containers"] if "bad" in container["image"]]
        return {"apiVersion": body["apiVersion"], "kind": "ImageReview",
                "status": {"allowed": not bad, "reason": f"{bad} not signed", "auditAnnotations": {"looked": "yes"}}}

    def review_access(self, _, body):
        equal(body["apiVersion"], "authorization.k8s.io/v1")
        decision = self.decisions.get(body["spec"]["user"], {"allowed": False, "reason": "the webhook does not care"})
        return {"apiVersion": body["apiVersion"], "kind": "SubjectAccessReview",
                "status": decision(body["spec"]["resourceAttributes"]) if callable(decision) else decision}

    def write_authentication(self, **mappings):
        with open(self.certificates.path("ca.crt")) as file:
            authority = file.read()
        with open(self.authentication + ".new", "w") as file:
            json.dump({"apiVersion": "apiserver.config.k8s.io/v1", "kind": "AuthenticationConfiguration", "jwt": [
                {"issuer": {"url": self.issuer.url, "audiences": ["martlet"], "certificateAuthority": authority},
                 "claimMappings": {"username": {"expression": "'oidc:' + claims.sub"},
                                   "groups": {"expression": "has(claims.roles) ? claims.roles : []"}, **mappings},
                 "userValidationRules": [{"expression": "!user.username.startsWith('oidc:system:')", "message": "reserved"}]}],
                "anonymous": {"enabled": True, "conditions": [{"path": "/livez"}, {"path": "/readyz"}]}}, file)
        os.rename(self.authentication + ".new", self.authentication)

    def write_authorization(self, policy="NoOpinion"):
        with open(self.authorization + ".new", "w") as file:
            json.dump({"apiVersion": "apiserver.config.k8s.io/v1", "kind": "AuthorizationConfiguration", "authorizers": [
                {"type": "Node", "name": "node"},
                {"type": "Webhook", "name": "outside", "webhook": {
                    "timeout": "3s", "subjectAccessReviewVersion": "v1", "matchConditionSubjectAccessReviewVersion": "v1",
                    "authorizedTTL": "1s", "unauthorizedTTL": "1s",
                    "failurePolicy": policy, "connectionInfo": {"type": "KubeConfigFile", "kubeConfigFile": self.kubeconfig_of("/access")},
                    "matchConditions": [{"expression": "has(request.resourceAttributes)"},
                                        {"expression": "!request.user.startsWith('system:')"}]}},
                {"type": "RBAC", "name": "rbac"}]}, file)
        os.rename(self.authorization + ".new", self.authorization)

    def ask(self, token, *words):
        """kubectl as whoever the token stands for."""
        return self.run("kubectl", "--kubeconfig", os.devnull, "--server", "https://127.0.0.1:17449", "--insecure-skip-tls-verify",
                        "--token", token, *words, check=False)

    def create(self, ns, thing, check=True):
        return self.kubectl("-n", ns, "create", "-o", "json", "-f", "-", stdin=json.dumps(thing), check=check)

    def audit(self, ns, name):
        """The annotations in the audit of the first request for an object."""
        with open(self.audit_log) as file:
            for event in map(json.loads, file):
                reference = event.get("objectRef", {})
                if (reference.get("namespace"), reference.get("name")) == (ns, name):
                    return event.get("annotations", {})
        raise Failure(f"no audit of {ns}/{name}")

    def who(self, token):
        done = self.ask(token, "auth", "whoami", "-o", "json")
        if done.returncode:
            raise Failure(done.stderr)
        return json.loads(done.stdout)["status"]["userInfo"]


@case
def case_images_are_reviewed(c, ns):
    """Somebody else decides which images pods may have, also those of workloads."""
    c.kubectl("-n", ns, "run", "fine", "--image=good:1")
    done = c.kubectl("-n", ns, "run", "refused", "--image=registry.example/bad:1", check=False)
    contains(done.stderr, "image policy webhook backend denied one or more images: ['registry.example/bad:1'] not signed")
    done = c.kubectl("-n", ns, "set", "image", "pod/fine", "fine=bad:2", check=False)
    contains(done.stderr, "image policy webhook backend denied")
    c.kubectl("-n", ns, "label", "pod", "fine", "still=fine")
    with open(c.audit_log) as file:
        events = [json.loads(line) for line in file]
    if not any(event.get("annotations", {}).get("imagepolicywebhook.image-policy.k8s.io/looked") == "yes" for event in events):
        raise Failure("the audit does not tell of the review")


@case
def case_tokens_of_an_issuer(c, ns):
    user = c.who(c.issuer.token("one", roles=["devs"]))
    equal((user["username"], user["groups"]), ("oidc:ann", ["devs", "system:authenticated"]))
    refused = "You must be logged in to the server"
    for token in [c.issuer.token("one", aud="other"), c.issuer.token("one", exp=int(time.time()) - 1),
                  c.issuer.token("one", sub="system:admin"), c.issuer.token("one", header={"alg": "none"}),
                  c.issuer.token("one", header={"alg": "HS256"}), c.issuer.token("one")[:-4] + "AAAA", c.issuer.token("one", iss="https://evil")]:
        contains(c.ask(token, "get", "pods").stderr, refused)
    # A new key is found without a restart.
    c.issuer.new_key("two")
    equal(c.who(c.issuer.token("two", sub="bob"))["username"], "oidc:bob")


@case
def case_the_file_is_followed(c, ns):
    c.write_authentication(uid={"claim": "sub"})
    until(lambda: c.who(c.issuer.token("one", sub="bob", n=time.time())).get("uid") == "bob", 10, "the new mapping")
    with open(c.authentication, "w") as file:
        file.write("{")
    time.sleep(2)
    equal(c.who(c.issuer.token("one", sub="bob"))["username"], "oidc:bob")
    contains(c.kubectl("get", "--raw", "/metrics"), 'apiserver_authentication_config_controller_automatic_reloads_total{status="failure"} 1')
    c.write_authentication()


@case
def case_anonymous_only_where_allowed(c, ns):
    def status(path):
        connection = http.client.HTTPSConnection("127.0.0.1", 17449, context=ssl._create_unverified_context(), timeout=10)
        connection.request("GET", path)
        return connection.getresponse().status

    equal([status(path) for path in ("/livez", "/readyz", "/version", "/api", "/livez/")], [200, 200, 401, 401, 401])


@case
def case_a_webhook_reviews_tokens(c, ns):
    c.answers["from-outside"] = {"username": "eve", "uid": "7", "groups": ["ops"], "extra": {"example.com/a": ["b"]}}
    user = c.who("from-outside")
    equal((user["username"], user["uid"], user["groups"], user["extra"]), ("eve", "7", ["ops", "system:authenticated"], {"example.com/a": ["b"]}))
    before = len(c.webhook.requests)
    for _ in range(3):
        c.who("from-outside")
    equal([path for path, *_ in c.webhook.requests[before:] if path.startswith("/tokens")], [], "questions about a known token")
    contains(c.ask("unknown", "get", "pods").stderr, "You must be logged in")
    review = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "spec": {"token": "from-outside"}}
    done = json.loads(c.kubectl("create", "-o", "json", "-f", "-", stdin=json.dumps(review)))
    equal(done["status"]["user"]["username"], "eve")


@case
def case_a_webhook_decides(c, ns):
    token = c.issuer.token("one", sub="carol")
    contains(c.ask(token, "-n", ns, "get", "configmaps").stderr, "the webhook does not care")
    c.decisions["oidc:carol"] = {"allowed": True, "reason": "friend"}
    until(lambda: c.ask(token, "-n", ns, "get", "configmaps").returncode == 0, 10, "the webhook's permission")
    equal(c.ask(token, "-n", ns, "create", "configmap", "a").returncode, 0)
    c.decisions["oidc:carol"] = {"allowed": False, "denied": True, "reason": "not today"}
    until(lambda: "not today" in c.ask(token, "-n", ns, "get", "configmaps").stderr, 10, "the webhook's refusal")
    # What RBAC allows counts when the webhook says nothing, and nothing else does when it cannot be asked.
    c.kubectl("-n", ns, "create", "rolebinding", "dave", "--clusterrole=view", "--user=oidc:dave")
    dave = c.issuer.token("one", sub="dave")
    equal(c.ask(dave, "-n", ns, "get", "configmaps").returncode, 0)
    review = {"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview",
              "spec": {"user": "oidc:carol", "resourceAttributes": {"verb": "get", "resource": "pods", "namespace": ns}}}
    equal(json.loads(c.kubectl("create", "-o", "json", "-f", "-", stdin=json.dumps(review)))["status"],
          {"allowed": False, "denied": True, "reason": "not today"})
    contains(c.kubectl("get", "--raw", "/metrics"), 'apiserver_authorization_webhook_evaluations_total{name="outside",result="success"}')


@case
def case_policies_may_ask_the_webhook(c, ns):
    """An expression that asks the authorizer gets the webhook's answer, although expressions cannot wait."""
    policy = {"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicy", "metadata": {"name": "friends"},
              "spec": {"matchConstraints": {"resourceRules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["configmaps"]}]},
                       "validations": [{"expression": "authorizer.group('').resource('secrets').namespace(object.metadata.namespace).check('list').allowed()",
                                        "message": "no friend"}]}}
    binding = {"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicyBinding", "metadata": {"name": "friends"},
               "spec": {"policyName": "friends", "validationActions": ["Deny"],
                        "matchResources": {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": ns}}}}}
    for thing in (policy, binding):
        c.kubectl("create", "-f", "-", stdin=json.dumps(thing))
    c.decisions["oidc:frank"] = lambda wanted: {"allowed": wanted["resource"] == "configmaps"}
    frank = c.issuer.token("one", sub="frank")
    contains(c.ask(frank, "-n", ns, "create", "configmap", "a").stderr, "no friend")
    c.decisions["oidc:frank"] = {"allowed": True}
    until(lambda: c.ask(frank, "-n", ns, "create", "configmap", "a").returncode == 0, 10, "the webhook's permission")
    c.kubectl("delete", "validatingadmissionpolicybindings,validatingadmissionpolicies", "friends")


def pod(name, **spec):
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name},
            "spec": {"containers": [{"name": "c", "image": "i:1", "imagePullPolicy": "IfNotPresent"}], **spec}}


@case
def case_optional_admission(c, ns):
    until(lambda: c.get("-n", ns, "serviceaccount", "default"), 10, "the service account")
    thing = pod("a", nodeSelector={"disk": "ssd"})
    thing["spec"]["containers"][0]["resources"] = {"requests": {"example.com/gpu": "1"}, "limits": {"example.com/gpu": "1"}}
    made = json.loads(c.create(ns, thing))
    equal(made["spec"]["containers"][0]["imagePullPolicy"], "Always")
    equal(made["spec"]["nodeSelector"], {"disk": "ssd", "zone": "a"})
    if {"key": "example.com/gpu", "operator": "Exists", "effect": "NoSchedule"} not in made["spec"]["tolerations"]:
        raise Failure(f"{made['spec']['tolerations']} tolerate no node with GPUs")
    contains(c.create(ns, pod("b", nodeSelector={"zone": "b"}), check=False).stderr,
             "pod node label selector conflicts with its namespace node label selector")
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"}, "spec": {"ports": [{"port": 80}], "externalIPs": ["10.1.2.3"]}}
    contains(c.create(ns, service, check=False).stderr, "Use of external IPs is denied by admission control")
    # More events than the namespace may have at once.
    events = [{"apiVersion": "v1", "kind": "Event", "metadata": {"name": f"e{number}", "namespace": ns},
               "involvedObject": {"kind": "Pod", "namespace": ns, "name": "a"}, "reason": "Test", "source": {"component": "test"}} for number in range(30)]
    done = c.create(ns, {"apiVersion": "v1", "kind": "List", "items": events}, check=False)
    contains(done.stderr, f"limit reached on type Namespace for key {ns}")


@case
def case_owners_need_rights(c, ns):
    c.kubectl("-n", ns, "create", "role", "writer", "--verb=create,get,list,update,patch", "--resource=configmaps")
    c.kubectl("-n", ns, "create", "rolebinding", "writer", "--role=writer", "--user=oidc:kim")
    c.decisions["oidc:kim"] = {"allowed": False}
    kim = c.issuer.token("one", sub="kim")
    c.create(ns, {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "owner"}})
    uid = c.get("-n", ns, "configmap", "owner")["metadata"]["uid"]
    owned = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "owned", "ownerReferences": [
        {"apiVersion": "v1", "kind": "ConfigMap", "name": "owner", "uid": uid, "blockOwnerDeletion": True}]}}
    def create():
        return c.run("kubectl", "--kubeconfig", os.devnull, "--server", "https://127.0.0.1:17449", "--insecure-skip-tls-verify",
                     "--token", kim, "-n", ns, "create", "-f", "-", stdin=json.dumps(owned), check=False)
    contains(create().stderr, "cannot set an ownerRef on a resource you can't delete")
    c.kubectl("-n", ns, "patch", "role", "writer", "--type=json", "-p", '[{"op":"add","path":"/rules/0/verbs/-","value":"delete"}]')
    contains(create().stderr, "cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on")
    c.kubectl("-n", ns, "patch", "role", "writer", "--type=json", "-p", '[{"op":"add","path":"/rules/0/resources/-","value":"configmaps/finalizers"}]')
    equal(create().returncode, 0)


@case
def case_pod_security_as_configured(c, ns):
    until(lambda: c.get("-n", ns, "serviceaccount", "default"), 10, "the service account")
    contains(c.create(ns, pod("host", hostNetwork=True), check=False).stderr, 'violates PodSecurity "baseline:latest": host namespaces (hostNetwork=true)')
    c.create(ns, pod("plain"))
    remarks = until(lambda: c.audit(ns, "plain"), 5, "the audit")
    equal(remarks["pod-security.kubernetes.io/enforce-policy"], "baseline:latest")
    contains(remarks["pod-security.kubernetes.io/audit-violations"], 'would violate PodSecurity "restricted:latest": allowPrivilegeEscalation != false')
    c.kubectl("create", "namespace", "exempt")
    until(lambda: c.get("-n", "exempt", "serviceaccount", "default"), 10, "the service account")
    c.create("exempt", pod("host", hostNetwork=True))
    equal(until(lambda: c.audit("exempt", "host"), 5, "the audit")["pod-security.kubernetes.io/exempt"], "namespace")


@case
def case_policies_tell_the_audit(c, ns):
    group = "admissionregistration.k8s.io/v1"
    policy = {"apiVersion": group, "kind": "ValidatingAdmissionPolicy", "metadata": {"name": "telling"},
              "spec": {"matchConstraints": {"resourceRules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["configmaps"]}]},
                       "validations": [{"expression": "true"}, {"expression": "object.metadata.name != 'odd'", "message": "an odd name"}],
                       "auditAnnotations": [{"key": "size", "valueExpression": "string(has(object.data) ? size(object.data) : 0) + ' entries'"}]}}
    binding = {"apiVersion": group, "kind": "ValidatingAdmissionPolicyBinding", "metadata": {"name": "telling"},
               "spec": {"policyName": "telling", "validationActions": ["Audit"],
                        "matchResources": {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": ns}}}}}
    c.create("default", policy)
    c.create("default", binding)
    c.create(ns, {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "odd"}, "data": {"a": "b"}})
    remarks = until(lambda: c.audit(ns, "odd"), 5, "the audit")
    equal(remarks["telling/size"], "1 entries")
    equal(json.loads(remarks["validation.policy.admission.k8s.io/validation_failure"]),
          [{"message": "an odd name", "policy": "telling", "binding": "telling", "expressionIndex": 1, "validationActions": ["Audit"]}])


class InPod(Cluster):
    """A server that finds its webhook as a pod finds the API: by the environment and a mounted token. It gets a folder
    for mounts of its own, which needs no root."""

    def __init__(self, outer, directory):
        super().__init__(outer.martlet, directory)
        self.outer, self.mount = outer, os.path.join(directory, "mount")
        os.makedirs(self.mount)
        shutil.copy(outer.certificates.path("ca.crt"), os.path.join(self.mount, "ca.crt"))
        self.write_token("first")
        configuration = os.path.join(directory, "authorization.json")
        with open(configuration, "w") as file:
            json.dump({"apiVersion": "apiserver.config.k8s.io/v1", "kind": "AuthorizationConfiguration", "authorizers": [
                {"type": "Webhook", "name": "inside", "webhook": {
                    "timeout": "3s", "subjectAccessReviewVersion": "v1", "authorizedTTL": "1s", "unauthorizedTTL": "1s",
                    "failurePolicy": "Deny", "connectionInfo": {"type": "InClusterConfig"}}}]}, file)
        self.flags = ["--data-dir", self.data, "--listen", "127.0.0.1:17450", "--components", "apiserver", "--authorization-config", configuration]

    def write_token(self, text):
        with open(os.path.join(self.mount, "token"), "w") as file:
            file.write(text + "\n")

    def up(self):
        """In front: what runs by itself would leave the folder of mounts."""
        folder = "/run/secrets/kubernetes.io/serviceaccount"
        script = f'mount -t tmpfs none /run && mkdir -p {folder} && mount --bind {self.mount} {folder} && exec "$@"'
        self.running = subprocess.Popen(
            ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, "sh", self.martlet, "up", *self.flags],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={**os.environ, "KUBERNETES_SERVICE_HOST": "127.0.0.1", "KUBERNETES_SERVICE_PORT": str(self.outer.webhook.port)})
        until(lambda: os.path.exists(self.kubeconfig) and self.kubectl("get", "--raw", "/readyz"), 30, "the server in a pod")


@case
def case_a_webhook_as_pods_reach_the_api(c, ns):
    """InClusterConfig: the address from the environment, token and authority from the mount, and the token anew as it changes."""
    inner = InPod(c, os.path.join(c.directory, "in-pod"))
    c.webhook.handlers["/"] = c.review_access
    c.decisions["jane"] = {"allowed": True}
    inner.up()
    try:
        def ask(user, *words):
            return inner.kubectl("--as", user, "get", "configmaps", *words, check=False)

        equal(ask("jane").returncode, 0, "who may")
        contains(ask("joe").stderr, "the webhook does not care")
        sent = [headers.get("authorization") for path, _, headers in c.webhook.requests if path == "/"]
        equal(set(sent), {"Bearer first"}, "the tokens that the webhook saw")
        inner.write_token("second")

        def renewed():
            ask("jane")
            return c.webhook.requests[-1][2].get("authorization") == "Bearer second"

        until(renewed, 75, "the new token")
    finally:
        inner.running.terminate()
        inner.running.wait(timeout=20)


@case
def case_failure_policy(c, ns):
    c.write_authorization(policy="Deny")
    c.kubectl("-n", ns, "create", "rolebinding", "ida", "--clusterrole=view", "--user=oidc:ida")
    ida = c.issuer.token("one", sub="ida")
    until(lambda: "automatic_reloads_total{status=\"success\"}" in "".join(
        line for line in c.kubectl("get", "--raw", "/metrics").splitlines() if "authorization_config" in line), 10, "the reload")
    equal(c.ask(ida, "-n", ns, "get", "configmaps").returncode, 0)
    c.webhook.close()
    until(lambda: "Forbidden" in c.ask(ida, "-n", ns, "get", "configmaps").stderr, 20, "the refusal")
    c.kubectl("get", "nodes")  # The masters are never asked about.
    c.write_authorization(policy="NoOpinion")
    until(lambda: c.ask(ida, "-n", ns, "get", "configmaps").returncode == 0, 20, "the next authorizer's permission")


if __name__ == "__main__":
    run_cluster(CASES, __doc__, ControlPlane)
