import GRDB
import MeteModel

/// Turns what becomes known of processes, window by window, into rows: which are new, which have changed, which are over. Knows no file.
struct ProcessLog {
    struct Entry: Equatable {
        var row: Int64
        var process: RecordedProcess
        /// Whether it goes on: then `last` is open.
        var isAlive: Bool
    }

    private(set) var alive: [ProcessKey: Entry] = [:]
    /// To be written, by row.
    private(set) var dirty: [Int64: Entry] = [:]
    private var nextRow: Int64

    /// Share of a window that a process may have run for to have used next to nothing.
    static let nextToNothing = 0.1

    init(nextRow: Int64) {
        self.nextRow = nextRow
    }

    /// Takes in the changes of one window.
    ///
    /// Of processes that lived less than a window, only how many there were is kept where their component cannot have run for more than
    /// `nextToNothing` of the window for each.
    ///
    /// - Parameter runTime: of a component in this window.
    /// - Returns: how many processes of each component were only counted.
    mutating func take(
        _ changes: RecordedProcessChanges, start: Int64, end: Int64, runTime: (ComponentID) -> Nanoseconds
    ) -> [ComponentID: Int64] {
        let ended = Set(changes.ended)
        var brief: [ComponentID: [ProcessDescription]] = [:]
        for description in changes.described {
            let key = ProcessKey(pid: description.pid, start: description.start)
            if alive[key] == nil, ended.contains(key) {
                brief[description.component, default: []].append(description)
            } else {
                describe(description, key, start: start, end: end)
            }
        }
        for key in changes.ended {
            guard var entry = alive.removeValue(forKey: key) else { continue }
            entry.process.last = end
            entry.process.hasEnded = true
            entry.isAlive = false
            dirty[entry.row] = entry
        }
        var counts: [ComponentID: Int64] = [:]
        for (component, processes) in brief {
            let most = Double(runTime(component)) / Double(processes.count)
            guard most >= Self.nextToNothing * Double(end - start) else {
                counts[component] = Int64(processes.count)
                continue
            }
            for description in processes {
                add(RecordedProcess(description: description, first: end, last: end, hasEnded: true), isAlive: false)
            }
        }
        return counts
    }

    private mutating func describe(_ description: ProcessDescription, _ key: ProcessKey, start: Int64, end: Int64) {
        if var entry = alive[key] {
            if entry.process.description.isSameProgram(as: description) {
                entry.process.description = description
                alive[key] = entry
                dirty[entry.row] = entry
                return
            }
            entry.process.last = start
            entry.isAlive = false
            dirty[entry.row] = entry
        }
        alive[key] = add(
            RecordedProcess(description: description, first: end, last: end, hasEnded: false), isAlive: true)
    }

    @discardableResult
    private mutating func add(_ process: RecordedProcess, isAlive: Bool) -> Entry {
        let entry = Entry(row: nextRow, process: process, isAlive: isAlive)
        nextRow += 1
        dirty[entry.row] = entry
        return entry
    }

    /// All that is to be written is.
    mutating func written() { dirty = [:] }
}

extension ProcessDescription {
    /// Whether one is what the other was, with more known of it.
    fileprivate func isSameProgram(as other: ProcessDescription) -> Bool {
        executable == other.executable && commandLine == other.commandLine && component == other.component
    }
}
