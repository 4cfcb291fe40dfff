import FoundationEssentials
import MeteModel
import MeteTrace

/// One window as a line of JSON: times in nanoseconds, amounts in cores.
struct TraceLine {
    let text: String

    fileprivate struct Line: Encodable {
        var start: Nanoseconds
        var end: Nanoseconds
        var cpus: Int
        var steal: Double
        var interrupts: Double
        var components: [Component]
        var losses: Losses
    }

    fileprivate struct Component: Encodable {
        var component: String
        var used: Double
        var demand: Double
        var runNanoseconds: Nanoseconds
        var runQueueDelayNanoseconds: Nanoseconds
        var voluntarySwitches: UInt64
        var involuntarySwitches: UInt64
        var threads: Int
        var processes: Int
        var busiest: [BusyThread]
    }

    fileprivate struct BusyThread: Encodable {
        var tid: Int32
        var pid: Int32
        var name: String
        var runNanoseconds: Nanoseconds
        var runQueueDelayNanoseconds: Nanoseconds
        var voluntarySwitches: UInt64
        var involuntarySwitches: UInt64
    }

    fileprivate struct Losses: Encodable {
        var usageRecords: UInt64
        var eventRecords: UInt64
        var exitRecords: UInt64
        var unattributedThreads: UInt64
    }

    init(_ window: TraceWindow, threads: [ThreadUsage], mostThreads: Int) {
        let threadsOf = Dictionary(grouping: threads, by: \.component)
        let line = Line(
            start: window.samples.first?.start.nanoseconds ?? 0, end: window.samples.first?.end.nanoseconds ?? 0,
            cpus: window.capacity.cpus, steal: window.capacity.steal, interrupts: window.capacity.interrupts,
            components: window.samples.map { sample in
                let busiest = (threadsOf[sample.component] ?? []).prefix(mostThreads)
                return Component(
                    component: sample.component.name, used: sample.usage, demand: sample.demand,
                    runNanoseconds: sample.cpu.runTime, runQueueDelayNanoseconds: sample.cpu.runQueueDelay,
                    voluntarySwitches: sample.cpu.voluntarySwitches,
                    involuntarySwitches: sample.cpu.involuntarySwitches, threads: sample.threads,
                    processes: sample.processes,
                    busiest: busiest.map { BusyThread($0) })
            },
            losses: Losses(
                usageRecords: window.losses.usageRecords, eventRecords: window.losses.eventRecords,
                exitRecords: window.losses.exitRecords, unattributedThreads: window.losses.unattributedThreads))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Numbers and strings alone: nothing here can fail to encode but a number that is none.
        text = (try? encoder.encode(line)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}

extension TraceLine.BusyThread {
    init(_ usage: ThreadUsage) {
        self.init(
            tid: usage.thread.tid, pid: usage.thread.pid, name: usage.name, runNanoseconds: usage.cpu.runTime,
            runQueueDelayNanoseconds: usage.cpu.runQueueDelay, voluntarySwitches: usage.cpu.voluntarySwitches,
            involuntarySwitches: usage.cpu.involuntarySwitches)
    }
}
