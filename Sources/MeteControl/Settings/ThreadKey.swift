package import MeteModel

/// A thread or process, told apart from a later one with the same id by when it started.
package struct ThreadKey: Hashable, Sendable {
    package var id: Int32
    /// Start time in the ticks that /proc reports, since boot.
    package var startTicks: UInt64

    package init(id: Int32, startTicks: UInt64) {
        self.id = id
        self.startTicks = startTicks
    }

    package init(_ thread: ThreadRef) {
        self.init(id: thread.tid, startTicks: thread.startTime / ThreadStat.nanosecondsPerTick)
    }

    package init(_ process: ProcessRef) {
        self.init(id: process.pid, startTicks: process.startTime / ThreadStat.nanosecondsPerTick)
    }

    /// Of the thread or process that has this id now; nil when none has.
    init?(living id: Int32) {
        guard let stat = try? ThreadStat.read(id) else { return nil }
        self.init(id: id, startTicks: stat.startTicks)
    }

    /// Throws `Errno.gone` when the thread has ended, whether or not its id is in use again.
    package func requireAlive() throws(Errno) {
        if try ThreadStat.read(id).startTicks != startTicks { throw .gone }
    }
}
