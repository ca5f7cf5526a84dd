import APIClient
import AsyncHTTPClient
import Credentials
import KubernetesTypes
import NIOCore
import NIOHTTP1
import Objects
import SQLiteStorage
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

    @Test func aListWhoseStateIsGoneGoesOnWithWhatThereIs() async throws {
        try await ServerFixture.run { fixture in
            let maps = "/api/v1/namespaces/default/configmaps"
            func add(_ name: String) async -> Int64 {
                let made = await fixture.send(.create, maps, ["kind": "ConfigMap", "apiVersion": "v1", "metadata": ["name": .string(name)]])
                return Int64(made["metadata"]["resourceVersion"].string ?? "") ?? 0
            }
            func page(_ token: String?) async throws(StatusError) -> ObjectPage {
                var request = APIRequest(.get, maps)
                request.query = [(name: "limit", value: "2"), (name: "continue", value: token ?? "")]
                return try await fixture.admin.list(request)
            }
            for name in ["a", "c", "e", "g"] { _ = await add(name) }
            let first = try await page(nil)
            #expect(first.objects.map(\.name) == ["a", "c"])
            // As many lists of other states as are remembered, and a store that has forgotten all but the last one.
            var revision = await add("d")
            for number in 0...WatchCache.snapshotLimit {
                revision = await add("z\(number)")
                _ = try await page(nil)
            }
            try await fixture.storage.compact(to: revision)
            var expired: StatusError?
            for _ in 0..<100 where expired == nil {
                do throws(StatusError) {
                    _ = try await page(first.continuation)
                    try? await Task.sleep(for: .milliseconds(50))
                } catch {
                    expired = error
                }
            }
            #expect(expired?.code == 410)
            #expect(expired?.message.contains("use the continue token in this response") == true)
            let token = expired?.status["metadata"]["continue"].string
            let second = try await page(token)
            #expect(second.objects.map(\.name) == ["d", "e"])
            // Something else of the server may have been written meanwhile.
            #expect(Int64(second.resourceVersion) ?? 0 >= revision)
            _ = await add("f")
            let third = try await page(second.continuation)
            #expect(third.objects.first?.name == "g", "from here on the state is one and the same")
        }
    }
}
