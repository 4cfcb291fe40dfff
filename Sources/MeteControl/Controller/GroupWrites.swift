internal import MeteModel

/// What a group tree is written through. Made when the tree changes, so that a tick neither builds paths nor goes through what is done.
struct GroupWrites {
    /// What one node of the tree is written through.
    struct Node {
        var scope: Write.Scope
        var weight: Setting
        /// In the order in which they are written.
        var caps: [Setting]
        var depth: Int
    }

    /// In the tree's order.
    private(set) var nodes: [Node] = []
    /// Groups of mete's own, and on v2 the controller handed down to every group that carries a share; the top first.
    private let structure: [Write]
    /// Processes and threads that belong into a group of mete's own, and those that go home from one.
    private var moves: [Write]
    /// What each plan of this tree names, whatever its numbers are.
    private(set) var named: Set<Setting> = []

    /// Those that were not seen done yet.
    private var pendingStructure: [Write] = []
    private var pendingMoves: [Write] = []
    /// Whether the moves have been compared with the kernel since who is where was last seen to change: another writer may have moved
    /// again what mete had moved.
    private var areMovesCompared = false

    init() {
        structure = []
        moves = []
    }

    /// - Parameter returns: of those that may not stay in the groups of mete's own that they are in.
    init(
        _ tree: GroupTree, _ placements: [ComponentID: Placement], returns: [Write], _ hierarchy: CgroupHierarchy,
        _ attributes: CPUAttributes
    ) {
        structure = Self.structure(tree, placements, hierarchy)
        moves = returns + Self.moves(placements, hierarchy)
        for node in tree.nodes {
            let folder = hierarchy.folder(of: node.path)
            let weight = Setting.file("\(folder)/\(attributes.weightFile)")
            nodes.append(
                Node(
                    scope: node.component.map { .component($0) } ?? .alone, weight: weight,
                    caps: attributes.cap(nil).map { .file("\(folder)/\($0.file)") }, depth: Self.depth(weight)))
            named.insert(weight)
        }
        named.formUnion(structure.map(\.setting))
        reopen()
    }

    /// Has everything looked at again, after a write that failed or was taken back.
    mutating func reopen() {
        pendingStructure = structure
        pendingMoves = moves
    }

    /// Leaves out those whose process or thread has ended.
    mutating func drop(_ ended: [Setting]) {
        guard !ended.isEmpty else { return }
        let ended = Set(ended)
        moves.removeAll { ended.contains($0.setting) }
        pendingMoves.removeAll { ended.contains($0.setting) }
    }

    /// Adds what is not done yet.
    mutating func addPending(to plan: inout ControlPlan, _ executor: Executor) {
        pendingStructure.removeAll { executor.isSettled($0.setting, $0.value) }
        if areMovesCompared { pendingMoves.removeAll { executor.isSettled($0.setting, $0.value) } }
        areMovesCompared = true
        plan.structure += pendingStructure
        plan.moves += pendingMoves
    }

    private static func structure(
        _ tree: GroupTree, _ placements: [ComponentID: Placement], _ hierarchy: CgroupHierarchy
    ) -> [Write] {
        var writes: [Write] = []
        var named: Set<Setting> = []
        func need(_ setting: Setting, _ component: ComponentID?, _ reason: Write.Reason) {
            guard named.insert(setting).inserted else { return }
            let scope: Write.Scope = component.map { .component($0) } ?? .alone
            writes.append(Write(setting, .present, scope: scope, component: component, reason: reason))
        }
        for node in tree.nodes {
            if hierarchy.version == .v2 {
                let above = hierarchy.folder(of: FolderPath.parent(of: node.path))
                need(.controller(file: above + "/cgroup.subtree_control", name: "cpu"), nil, .handDown)
            }
            guard let component = node.component else { continue }
            guard let own = placements[component]?.ownGroup, own == node.path else { continue }
            need(.group(hierarchy.folder(of: FolderPath.parent(of: own))), nil, .top)
            need(.group(hierarchy.folder(of: own)), component, .ownGroup)
        }
        // The top group is made before a controller is handed down in it.
        return writes.sorted { depth($0.setting) < depth($1.setting) }
    }

    private static func moves(_ placements: [ComponentID: Placement], _ hierarchy: CgroupHierarchy) -> [Write] {
        placements.sorted { $0.key < $1.key }.flatMap { component, placement -> [Write] in
            guard let own = placement.ownGroup else { return [] }
            let settings =
                placement.processes.map { Setting.processGroup(ThreadKey($0), in: hierarchy) }
                + placement.threads.map { Setting.threadGroup(ThreadKey($0), in: hierarchy) }
            return settings.map { Write($0, .cgroup(own), scope: .alone, component: component, reason: .move) }
        }
    }

    private static func depth(_ setting: Setting) -> Int {
        setting.path?.utf8.reduce(0) { $0 + ($1 == UInt8(ascii: "/") ? 1 : 0) } ?? 0
    }
}
