import Testing

@testable import FlowControl
import Objects

@Suite struct FlowControllerTests {
    private static func level(_ name: String, shares: Int64, queues: Int64 = 0, limit: Int64 = 1) -> Value {
        let response: Value = queues > 0
            ? ["type": "Queue", "queuing": ["queues": .int(queues), "handSize": 1, "queueLengthLimit": .int(limit)]] : ["type": "Reject"]
        return [
            "metadata": ["name": .string(name), "uid": .string("uid-" + name)],
            "spec": ["type": "Limited", "limited": ["nominalConcurrencyShares": .int(shares), "limitResponse": response]],
        ]
    }

    private static func schema(_ name: String, _ level: String, _ precedence: Int64, subjects: [Value], rule: Value, by: String? = nil) -> Value {
        var rule = rule
        rule["subjects"] = .array(subjects)
        var spec: Value = [
            "priorityLevelConfiguration": ["name": .string(level)], "matchingPrecedence": .int(precedence), "rules": [rule],
        ]
        if let by { spec["distinguisherMethod"] = ["type": .string(by)] }
        return ["metadata": ["name": .string(name), "uid": .string("uid-" + name)], "spec": spec]
    }

    private static let pods: Value = [
        "resourceRules": [["verbs": ["get", "list"], "apiGroups": [""], "resources": ["pods", "pods/status"], "namespaces": ["a"]]],
        "nonResourceRules": [["verbs": ["get"], "nonResourceURLs": ["/healthz", "/metrics/*"]]],
    ]

    private static func request(_ user: String, _ verb: String = "get", _ resource: String = "pods", namespace: String = "a") -> FlowRequest {
        var request = FlowRequest(user: user, groups: ["system:authenticated"], verb: verb, isResourceRequest: true)
        request.resource = resource
        request.namespace = namespace
        return request
    }

    @Test func matchesSubjectsAndRules() {
        let account: Value = ["kind": "ServiceAccount", "serviceAccount": ["namespace": "ns", "name": "*"]]
        let user: Value = ["kind": "User", "user": ["name": "eve"]]
        let schema = FlowSchema(Self.schema("s", "l", 5, subjects: [account, user], rule: Self.pods))
        #expect(schema.matches(Self.request("eve")))
        #expect(schema.matches(Self.request("system:serviceaccount:ns:x", "list", "pods/status")))
        #expect(!schema.matches(Self.request("system:serviceaccount:other:x")))
        #expect(!schema.matches(Self.request("bob")) && !schema.matches(Self.request("eve", "delete")))
        #expect(!schema.matches(Self.request("eve", namespace: "b")) && !schema.matches(Self.request("eve", namespace: "")))
        #expect(!schema.matches(Self.request("eve", "get", "pods/log")))
        var path = FlowRequest(user: "eve", groups: [], verb: "get", isResourceRequest: false)
        path.path = "/metrics/slis"
        #expect(schema.matches(path))
        path.path = "/metrics"
        #expect(!schema.matches(path))
    }

    @Test func whoGoesAwayLeavesTheQueue() async throws {
        let everyone: Value = ["kind": "Group", "group": ["name": "system:authenticated"]]
        let controller = FlowController(total: 1, waitLimit: .seconds(60))
        controller.configure(
            schemas: [Self.schema("s", "one", 100, subjects: [everyone], rule: Self.pods)],
            levels: [Self.level("one", shares: 10, queues: 1, limit: 1)])
        let place = try #require(controller.place(Self.request("eve")))
        guard case .seat(let seat) = controller.begin(place, RequestWidth()), case .wait(let wait) = controller.begin(place, RequestWidth()),
            case .refused(.full) = controller.begin(place, RequestWidth())
        else {
            Issue.record("one should go and one should wait")
            return
        }
        let outcome = Task { await wait.outcome(within: .seconds(60)) }
        wait.abandon()
        if case .seat = await outcome.value { Issue.record("it should have gone") }
        guard case .wait = controller.begin(place, RequestWidth()) else {
            Issue.record("its place should be free")
            return
        }
        seat.end()
    }

    @Test func theLowestPrecedenceCountsAndNothingIsWithoutPlace() {
        let everyone: Value = ["kind": "Group", "group": ["name": "system:authenticated"]]
        let controller = FlowController(total: 10, waitLimit: .seconds(1))
        controller.configure(
            schemas: [
                Self.schema("late", "one", 200, subjects: [everyone], rule: Self.pods),
                Self.schema("early", "two", 100, subjects: [everyone], rule: Self.pods),
                Self.schema("dangling", "missing", 1, subjects: [everyone], rule: Self.pods),
            ], levels: [Self.level("one", shares: 10), Self.level("two", shares: 10)])
        #expect(controller.place(Self.request("eve"))?.schemaUID == "uid-early")
        #expect(controller.place(Self.request("eve"))?.levelUID == "uid-two")
        #expect(controller.place(Self.request("eve", "delete"))?.level.name == "catch-all")
        var master = Self.request("root")
        master.groups = ["system:masters"]
        #expect(controller.place(master)?.level.name == "exempt")
    }

    @Test func requestsWaitAreLetGoAndTimeOut() async throws {
        let everyone: Value = ["kind": "Group", "group": ["name": "*"]]
        let controller = FlowController(total: 1, waitLimit: .seconds(5))
        controller.configure(
            schemas: [Self.schema("s", "narrow", 2, subjects: [everyone], rule: Self.pods, by: "ByUser")],
            levels: [Self.level("narrow", shares: 1, queues: 1, limit: 2)])
        let place = try #require(controller.place(Self.request("eve")))
        guard case .seat(let first) = controller.begin(place, RequestWidth()), case .wait(let second) = controller.begin(place, RequestWidth()),
            case .wait(let third) = controller.begin(place, RequestWidth())
        else {
            Issue.record("one should go and two should wait")
            return
        }
        guard case .refused(.full) = controller.begin(place, RequestWidth()) else {
            Issue.record("the fourth should be refused")
            return
        }
        #expect(controller.requestTable.split(separator: "\n").count == 3)
        let late = Task { await third.outcome(within: .milliseconds(50)) }
        if case .seat = await late.value { Issue.record("the third should have timed out") }
        let next = Task { await second.outcome(within: .seconds(5)) }
        first.end()
        guard case .seat(let seat) = await next.value else {
            Issue.record("the second should have got its seat")
            return
        }
        seat.end()
        #expect(place.level.figures.executing == 0 && place.level.figures.waiting == 0)
        let counts = place.count.current
        #expect(counts.dispatched == 2 && counts.refused == [.full: 1, .timeOut: 1] && counts.executingSeats == 0)
        controller.adjust()
        #expect(place.level.figures.limit >= 1)
    }
}
