import ArgumentParser
import Glibc
import MeteEvaluation
import MeteModel
import MeteStore

/// What of a component of a recording is a series.
enum RecordedResource: String, ExpressibleByArgument, CaseIterable, Sendable {
    /// Cores: run time and run-queue delay.
    case cpu
    /// Bytes resident.
    case memory
    /// Bytes read and written a second.
    case disk
    /// Bytes sent and received a second.
    case network

    func demand(_ sample: RecordedSample) -> Double {
        switch self {
        case .cpu: sample.rate(of: .runTime) + sample.rate(of: .runQueueDelay)
        case .memory: Double(sample[.resident])
        case .disk: sample.rate(of: .readBytes) + sample.rate(of: .writeBytes)
        case .network: sample.rate(of: .sentBytes) + sample.rate(of: .receivedBytes)
        }
    }
}

/// Series from a recording.
enum RecordedSeries {
    /// Windows without a sample that are filled with as many that were not measured; a longer time without any ends in as many.
    private static let mostMissing: Int64 = 100

    /// Whether a file begins as every SQLite database does.
    static func isRecording(_ path: String) -> Bool {
        guard let file = fopen(path, "re") else { return false }
        defer { fclose(file) }
        var head = [UInt8](repeating: 0, count: 16)
        return fread(&head, 1, head.count, file) == head.count && head == Array("SQLite format 3\0".utf8)
    }

    /// - Throws: `StoreError`, or `SeriesError` where there is no such component.
    static func read(_ path: String, component: String?, _ resource: RecordedResource) throws -> EvaluatedSeries {
        let reader = try StoreReader(path: path)
        let names = reader.components.map(\.name)
        guard let component, names.contains(component) else {
            throw SeriesError(
                file: path, cause: component.map { "it knows no component \($0)" } ?? "it holds several components",
                remedy: "name one of them by --component: \(names.prefix(12).joined(separator: ", "))")
        }
        guard let range = try reader.range() else {
            throw SeriesError(file: path, cause: "it holds no window yet", remedy: "record for a while first")
        }
        let samples = try reader.samples(of: ComponentID(component), in: range)
        return series(
            samples, name: "\(path): \(component) \(resource.rawValue)", interval: reader.interval, resource)
    }

    static func series(
        _ samples: [RecordedSample], name: String, interval: Nanoseconds, _ resource: RecordedResource
    ) -> EvaluatedSeries {
        var demands: [Double?] = []
        for (index, sample) in samples.enumerated() {
            if index > 0 {
                let missing = (sample.end - samples[index - 1].end + interval / 2) / interval - 1
                demands += [Double?](repeating: nil, count: Int(min(max(0, missing), mostMissing)))
            }
            demands.append(resource.demand(sample))
        }
        let start = samples.first.map { Double($0.end - $0.length) / 1e9 } ?? 0
        return EvaluatedSeries(name: name, start: start, step: interval.seconds, demands: demands)
    }
}
