import MeteModel
import MeteText
import MeteTrace

/// The table of `mete trace`: components by demand, below each its busiest threads, and what was lost.
struct TraceTable {
    let text: String

    private static let columns = TableColumns([
        .init("COMPONENT / THREAD", width: 34), .init("USED", width: 7, alignment: .right),
        .init("DEMAND", width: 7, alignment: .right), .init("WAITED", width: 7, alignment: .right),
        .init("VOLUNT/S", width: 9, alignment: .right), .init("INVOL/S", width: 9, alignment: .right),
        .init("THREADS", width: 7, alignment: .right), .init("PROCS", width: 5, alignment: .right),
    ])

    /// - Parameter mostThreads: per component.
    init(_ window: TraceWindow, threads: [ThreadUsage], mostThreads: Int) {
        let threadsOf = Dictionary(grouping: threads, by: \.component)
        var lines = [Self.head(window), "", Self.columns.header]
        let busy = window.samples.filter { $0.cpu != CPUUsage() }
        for sample in busy.sorted(by: { ($1.demand, $0.component) < ($0.demand, $1.component) }) {
            lines += Self.columns.row(Self.cells(of: sample))
            for thread in (threadsOf[sample.component] ?? []).prefix(mostThreads) {
                lines += Self.columns.row(Self.cells(of: thread, window: sample.window))
            }
        }
        let idle = window.samples.count - busy.count
        if idle > 0 { lines.append("\(idle) more components used nothing.") }
        lines.append(Self.losses(window.losses))
        text = lines.joined(separator: "\n") + "\n"
    }

    private static func head(_ window: TraceWindow) -> String {
        let used = window.samples.reduce(0) { $0 + $1.usage }
        let steal =
            window.capacity.steal >= 0.005 ? ", \(Figure.fixed(window.capacity.steal, 2)) stolen by the host" : ""
        return "\(window.capacity.cpus) cores, \(Figure.fixed(used, 2)) used by \(window.threads) threads\(steal)"
    }

    private static func cells(of sample: UsageSample) -> [String] {
        numbers(sample.component.name, sample.cpu, window: sample.window) + [
            "\(sample.threads)", "\(sample.processes)",
        ]
    }

    private static func cells(of thread: ThreadUsage, window: Nanoseconds) -> [String] {
        numbers("  \(thread.name) \(thread.thread.tid)", thread.cpu, window: window)
    }

    private static func numbers(_ name: String, _ cpu: CPUUsage, window: Nanoseconds) -> [String] {
        let seconds = window.seconds
        return [
            name,
            Figure.fixed(cpu.runTime.seconds / seconds, 3),
            Figure.fixed((cpu.runTime + cpu.runQueueDelay).seconds / seconds, 3),
            Figure.fixed(cpu.runQueueDelay.seconds / seconds, 3),
            Figure.fixed(Double(cpu.voluntarySwitches) / seconds, 0),
            Figure.fixed(Double(cpu.involuntarySwitches) / seconds, 0),
        ]
    }

    private static func losses(_ losses: TraceLosses) -> String {
        guard !losses.isZero else { return "Nothing lost." }
        return "Records without room so far: \(losses.usageRecords) usage (came later), \(losses.eventRecords) events, "
            + "\(losses.exitRecords) exits (counted by process), \(losses.unattributedThreads) unattributed. A larger --ring-bytes has room for more."
    }
}
