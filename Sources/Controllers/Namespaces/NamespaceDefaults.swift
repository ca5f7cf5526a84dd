import APIClient
import Credentials
import KubernetesTypes
import Objects

/// Every namespace has a service account named `default`.
struct ServiceAccountController: Controller {
    let loop: ReconcileLoop

    init(_ context: ControllerContext) {
        let queue = WorkQueue()
        loop = ReconcileLoop("serviceaccount", queue: queue, workers: 2, logger: context.logger) { name throws(StatusError) in
            guard let namespace = context.namespaces.get(name), !namespace.isBeingDeleted,
                namespace.value["status"]["phase"].string != "Terminating", context.serviceAccounts.get(name, "default") == nil
            else { return }
            do throws(StatusError) {
                try await context.client.create(ServiceAccount(["metadata": ["name": "default", "namespace": .string(name)]]))
            } catch where error.isAlreadyExists || error.code == 403 || error.isNotFound {
                // There already, or the namespace is going away.
                return
            }
        }
        context.namespaces.onChange { queue.add($0.object.name) }
        context.serviceAccounts.onChange { change in
            if case .deleted(let account) = change, account.name == "default" { queue.add(account.namespace) }
        }
    }
}

/// Every namespace has the certificate by which pods trust the API.
struct RootCertificatePublisher: Controller {
    let loop: ReconcileLoop
    private static let name = "kube-root-ca.crt"

    init(_ context: ControllerContext, certificate: TrustedCertificate) {
        let queue = WorkQueue()
        let configMaps = context.informers.shared(ConfigMap.self, fields: "metadata.name=" + Self.name)
        loop = ReconcileLoop("root-ca-cert-publisher", queue: queue, workers: 2, logger: context.logger) { name throws(StatusError) in
            guard let namespace = context.namespaces.get(name), !namespace.isBeingDeleted,
                namespace.value["status"]["phase"].string != "Terminating"
            else { return }
            let data: Value = ["ca.crt": .string(certificate.pem)]
            do throws(StatusError) {
                if var known = configMaps.get(name, Self.name) {
                    if known.value["data"] == data { return }
                    known.value["data"] = data
                    try await context.client.update(known)
                    return
                }
                try await context.client.create(
                    ConfigMap([
                        "metadata": [
                            "name": .string(Self.name), "namespace": .string(name),
                            "annotations": [
                                "kubernetes.io/description": "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters."
                            ],
                        ], "data": data,
                    ]))
            } catch where error.isAlreadyExists || error.code == 403 || error.isNotFound {
                return
            }
        }
        context.namespaces.onChange { queue.add($0.object.name) }
        configMaps.onChange { queue.add($0.object.namespace) }
        certificate.onChange { for namespace in context.namespaces.list() { queue.add(namespace.name) } }
    }
}
