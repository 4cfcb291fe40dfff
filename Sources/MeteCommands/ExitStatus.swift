import Glibc
import MeteAgent
import MeteClient
import MeteControl
import MetePolicy
import MeteTrace

/// What the shell is told, a number per kind of failure; also in mete(1). 64 is for wrong arguments (EX_USAGE).
package enum ExitStatus: Int32 {
    case success = 0
    case failure = 1
    /// The policy file was refused.
    case policyRefused = 2
    /// The kernel or machine lacks what is needed.
    case unsupported = 3
    /// Not permitted: not root, or a capability is missing.
    case notPermitted = 4
    /// No agent is running, or it does not answer.
    case noAgent = 5
    /// Another agent holds the state folder or the socket.
    case alreadyRunning = 6
    /// Something could not be put back.
    case notRestored = 7

    package init(_ error: any Error) {
        self =
            switch error {
            case is PolicyErrors: .policyRefused
            case let error as TraceError: Self(error)
            case let error as ControlError: Self(error)
            case let error as APIServerError: Self(error)
            case is ClientError: .noAgent
            case let error as RestoreIncomplete: error.status
            default: .failure
            }
    }

    private init(_ error: TraceError) {
        switch error.code {
        case .notPermitted: self = .notPermitted
        case .noBTF, .noTracepoint, .rejected: self = .unsupported
        case .readFailed: self = .failure
        }
    }

    private init(_ error: APIServerError) {
        switch error.code {
        case .alreadyRunning, .contended: self = .alreadyRunning
        case .occupied, .invalidPath, .system, .eventLoop: self = .failure
        }
    }

    private init(_ error: ControlError) {
        switch error.code {
        case .locked: self = .alreadyRunning
        case .unsupported: self = .unsupported
        case .refused, .journal:
            self = error.cause == .notPermitted || error.cause == .accessDenied ? .notPermitted : .failure
        }
    }
}

/// A restoration that left something behind.
struct RestoreIncomplete: Error, CustomStringConvertible {
    var description: String
    let status = ExitStatus.notRestored
}
