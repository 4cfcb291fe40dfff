import MeteModel
import MeteStore
import MeteTrace

/// A trace as it grows: a track for each CPU with what ran there, one for each thread with when it ran and when it waited for a CPU, and
/// counters of each component. Keeps in memory what stands now, and names of threads that live.
final class SchedTraceFile {
    private let file: ExportFile
    private let beginning: Nanoseconds
    private let identity: (SchedEvent.Thread) -> ThreadIdentity?
    private var timeline: SchedTimeline
    private var names: [UInt32: String] = [:]
    private var faces: [UInt32: Face] = [:]
    private var facesAsOf = -1
    private var knownProcesses: [UInt32: String] = [:]
    private var knownCPUs: Set<Int> = []
    /// By component: its place among processes, and its counters.
    private var components: [ComponentID?: (process: Int, standing: [TraceCounter])] = [:]
    private var failure: ExportError?
    private var lastTime: Nanoseconds
    private(set) var slices = 0
    private(set) var lost: UInt64 = 0
    /// Switches of which the kernel has not told.
    private var untold = 0

    /// What a slice of a thread says of it, quoted.
    private struct Face {
        var name: [UInt8]
        var category: [UInt8]
        var component: [UInt8]
    }

    private static let running = Array("\"running\"".utf8)
    private static let waiting = Array("\"waiting for a CPU\"".utf8)
    private static let lostName = Array("\"events lost: not known what ran\"".utf8)
    private static let untoldName = Array("\"not told by the kernel what ran\"".utf8)
    private static let lostCategory = Array("\"lost\"".utf8)

    /// - Parameters:
    ///   - beginning: of the trace, on the monotonic clock.
    ///   - wallClock: the same in nanoseconds since 1970.
    ///   - identity: who a thread is, as far as it is known.
    init(
        _ file: ExportFile, beginning: Nanoseconds, wallClock: Int64,
        identity: @escaping (SchedEvent.Thread) -> ThreadIdentity?
    ) throws {
        self.file = file
        self.beginning = beginning
        self.identity = identity
        lastTime = beginning
        timeline = SchedTimeline(beginning: beginning)
        try file.write(TraceEventWriter.head(start: wallClock))
        try file.write(TraceEventWriter.name(process: TraceEventWriter.cpus, "CPUs", order: 0))
    }

    // MARK: Events

    /// What was known of threads may have changed.
    ///
    /// - Parameter generation: another one where it has.
    func refresh(generation: Int) {
        guard generation != facesAsOf else { return }
        facesAsOf = generation
        faces = [:]
    }

    func take(_ event: SchedEvent) throws {
        lastTime = max(lastTime, event.time)
        if !event.next.isIdle, names[event.next.tid] != event.nextName {
            names[event.next.tid] = event.nextName
            faces[event.next.tid] = nil
            write(name: event.nextName, of: event.next)
        }
        timeline.apply(event) { tell($0) }
        if case .switched(.ended) = event.kind { forget(event.thread) }
        if let failure { throw failure }
    }

    private func tell(_ stretch: SchedTimeline.Stretch) {
        switch stretch {
        case .ran(let thread, let cpu, let from, let to, let leaving):
            let face = face(of: thread)
            let track = track(of: cpu)
            append(TraceSlice(face.name, face.category, track, TraceEventWriter.cpus, from - beginning, to - from)) {
                $0.append(",\"tid\":")
                $0.append(number: Int(thread.tid))
                $0.append(",\"pid\":")
                $0.append(number: Int(thread.pid))
                $0.append(",\"component\":")
                $0.append(contentsOf: face.component)
                $0.append(leaving.words)
            }
            append(
                TraceSlice(
                    Self.running, face.category, Int(thread.tid), Int(thread.pid), from - beginning, to - from)
            ) {
                $0.append(",\"cpu\":")
                $0.append(number: cpu)
                $0.append(leaving.words)
            }
        case .waited(let thread, let cpu, let from, let to, let reason):
            let face = face(of: thread)
            let waker: SchedEvent.Thread? = if case .woken(let during, _) = reason { during } else { nil }
            let wakerName = waker.map { $0.isIdle ? Array("\"nothing\"".utf8) : self.face(of: $0).name }
            append(
                TraceSlice(
                    Self.waiting, face.category, Int(thread.tid), Int(thread.pid), from - beginning, to - from)
            ) {
                if let cpu {
                    $0.append(",\"cpu\":")
                    $0.append(number: cpu)
                }
                guard let waker, let wakerName, case .woken(_, let wakingCPU) = reason else {
                    return $0.append(",\"since\":\"it lost its CPU\"")
                }
                $0.append(",\"since\":\"it was woken\",\"woken_on_cpu\":")
                $0.append(number: wakingCPU)
                $0.append(",\"woken_while_ran\":")
                $0.append(contentsOf: wakerName)
                $0.append(",\"woken_while_ran_tid\":")
                $0.append(number: Int(waker.tid))
            }
        case .lost(let cpu, let from, let to, let events):
            lost += events
            untold += events == 0 ? 1 : 0
            append(
                TraceSlice(
                    events > 0 ? Self.lostName : Self.untoldName, Self.lostCategory, track(of: cpu),
                    TraceEventWriter.cpus, from - beginning, to - from
                )
            ) {
                $0.append(",\"events\":")
                $0.append(number: Int(clamping: events))
            }
        }
    }

    private func append(_ slice: TraceSlice, _ arguments: (inout [UInt8]) -> Void) {
        slices += 1
        attempt { () throws(ExportError) in try file.write { slice.append(to: &$0, arguments) } }
    }

    /// The first failure is kept until somebody can be told.
    private func attempt(_ body: () throws(ExportError) -> Void) {
        guard failure == nil else { return }
        do {
            try body()
        } catch {
            failure = error
        }
    }

    // MARK: Names

    private func track(of cpu: Int) -> Int {
        let track = TraceEventWriter.cpus + 1 + cpu
        if knownCPUs.insert(cpu).inserted {
            attempt { () throws(ExportError) in
                try file.write(
                    TraceEventWriter.name(thread: track, of: TraceEventWriter.cpus, "CPU \(cpu)")
                        + TraceEventWriter.order(thread: track, of: TraceEventWriter.cpus, cpu))
            }
        }
        return track
    }

    private func face(of thread: SchedEvent.Thread) -> Face {
        if let known = faces[thread.tid] { return known }
        let found = identity(thread)
        let name: String
        if let known = names[thread.tid] {
            name = known
        } else {
            name = found?.name ?? "\(thread.tid)"
            names[thread.tid] = name
            // Of one that has ended its track has the name that it had.
            if found?.name != nil { write(name: name, of: thread) }
        }
        let component = found?.component.name ?? "unknown"
        // A category is a list with commas.
        let category = component.replacing(",", with: ";")
        let face = Face(
            name: Array(JSONString.quoted(name).utf8), category: Array(JSONString.quoted(category).utf8),
            component: Array(JSONString.quoted(component).utf8))
        faces[thread.tid] = face
        return face
    }

    private func write(name: String, of thread: SchedEvent.Thread) {
        let process =
            thread.tid == thread.pid ? name : identity(thread)?.process ?? knownProcesses[thread.pid] ?? "\(thread.pid)"
        attempt { () throws(ExportError) in
            if knownProcesses[thread.pid] != process {
                knownProcesses[thread.pid] = process
                try file.write(
                    TraceEventWriter.name(process: Int(thread.pid), process, order: 1 << 20 | Int(thread.pid)))
            }
            try file.write(TraceEventWriter.name(thread: Int(thread.tid), of: Int(thread.pid), name))
        }
    }

    private func forget(_ thread: SchedEvent.Thread) {
        names[thread.tid] = nil
        faces[thread.tid] = nil
        if thread.tid == thread.pid { knownProcesses[thread.pid] = nil }
    }

    // MARK: Counters

    /// - Parameter end: of the window, on the monotonic clock.
    func take(_ window: RecordedWindow, end: Nanoseconds, _ sessions: [RecordedSession]) throws {
        let start = max(beginning, end - window.machine.length)
        var present: Set<ComponentID?> = [nil]
        try count(nil, TraceCounter.all([.capacity, .runTime, .runQueueDelay], window.machine, sessions), at: start)
        for (component, sample) in window.components {
            present.insert(component)
            let metrics = TraceCounter.usual.filter { !$0.isOfMachineOnly }
            try count(component, TraceCounter.all(metrics, sample, sessions), at: start)
        }
        // Who did nothing is in no window.
        for (component, known) in components where !present.contains(component) && !known.standing.isEmpty {
            try count(component, [], at: start)
        }
    }

    private func count(_ component: ComponentID?, _ counters: [TraceCounter], at time: Nanoseconds) throws {
        let place = components.count
        let known = components[component] ?? (TraceEventWriter.machine + place, [])
        if components[component] == nil {
            try file.write(
                TraceEventWriter.name(
                    process: known.process, component.map { "component \($0.name)" } ?? "machine", order: 1 + place))
        }
        // Quantiles of a window in which nothing waited are 0, and so is all of a component that did nothing.
        let ceased = known.standing.filter { old in !counters.contains { $0.name == old.name } }.map {
            TraceCounter(name: $0.name, unit: $0.unit, value: 0)
        }
        for counter in counters + ceased {
            try file.write(
                TraceEventWriter.counter(
                    counter.name, counter.unit, counter.value, of: known.process, at: time - beginning))
        }
        components[component] = (known.process, counters)
    }

    // MARK: End

    /// - Parameter lost: events that found no room, of all CPUs.
    func finish(at time: Nanoseconds, lost: UInt64, _ facts: [(name: String, value: String)], caveats: [String]) throws
    {
        timeline.end(at: max(time, lastTime)) { tell($0) }
        if let failure { throw failure }
        self.lost = max(self.lost, lost)
        var all: [String] = []
        if self.lost > 0 {
            all.append("\(self.lost) events of the scheduler found no room; where, the CPU's track says `events lost`")
        }
        if untold > 0 {
            all.append(
                "the kernel did not tell of \(untold) switches; where, the CPU's track says `not told by the kernel what ran`"
            )
        }
        all += caveats
        for caveat in all { try file.write(TraceEventWriter.mark(caveat)) }
        try file.write(TraceEventWriter.tail(facts, caveats: all))
        try file.close()
    }
}

extension TraceSlice {
    fileprivate init(
        _ name: [UInt8], _ category: [UInt8], _ thread: Int, _ process: Int, _ start: Nanoseconds, _ length: Nanoseconds
    ) {
        self.init(
            name: name, category: category, thread: thread, process: process, start: start, length: max(0, length))
    }
}

extension SchedEvent.Leaving? {
    fileprivate var words: StaticString {
        switch self {
        case .runnable: ",\"left\":\"wanting to go on\""
        case .blocked: ",\"left\":\"to wait for something\""
        case .ended: ",\"left\":\"for good\""
        case nil: ",\"left\":\"not before the trace ended\""
        }
    }
}
