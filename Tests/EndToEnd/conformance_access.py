"""Service accounts, reviews, certificates and flow control as the conformance tests of auth and api-machinery go through them."""
import base64, json, os
from run import contains, equal, until
from played import case
from webhook_server import certificate_request

MOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"


def with_token(c, token, method, path, body=None):
    """As `ask`, by a token alone."""
    connection = c.api.connect(anonymous=True)
    headers = {"accept": "*/*", "content-type": "application/json", **({"authorization": "Bearer " + token} if token else {})}
    connection.request(method, path, json.dumps(body) if body is not None else None, headers)
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read() or b"null")


def claims(token):
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


@case
def case_accounts(c, ns):
    """Their life, and the life of the default one and of the authority that every namespace has."""
    root = f"/api/v1/namespaces/{ns}/serviceaccounts"
    until(lambda: c.api.ask("GET", root + "/default")[0] == 200, 10, "the default account")
    c.api.create(root, {"metadata": {"name": "test", "labels": {"e2e": ns}}})
    equal(c.api.patch(root + "/test", {"automountServiceAccountToken": False}, kind="strategic")["automountServiceAccountToken"], False, "a patch")
    current = c.api.get(root + "/test")
    current["automountServiceAccountToken"] = True
    equal(c.api.replace(root + "/test", current)["automountServiceAccountToken"], True, "an update")
    equal(len(c.api.get("/api/v1/serviceaccounts?labelSelector=e2e%3D" + ns)["items"]), 1, "in all namespaces")
    c.api.delete(root + "?labelSelector=e2e%3D" + ns)
    equal(c.api.ask("GET", root + "/test")[0], 404, "the account")
    uid = c.api.get(root + "/default")["metadata"]["uid"]
    c.api.delete(root + "/default")
    until(lambda: c.api.get(root + "/default")["metadata"]["uid"] != uid, 10, "another default account")
    authority = f"/api/v1/namespaces/{ns}/configmaps/kube-root-ca.crt"
    until(lambda: c.api.ask("GET", authority)[0] == 200, 10, "the authority")
    pem = c.api.get(authority)["data"]["ca.crt"]
    contains(pem, "BEGIN CERTIFICATE")
    c.api.delete(authority)
    until(lambda: c.api.ask("GET", authority)[0] == 200, 10, "the authority to be back")
    c.api.patch(authority, {"data": {"ca.crt": "", "more": "x"}})
    until(lambda: c.api.get(authority)["data"] == {"ca.crt": pem}, 10, "the authority to be right again")


@case
def case_accounts_mount_their_token(c, ns):
    """Nine combinations of what the account and the pod say about mounting the token."""
    root = f"/api/v1/namespaces/{ns}"
    for name, mounts in (("mount", True), ("nomount", False), ("default", None)):
        if name != "default":
            c.api.create(root + "/serviceaccounts", {"metadata": {"name": name}, "automountServiceAccountToken": mounts})
        else:
            until(lambda: c.api.ask("GET", root + "/serviceaccounts/default")[0] == 200, 10, "the default account")
        for own in (None, True, False):
            spec = {"serviceAccountName": name, "containers": [{"name": "token-test", "image": "x"}], "initContainers": [{"name": "first", "image": "x"}]}
            if own is not None:
                spec["automountServiceAccountToken"] = own
            made = c.api.create(root + "/pods", {"metadata": {"generateName": "p-"}, "spec": spec})
            wanted = own if own is not None else mounts is not False
            for container in made["spec"]["containers"] + made["spec"]["initContainers"]:
                equal(any(m["mountPath"] == MOUNT for m in container.get("volumeMounts", [])), wanted, f"account {mounts}, pod {own}")
            volumes = [v for v in made["spec"].get("volumes", []) if v["name"].startswith("kube-api-access-")]
            equal(len(volumes), 1 if wanted else 0, f"account {mounts}, pod {own}")
            if wanted:
                sources = volumes[0]["projected"]["sources"]
                equal([sorted(s)[0] for s in sources], ["serviceAccountToken", "configMap", "downwardAPI"], "the sources")
                equal(sources[0], {"serviceAccountToken": {"path": "token", "expirationSeconds": 3607}}, "the token")


@case
def case_tokens_of_accounts(c, ns):
    """Tokens for an audience, bound to a pod, reviewed, and keys that anybody may check them with."""
    root = f"/api/v1/namespaces/{ns}"
    until(lambda: c.api.ask("GET", root + "/serviceaccounts/default")[0] == 200, 10, "the default account")
    bound = c.api.create(root + "/pods", {"metadata": {"name": "holder"}, "spec": {"containers": [{"name": "a", "image": "x"}]}})

    def token(**spec):
        return c.api.create(root + "/serviceaccounts/default/token", {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": spec})

    made = token(expirationSeconds=600, boundObjectRef={"kind": "Pod", "apiVersion": "v1", "name": "holder", "uid": bound["metadata"]["uid"]})
    text = made["status"]["token"]
    found = claims(text)
    equal(found["exp"] - found["iat"], 600, "the life")
    equal((found["sub"], found["kubernetes.io"]["pod"]), (f"system:serviceaccount:{ns}:default", {"name": "holder", "uid": bound["metadata"]["uid"]}), "the claims")
    status, me = with_token(c, text, "POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"})
    user = me["status"]["userInfo"]
    equal((status, user["username"], sorted(user["groups"])), (201, f"system:serviceaccount:{ns}:default", ["system:authenticated", "system:serviceaccounts", "system:serviceaccounts:" + ns]), "who that is")
    equal(user["extra"]["authentication.kubernetes.io/pod-name"], ["holder"], "the pod")

    def review(text, *audiences):
        return c.api.create("/apis/authentication.k8s.io/v1/tokenreviews", {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "spec": {"token": text, **({"audiences": list(audiences)} if audiences else {})}})["status"]

    equal(review(text)["authenticated"], True, "a review")
    other = token(audiences=["e2e"], expirationSeconds=3600)["status"]["token"]
    equal(claims(other)["aud"], ["e2e"], "the audience")
    equal((review(other).get("authenticated", False), review(other, "e2e", "x")["audiences"]), (False, ["e2e"]), "for another audience")
    equal(with_token(c, other, "GET", "/api/v1/namespaces")[0], 401, "a token for somebody else")
    for spec, field in (({"expirationSeconds": 599}, "spec.expirationSeconds"), ({"expirationSeconds": 1 << 33}, "spec.expirationSeconds")):
        contains(c.api.call("POST", root + "/serviceaccounts/default/token", {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": spec}, wanted=422)["message"], field)
    equal(c.api.ask("POST", root + "/serviceaccounts/none/token", {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}})[0], 404, "nobody's token")
    status, _, answer = c.api.ask("POST", root + "/serviceaccounts/default/token", {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"boundObjectRef": {"kind": "Pod", "apiVersion": "v1", "name": "holder", "uid": "other"}}})
    equal(status, 409, "a pod with another UID")
    # What an account in a pod reads to check tokens of others.
    status, document = with_token(c, text, "GET", "/.well-known/openid-configuration")
    equal((status, document["issuer"], set(document) >= {"jwks_uri", "response_types_supported", "subject_types_supported", "id_token_signing_alg_values_supported"}), (200, found["iss"], True), "the document")
    status, keys = with_token(c, text, "GET", "/openid/v1/jwks")
    header = json.loads(base64.urlsafe_b64decode(text.split(".")[0] + "=="))
    equal((status, header["kid"] in [k["kid"] for k in keys["keys"]]), (200, True), "the keys")
    equal(with_token(c, None, "GET", "/openid/v1/jwks")[0], 403, "for nobody in particular")
    c.api.delete(root + "/pods/holder", {"gracePeriodSeconds": 0})
    until(lambda: with_token(c, text, "GET", "/api")[0] == 401, 20, "the token to end with its pod")


@case
def case_reviews_of_access(c, ns):
    """What a user may do: asked by others, by itself, in a namespace, and as a list of rules."""
    c.api.create(f"/apis/rbac.authorization.k8s.io/v1/namespaces/{ns}/rolebindings", {
        "metadata": {"name": "v"}, "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"},
        "subjects": [{"kind": "ServiceAccount", "namespace": ns, "name": "default"}]})
    user, groups = f"system:serviceaccount:{ns}:default", ["system:authenticated", "system:serviceaccounts"]
    authorization = "/apis/authorization.k8s.io/v1"

    def review(kind, path, spec):
        return c.api.create(path, {"apiVersion": "authorization.k8s.io/v1", "kind": kind, "metadata": {"namespace": ns} if kind.startswith("Local") else {}, "spec": spec}, wanted=201)["status"]

    for verb, allowed in (("list", True), ("create", False)):
        attributes = {"namespace": ns, "verb": verb, "resource": "configmaps", "version": "v1"}
        subject = {"resourceAttributes": attributes, "user": user, "groups": groups, "uid": "alongusername"}
        until(lambda: review("SubjectAccessReview", authorization + "/subjectaccessreviews", subject)["allowed"] == allowed, 5, f"{verb} to be {allowed}")
        equal(review("LocalSubjectAccessReview", f"{authorization}/namespaces/{ns}/localsubjectaccessreviews", subject)["allowed"], allowed, verb)
    equal(review("SelfSubjectAccessReview", authorization + "/selfsubjectaccessreviews", {"nonResourceAttributes": {"path": "/metrics", "verb": "get"}})["allowed"], True, "an administrator")
    rules = review("SelfSubjectRulesReview", authorization + "/selfsubjectrulesreviews", {"namespace": ns})
    equal((rules["incomplete"], {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]} in rules["resourceRules"]), (False, True), "an administrator's rules")
    status, _, answer = c.api.ask("POST", authorization + "/subjectaccessreviews", {"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "spec": {"resourceAttributes": {"verb": "get"}}})
    equal(status, 422, "about nobody")
    contains(answer["message"], 'spec.user: Invalid value: "": at least one of user or group must be specified')


@case
def case_certificates_are_asked_for(c, ns):
    """A request is approved, signed by the cluster, and its certificate lets its holder in."""
    key, pem = certificate_request(c.directory, "csr", "/CN=e2e-csr/O=e2e")
    root = "/apis/certificates.k8s.io/v1/certificatesigningrequests"
    made = c.api.create(root, {"metadata": {"name": "e2e-csr"}, "spec": {"request": pem, "signerName": "kubernetes.io/kube-apiserver-client", "expirationSeconds": 3600,
                               "usages": ["digital signature", "key encipherment", "client auth"]}})
    equal((made["spec"]["username"], "system:masters" in made["spec"]["groups"]), ("kubernetes-admin", True), "who asks")
    made["status"]["conditions"] = [{"type": "Approved", "status": "True", "reason": "E2E", "message": "Set from an e2e test"}]
    c.api.replace(root + "/e2e-csr/approval", made)
    certificate = until(lambda: c.api.get(root + "/e2e-csr")["status"].get("certificate"), 10, "the certificate")
    path = os.path.join(c.directory, "csr.crt")
    with open(path, "wb") as file:
        file.write(base64.b64decode(certificate))
    import http.client, ssl
    context = ssl.create_default_context(cafile=c.api.authority)
    context.load_cert_chain(path, key)
    connection = http.client.HTTPSConnection(c.api.address, context=context)
    connection.request("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", json.dumps({"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}), {"content-type": "application/json", "accept": "application/json"})
    user = json.loads(connection.getresponse().read())["status"]["userInfo"]
    equal((user["username"], sorted(user["groups"])), ("e2e-csr", ["e2e", "system:authenticated"]), "whom the certificate makes")
    for change, part in (({"signerName": "nodomain"}, "spec.signerName"), ({"usages": []}, "spec.usages"), ({"expirationSeconds": 10}, "spec.expirationSeconds"), ({"request": "eA=="}, "spec.request")):
        contains(c.api.call("POST", root, {"metadata": {"name": "bad"}, "spec": {**{k: made["spec"][k] for k in ("request", "signerName", "usages")}, **change}}, wanted=422)["message"], part)
    contains(c.api.call("PATCH", root + "/e2e-csr/approval", {"status": {"conditions": [{"type": "Denied", "status": "True", "reason": "E2E"}]}}, content="application/merge-patch+json", wanted=422)["message"], "Approved")


@case
def case_flow_control(c, ns):
    """Answers name the flow schema and the priority level that the request went by."""
    root = "/apis/flowcontrol.apiserver.k8s.io/v1"
    schema, level = c.api.get(root + "/flowschemas/exempt"), c.api.get(root + "/prioritylevelconfigurations/exempt")
    _, headers, _ = c.api.ask("GET", "/api/v1/namespaces/default")
    equal((headers["x-kubernetes-pf-flowschema-uid"], headers["x-kubernetes-pf-prioritylevel-uid"]), (schema["metadata"]["uid"], level["metadata"]["uid"]), "an administrator's request")
    c.api.create(root + "/prioritylevelconfigurations", {"metadata": {"name": "e2e"}, "spec": {"type": "Limited", "limited": {"nominalConcurrencyShares": 1, "limitResponse": {"type": "Reject"}}}})
    made = c.api.create(root + "/flowschemas", {"metadata": {"name": "e2e"}, "spec": {"matchingPrecedence": 5, "priorityLevelConfiguration": {"name": "e2e"}, "distinguisherMethod": {"type": "ByUser"},
        "rules": [{"subjects": [{"kind": "User", "user": {"name": "noxu"}}], "nonResourceRules": [{"verbs": ["*"], "nonResourceURLs": ["*"]}], "resourceRules": [{"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"], "namespaces": ["*"], "clusterScope": True}]}]}})

    def flow():
        return c.api.ask("GET", "/version", headers={"impersonate-user": "noxu", "impersonate-group": "system:authenticated"})[1]["x-kubernetes-pf-flowschema-uid"]

    until(lambda: flow() == made["metadata"]["uid"], 10, "the user's own flow schema")
    condition = until(lambda: [x for x in c.api.get(root + "/flowschemas/e2e").get("status", {}).get("conditions", []) if x["type"] == "Dangling"], 10, "the condition")
    equal((condition[0]["status"], condition[0]["reason"]), ("False", "Found"), "its level")
    c.api.delete(root + "/prioritylevelconfigurations/e2e")
    until(lambda: [x for x in c.api.get(root + "/flowschemas/e2e")["status"]["conditions"] if (x["type"], x["status"], x["reason"]) == ("Dangling", "True", "NotFound")], 10, "its level to be missed")
    c.api.delete(root + "/flowschemas/e2e")
    until(lambda: flow() != made["metadata"]["uid"], 10, "another flow schema")
    for name in ("exempt", "catch-all"):
        status, _, answer = c.api.ask("PATCH", f"{root}/prioritylevelconfigurations/{name}", {"spec": {"type": "Limited" if name == "exempt" else "Exempt"}}, content="application/merge-patch+json")
        equal(status, 422, name)
