package import KubernetesTypes
package import Logging

/// A control loop: keys out of a queue, one call of `reconcile` each, repeated with back-off when it throws.
package struct ReconcileLoop: Sendable {
    package let name: String
    package let queue: WorkQueue
    private let workers: Int
    private let logger: Logger
    private let reconcile: @Sendable (String) async throws(StatusError) -> Void

    package init(
        _ name: String, queue: WorkQueue = WorkQueue(), workers: Int = 4, logger: Logger,
        reconcile: @escaping @Sendable (String) async throws(StatusError) -> Void
    ) {
        self.name = name
        self.queue = queue
        self.workers = workers
        self.logger = logger
        self.reconcile = reconcile
        WorkQueueMetrics.add(name, queue)
    }

    /// Works until cancelled.
    package func run() async {
        await withTaskCancellationHandler {
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<workers { group.addTask { await work() } }
            }
        } onCancel: {
            queue.close()
        }
    }

    private func work() async {
        while let key = await queue.next() {
            do throws(StatusError) {
                try await reconcile(key)
                queue.forget(key)
            } catch {
                // A conflict only says that somebody else was faster: the next look sees what they did.
                if !error.isConflict {
                    logger.debug("will be tried again", metadata: ["controller": "\(name)", "key": "\(key)", "reason": "\(error)"])
                }
                queue.retry(key)
            }
            queue.done(key)
        }
    }
}
