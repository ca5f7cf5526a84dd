/// Comparisons whose time does not depend on where two secrets differ.
package enum ConstantTime {
    package static func equal(_ left: String, _ right: String) -> Bool {
        let left = Array(left.utf8)
        let right = Array(right.utf8)
        var difference = UInt8(left.count == right.count ? 0 : 1)
        for index in 0..<max(left.count, right.count) {
            let one = index < left.count ? left[index] : 0
            let other = index < right.count ? right[index] : 1
            difference |= one ^ other
        }
        return difference == 0
    }
}

/// Tokens with which new nodes introduce themselves: `ID.SECRET`, six and sixteen of a-z and 0-9.
package enum BootstrapToken {
    package static func isWellFormed(_ token: String) -> Bool {
        let bytes = Array(token.utf8)
        guard bytes.count == 23, bytes[6] == UInt8(ascii: ".") else { return false }
        return bytes.enumerated().allSatisfy { index, byte in
            index == 6 || byte &- UInt8(ascii: "0") <= 9 || byte &- UInt8(ascii: "a") <= 25
        }
    }

    package static func generate() -> String {
        let alphabet = Array("abcdefghijklmnopqrstuvwxyz0123456789")
        func random(_ count: Int) -> String { String((0..<count).compactMap { _ in alphabet.randomElement() }) }
        return random(6) + "." + random(16)
    }
}

/// Secrets that cannot be guessed.
package enum RandomToken {
    /// `byteCount` bytes of the system's generator as hexadecimal text.
    package static func generate(byteCount: Int = 32) -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<byteCount).map { _ in
            let byte = UInt8.random(in: 0...255, using: &generator)
            return (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }
}
