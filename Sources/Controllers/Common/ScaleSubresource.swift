import APIClient
import KubernetesTypes
import Objects
import Schema

/// The scale of an object of any kind that has one.
struct ScaleSubresource: Sendable {
    let client: APIClient

    /// The resource of a kind as discovery has it, and whether it has a scale; nil when there is no such kind.
    func resource(_ groupVersion: GroupVersion, kind: String) async throws(StatusError) -> (name: String, hasScale: Bool)? {
        let root = groupVersion.group.isEmpty ? "/api/\(groupVersion.version)" : "/apis/\(groupVersion)"
        let resources: [Value]
        do throws(StatusError) {
            resources = try await client.transport.send(APIRequest(.get, root))["resources"].array
        } catch where error.isNotFound {
            return nil
        }
        let names = resources.compactMap { $0["name"].string }
        guard let name = resources.first(where: { $0["kind"].string == kind && $0["name"].string?.contains("/") == false })?["name"].string else { return nil }
        return (name, names.contains(name + "/scale"))
    }

    /// Nil when there is no such object.
    func read(_ groupVersion: GroupVersion, _ resource: String, _ namespace: String, _ name: String) async throws(StatusError) -> Value? {
        do throws(StatusError) {
            return try await client.transport.send(APIRequest(.get, Self.path(groupVersion, resource, namespace, name)))
        } catch where error.isNotFound {
            return nil
        }
    }

    static func path(_ groupVersion: GroupVersion, _ resource: String, _ namespace: String, _ name: String) -> String {
        APIRequest.path(groupVersion, resource, namespace: namespace, name: name, subresource: "scale")
    }
}
