internal import Glibc

/// What /proc/TID/stat says of a thread or process.
package struct ThreadStat: Equatable, Sendable {
    package var parent: Int32
    package var session: Int32
    package var nice: Int32
    /// Start time in the kernel's clock ticks (100 a second) since boot.
    package var startTicks: UInt64
    package var policy: UInt32

    /// Nanoseconds in one tick of the unit that /proc reports start times in (USER_HZ is 100 on every architecture).
    package static let nanosecondsPerTick: UInt64 = 10_000_000

    /// Reads the facts of the thread with this id. /proc/TID is there for every thread, though not listed.
    package static func read(_ tid: Int32) throws(Errno) -> ThreadStat {
        let text = try KernelFile.read("/proc/\(tid)/stat")
        guard let facts = parse(text) else { throw .inputOutput }
        return facts
    }

    /// Parses a stat line. The name may hold spaces and brackets: the fields begin behind the last bracket.
    package static func parse(_ text: String) -> ThreadStat? {
        guard let end = text.utf8.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let fields = text[end...].dropFirst().split(separator: " ")
        // Field 3 (state) is the first behind the name.
        guard fields.count > 38, let parent = Int32(fields[1]), let session = Int32(fields[3]),
            let nice = Int32(fields[16]), let start = UInt64(fields[19]), let policy = UInt32(fields[38])
        else { return nil }
        return ThreadStat(parent: parent, session: session, nice: nice, startTicks: start, policy: policy)
    }

    /// Whether this is the thread that started at `startTime` nanoseconds since boot, and not a later one with its id.
    package func started(at startTime: UInt64) -> Bool {
        startTicks == startTime / Self.nanosecondsPerTick
    }
}
