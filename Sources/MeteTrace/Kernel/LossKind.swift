/// A kind of what was lost, came late or is not attributed.
///
/// `all` is the one list from which status, tables, screens, JSON and logs take what they say, so that none of them misses a kind.
package struct LossKind: Sendable {
    /// Where it happens, and so who can have it.
    package enum Origin: Sendable {
        /// The ring buffer, for want of room.
        case records
        case waits
        case disk
        case network
        case calls
    }

    /// In JSON.
    package var name: String
    package var count: any KeyPath<TraceLosses, UInt64> & Sendable
    package var origin: Origin
    /// After a number, where one line has to say all.
    package var brief: String
    /// Before a number, where each kind has a line.
    package var line: String
    /// What is wrong with one of them.
    package var meaning: String

    /// What matters most comes first.
    package static let all = [
        LossKind(
            name: "unattributedThreads", count: \.unattributedThreads, origin: .records,
            brief: "threads counted to rest",
            line: "Threads that ended with no room for what they had used, which is counted to rest",
            meaning: "exits without any room; their usage was counted to `rest`"),
        LossKind(
            name: "uncountedDiskRequests", count: \.uncountedRequests, origin: .disk, brief: "disk requests",
            line: "Disk requests counted nowhere", meaning: "a disk request that is counted nowhere"),
        LossKind(
            name: "unattributedDiskRequests", count: \.unattributedRequests, origin: .disk,
            brief: "disk requests counted to rest",
            line: "Disk requests whose maker is not known, counted to rest",
            meaning: "a disk request whose maker is not known, counted to `rest`"),
        LossKind(
            name: "threadlessDiskRequests", count: \.threadlessRequests, origin: .disk,
            brief: "disk requests of no thread", line: "Disk requests counted to their component and no thread",
            meaning: "a disk request that is counted to its component and no thread"),
        LossKind(
            name: "unattributedSocketCalls", count: \.unattributedCalls, origin: .network,
            brief: "socket calls counted to rest", line: "Socket calls of new programs, counted to rest",
            meaning: "a socket call of a new program, counted to `rest`"),
        LossKind(
            name: "threadlessSocketCalls", count: \.threadlessTraffic, origin: .network,
            brief: "socket calls of no thread", line: "Socket calls counted to their component and no thread",
            meaning: "a socket call that is counted to its component and no thread"),
        LossKind(
            name: "unplacedPrograms", count: \.unplacedPrograms, origin: .waits,
            brief: "new programs in quantiles of the former",
            line: "New programs whose first waits and requests are in the quantiles of what ran before",
            meaning: "a new program whose first waits and requests are in the quantiles of what ran before"),
        LossKind(
            name: "uncountedDisturbances", count: \.uncountedDisturbances, origin: .waits,
            brief: "parts of waits without a culprit", line: "Parts of waits for which nobody is named",
            meaning: "a part of a wait for which nobody is named"),
        LossKind(
            name: "uncountedFunctionCalls", count: \.uncountedCalls, origin: .calls, brief: "calls of functions",
            line: "Calls of functions counted nowhere", meaning: "a call of a function, counted nowhere"),
        LossKind(
            name: "untimedFunctionCalls", count: \.untimedCalls, origin: .calls, brief: "calls of functions untimed",
            line: "Calls of functions whose time is not counted, too many being open",
            meaning: "a call of a function, counted without the time inside: too many were open at once"),
        LossKind(
            name: "eventRecords", count: \.eventRecords, origin: .records, brief: "events (read anew)",
            line: "Events without room, which were read anew",
            meaning: "forks, execs, renames and moves without room; noticed later"),
        LossKind(
            name: "exitRecords", count: \.exitRecords, origin: .records, brief: "exits (counted by process)",
            line: "Exits without room, counted by process",
            meaning: "exits without room; their usage was counted by process"),
        LossKind(
            name: "usageRecords", count: \.usageRecords, origin: .records, brief: "usage records (came later)",
            line: "Usage records without room, which came later",
            meaning: "found no room in the ring buffer; resolution, not usage"),
    ]
}

extension TraceLosses {
    /// How many of each kind of which there are any, what matters most first.
    package var found: [(kind: LossKind, count: UInt64)] {
        LossKind.all.map { ($0, self[keyPath: $0.count]) }.filter { $0.count > 0 }
    }

    /// Records, requests and calls that were lost, came late or are not attributed, all together.
    package var count: UInt64 { LossKind.all.reduce(0) { $0 + self[keyPath: $1.count] } }
}
