import MeteControl
import MeteModel
import SeededRandom
import Testing

struct DeadlinePlannerTests {
    private func load(_ tid: Int32, _ usage: Double) -> ThreadLoad {
        ThreadLoad(thread: ThreadRef(tid: tid, pid: tid, startTime: 0), name: "t\(tid)", usage: usage)
    }

    private func request(
        _ name: String, _ threads: [ThreadLoad], demand: Double, allotment: Double, period: Nanoseconds = 1_000_000
    ) -> DeadlinePlanner.Request {
        DeadlinePlanner.Request(
            component: ComponentID(name), threads: threads, demand: demand, allotment: allotment, period: period)
    }

    @Test func givesDemandWithHeadroomToThreadsByUsage() {
        let plan = DeadlinePlanner().plan(
            [request("a", [load(1, 0.3), load(2, 0.1)], demand: 0.4, allotment: 0.5)],
            capacity: DeadlineCapacity(cpus: 2))
        #expect(plan.reservations.map(\.runtime) == [375_000, 125_000])
        #expect(plan.reservations.allSatisfy { $0.reasons.isEmpty })
    }

    @Test func capsAThreadBelowOneCPUAndSaysSo() {
        let plan = DeadlinePlanner().plan(
            [request("a", [load(1, 1), load(2, 0)], demand: 1.2, allotment: 2)], capacity: DeadlineCapacity(cpus: 4))
        #expect(plan.reservations.map(\.runtime) == [900_000])
        #expect(plan.reservations[0].reasons.count == 1)
        #expect(plan.refusals.map(\.thread.tid) == [2])
    }

    @Test func countsFairServersAndOthersBeforeItAsks() {
        let capacity = DeadlineCapacity(cpus: 2, limit: 0.95, fairServers: 0.1, others: 0.8)
        #expect(abs(capacity.available - 1.0) < 1e-9)
        let plan = DeadlinePlanner().plan(
            [
                request("a", [load(1, 0.5)], demand: 0.6, allotment: 0.75),
                request("b", [load(2, 0.5)], demand: 0.7, allotment: 0.25),
            ], capacity: capacity)
        // 0.75 + 0.875 does not fit 1.0: b is held to its allotment, and a keeps all it wanted.
        #expect(plan.reservations.map(\.runtime) == [750_000, 250_000])
        #expect(plan.reservations[0].reasons.isEmpty)
        #expect(!plan.reservations[1].reasons.isEmpty)
    }

    @Test(arguments: 0..<300 as Range<UInt64>) func isAlwaysAdmitted(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let capacity = DeadlineCapacity(
            cpus: Int.random(in: 1...16, using: &random), fairServers: 0.05,
            others: Double.random(in: 0...2, using: &random))
        var tid: Int32 = 0
        let requests = (0..<Int.random(in: 1...20, using: &random)).map { index in
            let threads = (0..<Int.random(in: 1...8, using: &random)).map { _ in
                tid += 1
                return load(tid, Double.random(in: 0...1, using: &random))
            }
            return request(
                "c\(index)", threads, demand: Double.random(in: 0...4, using: &random),
                allotment: Double.random(in: 0...4, using: &random),
                period: Nanoseconds.random(in: 50_000...8_000_000_000, using: &random))
        }
        let planner = DeadlinePlanner()
        let plan = planner.plan(requests, capacity: capacity)
        #expect(plan.reserved <= capacity.available + 1e-9)
        #expect(plan.reservations.count + plan.refusals.count == requests.reduce(0) { $0 + $1.threads.count })
        for reservation in plan.reservations {
            #expect(reservation.runtime >= DeadlinePlanner.leastRuntime)
            #expect(reservation.runtime <= reservation.deadline && reservation.deadline <= reservation.period)
            #expect(reservation.utilisation <= planner.threadLimit + 1e-9)
            #expect(
                reservation.period >= UInt64(capacity.shortestPeriod)
                    && reservation.period <= UInt64(capacity.longestPeriod))
        }
        #expect(planner.plan(requests, capacity: capacity) == plan)
    }
}
