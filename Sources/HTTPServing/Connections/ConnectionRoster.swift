import NIOCore
import Synchronization

/// A connection without a request is to make room for others.
struct MakeRoomEvent: Sendable {}

/// Every open connection of a server, and which of them have nothing to do.
///
/// Of those only so many are kept: the ones that have been silent for longest leave. So connections that somebody opens and
/// forgets cost a bounded amount of memory, and whoever has a request under way never notices.
final class ConnectionRoster: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var idle = IdleOrder<ObjectIdentifier>()
    }

    private let state = Mutex(State())
    private let idleLimit: Int

    init(idleLimit: Int) { self.idleLimit = idleLimit }

    /// Takes up a connection, which has nothing to do yet.
    func add(_ channel: any Channel) {
        let id = ObjectIdentifier(channel)
        state.withLock { $0.channels[id] = channel }
        fellSilent(channel)
        channel.closeFuture.whenComplete { [self] _ in
            state.withLock { state in
                state.channels[id] = nil
                state.idle.isBusy(id)
            }
        }
    }

    func fellSilent(_ channel: any Channel) {
        let leaver: (any Channel)? = state.withLock { state in
            guard state.channels[ObjectIdentifier(channel)] != nil else { return nil }
            state.idle.fellSilent(ObjectIdentifier(channel))
            return state.idle.surplus(over: idleLimit).flatMap { state.channels[$0] }
        }
        leaver?.pipeline.fireUserInboundEventTriggered(MakeRoomEvent())
    }

    func isBusy(_ channel: any Channel) {
        state.withLock { $0.idle.isBusy(ObjectIdentifier(channel)) }
    }

    var channels: [any Channel] { state.withLock { Array($0.channels.values) } }
    var isEmpty: Bool { state.withLock { $0.channels.isEmpty } }
}
