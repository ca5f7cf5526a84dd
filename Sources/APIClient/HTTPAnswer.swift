package import AsyncHTTPClient
package import KubernetesTypes
package import NIOCore
import NIOHTTP1
package import Objects

/// What a server answered over HTTP, in the forms in which transports give it.
package struct HTTPAnswer: Sendable {
    /// The largest answer that is taken: a page of large objects.
    private static let limit = 512 << 20

    private let response: HTTPClientResponse

    /// Asks. Throws when nobody answers; what the server refuses is thrown when the answer is read.
    package init(_ request: HTTPClientRequest, by client: HTTPClient, deadline: NIODeadline) async throws(StatusError) {
        do {
            response = try await client.execute(request, deadline: deadline)
        } catch {
            throw Self.unreachable(error)
        }
    }

    private static func unreachable(_ error: any Error) -> StatusError { .unavailable("the API server cannot be reached: \(error)") }

    private static func failure(_ code: Int, _ text: String) -> StatusError {
        if let status = try? Value(json: text), status["kind"].string == "Status" { return StatusError(status: status, code: code) }
        return StatusError(code: code, reason: "", message: text)
    }

    /// The body; what is no JSON as text.
    package func value() async throws(StatusError) -> Value {
        let text: String
        do {
            text = String(buffer: try await response.body.collect(upTo: Self.limit))
        } catch {
            throw Self.unreachable(error)
        }
        let code = Int(response.status.code)
        if code >= 400 { throw Self.failure(code, text) }
        return (try? Value(json: text)) ?? .string(text)
    }

    /// The body as a page of a list.
    package func page() async throws(StatusError) -> ObjectPage {
        let list = try await value()
        guard list["items"].isArray || list["items"].isNull, list["kind"].string?.hasSuffix("List") == true else {
            throw .badRequest("the path is no list")
        }
        let metadata = list["metadata"]
        return ObjectPage(
            objects: list["items"].array.map { EncodedObject(value: $0) }, resourceVersion: metadata["resourceVersion"].string ?? "",
            continuation: metadata["continue"].string)
    }

    /// The body as events that come one after the other.
    package func watch() async throws(StatusError) -> any WatchSource {
        guard response.status.code == 200 else {
            let body = (try? await response.body.collect(upTo: 1 << 20)) ?? ByteBuffer()
            throw Self.failure(Int(response.status.code), String(buffer: body))
        }
        return HTTPWatch(response.body)
    }
}
