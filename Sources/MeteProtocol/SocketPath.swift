/// Where the agent listens.
package enum SocketPath {
    /// The path that agent and commands use when none is given.
    package static let standard = "/run/mete/agent.sock"

    /// The longest path, in bytes, that fits `sockaddr_un.sun_path` with its terminating zero (unix(7)).
    package static let maximumLength = 107
}
