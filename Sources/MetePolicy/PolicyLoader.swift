package import MeteModel

/// Reads a policy from the text of a YAML file.
///
/// Goes on after an error, so that the writer sees all of them at once; a policy is returned only when there is none. Reads
/// nothing but the text and the context, and changes nothing.
package enum PolicyLoader {
    /// - Parameters:
    ///   - text: what the file holds.
    ///   - file: its name, for errors.
    package static func load(
        _ text: String, file: String, context: PolicyContext
    ) throws(PolicyErrors) -> Policy {
        let report = PolicyReport(file: file)
        var policy = Policy()
        if let root = PolicyDocument.root(of: text, report: report), let map = root.map(shape) {
            read(map, into: &policy, context: context)
        }
        try report.throwIfAny()
        return policy
    }

    private static let shape = FieldMap.Shape(
        known: ["tick", "units", "stability", "foreign-writers", "components"], allowsExtensions: true)

    private static func read(_ map: FieldMap, into policy: inout Policy, context: PolicyContext) {
        if let tick = map["tick"]?.amount(.duration, in: 10e6...10e9, "from 10ms to 10s") {
            policy.tick = Nanoseconds(tick)
        }
        if let units = map["units"]?.map(.init(known: ["cpu"], notYet: ["memory", "disk", "network"])) {
            let unit = units["cpu"]?.amount(.cores, in: 0.001...1, "from 0.001 to 1")
            if let unit { policy.cpuUnit = unit }
        }
        if let stability = map["stability"] { policy.stability = read(stability: stability) }
        if let writers = map["foreign-writers"]?.map(.init(known: ["hold-off"])) {
            let holdOff = writers["hold-off"]?.amount(.duration, in: 1e9...86_400e9, "from 1s to 24h")
            policy.foreignHoldOff = holdOff.map { Nanoseconds($0) }
        }
        guard let components = map["components"] else {
            map.field.fail(
                "there is no field \"components\"",
                "list at least one component; without a policy file mete finds components by itself")
            return
        }
        guard let fields = components.list(of: "component") else { return }
        if fields.isEmpty { components.fail("the list is empty", "write at least one component") }
        let readers = fields.compactMap { ComponentReader($0, context: context) }
        PolicyChecks(components: readers, unit: policy.cpuUnit, capacity: context.capacity).report(to: components)

        let named = readers.map(\.policy).filter { $0.id != .rest }
        let rest = readers.map(\.policy).first { $0.id == .rest } ?? ComponentPolicy(id: .rest)
        policy.components = named + [rest]
    }

    private static func read(stability field: Field) -> StabilityPolicy {
        var stability = StabilityPolicy()
        guard let map = field.map(.init(known: ["dead-band", "slow-down", "change-cost"])) else { return stability }
        if let band = map["dead-band"]?.amount(.number, in: 0...1, "from 0 to 1: a share of the allotment") {
            stability.deadBand = band
        }
        if let ticks = map["slow-down"]?.integer(in: 0...100_000) { stability.slowDownTicks = ticks }
        if let cost = map["change-cost"]?.amount(.number, in: 0...1_000, "from 0 to 1000: core-ticks") {
            stability.changeCost = cost
        }
        return stability
    }
}
