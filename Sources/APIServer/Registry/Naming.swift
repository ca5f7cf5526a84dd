/// Names that the server makes.
enum Naming {
    /// Without vowels and look-alikes, as Kubernetes has it, so that no words come out.
    private static let alphabet = Array("bcdfghjklmnpqrstvwxz2456789")

    /// `prefix`, cut so that the whole fits 63 bytes, and five random characters.
    static func generate(_ prefix: String) -> String {
        let suffix = String((0..<5).compactMap { _ in alphabet.randomElement() })
        return String(decoding: Array(prefix.utf8.prefix(58)), as: UTF8.self) + suffix
    }

    /// A random UUID (version 4) in lower case.
    static func uid() -> String {
        var generator = SystemRandomNumberGenerator()
        var high: UInt64 = generator.next()
        var low: UInt64 = generator.next()
        high = high & 0xffff_ffff_ffff_0fff | 0x4000
        low = low & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000
        func hex(_ number: UInt64, _ width: Int) -> String {
            let digits = String(number, radix: 16)
            return String(repeating: "0", count: max(width - digits.utf8.count, 0)) + digits
        }
        return "\(hex(high >> 32, 8))-\(hex(high >> 16 & 0xffff, 4))-\(hex(high & 0xffff, 4))-\(hex(low >> 48, 4))-\(hex(low & 0xffff_ffff_ffff, 12))"
    }
}
