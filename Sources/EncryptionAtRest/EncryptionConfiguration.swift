import GRPCCalls
package import NIOCore
package import Objects

/// An `EncryptionConfiguration` of `apiserver.config.k8s.io/v1`: which resources are encrypted, and with what.
package struct EncryptionConfiguration: Sendable {
    /// The resources of one entry, by the beginnings of their storage keys.
    struct Entry: Sendable {
        let prefixes: [String]
        /// The first one writes, all read.
        let transformers: [any DataTransformer]
    }

    let entries: [Entry]

    /// Reads a configuration. `prefixes` gives the beginnings of the storage keys of a resource (`secrets`, `widgets.example.com`,
    /// `*.apps`, `*.*`). Throws what is wrong: nothing is stored in plain because of a spelling mistake.
    package init(
        _ value: Value, group: any EventLoopGroup, prefixes: (String) -> [String]
    ) throws(EncryptionProblem) {
        guard value["kind"].string == "EncryptionConfiguration", value["apiVersion"].string == "apiserver.config.k8s.io/v1" else {
            throw EncryptionProblem("the file has to be an EncryptionConfiguration of apiserver.config.k8s.io/v1")
        }
        var entries: [Entry] = []
        for (index, entry) in value["resources"].array.enumerated() {
            let path = "resources[\(index)]"
            let names = entry["resources"].strings
            if names.isEmpty { throw EncryptionProblem("\(path).resources names no resource") }
            var keys: [String] = []
            for name in names {
                let found = prefixes(name)
                if found.isEmpty { throw EncryptionProblem("\(path).resources: there is no resource \"\(name)\"") }
                keys += found
            }
            var transformers: [any DataTransformer] = []
            for (number, provider) in entry["providers"].array.enumerated() {
                transformers += try Self.transformers(provider, "\(path).providers[\(number)]", group)
            }
            if transformers.isEmpty { throw EncryptionProblem("\(path).providers names no provider") }
            entries.append(Entry(prefixes: keys, transformers: transformers))
        }
        if entries.isEmpty { throw EncryptionProblem("the configuration names no resources") }
        self.entries = entries
    }

    private static func transformers(_ value: Value, _ path: String, _ group: any EventLoopGroup) throws(EncryptionProblem) -> [any DataTransformer] {
        let named = Array(value.members)
        guard named.count == 1, let provider = named.first else { throw EncryptionProblem("\(path) has to name one provider") }
        let settings = provider.value
        switch provider.key {
        case "identity": return [PlainTransformer()]
        case "aesgcm": return try keys(settings, path + ".aesgcm").map { GCMTransformer(name: $0.name, key: $0.secret) }
        case "aescbc": return try keys(settings, path + ".aescbc").map { CBCTransformer(name: $0.name, key: $0.secret) }
        case "kms": return [try service(settings, path + ".kms", group)]
        case "secretbox":
            var boxes: [any DataTransformer] = []
            for key in try keys(settings, path + ".secretbox") {
                if key.secret.count != 32 { throw EncryptionProblem("\(path).secretbox: \(key.name) has to be 32 bytes") }
                boxes.append(try SecretBoxTransformer(name: key.name, key: key.secret))
            }
            return boxes
        default: throw EncryptionProblem("\(path): there is no provider \"\(provider.key)\"")
        }
    }

    private static func keys(_ settings: Value, _ path: String) throws(EncryptionProblem) -> [(name: String, secret: [UInt8])] {
        var keys: [(name: String, secret: [UInt8])] = []
        for (index, key) in settings["keys"].array.enumerated() {
            let name = key["name"].string ?? ""
            if name.isEmpty || name.contains(":") { throw EncryptionProblem("\(path).keys[\(index)].name may not be empty nor hold ':'") }
            guard let secret = Base64.decode(key["secret"].string ?? ""), [16, 24, 32].contains(secret.count) else {
                throw EncryptionProblem("\(path).keys[\(index)].secret has to be 16, 24 or 32 bytes as base64")
            }
            if keys.contains(where: { $0.name == name }) { throw EncryptionProblem("\(path).keys: \"\(name)\" is there twice") }
            keys.append((name, secret))
        }
        if keys.isEmpty { throw EncryptionProblem("\(path).keys is empty") }
        return keys
    }

    private static func service(_ settings: Value, _ path: String, _ group: any EventLoopGroup) throws(EncryptionProblem) -> KMSTransformer {
        guard settings["apiVersion"].string == "v2" else { throw EncryptionProblem("\(path).apiVersion has to be v2; v1 is no longer in use") }
        let name = settings["name"].string ?? ""
        if name.isEmpty || name.contains(":") { throw EncryptionProblem("\(path).name may not be empty nor hold ':'") }
        let endpoint = settings["endpoint"].string ?? ""
        guard endpoint.hasPrefix("unix://") else { throw EncryptionProblem("\(path).endpoint has to begin with unix://") }
        let timeout = Self.duration(settings["timeout"].string ?? "3s")
        guard let timeout, timeout > .zero else { throw EncryptionProblem("\(path).timeout has to be a time such as 3s") }
        let connection = GRPCConnection(.unix(String(endpoint.dropFirst(7))), group: group)
        return KMSTransformer(name: name, connection: connection, timeout: timeout)
    }

    /// `3s`, `500ms`.
    private static func duration(_ text: String) -> Duration? {
        if text.hasSuffix("ms") { return Int64(text.dropLast(2)).map { .milliseconds($0) } }
        return text.hasSuffix("s") ? Int64(text.dropLast()).map { .seconds($0) } : nil
    }

    /// A configuration that encrypts Secrets with one new key, as YAML.
    package static func generated() -> String {
        var random = SystemRandomNumberGenerator()
        let secret = Base64.encode((0..<32).map { _ in UInt8.random(in: 0...255, using: &random) })
        return YAML.print([
            "kind": "EncryptionConfiguration", "apiVersion": "apiserver.config.k8s.io/v1",
            "resources": [[
                "resources": ["secrets"],
                "providers": [["aesgcm": ["keys": [["name": "key1", "secret": .string(secret)]]]], ["identity": .emptyObject]],
            ]],
        ])
    }
}
