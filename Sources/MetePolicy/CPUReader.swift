internal import MeteModel

/// Reads the `cpu` field of a component.
struct CPUReader {
    /// Period of reservations whose policy gives no latency target: short enough that waiting for the next period does not
    /// show in most services' tails, long enough that replenishing costs little.
    static let defaultPeriod: Nanoseconds = .perMillisecond

    private(set) var policy = CPUPolicy()
    /// The `cpu` field, and those in it that are given.
    let field: Field
    let guarantee: Field?
    let maximum: Field?
    let mode: Field?

    init?(_ field: Field, context: PolicyContext) {
        guard let map = field.map(.init(known: ["guarantee", "max", "mode", "latency", "reclaim"])) else { return nil }
        self.field = field
        guarantee = map["guarantee"]
        maximum = map["max"]
        mode = map["mode"]
        if let cores = guarantee?.amount(.cores, in: 0...1e6, "of at least 0") { policy.guarantee = cores }
        if let cores = maximum?.amount(.cores, in: 0.001...1e6, "of at least 0.001") {
            policy.maximum = cores
            if cores < policy.guarantee {
                maximum?.fail(
                    "max \(cores.plain) is less than the guarantee \(policy.guarantee.plain)",
                    "raise max to \(policy.guarantee.plain) or lower the guarantee")
            }
        }
        if let mode { readMode(mode) }
        if let latency = map["latency"] { readLatency(latency, periods: context.reservationPeriods) }
        if let reclaim = map["reclaim"] { readReclaim(reclaim) }
        if policy.mode == .reserved, policy.latency == nil { policy.latency = Self.defaultPeriod }
        checkRuntime(map["latency"])
    }

    /// Nothing is set for the rest: it stays where it is, and what it is to get decides what the others' weights are measured against.
    func refuseForRest() {
        let remedy = "name a component for what is to be held back"
        maximum?.fail("the rest cannot be capped, as it has no group of its own", remedy)
        if policy.mode == .reserved {
            mode?.fail("the rest cannot be reserved for, as it holds the kernel's own threads", remedy)
        }
    }

    /// `mode: reserved`, or `mode: { want: reserved, optional: true }`.
    private mutating func readMode(_ field: Field) {
        var wanted = field
        if field.isMap {
            guard let map = field.map(.init(known: ["want", "optional"])) else { return }
            guard let want = map["want"] else {
                field.fail("there is no field \"want\"", "write e.g. `mode: { want: reserved, optional: true }`")
                return
            }
            wanted = want
            if let optional = map["optional"]?.flag() { policy.modeIsOptional = optional }
        }
        if wanted.word == "exclusive" {
            wanted.fail("exclusive is not supported yet", "write shared or reserved")
        } else if let mode = wanted.choice(CPUMode.self) {
            policy.mode = mode
        }
    }

    private mutating func readLatency(_ field: Field, periods: ClosedRange<Nanoseconds>) {
        let bounds = Double(periods.lowerBound)...Double(periods.upperBound)
        let words = "from \(periods.lowerBound.words) to \(periods.upperBound.words), which SCHED_DEADLINE accepts here"
        guard let latency = field.amount(.duration, in: bounds, words) else { return }
        policy.latency = Nanoseconds(latency)
        if policy.mode != .reserved {
            field.fail(
                "latency is the period of reservations, and this component has none",
                "write `mode: reserved` or remove latency")
        }
    }

    private mutating func readReclaim(_ field: Field) {
        guard let reclaim = field.flag() else { return }
        policy.reclaim = reclaim
        if reclaim, policy.mode != .reserved {
            field.fail(
                "reclaim lets reservations take unreserved time, and this component has none",
                "write `mode: reserved` or remove reclaim")
        }
    }

    /// The guarantee's part of each period is the least runtime that the component's reservations come to.
    private func checkRuntime(_ latency: Field?) {
        guard policy.mode == .reserved, let period = policy.latency, policy.guarantee > 0 else { return }
        let runtime = policy.guarantee * Double(period)
        guard runtime < Double(PolicyContext.shortestReservation) else { return }
        let least = Double(PolicyContext.shortestReservation) / policy.guarantee
        (latency ?? guarantee ?? field).fail(
            "\(policy.guarantee.plain) cores in every \(period.words) are \(Int(runtime)) ns, "
                + "and SCHED_DEADLINE accepts no runtime under \(PolicyContext.shortestReservation) ns",
            "write a latency of at least \(Nanoseconds(least.rounded(.up)).words) or a greater guarantee")
    }
}

extension Nanoseconds {
    /// As a policy's writer would write it, in the largest unit that leaves no long fraction: `100us`, `4.1943s`.
    var words: String {
        for (symbol, worth) in [("s", 1e9), ("ms", 1e6), ("us", 1e3)] where Double(self) >= worth {
            return "\((Double(self) / worth).plain)\(symbol)"
        }
        return "\(self)ns"
    }
}
