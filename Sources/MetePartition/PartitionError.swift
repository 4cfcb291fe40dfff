package import MeteModel

/// Why no plan could be made: something that a policy loader or a caller should have refused.
package enum PartitionError: Error, Equatable, CustomStringConvertible {
    /// There is no plan for a capacity that is no number.
    case capacity(Double)
    /// A unit has to be a positive number, and a capacity has to be at most `Partition.mostUnits` of them.
    case unit(Double, capacity: Double)
    /// A field of the stability policy is out of its range.
    case stability(field: String, value: Double, allowed: String)
    /// A policy number of a claimant is out of its range.
    case claimant(ComponentID, field: String, value: Double, allowed: String)
    /// Two claimants have the same id.
    case duplicate(ComponentID)
    /// The previous plan is for another resource.
    case previousResource(Resource, expected: Resource)
    /// The previous plan was not made by `Partition.plan`: its components are not in ascending order.
    case previousOrder(ComponentID)

    package var description: String {
        switch self {
        case .capacity(let value):
            "partition: capacity is \(value); measure it again, or keep the previous plan"
        case .unit(let unit, let capacity):
            "partition: a unit of \(unit) does not divide a capacity of \(capacity); "
                + "choose a positive unit of which the capacity holds at most \(Partition.mostUnits)"
        case .stability(let field, let value, let allowed):
            "partition: stability.\(field) is \(value); it must be \(allowed)"
        case .claimant(let id, let field, let value, let allowed):
            "partition: \(field) of component \(id) is \(value); it must be \(allowed)"
        case .duplicate(let id):
            "partition: component \(id) claims twice; add its demands up and claim once"
        case .previousResource(let found, let expected):
            "partition: the previous plan is for \(found.rawValue); hand over the one for \(expected.rawValue), or nil"
        case .previousOrder(let id):
            "partition: component \(id) is out of order in the previous plan; hand over a plan as it was made, or nil"
        }
    }
}
