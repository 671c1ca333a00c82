import NIOCore

/// Explains why a connection ended.
extension ConnectionDriver {
    /// Adds to an error of the socket how far the handshake was, and how long the connection was silent before.
    func cause(of error: NATSError, on connection: ServerConnection) -> NATSError {
        guard error == .closedByPeer || error == .resetByPeer else { return error }
        let how = error == .resetByPeer ? "reset" : "closed"
        if connection.isSecuring {
            return .endedDuringHandshake(how: how, configuration.tls.mode == .first ? .serverWithTLSFirst : .server)
        }
        guard connection.info != nil else {
            let hint = configuration.tls.mode == .first ? "" : " \(HandshakeProgress.tlsFirst)"
            return NATSError(
                .disconnected,
                "the peer \(how) the connection before it sent INFO; is there a healthy node behind the load balancer, "
                    + "and is this the port for NATS clients?\(hint)"
            )
        }
        guard isEstablished(connection) else {
            return NATSError(
                .disconnected,
                "the server \(how) the connection without an answer to CONNECT; check its log, for example for a limit or a login error"
            )
        }
        var cause = NATSError(.disconnected, "the server \(how) the connection \(circumstances(of: connection))", cause: error)
        cause.idleTime = idleTime(of: connection)
        return cause
    }

    /// Returns how long the connection was idle, if an idle timeout may have ended it. PINGs prevent longer idle times.
    private func idleTime(of connection: ServerConnection) -> Duration? {
        let silence = silence(of: connection)
        let isShuttingDown = connection.info?.lameDuckMode == true
        return !isShuttingDown && silence >= .seconds(1) && silence <= configuration.pingInterval + .seconds(1) ? silence : nil
    }

    /// Whether the server accepted the connection.
    func isEstablished(_ connection: ServerConnection) -> Bool {
        if connection === nextConnection { return machine.migration.isSubscribed }
        return connection !== self.connection || machine.connectedSince != nil
    }

    private func circumstances(of connection: ServerConnection) -> String {
        if connection.info?.lameDuckMode == true { return "because it is shutting down, as announced (lame duck)" }
        let silence = silence(of: connection)
        let time = silence.inSecondsText
        if idleTime(of: connection) != nil {
            return "after \(time) without traffic; it stopped, or a load balancer closes idle connections sooner "
                + "than ping_interval (\(configuration.pingInterval.inSecondsText)), in which case ping_interval has to be shorter"
        }
        if silence >= .seconds(1) {
            return "\(time) after the last byte from it; it had not answered the PING of the client"
        }
        return "while it was in use; it stopped, crashed or dropped this client, see its log"
    }
}

extension Duration {
    /// Seconds with one decimal place.
    fileprivate var inSecondsText: String {
        let tenths = Int((self / .milliseconds(100)).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
    }
}
