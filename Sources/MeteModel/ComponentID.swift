/// The name of a component: what resources are allotted to.
///
/// Either a name from the policy, `template/instance` for an instance of a template, or a name found by discovery.
/// Ordered by its text, which fixes the order of every plan.
package struct ComponentID: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    package let name: String

    package init(_ name: String) {
        self.name = name
    }

    /// The component of everything that no rule matches.
    package static let rest = ComponentID("rest")

    /// The component of the agent itself.
    package static let mete = ComponentID("mete")

    package var description: String { name }

    package static func < (left: ComponentID, right: ComponentID) -> Bool {
        left.name < right.name
    }

    package init(from decoder: any Decoder) throws {
        name = try decoder.singleValueContainer().decode(String.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(name)
    }
}
