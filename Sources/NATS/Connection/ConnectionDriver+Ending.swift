import NIOCore

/// Why a connection ended, as far as it can be told apart from here.
extension ConnectionDriver {
    /// Says more of an end that the socket knows nothing about: how far the connection was, and how long it was silent before.
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
                "the peer accepted the connection and \(how) it before it sent INFO; is there a healthy node behind the balancer, "
                    + "and is this the port for NATS clients?\(hint)"
            )
        }
        guard isEstablished(connection) else {
            return NATSError(
                .disconnected,
                "the server \(how) the connection without an answer to CONNECT; its log says why, for instance a limit or the login"
            )
        }
        return NATSError(.disconnected, "the server \(how) the connection \(circumstances(of: connection))", cause: error)
    }

    /// Whether the server accepted the connection.
    func isEstablished(_ connection: ServerConnection) -> Bool {
        if connection === nextConnection { return machine.migration.isSubscribed }
        return connection !== self.connection || machine.connectedSince != nil
    }

    private func circumstances(of connection: ServerConnection) -> String {
        if connection.info?.lameDuckMode == true { return "to stop, as it had announced (lame duck)" }
        let silence = silence(of: connection)
        let time = silence.inSecondsText
        // PINGs keep a connection from being idle for longer.
        if silence > configuration.pingInterval + .seconds(1) {
            return "\(time) after the last byte from it; it had not answered our PING"
        }
        if silence >= .seconds(1) {
            return "after \(time) without a byte; it stopped, or a balancer closes idle connections sooner than ping_interval "
                + "(\(configuration.pingInterval.inSecondsText)), which then has to be shorter"
        }
        return "while it was in use; it stopped, crashed or gave this client up, and its log says why"
    }
}

extension Duration {
    /// Seconds with one digit behind the point.
    fileprivate var inSecondsText: String {
        let tenths = Int((self / .milliseconds(100)).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
    }
}
