import MeteModel
import Testing

@testable import MetePrediction

/// Checkpoints of a network: what was saved goes on as if nothing had been, and nothing else is taken.
struct NetworkStateTests {
    static let architectures = [NetworkSettings.lstm, .attention]

    private func trained(_ settings: NetworkSettings, _ demands: ArraySlice<Double>) -> NetworkPool {
        var pool = NetworkPool(settings)
        let slot = pool.add(seed: 4)
        run(&pool, slot, demands)
        return pool
    }

    private func run(_ pool: inout NetworkPool, _ slot: Int, _ demands: ArraySlice<Double>) {
        for demand in demands {
            pool.gather(slot, demand: demand)
            pool.step()
        }
    }

    /// What taking a state fails with.
    private func fault(_ state: [UInt8], _ settings: NetworkSettings = .lstm) -> NetworkStateError.Code? {
        var pool = NetworkPool(settings)
        let slot = pool.add(seed: 4)
        let before = pool.state(slot)
        do throws(NetworkStateError) {
            try pool.restore(slot, from: state)
            return nil
        } catch {
            #expect(pool.state(slot) == before)
            return error.code
        }
    }

    @Test(arguments: architectures)
    func restoredNetworkGoesOnAsTheSavedOne(settings: NetworkSettings) throws {
        let demands = DemandSeries.autoregressive.demands(300)
        var pool = trained(settings, demands[..<200])
        var other = NetworkPool(settings)
        let slot = other.add(seed: 99)
        try other.restore(slot, from: pool.state(0))
        #expect(other.forecast(slot, .hundred) == pool.forecast(0, .hundred))
        run(&pool, 0, demands[200...])
        run(&other, slot, demands[200...])
        #expect(other.forecast(slot, .one) != nil)
        for horizon in NetworkHorizon.allCases { #expect(other.forecast(slot, horizon) == pool.forecast(0, horizon)) }
        #expect(other.state(slot) == pool.state(0))
    }

    @Test(arguments: architectures)
    func untrainedNetworkIsSavedAndRestored(settings: NetworkSettings) {
        let pool = trained(settings, [])
        #expect(fault(pool.state(0), settings) == nil)
    }

    @Test func networkThatHasSeenTheLargestDemandsIsSavedAndRestored() {
        let pool = trained(.lstm, [.greatestFiniteMagnitude, 0, .greatestFiniteMagnitude, .greatestFiniteMagnitude])
        #expect(fault(pool.state(0)) == nil)
    }

    @Test func stateThatIsCutOffIsNotTaken() {
        let state = trained(.lstm, [1, 2, 3]).state(0)
        for length in Array(0..<40) + Array(stride(from: 40, to: state.count, by: 997)) + [state.count - 1] {
            #expect(fault(Array(state.prefix(length))) == .truncated, "\(length) bytes")
        }
    }

    @Test func stateWithAChangedByteIsNotTaken() {
        let state = trained(.lstm, [1, 2, 3]).state(0)
        for index in Array(0..<40) + Array(stride(from: 40, to: state.count, by: 499)) + [state.count - 1] {
            var changed = state
            changed[index] ^= 0x10
            #expect(fault(changed) != nil, "byte \(index)")
        }
        #expect(fault(state + [0]) == .corrupt)
    }

    @Test func stateOfAnotherKindIsNamed() {
        let state = trained(.lstm, [1, 2, 3]).state(0)
        var later = state
        later[4] = 2
        #expect(fault(later) == .newer)
        #expect(fault(Array("not a network's state, but long enough for one".utf8)) == .foreign)
        #expect(fault(state, .attention) == .otherShape)
        var wider = NetworkSettings.lstm
        wider.hidden = 16
        #expect(fault(state, wider) == .otherShape)
    }

    /// Intact bytes that no network can have: a parameter that is not a number, a ring of another size.
    @Test(arguments: [0, 20, 400, 4_000, 20_000])
    func intactStateThatIsImpossibleIsNotTaken(offset: Int) {
        let pool = trained(.lstm, [1, 2, 3])
        let bytes = pool.bytes(0)
        for index in offset..<offset + 16 { bytes[index] = 0xFF }
        #expect(fault(pool.state(0)) == .impossible)
    }

    @Test func errorSaysWhatToDo() {
        let error = NetworkStateError(.truncated, cause: "it has 3 bytes, fewer than its header")
        #expect("\(error)".contains("it has 3 bytes") && "\(error)".contains("starts untrained"))
    }
}
