package import KubernetesTypes
package import Objects
package import Schema

/// One request to the API, whichever transport carries it.
package struct APIRequest: Sendable {
    package enum Verb: String, Sendable {
        case get = "GET"
        case create = "POST"
        case update = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    package var verb: Verb
    package var path: String
    package var query: [(name: String, value: String)] = []
    package var contentType = "application/json"
    package var body: Value = .null
    /// Whether the caller looks at the object that comes back. In the same process no tree is made of it otherwise.
    package var wantsObject = true
    /// The object that the request changes, exactly as an informer gave it to the caller. In the same process it is not decoded again,
    /// if it still is the newest; over the network it says nothing.
    package var known: Value = .null

    package init(_ verb: Verb, _ path: String) {
        self.verb = verb
        self.path = path
    }

    /// The path of a resource, an object of it, or a part of that object.
    package static func path(
        _ id: GroupVersion, _ resource: String, namespace: String = "", name: String = "", subresource: String = ""
    ) -> String {
        var path = id.group.isEmpty ? "/api/\(id.version)" : "/apis/\(id.group)/\(id.version)"
        if !namespace.isEmpty { path += "/namespaces/\(namespace)" }
        path += "/\(resource)"
        if !name.isEmpty { path += "/\(name)" }
        if !subresource.isEmpty { path += "/\(subresource)" }
        return path
    }
}

/// A page of a list, its objects shared with whoever else holds them.
package struct ObjectPage: Sendable {
    package let objects: [EncodedObject]
    package let resourceVersion: String
    package let continuation: String?

    package init(objects: [EncodedObject], resourceVersion: String, continuation: String?) {
        self.objects = objects
        self.resourceVersion = resourceVersion
        self.continuation = continuation
    }
}

/// What a watch brings.
package enum WatchEvent: Sendable {
    case added(EncodedObject)
    case modified(EncodedObject)
    case deleted(EncodedObject)
    /// Everything up to this version has been seen.
    case bookmark(String)
}

/// A running watch.
package protocol WatchSource: Sendable {
    /// The next events; nil when the server ended the watch. Throws what the server said.
    func next() async throws(StatusError) -> [WatchEvent]?
    func cancel()
}

/// How requests reach a server: over HTTPS, or by a call in the same process.
///
/// Both give the same answers; failures to reach the server are `StatusError`s of code 503.
package protocol APITransport: Sendable {
    func send(_ request: APIRequest) async throws(StatusError) -> Value
    func list(_ request: APIRequest) async throws(StatusError) -> ObjectPage
    func watch(_ request: APIRequest) async throws(StatusError) -> any WatchSource
}
