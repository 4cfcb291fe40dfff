package import MeteModel

/// What competes with mete's groups but is not mete's: sibling groups of others, and threads in the root group.
///
/// Somebody counts as competing while one of its threads was hot, and for a while after, so that weights do not follow
/// every pause. Root-level threads compete as one entity per session where SCHED_AUTOGROUP is on, else one by one.
/// Costs a few small file reads for each thread that becomes hot, and one per sibling group when the groups change
/// or a survey is due; nothing otherwise. What cannot be read counts with the default weight, and is in `unreadable`.
package struct Competition {
    /// Applies for which a competitor counts after it was last seen hot.
    private static let linger = 50
    /// Weight of a session or thread of nice 0.
    static let unit = 1_024.0

    private let hierarchy: CgroupHierarchy
    private let attributes: CPUAttributes
    private let hasAutogroups: Bool
    /// What a hot thread competes as, looked up once, and when it was last hot.
    private var entities: [ThreadKey: (entity: Entity, lastHot: Int)] = [:]
    private var lastHot: [Entity: Int] = [:]
    /// Why competitors count with the default weight instead of their own, by what could not be read; a survey starts afresh.
    package private(set) var unreadable: [String: Errno] = [:]

    private enum Entity: Hashable {
        case session(name: String, weight: Double)
        case thread(Int32, weight: Double)
        case group(String)
    }

    package init(hierarchy: CgroupHierarchy, hasAutogroups: Bool) {
        self.hierarchy = hierarchy
        self.hasAutogroups = hasAutogroups
        attributes = CPUAttributes(version: hierarchy.version)
    }

    /// Takes note of threads that are hot and not in a managed group.
    package mutating func note(_ threads: [ThreadLoad], cgroups: [Int32: String], tick: Int) {
        for load in threads {
            let key = ThreadKey(load.thread)
            let entity = entities[key]?.entity ?? identify(load, cgroups[load.thread.pid])
            entities[key] = (entity, tick)
            lastHot[entity] = tick
        }
    }

    /// Forgets those who have been quiet for long.
    package mutating func expire(tick: Int) {
        guard tick % Self.linger == 0 else { return }
        lastHot = lastHot.filter { tick - $0.value <= Self.linger }
        entities = entities.filter { tick - $0.value.lastHot <= Self.linger }
    }

    /// The weights that compete now with the groups of a tree, by the index of their parent in `parents`.
    package func fixed(under parents: [String: Int?], siblings: [String: [String: Double]]) -> [WeightTree.Fixed] {
        var weights: [WeightTree.Fixed] = []
        var counted: Set<String> = []
        for (entity, _) in lastHot {
            switch entity {
            case .session(_, let weight), .thread(_, let weight):
                weights.append(WeightTree.Fixed(parent: nil, weight: weight))
            case .group(let path):
                // The highest group on its path that is a sibling of a managed one.
                for (parent, index) in parents {
                    guard let children = siblings[parent] else { continue }
                    let prefix = parent == "/" ? "/" : parent + "/"
                    guard path.hasPrefix(prefix) else { continue }
                    let name = String(path.dropFirst(prefix.count).prefix { $0 != "/" })
                    if let weight = children[name], counted.insert(prefix + name).inserted {
                        weights.append(WeightTree.Fixed(parent: index, weight: weight))
                    }
                }
            }
        }
        // Somebody is always about to wake up.
        if weights.isEmpty { weights.append(WeightTree.Fixed(parent: nil, weight: Self.unit)) }
        return weights.sorted { ($0.parent ?? -1, $0.weight) < ($1.parent ?? -1, $1.weight) }
    }

    /// The weights of groups beside managed ones, by parent and name. Groups that end meanwhile are left out.
    package mutating func survey(_ parents: some Sequence<String>, managed: Set<String>) -> [String: [String: Double]] {
        unreadable = [:]
        var siblings: [String: [String: Double]] = [:]
        for parent in parents {
            let folder = hierarchy.folder(of: parent)
            guard let names = look(folder, { () throws(Errno) in try KernelFile.folders(in: folder) }) else { continue }
            var weights: [String: Double] = [:]
            for name in names where !managed.contains(parent == "/" ? "/\(name)" : "\(parent)/\(name)") {
                // Without a file of its own the controller stops above: its threads compete as one default group.
                weights[name] =
                    text("\(folder)/\(name)/\(attributes.weightFile)").flatMap(attributes.weight) ?? Self.unit
            }
            siblings[parent] = weights
        }
        return siblings
    }

    private mutating func identify(_ load: ThreadLoad, _ cgroup: String?) -> Entity {
        if let cgroup, cgroup != hierarchy.root { return .group(cgroup) }
        if hasAutogroups, let text = text("/proc/\(load.thread.pid)/autogroup") {
            let words = text.split(separator: " ")
            let nice = words.last.flatMap { Int32($0) } ?? 0
            return .session(name: words.first.map(String.init) ?? "", weight: Self.weight(nice: nice))
        }
        let tid = load.thread.tid
        let stat = look("/proc/\(tid)/stat") { () throws(Errno) in try ThreadStat.read(tid) }
        return .thread(tid, weight: Self.weight(nice: stat?.nice ?? 0))
    }

    private mutating func text(_ path: String) -> String? {
        look(path) { () throws(Errno) in try KernelFile.read(path) }
    }

    /// What `read` gives, or nil: silently where the thread, process or group has ended, else with the reason in `unreadable`.
    private mutating func look<Value>(_ path: String, _ read: () throws(Errno) -> Value) -> Value? {
        do {
            return try read()
        } catch {
            if !error.meansGone { unreadable[path] = error }
            return nil
        }
    }

    /// Each step of nice is a factor of 1.25 (sched_prio_to_weight).
    static func weight(nice: Int32) -> Double {
        var weight = unit
        for _ in 0..<abs(nice) { weight = nice < 0 ? weight * 1.25 : weight / 1.25 }
        return weight
    }
}
