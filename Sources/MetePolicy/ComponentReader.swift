internal import MeteModel

/// Reads one entry of `components`, and keeps the fields that checks of the whole policy refer to.
struct ComponentReader {
    private static let shape = FieldMap.Shape(
        known: ["name", "match", "template", "class", "priority", "weight", "move", "cpu"],
        notYet: ["memory", "disk", "network", "slo"])

    private(set) var policy: ComponentPolicy
    let field: Field
    /// Nil when it is missing or unusable.
    private(set) var name: Field?
    private(set) var match: Field?
    private(set) var cpu: CPUReader?

    /// - Returns: nil when the entry is no map.
    init?(_ field: Field, context: PolicyContext) {
        guard let map = field.map(Self.shape) else { return nil }
        self.field = field
        policy = ComponentPolicy(id: ComponentID(""))
        policy.line = field.place?.line ?? 0
        policy.field = field.path
        readName(map)
        if let `class` = map["class"]?.choice(ComponentClass.self) {
            policy.class = `class`
            policy.priority = `class`.defaultPriority
        }
        if let priority = map["priority"]?.integer(in: 0...1_000) { policy.priority = priority }
        if let weight = map["weight"]?.amount(.number, in: 0.01...10_000, "from 0.01 to 10000") {
            policy.weight = weight
        }
        if let move = map["move"]?.flag() { policy.mayMove = move }
        if let template = map["template"]?.flag() { policy.isTemplate = template }
        readMatch(map, context: context)
        if let cpu = map["cpu"].flatMap({ CPUReader($0, context: context) }) {
            policy.cpu = cpu.policy
            self.cpu = cpu
            if policy.id == .rest { cpu.refuseForRest() }
        }
    }

    private mutating func readName(_ map: FieldMap) {
        guard let field = map["name"] else {
            map.field.fail("there is no field \"name\"", "give the component a name, e.g. `name: shop`")
            return
        }
        guard let name = field.text(example: "shop") else { return }
        policy.id = ComponentID(name)
        if let problem = ComponentNameRule.problem(with: name) {
            field.fail("\(field.quoted) \(problem)", "use letters, digits and . _ - @ : +, e.g. shop-2")
        } else {
            self.name = field
        }
    }

    private mutating func readMatch(_ map: FieldMap, context: PolicyContext) {
        let isRest = policy.id == .rest
        guard let match = map["match"] else {
            if !isRest {
                map.field.fail(
                    "there is no field \"match\"",
                    "say what belongs to the component, e.g. `match: { comm: redis-server }`; "
                        + "only `rest` takes what nothing matches")
            } else if policy.isTemplate {
                map["template"]?.fail("rest cannot be a template", "remove the field")
            }
            return
        }
        if isRest {
            match.fail("rest takes what nothing else matches", "remove the match or give the component another name")
            return
        }
        self.match = match
        policy.match = MatchReader(context: context).clauses(match)
        guard policy.isTemplate else { return }
        for clause in policy.match where !clause.rules.contains(where: \.namesManyCgroups) {
            match.fail(
                "a template needs a cgroup pattern in each of its matches",
                "write e.g. `match: { cgroup: /kubepods/*/* }`; each matching cgroup is a component of its own")
            break
        }
    }
}

/// What a component may be called: a name that can be a cgroup's, and that needs no quotes anywhere.
enum ComponentNameRule {
    private static let longest = 64

    /// What is wrong with a name, to follow it in a sentence; nil when nothing is.
    static func problem(with name: String) -> String? {
        let allowed = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "._-@:+".utf8.contains(byte)
            }
        }
        if !allowed { return "contains characters that cannot be in the name of a cgroup or a component" }
        if name.utf8.count > longest { return "is longer than \(longest) characters" }
        if let first = name.first, !first.isLetter, !first.isNumber { return "does not begin with a letter or digit" }
        // The kernel's own files stand beside groups in the same folder.
        let controllers = [
            "cgroup.", "cpu.", "cpuacct.", "cpuset.", "io.", "blkio.", "memory.", "pids.", "devices.", "freezer.",
            "hugetlb.",
            "misc.", "rdma.", "dmem.", "irq.", "net_cls.", "net_prio.", "perf_event.",
        ]
        let files = ["tasks", "notify_on_release", "release_agent"]
        if files.contains(name) || controllers.contains(where: name.hasPrefix) {
            return "is the name of a file of the cgroup file system"
        }
        return nil
    }
}

extension MatchRule {
    /// Whether this is a pattern that more than one cgroup can match.
    fileprivate var namesManyCgroups: Bool {
        switch self {
        case .cgroup(.exact): false
        case .cgroup: true
        default: false
        }
    }
}
