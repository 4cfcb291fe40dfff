import CMeteProbes
import CMeteWire
import Glibc
import MeteModel

/// Calls of functions: what the kernel side counts by slot and function.
extension KernelProbes {
    /// Functions whose calls can be counted at once.
    package static let mostFunctions = Int(METE_CALL_FUNCTIONS)

    /// Hands over where functions begin, as the loader takes them.
    static func withPlaces<Result>(
        of functions: [CalledFunction], _ body: (UnsafeBufferPointer<mete_called_function>) -> Result
    ) -> Result {
        var places: [mete_called_function] = []
        defer {
            for place in places {
                free(UnsafeMutablePointer(mutating: place.name))
                free(UnsafeMutablePointer(mutating: place.path))
            }
        }
        for (number, function) in functions.enumerated() {
            for place in function.places {
                places.append(
                    mete_called_function(
                        name: strdup(function.name), path: strdup(place.path), offset: place.offset,
                        number: UInt32(number)))
            }
        }
        return places.withUnsafeBufferPointer(body)
    }

    struct CallKey: Hashable {
        var slot: Int
        /// Its place among those that were asked for.
        var function: Int
    }

    /// Since the programs were loaded.
    struct CallCount {
        var calls: UInt64
        var left: UInt64
        /// Calls that are open now, but for those within others of the same function and thread.
        var open: UInt64
        /// Up to now. A reading that meets a call's beginning or end may be too low, and never too high.
        var time: Nanoseconds
    }

    /// - Parameter now: says the time of the monotonic clock; asked after the counters have been read.
    func calls(now: () -> Nanoseconds) throws(TraceError) -> [CallKey: CallCount] {
        var found: [(CallKey, mete_call_use)] = []
        let result = withUnsafeMutablePointer(to: &found) { found in
            mete_probes_read_calls(
                handle,
                { found, key, use in
                    guard let key = key?.pointee, let use = use?.pointee else { return }
                    found?.assumingMemoryBound(to: [(CallKey, mete_call_use)].self).pointee.append((CallKey(key), use))
                }, found)
        }
        try check(Int(result), "read the counters of calls")
        let now = UInt64(bitPattern: now())
        var counts: [CallKey: CallCount] = [:]
        for (key, use) in found {
            let open = use.begun &- use.ended
            counts[key] = CallCount(
                calls: use.calls, left: use.left, open: open,
                time: Nanoseconds(bitPattern: use.ended_ns &- use.begun_ns &+ open &* now))
        }
        return counts
    }

    /// Durations of the calls that have returned since the programs were loaded.
    func callLatencies() throws(TraceError) -> [CallKey: LatencyHistogram] {
        var found: [CallKey: LatencyHistogram] = [:]
        let result = withUnsafeMutablePointer(to: &found) { found in
            mete_probes_read_call_latencies(
                handle,
                { found, key, histogram in
                    guard let key = key?.pointee, let histogram else { return }
                    let bytes = UnsafeRawBufferPointer(start: histogram, count: MemoryLayout<mete_histogram>.size)
                    let counts = Array(bytes.bindMemory(to: UInt64.self))
                    found?.assumingMemoryBound(to: [CallKey: LatencyHistogram].self).pointee[CallKey(key)] =
                        LatencyHistogram(counts: counts)
                }, found)
        }
        try check(Int(result), "read the durations of calls")
        return found
    }

    func forgetCalls(_ key: CallKey) {
        var key = mete_call_key(slot: UInt32(key.slot), function: UInt32(key.function))
        mete_probes_forget_calls(handle, &key)
    }
}

extension KernelProbes.CallKey {
    fileprivate init(_ raw: mete_call_key) {
        self.init(slot: Int(raw.slot), function: Int(raw.function))
    }
}
