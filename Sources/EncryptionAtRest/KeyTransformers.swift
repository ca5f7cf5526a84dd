import Crypto
import CryptoExtras

/// AES-GCM with a key of the configuration: nonce, ciphertext and tag, bound to the storage key.
///
/// Nonces are random: NIST SP 800-38D allows 2³² values for one key.
struct GCMTransformer: DataTransformer {
    let prefix: String
    private let key: SymmetricKey

    init(name: String, key: [UInt8]) {
        prefix = "k8s:enc:aesgcm:v1:\(name):"
        self.key = SymmetricKey(data: key)
    }

    func encrypt(_ plain: [UInt8], key place: String) async throws(EncryptionProblem) -> [UInt8] {
        try AuthenticatedCipher.seal(plain, key, Array(place.utf8))
    }

    func decrypt(_ sealed: ArraySlice<UInt8>, key place: String) async throws(EncryptionProblem) -> [UInt8] {
        try AuthenticatedCipher.open(sealed, key, Array(place.utf8))
    }
}

enum AuthenticatedCipher {
    static func seal(_ plain: [UInt8], _ key: SymmetricKey, _ context: [UInt8]) throws(EncryptionProblem) -> [UInt8] {
        do {
            guard let bytes = try AES.GCM.seal(plain, using: key, authenticating: context).combined else {
                throw EncryptionProblem("the cipher gives no nonce")
            }
            return Array(bytes)
        } catch {
            throw EncryptionProblem("the value cannot be encrypted: \(error)")
        }
    }

    static func open(_ sealed: ArraySlice<UInt8>, _ key: SymmetricKey, _ context: [UInt8]) throws(EncryptionProblem) -> [UInt8] {
        do {
            return Array(try AES.GCM.open(try AES.GCM.SealedBox(combined: sealed), using: key, authenticating: context))
        } catch {
            throw EncryptionProblem("the value was changed, or its key is another one")
        }
    }
}

/// AES-CBC with PKCS #7 padding: initialisation vector and ciphertext. It hides, but does not show changes; for data that
/// was written so.
struct CBCTransformer: DataTransformer {
    private static let blockSize = 16

    let prefix: String
    private let key: SymmetricKey

    init(name: String, key: [UInt8]) {
        prefix = "k8s:enc:aescbc:v1:\(name):"
        self.key = SymmetricKey(data: key)
    }

    func encrypt(_ plain: [UInt8], key place: String) async throws(EncryptionProblem) -> [UInt8] {
        var random = SystemRandomNumberGenerator()
        let vector = (0..<Self.blockSize).map { _ in UInt8.random(in: 0...255, using: &random) }
        do {
            return vector + Array(try AES._CBC.encrypt(plain, using: key, iv: try AES._CBC.IV(ivBytes: vector)))
        } catch {
            throw EncryptionProblem("the value cannot be encrypted: \(error)")
        }
    }

    func decrypt(_ sealed: ArraySlice<UInt8>, key place: String) async throws(EncryptionProblem) -> [UInt8] {
        let content = sealed.dropFirst(Self.blockSize)
        guard content.count >= Self.blockSize, content.count % Self.blockSize == 0 else {
            throw EncryptionProblem("the value is not whole")
        }
        do {
            let vector = try AES._CBC.IV(ivBytes: Array(sealed.prefix(Self.blockSize)))
            return Array(try AES._CBC.decrypt(Array(content), using: key, iv: vector))
        } catch {
            throw EncryptionProblem("the value was changed, or its key is another one")
        }
    }
}
