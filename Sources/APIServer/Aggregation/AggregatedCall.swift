import APIClient
import Aggregation
import AsyncHTTPClient
import KubernetesTypes
import NIOCore
import NIOHTTP1
import Objects

/// How requests of components in this process reach aggregated servers: as everybody else's do, as who asks.
struct AggregatedCall: Sendable {
    private static let timeout: TimeAmount = .seconds(60)

    let servers: RemoteServers
    let agent: String

    /// Throws for connections to kubelets and pods, which components have no use for.
    func answer(_ request: APIRequest, _ plan: ProxyPlan, isWatch: Bool = false) async throws(StatusError) -> HTTPAnswer {
        guard let remote = plan.remote else { throw .badRequest("the request is a stream") }
        var outgoing = HTTPClientRequest(url: plan.url)
        outgoing.method = HTTPMethod(rawValue: request.verb.rawValue)
        outgoing.headers = ["user-agent": agent, "accept": "application/json"]
        for (name, value) in remote.headers { outgoing.headers.add(name: name, value: value) }
        if !request.body.isNull {
            outgoing.headers.add(name: "content-type", value: request.contentType)
            outgoing.body = .bytes(ByteBuffer(bytes: request.body.json))
        }
        let client: HTTPClient
        do {
            client = try servers.client(remote.server)
        } catch {
            throw .unavailable("the aggregated server cannot be asked: \(error)")
        }
        return try await HTTPAnswer(outgoing, by: client, deadline: isWatch ? .distantFuture : .now() + Self.timeout)
    }
}
