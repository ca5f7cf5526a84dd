import Authentication
import KubernetesTypes
import Logging
import Objects
import Policies
import Schema
import Storage
import Strategies
import Synchronization
import Webhooks

/// Follows the definitions of custom kinds: accepts their names, serves what they define, and cleans up behind them.
final class CustomResourceService: Sendable {
    static let finalizer = "customresourcecleanup.apiextensions.k8s.io"

    private struct Served: Sendable {
        let store: ResourceStore
        let definition: CustomDefinition
        var versions: [GroupVersion]
    }

    private let kinds: ServedKinds
    private let definitions: ServedKind
    private let assembly: StoreAssembly
    private let webhooks: WebhookClient
    private let logger: Logger
    private let served = Mutex<[String: Served]>([:])
    private let task = Mutex<Task<Void, Never>?>(nil)
    private let changed = Mutex<@Sendable () -> Void>({})
    private static let user = UserInfo(name: "system:apiserver", groups: [UserInfo.mastersGroup])

    init(kinds: ServedKinds, definitions: ServedKind, assembly: StoreAssembly, webhooks: WebhookClient, logger: Logger) {
        self.webhooks = webhooks
        self.kinds = kinds
        self.definitions = definitions
        self.assembly = assembly
        self.logger = logger
    }

    /// Serves what is defined already, and goes on with every change.
    func start() async {
        let (signal, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let cache = definitions.store.cache
        guard let watcher = cache.watch(ObjectFilter(), from: .after(cache.snapshot().revision)) else { return }
        watcher.onArrival { continuation.yield() }
        await reconcile()
        let running = Task { [self] in
            for await _ in signal {
                let (_, isClosed) = watcher.take()
                if isClosed || Task.isCancelled { return }
                await reconcile()
            }
        }
        task.withLock { $0 = running }
    }

    /// Calls `action` after each look at the definitions.
    func onChange(_ action: @escaping @Sendable () -> Void) { changed.withLock { $0 = action } }

    func stop() { task.withLock { $0?.cancel() } }

    private func reconcile() async {
        await reconcileAll()
        changed.withLock { $0 }()
    }

    private func reconcileAll() async {
        let all = definitions.store.all()
        let names = Set(all.map(\.name))
        for name in served.withLock({ Array($0.keys) }) where !names.contains(name) { withdraw(name) }
        for definition in all {
            do {
                if definition.value["metadata"]["deletionTimestamp"].string != nil {
                    try await cleanUp(definition)
                } else {
                    try await accept(definition, all)
                }
            } catch {
                logger.warning("a definition cannot be served", metadata: ["definition": "\(definition.name)", "reason": "\(error)"])
            }
        }
    }

    // MARK: names and conditions

    private func accept(_ definition: EncodedObject, _ all: [EncodedObject]) async throws(StatusError) {
        let status = DefinitionStatus.next(definition, among: all)
        if status != definition.value["status"] {
            var context = WriteContext(user: Self.user, fieldManager: "kube-apiserver", version: definitions.groupVersion)
            context.subresource = "status"
            let update = UpdateRequest(namespace: "", name: definition.name)
            _ = try await definitions.store.update(update, context) { stored throws(StatusError) in
                var new = stored
                new["status"] = status
                return new
            }
        }
        if DefinitionStatus.isTrue(status, "Established") { try await serve(definition, status["acceptedNames"]) }
    }

    // MARK: serving

    private func serve(_ definition: EncodedObject, _ names: Value) async throws(StatusError) {
        let spec = definition.value["spec"]
        let resource = GroupResource(group: spec["group"].string ?? "", resource: names["plural"].string ?? "")
        let stated = spec["versions"].array
        let present = served.withLock { $0[definition.name] }
        let state = present?.definition ?? CustomDefinition()
        let known = state.statedSchemas
        state.replace(
            stated.map { Self.version($0, assembly.catalogue, known: state) }, byWebhook: spec["conversion"]["strategy"].string == "Webhook")
        let descriptions = stated.filter { $0["served"].bool == true }.map { version in
            (version, Self.description(version, spec, names, resource, state, assembly.catalogue))
        }
        let storageVersion = stated.first { $0["storage"].bool == true } ?? .null
        let stored = Self.description(storageVersion, spec, names, resource, state, assembly.catalogue)
        var selectable: [String] = []
        for path in stated.flatMap(Self.selectableFields) where !selectable.contains(path) { selectable.append(path) }
        let store: ResourceStore
        let conversion = CustomConversion(
            spec["conversion"], generation: definition.value["metadata"]["generation"], client: webhooks, definition: state)
        if let present, present.store.description.id == stored.id, present.store.strategy.selectableFields == selectable,
            present.store.cache.codec.keepsVersions == (conversion != nil), known == state.statedSchemas
        {
            store = present.store
        } else {
            let strategy = CustomResourceStrategy(definition: state, selectableFields: selectable)
            if let present { assembly.feed.remove(present.store.cache) }
            store = try await assembly.customStore(stored, strategy, keepsVersions: conversion != nil, renewed: { state.renewed($0) })
            present?.store.cache.closeWatchers()
        }
        if store.conversion?.settings != conversion?.settings { store.conversion = conversion }
        for groupVersion in present?.versions ?? []
        where !descriptions.contains(where: { $0.1.id.groupVersion == groupVersion }) {
            kinds.remove(groupVersion, resource: resource.resource)
        }
        for (version, description) in descriptions {
            guard let custom = state.version(description.id.version) else { continue }
            kinds.add(
                ServedKind(
                    description: description, store: store, isBuiltIn: false,
                    conversion: description.id == stored.id
                        ? nil
                        : Self.conversion(description.id, stored.id, custom.schema, state.version(stored.id.version)?.schema),
                    printer: CustomColumns.printer(version["additionalPrinterColumns"].array),
                    schemaRevision: "\(definition.value["metadata"]["generation"].int ?? 0)", custom: custom))
        }
        let versions = descriptions.map(\.1.id.groupVersion)
        served.withLock { $0[definition.name] = Served(store: store, definition: state, versions: versions) }
    }

    private static func version(_ stated: Value, _ catalogue: KindCatalogue, known: CustomDefinition) -> CustomDefinition.Version {
        let statedSchema = stated["schema"]["openAPIV3Schema"]
        let schema = StructuralSchema(statedSchema)
        // To compile rules takes longer than to compare schemas, and other definitions change more often.
        let before = known.version(stated["name"].string ?? "")
        let rules = before?.statedSchema == statedSchema ? before?.rules : SchemaRules.compile(statedSchema)
        let scale = stated["subresources"]["scale"]
        func path(_ text: String?) -> [String] { (text ?? "").split(separator: ".").map(String.init) }
        return CustomDefinition.Version(
            name: stated["name"].string ?? "", schema: CustomSchema(schema, catalogue: catalogue),
            hasStatus: stated["subresources"]["status"].isObject,
            scale: scale.isObject
                ? ScalePaths(
                    replicas: path(scale["specReplicasPath"].string), statusReplicas: path(scale["statusReplicasPath"].string),
                    selector: path(scale["labelSelectorPath"].string)) : nil,
            statedSchema: statedSchema, rules: rules, selectableFields: selectableFields(stated))
    }

    private static func selectableFields(_ version: Value) -> [String] {
        version["selectableFields"].array.map { String(($0["jsonPath"].string ?? "").drop { $0 == "." }) }.filter { !$0.isEmpty }
    }

    private static func description(
        _ version: Value, _ spec: Value, _ names: Value, _ resource: GroupResource, _ state: CustomDefinition,
        _ catalogue: KindCatalogue
    ) -> KindDescription {
        let name = version["name"].string ?? ""
        let id = GroupVersionKind(group: resource.group, version: name, kind: names["kind"].string ?? "")
        var subresources: [KindDescription.Subresource] = []
        if version["subresources"]["status"].isObject {
            subresources.append(.init(name: "status", verbs: ["get", "patch", "update"]))
        }
        if version["subresources"]["scale"].isObject {
            let scale = GroupVersionKind(group: "autoscaling", version: "v1", kind: "Scale")
            subresources.append(.init(name: "scale", kind: scale, verbs: ["get", "patch", "update"]))
        }
        let schema = state.version(name)?.schema.schema ?? StructuralSchema(.emptyObject)
        let typeName = resource.group.split(separator: ".").reversed().joined(separator: ".") + ".\(name).\(id.kind)"
        let metadata = catalogue.message(named: CustomSchema.metadataName) ?? MessageType(name: CustomSchema.metadataName)
        return KindDescription(
            id: id, resource: resource.resource, singular: names["singular"].string ?? id.kind.lowercased(),
            shortNames: names["shortNames"].strings, categories: names["categories"].strings,
            isNamespaced: spec["scope"].string == "Namespaced",
            verbs: ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"],
            subresources: subresources, type: schema.rootType(named: typeName, metadata: metadata))
    }

    /// Versions differ in nothing but their names; each sees what its schema knows.
    private static func conversion(
        _ id: GroupVersionKind, _ stored: GroupVersionKind, _ schema: CustomSchema, _ storedSchema: CustomSchema?
    ) -> VersionConversion {
        VersionConversion(
            toStorage: { object in
                var value = object
                value["apiVersion"] = .string(stored.groupVersion.description)
                _ = try? storedSchema?.prune(&value)
                return value
            },
            fromStorage: { object in
                var value = object
                value["apiVersion"] = .string(id.groupVersion.description)
                _ = try? schema.prune(&value)
                schema.applyDefaults(&value)
                return value
            })
    }

    private func withdraw(_ name: String) {
        guard let gone = served.withLock({ $0.removeValue(forKey: name) }) else { return }
        for groupVersion in gone.versions { kinds.remove(groupVersion, resource: gone.store.description.resource) }
        assembly.feed.remove(gone.store.cache)
        gone.store.cache.closeWatchers()
    }

    // MARK: deletion

    /// Deletes the objects of a definition that is on its way out, and lets it go when none is left.
    private func cleanUp(_ definition: EncodedObject) async throws(StatusError) {
        guard definition.value["metadata"]["finalizers"].strings.contains(Self.finalizer) else { return }
        if let store = served.withLock({ $0[definition.name]?.store }) {
            var context = WriteContext(user: Self.user, fieldManager: "kube-apiserver", version: store.description.id.groupVersion)
            context.isAdmitted = true
            for object in store.all() {
                do {
                    _ = try await store.delete(object.namespace, object.name, DeletionOptions(), context)
                } catch where error.isNotFound {
                    continue
                }
            }
            if store.cache.count > 0 {
                // Finalizers of objects take their time; nothing tells when they are through.
                Task { [self] in
                    try? await Task.sleep(for: .seconds(1))
                    await reconcile()
                }
                return
            }
        }
        withdraw(definition.name)
        let context = WriteContext(user: Self.user, fieldManager: "kube-apiserver", version: definitions.groupVersion)
        _ = try await definitions.store.update(UpdateRequest(namespace: "", name: definition.name), context) { stored throws(StatusError) in
            var new = stored
            let left = stored["metadata"]["finalizers"].strings.filter { $0 != Self.finalizer }
            new["metadata"].set("finalizers", left.isEmpty ? nil : Value(left))
            return new
        }
    }
}

/// The status of a definition: whether its names are free, and whether it is served.
enum DefinitionStatus {
    static func isTrue(_ status: Value, _ type: String) -> Bool {
        status["conditions"].array.contains { $0["type"].string == type && $0["status"].string == "True" }
    }

    static func next(_ definition: EncodedObject, among all: [EncodedObject]) -> Value {
        var status = definition.value["status"]
        let spec = definition.value["spec"]
        let names = spec["names"]
        var accepted = status["acceptedNames"]
        let others = all.filter { $0.name != definition.name && $0.value["spec"]["group"] == spec["group"] }
            .map { $0.value["status"]["acceptedNames"] }
        let taken = Set(others.flatMap { [$0["plural"], $0["singular"]] + $0["shortNames"].array }.compactMap(\.string))
        let takenKinds = Set(others.flatMap { [$0["kind"], $0["listKind"]] }.compactMap(\.string))
        var conflict: (reason: String, message: String)?
        for (key, reason) in [("plural", "PluralConflict"), ("singular", "SingularConflict")] {
            guard let name = names[key].string else { continue }
            if taken.contains(name) { conflict = (reason, "\"\(name)\" is already in use") } else { accepted[key] = .string(name) }
        }
        let short = names["shortNames"].strings.filter(taken.contains)
        if short.isEmpty {
            accepted.set("shortNames", names["shortNames"].array.isEmpty ? nil : names["shortNames"])
        } else {
            conflict = ("ShortNamesConflict", short.map { "\"\($0)\" is already in use" }.joined(separator: ", "))
        }
        for (key, reason) in [("kind", "KindConflict"), ("listKind", "ListKindConflict")] {
            guard let name = names[key].string else { continue }
            if takenKinds.contains(name) { conflict = (reason, "\"\(name)\" is already in use") } else { accepted[key] = .string(name) }
        }
        accepted.set("categories", names["categories"].array.isEmpty ? nil : names["categories"])
        status["acceptedNames"] = accepted
        let isEstablished = isTrue(status, "Established")
        set(
            &status, "NamesAccepted", conflict == nil, conflict?.reason ?? "NoConflicts", conflict?.message ?? "no conflicts found")
        let webhook = spec["conversion"]["webhook"]["clientConfig"]
        if conflict == nil, !isEstablished, AuthorityBundle.problem(webhook["caBundle"]) != nil {
            set(&status, "Established", false, "InvalidCABundle", "The conversion webhook CABundle is invalid")
        } else if conflict == nil {
            set(&status, "Established", true, "InitialNamesAccepted", "the initial names have been accepted")
        } else if !isEstablished {
            set(&status, "Established", false, "NotAccepted", "not all names are accepted")
        }
        if let storage = spec["versions"].array.first(where: { $0["storage"].bool == true })?["name"].string,
            !status["storedVersions"].strings.contains(storage)
        {
            status["storedVersions"] = Value(status["storedVersions"].strings + [storage])
        }
        return status
    }

    static func markTerminating(_ status: inout Value) {
        set(
            &status, "Terminating", true, "InstanceDeletionPending",
            "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon")
    }

    private static func set(_ status: inout Value, _ type: String, _ isTrue: Bool, _ reason: String, _ message: String) {
        var conditions = status["conditions"].array
        let state = isTrue ? "True" : "False"
        let position = conditions.firstIndex { $0["type"].string == type }
        if let position, conditions[position]["status"].string == state, conditions[position]["reason"].string == reason,
            conditions[position]["message"].string == message
        {
            return
        }
        let unchanged = position.map { conditions[$0]["status"].string == state } ?? false
        let time = unchanged ? position.map { conditions[$0]["lastTransitionTime"] } ?? .null : .string(Timestamp.now().text)
        let condition: Value = [
            "type": .string(type), "status": .string(state), "lastTransitionTime": time, "reason": .string(reason),
            "message": .string(message),
        ]
        if let position { conditions[position] = condition } else { conditions.append(condition) }
        status["conditions"] = .array(conditions)
    }
}
