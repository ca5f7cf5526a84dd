import Objects

private let sizeLimit = 1024 * 1024

extension FieldErrors {
    /// Once `immutable` is set, nothing but metadata changes.
    fileprivate mutating func sealed(_ new: FieldValue, _ old: FieldValue, _ names: [String]) {
        guard old["immutable"].flag else { return }
        let detail = "field is immutable when `immutable` is set"
        if !new["immutable"].flag { forbidden(new["immutable"], detail) }
        for name in names where new[name].value != old[name].value { forbidden(new[name], detail) }
    }

    fileprivate mutating func configKeys(_ map: FieldValue) {
        for entry in map.entries {
            for problem in TextRules.configKey(entry.key) { invalid(entry.field, problem, showing: .string(entry.key)) }
        }
    }
}

/// The number of bytes that base64 text stands for.
private func decodedSize(_ text: String) -> Int {
    let padding = text.utf8.suffix(2).count { $0 == UInt8(ascii: "=") }
    return text.utf8.count / 4 * 3 - padding
}

struct ConfigMapStrategy: Strategy {
    func check(_ object: FieldValue, _ errors: inout FieldErrors) {
        let data = object["data"], binary = object["binaryData"]
        errors.configKeys(data)
        errors.configKeys(binary)
        var size = 0
        for entry in data.entries {
            if binary[entry.key].isPresent {
                errors.invalid(entry.field, "duplicate of key present in binaryData", showing: .string(entry.key))
            }
            size += entry.field.text.utf8.count
        }
        for entry in binary.value.members { size += decodedSize(entry.value.string ?? "") }
        if size > sizeLimit { errors.tooLong(FieldValue(.null), sizeLimit) }
    }

    func checkUpdate(_ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        errors.sealed(new, old, ["data", "binaryData"])
    }
}

struct SecretStrategy: Strategy {
    /// What each type cannot do without.
    private static let neededKeys = [
        "kubernetes.io/dockercfg": [".dockercfg"], "kubernetes.io/dockerconfigjson": [".dockerconfigjson"],
        "kubernetes.io/ssh-auth": ["ssh-privatekey"], "kubernetes.io/tls": ["tls.crt", "tls.key"],
    ]

    func applyDefaults(_ object: inout Value) {
        guard let texts = object.remove("stringData"), case .object(let members) = texts else { return }
        for entry in members { object["data"][entry.key] = .string(Base64.encode(Array((entry.value.string ?? "").utf8))) }
        if case .object(var data) = object["data"] {
            data.sortByKey()
            object["data"] = .object(data)
        }
    }

    func check(_ object: FieldValue, _ errors: inout FieldErrors) {
        let data = object["data"]
        errors.configKeys(data)
        var size = 0
        for entry in data.value.members { size += decodedSize(entry.value.string ?? "") }
        if size > sizeLimit { errors.tooLong(data, sizeLimit) }
        let type = object["type"].text
        switch type {
        case "kubernetes.io/service-account-token":
            let key = "kubernetes.io/service-account.name"
            let annotations = object["metadata"]["annotations"]
            if annotations[key].isEmpty { errors.required(annotations.entry(key)) }
        case "kubernetes.io/basic-auth":
            if data["username"].isAbsent, data["password"].isAbsent {
                errors.required(data.entry("username"))
                errors.required(data.entry("password"))
            }
        default:
            for key in Self.neededKeys[type] ?? [] {
                let entry = data.entry(key)
                if entry.isAbsent {
                    errors.required(entry)
                } else if type.hasPrefix("kubernetes.io/docker") {
                    json(entry, &errors)
                }
            }
        }
    }

    private func json(_ entry: FieldValue, _ errors: inout FieldErrors) {
        do {
            _ = try Value(json: Base64.decode(entry.text) ?? [])
        } catch {
            errors.invalid(entry, "\(error)", showing: "<secret contents redacted>")
        }
    }

    func checkUpdate(_ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        errors.immutable(new["type"], old["type"])
        errors.sealed(new, old, ["data"])
    }

    func prepareForUpdate(_ object: inout Value, old: Value) {
        if (object["type"].string ?? "").isEmpty { object["type"] = old["type"] }
    }

    func warnings(_ object: Value, old: Value?) -> [String] {
        guard object["type"].string == "kubernetes.io/tls", let text = object["data"]["tls.crt"].string,
            let bytes = Base64.decode(text)
        else { return [] }
        let certificate = String(decoding: bytes, as: UTF8.self)
        return certificate.contains("-----BEGIN ") ? [] : ["tls: failed to find any PEM data in certificate input"]
    }

    var selectableFields: [String] { ["type"] }
}

struct ServiceAccountStrategy: Strategy {
    var returnsDeletedObject: Bool { true }
}
