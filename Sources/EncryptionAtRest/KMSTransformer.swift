import Crypto
import GRPCCalls
import Objects
import Synchronization

/// Envelope encryption with a key management service (KMS v2, `v2.KeyManagementService`, KEP-3299).
///
/// The service encrypts one seed for this process; each value has a key of its own that is derived from the seed
/// (HKDF-SHA256 with 32 random bytes). What the service knows of is the seed, and once a seed is known no call is needed.
final class KMSTransformer: DataTransformer {
    private struct Seed: Sendable {
        let secret: [UInt8]
        let sealed: [UInt8]
        let keyID: String
        let annotations: [(name: String, value: [UInt8])]
    }

    private struct State {
        var current: Seed?
        var checked: ContinuousClock.Instant?
        /// Seeds that were decrypted, by their sealed form.
        var known: [[UInt8]: [UInt8]] = [:]
    }

    private static let knownLimit = 1000
    private static let infoSize = 32
    /// How long the service's key is taken to be the same one.
    private static let keyLifetime = Duration.seconds(60)

    let prefix: String
    private let connection: GRPCConnection
    private let timeout: Duration
    private let state = Mutex(State())

    init(name: String, connection: GRPCConnection, timeout: Duration) {
        prefix = "k8s:enc:kms:v2:\(name):"
        self.connection = connection
        self.timeout = timeout
    }

    private func call(_ method: String, _ message: WireMessage) async throws(EncryptionProblem) -> WireFields {
        do {
            return WireFields(try await connection.unary("v2.KeyManagementService/" + method, message.bytes, timeout: timeout))
        } catch {
            throw EncryptionProblem("the key management service does not answer: \(error)")
        }
    }

    /// The seed to encrypt with: a new one when the service has changed its key.
    private func seed() async throws(EncryptionProblem) -> Seed {
        let (known, checked) = state.withLock { ($0.current, $0.checked) }
        if let known, let checked, ContinuousClock.now - checked < Self.keyLifetime { return known }
        do throws(EncryptionProblem) {
            let status = try await call("Status", WireMessage())
            guard status.text(2) == "ok" else { throw EncryptionProblem("the key management service is not well: \(status.text(2))") }
            if let known, known.keyID == status.text(3) {
                state.withLock { $0.checked = .now }
                return known
            }
        } catch {
            // A seed that is there serves on while the service is away.
            if let known { return known }
            throw error
        }
        let secret = SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
        let answer = try await call("Encrypt", .build {
            $0.set(1, secret)
            $0.set(2, "martlet-\(UInt64.random(in: .min ... .max))")
        })
        let seed = Seed(
            secret: secret, sealed: answer.bytes(1), keyID: answer.text(2),
            annotations: answer.messages(3).map { ($0.text(1), $0.bytes(2)) })
        state.withLock { state in
            state.current = seed
            state.checked = .now
            state.known[seed.sealed] = secret
        }
        return seed
    }

    private static func key(_ secret: [UInt8], _ info: [UInt8]) -> SymmetricKey {
        HKDF<SHA256>.expand(pseudoRandomKey: secret, info: info, outputByteCount: 32)
    }

    func encrypt(_ plain: [UInt8], key: String) async throws(EncryptionProblem) -> [UInt8] {
        let seed = try await seed()
        var random = SystemRandomNumberGenerator()
        let info = (0..<Self.infoSize).map { _ in UInt8.random(in: 0...255, using: &random) }
        let sealed = info + (try AuthenticatedCipher.seal(plain, Self.key(seed.secret, info), Array(key.utf8)))
        return WireMessage.build { message in
            message.set(1, sealed)
            message.set(2, seed.keyID)
            message.set(3, seed.sealed)
            for (name, value) in seed.annotations {
                message.set(4, .build {
                    $0.set(1, name)
                    $0.set(2, value)
                })
            }
            // HKDF_SHA256_XNONCE_AES_GCM_SEED
            message.set(5, 1)
        }.bytes
    }

    func decrypt(_ sealed: ArraySlice<UInt8>, key: String) async throws(EncryptionProblem) -> [UInt8] {
        let object = WireFields(sealed)
        let secret = try await secret(object)
        let content = object.bytes(1)
        guard object.int(5) == 1 else {
            // AES_GCM_KEY: what the service gives is the value's key.
            return try AuthenticatedCipher.open(content[...], SymmetricKey(data: secret), Array(key.utf8))
        }
        guard content.count > Self.infoSize else { throw EncryptionProblem("the value is not whole") }
        let info = Array(content.prefix(Self.infoSize))
        return try AuthenticatedCipher.open(content.dropFirst(Self.infoSize), Self.key(secret, info), Array(key.utf8))
    }

    private func secret(_ object: WireFields) async throws(EncryptionProblem) -> [UInt8] {
        let sealed = object.bytes(3)
        if let known = state.withLock({ $0.known[sealed] }) { return known }
        let answer = try await call("Decrypt", .build { request in
            request.set(1, sealed)
            request.set(2, "martlet-\(UInt64.random(in: .min ... .max))")
            request.set(3, object.text(2))
            for annotation in object.messages(4) {
                request.set(4, .build {
                    $0.set(1, annotation.text(1))
                    $0.set(2, annotation.bytes(2))
                })
            }
        })
        let secret = answer.bytes(1)
        state.withLock { state in
            if state.known.count >= Self.knownLimit { state.known = [:] }
            state.known[sealed] = secret
        }
        return secret
    }
}
