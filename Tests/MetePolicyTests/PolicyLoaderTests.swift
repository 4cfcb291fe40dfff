import MeteModel
import MetePolicy
import Testing

@Suite struct PolicyLoaderTests {
    @Test func readsEveryFieldOfAComponent() throws {
        let text = """
            tick: 50ms
            units: { cpu: 0.05 }
            stability: { dead-band: 0.2, slow-down: 7, change-cost: 0.5 }
            foreign-writers: { hold-off: 60s }
            components:
              - name: shop
                match: { unit: redis-server.service }
                class: latency
                priority: 90
                weight: 2.5
                move: true
                cpu:
                  guarantee: 0.5
                  max: 2
                  mode: { want: reserved, optional: true }
                  latency: 2ms
                  reclaim: true
            """
        let policy = try PolicyLoader.load(text, file: "mete.yaml", context: twoCores)
        #expect(policy.tick == 50 * .perMillisecond)
        #expect(policy.cpuUnit == 0.05)
        #expect(policy.stability.deadBand == 0.2)
        #expect(policy.stability.slowDownTicks == 7)
        #expect(policy.stability.changeCost == 0.5)
        #expect(policy.foreignHoldOff == 60 * .perSecond)
        var shop = ComponentPolicy(id: ComponentID("shop"))
        shop.match = [MatchClause(rules: [.unit(.exact("redis-server.service"))])]
        shop.class = .latency
        shop.priority = 90
        shop.weight = 2.5
        shop.mayMove = true
        shop.cpu.guarantee = 0.5
        shop.cpu.maximum = 2
        shop.cpu.mode = .reserved
        shop.cpu.modeIsOptional = true
        shop.cpu.latency = 2 * .perMillisecond
        shop.cpu.reclaim = true
        shop.line = 6
        shop.field = "components[0]"
        #expect(policy.components == [shop, ComponentPolicy(id: .rest)])
    }

    @Test func leavesDefaultsWhereNothingIsSaid() throws {
        let policy = try PolicyLoader.load(
            "components: [{ name: a, match: { comm: a }, class: batch }]", file: "mete.yaml", context: twoCores)
        #expect(policy.tick == 100 * .perMillisecond)
        #expect(policy.cpuUnit == 0.125)
        #expect(policy.foreignHoldOff == nil)
        #expect(policy.components[0].priority == ComponentClass.batch.defaultPriority)
        #expect(policy.components[0].cpu == CPUPolicy())
    }

    @Test func putsRestLastWithItsNumbers() throws {
        let text = """
            components:
              - name: rest
                cpu: { guarantee: 0.25 }
              - { name: a, match: { comm: a } }
            """
        let policy = try PolicyLoader.load(text, file: "mete.yaml", context: twoCores)
        #expect(policy.components.map(\.id.name) == ["a", "rest"])
        #expect(policy.components[1].cpu.guarantee == 0.25)
        #expect(policy.components[1].match.isEmpty)
    }

    @Test func givesReservationsWithoutLatencyAPeriodOfOneMillisecond() throws {
        let policy = try PolicyLoader.load(
            "components: [{ name: a, match: { comm: a }, cpu: { guarantee: 0.5, mode: reserved } }]",
            file: "mete.yaml", context: twoCores)
        #expect(policy.components[0].cpu.latency == .perMillisecond)
        #expect(!policy.components[0].cpu.modeIsOptional)
    }

    @Test func mergesAnchorsBelowWhatTheMapItselfSays() throws {
        let text = """
            x-usual: &usual { class: batch, weight: 3 }
            components:
              - { name: a, match: &here { comm: a }, <<: *usual }
              - { name: b, match: [*here, { comm: b }], <<: *usual, weight: 4 }
            """
        let policy = try PolicyLoader.load(text, file: "mete.yaml", context: twoCores)
        #expect(policy.components[0].weight == 3)
        #expect(policy.components[0].class == .batch)
        #expect(policy.components[1].weight == 4)
        #expect(policy.components[1].class == .batch)
        #expect(policy.components[1].match.map(\.rules) == [[.comm(.exact("a"))], [.comm(.exact("b"))]])
    }

    @Test func acceptsGuaranteesThatFillTheMachineExactly() {
        let text = """
            units: { cpu: 0.1 }
            components:
              - { name: a, match: { comm: a }, cpu: { guarantee: 0.7 } }
              - { name: b, match: { comm: b }, cpu: { guarantee: 0.6 } }
              - { name: c, match: { comm: c }, cpu: { guarantee: 0.7 } }
            """
        #expect(errors(in: text).isEmpty)
    }

    @Test func readsAMatchListAsAlternatives() throws {
        let text = """
            components:
              - name: a
                match:
                  - { comm: nginx, user: shop }
                  - { exe: /usr/bin/redis-server }
            """
        let policy = try PolicyLoader.load(text, file: "mete.yaml", context: twoCores)
        #expect(
            policy.components[0].match == [
                MatchClause(rules: [.comm(.exact("nginx")), .user(1_001)]),
                MatchClause(rules: [.executable(.exact("/usr/bin/redis-server"))]),
            ])
    }

    @Test(
        arguments: [
            ("cgroup: /a/b", MatchRule.cgroup(.exact("/a/b"))),
            ("cgroup: /a/b/", .cgroup(.exact("/a/b"))),
            ("cgroup: /a/*", .cgroup(.glob("/a/*"))),
            ("cgroup: { prefix: /kubepods/ }", .cgroup(.prefix("/kubepods"))),
            ("cgroup: { glob: '**/pod*' }", .cgroup(.glob("**/pod*"))),
            ("cgroup: { regex: 'pod[0-9a-f]+' }", .cgroup(.regex("pod[0-9a-f]+"))),
            ("cgroup: { exact: '/odd*name' }", .cgroup(.exact("/odd*name"))),
            ("unit: redis-server", .unit(.exact("redis-server.service"))),
            ("unit: session-?.scope", .unit(.glob("session-?.scope"))),
            ("exe: /usr/sbin/nginx", .executable(.exact("/usr/sbin/nginx"))),
            ("comm: 'php*'", .comm(.glob("php*"))),
            ("comm: 123", .comm(.exact("123"))),
            ("cmdline: '--role=worker'", .commandLine(.regex("--role=worker"))),
            ("cmdline: { glob: '*--role=worker*' }", .commandLine(.glob("*--role=worker*"))),
            ("user: root", .user(0)),
            ("user: 1001", .user(1_001)),
            ("container: 3f2a9c01", .container(.exact("3f2a9c01"))),
            ("parent: supervisord", .parent(.exact("supervisord"))),
            ("parent: /usr/bin/supervisord", .parent(.exact("/usr/bin/supervisord"))),
            ("thread: '^io_'", .thread(.regex("^io_"))),
            ("thread: { exact: 'C2 CompilerThre' }", .thread(.exact("C2 CompilerThre"))),
        ] as [(String, MatchRule)])
    func readsCondition(_ text: String, _ rule: MatchRule) throws {
        let policy = try PolicyLoader.load(
            "components: [{ name: a, match: { \(text) } }]", file: "mete.yaml", context: twoCores)
        #expect(policy.components[0].match == [MatchClause(rules: [rule])])
    }

    @Test(arguments: [("500us", 500_000), ("500µs", 500_000), ("1 ms", 1_000_000), ("0.25s", 250_000_000)])
    func readsDuration(_ text: String, _ nanoseconds: Nanoseconds) throws {
        let policy = try PolicyLoader.load(
            "components: [{ name: a, match: { comm: a }, cpu: { guarantee: 0.5, mode: reserved, latency: \(text) } }]",
            file: "mete.yaml", context: twoCores)
        #expect(policy.components[0].cpu.latency == nanoseconds)
    }

    @Test func loadingTwiceGivesTheSamePolicy() throws {
        let text = "components: [{ name: a, match: { comm: a } }, { name: b, match: { comm: b } }]"
        let first = try PolicyLoader.load(text, file: "mete.yaml", context: twoCores)
        let second = try PolicyLoader.load(text, file: "mete.yaml", context: twoCores)
        #expect(first == second)
    }
}
