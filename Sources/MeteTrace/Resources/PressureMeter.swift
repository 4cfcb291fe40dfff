import Glibc
import MeteModel

/// Reads what the kernel says of stalls: of the machine, and of groups that belong to a component. About 6 µs a file.
struct PressureMeter {
    /// Files by what is lacked.
    struct Resources: OptionSet {
        let rawValue: Int

        static let cpu = Resources(rawValue: 1)
        static let memory = Resources(rawValue: 2)
        static let disk = Resources(rawValue: 4)
    }

    private let resources: Resources
    private let hierarchy: UnifiedHierarchy?
    private let machineFolder: String
    private var machine: Stalls?
    /// By path of the group: whose it was, and the totals then.
    private var groups: [String: (component: ComponentID, total: Stalls, call: Int)] = [:]
    /// Calls of `read` so far.
    private var calls = 0
    /// The first of those for which there was no time in the last window.
    private var resumption: String?

    init(_ resources: Resources, hierarchy: UnifiedHierarchy? = .find(), machineFolder: String = "/proc/pressure") {
        self.resources = resources
        self.hierarchy = hierarchy
        self.machineFolder = machineFolder
    }

    /// Of the machine since the last reading; nil at the first, and where the kernel does not say.
    mutating func readMachine() -> Stalls? {
        let now = read { "\(machineFolder)/\($0)" }
        defer { machine = now }
        guard let now, let machine else { return nil }
        return now - machine
    }

    /// Of components since the last reading: those that have a group that was read.
    ///
    /// - Parameters:
    ///   - owned: groups with whose they are, ordered by path. One that is new here, or another component's, counts from now on.
    ///   - averages: whether of a group that was not read for some calls only the part of one call is told, so that it can be divided by its
    ///     time; otherwise all of it, so that the sum of calls is true.
    ///   - hasTime: asked after each, so that every window gets on; what is left when it says no is read first the next time, and nothing
    ///     of it is lost.
    mutating func read(
        _ owned: [(path: String, component: ComponentID)], averages: Bool = false, while hasTime: () -> Bool
    ) -> [ComponentID: Stalls] {
        guard let hierarchy else { return [:] }
        calls += 1
        var found: [ComponentID: Stalls] = [:]
        var next: [String: (component: ComponentID, total: Stalls, call: Int)] = [:]
        let first = resumption.flatMap { path in owned.firstIndex { $0.path >= path } } ?? 0
        resumption = nil
        var isOver = false
        for (path, component) in owned[first...] + owned[..<first] {
            let before = groups[path].flatMap { $0.component == component ? $0 : nil }
            guard !isOver else {
                if resumption == nil { resumption = path }
                if let before { next[path] = before }
                continue
            }
            guard let now = read({ hierarchy.file("\($0).pressure", ofGroup: path) }) else { continue }
            next[path] = (component, now, calls)
            found[component, default: Stalls()] +=
                before.map { (now - $0.total).divided(by: averages ? calls - $0.call : 1) } ?? now.nothing
            isOver = !hasTime()
        }
        groups = next
        return found
    }

    /// Totals since boot, or since the group was made; nil where there is none of what is asked.
    private func read(_ path: (String) -> String?) -> Stalls? {
        func pressure(_ resource: Resources, _ name: String) -> Stalls.Pressure? {
            guard resources.contains(resource), let path = path(name) else { return nil }
            return Self.read(path)
        }
        let stalls = Stalls(
            cpu: pressure(.cpu, "cpu"), memory: pressure(.memory, "memory"), disk: pressure(.disk, "io"), groups: 1)
        return stalls == Stalls(groups: 1) ? nil : stalls
    }

    /// Nil where there is no such file (PSI is not in this kernel, or off), and where it is off for the group (EOPNOTSUPP).
    private static func read(_ path: String) -> Stalls.Pressure? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var buffer = [UInt8](repeating: 0, count: 512)
        var count = 0
        repeat { count = Glibc.read(file, &buffer, buffer.count) } while count < 0 && errno == EINTR
        return count > 0 ? Stalls.Pressure(file: String(decoding: buffer[..<count], as: UTF8.self)) : nil
    }
}

extension Stalls.Pressure {
    /// Lines of the form `some avg10=0.00 avg60=0.00 avg300=0.00 total=0`, in microseconds; CPUs have no `full` before Linux 5.13.
    init?(file: String) {
        self.init()
        var hasSome = false
        for line in file.split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard let total = fields.last, total.hasPrefix("total="), let microseconds = Int64(total.dropFirst(6))
            else { continue }
            switch fields.first {
            case "some":
                some = microseconds &* 1000
                hasSome = true
            case "full": full = microseconds &* 1000
            default: continue
            }
        }
        guard hasSome else { return nil }
    }

    /// A group that was made again under the same name begins anew.
    fileprivate static func - (later: Self, earlier: Self) -> Self {
        let isLater = later.some >= earlier.some && later.full >= earlier.full
        return isLater ? Self(some: later.some - earlier.some, full: later.full - earlier.full) : later
    }
}

extension Stalls {
    fileprivate static func - (later: Stalls, earlier: Stalls) -> Stalls {
        func difference(_ later: Pressure?, _ earlier: Pressure?) -> Pressure? {
            later.map { later in earlier.map { later - $0 } ?? Pressure() }
        }
        return Stalls(
            cpu: difference(later.cpu, earlier.cpu), memory: difference(later.memory, earlier.memory),
            disk: difference(later.disk, earlier.disk), groups: later.groups)
    }

    fileprivate func divided(by parts: Int) -> Stalls {
        func part(_ pressure: Pressure?) -> Pressure? {
            pressure.map { Pressure(some: $0.some / Nanoseconds(parts), full: $0.full / Nanoseconds(parts)) }
        }
        return parts == 1 ? self : Stalls(cpu: part(cpu), memory: part(memory), disk: part(disk), groups: groups)
    }

    /// That nothing stood still, as far as the kernel says anything.
    fileprivate var nothing: Stalls { self - self }
}
