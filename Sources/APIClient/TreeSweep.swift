import CLinux
import Objects

/// Objects that nobody looked at for a while keep their bytes only. There is one memory of trees in a process, so one task for all
/// informers looks after it, as long as the process lives and by the machine's clock.
enum TreeSweep {
    private static let pause: Duration = .seconds(30)
    private static let trimmedTrees = 1000

    private static let task = Task.detached(priority: .background) {
        while true {
            try await Task.sleep(for: pause)
            // The trees lay between the bytes that stay; the allocator gives such pages back only when it is told to.
            if DecodedTrees.shared.forgetUnused() >= trimmedTrees { martlet_return_free_memory() }
        }
    }

    /// Starts it unless it runs.
    static func start() { _ = task }
}
