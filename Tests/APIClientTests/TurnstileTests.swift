import APIClient
import Synchronization
import Testing

@Suite struct TurnstileTests {
    private final class Counts: Sendable {
        private let state = Mutex((now: 0, most: 0, all: 0))

        func begin() {
            state.withLock {
                $0.now += 1
                $0.most = max($0.most, $0.now)
            }
        }

        func end() {
            state.withLock {
                $0.now -= 1
                $0.all += 1
            }
        }

        var most: Int { state.withLock { $0.most } }
        var all: Int { state.withLock { $0.all } }
    }

    private final class Order: Sendable {
        private let state = Mutex<[Int]>([])

        func add(_ number: Int) { state.withLock { $0.append(number) } }
        var numbers: [Int] { state.withLock { $0 } }
    }

    @Test func letsSoManyPassAtATime() async {
        let turnstile = Turnstile(places: 3), counts = Counts()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<200 {
                group.addTask {
                    await turnstile.pass {
                        counts.begin()
                        await Task.yield()
                        counts.end()
                    }
                }
            }
        }
        #expect(counts.all == 200)
        #expect((1...3).contains(counts.most))
        #expect(turnstile.waiting == 0)
    }

    @Test func inTheOrderInWhichTheyCame() async {
        let turnstile = Turnstile(places: 1), order = Order()
        await withTaskGroup(of: Void.self) { group in
            await turnstile.pass {
                for number in 0..<20 {
                    group.addTask { await turnstile.pass { order.add(number) } }
                    while turnstile.waiting <= number { await Task.yield() }
                }
            }
        }
        #expect(order.numbers == Array(0..<20))
    }
}
