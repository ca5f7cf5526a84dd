import NIOCore
package import NIOHTTP1

/// Answers requests that cannot be read: with 400, and where the method is no method, with what the server says then.
///
/// Such an error ends the connection: the decoder reads no further. An answer that has begun is left alone.
final class ProtocolErrorHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let unknownMethod: PlainRefusal?
    private var isAnswering = false

    init(unknownMethod: PlainRefusal?) { self.unknownMethod = unknownMethod }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let problem = error as? HTTPParserError, !isAnswering {
            let refusal = problem == .invalidMethod ? unknownMethod : nil
            answer(refusal ?? PlainRefusal(status: .badRequest, contentType: "text/plain; charset=utf-8", body: "400 Bad Request"), context)
        }
        context.fireErrorCaught(error)
    }

    private func answer(_ refusal: PlainRefusal, _ context: ChannelHandlerContext) {
        let body = ByteBuffer(string: refusal.body)
        let headers = HTTPHeaders([
            ("connection", "close"), ("content-type", refusal.contentType), ("content-length", String(body.readableBytes)),
        ])
        isAnswering = true
        context.write(wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: refusal.status, headers: headers))), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head) where head.status.code < 200: break
        case .head: isAnswering = true
        case .body: break
        case .end: isAnswering = false
        }
        context.write(data, promise: promise)
    }
}

/// An answer that needs nothing of its request.
package struct PlainRefusal: Sendable {
    package let status: HTTPResponseStatus
    package let contentType: String
    package let body: String

    package init(status: HTTPResponseStatus, contentType: String, body: String) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }
}
