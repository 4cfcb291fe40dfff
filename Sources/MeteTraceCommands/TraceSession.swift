import Glibc
import MeteModel
import MetePolicy
import MeteText
import MeteTrace

/// What the commands that look have in common: a tracer, and a window after the other.
struct TraceSession {
    let tracer: Tracer
    private let resources: TracedResources
    /// What this kernel does not let it see, or not as it should: a sentence for each.
    let limits: [String]

    /// - Parameters:
    ///   - policy: file whose rules name the components; nil for those that are found.
    ///   - functions: whose calls are counted.
    ///   - describes: whether each window says what processes are.
    ///   - isQuiet: says nothing of its limits, which somebody else does.
    init(
        policy: String?, resources: TracedResources, functions: [CalledFunction] = [], ringBytes: UInt32,
        describes: Bool = false, isQuiet: Bool = false
    ) throws {
        TickClock.blockSignals()
        var options = KernelProbes.Options()
        options.ringBytes = ringBytes
        options.ownClock = DelayAccounting.current() != .kept
        options.descriptions = describes
        resources.apply(to: &options)
        // What somebody who looks wants, and an agent in each of its ticks has no time for.
        options.stalls = true
        options.memoryWalks = resources.contains(.memory)
        options.functions = functions
        options.callLatencies = !functions.isEmpty
        let (classifier, permanent) = try Self.components(policy)
        tracer = try Tracer(classifier: classifier, permanent: permanent, options: options)
        self.resources = resources
        limits = Self.limits()
        if options.ownClock, DelayAccounting.current() != .withSleep, !isQuiet {
            Console.note(
                "this kernel does not keep run-queue delays now; mete times them itself, at about twice the cost")
        }
    }

    private static func limits() -> [String] {
        TraceSupport.findings().compactMap { finding in
            switch finding.support {
            case .supported: nil
            case .limited(let reason, _), .unsupported(let reason, _): "\(finding.feature): \(reason)."
            }
        }
    }

    /// Ends the window that is open.
    ///
    /// - Parameter limits: what else is to be known of it.
    func closeWindow(limits more: [String] = []) throws -> TraceView {
        let window = try tracer.closeWindow()
        let all = limits + more + (window.limit.map { ["\($0)."] } ?? [])
        return try TraceView(window, from: tracer, resources, limits: all)
    }

    /// Between two looks at the ring buffer. It holds some 5,000 records: two of each process of a storm.
    private static let steps: ClosedRange<Nanoseconds> = 10 * .perMillisecond...100 * .perMillisecond

    /// Closes a window every `interval`, until `duration` is over or a signal comes.
    ///
    /// - Parameters:
    ///   - showsLast: whether the window that is open then is shown as well, shorter than the others.
    ///   - onStep: called several times a second between windows, after the tracer has taken in what there was.
    func run(
        interval: Double, duration: Double?, showsLast: Bool = false, onStep: () throws -> Void = {},
        _ onWindow: (TraceView) throws -> Void
    ) throws {
        let tick = Nanoseconds(interval * 1e9)
        let limits = TraceSupport.shortWindows(tick, tracer.options).map { ["Disturbances: \($0)."] } ?? []
        var now = TickClock.now()
        var windowEnd = now + tick
        var lastShown = now
        var length = Self.steps.upperBound
        let end = duration.map { now + Nanoseconds($0 * 1e9) } ?? .max
        while now < end {
            let next = min(windowEnd, end, now + length)
            // There is nothing to load again; a terminal that hangs up ends the command.
            guard TickClock.wait(until: next) == .tick else { break }
            now = TickClock.now()
            guard now >= windowEnd else {
                try tracer.drain()
                length = step(after: length)
                try onStep()
                continue
            }
            // What comes late makes one window longer, and moves none of those after it.
            windowEnd += tick * (1 + (now - windowEnd) / tick)
            try onWindow(closeWindow(limits: limits))
            length = step(after: length)
            lastShown = now
        }
        guard showsLast, TickClock.now() - lastShown > tick / 100 else { return }
        try onWindow(closeWindow(limits: limits))
    }

    /// Shorter while much comes.
    private func step(after step: Nanoseconds) -> Nanoseconds {
        if tracer.ringFill > 0.25 { return max(step / 2, Self.steps.lowerBound) }
        return tracer.ringFill < 0.05 ? min(step * 2, Self.steps.upperBound) : step
    }

    private static func components(_ policy: String?) throws -> (any Classifying, [ComponentID]) {
        guard let policy else { return (Discovery(), [.rest]) }
        let loaded = try PolicyFile(path: policy).load(context: .thisMachine())
        return (try Classifier(loaded), loaded.components.filter { !$0.isTemplate }.map(\.id))
    }
}
