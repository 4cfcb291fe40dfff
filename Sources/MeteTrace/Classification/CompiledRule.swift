internal import MeteModel

/// A condition on a process, made ready for matching.
enum CompiledRule: Sendable {
    case user(UInt32)
    case comm(TextPattern)
    case executable(TextPattern)
    case commandLine(TextPattern)
    case cgroup(TextPattern)
    case unit(TextPattern)
    case container(ContainerPattern)
    case parentComm(TextPattern)
    case parentExecutable(TextPattern)

    /// - Returns: nil for a condition on threads, which is no condition on a process.
    init?(_ rule: MatchRule) throws(ExtendedRegexError) {
        switch rule {
        case .user(let user): self = .user(user)
        case .comm(let pattern): self = .comm(try TextPattern(pattern, of: .text))
        case .executable(let pattern): self = .executable(try TextPattern(pattern, of: .path))
        case .commandLine(let pattern): self = .commandLine(try TextPattern(pattern, of: .text))
        case .cgroup(let pattern): self = .cgroup(try TextPattern(pattern, of: .path))
        case .unit(let pattern): self = .unit(try TextPattern(pattern, of: .text))
        case .container(let pattern): self = .container(try ContainerPattern(pattern))
        case .parent(let pattern):
            self =
                pattern.text.utf8.contains(UInt8(ascii: "/"))
                ? .parentExecutable(try TextPattern(pattern, of: .path))
                : .parentComm(try TextPattern(pattern, of: .text))
        case .thread: return nil
        }
    }

    func holds(for subject: inout Subject, lookup: ProcessLookup) -> Bool {
        switch self {
        case .user(let user): return subject.process.user == user
        case .comm(let pattern): return pattern.matches(subject.process.comm)
        case .executable(let pattern): return subject.process.executable.map(pattern.matches) ?? false
        case .commandLine(let pattern): return pattern.matches(subject.process.commandLine)
        case .cgroup(let pattern): return subject.cgroups.contains { pattern.matches($0) }
        case .unit(let pattern): return subject.units.contains { pattern.matches($0.utf8.span) }
        case .container(let pattern): return subject.containers.contains { pattern.matches($0.id) }
        case .parentComm(let pattern):
            return subject.process.firstAncestor(lookup: lookup) { pattern.matches($0.comm) } != nil
        case .parentExecutable(let pattern):
            return subject.process.firstAncestor(lookup: lookup) { $0.executable.map(pattern.matches) ?? false } != nil
        }
    }

    /// What asking costs compared with others: conditions that must all hold are asked in this order.
    var cost: Int {
        switch self {
        case .user: 0
        case .comm(let pattern), .executable(let pattern): pattern.cost
        case .cgroup(let pattern), .unit(let pattern): 3 * pattern.cost
        case .container: 3
        case .commandLine(let pattern): 4 * pattern.cost
        case .parentComm(let pattern), .parentExecutable(let pattern): 10 * pattern.cost
        }
    }

    var dependsOnAncestors: Bool {
        switch self {
        case .parentComm, .parentExecutable: true
        default: false
        }
    }
}

/// A pattern for container ids: a plain text is the beginning of one, as container tools take it.
struct ContainerPattern: Sendable {
    private let pattern: TextPattern

    init(_ pattern: Pattern) throws(ExtendedRegexError) {
        if case .exact(let id) = pattern, id.utf8.allSatisfy(\.isLowercaseHexDigit) {
            self.pattern = try TextPattern(.prefix(id), of: .text)
        } else {
            self.pattern = try TextPattern(pattern, of: .text)
        }
    }

    func matches(_ id: Substring) -> Bool {
        pattern.matches(id.utf8.span)
    }
}

extension Pattern {
    /// The text that the policy's writer gave.
    var text: String {
        switch self {
        case .exact(let text), .prefix(let text), .glob(let text), .regex(let text): text
        }
    }
}
