package import NIOCore
import Objects

/// Which streams a command is to have.
package struct RemoteCommandOptions: Sendable, Equatable {
    package var stdin: Bool
    package var stdout: Bool
    package var stderr: Bool
    package var tty: Bool

    package init(stdin: Bool, stdout: Bool, stderr: Bool, tty: Bool) {
        self.stdin = stdin
        self.stdout = stdout
        // A terminal has one output.
        self.stderr = stderr && !tty
        self.tty = tty
    }
}

/// The versions of the streaming protocol, by the names under which they are negotiated.
package struct RemoteCommandVersion: Sendable, Equatable {
    /// 1 to 5.
    package let number: Int
    /// Over WebSocket: text messages with base64 in them, for clients that cannot send bytes.
    package let isBase64: Bool

    private static let names: [String: RemoteCommandVersion] = [
        "v5.channel.k8s.io": .init(number: 5), "v4.channel.k8s.io": .init(number: 4), "v3.channel.k8s.io": .init(number: 3),
        "v2.channel.k8s.io": .init(number: 2), "channel.k8s.io": .init(number: 1),
        "v4.base64.channel.k8s.io": .init(number: 4, isBase64: true),
        "base64.channel.k8s.io": .init(number: 1, isBase64: true),
    ]

    init(number: Int, isBase64: Bool = false) {
        self.number = number
        self.isBase64 = isBase64
    }

    static let overWebSocket = Array(names.keys)
    /// In the order in which a refusal lists them.
    static let overSPDY = ["v4.channel.k8s.io", "v3.channel.k8s.io", "v2.channel.k8s.io", "channel.k8s.io"]

    static func named(_ name: String) -> RemoteCommandVersion? { names[name] }

    var hasResize: Bool { number >= 3 }
    var hasStatusObjects: Bool { number >= 4 }
}

/// How a command ended, as the error stream says it.
package enum RemoteCommandOutcome: Sendable, Equatable {
    case success
    case exited(code: Int)
    case failed(message: String)

    /// What goes onto the error stream: a Status since v4, bare text (nothing on success) before.
    package func encoded(for version: RemoteCommandVersion) -> ByteBuffer {
        let text: String
        switch self {
        case .success:
            guard version.hasStatusObjects else { return ByteBuffer() }
            return ByteBuffer(bytes: (["metadata": [:], "status": "Success"] as Value).json)
        case .exited(let code):
            text = "command terminated with non-zero exit code: command terminated with exit code \(code)"
        case .failed(let message): text = message
        }
        guard version.hasStatusObjects else { return ByteBuffer(string: text) }
        var status: Value = ["metadata": [:], "status": "Failure", "message": .string(text)]
        if case .exited(let code) = self {
            status["reason"] = "NonZeroExitCode"
            status["details"] = ["causes": [["reason": "ExitCode", "message": .string(String(code))]]]
        } else {
            status["reason"] = "InternalError"
            status["details"] = ["causes": [["message": .string(text)]]]
            status["code"] = 500
        }
        return ByteBuffer(bytes: status.json)
    }

    /// Reads what a server put onto its error stream. Nothing at all counts as success.
    package init(errorStream bytes: ByteBuffer) {
        guard bytes.readableBytes > 0 else {
            self = .success
            return
        }
        guard let status = try? Value(json: Array(bytes.readableBytesView)), let result = status["status"].string else {
            self = .failed(message: String(buffer: bytes))
            return
        }
        let code = status["details"]["causes"].array.first { $0["reason"].string == "ExitCode" }?["message"].string.flatMap { Int($0) }
        if result == "Success" {
            self = .success
        } else if status["reason"].string == "NonZeroExitCode", let code {
            self = .exited(code: code)
        } else {
            self = .failed(message: status["message"].string ?? "the command failed")
        }
    }
}

/// How large a terminal is, in characters.
package struct TerminalSize: Sendable, Equatable {
    package let width: UInt16
    package let height: UInt16

    package init(width: UInt16, height: UInt16) {
        self.width = width
        self.height = height
    }
}

/// Takes terminal sizes out of a resize stream: JSON objects, with or without line ends between them.
struct TerminalSizeDecoder {
    private var pending: [UInt8] = []

    mutating func feed(_ bytes: ByteBuffer) -> [TerminalSize] {
        var sizes: [TerminalSize] = []
        for byte in bytes.readableBytesView {
            pending.append(byte)
            if pending.count > 1024 { pending = [] }
            guard byte == UInt8(ascii: "}") else { continue }
            if let value = try? Value(json: pending), let width = value["Width"].int.flatMap(UInt16.init(exactly:)),
                let height = value["Height"].int.flatMap(UInt16.init(exactly:))
            {
                sizes.append(TerminalSize(width: width, height: height))
            }
            pending = []
        }
        return sizes
    }
}
