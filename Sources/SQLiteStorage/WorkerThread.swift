#if canImport(Glibc)
import Glibc
#endif

/// A thread with a queue: blocking calls of SQLite stay off the threads of Swift's concurrency.
///
/// The thread takes everything that gathered at once, so that a writer can commit it together.
final class WorkerThread<Job: Sendable>: @unchecked Sendable {
    // The jobs and flags are only touched with `lock` held.
    private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let arrived = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var jobs: [Job] = []
    private var isClosed = false

    init() {
        pthread_mutex_init(lock, nil)
        pthread_cond_init(arrived, nil)
    }

    deinit {
        pthread_mutex_destroy(lock)
        pthread_cond_destroy(arrived)
        lock.deallocate()
        arrived.deallocate()
    }

    /// False when the queue is closed.
    func submit(_ job: Job) -> Bool {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        if isClosed { return false }
        jobs.append(job)
        if jobs.count == 1 { pthread_cond_signal(arrived) }
        return true
    }

    func close() {
        pthread_mutex_lock(lock)
        isClosed = true
        pthread_cond_signal(arrived)
        pthread_mutex_unlock(lock)
    }

    /// All jobs that wait; blocks until there is one, the queue is closed (nil when it is also empty), or
    /// `milliseconds` have passed (empty).
    func take(waitingAtMost milliseconds: Int?) -> [Job]? {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        if let milliseconds {
            var until = timespec()
            clock_gettime(CLOCK_REALTIME, &until)
            until.tv_sec += milliseconds / 1000
            until.tv_nsec += milliseconds % 1000 * 1_000_000
            if until.tv_nsec >= 1_000_000_000 {
                until.tv_sec += 1
                until.tv_nsec -= 1_000_000_000
            }
            while jobs.isEmpty, !isClosed {
                if pthread_cond_timedwait(arrived, lock, &until) == ETIMEDOUT { break }
            }
        } else {
            while jobs.isEmpty, !isClosed { pthread_cond_wait(arrived, lock) }
        }
        if jobs.isEmpty, isClosed { return nil }
        let taken = jobs
        jobs = []
        return taken
    }
}

/// What a new thread runs.
private final class ThreadBody {
    let run: @Sendable () -> Void

    init(run: @escaping @Sendable () -> Void) { self.run = run }
}

/// Starts a thread of its own for `body`, which ends with it.
func startThread(_ body: @escaping @Sendable () -> Void) {
    let argument = Unmanaged.passRetained(ThreadBody(run: body)).toOpaque()
    var thread = pthread_t()
    let code = pthread_create(&thread, nil, runThreadBody, argument)
    if code == 0 { pthread_detach(thread) }
}

private func runThreadBody(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let argument { Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().run() }
    return nil
}

/// A thread for work on a file that blocks.
package enum SQLiteThread {
    package static func run(_ body: @escaping @Sendable () -> Void) { startThread(body) }
}
