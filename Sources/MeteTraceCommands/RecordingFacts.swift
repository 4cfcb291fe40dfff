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

    /// `RecordingCaveats`, and what is damaged: to be asked when the part has been read, since only then all damage is known.
    static func caveats(_ reader: StoreReader, _ part: ClosedRange<Int64>) throws -> [String] {
        try RecordingCaveats(reader, part).texts + reader.damage.map { "\($0)" }
    }

    /// The line and the caveats as comments of a CSV file, for readers that know of such: RFC 4180 has none.
    static func comments(_ reader: StoreReader, _ part: ClosedRange<Int64>) throws -> [String] {
        try ([line(reader)] + caveats(reader, part)).map { text in
            "# " + text.split(whereSeparator: \.isNewline).joined(separator: " ")
        }
    }

    /// Says them on standard error, so that what is printed stays what was asked for.
    static func note(_ reader: StoreReader, _ part: ClosedRange<Int64>) throws {
        Console.note("\(reader.path): \(line(reader))")
        for caveat in try caveats(reader, part) { Console.note("\(reader.path): \(caveat)") }
    }
}
