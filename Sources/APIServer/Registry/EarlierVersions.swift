import KubernetesTypes
import Objects
import Schema

/// Beta and alpha versions of kinds, which are stored in their stable version and mostly look as they do in it. They are off
/// unless `--runtime-config` asks for them.
enum EarlierVersions {
    private static let table: [(group: String, versions: [String], stable: String, resources: [String])] = [
        ("admissionregistration.k8s.io", ["v1beta1", "v1alpha1"], "v1", ["mutatingadmissionpolicies", "mutatingadmissionpolicybindings"]),
        ("networking.k8s.io", ["v1beta1"], "v1", ["ipaddresses", "servicecidrs"]),
        ("resource.k8s.io", ["v1beta2", "v1beta1"], "v1", ["deviceclasses", "resourceclaims", "resourceclaimtemplates", "resourceslices"]),
        ("storage.k8s.io", ["v1beta1"], "v1", ["volumeattributesclasses"]),
    ]

    /// Versions that Kubernetes has and this server has not, with the feature gate without which Kubernetes has nothing in
    /// them either.
    static let missing: [(version: GroupVersion, gate: String)] = [
        (GroupVersion(group: "certificates.k8s.io", version: "v1alpha1"), "ClusterTrustBundle"),
        (GroupVersion(group: "certificates.k8s.io", version: "v1beta1"), "ClusterTrustBundle"),
        (GroupVersion(group: "certificates.k8s.io", version: "v1beta1"), "PodCertificateRequest"),
        (GroupVersion(group: "coordination.k8s.io", version: "v1alpha2"), "CoordinatedLeaderElection"),
        (GroupVersion(group: "coordination.k8s.io", version: "v1beta1"), "CoordinatedLeaderElection"),
        (GroupVersion(group: "internal.apiserver.k8s.io", version: "v1alpha1"), "StorageVersionAPI"),
        (GroupVersion(group: "resource.k8s.io", version: "v1alpha3"), "DRADeviceTaintRules"),
        (GroupVersion(group: "scheduling.k8s.io", version: "v1alpha2"), "GenericWorkload"),
        (GroupVersion(group: "storagemigration.k8s.io", version: "v1beta1"), "StorageVersionMigrator"),
    ]

    /// The kinds of `catalogue` in the versions that are asked for, most stable ones first.
    static func wanted(_ config: RuntimeConfig, in catalogue: KindCatalogue) -> [KindDescription] {
        var found: [KindDescription] = []
        for row in table {
            for version in row.versions {
                let groupVersion = GroupVersion(group: row.group, version: version)
                for resource in row.resources where config.serves(groupVersion, resource) {
                    guard let stable = catalogue.kind(group: row.group, version: row.stable, resource: resource) else { continue }
                    let list = catalogue.kind(group: row.group, version: row.stable, kind: stable.listKind)
                    for kind in [stable, list].compactMap({ $0 }) {
                        let id = GroupVersionKind(groupVersion: groupVersion, kind: kind.id.kind)
                        found.append(catalogue.optional.first { $0.id == id } ?? kind.inVersion(version))
                    }
                }
            }
        }
        return found
    }

    /// The kind whose store a kind of an earlier version shares; nil for kinds of other versions.
    static func stable(_ id: GroupVersionKind) -> GroupVersionKind? {
        guard let row = table.first(where: { $0.group == id.group && $0.versions.contains(id.version) }) else { return nil }
        return GroupVersionKind(group: id.group, version: row.stable, kind: id.kind)
    }

    /// How a kind of an earlier version becomes its stable one. In most nothing differs but the version, which is put there as an
    /// object is served.
    static func conversion(_ id: GroupVersionKind) -> VersionConversion {
        let own = id.group == "resource.k8s.io" ? DeviceConversion.conversion(id.version, id.kind) : nil
        return own ?? VersionConversion(toStorage: { $0 }, fromStorage: { $0 })
    }

    /// All versions that can be asked for.
    static var all: Set<GroupVersion> {
        Set(table.flatMap { row in row.versions.map { GroupVersion(group: row.group, version: $0) } })
    }
}

extension KindDescription {
    /// The same kind in another version.
    fileprivate func inVersion(_ version: String) -> KindDescription {
        KindDescription(
            id: GroupVersionKind(group: id.group, version: version, kind: id.kind), resource: resource, singular: singular, shortNames: shortNames,
            categories: categories, isNamespaced: isNamespaced, verbs: verbs, subresources: subresources, type: type)
    }
}
