import Authentication
import FlowControl
import KubernetesTypes
import Logging
import Objects
import Synchronization

/// Keeps flow control at what FlowSchemas and PriorityLevelConfigurations say, and tells schemas that name no level so.
final class FlowConfiguration: Sendable {
    private static let user = UserInfo(name: "system:apiserver", groups: [UserInfo.mastersGroup])
    private static let manager = "api-priority-and-fairness-config-consumer-v1"
    /// How often seats are shared out anew.
    private static let period: Duration = .seconds(10)

    private let controller: FlowController
    private let schemas: ServedKind
    private let levels: ServedKind
    private let logger: Logger
    private let followers = (CacheFollower(), CacheFollower())
    private let clock = Mutex<Task<Void, Never>?>(nil)

    init(_ controller: FlowController, schemas: ServedKind, levels: ServedKind, logger: Logger) {
        self.controller = controller
        self.schemas = schemas
        self.levels = levels
        self.logger = logger
    }

    /// Takes what is stored, and follows its changes.
    func start() async {
        configure()
        let first = Task { [self] in
            await followers.0.start(schemas.store.cache) { [self] in await reconcile() }
            await followers.1.start(levels.store.cache) { [self] in await reconcile() }
            while !Task.isCancelled {
                try? await Task.sleep(for: Self.period)
                controller.adjust()
            }
        }
        clock.withLock { $0 = first }
    }

    func stop() {
        clock.withLock { $0?.cancel() }
        followers.0.stop()
        followers.1.stop()
    }

    private func configure() {
        controller.configure(schemas: schemas.store.all().map(\.value), levels: levels.store.all().map(\.value))
    }

    private func reconcile() async {
        configure()
        let known = Set(levels.store.all().map(\.name))
        for schema in schemas.store.all() {
            let level = schema.value["spec"]["priorityLevelConfiguration"]["name"].string ?? ""
            let status = known.contains(level) ? "False" : "True"
            let present = schema.value["status"]["conditions"].array.first { $0["type"].string == "Dangling" }
            let wanted = Self.condition(level, status: status)
            if let present, present["status"] == wanted["status"], present["reason"] == wanted["reason"],
                present["message"] == wanted["message"]
            {
                continue
            }
            await write(wanted, schema.name)
        }
    }

    private static func condition(_ level: String, status: String) -> Value {
        let isDangling = status == "True"
        let object = "This FlowSchema references the PriorityLevelConfiguration object named \"\(level)\""
        return [
            "type": "Dangling", "status": .string(status), "lastTransitionTime": .string(Timestamp.now().text),
            "reason": isDangling ? "NotFound" : "Found",
            "message": .string(object + (isDangling ? " but there is no such object" : " and it exists")),
        ]
    }

    private func write(_ condition: Value, _ name: String) async {
        var context = WriteContext(user: Self.user, fieldManager: Self.manager, version: schemas.groupVersion)
        context.subresource = "status"
        do {
            _ = try await schemas.store.update(UpdateRequest(namespace: "", name: name), context) { stored throws(StatusError) in
                var new = stored
                var condition = condition
                let before = stored["status"]["conditions"].array
                if let old = before.first(where: { $0["type"].string == "Dangling" }), old["status"] == condition["status"] {
                    condition["lastTransitionTime"] = old["lastTransitionTime"]
                }
                new["status"]["conditions"] = .array(before.filter { $0["type"].string != "Dangling" } + [condition])
                return new
            }
        } catch where !error.isNotFound {
            logger.warning("the status of a flow schema cannot be written", metadata: ["schema": "\(name)", "reason": "\(error)"])
        } catch {
            logger.debug("a flow schema went before its status was written", metadata: ["schema": "\(name)"])
        }
    }
}

/// `/debug/api_priority_and_fairness/`: what flow control does just now.
struct FlowDebugService: Sendable {
    private static let prefix = "/debug/api_priority_and_fairness/"

    let controller: FlowController

    func answer(_ request: ServerRequest) throws(StatusError) -> Answer? {
        guard request.path.hasPrefix(Self.prefix) else { return nil }
        guard request.method == "GET" || request.method == "HEAD" else { throw .methodNotAllowed }
        switch request.path.dropFirst(Self.prefix.count) {
        case "dump_priority_levels": return .text(200, controller.levelTable)
        case "dump_queues": return .text(200, controller.queueTable)
        case "dump_requests": return .text(200, controller.requestTable)
        default: return nil
        }
    }
}
