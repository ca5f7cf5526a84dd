package import KubernetesTypes
package import Objects
import Patching
package import Schema
import Storage
package import Strategies
import Synchronization

/// The objects of one resource: reads from the watch cache, writes through the strategy to the store.
///
/// All served versions of a kind share one store.
package final class ResourceStore: Sendable {
    /// The kind in the version in which it is stored.
    package let description: KindDescription
    package let strategy: any Strategy
    let cache: WatchCache
    /// The versions in which the objects are served.
    let versions = ServedVersions()
    let storage: any Storage
    let applied: AppliedRevision
    let admission: AdmissionSource
    /// Seconds until an object of this kind goes by itself; 0 for ever. Events have one.
    let lifetimeSeconds: Int64
    /// What has to happen around a write beyond this object: addresses and ports that it takes.
    let allocation: any AllocationHook
    private let webhookConversion = Mutex<CustomConversion?>(nil)

    /// The webhook that converts between the versions of a custom kind; nil when versions differ in their names only.
    var conversion: CustomConversion? {
        get { webhookConversion.withLock { $0 } }
        set { webhookConversion.withLock { $0 = newValue } }
    }

    init(
        description: KindDescription, strategy: any Strategy, cache: WatchCache, storage: any Storage,
        applied: AppliedRevision, admission: AdmissionSource, lifetimeSeconds: Int64 = 0,
        allocation: any AllocationHook = NoAllocation()
    ) {
        self.description = description
        isBuiltIn = KindCatalogue.builtIn.kind(description.id) != nil
        self.strategy = strategy
        self.cache = cache
        self.storage = storage
        self.applied = applied
        self.admission = admission
        self.lifetimeSeconds = lifetimeSeconds
        self.allocation = allocation
    }

    /// The served versions for those who keep the owners of fields.
    var kindVersions: KindVersions { versions.kindVersions(differInNameOnly: !isBuiltIn && conversion == nil) }

    package var resource: GroupResource { description.groupResource }

    /// Whether the kind is one of Kubernetes' own, and not of a definition.
    let isBuiltIn: Bool

    package static func key(_ namespace: String, _ name: String) -> String {
        namespace.isEmpty ? name : namespace + "/" + name
    }

    /// The newest object that the cache holds. Throws `notFound`.
    package func get(_ namespace: String, _ name: String) throws(StatusError) -> EncodedObject {
        guard let object = cache.object(Self.key(namespace, name)) else { throw .notFound(resource, name) }
        return object
    }

    /// Every object of a namespace, or of all when it is empty.
    package func all(in namespace: String = "") -> [EncodedObject] {
        var objects: [EncodedObject] = []
        cache.snapshot().objects.forEach(prefix: namespace.isEmpty ? "" : namespace + "/") { object in
            objects.append(object)
            return true
        }
        return objects
    }

    func attributes(
        _ operation: AdmissionAttributes.Operation, namespace: String, name: String, object: Value, old: Value,
        _ context: WriteContext
    ) -> AdmissionAttributes {
        AdmissionAttributes(
            operation: operation, kind: description.id, resource: resource, version: description.id.version,
            subresource: context.subresource, namespace: namespace, name: name, object: object, oldObject: old,
            user: context.user, isDryRun: context.isDryRun, options: context.options(for: operation),
            requestVersion: context.version, verb: context.verb)
    }

    /// Lets the mutating steps of admission see the object of a write.
    func admit(_ attributes: inout AdmissionAttributes, _ context: WriteContext) async throws(StatusError) {
        if context.isAdmitted { return }
        try await admission.chain.admit(&attributes, warnings: context.warnings)
    }

    /// Lets the validating steps of admission see the object of a write.
    func validate(_ attributes: AdmissionAttributes, _ context: WriteContext) async throws(StatusError) {
        if context.isAdmitted { return }
        try await admission.chain.validate(attributes, warnings: context.warnings)
    }

    /// The stored object in the version in which objects are stored now: that of an older record may be another one.
    ///
    /// `known` is what somebody in this process decoded it to, perhaps of an older revision.
    func current(_ live: EncodedObject, known: Value = .null) async throws(StatusError) -> Value {
        guard let conversion else {
            let metadata = known["metadata"]
            let isCurrent = metadata["resourceVersion"].string.flatMap { Int64($0) } == live.revision && metadata["name"].string == live.name
            if isCurrent { live.adopt(known) }
            return live.value
        }
        return try await conversion.convert(live.value, to: description.id)
    }

    /// Commits and returns when the caches show the change, so that whoever learns of the write can read it. `tree` is what is
    /// written.
    func commit(_ mutation: StorageMutation, _ tree: Value = .null) async throws(StatusError) -> CommitResult {
        if !tree.isNull { cache.expect(mutation, tree) }
        defer { if !tree.isNull { cache.settle(mutation) } }
        let result: CommitResult
        do {
            result = try await storage.commit(mutation)
        } catch {
            throw StatusError(storage: error)
        }
        switch result {
        case .committed(let revision): await applied.wait(for: revision)
        case .conflict where storage.isShared: try await ReadBarrier(storage: storage, applied: applied).pass()
        case .conflict(_, let revision): await applied.wait(for: revision)
        }
        return result
    }

    /// The object that was written: the cache's own when nothing newer has replaced it yet.
    func written(_ value: Value, _ bytes: [UInt8], revision: Int64, key: String) -> EncodedObject {
        if let cached = cache.object(key), cached.revision == revision { return cached }
        return cache.codec.object(stored: bytes, value: value, revision: revision, key: key)
    }

    /// An answer that was not stored, of a dry run.
    func unwritten(_ value: Value, key: String) -> EncodedObject {
        EncodedObject(
            namespace: value["metadata"]["namespace"].string ?? "", name: value["metadata"]["name"].string ?? "",
            revision: 0, json: Self.typeFirst(value).json, typePrefixLength: cache.codec.typePrefixLength, labels: [])
    }

    private static func typeFirst(_ value: Value) -> Value {
        var members = Members([("kind", value["kind"]), ("apiVersion", value["apiVersion"])])
        for entry in value.members where entry.key != "kind" && entry.key != "apiVersion" { members[entry.key] = entry.value }
        return .object(members)
    }
}

extension StatusError {
    /// What the store's failure is to a client.
    init(storage error: StorageError) {
        switch error.code {
        case .compacted: self = .expired("The provided continue parameter is too old to display a consistent list result.")
        case .diskFull: self = StatusError(code: 507, reason: "InternalError", message: "the store's disk is full: \(error.reason)")
        case .tooLarge: self = .tooLarge(error.reason)
        case .closed, .unavailable: self = .unavailable("the store is not available: \(error.reason)")
        default: self = .internalError(error.reason)
        }
    }
}
