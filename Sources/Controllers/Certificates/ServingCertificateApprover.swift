import APIClient
import Credentials
import KubernetesTypes
import Objects

/// Approves the serving certificates that kubelets ask for, when they name nothing but the node itself: its name, and addresses that
/// the API has of it and of no other node.
///
/// Upstream leaves this to the operator, since a node says its addresses itself. What a node can gain here is to be taken for an address
/// that nobody else has.
struct ServingCertificateApprover: Controller {
    let loop: ReconcileLoop
    /// A node that has just registered tells its addresses soon.
    private static let pause: Duration = .seconds(1)
    private static let patience: Int64 = 900

    init(_ context: ControllerContext) {
        let queue = WorkQueue()
        let informer = context.informers.shared(CertificateSigningRequest.self)
        loop = ReconcileLoop("kubelet-serving-approving", queue: queue, workers: 1, logger: context.logger) { name throws(StatusError) in
            guard let object = informer.get(name), let wish = CertificateWish(object), wish.signer == .kubeletServing, !wish.hasCertificate,
                !wish.has("Approved"), !wish.has("Denied"), let request = try? wish.request(), wish.signer.problem(request, usages: wish.usages) == nil
            else { return }
            let others = context.nodes.list()
            if Self.isRight(request, object, others) { return try await Self.approve(object, context.client) }
            let made = object.value["metadata"]["creationTimestamp"].string.flatMap { Timestamp($0) }
            if let made, Timestamp.now().seconds - made.seconds < Self.patience { queue.add(name, after: Self.pause) }
        }
        informer.onChange { change in
            if case .deleted = change { return }
            queue.add(change.object.name)
        }
    }

    /// Whether a request comes from the node that it names, and names nothing else.
    static func isRight(_ request: SigningRequest, _ object: CertificateSigningRequest, _ nodes: [Node]) -> Bool {
        let spec = object.value["spec"]
        guard spec["username"].string == request.commonName, spec["groups"].strings.contains("system:nodes"),
            let node = nodes.first(where: { BuiltInSigner.nodePrefix + $0.name == request.commonName })
        else { return false }
        let own = addresses(node), others = nodes.lazy.filter { $0.name != node.name }.map(addresses)
        guard request.addresses.allSatisfy({ address in own.contains(address) && !others.contains { $0.contains(address) } }) else { return false }
        return request.dnsNames.allSatisfy { name in name == node.name || (own.contains(name) && !others.contains { $0.contains(name) }) }
    }

    private static func addresses(_ node: Node) -> Set<String> {
        Set(node.value["status"]["addresses"].array.compactMap { $0["address"].string })
    }

    private static func approve(_ object: CertificateSigningRequest, _ client: APIClient) async throws(StatusError) {
        var new = object
        new.value["status"]["conditions"].append([
            "type": "Approved", "status": "True", "reason": "AutoApproved", "message": "The request names the node that it comes from, and nothing else.",
        ])
        try await client.update(new, "approval")
    }
}
