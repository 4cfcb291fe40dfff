import FoundationEssentials
import MeteModel
import MeteProtocol
import Testing

/// The JSON of version 1: what a reader of yesterday relies on.
struct ProtocolTests {
    @Test func statusHasThisShape() throws {
        try expect(GoldenReports.status, isWrittenAs: GoldenJSON.status)
    }

    @Test func planHasThisShape() throws {
        try expect(GoldenReports.plan, isWrittenAs: GoldenJSON.plan)
    }

    @Test func healthHasThisShape() throws {
        try expect(GoldenReports.health, isWrittenAs: GoldenJSON.health)
    }

    @Test func reloadHasThisShape() throws {
        try expect(GoldenReports.reload, isWrittenAs: GoldenJSON.reload)
    }

    @Test func errorHasThisShape() throws {
        try expect(GoldenReports.error, isWrittenAs: GoldenJSON.error)
    }

    @Test func keysThatAReaderDoesNotKnowAreIgnored() throws {
        let newer = GoldenJSON.health.replacing("{", with: "{ \"addedLater\": [1, {\"x\": null}],", maxReplacements: 1)
        #expect(try JSONDecoder().decode(HealthReport.self, from: Data(newer.utf8)) == GoldenReports.health)
    }

    /// What was added within version 1 is absent in the answer of an agent from before, and that is all.
    @Test func statusOfAnOlderAgentIsRead() throws {
        var report = GoldenReports.status
        report.stalls = nil
        report.components[0].resources?.stalls = nil
        report.tracing?.componentSlots = nil
        report.tracing?.componentsWithoutSlot = nil
        report.tracing?.slotLimit = nil
        let older = GoldenJSON.status
            .replacing(/\n *"(?:componentSlots|componentsWithoutSlot|slotLimit)" : [^\n]*/, with: "")
            .replacing(
                /,\n *"stalls" : \{\n(?: *"\w+" : \{[^}]*\},?\n| *"groups" : \d+,?\n)*? *\}(?=,?\n)/, with: "")
        #expect(
            !older.contains("stalls") && !older.lowercased().contains("slot"), "the detector: it says nothing of them")
        #expect(try JSONDecoder().decode(StatusReport.self, from: Data(older.utf8)) == report)
    }

    @Test func pathsAndMethodsAreThese() {
        #expect(
            Endpoint.allCases.map { "\($0.method) \($0.path)" }
                == ["GET /v1/status", "GET /v1/plan", "GET /v1/health", "POST /v1/reload"])
    }

    @Test func errorCodesHaveTheseStatuses() {
        let statuses = Dictionary(uniqueKeysWithValues: ErrorCode.allCases.map { ($0.rawValue, $0.status) })
        #expect(
            statuses == [
                "malformed": 400, "notFound": 404, "methodNotAllowed": 405, "tooLarge": 413, "policyRefused": 422,
                "headersTooLarge": 431, "internal": 500, "starting": 503,
            ])
    }

    @Test func standardSocketPathFitsASocketAddress() {
        #expect(SocketPath.standard.utf8.count <= SocketPath.maximumLength)
    }

    /// Sorted keys and one line per value, so that a difference shows where it is.
    private func expect<Report: Codable & Equatable>(_ report: Report, isWrittenAs golden: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        #expect(String(decoding: try encoder.encode(report), as: UTF8.self) == golden)
        #expect(try JSONDecoder().decode(Report.self, from: Data(golden.utf8)) == report)
    }
}
