import GRDB
import MeteModel
import MeteTestSupport
import SeededRandom
import Testing

@testable import MeteStore

/// What the agent expected, allotted and wrote.
struct DecisionTests {
    private static let always = Int64.min / 4...Int64.max / 4

    private func decision(_ component: ComponentID?, _ end: Int64, _ random: inout SplitMix64) -> RecordedDecision {
        func cores(less: Double = 0) -> Double { (Double(random.next() % 4_000_000) - less) / 1e6 }
        var decision = RecordedDecision(component: component, end: end)
        if random.uniform() < 0.9 {
            decision.forecast = RecordedDecision.Forecast(
                demand: Quantiles(median: cores(), p90: cores(), p95: cores(), p99: cores()),
                source: random.pick([.decayedPeak, .autoregressive]), reason: "because of \(random.next() % 5)")
        }
        if random.uniform() < 0.9 {
            let claims: [Claim] = [
                .guarantee, .forecast(quantile: 0.95), .measured, .surplus, .rounding, .kept,
            ]
            decision.allotment = RecordedDecision.Allotment(
                units: Int(random.next() % 16), amount: cores(),
                grants: claims.filter { _ in random.uniform() < 0.5 }.map {
                    Grant(claim: $0, amount: cores(less: 2_000_000))
                },
                change: random.pick([.first, .same, .deadBand, .slowDown, .raised, .lent, .ceded, .released]),
                plannedDemand: cores())
        }
        if random.uniform() < 0.2 {
            decision.writes = [
                .init(setting: "cpu.weight of /web", value: "\(random.next() % 100)", result: .written),
                .init(setting: "cpu.max of /web", value: "max", result: .refused, note: "no such file"),
                .init(setting: "cpu.idle of /web", value: "1", result: .yielded, note: "0"),
            ]
        }
        if random.uniform() < 0.1 { decision.breach = "got too little" }
        return decision
    }

    @Test(arguments: [3, 50, 1300]) func decisionsComeBack(count: Int) throws {
        let folder = try TemporaryFolder(prefix: "mete-decision")
        let writer = try StoreWriter(
            path: folder.file("r"), settings: StoreWriter.Settings(interval: .perSecond), version: "test")
        var random = SplitMix64(seed: UInt64(count))
        var example = Example(seed: 1, interval: .perSecond)
        var all: [RecordedDecision] = []
        for _ in 0..<count {
            let window = example.window()
            let decisions = [nil, ComponentID("db"), ComponentID("web")].map {
                decision($0, window.machine.end, &random)
            }
            try writer.append(window, decisions: decisions)
            all += decisions
        }
        try writer.close()
        let reader = try StoreReader(path: folder.file("r"))
        #expect(try reader.decisions(of: nil, in: Self.always) == all)
        let web = all.filter { $0.component == ComponentID("web") }
        #expect(try reader.decisions(of: ComponentID("web"), in: Self.always) == web)
        let middle = web[web.count / 3].end...web[web.count / 2].end
        #expect(
            try reader.decisions(of: ComponentID("web"), in: middle) == web.filter { middle.contains($0.end) })
        #expect(reader.damage.isEmpty)
    }

    @Test func aDamagedBlockIsNamedAndTheRestIsRead() throws {
        let folder = try TemporaryFolder(prefix: "mete-decision")
        let writer = try StoreWriter(
            path: folder.file("r"), settings: StoreWriter.Settings(interval: .perSecond), version: "test")
        var random = SplitMix64(seed: 1)
        var example = Example(seed: 1, interval: .perSecond)
        for _ in 0..<1300 {
            let window = example.window()
            try writer.append(window, decisions: [decision(ComponentID("web"), window.machine.end, &random)])
        }
        try writer.close()
        try DatabaseQueue(path: folder.file("r")).write {
            try $0.execute(
                sql: """
                    UPDATE decisions SET data = substr(data, 1, 90) || x'00ff' || substr(data, 93)
                    WHERE start = (SELECT min(start) FROM decisions)
                    """)
        }
        let reader = try StoreReader(path: folder.file("r"))
        #expect(try reader.decisions(of: nil, in: Self.always).count == 700)
        #expect(reader.damage.first?.part == "decisions on web")
    }
}
