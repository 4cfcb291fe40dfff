import MeteModel

/// From a window as it was measured to one as it is kept.
extension StoreWriter {
    /// Brings a window to the grain of the file. Its end is kept to a thousandth of the interval, since a tick that comes a little late
    /// would else take as much room as a number; it begins where the one before ended, if it follows that. Where the clock has been set
    /// back, windows go on after the last one all the same: time in a file never goes back.
    func settle(_ window: inout RecordedWindow) {
        let grain = max(1, settings.interval / 1000)
        let length = max(grain, (window.machine.length + grain / 2) / grain * grain)
        var end = (window.machine.end + grain / 2) / grain * grain
        var start = end - length
        if let lastEnd {
            if abs(start - lastEnd) <= 2 * grain, end > lastEnd { start = lastEnd }
            if start < lastEnd { (start, end) = (lastEnd, lastEnd + length) }
        }
        lastEnd = end
        func settled(_ sample: RecordedSample) -> RecordedSample {
            var sample = sample.rounded
            sample.end = end
            sample.length = end - start
            return sample
        }
        window.machine = settled(window.machine)
        for index in window.components.indices {
            window.components[index].sample = settled(window.components[index].sample)
        }
        if detailsSince == nil, window.detail != nil { detailsSince = start }
    }

    /// What only comes to a number stands in the samples.
    func take(_ changes: RecordedProcessChanges, into window: inout RecordedWindow) {
        guard changes != RecordedProcessChanges() else { return }
        let runTimes = Dictionary(
            window.components.map { ($0.component, $0.sample[.runTime]) }, uniquingKeysWith: { first, _ in first })
        let end = window.machine.end
        let length = window.machine.length
        let counts = processes.take(changes, start: end - length, end: end) { runTimes[$0] ?? 0 }
        window.machine[.briefProcesses] &+= Int64(clamping: changes.undescribed) &+ counts.values.reduce(0, &+)
        for (component, count) in counts.sorted(by: { $0.key < $1.key }) {
            if let index = window.components.firstIndex(where: { $0.component == component }) {
                window.components[index].sample[.briefProcesses] &+= count
            } else {
                var sample = RecordedSample(end: end, length: length)
                sample[.briefProcesses] = count
                window.components.append((component, sample))
            }
        }
    }
}
