import ArgumentParser
import Glibc
import SeededRandom

/// How requests are spaced inside a phase.
enum ArrivalProcess: String, CaseIterable, ExpressibleByArgument {
    /// Exactly 1/rate apart.
    case fixed
    /// Independent exponential gaps with mean 1/rate: what many unrelated users look like, bursts included.
    case poisson
}

/// The intended send time of every request, decided before the run and by nothing that happens in it.
///
/// This is what makes the load open-loop: a slow reply delays no later request, so the time that requests spend
/// waiting behind it is measured and not omitted.
struct ArrivalSchedule: Sequence, IteratorProtocol {
    struct Arrival: Equatable {
        /// Nanoseconds after the start of the run.
        var due: Int64
        /// Index of the phase it is due in; the request counts there, whenever its reply comes.
        var phase: Int
    }

    /// Length of all phases.
    let nanoseconds: Int64
    private let phases: [Phase]
    private let process: ArrivalProcess
    private var generator: SplitMix64
    private var phase = 0
    private var phaseStart: Int64 = 0
    /// Of the last arrival, counted from the start of its phase.
    private var offset = 0.0
    private var arrivalsInPhase = 0

    init(phases: [Phase], process: ArrivalProcess, seed: UInt64) {
        self.phases = phases
        self.process = process
        self.generator = SplitMix64(seed: seed)
        self.nanoseconds = phases.reduce(0) { $0 + $1.nanoseconds }
    }

    mutating func next() -> Arrival? {
        while phase < phases.count {
            advanceOffset(rate: phases[phase].rate)
            if offset < Double(phases[phase].nanoseconds) {
                arrivalsInPhase += 1
                return Arrival(due: phaseStart + Int64(offset), phase: phase)
            }
            phaseStart += phases[phase].nanoseconds
            phase += 1
            offset = 0
            arrivalsInPhase = 0
        }
        return nil
    }

    /// A fixed offset is computed from the count, not summed, so that rounding does not accumulate.
    private mutating func advanceOffset(rate: Double) {
        let mean = 1e9 / rate
        switch process {
        case .fixed: offset = Double(arrivalsInPhase) * mean
        case .poisson: offset += -log1p(-Double.random(in: 0..<1, using: &generator)) * mean
        }
    }
}
