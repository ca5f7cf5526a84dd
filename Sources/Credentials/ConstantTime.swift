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
