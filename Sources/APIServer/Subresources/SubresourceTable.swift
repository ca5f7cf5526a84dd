import Credentials
import HTTPServing
import KubernetesTypes
import NIOCore
import Objects
import Patching
import Schema
import Strategies
import Tables

/// What stands below objects in paths: `…/NAME/SUBRESOURCE`.
package struct SubresourceTable: Sendable {
    let tokens: ServiceAccountTokenIssuer?
    let kubelets: KubeletLocator

    /// What is carried on to another server.
    static let streams: Set<String> = ["proxy", "log", "exec", "attach", "portforward"]

    func handle(
        _ request: ServerRequest, _ kind: ServedKind, _ dispatcher: Dispatcher, warnings: RequestNotes
    ) throws(StatusError) -> Outcome {
        let info = request.info
        guard let subresource = kind.description.subresources.first(where: { $0.name == info.subresource }) else {
            throw kind.isBuiltIn ? .unknownPath : .notFound(kind.description.groupResource, info.name)
        }
        let isProxy = Self.streams.contains(info.subresource)
        guard isProxy || subresource.verbs.contains(info.verb) else { throw .methodNotAllowed }
        if !info.rest.isEmpty, info.subresource != "proxy" { throw .unknownPath }
        switch info.subresource {
        case "status", "ephemeralcontainers", "resize", "approval", "finalize":
            return try part(request, kind, dispatcher, warnings)
        case "scale": return try scale(request, kind, dispatcher, warnings)
        case "binding":
            return .later { () async throws(StatusError) in try await bind(request, kind, dispatcher, warnings) }
        case "eviction":
            return .later { () async throws(StatusError) in try await evict(request, kind, dispatcher, warnings) }
        case "token":
            return .later { () async throws(StatusError) in try await token(request, kind, dispatcher, warnings) }
        case "log":
            try LogOptionRules.check(request)
            guard let plan = try kubelets.log(request, kind) else {
                return .ready(.bytes(status: 204, contentType: "", ByteBuffer(), headers: []))
            }
            return .ready(.stream(plan))
        case "exec", "attach", "portforward":
            return .later { () async throws(StatusError) in
                try await Self.admitConnection(request, kind, warnings)
                return .stream(try kubelets.pod(request, kind))
            }
        case "proxy":
            return .later { () async throws(StatusError) in
                try await Self.admitConnection(request, kind, warnings)
                return .stream(try kubelets.proxy(request, kind))
            }
        default: throw .methodNotAllowed
        }
    }

    /// Parts of the object itself: read whole, written through the strategy of the part.
    private func part(
        _ request: ServerRequest, _ kind: ServedKind, _ dispatcher: Dispatcher, _ warnings: RequestNotes
    ) throws(StatusError) -> Outcome {
        switch request.info.verb {
        case "get":
            let object = try kind.store.get(request.info.namespace(for: kind), request.info.name)
            if !kind.needsPreparation { return .ready(.object(status: 200, kind.served(object), kind)) }
            return .later { () async throws(StatusError) in .object(status: 200, try await kind.prepared(object), kind) }
        case "update":
            return .later { () async throws(StatusError) in
                let context = try dispatcher.context(request, kind, warnings)
                let validation = try BodyDecoder.FieldValidation(request.query["fieldValidation"], options: "UpdateOptions")
                let (tree, problems) = try dispatcher.decoder.tree(request)
                let object = try await dispatcher.decoder.object(
                    tree, problems: problems, kind: kind, validation: validation, warnings: warnings)
                return try await dispatcher.store(object, request, kind, context)
            }
        case "patch":
            return .later { () async throws(StatusError) in try await dispatcher.patch(request, kind, warnings) }
        default: throw .methodNotAllowed
        }
    }

    // MARK: scale

    static func scaleObject(_ object: EncodedObject, _ paths: ScalePaths) -> Value {
        let value = object.value
        var metadata = Value.emptyObject
        for key in ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"] where value["metadata"].contains(key) {
            metadata[key] = value["metadata"][key]
        }
        var spec = Value.emptyObject
        let replicas = value.at(paths.replicas).int ?? 0
        if replicas != 0 { spec["replicas"] = .int(replicas) }
        var status: Value = ["replicas": .int(value.at(paths.statusReplicas).int ?? 0)]
        let selector = paths.selector.map { $0.isEmpty ? "" : value.at($0).string ?? "" } ?? SelectorText.print(value["spec"]["selector"])
        if !selector.isEmpty { status["selector"] = .string(selector) }
        return [
            "kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": metadata, "spec": spec, "status": status,
        ]
    }

    private func scale(
        _ request: ServerRequest, _ kind: ServedKind, _ dispatcher: Dispatcher, _ warnings: RequestNotes
    ) throws(StatusError) -> Outcome {
        let info = request.info
        let namespace = info.namespace(for: kind)
        let paths = kind.scalePaths
        switch info.verb {
        case "get": return .ready(.value(status: 200, Self.scaleObject(try kind.store.get(namespace, info.name), paths)))
        case "update", "patch":
            return .later { () async throws(StatusError) in
                let context = try dispatcher.context(request, kind, warnings)
                let patch = info.verb == "patch" ? try dispatcher.scalePatch(request, kind) : nil
                if let patch, patch.body.type == .apply {
                    return try await applyScale(patch, request, kind, dispatcher, context)
                }
                let tree = patch == nil ? try dispatcher.decoder.tree(request).value : .null
                if patch == nil {
                    try dispatcher.decoder.checkKind(tree, GroupVersionKind(group: "autoscaling", version: "v1", kind: "Scale"))
                    try Dispatcher.checkPath(tree, request)
                }
                var update = UpdateRequest(namespace: namespace, name: info.name)
                // The version that the scale names is compared below, each time anew; without one it holds for any.
                update.isPatch = true
                let (result, _) = try await kind.store.update(update, context) { stored throws(StatusError) in
                    var scale = tree
                    if let patch { scale = try dispatcher.patchedScale(Self.scaleObject(EncodedObject(value: stored), paths), patch) }
                    if let stated = scale["metadata"]["name"].string, !stated.isEmpty, stated != info.name {
                        throw .badRequest("the name of the object (\(stated)) does not match the name on the URL (\(info.name))")
                    }
                    if let stated = scale["metadata"]["namespace"].string, !stated.isEmpty, stated != namespace {
                        throw .badRequest("the namespace of the provided object does not match the namespace sent on the request")
                    }
                    if let uid = scale["metadata"]["uid"].string, !uid.isEmpty, uid != stored["metadata"]["uid"].string {
                        let live = stored["metadata"]["uid"].string ?? ""
                        let problem = "Precondition failed: UID in precondition: \(uid), UID in object meta: \(live)"
                        throw .conflict(
                            kind.description.groupResource, info.name, kind.store.storeRefusal(namespace, info.name, problem))
                    }
                    if let version = scale["metadata"]["resourceVersion"].string, !version.isEmpty,
                        version != stored["metadata"]["resourceVersion"].string
                    {
                        throw .modified(kind.description.groupResource, info.name)
                    }
                    let replicas = scale["spec"]["replicas"].int ?? 0
                    if replicas < 0 {
                        throw .invalid(
                            GroupVersionKind(group: "autoscaling", version: "v1", kind: "Scale"), info.name,
                            [.invalid("spec.replicas", .int(replicas), "must be greater than or equal to 0")])
                    }
                    var object = stored
                    object.set(.int(replicas), at: paths.replicas[...])
                    return object
                }
                return .value(status: 200, Self.scaleObject(result, paths))
            }
        default: throw .methodNotAllowed
        }
    }

    /// Server-side apply of a scale: what it says is said of the object's replicas.
    private func applyScale(
        _ patch: Dispatcher.ScalePatch, _ request: ServerRequest, _ kind: ServedKind, _ dispatcher: Dispatcher,
        _ context: WriteContext
    ) async throws(StatusError) -> Answer {
        var context = context
        context.recordsManager = false
        let paths = kind.scalePaths
        let spec = patch.body.value["spec"]
        let configuration: Value = [
            "kind": .string(kind.description.id.kind), "apiVersion": .string(kind.groupVersion.description),
            "spec": spec.contains("replicas") ? ["replicas": spec["replicas"]] : .emptyObject,
        ]
        let manager = FieldManager(
            name: context.fieldManager, apiVersion: kind.groupVersion.description, subresource: "scale", time: Timestamp.now().text)
        var update = UpdateRequest(namespace: request.info.namespace(for: kind), name: request.info.name)
        update.isPatch = true
        update.isApply = true
        let fixed = context
        let (result, _) = try await kind.store.update(update, context) { stored throws(StatusError) in
            var merged = try dispatcher.applied(
                try await kind.servedValue(stored), configuration, manager, force: patch.isForced, kind, fixed)
            _ = try dispatcher.decoder.normalise(&merged, kind)
            return try await dispatcher.decoder.complete(merged, kind)
        }
        return .value(status: 200, Self.scaleObject(result, paths))
    }

    // MARK: pods

    /// Gives a pod its node.
    private func bind(
        _ request: ServerRequest, _ kind: ServedKind, _ dispatcher: Dispatcher, _ warnings: RequestNotes
    ) async throws(StatusError) -> Answer {
        let binding = try dispatcher.decoder.tree(request).value
        return try await Self.bind(
            binding, namespace: request.info.namespace, name: request.info.name, kind, try dispatcher.context(request, kind, warnings), known: request.known)
    }

    static func bind(
        _ binding: Value, namespace: String, name: String, _ kind: ServedKind, _ context: WriteContext, known: Value = .null
    ) async throws(StatusError) -> Answer {
        let target = binding["target"]
        let node = target["name"].string ?? ""
        let id = GroupVersionKind(group: "", version: "v1", kind: "Binding")
        if node.isEmpty { throw .invalid(id, name, [.required("target.name")]) }
        if let targetKind = target["kind"].string, !targetKind.isEmpty, targetKind != "Node" {
            throw .invalid(id, name, [.notSupported("target.kind", .string(targetKind), ["Node", "<empty>"])])
        }
        var context = context
        context.subresource = "binding"
        context.recordsManager = false
        let binding = try await admit(.create, binding, as: id, of: kind, namespace: namespace, name: name, context)
        context.isAdmitted = true
        let place = GroupResource(group: "", resource: "pods/binding")
        let annotations = binding["metadata"]["annotations"]
        let labels = binding["metadata"]["labels"]
        var request = UpdateRequest(namespace: namespace, name: name)
        request.known = known
        _ = try await kind.store.update(request, context) { stored throws(StatusError) in
            if stored["metadata"]["deletionTimestamp"].string != nil {
                throw .conflict(place, name, "pod \(name) is being deleted, cannot be assigned to a host")
            }
            if let uid = binding["metadata"]["uid"].string, !uid.isEmpty, uid != stored["metadata"]["uid"].string {
                throw .conflict(place, name, "Precondition failed: UID in precondition: \(uid), UID in object meta: \(stored["metadata"]["uid"].string ?? "")")
            }
            if let assigned = stored["spec"]["nodeName"].string, !assigned.isEmpty {
                throw .conflict(place, name, "pod \(name) is already assigned to node \"\(assigned)\"")
            }
            if !stored["spec"]["schedulingGates"].array.isEmpty {
                throw .conflict(place, name, "pod \(name) has non-empty .spec.schedulingGates")
            }
            var pod = stored
            pod["spec"]["nodeName"] = .string(node)
            for (key, entries) in [("annotations", annotations), ("labels", labels)] {
                for entry in entries.members where pod["metadata"][key][entry.key].isNull { pod["metadata"][key][entry.key] = entry.value }
            }
            let conditions = pod["status"]["conditions"].array.filter { $0["type"].string != "PodScheduled" }
            pod["status"]["conditions"] = .array(
                conditions + [
                    [
                        "type": "PodScheduled", "status": "True", "lastProbeTime": .null,
                        "lastTransitionTime": .string(Timestamp.now().text),
                    ]
                ])
            return pod
        }
        return .value(status: 201, ["kind": "Status", "apiVersion": "v1", "metadata": .emptyObject, "status": "Success", "code": 201])
    }

    /// Deletes a pod when the disruption budgets allow it.
    private func evict(
        _ request: ServerRequest, _ kind: ServedKind, _ dispatcher: Dispatcher, _ warnings: RequestNotes
    ) async throws(StatusError) -> Answer {
        let eviction = try dispatcher.decoder.tree(request).value
        var context = try dispatcher.context(request, kind, warnings)
        let options = eviction["deleteOptions"]
        if options["dryRun"].strings.contains("All") { context.isDryRun = true }
        let name = request.info.name
        if let stated = eviction["metadata"]["name"].string, !stated.isEmpty, stated != name {
            throw .badRequest("name in URL does not match name in Eviction object")
        }
        _ = try await Self.admit(
            .create, eviction, as: GroupVersionKind(group: "policy", version: "v1", kind: "Eviction"), of: kind,
            namespace: request.info.namespace, name: name, context)
        context.isAdmitted = true
        let pod = try kind.store.get(request.info.namespace, name)
        let phase = pod.value["status"]["phase"].string
        let isFinished = phase == "Succeeded" || phase == "Failed" || phase == "Pending"
            || pod.value["metadata"]["deletionTimestamp"].string != nil
        let isPending = phase == "Pending"
        if !isFinished, let budgets = dispatcher.kinds.kind(GroupResource(group: "policy", resource: "poddisruptionbudgets")) {
            try await DisruptionBudget.take(for: pod, budgets: budgets, context)
        }
        if !isPending, !context.isDryRun {
            try await DisruptionBudget.mark(pod, kind.store, options["preconditions"]["uid"].string, context)
        }
        _ = try await kind.store.delete(request.info.namespace, name, DeletionOptions(options), context)
        return .value(status: 201, ["kind": "Status", "apiVersion": "v1", "metadata": .emptyObject, "status": "Success", "code": 201])
    }

    // MARK: service accounts

    private func token(
        _ request: ServerRequest, _ kind: ServedKind, _ dispatcher: Dispatcher, _ warnings: RequestNotes
    ) async throws(StatusError) -> Answer {
        guard let tokens else { throw .internalError("no key to sign tokens with") }
        var body = try dispatcher.decoder.tree(request).value
        let account = try kind.store.get(request.info.namespace, request.info.name)
        let id = GroupVersionKind(group: "authentication.k8s.io", version: "v1", kind: "TokenRequest")
        if let stated = body["metadata"]["name"].string, !stated.isEmpty, stated != account.name {
            throw .invalid(
                id, account.name, [.invalid("metadata.name", .string(stated), "must match the service account name if specified")])
        }
        if let stated = body["kind"].string, stated != "TokenRequest" {
            let version = body["apiVersion"].string ?? ""
            throw .badRequest(
                "\(stated) in version \"\(version)\" cannot be handled as a TokenRequest: converting (\(version).\(stated)) to (authentication.TokenRequest): unknown conversion")
        }
        let seconds = body["spec"]["expirationSeconds"].int ?? 3600
        if seconds < 600 {
            throw .invalid(id, "", [.invalid("spec.expirationSeconds", .int(seconds), "may not specify a duration less than 10 minutes")])
        }
        if seconds > 1 << 32 {
            throw .invalid(id, "", [.invalid("spec.expirationSeconds", .int(seconds), "may not specify a duration larger than 2^32 seconds")])
        }
        let context = try dispatcher.context(request, kind, warnings)
        if !body["spec"].isObject { body["spec"] = .emptyObject }
        body["spec"]["expirationSeconds"] = .int(seconds)
        Self.recordManager(&body, id, dispatcher, context)
        body = try await Self.admit(
            .create, body, as: id, of: kind, namespace: account.namespace, name: account.name, context)
        let now = Timestamp.now().seconds
        let audiences = body["spec"]["audiences"].strings
        var claims = ServiceAccountClaims(
            namespace: account.namespace, serviceAccountName: account.name,
            serviceAccountUID: account.value["metadata"]["uid"].string ?? "",
            audiences: audiences.isEmpty ? [tokens.issuer] : audiences, issuedAt: now, expiresAt: now + seconds, id: Naming.uid())
        try bind(&claims, body["spec"]["boundObjectRef"], dispatcher, account.namespace)
        do {
            let token = try tokens.sign(claims)
            body["spec"]["expirationSeconds"] = .int(seconds)
            body["spec"]["audiences"] = Value(claims.audiences)
            if !body["spec"].contains("boundObjectRef") { body["spec"]["boundObjectRef"] = .null }
            body["kind"] = "TokenRequest"
            body["apiVersion"] = "authentication.k8s.io/v1"
            body["metadata"]["name"] = .string(account.name)
            body["metadata"]["namespace"] = .string(account.namespace)
            body["metadata"]["uid"] = .string(Naming.uid())
            body["metadata"]["creationTimestamp"] = .string(Timestamp.now().text)
            body["status"] = [
                "token": .string(token), "expirationTimestamp": .string(Timestamp(seconds: claims.expiresAt).text),
            ]
            return .value(status: 201, body)
        } catch {
            throw .internalError("\(error)")
        }
    }

    private func bind(
        _ claims: inout ServiceAccountClaims, _ reference: Value, _ dispatcher: Dispatcher, _ namespace: String
    ) throws(StatusError) {
        guard reference.isObject else { return }
        let name = reference["name"].string ?? "", kindName = reference["kind"].string ?? ""
        let version = reference["apiVersion"].string ?? ""
        let resources = ["Pod": "pods", "Secret": "secrets", "Node": "nodes"]
        guard !version.contains("/"), let resource = resources[kindName],
            let kind = dispatcher.kinds.kind(GroupResource(group: "", resource: resource))
        else {
            throw .badRequest("cannot bind token to object of type \(version.contains("/") ? version : "/" + version), Kind=\(kindName)")
        }
        let object = try kind.store.get(kindName == "Node" ? "" : namespace, name)
        let uid = object.value["metadata"]["uid"].string ?? ""
        if let wanted = reference["uid"].string, !wanted.isEmpty, wanted != uid {
            throw .conflict(GroupResource(group: "", resource: kindName), name, "the UID in the bound object reference (\(wanted)) does not match the UID in record. The object might have been deleted and then recreated")
        }
        let bound = ServiceAccountClaims.Reference(name: name, uid: uid)
        switch kindName {
        case "Pod":
            if object.value["spec"]["serviceAccountName"].string != claims.serviceAccountName {
                throw .badRequest(
                    "cannot bind token for serviceaccount \"\(claims.serviceAccountName)\" to pod running with different serviceaccount name.")
            }
            claims.pod = bound
            if let node = object.value["spec"]["nodeName"].string, let nodes = dispatcher.kinds.kind(GroupResource(group: "", resource: "nodes")) {
                let nodeUID = (try? nodes.store.get("", node))?.value["metadata"]["uid"].string ?? ""
                claims.node = ServiceAccountClaims.Reference(name: node, uid: nodeUID)
            }
        case "Secret": claims.secret = bound
        default: claims.node = bound
        }
    }
}
