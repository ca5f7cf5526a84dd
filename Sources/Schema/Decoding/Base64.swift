/// Standard base64 with padding, as Go's `encoding/json` reads and writes bytes.
enum Base64 {
    struct Problem: Error, Hashable, Sendable {
        /// The byte of the text that does not fit, as Go counts it.
        let offset: Int
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let values: [UInt8] = {
        var table = [UInt8](repeating: 0xff, count: 256)
        for (value, byte) in alphabet.enumerated() { table[Int(byte)] = UInt8(value) }
        return table
    }()

    /// Reads text; line breaks are skipped.
    static func decode(_ text: String) -> Result<[UInt8], Problem> {
        let input = Array(text.utf8)
        var output: [UInt8] = []
        output.reserveCapacity(input.count / 4 * 3)
        var position = 0
        var bits: UInt32 = 0
        var digits = 0
        while position < input.count {
            let byte = input[position]
            position += 1
            if byte == 0x0a || byte == 0x0d { continue }
            let value = values[Int(byte)]
            if value != 0xff {
                bits = bits << 6 | UInt32(value)
                digits += 1
                if digits == 4 {
                    output.append(UInt8(truncatingIfNeeded: bits >> 16))
                    output.append(UInt8(truncatingIfNeeded: bits >> 8))
                    output.append(UInt8(truncatingIfNeeded: bits))
                    bits = 0
                    digits = 0
                }
                continue
            }
            guard byte == UInt8(ascii: "="), digits >= 2 else { return .failure(Problem(offset: position - 1)) }
            if let wrong = endOfPadding(input, position, needsAnother: digits == 2) {
                return .failure(Problem(offset: wrong))
            }
            if digits == 3 {
                output.append(UInt8(truncatingIfNeeded: bits >> 10))
                output.append(UInt8(truncatingIfNeeded: bits >> 2))
            } else {
                output.append(UInt8(truncatingIfNeeded: bits >> 4))
            }
            return .success(output)
        }
        return digits == 0 ? .success(output) : .failure(Problem(offset: input.count - digits))
    }

    /// Nil when nothing but the padding follows; else where it goes wrong.
    private static func endOfPadding(_ input: [UInt8], _ start: Int, needsAnother: Bool) -> Int? {
        var position = start
        func skipBreaks() {
            while position < input.count, input[position] == 0x0a || input[position] == 0x0d { position += 1 }
        }
        skipBreaks()
        if needsAnother {
            guard position < input.count else { return input.count }
            guard input[position] == UInt8(ascii: "=") else { return position - 1 }
            position += 1
            skipBreaks()
        }
        return position < input.count ? position : nil
    }

    static func encode(_ bytes: some Collection<UInt8>) -> String {
        var output: [UInt8] = []
        output.reserveCapacity((bytes.count + 2) / 3 * 4)
        var bits: UInt32 = 0
        var count = 0
        func digit(_ shift: UInt32) -> UInt8 { alphabet[Int(bits >> shift & 63)] }
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            count += 1
            if count == 3 {
                output.append(digit(18))
                output.append(digit(12))
                output.append(digit(6))
                output.append(digit(0))
                bits = 0
                count = 0
            }
        }
        if count == 1 {
            bits <<= 16
            output.append(digit(18))
            output.append(digit(12))
            output.append(contentsOf: "==".utf8)
        } else if count == 2 {
            bits <<= 8
            output.append(digit(18))
            output.append(digit(12))
            output.append(digit(6))
            output.append(contentsOf: "=".utf8)
        }
        return String(decoding: output, as: UTF8.self)
    }
}
