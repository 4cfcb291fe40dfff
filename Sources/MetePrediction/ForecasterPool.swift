package import MeteModel

/// Forecasters that are stepped together, one per slot, each with learned networks of its own.
///
/// Each tick the slots that a demand is known of are given it, then one call steps them: the networks learn and forecast all at
/// once, and their forecasts are weighed among each forecaster's experts. What a slot does depends on its own demands and name only, and on
/// whether there was room for its networks.
package struct ForecasterPool: ~Copyable, Sendable {
    /// What networks a forecaster has beside its experts.
    package enum Networks: String, CaseIterable, Sendable {
        case none, lstm, attention, both
        /// Both at first; later the one that lost less in a trial, and another trial now and then.
        case chosen

        var architectures: Set<NetworkSettings.Architecture> {
            switch self {
            case .none: []
            case .lstm: [.lstm]
            case .attention: [.attention]
            case .both, .chosen: [.lstm, .attention]
            }
        }
    }

    /// What a slot's networks are; apart from its forecaster, of which no copy is to be made.
    private struct Learner: Sendable {
        let seed: UInt64
        /// Slots in the pools of networks; nil for a network that it has not.
        var lstm: Int?
        var attention: Int?
        /// Nil while it has one network.
        var trial: ArchitectureTrial?
        var ticksSinceTrial = 0
        /// Made at `issuedAt`.
        var issued = NetworkForecasts()
        var issuedAt = 0
    }

    /// Of a network that comes back, beside one that has long learnt.
    private static let lateWarmUp = 3_000

    private let settings: ForecastSettings
    private let choice: Networks
    private let mostNetworks: Int
    private let ticksBetweenTrials: Int
    private var ticks = 0
    /// Nil where a slot is free.
    private var forecasters: [DemandForecaster?] = []
    /// Nil where a slot has no networks.
    private var learners: [Learner?] = []
    private var free: [Int] = []
    /// Those that were given a demand in the tick that is being gathered; what can be right of it.
    private var gathered: [(slot: Int, demand: Double?, usable: Double?)] = []
    private var lstm = NetworkPool(.lstm)
    private var attention = NetworkPool(.attention)

    /// - Parameters:
    ///   - tick: its length, by which forecasts expire.
    ///   - horizons: ticks ahead, in ascending order. Networks forecast 1, 10 and 100 ticks ahead, and are left out where none is wanted.
    ///   - mostNetworks: slots that have networks; those that are taken beyond have the experts alone.
    ///   - ticksBetweenTrials: after a trial, until the next, since a component may have changed; up to a quarter more, so that not all come at
    ///     once. An hour, of ticks of 100 ms.
    package init(
        tick: Nanoseconds, horizons: [Int] = [1], networks: Networks = .chosen, mostNetworks: Int = 500,
        ticksBetweenTrials: Int = 36_000
    ) {
        var settings = ForecastSettings(ceiling: .infinity, tick: tick)
        settings.horizons = horizons
        self.settings = settings
        choice = horizons.contains { NetworkHorizon(rawValue: $0) != nil } ? networks : .none
        self.mostNetworks = mostNetworks
        self.ticksBetweenTrials = ticksBetweenTrials
    }

    package var count: Int { forecasters.count - free.count }

    /// Takes a slot for a new forecaster.
    ///
    /// - Parameters:
    ///   - ceiling: demands above it are not believed; finite.
    ///   - name: from which its networks begin; the same name and demands make the same forecasts.
    package mutating func add(ceiling: Double, name: String) -> Int {
        let seed = fnv1a(name.utf8)
        var settings = settings
        settings.ceiling = ceiling
        let isLearning = choice != .none && learners.count { $0 != nil } < mostNetworks
        if isLearning { settings.networks = choice.architectures }
        let slot = free.popLast() ?? forecasters.count
        if slot == forecasters.count {
            forecasters.append(nil)
            learners.append(nil)
        }
        forecasters[slot] = DemandForecaster(settings)
        if isLearning {
            learners[slot] = Learner(
                seed: seed, lstm: settings.networks.contains(.lstm) ? lstm.add(seed: seed) : nil,
                attention: settings.networks.contains(.attention) ? attention.add(seed: seed) : nil,
                trial: choice == .chosen ? ArchitectureTrial() : nil)
        }
        return slot
    }

    /// Gives a slot back, with all that it has learnt.
    package mutating func remove(_ slot: Int) {
        precondition(forecasters[slot] != nil, "slot \(slot) is not taken")
        giveUp(.lstm, of: slot)
        giveUp(.attention, of: slot)
        learners[slot] = nil
        forecasters[slot] = nil
        free.append(slot)
    }

    /// The demand of a slot in the tick that `step` will end; nil when it was not measured.
    package mutating func gather(_ slot: Int, demand: Double?) {
        let usable = forecasters[slot]?.usable(demand)
        if let network = learners[slot]?.lstm { lstm.gather(network, demand: usable) }
        if let network = learners[slot]?.attention { attention.gather(network, demand: usable) }
        gathered.append((slot, demand, usable))
    }

    /// Ends the tick. To the networks of a slot that was not given anything it is one without a demand; its forecaster hears nothing of it, and
    /// its forecasts expire when it stays so.
    package mutating func step(at end: Instant) {
        ticks += 1
        lstm.step()
        attention.step()
        for (slot, demand, usable) in gathered {
            let forecasts = networkForecasts(slot)
            // In place: a copy of a forecaster would copy its history.
            forecasters[slot]?.observe(demand, at: end, networks: forecasts)
            guard learners[slot] != nil else { continue }
            if choice == .chosen { choose(slot, usable) }
            learners[slot]?.issued = forecasts
            learners[slot]?.issuedAt = ticks
        }
        gathered.removeAll(keepingCapacity: true)
    }

    /// As `DemandForecaster.forecast`; for the first horizon unless another is named.
    package func forecast(_ slot: Int, at now: Instant, horizon: Int? = nil) -> Forecast? {
        forecasters[slot]?.forecast(at: now, horizon: horizon ?? settings.horizons[0])
    }

    /// As `DemandForecaster.quantiles`; nil of a network that the slot has not.
    package func quantiles(_ slot: Int, of expert: ForecastExpert, horizon: Int) -> Quantiles? {
        if let architecture = expert.architecture {
            return NetworkHorizon(rawValue: horizon).flatMap { learners[slot]?.issued[architecture, $0] }
        }
        return forecasters[slot]?.quantiles(of: expert, horizon: horizon)
    }

    /// The networks that a slot has now.
    package func networks(of slot: Int) -> Set<NetworkSettings.Architecture> {
        var found: Set<NetworkSettings.Architecture> = []
        if learners[slot]?.lstm != nil { found.insert(.lstm) }
        if learners[slot]?.attention != nil { found.insert(.attention) }
        return found
    }

    // MARK: Networks

    private func networkForecasts(_ slot: Int) -> NetworkForecasts {
        var found = NetworkForecasts()
        guard let learner = learners[slot] else { return found }
        // A trial is of one tick ahead, whatever is wanted.
        for horizon in NetworkHorizon.allCases
        where settings.horizons.contains(horizon.rawValue) || horizon == .one && learner.trial != nil {
            if let network = learner.lstm { found[.lstm, horizon] = lstm.forecast(network, horizon) }
            if let network = learner.attention { found[.attention, horizon] = attention.forecast(network, horizon) }
        }
        return found
    }

    private mutating func giveUp(_ architecture: NetworkSettings.Architecture, of slot: Int) {
        switch architecture {
        case .lstm:
            if let network = learners[slot]?.lstm { lstm.remove(network) }
            learners[slot]?.lstm = nil
        case .attention:
            if let network = learners[slot]?.attention { attention.remove(network) }
            learners[slot]?.attention = nil
        }
    }

    /// Goes on with the trial of a slot, if it has one, and begins the next when it is time.
    private mutating func choose(_ slot: Int, _ demand: Double?) {
        guard let learner = learners[slot] else { return }
        guard learner.trial != nil else {
            learners[slot]?.ticksSinceTrial += 1
            let offset = Int(learner.seed % UInt64(max(1, ticksBetweenTrials / 4)))
            guard learner.ticksSinceTrial >= ticksBetweenTrials + offset else { return }
            if learner.lstm == nil { learners[slot]?.lstm = lstm.add(seed: learner.seed) }
            if learner.attention == nil { learners[slot]?.attention = attention.add(seed: learner.seed) }
            learners[slot]?.trial = ArchitectureTrial(warmUp: Self.lateWarmUp)
            return
        }
        if let demand, learner.issuedAt == ticks - 1 { learners[slot]?.trial?.observe(demand, learner.issued) }
        guard let winner = learners[slot]?.trial?.winner else { return }
        giveUp(winner == .lstm ? .attention : .lstm, of: slot)
        learners[slot]?.trial = nil
        learners[slot]?.ticksSinceTrial = 0
    }
}
