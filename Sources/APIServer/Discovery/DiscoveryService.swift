import Aggregation
import Crypto
import KubernetesTypes
import NIOCore
import Objects
import Schema

/// What the server can do, for clients that ask: groups, versions and resources, singly and aggregated.
package struct DiscoveryService: Sendable {
    let kinds: ServedKinds
    let tellsStorageVersions: Bool
    let extra: @Sendable (ServerRequest) throws(StatusError) -> Answer?
    let version: Value
    let aggregator: Aggregator

    func answer(_ request: ServerRequest) throws(StatusError) -> Answer? {
        if let answer = try aggregator.answer(request) { return answer }
        let parts = request.segments
        guard request.method == "GET" || request.method == "HEAD" else {
            if ["api", "apis", "version", "openapi"].contains(parts.first ?? "") { throw .methodNotAllowed }
            return nil
        }
        switch (parts.first ?? "", parts.count) {
        case ("", _): return .value(status: 200, ["paths": Value(paths())])
        case ("version", 1):
            try RouteMediaTypes.check(request.headers["accept"], ["application/json"])
            return .value(status: 200, version)
        case ("api", 1):
            if let aggregated = aggregated(request, core: true) { return aggregated }
            return .value(
                status: 200,
                [
                    "kind": "APIVersions", "versions": ["v1"],
                    "serverAddressByClientCIDRs": [["clientCIDR": "0.0.0.0/0", "serverAddress": .string(request.headers["host"] ?? "")]],
                ])
        case ("apis", 1):
            if let aggregated = aggregated(request, core: false) { return aggregated }
            return .value(status: 200, ["kind": "APIGroupList", "apiVersion": "v1", "groups": .array(groups().filter { !$0.isEmpty }.map { group($0, isRoot: false) })])
        case ("apis", 2):
            guard groups().contains(parts[1]) else { return nil }
            return .value(status: 200, group(parts[1], isRoot: true))
        case ("api", 2), ("apis", 3):
            let groupVersion = GroupVersion(
                group: parts.count == 3 ? parts[1] : "", version: parts[parts.count - 1])
            guard let resources = resources(groupVersion) else { return nil }
            return .value(
                status: 200,
                [
                    "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": .string(groupVersion.description),
                    "resources": .array(resources),
                ])
        default: return try extra(request)
        }
    }

    private func paths() -> [String] {
        var paths = ["/api", "/api/v1", "/apis"]
        for name in groups() where !name.isEmpty {
            paths.append("/apis/\(name)")
            paths += versions(name).map { "/apis/\(name)/\($0.version)" }
        }
        paths += ["/flagz", "/healthz", "/livez", "/metrics", "/metrics/slis", "/openapi/v2", "/openapi/v3", "/openapi/v3/", "/readyz", "/statusz"]
        paths += ["/.well-known/openid-configuration", "/apis/", "/openid/v1/jwks", "/version"]
        return paths.sorted()
    }

    /// Groups in the order of their priorities; that of the registrations comes first of all but the one without a name.
    private func groups() -> [String] {
        var priorities: [String: Int64] = [:]
        for groupVersion in kinds.snapshot().groupVersions {
            let own = groupVersion.group == "apiregistration.k8s.io" ? 17_999 : priority(groupVersion).group
            priorities[groupVersion.group] = max(priorities[groupVersion.group] ?? 0, own)
        }
        for remote in aggregator.remotes {
            priorities[remote.groupVersion.group] = max(priorities[remote.groupVersion.group] ?? 0, remote.groupPriority)
        }
        if aggregator.localMetrics != nil { priorities[ResourceMetricsService.groupVersion.group] = 100 }
        return priorities.sorted { $0.value == $1.value ? $0.key < $1.key : $0.value > $1.value }.map(\.key)
    }

    private func priority(_ groupVersion: GroupVersion) -> APIServicePriority { APIServicePriority(groupVersion) ?? .custom }

    private func versions(_ group: String) -> [GroupVersion] {
        var priorities: [GroupVersion: Int64] = [:]
        for groupVersion in kinds.snapshot().groupVersions where groupVersion.group == group {
            priorities[groupVersion] = priority(groupVersion).version
        }
        for remote in aggregator.remotes where remote.groupVersion.group == group {
            priorities[remote.groupVersion] = remote.versionPriority
        }
        if group == ResourceMetricsService.groupVersion.group, aggregator.localMetrics != nil { priorities[ResourceMetricsService.groupVersion] = 100 }
        return priorities.sorted {
            $0.value == $1.value ? VersionPriority.isHigher($0.key.version, $1.key.version) : $0.value > $1.value
        }.map(\.key)
    }

    private func group(_ name: String, isRoot: Bool) -> Value {
        let versions: [Value] = versions(name).map {
            ["groupVersion": .string($0.description), "version": .string($0.version)]
        }
        var value = Value.emptyObject
        if isRoot {
            value["kind"] = "APIGroup"
            value["apiVersion"] = "v1"
        }
        value["name"] = .string(name)
        value["versions"] = .array(versions)
        value["preferredVersion"] = versions.first ?? .null
        return value
    }

    private func kinds(_ groupVersion: GroupVersion) -> [ServedKind]? {
        guard let table = kinds.snapshot().kinds[groupVersion] else { return nil }
        return table.values.sorted { $0.description.resource < $1.description.resource }
    }

    private func resources(_ groupVersion: GroupVersion) -> [Value]? {
        if groupVersion == ResourceMetricsService.groupVersion, aggregator.localMetrics != nil { return ResourceMetricsService.resources }
        guard let kinds = kinds(groupVersion) else { return nil }
        var resources: [Value] = []
        for kind in kinds {
            let description = kind.description
            var value: Value = [
                "name": .string(description.resource), "singularName": .string(description.singular),
                "namespaced": .bool(description.isNamespaced), "kind": .string(description.id.kind),
                "verbs": Value(description.verbs),
            ]
            if !description.shortNames.isEmpty { value["shortNames"] = Value(description.shortNames) }
            if !description.categories.isEmpty { value["categories"] = Value(description.categories) }
            if tellsStorageVersions, description.verbs.contains("watch") { value["storageVersionHash"] = .string(Self.hash(kind.store.description.id)) }
            resources.append(value)
            for subresource in description.subresources {
                var entry: Value = [
                    "name": .string("\(description.resource)/\(subresource.name)"), "singularName": "",
                    "namespaced": .bool(description.isNamespaced),
                ]
                if let other = subresource.kind {
                    if !other.group.isEmpty || other.groupVersion != groupVersion { entry["group"] = .string(other.group) }
                    if other.groupVersion != groupVersion { entry["version"] = .string(other.version) }
                    if other.groupVersion == groupVersion { entry.remove("group") }
                    if other.group.isEmpty { entry.remove("group") }
                }
                entry["kind"] = .string(subresource.kind?.kind ?? description.id.kind)
                entry["verbs"] = Value(subresource.verbs)
                resources.append(entry)
            }
        }
        // Custom kinds keep the order of their definition: status before scale.
        if kinds.contains(where: { !$0.isBuiltIn }) { return resources }
        return resources.sorted { ($0["name"].string ?? "") < ($1["name"].string ?? "") }
    }

    /// Kinds that Kubernetes still stores in their beta version, which is what the hash tells.
    private static let olderStorage: Set<String> = [
        "MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding", "CustomResourceDefinition",
    ]

    /// A short text that changes with the version in which the kind is stored.
    private static func hash(_ id: GroupVersionKind) -> String {
        let version = olderStorage.contains(id.kind) && id.group.hasSuffix(".k8s.io") ? "v1beta1" : id.version
        let digest = SHA256.hash(data: Array("\(id.group)/\(version)/\(id.kind)".utf8))
        return Base64.encode(Array(digest.prefix(8)))
    }

    // MARK: aggregated

    /// `APIGroupDiscoveryList`, when the client asks for it.
    private func aggregated(_ request: ServerRequest, core: Bool) -> Answer? {
        for type in MediaType.accepted(request.headers["accept"] ?? "") {
            guard type.type == "application/json" || type.type == "*/*" else { continue }
            guard type.parameters["as"] == "APIGroupDiscoveryList" else { return nil }
            let version = type.parameters["v"] ?? "v2"
            guard type.parameters["g"] == "apidiscovery.k8s.io", version == "v2" || version == "v2beta1" else { continue }
            let items = groups().filter { $0.isEmpty == core }.map(discovery)
            let value: Value = [
                "kind": "APIGroupDiscoveryList", "apiVersion": .string("apidiscovery.k8s.io/\(version)"), "metadata": .emptyObject,
                "items": .array(items),
            ]
            let bytes = value.json
            let tag = "\"" + SHA512.hash(data: bytes).map { $0 < 16 ? "0" + String($0, radix: 16) : String($0, radix: 16) }.joined().uppercased() + "\""
            let headers = [("vary", "Accept"), ("etag", tag), ("cache-control", "public")]
            let contentType = "application/json;g=apidiscovery.k8s.io;v=\(version);as=APIGroupDiscoveryList"
            // Clients keep what discovery said, and ask whether it still holds.
            if request.headers["if-none-match"] == tag { return .bytes(status: 304, contentType: contentType, ByteBuffer(), headers: headers) }
            return .bytes(status: 200, contentType: contentType, ByteBuffer(bytes: bytes), headers: headers)
        }
        return nil
    }

    private func discovery(_ group: String) -> Value {
        let versions: [Value] = versions(group).map { groupVersion in
            var resources = Value.array([])
            var isCurrent = true
            if let remote = aggregator.remote(groupVersion) {
                let documents = aggregator.documents(groupVersion)
                isCurrent = remote.isAvailable && documents != nil
                if let documents { resources = documents.resources }
            } else if groupVersion == ResourceMetricsService.groupVersion, aggregator.localMetrics != nil {
                resources = .array(ResourceMetricsService.aggregated)
            } else {
                resources = .array((kinds(groupVersion) ?? []).map(discovery))
            }
            return [
                "version": .string(groupVersion.version), "resources": resources,
                "freshness": isCurrent ? "Current" : "Stale",
            ]
        }
        return ["metadata": group.isEmpty ? .emptyObject : ["name": .string(group)], "versions": .array(versions)]
    }

    private func discovery(_ kind: ServedKind) -> Value {
        let description = kind.description
        func response(_ id: GroupVersionKind) -> Value {
            // Built-in kinds name only what differs from the enclosing group and version.
            let isOwn = kind.isBuiltIn && id.groupVersion == description.id.groupVersion
            return ["group": .string(isOwn ? "" : id.group), "version": .string(isOwn ? "" : id.version), "kind": .string(id.kind)]
        }
        var value: Value = [
            "resource": .string(description.resource), "responseKind": response(description.id),
            "scope": description.isNamespaced ? "Namespaced" : "Cluster", "singularResource": .string(description.singular),
            "verbs": Value(description.verbs),
        ]
        if !description.shortNames.isEmpty { value["shortNames"] = Value(description.shortNames) }
        if !description.categories.isEmpty { value["categories"] = Value(description.categories) }
        if !description.subresources.isEmpty {
            let subresources = description.subresources
            value["subresources"] = .array(
                (kind.isBuiltIn ? subresources.sorted { $0.name < $1.name } : subresources).map { subresource in
                    [
                        "subresource": .string(subresource.name), "responseKind": response(subresource.kind ?? description.id),
                        "verbs": Value(subresource.verbs),
                    ]
                })
        }
        return value
    }
}

/// Which of two versions of a group is preferred: GA before beta before alpha, then the higher number.
enum VersionPriority {
    static func isHigher(_ left: String, _ right: String) -> Bool {
        let (one, other) = (rank(left), rank(right))
        return one == other ? left < right : one.lexicographicallyPrecedes(other) == false
    }

    /// Stability, major and minor, each more is better.
    private static func rank(_ version: String) -> [Int] {
        guard version.hasPrefix("v") else { return [0, 0, 0] }
        let rest = version.dropFirst()
        let digits = rest.prefix { $0.isNumber }
        guard let major = Int(digits) else { return [0, 0, 0] }
        let tail = rest.dropFirst(digits.count)
        if tail.isEmpty { return [3, major, 0] }
        if tail.hasPrefix("beta"), let minor = Int(tail.dropFirst(4)) { return [2, major, minor] }
        if tail.hasPrefix("alpha"), let minor = Int(tail.dropFirst(5)) { return [1, major, minor] }
        return [0, 0, 0]
    }
}
