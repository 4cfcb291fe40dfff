internal import MeteModel

/// Where each component stands among the directives of a tick. Made when components or placements change, so that a tick works with
/// indices and looks up no names.
struct DirectiveOrder {
    private let components: [ComponentID]
    private let indices: [ComponentID: Int]
    /// The directive that each node of the group tree serves; nil for a mere parent.
    let ofNodes: [Int?]
    /// By directive: whether all of the component is in groups that carry its share.
    let isManaged: [Bool]

    init() {
        self.init([], GroupTree(), [:])
    }

    init(_ directives: [CPUDirective], _ tree: GroupTree, _ placements: [ComponentID: Placement]) {
        components = directives.map(\.component)
        let indices = Dictionary(zip(components, components.indices), uniquingKeysWith: { first, _ in first })
        self.indices = indices
        ofNodes = tree.nodes.map { $0.component.flatMap { indices[$0] } }
        isManaged = components.map { component in
            guard let placement = placements[component] else { return false }
            return !placement.groups.isEmpty && !placement.hasUnmanaged
        }
    }

    /// Whether directives are of the same components in the same order.
    func fits(_ directives: [CPUDirective]) -> Bool {
        directives.count == components.count && zip(directives, components).allSatisfy { $0.component == $1 }
    }

    /// The directive of a component that is likely to stand at `hint`.
    func index(of component: ComponentID, hint: Int) -> Int? {
        hint < components.count && components[hint] == component ? hint : indices[component]
    }
}
