import Dispatch
import NIOCore
import Synchronization

/// The connections that are being served, so that a stopping server can end them and wait for the end.
final class ConnectionRegistry: Sendable {
    private let channels = Mutex<[ObjectIdentifier: any Channel]>([:])
    private let serving = DispatchGroup()

    func add(_ channel: any Channel) {
        serving.enter()
        channels.withLock { $0[ObjectIdentifier(channel)] = channel }
    }

    func remove(_ channel: any Channel) {
        _ = channels.withLock { $0.removeValue(forKey: ObjectIdentifier(channel)) }
        serving.leave()
    }

    /// Asks every connection to close as soon as no request is open on it.
    func quiesce() {
        for channel in all { channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent()) }
    }

    func closeAll() {
        for channel in all { channel.close(promise: nil) }
    }

    /// Whether all have ended within `limit`; blocks until then.
    func waitUntilEmpty(within limit: TimeAmount) -> Bool {
        serving.wait(timeout: .now() + .nanoseconds(Int(limit.nanoseconds))) == .success
    }

    private var all: [any Channel] { channels.withLock { Array($0.values) } }
}
