import Aggregation
package import KubernetesTypes
package import NIOCore
package import Objects
import Schema

/// What the chain answers, before it is put into the form that the client accepts.
package enum Answer: Sendable {
    /// One object, in the version that `kind` says.
    case object(status: Int, EncodedObject, ServedKind)
    /// A body that is made for this answer (`Status`, `Scale`, reviews).
    case value(status: Int, Value)
    case list(ObjectList)
    case watch(WatchAnswer)
    /// A watch that ends with its first event.
    case failedWatch(StatusError)
    /// Bytes that are ready (OpenAPI, discovery, metrics).
    case bytes(status: Int, contentType: String, ByteBuffer, headers: [(String, String)])
    /// A connection to somebody else: logs, exec, proxies.
    case stream(ProxyPlan)

    package static func text(_ status: Int, _ text: String) -> Answer {
        .bytes(status: status, contentType: "text/plain; charset=utf-8", ByteBuffer(string: text), headers: [])
    }
}

/// A page of a list.
package struct ObjectList: Sendable {
    package var objects: [EncodedObject]
    package var revision: Int64
    package var continuation: String?
    package var remaining: Int64?
    package let kind: ServedKind
}

/// A watch that has begun.
package struct WatchAnswer: Sendable {
    let cache: WatchCache
    let watcher: Watcher
    package let kind: ServedKind
    /// Whether the first bookmark says that the initial objects were all.
    let endsInitialByBookmark: Bool
    package let timeoutSeconds: Int64
    package let sendsBookmarks: Bool

    /// Seconds between two bookmarks: a minute, and one in time before the end of a shorter watch.
    var bookmarkPause: Int64 { min(60, max(timeoutSeconds - 2, 1)) }
}

/// Where a streaming request goes.
package struct ProxyPlan: Sendable {
    /// `https://HOST:PORT/path?query` of the kubelet, pod or service.
    package let url: String
    /// Whether the server is a kubelet, to which the API server shows its client certificate.
    package let isKubelet: Bool
    /// Whether response headers and bodies of the target pass unchanged (`proxy`).
    package let isTransparent: Bool
    /// The path under which the client sees the target (`…/proxy`), for links and redirects; empty when they stay.
    package let prefix: String
    /// Where the client is to ask instead; empty when it asked right.
    package var redirect = ""

    /// The aggregated server that it is, when it is one.
    let remote: Remote?

    /// An aggregated server, and the headers that tell it who asks.
    struct Remote: Sendable {
        let server: RemoteServer
        let headers: [(name: String, value: String)]
    }

    init(url: String, isKubelet: Bool, isTransparent: Bool = false, prefix: String = "", remote: Remote? = nil) {
        self.remote = remote
        self.url = url
        self.isKubelet = isKubelet
        self.isTransparent = isTransparent
        self.prefix = prefix
    }
}
