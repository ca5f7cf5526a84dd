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
        return String(unsafeUninitializedCapacity: 36) { buffer in
            var end = 0
            func put(_ number: UInt64) {
                for shift in stride(from: 60, through: 0, by: -4) {
                    if end == 8 || end == 13 || end == 18 || end == 23 {
                        buffer[end] = UInt8(ascii: "-")
                        end += 1
                    }
                    let digit = UInt8(truncatingIfNeeded: number >> UInt64(shift)) & 0xf
                    buffer[end] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
                    end += 1
                }
            }
            put(high)
            put(low)
            return end
        }
    }
}
