package import KubernetesTypes
package import Objects
import Schema

/// Reads and writes objects of the API by their typed views.
package struct APIClient: Sendable {
    package enum PatchType: String, Sendable {
        case json = "application/json-patch+json"
        case merge = "application/merge-patch+json"
        case strategic = "application/strategic-merge-patch+json"
        case apply = "application/apply-patch+yaml"
    }

    /// What narrows a list down.
    package struct Selection: Sendable {
        package var labels = ""
        package var fields = ""

        package init(labels: String = "", fields: String = "") {
            self.labels = labels
            self.fields = fields
        }

        var query: [(name: String, value: String)] {
            (labels.isEmpty ? [] : [("labelSelector", labels)]) + (fields.isEmpty ? [] : [("fieldSelector", fields)])
        }
    }

    package let transport: any APITransport
    /// The name in `managedFields`.
    package let fieldManager: String

    package init(transport: any APITransport, fieldManager: String) {
        self.transport = transport
        self.fieldManager = fieldManager
    }

    private func path<T: ObjectView>(_ type: T.Type, _ namespace: String, _ name: String = "", _ subresource: String = "") -> String {
        APIRequest.path(T.groupVersionKind.groupVersion, T.resource, namespace: namespace, name: name, subresource: subresource)
    }

    package func get<T: ObjectView>(_ type: T.Type, _ namespace: String = "", _ name: String) async throws(StatusError) -> T {
        T(try await transport.send(APIRequest(.get, path(type, namespace, name))))
    }

    package func list<T: ObjectView>(
        _ type: T.Type, _ namespace: String = "", _ selection: Selection = Selection()
    ) async throws(StatusError) -> [T] {
        var request = APIRequest(.get, path(type, namespace))
        request.query = selection.query
        return try await transport.list(request).objects.map { T($0.value) }
    }

    @discardableResult
    package func create<T: ObjectView>(_ object: T, _ subresource: String = "", of name: String = "") async throws(StatusError) -> T {
        var request = APIRequest(.create, path(T.self, object.namespace, name, subresource))
        request.query = [("fieldManager", fieldManager)]
        request.body = typed(object)
        return T(try await transport.send(request))
    }

    /// Creates an object and does not look at what became of it.
    package func add<T: ObjectView>(_ object: T) async throws(StatusError) {
        var request = APIRequest(.create, path(T.self, object.namespace))
        request.query = [("fieldManager", fieldManager)]
        request.body = typed(object)
        request.wantsObject = false
        _ = try await transport.send(request)
    }

    @discardableResult
    package func update<T: ObjectView>(_ object: T, _ subresource: String = "") async throws(StatusError) -> T {
        var request = APIRequest(.update, path(T.self, object.namespace, object.name, subresource))
        request.query = [("fieldManager", fieldManager)]
        request.body = typed(object)
        return T(try await transport.send(request))
    }

    @discardableResult
    package func updateStatus<T: ObjectView>(_ object: T) async throws(StatusError) -> T { try await update(object, "status") }

    @discardableResult
    package func patch<T: ObjectView>(
        _ type: T.Type, _ namespace: String, _ name: String, _ patch: Value, as kind: PatchType = .merge, _ subresource: String = ""
    ) async throws(StatusError) -> T {
        var request = APIRequest(.patch, path(type, namespace, name, subresource))
        request.query = [("fieldManager", fieldManager)]
        request.contentType = kind.rawValue
        request.body = patch
        return T(try await transport.send(request))
    }

    /// `options` are the members of `DeleteOptions`.
    package func delete<T: ObjectView>(
        _ type: T.Type, _ namespace: String, _ name: String, _ options: Value = .emptyObject
    ) async throws(StatusError) {
        try await delete(path(type, namespace, name), options)
    }

    /// Deletes what lies at a path.
    package func delete(_ path: String, _ options: Value = .emptyObject) async throws(StatusError) {
        var request = APIRequest(.delete, path)
        var body = options
        body["kind"] = "DeleteOptions"
        body["apiVersion"] = "v1"
        request.body = body
        _ = try await transport.send(request)
    }

    /// Posts something that is no stored object: a binding, an eviction, a token request. `known` is the object that it changes, as an
    /// informer gave it.
    package func post(_ body: Value, to path: String, known: Value = .null) async throws(StatusError) -> Value {
        var request = APIRequest(.create, path)
        request.body = body
        request.known = known
        return try await transport.send(request)
    }

    private func typed<T: ObjectView>(_ object: T) -> Value {
        var value = object.value
        value["kind"] = .string(T.groupVersionKind.kind)
        value["apiVersion"] = .string(T.groupVersionKind.groupVersion.description)
        return value
    }
}
