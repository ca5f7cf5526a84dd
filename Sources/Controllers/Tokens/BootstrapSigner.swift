import APIClient
import Credentials
import KubernetesTypes
import Objects

/// Signs the kubeconfig in `kube-public/cluster-info` with every bootstrap token that is for signing, so that a node with a
/// token knows the cluster that it asks.
struct BootstrapSigner: Controller {
    let loop: ReconcileLoop

    private static let (namespace, name) = ("kube-public", "cluster-info")
    private static let prefix = "jws-kubeconfig-"

    init(_ context: ControllerContext) {
        let queue = WorkQueue()
        let maps = context.informers.shared(ConfigMap.self, namespace: Self.namespace, fields: "metadata.name=" + Self.name)
        let secrets = context.informers.shared(Secret.self, namespace: "kube-system", fields: "type=bootstrap.kubernetes.io/token")
        let key = Self.namespace + "/" + Self.name
        loop = ReconcileLoop("bootstrapsigner", queue: queue, workers: 1, logger: context.logger) { _ throws(StatusError) in
            guard let map = maps.get(Self.namespace, Self.name), let content = map.value["data"]["kubeconfig"].string else { return }
            var new = map
            var data = map.value["data"]
            for entry in map.value["data"].members where entry.key.hasPrefix(Self.prefix) { data.remove(entry.key) }
            for (id, secret) in Self.tokens(secrets.list("kube-system"), now: .now()) {
                data[Self.prefix + id] = .string(DetachedSignature.make(content, tokenID: id, tokenSecret: secret))
            }
            if data == map.value["data"] { return }
            new.value["data"] = data
            try await context.client.update(new)
        }
        maps.onChange { _ in queue.add(key) }
        secrets.onChange { _ in queue.add(key) }
    }

    /// Ids and secrets of the tokens that sign now.
    static func tokens(_ secrets: [Secret], now: Timestamp) -> [(id: String, secret: String)] {
        secrets.compactMap { object in
            func text(_ key: String) -> String { String(decoding: Base64.decode(object.value["data"][key].string ?? "") ?? [], as: UTF8.self) }
            let (id, secret) = (text("token-id"), text("token-secret"))
            guard text("usage-bootstrap-signing") == "true", object.name == "bootstrap-token-" + id, !secret.isEmpty, !object.isBeingDeleted else { return nil }
            if let end = BootstrapTokenCleaner.expiration(object), end <= now { return nil }
            return (id, secret)
        }.sorted { $0.id < $1.id }
    }
}
