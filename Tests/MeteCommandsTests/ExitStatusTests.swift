import MeteAgent
import MeteClient
import Testing

@testable import MeteCommands

/// The numbers that scripts rely on; the kernel tests see them from outside.
struct ExitStatusTests {
    @Test(arguments: [
        (ClientError.Code.noAgent, Int32(5)), (.refused, 5), (.permissionDenied, 4), (.timeout, 8), (.busy, 8),
        (.connection, 8), (.answered(status: 503, code: "starting"), 8), (.undecodable, 8), (.invalidPath, 64),
    ])
    func tellsWhyTheAgentCouldNotBeAsked(code: ClientError.Code, status: Int32) {
        #expect(ExitStatus(ClientError(code, socket: "/s", message: "", remedy: "")).rawValue == status)
    }

    @Test(arguments: [
        (APIServerError.Code.alreadyRunning(pid: 1), Int32(6)), (.contended, 6), (.occupied, 1), (.invalidPath, 64),
        (.system(errno: 13), 4), (.system(errno: 1), 4), (.system(errno: 2), 1), (.eventLoop, 1),
    ])
    func tellsWhyTheSocketCouldNotBeMade(code: APIServerError.Code, status: Int32) {
        #expect(ExitStatus(APIServerError(code, socket: "/s", message: "", remedy: "")).rawValue == status)
    }
}
