package import Objects
package import Schema

/// What an aggregated server says it serves in one group and version, in the form of aggregated discovery.
package enum RemoteDiscovery {
    /// The media types under which an aggregated server is asked for all its groups at once, or for a plain list.
    package static let accept =
        "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json"

    /// The resources of a group and version out of an `APIGroupDiscoveryList`; nil when it is not there.
    package static func resources(in list: Value, of groupVersion: GroupVersion) -> Value? {
        guard list["kind"].string == "APIGroupDiscoveryList" else { return nil }
        for group in list["items"].array where group["metadata"]["name"].string == groupVersion.group {
            for version in group["versions"].array where version["version"].string == groupVersion.version {
                return version["resources"].isArray ? version["resources"] : .array([])
            }
        }
        return nil
    }

    /// The same out of an `APIResourceList`.
    package static func resources(ofPlain list: Value, _ groupVersion: GroupVersion) -> Value? {
        guard list["kind"].string == "APIResourceList" else { return nil }
        var resources: [Value] = []
        var places: [String: Int] = [:]
        for entry in list["resources"].array where !(entry["name"].string ?? "").contains("/") {
            let name = entry["name"].string ?? ""
            places[name] = resources.count
            var resource: Value = [
                "resource": .string(name), "responseKind": kind(entry, groupVersion),
                "scope": entry["namespaced"].bool == true ? "Namespaced" : "Cluster",
                "singularResource": entry["singularName"].string.map(Value.string) ?? "", "verbs": entry["verbs"],
            ]
            for key in ["shortNames", "categories"] where !entry[key].array.isEmpty { resource[key] = entry[key] }
            resources.append(resource)
        }
        for entry in list["resources"].array {
            let parts = (entry["name"].string ?? "").split(separator: "/", maxSplits: 1).map(String.init)
            guard parts.count == 2, let place = places[parts[0]] else { continue }
            let subresource: Value = [
                "subresource": .string(parts[1]), "responseKind": kind(entry, groupVersion), "verbs": entry["verbs"],
            ]
            resources[place]["subresources"] = .array(resources[place]["subresources"].array + [subresource])
        }
        return .array(resources)
    }

    private static func kind(_ entry: Value, _ groupVersion: GroupVersion) -> Value {
        [
            "group": .string(entry["group"].string ?? groupVersion.group),
            "version": .string(entry["version"].string ?? groupVersion.version), "kind": .string(entry["kind"].string ?? ""),
        ]
    }
}
