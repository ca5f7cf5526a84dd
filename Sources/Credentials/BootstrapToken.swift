/// A token by which new nodes introduce themselves: `ID.SECRET`, six and sixteen of a-z and 0-9. The ID is no secret.
package struct BootstrapToken: Sendable, Equatable {
    package let id: String
    package let secret: String

    /// Nil when the text is no such token.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 23, bytes[6] == UInt8(ascii: ".") else { return nil }
        let isRight = bytes.enumerated().allSatisfy { index, byte in
            index == 6 || byte &- UInt8(ascii: "0") <= 9 || byte &- UInt8(ascii: "a") <= 25
        }
        guard isRight else { return nil }
        id = String(decoding: bytes[..<6], as: UTF8.self)
        secret = String(decoding: bytes[7...], as: UTF8.self)
    }

    private init(id: String, secret: String) {
        self.id = id
        self.secret = secret
    }

    /// One that cannot be guessed.
    package static func generate() -> BootstrapToken {
        let alphabet = Array("abcdefghijklmnopqrstuvwxyz0123456789")
        func random(_ count: Int) -> String { String((0..<count).compactMap { _ in alphabet.randomElement() }) }
        return BootstrapToken(id: random(6), secret: random(16))
    }

    /// The whole token, which is a secret.
    package var text: String { "\(id).\(secret)" }
}
