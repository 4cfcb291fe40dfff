import MeteModel
import MeteStore

/// Text of the OpenMetrics exposition format 1.0
/// (https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md): families one after the other, in each the points of
/// a series after each other, in the order of time.
///
/// What adds up is a counter. As the specification has it, its total begins with 0, so that the first window is an increase too, and each
/// point says since when it counts: from the beginning of the component's first window. Comments are not part of the format, so caveats are
/// a family.
enum OpenMetricsWriter {
    struct Family: Equatable {
        let metric: Metric
        let name: String
        let unit: String?
        let isCounter: Bool

        init(_ metric: Metric) {
            self.metric = metric
            isCounter = metric.fold == .sum || metric == .lost
            unit = Self.unit(of: metric)
            let words = metric.name.map { $0.isLetter || $0.isNumber ? String($0) : "_" }.joined()
            // The unit is what a name ends with, once.
            let hasUnit = unit.map { words.hasSuffix("_\($0)") } ?? true
            name = "mete_" + words + (hasUnit ? "" : "_\(unit ?? "")")
        }

        private static func unit(of metric: Metric) -> String? {
            if metric.isTime { return "seconds" }
            if metric.isCores { return "cores" }
            switch metric {
            case .resident, .anonymous, .referenced, .proportional, .swap, .walked: return "bytes"
            default: return metric.name.hasSuffix("-bytes") ? "bytes" : nil
            }
        }

        var head: String {
            var lines = ["# TYPE \(name) \(isCounter ? "counter" : "gauge")"]
            if let unit { lines.append("# UNIT \(name) \(unit)") }
            lines.append("# HELP \(name) \(help)")
            return lines.map { $0 + "\n" }.joined()
        }

        private var help: String {
            let what = isCounter ? "sum since the beginning of the export" : "of each window, or the highest of several"
            if metric.isOfMachineOnly { return "\(metric.name) of the machine, \(what)." }
            return "\(metric.name) of a component\(metric.isStall ? ", or without one of the machine" : ""), \(what)."
        }

        /// - Parameters:
        ///   - component: nil for the machine.
        ///   - time: nanoseconds since 1970.
        ///   - created: since when a counter counts.
        func point(_ component: ComponentID?, _ value: Int64, at time: Int64, since created: Int64) -> String {
            let labels = component.map { "{component=\"\(escaped($0.name))\"}" } ?? ""
            let end = " \(decimal(time, places: 9))\n"
            guard isCounter else { return "\(name)\(labels) \(text(value))\(end)" }
            return "\(name)_total\(labels) \(text(value))\(end)"
                + "\(name)_created\(labels) \(decimal(created, places: 9))\(end)"
        }

        private func text(_ value: Int64) -> String {
            switch unit {
            case "seconds": decimal(value, places: 9)
            case "cores": decimal(value, places: 3)
            default: "\(value)"
            }
        }
    }

    /// Caveats as a family of kind info.
    static func caveats(_ texts: [String]) -> String {
        guard !texts.isEmpty else { return "" }
        let lines = texts.enumerated().map { index, text in
            "mete_caveat_info{number=\"\(index + 1)\",text=\"\(escaped(text))\"} 1\n"
        }
        return "# TYPE mete_caveat info\n# HELP mete_caveat What has to be known to read the other figures.\n"
            + lines.joined()
    }

    static let end = "# EOF\n"

    static func escaped(_ text: String) -> String {
        // Scalars: a quote with an accent on it is one character.
        var escaped = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if scalar == "\\" || scalar == "\"" || scalar == "\n" { escaped.append("\\") }
            escaped.append(scalar == "\n" ? "n" : scalar)
        }
        return String(escaped)
    }

    /// A number of so many decimal places, without zeroes at its end.
    static func decimal(_ number: Int64, places: Int) -> String {
        let digits = String(number.magnitude)
        let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
        var fraction = padded.suffix(places)
        while fraction.last == "0" { fraction.removeLast() }
        return (number < 0 ? "-" : "") + padded.dropLast(places) + (fraction.isEmpty ? "" : ".\(fraction)")
    }
}
