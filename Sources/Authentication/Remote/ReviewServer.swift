package import Credentials
package import NIOCore
package import Objects
import Webhooks

/// A server that answers reviews: of tokens, or of what somebody may do. A kubeconfig says where it is.
package protocol ReviewServer: Sendable {
    /// Posts a review and gives the answer. Throws why there is none.
    func post(_ review: Value, timeout: Duration) async throws(ReviewFailure) -> Value
    func close() async
}

/// Why a server did not answer a review.
package struct ReviewFailure: Error, Sendable, Hashable, CustomStringConvertible {
    package let description: String
    /// Whether another try may succeed.
    package let isPassing: Bool

    package init(_ description: String, isPassing: Bool = false) {
        self.description = description
        self.isPassing = isPassing
    }
}

/// Over HTTPS, again and again until the time is over when the server has a bad moment.
package final class HTTPSReviewServer: ReviewServer {
    private static let answerLimit = 1 << 20
    private static let tries = 5
    private static let firstPause = Duration.milliseconds(500)

    private let client: JSONClient
    private let config: Kubeconfig
    private let token: FileToken

    /// Throws when certificates or keys of the kubeconfig cannot be read. `close` ends its connections.
    package init(_ config: Kubeconfig, group: any EventLoopGroup, tokenLifetime: Duration = FileToken.usualLifetime) throws {
        self.config = config
        token = FileToken(config.token, file: config.tokenFile, lifetime: tokenLifetime)
        let trust = JSONClient.Trust(authority: config.authority, certificate: config.clientCertificate, key: config.clientKey)
        client = try JSONClient(trust, answerLimit: Self.answerLimit, group: group)
    }

    package func close() async { await client.close() }

    package func post(_ review: Value, timeout: Duration) async throws(ReviewFailure) -> Value {
        let end = ContinuousClock.now + timeout
        var pause = Self.firstPause
        for attempt in 1... {
            do throws(ReviewFailure) {
                return try await once(review, until: end)
            } catch {
                if !error.isPassing || attempt == Self.tries || ContinuousClock.now + pause >= end { throw error }
            }
            try? await Task.sleep(for: pause)
            pause = pause * 3 / 2
        }
        throw ReviewFailure("the review was given up")
    }

    private func once(_ review: Value, until end: ContinuousClock.Instant) async throws(ReviewFailure) -> Value {
        let rest = max(ContinuousClock.now.duration(to: end), .milliseconds(1))
        var headers = [("accept", "application/json, */*"), ("user-agent", "kube-apiserver")]
        let token = token.current()
        if !token.isEmpty { headers.append(("authorization", "Bearer " + token)) }
        let answer: JSONClient.Answer
        do {
            answer = try await client.post(review, to: config.server, headers: headers, timeout: rest)
        } catch {
            throw ReviewFailure("Post \"\(config.server)\": \(error)", isPassing: true)
        }
        let status = answer.status
        guard (200..<300).contains(status) else {
            throw ReviewFailure("webhook returned status \(status)", isPassing: status == 429 || status >= 500)
        }
        guard let value = try? Value(json: answer.bytes), value.isObject else { throw ReviewFailure("the webhook's answer is no JSON object") }
        return value
    }
}
