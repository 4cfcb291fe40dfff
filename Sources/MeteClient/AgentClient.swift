import FoundationEssentials
package import MeteProtocol
package import NIOCore
import NIOHTTP1
import NIOPosix

/// Asks the agent by HTTP and JSON over its Unix socket, one connection per question.
///
/// Costs nothing between questions but the event loops of `group`, which the process shares. It never retries: whether a
/// question may be put again is the asker's to know.
package struct AgentClient: Sendable {
    package let socket: String
    private let group: any EventLoopGroup
    private let timeout: TimeAmount

    /// - Parameter timeout: For the whole of one question and its answer.
    package init(
        socket: String = SocketPath.standard, timeout: TimeAmount = .seconds(5),
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) {
        self.socket = socket
        self.timeout = timeout
        self.group = group
    }

    package func status() async throws(ClientError) -> StatusReport {
        try await ask(.status)
    }

    package func plan() async throws(ClientError) -> PlanReport {
        try await ask(.plan)
    }

    /// The agent's health, whether it is good or bad.
    package func health() async throws(ClientError) -> HealthReport {
        try await ask(.health, success: [.ok, .serviceUnavailable])
    }

    /// Has the policy loaded again; a refused policy is the error `answered` with status 422.
    package func reload() async throws(ClientError) -> ReloadReport {
        try await ask(.reload)
    }

    private func ask<Report: Decodable>(
        _ endpoint: Endpoint, success: [HTTPResponseStatus] = [.ok]
    ) async throws(ClientError) -> Report {
        let answer: NIOHTTPClientResponseFull
        do {
            answer = try await HTTPExchange(socket: socket, group: group, limit: timeout)
                .run(method: HTTPMethod(rawValue: endpoint.method), path: endpoint.path)
        } catch {
            throw ClientError(transport: error, socket: socket)
        }
        let body = Data((answer.body ?? ByteBuffer()).readableBytesView)
        guard success.contains(answer.head.status) else { throw failure(answer.head.status, body) }
        do {
            return try JSONDecoder().decode(Report.self, from: body)
        } catch {
            throw ClientError(
                .undecodable, socket: socket,
                message: "the answer to \(endpoint.path) is not what this version of mete expects: \(error)",
                remedy: "use the `mete` of the version that the agent runs")
        }
    }

    private func failure(_ status: HTTPResponseStatus, _ body: Data) -> ClientError {
        do {
            let report = try JSONDecoder().decode(ErrorReport.self, from: body)
            return ClientError(
                .answered(status: Int(status.code), code: report.error.code), socket: socket,
                message: report.error.message, remedy: report.error.remedy)
        } catch {
            return ClientError(
                .answered(status: Int(status.code), code: ""), socket: socket,
                message: "\(socket) answered \(status.code) \(status.reasonPhrase) without a reason",
                remedy: "see whether it is the agent that listens there")
        }
    }
}
