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
    }

    package private(set) var nodes: [Node] = []
    /// Every group that has one of the nodes directly below it, by path, with its own index (nil for the root).
    package private(set) var parents: [String: Int?] = [:]

    package init() {}

    package init(_ placements: [ComponentID: Placement], root: String) {
        var indices: [String: Int] = [:]
        for (component, placement) in placements.sorted(by: { $0.key < $1.key }) {
            for group in placement.groups {
                nodes[insert(group, root, &indices)].component = component
            }
        }
    }

    private mutating func insert(_ path: String, _ root: String, _ indices: inout [String: Int]) -> Int {
        if let index = indices[path] { return index }
        let above = FolderPath.parent(of: path)
        let isTop = above == root || above == "/"
        let parent = isTop ? nil : insert(above, root, &indices)
        parents[isTop ? root : above] = parent
        nodes.append(Node(path: path, parent: parent, component: nil))
        indices[path] = nodes.count - 1
        return nodes.count - 1
    }
}
