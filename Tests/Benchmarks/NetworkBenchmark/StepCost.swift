import MeteModel
import MetePrediction
import SeededRandom

/// What one tick of one network costs: learning, taking the tick in, and the forecasts of all horizons.
enum StepCost {
    private static let runs = 5
    /// Steps in a run, whatever the number of networks.
    private static let steps = 20_000

    static func settings(named name: String) -> NetworkSettings? {
        ["lstm": NetworkSettings.lstm, "attention": .attention][name]
    }

    static func printTable() {
        print("microseconds per step on \(NetworkPool.instructionSet), median of \(runs), and bytes per network")
        print("network             one   500 in turn     bytes")
        for (name, base, sizes) in [
            ("lstm", NetworkSettings.lstm, [4, 8, 16, 32]), ("attention", .attention, [8, 16]),
        ] {
            for hidden in sizes {
                var settings = base
                settings.hidden = hidden
                let figures = [
                    microseconds(settings, networks: 1).text(2), microseconds(settings, networks: 500).text(2),
                    "\(settings.size)",
                ]
                let label = "\(name) \(hidden)"
                print(
                    label + String(repeating: " ", count: 13 - label.count)
                        + figures.map { String(repeating: " ", count: max(1, 10 - $0.count)) + $0 }.joined())
            }
        }
        printStates()
    }

    /// What a checkpoint of many networks takes before it is written to a file.
    private static func printStates() {
        let count = 500
        var pool = NetworkPool(.lstm, capacity: count)
        let slots = (0..<count).map { pool.add(seed: UInt64($0)) }
        let clock = ContinuousClock()
        let start = clock.now
        let states = slots.map { pool.state($0) }
        let saved = clock.now
        do throws(NetworkStateError) {
            for slot in slots { try pool.restore(slot, from: states[slot]) }
        } catch {
            preconditionFailure("\(error)")
        }
        print(
            "\(count) states of LSTMs, \(states.reduce(0) { $0 + $1.count }) bytes: encoded in \(saved - start), "
                + "decoded in \(clock.now - saved)")
    }

    static func microseconds(_ settings: NetworkSettings, networks: Int) -> Double {
        var pool = NetworkPool(settings, capacity: networks)
        let slots = (0..<networks).map { pool.add(seed: UInt64($0)) }
        var generator = SplitMix64(seed: 1)
        let demands = (0..<4_096).map { 2 + Double($0 % 60) / 30 + 0.3 * generator.uniform() }
        var tick = 0
        var sink = 0.0
        func run(ticks: Int) -> Double {
            let clock = ContinuousClock()
            let start = clock.now
            for _ in 0..<ticks {
                for slot in slots { pool.gather(slot, demand: demands[(tick + 37 * slot) % demands.count]) }
                pool.step()
                for slot in slots { sink += pool.forecast(slot, .one)?.p95 ?? 0 }
                tick += 1
            }
            let elapsed = (clock.now - start).components
            return (Double(elapsed.seconds) * 1e6 + Double(elapsed.attoseconds) / 1e12) / Double(ticks * networks)
        }
        // Past the longest horizon, so that all heads learn.
        _ = run(ticks: 110)
        let costs = (0..<runs).map { _ in run(ticks: max(1, steps / networks)) }.sorted()
        // The sum of the forecasts is looked at so that the work cannot be left out.
        precondition(sink.isFinite)
        return costs[runs / 2]
    }
}
