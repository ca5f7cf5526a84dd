import Authentication
import HTTPServing
import KubernetesTypes
import Objects

/// Whom the `Impersonate-` headers of a request name, as they were sent.
struct ImpersonationHeaders: Sendable, Equatable {
    struct Extra: Sendable, Equatable {
        let key: String
        var values: [String]
    }

    var name: String
    var uid = ""
    var groups: [String] = []
    /// In the order of the headers.
    var extra: [Extra] = []

    init(name: String) { self.name = name }

    /// Nil when the request is its own.
    init?(_ headers: RequestHeaders) throws(StatusError) {
        name = headers["impersonate-user"] ?? ""
        uid = headers["impersonate-uid"] ?? ""
        groups = headers.all("impersonate-group")
        for (header, value) in headers.prefixed("impersonate-extra-") {
            let sent = String(header.dropFirst("impersonate-extra-".count))
            let key = PercentCoding.decode(sent[...]) ?? sent
            if let index = extra.firstIndex(where: { $0.key == key }) {
                extra[index].values.append(value)
            } else {
                extra.append(Extra(key: key, values: [value]))
            }
        }
        guard name.isEmpty else { return }
        if uid.isEmpty, groups.isEmpty, extra.isEmpty { return nil }
        throw .badRequest("requested \(described) without impersonating a user name")
    }

    var namesOnlyUser: Bool { uid.isEmpty && groups.isEmpty && extra.isEmpty }

    /// The node of this name, when it is a node's.
    var node: String? {
        let prefix = "system:node:"
        guard name.hasPrefix(prefix) else { return nil }
        let node = String(name.dropFirst(prefix.count))
        return NameRules.dns1123Subdomain(node).isEmpty ? node : nil
    }

    var serviceAccount: (namespace: String, name: String)? { UserInfo(name: name).serviceAccount }

    /// The text that Go's `%#v` makes of it, which clients see.
    private var described: String {
        func list(_ items: [String]) -> String { "[]string{\(items.map { "\"\($0)\"" }.joined(separator: ", "))}" }
        let groupText = groups.isEmpty ? "[]string(nil)" : list(groups)
        let pairs = extra.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\(list($0.values))" }
        let extraText = extra.isEmpty ? "map[string][]string(nil)" : "map[string][]string{\(pairs.joined(separator: ", "))}"
        return "&user.DefaultInfo{Name:\"\(name)\", UID:\"\(uid)\", Groups:\(groupText), Extra:\(extraText)}"
    }
}
