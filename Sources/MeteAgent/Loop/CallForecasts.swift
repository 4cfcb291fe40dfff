import MeteModel
import MetePrediction

/// Forecasts of the calls of functions, one pair for each component and function that was seen: calls a second, and threads inside.
///
/// As demand of a component is: a window without any call is one in which 0 was wanted.
struct CallForecasts {
    private struct Entry {
        var last: CallSample
        var calls: DemandForecaster
        var inside: DemandForecaster
        /// Ticks without a call.
        var idleTicks = 0
    }

    /// Above what any machine can do, of calls a second for each of its CPUs and of threads (PID_MAX_LIMIT of include/linux/threads.h).
    private static let mostCallsPerCPU = 1e9
    private static let mostThreads = 4_194_304.0
    /// Ticks without a call after which a function of a component is forgotten.
    private static let idleTicksKept = 600
    private let most: Int
    private var entries: [ComponentID: Entry] = [:]
    /// Called in the last window, and not forecast for want of room; by component and function.
    private(set) var beyond: [CallSample] = []

    /// - Parameter most: pairs of forecasters, which take their time in every tick, called or not.
    init(most: Int = 500) { self.most = most }

    /// Takes in a window.
    ///
    /// - Parameter samples: what was called in it.
    mutating func observe(
        _ samples: [CallSample], start: Instant, end: Instant, cpus: Int, tick: Nanoseconds
    ) {
        let present = Dictionary(samples.map { ($0.subcomponent, $0) }, uniquingKeysWith: { first, _ in first })
        beyond = []
        // Those that are known stay; of new ones the busiest come first.
        let new = samples.filter { entries[$0.subcomponent] == nil }
            .sorted { ($1.usage.calls, $0.component, $0.function) < ($0.usage.calls, $1.component, $1.function) }
        for sample in new {
            let name = sample.subcomponent
            guard entries.count < most else {
                beyond.append(sample)
                continue
            }
            func forecaster(_ ceiling: Double) -> DemandForecaster {
                DemandForecaster(ForecastSettings(ceiling: ceiling, tick: tick))
            }
            entries[name] = Entry(
                last: sample, calls: forecaster(Double(cpus) * Self.mostCallsPerCPU),
                inside: forecaster(Self.mostThreads))
        }
        for name in entries.keys {
            guard var sample = entries[name]?.last else { continue }
            if let found = present[name] {
                sample = found
                entries[name]?.idleTicks = 0
            } else {
                sample.usage = CallUsage()
                sample.durations = LatencySummary()
                sample.start = start
                sample.end = end
                entries[name]?.idleTicks += 1
            }
            entries[name]?.last = sample
            // In place: a copy of a forecaster would copy its history.
            entries[name]?.calls.observe(sample.callsPerSecond, at: end)
            entries[name]?.inside.observe(sample.inside, at: end)
        }
        entries = entries.filter { $0.value.idleTicks <= Self.idleTicksKept }
    }

    mutating func forgetAll() { entries = [:] }

    /// By component and function.
    func snapshot(at now: Instant) -> [AgentSnapshot.Call] {
        let forecast = entries.values.map {
            AgentSnapshot.Call(sample: $0.last, calls: $0.calls.forecast(at: now), inside: $0.inside.forecast(at: now))
        }
        return (forecast + beyond.map { AgentSnapshot.Call(sample: $0) })
            .sorted { ($0.sample.component, $0.sample.function) < ($1.sample.component, $1.sample.function) }
    }
}
