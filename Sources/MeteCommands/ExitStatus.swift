import Glibc
import MeteAgent
import MeteClient
import MeteControl
import MetePolicy
import MeteStore
import MeteTrace

/// What the shell is told, a number per kind of failure; also in mete(1).
package enum ExitStatus: Int32 {
    case success = 0
    case failure = 1
    /// The policy file was refused.
    case policyRefused = 2
    /// The kernel or machine lacks what is needed.
    case unsupported = 3
    /// Not permitted: not root, or a capability is missing.
    case notPermitted = 4
    /// No agent is running.
    case noAgent = 5
    /// Another agent holds the state folder or the socket, or another process writes the recording.
    case alreadyRunning = 6
    /// Something could not be put back.
    case notRestored = 7
    /// An agent is there, and does not answer, or not as it should; asking again may help.
    case noAnswer = 8
    /// Wrong arguments: EX_USAGE of sysexits.h, which the argument parser uses too.
    case usage = 64

    package init(_ error: any Error) {
        self =
            switch error {
            case is PolicyErrors: .policyRefused
            case let error as TraceError: Self(error)
            case let error as CallError: error.code == .unreadable ? .failure : .usage
            case let error as ControlError: Self(error)
            case let error as APIServerError: Self(error)
            case let error as ClientError: Self(error)
            case let error as RestoreIncomplete: error.status
            case let error as StoreError: error.code == .busy ? .alreadyRunning : .failure
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
        case .invalidPath: self = .usage
        case .system(let errno) where errno == EACCES || errno == EPERM: self = .notPermitted
        case .occupied, .untrusted, .system, .eventLoop: self = .failure
        }
    }

    private init(_ error: ClientError) {
        switch error.code {
        case .noAgent, .refused: self = .noAgent
        case .permissionDenied: self = .notPermitted
        case .invalidPath: self = .usage
        case .timeout, .busy, .connection, .answered, .undecodable: self = .noAnswer
        }
    }

    private init(_ error: ControlError) {
        switch error.code {
        case .locked: self = .alreadyRunning
        case .unsupported: self = .unsupported
        case .untrusted: self = .failure
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
