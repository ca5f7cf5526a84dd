import ContainerRuntime
import Logging
import Objects
import Synchronization

/// When images that nobody uses are removed.
package struct ImageGarbagePolicy: Sendable {
    /// Removal begins when the disk is this full, and ends when it is no fuller than the second.
    package var highPercent = 85
    package var lowPercent = 80
    /// Seconds for which an image stays after it was first seen.
    package var minimumAge: Int64 = 120

    package init() {}
}

/// Removes images that no container uses, those first that were not used for longest.
final class ImageGarbage: Sendable {
    struct Entry: Equatable {
        let id: String
        let size: Int64
        let firstSeen: Timestamp
        let lastUsed: Timestamp
    }

    private let runtime: CRIClient
    private let policy: ImageGarbagePolicy
    private let root: String
    private let pulled: PulledImages
    private let logger: Logger
    private let seen = Mutex<[String: (first: Timestamp, used: Timestamp)]>([:])
    private static let pause: Duration = .seconds(300)

    /// `root` is the folder whose disk counts when the runtime does not say where images lie.
    init(runtime: CRIClient, policy: ImageGarbagePolicy, root: String, pulled: PulledImages, logger: Logger) {
        self.runtime = runtime
        self.policy = policy
        self.root = root
        self.pulled = pulled
        self.logger = logger
    }

    /// Looks until cancelled.
    func run() async {
        while !Task.isCancelled {
            await look()
            try? await Task.sleep(for: Self.pause)
        }
    }

    /// The images to remove so that `bytes` are freed, in their order: a pure choice.
    static func choose(_ unused: [Entry], bytes: Int64, minimumAge: Int64, now: Timestamp) -> [Entry] {
        var left = bytes
        var chosen: [Entry] = []
        for entry in unused.sorted(by: { ($0.lastUsed, $0.firstSeen) < ($1.lastUsed, $1.firstSeen) }) where left > 0 {
            if now.seconds - entry.firstSeen.seconds < minimumAge { continue }
            chosen.append(entry)
            left -= entry.size
        }
        return chosen
    }

    private func look() async {
        let unused = await unused()
        let path = ((try? await runtime.imageFilesystem()) ?? nil)?.path ?? root
        guard let disk = FilesystemUsage.of(path), disk.capacity > 0 else { return }
        let percent = 100 - Int(disk.available * 100 / disk.capacity)
        guard percent >= policy.highPercent else { return }
        let excess = disk.capacity * Int64(100 - policy.lowPercent) / 100 - disk.available
        await remove(Self.choose(unused, bytes: excess, minimumAge: policy.minimumAge, now: .now()))
    }

    /// Removes every image that is not used.
    func removeAll() async {
        await remove(Self.choose(await unused(), bytes: .max, minimumAge: policy.minimumAge, now: .now()))
    }

    /// The images that no container has, with what is remembered of them.
    private func unused() async -> [Entry] {
        let now = Timestamp.now()
        guard let images = try? await runtime.images(), let used = try? await runtime.usedImages() else { return [] }
        pulled.prune(keeping: Set(images.map(\.id)), since: now)
        return seen.withLock { seen in
            seen = seen.filter { entry in images.contains { $0.id == entry.key } }
            return images.compactMap { image in
                let isUsed = used.contains(image.id) || image.tags.contains(where: used.contains) || image.digests.contains(where: used.contains)
                let first = seen[image.id]?.first ?? now
                seen[image.id] = (first, isUsed ? now : seen[image.id]?.used ?? Timestamp(seconds: 0))
                // What has no digest of a registry was loaded by hand, and could not be had again.
                if isUsed || image.isPinned || (image.digests.isEmpty && !image.tags.isEmpty) || image.tags.contains(PauseImage.name) { return nil }
                return Entry(id: image.id, size: image.size, firstSeen: first, lastUsed: seen[image.id]?.used ?? Timestamp(seconds: 0))
            }
        }
    }

    private func remove(_ entries: [Entry]) async {
        for entry in entries {
            do throws(RuntimeError) {
                try await runtime.removeImage(entry.id)
                logger.info("removed an image that nobody uses", metadata: ["image": "\(entry.id)", "bytes": "\(entry.size)"])
            } catch {
                logger.debug("an image cannot be removed", metadata: ["image": "\(entry.id)", "reason": "\(error)"])
            }
        }
    }
}
