import APIClient
import Credentials
import KubernetesTypes
import Objects

/// Approves what kubelets ask for their own sake, if they may have it.
struct CertificateApprover: Controller {
    let loop: ReconcileLoop

    init(_ context: ControllerContext) {
        let queue = WorkQueue()
        let informer = context.informers.shared(CertificateSigningRequest.self)
        loop = ReconcileLoop("csrapproving", queue: queue, workers: 1, logger: context.logger) { name throws(StatusError) in
            guard let object = informer.get(name), let wish = CertificateWish(object), wish.signer == .kubeletClient, !wish.hasCertificate,
                !wish.has("Approved"), !wish.has("Denied"), let request = try? wish.request(),
                wish.signer.problem(request, usages: wish.usages) == nil
            else { return }
            var reviews = [("nodeclient", "Auto approving kubelet client certificate after SubjectAccessReview.")]
            if request.commonName == object.value["spec"]["username"].string {
                reviews.insert(("selfnodeclient", "Auto approving self kubelet client certificate after SubjectAccessReview."), at: 0)
            }
            for (subresource, message) in reviews where try await Self.isAllowed(object, subresource, context.client) {
                return try await Self.approve(object, message, context.client)
            }
        }
        informer.onChange { queue.add($0.object.name) }
    }

    private static func isAllowed(_ object: CertificateSigningRequest, _ subresource: String, _ client: APIClient) async throws(StatusError) -> Bool {
        let spec = object.value["spec"]
        let body: Value = [
            "kind": "SubjectAccessReview", "apiVersion": "authorization.k8s.io/v1",
            "spec": [
                "user": spec["username"], "uid": spec["uid"], "groups": spec["groups"], "extra": spec["extra"],
                "resourceAttributes": [
                    "verb": "create", "group": "certificates.k8s.io", "version": "*", "resource": "certificatesigningrequests",
                    "subresource": .string(subresource),
                ],
            ],
        ]
        return try await client.post(body, to: "/apis/authorization.k8s.io/v1/subjectaccessreviews")["status"]["allowed"].bool == true
    }

    private static func approve(_ object: CertificateSigningRequest, _ message: String, _ client: APIClient) async throws(StatusError) {
        var new = object
        new.value["status"]["conditions"].append(["type": "Approved", "status": "True", "reason": "AutoApproved", "message": .string(message)])
        try await client.update(new, "approval")
    }
}

/// Signs what was approved.
struct CertificateSigner: Controller {
    let loop: ReconcileLoop
    private static let longestLifetime: Int64 = 365 * 86_400

    init(_ context: ControllerContext, authority: RenewableAuthority) {
        let queue = WorkQueue()
        let informer = context.informers.shared(CertificateSigningRequest.self)
        loop = ReconcileLoop("csrsigning", queue: queue, workers: 2, logger: context.logger) { name throws(StatusError) in
            guard let object = informer.get(name), let wish = CertificateWish(object), wish.has("Approved"), !wish.has("Denied"), !wish.has("Failed"),
                !wish.hasCertificate
            else { return }
            var new = object
            do {
                let request = try wish.request()
                if let problem = wish.signer.problem(request, usages: wish.usages) { throw CertificateProblem(description: problem) }
                let seconds = min(object.value["spec"]["expirationSeconds"].int ?? Self.longestLifetime, Self.longestLifetime)
                let pem = try authority.current.sign(
                    request, isServer: wish.usages.contains("server auth"), isClient: wish.usages.contains("client auth"), lifetime: .seconds(seconds))
                new.value["status"]["certificate"] = .string(Base64.encode(Array(pem.utf8)))
            } catch {
                new.value["status"]["conditions"].append([
                    "type": "Failed", "status": "True", "reason": "SignerValidationFailure", "message": .string("\(error)"),
                ])
            }
            try await context.client.updateStatus(new)
        }
        informer.onChange { queue.add($0.object.name) }
    }

    private struct CertificateProblem: Error, CustomStringConvertible {
        let description: String
    }
}

/// Deletes requests that are over: answered ones after an hour, others after a day, and those whose certificate has expired.
struct CertificateCleaner: Sendable {
    private let context: ControllerContext
    private let informer: Informer<CertificateSigningRequest>
    private static let pause: Duration = .seconds(3600)

    init(_ context: ControllerContext) {
        self.context = context
        informer = context.informers.shared(CertificateSigningRequest.self)
    }

    func run() async {
        while !Task.isCancelled {
            let now = Timestamp.now()
            for object in informer.list() where Self.isOver(object, now: now) {
                try? await context.client.delete(CertificateSigningRequest.self, "", object.name, ["preconditions": ["uid": .string(object.uid)]])
            }
            try? await ClusterTime.sleep(for: Self.pause)
        }
    }

    static func isOver(_ object: CertificateSigningRequest, now: Timestamp) -> Bool {
        let status = object.value["status"]
        func age(_ text: String?) -> Int64 { text.flatMap { Timestamp($0) }.map { now.seconds - $0.seconds } ?? 0 }
        for condition in status["conditions"].array where ["Approved", "Denied", "Failed"].contains(condition["type"].string) {
            if age(condition["lastUpdateTime"].string) > 3600 { return true }
        }
        if let text = status["certificate"].string, let bytes = Base64.decode(text),
            let identity = CertificateIdentity(pem: String(decoding: bytes, as: UTF8.self)), identity.notAfter < now.seconds
        {
            return true
        }
        return status["conditions"].array.isEmpty && age(object.value["metadata"]["creationTimestamp"].string) > 86_400
    }
}
