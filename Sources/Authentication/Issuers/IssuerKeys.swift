import Objects

/// The keys that an issuer signs with, read from it when they are needed and kept.
package actor IssuerKeys {
    /// Between two questions to an issuer, whatever tokens come in.
    private static let pause = Duration.seconds(1)
    /// After which the keys are read again, so that one that the issuer gave up does not hold for ever.
    private static let lifetime = Duration.seconds(3600)

    private let settings: IssuerSettings
    private let source: any DocumentSource
    private var keySetURL: String?
    private var keys: [WebKey] = []
    private var read: ContinuousClock.Instant?
    private var asked: ContinuousClock.Instant?
    private var running: Task<Result<[WebKey], WebToken.Failure>, Never>?

    package init(_ settings: IssuerSettings, source: any DocumentSource) {
        self.settings = settings
        self.source = source
    }

    /// Throws when none accepts the token: keys that are not known are looked for at the issuer first.
    package func check(_ token: WebToken) async throws(WebToken.Failure) {
        let isFresh = read.map { ContinuousClock.now - $0 < Self.lifetime } ?? false
        if isFresh, Self.accepts(keys, token) { return }
        let before = keys
        do {
            if Self.accepts(try await renew(), token) { return }
        } catch {
            // An issuer that is away for a while makes no good token bad.
            if Self.accepts(before, token) { return }
            throw error
        }
        throw WebToken.Failure("failed to verify signature: no keys matches jwt keyid")
    }

    /// Reads the keys in advance; what fails is tried again with the next token.
    package func prepare() async { _ = try? await renew() }

    private static func accepts(_ keys: [WebKey], _ token: WebToken) -> Bool {
        keys.contains { (token.keyID.isEmpty || $0.id == token.keyID) && $0.accepts(token) }
    }

    private func renew() async throws(WebToken.Failure) -> [WebKey] {
        if let running { return try await running.value.get() }
        let task = Task<Result<[WebKey], WebToken.Failure>, Never> { await self.fetchInTime() }
        running = task
        let result = await task.value
        running = nil
        return try result.get()
    }

    private func fetchInTime() async -> Result<[WebKey], WebToken.Failure> {
        if let asked {
            let rest = Self.pause - (ContinuousClock.now - asked)
            if rest > .zero { try? await Task.sleep(for: rest) }
        }
        asked = .now
        do throws(WebToken.Failure) {
            let found = try await fetch()
            keys = found
            read = .now
            return .success(found)
        } catch {
            return .failure(error)
        }
    }

    private func fetch() async throws(WebToken.Failure) -> [WebKey] {
        let address = try await discovered()
        guard let document = try? Value(json: try await source.document(at: address)), let found = WebKey.set(document) else {
            throw WebToken.Failure("oidc: failed to get keys: \(address) is no key set")
        }
        return found
    }

    private func discovered() async throws(WebToken.Failure) -> String {
        if let keySetURL { return keySetURL }
        let bytes = try await source.document(at: settings.discovery)
        guard let document = try? Value(json: bytes), document.isObject else {
            throw WebToken.Failure("oidc: \(settings.discovery) is no discovery document")
        }
        let issuer = document["issuer"].string ?? ""
        guard issuer == settings.url else {
            throw WebToken.Failure("oidc: issuer did not match the issuer returned by provider, expected \"\(settings.url)\" got \"\(issuer)\"")
        }
        guard let address = document["jwks_uri"].string, address.hasPrefix("https://") else {
            throw WebToken.Failure("oidc: the provider names no key set under https")
        }
        keySetURL = address
        return address
    }
}
