internal import Glibc

/// What /proc/TID/stat says of a thread or process.
package struct ThreadStat: Equatable, Sendable {
    package var nice: Int32
    /// Start time in the kernel's clock ticks (100 a second) since boot.
    package var startTicks: UInt64

    /// Nanoseconds in one tick of the unit that /proc reports start times in (USER_HZ is 100 on every architecture).
    package static let nanosecondsPerTick: UInt64 = 10_000_000

    /// Reads the facts of the thread with this id. /proc/TID is there for every thread, though not listed.
    package static func read(_ tid: Int32) throws(Errno) -> ThreadStat {
        let text = try KernelFile.read("/proc/\(tid)/stat")
        guard let facts = parse(text) else { throw .inputOutput }
        return facts
    }

    /// The process that a thread belongs to.
    static func process(of tid: Int32) throws(Errno) -> Int32 {
        let lines = try KernelFile.read("/proc/\(tid)/status").split(separator: "\n")
        guard let line = lines.first(where: { $0.hasPrefix("Tgid:") }),
            let pid = line.split(whereSeparator: \.isWhitespace).last.flatMap({ Int32($0) })
        else { throw .inputOutput }
        return pid
    }

    /// Parses a stat line. The name may hold spaces and brackets: the fields begin behind the last bracket.
    package static func parse(_ text: String) -> ThreadStat? {
        guard let end = text.utf8.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let fields = text[end...].dropFirst().split(separator: " ")
        // Field 3 (state) is the first behind the name.
        guard fields.count > 19, let nice = Int32(fields[16]), let start = UInt64(fields[19]) else { return nil }
        return ThreadStat(nice: nice, startTicks: start)
    }
}
