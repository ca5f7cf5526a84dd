package import Schema

/// Which versions and resources are served, as `--runtime-config` says.
package struct RuntimeConfig: Sendable, Hashable {
    private enum Stage {
        case stable, beta, alpha
    }

    private var entries: [String: Bool] = [:]

    package init() {}

    /// Takes `api/beta=true,apps/v1=false,apps/v1/daemonsets=true`; `group/version` alone means true.
    package mutating func set(_ text: String) throws(ServingOptions.Problem) {
        for part in text.split(separator: ",") {
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let key = sides[0].trimmingSpaces
            let value = sides.count == 2 ? sides[1].trimmingSpaces : "true"
            guard ["true", "false"].contains(value) else {
                throw ServingOptions.Problem(description: "invalid value \(key)=\(value) of --runtime-config: it is true or false")
            }
            let parts = key.split(separator: "/", omittingEmptySubsequences: false)
            let isGeneral = parts.count == 2 && parts[0] == "api" && ["all", "ga", "beta", "alpha", "legacy"].contains(String(parts[1]))
            guard isGeneral || key == "v1" || (2...3).contains(parts.count) && parts.allSatisfy({ !$0.isEmpty }) else {
                throw ServingOptions.Problem(description: "runtime-config invalid key \(key)")
            }
            entries[key] = value == "true"
        }
    }

    /// Whether a resource is served that is served by default. What is said of it counts first, then of its version,
    /// then of its stage, then of all.
    package func serves(_ groupVersion: GroupVersion, _ resource: String) -> Bool {
        let version = groupVersion.group.isEmpty ? "api/\(groupVersion.version)" : groupVersion.description
        let isCore = groupVersion.group.isEmpty && groupVersion.version == "v1"
        if let own = entries["\(version)/\(resource)"] { return own }
        if let own = entries[version] ?? (isCore ? entries["v1"] ?? entries["api/legacy"] : nil) { return own }
        switch Self.stage(groupVersion.version) {
        case .stable: return entries["api/ga"] ?? entries["api/all"] ?? true
        case .beta: return entries["api/beta"] ?? entries["api/all"] ?? false
        case .alpha: return entries["api/alpha"] ?? entries["api/all"] ?? false
        }
    }

    /// The groups that are named and that nobody knows.
    package func unknownGroups(_ known: Set<String>) -> [String] {
        let named = entries.keys.compactMap { key -> String? in
            let parts = key.split(separator: "/").map(String.init)
            return parts.count >= 2 && parts[0] != "api" ? parts[0] : nil
        }
        return Set(named).subtracting(known).sorted()
    }

    /// The versions of known groups that are asked for and that there are none of.
    package func unknownVersions(_ known: Set<GroupVersion>) -> [String] {
        let wanted = entries.filter(\.value).keys.compactMap { key -> GroupVersion? in
            let parts = key.split(separator: "/").map(String.init)
            return parts.count >= 2 && parts[0] != "api" ? GroupVersion(group: parts[0], version: parts[1]) : nil
        }
        return Set(wanted).subtracting(known).map(\.description).sorted()
    }

    /// Those of `versions` that a whole stage is asked for with (`api/all`, `api/beta`, `api/alpha`), and that are not refused singly.
    package func wanted(_ versions: [GroupVersion]) -> [String] {
        Set(versions.filter { entries[$0.description] == nil && serves($0, "") }).map(\.description).sorted()
    }

    private static func stage(_ version: String) -> Stage { version.contains("alpha") ? .alpha : version.contains("beta") ? .beta : .stable }

    package var text: String { entries.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",") }
}
