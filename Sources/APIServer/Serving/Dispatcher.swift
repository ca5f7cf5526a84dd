import HTTPServing
package import KubernetesTypes
package import Objects
import Patching
package import Schema
import Strategies

/// What a request comes to: an answer at once, or work that suspends.
package enum Outcome: Sendable {
    case ready(Answer)
    case later(@Sendable () async throws(StatusError) -> Answer)

    /// The answer, however long it takes.
    func answer() async throws(StatusError) -> Answer {
        switch self {
        case .ready(let answer): return answer
        case .later(let work): return try await work()
        }
    }
}

/// Finds the resource that a request is about and does what the verb says.
///
/// Reads answer on the caller's thread out of the watch cache; writes suspend.
package struct Dispatcher: Sendable {
    let kinds: ServedKinds
    let decoder: BodyDecoder
    let subresources: SubresourceTable
    let reviews: ReviewService
    let aggregator: Aggregator
    /// The least time after which a watch ends that asks for none.
    var minimumWatchSeconds: Int64 = 1800
    /// Whether a watch may begin with what there is (`WatchList`).
    var sendsInitialEvents = true

    /// Throws the `StatusError` that the client is to see.
    func dispatch(_ request: ServerRequest, warnings: RequestNotes) throws(StatusError) -> Outcome {
        let info = request.info
        if let answer = try aggregator.answer(request) { return .ready(answer) }
        guard let kind = kinds.kind(group: info.group, version: info.version, resource: info.resource),
            info.verb != "proxy", !info.name.contains("/")
        else {
            // Groups that nobody has are no API; a group of Kubernetes is one in versions too that are not served.
            if kinds.isBuiltIn(group: info.group), !info.path.hasPrefix("//") { throw .unknownPath }
            return .ready(.text(404, "404 page not found\n"))
        }
        // A namespaced custom kind has nothing but lists outside of namespaces.
        if !kind.isBuiltIn, kind.description.isNamespaced, info.namespace.isEmpty, info.verb != "list", info.verb != "watch" {
            return .ready(.text(404, "404 page not found\n"))
        }
        try Self.checkMethod(request, kind)
        if !kind.isBuiltIn {
            try RouteMediaTypes.checkCustom(request.headers["accept"])
        } else if !SubresourceTable.streams.contains(info.subresource) {
            try RouteMediaTypes.check(request.headers["accept"], Representation.supported(cbor: decoder.acceptsCBOR))
        }
        if request.method == "GET" || kind.description.verbs.contains(info.verb),
            let warning = DeprecatedKinds.warning(kind.description.id)
        {
            warnings.add(warning)
        }
        if kind.description.isNamespaced {
            if !info.name.isEmpty, info.namespace.isEmpty, info.verb != "watch" { throw .unknownPath }
        } else if !info.namespace.isEmpty, info.resource != "namespaces" {
            throw .unknownPath
        }
        if !info.subresource.isEmpty {
            return try subresources.handle(request, kind, self, warnings: warnings)
        }
        if !info.rest.isEmpty { throw .unknownPath }
        if !info.name.isEmpty { try Self.checkName(info.name) }
        guard kind.description.verbs.contains(info.verb) else {
            guard info.verb == "watch", kind.description.verbs.contains("list") else { throw .methodNotAllowed }
            throw StatusError(
                code: 405, reason: "MethodNotAllowed",
                message: "watch is not supported on resources of kind \"\(kind.description.resource)\"",
                details: ["kind": .string(kind.description.resource)])
        }
        if ReviewService.resources.contains(kind.description.groupResource) || kind.description.resource == "bindings" {
            return .later { () async throws(StatusError) in try await question(request, kind, warnings) }
        }
        if kind.description.resource == "componentstatuses" { return .ready(try ComponentStatuses.answer(info, kind)) }
        switch info.verb {
        case "get": return try get(request, kind)
        case "list": return try list(request, kind)
        case "watch": return try watch(request, kind)
        case "create":
            return .later { () async throws(StatusError) in try await create(request, kind, warnings) }
        case "update":
            return .later { () async throws(StatusError) in try await update(request, kind, warnings) }
        case "patch":
            return .later { () async throws(StatusError) in try await patch(request, kind, warnings) }
        case "delete":
            return .later { () async throws(StatusError) in try await delete(request, kind, warnings) }
        case "deletecollection":
            return .later { () async throws(StatusError) in try await deleteCollection(request, kind, warnings) }
        default: throw .methodNotAllowed
        }
    }

    /// Collections are listed, created in and emptied; single objects are read, written and deleted.
    private static func checkMethod(_ request: ServerRequest, _ kind: ServedKind) throws(StatusError) {
        let info = request.info
        let isCollection = info.name.isEmpty
        switch request.method {
        case "GET": return
        case _ where info.subresource == "proxy": return
        case "POST" where info.isWatchPath: throw .methodNotAllowed
        case "POST":
            let allowed = isCollection ? !kind.description.isNamespaced || !info.namespace.isEmpty : !info.subresource.isEmpty
            if !allowed { throw .methodNotAllowed }
        case "PUT", "PATCH": if isCollection { throw .methodNotAllowed }
        case "DELETE":
            if isCollection, kind.description.isNamespaced, info.namespace.isEmpty { throw .methodNotAllowed }
        default: throw .methodNotAllowed
        }
    }

    private static func checkName(_ name: String) throws(StatusError) {
        let problems = NameRules.pathSegment(name)
        if !problems.isEmpty {
            throw .badRequest("Name parameter invalid: \"\(name)\": \(problems.joined(separator: "; "))")
        }
    }

    // MARK: reads

    private func get(_ request: ServerRequest, _ kind: ServedKind) throws(StatusError) -> Outcome {
        let object = try kind.store.get(request.info.namespace(for: kind), request.info.name)
        let text = request.query["resourceVersion"] ?? ""
        let wanted = text.isEmpty ? 0 : try ListOptions.version(text)
        if wanted > kind.store.applied.current {
            throw StatusError(
                code: 504, reason: "Timeout",
                message: "Timeout: Too large resource version: \(wanted), current: \(kind.store.applied.current)",
                details: [
                    "causes": [["reason": "ResourceVersionTooLarge", "message": "Too large resource version"]],
                    "retryAfterSeconds": 1,
                ])
        }
        if kind.needsPreparation {
            return .later { () async throws(StatusError) in .object(status: 200, try await kind.prepared(object), kind) }
        }
        return .ready(.object(status: 200, kind.served(object), kind))
    }

    private func list(_ request: ServerRequest, _ kind: ServedKind) throws(StatusError) -> Outcome {
        let options = try ListOptions(request.query, info: request.info, kind: kind, isWatch: false)
        let listing = Listing(kind: kind, options: options)
        var found = listing.indexed()
        if found == nil { found = try listing.snapshot().map(listing.page) }
        if var page = found {
            if kind.needsPreparation {
                let fixed = page
                return .later { () async throws(StatusError) in .list(try await convert(fixed)) }
            }
            if kind.conversion != nil { page.objects = page.objects.map(kind.served) }
            return .ready(.list(page))
        }
        return .later { () async throws(StatusError) in .list(try await convert(try await listing.pageFromStore())) }
    }

    private func convert(_ list: ObjectList) async throws(StatusError) -> ObjectList {
        guard list.kind.conversion != nil || list.kind.needsPreparation else { return list }
        var converted = list
        converted.objects = try await list.kind.prepared(list.objects)
        return converted
    }

    private func watch(_ request: ServerRequest, _ kind: ServedKind) throws(StatusError) -> Outcome {
        let options = try ListOptions(request.query, info: request.info, kind: kind, isWatch: true)
        if options.sendsInitialEvents != nil, !sendsInitialEvents {
            throw .invalid(
                GroupVersionKind(group: "meta.k8s.io", version: "v1", kind: "ListOptions"), "",
                [.forbidden("sendInitialEvents", "sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled")])
        }
        let start: WatchCache.Start
        if options.sendsInitialEvents == true {
            start = .state(endsWithBookmark: options.sendsBookmarks)
        } else if let version = options.resourceVersion, version > 0 {
            start = .after(version)
        } else if options.sendsInitialEvents == false {
            start = .after(kind.store.cache.snapshot().revision)
        } else {
            start = .state(endsWithBookmark: false)
        }
        guard let watcher = kind.store.cache.watch(options.filter, from: start) else {
            // The client learns it as it learns everything of a watch: by an event.
            return .ready(.failedWatch(.expired("too old resource version: \(options.resourceVersion ?? 0) (\(kind.store.cache.snapshot().revision))")))
        }
        return .ready(
            .watch(
                WatchAnswer(
                    cache: kind.store.cache, watcher: watcher, kind: kind,
                    endsInitialByBookmark: options.resourceVersion == nil && options.sendsInitialEvents == nil,
                    timeoutSeconds: options.timeoutSeconds ?? Int64.random(in: minimumWatchSeconds...(2 * minimumWatchSeconds)), sendsBookmarks: options.sendsBookmarks)))
    }

    // MARK: writes

    func context(_ request: ServerRequest, _ kind: ServedKind, _ warnings: RequestNotes) throws(StatusError) -> WriteContext {
        var context = WriteContext(
            user: request.user, fieldManager: try Self.fieldManager(request), version: kind.groupVersion, warnings: warnings)
        let dryRun = request.query.all("dryRun")
        for value in dryRun where value != "All" {
            throw .invalid(
                GroupVersionKind(group: "meta.k8s.io", version: "v1", kind: Self.optionsKind(request)), "",
                [.notSupported("dryRun", Value(dryRun), ["All"])])
        }
        context.isDryRun = !dryRun.isEmpty
        context.subresource = request.info.subresource
        context.verb = request.info.verb
        context.options = [
            "kind": .string(Self.optionsKind(request)), "apiVersion": "meta.k8s.io/v1",
        ]
        if context.isDryRun { context.options["dryRun"] = ["All"] }
        if let manager = request.query["fieldManager"] { context.options["fieldManager"] = .string(manager) }
        return context
    }

    private static func optionsKind(_ request: ServerRequest) -> String {
        switch request.method {
        case "POST": return "CreateOptions"
        case "PUT": return "UpdateOptions"
        case "PATCH": return "PatchOptions"
        default: return "DeleteOptions"
        }
    }

    private static func fieldManager(_ request: ServerRequest) throws(StatusError) -> String {
        guard let name = request.query["fieldManager"], !name.isEmpty else { return request.agentName }
        let kind = GroupVersionKind(group: "meta.k8s.io", version: "v1", kind: optionsKind(request))
        if name.utf8.count > 128 {
            throw .invalid(kind, "", [.tooLong("fieldManager", 128)])
        }
        if let problem = FieldManagement.nameProblem(name) {
            throw .invalid(kind, "", [.invalid("fieldManager", .string(name), problem)])
        }
        return name
    }

    private func create(_ request: ServerRequest, _ kind: ServedKind, _ warnings: RequestNotes) async throws(StatusError) -> Answer {
        let context = try context(request, kind, warnings)
        let validation = try BodyDecoder.FieldValidation(request.query["fieldValidation"])
        let (tree, problems) = try decoder.tree(request, as: kind.description.id.kind)
        let object = try await decoder.object(
            tree, problems: problems, kind: kind, validation: validation, warnings: warnings, body: request.body)
        let created = try await kind.store.create(object, namespace: request.info.namespace(for: kind), context)
        return .object(status: 201, try await kind.prepared(created), kind)
    }

    /// Kinds that are posted but not stored.
    private func question(_ request: ServerRequest, _ kind: ServedKind, _ warnings: RequestNotes) async throws(StatusError) -> Answer {
        let validation = try BodyDecoder.FieldValidation(request.query["fieldValidation"])
        let (tree, problems) = try decoder.tree(request, as: kind.description.id.kind)
        let object = try await decoder.object(
            tree, problems: problems, kind: kind, validation: validation, warnings: warnings, body: request.body)
        if kind.description.resource == "bindings" {
            guard let pods = kinds.kind(GroupResource(group: "", resource: "pods")) else { throw .unknownPath }
            return try await SubresourceTable.bind(
                object, namespace: request.info.namespace, name: object["metadata"]["name"].string ?? "", pods,
                try context(request, pods, warnings))
        }
        return .value(status: 201, try await reviews.answer(try await recorded(object, kind, request, warnings), request))
    }

    /// The question with its asker as the owner of its fields.
    private func recorded(
        _ object: Value, _ kind: ServedKind, _ request: ServerRequest, _ warnings: RequestNotes
    ) async throws(StatusError) -> Value {
        var object = object
        try await kind.store.recordManager(&object, live: nil, try context(request, kind, warnings))
        return object
    }

    private func update(_ request: ServerRequest, _ kind: ServedKind, _ warnings: RequestNotes) async throws(StatusError) -> Answer {
        let context = try context(request, kind, warnings)
        let validation = try BodyDecoder.FieldValidation(request.query["fieldValidation"], options: "UpdateOptions")
        let (tree, problems) = try decoder.tree(request, as: kind.description.id.kind)
        let object = try await decoder.object(
            tree, problems: problems, kind: kind, validation: validation, warnings: warnings, body: request.body)
        return try await store(object, request, kind, context)
    }

    /// Writes a whole object that a client sent to the path of the request.
    func store(
        _ object: Value, _ request: ServerRequest, _ kind: ServedKind, _ context: WriteContext
    ) async throws(StatusError) -> Answer {
        try Self.checkPath(object, request)
        var update = UpdateRequest(namespace: request.info.namespace(for: kind), name: request.info.name)
        update.createsAbsent = kind.store.strategy.allowsCreateOnUpdate && context.subresource.isEmpty
        let (result, created) = try await kind.store.update(update, context) { _ throws(StatusError) in object }
        return .object(status: created ? 201 : 200, try await kind.prepared(result), kind)
    }

    /// The name in the body has to be the one in the path.
    static func checkPath(_ object: Value, _ request: ServerRequest) throws(StatusError) {
        let name = object["metadata"]["name"].string ?? ""
        if name.isEmpty { throw .badRequest("name must be provided") }
        if name != request.info.name {
            throw .badRequest("the name of the object (\(name)) does not match the name on the URL (\(request.info.name))")
        }
    }

    private func deletionOptions(_ request: ServerRequest) throws(StatusError) -> Value {
        var options = Value.emptyObject
        if request.hasBody {
            options = try decoder.tree(request).value
            guard options.isObject else { throw .badRequest("DeleteOptions must be an object") }
            if let stated = options["kind"].string, !stated.isEmpty, stated != "DeleteOptions" {
                throw .badRequest("no kind \"\(stated)\" is registered for version \"\(options["apiVersion"].string ?? "")\" in scheme \"pkg/apis/meta/internalversion/scheme/register.go:27\"")
            }
            if let type = decoder.catalogue.kind(GroupVersionKind(group: "meta.k8s.io", version: "v1", kind: "DeleteOptions"))?.type
                ?? decoder.catalogue.message(named: "k8s.io.apimachinery.pkg.apis.meta.v1.DeleteOptions")
            {
                _ = try decoder.normalise(&options, type, "DeleteOptions")
            }
        } else {
            if let text = request.query["gracePeriodSeconds"], !text.isEmpty {
                guard let grace = Int64(text) else { throw .badRequest("strconv.ParseInt: parsing \"\(text)\": invalid syntax") }
                options["gracePeriodSeconds"] = .int(grace)
            }
            if let policy = request.query["propagationPolicy"] { options["propagationPolicy"] = .string(policy) }
            if let orphan = request.query["orphanDependents"] { options["orphanDependents"] = .bool(orphan != "false" && orphan != "0") }
        }
        try DeletionOptionsRules.check(options)
        return options
    }

    private func delete(_ request: ServerRequest, _ kind: ServedKind, _ warnings: RequestNotes) async throws(StatusError) -> Answer {
        let options = try deletionOptions(request)
        var context = try context(request, kind, warnings)
        // With a body the parameters do not count.
        if request.hasBody { context.isDryRun = !options["dryRun"].array.isEmpty }
        context.options = options
        context.options["kind"] = "DeleteOptions"
        context.options["apiVersion"] = "meta.k8s.io/v1"
        let result = try await kind.store.delete(
            request.info.namespace(for: kind), request.info.name, DeletionOptions(options), context)
        switch result {
        case .pending(let object):
            return .object(status: 200, try await kind.prepared(object), kind)
        case .deleted(let object):
            if kind.store.strategy.returnsDeletedObject { return .object(status: 200, try await kind.prepared(object), kind) }
            var details: Value = ["name": .string(request.info.name)]
            if !kind.description.id.group.isEmpty { details["group"] = .string(kind.description.id.group) }
            details["kind"] = .string(kind.description.resource)
            if let uid = object.value["metadata"]["uid"].string { details["uid"] = .string(uid) }
            return .value(
                status: 200,
                ["kind": "Status", "apiVersion": "v1", "metadata": .emptyObject, "status": "Success", "details": details])
        }
    }

    private func deleteCollection(
        _ request: ServerRequest, _ kind: ServedKind, _ warnings: RequestNotes
    ) async throws(StatusError) -> Answer {
        let body = try deletionOptions(request)
        var context = try context(request, kind, warnings)
        if request.hasBody { context.isDryRun = !body["dryRun"].array.isEmpty }
        context.options = body
        let options = try ListOptions(request.query, info: request.info, kind: kind, isWatch: false)
        let listing = Listing(kind: kind, options: options)
        var page: ObjectList
        if let snapshot = try listing.snapshot() {
            page = listing.page(snapshot)
        } else {
            page = try await listing.pageFromStore()
        }
        for object in page.objects {
            do {
                _ = try await kind.store.delete(object.namespace, object.name, DeletionOptions(body), context)
            } catch where error.isNotFound {
                continue
            }
        }
        // The answer shows the objects as they were.
        page.objects = try await kind.prepared(page.objects)
        return .list(page)
    }
}

extension RequestInfo {
    /// The namespace of the objects meant; the resource `namespaces` has none itself.
    func namespace(for kind: ServedKind) -> String { kind.description.isNamespaced ? namespace : "" }
}

/// The checks of `DeleteOptions`.
enum DeletionOptionsRules {
    static func check(_ options: Value) throws(StatusError) {
        var errors: [FieldError] = []
        if options["propagationPolicy"].string != nil, options["orphanDependents"].bool != nil {
            errors.append(
                .invalid("propagationPolicy", options["propagationPolicy"], "orphanDependents and deletionPropagation cannot be both set"))
        }
        if let policy = options["propagationPolicy"].string, DeletionOptions.Propagation(rawValue: policy) == nil {
            errors.append(.notSupported("propagationPolicy", .string(policy), ["Foreground", "Background", "Orphan", "nil"]))
        }
        let dryRun = options["dryRun"].strings
        if dryRun.contains(where: { $0 != "All" }) { errors.append(.notSupported("dryRun", Value(dryRun), ["All"])) }
        if !errors.isEmpty {
            throw .invalid(GroupVersionKind(group: "meta.k8s.io", version: "v1", kind: "DeleteOptions"), "", errors)
        }
    }
}
