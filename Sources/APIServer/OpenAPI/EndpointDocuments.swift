import Crypto
import Objects
import Schema

/// The documents of OpenAPI version 3 for what is served beside the resources: the version, the roots of discovery,
/// one a group, and the keys of tokens.
struct EndpointDocuments: Sendable {
    private struct Endpoint: Sendable {
        let path: String
        let tag: String
        let operation: String
        let description: String
        /// The type of the answer; nil for an answer that is only text here.
        var answer: Value?
        var types: [String] = Representation.supported
        var schemas: [String: Value] = [:]
    }

    private static let meta = "k8s.io.apimachinery.pkg.apis.meta.v1."
    /// What `info.version` says: the version of the API, not of the program.
    static let version = "1.36"

    private let catalogue: KindCatalogue

    init(catalogue: KindCatalogue) { self.catalogue = catalogue }

    /// The paths below `/openapi/v3/` that are there whatever is served, with those of the groups.
    static func paths(groups: [String]) -> [String] {
        [".well-known/openid-configuration", "api", "apis", "openid/v1/jwks", "version"] + groups.filter { !$0.isEmpty }.map { "apis/\($0)" }
    }

    /// The document at a path below `/openapi/v3/`; nil when there is none.
    func document(_ path: String, groups: [String]) -> Value? {
        endpoint(path, groups: groups).map(Self.document)
    }

    /// What names the contents of a document, as clients that keep it compare it.
    static func hash(_ document: Value) -> String {
        SHA512.hash(data: document.json).reduce(into: "") { text, byte in
            let digits = String(byte, radix: 16, uppercase: true)
            text += digits.utf8.count == 1 ? "0" + digits : digits
        }
    }

    private func endpoint(_ path: String, groups: [String]) -> Endpoint? {
        switch path {
        case "version":
            return Endpoint(
                path: "/version/", tag: "version", operation: "getCodeVersion", description: "Tells the version of the server.",
                answer: Self.reference(Self.versionName), types: ["application/json"], schemas: [Self.versionName: Self.versionSchema])
        case "api":
            return described("APIVersions", "/api/", tag: "core", operation: "getCoreAPIVersions", "Lists the versions of the core group.")
        case "apis":
            return described("APIGroupList", "/apis/", tag: "apis", operation: "getAPIVersions", "Lists the groups.")
        case "openid/v1/jwks":
            return Endpoint(
                path: "/openid/v1/jwks/", tag: "openid", operation: "getServiceAccountIssuerOpenIDKeyset",
                description: "Lists the keys that check tokens of service accounts.", answer: ["type": "string"],
                types: ["application/jwk-set+json"])
        case ".well-known/openid-configuration":
            return Endpoint(
                path: "/.well-known/openid-configuration/", tag: "WellKnown", operation: "getServiceAccountIssuerOpenIDConfiguration",
                description: "Describes the issuer of service account tokens.", answer: ["type": "string"], types: ["application/json"])
        default:
            guard path.hasPrefix("apis/") else { return nil }
            let group = String(path.dropFirst("apis/".count))
            guard !group.isEmpty, groups.contains(group), let first = group.split(separator: ".").first else { return nil }
            let name = group.split(separator: ".").filter { $0 != "k8s" && $0 != "io" }.map { $0.prefix(1).uppercased() + $0.dropFirst() }
            return described(
                "APIGroup", "/apis/\(group)/", tag: String(first), operation: "get\(name.joined())APIGroup", "Describes a group.")
        }
    }

    private func described(_ type: String, _ path: String, tag: String, operation: String, _ text: String) -> Endpoint? {
        guard let message = catalogue.message(named: Self.meta + type) else { return nil }
        var writer = SchemaWriter(.three, types: [], kinds: [])
        let reference = writer.reference(message)
        return Endpoint(
            path: path, tag: tag, operation: operation, description: text, answer: reference, schemas: writer.finish())
    }

    private static func document(_ endpoint: Endpoint) -> Value {
        var answer: Value = ["description": "OK"]
        if let schema = endpoint.answer {
            answer["content"] = .object(Members(endpoint.types.map { ($0, ["schema": schema]) }))
        }
        let operation: Value = [
            "tags": [.string(endpoint.tag)], "description": .string(endpoint.description), "operationId": .string(endpoint.operation),
            "responses": ["200": answer, "401": ["description": "Unauthorized"]],
        ]
        var components: Value = .emptyObject
        if !endpoint.schemas.isEmpty {
            components["schemas"] = .object(Members(endpoint.schemas.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }))
        }
        components["securitySchemes"] = securitySchemes
        return [
            "openapi": "3.0.0", "info": ["title": "Kubernetes", "version": .string(version)],
            "paths": .object(Members([(endpoint.path, Value.object(Members([("get", operation)])))])), "components": components,
        ]
    }

    static let securitySchemes: Value = [
        "BearerToken": ["type": "apiKey", "description": "Bearer Token authentication", "name": "authorization", "in": "header"]
    ]

    private static let versionName = "io.k8s.apimachinery.pkg.version.Info"

    private static func reference(_ name: String) -> Value { ["$ref": .string("#/components/schemas/" + name)] }

    private static let versionSchema: Value = {
        let always = ["buildDate", "compiler", "gitCommit", "gitTreeState", "gitVersion", "goVersion", "major", "minor", "platform"]
        let optional = ["emulationMajor", "emulationMinor", "minCompatibilityMajor", "minCompatibilityMinor"]
        var properties: [(String, Value)] = always.map { ($0, ["type": "string", "default": ""]) }
        properties += optional.map { ($0, ["type": "string"]) }
        let required: Value = [
            "major", "minor", "gitVersion", "gitCommit", "gitTreeState", "buildDate", "goVersion", "compiler", "platform",
        ]
        return [
            "type": "object", "required": required, "properties": .object(Members(properties.sorted { $0.0 < $1.0 })),
        ]
    }()
}
