package import MeteModel
package import MeteStore

/// The window of a number: everything in it follows from that.
package struct ProbeWindow {
    package static let interval: Nanoseconds = 10 * .perMillisecond
    private static let begin: Int64 = 1_800_000_000 * .perSecond

    /// Small blocks would need a recording of hours; 60 s are 6000 windows, which are written in a second or two.
    package static var settings: StoreWriter.Settings {
        var settings = StoreWriter.Settings(interval: interval)
        settings.batch = 100 * .perMillisecond
        return settings
    }

    package let window: RecordedWindow
    package let processes: RecordedProcessChanges
    package let decisions: [RecordedDecision]

    package static func number(_ end: Int64) -> Int { Int((end - begin) / interval) }

    package init(_ number: Int) {
        let component = ComponentID("web")
        let end = Self.begin + Int64(number) * Self.interval
        var machine = RecordedSample(end: end, length: Self.interval)
        machine[.threads] = Int64(number)
        var sample = RecordedSample(end: end, length: Self.interval)
        sample[.runTime] = Int64(number) * 1000
        var detail = RecordedDetail()
        detail.disturbances = [Disturbance(waiter: component, runner: .realTime, time: Int64(number) * 1000)]
        window = RecordedWindow(machine: machine, components: [(component, sample)], detail: detail)
        // A process every ten windows, which lives for five.
        var changes = RecordedProcessChanges()
        if number % 10 == 0 { changes.described = [Self.process(number)] }
        if number % 10 == 5, number > 5 { changes.ended = [ProcessKey(pid: Int32(number - 5), start: 7)] }
        processes = changes
        decisions = [
            RecordedDecision(
                component: component, end: end,
                forecast: RecordedDecision.Forecast(
                    demand: Quantiles(point: Double(number) / 1000), source: .decayedPeak, reason: "window \(number)"))
        ]
    }

    package static func process(_ number: Int) -> ProcessDescription {
        ProcessDescription(
            pid: Int32(number), start: 7, component: ComponentID("web"), parent: 1, name: "worker \(number)",
            executable: "/usr/bin/worker", commandLine: "worker --number \(number)", user: 0, cgroup: "/",
            libraries: ["/usr/lib/libc.so.6"])
    }
}
