import Synchronization

/// One worker a pod: works when woken, never twice at a time on one pod, and never held up by another pod.
final class PodWorkers: Sendable {
    /// Works on a pod. Returns after how long it wants to be woken again, if nothing else happens. Throws to be repeated
    /// with growing pauses.
    typealias Work = @Sendable (String) async throws -> Duration?

    private struct Slot {
        var run: Task<Void, Never>?
        var isWoken = false
        var failures = 0
        /// Counts timers, so that only the last one set wakes.
        var timer = 0
    }

    private let slots = Mutex<[String: Slot]>([:])
    private let work: Work

    init(_ work: @escaping Work) { self.work = work }

    func wake(_ uid: String) {
        slots.withLock { slots in
            var slot = slots[uid] ?? Slot()
            slot.isWoken = true
            if slot.run == nil { slot.run = Task { await self.run(uid) } }
            slots[uid] = slot
        }
    }

    /// Cancels what is being done for a pod, and wakes its worker to look anew.
    func interrupt(_ uid: String) {
        slots.withLock { $0[uid]?.run?.cancel() }
        wake(uid)
    }

    /// Nothing is remembered of the pod when its worker rests.
    func forget(_ uid: String) {
        slots.withLock { slots in if slots[uid]?.run == nil { slots[uid] = nil } }
    }

    private func run(_ uid: String) async {
        slots.withLock { $0[uid]?.isWoken = false }
        var pause: Duration?
        do {
            pause = try await work(uid)
            slots.withLock { $0[uid]?.failures = 0 }
        } catch {
            let failures = slots.withLock { slots in
                slots[uid]?.failures += 1
                return slots[uid]?.failures ?? 1
            }
            pause = min(.milliseconds(100) * (1 << min(failures, 8)), .seconds(10))
        }
        slots.withLock { slots in
            guard var slot = slots[uid] else { return }
            slot.run = nil
            slot.timer += 1
            let timer = slot.timer
            if slot.isWoken {
                slot.run = Task { await self.run(uid) }
            } else if let pause {
                Task { [weak self] in
                    try? await Task.sleep(for: pause)
                    self?.ring(uid, timer)
                }
            }
            slots[uid] = slot
        }
    }

    private func ring(_ uid: String, _ timer: Int) {
        if slots.withLock({ $0[uid]?.timer == timer && $0[uid]?.run == nil }) { wake(uid) }
    }

    /// Cancels everything; for the end of the process.
    func cancelAll() {
        slots.withLock { slots in for slot in slots.values { slot.run?.cancel() } }
    }
}
