import Objects

struct CertificateRequestStrategy: Strategy {
    private static let usages: [String] = [
        "any", "cert sign", "client auth", "code signing", "content commitment", "crl sign", "data encipherment",
        "decipher only", "digital signature", "email protection", "encipher only", "ipsec end system", "ipsec tunnel",
        "ipsec user", "key agreement", "key encipherment", "microsoft sgc", "netscape sgc", "ocsp signing", "s/mime",
        "server auth", "signing", "timestamping",
    ]

    func prepareForCreate(_ object: inout Value) { resetStatus(&object) }

    /// The request is what its author once wrote; who he is, is not his to say.
    func prepareForUpdate(_ object: inout Value, old: Value) {
        object["spec"] = old["spec"]
        object["status"] = old["status"]
    }

    func prepareForUpdate(of subresource: String, _ object: inout Value, old: Value) {
        guard subresource == "approval" || subresource == "status" else { return prepareForUpdate(&object, old: old) }
        let status = object["status"]
        var conditions = status["conditions"].array
        let known = old["status"]["conditions"].array
        let isApproval = subresource == "approval"
        for index in conditions.indices {
            let type = conditions[index]["type"].string
            // Approval writes its own conditions, the signer the others.
            let before = known.first { $0["type"].string == type }
            let now: Value = .string(Timestamp.now().text)
            if conditions[index]["lastUpdateTime"].isNull { conditions[index]["lastUpdateTime"] = now }
            if conditions[index]["lastTransitionTime"].isNull {
                conditions[index]["lastTransitionTime"] = before.map { $0["lastTransitionTime"] } ?? now
            }
        }
        var result = old
        result["metadata"] = object["metadata"]
        if isApproval {
            if conditions.isEmpty { result["status"].remove("conditions") } else { result["status"]["conditions"] = .array(conditions) }
        } else {
            var updated = status.isObject ? status : .emptyObject
            if conditions.isEmpty { updated.remove("conditions") } else { updated["conditions"] = .array(conditions) }
            result["status"] = updated
        }
        object = result
    }

    func check(_ object: FieldValue, _ errors: inout FieldErrors) {
        let spec = object["spec"]
        if !Self.isRequest(spec["request"].text) {
            errors.invalid(spec["request"], "PEM block type must be CERTIFICATE REQUEST", showing: .string(spec["request"].text))
        }
        let usages = spec["usages"]
        errors.need(usages)
        var seen: Set<String> = []
        for usage in usages.items {
            errors.oneOf(usage, Self.usages)
            if !seen.insert(usage.text).inserted { errors.duplicate(usage) }
        }
        signer(spec["signerName"], &errors)
        let seconds = spec["expirationSeconds"]
        if let number = seconds.int, number < 600 {
            errors.invalid(seconds, "may not specify a duration less than 600 seconds (10 minutes)")
        }
    }

    private static func isRequest(_ base64: String) -> Bool {
        guard let bytes = Base64.decode(base64) else { return false }
        let text = String(decoding: bytes, as: UTF8.self)
        guard let begin = text.firstRange(of: "-----BEGIN ") else { return false }
        return text[begin.upperBound...].hasPrefix("CERTIFICATE REQUEST-----")
    }

    private func signer(_ signer: FieldValue, _ errors: inout FieldErrors) {
        guard errors.need(signer) else { return }
        let parts = signer.text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2 else {
            return errors.invalid(signer, "must be a fully qualified domain and path of the form 'example.com/signer-name'")
        }
        if signer.text == "kubernetes.io/legacy-unknown" {
            return errors.invalid(signer, "the legacy signerName is not allowed via this API version")
        }
        let domain = String(parts[0]), path = String(parts[1])
        for label in domain.split(separator: ".", omittingEmptySubsequences: false) {
            for problem in NameRules.dns1123Label(String(label)) { errors.invalid(signer, "validating label \"\(label)\": \(problem)") }
        }
        if !domain.contains(".") { errors.invalid(signer, "should be a domain with at least two segments separated by dots") }
        for problem in NameRules.dns1123Subdomain(path) { errors.invalid(signer, "validating label \"\(path)\": \(problem)") }
    }

    func checkUpdate(of subresource: String, _ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        let conditions = new["status"]["conditions"], before = old["status"]["conditions"].value.array
        var types: Set<String> = []
        for condition in conditions.items {
            let type = condition["type"], status = condition["status"]
            errors.need(type)
            if errors.need(status) {
                let isFinal = ["Approved", "Denied", "Failed"].contains(type.text)
                errors.oneOf(status, isFinal ? ["True"] : ["False", "True", "Unknown"])
            }
            if !type.isEmpty, !types.insert(type.text).inserted { errors.duplicate(type) }
        }
        let approved = conditions.value.array.contains { $0["type"].string == "Approved" }
        if approved, types.contains("Denied") {
            errors.invalid(conditions, "Approved and Denied conditions are mutually exclusive", showing: "Denied")
        }
        func count(_ type: String, _ list: [Value]) -> Int { list.count { $0["type"].string == type } }
        for type in ["Approved", "Denied", "Failed"] {
            let now = count(type, conditions.value.array), then = count(type, before)
            if now < then { errors.forbidden(conditions, "updates may not remove a condition of type \"\(type)\"") }
            if now > then, subresource == "status", type != "Failed" {
                errors.forbidden(conditions, "updates may not add a condition of type \"\(type)\"")
            }
        }
        if subresource == "status" { certificate(new["status"]["certificate"], old["status"]["certificate"], &errors) }
    }

    private func certificate(_ new: FieldValue, _ old: FieldValue, _ errors: inout FieldErrors) {
        guard !new.isEmpty else {
            if !old.isEmpty { errors.forbidden(new, "updates may not modify existing certificate content") }
            return
        }
        if !old.isEmpty, old.value != new.value {
            errors.forbidden(new, "updates may not modify existing certificate content")
        }
        let shown: Value = "<certificate data>"
        let text = Base64.decode(new.text).map { String(decoding: $0, as: UTF8.self) } ?? ""
        var rest = text[...]
        var blocks = 0
        while let begin = rest.firstRange(of: "-----BEGIN ") {
            blocks += 1
            let after = rest[begin.upperBound...]
            if !after.hasPrefix("CERTIFICATE-----") {
                errors.invalid(new, "only CERTIFICATE PEM blocks are allowed, found \"\(after.prefix { $0 != "-" })\"", showing: shown)
                return
            }
            rest = after
        }
        if blocks == 0 { errors.invalid(new, "must contain at least one CERTIFICATE PEM block", showing: shown) }
    }

    func nameProblems(_ name: String, isPrefix: Bool) -> [String] { NameRules.pathSegment(name) }
    var selectableFields: [String] { ["spec.signerName"] }
}
