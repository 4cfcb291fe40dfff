import MeteModel
import MetePartition
import SeededRandom

/// A machine with its components, as the policy loader would let it pass: guarantees in whole units fit the capacity.
struct Instance {
    var capacity: Double
    var unit: Double
    var claimants: [Claimant]

    var units: Int { Int((capacity / unit + 1e-9).rounded(.down)) }

    var partition: Partition { Partition(resource: .cpu, unit: unit) }

    /// A seeded random one, of up to 24 components, with few tiers, weights and numbers that tie often.
    static func random(_ random: inout SplitMix64) -> Instance {
        let unit = random.pick([0.125, 0.1, 1.0, 0.3])
        let units = Int.random(in: 1...64, using: &random)
        let slack = Bool.random(using: &random) ? 0 : unit * Double.random(in: 0..<0.9, using: &random)
        var free = units
        let claimants = (0..<Int.random(in: 1...24, using: &random)).map { index in
            let promised = Bool.random(using: &random) ? Int.random(in: 0...min(free, 12), using: &random) : 0
            free -= promised
            let shy = Bool.random(using: &random) ? 0 : Double.random(in: 0..<1, using: &random)
            let guarantee = max(0, Double(promised) - shy) * unit
            let maximum = Double.random(in: 0...20, using: &random) * unit
            return Claimant(
                id: ComponentID("component-\(index)"), class: random.pick(ComponentClass.allCases),
                priority: random.pick([0, 10, 100]),
                weight: random.pick([0.5, 1, 1, 3, 100]), guarantee: guarantee,
                maximum: Int.random(in: 0..<3, using: &random) == 0 ? max(guarantee, maximum) : nil,
                forecast: Quantiles(point: 0), source: .autoregressive, measured: 0)
        }
        var instance = Instance(capacity: Double(units) * unit + slack, unit: unit, claimants: claimants)
        instance.breathe(everybody: true, &random)
        return instance
    }

    /// New demands for everybody, or for about one in four.
    mutating func breathe(everybody: Bool, _ random: inout SplitMix64) {
        for index in claimants.indices where everybody || Int.random(in: 0..<4, using: &random) == 0 {
            let median = Self.demand(&random) * unit
            claimants[index].forecast = Quantiles(
                median: median, p90: median * 1.25, p95: median * 1.5, p99: median * 2)
            claimants[index].measured = Bool.random(using: &random) ? 0 : Self.demand(&random) * unit
            claimants[index].calibration = Calibration(
                coverage: Double.random(in: 0.5...1, using: &random), pinballLoss: 0,
                samples: Int.random(in: 0...200, using: &random))
        }
    }

    private static func demand(_ random: inout SplitMix64) -> Double {
        Double.random(in: 0...1, using: &random) * random.pick([0, 2, 8, 40])
    }

    /// Demand of one of them, in units.
    func demand(of claimant: Claimant) -> Double {
        max(claimant.forecast.value(at: claimant.class.planningQuantile), claimant.measured) / unit
    }

    /// Whole units that cover its demand, up to its maximum.
    func need(of claimant: Claimant) -> Int {
        Int((min(demand(of: claimant), Double(ceiling(of: claimant))) - 1e-9).rounded(.up))
    }

    /// Whole units that its guarantee up to demand asks for.
    func floor(of claimant: Claimant) -> Int {
        Int((min(demand(of: claimant), claimant.guarantee / unit) - 1e-9).rounded(.up))
    }

    /// The most units it may have.
    func ceiling(of claimant: Claimant) -> Int {
        guard let maximum = claimant.maximum else { return units }
        guard maximum > 0 else { return 0 }
        let guarantee = Int((claimant.guarantee / unit - 1e-9).rounded(.up))
        return min(units, max(1, guarantee, Int((maximum / unit + 1e-9).rounded(.down))))
    }
}
