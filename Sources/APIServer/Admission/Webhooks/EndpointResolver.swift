import KubernetesTypes
import Objects
import Schema
import Webhooks

/// Finds the server behind a service in the watch cache, without the rules that route service addresses.
struct EndpointResolver: ServiceResolver {
    let services: ResourceStore
    let slices: ResourceStore

    func service(_ namespace: String, _ name: String) -> Value? {
        services.cache.object(ResourceStore.key(namespace, name))?.value
    }

    func endpointSlices(_ namespace: String, _ name: String) -> [Value] {
        slices.all(in: namespace).filter { $0.label("kubernetes.io/service-name") == name }.map(\.value)
    }

    func resolve(namespace: String, name: String, port: Int64) throws(WebhookFailure) -> ServiceEndpoint {
        guard let service = self.service(namespace, name) else {
            throw WebhookFailure("service \"\(name)\" not found")
        }
        let spec = service["spec"]
        if spec["type"].string == "ExternalName", let host = spec["externalName"].string {
            return ServiceEndpoint(address: host, port: Int(port))
        }
        guard let stated = spec["ports"].array.first(where: { $0["port"].int == port }) else {
            throw WebhookFailure("no service port \(port) found for service \"\(name)\"")
        }
        let portName = stated["name"].string ?? ""
        for slice in endpointSlices(namespace, name).shuffled() {
            let wanted = slice["ports"].array.first { ($0["name"].string ?? "") == portName }
            guard let number = wanted?["port"].int else { continue }
            let ready = slice["endpoints"].array.filter { $0["conditions"]["ready"].bool != false }
            if let address = ready.randomElement()?["addresses"].array.first?.string {
                return ServiceEndpoint(address: address, port: Int(number))
            }
        }
        throw WebhookFailure("no endpoints available for service \"\(name)\"")
    }
}
