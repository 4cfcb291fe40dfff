internal import MeteModel

/// Reads the `match` field of a component: a map, all of whose conditions must hold, or a list of such maps, of which any must.
struct MatchReader {
    private static let shape = FieldMap.Shape(known: [
        "cgroup", "unit", "exe", "comm", "cmdline", "user", "container", "parent", "thread",
    ])

    let context: PolicyContext

    func clauses(_ field: Field) -> [MatchClause] {
        guard field.isList else { return [clause(field)].compactMap { $0 } }
        guard let fields = field.list(of: "map of conditions") else { return [] }
        if fields.isEmpty {
            field.fail("the list is empty", "write at least one condition, e.g. `- comm: redis-server`")
        }
        return fields.compactMap(clause)
    }

    private func clause(_ field: Field) -> MatchClause? {
        guard let map = field.map(Self.shape) else { return nil }
        let given = Self.shape.known.compactMap { name in map[name].map { (name, $0) } }
        if given.isEmpty {
            field.fail(
                "matches nothing: it has no condition",
                "write at least one of \(Self.shape.known.joined(separator: ", "))")
        }
        let rules = given.compactMap { rule($0, $1) }
        return rules.count == given.count && !rules.isEmpty ? MatchClause(rules: rules) : nil
    }

    private func rule(_ name: String, _ field: Field) -> MatchRule? {
        if name == "user" { return user(field).map(MatchRule.user) }
        let isExpression = name == "cmdline" || name == "thread"
        guard let pattern = PatternReader(field, plainIsRegex: isExpression)?.pattern else { return nil }
        return switch name {
        case "cgroup": PatternRule.path(pattern, in: field, noun: "cgroup").map(MatchRule.cgroup)
        case "exe": PatternRule.path(pattern, in: field, noun: "executable").map(MatchRule.executable)
        case "unit": PatternRule.unit(pattern, in: field).map(MatchRule.unit)
        case "comm": PatternRule.threadName(pattern, in: field).map(MatchRule.comm)
        case "thread": PatternRule.threadName(pattern, in: field).map(MatchRule.thread)
        case "parent": PatternRule.parent(pattern, in: field).map(MatchRule.parent)
        case "container": PatternRule.container(pattern, in: field).map(MatchRule.container)
        default: .commandLine(pattern)
        }
    }

    private func user(_ field: Field) -> UInt32? {
        guard let name = field.text(example: "www-data") else { return nil }
        if name.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) {
            // The greatest value means "no user" to the kernel.
            if let id = UInt32(name), id < UInt32.max { return id }
            field.fail("\(name) is no user id", "write one from 0 to \(UInt32.max - 1)")
            return nil
        }
        if let id = context.userID(name) { return id }
        field.fail("there is no user \(field.quoted) on this machine", "create the user or write its numeric id")
        return nil
    }
}
