import Objects

/// Asks a server whom a token stands for (TokenReview).
package final class TokenReviewer: TokenAuthenticator {
    private static let timeout = Duration.seconds(30)

    private let server: any ReviewServer
    private let version: String

    /// `version` is `v1` or `v1beta1`.
    package init(server: any ReviewServer, version: String) {
        self.server = server
        self.version = version
    }

    package func close() async { await server.close() }

    package func verdict(_ token: String, audiences: [String]) async -> TokenVerdict {
        let review: Value = [
            "kind": "TokenReview", "apiVersion": .string("authentication.k8s.io/\(version)"), "metadata": .emptyObject,
            "spec": ["token": .string(token), "audiences": Value(audiences)],
        ]
        do throws(ReviewFailure) {
            return Self.verdict(try await server.post(review, timeout: Self.timeout), wanted: audiences)
        } catch {
            return .refused("webhook token authentication failed: \(error)")
        }
    }

    static func verdict(_ answer: Value, wanted: [String]) -> TokenVerdict {
        let status = answer["status"]
        guard status["authenticated"].bool == true else {
            let message = status["error"].string ?? ""
            return message.isEmpty ? .unknown : .refused(message)
        }
        // A server that says nothing of audiences knows of none: the token is then for the API server.
        let stated = status["audiences"].strings
        let matching = stated.isEmpty ? wanted : wanted.filter(stated.contains)
        if matching.isEmpty { return .unknown }
        let user = status["user"]
        guard let name = user["username"].string, !name.isEmpty else { return .refused("the webhook names no user") }
        var extra: [String: [String]] = [:]
        for entry in user["extra"].members { extra[entry.key] = entry.value.strings }
        return .user(
            UserInfo(name: name, uid: user["uid"].string ?? "", groups: user["groups"].strings, extra: extra), audiences: matching)
    }
}
