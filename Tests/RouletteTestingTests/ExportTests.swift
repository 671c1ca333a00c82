import OwnNames
import Roulette
import RouletteTesting
import Testing

@Suite("What import Roulette brings in")
struct ExportTests {
    @Test
    func `types of the modules below Roulette do not take names of the program`() {
        let own: [any OwnType.Type] = [
            Backoff.self, ConnectOptions.self, FrameEncoder.self, NATSClient.self,
            NATSMessage.self, NATSReplies.self, NATSSubscription.self, OperationParser.self,
            QueueGroup.self, ServerInfo.self, Subject.self, WireMessage.self,
        ]
        #expect(own.count == 12)
    }

    @Test
    func `everything that the public API of Roulette mentions comes with it`() throws {
        var configuration = RouletteConfiguration(clusters: [ClusterConfiguration(host: "a")])
        configuration.credentials = { NATSClientConfiguration.Credentials.token(Secret("t")) }
        configuration.tls = NATSClientConfiguration.TLS()
        configuration.naming = HashRing.Naming.index
        let headers: Headers = ["Id": "1"]
        let status: HeaderStatus? = headers.status
        let message = try Message(topic: "a", payload: "b", headers: headers)
        let types: [Any.Type] = [
            ConnectionSnapshot.self, DrainReport.self, NATSError.self, ServerIdentity.self, SubscriptionBuffer.self,
            TLSStatus.self, WireError.self, HashRingError.self,
        ]
        #expect(status == nil && (message.body as any MessagePayload) is String && types.count == 8)
    }
}
