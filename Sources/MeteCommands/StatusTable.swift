import MeteModel
package import MeteProtocol
import MeteText

/// The text of `mete status`, at most 100 columns wide: a pure function of the report.
///
/// One row of numbers per component, with the reasons below it; then what deserves attention, and the losses, which are
/// shown when they are zero too. A name too long for its column stands on a line of its own. `--json` has every number.
package struct StatusTable {
    package let text: String

    package init(_ report: StatusReport) {
        var lines = Self.head(report)
        lines.append("")
        lines += Self.components(report)
        lines += ResourceSection.lines(of: report.components)
        lines += StallSection.lines(of: report)
        lines += Self.calls(report)
        lines += ReportSections.section("Breached guarantees", Self.breaches(report))
        lines += ReportSections.sharedThreads(of: report.components)
        lines += ReportSections.notes(on: report.components)
        lines += ReportSections.section("Yielded: another writer's value stands", Self.yielded(report))
        lines += ReportSections.problems(with: report.agent.policy)
        lines += ReportSections.section("Not seen on this kernel", Self.missingProbes(report))
        lines += ReportSections.section("Not seen in full", Self.slots(report))
        lines += ReportSections.section("Nothing is recorded for now", Self.recording(report))
        lines += ReportSections.section("Losses since start", Self.losses(report))
        text = lines.map { $0 + "\n" }.joined()
    }

    // MARK: The agent and the machine

    private static func head(_ report: StatusReport) -> [String] {
        let agent = report.agent
        let age = Figure.span(agent.startedAt + agent.upSeconds - agent.policy.loadedAt)
        let policy =
            agent.policy.file.map { "policy \($0), loaded \(age) ago" }
            ?? "no policy: components are found by discovery"
        let capacity = report.capacity
        let steal = capacity.steal >= 0.005 ? ", \(Figure.fixed(capacity.steal, 2)) stolen by the host" : ""
        let cpu = Figure.fixed(report.cost.cpu * 100, 2)
        let resident = Figure.fixed(Double(report.cost.residentBytes) / 1_048_576, 1)
        let traced = report.tracing.map { "; traces \($0.traced.joined(separator: ", "))" } ?? ""
        return TextLines.wrapped("mete \(agent.version), pid \(agent.pid), up \(Figure.span(agent.upSeconds))")
            + TextLines.wrapped("\(agent.mode.rawValue): \(agent.modeReason)", indent: 2)
            + TextLines.wrapped("\(policy); tick \(Figure.span(agent.tickSeconds))\(traced)", indent: 2)
            + TextLines.wrapped(
                "\(Figure.fixed(capacity.cores, 0)) cores, \(Figure.fixed(capacity.plannable, 2)) to share\(steal); "
                    + "mete takes \(cpu) % of a core and \(resident) MiB", indent: 2)
    }

    // MARK: Components

    private static let columns = TableColumns([
        .init("COMPONENT", width: 21), .init("CLASS", width: 10),
        .init("USED", width: 7, alignment: .right), .init("DEMAND", width: 7, alignment: .right),
        .init("FORECAST", width: 10, alignment: .right), .init("ALLOTTED", width: 8, alignment: .right),
        .init("GUARANTEE", width: 15, alignment: .right), .init("IN FORCE", width: 8),
    ])

    private static func components(_ report: StatusReport) -> [String] {
        if report.components.isEmpty { return ["No component has been seen yet."] }
        return [columns.header] + report.components.flatMap { columns.row(cells(of: $0)) + reasons(of: $0) }
    }

    private static func cells(of component: ComponentReport) -> [String] {
        let level = component.class.planningQuantile
        let forecast = component.forecast.map {
            "\(Figure.fixed($0.demand.value(at: level), 3)) \(Quantiles.label(of: level))"
        }
        return [
            component.id.name, component.class.rawValue, Figure.fixed(component.usage, 3),
            Figure.fixed(component.demand, 3), forecast ?? "-",
            component.allotment.map { Figure.fixed($0.amount, 3) } ?? "-", guarantee(component.guarantee),
            component.enforcement.mode?.rawValue ?? "nothing",
        ]
    }

    private static func guarantee(_ guarantee: GuaranteeReport) -> String {
        guarantee.amount > 0 ? "\(Figure.fixed(guarantee.amount, 3)) \(guarantee.state.rawValue)" : "-"
    }

    /// Why it was allotted what it was, how far the forecast is to be trusted, and how it is put in force.
    private static func reasons(of component: ComponentReport) -> [String] {
        var reasons: [String] = []
        if let allotment = component.allotment {
            reasons.append(
                "\(Figure.fixed(allotment.amount, 3)) = \(sum(of: allotment.grants)); \(allotment.changeReason)")
        }
        if let forecast = component.forecast {
            let coverage = forecast.samples > 0 ? "; p95 held \(Figure.fixed(forecast.coverage * 100, 1)) %" : ""
            let expiry = forecast.expiresInSeconds > 0 ? "" : "; expired, not acted on"
            reasons.append("forecast: \(forecast.source.words), \(forecast.reason)\(coverage)\(expiry)")
        }
        let enforcement = component.enforcement
        if let mode = enforcement.mode, mode != enforcement.wantedMode {
            reasons.append("\(enforcement.wantedMode.rawValue) is wanted, \(mode.rawValue) is in force")
        }
        if !enforcement.reservations.isEmpty {
            reasons.append("\(enforcement.reservations.count) of \(component.threads) threads reserved")
        }
        if !enforcement.shortSlices.isEmpty {
            reasons.append("\(enforcement.shortSlices.count) of \(component.threads) threads have short slices")
        }
        return reasons.flatMap { TextLines.wrapped($0, indent: 4) }
    }

    /// The grants as a sum of amounts, each with its reason.
    private static func sum(of grants: [GrantReport]) -> String {
        guard let first = grants.first else { return "nothing is claimed" }
        return grants.dropFirst().reduce("\(Figure.fixed(first.amount, 3)) \(first.reason)") { sum, grant in
            let sign = grant.amount < 0 ? "-" : "+"
            return "\(sum) \(sign) \(Figure.fixed(grant.amount.magnitude, 3)) \(grant.reason)"
        }
    }

    // MARK: Calls

    private static let callColumns = TableColumns([
        .init("CALLS: COMPONENT / FUNCTION", width: 38), .init("CALLS/S", width: 10, alignment: .right),
        .init("FORECAST", width: 15, alignment: .right), .init("INSIDE", width: 8, alignment: .right),
        .init("FORECAST", width: 13, alignment: .right),
    ])

    private static func calls(_ report: StatusReport) -> [String] {
        guard let calls = report.calls, !calls.isEmpty else { return [] }
        let classes = Dictionary(
            report.components.map { ($0.id, $0.class) }, uniquingKeysWith: { first, _ in first })
        var lines = ["", callColumns.header]
        var component: ComponentID?
        for call in calls {
            if call.component != component { lines += callColumns.row([call.component.name]) }
            component = call.component
            let level = (classes[call.component] ?? .throughput).planningQuantile
            func forecast(_ report: ForecastReport?, _ digits: Int) -> String {
                report.map { "\(Figure.fixed($0.demand.value(at: level), digits)) \(Quantiles.label(of: level))" }
                    ?? "-"
            }
            lines += callColumns.row([
                "  \(call.function)", Figure.fixed(call.callsPerSecond, 0), forecast(call.callsForecast, 0),
                Figure.fixed(call.inside, 3), forecast(call.insideForecast, 3),
            ])
        }
        if let count = report.callsNotForecast {
            lines.append("\(count) of these are not forecast: as many are as the agent forecasts at the most.")
        }
        return lines
    }

    // MARK: What deserves attention

    private static func breaches(_ report: StatusReport) -> [String] {
        let now = report.agent.startedAt + report.agent.upSeconds
        return report.components.flatMap { component -> [String] in
            let guarantee = component.guarantee
            guard guarantee.breaches > 0 else { return [] }
            let last = guarantee.lastBreach.map { ", last \(Figure.span(now - $0.at)) ago: \($0.explanation)" } ?? ""
            let times = guarantee.breaches == 1 ? "once" : "\(guarantee.breaches) times"
            return TextLines.wrapped("\(component.id.name)  \(times)\(last)", indent: 2)
        }
    }

    private static func yielded(_ report: StatusReport) -> [String] {
        report.components.flatMap { component in
            component.enforcement.yielded.flatMap {
                TextLines.wrapped(
                    "\(component.id.name)  \($0.path): \($0.standing) stands, mete had left \($0.ours)", indent: 2)
            }
        }
    }

    private static func missingProbes(_ report: StatusReport) -> [String] {
        (report.tracing?.missingProbes ?? []).flatMap { probe in
            TextLines.wrapped(
                "\(probe.name): there is no tracepoint \(probe.tracepoint); `mete doctor` says what that costs",
                indent: 2)
        }
    }

    private static func slots(_ report: StatusReport) -> [String] {
        guard let tracing = report.tracing, let limit = tracing.slotLimit else { return [] }
        let slots = tracing.componentSlots.map { "; there are slots for \($0)" } ?? ""
        return TextLines.wrapped("\(limit)\(slots)", indent: 2)
    }

    private static func recording(_ report: StatusReport) -> [String] {
        guard let recording = report.recording, let problem = recording.problem else { return [] }
        return TextLines.wrapped("\(problem); it is tried again at least once a minute", indent: 2)
    }

    private static func losses(_ report: StatusReport) -> [String] {
        let width = report.losses.map { String($0.count).count }.max() ?? 0
        return report.losses.flatMap { loss in
            let count = String(loss.count)
            let padding = String(repeating: " ", count: width - count.count)
            return TextLines.wrapped("\(padding)\(count) \(loss.kind)  (one costs \(loss.meaning))", indent: 2)
        }
    }
}
