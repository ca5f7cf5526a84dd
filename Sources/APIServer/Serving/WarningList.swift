import Synchronization

/// The warnings that gather while a request is worked on; they become `Warning` headers.
package final class WarningList: Sendable {
    private let texts = Mutex<[String]>([])

    package init() {}

    /// Adds a warning, once.
    package func add(_ text: String) {
        texts.withLock { if !$0.contains(text) { $0.append(text) } }
    }

    package func add(_ more: [String]) {
        for text in more { add(text) }
    }

    package var all: [String] { texts.withLock { $0 } }
}
