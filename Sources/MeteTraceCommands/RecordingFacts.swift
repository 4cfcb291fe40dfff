import Glibc
import MeteModel
import MeteStore
import MeteText
import MeteTrace

/// What a recording says of the machine that it was made on, and of what could not be measured there.
package enum RecordingFacts {
    package static func ofThisMachine(_ traced: TracedResources) -> [String: String] {
        var names = utsname()
        uname(&names)
        return [
            RecordedFact.host: withUnsafeBytes(of: names.nodename) { text($0) },
            RecordedFact.kernel: withUnsafeBytes(of: names.release) { text($0) },
            RecordedFact.machine: "\(sysconf(Int32(_SC_NPROCESSORS_ONLN))) CPUs",
            RecordedFact.resources: traced.words,
        ]
    }

    private static func text(_ field: UnsafeRawBufferPointer) -> String {
        String(decoding: field.prefix { $0 != 0 }, as: UTF8.self)
    }

    /// One line, e.g. `recorded by mete 0.1.0 on web1, Linux 6.12, 2 CPUs: cpu, disk`.
    static func line(_ reader: StoreReader) -> String {
        let facts = reader.facts
        let machine = [
            facts[RecordedFact.host], facts[RecordedFact.kernel].map { "Linux \($0)" }, facts[RecordedFact.machine],
        ].compactMap { $0 }
        return "recorded by mete \(facts[RecordedFact.version] ?? "?")"
            + (machine.isEmpty ? "" : " on " + machine.joined(separator: ", "))
            + (facts[RecordedFact.resources].map { ": \($0)" } ?? "")
    }

    /// What whoever reads a part of a recording has to know of it: what was lost, not measured, not covered, given up or damaged. To be
    /// asked when that part has been read, since only then all damage is known.
    static func caveats(_ reader: StoreReader, _ part: ClosedRange<Int64>) throws -> [String] {
        var caveats = reader.sessions.isEmpty ? [] : RecordingCaveats.sessions(reader.sessions, part)
        if let missing = reader.facts[RecordedFact.unsupported], !missing.isEmpty {
            caveats.append("not measured, for the kernel has no hook for it: \(missing)")
        }
        let isLong = part.upperBound - part.lowerBound > 3 * 3600 * .perSecond
        let machine = try reader.samples(of: nil, in: part, tier: isLong ? .minute : .raw)
        let lost = machine.map { $0[.lost] }.max() ?? 0
        if lost > 0 {
            caveats.append("\(lost) records, requests or calls were lost, late or not attributed since it began")
        }
        let brief = machine.reduce(0) { $0 + $1[.briefProcesses] }
        if brief > 0 {
            caveats.append("\(brief) processes that lived less than a window and used next to nothing are only counted")
        }
        let gaps = try reader.gaps(in: part)
        for gap in gaps.prefix(3) {
            caveats.append(
                "nothing was recorded from \(QueryReport.time(gap.lowerBound)) to \(QueryReport.time(gap.upperBound))")
        }
        if gaps.count > 3 { caveats.append("and \(gaps.count - 3) more times in which nothing was recorded") }
        if reader.isFirstVersion {
            caveats.append("an earlier mete recorded it, without devices, sockets, disturbances, threads and processes")
        } else if let since = reader.detailsSince, since > part.lowerBound + reader.interval {
            caveats.append(
                "devices, sockets, disturbances and threads of single windows are kept from \(QueryReport.time(since)) on"
            )
        }
        return caveats + reader.damage.map { "\($0)" }
    }

    /// Says them on standard error, so that what is printed stays what was asked for.
    static func note(_ reader: StoreReader, _ part: ClosedRange<Int64>) throws {
        Console.note("\(reader.path): \(line(reader))")
        for caveat in try caveats(reader, part) { Console.note("\(reader.path): \(caveat)") }
    }
}
