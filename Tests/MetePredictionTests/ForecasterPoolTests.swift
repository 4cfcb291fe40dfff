import MeteModel
import Testing

@testable import MetePrediction

struct ForecasterPoolTests {
    private static let ceiling = 100.0

    private static func instant(_ tick: Int) -> Instant { Instant(nanoseconds: Nanoseconds(tick + 1) * .perSecond) }

    /// What a pool forecasts for one of its slots, tick by tick.
    private static func forecasts(
        _ demands: [Double?], networks: ForecasterPool.Networks, beside others: [[Double]] = []
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

    @Test(arguments: [1, 10, 100])
    func afterTheTrialThereIsOneNetwork(horizon: Int) {
        var pool = ForecasterPool(tick: .perSecond, horizons: [horizon], networks: .chosen)
        let slot = pool.add(ceiling: Self.ceiling, name: "this")
        #expect(pool.networks(of: slot) == [.lstm, .attention])
        let length = ArchitectureTrial().warmUp + ArchitectureTrial.length
        for (tick, demand) in DemandSeries.sawtooth.demands(length + 20).enumerated() {
            pool.gather(slot, demand: demand)
            pool.step(at: Self.instant(tick))
        }
        #expect(pool.networks(of: slot).count == 1)
        #expect(pool.forecast(slot, at: Self.instant(length + 19)) != nil)
    }

    /// After a while there is another trial, of which one network is left again.
    @Test func trialsComeBack() {
        var pool = ForecasterPool(tick: .perSecond, networks: .chosen, ticksBetweenTrials: 10)
        let slot = pool.add(ceiling: Self.ceiling, name: "this")
        var counts: [Int] = []
        for (tick, demand) in DemandSeries.sawtooth.demands(4_200).enumerated() {
            pool.gather(slot, demand: demand)
            pool.step(at: Self.instant(tick))
            let count = pool.networks(of: slot).count
            if counts.last != count { counts.append(count) }
        }
        #expect(counts.starts(with: [2, 1, 2, 1]))
    }

    @Test func noMoreHaveNetworksThanMay() {
        var pool = ForecasterPool(tick: .perSecond, networks: .lstm, mostNetworks: 1)
        let first = pool.add(ceiling: Self.ceiling, name: "first")
        let second = pool.add(ceiling: Self.ceiling, name: "second")
        #expect(pool.networks(of: first) == [.lstm] && pool.networks(of: second).isEmpty)
        pool.gather(second, demand: 1)
        pool.step(at: Self.instant(0))
        #expect(pool.forecast(second, at: Self.instant(0)) != nil, "the experts go on")
        pool.remove(first)
        #expect(pool.networks(of: pool.add(ceiling: Self.ceiling, name: "third")) == [.lstm])
    }

    @Test func aHorizonThatNoNetworkForecastsHasNone() {
        var pool = ForecasterPool(tick: .perSecond, horizons: [5])
        let slot = pool.add(ceiling: Self.ceiling, name: "this")
        #expect(pool.networks(of: slot).isEmpty)
    }

    /// A demand above the ceiling is to the networks as one that was not measured.
    @Test func whatCannotBeRightReachesNoNetwork() {
        let demands = DemandSeries.autoregressive.demands(160)
        func changed(_ bad: Double?) -> [Quantiles?] {
            var changed: [Double?] = demands
            for tick in [60, 70, 90] { changed[tick] = bad }
            return Self.forecasts(changed, networks: .both)
        }
        #expect(changed(10 * Self.ceiling) == changed(nil))
        #expect(changed(10) != changed(nil), "the detector")
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
