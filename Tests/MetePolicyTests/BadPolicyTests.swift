import MeteModel
import MetePolicy
import Testing

/// A policy that is refused, and the error that has to be among those it is refused with.
struct BadPolicy: CustomTestStringConvertible, Sendable {
    var text: String
    var place: String
    var field: String
    var says: String

    init(_ text: String, _ place: String, _ field: String, _ says: String) {
        self.text = text
        self.place = place
        self.field = field
        self.says = says
    }

    /// A component whose `cpu` is this, in flow style; it begins in column 50.
    init(cpu: String, _ column: Int, _ field: String, _ says: String) {
        self.init("components: [{ name: a, match: { comm: a }, cpu: \(cpu) }]", "1:\(column)", field, says)
    }

    /// A component whose `match` is this; it begins in column 32.
    init(match: String, _ column: Int, _ field: String, _ says: String) {
        self.init("components: [{ name: a, match: \(match) }]", "1:\(column)", field, says)
    }

    var testDescription: String { "\(says): \(text.prefix(60))" }
}

@Suite struct BadPolicyTests {
    private static func check(_ bad: BadPolicy) {
        let found = errors(in: bad.text)
        let place = { (error: PolicyError) in "\(error.line):\(error.column)" }
        #expect(
            found.contains { place($0) == bad.place && $0.field == bad.field && $0.description.contains(bad.says) },
            "found \(found.map(\.description))")
    }

    static let documents = [
        BadPolicy("", "0:0", "", "the file is empty"),
        BadPolicy("# only a comment\n", "0:0", "", "the file is empty"),
        BadPolicy("---\n", "0:0", "", "the file is empty"),
        BadPolicy("just words", "1:1", "", "is a single value where a map is needed"),
        BadPolicy("- a", "1:1", "", "is a list where a map is needed"),
        BadPolicy("components: [", "2:1", "", "check indentation, colons and quotes"),
        BadPolicy("components:\n\t- name: a", "2:1", "", "replace the tab"),
        BadPolicy("components: 'a", "1:15", "", "unexpected end of stream"),
        BadPolicy("a: 1\n---\nb: 2", "2:1", "", "keep one document per file"),
        BadPolicy("a: *nobody", "1:4", "", "define the anchor"),
        BadPolicy("tick: 1s\ntick: 2s", "1:1", "", "\"tick\" is given more than once"),
        BadPolicy("tick: 1s\n\u{1}", "2:1", "", "control characters are not allowed"),
        BadPolicy(
            "components:\n  - name: a\n    name: b", "2:5", "", "\"name\" is given more than once"),
        BadPolicy("tick: 1s\n<<: 3", "2:5", "<<", "does not name a map"),
        BadPolicy("? [a]\n: 1", "1:3", "", "cannot be the name of a field"),
        BadPolicy("components: [{ name: rest, cpu: { max: 1 } }]", "1:40", "components[0].cpu.max", "cannot be capped"),
        BadPolicy(
            "components: [{ name: rest, cpu: { mode: reserved } }]", "1:41", "components[0].cpu.mode",
            "cannot be reserved for"),
    ]

    @Test(arguments: documents) func refusesDocument(_ bad: BadPolicy) { Self.check(bad) }

    static let topLevel = [
        BadPolicy("tick: 1s", "1:1", "", "there is no field \"components\""),
        BadPolicy("components:", "1:12", "components", "is nothing where a list is needed"),
        BadPolicy("components: {}", "1:13", "components", "is a map where a list is needed"),
        BadPolicy("components: []", "1:13", "components", "the list is empty"),
        BadPolicy("components: [a]", "1:14", "components[0]", "is a single value where a map is needed"),
        BadPolicy("component: []", "1:1", "component", "did you mean components?"),
        BadPolicy("Tick: 1s", "1:1", "Tick", "did you mean tick?"),
        BadPolicy("dead_band: 1", "1:1", "dead_band", "the fields here are tick, units"),
        BadPolicy("stability: { dead_band: 1 }", "1:14", "stability.dead_band", "did you mean dead-band?"),
        BadPolicy("tick: 9ms", "1:7", "tick", "from 10ms to 10s"),
        BadPolicy("tick: 100", "1:7", "tick", "a unit is missing"),
        BadPolicy("tick: 100 parsecs", "1:7", "tick", "units are ns, us"),
        BadPolicy("tick: soon", "1:7", "tick", "\"soon\" is not a duration; write e.g. 100ms"),
        BadPolicy("tick: [1s]", "1:7", "tick", "is a list, not a duration"),
        BadPolicy("tick: -1s", "1:7", "tick", "out of range"),
        BadPolicy("tick: 1e300s", "1:7", "tick", "is not a duration"),
        BadPolicy("tick: \(String(repeating: "9", count: 400))s", "1:7", "tick", "is not a duration"),
        BadPolicy("units: { cpu: 0 }", "1:15", "units.cpu", "from 0.001 to 1"),
        BadPolicy("units: { memory: 1 }", "1:10", "units.memory", "not supported yet"),
        BadPolicy("stability: { dead-band: 2 }", "1:25", "stability.dead-band", "from 0 to 1"),
        BadPolicy("stability: { slow-down: 1.5 }", "1:25", "stability.slow-down", "is not a whole number"),
        BadPolicy("stability: { slow-down: -1 }", "1:25", "stability.slow-down", "-1 is out of range"),
        BadPolicy("foreign-writers: { hold-off: 60 }", "1:30", "foreign-writers.hold-off", "a unit is missing"),
    ]

    @Test(arguments: topLevel) func refusesAtTopLevel(_ bad: BadPolicy) { Self.check(bad) }

    static let components = [
        BadPolicy("components: [{ match: { comm: a } }]", "1:14", "components[0]", "there is no field \"name\""),
        BadPolicy("components: [{ name: , match: { comm: a } }]", "1:22", "components[0].name", "is empty"),
        BadPolicy("components: [{ name: a/b, match: { comm: a } }]", "1:22", "components[0].name", "name of a cgroup"),
        BadPolicy("components: [{ name: ö, match: { comm: a } }]", "1:22", "components[0].name", "name of a cgroup"),
        BadPolicy("components: [{ name: .a, match: { comm: a } }]", "1:22", "components[0].name", "does not begin"),
        BadPolicy(
            "components: [{ name: cpu.max, match: { comm: a } }]", "1:22", "components[0].name", "is the name of a file"
        ),
        BadPolicy(
            "components: [{ name: \(String(repeating: "a", count: 65)), match: { comm: a } }]", "1:22",
            "components[0].name", "longer than 64"),
        BadPolicy("components: [{ name: a }]", "1:14", "components[0]", "there is no field \"match\""),
        BadPolicy(
            "components: [{ name: rest, match: { comm: a } }]", "1:35", "components[0].match",
            "what nothing else matches"),
        BadPolicy(
            "components: [{ name: rest, template: true }]", "1:38", "components[0].template", "cannot be a template"),
        BadPolicy(
            "components:\n  - { name: a, match: { comm: a } }\n  - { name: a, match: { comm: b } }", "3:13",
            "components[1].name", "\"a\" is the name of the component in line 2 too"),
        BadPolicy(
            "components:\n  - { name: a, match: { comm: a } }\n  - { name: b, match: { comm: a, user: 0 } }", "3:23",
            "components[1].match", "belongs to a, line 2"),
        BadPolicy(
            "components: [{ name: a, match: { comm: a }, class: latncy }]", "1:52", "components[0].class",
            "did you mean latency?"),
        BadPolicy(
            "components: [{ name: a, match: { comm: a }, class: gold }]", "1:52", "components[0].class",
            "one of latency, throughput, batch, idle"),
        BadPolicy(
            "components: [{ name: a, match: { comm: a }, priority: high }]", "1:55", "components[0].priority",
            "is not a whole number"),
        BadPolicy(
            "components: [{ name: a, match: { comm: a }, weight: 0 }]", "1:53", "components[0].weight", "from 0.01"),
        BadPolicy(
            "components: [{ name: a, match: { comm: a }, move: maybe }]", "1:51", "components[0].move",
            "neither true nor false"),
        BadPolicy(
            "components: [{ name: a, match: { comm: a }, memory: { guarantee: 1MiB } }]", "1:45",
            "components[0].memory",
            "memory is not supported yet"),
        BadPolicy(
            "components: [{ name: a, match: { comm: a }, slo: {} }]", "1:45", "components[0].slo", "not supported yet"),
        BadPolicy(
            "components: [{ name: a, match: { comm: a }, prioritty: 3 }]", "1:45", "components[0].prioritty",
            "did you mean priority?"),
        BadPolicy(
            "components: [{ name: a, match: { comm: a }, !x name: b }]", "1:45", "components[0].name",
            "is given more than once"),
        BadPolicy(
            "components: [{ name: a, template: true, match: { comm: a } }]", "1:48", "components[0].match",
            "needs a cgroup pattern"),
        BadPolicy(
            "components: [{ name: a, template: true, match: { cgroup: /a } }]", "1:48", "components[0].match",
            "needs a cgroup pattern"),
    ]

    @Test(arguments: components) func refusesComponent(_ bad: BadPolicy) { Self.check(bad) }

    static let cpus = [
        BadPolicy(cpu: "1", 50, "components[0].cpu", "is a single value where a map is needed"),
        BadPolicy(
            cpu: "{ guarantee: lots }", 63, "components[0].cpu.guarantee",
            "\"lots\" is not a number of cores; write e.g. 0.5"),
        BadPolicy(cpu: "{ guarantee: 50% }", 63, "components[0].cpu.guarantee", "write 0.5"),
        BadPolicy(cpu: "{ guarantee: 250m }", 63, "components[0].cpu.guarantee", "write 0.25"),
        BadPolicy(cpu: "{ guarantee: '0,5' }", 63, "components[0].cpu.guarantee", "decimals follow a point"),
        BadPolicy(cpu: "{ guarantee: .nan }", 63, "components[0].cpu.guarantee", "is not a number of cores"),
        BadPolicy(cpu: "{ guarantee: .inf }", 63, "components[0].cpu.guarantee", "is not a number of cores"),
        BadPolicy(cpu: "{ guarantee: 0x1 }", 63, "components[0].cpu.guarantee", "without a unit"),
        BadPolicy(cpu: "{ guarantee: -1 }", 63, "components[0].cpu.guarantee", "of at least 0"),
        BadPolicy(cpu: "{ guarantee: }", 63, "components[0].cpu.guarantee", "is not a number of cores"),
        BadPolicy(cpu: "{ gaurantee: 1 }", 52, "components[0].cpu.gaurantee", "did you mean guarantee?"),
        BadPolicy(cpu: "{ max: 0 }", 57, "components[0].cpu.max", "at least 0.001"),
        BadPolicy(
            cpu: "{ guarantee: 1, max: 0.5 }", 71, "components[0].cpu.max", "max 0.5 is less than the guarantee 1"),
        BadPolicy(cpu: "{ max: 0.1 }", 57, "components[0].cpu.max", "write a finer unit, e.g. `units: { cpu: 0.1 }`"),
        BadPolicy(
            cpu: "{ guarantee: 0.3, max: 0.3 }", 73, "components[0].cpu.max",
            "lies between the guarantee 0.3 and max 0.3"),
        BadPolicy(cpu: "{ mode: reservd }", 58, "components[0].cpu.mode", "did you mean reserved?"),
        BadPolicy(cpu: "{ mode: exclusive }", 58, "components[0].cpu.mode", "exclusive is not supported yet"),
        BadPolicy(cpu: "{ mode: { optional: true } }", 58, "components[0].cpu.mode", "no field \"want\""),
        BadPolicy(cpu: "{ mode: { want: fast } }", 66, "components[0].cpu.mode.want", "write one of shared, reserved"),
        BadPolicy(cpu: "{ latency: 1ms }", 61, "components[0].cpu.latency", "write `mode: reserved`"),
        BadPolicy(cpu: "{ reclaim: true }", 61, "components[0].cpu.reclaim", "write `mode: reserved`"),
        BadPolicy(
            cpu: "{ mode: reserved, latency: 50us }", 77, "components[0].cpu.latency", "from 100us to 4.1943s"),
        BadPolicy(
            cpu: "{ mode: reserved, latency: 5s }", 77, "components[0].cpu.latency", "which SCHED_DEADLINE accepts"),
        BadPolicy(
            cpu: "{ guarantee: 0.005, mode: reserved, latency: 100us }", 95, "components[0].cpu.latency",
            "at least 204.8us"),
    ]

    @Test(arguments: cpus) func refusesCPU(_ bad: BadPolicy) { Self.check(bad) }

    static let matches = [
        BadPolicy(match: "{}", 32, "components[0].match", "it has no condition"),
        BadPolicy(match: "[]", 32, "components[0].match", "the list is empty"),
        BadPolicy(match: "redis", 32, "components[0].match", "is a single value where a map is needed"),
        BadPolicy(match: "[{ comm: a }, b]", 46, "components[0].match[1]", "is a single value where a map is needed"),
        BadPolicy(match: "{ com: a }", 34, "components[0].match.com", "did you mean comm?"),
        BadPolicy(match: "{ comm: [a, b] }", 40, "components[0].match.comm", "is a list"),
        BadPolicy(match: "{ comm: '' }", 40, "components[0].match.comm", "is empty"),
        BadPolicy(
            match: "{ comm: a-very-long-process-name }", 40, "components[0].match.comm", "write \"a-very-long-pro\""),
        BadPolicy(match: "{ comm: \"a\\tb\" }", 40, "components[0].match.comm", "control characters"),
        BadPolicy(match: "{ exe: redis-server }", 39, "components[0].match.exe", "e.g. /redis-server"),
        BadPolicy(match: "{ cgroup: a/b }", 42, "components[0].match.cgroup", "no absolute path"),
        BadPolicy(match: "{ cgroup: /sys/fs/cgroup/a }", 42, "components[0].match.cgroup", "contains the mount point"),
        BadPolicy(match: "{ cgroup: { prefx: /a } }", 44, "components[0].match.cgroup.prefx", "did you mean prefix?"),
        BadPolicy(
            match: "{ cgroup: { prefix: /a, glob: /b } }", 42, "components[0].match.cgroup", "more than one pattern"),
        BadPolicy(match: "{ cgroup: { regex: '(' } }", 51, "components[0].match.cgroup.regex", "Unmatched ( or \\("),
        BadPolicy(match: "{ cmdline: '[a' }", 43, "components[0].match.cmdline", "Unmatched [, [^"),
        BadPolicy(match: "{ thread: '*a{2,1}' }", 42, "components[0].match.thread", "Invalid"),
        BadPolicy(match: "{ unit: backup.timer }", 40, "components[0].match.unit", "a timer unit has no processes"),
        BadPolicy(match: "{ user: nobody-here }", 40, "components[0].match.user", "there is no user \"nobody-here\""),
        BadPolicy(match: "{ user: 4294967295 }", 40, "components[0].match.user", "is no user id"),
        BadPolicy(
            match: "{ container: \(String(repeating: "a", count: 65)) }", 45, "components[0].match.container",
            "is no container id"),
    ]

    @Test(arguments: matches) func refusesMatch(_ bad: BadPolicy) { Self.check(bad) }

    @Test func refusesGuaranteesOverTheCapacityWithSumAndAddends() {
        let text = """
            components:
              - { name: shop, match: { comm: a }, cpu: { guarantee: 0.5 } }
              - { name: db, match: { comm: b }, cpu: { guarantee: 1.25 } }
              - { name: rest, cpu: { guarantee: 0.5 } }
            """
        #expect(
            errors(in: text).map(\.description) == [
                "mete.yaml:4:37: components[2].cpu.guarantee: the guarantees sum to 2.25 cores and there are 2: "
                    + "shop 0.5 + db 1.25 + rest 0.5; lower them by 0.25 in all"
            ])
    }

    @Test func refusesGuaranteesThatOnlyRoundingTakesOverTheCapacity() {
        let text = """
            components:
              - { name: a, match: { comm: a }, cpu: { guarantee: 0.7 } }
              - { name: b, match: { comm: b }, cpu: { guarantee: 0.6 } }
              - { name: c, match: { comm: c }, cpu: { guarantee: 0.7 } }
            """
        #expect(
            errors(in: text).map(\.description) == [
                "mete.yaml:4:54: components[2].cpu.guarantee: rounded up to whole units of 0.125 cores, the guarantees "
                    + "sum to 2.125 cores and there are 2: a 0.75 + b 0.625 + c 0.75; "
                    + "write a finer unit, e.g. `units: { cpu: 0.1 }`, or lower the guarantees"
            ])
    }

    @Test func reportsAllErrorsInTheOrderOfTheFile() {
        let text = """
            tick: 1ms
            components:
              - name: a b
                cpu: { guarantee: lots, mod: shared }
              - match: { comm: x, exe: y }
            """
        #expect(
            errors(in: text).map { "\($0.line):\($0.column) \($0.field)" } == [
                "1:7 tick", "3:5 components[0]", "3:11 components[0].name", "4:23 components[0].cpu.guarantee",
                "4:29 components[0].cpu.mod", "5:5 components[1]", "5:28 components[1].match.exe",
            ])
    }

    @Test func printsLikeACompiler() {
        let text = """
            components:
              - name: a
                match: { comm: a }
              - name: b
                match: { comm: b }
                cpu:
                  guarantee: lots
            """
        #expect(
            errors(in: text).map(\.description) == [
                "mete.yaml:7:18: components[1].cpu.guarantee: \"lots\" is not a number of cores; write e.g. 0.5"
            ])
    }

    @Test func refusesFilesOverOneMebibyte() {
        let text = "# " + String(repeating: "x", count: 1 << 20)
        #expect(errors(in: text).map(\.problem) == ["the file is 1048578 bytes long, more than 1048576"])
    }

    @Test func refusesDeepNestingWithoutFailing() {
        let found = errors(in: "a: " + String(repeating: "[", count: 100_000))
        #expect(found.count == 1)
        #expect(found.first?.problem.contains("nest") == true, "\(found)")
    }

    @Test func stopsReadingWhenAliasesMultiply() {
        var text = "x-0: &x0 { comm: a }\n"
        for level in 1...9 {
            let merges = Array(repeating: "*x\(level - 1)", count: 10).joined(separator: ", ")
            text += "x-\(level): &x\(level) { <<: [\(merges)] }\n"
        }
        text += "components: [{ name: a, match: *x9 }]"
        #expect(errors(in: text).contains { $0.problem.contains("too many fields") })
    }
}
