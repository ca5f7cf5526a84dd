import Objects

/// The Secret that a registry's login was read from.
struct PullSecretReference: Sendable, Hashable {
    let namespace: String
    let name: String
    let uid: String
}

/// A name and password for a registry, out of a pull secret.
struct RegistryLogin: Sendable, Equatable {
    let username: String
    let password: String
    var secret: PullSecretReference?

    /// What stands for the login where it must not be written down.
    var hash: String { Digest.sha256("\(username.utf8.count):\(username)\(password)") }

    /// What a secret's `.dockerconfigjson` (or the older `.dockercfg`) says about an image, the most specific first.
    /// What does not parse gives nothing.
    static func read(_ secret: Value, image: String) -> [RegistryLogin] {
        let metadata = secret["metadata"]
        let source = PullSecretReference(
            namespace: metadata["namespace"].string ?? "", name: metadata["name"].string ?? "", uid: metadata["uid"].string ?? "")
        var found: [(key: String, login: RegistryLogin)] = []
        for key in [".dockerconfigjson", ".dockercfg"] {
            guard let text = secret["data"][key].string, let bytes = Base64.decode(text), let config = try? Value(json: bytes) else { continue }
            for entry in (key == ".dockercfg" ? config : config["auths"]).members {
                let pattern = RegistryPattern(entry.key)
                guard pattern.matches(image), var login = login(entry.value) else { continue }
                if !source.uid.isEmpty { login.secret = source }
                found.append((pattern.text, login))
            }
        }
        return found.sorted { $0.key > $1.key }.map(\.login)
    }

    private static func login(_ entry: Value) -> RegistryLogin? {
        if let encoded = entry["auth"].string, !encoded.isEmpty {
            guard let bytes = Base64.decode(encoded) else { return nil }
            let parts = String(decoding: bytes, as: UTF8.self).split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            return parts.count == 2 ? RegistryLogin(username: parts[0], password: parts[1]) : nil
        }
        guard let username = entry["username"].string, let password = entry["password"].string else { return nil }
        return RegistryLogin(username: username, password: password)
    }
}

/// For which images a login is: a host whose labels may hold `*`, perhaps a port and the beginning of a path.
struct RegistryPattern {
    private let labels: [Substring]
    private let port: Substring?
    private let path: Substring
    /// Host and path, by which patterns are ordered.
    let text: String

    private static let hub = "index.docker.io"

    /// A key of a pull secret: `registry.example:5000/team`, with or without a scheme; `/v1/` and `/v2/` are no paths of images.
    init(_ key: String) {
        var rest = key[...]
        for scheme in ["https://", "http://"] where rest.hasPrefix(scheme) { rest = rest.dropFirst(scheme.count) }
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        var host = rest[..<slash]
        var path = rest[slash...]
        for version in ["/v1/", "/v2/"] where path.hasPrefix(version) { path = path.dropFirst(3) }
        if path == "/" || path == "/v1" || path == "/v2" { path = "" }
        if host == "docker.io" || host == "registry-1.docker.io" { host = Self.hub[...] }
        (labels, port) = Self.split(host)
        self.path = path
        text = String(host + path)
    }

    func matches(_ image: String) -> Bool {
        let first = image.prefix { $0 != "/" }
        let hasHost = first.count < image.count && (first.contains(".") || first.contains(":") || first == "localhost")
        var host = hasHost ? first : Self.hub[...]
        if host == "docker.io" { host = Self.hub[...] }
        let (labels, port) = Self.split(host)
        guard port == self.port, labels.count == self.labels.count else { return false }
        guard zip(self.labels, labels).allSatisfy({ Self.matches($0, $1) }) else { return false }
        let path = hasHost ? String(image[first.endIndex...]) : "/" + image
        return path.hasPrefix(self.path)
    }

    private static func split(_ host: Substring) -> (labels: [Substring], port: Substring?) {
        let parts = host.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let name = parts.first ?? ""
        return (name.split(separator: ".", omittingEmptySubsequences: false), parts.count == 2 ? parts[1] : nil)
    }

    /// Whether a label fits; `*` stands for any characters. A mismatch goes back to the last star only: no pattern costs more
    /// than the product of both lengths.
    private static func matches(_ pattern: Substring, _ label: Substring) -> Bool {
        var (pattern, label) = (pattern, label)
        var retry: (pattern: Substring, label: Substring)?
        while !label.isEmpty {
            if pattern.first == "*" {
                pattern = pattern.dropFirst()
                retry = (pattern, label)
            } else if pattern.first == label.first {
                pattern = pattern.dropFirst()
                label = label.dropFirst()
            } else if let last = retry {
                retry = (last.pattern, last.label.dropFirst())
                (pattern, label) = (last.pattern, last.label.dropFirst())
            } else {
                return false
            }
        }
        return pattern.allSatisfy { $0 == "*" }
    }
}
