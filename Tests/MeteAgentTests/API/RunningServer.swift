import MeteAgent
import MeteClient
import MeteTestSupport
import Testing

/// A server in a folder of its own for as long as `body` runs; whatever it reports fails the test.
func withServer<Result>(
    _ values: FixedState.Values = FixedState.Values(), limits: APILimits = APILimits(),
    _ body: (_ socket: String, _ server: APIServer) async throws -> Result
) async throws -> Result {
    let folder = try TemporaryFolder()
    let server = try APIServer.start(socket: folder.socket, state: FixedState(values), limits: limits) {
        Issue.record("the server reports: \($0)")
    }
    defer {
        server.stop()
        withExtendedLifetime(folder) {}
    }
    return try await body(folder.socket, server)
}
