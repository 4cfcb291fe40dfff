internal import Glibc
internal import MeteModel

extension PolicyContext {
    /// What policies are checked against here: the CPUs that are online, and the periods that SCHED_DEADLINE takes.
    package static func thisMachine() -> PolicyContext {
        let online = Double(max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        let defaults = PolicyContext.defaultReservationPeriods
        let least = microseconds("sched_deadline_period_min_us") ?? defaults.lowerBound
        let most = microseconds("sched_deadline_period_max_us") ?? defaults.upperBound
        return PolicyContext(capacity: online, reservationPeriods: least...max(least, most))
    }

    private static func microseconds(_ sysctl: String) -> Nanoseconds? {
        guard let file = fopen("/proc/sys/kernel/\(sysctl)", "re") else { return nil }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 32)
        guard fgets(&line, Int32(line.count), file) != nil else { return nil }
        let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        return Nanoseconds(text.filter(\.isNumber)).map { $0 * 1000 }
    }
}
