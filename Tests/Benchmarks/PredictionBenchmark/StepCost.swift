import Foundation
import MeteModel
import MetePrediction

/// What one tick of one component costs: all experts, a learned network, scoring, combination and forecast.
enum StepCost {
    static let components = 50
    static let ticks = 2_000

    static func printTable() {
        let demands = series(count: 4_096)
        print("cost per step, \(components) components in turn, \(ticks) ticks, median of 5")
        // Before anything was freed that could be used again; the second stays while the first is there.
        let (one, all) = (forecasters([1]), forecasters([1, 10, 100]))
        let network = Double(NetworkSettings.lstm.size)
        for (horizons, bytes) in [([1], one.bytes), ([1, 10, 100], all.bytes)] {
            print(
                "  memory at \(horizons): experts \(text(bytes / 1024, 1)) KiB, with the LSTM "
                    + "\(text((bytes + network) / 1024, 1)) KiB")
        }
        for horizons in [[1], [10], [1, 10, 100]] {
            for networks in [ForecasterPool.Networks.none, .lstm, .attention] {
                let cost = median { run(horizons: horizons, networks: networks, demands: demands) }
                print("  horizons \(horizons), network \(networks): \(text(cost, 0)) ns per component")
            }
        }
    }

    /// Forecasters, and the bytes that each has with all that it has allocated.
    private static func forecasters(_ horizons: [Int]) -> (kept: [DemandForecaster], bytes: Double) {
        var settings = ForecastSettings(ceiling: 1e6, tick: .perSecond)
        settings.horizons = horizons
        let count = 1_000
        let before = residentBytes()
        let forecasters = (0..<count).map { _ in DemandForecaster(settings) }
        return (forecasters, (residentBytes() - before) / Double(count))
    }

    /// Of this process; NaN where the kernel does not say.
    private static func residentBytes() -> Double {
        let fields = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ") ?? []
        return fields.count > 1 ? (Double(fields[1]) ?? .nan) * Double(sysconf(Int32(_SC_PAGESIZE))) : .nan
    }

    private static func run(horizons: [Int], networks: ForecasterPool.Networks, demands: [Double]) -> Double {
        let tick = 100 * Nanoseconds.perMillisecond
        var pool = ForecasterPool(tick: tick, horizons: horizons, networks: networks)
        let slots = (0..<components).map { pool.add(ceiling: 1e6, name: "\($0)") }
        var sink = 0.0
        let start = cpuTime()
        for index in 0..<ticks {
            let now = Instant(nanoseconds: Nanoseconds(index) * tick)
            for (component, slot) in slots.enumerated() {
                pool.gather(slot, demand: demands[(index + 37 * component) % demands.count])
            }
            pool.step(at: now)
            for slot in slots {
                for horizon in horizons { sink += pool.forecast(slot, at: now, horizon: horizon)?.demand.p99 ?? 0 }
            }
        }
        precondition(sink.isFinite)
        return (cpuTime() - start) / Double(ticks * components)
    }

    /// Of this process, in nanoseconds: what else runs on the machine does not count.
    private static func cpuTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
    }

    private static func median(of runs: Int = 5, _ run: () -> Double) -> Double {
        (0..<runs).map { _ in run() }.sorted()[runs / 2]
    }

    /// A slow wave with noise and bursts, from a fixed seed.
    private static func series(count: Int) -> [Double] {
        var state: UInt64 = 42
        return (0..<count).map { index in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let noise = Double(state >> 11) / Double(1 << 53)
            let wave = Double(index % 200 < 100 ? index % 100 : 100 - index % 100) / 100
            return 1 + wave + 0.3 * noise + (noise > 0.98 ? 2 : 0)
        }
    }
}
