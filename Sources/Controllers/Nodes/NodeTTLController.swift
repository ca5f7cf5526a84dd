import APIClient
import KubernetesTypes
import Objects
import Synchronization

/// Tells kubelets by an annotation for how long they may keep secrets and config maps: the longer, the larger the cluster.
struct NodeTTLController: Controller {
    let loop: ReconcileLoop
    private static let key = "node.alpha.kubernetes.io/ttl"
    /// Up to how many nodes, how many seconds. A step down comes later than the step up, so that sizes at a border do not swing.
    private static let steps: [(shrinks: Int, grows: Int, seconds: Int)] = [
        (0, 100, 0), (90, 500, 15), (450, 1000, 30), (900, 2000, 60), (1800, .max, 300),
    ]

    init(_ context: ControllerContext) {
        let queue = WorkQueue()
        let shared = StepBox()
        loop = ReconcileLoop("ttl", queue: queue, workers: 2, logger: context.logger) { name throws(StatusError) in
            guard let node = context.nodes.get(name) else { return }
            let wanted = String(Self.steps[shared.current].seconds)
            if node.annotations[Self.key] == wanted { return }
            var annotations = Value.emptyObject
            annotations[Self.key] = .string(wanted)
            do throws(StatusError) {
                try await context.client.patch(Node.self, "", name, ["metadata": ["annotations": annotations]])
            } catch where error.isNotFound {
                return
            }
        }
        context.nodes.onChange { change in
            switch change {
            case .updated: queue.add(change.object.name)
            default:
                let count = context.nodes.encoded().count
                if shared.move(count, Self.steps) { for node in context.nodes.encoded() { queue.add(node.name) } } else { queue.add(change.object.name) }
            }
        }
    }

    private final class StepBox: Sendable {
        private let step = Mutex(0)

        var current: Int { step.withLock { $0 } }

        func move(_ count: Int, _ steps: [(shrinks: Int, grows: Int, seconds: Int)]) -> Bool {
            step.withLock { step in
                let before = step
                while step + 1 < steps.count, count > steps[step].grows { step += 1 }
                while step > 0, count < steps[step].shrinks { step -= 1 }
                return step != before
            }
        }
    }
}
