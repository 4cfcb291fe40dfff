import MeteModel
import MeteStore

/// A format that has a row for each sample and for each caveat.
protocol SampleRows {
    /// What the file begins with.
    var head: String { get }

    /// - Parameters:
    ///   - component: nil for the machine.
    ///   - values: of the metrics, in their order; nil for what is not known.
    func row(_ component: ComponentID?, _ sample: RecordedSample, _ values: [Int64?]) -> String

    func row(caveat: String) -> String
}

/// CSV as RFC 4180 has it: lines end with CR and LF, every line has all fields, and what is not known is empty.
///
/// The first field tells what a row is: a `sample` of a component, one of the whole `machine`, or a `caveat`.
struct CSVRows: SampleRows {
    let metrics: [Metric]

    var head: String {
        line(["kind", "time", "end_ns", "length_ns", "component"] + metrics.map(\.name) + ["caveat"])
    }

    func row(_ component: ComponentID?, _ sample: RecordedSample, _ values: [Int64?]) -> String {
        line(
            [
                component == nil ? "machine" : "sample", CivilTime(nanosecondsSince1970: sample.end).iso8601,
                "\(sample.end)", "\(sample.length)", component?.name ?? "",
            ] + values.map { $0.map { "\($0)" } ?? "" } + [""])
    }

    func row(caveat: String) -> String {
        line(["caveat"] + Array(repeating: "", count: 4 + metrics.count) + [caveat])
    }

    private func line(_ fields: [String]) -> String {
        fields.map(CSVField.quoted).joined(separator: ",") + "\r\n"
    }
}

/// A JSON object on each line, with the same fields as `CSVRows`; what is not known is left out.
struct JSONRows: SampleRows {
    let metrics: [Metric]

    var head: String { "" }

    func row(_ component: ComponentID?, _ sample: RecordedSample, _ values: [Int64?]) -> String {
        var fields = [
            "\"kind\":\"\(component == nil ? "machine" : "sample")\"",
            "\"time\":\"\(CivilTime(nanosecondsSince1970: sample.end).iso8601)\"", "\"end_ns\":\(sample.end)",
            "\"length_ns\":\(sample.length)",
        ]
        if let component { fields.append("\"component\":\(JSONString.quoted(component.name))") }
        for (metric, value) in zip(metrics, values) {
            if let value { fields.append("\"\(metric.name)\":\(value)") }
        }
        return "{\(fields.joined(separator: ","))}\n"
    }

    func row(caveat: String) -> String { "{\"kind\":\"caveat\",\"caveat\":\(JSONString.quoted(caveat))}\n" }
}
