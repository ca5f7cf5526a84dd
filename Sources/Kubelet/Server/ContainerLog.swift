#if canImport(Glibc)
import Glibc
#endif
import HTTPServing
import Objects

/// What a client wants of a log (`PodLogOptions`).
struct LogOptions: Sendable {
    var follow = false
    var previous = false
    var timestamps = false
    var since: Timestamp?
    var tailLines: Int?
    var limitBytes: Int?
    /// `stdout`, `stderr`; nil for both.
    var stream: String?

    struct Invalid: Error, CustomStringConvertible {
        let description: String
    }

    /// All of it, as it was written.
    static let plain = LogOptions()

    private init() {}

    init(_ query: QueryParameters, now: Timestamp) throws(Invalid) {
        follow = query.flag("follow")
        previous = query.flag("previous")
        timestamps = query.flag("timestamps")
        func number(_ name: String) throws(Invalid) -> Int? {
            guard let text = query[name], !text.isEmpty else { return nil }
            guard let number = Int(text), number >= 0 else { throw Invalid(description: "invalid \(name): \(text)") }
            return number
        }
        tailLines = try number("tailLines")
        limitBytes = try number("limitBytes")
        if let seconds = try number("sinceSeconds") { since = Timestamp(seconds: now.seconds - Int64(seconds), nanoseconds: now.nanoseconds) }
        if let text = query["sinceTime"], !text.isEmpty {
            guard let time = Timestamp(text) else { throw Invalid(description: "invalid sinceTime: \(text)") }
            since = time
        }
        switch query["stream"] {
        case "Stdout": stream = "stdout"
        case "Stderr": stream = "stderr"
        default: stream = nil
        }
    }
}

/// Turns the bytes of a log file (the CRI log format) into what the client is to see. Pure: fed with bytes.
struct LogFilter {
    private let options: LogOptions
    private var rest: [UInt8] = []
    private var left: Int?
    /// The line before was partial: the next one goes on with it and gets no time of its own.
    private var continues = false
    private(set) var isFull = false

    init(_ options: LogOptions) {
        self.options = options
        left = options.limitBytes
        isFull = options.limitBytes == 0
    }

    /// The text that the bytes add.
    mutating func feed(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        rest.append(contentsOf: bytes)
        var output: [UInt8] = []
        var start = 0
        while !isFull, let end = rest[start...].firstIndex(of: UInt8(ascii: "\n")) {
            append(rest[start..<end], to: &output)
            start = end + 1
        }
        rest.removeFirst(start)
        return output
    }

    private mutating func append(_ line: ArraySlice<UInt8>, to output: inout [UInt8]) {
        let space = UInt8(ascii: " ")
        guard let first = line.firstIndex(of: space), let second = line[(first + 1)...].firstIndex(of: space) else { return }
        let third = line[(second + 1)...].firstIndex(of: space) ?? line.endIndex
        let time = line[line.startIndex..<first]
        let tag = line[(second + 1)..<third]
        let text = third < line.endIndex ? line[(third + 1)...] : []
        let isPartial = tag.first == UInt8(ascii: "P")
        let isContinuation = continues
        continues = isPartial
        if let stream = options.stream, !line[(first + 1)..<second].elementsEqual(stream.utf8) { return }
        if let since = options.since, let written = Timestamp(String(decoding: time, as: UTF8.self)), written < since { return }
        var piece: [UInt8] = []
        if options.timestamps, !isContinuation { piece = Array(time) + [space] }
        piece += text
        if !isPartial { piece.append(UInt8(ascii: "\n")) }
        if let left {
            piece = Array(piece.prefix(left))
            self.left = left - piece.count
            isFull = left == piece.count
        }
        output += piece
    }
}

/// A log file that is read while it may still grow.
struct LogFile: ~Copyable {
    private let descriptor: Int32
    private var buffer = [UInt8](repeating: 0, count: 65_536)

    /// Nil when the file cannot be opened. With `tail` it begins so many lines before the end.
    init?(_ path: String, tail: Int?) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        if let tail { seekToTail(tail) }
    }

    deinit { close(descriptor) }

    /// What follows; empty at the present end.
    mutating func read() -> ArraySlice<UInt8> {
        let count = buffer.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
        return buffer[..<max(count, 0)]
    }

    /// Looks for the beginning of the last lines, from the end backwards, block by block.
    private mutating func seekToTail(_ lines: Int) {
        let size = Int(lseek(descriptor, 0, SEEK_END))
        var position = size
        var found = 0
        while position > 0 {
            let length = min(position, buffer.count)
            position -= length
            let count = buffer.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, length, off_t(position)) }
            guard count == length else { break }
            for index in (0..<length).reversed() where buffer[index] == UInt8(ascii: "\n") {
                // The newline at the very end closes the last line.
                if position + index != size - 1 || lines == 0 { found += 1 }
                if found == max(lines, 1) {
                    lseek(descriptor, off_t(position + index + 1), SEEK_SET)
                    return
                }
            }
        }
        lseek(descriptor, lines == 0 ? off_t(size) : 0, SEEK_SET)
    }
}
