internal import MeteModel

/// What a pattern must look like to be able to match the kind of text it is for. Each gives the pattern, completed where the
/// writer may leave something out, or reports why it could never match.
enum PatternRule {
    /// Longest name of a thread that the kernel keeps (TASK_COMM_LEN without its zero byte).
    private static let longestThreadName = 15

    static func path(_ pattern: Pattern, in field: Field, noun: String) -> Pattern? {
        let (text, mayBeginWithWildcard): (String, Bool)
        switch pattern {
        case .regex: return pattern
        case .exact(let given), .prefix(let given): (text, mayBeginWithWildcard) = (given, false)
        case .glob(let given): (text, mayBeginWithWildcard) = (given, true)
        }
        if noun == "cgroup", text.hasPrefix("/sys/fs/cgroup") {
            field.fail(
                "\(field.quoted) contains the mount point",
                "write the path from the hierarchy's root, e.g. /system.slice")
            return nil
        }
        guard text.hasPrefix("/") || mayBeginWithWildcard && text.hasPrefix("*") else {
            field.fail("\"\(text)\" is no absolute path", "write the \(noun)'s path from the root, e.g. /\(text)")
            return nil
        }
        guard text.count > 1, text.hasSuffix("/") else { return pattern }
        let trimmed = String(text.dropLast())
        return switch pattern {
        case .exact: .exact(trimmed)
        case .prefix: .prefix(trimmed)
        case .glob, .regex: pattern
        }
    }

    /// A unit's name; as with systemctl, one without a suffix is a service.
    static func unit(_ pattern: Pattern, in field: Field) -> Pattern? {
        guard case .exact(let name) = pattern else { return pattern }
        if [".service", ".scope", ".slice"].contains(where: name.hasSuffix) { return pattern }
        let withoutProcesses = [".timer", ".socket", ".target", ".mount", ".path", ".device", ".swap", ".automount"]
        if let suffix = withoutProcesses.first(where: name.hasSuffix) {
            field.fail("a \(suffix.dropFirst()) unit has no processes", "name the .service, .scope or .slice")
            return nil
        }
        return .exact(name + ".service")
    }

    static func threadName(_ pattern: Pattern, in field: Field) -> Pattern? {
        guard case .exact(let name) = pattern, name.utf8.count > longestThreadName else { return pattern }
        field.fail(
            "\"\(name)\" is longer than \(longestThreadName) bytes, and the kernel keeps no more of a name",
            "write \(String(decoding: name.utf8.prefix(longestThreadName), as: UTF8.self).debugDescription)")
        return nil
    }

    /// The comm of an ancestor, or its executable where the text is a path.
    static func parent(_ pattern: Pattern, in field: Field) -> Pattern? {
        if case .exact(let text) = pattern, text.contains("/") { return path(pattern, in: field, noun: "executable") }
        return threadName(pattern, in: field)
    }

    static func container(_ pattern: Pattern, in field: Field) -> Pattern? {
        guard case .exact(let id) = pattern, id.utf8.count > 64 else { return pattern }
        field.fail("\"\(id)\" is no container id", "write the id, or how it begins, as the container tool shows it")
        return nil
    }
}
