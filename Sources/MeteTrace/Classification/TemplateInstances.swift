internal import MeteModel

/// Names the instances of a template: one component per matching cgroup.
///
/// A process belongs to the outermost group on its path that matches, so that groups inside a pod or a container do not
/// split it. A prefix stands for the groups directly below it; processes in the prefix itself belong to none of them.
struct TemplateInstances: Sendable {
    /// Names longer than this would not fit a cgroup's name together with the template's.
    static let longestInstanceName = 160

    private let template: ComponentID
    private let pattern: TextPattern
    /// Bytes of the path that all matching groups share up to their last common slash; they are not part of a name.
    private let commonLength: Int

    init(of template: ComponentID, pattern: Pattern) throws(ExtendedRegexError) {
        self.template = template
        self.pattern = try TextPattern(pattern, of: .path)
        switch pattern {
        case .glob(let text):
            let fixed = text.utf8.prefix { $0 != UInt8(ascii: "*") && $0 != UInt8(ascii: "?") }
            let lastSlash = fixed.lastIndex(of: UInt8(ascii: "/")) ?? fixed.startIndex
            commonLength = fixed.distance(from: fixed.startIndex, to: lastSlash)
        case .prefix:
            commonLength = self.pattern.pathPrefixLength ?? 0
        case .exact, .regex:
            commonLength = 0
        }
    }

    /// The instance that the first matching one of a process's paths belongs to.
    func instance(among paths: [String]) -> ComponentID? {
        for path in paths {
            guard let length = matchingLength(path.utf8.span) else { continue }
            let name = Substring(path.utf8.prefix(length).dropFirst(commonLength))
            return ComponentID("\(template.name)/\(Self.instanceName(name))")
        }
        return nil
    }

    /// Length of the shortest beginning of the path that is a matching group.
    private func matchingLength(_ path: Span<UInt8>) -> Int? {
        let slash = UInt8(ascii: "/")
        if let prefix = pattern.pathPrefixLength {
            guard pattern.matches(path), path.count > prefix + 1 else { return nil }
            var end = prefix + 1
            while end < path.count, path[end] != slash { end += 1 }
            return end
        }
        // The root of a hierarchy is nobody's instance.
        guard path.count > 1 else { return nil }
        for end in 2...path.count where end == path.count || path[end] == slash {
            if pattern.matches(path.extracting(0..<end)) { return end }
        }
        return nil
    }

    /// A path as one name: `!` for slashes, as the kernel does in names of devices, and container ids shortened to 12 digits.
    ///
    /// What would still be too long ends in a hash of the whole instead, so that different groups have different names.
    private static func instanceName(_ path: Substring) -> String {
        let steps = path.utf8.split(separator: UInt8(ascii: "/")).map { shortened(Substring($0)) }
        let name = steps.joined(separator: "!")
        return ComponentName.short(name, to: longestInstanceName, of: path)
    }

    /// The step without the end of a container id that it contains.
    private static func shortened(_ step: Substring) -> Substring {
        let name = step.ends(withBytesOf: ".scope") ? step.dropLast(".scope".count) : step
        guard name.utf8.count >= 64, name.utf8.suffix(64).allSatisfy(\.isLowercaseHexDigit) else { return step }
        return Substring(name.utf8.dropLast(64 - 12))
    }
}
