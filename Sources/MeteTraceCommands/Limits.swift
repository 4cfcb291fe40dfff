import ArgumentParser

/// What options of several commands may be.
enum Limits {
    static func checkDuration(_ duration: Double?) throws {
        if let duration, !(duration > 0 && duration <= 31_536_000) {
            throw ValidationError("--duration must be more than 0 and at most 31536000 seconds, not \(duration)")
        }
    }

    static func checkRing(_ bytes: UInt32, _ option: String = "--ring-bytes") throws {
        guard (4096...(1 << 30)).contains(bytes) else {
            throw ValidationError("\(option) must be from 4096 to 1073741824, not \(bytes)")
        }
    }
}
