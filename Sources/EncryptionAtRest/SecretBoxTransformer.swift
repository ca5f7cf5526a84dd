#if canImport(Glibc)
import Glibc
#endif

/// `secretbox`: XSalsa20 and Poly1305, from libsodium, which is looked for when a configuration asks for it.
struct SecretBoxTransformer: DataTransformer {
    private static let nonceSize = 24
    private static let tagSize = 16

    let prefix: String
    private let key: [UInt8]
    private let library: SodiumLibrary

    /// Throws when this machine has no libsodium.
    init(name: String, key: [UInt8]) throws(EncryptionProblem) {
        guard let library = SodiumLibrary.shared else {
            throw EncryptionProblem("secretbox needs libsodium (Debian: libsodium23), which is not installed")
        }
        prefix = "k8s:enc:secretbox:v1:\(name):"
        self.key = key
        self.library = library
    }

    func encrypt(_ plain: [UInt8], key place: String) async throws(EncryptionProblem) -> [UInt8] {
        var random = SystemRandomNumberGenerator()
        let nonce = (0..<Self.nonceSize).map { _ in UInt8.random(in: 0...255, using: &random) }
        var sealed = [UInt8](repeating: 0, count: plain.count + Self.tagSize)
        guard library.seal(&sealed, plain, UInt64(plain.count), nonce, key) == 0 else { throw EncryptionProblem("the value cannot be encrypted") }
        return nonce + sealed
    }

    func decrypt(_ sealed: ArraySlice<UInt8>, key place: String) async throws(EncryptionProblem) -> [UInt8] {
        let box = Array(sealed.dropFirst(Self.nonceSize))
        guard box.count >= Self.tagSize else { throw EncryptionProblem("the value is not whole") }
        var plain = [UInt8](repeating: 0, count: box.count - Self.tagSize)
        guard library.open(&plain, box, UInt64(box.count), Array(sealed.prefix(Self.nonceSize)), key) == 0 else {
            throw EncryptionProblem("the value was changed, or its key is another one")
        }
        return plain
    }
}

/// The two functions of libsodium that are used.
struct SodiumLibrary: Sendable {
    typealias Function = @convention(c) (
        UnsafeMutablePointer<UInt8>, UnsafePointer<UInt8>, UInt64, UnsafePointer<UInt8>, UnsafePointer<UInt8>
    ) -> Int32

    let seal: Function
    let open: Function

    /// Nil where it is not installed.
    static let shared = SodiumLibrary()

    private init?() {
        for name in ["libsodium.so.23", "libsodium.so.26", "libsodium.so"] {
            guard let handle = dlopen(name, RTLD_NOW | RTLD_LOCAL) else { continue }
            guard let start = dlsym(handle, "sodium_init"), let seal = dlsym(handle, "crypto_secretbox_easy"),
                let open = dlsym(handle, "crypto_secretbox_open_easy")
            else { continue }
            guard unsafeBitCast(start, to: (@convention(c) () -> Int32).self)() >= 0 else { continue }
            self.seal = unsafeBitCast(seal, to: Function.self)
            self.open = unsafeBitCast(open, to: Function.self)
            return
        }
        return nil
    }
}
