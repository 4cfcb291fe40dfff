import MeteModel

/// What the agent decided, packed: the texts, each once, then the decisions, one after the other. Cores are kept to a millionth. Sealed like a
/// block.
enum DecisionCoding {
    /// One with the number of its component in the file; 0 for none.
    typealias Numbered = (component: Int, decision: RecordedDecision)

    private static let perCore = 1e6

    static func encode(_ decisions: [Numbered]) -> [UInt8] {
        var texts = Texts()
        var body = ByteWriter()
        var last: Int64 = 0
        for (component, decision) in decisions {
            body.write(UInt64(component))
            body.write(signed: decision.end &- last)
            last = decision.end
            body.write(UInt64((decision.forecast == nil ? 0 : 1) | (decision.allotment == nil ? 0 : 2)))
            if let forecast = decision.forecast {
                for value in forecast.demand.values { body.write(signed: packed(value)) }
                body.write(texts.number(of: forecast.source.rawValue))
                body.write(texts.number(of: forecast.reason))
            }
            if let allotment = decision.allotment {
                body.write(signed: Int64(allotment.units))
                body.write(signed: packed(allotment.amount))
                body.write(signed: packed(allotment.plannedDemand))
                body.write(texts.number(of: allotment.change.rawValue))
                body.write(UInt64(allotment.grants.count))
                for grant in allotment.grants {
                    body.write(UInt64(grant.claim.code))
                    if case .forecast(let quantile) = grant.claim { body.write(signed: packed(quantile)) }
                    body.write(signed: packed(grant.amount))
                }
            }
            body.write(UInt64(decision.writes.count))
            for write in decision.writes {
                body.write(UInt64(write.result.rawValue))
                for text in [write.setting, write.value, write.note] { body.write(texts.number(of: text)) }
            }
            body.write(decision.breach.map { texts.number(of: $0) + 1 } ?? 0)
        }
        var writer = ByteWriter()
        writer.write(UInt64(texts.all.count))
        for text in texts.all { writer.write(text: text) }
        writer.write(UInt64(decisions.count))
        return BlockCoding.seal(writer.bytes + body.bytes)
    }

    private struct Texts {
        private(set) var all: [String] = []
        private var numbers: [String: Int] = [:]

        mutating func number(of text: String) -> UInt64 {
            if let known = numbers[text] { return UInt64(known) }
            numbers[text] = all.count
            all.append(text)
            return UInt64(all.count - 1)
        }
    }

    private static func packed(_ value: Double) -> Int64 { Int64(exactly: (value * perCore).rounded()) ?? 0 }

    /// - Parameter name: of a component's number; those of numbers without one are left out.
    static func decode(
        _ bytes: [UInt8], name: (Int) -> ComponentID?
    ) throws(ByteReader.Malformed) -> [Numbered] {
        var reader = ByteReader(try BlockCoding.unseal(bytes))
        var texts: [String] = []
        for _ in 0..<(try reader.readCount(atMost: 10_000_000)) { texts.append(try reader.readText()) }
        func text(_ reader: inout ByteReader) throws(ByteReader.Malformed) -> String {
            let number = try reader.readCount(atMost: Int(Int32.max))
            guard number < texts.count else { throw ByteReader.Malformed() }
            return texts[number]
        }
        func cores(_ reader: inout ByteReader) throws(ByteReader.Malformed) -> Double {
            Double(try reader.readSigned()) / perCore
        }
        var decisions: [Numbered] = []
        var end: Int64 = 0
        for _ in 0..<(try reader.readCount(atMost: 10_000_000)) {
            let component = try reader.readCount(atMost: Int(Int32.max))
            end &+= try reader.readSigned()
            var decision = RecordedDecision(component: name(component), end: end)
            let parts = try reader.readCount(atMost: 3)
            if parts & 1 != 0 {
                let demand = Quantiles(
                    median: try cores(&reader), p90: try cores(&reader), p95: try cores(&reader),
                    p99: try cores(&reader))
                guard let source = ForecastSource(rawValue: try text(&reader)) else { throw ByteReader.Malformed() }
                decision.forecast = RecordedDecision.Forecast(
                    demand: demand, source: source, reason: try text(&reader))
            }
            if parts & 2 != 0 { decision.allotment = try allotment(&reader, text, cores) }
            for _ in 0..<(try reader.readCount(atMost: 1_000_000)) {
                guard let result = RecordedDecision.Write.Result(rawValue: try reader.readCount(atMost: 1000)) else {
                    throw ByteReader.Malformed()
                }
                decision.writes.append(
                    RecordedDecision.Write(
                        setting: try text(&reader), value: try text(&reader), result: result, note: try text(&reader)))
            }
            let breach = try reader.readCount(atMost: texts.count)
            if breach > 0 { decision.breach = texts[breach - 1] }
            if component == 0 || decision.component != nil { decisions.append((component, decision)) }
        }
        guard reader.isAtEnd else { throw ByteReader.Malformed() }
        return decisions
    }

    private static func allotment(
        _ reader: inout ByteReader, _ text: (inout ByteReader) throws(ByteReader.Malformed) -> String,
        _ cores: (inout ByteReader) throws(ByteReader.Malformed) -> Double
    ) throws(ByteReader.Malformed) -> RecordedDecision.Allotment {
        let units = Int(try reader.readSigned())
        let amount = try cores(&reader)
        let plannedDemand = try cores(&reader)
        guard let change = Change(rawValue: try text(&reader)) else { throw ByteReader.Malformed() }
        var grants: [Grant] = []
        for _ in 0..<(try reader.readCount(atMost: 1000)) {
            let code = try reader.readCount(atMost: 1000)
            let quantile = code == Claim.forecastCode ? try cores(&reader) : 0
            guard let claim = Claim(code: code, quantile: quantile) else { throw ByteReader.Malformed() }
            grants.append(Grant(claim: claim, amount: try cores(&reader)))
        }
        return RecordedDecision.Allotment(
            units: units, amount: amount, grants: grants, change: change, plannedDemand: plannedDemand)
    }
}

extension Claim {
    fileprivate static let forecastCode = 1

    /// In files; never changes.
    fileprivate var code: Int {
        switch self {
        case .guarantee: 0
        case .forecast: Self.forecastCode
        case .measured: 2
        case .surplus: 3
        case .rounding: 4
        case .kept: 5
        }
    }

    fileprivate init?(code: Int, quantile: Double) {
        switch code {
        case 0: self = .guarantee
        case Self.forecastCode: self = .forecast(quantile: quantile)
        case 2: self = .measured
        case 3: self = .surplus
        case 4: self = .rounding
        case 5: self = .kept
        default: return nil
        }
    }
}
