import Credentials
import Logging
import Objects
import Synchronization

/// Makes the certificates of this process anew long before they end, and puts them where they are used, without a restart.
///
/// What everybody may know of them lies in the folder, one `NAME.crt` each, so that another process can tell how they are.
final class CertificateKeeper: Sendable {
    /// Of a certificate's lifetime, how much may be left when it is made anew.
    static func isDue(_ identity: CertificateIdentity, now: Int64) -> Bool {
        let lifetime = identity.notAfter - identity.notBefore - CertificateAuthority.backdating
        return identity.notAfter - now < lifetime / 3
    }

    /// One certificate: how it is made, and who has to know when there is a new one.
    struct Entry: Sendable {
        let name: String
        let issue: @Sendable () throws -> KeyPair
        let install: @Sendable (KeyPair) async throws -> Void
    }

    private struct Kept: Sendable {
        let entry: Entry
        var identity: CertificateIdentity
    }

    private static let interval = Duration.seconds(1)

    private let folder: String
    private let logger: Logger
    private let kept = Mutex<[Kept]>([])

    init(folder: String, logger: Logger) {
        self.folder = folder
        self.logger = logger
    }

    /// The file by which another process asks for new certificates.
    static func requestFile(_ folder: String) -> String { folder + "/rotate" }

    /// Watches over a certificate from now on. Throws when it cannot be read or told of.
    func add(_ entry: Entry, current: KeyPair) throws {
        guard let identity = CertificateIdentity(pem: current.certificate) else {
            throw ClusterSettings.Problem("the certificate \(entry.name) cannot be read")
        }
        try publish(entry.name, current)
        kept.withLock { $0.append(Kept(entry: entry, identity: identity)) }
    }

    private func publish(_ name: String, _ pair: KeyPair) throws {
        try PrivateFile.write(pair.certificate, to: "\(folder)/\(name).crt", mode: 0o644)
    }

    /// Looks after them until cancelled.
    func run() async {
        while !Task.isCancelled {
            let now = Timestamp.now().seconds
            let wanted = requested()
            for (position, item) in kept.withLock({ $0 }).enumerated() {
                // Authorities only by name: nobody gains from a new one.
                let isWanted = wanted.map { $0.isEmpty && !item.identity.isAuthority || $0.contains(item.entry.name) } ?? false
                if isWanted || Self.isDue(item.identity, now: now) { await renew(position, item.entry) }
            }
            if wanted != nil { PrivateFile.remove(Self.requestFile(folder)) }
            try? await Task.sleep(for: Self.interval)
        }
    }

    /// The names that somebody wants anew, none for all; nil when nobody wants anything.
    private func requested() -> [String]? {
        guard let text = (try? PrivateFile.read(Self.requestFile(folder))) ?? nil else { return nil }
        return text.split(separator: "\n").map(String.init)
    }

    private func renew(_ position: Int, _ entry: Entry) async {
        do {
            let pair = try entry.issue()
            guard let identity = CertificateIdentity(pem: pair.certificate) else { return }
            try await entry.install(pair)
            try publish(entry.name, pair)
            kept.withLock { if $0.indices.contains(position) { $0[position].identity = identity } }
            logger.info(
                "a certificate was made anew",
                metadata: ["certificate": "\(entry.name)", "until": "\(Timestamp(seconds: identity.notAfter).text)"])
        } catch {
            logger.error("a certificate cannot be made anew", metadata: ["certificate": "\(entry.name)", "reason": "\(error)"])
        }
    }
}
