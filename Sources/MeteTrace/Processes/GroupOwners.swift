import MeteModel

/// Which groups of a hierarchy belong to one component as a whole: those in which, and below which, all processes are of it, the
/// highest of each branch. The root is nobody's.
struct GroupOwners {
    private enum Owner: Equatable {
        case one(Int)
        case several
    }

    private var owners: [String: Owner] = [:]

    /// - Parameters:
    ///   - group: where a process is.
    ///   - component: of all of its threads; nil where they are of several.
    mutating func add(processIn group: String, of component: Int?) {
        let owner = component.map { Owner.one($0) } ?? .several
        var path = Substring(group)
        while !path.isEmpty, path != "/" {
            let name = String(path)
            let before = owners[name]
            // Those above know it already.
            if before == owner || before == .several { return }
            owners[name] = before == nil ? owner : .several
            path = path[..<(path.lastIndex(of: "/") ?? path.startIndex)]
        }
    }

    /// Ordered by path.
    var groups: [(path: String, component: Int)] {
        owners.compactMap { path, owner -> (path: String, component: Int)? in
            guard case .one(let component) = owner else { return nil }
            let parent = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
            if case .one = owners[parent] { return nil }
            return (path, component)
        }
        .sorted { $0.path < $1.path }
    }
}
