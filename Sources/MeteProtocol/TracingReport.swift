/// What the agent sees, and what it does not.
package struct TracingReport: Equatable, Sendable, Codable {
    /// A probe that this kernel has no place for.
    package struct MissingProbe: Equatable, Sendable, Codable {
        package var name: String
        package var tracepoint: String

        package init(name: String, tracepoint: String) {
            self.name = name
            self.tracepoint = tracepoint
        }
    }

    /// Of `cpu`, `disk`, `network`, `memory` and `calls`.
    package var traced: [String]
    package var missingProbes: [MissingProbe]
    /// For how many components the kernel side has a slot; absent where an agent does not say.
    package var componentSlots: Int?
    /// How many components have none; absent for none.
    package var componentsWithoutSlot: Int?
    /// What that costs, in words; absent where all have one.
    package var slotLimit: String?

    package init(
        traced: [String], missingProbes: [MissingProbe] = [], componentSlots: Int? = nil,
        componentsWithoutSlot: Int? = nil, slotLimit: String? = nil
    ) {
        self.traced = traced
        self.missingProbes = missingProbes
        self.componentSlots = componentSlots
        self.componentsWithoutSlot = componentsWithoutSlot
        self.slotLimit = slotLimit
    }
}
