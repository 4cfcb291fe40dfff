import MeteModel
import MeteStore
import MeteTrace

/// What a recording says of processes, window by window, as `mete trace --describe` says it: all in the first one, then those that are new or
/// something else, and those that have ended. One whose libraries became known later is there once, with them.
struct ProcessReplay {
    private let reader: StoreReader
    /// Where the last window that was asked for ended.
    private var last: Int64?

    init(_ reader: StoreReader) { self.reader = reader }

    /// - Parameter windows: in order, those that follow the ones before.
    /// - Returns: of each; nil where the recording keeps no processes.
    /// - Throws: `StoreError`.
    mutating func changes(in windows: [RecordedWindow]) throws(StoreError) -> [ProcessChanges]? {
        guard !reader.isFirstVersion else { return nil }
        guard let first = windows.first?.machine, let end = windows.last?.machine.end else { return [] }
        let isBeginning = last == nil
        let since = min(end, last ?? first.end - first.length)
        last = end
        let ends = windows.map(\.machine.end)
        var changes = windows.map { window in
            var changes = ProcessChanges()
            changes.undescribed = UInt64(clamping: window.machine[.briefProcesses])
            return changes
        }
        for process in try reader.processes(of: nil, in: since...end) {
            if isBeginning || process.first > since, let place = ends.firstIndex(where: { $0 >= process.first }) {
                changes[place].described.append(process.description)
            }
            if process.hasEnded, process.last > since, let place = ends.firstIndex(where: { $0 >= process.last }) {
                changes[place].ended.append(process.description.key)
            }
        }
        for index in changes.indices {
            changes[index].described.sort { ($0.pid, $0.start) < ($1.pid, $1.start) }
        }
        return changes
    }
}
