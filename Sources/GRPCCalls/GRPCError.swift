/// Why a call came to nothing: gRPC's code, what the server said, and whether the server can have seen the call.
package struct GRPCError: Error, Sendable, CustomStringConvertible {
    /// gRPC's status codes (https://github.com/grpc/grpc/blob/master/doc/statuscodes.md).
    package enum Code: Int, Sendable {
        case ok = 0, cancelled, unknown, invalidArgument, deadlineExceeded, notFound, alreadyExists, permissionDenied
        case resourceExhausted, failedPrecondition, aborted, outOfRange, unimplemented, `internal`, unavailable, dataLoss
        case unauthenticated
    }

    package let code: Code
    package let message: String
    /// False only when it is certain that no byte of the call reached the server.
    package let wasSent: Bool

    package init(_ code: Code, _ message: String, wasSent: Bool = true) {
        self.code = code
        self.message = message
        self.wasSent = wasSent
    }

    package var description: String { "\(code): \(message)" }

    /// gRPC's meaning of an HTTP answer that is not gRPC's.
    static func http(_ status: String) -> GRPCError {
        let code: Code = switch status {
        case "400": .internal
        case "401": .unauthenticated
        case "403": .permissionDenied
        case "404": .unimplemented
        case "429", "502", "503", "504": .unavailable
        default: .unknown
        }
        return GRPCError(code, "the server answers with HTTP status \(status)")
    }
}
