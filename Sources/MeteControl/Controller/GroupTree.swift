package import MeteModel

/// The cgroups that carry components' shares and those above them, parents before children.
///
/// Built when placements change, so that a tick only fills in numbers.
package struct GroupTree: Equatable, Sendable {
    package struct Node: Equatable, Sendable {
        package var path: String
        package var parent: Int?
        /// Whose processes are directly in it; nil for a mere parent.
        package var component: ComponentID?
        /// Share of the component's allotment that is set here: components may have several groups.
        package var portion: Double
    }

    package private(set) var nodes: [Node] = []
    /// Every group that has one of the nodes directly below it, by path, with its own index (nil for the root).
    package private(set) var parents: [String: Int?] = [:]

    package init() {}

    package init(_ placements: [ComponentID: Placement], root: String) {
        var indices: [String: Int] = [:]
        for (component, placement) in placements.sorted(by: { $0.key < $1.key }) {
            for group in placement.groups {
                let index = insert(group, root, &indices)
                nodes[index].component = component
                nodes[index].portion = 1 / Double(placement.groups.count)
            }
        }
    }

    private mutating func insert(_ path: String, _ root: String, _ indices: inout [String: Int]) -> Int {
        if let index = indices[path] { return index }
        let above = Self.parent(of: path)
        let isTop = above == root || above == "/"
        let parent = isTop ? nil : insert(above, root, &indices)
        parents[isTop ? root : above] = parent
        nodes.append(Node(path: path, parent: parent, component: nil, portion: 0))
        indices[path] = nodes.count - 1
        return nodes.count - 1
    }

    package static func parent(of path: String) -> String {
        path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "/"
    }
}
