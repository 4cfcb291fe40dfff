import MeteModel
import MeteTrace
import SeededRandom
import Testing

@Suite struct ClassifierTests {
    private func component(
        _ process: ProcessFacts, _ policy: Policy, thread: String = "app", among processes: [ProcessFacts] = []
    ) throws -> String {
        try Classifier(policy).assignment(of: process, lookup: lookup(processes)).component(forThread: thread).name
    }

    static let pod = "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod6c3f.slice"

    @Test(
        arguments: [
            (MatchRule.comm(.exact("redis-server")), process(comm: "redis-server")),
            (.comm(.prefix("php")), process(comm: "php-fpm8.2")),
            (.executable(.exact("/usr/bin/app")), process()),
            (.executable(.prefix("/usr")), process()),
            (.commandLine(.regex("--serve$")), process()),
            (.user(33), process(user: 33)),
            (.cgroup(.exact("/a/b")), process(cgroup: "/a/b", controllers: "memory")),
            (.cgroup(.prefix("/kubepods.slice")), process(cgroup: "\(pod)/cri-containerd-\(containerID).scope")),
            (.cgroup(.glob("/kubepods.slice/**")), process(cgroup: pod)),
            (.cgroup(.regex("pod[0-9a-f]+")), process(cgroup: pod)),
            (.unit(.exact("redis.service")), process(cgroup: "/system.slice/redis.service")),
            (.unit(.exact("redis.service")), process(cgroup: "/system.slice/redis.service/sub")),
            (.unit(.exact("system.slice")), process(cgroup: "/system.slice/redis.service")),
            (
                .unit(.exact("redis.service")),
                process(cgroup: "/system.slice/redis.service", controllers: "name=systemd")
            ),
            (
                .unit(.glob("user@*.service")),
                process(cgroup: "/user.slice/user-1000.slice/user@1000.service/app.slice/a.scope")
            ),
            (.container(.exact(shortContainerID)), process(cgroup: "/docker/\(containerID)")),
            (.container(.exact(containerID)), process(cgroup: "/system.slice/docker-\(containerID).scope")),
            (.container(.exact("web")), process(cgroup: "/lxc/web")),
        ])
    func ruleHolds(_ rule: MatchRule, _ process: ProcessFacts) throws {
        #expect(try component(process, policy(("it", [[rule]]))) == "it")
    }

    @Test(
        arguments: [
            (MatchRule.comm(.exact("redis")), process(comm: "redis-server")),
            (.executable(.exact("/usr/bin/app")), process(executable: nil)),
            (.executable(.regex(".")), process(executable: nil)),
            (.user(33), process(user: 34)),
            (.cgroup(.exact("/a")), process(cgroup: "/a/b")),
            (.cgroup(.glob("/a/*")), process(cgroup: "/a/b/c")),
            (.unit(.exact("redis")), process(cgroup: "/system.slice/redis.service")),
            (.unit(.exact("redis.service")), process(cgroup: "/redis.service.d")),
            (.container(.exact("9c01")), process(cgroup: "/docker/\(containerID)")),
            (.container(.exact("we")), process(cgroup: "/lxc/web")),
            (.parent(.exact("make")), process(comm: "make")),
        ])
    func ruleDoesNotHold(_ rule: MatchRule, _ process: ProcessFacts) throws {
        #expect(try component(process, policy(("it", [[rule]]))) == "rest")
    }

    @Test func firstMatchInTheOrderOfThePolicyWins() throws {
        let both = policy(("one", [[.comm(.exact("app"))]]), ("two", [[.user(1_000)], [.comm(.exact("b"))]]))
        #expect(try component(process(), both) == "one")
        #expect(try component(process(comm: "x"), both) == "two")
        #expect(try component(process(comm: "b", user: 0), both) == "two")
        #expect(try component(process(comm: "x", user: 0), both) == "rest")
    }

    @Test func allConditionsOfAClauseMustHold() throws {
        let clause = policy(("it", [[.commandLine(.regex("serve")), .comm(.exact("app")), .user(7)]]))
        #expect(try component(process(user: 7), clause) == "it")
        #expect(try component(process(user: 8), clause) == "rest")
        #expect(try component(process(commandLine: "app", user: 7), clause) == "rest")
    }

    @Test func threadsOfOneProcessCanBeDifferentComponents() throws {
        let threads = policy(
            ("gc", [[.comm(.exact("java")), .thread(.regex("^GC "))]]),
            ("jit", [[.comm(.exact("java")), .thread(.regex("^C[12] ")), .thread(.regex("Compiler"))]]),
            ("web", [[.comm(.exact("java"))]]))
        let java = process(comm: "java")
        #expect(try component(java, threads, thread: "GC Thread#0") == "gc")
        #expect(try component(java, threads, thread: "C2 CompilerThre") == "jit")
        #expect(try component(java, threads, thread: "C2 other") == "web")
        #expect(try component(java, threads, thread: "http-nio-8080") == "web")
        #expect(try component(process(), threads, thread: "GC Thread#0") == "rest")
    }

    @Test func threadNamesAreAskedForOnlyWhereTheyDecide() throws {
        let classifier = try Classifier(
            policy(("gc", [[.comm(.exact("java")), .thread(.regex("^GC"))]]), ("all", [[.user(0)]])))
        #expect(classifier.assignment(of: process(user: 0), lookup: lookup([])) == .process(ComponentID("all")))
        #expect(classifier.assignment(of: process(), lookup: lookup([])) == .process(.rest))
        let java = classifier.assignment(of: process(comm: "java"), lookup: lookup([]))
        guard case .byThread(let threads) = java else {
            Issue.record("not decided by thread: \(java)")
            return
        }
        #expect(threads.otherwise == .rest)
    }

    @Test func parentMeansAnyAncestor() throws {
        let make = process(10, comm: "make", executable: "/usr/bin/make")
        let shell = process(20, parent: 10, comm: "sh")
        let compiler = process(30, parent: 20, comm: "cc1")
        let processes = [make, shell, compiler]
        let byName = policy(("build", [[.parent(.exact("make"))]]))
        let byPath = policy(("build", [[.parent(.exact("/usr/bin/make"))]]))
        #expect(try component(compiler, byName, among: processes) == "build")
        #expect(try component(compiler, byPath, among: processes) == "build")
        #expect(try component(make, byName, among: processes) == "rest")
        #expect(try Classifier(byName).dependsOnAncestors)
        #expect(try !Classifier(policy(("a", [[.user(0)]]))).dependsOnAncestors)
    }

    @Test func aCircleOfParentsEnds() throws {
        let processes = [process(10, parent: 20), process(20, parent: 10)]
        #expect(try component(processes[0], policy(("a", [[.parent(.exact("make"))]])), among: processes) == "rest")
    }

    @Test(
        arguments: [
            (
                Pattern.glob("/kubepods.slice/*/*pod*"), "\(pod)/cri-containerd-\(containerID).scope",
                "kubepods-burstable.slice!kubepods-burstable-pod6c3f.slice"
            ),
            (.glob("/docker/*"), "/docker/\(containerID)/init.scope", shortContainerID),
            (.prefix("/docker"), "/docker/\(containerID)/init.scope", shortContainerID),
            (
                .glob("/system.slice/docker-*.scope"), "/system.slice/docker-\(containerID).scope",
                "docker-\(shortContainerID)"
            ),
            (.regex("pod[0-9a-f]+"), "/k/pod12/a", "k!pod12"),
            (.prefix("/"), "/a/b", "a"),
            (.glob("**"), "/a/b", "a"),
        ])
    func eachMatchingCgroupIsAnInstance(_ pattern: Pattern, _ path: String, _ name: String) throws {
        let template = policy(("t", [[.cgroup(pattern)]]), templates: ["t"])
        #expect(try component(process(cgroup: path), template) == "t/\(name)")
    }

    @Test(
        arguments: [
            (Pattern.prefix("/docker"), "/docker"), (.prefix("/docker"), "/docker2/a"), (.glob("/docker/*"), "/docker"),
            (.glob("**"), "/"), (.prefix("/"), "/"),
        ])
    func groupsOutsideATemplateAreNoInstances(_ pattern: Pattern, _ path: String) throws {
        #expect(try component(process(cgroup: path), policy(("t", [[.cgroup(pattern)]]), templates: ["t"])) == "rest")
    }

    @Test func longInstancesHaveShortAndDifferentNames() throws {
        let template = policy(("t", [[.cgroup(.prefix("/x"))]]), templates: ["t"])
        let long = String(repeating: "n", count: 250)
        let one = try component(process(cgroup: "/x/\(long)1"), template)
        let two = try component(process(cgroup: "/x/\(long)2"), template)
        #expect(one != two)
        #expect(one.utf8.count < 200)
    }

    @Test func instancesCarryTheirTemplatesPolicy() throws {
        var template = policy(("t", [[.cgroup(.prefix("/x"))]]), templates: ["t"])
        template.components[0].cpu.guarantee = 0.25
        let classifier = try Classifier(template)
        let instance = classifier.policy(of: ComponentID("t/a"))
        #expect(instance.id == ComponentID("t/a"))
        #expect(instance.cpu.guarantee == 0.25)
        #expect(!instance.isTemplate)
        #expect(classifier.policy(of: .rest) == template.components[1])
        #expect(classifier.policy(of: ComponentID("unknown")) == ComponentPolicy(id: ComponentID("unknown")))
    }

    @Test func badExpressionsAreRefused() {
        #expect(throws: ExtendedRegexError.self) { try Classifier(policy(("a", [[.comm(.regex("["))]]))) }
    }

    /// Adding rules behind those that match changes nothing.
    @Test(arguments: [1, 2, 3]) func laterRulesDoNotChangeEarlierDecisions(_ seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let names = ["a", "b", "c", "d"]
        for _ in 0..<200 {
            var components = (0..<Int.random(in: 1...8, using: &random)).map { index in
                var component = ComponentPolicy(id: ComponentID("c\(index)"))
                let comm = MatchRule.comm(.exact(names.randomElement(using: &random) ?? "a"))
                component.match = [MatchClause(rules: [comm, .user(UInt32.random(in: 0...1, using: &random))])]
                return component
            }
            var policy = Policy()
            policy.components = components
            let subject = process(comm: names.randomElement(using: &random) ?? "a", user: 1)
            let before = try component(subject, policy)
            components.append(ComponentPolicy(id: ComponentID("last")))
            components[components.count - 1].match = [MatchClause(rules: [.user(1)])]
            policy.components = components
            #expect(try component(subject, policy) == (before == "rest" ? "last" : before))
        }
    }
}
