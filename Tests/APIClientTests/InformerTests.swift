@testable import APIClient
import KubernetesTypes
import Logging
import Objects
import Synchronization
import Testing

/// Answers each list with the next of some, and each watch at once with its end, so that the informer lists again.
private final class ListingTransport: APITransport {
    private let lists: Mutex<[[EncodedObject]]>

    init(_ lists: [[Value]]) { self.lists = Mutex(lists.map { list in list.map { EncodedObject(value: $0) } }) }

    func send(_ request: APIRequest) async throws(StatusError) -> Value { .null }

    func list(_ request: APIRequest) async throws(StatusError) -> ObjectPage {
        let (objects, isLast) = lists.withLock { lists in (lists.count > 1 ? lists.removeFirst() : lists.first ?? [], lists.count == 1) }
        if isLast { try? await Task.sleep(for: .milliseconds(20)) }
        return ObjectPage(objects: objects, resourceVersion: "1", continuation: nil)
    }

    func watch(_ request: APIRequest) async throws(StatusError) -> any WatchSource {
        throw StatusError(code: 410, reason: "Expired", message: "too old")
    }
}

@Suite struct InformerTests {
    private func map(_ name: String, uid: String, _ version: Int) -> Value {
        [
            "kind": "ConfigMap", "apiVersion": "v1",
            "metadata": ["name": .string(name), "namespace": "n", "uid": .string(uid), "resourceVersion": .string(String(version))],
        ]
    }

    private func seen(_ lists: [[Value]], until count: Int) async -> [String] {
        let seen = Mutex<[String]>([])
        let transport = ListingTransport(lists)
        let informer = Informer(ConfigMap.self, client: APIClient(transport: transport, fieldManager: "test"), logger: Logger(label: "test"))
        informer.onChange { change in
            let text = switch change {
            case .added(let new): "+\(new.uid)"
            case .updated(let old, let new): "\(old.uid)>\(new.uid)"
            case .deleted(let old): "-\(old.uid)"
            }
            seen.withLock { $0.append(text) }
        }
        let running = Task { await informer.run() }
        for _ in 0..<500 where seen.withLock({ $0.count }) < count { try? await Task.sleep(for: .milliseconds(10)) }
        running.cancel()
        await running.value
        return seen.withLock { $0 }
    }

    @Test func tellsWhatChangedBetweenLists() async {
        #expect(await seen([[map("a", uid: "1", 1), map("b", uid: "2", 2)], [map("a", uid: "1", 3)]], until: 4) == ["+1", "+2", "-2", "1>1"])
    }

    /// Who looks at differences only must not take the one for the other: what was done for the old one is not done for the new one.
    @Test func anObjectOfTheSameNameIsAnotherOne() async {
        #expect(await seen([[map("a", uid: "1", 1)], [map("a", uid: "2", 5)]], until: 3) == ["+1", "-1", "+2"])
    }
}
