import MeteModel
import SeededRandom
import Testing

@testable import MetePrediction

/// What a pool and a single network promise alike.
struct NetworkPoolTests {
    static let architectures = [NetworkSettings.lstm, .attention]

    private func forecasts(_ settings: NetworkSettings, seed: UInt64, _ demands: [Double?]) -> [[Quantiles?]] {
        var model = SequenceModel(settings, seed: seed)
        return demands.map { demand in
            model.step(demand)
            return NetworkHorizon.allCases.map { model.forecast($0) }
        }
    }

    @Test(arguments: architectures)
    func sameSeedAndDemandsGiveTheSameForecasts(settings: NetworkSettings) {
        let demands = DemandSeries.autoregressive.demands(200).map(Optional.some)
        #expect(forecasts(settings, seed: 1, demands) == forecasts(settings, seed: 1, demands))
        #expect(forecasts(settings, seed: 1, demands) != forecasts(settings, seed: 2, demands))
    }

    @Test(arguments: architectures)
    func theFutureChangesNoPastForecast(settings: NetworkSettings) {
        let past = DemandSeries.autoregressive.demands(250).enumerated().map { $0 % 9 == 4 ? nil : Optional($1) }
        let seen = forecasts(settings, seed: 1, past)
        #expect(seen.last?.allSatisfy { $0 != nil } == true)
        for future in [DemandSeries.spikes, .zeros] {
            let longer = forecasts(settings, seed: 1, past + future.demands(60).map(Optional.some))
            #expect(Array(longer.prefix(past.count)) == seen)
        }
    }

    @Test(arguments: architectures)
    func slotsDoNotAffectEachOther(settings: NetworkSettings) {
        var pool = NetworkPool(settings, capacity: 2)
        let kinds: [DemandSeries] = [.noise, .huge, .spikes, .zeros, .autoregressive]
        let slots = kinds.indices.map { pool.add(seed: UInt64($0)) }
        let series = kinds.map { $0.demands(120).map(Optional.some) }
        for tick in 0..<120 {
            for slot in slots { pool.gather(slot, demand: series[slot][tick]) }
            pool.step()
        }
        #expect(pool.capacity >= kinds.count && Set(slots).count == kinds.count)
        for slot in slots {
            let alone = forecasts(settings, seed: UInt64(slot), series[slot]).last
            #expect(NetworkHorizon.allCases.map { pool.forecast(slot, $0) } == alone)
        }
    }

    @Test func slotGivenBackIsTakenAgainUntrained() {
        var pool = NetworkPool(.lstm, capacity: 1)
        let slot = pool.add(seed: 1)
        for demand in DemandSeries.noise.demands(50) {
            pool.gather(slot, demand: demand)
            pool.step()
        }
        #expect(pool.ticks(slot) == 50)
        pool.remove(slot)
        pool.step()
        #expect(pool.add(seed: 1) == slot)
        #expect(pool.ticks(slot) == 0 && pool.forecast(slot, .one) == nil)
    }

    @Test func slotThatWasGivenNothingHasAGap() {
        var pool = NetworkPool(.lstm, capacity: 1)
        let slot = pool.add(seed: 1)
        let demands = DemandSeries.noise.demands(60).enumerated().map { $0 % 5 == 3 ? nil : Optional($1) }
        for demand in demands {
            if let demand { pool.gather(slot, demand: demand) }
            pool.step()
        }
        #expect(pool.forecast(slot, .one) == forecasts(.lstm, seed: 1, demands).last?[0])
    }

    @Test(arguments: [(0, 12, 4), (65, 12, 4), (8, 9, 4), (8, 33, 4), (8, 12, 21), (-1, 12, 4)])
    func sizesOutsideTheirLimitsAreNotValid(hidden: Int, window: Int, features: Int) {
        for var settings in Self.architectures {
            #expect(settings.isValid)
            settings.hidden = hidden
            settings.window = window
            settings.features = features
            #expect(!settings.isValid)
        }
    }

    @Test(arguments: [1, 4, 8, 13, 16, 32, 40, 64])
    func everySizeWithinTheLimitsLearns(hidden: Int) throws {
        for var settings in Self.architectures {
            settings.hidden = hidden
            settings.features = hidden % 21
            for window in [10, 32] {
                settings.window = window
                let forecast = try #require(
                    forecasts(settings, seed: 1, DemandSeries.noise.demands(120).map(Optional.some)).last?[0])
                #expect(forecast.median < 10 && forecast.median <= forecast.p99 && forecast.p99 < 50)
            }
        }
    }

    @Test func networksFitTheirMemory() {
        #expect(NetworkSettings.lstm.size <= 28 * 1024)
        #expect(NetworkSettings.lstm.size + NetworkSettings.attention.size <= 48 * 1024)
    }
}
