import HTTPTypes
import MeteProtocol

/// From a method and a path to an answer.
struct APIRoutes: Sendable {
    let state: any AgentState

    /// - Parameter target: The request target; a query is ignored.
    func answer(method: String, target: String) async -> JSONAnswer {
        let path = target.prefix { $0 != "?" }
        guard let endpoint = Endpoint(rawValue: String(path)) else {
            let known = Endpoint.allCases.map { "\($0.method) \($0.path)" }.joined(separator: ", ")
            return JSONAnswer(
                ErrorReport(.notFound, message: "there is nothing at \(path)", remedy: "ask one of: \(known)"))
        }
        guard method == endpoint.method else {
            return JSONAnswer(
                ErrorReport(
                    .methodNotAllowed, message: "\(endpoint.path) does not answer to \(method)",
                    remedy: "use \(endpoint.method)"),
                allow: endpoint.method)
        }
        return await answer(endpoint)
    }

    private func answer(_ endpoint: Endpoint) async -> JSONAnswer {
        switch endpoint {
        case .status:
            guard let report = state.status() else { return starting("nothing has been measured yet") }
            return JSONAnswer(report)
        case .plan:
            guard let report = state.plan() else { return starting("no plan has been made yet") }
            return JSONAnswer(report)
        case .health:
            let report = state.health()
            return JSONAnswer(report, status: report.healthy ? .ok : .serviceUnavailable)
        case .reload:
            switch await state.reload() {
            case .loaded(let report): return JSONAnswer(report)
            case .refused(let problems): return refused(problems)
            }
        }
    }

    private func starting(_ message: String) -> JSONAnswer {
        JSONAnswer(ErrorReport(.starting, message: message, remedy: "ask again in a second"))
    }

    private func refused(_ problems: [PolicyProblem]) -> JSONAnswer {
        let first = problems.first.map { ": \($0.text)" } ?? ""
        let others = problems.count > 1 ? " (and \(problems.count - 1) more)" : ""
        return JSONAnswer(
            ErrorReport(
                .policyRefused, message: "the policy did not load\(first)\(others)",
                remedy: "correct the file and reload; the policy from before stays in force", problems: problems))
    }
}
