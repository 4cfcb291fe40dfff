/// A process under classification, with what its cgroup paths say; that is worked out when a rule first asks.
struct Subject {
    let process: ProcessFacts
    /// Its different cgroup paths.
    let cgroups: [String]
    private var unitsIfKnown: [Substring]?
    private var containersIfKnown: [Container]?

    init(_ process: ProcessFacts) {
        self.process = process
        cgroups = process.distinctCgroupPaths { _ in true }
    }

    /// The systemd units that contain the process, slices too.
    var units: [Substring] {
        mutating get {
            if let unitsIfKnown { return unitsIfKnown }
            let units = cgroups.flatMap { CgroupPath($0).units }
            unitsIfKnown = units
            return units
        }
    }

    /// The containers that contain the process.
    var containers: [Container] {
        mutating get {
            if let containersIfKnown { return containersIfKnown }
            let containers = cgroups.flatMap { CgroupPath($0).containers }
            containersIfKnown = containers
            return containers
        }
    }
}
