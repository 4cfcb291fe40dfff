import MeteModel
import Testing

@testable import MetePrediction

struct ForecasterPoolTests {
    private static let ceiling = 100.0

    private static func instant(_ tick: Int) -> Instant { Instant(nanoseconds: Nanoseconds(tick + 1) * .perSecond) }

    /// What a pool forecasts for one of its slots, tick by tick.
    private static func forecasts(
        _ demands: [Double], networks: ForecasterPool.Networks, beside others: [[Double]] = []
    ) -> [Quantiles?] {
        var pool = ForecasterPool(tick: .perSecond, networks: networks)
        let slots = others.indices.map { pool.add(ceiling: ceiling, name: "other \($0)") }
        let slot = pool.add(ceiling: ceiling, name: "this")
        return demands.enumerated().map { tick, demand in
            for (other, demands) in zip(slots, others) { pool.gather(other, demand: demands[tick]) }
            pool.gather(slot, demand: demand)
            pool.step(at: instant(tick))
            return pool.forecast(slot, at: instant(tick))?.demand
        }
    }

    @Test func aSlotDoesWhatAForecasterAloneDoes() {
        let demands = DemandSeries.autoregressive.demands(200)
        var forecaster = DemandForecaster(ForecastSettings(ceiling: Self.ceiling, tick: .perSecond))
        let alone = demands.enumerated().map { tick, demand in
            forecaster.observe(demand, at: Self.instant(tick))
            return forecaster.forecast(at: Self.instant(tick))?.demand
        }
        #expect(Self.forecasts(demands, networks: .none) == alone)
    }

    @Test(arguments: ForecasterPool.Networks.allCases)
    func whatASlotDoesDependsOnNoOther(networks: ForecasterPool.Networks) {
        let demands = DemandSeries.autoregressive.demands(150)
        let others = [DemandSeries.bursts.demands(150), DemandSeries.noise.demands(150)]
        #expect(
            Self.forecasts(demands, networks: networks)
                == Self.forecasts(demands, networks: networks, beside: others))
    }

    /// A series that no classical expert has a model of: the network is the one that is believed.
    @Test func networksAreWeighedAmongTheExperts() throws {
        let demands = DemandSeries.autoregressive.demands(400)
        let with = Self.forecasts(demands, networks: .lstm)
        #expect(with != Self.forecasts(demands, networks: .none))
        var pool = ForecasterPool(tick: .perSecond, networks: .lstm)
        let slot = pool.add(ceiling: Self.ceiling, name: "this")
        for (tick, demand) in demands.enumerated() {
            pool.gather(slot, demand: demand)
            pool.step(at: Self.instant(tick))
        }
        #expect(pool.quantiles(slot, of: .lstm, horizon: 1) != nil)
        #expect(pool.quantiles(slot, of: .attention, horizon: 1) == nil, "it has none")
    }

    @Test func afterTheTrialThereIsOneNetwork() {
        var pool = ForecasterPool(tick: .perSecond, networks: .chosen)
        let slot = pool.add(ceiling: Self.ceiling, name: "this")
        #expect(pool.networks(of: slot) == [.lstm, .attention])
        let length = ArchitectureTrial.warmUp + ArchitectureTrial.length
        for (tick, demand) in DemandSeries.sawtooth.demands(length + 20).enumerated() {
            pool.gather(slot, demand: demand)
            pool.step(at: Self.instant(tick))
        }
        #expect(pool.networks(of: slot).count == 1)
        #expect(pool.forecast(slot, at: Self.instant(length + 19)) != nil)
    }

    @Test func whatCannotBeRightReachesNoNetwork() {
        var demands = DemandSeries.autoregressive.demands(120)
        for (tick, bad) in [(60, Double.nan), (70, .infinity), (80, -1), (90, 10 * Self.ceiling)] {
            demands[tick] = bad
        }
        let forecasts = Self.forecasts(demands, networks: .both)
        #expect(forecasts.dropFirst(2).allSatisfy { ($0?.p99 ?? .infinity) <= Self.ceiling })
    }

    @Test func aSlotThatIsGivenBackBeginsAnew() throws {
        let demands = DemandSeries.autoregressive.demands(80)
        var pool = ForecasterPool(tick: .perSecond, networks: .lstm)
        var seen: [[Quantiles?]] = []
        for round in 0..<2 {
            let slot = pool.add(ceiling: Self.ceiling, name: "this")
            #expect(slot == 0 && pool.count == 1)
            seen.append(
                demands.enumerated().map { tick, demand in
                    pool.gather(slot, demand: demand)
                    let now = Self.instant(tick + round * demands.count)
                    pool.step(at: now)
                    return pool.forecast(slot, at: now)?.demand
                })
            pool.remove(slot)
        }
        #expect(seen[0] == seen[1])
        #expect(pool.count == 0)
    }
}
