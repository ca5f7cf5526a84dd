package import Authorization
package import Objects

/// One rule of a role, ready to be asked.
package struct PolicyRule: Sendable, Hashable {
    package let verbs: [String]
    package let groups: [String]
    package let resources: [String]
    package let resourceNames: [String]
    package let paths: [String]

    package init(
        verbs: [String], groups: [String] = [], resources: [String] = [], resourceNames: [String] = [], paths: [String] = []
    ) {
        self.verbs = verbs
        self.groups = groups
        self.resources = resources
        self.resourceNames = resourceNames
        self.paths = paths
    }

    package init(_ value: Value) {
        self.init(
            verbs: value["verbs"].strings, groups: value["apiGroups"].strings, resources: value["resources"].strings,
            resourceNames: value["resourceNames"].strings, paths: value["nonResourceURLs"].strings)
    }

    package var value: Value {
        var value: Value = ["verbs": Value(verbs)]
        if !groups.isEmpty { value["apiGroups"] = Value(groups) }
        if !resources.isEmpty { value["resources"] = Value(resources) }
        if !resourceNames.isEmpty { value["resourceNames"] = Value(resourceNames) }
        if !paths.isEmpty { value["nonResourceURLs"] = Value(paths) }
        return value
    }

    package func allows(_ request: AccessRequest) -> Bool {
        guard verbs.contains(request.verb) || verbs.contains("*") else { return false }
        guard request.isResourceRequest else { return paths.contains { Self.path($0, matches: request.path) } }
        return (groups.contains(request.group) || groups.contains("*"))
            && resources.contains { matches($0, request) }
            && (resourceNames.isEmpty || resourceNames.contains(request.name))
    }

    private func matches(_ resource: String, _ request: AccessRequest) -> Bool {
        if resource == "*" || resource == request.fullResource { return true }
        return !request.subresource.isEmpty && resource.hasPrefix("*/") && resource.dropFirst(2) == request.subresource
    }

    private static func path(_ pattern: String, matches path: String) -> Bool {
        if pattern == "*" || pattern == path { return true }
        return pattern.hasSuffix("*") && path.hasPrefix(pattern.dropLast())
    }

    /// Whether everything that `other` allows is allowed by some of `rules`: the check against escalation.
    package static func covers(_ rules: [PolicyRule], _ other: PolicyRule) -> Bool {
        other.atoms.allSatisfy { atom in rules.contains { $0.covers(atom) } }
    }

    /// This rule taken apart into rules of one verb, group, resource and name each.
    private var atoms: [PolicyRule] {
        var atoms: [PolicyRule] = []
        for verb in verbs {
            for group in groups {
                for resource in resources {
                    for name in resourceNames.isEmpty ? [nil] : resourceNames.map(Optional.some) {
                        atoms.append(
                            PolicyRule(verbs: [verb], groups: [group], resources: [resource], resourceNames: name.map { [$0] } ?? []))
                    }
                }
            }
            for path in paths { atoms.append(PolicyRule(verbs: [verb], paths: [path])) }
        }
        return atoms
    }

    private func covers(_ atom: PolicyRule) -> Bool {
        func has(_ all: [String], _ wanted: [String]) -> Bool {
            all.contains("*") || wanted.allSatisfy(all.contains)
        }
        guard has(verbs, atom.verbs) else { return false }
        if !atom.paths.isEmpty {
            return atom.paths.allSatisfy { wanted in
                paths.contains { $0 == wanted || $0.hasSuffix("*") && wanted.hasPrefix($0.dropLast()) }
            }
        }
        let coversResources = has(resources, atom.resources) || atom.resources.allSatisfy { wanted in
            guard let slash = wanted.firstIndex(of: "/") else { return false }
            return resources.contains("*/" + wanted[wanted.index(after: slash)...])
        }
        return has(groups, atom.groups) && coversResources
            && (resourceNames.isEmpty || !atom.resourceNames.isEmpty && atom.resourceNames.allSatisfy(resourceNames.contains))
    }
}
