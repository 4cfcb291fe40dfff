internal import MeteModel

/// Names of process trees: the comm of the root, and its process id where another living tree has that name already.
///
/// A tree keeps its name while its root lives and runs the same program, whatever begins or ends beside it. Holds one entry
/// per tree; those of dead trees are dropped each time the number has doubled.
struct ProcessTreeNames: Sendable {
    private struct Entry: Sendable {
        var comm: String
        var name: String
    }

    private var entries: [Int32: Entry] = [:]
    /// Root of the tree that has each name.
    private var holders: [String: Int32] = [:]
    private var limit = 256

    /// How many trees are remembered.
    var count: Int { entries.count }

    mutating func name(of root: ProcessFacts, lookup: ProcessLookup) -> String {
        if let entry = entries[root.pid], entry.comm == root.comm { return entry.name }
        release(root.pid)
        if entries.count >= limit { dropDead(lookup: lookup) }
        let plain = ComponentName.usable(root.comm)
        let name = isTaken(plain, lookup: lookup) ? "\(plain)-\(root.pid)" : plain
        entries[root.pid] = Entry(comm: root.comm, name: name)
        holders[name] = root.pid
        return name
    }

    private mutating func isTaken(_ name: String, lookup: ProcessLookup) -> Bool {
        if name == ComponentID.rest.name || name == ComponentID.mete.name || name == "kernel" { return true }
        guard let holder = holders[name] else { return false }
        if isAlive(holder, lookup: lookup) { return true }
        release(holder)
        return false
    }

    /// Whether the tree's root still runs what it was named for.
    private func isAlive(_ root: Int32, lookup: ProcessLookup) -> Bool {
        guard let entry = entries[root], let process = lookup(root) else { return false }
        return process.comm == entry.comm
    }

    private mutating func release(_ root: Int32) {
        guard let entry = entries.removeValue(forKey: root) else { return }
        if holders[entry.name] == root { holders[entry.name] = nil }
    }

    private mutating func dropDead(lookup: ProcessLookup) {
        for root in entries.keys where !isAlive(root, lookup: lookup) { release(root) }
        limit = max(256, 2 * entries.count)
    }
}
