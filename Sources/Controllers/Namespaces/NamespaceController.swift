import APIClient
import KubernetesTypes
import Objects
import Schema

/// Empties namespaces that are being deleted, and then lets them go.
struct NamespaceController: Controller {
    let loop: ReconcileLoop

    init(_ context: ControllerContext) {
        let queue = WorkQueue(baseDelay: .milliseconds(50), longestDelay: .seconds(5))
        loop = ReconcileLoop("namespace", queue: queue, workers: 8, logger: context.logger) { name throws(StatusError) in
            try await NamespaceSync(context: context).sync(name)
        }
        context.namespaces.onChange { change in
            if change.object.isBeingDeleted { queue.add(change.object.name) }
        }
    }
}

/// The resources of the API, as discovery tells them.
struct ResourceIndex: Sendable {
    struct Entry: Sendable, Hashable {
        let groupVersion: GroupVersion
        let resource: String
        let kind: String
        let isNamespaced: Bool
        let verbs: [String]
    }

    /// Each resource once, in its preferred version.
    static func read(_ client: APIClient) async throws(StatusError) -> [Entry] {
        var entries = try await resources(client, GroupVersion(group: "", version: "v1"))
        let groups = try await client.transport.send(APIRequest(.get, "/apis"))
        for group in groups["groups"].array {
            guard let text = group["preferredVersion"]["groupVersion"].string, let groupVersion = GroupVersion(apiVersion: text) else { continue }
            entries += try await resources(client, groupVersion)
        }
        return entries
    }

    private static func resources(_ client: APIClient, _ groupVersion: GroupVersion) async throws(StatusError) -> [Entry] {
        let path = groupVersion.group.isEmpty ? "/api/\(groupVersion.version)" : "/apis/\(groupVersion)"
        return try await client.transport.send(APIRequest(.get, path))["resources"].array.compactMap { resource in
            guard let name = resource["name"].string, !name.contains("/") else { return nil }
            return Entry(
                groupVersion: groupVersion, resource: name, kind: resource["kind"].string ?? "",
                isNamespaced: resource["namespaced"].bool == true, verbs: resource["verbs"].strings)
        }
    }
}

private struct NamespaceSync {
    let context: ControllerContext

    func sync(_ name: String) async throws(StatusError) {
        let namespace: Namespace
        do throws(StatusError) {
            namespace = try await context.client.get(Namespace.self, "", name)
        } catch where error.isNotFound {
            return
        }
        guard namespace.isBeingDeleted, namespace.value["spec"]["finalizers"].strings.contains("kubernetes") else { return }
        let resources = try await ResourceIndex.read(context.client).filter {
            $0.isNamespaced && $0.verbs.contains("list") && $0.verbs.contains("delete")
        }
        var remains = Remains()
        // Pods go first: what they run may rely on everything else in the namespace, network policies above all.
        for resource in resources where resource.resource == "pods" && resource.groupVersion.group.isEmpty { try await empty(resource, name, &remains) }
        if remains.isEmpty {
            for resource in resources { try await empty(resource, name, &remains) }
        }
        if remains.isEmpty {
            try await finalize(namespace)
        } else {
            try await report(namespace, remains.resources, remains.finalizers)
            throw .conflict(GroupResource(group: "", resource: "namespaces"), name, "content remains")
        }
    }

    /// What is still there.
    private struct Remains {
        var resources: [(ResourceIndex.Entry, Int)] = []
        var finalizers: [String: Int] = [:]
        var isEmpty: Bool { resources.isEmpty }
    }

    /// Deletes all objects of one resource.
    private func empty(_ resource: ResourceIndex.Entry, _ name: String, _ remains: inout Remains) async throws(StatusError) {
        let path = APIRequest.path(resource.groupVersion, resource.resource, namespace: name)
        let first = try await context.client.transport.list(APIRequest(.get, path))
        if first.objects.isEmpty { return }
        if resource.verbs.contains("deletecollection") {
            try await context.client.delete(path, ["propagationPolicy": "Background"])
        } else {
            for object in first.objects {
                try? await context.client.delete(path + "/\(object.name)", ["propagationPolicy": "Background"])
            }
        }
        let left = try await context.client.transport.list(APIRequest(.get, path)).objects
        if !left.isEmpty { remains.resources.append((resource, left.count)) }
        for object in left { for finalizer in object.value["metadata"]["finalizers"].strings { remains.finalizers[finalizer, default: 0] += 1 } }
    }

    private func finalize(_ namespace: Namespace) async throws(StatusError) {
        var new = namespace
        new.value["spec"]["finalizers"] = .array(namespace.value["spec"]["finalizers"].array.filter { $0.string != "kubernetes" })
        do throws(StatusError) {
            try await context.client.update(new, "finalize")
        } catch where error.isNotFound {
            return
        }
    }

    private func report(
        _ namespace: Namespace, _ remaining: [(ResourceIndex.Entry, Int)], _ finalizers: [String: Int]
    ) async throws(StatusError) {
        let now = Value.string(Timestamp.now().text)
        func condition(_ type: String, _ isTrue: Bool, _ reason: String, _ message: String) -> Value {
            let known = namespace.value["status"]["conditions"].array.first { $0["type"].string == type }
            let status = Value.string(isTrue ? "True" : "False")
            let time = known?["status"] == status ? known?["lastTransitionTime"] ?? now : now
            return ["type": .string(type), "status": status, "lastTransitionTime": time, "reason": .string(reason), "message": .string(message)]
        }
        let content = remaining.map { entry, count in
            "\(GroupResource(group: entry.groupVersion.group, resource: entry.resource)). has \(count) resource instances"
        }.sorted().joined(separator: ", ")
        let waiting = finalizers.sorted { $0.key < $1.key }.map { "\($0.key) in \($0.value) resource instances" }.joined(separator: ", ")
        var new = namespace
        new.value["status"]["conditions"] = [
            condition("NamespaceDeletionDiscoveryFailure", false, "ResourcesDiscovered", "All resources successfully discovered"),
            condition("NamespaceDeletionGroupVersionParsingFailure", false, "ParsedGroupVersions", "All legacy kube types successfully parsed"),
            condition("NamespaceDeletionContentFailure", false, "ContentDeleted", "All content successfully deleted, may be waiting on finalization"),
            condition("NamespaceContentRemaining", true, "SomeResourcesRemain", "Some resources are remaining: \(content)"),
            condition(
                "NamespaceFinalizersRemaining", !finalizers.isEmpty, finalizers.isEmpty ? "ContentHasNoFinalizers" : "SomeFinalizersRemain",
                finalizers.isEmpty ? "All content-preserving finalizers finished" : "Some content in the namespace has finalizers remaining: \(waiting)"),
        ]
        if new.value["status"] != namespace.value["status"] { try await context.client.updateStatus(new) }
    }
}
