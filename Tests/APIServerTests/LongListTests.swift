import APIClient
import AsyncHTTPClient
import Credentials
import NIOCore
import NIOHTTP1
import Objects
import TestSupport
import Testing

@testable import APIServer

/// Long lists leave in parts, plain or compressed, and are what short ones are.
@Suite(.serialized) struct LongListTests {
    @Test(arguments: [false, true])
    func partsMakeTheList(isCompressed: Bool) async throws {
        try await ServerFixture.run(listens: true) { fixture in
            let maps = "/api/v1/namespaces/default/configmaps"
            for number in 0..<700 {
                await fixture.send(
                    .create, maps,
                    ["kind": "ConfigMap", "apiVersion": "v1", "metadata": ["name": .string("c\(number)")], "data": ["k": .string(String(repeating: "x", count: 900))]])
            }
            let kubeconfig = try #require(fixture.kubeconfig)
            let client = try kubeconfig.httpsClient(version: .automatic)
            do {
                var request = HTTPClientRequest(url: kubeconfig.server + maps)
                if isCompressed { request.headers.add(name: "accept-encoding", value: "gzip") }
                let response = try await client.execute(request, timeout: .seconds(60))
                var body = Array(try await response.body.collect(upTo: 64 << 20).readableBytesView)
                if isCompressed { body = try #require(gunzipped(body, atMost: 4 << 20)) }
                #expect(response.headers.first(name: "content-encoding") == (isCompressed ? "gzip" : nil))
                #expect(response.status == .ok)
                #expect(isCompressed || response.headers.first(name: "content-length") == String(body.count))
                let (_, whole) = fixture.raw("GET", maps)
                #expect(whole["items"].array.count >= 700)
                #expect(try Value(json: body) == whole)
            } catch {
                Issue.record("\(error)")
            }
            try await client.shutdown()
        }
    }
}
