import MeteModel

/// Changes of processes on their way to a recording that does not take every window: whoever lives is described in one that it takes.
///
/// Holds no more than the processes that live and those that the recording has yet to hear the end of.
struct CarriedChanges {
    /// Those that the recording has been told of and whose end it has not.
    private var told: Set<ProcessKey> = []
    private var described: [ProcessKey: ProcessDescription] = [:]
    private var ended: Set<ProcessKey> = []
    private var undescribed: UInt64 = 0

    /// Takes in those of a window that is not taken.
    mutating func add(_ changes: RecordedProcessChanges) {
        for description in changes.described {
            described[ProcessKey(pid: description.pid, start: description.start)] = description
        }
        for process in changes.ended {
            let isNew = described.removeValue(forKey: process) != nil
            if told.contains(process) {
                ended.insert(process)
            } else if isNew {
                undescribed += 1
            }
        }
        undescribed += changes.undescribed
    }

    /// What a window that is taken has to say: its own, after what was carried.
    mutating func take(_ changes: RecordedProcessChanges) -> RecordedProcessChanges {
        var all = changes
        if !described.isEmpty || !ended.isEmpty || undescribed > 0 {
            let order = described.sorted { ($0.key.pid, $0.key.start) < ($1.key.pid, $1.key.start) }
            all.described = order.map(\.value) + changes.described
            all.ended = ended.sorted { ($0.pid, $0.start) < ($1.pid, $1.start) } + changes.ended
            all.undescribed += undescribed
            (described, ended, undescribed) = ([:], [], 0)
        }
        for description in all.described { told.insert(ProcessKey(pid: description.pid, start: description.start)) }
        for process in all.ended { told.remove(process) }
        return all
    }
}
