import MeteModel
import Testing

@testable import MeteAgent

/// Calls of functions are forecast as demand is.
struct CallForecastsTests {
    private static let tick: Nanoseconds = 100 * .perMillisecond

    private static func sample(_ component: String, calls: UInt64, inside: Double, at tick: Int) -> CallSample {
        let end = Instant(nanoseconds: Nanoseconds(tick + 1) * Self.tick)
        return CallSample(
            component: ComponentID(component), function: "libz:deflate",
            start: Instant(nanoseconds: end.nanoseconds - Self.tick), end: end,
            usage: CallUsage(calls: calls, time: Nanoseconds(inside * Double(Self.tick))))
    }

    /// - Parameter calls: in a tick, nil for a window without any.
    private static func observe(
        _ forecasts: inout CallForecasts, _ component: String, _ calls: UInt64?, at tick: Int
    ) {
        let sample = Self.sample(component, calls: calls ?? 0, inside: 0.5, at: tick)
        forecasts.observe(
            calls == nil ? [] : [sample], start: sample.start, end: sample.end, cpus: 2, tick: Self.tick)
    }

    private static func end(of tick: Int) -> Instant { Instant(nanoseconds: Nanoseconds(tick + 1) * Self.tick) }

    @Test func whatGoesOnIsForecast() throws {
        var forecasts = CallForecasts()
        for tick in 0..<200 { Self.observe(&forecasts, "web", 40, at: tick) }
        let call = try #require(forecasts.snapshot(at: Self.end(of: 199)).first)
        #expect(call.sample.callsPerSecond == 400 && call.sample.inside == 0.5)
        let calls = try #require(call.calls).demand
        #expect(abs(calls.median - 400) < 4 && calls.p99 >= calls.median, "\(calls)")
        let inside = try #require(call.inside).demand
        #expect(abs(inside.median - 0.5) < 0.005, "\(inside)")
    }

    @Test func aWindowWithoutACallIsOneOfNone() throws {
        var forecasts = CallForecasts()
        for tick in 0..<100 { Self.observe(&forecasts, "web", 40, at: tick) }
        for tick in 100..<300 { Self.observe(&forecasts, "web", nil, at: tick) }
        let call = try #require(forecasts.snapshot(at: Self.end(of: 299)).first)
        #expect(call.sample.callsPerSecond == 0 && call.sample.inside == 0)
        #expect(call.sample.end == Self.end(of: 299))
        #expect(try #require(call.calls).demand.median < 40)
    }

    /// The busiest of those that come at once; who is known is not put out by others, and a place that becomes free is taken.
    @Test func asManyAreForecastAsMayBeAndTheRestIsTold() throws {
        let most = 10
        var forecasts = CallForecasts(most: most)
        let all = (0..<most + 3).map { Self.sample("c\($0)", calls: UInt64($0 + 1), inside: 0.5, at: 0) }
        func observe(_ samples: [CallSample], at tick: Int) {
            forecasts.observe(
                samples, start: Self.end(of: tick - 1), end: Self.end(of: tick), cpus: 2, tick: Self.tick)
        }
        observe(all, at: 0)
        #expect(forecasts.beyond.map(\.component.name) == ["c2", "c1", "c0"])
        let calls = forecasts.snapshot(at: Self.end(of: 0))
        #expect(calls.count == most + 3, "all are told")
        #expect(calls.filter { $0.calls == nil }.map(\.sample.component.name).contains("c1"))
        observe([all[1], all[most]], at: 1)
        #expect(forecasts.beyond.map(\.component.name) == ["c1"])
        for tick in 2...602 { observe([], at: tick) }
        #expect(forecasts.snapshot(at: Self.end(of: 602)).isEmpty)
        observe([all[1]], at: 603)
        #expect(forecasts.beyond.isEmpty)
    }

    @Test func whatIsNotCalledForLongIsForgotten() {
        var forecasts = CallForecasts()
        Self.observe(&forecasts, "web", 40, at: 0)
        for tick in 1...600 { Self.observe(&forecasts, "web", nil, at: tick) }
        #expect(forecasts.snapshot(at: Self.end(of: 600)).count == 1)
        Self.observe(&forecasts, "web", nil, at: 601)
        #expect(forecasts.snapshot(at: Self.end(of: 601)).isEmpty)
    }

    @Test func everyComponentHasItsOwnUntilAllAreForgotten() {
        var forecasts = CallForecasts()
        Self.observe(&forecasts, "web", 40, at: 0)
        Self.observe(&forecasts, "batch", 40, at: 1)
        #expect(forecasts.snapshot(at: Self.end(of: 1)).map(\.sample.component.name) == ["batch", "web"])
        forecasts.forgetAll()
        #expect(forecasts.snapshot(at: Self.end(of: 1)).isEmpty)
    }
}
