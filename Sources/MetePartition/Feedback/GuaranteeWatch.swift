package import MeteModel

/// Watches whether one component's guarantee holds in force, over the last second.
///
/// A guarantee of G cores is a rate: while the component is runnable, it runs at G cores or more. With one thread, the time for
/// which it is runnable is run time plus run-queue delay, d; with several at once it is less, and cannot be told from sums. So the
/// least that a held guarantee can have delivered in the second is taken as min(G, d × min(1, G)), less a tolerance: a component
/// that got less than that is breached. Several threads that wake at the same moment for a small part of the second can be taken for
/// a breach that was none; the tolerance covers the common case.
///
/// Pure; a few nanoseconds per window.
package struct GuaranteeWatch: Sendable {
    package enum State: String, Equatable, Sendable, Codable {
        /// Wanted next to nothing.
        case idle
        case met
        case breached
    }

    /// What was found at the end of a window, over the last second.
    package struct Verdict: Equatable, Sendable {
        package var state: State
        /// Cores that a held guarantee would have delivered at least.
        package var entitled: Double
        /// Cores used.
        package var got: Double
        /// Cores wanted.
        package var demand: Double

        package init(state: State, entitled: Double, got: Double, demand: Double) {
            self.state = state
            self.entitled = entitled
            self.got = got
            self.demand = demand
        }

        /// The finding in words, e.g. `got 0.310 of 0.500 cores over 1 s while it wanted 1.204`.
        package var explanation: String {
            "got \(got.brief) of the \(entitled.brief) cores due over the last second, while it wanted \(demand.brief)"
        }
    }

    /// Share of the guarantee, and cores, by which the measurement may fall short without a breach: a timer tick at each
    /// end of the second, and short waits among the component's own threads.
    package static let tolerance = 0.05
    package static let least = 0.02

    private struct Window {
        var usage: CPUUsage
        var length: Nanoseconds
    }

    private var windows: [Window] = []
    private var length: Nanoseconds = 0
    private var sum = CPUUsage()
    /// Breaches so far; one that lasts counts once per second.
    package private(set) var breaches: UInt64 = 0
    private var sinceCounted: Nanoseconds = .perSecond

    package init() {}

    /// Takes in a window that has ended.
    package mutating func observe(_ usage: CPUUsage, length window: Nanoseconds, guarantee: Double) -> Verdict {
        guard window > 0 else { return Verdict(state: .idle, entitled: 0, got: 0, demand: 0) }
        windows.append(Window(usage: usage, length: window))
        sum.runTime += usage.runTime
        sum.runQueueDelay += usage.runQueueDelay
        length += window
        while let first = windows.first, length - first.length >= .perSecond {
            sum.runTime -= first.usage.runTime
            sum.runQueueDelay -= first.usage.runQueueDelay
            length -= first.length
            windows.removeFirst()
        }
        sinceCounted += window
        let got = Double(sum.runTime) / Double(length)
        let demand = got + Double(sum.runQueueDelay) / Double(length)
        let entitled = min(guarantee, demand * min(1, guarantee))
        var verdict = Verdict(state: .met, entitled: entitled, got: got, demand: demand)
        if demand < Self.least {
            verdict.state = .idle
        } else if length >= .perSecond, got < entitled - max(Self.least, Self.tolerance * guarantee) {
            verdict.state = .breached
            if sinceCounted >= .perSecond {
                breaches += 1
                sinceCounted = 0
            }
        }
        return verdict
    }
}
