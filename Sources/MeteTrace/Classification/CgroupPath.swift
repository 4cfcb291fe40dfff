/// What a cgroup path says of who made the group: the systemd units and the containers it leads through.
///
/// Knows the layouts of systemd, docker, podman, containerd, CRI-O, the kubelet (cgroupfs and systemd drivers) and LXC. Nothing is
/// looked up: what the path does not say (a container's name, a pod's name) is not known here.
struct CgroupPath {
    /// From the root down, without slashes.
    let steps: [Substring]

    init(_ path: String) {
        steps = path.utf8.split(separator: UInt8(ascii: "/")).map { Substring($0) }
    }

    /// The systemd units on the path, from the root down; each contains the next.
    var units: [Substring] {
        steps.compactMap { step in
            // systemd puts `_` before names that would collide with a file of the cgroup file system (cg_escape).
            let name = step.utf8.first == UInt8(ascii: "_") ? step.dropFirst() : step
            let isUnit =
                name.ends(withBytesOf: ".service") || name.ends(withBytesOf: ".scope")
                || name.ends(withBytesOf: ".slice")
            return isUnit ? name : nil
        }
    }

    /// The units without slices, which hold no process of their own.
    var services: [Substring] { units.filter { !$0.ends(withBytesOf: ".slice") } }

    /// The containers on the path, from the root down; the last is the innermost.
    var containers: [Container] {
        var found: [Container] = []
        for (index, step) in steps.enumerated() {
            let parent = index > 0 ? steps[index - 1] : nil
            if let container = Container(step: step, parent: parent, first: steps[0]) { found.append(container) }
        }
        return found
    }
}

/// A container as a cgroup path shows it.
struct Container: Equatable {
    /// What runs it: `docker`, `podman`, `containerd`, `crio`, `kube` (a pod's, runtime not shown), `lxc`, or `container`.
    let runtime: String
    /// 64 hexadecimal digits; for LXC the container's name.
    let id: Substring

    init(runtime: String, id: Substring) {
        self.runtime = runtime
        self.id = id
    }

    /// The container whose own group `step` is, or nil.
    ///
    /// - Parameters:
    ///   - parent: the step above.
    ///   - first: the first step of the path.
    init?(step: Substring, parent: Substring?, first: Substring) {
        if let name = Container.lxcName(step: step, parent: parent) {
            self.init(runtime: "lxc", id: name)
            return
        }
        let name = step.ends(withBytesOf: ".scope") ? step.dropLast(".scope".count) : step
        guard name.utf8.count >= 64 else { return nil }
        let id = Substring(name.utf8.suffix(64))
        guard id.utf8.allSatisfy(\.isLowercaseHexDigit) else { return nil }
        let prefix = name.dropLast(64)
        if prefix.isEmpty {
            self.init(runtime: Container.runtime(above: parent ?? "", first: first), id: id)
            return
        }
        // `docker-ID`, `libpod-payload-ID`, `kubepods-pod1234.slice:cri-containerd:ID`. A conmon is a container's
        // monitor, which stands outside it.
        guard prefix.last == "-" || prefix.last == ":", !prefix.ends(withBytesOf: "conmon-") else { return nil }
        let words = prefix.split { $0 == "-" || $0 == ":" }
        self.init(runtime: words.reversed().lazy.compactMap(Container.known).first ?? "container", id: id)
    }

    /// Short enough to read and long enough to be unique on a machine.
    var shortID: Substring { runtime == "lxc" ? id : id.prefix(12) }

    private static func lxcName(step: Substring, parent: Substring?) -> Substring? {
        let payload: StaticString = "lxc.payload."
        if step.starts(withBytesOf: payload), step.utf8.count > payload.utf8CodeUnitCount {
            return step.dropFirst(payload.utf8CodeUnitCount)
        }
        return parent == "lxc" || parent == "lxc.payload" ? step : nil
    }

    private static func known(_ word: Substring) -> String? {
        switch word {
        case "docker": "docker"
        case "libpod", "podman": "podman"
        case "containerd", "nerdctl": "containerd"
        case "crio": "crio"
        default: nil
        }
    }

    /// The runtime of a group that is named with the id alone (the cgroupfs drivers).
    private static func runtime(above parent: Substring, first: Substring) -> String {
        if parent == "docker" { return "docker" }
        if first.starts(withBytesOf: "kubepods") || parent.starts(withBytesOf: "pod") { return "kube" }
        return "container"
    }
}

extension UInt8 {
    var isLowercaseHexDigit: Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(self)
    }
}
