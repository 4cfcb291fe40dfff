package import NIOCore

/// What one peer may take of the agent.
package struct APILimits: Equatable, Sendable {
    /// Request line and headers, in bytes.
    package var headerBytes = 16 << 10
    package var headerCount = 64
    /// A request's body, in bytes.
    package var bodyBytes = 64 << 10
    /// Connections served at a time; later ones wait in the kernel's queue until one is free.
    package var connections = 32
    /// Connections that may wait; one more is refused by the kernel (EAGAIN).
    package var backlog: Int32 = 64
    /// A connection on which no whole request head arrives for this long is closed, however many bytes trickle in.
    package var idle: TimeAmount = .seconds(10)
    /// A request whose body has not arrived in full this long after its head is cut off with its connection.
    package var body: TimeAmount = .seconds(5)
    /// How long answers under way may take once the server is stopping.
    package var grace: TimeAmount = .seconds(1)

    package init() {}
}
