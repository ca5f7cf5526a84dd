import Credentials
import KubernetesTypes
import NIOCore
import Objects

/// What others need to check tokens of service accounts: the issuer's description and its public keys.
struct TokenKeyService: Sendable {
    private static let keySetType = "application/jwk-set+json"

    let issuer: ServiceAccountTokenIssuer
    let keySetURL: String

    func answer(_ request: ServerRequest) throws(StatusError) -> Answer? {
        switch request.path {
        case "/.well-known/openid-configuration":
            return try document(issuer.discovery(keySetURL: keySetURL), "application/json", request)
        case "/openid/v1/jwks": return try document(issuer.keySet, Self.keySetType, request)
        default: return nil
        }
    }

    private func document(_ value: Value, _ type: String, _ request: ServerRequest) throws(StatusError) -> Answer {
        if let accept = request.headers["accept"], !accept.isEmpty {
            let taken = [type, "application/*", "*/*"]
            guard MediaType.accepted(accept).contains(where: { taken.contains($0.type) }) else {
                throw StatusError(
                    code: 406, reason: "NotAcceptable", message: "406: Not Acceptable\n\nAvailable representations: \(type)",
                    details: .emptyObject)
            }
        }
        return .bytes(
            status: 200, contentType: type, ByteBuffer(bytes: value.json), headers: [("cache-control", "public, max-age=3600")])
    }
}
