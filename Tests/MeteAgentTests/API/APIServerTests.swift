import Glibc
import MeteAgent
import MeteClient
import MeteModel
import MeteProtocol
import Testing

/// What the API answers, over a real socket to the real client.
struct APIServerTests {
    @Test func showsTheStatusAsPublished() async throws {
        let report = StatusReport.sample(components: 50)
        try await withServer(.init(status: report)) { socket, _ in
            let answer = try await AgentClient(socket: socket).status()
            #expect(answer == report)
        }
    }

    @Test func showsThePlanWithItsReasons() async throws {
        let allotment = Allotment(
            component: ComponentID("shop"), resource: .cpu, units: 5, amount: 0.625,
            grants: [Grant(claim: .guarantee, amount: 0.5), Grant(claim: .forecast(quantile: 0.99), amount: 0.125)],
            change: .raised, surplusTicks: 0, plannedDemand: 0.6, source: .autoregressive)
        let plan = PartitionPlan(resource: .cpu, capacity: 2, unit: 0.125, allotments: [allotment])
        let report = PlanReport(tick: 9, madeAt: 1_790_000_001, resources: [ResourcePlanReport(plan)])
        try await withServer(.init(plan: report)) { socket, _ in
            let answer = try await AgentClient(socket: socket).plan()
            #expect(answer == report)
            #expect(answer.resources[0].allotments[0].allotment.grants[1].reason == "forecast at p99")
        }
    }

    @Test func saysThatNothingIsMeasuredYet() async throws {
        try await withServer { socket, _ in
            let error = await #expect(throws: ClientError.self) { try await AgentClient(socket: socket).status() }
            #expect(error?.code == .answered(status: 503, code: "starting"))
        }
    }

    @Test(arguments: [true, false]) func answersGoodAndBadHealth(healthy: Bool) async throws {
        let health = HealthReport(
            healthy: healthy, mode: healthy ? .enforcing : .safe, ticks: 3, lastTickAgeSeconds: 2,
            problems: healthy ? [] : ["no tick for 2 s"])
        try await withServer(.init(health: health)) { socket, _ in
            #expect(try await AgentClient(socket: socket).health() == health)
            let answer = try ask(socket, "GET /v1/health HTTP/1.1\r\nconnection: close\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 \(healthy ? 200 : 503) "))
        }
    }

    @Test func reloadAnswersWithWhatIsNowInForce() async throws {
        let report = ReloadReport(
            policy: PolicyReport(file: "/etc/mete/policy.yaml", loadedAt: 1), components: [ComponentID("shop"), .rest])
        try await withServer(.init(reload: .loaded(report))) { socket, _ in
            let answer = try await AgentClient(socket: socket).reload()
            #expect(answer == report)
        }
    }

    @Test func refusedPolicyIsAnsweredWithTheLoadersProblems() async throws {
        let problems = [
            PolicyProblem(
                file: "p.yaml", line: 3, field: "components[0].cpu.guarantee",
                message: "3 cores exceed the capacity of 2",
                remedy: "promise at most 2 in all"),
            PolicyProblem(file: "p.yaml", line: 9, message: "unknown field `clas`", remedy: "did you mean `class`?"),
        ]
        try await withServer(.init(reload: .refused(problems))) { socket, _ in
            let error = await #expect(throws: ClientError.self) { try await AgentClient(socket: socket).reload() }
            #expect(error?.code == .answered(status: 422, code: "policyRefused"))
            #expect(error?.message.contains("p.yaml:3: components[0].cpu.guarantee: 3 cores exceed") == true)
            #expect(error?.message.hasSuffix("(and 1 more)") == true)
            let answer = try ask(socket, "POST /v1/reload HTTP/1.1\r\nconnection: close\r\n\r\n")
            #expect(answer.contains("\"field\":\"components[0].cpu.guarantee\""))
            #expect(answer.contains("unknown field `clas`"))
        }
    }

    @Test(arguments: ["/", "/v1", "/v1/status/", "/v2/status", "/v1/../v1/status", "/V1/STATUS", "*"])
    func unknownPathIsNotFound(path: String) async throws {
        try await withServer { socket, _ in
            let answer = try ask(socket, "GET \(path) HTTP/1.1\r\nconnection: close\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 404 "))
            #expect(answer.contains("\"error\":{\"code\":\"notFound\""))
        }
    }

    @Test(arguments: [("POST", Endpoint.status), ("DELETE", .plan), ("PUT", .health), ("GET", .reload)])
    func wrongMethodNamesTheRightOne(method: String, endpoint: Endpoint) async throws {
        try await withServer { socket, _ in
            let answer = try ask(
                socket, "\(method) \(endpoint.path) HTTP/1.1\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 405 "))
            #expect(answer.lowercased().contains("allow: \(endpoint.method.lowercased())\r\n"))
            #expect(answer.contains("\"code\":\"methodNotAllowed\""))
        }
    }

    @Test func queryIsIgnored() async throws {
        try await withServer(.init(status: .sample())) { socket, _ in
            let answer = try ask(socket, "GET /v1/status?pretty HTTP/1.1\r\nconnection: close\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 200 "))
        }
    }

    @Test func valueThatJSONCannotHoldIsAnErrorAndNotAnEmptyAnswer() async throws {
        var report = StatusReport.sample()
        report.components[1].demand = .nan
        try await withServer(.init(status: report)) { socket, _ in
            let error = await #expect(throws: ClientError.self) { try await AgentClient(socket: socket).status() }
            #expect(error?.code == .answered(status: 500, code: "internal"))
        }
    }

    @Test func oneConnectionServesManyRequests() async throws {
        try await withServer(.init(status: .sample())) { socket, _ in
            let peer = try RawPeer(socket)
            for _ in 0..<3 {
                peer.send("GET /v1/nothing HTTP/1.1\r\n\r\n")
                #expect(try peer.read(until: "}}").hasPrefix("HTTP/1.1 404 "))
            }
        }
    }

    @Test func concurrentRequestsAreAllAnswered() async throws {
        var limits = APILimits()
        limits.connections = 4
        let report = StatusReport.sample(components: 20)
        try await withServer(.init(status: report), limits: limits) { socket, _ in
            let answered = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<32 {
                    group.addTask {
                        var count = 0
                        for _ in 0..<5 where try await AgentClient(socket: socket).status() == report { count += 1 }
                        return count
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(answered == 160)
        }
    }
}

/// Sends `bytes` on a connection of its own and gives what comes until the server closes it.
func ask(_ socket: String, _ bytes: String) throws -> String {
    let peer = try RawPeer(socket)
    peer.send(bytes)
    return try peer.readToEnd()
}
