/// When a plan is changed: quickly where somebody lacks something, slowly where somebody has too much.
package struct StabilityPolicy: Equatable, Sendable, Codable {
    /// A change of less than this share of the allotment is not made, unless a guarantee or an unmet demand asks for it.
    package var deadBand = 0.1
    /// Ticks for which an allotment must have been too large before it is cut when nobody waits for it.
    package var slowDownTicks = 20
    /// What one change of one component costs, as core-ticks of work lost; a gain must exceed it.
    package var changeCost = 0.02

    package init() {}
}

/// What the operator wants: the components, their guarantees, and how mete should behave.
package struct Policy: Equatable, Sendable {
    /// Length of one tick of the loop.
    package var tick: Nanoseconds = 100 * .perMillisecond
    /// Grain of a CPU allotment, in cores.
    package var cpuUnit = 0.125
    package var stability = StabilityPolicy()
    /// Time for which a setting that somebody else wrote is left alone; nil until told otherwise.
    package var foreignHoldOff: Nanoseconds?
    /// In the order of the file; first match wins. `rest` is last, whether or not the file names it.
    package var components: [ComponentPolicy] = []

    package init() {}
}
