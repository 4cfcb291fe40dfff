import MeteModel
import MeteStore

/// Events of the Trace Event Format, which ui.perfetto.dev and chrome://tracing open: an object with a list of events, of which this makes
/// the texts.
///
/// Times are microseconds since the beginning of the trace, with nanoseconds behind the point: a time of day would not fit into a double.
/// What is no process has a number that no process can have (PID_MAX_LIMIT is 2^22).
enum TraceEventWriter {
    /// The process that stands for the CPUs; each is a thread of it.
    static let cpus = 1 << 30
    /// That of the whole machine; those of components follow.
    static let machine = cpus + (1 << 20)

    /// - Parameter start: nanoseconds since 1970.
    static func head(start: Int64) -> String {
        "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n"
            + "{\"name\":\"mete: the trace begins\",\"ph\":\"i\",\"s\":\"g\",\"ts\":0,\"pid\":\(machine),\"tid\":\(machine),"
            + "\"args\":{\"time\":\"\(CivilTime(nanosecondsSince1970: start).iso8601)\"}}"
    }

    /// - Parameter facts: written beside the events, with every caveat.
    static func tail(_ facts: [(name: String, value: String)], caveats: [String]) -> String {
        let fields = facts.map { "\(JSONString.quoted($0.name)):\(JSONString.quoted($0.value))" }
        let list = caveats.map(JSONString.quoted).joined(separator: ",")
        return "\n],\n\"otherData\":{\((fields + ["\"caveats\":[\(list)]"]).joined(separator: ","))}}\n"
    }

    // MARK: Events

    /// All but the head's begin so: a comma stands between two.
    private static func event(_ fields: String) -> String { ",\n{\(fields)}" }

    static func name(process: Int, _ name: String, order: Int) -> String {
        event(
            "\"name\":\"process_name\",\"ph\":\"M\",\"pid\":\(process),\"args\":{\"name\":\(JSONString.quoted(name))}")
            + event(
                "\"name\":\"process_sort_index\",\"ph\":\"M\",\"pid\":\(process),\"args\":{\"sort_index\":\(order)}")
    }

    static func name(thread: Int, of process: Int, _ name: String) -> String {
        event(
            "\"name\":\"thread_name\",\"ph\":\"M\",\"pid\":\(process),\"tid\":\(thread),"
                + "\"args\":{\"name\":\(JSONString.quoted(name))}")
    }

    static func order(thread: Int, of process: Int, _ order: Int) -> String {
        event(
            "\"name\":\"thread_sort_index\",\"ph\":\"M\",\"pid\":\(process),\"tid\":\(thread),"
                + "\"args\":{\"sort_index\":\(order)}")
    }

    /// What holds for the whole trace, as a mark at its beginning.
    static func mark(_ text: String) -> String {
        event(
            "\"name\":\(JSONString.quoted("caveat: \(text)")),\"cat\":\"caveat\",\"ph\":\"i\",\"s\":\"g\",\"ts\":0,"
                + "\"pid\":\(machine),\"tid\":\(machine)")
    }

    static func counter(_ name: String, _ unit: String, _ value: Double, of process: Int, at time: Int64) -> String {
        event(
            "\"name\":\(JSONString.quoted(name)),\"ph\":\"C\",\"ts\":\(microseconds(time)),\"pid\":\(process),"
                + "\"args\":{\"\(unit)\":\(value.isFinite ? value : 0)}")
    }

    static func microseconds(_ nanoseconds: Int64) -> String {
        OpenMetricsWriter.decimal(nanoseconds, places: 3)
    }
}

/// What a component or the machine did in a window, as counters of a trace.
struct TraceCounter: Equatable {
    var name: String
    var unit: String
    var value: Double

    /// Those that a trace has unless others are asked for.
    static let usual: [Metric] = [
        .runTime, .runQueueDelay, .delayP50, .delayP99, .readBytes, .writeBytes, .sentBytes, .receivedBytes, .resident,
        .capacity,
    ]

    /// Run time and delay are cores, and give the demand together; what adds up is a rate; other times are milliseconds.
    static func all(_ metrics: [Metric], _ sample: RecordedSample, _ sessions: [RecordedSession]) -> [TraceCounter] {
        var counters: [TraceCounter] = []
        for metric in metrics {
            guard let value = sample.value(of: metric, sessions) else { continue }
            switch metric {
            case .runTime: counters.append(TraceCounter(name: "cpu.run", unit: "cores", value: sample.rate(of: metric)))
            case .runQueueDelay:
                let delay = sample.rate(of: metric)
                counters.append(TraceCounter(name: "cpu.delay", unit: "cores", value: delay))
                counters.append(
                    TraceCounter(name: "cpu.demand", unit: "cores", value: sample.rate(of: .runTime) + delay))
            case .readLatency, .writeLatency:
                let requests = sample[metric == .readLatency ? .readRequests : .writeRequests]
                guard requests > 0 else { continue }
                counters.append(
                    TraceCounter(name: metric.name, unit: "ms a request", value: Double(value / requests) / 1e6))
            case _ where metric.isCores:
                counters.append(TraceCounter(name: metric.name, unit: "cores", value: Double(value) / 1000))
            case .resident, .anonymous:
                counters.append(TraceCounter(name: metric.name, unit: "bytes", value: Double(value)))
            case _ where metric.isTime && metric.fold == .sum:
                counters.append(TraceCounter(name: metric.name, unit: "s/s", value: sample.rate(of: metric) / 1e9))
            case _ where metric.isTime:
                counters.append(TraceCounter(name: metric.name, unit: "ms", value: Double(value) / 1e6))
            case _ where metric.fold == .sum:
                let unit = metric.name.hasSuffix("-bytes") ? "bytes/s" : "1/s"
                counters.append(TraceCounter(name: metric.name, unit: unit, value: sample.rate(of: metric)))
            default: counters.append(TraceCounter(name: metric.name, unit: "count", value: Double(value)))
            }
        }
        return counters
    }
}
